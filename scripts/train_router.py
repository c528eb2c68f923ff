"""Train the routing head that the assistant ships, and report how good it is.

    python scripts/train_router.py            # report by cross-validation, then write the weights
    python scripts/train_router.py --report   # only report

Needs scikit-learn (the ``train`` extra). The requests are those of ``scripts/routing``; a fifth
of them at a time is kept apart, with all that was made from it, and gives the figures, the
calibration and the threshold. ``benchmarks/evaluation`` is never read here.
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.neural_network import MLPClassifier

sys.path.insert(0, str(Path(__file__).parent))

from routing_newcomers import learned
from routing_requests import Row, augmented, read_rows

from assistant.brain.builtin import features, head
from assistant.brain.builtin.inventory import TOOLS
from tools.encoder import Encoder

NAMES = tuple(TOOLS)
TOPICS = 320
"""Directions that the n-gram counts are reduced to before the network; folded into its weights."""
HIDDEN = 96
EPOCHS = 12
GAIN = 1.5
"""Scale of the linear model's features, which its regularization sees."""
SOFTER = 0.6
SHARES = ("single", "single", "single", "several", "none", "none")
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
            for text, vector in zip(
                some, self._encoder.encode([t[:1000] for t in some]), strict=True
            ):
                known = self._encoder.unknown_share(text) <= features.UNKNOWN
                self._kept[text] = vector if known else np.zeros_like(vector)
        return np.stack([self._kept[t] for t in texts])


class Model:
    """The linear model and the network, both as the shipped head computes them."""

    def __init__(self, rows: list[Row], vectors: Vectors, *, network: bool = True) -> None:
        counts = _counts([r.text for r in rows])
        frequency = np.asarray((counts > 0).sum(axis=0)).ravel()
        self.rare = np.where(
            frequency >= 2, np.log((1 + len(rows)) / (1 + frequency)) + 1.0, 0.0
        ).astype(np.float32)
        lexical, dense = self._weighted(counts), self._dense(rows, vectors)
        targets = np.hstack([labels(rows), labels(rows).any(axis=1, keepdims=True).astype(int)])
        given = hstack([GAIN * lexical, csr_matrix(GAIN * dense)]).tocsr()
        coefficients = np.zeros((given.shape[1], targets.shape[1]))
        self.straight_bias = np.full(targets.shape[1], -10.0)  # of a tool that is left out
        for column in np.flatnonzero(targets.any(axis=0)):
            fit = LogisticRegression(C=10, solver="liblinear", random_state=SEED)
            fit.fit(given, targets[:, column])
            coefficients[:, column] = GAIN * fit.coef_[0]
            self.straight_bias[column] = fit.intercept_[0]
        self.straight = coefficients[: features.BUCKETS]
        self.straight_dense = coefficients[features.BUCKETS :]
        self.network: MLPClassifier | None = None
        if network:
            self._fit_network(lexical, dense, targets)

    def _fit_network(self, lexical: csr_matrix, dense: np.ndarray, targets: np.ndarray) -> None:
        self.topics = TruncatedSVD(TOPICS, random_state=SEED).fit(lexical)
        self.network = MLPClassifier(
            (HIDDEN,), alpha=1e-3, batch_size=64, learning_rate_init=2e-3, max_iter=EPOCHS,
            random_state=SEED, tol=0.0, n_iter_no_change=EPOCHS,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the number of epochs is chosen, not a failure
            self.network.fit(
                np.hstack([4.0 * self.topics.transform(lexical), 2.0 * dense]), targets
            )
        first, second = self.network.coefs_
        self.lexical = 4.0 * self.topics.components_.T @ first[:TOPICS]
        self.dense = 2.0 * first[TOPICS:]
        self.bias = self.network.intercepts_[0]
        # its logits are steeper than the linear ones, which they are averaged with
        self.output = SOFTER * second
        self.last = SOFTER * self.network.intercepts_[1]

    def _weighted(self, counts: csr_matrix) -> csr_matrix:
        out = counts.multiply(self.rare).tocsr()
        norm = np.sqrt(np.asarray(out.multiply(out).sum(axis=1)).ravel())
        return out.multiply(1.0 / np.maximum(norm, 1e-6)[:, None]).tocsr()

    def _dense(self, rows: list[Row], vectors: Vectors) -> np.ndarray:
        """[rows, d + flags]"""
        dense = vectors([r.text for r in rows])
        unknown = (~dense.any(axis=1)).astype(np.float32)[:, None]
        flags = np.array([features.kind_flags(r.kinds) for r in rows], dtype=np.float32)
        return np.hstack([dense, flags, unknown])

    def logits(self, rows: list[Row], vectors: Vectors) -> np.ndarray:
        """[rows, tools + 1]; the last column is "any tool at all"."""
        lexical = self._weighted(_counts([r.text for r in rows]))
        dense = self._dense(rows, vectors)
        linear = lexical @ self.straight + dense @ self.straight_dense + self.straight_bias
        if self.network is None:
            return np.asarray(linear)
        hidden = np.maximum(lexical @ self.lexical + dense @ self.dense + self.bias, 0.0)
        return np.asarray((linear + hidden @ self.output + self.last) / 2)


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


def decided(chances: np.ndarray, any_threshold: float, threshold: float) -> np.ndarray:
    """The chosen sets, [rows, tools], as ``Head.wanted`` decides."""
    tools = chances[:, :-1]
    out = tools >= threshold
    out[np.arange(len(out)), tools.argmax(axis=1)] = True
    out[chances[:, -1] < any_threshold] = False
    return np.asarray(out)


def cross_validated(rows: list[Row], vectors: Vectors) -> np.ndarray:
    """Logits of every request, each by a model that never saw it or what was made of it."""
    out = np.zeros((len(rows), len(NAMES) + 1))
    folds = KFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (train, test) in enumerate(folds.split(rows)):
        seen = augmented([rows[i] for i in train], random.Random(SEED + number))
        out[test] = Model(seen, vectors).logits([rows[i] for i in test], vectors)
        print(f"fold {number + 1}: {len(seen)} training requests", flush=True)
    return out


def groups(rows: list[Row]) -> dict[str, np.ndarray]:
    return {
        "all": np.ones(len(rows), dtype=bool),
        "single": np.array([len(r.tools) == 1 for r in rows]),
        "several": np.array([len(r.tools) > 1 for r in rows]),
        "none": np.array([not r.tools for r in rows]),
        "Chinese": np.array([r.chinese for r in rows]),
    }


def calibrated(logits: np.ndarray, rows: list[Row]) -> dict[str, Any]:
    """Platt scaling of tools and of "any", and the thresholds that decide best.

    Best is the mean share of exact sets over requests for one tool, for several and for none,
    as often as :data:`SHARES` names them, whatever their numbers in the training set.
    """
    truth = labels(rows)
    found: dict[str, Any] = {"slope": [], "offset": []}
    for given, target in ((logits[:, :-1], truth), (logits[:, -1:], truth.any(axis=1))):
        platt = LogisticRegression(C=1e6).fit(given.reshape(-1, 1), np.ravel(target))
        found["slope"].append(float(platt.coef_[0, 0]))
        found["offset"].append(float(platt.intercept_[0]))
    chances = probabilities(logits, found)
    kinds = groups(rows)
    best = (-1.0, 0.0, 0.0)
    for any_threshold in np.arange(0.1, 0.8, 0.025):
        for threshold in np.arange(0.15, 0.7, 0.025):
            right = (decided(chances, any_threshold, threshold) == truth).all(axis=1)
            share = [right[kinds[k]].mean() for k in SHARES]
            best = max(best, (float(np.mean(share)), any_threshold, threshold))
    return found | {"any_threshold": best[1], "threshold": best[2]}


def probabilities(logits: np.ndarray, found: dict[str, Any]) -> np.ndarray:
    slope = np.full(logits.shape[1], found["slope"][0])
    offset = np.full(logits.shape[1], found["offset"][0])
    slope[-1], offset[-1] = found["slope"][1], found["offset"][1]
    return np.asarray(1 / (1 + np.exp(-(slope * logits + offset))))


def save(model: Model, rows: list[Row], vectors: Vectors, found: dict[str, Any]) -> None:
    """Write everything, the large matrices as float16."""
    known = vectors([r.text for r in rows])
    known = known[known.any(axis=1)]
    half = {
        n: getattr(model, n).astype(np.float16) for n in ("lexical", "dense", "straight", "rare")
    }
    full = {
        n: np.asarray(getattr(model, n), dtype=np.float32)
        for n in ("bias", "output", "last", "straight_dense", "straight_bias")
    }
    unseen = model.rare == 0
    half["lexical"][unseen] = 0.0
    half["straight"][unseen] = 0.0
    np.savez_compressed(
        head.WEIGHTS,
        vectors=np.round(127 * known).astype(np.int8),
        tools=np.array(NAMES),
        **half,
        **full,
        **found,
    )
    print(f"{head.WEIGHTS.name}: {head.WEIGHTS.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--report", action="store_true", help="write no weights")
    arguments.add_argument("--failures", type=int, default=0, metavar="N")
    options = arguments.parse_args()
    rows, vectors = read_rows(), Vectors()
    print(f"{len(rows)} requests, {sum(r.chinese for r in rows)} Chinese")
    logits = cross_validated(rows, vectors)
    found = calibrated(logits, rows)
    chances = probabilities(logits, found)
    chosen = decided(chances, found["any_threshold"], found["threshold"])
    right = (chosen == labels(rows)).all(axis=1)
    print({name: np.round(value, 3) for name, value in found.items()})
    for name, some in groups(rows).items():
        print(f"{name:8} {right[some].mean():6.1%} of {some.sum()}")
    for i in np.flatnonzero(~right)[: options.failures]:
        got = [n for n, c in zip(NAMES, chosen[i], strict=True) if c]
        print(f"  {rows[i].text!r} {rows[i].kinds} wants {rows[i].tools}, got {got}")
    found |= learned(rows, vectors, NAMES)
    if not options.report:
        save(Model(augmented(rows, random.Random(SEED)), vectors), rows, vectors, found)


if __name__ == "__main__":
    main()
