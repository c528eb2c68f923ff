"""The calculator: what it computes, what it refuses, and when it is meant at all."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from tools.base import Call, Context, ToolResult
from tools.errors import BadInput, Retry
from tools.everyday.calculate import Calculate, looks_like_calculation

TOOL = Calculate(lambda: date(2026, 5, 20))


def calculate(expression: str) -> ToolResult:
    result = TOOL.run(Call({"expression": expression}), Context())
    assert isinstance(result, ToolResult)
    return result


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("17% of 2,340", "17% of 2,340 = 397.8"),
        ("0.1 + 0.2", "0.1 + 0.2 = 0.3"),
        ("12 * (3 + 4)", "12 * (3 + 4) = 84"),
        ("1.08 * 49.90", "1.08 * 49.90 = 53.892"),
        ("(1+0.04)^10", "(1+0.04)^10 ≈ 1.480244285"),
        ("1,234,567.89 * 2", "1,234,567.89 * 2 = 2,469,135.78"),
        ("1/3", "1/3 ≈ 0.3333333333"),
        ("12 miles in km", "12 miles in km ≈ 19.31 km (19.312128)"),
        ("3 feet in m", "3 feet in m = 0.9144 m"),
        ("sqrt(2)", "sqrt(2) ≈ 1.414213562"),
        ("27^(1/3)", "27^(1/3) = 3"),
        ("-3^2", "-3^2 = -9"),
        ("4/50%", "4/50% = 8"),
        ("10!", "10! = 3,628,800"),
        ("2^100", "2^100 = 1,267,650,600,228,229,401,496,703,205,376"),
        ("50 + 10%", "50 + 10% = 55"),
        ("20% off 80", "20% off 80 = 64"),
        ("15% tip on 48.50", "15% tip on 48.50 = 7.275 (55.775 in total)"),
        ("what percent of 80 is 20", "what percent of 80 is 20 = 25%"),
        ("average of 3, 4 and 5", "average of 3, 4 and 5 = 4"),
        ("round(2.5)", "round(2.5) = 3"),
        ("12x4", "12x4 = 48"),
        ("seven plus twenty-five", "seven plus twenty-five = 32"),
        ("what is 17 percent of two thousand three hundred forty?", "= 397.8"),
        ("€1,299.99 * 3", "€1,299.99 * 3 = 3,899.97 EUR"),
        ("3加5乘以2", "3加5乘以2 = 13 (3+5*2)"),
        ("二十五乘以四", "二十五乘以四 = 100 (25*4)"),
        ("100的15%", "= 15 "),
        ("三分之一加六分之一", "= 0.5 "),
        ("100元打八五折", "= 85 CNY"),
        ("根号16", "= 4 "),
        ("3万乘以2", "= 60,000 "),
    ],
)
def test_sums(expression: str, text: str) -> None:
    assert text in calculate(expression).text


@pytest.mark.parametrize(
    ("expression", "value", "unit"),
    [
        ("5 miles in km", 8.04672, "km"),
        ("72 °F to °C", pytest.approx(22.2222, abs=1e-3), "°C"),
        ("72 F to C", pytest.approx(22.2222, abs=1e-3), "°C"),
        ("-40 celsius to fahrenheit", -40, "°F"),
        ("3.5 GB / 12 MB/s", pytest.approx(291.6667, abs=1e-3), "s"),
        ("how long does it take to send 3 GB at 12 MB/s", 250, "s"),
        ("60 mph * 2 hours", 120, "mi"),
        ("6 feet 2 inches in cm", 187.96, "cm"),
        ("5'11\" in cm", 180.34, "cm"),
        ("2 weeks in days", 14, "days"),
        ("12 MB/s in Mbps", 96, "Mb/s"),
        ("10 m^2 in sq ft", pytest.approx(107.639, abs=1e-2), "ft²"),
        ("3斤等于多少公斤", 1.5, "kg"),
        ("25摄氏度是多少华氏度", 77, "°F"),
        ("三点五公里是多少米", 3500, "m"),
    ],
)  # fmt: skip
def test_units(expression: str, value: object, unit: str) -> None:
    data = calculate(expression).data
    assert (data["value"], data["unit"]) == (value, unit)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("days between 2026-03-01 and 2026-12-24", 298),
        ("how many days from March 1, 2026 to 24 December 2026", 298),
        ("weeks until 2026-12-24", 31),
        ("working days between 2026-05-01 and 2026-05-31", 21),
        ("2026-01-31 + 45 days", "2026-03-17"),
        ("45 days after 31 January 2026", "2026-03-17"),
        ("3 months from January 31, 2026", "2026-04-30"),
        ("10 business days after 2026-05-20", "2026-06-03"),
        ("3 weeks ago", "2026-04-29"),
        ("today + 45 days", "2026-07-04"),
        ("2026年3月1日到2026年12月24日有多少天", 298),
        ("2026年1月31日之后45天", "2026-03-17"),
        ("今天加3天是几号", "2026-05-23"),
    ],
)
def test_dates(expression: str, value: object) -> None:
    assert calculate(expression).data["value"] == value


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1/0", "Division by zero"),
        ("5 km / 0", "Division by zero"),
        ("9**9**9", "too large"),
        ("10^5000 * 10^5000 * 2^(2^14)", "too large"),
        ("factorial(5000)", "factorial"),
        ("1e99999", "too large"),
        ("sqrt(-1)", "no real root"),
        ("5 km + 3 kg", "different kinds"),
        ("20 °C + 5 °C", "Temperatures"),
        ("5 km in kg", "measure different things"),
        ("3 tons in kg", "more than one unit"),
        ("100 USD in EUR", "no exchange rate"),
        ("3,5 * 2", "cannot be read"),
        ("2 +", "cannot be read"),
        ("(3+4", "cannot be read"),
        ("sqrt(1, 2, 3)", "cannot be read"),
        ("2026-02-30 + 1 day", "no date"),
        ("days between 03/04/2026 and 2026-05-01", "two dates"),
        ("9999-12-31 + 5 days", "outside the years"),
        ("foo + 1", "neither a number"),
        ("__import__('os').system('id')", "neither a number"),
        ("().__class__", "neither a number"),
        ("[1 for x in 1]", "neither a number"),
        ("1+" * 400 + "1", "too long"),
        ("(" * 240 + "1" + ")" * 240, "cannot be read"),
    ],
)
def test_refusals_have_a_reason_and_a_remedy(expression: str, reason: str) -> None:
    with pytest.raises((BadInput, Retry), match=reason) as caught:
        calculate(expression)
    assert caught.value.remedy


def test_an_empty_sum_can_be_mended() -> None:
    with pytest.raises(Retry):
        calculate("  ")


def test_the_data_is_there_for_composing() -> None:
    assert calculate("17% of 2,340").data == {
        "value": 397.8,
        "unit": "",
        "expression": "17% of 2,340",
        "text": "397.8",
        "exact": True,
    }


@pytest.mark.parametrize(
    ("request_", "expression"),
    [
        ("what is 17% of 2,340?", "17% of 2,340"),
        ("Hi, what's 12*3?", "12*3"),
        ("how many km are 5 miles", "5 miles in km"),
        ("How much is 100 dollars in euros?", "100 dollars in euros"),
        ("can you tell me what 15% of 80 is", "15% of 80"),
        ("convert 5 miles to km please", "5 miles in km"),
        ("what is seven plus five?", "seven plus five"),
        ("what is 1/2", "1/2"),
        ("how much is a 15% tip on $48.50?", "15% tip on $48.50"),
        ("2+2=?", "2+2"),
        ("what is the square root of 1764", "the square root of 1764"),
        ("divide 10 by 4", "divide 10 by 4"),
        ("3加5等于多少", "3加5"),
        ("请问100的15%是多少？", "100的15%"),
        ("一加一等于几", "一加一"),
        ("5英里是多少公里", "5英里换算成公里"),
        ("what date is 45 days after January 31, 2026?",
         "what date is 45 days after January 31, 2026"),
        ("how many days between 2026-03-01 and 2026-12-24?",
         "how many days between 2026-03-01 and 2026-12-24"),
    ],
)  # fmt: skip
def test_requests_for_a_sum_are_found_and_can_be_computed(request_: str, expression: str) -> None:
    assert looks_like_calculation(request_) == expression
    if "dollars" not in expression:
        assert calculate(expression).data["value"] is not None


@pytest.mark.parametrize(
    "request_",
    [
        "", "hello", "room 12-14", "12-14", "1/2", "24/7", "555-1234", "(555) 123-4567",
        "call +49 30 1234-567", "2026-03-01", "what is 2026-03-01", "what is 3.11.2",
        "version 3.11.2", "192.168.0.1", "10:30 - 11:30", "score was 3-2", "3-4 days", "page 3/4",
        "5 miles", "how far is 5 miles", "5 to 10 kg", "iphone 15", "2 in 1", "3 x 4 matrix",
        "what's in the 3 pictures", "how many legs do 3 cats have", "remember 3+4",
        "what time is it in 3 hours", "how many days until Christmas?", "is 17 prime?",
        "the sum of my expenses in 2024", "我有三个苹果", "第三页说了什么", "x" * 5_000,
    ],
)  # fmt: skip
def test_other_requests_are_left_alone(request_: str) -> None:
    assert looks_like_calculation(request_) is None


def test_every_example_that_holds_a_sum_is_recognized() -> None:
    for example in Calculate.examples:
        expression = looks_like_calculation(example)
        assert expression, example
        assert calculate(expression).data["value"] is not None


def test_importing_and_summing_needs_no_units_library() -> None:
    code = (
        "import sys; from tools.everyday.calculate import *; from tools.base import *\n"
        "text = Calculate().run(Call({'expression': '17% of 2340'}), Context()).text\n"
        "print(text, {'pint', 'numpy', 'dateutil'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "17% of 2340 = 397.8 set()"
