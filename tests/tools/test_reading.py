"""Answers from what was read: fields by geometry, tables, sentences, recordings, summaries."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from tools.encoder import Encoder
from tools.reading import material as made_of
from tools.reading.find import ENOUGH, Found, answer, as_data
from tools.reading.lexicon import terms
from tools.reading.material import Material
from tools.reading.question import understood
from tools.reading.reader import Reader, Reading
from tools.reading.recording import asks_for_second, heard
from tools.reading.summary import summary
from tools.reading.values import day, find, number


def page(*rows: list[tuple[str, int, int]]) -> Material:
    """A picture's rows of (text, x, y); every letter 10 wide, every line 30 high."""
    data: dict[str, Any] = {
        "rows": [[text for text, _, _ in row] for row in rows],
        "lines": [
            {"text": text, "xywh": [x, y, 10 * len(text), 30]} for row in rows for text, x, y in row
        ],
    }
    return made_of.of_picture(data)


RECEIPT = page(
    [("GREEN GROCER", 100, 0)],
    [("4 Market Row, Bath", 100, 40)],
    [("12 May 2026", 100, 80), ("17:05", 500, 80)],
    [("2 x Apples", 100, 140), ("3.20", 500, 140)],
    [("1 x Olive oil", 100, 180), ("8.95", 500, 180)],
    [("Subtotal", 100, 240), ("12.15", 500, 240)],
    [("VAT 20%", 100, 280), ("2.43", 500, 280)],
    [("TOTAL", 100, 320), ("GBP 14.58", 500, 320)],
    [("Cash", 100, 360), ("20.00", 500, 360)],
)
PASS = page(
    [("PASSENGER", 100, 0), ("FLIGHT", 400, 0)],
    [("Mina Okafor", 100, 40), ("KX 482", 400, 40)],
    [("GATE", 100, 100), ("SEAT", 250, 100), ("BOARDING", 400, 100)],
    [("C14", 100, 140), ("22F", 250, 140), ("10:35", 400, 140)],
)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("what is the total?", "GBP 14.58"),
        ("how much did I pay?", "GBP 14.58"),
        ("how much was the olive oil?", "8.95"),
        ("how much tax is on it?", "2.43"),
        ("when was this bought, what date?", "12 May 2026 (2026-05-12)"),
        ("总共多少钱？", "GBP 14.58"),
        ("how much change do I get?", "5.42"),
        ("how much change from 50?", "35.42"),
        ("how much are the apples and the olive oil together?", "12.15"),
        ("how much more is the olive oil than the apples?", "5.75"),
        ("what was the most expensive item?", "1 x Olive oil (8.95)"),
        ("what is the name of the shop?", "GREEN GROCER"),
    ],
)
def test_a_receipt_is_read_by_its_layout(question: str, value: str) -> None:
    found = answer(question, RECEIPT)
    assert found is not None
    assert value in found.value
    assert found.line


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("which gate is it?", "C14"),
        ("what is my seat?", "22F"),
        ("who is the passenger?", "Mina Okafor"),
        ("几号座位？", "22F"),
    ],
)
def test_a_value_under_its_key_is_found(question: str, value: str) -> None:
    found = answer(question, PASS)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    ("question", "material"),
    [
        ("how much was the tip?", RECEIPT),
        ("what is the phone number?", RECEIPT),
        ("who was the cashier?", RECEIPT),
        ("how much were the bananas?", RECEIPT),
        ("what is the wifi password?", PASS),
        ("服务费是多少？", RECEIPT),
    ],
)
def test_what_is_not_there_is_not_answered(question: str, material: Material) -> None:
    assert answer(question, material) is None


def document(text: str, rows: list[list[str]] | None = None) -> Material:
    tables = [{"locator": "t", "heading": "", "rows": rows}] if rows else []
    body = "\n".join(" | ".join(r) for r in rows) if rows else text
    section = {"locator": "t", "heading": "", "text": body}
    return made_of.of_document({"sections": [section], "tables": tables})


STAFF = document(
    "",
    [
        ["Name", "City", "Salary", "Start date"],
        ["Ida Holm", "Oslo", "52000", "2021-03-01"],
        ["Ben Roy", "Lyon", "48000", "2019-07-15"],
        ["Lea Kunz", "Oslo", "61000", "2023-01-09"],
    ],
)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("what is Ben Roy's salary?", "48000"),
        ("where does Ida Holm live?", "Oslo"),
        ("who earns the most?", "Lea Kunz (61000)"),
        ("what is the average salary?", "53666.67"),
        ("what is the sum of the salaries?", "161000"),
        ("how many employees are in Oslo?", "2"),
        ("who lives in Lyon?", "Ben Roy"),
        ("who earns more than 50000?", "Ida Holm, Lea Kunz"),
        ("when did Lea Kunz start?", "2023-01-09"),
        ("what is the lowest salary?", "48000"),
    ],
)
def test_a_table_gives_cells_sums_and_extremes(question: str, value: str) -> None:
    found = answer(question, STAFF)
    assert found is not None
    assert found.value == value
    assert found.source == 0


def test_a_table_does_not_answer_for_who_is_not_in_it() -> None:
    assert answer("what is Zoe's salary?", STAFF) is None
    assert answer("what is Ben Roy's phone number?", STAFF) is None


LEASE = document(
    "This lease is made between Nora Blum, the landlord, and Ian Frost, the tenant, for the flat "
    "at 3 Quay Lane, Dover.\nThe rent is 900 euros a month. It is due on the fifth day of each "
    "month.\nThe tenant pays a deposit of 1,800 euros.\nEither side may end the lease with three "
    "months' notice.\nThe lease begins on 1 May 2026 and ends on 30 April 2028."
)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("how much is the deposit?", "1,800 euros"),
        ("押金是多少？", "1,800 euros"),
        ("who is the landlord?", "Nora Blum"),
        ("who is the tenant?", "Ian Frost"),
        ("what is the notice period?", "three months"),
        ("how long is the lease?", "2 years"),
        ("where is the flat?", "3 Quay Lane"),
    ],
)
def test_a_sentence_answers_with_its_source(question: str, value: str) -> None:
    found = answer(question, LEASE)
    assert found is not None
    assert value in (found.value or found.line)
    assert found.source == 0


def test_a_lease_says_nothing_of_parking() -> None:
    assert answer("how much is the parking space?", LEASE) is None
    assert answer("who is the guarantor?", LEASE) is None


def test_a_recording_gives_the_second() -> None:
    material = made_of.of_recording(
        {
            "segments": [
                {"start": 0.0, "end": 3.0, "text": "good morning this is anna"},
                {"start": 4.0, "end": 8.0, "text": "please bring the ladder on friday"},
            ]
        }
    )
    question = "at which second does she mention the ladder?"
    assert asks_for_second(question)
    found = heard(question, material)
    assert found is not None
    assert found.line.text == "please bring the ladder on friday"
    assert 5.0 < found.second < 7.0
    assert heard("at which second does she mention the dentist?", material) is None


def test_a_summary_takes_central_sentences_in_their_order() -> None:
    text = (
        "The old bridge over the Tarn was closed in spring. Engineers found cracks in two piers of "
        "the bridge. A baker in the village sells good rolls. The bridge will be repaired before "
        "winter. Repairs of the bridge cost four million euros. My aunt likes tulips very much."
    )
    taken = [t.text for t in summary([(text, 0)], 3)]
    assert len(taken) == 3
    assert all("bridge" in t for t in taken)
    assert taken == sorted(taken, key=text.index)
    assert summary([("", 0)], 3) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,250.00", 1250.0), ("1.250,00", 1250.0), ("12,50", 12.5), ("3 million", 3e6), ("7万", 7e4)],
)
def test_numbers_of_either_writing(text: str, value: float) -> None:
    assert number(text) == value


def test_days_are_read_where_they_are_sure() -> None:
    for text in ("2026-03-14", "14 March 2026", "March 14, 2026", "2026年3月14日", "14/03/2026"):
        found = day(text)
        assert found is not None
        assert found.isoformat() == "2026-03-14"
    assert day("03/04/2026") is None
    assert day("31 February 2026") is None


def test_values_are_typed() -> None:
    kinds = {v.kind: v.text for v in find("Call +44 20 7946 0958 or mail a@b.example by 9:30, 15%")}
    assert kinds == {
        "phone": "+44 20 7946 0958",
        "email": "a@b.example",
        "time": "9:30",
        "percent": "15%",
    }


def test_business_words_of_two_languages_are_one() -> None:
    assert terms("deposit") == terms("押金")
    assert understood("read the text in this picture").whole
    assert understood("总结一下这份文件").gist
    assert not understood("what is the total?").whole


class Pointing(Reader):
    """A reader that always points at the same words, with the same chance."""

    def __init__(self, words: str, chance: float = 0.9) -> None:
        super().__init__(Encoder())
        self.words = words
        self.chance = chance
        self.asked: list[str] = []

    def read(self, question: str, texts: Sequence[str]) -> Reading | None:
        self.asked.append(question)
        at = next((at for at, text in enumerate(texts) if self.words in text), None)
        if at is None:
            return None
        start = texts[at].index(self.words)
        return Reading(at, start, start + len(self.words), self.chance, self.chance)


def test_what_the_reader_marks_is_the_answer() -> None:
    found = answer("how much must Ian put down?", LEASE, Pointing(" 1,800 euros", 0.7))
    line = "The tenant pays a deposit of 1,800 euros."
    assert found == Found("1,800 euros", line, 0, chance=0.7)


def test_a_reader_that_is_not_sure_is_not_followed() -> None:
    found = answer("how much is it?", LEASE, Pointing("900", ENOUGH - 0.01))
    assert found is not None
    assert not found.sure
    assert answer("how much is it?", LEASE, Pointing("900", ENOUGH)) is not None
    assert answer("how much is it?", LEASE, Pointing("parking")) is None


def test_of_two_names_the_one_beside_the_role_is_meant() -> None:
    found = answer("who is the landlord?", LEASE, Pointing("Ian Frost"))
    assert found is not None
    assert found.value == "Nora Blum"


def test_a_day_is_also_told_as_year_month_day() -> None:
    found = answer("when does it begin?", LEASE, Pointing("1 May 2026"))
    assert found is not None
    assert found.value == "1 May 2026 (2026-05-01)"


def test_what_is_computed_is_not_left_to_the_reader() -> None:
    reader = Pointing("14.58")
    found = answer("how much change from 50?", RECEIPT, reader)
    assert found is not None
    assert (found.value, found.shown) == ("GBP 35.42", "50 - GBP 14.58")
    assert answer("read the text in this picture", RECEIPT, reader) is None
    assert answer("summarize this", LEASE, reader) is None
    assert reader.asked == []


def test_the_reader_answers_with_the_second_of_the_utterance() -> None:
    said = [
        {"start": 0.0, "end": 3.0, "text": "this is anna"},
        {"start": 4.0, "end": 8.0, "text": "bring the ladder"},
    ]
    material = made_of.of_recording({"segments": said})
    found = answer("what should I bring?", material, Pointing("the ladder"))
    assert found == Found("the ladder", "bring the ladder", 1, start=4.0, chance=0.9)


def test_the_reader_reads_the_rows_of_a_table() -> None:
    found = answer("could we meet her by the fjord?", STAFF, Pointing("Oslo"))
    assert found is not None
    assert (found.value, found.chance, found.source) == ("Oslo", 0.9, 0)
    assert found.line == "Name: Ida Holm; City: Oslo; Salary: 52000; Start date: 2021-03-01"


def test_passages_of_a_search_answer_with_their_own_source() -> None:
    passages = [
        SimpleNamespace(locator="a#heading=Rules", quote="No dogs are allowed."),
        SimpleNamespace(locator="b", quote="", text="Item | Price\nladder | 40\nrope | 12"),
    ]
    material = made_of.of_sources(passages)
    found = answer("what is not allowed?", material, Pointing("dogs"))
    assert found is not None
    assert (found.line, found.source) == ("No dogs are allowed.", 0)
    price = answer("what is the price of the rope?", material)
    assert price is not None
    assert (price.value, price.source) == ("12", 1)


def test_an_answer_goes_through_the_data_of_a_result_unchanged() -> None:
    found = answer("what is the total?", RECEIPT)
    data = as_data(found)
    assert data is not None
    assert Found(**data) == found  # type: ignore[arg-type]
    assert as_data(None) is None


def test_nothing_read_gives_no_answer() -> None:
    for material in (Material(), made_of.of_document({}), made_of.of_sources([])):
        assert answer("what is the total?", material) is None
        assert answer("what is the total?", material, Reader(Encoder())) is None
