"""Sums as people tell them, in a sentence or two, turned into the sum that the calculator reads.

"A shirt costs 79.90 and it is 30% off, what do I pay?" becomes ``79.90 - 30%``. The numbers of
the text are found with what they are of (:mod:`tools.everyday.told.amounts`), then what the
question wants (:mod:`tools.everyday.told.question`); the readings below try to explain *every*
number of the text. Where one number is left over, the text is no sum that is surely understood.
Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tools.everyday.told import bills, measures, percents, products, question, sharing
from tools.everyday.told.question import Told

MAX_LENGTH = 500


def expression(text: str) -> str | None:
    """The sum that a sentence or two in English or Chinese asks for, or None.

    None also where it asks for no sum, or not surely for one kind of sum. Never raises.
    """
    if not text or len(text) > MAX_LENGTH:
        return None
    told = question.read(text)
    if told is None:
        return None
    for reading in _READINGS:
        if made := reading(told):
            return made
    return None


def _percents(told: Told) -> str | None:
    """Percents of a bill, of which each of some people may pay a part."""
    shares = told.of("percent", "share")
    rest = [a for a in told.amounts if a not in shares]
    if not shares or not rest:
        return None
    found = sharing.among(told, rest)
    count, rest = found or (None, rest)
    alone = len(rest) == 1  # 5% more than 4,000 a month
    rest = [replace(a, per=()) if a.soft or alone else a for a in rest]
    made = percents.percents(told, bills.whole(told, rest), shares)
    return f"({made}) / {count.number}" if made and count else made


_READINGS: tuple[Callable[[Told], str | None], ...] = (
    measures.times,
    bills.worded,
    measures.shape,
    measures.convert,
    percents.interest,
    _percents,
    percents.ratio,
    bills.left,
    sharing.average,
    sharing.fitting,
    sharing.shared,
    products.solve,
    sharing.compared,
    bills.total,
)
"""In the order in which they are tried: those that need the most particular words come first."""
