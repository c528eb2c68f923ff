"""Sums with dates: the days between two, a date so many days or months away."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from tools.errors import BadInput
from tools.everyday.numerals import NO_NUMERAL, chinese, english

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
_UNIT = (
    r"(?:(?:working|business|work)\s*)?(?:days?|weeks?|months?|years?|天|日|周|个?星期|个?月|年)"
    r"|个?工作日"
)
_FILL = (  # words between "how many days" and the dates that ask for nothing else
    r"(?:\s+(?:is|it|are|there|lie|lies|pass|passed|have|has|will|be|that|was|were|do|does|we|i"
    r"|you|still|left|remain(?:ing)?|go|goes|went|by|in|total|exactly|altogether|the|time|elapsed?"
    r"|apart))*"
)
_ASKED = (
    rf"(?:(?:(?:how many|(?:the )?number of)\s+(?P<unit>{_UNIT})|(?P<unit2>{_UNIT})|how long"
    rf"|(?:the )?(?:time|gap|span|difference)){_FILL})"
)
_SPAN = rf"(?:between|from)\s+{_MARK}\s+(?:and|to|until|till|up to|through)\s+{_MARK}"
_CHINESE_SPAN = rf"从?{_MARK}\s*[到至和]\s*{_MARK}\s*"
_STEP = rf"(?P<n>\d{{1,7}}|an?)\s*(?P<unit>{_UNIT})"
_WHEN = "(?:[,是]?(?:几月几[日号]|几[日号]|哪天|星期几|周几|什么日[期子]|什么时候))?"
_APART = "(?:之间)?,?(?:总共|共)?(?:是|有|要|相差|相隔|隔了?|差|过了?|经过)?"
_LATER = "(?P<sign>之后|以后|之前|以前|后|前"
# In each, _MARK is where a date stands; the order of the dates comes with it.
_BETWEEN = (
    ("ab", rf"(?:{_ASKED}\s+)?{_SPAN}(?:\s+in\s+(?P<unit3>{_UNIT}))?"),
    ("ab", rf"{_SPAN}[,:]?\s+{_ASKED}"),
    ("ab", rf"{_MARK}\s+(?:to|until)\s+{_MARK}\s+in\s+(?P<unit>{_UNIT})"),
    ("ba", rf"{_MARK}\s*(?:-|minus)\s*{_MARK}(?:\s+in\s+(?P<unit>{_UNIT}))?"),
    ("b", rf"{_ASKED}\s+(?:until|till|to)\s+{_MARK}"),
    ("a", rf"{_ASKED}\s+since\s+{_MARK}"),
    ("a", rf"how many\s+(?P<unit>{_UNIT})\s+ago\s+(?:is|was)\s+{_MARK}"),
    ("ab", rf"{_CHINESE_SPAN}{_APART}\s*(?:多少|几)\s*(?P<unit>{_UNIT})"),
    ("ab", rf"{_CHINESE_SPAN}{_APART}多(?:久|长时间)"),
    ("b", rf"(?:距离?|离|到)\s*{_MARK}\s*(?:还有|有|还剩)?\s*(?:多少|几)\s*(?P<unit>{_UNIT})"),
)  # fmt: skip
_SHIFT = (
    ("a", rf"{_MARK}\s*(?P<sign>[+-]|plus|minus)\s*{_STEP}"),
    ("a", rf"{_STEP}\s+(?P<sign>after|from|before|since|past|prior to)\s+{_MARK}"),
    ("", rf"{_STEP}\s+(?P<sign>ago|later|hence)"),
    ("", rf"in\s+{_STEP}(?:'?s? time)?"),
    ("a", rf"{_MARK}\s*{_LATER}|加|减)\s*的?\s*{_STEP}{_WHEN}"),
    ("a", rf"{_MARK}的?\s*{_STEP}\s*{_LATER}){_WHEN}"),
    ("", rf"{_STEP}\s*{_LATER}){_WHEN}"),
    ("a", rf"从?{_MARK}(?:开始|算起|起)?,?\s*(?:再?过|往后数?)\s*{_STEP}(?:之?后|以后)?{_WHEN}"),
    ("", rf"再?过\s*{_STEP}(?:之?后|以后)?{_WHEN}"),
)
_LEAD = (
    r"^(?:(?:(?:what|which)(?:'s| is| was| will be| would be)?\s+)?(?:the\s+)?(?:what\s+)?"
    r"(?:exact\s+)?(?:date|day)(?:\s+(?:is|it|was|will|would|be|falls?|comes?|do|we|have|get|of|that"
    r"|lies|lands|exactly))*|what will (?:be the date|the date be)|when (?:is|was|will it be))\s+"
)
_TAIL = (
    r"\s*,?\s*(?:(?:is|was|falls on|will be|would be)\s+)?(?:on\s+)?(?:what|which) (?:date|day)"
    r"(?: (?:is|was) (?:it|that))?$|[\s,]+(?:please|exactly|in total|altogether)$"
)
# One date and one step: "issued on 3 July 2021 and valid for 10 years, when does it expire?"
_TERM = (
    r"\b(?:valid|warranty|guarantee|lasts?|runs?|expires?|due|trial|good for|contract|returned?"
    r"|deadline|ends?)\b|有效|保修|到期|期限|为期"
)
_ELSEWHERE = r"\b(?:poster|card|invitation|draw|paint|write|poem|remind)\b|提醒|写|画|海报"
_EARLIER = r"\b(?:before|notice|earlier|prior)\b|提前|之前"
_WHICH = r"\bwhen\b|\b(?:what|which) (?:date|day)\b|\buntil when\b|几[日号]|哪天|什么时候"
_BACK = {"-", "minus", "before", "prior to", "ago", "之前", "以前", "前", "减"}
_CHINESE_UNITS = {"天": "days", "日": "days", "周": "weeks", "星期": "weeks", "月": "months",
                  "年": "years", "工作日": "days"}  # fmt: skip


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


def spans(text: str) -> list[tuple[int, int]]:
    """Where in a text the dates stand that are written with a number."""
    found = re.finditer(_DATE, text, re.IGNORECASE)
    return [m.span() for m in found if re.search(r"\d", m.group())]


def find(text: str) -> Dated | None:
    """The date sum that a text asks for, or None."""
    text = _in_digits(text)
    if not re.search(r"\d|until|till|since|到|距|离|\ban? (?:day|week|month|year)\b", text):
        return None
    named = re.findall(_DATE, text, re.IGNORECASE)
    marked = re.sub(rf"(?:\bthe\s+)?(?:{_DATE})", _MARK, text, flags=re.IGNORECASE)
    if not named and not re.match(rf"(?:{_LEAD})?(?:in\s+)?{_STEP}", marked, re.IGNORECASE):
        return None
    bare = re.sub(_LEAD, "", marked, flags=re.IGNORECASE)
    for candidate in dict.fromkeys((marked, bare, re.sub(_TAIL, "", bare, flags=re.IGNORECASE))):
        for order, pattern in (*_BETWEEN, *_SHIFT):
            found = re.fullmatch(pattern, candidate, re.IGNORECASE)
            if found and len(order) == len(named):
                return _dated(dict(zip(order, named, strict=True)), found.groupdict())
    return _told(named, marked)


def _in_digits(text: str) -> str:
    for word, written in NO_NUMERAL:
        text = text.replace(word, written)
    text = re.sub(r"(?<=星期|礼拜)[一二三四五六日天]", "某", text)
    return english(chinese(text)).rstrip("?？!！.。 ")


def _told(named: list[str], marked: str) -> Dated | None:
    """An age, or a time since a date; the end of a term that began on a date."""
    rest = marked.replace(_MARK, "")
    if re.search(_ELSEWHERE, rest, re.IGNORECASE):
        return None
    if re.search(r"\bborn\b|出生|生日是", marked, re.IGNORECASE) and 1 <= len(named) <= 2:
        asks = re.search(r"\bhow old\b|\bage\b|多大|几岁|多少岁", marked, re.IGNORECASE)
        if asks and not re.search(r"\d", rest):
            dated = [n for n in named if re.search(r"\d", n)]
            if not dated:
                return None
            unit = re.search(rf"\b(?:in|how many)\s+({_UNIT})\b", rest, re.IGNORECASE)
            second = (*dated[1:], "today")[0]
            return Dated(dated[0], second, 0, _unit(unit[1] if unit else "years")[0])
    since = re.search(rf"\bsince {_MARK}[.,?!]", marked) if len(named) == 1 else None
    asks = re.search(rf"\bhow many ({_UNIT})\b(?! until| till| left)", rest, re.IGNORECASE)
    if since and asks and re.search(r"\d{4}", named[0]) and not re.search(r"\d", rest):
        return Dated(named[0], "today", 0, *_unit(asks[1]))
    steps = list(re.finditer(_STEP, rest, re.IGNORECASE))
    if len(named) != 1 or len(steps) != 1 or len(re.findall(r"\d+", rest)) > 1:
        return None
    if not _has_year(named[0]):  # the last such day, or the next one?
        return None
    if not (re.search(_WHICH, rest, re.IGNORECASE) and re.search(_TERM, rest, re.IGNORECASE)):
        return None
    if re.search(_EARLIER, rest, re.IGNORECASE):
        return None
    return _dated({"a": named[0]}, steps[0].groupdict())


def _dated(named: dict[str, str], groups: dict[str, str | None]) -> Dated:
    named_unit = groups.get("unit") or groups.get("unit2") or groups.get("unit3")
    unit, working = _unit(named_unit or "days")
    first = named.get("a", "today")
    if amount := groups.get("n"):
        sign = -1 if (groups.get("sign") or "+").lower() in _BACK else 1
        number = int(amount) if amount.isdigit() else 1  # "a week after"
        return Dated(first, "", sign * number, unit, working)
    return Dated(first, named.get("b", "today"), 0, unit, working)


def solve(asked: Dated, today: date) -> Answer:
    """Compute it; ``today`` is what "today" and dates without a year are counted from.

    Raises:
        BadInput: a date that does not exist, has two readings, or lies outside years 1 to 9999.
    """
    if asked.second:
        return _between(*_pair(asked, today), asked)
    first = parse(asked.first, today)
    try:
        result = _shift(first, asked)
    except (OverflowError, ValueError) as error:
        raise BadInput(
            f"That date lies outside the years {MINYEAR} to {MAXYEAR}.", "Use a smaller step."
        ) from error
    size = abs(asked.amount)
    unit = _plural(f"{'working ' if asked.working else ''}{asked.unit[:-1]}", size)
    step = f"{first.isoformat()} {'-' if asked.amount < 0 else '+'} {size:,} {unit}"
    text = f"{result.isoformat()} ({DAYS[result.weekday()]})"
    return Answer(text, result.isoformat(), "date", (step,))


def _pair(asked: Dated, today: date) -> tuple[date, date]:
    """The two dates of a span; one without a year is taken next to the other one."""
    second_in = _has_year(asked.second)
    if not _has_year(asked.first) and (second_in or asked.second == "today"):
        second = parse(asked.second, today)
        first = parse(asked.first, second)
        return (first if first <= second else _year_before(asked.first, first)), second
    first = parse(asked.first, today)
    return first, parse(asked.second, today if second_in else first)


def _has_year(text: str) -> bool:
    feast = re.search(r"christmas|new year|圣诞|元旦", text, re.IGNORECASE)
    return bool(re.search(r"\d{4}", text)) or not (feast or re.search(r"\d", text))


def _year_before(text: str, when: date) -> date:
    """The last such day before ``when``, itself the next one: 3 March of the year before."""
    for back in range(1, 9):
        try:
            return when.replace(year=when.year - back)
        except ValueError:  # 29 February
            continue
    raise BadInput(f"There is no date “{text}”.", "Write it as year-month-day: 2026-12-24")


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
    words = re.sub("^个", "", written.lower()).split()
    unit = _CHINESE_UNITS.get(words[-1], words[-1])
    unit = unit if unit.endswith("s") else unit + "s"
    return unit.removeprefix("work"), len(words) > 1 or words[-1] in {"工作日", "workdays"}


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
