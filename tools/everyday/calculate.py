"""The calculator: exact sums, percentages, units and dates, in English and Chinese."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import Any, ClassVar

from tools.base import Call, Context, Parameter, Tool, ToolResult
from tools.errors import BadInput, Retry
from tools.everyday import dates, sums, wording
from tools.everyday.sums import Sum, UnknownWordError

LONG = 3
"""Decimals from which a measure is told rounded to two, before all its digits."""
DIGITS = 10
"""Significant digits shown of a number that has no short exact form."""
MAX_SHOWN = 60
"""Digits of a whole number that are written out in full."""
_SECONDS = {"s": 1, "min": 60, "h": 3_600}
_VERSION = re.compile(r"\d+\.\d+\.\d+|\d+:\d+")


class Calculate(Tool):
    """Computes; ``today`` is injected so that date sums can be tested."""

    name = "calculate"
    description = (
        "Compute exactly: arithmetic, percentages, unit conversion, days between dates and dates "
        "so many days away. Use it for every sum instead of working it out in your head."
    )
    parameters = (
        Parameter(
            "expression",
            "The sum, e.g. '17% of 2,340', '12 * (3 + 4)', '5 miles in km', "
            "'days between 2026-03-01 and 2026-12-24', '2026-01-31 + 45 days'.",
        ),
    )
    examples: ClassVar[tuple[str, ...]] = (
        "what is 17% of 2,340?",
        "12 * (3 + 4)",
        "how many kilometres are 5 miles?",
        "how much is a 15% tip on 48.50",
        "convert 72 °F to Celsius",
        "how many days between 2026-03-01 and 2026-12-24?",
        "what date is 45 days after January 31, 2026",
        "how long does it take to download 3.5 GB at 12 MB/s",
        "what's the square root of 1764",
        "add up 19.99, 4.50 and 12",
        "3加5乘以2等于多少",
        "100的15%是多少",
        "5英里是多少公里",
        "二十五乘以四是多少",
    )
    limits = "It knows no exchange rates, and solves no equations."

    def __init__(self, today: Callable[[], date] | None = None) -> None:
        self._today = today or (lambda: datetime.now().astimezone().date())

    def run(self, call: Call, context: Context) -> ToolResult:
        given = " ".join(call.text("expression").split())
        if len(given) > wording.MAX_LENGTH:
            raise BadInput(
                f"A sum of {len(given):,} characters is too long to compute.",
                f"Split it into parts of at most {wording.MAX_LENGTH}.",
            )
        expression = wording.body(given)[0]
        context.check()
        asked = dates.find(wording.plain(expression)) or dates.find(wording.plain(given))
        if asked:
            answer = dates.solve(asked, self._today())
            return _result(expression, answer.text, answer.value, answer.unit, answer.steps)
        try:
            return _compute(expression)
        except (BadInput, Retry):
            told = _told_sum(given)
            if told is None:
                raise
        return _compute(told)


def looks_like_calculation(text: str) -> str | None:
    """The expression in a request that asks for a sum and nothing else, or None.

    ``what is 17% of 2,340?`` gives ``17% of 2,340``; ``room 12-14`` gives None.
    """
    text = text.strip()
    if not text or len(text) > wording.MAX_LENGTH or not _may_hold_a_sum(text):
        return None
    body, asked = wording.body(text)
    for candidate in (body, text):
        if found := dates.find(wording.plain(candidate)):
            return None if _asks_the_clock(found, candidate) else candidate.rstrip("?？ ")
    return _plain_sum(body, asked=asked) or _told_sum(text)


def _told_sum(text: str) -> str | None:
    from tools.everyday import stories

    return stories.expression(text)


def _plain_sum(body: str, *, asked: bool) -> str | None:
    """The body of a request where it is a sum as it stands, or will be refused as one."""
    plain = wording.plain(body)
    if _VERSION.search(plain) or dates.only(plain):
        return None
    written = wording.notation(body)
    try:
        read = sums.read(written)
    except UnknownWordError:
        return None
    except BadInput:  # a sum that will be refused with its reason: two currencies
        return body if asked else None
    if not asked and written == plain and not _is_surely_meant(read, plain):
        return None
    return body if _is_sum(read, asked=asked) else None


def _may_hold_a_sum(text: str) -> bool:
    """A cheap first look: without a number, in digits or words, there is no sum."""
    return bool(
        re.search(r"\d|[一二两三四五六七八九十百千万半]", text)
        or re.search(r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty|hundred"
                     r"|eleven|twelve|half|days|weeks|dozen|quarter|twice|how many \w+.* an?)\b",
                     text, re.IGNORECASE)
    )  # fmt: skip


def _asks_the_clock(found: dates.Dated, text: str) -> bool:
    """Days until a day, and days so long ago, are the clock's to count: today is left unsaid."""
    return found.first == "today" and not re.search(r"today|now|今天|现在", text, re.IGNORECASE)


def _is_surely_meant(read: Sum, plain: str) -> bool:
    """Whether a sum that nobody asked for is one: ``3-4 days`` and ``555-1234`` are not."""
    if re.search(r"\)\s*\d", plain):
        return False
    return not read.operators <= {"-", "/", "(", ")"} or bool(re.search(r"\s[-/]\s", plain))


def _is_sum(read: Sum, *, asked: bool) -> bool:
    kinds = [kind for kind, _ in read.tokens]
    if "number" not in kinds:
        return False
    if read.target or read.percent:
        return "unit" in kinds or read.percent
    if len(kinds) >= 3 and kinds[0] == "sign" and read.tokens[0][1] not in {"-", "("}:
        return False
    signs = read.operators - {"(", ")", ",", "%", "!"}
    if "function" in kinds or (signs and len(kinds) >= 3 and kinds.count("number") >= 2):
        return True
    return asked and bool(read.operators & {"%", "!"}) and len(kinds) == 2


def _compute(expression: str) -> ToolResult:
    from tools.everyday.arithmetic import evaluate

    written = wording.notation(expression)
    try:
        read = sums.read(written)
    except UnknownWordError as error:
        raise Retry(error.message, error.remedy) from error
    if not read.tokens:
        raise Retry("There is no sum in that.", "Write one, for example: 12 * (3 + 4)")
    outcome = evaluate(read)
    number, exact = shown(outcome.value)
    unit = "%" if outcome.percent else outcome.unit
    text = f"{number}{'' if unit in ('', '%') else ' '}{unit}"
    long = len(number.partition(".")[2]) > LONG
    if unit not in {"", "%"} and long and 1 <= max(outcome.value, -outcome.value) < 10**15:
        # the measure as people say it, and all its digits
        text, exact = f"{float(outcome.value):,.2f} {unit} ({number})", False
    if (at := _time_of_day(written, outcome.value, unit)) is not None:
        return _result(expression, at, at.partition(" ")[0], "time", ())
    seconds = outcome.value * _SECONDS.get(unit, 0)
    if seconds >= 120 and (unit == "min" or not exact or outcome.value != int(outcome.value)):
        text += f" ({_duration(seconds)})"
    steps = _tip_total(expression, outcome.value)
    if written.isascii() and not expression.isascii() and not outcome.unit:
        steps = (written, *steps)
    return _result(expression, text, _json(outcome.value), unit, steps, exact=exact)


def _time_of_day(written: str, hours: Fraction | float, unit: str) -> str | None:
    """``12:15`` for a time of day and so many hours; None where the sum is of another kind."""
    if unit not in {"h", "min"} or len(sums.CLOCK.findall(written)) != 1 or " in " in written:
        return None
    minutes = round(float(hours) * (60 if unit == "h" else 1))
    day, minute = divmod(minutes, 24 * 60)
    when = {0: "", 1: " (the next day)", -1: " (the day before)"}.get(day, f" ({day:+} days)")
    return f"{minute // 60}:{minute % 60:02}{when}"


def _result(
    expression: str,
    text: str,
    value: float | str,
    unit: str,
    steps: tuple[str, ...],
    *,
    exact: bool = True,
) -> ToolResult:
    shown_steps = f" ({'; '.join(steps)})" if steps else ""
    data: dict[str, Any] = {
        "value": value, "unit": unit, "expression": expression, "text": text, "exact": exact,
    }  # fmt: skip
    if steps:
        data["steps"] = list(steps)
    sign = "=" if exact else "≈"
    return ToolResult(f"{expression} {sign} {text}{shown_steps}", engine="calculator", data=data)


def _tip_total(expression: str, value: Fraction | float) -> tuple[str, ...]:
    """With a tip or a tax, people also want to know what they pay in the end."""
    found = re.search(
        r"\b(?:tip|tax|vat|gratuity)\b.*?(?:on|for)\D*([\d.,]*\d)$", expression, re.IGNORECASE
    )
    if not found or not isinstance(value, Fraction):
        return ()
    return (f"{shown(value + Fraction(found[1].replace(',', '')))[0]} in total",)


def shown(value: Fraction | float) -> tuple[str, bool]:
    """A number as people read it, and whether that is exactly the number.

    Thousands are grouped by commas; what has no short exact form is rounded to 10 digits.
    """
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return _whole(value.numerator)
        places = _places(value.denominator)
        if places is not None and places <= 12:
            scaled = abs(value) * 10**places
            whole, rest = divmod(scaled.numerator, 10**places)
            text, exact = _whole(whole)
            if exact:
                return f"{'-' if value < 0 else ''}{text}.{rest:0{places}}", True
    number = float(value) if -(10**300) < value < 10**300 else 0.0
    if 1e-4 <= abs(number) < 1e15:
        digits = max(0, DIGITS - 1 - math.floor(math.log10(abs(number))))
        text = f"{number:,.{digits}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text), False
    return f"{number:.{DIGITS}g}", False


def _whole(value: int) -> tuple[str, bool]:
    if abs(value) < 10**MAX_SHOWN:
        return f"{value:,}", True
    power = math.floor(math.log10(abs(value)))
    leading = round(abs(value) / Fraction(10) ** power, 8)
    return f"{'-' if value < 0 else ''}{float(leading)!r}e+{power}".replace(".0e", "e"), False


def _places(denominator: int) -> int | None:
    """Decimals of a terminating fraction, None where they never end."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None


def _json(value: Fraction | float) -> float | str:
    if isinstance(value, float):
        return float(f"{value:.15g}")
    if value.denominator == 1:
        number = value.numerator
        return number if abs(number) < 2**53 else shown(value)[0].replace(",", "")
    return float(value) if abs(value) < 10**300 else shown(value)[0]


def _duration(seconds: Fraction | float) -> str:
    rest = float(seconds)
    parts = []
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if rest >= size:
            parts.append(f"{int(rest // size):,} {name}")
            rest %= size
    if rest >= 0.05:
        parts.append(f"{rest:.1f}".removesuffix(".0") + " s")
    return " ".join(parts)
