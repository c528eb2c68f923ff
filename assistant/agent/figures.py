"""Whether the numbers that a sentence reports stand in what it reports on, or follow from it.

A sentence that says what a tool found may round, add, subtract, count, change a unit or reword a
date; a number that is reached in no such way was not returned by any tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from tools.everyday.numerals import chinese, english

COUNTED = 12
"""Whole numbers up to this may be counted by whoever looks: three people, two pages."""
MOST = 60
"""Numbers that are added and subtracted in pairs; more would make anything reachable."""
FACTORS = (10, 12, 24, 60, 100, 1000, 3600, 10_000, 1_000_000, 1_000_000_000)
"""What changes of unit, percent and thousands, millions or 万 multiply by."""

_NUMBER = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"(?:\s?[kKmM万亿](?![A-Za-z]))?"
)
_WHOLE = re.compile(r"\d+(?:\.\d+)?")
_NO_FIGURE = re.compile(
    r"`[^`\n]*`|https?://\S+|\b\w+:\d+\b|\[s?\d+\]|^\s*\d{1,2}[.)]\s|\b[A-Za-z]+[-_]?\d[\w-]*\b"
    r"|\d+(?:st|nd|rd|th)\b",
    re.MULTILINE,
)
_SUFFIX = {"k": 1e3, "m": 1e6, "万": 1e4, "亿": 1e8}


@dataclass(frozen=True)
class Figures:
    """``texts``: all that tools returned and the person gave, in this conversation."""

    texts: tuple[str, ...]

    @cached_property
    def _known(self) -> frozenset[float]:
        return frozenset(value for text in self.texts for value in _values(text))

    @cached_property
    def _reached(self) -> tuple[float, ...]:
        """What follows in one step: sums, differences, products and ratios, the sum of all.

        Small whole numbers (days, counts) are left out of sums: with them anything is reached.
        """
        known = sorted(self._known)
        out = [sum(known)]
        large = [k for k in known if k > COUNTED or not k.is_integer()][:MOST]
        for a, b in combinations(large, 2):
            out += [a + b, b - a]
            out += [b / a, 100 * a / b, 100 * (b - a) / a] if a and b else []
        counts = [k for k in known if 1 < k <= COUNTED and k.is_integer()]
        return (
            *out,
            *(c * k for c in counts for k in large),
            *(k / c for c in counts for k in large),
        )

    def unfounded(self, sentence: str) -> str:
        """The first number of the sentence that nothing given leads to; empty if none."""
        for match in _NUMBER.finditer(_NO_FIGURE.sub(" ", _in_digits(sentence))):
            said = match.group()
            if not any(self._founded(value, said) for value in _readings(said)):
                return said.strip()
        return ""

    def _founded(self, value: float, said: str) -> bool:
        if value.is_integer() and value <= COUNTED:
            return True
        places = _places(said)
        if any(_same(value, known, places) for known in self._known):
            return True
        for known in self._known:
            if known + 12 == value or known - 12 == value:  # a time by the other clock
                return True
            if any(_same(value, known * f, places) or _same(value, known / f, places)
                   for f in FACTORS):  # fmt: skip
                return True
        return any(_follows(value, reached, places) for reached in self._reached)


def _same(said: float, known: float, places: int) -> bool:
    """Equal, or what rounding to the places, or to two or more leading digits, makes of it."""
    if abs(said - known) <= 1e-9 * max(1.0, abs(known)) or said == round(known, places):
        return True
    if not known or not said:
        return False
    return said >= 100 and not said % 10 and abs(said - known) <= 0.05 * abs(known)


def _follows(said: float, reached: float, places: int) -> bool:
    """Equal to the places said; to whole numbers only what is whole, or large, is rounded."""
    if not places and abs(reached - round(reached)) > 1e-6 and abs(reached) < 1000:
        return places == 0 and said >= 10 and abs(said - reached) <= 0.005 * abs(reached)
    return said == round(reached, places)


def _places(said: str) -> int:
    _, dot, decimals = said.rpartition(".") if "." in said else said.rpartition(",")
    digits = decimals.rstrip(" kKmM万亿")
    return len(digits) if dot and len(digits) != 3 else 0


def _values(text: str) -> Iterator[float]:
    plain = _in_digits(text)
    for match in _NUMBER.finditer(plain):
        yield from _readings(match.group())
    for match in _WHOLE.finditer(plain):  # also within names, dates, codes
        yield float(match.group())


def _readings(said: str) -> Iterator[float]:
    """``1.234`` is one and a bit, or a thousand: both are thought of."""
    body = said.strip()
    factor = _SUFFIX.get(body[-1].lower(), 1.0)
    body = re.sub(r"[\s'’]", "", body.rstrip("kKmM万亿"))
    grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", body) is not None
    for thousands, decimal in ((",", "."),) if grouped else ((",", "."), (".", ",")):
        text = body.replace(thousands, "").replace(decimal, ".")
        if text.count(".") <= 1 and text.strip("."):
            yield float(text) * factor


def _in_digits(text: str) -> str:
    return chinese(english(text))
