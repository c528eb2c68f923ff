"""Whether the numbers that a sentence reports stand in what it reports on, or follow from it.

A sentence that says what a tool found may round, add, subtract, count, change a unit or reword a
date; a number that is reached in no such way was not returned by any tool.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from tools.everyday.numerals import chinese, english

COUNTED = 12
"""Whole numbers up to this may be counts of what is listed."""
MOST = 14
"""Numbers that are combined in pairs; with more anything would be reached."""
FACTORS = (7, 12, 24, 52, 60, 100, 365, 1000, 3600, 10_000, 1_000_000)
"""What other units of time, percent, thousands and 万 multiply by."""
UNITS = (2.54, 0.3048, 0.9144, 1.609344, 0.45359237, 28.349523, 3.785412, 4.184)
"""Inches, feet, yards, miles, pounds, ounces, gallons, calories."""
WHOLES = (12, 24, 60, 100)
"""What is left of an hour, a day, a hundred."""

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.])(?<!\d,)"
    r"(?:\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"(?:\s?(?:[kKmM万亿](?![A-Za-z])|million\b|billion\b|thousand\b))?"
)
_WHOLE = re.compile(r"\d+(?:\.\d+)?")
_NO_FIGURE = re.compile(
    r"`[^`\n]*`|https?://\S+|\b[a-z]+:\d+\b|\[s?\d+\]|^\s*\d{1,2}[.)]\s|\b[A-Za-z]+[-_]?\d[\w-]*\b"
    r"|\b\d+[A-Za-z]+\d\w*\b",
    re.MULTILINE,
)
_SUFFIX = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "million": 1e6,
    "billion": 1e9,
    "万": 1e4,
    "亿": 1e8,
}
_TENTHS = re.compile(r"([一二三四五六七八九])成([一二三四五六七八九半]?)")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"半": 5, "": 0}
_CLOCK = re.compile(r"点(?=[零〇][一二三四五六七八九]分|[一二三四五]?十|[一二三四五]十[一-九]?)")
_JIN = re.compile(r"([\d一二三四五六七八九十]+)斤([一二三四五六七八九])两")
_TAIL = re.compile(r"(\d)(?:st|nd|rd|th)\b")
_ROUGH = re.compile(
    r"\b(?:about|around|roughly|approximately|almost|nearly|some|just (?:over|under)|close to"
    r"|more than|less than|over|under|or so)\b|[≈~]"
    r"|(?<![违合契预节条公签制])约(?=[\d零一二三四五六七八九十百千两])"
    r"|大约|左右|差不多|将近|近|上下|多|出头|不到|大概|超过",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[\n;；,，、|]")


@dataclass(frozen=True)
class Figures:
    """``texts``: all that tools returned and the person gave, in this conversation."""

    texts: tuple[str, ...]

    @cached_property
    def _known(self) -> tuple[float, ...]:
        values = {value for text in self.texts for value in _values(text)}
        return tuple(sorted(value for value in values if math.isfinite(value)))

    @cached_property
    def _counts(self) -> frozenset[int]:
        """How many items or lines the texts have: what whoever reads them may count."""
        lines = [t.count("\n") + 1 for t in self.texts]
        items = [len(_ITEM.split(t)) for t in self.texts]
        digits = [len(code) for t in self.texts for code in re.findall(r"\d{6,}", t)]
        return frozenset([*(n + d for n in (*lines, *items) for d in (-1, 0, 1)), *digits])

    @cached_property
    def _reached(self) -> tuple[float, ...]:
        """What follows in one step: sums, differences, products, ratios, the sum of all.

        Small whole numbers (days, counts) are left out of sums: with them anything is reached.
        """
        large, totals = self._large, self._totals
        small = [k for k in self._known if 1 < k <= COUNTED and k.is_integer()]
        out = list(totals)
        out += [c - k for c in WHOLES for k in self._known if k < c]
        if len(large) <= MOST:
            for a, b in combinations(large, 2):
                out += [a + b, b - a]
                out += [b / a, 100 * a / b, 100 * (b - a) / a, 100 * (b - a) / b] if a and b else []
        if len(self._known) <= MOST:
            out += [b - a for a, b in combinations(self._known, 2) if 2 < b - a <= COUNTED]
        few = large[:MOST]
        out += [r for c in small for k in few for r in (c * k, k / c)]
        out += [a * b for a, b in combinations(small, 2)]
        return tuple(sorted(r for r in out if math.isfinite(r)))

    @cached_property
    def _large(self) -> tuple[float, ...]:
        return tuple(k for k in self._known if k > COUNTED or not k.is_integer())

    @cached_property
    def _totals(self) -> tuple[float, ...]:
        runs = {sum(run) for text in self.texts for run in _runs(list(_stated(text)))}
        totals = runs | {sum(self._large), sum(self._known)}
        return tuple(total for total in totals if math.isfinite(total))

    def _near(self, value: float, slack: float) -> Iterator[float]:
        """What is reached close to a value: within 7 % and ``slack``, what any rounding allows."""
        low, high = value / 1.07 - slack, value * 1.07 + slack
        yield from _between(self._reached, low, high)
        for total in self._totals:  # the shares, which are too many to be kept
            for part in _between(self._large, low * total / 100, high * total / 100):
                if total:
                    yield 100 * part / total

    def unfounded(self, sentence: str) -> str:
        """The first number of the sentence that nothing given leads to; empty if none."""
        rough = bool(_ROUGH.search(sentence))
        units = (*UNITS, 2.0) if "斤" in sentence else UNITS  # half a kilogram
        for match in _NUMBER.finditer(_NO_FIGURE.sub(" ", _in_digits(sentence))):
            said = match.group()
            if not any(self._founded(value, said, units, rough=rough) for value in _readings(said)):
                return said.strip()
        return ""

    def _founded(self, value: float, said: str, units: tuple[float, ...], *, rough: bool) -> bool:
        small = value.is_integer() and value <= COUNTED
        if value in self._counts or (small and (value <= 2 or not self._small)):
            return True
        places = _places(said)
        if any(_same(value, known, places, rough=rough) for known in self._known):
            return True
        for known in self._known:
            if small and abs(known - value) in {1, 12}:
                return True  # a day more or less, a time by the other clock
            if known <= 2 and known.is_integer():
                continue
            others = (known * f for f in (*FACTORS, *(1 / x for x in FACTORS)))
            if any(_equal(value, other, places) for other in others):
                return True
            if rough and known < 1 and _same(value, 100 * known, places, rough=True):
                return True
            others = (known * f for f in (*units, *(1 / x for x in units)))
            if any(_same(value, other, places, rough=rough) for other in others):
                return True
        if 12 < value <= 24 and value - 12 in self._known:
            return True
        scaled = [value, *(value / f for f in (1e3, 1e4, 1e6) if value >= f)]
        return any(
            _same(value, reached, places, rough=rough)
            for reached in self._near(value, 10.0**-places)
            if rough or places or abs(reached - round(reached)) < 1e-6
        ) or any(abs(v - reached) < 1e-6 for v in scaled for reached in self._near(v, 1e-3))

    @cached_property
    def _small(self) -> bool:
        return any(2 < k <= COUNTED and k.is_integer() for k in self._known)


def _between(ordered: tuple[float, ...], low: float, high: float) -> tuple[float, ...]:
    return ordered[bisect_left(ordered, low) : bisect_right(ordered, high)]


def _equal(said: float, known: float, places: int) -> bool:
    return said == round(known, places) and (places > 0 or abs(known - said) < 0.005 * said)


def _same(said: float, known: float, places: int, *, rough: bool) -> bool:
    """Equal, or what rounding makes of it: to the places said, or to the digits before the zeros.

    Where the sentence says that it is rough, one digit may be all that is left.
    """
    if abs(said - known) <= 1e-12 * max(1e6, abs(known)):
        return True
    if not known or not said:
        return False
    close = abs(said - known) <= (0.06 if rough else 0.01) * abs(known)
    if said == round(known, places) and (places > 0 or close):
        return True
    if not said.is_integer() or not close:
        return False
    if rough:
        return said < 1000 or not said % 10
    zeros = len(f"{said:.0f}") - len(f"{said:.0f}".rstrip("0"))
    return zeros > 0 and known >= 100 and abs(said - known) <= 0.5 * 10**zeros


def _places(said: str) -> int:
    body = re.sub(r"[^\d.,]", "", said)
    _, dot, decimals = body.rpartition(".") if "." in body else body.rpartition(",")
    if re.search(r"[kKmM万亿]", said):
        return 0
    return len(decimals) if dot and len(decimals) != 3 else 0


def _stated(text: str) -> Iterator[float]:
    """The numbers of a text in their order, each read one way, without small counts."""
    for match in _NUMBER.finditer(_in_digits(text)):
        value = next(_readings(match.group()))
        if value > COUNTED or not value.is_integer():
            yield value


def _runs(values: list[float]) -> Iterator[list[float]]:
    """Stretches of numbers that stand one after another, as the rows of a column do."""
    for start in range(min(len(values), 2 * MOST)):
        for end in range(start + 3, min(len(values), start + MOST) + 1):
            yield values[start:end]


def _values(text: str) -> Iterator[float]:
    plain = _in_digits(text)
    for match in _NUMBER.finditer(plain):
        yield from _readings(match.group())
    for match in _WHOLE.finditer(plain):  # also within names, dates, codes
        yield float(match.group())


def _readings(said: str) -> Iterator[float]:
    """``1.234`` is one and a bit, or a thousand: both are thought of."""
    body = said.strip()
    suffix = re.search(r"[^\d.,'’\s]+$", body)
    factor = _SUFFIX.get(suffix.group().lower(), 1.0) if suffix else 1.0
    body = re.sub(r"[\s'’]", "", body[: suffix.start()] if suffix else body)
    grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", body) is not None
    for thousands, decimal in ((",", "."),) if grouped else ((",", "."), (".", ",")):
        text = body.replace(thousands, "").replace(decimal, ".")
        if text.count(".") <= 1 and text.strip("."):
            yield round(float(text) * factor, 6)
            if factor != 1.0:
                yield float(text)  # the unit may stand in a column's head


def _in_digits(text: str) -> str:
    text = _CLOCK.sub(":", _JIN.sub(r"\1.\2", text))
    percent = _TENTHS.sub(lambda m: f"{10 * _DIGITS[m[1]] + _DIGITS[m[2]]}%", text)
    return _TAIL.sub(r"\1", chinese(english(percent)))
