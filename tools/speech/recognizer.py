"""What a speech recognizer is, whichever engine it runs on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tools.errors import Retry
from tools.media.audio import Audio

_OTHER_CODES = {"cmn": "zh", "jv": "jw", "nb": "no", "iw": "he", "fil": "tl"}
"""Codes of languages that recognizers call otherwise."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word; seconds count from the beginning of the sound that was recognized."""

    text: str
    start: float
    end: float
    confidence: float
    """Estimated probability, 0..1, that this word was said."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What an engine heard in one go, often a sentence, with the words in it.

    ``text`` is as the engine writes it, with the space before it where there is one.
    """

    text: str
    start: float
    end: float
    words: tuple[Word, ...] = ()

    @property
    def confidence(self) -> float:
        return _mean(self.words)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one stretch of speech was heard as; without words where nothing was made out."""

    words: tuple[Word, ...]
    language: str
    language_probability: float = 1.0
    """How sure it is that this language is spoken, 0..1."""
    phrases: tuple[Phrase, ...] = ()
    """The words by phrase, from an engine that tells phrases apart."""
    left_out: tuple[Phrase, ...] = ()
    """What the engine wrote although nobody seems to have said it."""

    @property
    def text(self) -> str:
        if self.phrases:
            return "".join(phrase.text for phrase in self.phrases).strip()
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """The share of the words that is expected to be right; 0 where there are none."""
        return _mean(self.words)


def _mean(words: tuple[Word, ...]) -> float:
    return sum(word.confidence for word in words) / len(words) if words else 0.0


def never() -> bool:
    """The answer of a caller who does not cancel."""
    return False


class Recognizer(Protocol):
    """An engine that turns speech to words, one utterance at a time.

    ``recognize`` takes mono 16 kHz sound of at most half a minute, asks ``cancelled`` several
    times a second, and raises ``Cancelled``, ``Failed`` or ``OutOfMemory`` (see
    :mod:`tools.errors`). ``language``, one of ``languages``, is what is surely spoken;
    ``expected`` is what was spoken before, which another language must plainly outdo. An engine
    of one language ignores both.
    """

    @property
    def name(self) -> str: ...

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes, where there is one."""

    @property
    def limits(self) -> str:
        """What it cannot do, in one sentence."""

    @property
    def longest(self) -> float:
        """Seconds of the longest utterance it should get."""

    @property
    def pause(self) -> float:
        """Seconds without speech after which it should get another utterance."""

    def recognize(
        self,
        sound: Audio,
        *,
        language: str = "",
        expected: str = "",
        cancelled: Callable[[], bool] = never,
    ) -> Heard: ...


def known_language(language: str, recognizer: Recognizer) -> str:
    """The recognizer's code for a language: ``en-US`` is ``en``, ``cmn`` is ``zh``.

    Empty where it is to be found out: for an empty name and for ``auto``.

    Raises:
        Retry: it does not understand that language.
    """
    code = re.split(r"[-_]", language.strip().lower(), maxsplit=1)[0]
    code = _OTHER_CODES.get(code, code)
    if code in {"", "auto"}:
        return ""
    if code not in recognizer.languages:
        raise Retry(
            f"{recognizer.name} does not understand the language '{language.strip()}'.",
            f"It understands: {', '.join(recognizer.languages)}.",
        )
    return code
