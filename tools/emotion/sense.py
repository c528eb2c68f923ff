"""The tool that tells how the person feels, from words, from voice, or from both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from tools.base import Call, Context, Item, Parameter, Tool, ToolResult
from tools.emotion.feeling import LABELS, Feeling, from_scores
from tools.emotion.text import TextHead
from tools.emotion.voice import CHUNK_SECONDS, VoiceHead
from tools.errors import Retry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tools.encoder import Encoder

MAX_TEXT = 20_000
MAX_SECONDS = 120.0
"""Only this much of a recording is judged: a mood is not the average of an hour."""
WORDS_WEIGHT = 0.65
"""Words were measured on real comments, voice on actors: words count for more."""
SURE = 0.5
_ADJECTIVES = {
    "anger": "angry or annoyed",
    "disgust": "put off",
    "fear": "afraid or anxious",
    "joy": "glad",
    "sadness": "sad",
    "surprise": "surprised",
    "neutral": "neutral",
}


class SenseEmotion(Tool):
    """Senses feelings; :meth:`sense_text` alone is fast enough for every turn."""

    name = "sense_emotion"
    description = (
        "Estimate how a person feels from what they wrote, from the sound of their voice in a "
        "recording, or from both. Says so when it cannot tell."
    )
    parameters = (
        Parameter("text", "What the person wrote or said.", required=False),
        Parameter(
            "audio",
            "A recording of the person speaking.",
            required=False,
            kinds=("audio", "video"),
        ),
    )
    examples: ClassVar[tuple[str, ...]] = (
        "how do I sound in this recording?",
        "what mood is the speaker in?",
        "does she sound angry in the voice message?",
        "is this review positive or negative: the food was cold and nobody cared",
        "what emotion does this text express?",
        "how does the person in this clip feel?",
        "can you tell if I'm stressed from my voice",
        "analyse the sentiment of this message",
        "am I coming across as annoyed in this email?",
        "这段录音里的人心情怎么样？",
        "听听我的语气，我是不是很紧张",
        "这句话表达了什么情绪：我真的太开心了",
        "他在语音里生气了吗？",
    )
    limits = (
        "It reads English and common Chinese feeling words; voice was learnt from acted German, "
        "so it is often unsure; it does not read faces."
    )

    def __init__(self, encoder: Encoder) -> None:
        self._words = TextHead(encoder)
        self._voice = VoiceHead()

    def engine(self) -> str:
        return "GoEmotions and EmoDB heads"

    def sense_text(self, text: str) -> Feeling | None:
        """How a text sounds; None where nothing can be told from it."""
        return self._words.sense(text[:MAX_TEXT])

    def run(self, call: Call, context: Context) -> ToolResult:
        text = call.text("text", "").strip()[:MAX_TEXT]
        item = call.optional_item("audio")
        if not text and item is None:
            raise Retry(
                "There is neither a text nor a recording to judge.",
                "Call again with 'text', or with 'audio' and a handle such as audio:1.",
            )
        words = self.sense_text(text) if text else None
        notes: list[str] = []
        voice = None
        if item is not None:
            voice = self._voice.sense(_chunks(item, context, notes))
        feeling = fuse(words, voice)
        shades = self._words.shades(text) if words is not None else {}
        return ToolResult(
            " ".join([_say(feeling, words, voice, text=bool(text), heard=bool(item)), *notes]),
            engine=self.engine(),
            data={
                "feeling": _plain(feeling),
                "words": _plain(words),
                "voice": _plain(voice),
                "shades": shades,
                "notes": notes,
            },
            confidence=feeling.confidence if feeling else 0.0,
        )


def fuse(words: Feeling | None, voice: Feeling | None) -> Feeling | None:
    """One feeling from both; each weighs by how sure it is, words more than voice."""
    if words is None or voice is None:
        return words or voice
    a = WORDS_WEIGHT * max(words.confidence, 0.05)
    b = (1 - WORDS_WEIGHT) * max(voice.confidence, 0.05)
    scores = {
        label: (a * words.scores[label] + b * voice.scores[label]) / (a + b) for label in LABELS
    }
    fused = from_scores(scores, "words+voice", least=0.35)
    if words.label == voice.label == fused.label:  # two witnesses that agree
        chance = 1 - (1 - words.confidence) * (1 - voice.confidence)
        return Feeling(
            fused.label, round(chance, 3), fused.valence, fused.arousal, fused.source, fused.scores
        )
    return fused


def _chunks(item: Item, context: Context, notes: list[str]) -> Iterator[NDArray[np.float32]]:
    from tools.media.audio import stream

    recording = stream(item.path, chunk_seconds=CHUNK_SECONDS, name=item.name)
    try:
        for chunk in recording:
            context.check()
            yield chunk.samples
            if chunk.start + chunk.seconds >= MAX_SECONDS:
                notes.append(f"Only the first {MAX_SECONDS:.0f} seconds were judged.")
                break
        notes.extend(recording.notes)
    finally:
        recording.close()


def _say(
    feeling: Feeling | None,
    words: Feeling | None,
    voice: Feeling | None,
    *,
    text: bool,
    heard: bool,
) -> str:
    if feeling is None:
        missing = [
            reason
            for given, reason in (
                (text, "the words name no feeling that I know"),
                (heard, "no voice is heard in the recording"),
            )
            if given
        ]
        return f"I cannot tell how they feel: {' and '.join(missing)}."
    parts = []
    for name, one in (("the words", words), ("the voice", voice)):
        if one is not None:
            parts.append(f"{name}: {one.label} {one.confidence:.0%}")
    if heard and voice is None:
        parts.append("no voice is heard in the recording")
    detail = "; ".join(parts)
    if feeling.confidence < SURE:
        return (
            f"I am not sure how they feel; the best guess is {_ADJECTIVES[feeling.label]} "
            f"({feeling.confidence:.0%}; {detail})."
        )
    return f"They seem {_ADJECTIVES[feeling.label]} ({feeling.confidence:.0%}; {detail})."


def _plain(feeling: Feeling | None) -> dict[str, Any] | None:
    if feeling is None:
        return None
    return {
        "label": feeling.label,
        "confidence": feeling.confidence,
        "valence": feeling.valence,
        "arousal": feeling.arousal,
        "source": feeling.source,
        "scores": dict(feeling.scores),
    }
