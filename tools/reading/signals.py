"""What can be counted of a question and each unit of a text, beside what a network reads in them.

These signals carry what the network cannot learn from a few thousand questions: which kind of
value is asked for and where one stands, the business words that two languages share, and how
rare the words are that question and unit have in common.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tools.reading.lexicon import match, terms
from tools.reading.question import Question, understood
from tools.reading.values import find

if TYPE_CHECKING:
    import numpy as np

COUNT = 16
"""Signals of each unit."""
_NAME = re.compile(r"\b[A-ZÀ-Þ][a-zà-ÿ'’-]+(?:\s[A-ZÀ-Þ][a-zà-ÿ'’-]+)+\b")
_NOWHERE: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def _kinds(text: str) -> frozenset[str]:
    return frozenset(v.kind for v in find(text))


@lru_cache(maxsize=4096)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def signals(
    question: str, texts: Sequence[str], cosines: np.ndarray, lengths: Sequence[int]
) -> np.ndarray:
    """The signals of each unit, float32 [units, COUNT], scaled to about -1..2.

    Args:
        question: as the person put it.
        texts: the units, in reading order.
        cosines: [units], of each with the question, by the sentence encoder.
        lengths: tokens of each unit.
    """
    import numpy as np

    asked = understood(question)
    wanted = list(asked.terms)
    concepts = [t for t in wanted if t.startswith("@")]
    there = [_terms(t) for t in texts]
    everywhere = set().union(*there) if there else set()
    rare = _rarity(wanted, there)
    kinds = [_kinds(t) for t in texts]
    first = asked.kinds[0] if asked.kinds else ""
    with_kind = sum(first in k for k in kinds)
    met = _share(wanted, rare, lambda t: float(t in everywhere))
    named = min((match(t, everywhere) for t in concepts), default=-1.0)
    top = float(cosines.max()) if len(texts) else 0.0
    ranks = np.empty(len(texts))
    ranks[np.argsort(-cosines, kind="stable")] = np.arange(len(texts))
    rows = []
    for at, text in enumerate(texts):
        near = there[at] | (there[at - 1] if at else _NOWHERE)
        own = {t: match(t, there[at]) for t in wanted}
        around = {t: match(t, near) for t in wanted}
        rows.append(
            [
                2 * float(cosines[at]),
                4 * (float(cosines[at]) - top),
                min(float(ranks[at]), 10.0) / 5,
                2 * _share(wanted, rare, own.__getitem__),
                2 * _share(wanted, rare, around.__getitem__),
                2 * _fit(asked, kinds[at], text),
                float(bool(asked.kinds)),
                max((own[t] for t in concepts), default=-1.0),
                min((around[t] for t in concepts), default=-1.0),
                named,
                met,
                min(with_kind, 5) / 3,
                len(kinds[at]) / 2,
                min(lengths[at], 40) / 20,
                2 * top,
                float(first in {"name", "place"}),
            ]
        )
    return np.asarray(rows, dtype=np.float32).reshape(len(texts), COUNT)


def _rarity(wanted: Sequence[str], there: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much each term of the question counts: the rarer in the text the more."""
    having = Counter(t for bag in there for t in bag)
    return {t: math.log(1 + len(there) / (0.5 + having[t])) for t in wanted}


def _share(wanted: Sequence[str], rare: dict[str, float], met: Callable[[str], float]) -> float:
    """The share of what is asked about, weighted by rarity, that is met."""
    whole = sum(rare.values())
    return float(sum(rare[t] * met(t) for t in wanted) / whole) if whole else 0.0


def _fit(asked: Question, kinds: frozenset[str], text: str) -> float:
    """How well the values in a unit are of the kind that is asked for."""
    fit = 0.0
    for rank, kind in enumerate(asked.kinds):
        if kind in kinds:
            fit = max(fit, 1 - 0.15 * rank)
        elif kind == "name" and _NAME.search(text):
            fit = max(fit, 0.8)
        elif kind == "place":
            fit = max(fit, 0.3)
    return fit
