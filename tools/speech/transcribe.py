"""The tool that writes down what is said in a recording or a video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from tools.base import Call, Context, Effects, Item, Parameter, Source, Tool, ToolResult
from tools.engines.pocketsphinx import POCKETSPHINX
from tools.engines.silero import Manner, utterances
from tools.errors import Cancelled
from tools.media import audio
from tools.media.audio import Audio
from tools.reading.find import Answering, as_data
from tools.reading.material import of_recording
from tools.runtime import Slot
from tools.speech.recognizer import Heard, Phrase, Recognizer, Word, known_language

SILENCE = 1e-3
"""Peak below which a recording counts as silent: 60 dB under full scale."""
LANGUAGE_SURE = 0.5
"""Probability from which the language of an utterance is expected in the next one, too."""
UNSURE = 0.5
"""Expected share of right words under which the tool says that it doubts what it heard."""


@dataclass(frozen=True, slots=True)
class Segment:
    """An utterance or a phrase of one, in seconds from the beginning of the recording."""

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
        Parameter(
            "language",
            "Code of the language spoken (en, zh, de ...), where the person says which; else it "
            "is found out.",
            required=False,
        ),
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
        "It does not tell speakers apart. The embedded recognizer, PocketSphinx, understands "
        "English only, does not notice that another language is spoken, and can get more than one "
        "word in three wrong; a Whisper model understands the languages it was trained on, and "
        "can write words that nobody said."
    )

    def __init__(self, slot: Slot[Any] | None = None, answering: Answering | None = None) -> None:
        self.slot: Slot[Any] = slot or POCKETSPHINX
        self._answering = answering

    def run(self, call: Call, context: Context) -> ToolResult:
        """Transcribe the item ``audio``.

        Raises:
            BadInput: it cannot be decoded, or is a video without a sound track.
            Retry: the recognizer does not understand ``language``.
            Cancelled, Failed, OutOfMemory: see :class:`~tools.speech.recognizer.Recognizer`.
        """
        item = call.item("audio")
        recognizer: Recognizer = self.slot.get()
        language = known_language(call.text("language", ""), recognizer)
        recording = audio.stream(item.path, chunk_seconds=10.0, name=item.name)
        meter = _Meter(recording, context)
        transcript = Transcript()
        manner = Manner(pause=recognizer.pause, longest=recognizer.longest)
        try:
            for utterance in utterances(meter, manner):
                meter.report(utterance.start)
                heard = _recognized(recognizer, utterance, language, transcript.language, context)
                transcript.add(heard, utterance)
                meter.report(utterance.start + utterance.seconds, heard.text)
            meter.report(meter.seconds)
        finally:
            recording.close()
        result = _result(item, recognizer, transcript, meter)
        question = call.text("question", "").strip()
        if question and self._answering is not None:
            context.check()
            found = self._answering(question, of_recording(result.data))
            return replace(result, data={**result.data, "answer": as_data(found)})
        return result


def _recognized(
    recognizer: Recognizer, utterance: Audio, language: str, expected: str, context: Context
) -> Heard:
    try:
        return recognizer.recognize(
            utterance,
            language=language,
            expected=expected,
            cancelled=lambda: context.cancelled,
        )
    except Cancelled:
        context.check()  # which knows whether it was the person or the deadline
        raise


class Transcript:
    """What was heard so far, in seconds of the recording."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.segments: list[Segment] = []
        self.words: list[Word] = []
        self.left_out: list[Phrase] = []
        self.spoken = 0.0
        self.language = ""
        """The one that is expected next."""
        self._seconds: dict[str, float] = {}

    @property
    def languages(self) -> list[str]:
        """Those in which something was said, the most spoken first."""
        return sorted(self._seconds, key=lambda code: -self._seconds[code])

    @property
    def confidence(self) -> float | None:
        """The share of all words that is expected to be right; None where there are none."""
        if not self.words:
            return None
        return round(sum(word.confidence for word in self.words) / len(self.words), 3)

    def add(self, heard: Heard, utterance: Audio) -> None:
        """Take in what was heard as ``utterance``."""
        self.spoken += utterance.seconds
        self.left_out += (_moved(phrase, utterance) for phrase in heard.left_out)
        if not heard.words:
            return
        self.texts.append(heard.text)
        self._seconds[heard.language] = self._seconds.get(heard.language, 0.0) + utterance.seconds
        if heard.language_probability >= LANGUAGE_SURE:
            self.language = heard.language
        self.words += in_order(heard.words, utterance)
        whole = Phrase(heard.text, 0.0, utterance.seconds, heard.words)
        for phrase in heard.phrases or (whole,):
            at = _moved(phrase, utterance)
            self.segments.append(
                Segment(
                    round(at.start, 2),
                    round(at.end, 2),
                    at.text.strip(),
                    round(phrase.confidence, 3),
                )
            )


def in_order(words: Iterable[Word], utterance: Audio) -> list[Word]:
    """The words in seconds of the recording: within the utterance, none before the one before.

    An engine's times are kept but where they break that, as Whisper's do now and then.
    """
    out: list[Word] = []
    earliest, last = utterance.start, utterance.start + utterance.seconds
    for word in words:
        start = min(last, max(earliest, utterance.start + word.start))
        end = min(last, max(start, utterance.start + word.end))
        out.append(replace(word, start=start, end=end))
        earliest = start
    return out


def _moved(phrase: Phrase, utterance: Audio) -> Phrase:
    last = utterance.start + utterance.seconds
    start = min(last, utterance.start + max(0.0, phrase.start))
    return replace(phrase, start=start, end=min(last, max(start, utterance.start + phrase.end)))


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
    item: Item, recognizer: Recognizer, transcript: Transcript, meter: _Meter
) -> ToolResult:
    segments, confidence = transcript.segments, transcript.confidence
    languages = transcript.languages
    data = {
        "text": " ".join(transcript.texts),
        "language": languages[0] if languages else "",
        "languages": languages,
        "confidence": confidence,
        "segments": [asdict(segment) for segment in segments],
        "words": [
            {
                "text": word.text,
                "start": round(word.start, 4),  # a sample is 0.0000625
                "end": round(word.end, 4),
                "confidence": round(word.confidence, 3),
            }
            for word in transcript.words
        ],
        "left_out": [
            {"text": p.text.strip(), "start": round(p.start, 2), "end": round(p.end, 2)}
            for p in transcript.left_out
        ],
        "seconds": round(meter.seconds, 2),
        "engine": recognizer.name,
        "limits": recognizer.limits,
        "speech_seconds": round(transcript.spoken, 2),
        "notes": list(meter.notes),
    }
    return ToolResult(
        text=_wording(item.name, segments, confidence, transcript.spoken, meter),
        engine=recognizer.name,
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
