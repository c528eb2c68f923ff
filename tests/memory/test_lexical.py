"""Words, chunks and fusion."""

from __future__ import annotations

import pytest

from memory import lexical
from memory.chunking import TARGET, chunks_of, tokens
from memory.fusion import fuse
from memory.records import Section
from memory.store import Store

TEXTS = {
    1: "The cats were sleeping on the warm windowsill.",
    2: "我们上个月在北京的咖啡馆见面讨论预算。",
    3: "東京タワーの高さは333メートルです。",
    4: "Crème brûlée: 4 egg yolks, 500 ml cream, version 2.5",
    5: "서울에서 부산까지 기차로 갑니다",
    6: "会议室里有一只猫",
}


@pytest.fixture
def words(store: Store) -> Store:
    with store.write() as db:
        for id_, text in TEXTS.items():
            lexical.index(db, id_, text, "")
    return store


def found(store: Store, query: str) -> list[int]:
    with store.read() as db:
        return [id_ for id_, _ in lexical.search(db, query, 10)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Where does the cat sleep?", 1),
        ("北京咖啡馆", 2),
        ("我们什么时候讨论的预算？", 2),
        ("タワーの高さ", 3),
        ("creme brulee yolk", 4),
        ("부산 기차", 5),
        ("猫", 6),
        ("ＣＡＴＳ", 1),  # full-width letters
    ],
)
def test_words_are_found_in_any_script(words: Store, query: str, first: int) -> None:
    assert found(words, query)[:1] == [first]


def test_what_is_not_there_is_not_found(words: Store) -> None:
    assert found(words, "zebra") == []
    assert found(words, "上海火车站") == []
    assert found(words, "?!") == found(words, "") == []


@pytest.mark.parametrize(
    "query", ['"', "cats AND", "NOT cats", "title:cats", "cats*", "NEAR(cats 9)", "(cats", "c\0ats"]
)
def test_a_query_cannot_be_syntax(words: Store, query: str) -> None:
    assert set(found(words, query)) <= {1}


def test_what_is_taken_out_is_gone(words: Store) -> None:
    with words.write() as db:
        lexical.unindex(db, 2, TEXTS[2], "")
    assert found(words, "北京咖啡馆") == []
    assert found(words, "猫") == [6]


def test_fusion_prefers_what_both_found() -> None:
    ranked = fuse([[1, 2, 3], [4, 2, 5]])
    assert [id_ for id_, _ in ranked] == [2, 1, 4, 3, 5]
    assert fuse([[7], [7]]) == [(7, pytest.approx(1.0))]
    assert fuse([]) == []


def test_chunks_hold_whole_sentences_and_all_of_them() -> None:
    sentences = [f"Sentence number {i} says something about the topic." for i in range(120)]
    chunks = chunks_of([Section(" ".join(sentences), "page=3", "Topics")])
    assert len(chunks) >= 3
    assert " ".join(c.text for c in chunks) == " ".join(sentences)
    for chunk in chunks:
        assert chunk.text.endswith("topic.")
        assert tokens(chunk.text) <= TARGET
        assert (chunk.locator, chunk.heading) == ("page=3", "Topics")
    assert [c.position for c in chunks] == list(range(len(chunks)))


def test_chinese_is_counted_by_characters() -> None:
    text = "我们在北京的咖啡馆见面。" * 60
    chunks = chunks_of([Section(text, "")])
    assert "".join(c.text for c in chunks) == text
    assert all(100 < len(c.text) <= TARGET for c in chunks[:-1])
    assert all(c.text.endswith("。") for c in chunks)


def test_lines_are_narrowed_to_the_chunk() -> None:
    lines = [
        f"Line {i} has quite a few words in it, so that a chunk is soon full." for i in range(90)
    ]
    text = "\n".join(lines)
    chunks = chunks_of([Section(text, "sheet=Q3 lines=11-100")])
    assert len(chunks) >= 3
    for chunk in chunks:
        place = chunk.locator.removeprefix("sheet=Q3 lines=")
        first, last = (int(number) - 11 for number in place.split("-"))
        assert chunk.text == "\n".join(lines[first : last + 1])


def test_lines_that_do_not_fit_are_left_as_they_are() -> None:
    chunks = chunks_of([Section("one\ntwo\nthree.", "lines=5-6")])
    assert [c.locator for c in chunks] == ["lines=5-6"]


@pytest.mark.parametrize("unit", ["x", "长", "🦊", "a b ", "\n", "\ud800", "- \n"])
def test_any_text_is_cut_and_quickly(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    chunks = chunks_of([Section(text, "page=1")])
    assert all(tokens(c.text) <= 1001 for c in chunks)
    assert sum(len(c.text) for c in chunks) <= len(text)
    assert chunks_of([Section(" \n\0 ", "")]) == []
