"""Tools that the head was not trained on: they join by their own examples.

A request is measured against a tool's examples by meaning and by n-grams, and against the
requests that the head was trained on: a tool is wanted where its examples are near and no known
request is nearer. How those measures make a probability was learned from tools that were
invented for it, each with six examples and other requests (``scripts/routing_newcomers.py``).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.brain.builtin.features import Unit, normalized, units
from assistant.brain.builtin.seen import Seen, see

if TYPE_CHECKING:
    import numpy as np

    from tools.base import Tool
    from tools.encoder import Encoder

CHOSEN = 0.25
"""Probability from which a newcomer is wanted: a person who registers a tool means to use it."""
NEAREST = 3
"""So many of the nearest examples, and of the nearest known requests, are averaged."""


@dataclass(frozen=True)
class Metric:
    """What requests are compared in.

    ``centre`` [d] and ``turn`` [d, k] make of the encoder's vectors ones whose directions vary
    alike over requests (half whitened, Kessy et al. 2018). ``wishes`` [n, k] and ``talk`` [m, k]
    are those of known requests that want some tool, and of others. ``rare`` [buckets] weighs
    n-grams by their rarity, ``weights`` [measures + 1] the measures.
    """

    centre: np.ndarray
    turn: np.ndarray
    wishes: np.ndarray
    talk: np.ndarray
    rare: np.ndarray
    weights: np.ndarray

    def turned(self, vectors: np.ndarray) -> np.ndarray:
        """Encoder vectors [n, d] in the space of the metric, [n, k], of length 1."""
        import numpy as np

        out = (vectors - self.centre) @ self.turn
        return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6))

    def grams(self, request: Sequence[Unit]) -> dict[int, float]:
        """The n-gram buckets of a request and their weights, of length 1 together."""
        counts = Counter(place for unit in request for place in unit.buckets)
        out = {p: min(2.0, n) ** 0.5 * float(self.rare[p]) for p, n in counts.items()}
        length = sum(value * value for value in out.values()) ** 0.5
        return {place: value / max(length, 1e-6) for place, value in out.items()}

    def rivals(self, vector: np.ndarray) -> list[float]:
        """How near the nearest known requests are: those that want a tool, and the others."""
        return [_nearest(known @ vector) for known in (self.wishes, self.talk)]

    def chance(self, measured: Sequence[float]) -> float:
        """Probability that the tool with these measures is wanted."""
        import numpy as np

        given = np.asarray([*measured, 1.0], dtype=np.float32)
        return float(1.0 / (1.0 + np.exp(-float(given @ self.weights))))


def _nearest(cosines: np.ndarray) -> float:
    """The mean of the highest few."""
    import numpy as np

    return float(np.sort(cosines)[-NEAREST:].mean()) if len(cosines) else 0.0


@dataclass(frozen=True)
class Examples:
    """What is known of a newcomer: ``vectors`` [n, k] of its examples, and their n-grams."""

    vectors: np.ndarray
    grams: tuple[dict[int, float], ...]

    def measures(self, vector: np.ndarray, grams: dict[int, float]) -> list[float]:
        """Highest and mean of the nearest by n-grams, then by meaning."""
        import numpy as np

        near = self.vectors @ vector
        dots = np.asarray([_dot(grams, g) for g in self.grams])
        return [float(dots.max()), _nearest(dots), float(near.max()), _nearest(near)]


def _dot(one: dict[int, float], two: dict[int, float]) -> float:
    return sum(value * two[place] for place, value in one.items() if place in two)


def measured(
    examples: Examples, seen: Seen, metric: Metric, highest: float, some: float
) -> list[float]:
    """All measures of a request against a tool's examples, in the order of ``Metric.weights``.

    ``highest`` is the head's surest score, ``some`` that of any tool at all.
    """
    vector = metric.turned(seen.vector[None])[0]
    near = examples.measures(vector, metric.grams(seen.units))
    return [*near, highest, some, *metric.rivals(vector)]


class Newcomers:
    """The newcomers among some tools; their examples' vectors are kept in ``cache``."""

    def __init__(
        self,
        tools: Sequence[Tool],
        known: Sequence[str],
        metric: Metric,
        encoder: Encoder,
        cache: Path | None = None,
    ) -> None:
        self._metric = metric
        self._encoder = encoder
        self._cache = cache
        self._tools = [t for t in tools if t.name not in known]
        self._known: dict[str, Examples] | None = None

    def scores(
        self, seen: Seen, kinds: Sequence[str], highest: float, some: float
    ) -> dict[str, float]:
        """Probability that each newcomer is wanted."""
        out = {}
        for tool in self._tools:
            examples = self._examples()[tool.name]
            chance = self._metric.chance(measured(examples, seen, self._metric, highest, some))
            if tool.takes and kinds and not set(tool.takes) & set(kinds):
                chance *= 0.6
            out[tool.name] = chance
        return out

    def _examples(self) -> dict[str, Examples]:
        if self._known is None:
            import numpy as np

            texts = {t.name: [*t.examples, t.description] for t in self._tools}
            flat = list(dict.fromkeys(text for some in texts.values() for text in some))
            vectors = dict(zip(flat, self._metric.turned(self._vectors(flat)), strict=True))
            self._known = {
                name: Examples(
                    np.stack([vectors[text] for text in some]),
                    tuple(self._metric.grams(units(normalized(text))) for text in some),
                )
                for name, some in texts.items()
            }
        return self._known

    def _vectors(self, texts: list[str]) -> np.ndarray:
        """[examples, d]; encoded once for a set of examples, then read back."""
        import numpy as np

        key = hashlib.sha256(
            "\0".join([self._encoder.name, *texts]).encode("utf-8", "replace")
        ).hexdigest()[:24]
        path = self._cache / f"routes-{key}.npy" if self._cache else None
        if path is not None and path.is_file():
            try:
                stored = np.load(path, allow_pickle=False)
            except (OSError, ValueError):
                stored = None  # half-written by a dying process: made anew below
            if stored is not None and stored.shape[0] == len(texts):
                return np.asarray(stored)
        vectors = np.stack([see(text, self._encoder).vector for text in texts])
        if path is not None:
            _save(path, vectors)
        return vectors


def _save(path: Path, vectors: np.ndarray) -> None:
    import numpy as np

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            np.save(stream, vectors, allow_pickle=False)
        Path(temporary).replace(path)
    except OSError:
        return  # a cache that cannot be written only costs time at the next start
