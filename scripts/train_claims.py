"""Train the reader of claims that the assistant ships, and report how good it is.

    python scripts/train_claims.py SOURCE            # report on an eighth held out, write weights
    python scripts/train_claims.py SOURCE --report   # only report

SOURCE is the folder of all-MiniLM-L6-v2 (see ``build_encoder.py``). Needs torch, transformers and
scikit-learn (the ``train`` extra). The sentences are those of ``scripts/claims``, written by hand;
two networks are trained, the second also on those of ``scripts/claims/more``, and their calibrated
logits are averaged. The labelled replies in ``tests`` and ``benchmarks`` are never read here.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parent))

from claims_network import ClaimNetwork, Given, Lower, Row, learn, logits
from routing_requests import read_rows as requests

from assistant.agent.claim_head import LABELS, WEIGHTS

FOLDER = Path(__file__).with_name("claims")
SETS = ("*.jsonl", "**/*.jsonl")
"""What each network learns."""
EPOCHS = 3
LOW_RANK_EPOCHS = 1
SEED = 7
WANTS = {
    "looked": ("look", "read_text"),
    "listened": ("transcribe",),
    "watched": ("transcribe", "look"),
    "read": ("read_document",),
    "searched": ("search_knowledge", "recall"),
    "remembered": ("remember",),
    "made_sound": ("speak",),
    "computed": ("calculate",),
    "clock": ("clock",),
    "felt_voice": ("sense_emotion",),
    "felt": ("sense_emotion",),
}
"""The tools whose requests a sentence that claims this may answer."""


def read_rows(pattern: str) -> list[Row]:
    rows = {}
    for path in sorted(FOLDER.glob(pattern)):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            one = json.loads(line)
            if unknown := set(one["labels"]) - set(LABELS):
                raise ValueError(f"{path.name}:{number}: there is no label {unknown}")
            row = Row(
                one["text"],
                tuple(one["labels"]),
                one.get("asked", ""),
                tuple(one.get("kinds", ())),
            )
            rows.setdefault((row.text, row.asked), row)
    return list(rows.values())


def chinese(text: str) -> bool:
    return any("㐀" <= c <= "鿿" for c in text)


def augmented(rows: list[Row], chance: random.Random) -> list[Row]:
    """Sentences without a request get some, those with one are also seen without."""
    known = requests()
    by_tool: dict[tuple[str, bool], list[tuple[str, tuple[str, ...]]]] = {}
    for request in known:
        for name in request.tools or ("-",):
            key = (name, request.chinese)
            by_tool.setdefault(key, []).append((request.text, request.kinds))
    out = list(rows)
    for row in rows:
        if row.asked:
            if chance.random() < 0.3:
                out.append(Row(row.text, row.labels))
            continue
        wanted = [n for label in row.labels for n in WANTS.get(label, ())]
        names = wanted or [key[0] for key in by_tool]
        pool = by_tool.get((chance.choice(names), chinese(row.text)), [])
        if pool and chance.random() < 0.6:
            asked, kinds = chance.choice(pool)
            out.append(Row(row.text, row.labels, asked, kinds))
    return out


def told(name: str, any_chance: np.ndarray, truth: np.ndarray, some: np.ndarray) -> None:
    claims, others = some & truth, some & ~truth
    line = [f"{name:8} {claims.sum():5} claims {others.sum():5} others"]
    for threshold in (0.3, 0.5, 0.7):
        missed = (any_chance[claims] < threshold).mean()
        wrong = (any_chance[others] >= threshold).mean()
        line.append(f"at {threshold}: missed {missed:5.1%} wrong {wrong:5.1%}")
    print("  ".join(line), flush=True)


def trained(source: Path, rows: list[Row], given: list[Given], seed: int) -> ClaimNetwork:
    network = ClaimNetwork(source)
    learn(network, rows, given, EPOCHS, seed)
    network.adapt()
    learn(network, rows, given, LOW_RANK_EPOCHS, seed, rate=1e-4)
    return network


def calibrated(found: np.ndarray, rows: list[Row]) -> dict[str, np.ndarray]:
    truth = np.array([row.target for row in rows])
    out: dict[str, list[float]] = {"slope": [], "offset": []}
    for part, target in ((found[:, :-1], truth[:, :-1]), (found[:, -1:], truth[:, -1:])):
        platt = LogisticRegression(C=1e6).fit(part.reshape(-1, 1), target.ravel() > 0.5)
        out["slope"].append(float(platt.coef_[0, 0]))
        out["offset"].append(float(platt.intercept_[0]))
    return {name: np.array(value, dtype=np.float32) for name, value in out.items()}


def measured(source: Path, rows: list[Row]) -> dict[str, np.ndarray]:
    """The arrays of a network that learnt all rows but an eighth, which calibrates it."""
    print(f"{len(rows)} sentences, {sum(chinese(r.text) for r in rows)} Chinese", flush=True)
    random.Random(SEED).shuffle(rows)
    lower = Lower(source)
    eighth = len(rows) // 8
    apart, rest = rows[:eighth], augmented(rows[eighth:], random.Random(SEED))
    network = trained(source, rest, lower.given(rest), SEED)
    found = logits(network, lower.given(apart))
    calibration = calibrated(found, apart)
    slope, offset = calibration["slope"][1], calibration["offset"][1]
    any_chance = 1 / (1 + np.exp(-(slope * found[:, -1] + offset)))
    truth = np.array([bool(r.labels) for r in apart])
    zh = np.array([chinese(r.text) for r in apart])
    for name, some in (("all", np.ones(len(apart), bool)), ("English", ~zh), ("Chinese", zh)):
        told(name, any_chance, truth, some)
    return network.arrays() | calibration


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("source", type=Path)
    arguments.add_argument("--report", action="store_true", help="write no weights")
    options = arguments.parse_args()
    torch.set_num_threads(2)
    networks = [measured(options.source, read_rows(pattern)) for pattern in SETS]
    if options.report:
        return
    arrays = {
        f"{number}/{name}": array
        for number, network in enumerate(networks)
        for name, array in network.items()
    }
    np.savez_compressed(WEIGHTS, networks=len(networks), **arrays)
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
