"""The tool that writes down what is said in a recording or a video."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from tools.base import Call, Context, Effects, Item, Parameter, Source, Tool, ToolResult
from tools.engines.pocketsphinx import POCKETSPHINX
from tools.engines.silero import utterances
from tools.errors import Cancelled
from tools.media import audio
from tools.media.audio import Audio
from tools.reading.find import Answering, as_data
from tools.reading.material import of_recording
from tools.runtime import Slot
from tools.speech.recognizer import Heard, Recognizer

SILENCE = 1e-3
"""Peak below which a recording counts as silent: 60 dB under full scale."""
UNSURE = 0.5
"""Expected share of right words under which the tool says that it doubts what it heard."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One utterance, in seconds from the beginning of the recording."""

    start: float
    end: float
    text: str
    confidence: float


class Transcribe(Tool):
    """Speech to text with times, by whichever recognizer its slot holds."""

    name: ClassVar[str] = "transcribe"
    description: ClassVar[str] = (
        "Write down the words spoken in a sound recording or a video, with times in seconds."
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("audio", "The recording or video to listen to.", kinds=("audio", "video")),
        Parameter("question", "What the person wants to know from it.", required=False),
    )
    effects: ClassVar[Effects] = "none"
    examples: ClassVar[tuple[str, ...]] = (
        "What is said in this recording?",
        "transcribe the attached voice memo",
        "Can you write down what she says in the video?",
        "what words are spoken at the start of this clip",
        "Listen to this and tell me what he wants",
        "type up the interview for me",
        "I was sent a voice message, what does it say?",
        "Is anybody talking in this audio file?",
        "subtitles for this video please, with times",
        "这段录音里说了什么?",
        "把这个语音转成文字",
        "视频里的人在讲什么?",
        "听一下这条语音留言,告诉我内容",
    )
    limits: ClassVar[str] = (
        "The embedded recognizer understands English only and can get more than one word in three "
        "wrong; it neither tells speakers apart nor notices that another language is spoken."
    )

    def __init__(self, slot: Slot[Any] | None = None, answering: Answering | None = None) -> None:
        self.slot: Slot[Any] = slot or POCKETSPHINX
        self._answering = answering

    def run(self, call: Call, context: Context) -> ToolResult:
        """Transcribe the item ``audio``.

        Raises:
            BadInput: it cannot be decoded, or is a video without a sound track.
            Cancelled, Failed: see :class:`~tools.speech.recognizer.Recognizer`.
        """
        item = call.item("audio")
        recognizer: Recognizer = self.slot.get()
        recording = audio.stream(item.path, chunk_seconds=10.0, name=item.name)
        meter = _Meter(recording, context)
        segments: list[Segment] = []
        language = ""
        spoken = 0.0
        try:
            for utterance in utterances(meter):
                meter.report(utterance.start)
                heard = _recognized(recognizer, utterance, context)
                end = utterance.start + utterance.seconds
                spoken += utterance.seconds
                language = heard.language
                if heard.words:
                    at, until = round(utterance.start, 2), round(end, 2)
                    segments.append(Segment(at, until, heard.text, round(heard.confidence, 3)))
                meter.report(end, heard.text)
            meter.report(meter.seconds)
        finally:
            recording.close()
        result = _result(item, recognizer.name, language, segments, spoken, meter)
        question = call.text("question", "").strip()
        if question and self._answering is not None:
            context.check()
            found = self._answering(question, of_recording(result.data))
            return replace(result, data={**result.data, "answer": as_data(found)})
        return result


def _recognized(recognizer: Recognizer, utterance: Audio, context: Context) -> Heard:
    try:
        return recognizer.recognize(utterance, cancelled=lambda: context.cancelled)
    except Cancelled:
        context.check()  # which knows whether it was the person or the deadline
        raise


class _Meter:
    """Passes chunks on while it reports progress, checks for cancellation and takes the level."""

    def __init__(self, recording: audio.AudioStream, context: Context) -> None:
        self.seconds = 0.0
        self.peak = 0.0
        self._recording = recording
        self._context = context
        self._told = 0.0

    @property
    def notes(self) -> list[str]:
        return self._recording.notes

    def __iter__(self) -> Iterator[Audio]:
        import numpy as np

        for chunk in self._recording:
            self._context.check()
            self.seconds += chunk.seconds
            self.peak = max(self.peak, float(np.abs(chunk.samples).max(initial=0.0)))
            yield chunk

    def report(self, at: float, words: str = "") -> None:
        """Everything before second ``at`` is done; ``words`` are what was heard last."""
        whole = self._recording.info.seconds
        if whole:
            self._told = max(self._told, min(1.0, at / whole))
        self._context.progress(self._told if whole else None, words)


def _result(
    item: Item,
    engine: str,
    language: str,
    segments: list[Segment],
    spoken: float,
    meter: _Meter,
) -> ToolResult:
    weight = sum(len(segment.text.split()) for segment in segments)
    right = sum(len(segment.text.split()) * segment.confidence for segment in segments)
    confidence = round(right / weight, 3) if weight else None
    data = {
        "text": " ".join(segment.text for segment in segments),
        "language": language,
        "confidence": confidence,
        "segments": [asdict(segment) for segment in segments],
        "seconds": round(meter.seconds, 2),
        "engine": engine,
        "speech_seconds": round(spoken, 2),
        "notes": list(meter.notes),
    }
    return ToolResult(
        text=_wording(item.name, segments, confidence, spoken, meter),
        engine=engine,
        data=data,
        sources=tuple(
            Source(item.name, f"t={s.start:.1f},{s.end:.1f}", s.text, item.handle) for s in segments
        ),
        confidence=confidence,
    )


def _wording(
    name: str, segments: list[Segment], confidence: float | None, spoken: float, meter: _Meter
) -> str:
    if not spoken:
        why = "it is silent" if meter.peak < SILENCE else "there is sound, but nobody speaks"
        return " ".join([f"I hear no speech in {name}: {why}.", *meter.notes])
    if confidence is None:
        return " ".join([f"Somebody speaks in {name}, but I make out no words.", *meter.notes])
    lines = [segment.text for segment in segments]
    if len(segments) > 3:
        lines = [f"[{_clock(s.start)}] {s.text}" for s in segments]
    doubt = (
        [f"(I am not sure I heard this right: about {confidence:.0%} of the words may be correct.)"]
        if confidence < UNSURE
        else []
    )
    return "\n".join([*lines, *doubt, *meter.notes])


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
