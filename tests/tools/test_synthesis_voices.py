"""Voices that are models: what is true of them before a weight is loaded."""

from __future__ import annotations

import importlib.util
import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.agent.style import style_of
from tools.base import Call, Context
from tools.emotion.feeling import Feeling
from tools.engines import coqui, coqui_folder, piper
from tools.engines.espeak import ESPEAK
from tools.engines.scripts import lines
from tools.errors import BadInput, Retry, ToolError, Unavailable
from tools.media.resample import Resampler, faster, higher, resampled
from tools.runtime import Slot
from tools.speech.polyglot import Polyglot
from tools.speech.recognizer import never
from tools.speech.speak import Speak
from tools.speech.synthesizer import (
    MAX_CHARACTERS,
    Manner,
    check_length,
    language_code,
    no_such_voice,
    same_language,
)
from tools.speech.tempo import Tempo

RATE = 24_000


def tone(hertz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    time = np.arange(int(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def fundamental(sound: np.ndarray, rate: int = RATE) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * rate / len(sound)


@dataclass
class Told:
    """A synthesizer that notes what it is told to speak: a tenth of a second for each call."""

    name: str = "told"
    rate: int = RATE
    language: str = "en-us"
    speakers: tuple[str, ...] = ("Ann",)
    heard: list[tuple[str, str, Manner | None]] = field(default_factory=list)
    closed: bool = False

    def reads(self, voice: str) -> bool:
        return not voice or voice in self.speakers or same_language(voice, self.language)

    def pieces(
        self,
        text: str,
        *,
        voice: str = "",
        manner: Manner | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[bytes]:
        if not self.reads(voice):
            raise no_such_voice(voice, [*self.speakers, self.language])
        self.heard.append((text, voice, manner))
        yield b"\0\1" * (self.rate // 10)

    def close(self) -> None:
        self.closed = True


class TestSound:
    def test_another_rate_keeps_length_and_pitch(self) -> None:
        sound = resampled(tone(440, 1.0), RATE, 16_000)
        assert len(sound) == pytest.approx(16_000, abs=50)
        assert fundamental(sound, 16_000) == pytest.approx(440, abs=2)

    def test_in_pieces_it_is_the_same(self) -> None:
        whole = (tone(440, 1.0) * 32767).astype("<i2").tobytes()
        resampler = Resampler(RATE, 16_000)
        parts = [resampler.feed(whole[n : n + 3000]) for n in range(0, len(whole), 3000)]
        joined = np.frombuffer(b"".join([*parts, resampler.rest()]), "<i2")
        at_once = resampled(tone(440, 1.0), RATE, 16_000)
        assert len(joined) == len(at_once)
        assert np.abs(joined / 32767 - at_once).max() < 1e-3
        same = Resampler(RATE, RATE)
        assert same.feed(whole) + same.rest() == whole

    @pytest.mark.parametrize("factor", [0.5, 0.94, 1.06, 2.0])
    def test_higher_is_shorter_and_faster_is_not_higher(self, factor: float) -> None:
        sound = higher(tone(300, 1.0), RATE, factor)
        assert len(sound) == pytest.approx(RATE / factor, rel=0.01)
        assert fundamental(sound) == pytest.approx(300 * factor, rel=0.02)
        hurried = faster(tone(300, 1.0), RATE, factor)
        assert len(hurried) == pytest.approx(RATE / factor, rel=0.1)
        assert fundamental(hurried) == pytest.approx(300, rel=0.02)

    def test_very_slow_and_nothing_at_all(self) -> None:
        assert len(faster(tone(300, 1.0), RATE, 0.2)) == pytest.approx(5 * RATE, rel=0.1)
        nothing = np.zeros(0, np.float32)
        assert not len(higher(nothing, RATE, 1.5))
        assert not len(faster(nothing, RATE, 1.5))


class TestNames:
    @pytest.mark.parametrize(
        ("asked", "spoken", "same"),
        [
            ("en", "en-us", True),
            ("en-us", "en", True),
            ("en_GB", "en-gb-x-rp", True),
            ("en-gb", "en-us", False),
            ("zh", "cmn", True),
            ("zh-cn", "zh", True),
            ("de", "en", False),
        ],
    )
    def test_languages(self, asked: str, spoken: str, same: bool) -> None:
        assert same_language(asked, spoken) is same
        assert language_code("zh_CN") == "cmn"

    def test_a_long_list_of_voices_is_cut(self) -> None:
        refused = no_such_voice("x", [f"p{n}" for n in range(100)])
        assert refused.remedy.startswith("Use one of: p0, p1, ")
        assert refused.remedy.endswith("p19, ....")

    def test_a_manner_is_moved_into_its_bounds(self) -> None:
        assert Manner(9, 0, 9).bounded() == Manner(2.5, 0.5, 2)
        with pytest.raises(BadInput, match="characters"):
            check_length("a" * (MAX_CHARACTERS + 1))

    def test_lines_stay_whole_unless_a_sentence_is_endless(self) -> None:
        assert list(lines("One. Two!\n\n**\nthree")) == ["One. Two!", "three"]
        assert len(list(lines("word " * 200))) > 1
        assert len(list(lines("A word. " * 200))) == 1


class TestTempo:
    def test_what_rounding_adds_is_taken_into_account(self) -> None:
        lengths = np.random.default_rng(1).gamma(2.0, 1.0, 400)
        measured = []

        def spoken(scale: float) -> int:
            measured.append(scale)
            return int(np.ceil(lengths * scale).sum())

        tempo, usual = Tempo(), spoken(1.0)
        assert spoken(0.5) > 0.6 * usual
        for stretch in (0.6, 0.9, 1.1, 2.0):
            assert spoken(tempo.scale(stretch, spoken)) == pytest.approx(stretch * usual, rel=0.05)
        assert len(measured) == 2 + 2 + 4  # itself measures once

    def test_the_usual_tempo_costs_nothing(self) -> None:
        assert Tempo().scale(1.0, lambda scale: pytest.fail("was measured")) == 1.0
        assert Tempo().scale(0.5, lambda scale: 100) == 0.5  # a voice that does not follow


class TestPolyglot:
    @pytest.fixture
    def own(self) -> Told:
        return Told("own")

    @pytest.fixture
    def other(self) -> Told:
        return Told("other", 16_000, "cmn", ())

    def spoken(self, own: Told, other: Told, text: str, voice: str = "") -> bytes:
        return b"".join(Polyglot(own, lambda: other).pieces(text, voice=voice))

    def test_a_text_in_its_language_stays_whole(self, own: Told, other: Told) -> None:
        text = "One. Two, 3.\nFour."
        self.spoken(own, other, text, "Ann")
        assert own.heard == [(text, "Ann", None)]
        assert not other.heard

    def test_another_script_goes_to_the_other(self, own: Told, other: Told) -> None:
        sound = self.spoken(own, other, "He said. They say 你好 and 再见. Good.")
        assert [text for text, _, _ in own.heard] == ["He said. They say", "and", "Good."]
        assert [(text, voice) for text, voice, _ in other.heard] == [
            ("你好", "cmn"),
            ("再见.", "cmn"),
        ]
        assert len(sound) / 2 / RATE == pytest.approx(0.5, abs=0.01)
        assert Polyglot(own, lambda: other).engines("Hi 你好") == "own + other"

    def test_a_language_that_only_the_other_has(self, own: Told, other: Told) -> None:
        self.spoken(own, other, "Hello", "zh")
        assert other.heard == [("Hello", "zh", None)]
        with pytest.raises(Retry, match="Ann, en-us"):
            self.spoken(own, other, "Hello", "Carol")

    def test_the_other_is_asked_for_only_when_needed(self, own: Told) -> None:
        def fails() -> Told:
            raise Unavailable("not here")

        polyglot = Polyglot(own, fails)
        assert b"".join(polyglot.pieces("Hello."))
        with pytest.raises(Unavailable):
            b"".join(polyglot.pieces("你好"))
        polyglot.close()
        assert own.closed


class TestTheTool:
    def test_whatever_is_in_the_slot_speaks(self) -> None:
        told = Told(language="fr")
        result = Speak(Slot("told", lambda: told)).run(Call({"text": "Bonjour"}), Context())
        assert (result.engine, result.data["voice"], result.data["seconds"]) == ("told", "fr", 0.1)
        assert told.heard == [("Bonjour", "", Manner())]

    def test_the_style_for_a_feeling_reaches_the_voice(self) -> None:
        told = Told()
        style = style_of(Feeling("sadness", 0.9, -0.7, -0.4, "words"))
        arguments = {"text": "I am sorry.", "rate": style.rate, "pitch": style.pitch}
        Speak(Slot("told", lambda: told)).run(Call(arguments), Context())
        [(_, _, manner)] = told.heard
        assert manner == Manner(style.rate, style.pitch)
        assert manner != Manner()

    def test_the_embedded_voice_is_a_synthesizer_like_any_other(self) -> None:
        espeak = ESPEAK.get()
        assert all(espeak.reads(voice) for voice in ("", "en-GB", "cmn+f3", espeak.language))
        assert not espeak.reads("Carol")
        text = "They were here on the third of May."
        usual, named, other = (
            len(b"".join(espeak.pieces(text, voice=voice))) for voice in ("", "en-us", "de")
        )
        assert usual == pytest.approx(named, rel=0.02)
        assert usual != pytest.approx(other, rel=0.02)

    def test_importing_the_engines_loads_no_library(self) -> None:
        heavy = ["torch", "TTS", "piper", "onnxruntime", "torchaudio", "trainer"]
        script = (
            "import sys, tools.engines.piper, tools.engines.coqui, tools.speech.speak\n"
            f"print([m for m in {heavy} if m in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert done.stdout.strip() == "[]", done.stderr


class TestPiperFiles:
    def test_a_voice_is_named_by_file_by_stem_or_by_folder(self, tmp_path: Path) -> None:
        file = tmp_path / "en_US-lessac-medium.onnx"
        file.write_bytes(b"x")
        for spec in (file, str(file), tmp_path / "en_US-lessac-medium", tmp_path):
            assert piper.find(spec) == file
        (tmp_path / "de_DE-thorsten-low.onnx").write_bytes(b"x")
        with pytest.raises(Unavailable, match="several voices"):
            piper.find(tmp_path)

    def test_a_missing_voice_says_how_to_get_it(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable) as refused:
            piper.find(tmp_path / "de_DE-thorsten-low.onnx")
        assert refused.value.remedy == (
            f"Run: python -m piper.download_voices de_DE-thorsten-low --download-dir {tmp_path}"
        )
        with pytest.raises(Unavailable) as refused:
            piper.find("nothing.onnx")
        assert refused.value.remedy == "Run: python -m piper.download_voices en_US-lessac-medium"
        with pytest.raises(Unavailable, match="hf download someone/voices"):
            piper.find("someone/voices")

    def test_without_the_packages_it_says_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "v.onnx").write_bytes(b"x")
        (tmp_path / "v.onnx.json").write_text("{}", "utf-8")
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(Unavailable, match="pip install piper-tts"):
            piper.Piper(tmp_path)
        with pytest.raises(Unavailable, match="pip install coqui-tts torch"):
            coqui.Coqui(tmp_path)


class TestCoquiFolder:
    """What a config may and may not make the library do."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        made = tmp_path / "model"
        made.mkdir()
        (made / "model.pth").write_bytes(b"x")
        return made

    def prepared(self, folder: Path, config: dict[str, Any] | str) -> dict[str, Any]:
        text = config if isinstance(config, str) else json.dumps(config)
        (folder / "config.json").write_text(text, "utf-8")
        files = coqui_folder.prepare(folder, folder.parent / "made")
        assert files.weights == folder / "model.pth"
        assert (folder / "config.json").read_text("utf-8") == text  # the person's stays
        return dict(json.loads(files.config.read_text("utf-8")))

    def test_files_are_those_of_the_folder_wherever_it_was_trained(self, folder: Path) -> None:
        (folder / "speakers.pth").write_bytes(b"x")
        config = self.prepared(
            folder,
            {
                "model": "vits",
                "speakers_file": "/home/someone/train/speakers.pth",
                "model_args": {
                    "d_vector_file": ["https://example.com/speakers.pth"],
                    "speaker_encoder_model_path": "https://example.com/encoder.pth",
                    "use_speaker_encoder_as_loss": True,
                },
            },
        )
        assert config["speakers_file"] == str(folder / "speakers.pth")
        assert config["model_args"] == {
            "d_vector_file": [str(folder / "speakers.pth")],
            "speaker_encoder_model_path": "",
            "use_speaker_encoder_as_loss": False,
        }

    def test_comments_in_old_configs_are_passed_over(self, folder: Path) -> None:
        text = '{"model": "Tacotron2", // the kind\n /* more */ "url": "http://a//b"}'
        assert self.prepared(folder, text) == {"model": "Tacotron2", "url": "http://a//b"}

    @pytest.mark.parametrize(
        ("config", "said"),
        [
            ({"model": "vits", "speakers_file": "../../etc/passwd"}, "lacks passwd"),
            ({"model": "bark"}, "'bark'"),
            ({"model": "vits", "base_model": "tortoise"}, "do not load"),
            ({"model": "vits", "characters": {"characters_class": "os.system"}}, "os.system"),
            ({}, "the kind ''"),
            ("{", "no JSON"),
            ("[1]", "no JSON object"),
        ],
    )
    def test_what_is_not_safe_or_not_whole_is_refused(
        self, folder: Path, config: Any, said: str
    ) -> None:
        with pytest.raises(Unavailable, match=said):
            self.prepared(folder, config)

    def test_statistics_may_hold_arrays_and_nothing_else(self, folder: Path) -> None:
        statistics = {"mel_mean": np.ones(3), "mel_std": np.float64(2), "audio_config": {"a": 1}}
        np.save(folder / "scale_stats.npy", np.array(statistics), allow_pickle=True)
        config = {"model": "tacotron2", "audio": {"stats_path": "x/scale_stats.npy"}}
        copy = Path(self.prepared(folder, config)["audio"]["stats_path"])
        assert copy.parent == folder.parent / "made"
        assert np.load(copy, allow_pickle=True).item()["mel_mean"].tolist() == [1, 1, 1]

        ran = folder / "ran"

        class Evil:
            def __reduce__(self) -> Any:
                return (Path.touch, (ran,))

        np.save(folder / "scale_stats.npy", np.array({"mel_mean": Evil()}), allow_pickle=True)
        with pytest.raises(Unavailable, match="pickle that I do not load"):
            self.prepared(folder, config)
        (folder / "scale_stats.npy").write_bytes(pickle.dumps(Evil()))
        with pytest.raises(ToolError):
            self.prepared(folder, config)
        assert not ran.exists()

    def test_a_model_that_is_not_here_says_how_to_get_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(coqui_folder, "_listed", lambda name: {})
        name = "tts_models/en/ljspeech/vits"
        with pytest.raises(Unavailable, match=f"tts --model_name {name}"):
            coqui_folder.find(name)
        with pytest.raises(Unavailable, match=r"config\.json and model\.pth"):
            coqui_folder.find(tmp_path / "nowhere")
        with pytest.raises(Unavailable, match="no config"):
            coqui_folder.prepare(tmp_path, tmp_path / "made")

    def test_the_vocoder_comes_with_its_model(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "vocoder").mkdir()
        assert coqui_folder.find(folder) == (folder, folder / "vocoder")
        listed = {"tts_models/en/a/b": {"default_vocoder": "vocoder_models/en/a/c"}}
        monkeypatch.setattr(coqui_folder, "_listed", lambda name: listed.get(name, {}))
        cache = coqui_folder.data_folder()
        (cache / "tts_models--en--a--b").mkdir(parents=True)
        with pytest.raises(Unavailable, match="vocoder_models/en/a/c"):
            coqui_folder.find("tts_models/en/a/b")
        (cache / "vocoder_models--en--a--c").mkdir()
        assert coqui_folder.find("tts_models/en/a/b")[1] == cache / "vocoder_models--en--a--c"
