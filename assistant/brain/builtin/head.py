"""The trained routing head: a linear model and a small network over the same features, averaged.

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


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibrated probabilities: ``tools`` [tools], and ``any`` that some tool is wanted."""

    tools: np.ndarray
    any: float


@dataclass(frozen=True)
class Head:
    """Weights and calibration; every array is float32 after loading.

    ``rare`` [buckets] weighs n-grams by their rarity. ``lexical`` [buckets, hidden] and
    ``dense`` [d + flags, hidden] lead with ``bias`` to the hidden layer, ``output``
    [hidden, tools + 1] and ``last`` to the network's logits; ``straight`` [buckets, tools + 1]
    and ``straight_dense`` with ``straight_bias`` to the linear ones. The last logit is that of
    "any tool at all". ``slope`` and ``offset`` [2] calibrate tools and any; ``threshold`` and
    ``any_threshold`` decide. ``vectors`` [requests, d] are those of the training requests (int8,
    scale 127), against which newcomers are measured by ``newcomer`` [7] and, where the encoder
    does not know the words, ``newcomer_unknown`` [7].
    """

    tools: tuple[str, ...]
    rare: np.ndarray
    lexical: np.ndarray
    dense: np.ndarray
    bias: np.ndarray
    output: np.ndarray
    last: np.ndarray
    straight: np.ndarray
    straight_dense: np.ndarray
    straight_bias: np.ndarray
    slope: np.ndarray
    offset: np.ndarray
    threshold: float
    any_threshold: float
    vectors: np.ndarray
    newcomer: np.ndarray
    newcomer_unknown: np.ndarray

    def scores(self, text: str, vector: np.ndarray | None, kinds: Sequence[str]) -> Scores:
        """The probabilities for a request; ``vector`` [d] None where the encoder knows nothing."""
        import numpy as np

        logits = self.logits(text, vector, kinds)
        tools = 1.0 / (1.0 + np.exp(-(self.slope[0] * logits[:-1] + self.offset[0])))
        some = 1.0 / (1.0 + np.exp(-(self.slope[1] * logits[-1] + self.offset[1])))
        return Scores(tools, float(some))

    def logits(self, text: str, vector: np.ndarray | None, kinds: Sequence[str]) -> np.ndarray:
        """The mean of both models' logits, [tools + 1]."""
        import numpy as np

        places, values = self.weighted(text)
        flags = [*kind_flags(kinds), float(vector is None)]
        if vector is None:
            vector = np.zeros(self.dense.shape[0] - len(flags), dtype=np.float32)
        dense = np.concatenate([vector, np.asarray(flags, dtype=np.float32)])
        hidden = np.maximum(dense @ self.dense + values @ self.lexical[places] + self.bias, 0.0)
        network = hidden @ self.output + self.last
        linear = dense @ self.straight_dense + values @ self.straight[places] + self.straight_bias
        return np.asarray((network + linear) / 2)

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

    def weighted(self, text: str, *, unseen: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The n-gram buckets of a text and their weights, of length 1 together.

        Args:
            unseen: give n-grams that the training requests never had the highest weight, not
                none: a newcomer's own words are such.
        """
        import numpy as np

        counts = hashed(text)
        places = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        rare = self.rare[places]
        if unseen:
            rare = np.where(rare > 0, rare, self.rare.max())
        values = values * rare
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
    for name in ("threshold", "any_threshold"):
        arrays[name] = float(arrays[name])
    return Head(tools=tools, **arrays)
