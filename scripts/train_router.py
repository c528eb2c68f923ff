"""Train the routing head that the assistant ships, and report how good it is.

    python scripts/train_router.py            # report by cross-validation, then write the weights
    python scripts/train_router.py --report   # only report

Needs scikit-learn (the ``train`` extra). The requests are those of ``scripts/routing``; a fifth
of them at a time is kept apart, with all that was made from it, and gives the figures, the
calibration and the threshold. ``benchmarks/evaluation`` is never read here.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.neural_network import MLPClassifier

sys.path.insert(0, str(Path(__file__).parent))

from routing_requests import Row, augmented, read_rows

from assistant.brain.builtin import features, head
from assistant.brain.builtin.inventory import TOOLS
from tools.encoder import Encoder

NAMES = tuple(TOOLS)
TOPICS = 320
"""Directions that the n-gram counts are reduced to before the network; folded into its weights."""
HIDDEN = 96
EPOCHS = 30
FOLDS = 5
SEED = 7


class Vectors:
    """Encodes each text once; None where the encoder does not know the words."""

    def __init__(self) -> None:
        self._encoder = Encoder()
        self._kept: dict[str, np.ndarray] = {}

    def __call__(self, texts: list[str]) -> np.ndarray:
        new = list(dict.fromkeys(t for t in texts if t not in self._kept))
        for start in range(0, len(new), 512):
            some = new[start : start + 512]
            for text, vector in zip(some, self._encoder.encode([t[:1000] for t in some]), strict=True):
                known = self._encoder.unknown_share(text) <= features.UNKNOWN
                self._kept[text] = vector if known else np.zeros_like(vector)
        return np.stack([self._kept[t] for t in texts])


class Model:
    """Topics of the n-grams, then the network; both as the shipped head computes them."""

    def __init__(self, rows: list[Row], vectors: Vectors, *, hidden: int = HIDDEN) -> None:
        counts = _counts([r.text for r in rows])
        frequency = np.asarray((counts > 0).sum(axis=0)).ravel()
        self.rare = np.where(
            frequency >= 2, np.log((1 + len(rows)) / (1 + frequency)) + 1.0, 0.0
        ).astype(np.float32)
        lexical = self._weighted(counts)
        self.topics = TruncatedSVD(TOPICS, random_state=SEED).fit(lexical)
        self.gain = 4.0
        self.network = MLPClassifier(
            (hidden,), alpha=1e-3, batch_size=64, learning_rate_init=2e-3, max_iter=EPOCHS,
            random_state=SEED, tol=0.0, n_iter_no_change=EPOCHS,
        )
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the number of epochs is chosen, not a failure
            self.network.fit(self._input(rows, vectors, lexical), labels(rows))

    def _weighted(self, counts: csr_matrix) -> csr_matrix:
        out = counts.multiply(self.rare).tocsr()
        norm = np.sqrt(np.asarray(out.multiply(out).sum(axis=1)).ravel())
        return out.multiply(1.0 / np.maximum(norm, 1e-6)[:, None]).tocsr()

    def _input(self, rows: list[Row], vectors: Vectors, lexical: csr_matrix) -> np.ndarray:
        dense = vectors([r.text for r in rows])
        unknown = (~dense.any(axis=1)).astype(np.float32)[:, None]
        flags = np.array([features.kind_flags(r.kinds) for r in rows], dtype=np.float32)
        return np.hstack([self.gain * self.topics.transform(lexical), dense * 2.0, flags, unknown])

    def logits(self, rows: list[Row], vectors: Vectors) -> np.ndarray:
        given = self._input(rows, vectors, self._weighted(_counts([r.text for r in rows])))
        first, second = self.network.coefs_
        hidden = np.maximum(given @ first + self.network.intercepts_[0], 0.0)
        return np.asarray(hidden @ second + self.network.intercepts_[1])


def _counts(texts: list[str]) -> csr_matrix:
    places: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        row = features.hashed(text)
        places += row
        values += row.values()
        ends.append(len(places))
    return csr_matrix(
        (np.asarray(values, dtype=np.float32), places, ends), shape=(len(texts), features.BUCKETS)
    )


def labels(rows: list[Row]) -> np.ndarray:
    return np.array([[name in r.tools for name in NAMES] for r in rows], dtype=np.int64)


def exact(logits: np.ndarray, truth: np.ndarray, threshold: float) -> np.ndarray:
    return ((logits >= threshold) == truth).all(axis=1)


def cross_validated(rows: list[Row], vectors: Vectors) -> tuple[np.ndarray, np.ndarray]:
    """Logits and truth of every request, each by a model that never saw it or its variants."""
    import random

    out = np.zeros((len(rows), len(NAMES)))
    folds = KFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (train, test) in enumerate(folds.split(rows)):
        seen = augmented([rows[i] for i in train], random.Random(SEED + number))
        out[test] = Model(seen, vectors).logits([rows[i] for i in test], vectors)
        print(f"fold {number + 1}: {len(seen)} training requests", flush=True)
    return out, labels(rows)


def calibrated(logits: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Platt scaling over all tools, and the threshold with the most exact tool sets."""
    platt = LogisticRegression(C=1e6).fit(logits.reshape(-1, 1), truth.ravel())
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    chances = 1 / (1 + np.exp(-(slope * logits + offset)))
    best = max(np.arange(0.2, 0.8, 0.02), key=lambda t: exact(chances, truth, t).mean())
    return slope, offset, float(best)


def report(rows: list[Row], right: np.ndarray) -> None:
    groups = {
        "all": np.ones(len(rows), dtype=bool),
        "single": np.array([len(r.tools) == 1 for r in rows]),
        "several": np.array([len(r.tools) > 1 for r in rows]),
        "none": np.array([not r.tools for r in rows]),
        "Chinese": np.array([r.chinese for r in rows]),
    }
    for name, chosen in groups.items():
        print(f"{name:8} {right[chosen].mean():6.1%} of {chosen.sum()}")


def save(model: Model, rows: list[Row], vectors: Vectors, found: dict[str, Any]) -> None:
    """Fold the topics into the network's first layer and write everything as float16."""
    first, second = model.network.coefs_
    dense_size = Encoder.dimensions
    topics = first[:TOPICS]
    known = vectors([r.text for r in rows])
    known = known[known.any(axis=1)]
    arrays: dict[str, Any] = {
        "lexical": (model.gain * model.topics.components_.T @ topics).astype(np.float16),
        "dense": np.vstack([2.0 * first[TOPICS : TOPICS + dense_size], first[TOPICS + dense_size :]])
        .astype(np.float16),
        "rare": model.rare.astype(np.float16),
        "bias": model.network.intercepts_[0].astype(np.float32),
        "output": second.astype(np.float32),
        "last": model.network.intercepts_[1].astype(np.float32),
        "vectors": np.round(127 * known).astype(np.int8),
        "tools": np.array(NAMES),
        **found,
    }
    np.savez_compressed(head.WEIGHTS, **arrays)
    print(f"{head.WEIGHTS.name}: {head.WEIGHTS.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    import random

    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--report", action="store_true", help="write no weights")
    arguments.add_argument("--failures", type=int, default=0, metavar="N")
    options = arguments.parse_args()
    rows, vectors = read_rows(), Vectors()
    print(f"{len(rows)} requests, {sum(r.chinese for r in rows)} Chinese")
    logits, truth = cross_validated(rows, vectors)
    slope, offset, threshold = calibrated(logits, truth)
    chances = 1 / (1 + np.exp(-(slope * logits + offset)))
    right = exact(chances, truth, threshold)
    print(f"slope {slope:.2f}, offset {offset:.2f}, threshold {threshold:.2f}")
    report(rows, right)
    for i in np.flatnonzero(~right)[: options.failures]:
        got = [n for n, c in zip(NAMES, chances[i], strict=True) if c >= threshold]
        print(f"  {rows[i].text!r} {rows[i].kinds} wants {rows[i].tools}, got {got}")
    if not options.report:
        model = Model(augmented(rows, random.Random(SEED)), vectors)
        found = {"slope": slope, "offset": offset, "threshold": threshold}
        save(model, rows, vectors, found)


if __name__ == "__main__":
    main()
