"""The trained routing head: a small network with one score for each tool it knows.

Trained by ``scripts/train_router.py`` on the requests in ``scripts/routing``; described in
``docs/models.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.brain.builtin.features import hashed, kind_flags

if TYPE_CHECKING:
    import numpy as np

WEIGHTS = Path(__file__).with_name("routing.npz")


@dataclass(frozen=True)
class Head:
    """Weights and calibration; every array is float32 after loading.

    ``rare`` [buckets] weighs n-grams by their rarity; ``lexical`` [buckets, hidden] and
    ``dense`` [d + flags, hidden] lead to the hidden layer, ``output`` [hidden, tools] to the
    logits; ``slope`` and ``offset`` calibrate them; ``vectors`` [requests, d] are those of the
    training requests (int8, scale 127), against which newcomers are measured.
    """

    tools: tuple[str, ...]
    rare: np.ndarray
    lexical: np.ndarray
    dense: np.ndarray
    bias: np.ndarray
    output: np.ndarray
    last: np.ndarray
    slope: float
    offset: float
    threshold: float
    vectors: np.ndarray
    newcomer: np.ndarray
    newcomer_unknown: np.ndarray

    def scores(self, text: str, vector: np.ndarray | None, kinds: Sequence[str]) -> np.ndarray:
        """Calibrated probability of each tool, [tools]; ``vector`` None where it says nothing."""
        import numpy as np

        places, values = self.weighted(text)
        flags = [*kind_flags(kinds), float(vector is None)]
        if vector is None:
            vector = np.zeros(self.dense.shape[0] - len(flags), dtype=np.float32)
        hidden = np.concatenate([vector, np.asarray(flags, dtype=np.float32)]) @ self.dense
        hidden = np.maximum(hidden + values @ self.lexical[places] + self.bias, 0.0)
        logits = hidden @ self.output + self.last
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * logits + self.offset))))

    def weighted(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The n-gram buckets of a text and their weights, of length 1 together."""
        import numpy as np

        counts = hashed(text)
        places = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = values * self.rare[places]
        return places, values / max(float(np.linalg.norm(values)), 1e-6)

    def nearest(self, vector: np.ndarray) -> float:
        """Cosine of the training request that is nearest to ``vector``."""
        return float((self.vectors @ vector).max()) / 127.0

    def newcomer_chance(
        self, measured: Sequence[float], rival: float, highest: float, *, known: bool
    ) -> float:
        """Probability that a tool the head was not trained on is wanted; see ``newcomers``."""
        import numpy as np

        weights = self.newcomer if known else self.newcomer_unknown
        given = np.asarray([*measured, rival, highest, 1.0], dtype=np.float32)
        return float(1.0 / (1.0 + np.exp(-float(given @ weights))))


@cache
def load(path: Path = WEIGHTS) -> Head:
    """Read the weights that are shipped with the package."""
    import numpy as np

    with np.load(path, allow_pickle=False) as stored:
        arrays: dict[str, Any] = {
            name: stored[name].astype(np.float32) for name in stored.files if name != "tools"
        }
        tools = tuple(str(name) for name in stored["tools"])
    for name in ("slope", "offset", "threshold"):
        arrays[name] = float(arrays[name])
    return Head(tools=tools, **arrays)
