"""What the reader is given: units of a material, their signals, and how they are packed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tools.engines.ctranslate2_encoder import SentenceModel
from tools.reading import material as made_of
from tools.reading import packing
from tools.reading.material import Material
from tools.reading.packing import BAR, CLS, SEP, Tokens, packed
from tools.reading.signals import COUNT, signals
from tools.reading.units import told, units

# --- units ---


def document(*parts: tuple[str, str], tables: dict[int, Any] | None = None) -> Material:
    """Parts of (heading, text); the tables by the number of their part."""
    return made_of.of_document(
        {
            "title": "Stock",
            "sections": [
                {"locator": f"p{at}", "heading": heading, "text": text}
                for at, (heading, text) in enumerate(parts)
            ],
            "tables": [
                {"locator": f"p{at}", "heading": parts[at][0], "rows": rows}
                for at, rows in (tables or {}).items()
            ],
        }
    )


WIDE = [["Item", "Price", "Left"], ["chair", "40", "3"], ["", " ", ""], ["desk", "90", ""]]


def test_a_wide_table_is_told_by_rows_at_its_place() -> None:
    text = "Here is what is left.\nchair | 40 | 3"
    material = document(("Shop", text), ("Store", "Nothing is left there."), tables={0: WIDE})
    got = [(u.text, u.line.source) for u in units(material)]
    assert got == [
        ("Stock", -1),
        ("Shop", 0),
        ("Here is what is left.", 0),  # the row in the text is not told twice
        ("Item: chair; Price: 40; Left: 3", 0),
        ("Item: desk; Price: 90", 0),
        ("Store", 1),
        ("Nothing is left there.", 1),
    ]


def test_a_narrow_table_stands_among_the_lines() -> None:
    rows = [["Item", "Price"], ["chair", "40"]]
    material = document(("", "Item | Price\nchair | 40"), tables={0: rows})
    assert [u.text for u in units(material)] == ["Stock", "Item | Price", "chair | 40"]


def test_tables_without_lines_are_all_told() -> None:
    material = document(("", ""), ("", "Later."), ("", ""), tables={0: WIDE, 2: WIDE})
    assert [u.line.source for u in units(material)] == [-1, 0, 0, 1, 2, 2]


def test_a_column_without_a_name_keeps_its_cells() -> None:
    assert told(("", "Price"), ("chair", "40")) == "chair; Price: 40"
    assert told(("Item", "Price"), ("chair", "")) == "Item: chair"


def picture(*rows: list[str]) -> Material:
    boxes = [
        {"text": text, "xywh": [200 * at, 40 * y, 100, 30]}
        for y, row in enumerate(rows)
        for at, text in enumerate(row)
    ]
    return made_of.of_picture({"rows": list(rows), "lines": boxes})


def test_rows_of_a_picture_are_units_and_pairs_side_by_side_are_apart() -> None:
    material = picture(
        ["GREEN GROCER"], ["Apples", "3.20"], ["Tea", "2.00", "Cake", "3.50"], ["Name", "Ana"]
    )
    got = units(material)
    assert [u.text for u in got] == [
        "GREEN GROCER", "Apples  3.20", "Tea  2.00", "Cake  3.50", "Name  Ana",
    ]  # fmt: skip
    assert got[2].line is got[3].line


def test_utterances_keep_their_seconds() -> None:
    said = [{"start": 1.5, "end": 3.0, "text": "hello"}, {"start": 4.0, "end": 8.5, "text": "bye"}]
    got = units(made_of.of_recording({"segments": said}))
    assert [(u.text, u.line.start, u.line.end, u.line.source) for u in got] == [
        ("hello", 1.5, 3.0, 0),
        ("bye", 4.0, 8.5, 1),
    ]


def test_a_long_unit_is_cut_and_nothing_gives_none() -> None:
    (only,) = units(Material(tuple(made_of.of_text("x" * 5000, 0, ""))))
    assert len(only.text) < 500
    assert only.line.text == "x" * 5000
    assert units(Material()) == []
    assert units(made_of.of_picture({})) == []


# --- signals ---

PAGE = [
    "Garden club",
    "The meeting is on 4 May 2026.",
    "The fee is 12 euros.",
    "Bring a spade and warm clothes.",
]
COSINE, BEHIND, RANK, SHARED, _, FIT, KIND, CONCEPT, _, NAMED, MET, ALIKE = range(12)


def given(question: str, texts: list[str], cosines: list[float] | None = None) -> np.ndarray:
    near = np.array(cosines or [0.5 - 0.1 * at for at in range(len(texts))], dtype=np.float32)
    return signals(question, texts, near, [len(t.split()) for t in texts])


@pytest.mark.parametrize(
    "question", ["", "when?", "how much is the fee?", "会费是多少？", "😀", "is it " * 200]
)
def test_signals_are_small_numbers_for_any_question(question: str) -> None:
    got = given(question, [*PAGE, "", "会费十二元", "word " * 500])
    assert got.shape == (7, COUNT)
    assert got.dtype == np.float32
    assert np.isfinite(got).all()
    assert got.min() >= -4  # a unit far behind the nearest
    assert got.max() <= 2.5


def test_no_units_have_no_signals() -> None:
    assert given("when is it?", []).shape == (0, COUNT)


def test_signals_tell_what_is_asked_for() -> None:
    when = given("when is the meeting?", PAGE)
    assert when[:, FIT].argmax() == 1
    assert when[:, KIND].tolist() == [1] * 4
    fee = given("how much is the fee?", PAGE)
    assert fee[:, FIT].argmax() == fee[:, SHARED].argmax() == fee[:, CONCEPT].argmax() == 2
    assert fee[0, ALIKE] == pytest.approx(1 / 3)  # one unit has an amount
    # the business words of two languages are one
    assert given("会费和费用是多少？", PAGE)[2, CONCEPT] == 1


def test_signals_tell_that_nothing_is_said_of_it() -> None:
    assert given("how much is the fee?", PAGE)[0, NAMED] == 1
    absent = given("how much is the deposit?", PAGE)
    assert set(absent[:, NAMED]) == {0}
    assert set(given("bring what?", PAGE)[:, NAMED]) == {-1}  # asks for no business word
    assert absent[0, MET] < given("how much is the fee?", PAGE)[0, MET] <= 1


def test_signals_rank_by_nearness() -> None:
    got = given("when is the meeting?", PAGE, [0.1, 0.7, 0.3, 0.1])
    assert got[:, RANK] * 5 == pytest.approx([2, 0, 1, 3])
    assert got[:, COSINE] == pytest.approx([0.2, 1.4, 0.6, 0.2])
    assert got[:, BEHIND] == pytest.approx([-2.4, 0, -1.6, -2.4])


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    texts = ["the red ladder", "the red spade", "the red door", "the red barn"]
    shared = given("red ladder", texts)[:, SHARED]
    assert shared[0] == pytest.approx(2)
    assert shared[1] < 0.7  # "red", which is everywhere, is less than a third of it


# --- packing ---


@pytest.fixture(scope="module")
def model() -> SentenceModel:
    return SentenceModel()


def test_tokens_lead_back_to_english_characters(model: SentenceModel) -> None:
    text = "Déposit: 1,800 euros"
    made = packing.tokens(text, model)
    assert [text[a:z] for a, z in made.spans] == ["Déposit", ":", "1", ",", "800", "euros"]
    assert len(made.ids) == len(made.spans)


def test_tokens_of_a_gloss_lead_back_to_chinese_characters(model: SentenceModel) -> None:
    text = "租金: 每月900欧元，龘"
    made = packing.tokens(text, model)
    stood = [text[a:z] for a, z in made.spans]
    assert stood[0] == "租金"
    assert "900" in stood
    assert "欧元" in stood
    assert stood[-1] == "龘"
    assert all(0 <= a < z <= len(text) for a, z in made.spans)
    assert made.ids[0] == model.pieces("rent")[0][0]


def test_tokens_are_cut_with_their_spans(model: SentenceModel) -> None:
    made = packing.tokens("word " * 100, model, 7)
    assert len(made.ids) == len(made.spans) == 7
    assert packing.tokens("", model) == Tokens((), ())


def test_a_lone_surrogate_keeps_the_places_of_the_rest(model: SentenceModel) -> None:
    """The command line and file names may hold one; the tokenizer refuses it."""
    text = "\ud800 rent"
    assert [text[a:z] for a, z in packing.tokens(text, model).spans][-1] == "rent"


def unit(number: int, size: int) -> Tokens:
    return Tokens((2000 + number,) * size, tuple((i, i + 1) for i in range(size)))


QUESTION = Tokens((7, 8, 9), ((0, 1), (1, 2), (2, 3)))


def likely(*cosines: float) -> np.ndarray:
    out = np.zeros((len(cosines), COUNT), dtype=np.float32)
    out[:, COSINE] = 2 * np.array(cosines)
    return out


def test_a_sequence_is_question_and_units_in_reading_order() -> None:
    got = packed(QUESTION, [unit(0, 2), unit(1, 1), unit(2, 2)], likely(0.1, 0.2, 0.9))
    assert got.ids == (CLS, 7, 8, 9, SEP, 2000, 2000, BAR, 2001, BAR, 2002, 2002, SEP)
    assert got.types == (0,) * 5 + (1,) * 8
    assert got.chosen == (0, 1, 2)
    assert got.places == ((5, 8), (8, 10), (10, 13))


@pytest.mark.parametrize("budget", [30, 60, 100, 240])
def test_the_budget_is_kept_and_filled_with_the_likeliest(budget: int) -> None:
    chance = np.random.default_rng(budget)
    some = [unit(at, int(size)) for at, size in enumerate(chance.integers(0, 12, 80))]
    cosines = chance.normal(size=80)
    got = packed(QUESTION, some, likely(*cosines), budget=budget)
    assert budget - packing.FEW - 1 < len(got.ids) <= budget
    assert len(got.ids) == len(got.types)
    assert len(set(got.chosen)) == len(got.chosen)
    assert list(got.chosen) == sorted(got.chosen)
    for at, (start, end) in zip(got.chosen, got.places, strict=True):
        assert got.ids[start : end - 1] == some[at].ids
        assert got.ids[end - 1] in {BAR, SEP}
    left = [c for at, c in enumerate(cosines) if at not in got.chosen]
    assert int(cosines.argmax()) in got.chosen
    assert np.mean([cosines[at] for at in got.chosen]) > np.mean(left)


def test_kept_units_come_first_and_once() -> None:
    some = [unit(at, 10) for at in range(6)]
    cosines = likely(0.9, 0.8, 0.7, 0.6, 0.5, 0.0)
    assert packed(QUESTION, some, cosines, budget=30).chosen == (0, 1)
    assert packed(QUESTION, some, cosines, budget=30, kept=[5]).chosen == (0, 5)
    assert packed(QUESTION, some, cosines, budget=30, kept=[5, 0]).chosen == (0, 5)
    assert packed(QUESTION, some, cosines, budget=240, kept=[5, 2]).chosen == (0, 1, 2, 3, 4, 5)


def test_shared_words_and_the_right_kind_decide_between_equals() -> None:
    given = likely(0.5, 0.5, 0.5)
    given[1, SHARED] = given[2, FIT] = 2.0
    some = [unit(at, 10) for at in range(3)]
    assert packed(QUESTION, some, given, budget=17).chosen == (1,)
    assert packed(QUESTION, some, given, budget=28).chosen == (1, 2)


def test_a_unit_too_large_makes_room_for_a_smaller_one() -> None:
    got = packed(QUESTION, [unit(0, 90), unit(1, 5)], likely(0.9, 0.1), budget=40)
    assert got.chosen == (1,)


def test_a_long_question_is_cut_and_leaves_room() -> None:
    long = Tokens((7,) * 500, ((0, 1),) * 500)
    got = packed(long, [unit(0, packing.LONGEST_UNIT)], likely(0.5))
    assert got.ids.count(7) == packing.LONGEST_QUESTION
    assert got.chosen == (0,)
    assert packed(QUESTION, [], likely()).ids == (CLS, 7, 8, 9, SEP)
