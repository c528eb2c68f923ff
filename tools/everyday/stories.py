"""Sums as people tell them, in a sentence or two, turned into the sum that the calculator reads.

"A shirt costs 79.90 and it is 30% off, what do I pay?" becomes ``79.90 - 30%``. The numbers of
the text are found with what they are of (:mod:`tools.everyday.told.amounts`), then what the
question wants (:mod:`tools.everyday.told.question`); the readings below try to explain *every*
number of the text. Where one number is left over, the text is no sum that is surely understood.
Nothing is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tools.everyday.told import bills, measures, percents, products, question, sharing, unit_words
from tools.everyday.told.question import Told

MAX_LENGTH = 500
_TAKEN = re.compile(
    r"(?:\b(?:minus|less)|再减|减去?|立减|再便宜|再优惠)\s*[$€£¥]?\s*$", re.IGNORECASE
)
_AFTERWARDS = re.compile(
    rf"(?:\b(?:plus|and|add|with)|再加|另加|加上?|外加)\s*[$€£¥]?\s*$|{_TAKEN.pattern}",
    re.IGNORECASE,
)
"""Words before an amount that is added, or comes off, after the percents."""


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
        made = reading(told)
        if made and re.search(r"[-+*/%(]| in ", made):  # a number alone is no sum
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
    later = [a for a in rest if a.start > shares[-1].end and _AFTERWARDS.search(a.lead)]
    rest = [a for a in rest if a not in later]
    if len(rest) > 1 and told.says(r"\bdifference\b|\bminus\b|差"):
        return None
    factor: str | None = ""
    if len(rest) == 1:  # 5% more than 4,000 a month
        per = rest[0].per
        if told.span and len(per) == 1 and per[0].kind == "time":
            factor = unit_words.factor(told.span, per[0].unit)
        rest = [replace(rest[0], per=())]
    made = percents.percents(told, bills.whole(told, rest), shares) if rest else None
    if (
        made is None
        or factor is None
        or (later and (factor or any(a.kind != "money" or a.per for a in later)))
    ):
        return None
    made = f"({made}){factor}" if factor else made
    for amount in later:
        sign = "-" if _TAKEN.search(amount.lead) else "+"
        made = f"({made}) {sign} {amount.number}"
    return f"({made}) / {count.number}" if count else made


_READINGS: tuple[Callable[[Told], str | None], ...] = (
    measures.times,
    bills.worded,
    measures.shape,
    measures.convert,
    percents.interest,
    _percents,
    percents.ratio,
    bills.reduced,
    bills.left,
    sharing.average,
    sharing.fitting,
    sharing.scaled,
    sharing.shared,
    products.solve,
    sharing.compared,
    bills.total,
)
"""In the order in which they are tried: those that need the most particular words come first."""
