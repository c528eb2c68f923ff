"""The tool that speaks a text, and the function that does so for spoken replies."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tools.base import Call, Context, Effects, Kind, Made, Parameter, Tool, ToolResult
from tools.engines.espeak import ESPEAK
from tools.errors import Retry
from tools.media.audio import wav_bytes
from tools.runtime import Slot
from tools.speech.polyglot import Polyglot
from tools.speech.recognizer import never
from tools.speech.synthesizer import Manner, Synthesizer


class Speak(Tool):
    """Text to a WAV file."""

    name: ClassVar[str] = "speak"
    description: ClassVar[str] = "Speak a text aloud: makes a sound file of it."
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("text", "The words to speak."),
        Parameter(
            "voice",
            "A language code (en-us, en-gb, cmn, de ...) or the name of a speaker; else the usual.",
            required=False,
        ),
        Parameter("rate", "Speed, 0.5 to 2.5; 1 is usual.", "number", required=False),
        Parameter("pitch", "Pitch, 0 to 2; 1 is usual.", "number", required=False),
    )
    gives: ClassVar[tuple[Kind, ...]] = ("audio",)
    effects: ClassVar[Effects] = "none"
    examples: ClassVar[tuple[str, ...]] = (
        "Read this aloud for me",
        "say good morning to everyone",
        "Can you speak that answer slowly?",
        "turn this paragraph into an audio file",
        "how does 'thoroughly' sound? say it",
        "read the summary out loud in a British voice",
        "make a voice message that says I will be ten minutes late",
        "speak the German sentence 'Guten Abend zusammen'",
        "I'd rather listen than read, tell me with your voice",
        "把这段话读给我听",
        "用语音说一遍",
        "请念一下这首诗",
        "把下面的文字变成语音",
    )
    limits: ClassVar[str] = (
        "It cannot imitate a person, and neither sings nor speaks more than about an hour at a "
        "time. The embedded voice is clear but robotic; a voice model reads only its own "
        "languages, and the embedded voice the others."
    )

    def __init__(self, slot: Slot[Any] | None = None) -> None:
        self.slot: Slot[Any] = slot or ESPEAK  # of a Synthesizer

    def run(self, call: Call, context: Context) -> ToolResult:
        """Speak ``text``.

        Raises:
            Retry: there is nothing to speak, no such voice, or a factor is no number.
            Cancelled: it was stopped.
        """
        text = spoken_form(call.text("text"))
        voice = call.text("voice", "")
        rate, pitch = _factor(call, "rate"), _factor(call, "pitch")
        engine: Synthesizer = self.slot.get()
        sound = _speech(
            engine,
            text,
            voice,
            Manner(rate, pitch),
            lambda: context.cancelled,
            lambda seconds: context.progress(None, f"{seconds:.0f} seconds spoken"),
        )
        context.check()
        if not sound:
            raise Retry("There is nothing in the text that can be spoken.", "Give it words.")
        seconds = round(len(sound) / 2 / engine.rate, 2)
        shown = text if len(text) <= 80 else text[:77].rstrip() + "..."
        return ToolResult(
            text=f"Spoken, {seconds:.1f} seconds: {shown}",
            engine=engine.engines(text, voice) if isinstance(engine, Polyglot) else engine.name,
            data={
                "seconds": seconds,
                "voice": voice or engine.language,
                "rate": rate,
                "pitch": pitch,
                "sample_rate": engine.rate,
                "text": text,
            },
            made=(Made("audio", wav_bytes(sound, engine.rate), "audio/wav", "speech.wav"),),
        )


def say(
    slot: Slot[Any],
    text: str,
    *,
    rate: float = 1.0,
    pitch: float = 1.0,
    voice: str = "",
    volume: float = 1.0,
    cancelled: Callable[[], bool] = never,
) -> bytes:
    """``text`` (Markdown or plain) as a 16-bit mono WAV file.

    ``slot`` holds a :class:`Synthesizer`, whose errors are raised. The file holds no samples
    where nothing in the text can be spoken.
    """
    engine: Synthesizer = slot.get()
    manner = Manner(rate, pitch, volume)
    return wav_bytes(_speech(engine, spoken_form(text), voice, manner, cancelled), engine.rate)


def spoken_form(text: str) -> str:
    """Markdown as a person would read it out: words without marks, addresses by their host."""
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return _ADDRESS.sub(_host, text).strip()


_MARKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in (
        (r"^[ \t]*(?:```|~~~).*$", ""),
        (r"!?\[([^\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)", r"\1"),
        (r"^[ \t]*\[\^?[^\]\n]+\]:[ \t]", ""),
        (r"\[\^[^\]\n]+\]", ""),
        (r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t#]*$", r"\1\n"),
        (r"^[ \t]*(?:[-*_][ \t]*){3,}$", ""),
        (r"^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$", ""),
        (r"^[ \t]*\|(.*)\|[ \t]*$", r"\1"),
        (r"[ \t]+\|[ \t]+", ", "),
        (r"^[ \t]*(?:>[ \t]?)+", ""),
        (r"^[ \t]*[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?", ""),
        (r"`+([^`\n]+)`+", r"\1"),
        (r"(?<![\w*])\*{1,3}(?=\S)([^*\n]+?)(?<=\S)\*{1,3}(?![\w*])", r"\1"),
        (r"(?<![\w_])_{1,3}(?=\S)([^\n]+?)(?<=\S)_{1,3}(?![\w_])", r"\1"),
        (r"~~(?=\S)(.+?)(?<=\S)~~", r"\1"),
        (r"\\([\\`*_{}\[\]()#+\-.!|~>])", r"\1"),
        (r"[ \t]<[ \t]", " less than "),
        (r"[ \t]>[ \t]", " greater than "),
    )
)
_ADDRESS = re.compile(r"<?\b((?:https?|ftp)://[^\s<>\"']+|www\.[^\s<>\"']+)>?", re.IGNORECASE)


def _host(match: re.Match[str]) -> str:
    address = match[1]
    tail = re.search(r"[.,;:!?)\]]*$", address)
    end = tail[0] if tail else ""
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:  # brackets that are no IPv6 address
        host = ""
    return f"{host.removeprefix('www.') or 'a link'}{end}"


def _speech(
    engine: Synthesizer,
    text: str,
    voice: str,
    manner: Manner,
    cancelled: Callable[[], bool],
    spoken: Callable[[float], None] | None = None,
) -> bytes:
    """All samples; ``spoken`` hears at most once a second how many seconds there are."""
    sound, told = bytearray(), time.monotonic()
    for piece in engine.pieces(text, voice=voice, manner=manner, cancelled=cancelled):
        sound += piece
        if spoken is not None and time.monotonic() - told >= 1.0:
            spoken(len(sound) / 2 / engine.rate)
            told = time.monotonic()
    return bytes(sound)


def _factor(call: Call, name: str) -> float:
    value = call.text(name, "1")
    try:
        number = float(value)
    except ValueError as error:
        raise Retry(f"'{name}' must be a number, not '{value}'.", "1 is usual.") from error
    if not math.isfinite(number) or number < 0:
        raise Retry(f"'{name}' must be a number from 0 up.", "1 is usual.")
    return number
