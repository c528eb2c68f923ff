"""Piper and Coqui TTS on small voices made here, against the libraries' own calls."""

from __future__ import annotations

import importlib.util
import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tools import voices_made
from tools.base import Call, Context
from tools.engines.coqui import Coqui
from tools.engines.espeak import ESPEAK
from tools.engines.piper import Piper
from tools.errors import Cancelled, Failed, OutOfMemory, Retry, Unavailable
from tools.runtime import Slot
from tools.speech.polyglot import Polyglot
from tools.speech.speak import Speak
from tools.speech.synthesizer import Manner, Synthesizer

pytestmark = [
    pytest.mark.models,
    pytest.mark.filterwarnings("ignore"),  # the libraries' own
]

TEXT = "Hello there, Mr. Hale. How are you today? I am fine, thanks."


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """So small a model is slower on several, most of all beside other work."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


def samples(engine: Synthesizer, text: str = TEXT, **options: Any) -> np.ndarray:
    return np.frombuffer(b"".join(engine.pieces(text, **options)), "<i2")


def fundamental(sound: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * rate / len(sound)


class TestPiper:
    @pytest.fixture(scope="class")
    def file(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        pytest.importorskip("piper")
        pytest.importorskip("onnx")
        return voices_made.piper(tmp_path_factory.mktemp("piper"), speakers=2)

    @pytest.fixture(scope="class")
    def piper(self, file: Path) -> Piper:
        return Piper(file, device="cpu")

    def test_speaks_the_librarys_own_samples(self, piper: Piper, file: Path) -> None:
        from piper import PiperVoice

        theirs = [chunk.audio_int16_bytes for chunk in PiperVoice.load(file).synthesize(TEXT)]
        assert list(piper.pieces(TEXT)) == theirs
        assert len(theirs) > 1
        assert (piper.name, piper.rate, piper.language) == ("piper hum", voices_made.RATE, "en-us")
        assert piper.memory_bytes == file.stat().st_size

    def test_speakers_are_voices(self, piper: Piper) -> None:
        assert fundamental(samples(piper), piper.rate) == pytest.approx(200, abs=1)
        assert fundamental(samples(piper, voice="en"), piper.rate) == pytest.approx(200, abs=1)
        assert fundamental(samples(piper, voice="hummer1"), piper.rate) == pytest.approx(300, abs=1)
        with pytest.raises(Retry, match=r"'Carol'.*Hummer0, Hummer1, en-us"):
            samples(piper, voice="Carol")
        with pytest.raises(Retry):
            samples(piper, voice="de")

    def test_rate_changes_the_length_and_pitch_does_not(self, piper: Piper) -> None:
        usual = samples(piper)
        assert len(samples(piper, manner=Manner(rate=2))) == pytest.approx(len(usual) / 2, rel=0.04)
        for pitch in (0.8, 1.5):
            sound = samples(piper, manner=Manner(pitch=pitch))
            assert len(sound) == pytest.approx(len(usual), rel=0.08)
            assert fundamental(sound, piper.rate) == pytest.approx(200 * pitch, abs=2)
        assert np.abs(samples(piper, manner=Manner(volume=0.5))).max() == 32767 // 2

    def test_lines_and_endless_sentences_come_in_pieces(self, piper: Piper) -> None:
        assert len(list(piper.pieces("one\ntwo\nthree"))) == 3
        assert len(list(piper.pieces("word " * 300))) >= 4

    def test_raw_phonemes_in_a_text_are_not_obeyed(self, piper: Piper) -> None:
        assert len(samples(piper, "a [[" + "b" * 200 + "]]")) != len(samples(piper, "a"))
        assert np.array_equal(samples(piper, "[[ hello ]]"), samples(piper, "[ [ hello ]]"))

    def test_it_stops_between_sentences(self, piper: Piper) -> None:
        asked = iter([False, False, True])
        with pytest.raises(Cancelled):
            samples(piper, cancelled=lambda: next(asked))

    def test_what_is_broken_is_named_when_it_loads(self, file: Path, tmp_path: Path) -> None:
        copy, settings = tmp_path / "v.onnx", tmp_path / "v.onnx.json"
        copy.write_bytes(file.read_bytes())
        with pytest.raises(Unavailable, match=r"v\.onnx\.json.*piper\.download_voices"):
            Piper(copy)
        good = file.with_name("hum.onnx.json").read_text("utf-8")
        for broken in ("{", "[]", "{}", good.replace("en-us", "xx-yy")):
            settings.write_text(broken, "utf-8")
            with pytest.raises(Unavailable, match="Download the voice again"):
                Piper(copy)
        settings.write_text(good, "utf-8")
        copy.write_bytes(file.read_bytes()[:-40])
        with pytest.raises(Unavailable, match="Download the voice again"):
            Piper(copy)

    def test_too_little_memory_is_told_apart(self, file: Path, monkeypatch: Any) -> None:
        from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException

        piper = Piper(file, device="cpu")

        def no_room(*_: Any, **__: Any) -> Iterator[Any]:
            raise RuntimeException("BFCArena: Failed to allocate memory for requested buffer")

        monkeypatch.setattr(piper._voice, "phoneme_ids_to_audio", no_room)
        with pytest.raises(OutOfMemory):
            samples(piper)
        piper.close()
        with pytest.raises(Failed, match="unloaded"):
            samples(piper)

    def test_the_tool_speaks_with_it_and_with_espeak_what_it_does_not_read(
        self, piper: Piper
    ) -> None:
        tool = Speak(Slot("piper", lambda: Polyglot(piper, ESPEAK.get)))
        plain = tool.run(Call({"text": TEXT, "rate": 0.9, "pitch": 0.95}), Context())
        assert plain.engine == "piper hum"
        assert plain.data["sample_rate"] == voices_made.RATE
        assert plain.data["voice"] == "en-us"
        slow = samples(piper, manner=Manner(0.9, 0.95))
        assert plain.made[0].data[44:] == slow.tobytes()
        mixed = tool.run(Call({"text": "They said 你好 to us."}), Context())
        assert mixed.engine == "piper hum + espeak-ng"
        german = tool.run(Call({"text": "Guten Abend", "voice": "de"}), Context())
        assert (german.engine, german.data["sample_rate"]) == ("espeak-ng", voices_made.RATE)
        espeak = ESPEAK.get()
        seconds = len(samples(espeak, "Guten Abend", voice="de")) / espeak.rate
        assert german.data["seconds"] == pytest.approx(seconds, abs=0.02)
        with pytest.raises(Retry, match="Hummer0"):
            tool.run(Call({"text": "Hello", "voice": "Carol"}), Context())


class TestCoqui:
    @pytest.fixture(scope="class")
    def folder(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        from tools.engines.coqui import _PACKAGES, _import_torchaudio

        if any(importlib.util.find_spec(name) is None for name in ("TTS", *_PACKAGES)):
            pytest.skip("coqui-tts is not installed")
        _import_torchaudio()
        made = tmp_path_factory.mktemp("coqui") / "tiny"
        return voices_made.coqui(made, speakers=("Ann", "Bob"))

    @pytest.fixture(scope="class")
    def coqui(self, folder: Path) -> Coqui:
        return Coqui(folder, device="cpu")

    def test_speaks_the_librarys_own_samples(self, coqui: Coqui, folder: Path) -> None:
        from TTS.utils.synthesizer import Synthesizer as Library

        library = Library(
            tts_checkpoint=folder / "model.pth", tts_config_path=folder / "config.json"
        )
        theirs = np.asarray(library.tts(TEXT, speaker_name="Ann", language_name="en"), np.float32)
        assert np.abs(theirs).max() > 0.01
        assert np.array_equal(samples(coqui), (theirs * 32767).astype("<i2"))
        assert len(list(coqui.pieces(TEXT))) == 3
        assert (coqui.rate, coqui.language) == (voices_made.RATE, "en")
        assert coqui.memory_bytes > 100_000

    def test_speakers_and_languages_are_voices(self, coqui: Coqui) -> None:
        ann, bob = samples(coqui, voice="ann"), samples(coqui, voice="Bob")
        assert np.array_equal(ann, samples(coqui))
        assert np.array_equal(bob, samples(coqui, voice="bob:en-us"))
        assert not np.array_equal(ann, bob)
        with pytest.raises(Retry, match="Ann, Bob, en"):
            samples(coqui, voice="de")

    def test_rate_changes_the_length_and_pitch_does_not(self, coqui: Coqui) -> None:
        usual = samples(coqui)
        assert len(samples(coqui, manner=Manner(rate=2))) == pytest.approx(len(usual) / 2, rel=0.02)
        higher = samples(coqui, manner=Manner(pitch=1.5))
        assert len(higher) == pytest.approx(len(usual), rel=0.02)
        assert np.array_equal(samples(coqui), usual)  # the model is as it was

    def test_it_stops_between_sentences_and_passes_over_what_it_cannot_read(
        self, coqui: Coqui
    ) -> None:
        asked = iter([False, True])
        with pytest.raises(Cancelled):
            samples(coqui, cancelled=lambda: next(asked))
        assert not len(samples(coqui, "你好"))

    def test_weights_that_would_run_code_are_refused(self, folder: Path, tmp_path: Path) -> None:
        import torch

        ran = tmp_path / "ran"

        class Evil:
            def __reduce__(self) -> Any:
                return (Path.touch, (ran,))

        copied = _copy(folder, tmp_path / "evil")
        torch.save({"model": {}, "x": Evil()}, copied / "model.pth")
        with pytest.raises(Unavailable, match="more than numbers"):
            Coqui(copied)
        (copied / "model.pth").write_bytes(pickle.dumps(Evil()))
        with pytest.raises(Unavailable):
            Coqui(copied)
        assert not ran.exists()

    def test_torch_is_held_to_weights_only_while_a_model_loads(
        self, folder: Path, monkeypatch: Any
    ) -> None:
        import torch

        asked = []
        real = torch.load

        def watched(*args: Any, **options: Any) -> Any:
            forced = os.environ.get("TORCH_FORCE_WEIGHTS_ONLY_LOAD")
            asked.append((options.get("weights_only"), forced))
            return real(*args, **options)

        monkeypatch.setattr(torch, "load", watched)
        Coqui(folder)
        assert asked == [(True, "1")]
        assert "TORCH_FORCE_WEIGHTS_ONLY_LOAD" not in os.environ

    def test_broken_weights_are_named_when_they_load(self, folder: Path, tmp_path: Path) -> None:
        copied = _copy(folder, tmp_path / "cut")
        (copied / "model.pth").write_bytes((folder / "model.pth").read_bytes()[:5000])
        with pytest.raises(Unavailable, match="cut"):
            Coqui(copied)

    def test_too_little_memory_is_told_apart(self, folder: Path, monkeypatch: Any) -> None:
        coqui = Coqui(folder, device="cpu")

        def no_room(*_: Any, **__: Any) -> Any:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 4 GB")

        monkeypatch.setattr(coqui._library, "tts", no_room)
        with pytest.raises(OutOfMemory):
            samples(coqui)
        coqui.close()
        with pytest.raises(Failed, match="unloaded"):
            samples(coqui)

    def test_the_cache_is_where_the_library_has_it(self, folder: Path, monkeypatch: Any) -> None:
        from trainer.io import get_user_data_dir

        from tools.engines.coqui_folder import data_folder

        assert data_folder() == get_user_data_dir("tts")
        monkeypatch.delenv("XDG_DATA_HOME")
        assert data_folder() == get_user_data_dir("tts")
        cached = _copy(folder, data_folder() / "tts_models--en--ljspeech--vits")
        spoken = Coqui("tts_models/en/ljspeech/vits", device="cpu")
        assert spoken.name == f"coqui {cached.name}"
        with pytest.raises(Unavailable, match="tts --model_name tts_models/en/vctk/vits"):
            Coqui("tts_models/en/vctk/vits")


class TestOtherCoquiModels:
    """Tacotron 2 has no tempo of its own and needs a vocoder; XTTS speaks many languages."""

    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        from tools.engines.coqui import _PACKAGES, _import_torchaudio

        if any(importlib.util.find_spec(name) is None for name in ("TTS", *_PACKAGES)):
            pytest.skip("coqui-tts is not installed")
        _import_torchaudio()

    def test_a_spectrogram_model_speaks_through_its_vocoder(self, tmp_path: Path) -> None:
        coqui = Coqui(voices_made.tacotron(tmp_path / "tacotron"), device="cpu")
        assert coqui.rate == 22_050
        usual, fast, high = (
            len(samples(coqui, "Hello there.", manner=manner))
            for manner in (Manner(), Manner(rate=2), Manner(pitch=1.5))
        )
        assert fast == pytest.approx(usual / 2, rel=0.1)
        assert high == pytest.approx(usual, rel=0.1)

    def test_xtts_speaks_or_names_the_transformers_that_it_needs(self, tmp_path: Path) -> None:
        import torch
        import transformers
        from packaging.version import Version

        coqui = Coqui(voices_made.xtts(tmp_path / "xtts"), device="cpu")
        assert (coqui.rate, coqui.language, coqui.speakers) == (24_000, "en", ("Ann Lee", "Bob"))
        assert coqui.reads("zh")
        assert coqui.reads("bob:zh")
        assert not coqui.reads("Carol:zh")
        if Version(transformers.__version__) >= Version("5.24"):
            with pytest.raises(Failed, match=r"transformers<5\.24"):
                samples(coqui, "Hello.")
            return
        lengths = []
        for rate in (1, 2):
            torch.manual_seed(5)
            lengths.append(len(samples(coqui, "Hello.", manner=Manner(rate))))
        assert lengths[1] == pytest.approx(lengths[0] / 2, rel=0.1)


def _copy(folder: Path, to: Path) -> Path:
    to.mkdir(parents=True)
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to
