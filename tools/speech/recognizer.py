"""What a speech recognizer is, whichever engine it runs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tools.media.audio import Audio


@dataclass(frozen=True, slots=True)
class Word:
    """One word; seconds count from the beginning of the sound that was recognized."""

    text: str
    start: float
    end: float
    confidence: float
    """Estimated probability, 0..1, that this word was said."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one stretch of speech was heard as; without words where nothing was made out."""

    words: tuple[Word, ...]
    language: str

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """The share of the words that is expected to be right; 0 where there are none."""
        if not self.words:
            return 0.0
        return sum(word.confidence for word in self.words) / len(self.words)


def never() -> bool:
    """The answer of a caller who does not cancel."""
    return False


class Recognizer(Protocol):
    """An engine that turns speech to words, one utterance at a time.

    ``languages`` are ISO 639-1 codes. ``recognize`` takes mono 16 kHz sound of at most
    half a minute, asks ``cancelled`` several times a second, and raises ``Cancelled`` or
    ``Failed`` (see :mod:`tools.errors`).
    """

    @property
    def name(self) -> str: ...

    @property
    def languages(self) -> tuple[str, ...]: ...

    def recognize(self, sound: Audio, *, cancelled: Callable[[], bool] = never) -> Heard: ...
