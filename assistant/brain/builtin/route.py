"""Which tools a request wants: by the examples that each tool declares, and the kinds given.

A request is near a tool when it is near one of its examples: by meaning (cosine of the
encoder's vectors) where the encoder knows the words, and by character n-grams (cosine of
their counts), which also know Chinese and survive typing errors.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from tools.base import Tool
    from tools.encoder import Encoder

CHOSEN = 0.58
"""A tool whose score reaches this is wanted."""
LIKELY = 0.42
"""A tool that takes what was attached needs only this much."""
UNKNOWN = 0.3
"""Share of unknown tokens above which only character n-grams vote."""


@dataclass(frozen=True, slots=True)
class Route:
    """The wanted tools, best first, and the score (0..1) of every tool."""

    tools: tuple[str, ...]
    scores: dict[str, float]


class Router:
    """Scores requests against the examples of ``tools``; vectors are kept in ``cache``."""

    def __init__(self, tools: Sequence[Tool], encoder: Encoder, cache: Path | None = None) -> None:
        self._tools = {t.name: t for t in tools}
        self._encoder = encoder
        self._cache = cache
        self._examples = [(t.name, example) for t in tools for example in t.examples]

    def route(self, text: str, kinds: Sequence[str] = ()) -> Route:
        """Score every tool for a request with attachments of these kinds.

        A tool that needs a file of a kind that is not attached may still be wanted (the
        person may mean an earlier one, or have forgotten it); one that takes what is
        attached is favoured.
        """
        scores = self.scores(text)
        for name in scores:
            takes = self._tools[name].takes
            if takes and kinds and set(takes) & set(kinds):
                scores[name] = min(1.0, scores[name] + 0.08)
            elif takes and not _optional(self._tools[name]):
                scores[name] *= 0.85 if not kinds else 0.6
        ranked = sorted(scores, key=lambda n: -scores[n])
        wanted = [n for n in ranked if scores[n] >= CHOSEN][:1]
        if not wanted:
            fitting = [n for n in ranked if set(self._tools[n].takes) & set(kinds)]
            wanted = [n for n in fitting if scores[n] >= LIKELY][:1]
        return Route(tuple(wanted), scores)

    def scores(self, text: str) -> dict[str, float]:
        """How near the request is to each tool, 0..1, whatever is attached."""
        best = dict.fromkeys(self._tools, 0.0)
        if not self._examples or not text.strip():
            return best
        grams = _grams(text)
        letters = [_cosine(grams, g) for g in self._example_grams]
        meanings: Any = [0.0] * len(letters)
        trusted = self._encoder.unknown_share(text) <= UNKNOWN
        if trusted:
            meanings = self._vectors @ self._encoder.encode([text[:1000]])[0]
        for (name, _), letter, meaning in zip(self._examples, letters, meanings, strict=True):
            score = max(float(meaning), 0.7 * float(meaning) + 0.3 * letter) if trusted else letter
            best[name] = max(best[name], score)
        return best

    @cached_property
    def _example_grams(self) -> list[Counter[str]]:
        return [_grams(example) for _, example in self._examples]

    @cached_property
    def _vectors(self) -> np.ndarray:
        """[examples, d] unit vectors; encoded once for a set of examples, then read back."""
        import numpy as np

        texts = [example for _, example in self._examples]
        key = hashlib.sha256("\0".join([self._encoder.name, *texts]).encode()).hexdigest()[:24]
        path = self._cache / f"routes-{key}.npy" if self._cache else None
        if path is not None and path.is_file():
            try:
                stored = np.load(path, allow_pickle=False)
            except (OSError, ValueError):
                stored = None  # half-written by a dying process: made anew below
            if stored is not None and stored.shape[0] == len(texts):
                return np.asarray(stored)
        vectors = self._encoder.encode(texts)
        if path is not None:
            _save(path, vectors)
        return vectors


def _save(path: Path, vectors: np.ndarray) -> None:
    import os
    import tempfile

    import numpy as np

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            np.save(stream, vectors, allow_pickle=False)
        Path(temporary).replace(path)
    except OSError:
        return  # a cache that cannot be written only costs time at the next start


def _optional(tool: Tool) -> bool:
    return not any(p.required and p.kinds for p in tool.parameters)


def normalized(text: str) -> str:
    """Lower case, compatibility forms folded, white space and marks as single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[^\w%+*/=-]+", " ", folded).strip()


def _grams(text: str) -> Counter[str]:
    """Counts of character n-grams: 3 to 4 within Latin text, 1 to 2 within Chinese."""
    counts: Counter[str] = Counter()
    for run in re.findall(r"[一-鿿]+|[^一-鿿]+", normalized(text[:1000])):
        if "一" <= run[0] <= "鿿":
            sizes, padded = (1, 2), run
        else:
            sizes, padded = (3, 4), f" {run.strip()} "
        for size in sizes:
            counts.update(padded[i : i + size] for i in range(len(padded) - size + 1))
    return counts


def _cosine(a: Counter[str], b: Counter[str]) -> float:
    if not a or not b:
        return 0.0
    dot = sum(n * b[g] for g, n in a.items() if g in b)
    norm = sum(n * n for n in a.values()) * sum(n * n for n in b.values())
    return float(dot / norm**0.5)
