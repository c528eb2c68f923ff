"""Questions put to receipts, menus, signs and letters: computed from what they name, or silence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tools.reading import material as made_of
from tools.reading.computing.amounts import amount, clocks, counted, lasting, opening, told
from tools.reading.computing.operands import work
from tools.reading.find import arithmetic
from tools.reading.material import Material


def page(text: str) -> Material:
    """A picture whose rows are the lines of a text; cells stand apart by "|"."""
    rows = [[c.strip() for c in line.split("|")] for line in text.strip().splitlines()]
    lines = [
        {"text": cell, "xywh": [20 + 420 * x, 40 * y, 10 * len(cell), 28]}
        for y, row in enumerate(rows)
        for x, cell in enumerate(row)
    ]
    return made_of.of_picture({"rows": rows, "lines": lines})


def letter(text: str) -> Material:
    """A document of running text."""
    data: dict[str, Any] = {"sections": [{"locator": "s", "heading": "", "text": text}]}
    return made_of.of_document(data)


SHOP = page("""
GREEN GROCER
2 x Apples | 3.20
1 x Olive oil | 8.95
Brown eggs | 3.40
Oat bread | 2.75
Subtotal | 18.30
TOTAL | 18.30
""")
CAFE = page("""
THE BLUE POT
Lentil soup | €6.50
Mushroom pie | €11.00
Apple crumble | €4.50
Lemonade | €3.20
Adult swim | €5.60
Day rider | €8.40
3 Kids juice | €7.50
""")
SIGN = page("""
TOWN LIBRARY
Mon | closed
Tue | 9.00 – 17.00
Fri | 9.00 – 18.30
Saturday | 10:00 – 13:00
Used 109.6 GB of 128 GB
""")
DOCKET = page("""
RIVER TOURS
Start | 14:05
End | 14:32
Check-in | 12 May 2026
Check-out | 16 May 2026
""")
LEASE = letter(
    "The monthly rent is €740 for the flat. A deposit of €1,480 is due at the start. "
    "The parking space costs €60 a month. The cleaning fee is €95 when you leave."
)
LIFE = letter("The painter was born in Ghent in 1871. She died of a fever in 1944 at home.")
SHOP_ZH = page("""
惠民超市
五花肉 | 20.99
土鸡蛋 | 16.90
鲜牛奶 | 15.80
衬衫 | 12.00 元
西装 | 48.00 元
合计 | 113.69
""")


@pytest.mark.parametrize(
    ("material", "question", "value"),
    [
        (SHOP, "what would the eggs and the bread cost together?", "6.15"),
        (SHOP, "how much are the apples and the olive oil together?", "12.15"),
        (SHOP, "olive oil plus eggs, how much is that?", "12.35"),
        (SHOP, "how much more is the olive oil than the bread?", "6.20"),
        (SHOP, "what's the difference between the eggs and the bread?", "0.65"),
        (SHOP, "how much change from 50?", "31.70"),
        (SHOP, "what do I get back from a 20 pound note?", "1.70"),
        (SHOP, "what is the total without the olive oil?", "9.35"),
        (SHOP, "eggs, bread and olive oil together?", "15.10"),
        (SHOP, "split the total between four, how much each?", "4.58"),
        (CAFE, "what would two lemonades cost?", "€6.40"),
        (CAFE, "soup and pie together?", "€17.50"),
        (CAFE, "two adults swim and a day rider: total?", "€19.60"),
        (CAFE, "what do a soup, a pie and a crumble come to?", "€22.00"),
        (CAFE, "how much does one juice cost?", "€2.50"),
        (CAFE, "how much dearer is the pie than the soup?", "€4.50"),
        (SIGN, "how many hours are you open on Saturday?", "3 hours"),
        (SIGN, "how many hours are they open on Fri?", "9.5 hours"),
        (SIGN, "how many GB are left?", "18.4 GB"),
        (DOCKET, "how long was the ride, in minutes?", "27 minutes"),
        (DOCKET, "how many nights is the stay?", "4 nights"),
        (DOCKET, "how many days between check-in and check-out?", "4 days"),
        (LEASE, "how much is the monthly rent plus the deposit, together?", "€2,220"),
        (LEASE, "how much more is the deposit than the monthly rent?", "€740"),
        (LEASE, "what do the parking space and the cleaning fee come to?", "€155"),
        (LIFE, "how old was she when she died?", "73"),
        (SHOP_ZH, "五花肉和土鸡蛋加起来多少钱？", "37.89"),
        (SHOP_ZH, "肉和鸡蛋加起来多少钱？", "37.89"),
        (SHOP_ZH, "鸡蛋加牛奶多少钱？", "32.70"),
        (SHOP_ZH, "三件衬衫加一套西装总共多少钱？", "84.00 元"),
        (SHOP_ZH, "西装比衬衫贵多少？", "36.00 元"),
        (SHOP_ZH, "五花肉跟牛奶差多少钱？", "5.19"),
        (SHOP_ZH, "两件衬衫一共多少钱？", "24.00 元"),
        (SHOP_ZH, "付150，找多少？", "36.31"),
        (SHOP_ZH, "五花肉、鸡蛋和牛奶一共多少钱？", "53.69"),
    ],
)
def test_named_things_are_computed(material: Material, question: str, value: str) -> None:
    found = arithmetic(question, material)
    assert found is not None
    assert found.value == value
    assert found.line


@pytest.mark.parametrize(
    ("material", "question"),
    [
        (SHOP, "what would the eggs and the butter cost together?"),
        (SHOP, "how much more is the caviar than the bread?"),
        (SHOP, "how much change from 10?"),
        (SHOP, "what is the total without the wine?"),
        (SHOP, "when does the shop close?"),
        (CAFE, "what would two steaks cost?"),
        (CAFE, "how much does one steak cost?"),
        (CAFE, "how many calories are in the soup and the pie together?"),
        (CAFE, "why is the pie dearer than last year?"),
        (SIGN, "how long does it take to borrow a book?"),
        (SIGN, "how many hours are they open on Sunday?"),
        (SIGN, "how many minutes are left?"),
        (DOCKET, "how many days between the order and the delivery?"),
        (LEASE, "how much more is the electricity than the rent?"),
        (LEASE, "what do the garage and the garden come to?"),
        (LIFE, "how many years was she a nurse?"),
        (SHOP_ZH, "苹果和梨加起来多少钱？"),
        (SHOP_ZH, "领带比衬衫贵多少？"),
        (SHOP_ZH, "三岁小孩吃多少？"),
    ],
)
def test_what_is_not_named_is_not_computed(material: Material, question: str) -> None:
    assert arithmetic(question, material, _unlike) is None


def _unlike(text: str, others: Sequence[str]) -> list[float]:
    """Nothing resembles anything."""
    return [0.1 for _ in others]


def test_a_thing_that_no_word_names_is_found_by_its_meaning() -> None:
    def near(text: str, others: Sequence[str]) -> list[float]:
        return [0.7 if text == "loaf" and "bread" in other else 0.1 for other in others]

    question = "what would the eggs and the loaf cost together?"
    assert arithmetic(question, SHOP, _unlike) is None
    found = arithmetic(question, SHOP, near)
    assert found is not None
    assert (found.value, found.shown) == ("6.15", "3.40 + 2.75")
    assert found.line == "Brown eggs  3.40 / Oat bread  2.75"


@pytest.mark.parametrize(
    ("text", "kind", "phrases"),
    [
        ("what do the camera and the lens add up to?", "sum", [("camera", 1), ("lens", 1)]),
        ("two singles and a day rider: total?", "sum", [("singles", 2), ("day rider", 1)]),
        ("How much more is Gold than Silver?", "difference", [("Gold", 1), ("Silver", 1)]),
        ("三件衬衫加一套西装总共多少钱？", "sum", [("衬衫", 3), ("西装", 1)]),
        ("price of one adult", "each", [("adult", 1)]),
    ],
)
def test_the_operands_of_a_question(text: str, kind: str, phrases: list[tuple[str, int]]) -> None:
    found = work(text)
    assert found is not None
    assert found.kind == kind
    assert [(p.phrase, p.times) for p in found.parts] == phrases


@pytest.mark.parametrize(
    "text",
    ["what is the phone number?", "who signed it?", "什么时候开门？", "the 300 fibre, what is it?"],
)
def test_a_question_that_wants_nothing_computed(text: str) -> None:
    assert work(text) is None


def test_amounts_and_times_are_read_in_every_writing() -> None:
    cells = ["€4.20", "3.2 kg", "48 200", "-0.75", "905.00 A", "none", "A3-07"]
    read = [amount(c) for c in cells]
    assert [None if a is None else (a.number, a.unit) for a in read] == [
        (4.2, "money"), (3.2, "kg"), (48200.0, ""), (-0.75, "money"), (905.0, "money"), None, None
    ]  # fmt: skip
    assert [lasting(c) for c in ("1 h 52 min", "45 min", "2 h 16", "128 km")] == [
        112,
        45,
        136,
        None,
    ]
    assert opening("Sat 7.00 – 15.00") == [480]
    assert [t[0] for t in clocks("from 8:15 to 2 pm")] == [495, 840]
    assert counted("twenty-two thousand and a hundred and five") == "22000 and 105"
    assert (told(63), told(90, only="min"), told(95, chinese=True)) == (
        "1 h 03 min", "90 minutes", "1 小时 35 分钟"
    )  # fmt: skip
