"""One ranking out of several.

Reciprocal-rank fusion: Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms
Condorcet and individual rank learning methods", SIGIR 2009.
"""

from __future__ import annotations

from collections.abc import Sequence

K = 60  # the paper's constant


def fuse(rankings: Sequence[Sequence[int]]) -> list[tuple[int, float]]:
    """(id, score) by the sum of 1 / (K + rank) over the rankings, the best first.

    Scores are divided by what the first of every ranking would get, so that they lie in 0..1.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            scores[id_] = scores.get(id_, 0.0) + 1 / (K + rank)
    most = len(rankings) / (K + 1)
    # Equal scores keep the order of the first ranking that named them.
    return [(i, s / most) for i, s in sorted(scores.items(), key=lambda item: -item[1])]
