"""Extractive summaries by LexRank: the sentences that are most like all the others.

Erkan and Radev, "LexRank: Graph-based Lexical Centrality as Salience in Text Summarization",
JAIR 22, 2004; sentences that repeat what was taken are passed over (Carbonell and Goldstein,
"The use of MMR", SIGIR 1998).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tools.reading.lexicon import terms
from tools.reading.material import sentences

DAMPING: Final = 0.85
THRESHOLD: Final = 0.1
"""Cosine from which two sentences count as alike (the paper's best)."""
ALIKE: Final = 0.5
"""A sentence this like one that was taken says nothing new."""
MOST: Final = 400
"""Sentences that are compared; of a longer text an even sample."""
_HEAD: Final = re.compile(r"#|(?:From|To|Cc|Date|Sent|Subject|Reply-To):\s", re.IGNORECASE)
"""Headings and the head of a mail: they say what a text is, not what is in it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A sentence of the summary, and the number of the source it came from."""

    text: str
    source: int


def summary(parts: Sequence[tuple[str, int]], count: int) -> list[Taken]:
    """The ``count`` most central sentences of parts (text, source), in their order.

    Headings, rows of tables and fragments are left out where there is running text.
    """
    pool = [Taken(" ".join(s.split()), source) for text, source in parts for s in _running(text)]
    if len(pool) <= count:
        return pool
    step = max(1, math.ceil(len(pool) / MOST))
    pool = pool[::step]
    bags = [Counter(terms(s.text)) for s in pool]
    likeness = _cosines(bags)
    rank = _centrality(likeness)
    order = sorted(range(len(pool)), key=lambda i: -(rank[i] * _lead(i)))
    chosen: list[int] = []
    for i in order:
        if len(chosen) == count:
            break
        if all(likeness[i][j] < ALIKE for j in chosen):
            chosen.append(i)
    return [pool[i] for i in sorted(chosen)]


def _lead(index: int) -> float:
    """A text says at its beginning what it is about."""
    return 1.0 + 0.8 / (1 + index)


def _running(text: str) -> list[str]:
    out = []
    for block in text.split("\n\n"):
        lines = [x for x in block.splitlines() if " | " not in x and not _HEAD.match(x)]
        joined = " ".join(lines) if all(len(x) > 45 for x in lines[:-1]) else "\n".join(lines)
        for line in joined.splitlines():
            out += [s for s in sentences(line) if len(terms(s)) >= 4]
    return out


def _cosines(bags: Sequence[Counter[str]]) -> list[list[float]]:
    import numpy as np

    names = {t: i for i, t in enumerate({t for bag in bags for t in bag})}
    matrix = np.zeros((len(bags), max(1, len(names))), dtype=np.float32)
    for row, bag in enumerate(bags):
        for term, n in bag.items():
            matrix[row, names[term]] = n
    rare = np.log(1 + len(bags) / np.maximum((matrix > 0).sum(axis=0), 1))
    matrix *= rare
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-6)
    found: list[list[float]] = (matrix @ matrix.T).tolist()
    return found


def _centrality(likeness: Sequence[Sequence[float]]) -> list[float]:
    """The stationary distribution of a walk between like sentences (power iteration)."""
    import numpy as np

    links = np.asarray(likeness)
    links = np.where(links >= THRESHOLD, links, 0.0)
    size = len(links)
    np.fill_diagonal(links, 0.0)
    links[links.sum(axis=1) == 0.0] = 1.0 / size  # like no other: it votes for all alike
    links /= links.sum(axis=1, keepdims=True)
    rank = np.full(size, 1.0 / size)
    for _ in range(100):
        new = (1 - DAMPING) / size + DAMPING * (links.T @ rank)
        if np.abs(new - rank).sum() < 1e-8:
            break
        rank = new
    out: list[float] = rank.tolist()
    return out
