"""Which tools a request wants: by the trained head, and newcomers by their own examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.brain.builtin.head import Head, load
from assistant.brain.builtin.newcomers import CHOSEN, Newcomers
from assistant.brain.builtin.seen import see

if TYPE_CHECKING:
    from tools.base import Tool
    from tools.encoder import Encoder

_JOINT = re.compile(
    r"\s*(?:[,;.!?]\s*(?:and\s+)?(?:then|after that|afterwards|also|plus)\b|\b(?:and )?then\b"
    r"|[,;]?\s+and\s+|[.!?;]\s+|[，,；;。！？](?:然后|接着|再|并且|并|顺便)?|(?:然后|接着|并且))\s*",
    re.IGNORECASE,
)

SURE = 0.97
"""Probability from which a part of a request wants a newcomer that the whole does not show."""


@dataclass(frozen=True, slots=True)
class Route:
    """The wanted tools that are there and those that are not, surest first; every score (0..1)."""

    tools: tuple[str, ...]
    missing: tuple[str, ...]
    scores: dict[str, float]


class Router:
    """Scores requests; the vectors of newcomers' examples are kept in ``cache``."""

    def __init__(self, tools: Sequence[Tool], encoder: Encoder, cache: Path | None = None) -> None:
        self._names = frozenset(t.name for t in tools)
        self._encoder = encoder
        self._head: Head = load()
        self._newcomers = Newcomers(tools, self._head.tools, self._head.metric, encoder, cache)
        self._route = lru_cache(maxsize=64)(self._routed)

    def route(self, text: str, kinds: Sequence[str] = ()) -> Route:
        """Route a request that came with attachments of these kinds."""
        return self._route(text, tuple(kinds))

    def scores(self, text: str, kinds: Sequence[str] = ()) -> dict[str, float]:
        """The probability, 0..1, that a request wants each tool, installed or not."""
        return self._measured(text, tuple(kinds))[1]

    def _measured(self, text: str, kinds: tuple[str, ...]) -> tuple[list[str], dict[str, float]]:
        """What the head wants, and the scores of its tools and of the newcomers."""
        if not text.strip():
            return [], dict.fromkeys((*self._head.tools, *self._names), 0.0)
        seen = see(text, self._encoder)
        scores = self._head.scores(seen, kinds)
        out = dict(zip(self._head.tools, map(float, scores.tools), strict=True))
        new = self._newcomers.scores(seen, kinds, max(out.values()), scores.any)
        return self._head.wanted(scores), out | new

    def _routed(self, text: str, kinds: tuple[str, ...]) -> Route:
        wanted, scores = self._measured(text, kinds)
        joining = sorted(
            (n for n in scores if n not in self._head.tools and scores[n] >= CHOSEN),
            key=lambda n: -scores[n],
        )[:1]
        parts = [p for p in _JOINT.split(text) if p and len(p.strip()) > 3]
        if len(scores) > len(self._head.tools) and 1 < len(parts) <= 6:
            joining, wanted = self._by_parts(parts, kinds, joining, wanted)
        elif joining:
            wanted = []
        wanted = sorted([*wanted, *joining], key=lambda n: -scores[n])
        return Route(
            tuple(n for n in wanted if n in self._names),
            tuple(n for n in wanted if n not in self._names),
            scores,
        )

    def _by_parts(
        self, parts: list[str], kinds: tuple[str, ...], joining: list[str], wanted: list[str]
    ) -> tuple[list[str], list[str]]:
        """A newcomer beside other tools: each part of the request speaks for itself."""
        new: list[str] = list(joining)
        old: list[str] = []
        for part in parts:
            choice, scores = self._measured(part, kinds)
            own = max((n for n in scores if n not in self._head.tools), key=lambda n: scores[n])
            if scores[own] >= (CHOSEN if own in joining else SURE):
                new.append(own)
            else:
                old += [name for name in choice if name in wanted]
        if not new:
            return [], wanted
        return list(dict.fromkeys(new))[:2], list(dict.fromkeys(old))
