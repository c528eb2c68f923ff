"""How near a request must be to the examples of a tool that the head was not trained on.

Learned from the tools of ``scripts/routing/invented.jsonl``, each with six examples and ten
other requests; shown, with ``train_router.py --left-out``, by leaving the assistant's own tools
out of the training and letting them join from six of their requests.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from routing_network import RoutingNetwork, Sight, logits, trained
from routing_requests import Row, augmented
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression

from assistant.brain.builtin.features import BUCKETS
from assistant.brain.builtin.newcomers import CHOSEN, Examples, Metric, measured

FILE = Path(__file__).with_name("routing") / "invented.jsonl"
DIRECTIONS = 128
WISHES, TALK = 1024, 512
"""So many known requests are kept, as centres of groups of alike ones."""
EPISODES = 60
TOGETHER = 10
"""So many invented tools are registered at once."""
FEW = 6
WANTED = 2.0
"""How much a request for an invented tool counts beside one for something else."""
SEED = 3


@dataclass(frozen=True)
class Invented:
    name: str
    examples: tuple[str, ...]
    requests: tuple[str, ...]


def invented(path: Path = FILE) -> list[Invented]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Invented(d["tool"], (*d["examples"], d["description"]), tuple(d["requests"])) for d in lines
    ]


def metric(rows: list[Row], sight: Sight) -> dict[str, np.ndarray]:
    """All of a :class:`Metric` but its weights."""
    vectors = np.stack([sight[r.text].vector for r in rows])
    centre = vectors.mean(axis=0)
    spread = np.cov((vectors - centre).T)
    spread += 1e-3 * np.trace(spread) / len(spread) * np.eye(len(spread))
    values, directions = np.linalg.eigh(spread)
    turn = (directions / np.sqrt(values) ** 0.5)[:, ::-1][:, :DIRECTIONS]
    turned = (vectors - centre) @ turn
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6)
    wants = np.array([bool(r.tools) for r in rows])
    seen = Counter(p for r in rows for p in {p for u in sight[r.text].units for p in u.buckets})
    rare = np.full(BUCKETS, np.log(1 + len(rows)) + 1.0)
    for place, count in seen.items():
        rare[place] = np.log((1 + len(rows)) / (1 + count)) + 1.0
    return {
        "centre": centre.astype(np.float32),
        "turn": turn.astype(np.float32),
        "wishes": _centres(turned[wants], WISHES),
        "talk": _centres(turned[~wants], TALK),
        "rare": rare.astype(np.float32),
    }


def _centres(vectors: np.ndarray, count: int) -> np.ndarray:
    fit = MiniBatchKMeans(count, random_state=SEED, n_init=1, batch_size=4096).fit(vectors)
    centres = fit.cluster_centers_
    return np.asarray(centres / np.linalg.norm(centres, axis=1, keepdims=True), dtype=np.float32)


class Known:
    """Everything that is measured of a request, computed once."""

    def __init__(self, sight: Sight, found: dict[str, np.ndarray]) -> None:
        self._sight = sight
        self.metric = Metric(**found, weights=np.zeros(1))

    def examples(self, texts: tuple[str, ...]) -> Examples:
        vectors = self.metric.turned(np.stack([self._sight[t].vector for t in texts]))
        return Examples(vectors, tuple(self.metric.grams(self._sight[t].units) for t in texts))

    def measured(self, text: str, examples: Examples, chances: np.ndarray) -> list[float]:
        return measured(
            examples, self._sight[text], self.metric, float(chances[:-1].max()), float(chances[-1])
        )


def learned(
    rows: list[Row], sight: Sight, networks: list[RoutingNetwork], found: dict[str, Any]
) -> dict[str, Any]:
    """The arrays of the metric, by the names under which the head looks them up."""
    chance = random.Random(SEED)
    base = metric(rows, sight)
    known = Known(sight, base)
    tools = invented()
    examples = {t.name: known.examples(t.examples) for t in tools}
    given: list[list[float]] = []
    target: list[bool] = []
    for _ in range(EPISODES):
        some = chance.sample(tools, TOGETHER)
        asked = [(Row(q, (), ()), t.name) for t in some for q in chance.sample(t.requests, 4)]
        asked += [(row, "") for row in chance.sample(rows, 60)]
        chances = _chances(networks, [row for row, _ in asked], sight, found)
        for (row, name), own in zip(asked, chances, strict=True):
            for tool in some:
                given.append(known.measured(row.text, examples[tool.name], own))
                target.append(tool.name == name)
    x, y = np.array(given), np.array(target)
    fit = LogisticRegression(C=100.0, max_iter=3000)
    fit.fit(x, y, sample_weight=np.where(y, WANTED, 1.0))
    guess = fit.predict_proba(x)[:, 1] >= CHOSEN
    print(
        f"newcomers: found {guess[y].mean():.1%} of {y.sum()}, "
        f"taken wrongly {guess[~y].mean():.2%} of {(~y).sum()}"
    )
    weights = np.append(fit.coef_[0], fit.intercept_[0]).astype(np.float32)
    small = {
        "centre": base["centre"],
        "turn": base["turn"].astype(np.float16),
        "rare": base["rare"].astype(np.float16),
        "wishes": np.round(127 * base["wishes"]).astype(np.int8),
        "talk": np.round(127 * base["talk"]).astype(np.int8),
        "weights": weights,
    }
    return {f"metric/{name}": value for name, value in small.items()}


def _chances(
    networks: list[RoutingNetwork], rows: list[Row], sight: Sight, found: dict[str, Any]
) -> np.ndarray:
    from train_router import probabilities

    return probabilities(np.mean([logits(n, rows, sight) for n in networks], axis=0), found)


def left_out(rows: list[Row], sight: Sight, names: tuple[str, ...], shipped: Metric) -> None:
    """Leave tools out of the training, four at a time, and register them from six examples.

    Prints how many of the requests for them that were kept apart are found, and how many others
    are taken for one of them. ``shipped`` gives the weights of the measures.
    """
    chance = random.Random(SEED)
    wanted: list[bool] = []
    wrongly: list[bool] = []
    for start in range(0, len(names), 4):
        out = names[start : start + 4]
        mixed = rows[:]
        chance.shuffle(mixed)
        kept, apart = mixed[: 4 * len(rows) // 5], mixed[4 * len(rows) // 5 :]
        rest = [r for r in kept if not set(r.tools) & set(out)]
        network = trained(augmented(rest, random.Random(SEED)), sight, names, SEED)
        base = metric(rest, sight)
        known = Known(sight, base)
        joined = {
            name: known.examples(
                tuple(r.text for r in chance.sample([r for r in kept if r.tools == (name,)], FEW))
            )
            for name in out
        }
        tests = [r for r in apart if len(r.tools) == 1 and r.tools[0] in out]
        tests += chance.sample([r for r in apart if not set(r.tools) & set(out)], 2 * len(tests))
        places = [i for i, n in enumerate(names) if n in out]
        chances = _chances([network], tests, sight, {"slope": [1, 1], "offset": [0, 0]})
        chances[:, places] = 0.0
        for row, own in zip(tests, chances, strict=True):
            scores = {
                n: shipped.chance(known.measured(row.text, e, own)) for n, e in joined.items()
            }
            best = max(scores, key=lambda n: scores[n])
            taken = best if scores[best] >= CHOSEN else ""
            if row.tools[:1] and row.tools[0] in out:
                wanted.append(taken == row.tools[0])
            else:
                wrongly.append(bool(taken))
        print(f"without {', '.join(out)}: {len(rest)} requests to learn from", flush=True)
    print(f"found {np.mean(wanted):.1%} of {len(wanted)} requests for the tools left out")
    print(f"taken for one of them wrongly: {np.mean(wrongly):.1%} of {len(wrongly)} others")
