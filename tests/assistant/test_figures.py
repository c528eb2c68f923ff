"""Which numbers a sentence may report: those that stand in what was given, or follow from it."""

from __future__ import annotations

import pytest

from assistant.agent.figures import Figures

RECEIPT = "ACME STORE\nTea 4.50\nMilk 1.20\nBread 2.35\nTOTAL GBP 8.05\n2026-05-03 14:05"
SALES = "month, sales (10,000)\n1月,38.6\n2月,29.4\n3月,42.7\n4月,40.1"

FOLLOWS = [
    (RECEIPT, "The total is 8.05 pounds."),
    (RECEIPT, "It comes to about 8 pounds."),
    (RECEIPT, "Tea and milk are 5.70 together."),
    (RECEIPT, "Bread costs 1.15 more than milk."),
    (RECEIPT, "It lists three items."),
    (RECEIPT, "It was paid on 3 May 2026 at 2:05 pm."),
    (RECEIPT, "Tea is 55.9% of it."),
    (RECEIPT, "一共 8.05 英镑。"),
    ("The rent is 1,250 pounds a month.", "That is 15,000 pounds a year."),
    ("The rent is 1,250 pounds a month.", "The rent is 1250."),
    ("L 31.5 in", "It is about 80 cm long."),
    ("sadness 0.62, neutral 0.27", "It leans to sadness, roughly 60 percent."),
    ("月供 = 4490.45；利息 616560.9", "利息一共六十一万七左右。"),
    (SALES, "一季度合计 110.7 万元。"),
    ("尿酸 452", "尿酸是 452。"),
    ("09:36", "现在九点三十六，离十点还剩24分钟。"),
    ("Seven rows of eight chairs.", "That makes 56 chairs."),
    ("8000*1.041**7 = 10598.63", "It grows to about $10,600."),
]
INVENTED = [
    (RECEIPT, "The total is 32.45.", "32.45"),
    (RECEIPT, "It was paid in 2024.", "2024"),
    (RECEIPT, "合计是 18.05 元。", "18.05"),
    ("The rent is 1,250 pounds a month.", "The rent is 1,520.", "1,520"),
    ("EAN13: 5901234123457", "The barcode scans as 5901234124357.", "5901234124357"),
    ("2876*43 = 123668", "计算结果是132,668。", "132,668"),
    ("支付合同总价20%的违约金。", "违约金是总价的30%。", "30"),
    ("主板坏了，六百八", "师傅说要三百八。", "380"),
    ("", "I measured it: 41 cm.", "41"),
]


@pytest.mark.parametrize(("given", "sentence"), FOLLOWS)
def test_what_is_there_or_follows_may_be_said(given: str, sentence: str) -> None:
    assert Figures((given,)).unfounded(sentence) == ""


@pytest.mark.parametrize(("given", "sentence", "number"), INVENTED)
def test_what_leads_nowhere_is_found(given: str, sentence: str, number: str) -> None:
    assert Figures((given,)).unfounded(sentence) == number


@pytest.mark.parametrize(
    "sentence",
    [
        "See image:1 and [s2].",
        "Run `pip install torch==2.13.0`.",
        "1. The first point",
        "It is a COVID-19 leaflet in A4.",
        "https://example.org/2031/77",
    ],
)
def test_what_only_looks_like_a_number_is_none(sentence: str) -> None:
    assert Figures(("",)).unfounded(sentence) == ""


def test_many_numbers_do_not_make_everything_true() -> None:
    table = "\n".join(f"{n}, {n * 37 % 91}.{n % 10}" for n in range(13, 60))
    invented = [s for s in ("4127.33", "73218") if Figures((table,)).unfounded(f"It is {s}.")]
    assert len(invented) == 2


def test_a_number_too_large_for_any_arithmetic_spoils_nothing() -> None:
    figures = Figures(("9" * 400 + " 50 60.5",))
    assert figures.unfounded("It is 10.50.") == ""
    assert figures.unfounded("It is 77 things.") == "77"


def test_shares_of_a_long_table_may_be_said() -> None:
    rows = "\n".join(f"Item {chr(97 + n % 26)} | {101 + 37.5 * n:.2f}" for n in range(120))
    total = sum(101 + 37.5 * n for n in range(120))
    figures = Figures((rows,))
    assert figures.unfounded(f"The last one is {100 * 4563.5 / total:.2f}% of all.") == ""
    assert figures.unfounded("It is 987,654,321 in all.") == "987,654,321"
