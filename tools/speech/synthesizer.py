"""What a speech synthesizer is, whichever engine it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tools.errors import BadInput, Cancelled, Retry
from tools.speech.recognizer import never

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

MAX_CHARACTERS = 50_000
"""About an hour of speech, 150 MB as WAV."""

_LISTED = 20
_CHINESE = {"zh", "zh-cn", "zh-hans", "zh-tw", "zh-hant", "cmn-latn-pinyin"}


@dataclass(frozen=True, slots=True)
class Manner:
    """Factors of the usual: ``rate`` 0.5..2.5, ``pitch`` and ``volume`` 0..2.

    What lies outside is moved to the nearest end. eSpeak NG takes ``pitch`` for a setting of
    its own; voices that are models take it for a factor of every frequency, at least 0.5.
    """

    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0

    def bounded(self) -> Manner:
        """What a model can follow: rate 0.5..2.5, pitch 0.5..2, volume 0..2."""
        return Manner(
            min(2.5, max(0.5, self.rate)),
            min(2.0, max(0.5, self.pitch)),
            min(2.0, max(0.0, self.volume)),
        )


class Synthesizer(Protocol):
    """An engine that turns text to speech: 16-bit little-endian mono at ``rate`` a second.

    A voice is named by a language code (``en``, ``en-gb``, ``cmn``) or, where a model has
    several speakers, by one of their names; an empty name is the engine's own voice, and
    ``language`` the code of what that one reads. :meth:`reads` says whether a name would be
    accepted. Closing the iterator that :meth:`pieces` returns stops the work.

    ``pieces`` raises Retry where there is no such voice, BadInput where the text is longer
    than :data:`MAX_CHARACTERS`, Cancelled, Failed or OutOfMemory (see :mod:`tools.errors`).
    """

    @property
    def name(self) -> str: ...

    @property
    def rate(self) -> int: ...

    @property
    def language(self) -> str: ...

    def reads(self, voice: str) -> bool: ...

    def pieces(
        self,
        text: str,
        *,
        voice: str = "",
        manner: Manner | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[bytes]: ...

    def close(self) -> None: ...


def check_length(text: str) -> None:
    """Raise BadInput where a text is too long to be spoken at once."""
    if len(text) > MAX_CHARACTERS:
        raise BadInput(
            f"The text has {len(text):,} characters; I speak at most {MAX_CHARACTERS:,}.",
            "Give it in parts.",
        )


def check_cancelled(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled("Speaking was stopped before it finished.")


def language_code(name: str) -> str:
    """A language's name as eSpeak NG writes it: ``en_US`` is ``en-us``, ``zh`` is ``cmn``."""
    code = name.strip().lower().replace("_", "-")
    return "cmn" if code in _CHINESE else code


def same_language(asked: str, spoken: str) -> bool:
    """Whether who speaks ``spoken`` reads ``asked``: ``en`` and ``en-us`` do, ``en-gb`` and
    ``en-us`` do not, because whoever names a region wants to hear it."""
    one, other = language_code(asked), language_code(spoken)
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def no_such_voice(voice: str, names: Sequence[str]) -> Retry:
    """The refusal of a voice that nobody has; ``names`` are those that would do."""
    shown = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
    return Retry(f"There is no voice '{voice}'.", f"Use one of: {shown}.")
