"""The trained routing head: small networks that look at a request word by word.

Each label has a query of its own and attends to the words that speak of it, so that one wish
does not drown in the mean over a request with several. Trained by ``scripts/train_router.py``
on the requests in ``scripts/routing``; described in ``docs/models.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.brain.builtin.features import kind_flags
from assistant.brain.builtin.newcomers import Metric

if TYPE_CHECKING:
    import numpy as np

    from assistant.brain.builtin.features import Unit
    from assistant.brain.builtin.seen import Seen

WEIGHTS = Path(__file__).with_name("routing.npz")


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibrated probabilities: ``tools`` [tools], and ``any`` that some tool is wanted."""

    tools: np.ndarray
    any: float


@dataclass(frozen=True)
class Head:
    """Networks, calibration and thresholds.

    ``slope`` and ``offset`` [2] calibrate tools and any; ``threshold`` and ``any_threshold``
    decide. ``metric`` is what tools that the head does not know join by.
    """

    tools: tuple[str, ...]
    networks: tuple[Network, ...]
    slope: np.ndarray
    offset: np.ndarray
    threshold: float
    any_threshold: float
    metric: Metric

    def scores(self, seen: Seen, kinds: Sequence[str]) -> Scores:
        """The probabilities for a request that came with files of these kinds."""
        import numpy as np

        logits = np.mean([net.logits(seen, kinds) for net in self.networks], axis=0)
        tools = 1.0 / (1.0 + np.exp(-(self.slope[0] * logits[:-1] + self.offset[0])))
        some = 1.0 / (1.0 + np.exp(-(self.slope[1] * logits[-1] + self.offset[1])))
        return Scores(tools, float(some))

    def wanted(self, scores: Scores) -> list[str]:
        """The tools that the scores choose: none, or the surest and those above the threshold."""
        if scores.any < self.any_threshold:
            return []
        surest = int(scores.tools.argmax())
        return [
            name
            for at, name in enumerate(self.tools)
            if at == surest or scores.tools[at] >= self.threshold
        ]


@dataclass(frozen=True)
class Network:
    """One network; ``weights`` are named as in ``scripts/routing_network.py``, which trains it."""

    weights: Mapping[str, np.ndarray]

    def logits(self, seen: Seen, kinds: Sequence[str]) -> np.ndarray:
        """[tools + 1]; the last is that of "any tool at all"."""
        import numpy as np

        w = self.weights
        flags = np.asarray(kind_flags(kinds), dtype=np.float32)
        x = seen.states @ w["state"].T + self._grams(seen.units) @ w["gram"].T
        x = gelu(x + w["bias"] + w["kind"] @ flags)
        # a convolution over three units, then attention of each label over all
        padded = np.pad(x, ((1, 1), (0, 0)))
        near = sum(padded[i : i + len(x)] @ w["near"][:, :, i].T for i in range(3))
        x = x + gelu(near + w["near_bias"])
        attention = softmax((x @ w["key"].T + w["key_bias"]) @ w["query"].T)
        found = attention.T @ (x @ w["value"].T + w["value_bias"])
        own = (gelu(found) * w["own"]).sum(axis=1)
        whole = np.concatenate([seen.vector, flags, x.mean(axis=0)])
        hidden = gelu(w["whole"] @ whole + w["whole_bias"])
        return np.asarray(own + w["last"] @ hidden + w["last_bias"])

    def _grams(self, units: Sequence[Unit]) -> np.ndarray:
        """The mean embedding of the n-grams of each unit, [units, e]."""
        import numpy as np

        table, scale = self.weights["grams"], self.weights["grams_scale"]
        out = np.zeros((len(units), table.shape[1]), dtype=np.float32)
        for at, unit in enumerate(units):
            places = list(unit.buckets)
            out[at] = (table[places] * scale[places, None]).mean(axis=0)
        return out


def gelu(x: np.ndarray) -> np.ndarray:
    """The Gaussian error linear unit, by its usual tanh form (Hendrycks and Gimpel 2016)."""
    import numpy as np

    return np.asarray(0.5 * x * (1.0 + np.tanh(0.7978845608 * (x + 0.044715 * x**3))))


def softmax(x: np.ndarray) -> np.ndarray:
    """Over the first axis."""
    import numpy as np

    raised = np.exp(x - x.max(axis=0, keepdims=True))
    return np.asarray(raised / raised.sum(axis=0, keepdims=True))


@cache
def load(path: Path = WEIGHTS) -> Head:
    """Read the weights that are shipped with the package."""
    import numpy as np

    with np.load(path, allow_pickle=False) as stored:
        count = int(stored["networks"])
        networks = []
        for number in range(count):
            prefix = f"{number}/"
            networks.append(
                Network(
                    {
                        name.removeprefix(prefix): _loaded(name, stored[name])
                        for name in stored.files
                        if name.startswith(prefix)
                    }
                )
            )
        return Head(
            tools=tuple(str(name) for name in stored["tools"]),
            networks=tuple(networks),
            slope=stored["slope"],
            offset=stored["offset"],
            threshold=float(stored["threshold"]),
            any_threshold=float(stored["any_threshold"]),
            metric=Metric(**{n: _metric(n, stored[f"metric/{n}"]) for n in METRIC}),
        )


METRIC = ("centre", "turn", "wishes", "talk", "rare", "weights")


def _metric(name: str, array: np.ndarray) -> np.ndarray:
    """As float32; the known requests, all of length 1, are stored as int8."""
    import numpy as np

    scale = 127.0 if name in {"wishes", "talk"} else 1.0
    return np.asarray(array, dtype="float32") / scale


def _loaded(name: str, array: np.ndarray) -> np.ndarray:
    """As float32, but for the large table, which stays int8: few of its rows are ever used."""
    return array if name.endswith("/grams") else array.astype("float32")
