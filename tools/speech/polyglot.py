"""One voice for its own languages, another synthesizer for all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from tools.engines.scripts import runs, sentences
from tools.media.resample import Resampler
from tools.speech.recognizer import never
from tools.speech.synthesizer import Manner, Synthesizer, check_length, language_code


class Polyglot:
    """Speaks with ``own``, and with ``other`` what ``own`` does not read.

    That is a voice or language that only ``other`` has, when it is asked for, and stretches
    in another script: Chinese words in a reply for a voice that reads English. What ``other``
    says comes at the rate of ``own``. ``other`` is called for when it is first needed, and
    belongs to whoever gave it: :meth:`close` closes ``own``.
    """

    def __init__(self, own: Synthesizer, other: Callable[[], Synthesizer]) -> None:
        self.own = own
        self._other = other

    @property
    def name(self) -> str:
        return self.own.name

    @property
    def rate(self) -> int:
        return self.own.rate

    @property
    def language(self) -> str:
        return self.own.language

    @property
    def memory_bytes(self) -> int:
        return int(getattr(self.own, "memory_bytes", 0))

    def reads(self, voice: str) -> bool:
        return self.own.reads(voice) or self._other().reads(voice)

    def engines(self, text: str, voice: str = "") -> str:
        """The names of who would speak this text, for its receipt."""
        names = dict.fromkeys(engine.name for engine, _, _ in self._parts(text, voice))
        return " + ".join(names) or self.name

    def pieces(
        self,
        text: str,
        *,
        voice: str = "",
        manner: Manner | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[bytes]:
        check_length(text)
        for engine, reader, part in self._parts(text, voice):
            resampler = Resampler(engine.rate, self.rate)
            for piece in engine.pieces(part, voice=reader, manner=manner, cancelled=cancelled):
                yield resampler.feed(piece)
            if rest := resampler.rest():
                yield rest

    def close(self) -> None:
        self.own.close()

    def _parts(self, text: str, voice: str) -> list[tuple[Synthesizer, str, str]]:
        """Who speaks, with which voice, which part of the text."""
        if not self.own.reads(voice):
            # Where nobody has it, the own one refuses and names those it has.
            refuses = not self._other().reads(voice)
            return [(self.own if refuses else self._other(), voice, text)]
        language = self._language_of(voice)
        stretches = [run for s in sentences(text) for run in runs(s, language)]
        if all(code == language for code, _ in stretches):
            return [(self.own, voice, text)]  # whole: it cuts its sentences itself
        parts = []
        for code, group in groupby(stretches, lambda stretch: stretch[0]):
            part = " ".join(run.strip() for _, run in group)
            if code == language:
                parts.append((self.own, voice, part))
            elif self.own.reads(code):
                parts.append((self.own, code, part))
            else:
                parts.append((self._other(), code, part))
        return parts

    def _language_of(self, voice: str) -> str:
        """What a voice of ``own`` reads: its name where that is a language, else the usual."""
        return language_code(voice) if voice and self._other().reads(voice) else self.own.language
