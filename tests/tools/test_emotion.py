"""Feelings from words, from voices and from both; real heads, real encoder, made-up sounds."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tools.base import Call, Context, Item, ToolResult
from tools.emotion.feeling import EKMAN, LABELS, from_scores
from tools.emotion.lexicon import evidence
from tools.emotion.prosody import features
from tools.emotion.sense import SenseEmotion, fuse
from tools.emotion.text import TextHead
from tools.encoder import Encoder
from tools.errors import BadInput, Cancelled, Retry, Unavailable

RATE = 16_000


@pytest.fixture(scope="module")
def sensor() -> Iterator[SenseEmotion]:
    encoder = Encoder()
    yield SenseEmotion(encoder)
    encoder.close()


def run(sensor: SenseEmotion, **arguments: object) -> ToolResult:
    result = sensor.run(Call(arguments), Context())
    assert isinstance(result, ToolResult)
    return result


def recording(path: Path, samples: np.ndarray) -> Item:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return Item("audio:1", "audio", path, "audio/wav", path.name, "")


def humming(seconds: float, hertz: float = 140.0, swing: float = 5.0) -> np.ndarray:
    """A voice-like tone: ten harmonics, a gliding pitch, syllables four times a second."""
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = hertz + swing * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = sum(np.sin(n * phase) / n for n in range(1, 11))
    return 0.2 * tone * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * time))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I got the job!!! I'm so happy", "joy"),
        ("thank you so much, that helped a lot", "joy"),
        ("I miss my grandmother, I cried all day", "sadness"),
        ("I hate you, you are so annoying", "anger"),
        ("I'm really scared of the operation tomorrow", "fear"),
        ("ugh, that smells disgusting", "disgust"),
        ("Wow, I didn't expect that at all!", "surprise"),
        ("the meeting is at three", "neutral"),
        ("what is in this picture?", "neutral"),
        ("how many people are in the photo?", "neutral"),
        ("我今天非常开心！", "joy"),
        ("我很难过，想哭", "sadness"),
        ("气死我了，烦死了", "anger"),
        ("我有点担心明天的考试", "fear"),
        ("太恶心了", "disgust"),
        ("我不开心", "sadness"),
        ("😭😭", "sadness"),
    ],
)
def test_feelings_in_words(sensor: SenseEmotion, text: str, label: str) -> None:
    feeling = sensor.sense_text(text)
    assert feeling is not None
    assert feeling.label == label
    assert feeling.source == "words"
    assert sum(feeling.scores.values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("text", ["", "   ", "??", "今天天气怎么样", "帮我看看这张图", "это что"])
def test_it_says_nothing_where_nothing_can_be_told(sensor: SenseEmotion, text: str) -> None:
    assert sensor.sense_text(text) is None


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\ud800 odd", "\x00\x01", "so sad " * 50_000])
def test_odd_texts_do_no_harm(sensor: SenseEmotion, text: str) -> None:
    feeling = sensor.sense_text(text)
    assert feeling is None or feeling.label in LABELS


def test_valence_and_arousal_follow(sensor: SenseEmotion) -> None:
    glad, sad = (sensor.sense_text(t) for t in ("I'm so happy!", "I feel so lonely and sad"))
    assert glad is not None
    assert sad is not None
    assert glad.valence > 0.3 > -0.3 > sad.valence
    assert glad.arousal > sad.arousal


def test_confidence_means_something(sensor: SenseEmotion, shared: Path) -> None:
    folder = shared / "text_emotion" / "goemotions"
    names = (folder / "labels.txt").read_text("utf-8").split()
    group = {name: label for label, members in EKMAN.items() for name in members.split()}
    sure, right = [], []
    for line in (folder / "dev.tsv").read_text("utf-8").splitlines()[:600]:
        text, ids, _ = line.split("\t")
        labels = {group[names[int(i)]] for i in ids.split(",")}
        feeling = sensor.sense_text(text)
        if len(labels) == 1 and feeling is not None:
            sure.append(feeling.confidence)
            right.append(feeling.label in labels)
    assert np.mean(right) > 0.6
    assert np.mean(right) == pytest.approx(np.mean(sure), abs=0.07)
    confident = np.array(sure) >= 0.8
    assert np.mean(np.array(right)[confident]) > 0.8


def test_negated_and_lone_signs_are_not_counted() -> None:
    assert evidence("我不难过") == {}
    assert evidence("别担心") == {}
    assert evidence("see http://example.org/a:D and f(x):)") == {}
    assert evidence("great :)") == {"joy": 1.0}
    assert evidence("我非常生气")["anger"] > evidence("我生气")["anger"]


def test_a_feeling_below_the_floor_is_not_named() -> None:
    shared_out = dict.fromkeys(LABELS, 1.0) | {"anger": 1.2}
    assert from_scores(shared_out, "words", least=0.35).label == "neutral"


def test_a_tone_like_a_voice_has_features_and_noise_has_none() -> None:
    low, high = features(humming(2, 120)), features(humming(2, 240))
    assert low is not None
    assert high is not None
    assert high[3] - low[3] == pytest.approx(12, abs=0.5)  # the median, an octave up
    rng = np.random.default_rng(1)
    assert features(rng.normal(0, 0.1, RATE).astype(np.float32)) is None
    assert features(np.zeros(RATE, np.float32)) is None
    assert features(np.zeros(0, np.float32)) is None
    assert features(np.full(RATE, np.nan, np.float32)) is None


def test_features_do_not_depend_on_the_gain() -> None:
    loud, quiet = features(humming(2)), features(0.05 * humming(2))
    assert loud is not None
    assert quiet is not None
    assert np.allclose(loud, quiet, atol=0.2)


def test_silence_is_admitted(sensor: SenseEmotion, tmp_path: Path) -> None:
    result = run(sensor, audio=recording(tmp_path / "a.wav", np.zeros(RATE * 2)))
    assert result.data["feeling"] is None
    assert "cannot tell" in result.text
    assert "no voice is heard" in result.text
    assert result.confidence == 0


def test_voice_alone_stays_modest(sensor: SenseEmotion, tmp_path: Path) -> None:
    result = run(sensor, audio=recording(tmp_path / "a.wav", humming(3)))
    assert result.data["feeling"]["source"] == "voice"
    assert result.confidence is not None
    assert result.confidence <= 0.5  # learnt from actors
    json.dumps(result.data)


def test_words_and_voice_are_fused(sensor: SenseEmotion, tmp_path: Path) -> None:
    item = recording(tmp_path / "a.wav", humming(3))
    result = run(sensor, text="I'm so happy, this is wonderful!", audio=item)
    assert result.data["feeling"]["source"] == "words+voice"
    assert result.data["feeling"]["label"] == "joy"
    assert "the words: joy" in result.text
    assert "the voice:" in result.text


def test_two_witnesses_that_agree_are_surer_and_two_that_differ_are_not() -> None:
    glad = from_scores({"joy": 0.6, "neutral": 0.4}, "words")
    glad_voice = from_scores({"joy": 0.6, "neutral": 0.4}, "voice", trust=0.5)
    sad_voice = from_scores({"sadness": 0.9, "neutral": 0.1}, "voice", trust=0.5)
    agreed, torn = fuse(glad, glad_voice), fuse(glad, sad_voice)
    assert agreed is not None
    assert torn is not None
    assert agreed.confidence > glad.confidence > torn.confidence


def test_long_recordings_are_judged_by_their_start(sensor: SenseEmotion, tmp_path: Path) -> None:
    item = recording(tmp_path / "long.wav", np.tile(humming(5), 30))
    assert "first 120 seconds" in run(sensor, audio=item).text


def test_a_file_without_sound_is_refused(sensor: SenseEmotion, tmp_path: Path) -> None:
    path = tmp_path / "notes.wav"
    path.write_text("no sound here")
    with pytest.raises(BadInput):
        run(sensor, audio=Item("audio:1", "audio", path, "audio/wav", "notes.wav", ""))


def test_nothing_given_can_be_mended(sensor: SenseEmotion) -> None:
    with pytest.raises(Retry):
        run(sensor)


def test_a_stopped_turn_ends(sensor: SenseEmotion, tmp_path: Path) -> None:
    context = Context()
    context.cancel()
    item = recording(tmp_path / "a.wav", humming(6))
    with pytest.raises(Cancelled):
        sensor.run(Call({"audio": item}), context)


def test_missing_or_damaged_weights_are_named(tmp_path: Path) -> None:
    encoder = Encoder()
    with pytest.raises(Unavailable, match="missing or damaged"):
        TextHead(encoder, tmp_path / "none.npz").sense("hello there")
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(Unavailable, match="missing or damaged"):
        TextHead(encoder, tmp_path / "bad.npz").sense("hello there")
    encoder.close()


def test_acted_anger_is_not_taken_for_sadness(sensor: SenseEmotion, shared: Path) -> None:
    folder = shared / "speech_emotion"
    scores = []
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        if record["emotion"] in {"angry", "sad"} and record["speaker"] in {"03", "08"}:
            item = Item("audio:1", "audio", folder / record["audio"], "", record["id"], "")
            shares = run(sensor, audio=item).data["feeling"]["scores"]
            scores.append((shares["anger"] > shares["sadness"]) == (record["emotion"] == "angry"))
    assert np.mean(scores) > 0.9
