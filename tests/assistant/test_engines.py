"""Which engine sees, hears and speaks, as the settings and what lies on this machine decide."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from assistant import Assistant, Settings, engines
from assistant.errors import UsageError
from tools.errors import OutOfMemory
from tools.media.audio import from_pcm16, wav_bytes
from tools.runtime import Budget, Slot

LIMIT = Budget(10**12)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    (tmp_path / "hub").mkdir()
    return tmp_path / "hub"


def cached(hub: Path, name: str, *files: str) -> Path:
    snapshot = hub / f"models--{name.replace('/', '--')}" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text("abc")
    for file in files:
        (snapshot / file).write_text("{}")
    return snapshot


@pytest.mark.usefixtures("hub")
def test_where_no_weights_are_the_embedded_engines_serve(home: Path) -> None:
    settings = Settings(home=home)
    assert engines.hearing(settings, LIMIT).name == "PocketSphinx"
    assert engines.speaking(settings, LIMIT).name == "eSpeak NG"
    assert engines.seeing(settings, LIMIT) is None


def test_weights_that_are_there_are_used_without_being_named(hub: Path, home: Path) -> None:
    cached(hub, "Systran/faster-whisper-tiny", "model.bin", "config.json")
    cached(hub, "Systran/faster-whisper-base", "model.bin", "config.json")
    assert engines.hearing(Settings(home=home), LIMIT).name == "faster-whisper base"
    assert engines.hearing(Settings(home=home, recognizer="embedded"), LIMIT).name == "PocketSphinx"


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(
    ("setting", "spec", "remedy"),
    [
        ("recognizer", "faster-whisper:small", "hf download Systran/faster-whisper-small"),
        ("synthesizer", "piper:/no/such/voice.onnx", "piper.download_voices"),
    ],
)
def test_what_was_named_and_is_not_there_is_said_and_replaced(
    setting: str, spec: str, remedy: str, home: Path
) -> None:
    settings = dataclasses.replace(Settings(home=home), **{setting: spec})
    make = engines.hearing if setting == "recognizer" else engines.speaking
    slot = make(settings, LIMIT)
    problem = slot.problem()
    assert problem is not None
    assert remedy in str(problem)
    assert slot.submit(slot.get).result() is not None  # the embedded one
    assert remedy in slot.notice
    slot.unload()


@pytest.mark.parametrize(
    ("setting", "spec"),
    [("recognizer", "siri"), ("recognizer", "faster-whisper:"), ("synthesizer", "piper"),
     ("synthesizer", "festival:x")],
)  # fmt: skip
def test_a_wrong_setting_names_what_is_possible(setting: str, spec: str, home: Path) -> None:
    settings = dataclasses.replace(Settings(home=home), **{setting: spec})
    make = engines.hearing if setting == "recognizer" else engines.speaking
    with pytest.raises(UsageError, match=f"'{setting}' cannot be.*auto, embedded"):
        make(settings, LIMIT)


def test_the_budget_is_the_setting_or_a_share_of_the_machine(home: Path) -> None:
    import psutil

    assert engines.budget(Settings(home=home, memory_mb=500)).limit == 500_000_000
    whole = psutil.virtual_memory().total
    assert engines.budget(Settings(home=home)).limit == whole * 3 // 4


class Greedy:
    """A recognizer that runs out of memory at its first sound."""

    name = "greedy"
    languages = ("en",)
    longest, pause, limits = 24.0, 1.0, ""

    def recognize(self, *_: object, **__: object) -> None:
        raise OutOfMemory("There is not enough memory to hear this.", "Name a smaller model.")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    from tools.engines.espeak import Synthesizer

    voice = Synthesizer()
    spoken = b"".join(voice.pieces("what is seven times six", voice="en-us"))
    file = tmp_path / "memo.wav"
    file.write_bytes(wav_bytes(spoken, voice.rate))
    assert len(from_pcm16(spoken, voice.rate).samples) > 10_000
    return file


def test_a_recording_for_the_knowledge_is_heard_by_the_embedded_engine_then(
    home: Path, recording: Path
) -> None:
    settings = Settings(home=home, recognizer="embedded")
    slot: Slot[object] = Slot("greedy", Greedy, fallback=engines.hearing(settings, LIMIT))
    with Assistant(settings=settings) as mine:
        house = mine._house
        house.__dict__["recognizer"] = house.tools["transcribe"].slot = slot
        assert any(section.text for section in house.read(recording))


def test_a_turn_goes_on_with_the_embedded_engine_and_says_so(home: Path, recording: Path) -> None:
    import numpy as np

    with Assistant(settings=Settings(home=home, model="builtin", sense_feelings=False)) as mine:
        embedded = engines.hearing(Settings(home=home, recognizer="embedded"), LIMIT)
        slot: Slot[object] = Slot("greedy", Greedy, fallback=embedded)
        mine._house.tools["transcribe"].slot = slot
        reply = mine.ask("what is said in this recording?", attach=[recording])
    assert any("greedy cannot serve, so PocketSphinx does" in n for n in reply.notices)
    (receipt,) = [r for r in reply.receipts if r.tool == "transcribe"]
    assert receipt.ok
    assert "PocketSphinx" in receipt.engine or "pocketsphinx" in receipt.engine
    assert json.dumps(reply.to_dict())
    assert np.isfinite(reply.seconds)
