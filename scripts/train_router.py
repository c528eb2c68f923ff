"""Train the routing head that the assistant ships, and report how good it is.

    python scripts/train_router.py            # report on what was held out, then write the weights
    python scripts/train_router.py --report   # only report
    python scripts/train_router.py --left-out # leave tools out, let them join from six examples

Needs torch and scikit-learn (the ``train`` extra). The requests are those of
``scripts/routing``; a fifth of them at a time is kept apart, with all that was made from it, and
gives the figures and the calibration. ``benchmarks/evaluation`` is never read here.
"""

from __future__ import annotations

import argparse
import random
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

sys.path.insert(0, str(Path(__file__).parent))

from routing_network import RoutingNetwork, logits, trained
from routing_newcomers import learned, left_out
from routing_requests import Row, augmented, read_rows

from assistant.brain.builtin import head
from assistant.brain.builtin.inventory import TOOLS
from assistant.brain.builtin.seen import Seen, see
from tools.encoder import Encoder

NAMES = tuple(TOOLS)
NETWORKS = 2
FOLDS = 5
HELD_OUT = 2
"""Folds that are held out in turn: 40% of the requests are enough for two numbers to fit."""
SEED = 7


class Sight:
    """What is seen of each text, computed once; the states as float16 to save memory."""

    def __init__(self) -> None:
        self._encoder = Encoder()
        self._kept: dict[str, Seen] = {}

    def __getitem__(self, text: str) -> Seen:
        if text not in self._kept:
            seen = see(text, self._encoder)
            self._kept[text] = Seen(seen.units, seen.states.astype(np.float16), seen.vector)
        return self._kept[text]


def labels(rows: list[Row]) -> np.ndarray:
    return np.array([[name in r.tools for name in NAMES] for r in rows], dtype=np.int64)


def decided(chances: np.ndarray, any_threshold: float, threshold: float) -> np.ndarray:
    """The chosen sets, [rows, tools], as ``Head.wanted`` decides."""
    tools = chances[:, :-1]
    out = tools >= threshold
    out[np.arange(len(out)), tools.argmax(axis=1)] = True
    out[chances[:, -1] < any_threshold] = False
    return np.asarray(out)


def held_out(rows: list[Row], sight: Sight) -> tuple[list[Row], np.ndarray]:
    """Requests and their logits, each by a network that never saw it or what was made of it."""
    some: list[Row] = []
    out = []
    folds = KFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (train, test) in islice(enumerate(folds.split(rows)), HELD_OUT):
        known = augmented([rows[i] for i in train], random.Random(SEED + number))
        network = trained(known, sight, NAMES, SEED + number)
        apart = [rows[i] for i in test]
        some += apart
        out.append(logits(network, apart, sight))
        print(f"fold {number + 1}: {len(known)} training requests", flush=True)
    return some, np.concatenate(out)


def groups(rows: list[Row]) -> dict[str, np.ndarray]:
    return {
        "all": np.ones(len(rows), dtype=bool),
        "single": np.array([len(r.tools) == 1 for r in rows]),
        "several": np.array([len(r.tools) > 1 for r in rows]),
        "none": np.array([not r.tools for r in rows]),
        "Chinese": np.array([r.chinese for r in rows]),
    }


def calibrated(given: np.ndarray, rows: list[Row]) -> dict[str, Any]:
    """Platt scaling of tools and of "any": then a chance of a half decides."""
    truth = labels(rows)
    found: dict[str, Any] = {"slope": [], "offset": []}
    for some, target in ((given[:, :-1], truth), (given[:, -1:], truth.any(axis=1))):
        platt = LogisticRegression(C=1e6).fit(some.reshape(-1, 1), np.ravel(target))
        found["slope"].append(float(platt.coef_[0, 0]))
        found["offset"].append(float(platt.intercept_[0]))
    return found | {"any_threshold": 0.5, "threshold": 0.5}


def probabilities(given: np.ndarray, found: dict[str, Any]) -> np.ndarray:
    slope = np.full(given.shape[1], found["slope"][0])
    offset = np.full(given.shape[1], found["offset"][0])
    slope[-1], offset[-1] = found["slope"][1], found["offset"][1]
    return np.asarray(1 / (1 + np.exp(-(slope * given + offset))))


def save(networks: list[RoutingNetwork], found: dict[str, Any]) -> None:
    arrays = {
        f"{number}/{name}": value
        for number, network in enumerate(networks)
        for name, value in network.weights().items()
    }
    np.savez_compressed(
        head.WEIGHTS, networks=len(networks), tools=np.array(NAMES), **arrays, **found
    )
    print(f"{head.WEIGHTS.name}: {head.WEIGHTS.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--report", action="store_true", help="write no weights")
    arguments.add_argument("--left-out", action="store_true", help="only leave tools out")
    arguments.add_argument("--failures", type=int, default=0, metavar="N")
    options = arguments.parse_args()
    rows, sight = read_rows(), Sight()
    print(f"{len(rows)} requests, {sum(r.chinese for r in rows)} Chinese")
    if options.left_out:
        left_out(rows, sight, NAMES, head.load().metric)
        return
    apart, given = held_out(rows, sight)
    found = calibrated(given, apart)
    chances = probabilities(given, found)
    chosen = decided(chances, found["any_threshold"], found["threshold"])
    right = (chosen == labels(apart)).all(axis=1)
    print({name: np.round(value, 3) for name, value in found.items()})
    for name, some in groups(apart).items():
        print(f"{name:8} {right[some].mean():6.1%} of {some.sum()}")
    for i in np.flatnonzero(~right)[: options.failures]:
        got = [n for n, c in zip(NAMES, chosen[i], strict=True) if c]
        print(f"  {apart[i].text!r} {apart[i].kinds} wants {apart[i].tools}, got {got}")
    known = augmented(rows, random.Random(SEED))
    networks = [trained(known, sight, NAMES, SEED + n) for n in range(NETWORKS)]
    found |= learned(rows, sight, networks, found)
    if not options.report:
        save(networks, found)


if __name__ == "__main__":
    main()
