"""Tools that the head was not trained on: they join by their own examples.

A request is measured against a tool's examples by meaning (where the encoder knows the
words) and by n-grams, and against the requests the head was trained on. How those measures
make a probability was learned by leaving each built-in tool out of the training and letting it
join from six examples (``scripts/train_router.py``).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.brain.builtin.features import UNKNOWN
from assistant.brain.builtin.head import Head

if TYPE_CHECKING:
    import numpy as np

    from tools.base import Tool
    from tools.encoder import Encoder

CHOSEN = 0.45
"""Probability from which a newcomer is wanted."""


@dataclass(frozen=True)
class Examples:
    """What is known of a newcomer: ``vectors`` [n, d] of its examples (zero rows where the
    encoder does not know the words), and their weighted n-grams."""

    vectors: np.ndarray
    grams: tuple[dict[int, float], ...]

    @classmethod
    def of(cls, texts: Sequence[str], vectors: np.ndarray, head: Head) -> Examples:
        grams = []
        for text in texts:
            places, values = head.weighted(text, unseen=True)
            grams.append(dict(zip(places.tolist(), values.tolist(), strict=True)))
        return cls(vectors, tuple(grams))

    def measures(self, vector: np.ndarray | None, grams: dict[int, float]) -> list[float]:
        """Highest and mean-of-three cosine by meaning, highest and mean-of-three by n-grams."""
        import numpy as np

        near = np.sort(self.vectors @ vector)[::-1] if vector is not None else np.zeros(1)
        dots = sorted((_dot(grams, g) for g in self.grams), reverse=True) or [0.0]
        return [float(near[0]), float(near[:3].mean()), dots[0], sum(dots[:3]) / len(dots[:3])]


def _dot(one: dict[int, float], two: dict[int, float]) -> float:
    return sum(value * two[place] for place, value in one.items() if place in two)


class Newcomers:
    """The newcomers among some tools; their examples' vectors are kept in ``cache``."""

    def __init__(
        self, tools: Sequence[Tool], head: Head, encoder: Encoder, cache: Path | None = None
    ) -> None:
        self._head = head
        self._encoder = encoder
        self._cache = cache
        self._tools = [t for t in tools if t.name not in head.tools]
        self._known: dict[str, Examples] | None = None

    def scores(
        self, text: str, vector: np.ndarray | None, kinds: Sequence[str], highest: float
    ) -> dict[str, float]:
        """Probability that each newcomer is wanted; ``highest`` is the head's surest score."""
        if not self._tools:
            return {}
        places, values = self._head.weighted(text, unseen=True)
        grams = dict(zip(places.tolist(), values.tolist(), strict=True))
        rival = self._head.nearest(vector) if vector is not None else 0.0
        out = {}
        for tool in self._tools:
            measured = self._examples()[tool.name].measures(vector, grams)
            chance = self._head.newcomer_chance(measured, rival, highest, known=vector is not None)
            if tool.takes and kinds and not set(tool.takes) & set(kinds):
                chance *= 0.6
            out[tool.name] = chance
        return out

    def _examples(self) -> dict[str, Examples]:
        if self._known is None:
            texts = {t.name: [*t.examples, t.description] for t in self._tools}
            flat = [text for some in texts.values() for text in some]
            vectors = self._vectors(flat)
            at = 0
            self._known = {}
            for name, some in texts.items():
                part = vectors[at : at + len(some)]
                self._known[name] = Examples.of(some, part, self._head)
                at += len(some)
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
        vectors = self._encoder.encode(texts).copy()
        for i, text in enumerate(texts):
            if not known(self._encoder, text):
                vectors[i] = 0.0
        if path is not None:
            _save(path, vectors)
        return vectors


def known(encoder: Encoder, text: str) -> bool:
    """Whether the encoder knows enough of the words of a text to say something of it."""
    return encoder.unknown_share(text) <= UNKNOWN


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
