"""What was asked about pictures before, and answered: a follow-up leans on it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

_PICTURES = 64
_TURNS = 4
_LONGEST = 600
"""Letters of an answer that are kept."""

Turn = tuple[str, str]
"""A question and its answer."""


class FollowUps:
    """The last few turns of the last few pictures, by session; safe to use from any thread."""

    def __init__(self, pictures: int = _PICTURES, turns: int = _TURNS) -> None:
        self._pictures = pictures
        self._turns = turns
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], tuple[Turn, ...]] = OrderedDict()

    def before(self, session: str, pictures: Sequence[str], question: str) -> tuple[Turn, ...]:
        """Earlier turns about these very pictures (sha256), the oldest first.

        The same question asked again is answered anew, so its former answer is left out.
        """
        with self._lock:
            turns = self._kept.get((session, *pictures), ())
        return tuple(turn for turn in turns if turn[0] != question)

    def keep(self, session: str, pictures: Sequence[str], question: str, answer: str) -> None:
        key = (session, *pictures)
        with self._lock:
            others = [turn for turn in self._kept.pop(key, ()) if turn[0] != question]
            self._kept[key] = (*others, (question, answer[:_LONGEST]))[-self._turns :]
            while len(self._kept) > self._pictures:
                self._kept.popitem(last=False)
