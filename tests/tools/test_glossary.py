"""The Chinese glossary: words found, glossed, and led back to their characters."""

from __future__ import annotations

import re

import pytest

from tools.language.glossary import glossed, has_chinese, is_chinese, segmented, words


def places(text: str) -> list[tuple[str, str]]:
    """Each word of the gloss with the original that it stands for."""
    gloss = glossed(text)
    found = re.finditer(r"\S+", gloss.english)
    return [(m.group(), text[slice(*gloss.original(m.start(), m.end()))]) for m in found]


@pytest.mark.parametrize(
    ("text", "has", "chinese"),
    [
        ("", False, False),
        ("hello", False, False),
        ("你好", True, True),
        ("，。！", False, False),  # punctuation alone is no Chinese
        ("请用Python写", True, True),
        ("What does the word 你 in this long sentence mean?", True, False),
        ("123 好", True, True),  # numbers belong to either
        ("ありがとう", False, False),
        ("𠀀", False, False),  # beyond the first plane no word is known
    ],
)
def test_texts_are_told_apart(text: str, *, has: bool, chinese: bool) -> None:
    assert has_chinese(text) is has
    assert is_chinese(text) is chinese


def test_the_longest_word_from_the_left_is_taken() -> None:
    assert {"发票", "发票号码", "号码"} <= words().keys()
    assert segmented("发票号码") == ["发票号码"]
    assert segmented("发票龘号码") == ["发票", "龘", "号码"]
    assert segmented("") == []


def test_every_word_of_a_gloss_leads_back() -> None:
    assert places("押金是多少？") == [
        ("deposit", "押金"),
        ("is", "是多少"),
        ("how", "是多少"),
        ("much", "是多少"),
        ("？", "？"),
    ]


def test_particles_are_left_out_and_count_as_a_gap() -> None:
    assert "的" in words()
    assert places("猫的狗") == [("cat", "猫"), ("dog", "狗")]


def test_unknown_characters_stay_as_they_are() -> None:
    assert "龘" not in words()
    assert places("猫龘龘") == [("cat", "猫"), ("龘", "龘"), ("龘", "龘")]


def test_what_is_not_chinese_stands_for_itself() -> None:
    text = "Total 12.50: 猫 costs 3€, 狗x"
    assert places(text) == [
        ("Total", "Total"),
        ("12.50:", "12.50:"),
        ("cat", "猫"),
        ("costs", "costs"),
        ("3€,", "3€,"),
        ("dog", "狗"),
        ("x", "x"),
    ]
    assert glossed("plain 😀 text").english == "plain 😀 text"
    assert glossed("plain 😀 text").original(6, 7) == (6, 7)


def test_a_part_of_an_untouched_word_leads_back_to_that_part() -> None:
    """Word pieces are shorter than words."""
    text = "猫 unbelievable"
    gloss = glossed(text)
    at = gloss.english.index("believ")
    assert text[slice(*gloss.original(at, at + 6))] == "believ"


def test_glosses_do_not_run_into_their_neighbours() -> None:
    assert glossed("a猫b狗c").english.split() == ["a", "cat", "b", "dog", "c"]


@pytest.mark.parametrize("text", ["", "猫" * 10_000, "x" * 10_000, "\ud800猫", "猫\n狗"])
def test_the_pieces_cover_text_and_gloss_without_a_gap(text: str) -> None:
    gloss = glossed(text)
    at = start = 0
    for first, last, begin, stop in gloss.pieces:
        assert (first, begin) == (at, start)
        at, start = last, stop
    assert (at, start) == (len(gloss.english), len(text))


def test_nothing_has_an_empty_gloss() -> None:
    assert glossed("").english == ""
    assert glossed("").pieces == ()


def test_the_file_is_well_formed() -> None:
    """Glosses are what the English encoder can read."""
    for word, english in words().items():
        assert re.fullmatch(r"[〇㐀-䶿一-鿿]+", word), word
        assert re.fullmatch(r"[ -~]*", english), word
        assert english == english.strip(), word


def test_every_word_of_the_glossary_leads_back_whole() -> None:
    wrong = [word for word in words() if any(there != word for _, there in places(word))]
    assert wrong == []
