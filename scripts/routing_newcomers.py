"""How near a request must be to the examples of a tool that the head was not trained on.

Each built-in tool in turn is left out: a linear head learns the others from one half of the
requests, the tool joins with six of its requests from that half, and the other half tells
which measures show that it is wanted.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.brain.builtin import features
from assistant.brain.builtin.newcomers import Examples

if TYPE_CHECKING:
    from routing_requests import Row
    from train_router import Vectors

SAMPLES = 3
"""Draws of six examples for each tool."""


WANTED = {"newcomer": 1.5, "newcomer_unknown": 3.0}
"""How much a request for the newcomer counts beside one for another tool."""


class _Rarity:
    """What :class:`Examples` needs of a head: the weights of n-grams."""

    def __init__(self, rare: np.ndarray) -> None:
        self.rare = rare

    def weighted(self, text: str, *, unseen: bool = True) -> tuple[np.ndarray, np.ndarray]:
        counts = features.hashed(text)
        places = np.fromiter(counts, dtype=np.int64, count=len(counts))
        rare = np.where(self.rare[places] > 0, self.rare[places], self.rare.max())
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts)) * rare
        return places, values / max(float(np.linalg.norm(values)), 1e-6)


def learned(rows: list[Row], vectors: Vectors, names: tuple[str, ...]) -> dict[str, Any]:
    """Weights for requests the encoder knows and for others; prints how well they tell."""
    from train_router import Model

    chance = random.Random(3)
    given: list[list[float]] = []
    target: list[int] = []
    known: list[bool] = []
    whose: list[str] = []
    for name in names:
        mixed = rows[:]
        chance.shuffle(mixed)
        first, second = mixed[: len(rows) // 2], mixed[len(rows) // 2 :]
        rest = [r for r in first if name not in r.tools]
        model = Model(rest, vectors, network=False)
        pool = [r.text for r in first if r.tools == (name,)]
        tests = [r for r in second if r.tools == (name,)]
        tests += chance.sample([r for r in second if name not in r.tools], 4 * len(tests))
        highest = 1 / (1 + np.exp(-model.logits(tests, vectors)[:, :-1]))
        highest[:, names.index(name)] = 0.0
        seen = vectors([r.text for r in rest])
        asked = vectors([r.text for r in tests])
        rarity: Any = _Rarity(model.rare)
        for _ in range(SAMPLES):
            texts = chance.sample(pool, 6)
            examples = Examples.of(texts, vectors(texts), rarity)
            for row, vector, top in zip(tests, asked, highest.max(axis=1), strict=True):
                places, values = rarity.weighted(row.text)
                grams = dict(zip(places.tolist(), values.tolist(), strict=True))
                reads = bool(vector.any())
                measured = examples.measures(vector if reads else None, grams)
                rival = float((seen @ vector).max())
                given.append([*measured, rival, float(top)])
                target.append(int(row.tools == (name,)))
                known.append(reads)
                whose.append(name)
    x, y, reads_it = np.array(given), np.array(target), np.array(known)
    found = {}
    for key, some in (("newcomer", reads_it), ("newcomer_unknown", ~reads_it)):
        weight = np.where(y[some] == 1, WANTED[key], 1.0)
        fit = LogisticRegression(C=100.0, max_iter=1000)
        fit.fit(x[some], y[some], sample_weight=weight)
        guess = fit.predict(x[some])
        wanted = y[some] == 1
        print(
            f"{key}: found {guess[wanted].mean():.1%} of {wanted.sum()}, "
            f"taken wrongly {guess[~wanted].mean():.1%} of {(~wanted).sum()}"
        )
        found[key] = np.append(fit.coef_[0], fit.intercept_[0]).astype(np.float32)
    return found
