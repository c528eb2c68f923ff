"""Recordings of every common kind are heard; what cannot be heard is said plainly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant, Settings
from assistant.errors import InputError
from tests.assistant import inputs_made
from tests.assistant.inputs_made import REPOSITORY, WORDS, converted, sound, sparse_wav


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sounds")


@pytest.fixture(scope="module")
def spoken(folder: Path) -> Path:
    return inputs_made.spoken(folder / "spoken.wav")


@pytest.fixture(scope="module")
def listener(folder: Path) -> Iterator[Assistant]:
    """One Assistant for all of these tests, so that the recognizer is loaded once."""
    settings = Settings(home=folder / "home", model="builtin", sense_feelings=False)
    with Assistant(settings=settings) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("eight.wav", "pcm_u8", 22_050, "mono"),
        ("deep.wav", "pcm_s24le", 22_050, "mono"),
        ("float.wav", "pcm_f32le", 22_050, "mono"),
        ("stereo.wav", "pcm_s16le", 44_100, "stereo"),
        ("note.mp3", "libmp3lame", 22_050, "mono"),
        ("note.m4a", "aac", 44_100, "stereo"),
        ("note.ogg", "libopus", 48_000, "mono"),
        ("note.flac", "flac", 48_000, "stereo"),
    ],
)
def test_a_recording_is_understood(
    listener: Assistant, spoken: Path, name: str, codec: str, rate: int, layout: str
) -> None:
    recording = converted(spoken, spoken.with_name(name), codec, rate=rate, layout=layout)
    reply = listener.ask("transcribe this recording", [recording])
    (receipt,) = reply.receipts
    assert (receipt.tool, receipt.ok) == ("transcribe", True)
    assert len(set(WORDS.split()) & set(reply.text.lower().replace("”", " ").split())) >= 4


def test_a_recording_without_words_beside_it_is_the_question(
    listener: Assistant, spoken: Path, folder: Path
) -> None:
    lease = folder / "lease.txt"
    lease.write_text("The deposit is 1,500 euros.\nThe monthly rent is 900 euros.\n")
    reply = listener.ask("", [spoken, lease])
    assert reply.heard == WORDS
    assert "900 euros" in reply.text


def test_silence_is_called_silence(listener: Assistant, folder: Path) -> None:
    quiet = sound(folder / "quiet.wav", np.zeros(48_000, np.float32))
    reply = listener.ask("what is said here?", [quiet])
    assert reply.text == "I hear no speech in quiet.wav: it is silent."
    with pytest.raises(InputError, match="silent") as refused:
        listener.ask("", [quiet])
    assert "closer to the microphone" in refused.value.remedy


@pytest.mark.parametrize("name", ["noise.wav", "tone.wav"])
def test_sound_without_speech_is_called_that(listener: Assistant, folder: Path, name: str) -> None:
    time = np.arange(48_000, dtype=np.float32) / 16_000
    noise = np.random.default_rng(1).standard_normal(48_000, np.float32) * np.float32(0.1)
    tone = np.sin(2 * np.pi * 440 * time, dtype=np.float32) * np.float32(0.3)
    recording = sound(folder / name, noise if name == "noise.wav" else tone)
    reply = listener.ask("what is said here?", [recording])
    assert reply.text == f"I hear no speech in {name}: there is sound, but nobody speaks."


def test_a_video_without_sound_is_refused_as_speech(listener: Assistant, folder: Path) -> None:
    film = inputs_made.silent_film(folder / "film.mp4")
    with pytest.raises(InputError, match=r"film\.mp4 has no sound track") as refused:
        listener.ask("what is said in the video?", [film])
    assert refused.value.exit_code == 2
    assert refused.value.remedy


def test_half_an_hour_is_heard_in_the_memory_of_a_minute(
    spoken: Path, tmp_path: Path, chunk_of_memory: Callable[[Path], int]
) -> None:
    minute = chunk_of_memory(sparse_wav(tmp_path / "minute.wav", spoken, 60))
    half = chunk_of_memory(sparse_wav(tmp_path / "half.wav", spoken, 1800))
    samples = 1800 * 22_050 * 4 / 1024
    assert half - minute < samples / 4


@pytest.fixture
def chunk_of_memory(tmp_path: Path) -> Callable[[Path], int]:
    """The largest memory of a process that transcribes a recording, in KiB."""

    def measure(recording: Path) -> int:
        done = subprocess.run(
            [sys.executable, "-c", LISTEN, str(tmp_path / recording.stem), str(recording)],
            capture_output=True,
            cwd=REPOSITORY,
            env=os.environ,
            check=True,
        )
        answer = json.loads(done.stdout)
        assert WORDS in answer["text"]
        return int(answer["memory"])

    return measure


LISTEN = """
import json, sys
from pathlib import Path

from assistant import Assistant, Settings
from tests.peak import peak_kib

settings = Settings(home=Path(sys.argv[1]), model="builtin", sense_feelings=False)
with Assistant(settings=settings) as assistant:
    text = assistant.ask("transcribe this recording", [sys.argv[2]]).text
print(json.dumps({"text": text, "memory": peak_kib()}))
"""
