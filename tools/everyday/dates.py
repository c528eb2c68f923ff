"""Sums with dates: the days between two, a date so many days or months away."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from tools.errors import BadInput

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DATE = (
    r"\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4}"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\.?(?:,?\s+\d{{4}})?(?![\w-])"
    rf"|\b(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?(?![\w-])"
    r"|\b(?:today|tomorrow|yesterday|now|christmas(?: (?:day|eve))?)\b"
    r"|\bnew year'?s?(?: (?:day|eve))?\b"
    r"|\b(?:next\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|今天|明天|昨天|后天|圣诞节?|元旦"
)
_MARK = "\ue000"
"""Stands for a date in the templates below; private use, so no text has it."""
_UNIT = r"(?:(?:working|business)\s+)?(?:days?|weeks?|months?|years?|天|日|周|星期|个月|年)"
_ASKED = (
    rf"(?:(?:how many|(?:the )?number of)\s+(?P<unit>{_UNIT})(?:\s+(?:are there|is it|lie))?"
    rf"|(?P<unit2>{_UNIT}))"
)
_STEP = rf"(?P<n>\d{{1,7}})\s*(?P<unit>{_UNIT})"
_WHEN = "(?:是(?:几月几[日号]|几[日号]|哪天|哪一天|星期几|周几))?"
_APART = "(?:之间)?(?:一共|总共)?(?:有|相差|相隔|隔)?"
_LATER = "(?P<sign>之后|以后|之前|以前|后|前"
# In each, _MARK is where a date stands; the order of the dates comes with it.
_BETWEEN = (
    ("ab", rf"(?:{_ASKED}\s+)?(?:between|from)\s+{_MARK}\s+(?:and|to|until|till)\s+{_MARK}"),
    ("ab", rf"{_MARK}\s+(?:to|until)\s+{_MARK}\s+in\s+(?P<unit>{_UNIT})"),
    ("ba", rf"{_MARK}\s*(?:-|minus)\s*{_MARK}(?:\s+in\s+(?P<unit>{_UNIT}))?"),
    ("b", rf"{_ASKED}\s+(?:until|till|to)\s+{_MARK}"),
    ("a", rf"{_ASKED}\s+since\s+{_MARK}"),
    ("ab", rf"从?{_MARK}\s*[到至和]\s*{_MARK}\s*{_APART}\s*(?:多少|几)\s*(?P<unit>{_UNIT})"),
    ("b", rf"(?:距离?|离|到)\s*{_MARK}\s*(?:还有|有|还剩)?\s*(?:多少|几)\s*(?P<unit>{_UNIT})"),
)  # fmt: skip
_SHIFT = (
    ("a", rf"{_MARK}\s*(?P<sign>[+-]|plus|minus)\s*{_STEP}"),
    ("a", rf"{_STEP}\s+(?P<sign>after|from|before|since)\s+{_MARK}"),
    ("", rf"{_STEP}\s+(?P<sign>ago)"),
    ("", rf"in\s+{_STEP}"),
    ("a", rf"{_MARK}\s*{_LATER}|加|减)\s*的?\s*{_STEP}{_WHEN}"),
    ("a", rf"{_MARK}的?\s*{_STEP}\s*{_LATER}){_WHEN}"),
    ("", rf"{_STEP}\s*{_LATER}){_WHEN}"),
)
_LEAD = (
    r"^(?:what(?:'s| is| was| will be)?\s+)?(?:the\s+)?(?:what\s+)?(?:date|day)\s+"
    r"(?:is it\s+|is\s+|was\s+|will it be\s+|falls\s+)?(?:of\s+)?"
)
_BACK = {"-", "minus", "before", "ago", "之前", "以前", "前", "减"}
_CHINESE_UNITS = {"天": "days", "日": "days", "周": "weeks", "星期": "weeks", "个月": "months",
                  "年": "years"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dated:
    """What was asked: a span between two dates, or a date so far from another."""

    first: str
    second: str = ""
    amount: int = 0
    unit: str = "days"
    working: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The result in words, and as a number with a unit or an ISO date."""

    text: str
    value: int | str
    unit: str
    steps: tuple[str, ...] = ()


def only(text: str) -> bool:
    """Whether the text is a date and nothing else."""
    return bool(re.fullmatch(_DATE, text.strip(), re.IGNORECASE))


def first(text: str) -> str | None:
    """The first date that a text names, as it is written there."""
    found = re.search(_DATE, text, re.IGNORECASE)
    return found.group() if found else None


def find(text: str) -> Dated | None:
    """The date sum that a text asks for, or None."""
    if not re.search(r"\d|until|till|since|到|距|离", text):
        return None
    named = re.findall(_DATE, text, re.IGNORECASE)
    marked = re.sub(_DATE, _MARK, text, flags=re.IGNORECASE)
    if not named and not re.match(rf"(?:{_LEAD})?(?:in\s+)?{_STEP}", marked, re.IGNORECASE):
        return None
    bare = re.sub(_LEAD, "", marked, flags=re.IGNORECASE)
    for candidate in dict.fromkeys((marked, bare)):
        for order, pattern in (*_BETWEEN, *_SHIFT):
            found = re.fullmatch(pattern, candidate, re.IGNORECASE)
            if found and len(order) == len(named):
                return _dated(dict(zip(order, named, strict=True)), found.groupdict())
    return None


def _dated(named: dict[str, str], groups: dict[str, str | None]) -> Dated:
    unit, working = _unit(groups.get("unit") or groups.get("unit2") or "days")
    first = named.get("a", "today")
    if amount := groups.get("n"):
        sign = -1 if (groups.get("sign") or "+").lower() in _BACK else 1
        return Dated(first, "", sign * int(amount), unit, working)
    return Dated(first, named.get("b", "today"), 0, unit, working)


def solve(asked: Dated, today: date) -> Answer:
    """Compute it; ``today`` is what "today" and dates without a year are counted from.

    Raises:
        BadInput: a date that does not exist, has two readings, or lies outside years 1 to 9999.
    """
    first = parse(asked.first, today)
    if asked.second:
        return _between(first, parse(asked.second, today), asked)
    try:
        result = _shift(first, asked)
    except (OverflowError, ValueError) as error:
        raise BadInput(
            f"That date lies outside the years {MINYEAR} to {MAXYEAR}.", "Use a smaller step."
        ) from error
    return Answer(f"{result.isoformat()} ({DAYS[result.weekday()]})", result.isoformat(), "date")


def parse(text: str, today: date) -> date:
    """A date from how people write it.

    Raises:
        BadInput: it does not exist, or has two readings (03/04/2026).
    """
    low = " ".join(text.lower().split())
    if low in _NAMED:
        return _NAMED[low](today)
    if low.startswith("next ") or (low.endswith("day") and low[:3] in _WEEKDAYS):
        wanted = _WEEKDAYS[low.removeprefix("next ")[:3]]
        return today + timedelta((wanted - today.weekday() - 1) % 7 + 1)
    try:
        if found := re.fullmatch(r"(?:(\d{4})[-/年])?(\d{1,2})[-/月](\d{1,2})[日号]?", low):
            year, month, day = found.groups()
            if year:
                return date(int(year), int(month), int(day))
            return _coming(int(month), int(day), today)
        if found := re.fullmatch(r"(\d{1,2})([./])(\d{1,2})[./](\d{4})", low):
            return _numeric(text, found)
        return _worded(low, today)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"There is no date “{text.strip()}”.", "Write it as year-month-day: 2026-12-24"
        ) from error


def _numeric(text: str, found: re.Match[str]) -> date:
    first, mark, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
    if mark == "." or first > 12:  # points are only used where the day comes first
        return date(year, second, first)
    if second > 12 or first == second:
        return date(year, first, second)
    raise BadInput(
        f"“{text}” can be read as two dates.",
        f"Write {year}-{first:02}-{second:02} or {year}-{second:02}-{first:02}.",
    )


def _worded(text: str, today: date) -> date:
    found = re.search(_MONTHS, text)
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    if found is None or not numbers:
        raise ValueError(text)
    month = [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ].index(found[0][:3]) + 1
    if len(numbers) == 1:
        return _coming(month, numbers[0], today)
    return date(numbers[1], month, numbers[0])


def _coming(month: int, day: int, today: date) -> date:
    """The next such day, today included; 29 February waits for its year."""
    for year in range(today.year, today.year + 9):
        try:
            when = date(year, month, day)
        except ValueError:
            continue
        if when >= today:
            return when
    raise ValueError((month, day))


def _between(first: date, second: date, asked: Dated) -> Answer:
    days = (second - first).days
    span = f"{first.isoformat()} to {second.isoformat()}"
    if asked.working:
        low, high = sorted((first, second))
        whole, rest = divmod((high - low).days, 7)
        count = whole * 5 + sum((low.weekday() + i) % 7 < 5 for i in range(rest))
        count = -count if days < 0 else count
        return Answer(
            f"{count:,} working {_plural('day', count)}", count, "working days",
            (span, "Monday to Friday, the last day not counted, holidays not known"),
        )  # fmt: skip
    if asked.unit == "days":
        return Answer(f"{days:,} {_plural('day', days)}", days, "days", (span,))
    if asked.unit == "weeks":
        weeks, rest = divmod(abs(days), 7)
        more = f" and {rest} {_plural('day', rest)}" if rest else ""
        sign = "-" if days < 0 else ""
        text = f"{sign}{weeks:,} {_plural('week', weeks)}{more}"
        return Answer(text, -weeks if days < 0 else weeks, "weeks", (span, f"{days:,} days"))
    from dateutil.relativedelta import relativedelta

    gap = relativedelta(second, first)
    months = gap.years * 12 + gap.months
    count = gap.years if asked.unit == "years" else months
    rest_months = gap.months if asked.unit == "years" else 0
    pieces = [(count, asked.unit[:-1]), (rest_months, "month"), (gap.days, "day")]
    text = ", ".join(f"{n:,} {_plural(word, n)}" for n, word in pieces if n)
    return Answer(text or f"0 {asked.unit}", count, asked.unit, (span, f"{days:,} days"))


def _shift(first: date, asked: Dated) -> date:
    if asked.working:
        step = 1 if asked.amount >= 0 else -1
        weeks, rest = divmod(abs(asked.amount), 5)
        when = first + timedelta(weeks=weeks * step)
        while rest or when.weekday() > 4:
            when += timedelta(step)
            rest -= rest > 0 and when.weekday() < 5
        return when
    if asked.unit in {"days", "weeks"}:
        return first + timedelta(**{asked.unit: asked.amount})
    from dateutil.relativedelta import relativedelta

    months = asked.amount * (12 if asked.unit == "years" else 1)
    return first + relativedelta(months=months)


def _unit(written: str) -> tuple[str, bool]:
    words = written.lower().split()
    unit = _CHINESE_UNITS.get(words[-1], words[-1])
    return (unit if unit.endswith("s") else unit + "s"), len(words) > 1


def _plural(word: str, count: int) -> str:
    return word if abs(count) == 1 else word + "s"


_WEEKDAYS = {name[:3].lower(): number for number, name in enumerate(DAYS)}
_NAMED: dict[str, Callable[[date], date]] = {
    **dict.fromkeys(("today", "now", "今天"), lambda today: today),
    **dict.fromkeys(("tomorrow", "明天"), lambda today: today + timedelta(1)),
    **dict.fromkeys(("yesterday", "昨天"), lambda today: today - timedelta(1)),
    "后天": lambda today: today + timedelta(2),
    **dict.fromkeys(
        ("christmas", "christmas day", "圣诞", "圣诞节"), lambda today: _coming(12, 25, today)
    ),
    "christmas eve": lambda today: _coming(12, 24, today),
    **dict.fromkeys(
        ("new year", "new years", "new year's", "new year's day", "new years day", "元旦"),
        lambda today: _coming(1, 1, today),
    ),
    **dict.fromkeys(
        ("new year's eve", "new years eve", "new year eve"), lambda today: _coming(12, 31, today)
    ),
}
