"""What the embedded voice makes of a text."""

from __future__ import annotations

import io
import threading
import wave
from itertools import zip_longest

import numpy as np
import pytest

from tools.base import Call, Context
from tools.engines.espeak import ESPEAK, MAX_CHARACTERS
from tools.engines.scripts import LONGEST, runs, sentences
from tools.errors import BadInput, Cancelled, Retry
from tools.speech.speak import Speak, say, spoken_form


def seconds(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as file:
        return file.getnframes() / file.getframerate()


def speak(**arguments: object) -> dict[str, object]:
    return dict(Speak().run(Call(arguments), Context()).data)


def test_the_tool_makes_one_wav_file() -> None:
    result = Speak().run(Call({"text": "Hello **there**."}), Context())
    [made] = result.made
    assert (made.kind, made.mime, made.name) == ("audio", "audio/wav", "speech.wav")
    assert seconds(made.data) == pytest.approx(result.data["seconds"], abs=0.01)
    assert result.data["text"] == "Hello there."
    assert not any(parameter.kinds for parameter in Speak.parameters)


@pytest.mark.parametrize(
    "arguments",
    [
        {"text": "  "},
        {"text": "**"},
        {"text": "hello", "voice": "klingon-opera"},
        {"text": "hello", "voice": "../../etc/passwd"},
        {"text": "hello", "rate": "fast"},
        {"text": "hello", "rate": float("nan")},
        {},
    ],
)
def test_a_call_that_can_be_mended_says_how(arguments: dict[str, object]) -> None:
    with pytest.raises(Retry) as refused:
        speak(**arguments)
    assert refused.value.remedy


def test_rate_pitch_volume_and_voice_are_heard() -> None:
    usual = say(ESPEAK, "This is how I usually speak.")
    assert seconds(say(ESPEAK, "This is how I usually speak.", rate=1.8)) < 0.7 * seconds(usual)
    assert say(ESPEAK, "This is how I usually speak.", pitch=1.6) != usual
    assert say(ESPEAK, "This is how I usually speak.", voice="en-gb") != usual
    loud, soft = (
        np.frombuffer(say(ESPEAK, "Hello.", volume=volume)[44:], "<i2").astype(float).std()
        for volume in (1.0, 0.3)
    )
    assert soft < 0.5 * loud


def test_markup_and_commands_in_the_text_are_spoken_not_obeyed() -> None:
    obeyed = seconds(say(ESPEAK, "one two")) + 9.0
    assert seconds(say(ESPEAK, 'one <break time="10s"/> two')) < obeyed
    hurried = say(ESPEAK, "\x01450S this is said at the usual speed by everyone")
    usual = say(ESPEAK, "450S this is said at the usual speed by everyone")
    assert seconds(hurried) == pytest.approx(seconds(usual), abs=0.1)


def test_chinese_gets_a_chinese_voice_inside_english() -> None:
    assert list(runs("你好 hello 世界 123", "en-us")) == [
        ("cmn", "你好 "),
        ("en-us", "hello "),
        ("cmn", "世界 123"),
    ]
    chosen, named = say(ESPEAK, "你好世界"), say(ESPEAK, "你好世界", voice="cmn")
    assert seconds(chosen) == pytest.approx(seconds(named), abs=0.05)
    assert [voice for voice, _ in runs("日本語です", "en-us")] == ["ja"]


def test_sentences_keep_abbreviations_and_stay_short() -> None:
    text = "Mr. Hale met Dr. Smith at 3.5 km. He left!\nThen: nothing"
    assert list(sentences(text)) == [
        "Mr. Hale met Dr. Smith at 3.5 km.",
        "He left!",
        "Then: nothing",
    ]
    pieces = list(sentences("word, " * 1000))
    assert max(map(len, pieces)) <= LONGEST
    assert "".join(pieces).count("word") == 1000
    assert list(sentences("字" * 1000)) == ["字" * 400, "字" * 400, "字" * 200]


@pytest.mark.parametrize(
    ("markdown", "spoken"),
    [
        ("the **total** is `1,200.50` _EUR_", "the total is 1,200.50 EUR"),
        ("see [the invoice](https://example.com/a_(b).pdf)", "see the invoice"),
        ("at https://www.example.com/path?q=1.", "at example.com."),
        ("2 * 3 * 4 = 24 and snake_case_name", "2 * 3 * 4 = 24 and snake_case_name"),
        ("- [x] one\n- two", "one\ntwo"),
        ("is 3 < 5", "is 3 less than 5"),
        ("12 km/h at 20 °C", "12 km/h at 20 °C"),
    ],
)
def test_markdown_is_read_as_a_person_would(markdown: str, spoken: str) -> None:
    assert spoken_form(markdown) == spoken


def test_the_first_piece_comes_before_the_rest_and_closing_stops() -> None:
    pieces = ESPEAK.get().synthesize("A long story. " * 500)
    first = next(pieces)
    assert (first.rate, first.channels) == (22_050, 1)
    assert first.seconds < 0.2
    pieces.close()  # type: ignore[attr-defined]
    assert seconds(say(ESPEAK, "And on.")) > 0.3


def test_cancelling_stops_in_the_middle() -> None:
    asked = iter([False] * 30 + [True] * 1000)
    with pytest.raises(Cancelled):
        list(ESPEAK.get().synthesize("word " * 5000, cancelled=lambda: next(asked)))


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(BadInput, match="characters"):
        say(ESPEAK, "a" * (MAX_CHARACTERS + 1))


def test_threads_and_interleaved_readers_do_not_mix_their_speech() -> None:
    texts = ["word " * count for count in (1, 8, 20, 50)]
    alone = [seconds(say(ESPEAK, text)) for text in texts]
    together = [0.0] * len(texts)

    def work(index: int) -> None:
        together[index] = seconds(say(ESPEAK, texts[index]))

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == pytest.approx(alone, rel=0.05)
    short, long = (ESPEAK.get().synthesize(text) for text in texts[:2])
    mixed = [0.0, 0.0]
    for left, right in zip_longest(short, long):
        mixed[0] += left.seconds if left else 0.0
        mixed[1] += right.seconds if right else 0.0
    assert mixed == pytest.approx(alone[:2], rel=0.05)
