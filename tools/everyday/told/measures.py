"""Told sums of measures: conversions, rectangles and boxes, times of day."""

from __future__ import annotations

import re

from tools.everyday.told import unit_words
from tools.everyday.told.amounts import Amount
from tools.everyday.told.question import Told

_LATER = (
    r"\barrive|\bdone\b|\bready\b|\bfinish|\bends?\b|\bover\b|\bthere\b|\bback\b|\bout\b|\bhome\b"
    r"|到达|结束|好|到"
)
_SOONER = (
    r"\bleave\b|\bstart\b|\bset off\b|\bbegin\b|\bgo to bed\b|\bget up\b|\bdepart|\bput it in\b"
    r"|出发|开始|动身|出门"
)
_TAKES = (
    r"\btakes?\b|\blasts?\b|\blater\b|\bafter\b|\blong\b|\bneeds?\b|\bdrive\b|\bin \d|要|需|后|用"
)
_AROUND = r"\bfence\b|\bperimeter\b|\baround\b|\bborder\b|\bskirting|\bedge\b|周长|围"
_SIZES = {
    2: r"\barea\b|\bbig\b|\blarge\b|\bsquare\b|\bsize\b|\bmuch (?:space|floor|carpet|lawn)"
       r"|面积|平方|多大",
    3: r"\bvolume\b|\bbig\b|\bhold\b|\bfit\b|\bcubic\b|\bmuch water|\bcapacity\b"
       r"|体积|容积|立方|多大",
}  # fmt: skip
_LASTING = r"how (?:many|much) (?:hours|minutes|time|sleep)|多少|几个?小时|多长"
# All that a question may say beside a span of time and its unit, if it only converts.
_FILLERS = re.compile(
    r"\b(?:how|many|much|long|what|what's|is|are|was|in|there|do|does|have|has|make|that|this|it"
    r"|of|the|a|an|and|please|equals?|to|convert|into|go|would|be|tell|me|can|you|i|need|know|last"
    r"|whole|full|per|just|exactly|total|as|or|so)\b|[多少几是有等于合换算成为个共总相当折,.?!\s\"'-]",
    re.IGNORECASE,
)


def convert(told: Told) -> str | None:
    """One measure in another unit of its kind."""
    if len(told.amounts) != 1 or not told.amounts[0].measured:
        return None
    one = told.amounts[0]
    if one.kind == "temperature":
        return _temperature(told, one)
    if one.per:
        return _pace(told, one)
    unit = told.unit or ("" if told.want == "item" else _other_unit(told, one))
    if not unit or unit == one.unit or one.kind != unit_words.kind_of(unit):
        return None
    if one.kind == "time" and not _only_converts(told, one):
        return None
    if {one.unit, unit} & unit_words.CALENDAR:
        factor = unit_words.factor(one.unit, unit)
        return f"{one.number}{factor}" if factor else None
    return f"{one.written} in {unit_words.spelt(unit)}"


def _pace(told: Told, one: Amount) -> str | None:
    """``1 km a minute`` in another unit of speed."""
    if one.kind != "length" or len(one.per) != 1 or one.per[0].number != "1":
        return None
    if "/" not in told.unit or one.per[0].kind != "time":
        return None
    return f"{one.written}/{unit_words.spelt(one.per[0].unit)} in {unit_words.spelt(told.unit)}"


def _only_converts(told: Told, one: Amount) -> bool:
    """Whether a question about a span of time asks nothing of it: not "how many hours must I
    sleep in a day"."""
    start, end = one.start - told.asks_at, one.end - told.asks_at
    question = told.question
    if start >= 0:
        question = question[:start] + question[end:]
    for unit in reversed(unit_words.mentioned(question)):
        question = question[: unit.start] + question[unit.end :]
    return not _FILLERS.sub("", question)


def _other_unit(told: Told, one: Amount) -> str:
    """A unit of the same kind that stands without a number: "the scale shows lbs"."""
    found = {
        u.name for u in unit_words.mentioned(told.text)
        if u.kind == one.kind and u.name != one.unit and not one.start <= u.start < one.end
        and u.kind != "time" and u.end - u.start > 1
    }  # fmt: skip
    return found.pop() if len(found) == 1 else ""


def _temperature(told: Told, one: Amount) -> str | None:
    """A temperature in the other scale; one of the two may be left unsaid."""
    named = {u.name for u in unit_words.mentioned(told.text) if u.kind == "temperature"} - {
        one.unit
    }
    other = told.unit if told.unit in {"degC", "degF"} else ""
    other = other or (named.pop() if len(named) == 1 else "")
    scale = one.unit or {"degC": "degF", "degF": "degC"}.get(other, "")
    if not scale or not other or scale == other:
        return None
    below = one.full.startswith("-")
    return (
        f"{'-' if below else ''}{one.number} {unit_words.spelt(scale)} in {unit_words.spelt(other)}"
    )


def shape(told: Told) -> str | None:
    """Area, volume or the way round of sides that were given."""
    if len(told.amounts) != 1 or not told.amounts[0].sides:
        return None
    one = told.amounts[0]
    unit = one.unit.partition("*")[0]
    sides = [s if " " in s else f"{s} {unit_words.spelt(unit)}" for s in one.sides]
    if told.says(_AROUND):
        return f"2 * ({' + '.join(sides)})" if len(sides) == 2 else None
    text = " * ".join(sides)
    if unit_words.kind_of(told.unit) == one.kind:
        same = told.unit == one.unit
        return text if same else f"{text} in {unit_words.spelt(told.unit)}"
    return text if told.asks(_SIZES[len(sides)]) or told.want == one.kind else None


def times(told: Told) -> str | None:
    """The time between two times of day, or the time of day so long after or before one."""
    clocks = told.of("clock")
    spans = [a for a in told.of("time") if a.unit in {"hour", "minute", "second"} and not a.per]
    if len(clocks) + len(spans) != len(told.amounts):
        return None
    if len(clocks) == 2 and not spans and (told.want == "time" or told.asks(_LASTING)):
        first, second = clocks
        night = " + 24 h" if _minutes(second) <= _minutes(first) else ""
        return f"{second.number}{night} - {first.number} in min"
    if len(clocks) != 1 or not spans or told.want != "clock":
        return None
    text = " + ".join(a.written for a in spans)
    sooner, later = told.asks(_SOONER), told.asks(_LATER)
    if sooner and not later:
        return f"{clocks[0].number} - {f'({text})' if len(spans) > 1 else text}"
    if sooner == later and not told.says(_TAKES):
        return None
    return f"{clocks[0].number} + {text}"


def _minutes(clock: Amount) -> int:
    hours, _, minutes = clock.number.partition(":")
    return int(hours) * 60 + int(minutes)
