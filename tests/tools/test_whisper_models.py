"""Speech recognition by faster-whisper on a small Whisper made here, against the library's own."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tools import whisper_made
from tests.tools.whisper_made import noise, transcribe
from tools.base import Context
from tools.engines import ctranslate2_file, whisper_folder
from tools.engines.faster_whisper import OPTIONS, FasterWhisper
from tools.engines.silero import Manner, utterances
from tools.errors import Cancelled, Failed, OutOfMemory, Retry, Unavailable
from tools.media import audio
from tools.media.audio import Audio
from tools.speech.recognizer import Word

RATE = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper_made.whisper(tmp_path_factory.mktemp("whisper") / "tiny")


@pytest.fixture(scope="module")
def engine(folder: Path) -> FasterWhisper:
    return FasterWhisper(folder, device="cpu", threads=2)


SAID = (
    ("en-us", "Our client asked whether the house by the river is still for sale this morning."),
    ("en-gb", "In being comparatively modern."),
    ("cmn", "今天早上我们去河边看房子，然后喝茶。"),
)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> list[Audio]:
    """Three voices at 16 kHz, made here: what is compared needs no real speech.

    Each by a process of its own: eSpeak's noise depends on what a process spoke before.
    """
    out = []
    for name, text in SAID:
        file = tmp_path_factory.mktemp("said") / "voice.wav"
        code = (
            "import sys; from tools.engines.espeak import Synthesizer as S;"
            "from tools.media.audio import wav_bytes; v = S(); name, text, file = sys.argv[1:];"
            "open(file, 'wb').write(wav_bytes(b''.join(v.pieces(text, voice=name)), v.rate))"
        )
        subprocess.run([sys.executable, "-c", code, name, text, str(file)], check=True)
        out.append(audio.read(file))
    return out


def librarys(engine: FasterWhisper) -> Any:
    """The library's own model, loaded as ours is."""
    from faster_whisper import WhisperModel

    return WhisperModel(
        str(engine.folder), device="cpu", compute_type=engine.compute_type, cpu_threads=2
    )


def words_of(segments: Any) -> list[tuple[str, float, float, float]]:
    said = [word for segment in segments for word in segment.words]
    return [(w.word.strip(), w.start, w.end, w.probability) for w in said if w.word.strip()]


def plain(words: tuple[Word, ...]) -> list[tuple[str, float, float, float]]:
    return [(w.text, w.start, w.end, w.confidence) for w in words]


@pytest.mark.models
class TestEngine:
    def test_it_hears_what_the_library_hears(
        self, engine: FasterWhisper, sounds: list[Audio]
    ) -> None:
        library = librarys(engine)
        texts = set()
        for sound in sounds:
            theirs, info = library.transcribe(sound.samples, **OPTIONS)
            theirs = list(theirs)
            ours = engine.recognize(sound)
            assert plain(ours.words) == words_of(theirs)
            assert ours.text == "".join(s.text for s in theirs if s.words).strip()
            assert ours.language == info.language
            assert ours.language_probability == info.language_probability
            texts.add(ours.text)
        assert len(texts) == len(sounds)
        assert all(len(text.split()) > 5 for text in texts)

    def test_with_the_language_given_it_is_the_same(
        self, engine: FasterWhisper, sounds: list[Audio]
    ) -> None:
        library = librarys(engine)
        heard_as = {}
        for code in ("en", "zh"):
            theirs, _ = library.transcribe(sounds[2].samples, language=code, **OPTIONS)
            ours = engine.recognize(sounds[2], language=code)
            assert plain(ours.words) == words_of(theirs)
            assert (ours.language, ours.language_probability) == (code, 1.0)
            heard_as[code] = [(w.text, w.confidence) for w in ours.words]
        assert heard_as["en"] != heard_as["zh"]  # the model does look at the language
        again = engine.recognize(sounds[2], language="cmn").words
        assert [(w.text, w.confidence) for w in again] == heard_as["zh"]
        with pytest.raises(Retry):
            engine.recognize(sounds[0], language="xx")

    def test_an_expected_language_is_kept_where_none_is_plain(
        self, engine: FasterWhisper, sounds: list[Audio], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tools.engines.faster_whisper.OTHER_LANGUAGE", 1.1)
        ours = engine.recognize(sounds[0], expected="de")
        assert ours.language == "de"
        assert ours.text == engine.recognize(sounds[0], language="de").text

    def test_doubtful_words_are_tried_anew_as_the_library_does(
        self, tmp_path: Path, sounds: list[Audio]
    ) -> None:
        folder = whisper_made.whisper(tmp_path / "unsure", sure=0.3)
        engine = FasterWhisper(folder, device="cpu", threads=2)
        ours = engine.recognize(sounds[1])
        theirs, _ = librarys(engine).transcribe(sounds[1].samples, **OPTIONS)
        theirs = list(theirs)  # after ours: the seed is set where ours is loaded
        assert {segment.temperature for segment in theirs} != {0.0}
        assert plain(ours.words) == words_of(theirs)

    def test_what_it_is(self, engine: FasterWhisper, folder: Path) -> None:
        parameters = ctranslate2_file.read(folder / "model.bin").parameters
        assert engine.name == "faster-whisper tiny"
        assert engine.compute_type.startswith("int8")
        assert engine.memory_bytes == parameters == whisper_folder.expected_bytes(folder, "cpu")
        assert {"en", "zh", "de"} < set(engine.languages)
        assert "yue" not in engine.languages
        assert "98 languages" in engine.limits or "99 languages" in engine.limits

    def test_english_only(self, tmp_path: Path, sounds: list[Audio]) -> None:
        folder = whisper_made.whisper(tmp_path / "tiny.en", english=True)
        engine = FasterWhisper(folder, device="cpu", threads=2)
        theirs, _ = librarys(engine).transcribe(sounds[1].samples, **OPTIONS)
        ours = engine.recognize(sounds[1])
        assert plain(ours.words) == words_of(theirs)
        assert (ours.language, engine.languages) == ("en", ("en",))
        assert "English only" in engine.limits
        with pytest.raises(Retry):
            engine.recognize(sounds[1], language="de")

    def test_where_it_hears_nobody_there_are_no_words(
        self, tmp_path: Path, sounds: list[Audio]
    ) -> None:
        folder = whisper_made.whisper(tmp_path / "deaf", sure=0.3, nothing=40.0)
        assert FasterWhisper(folder, device="cpu", threads=2).recognize(sounds[1]).words == ()

    @pytest.mark.parametrize("samples", [np.zeros(RATE, np.float32), noise(0.05)])
    def test_silence_and_clicks_are_nothing(
        self, engine: FasterWhisper, samples: np.ndarray
    ) -> None:
        assert engine.recognize(Audio(samples, RATE)).words == ()

    def test_other_rates_are_refused(self, engine: FasterWhisper) -> None:
        with pytest.raises(ValueError, match="16000 Hz"):
            engine.recognize(Audio(noise(1.0), 8_000))


@pytest.mark.models
class TestCancelling:
    def test_before_each_call_of_the_model(
        self, engine: FasterWhisper, sounds: list[Audio]
    ) -> None:
        whole = engine.recognize(sounds[0]).text
        calls = ("encode", "detect_language", "encode", "generate", "align")
        for after in range(len(calls)):
            asked = itertools.count()
            with pytest.raises(Cancelled):
                engine.recognize(sounds[0], cancelled=lambda a=asked, n=after: next(a) >= n)  # type: ignore[misc]
        assert engine.recognize(sounds[0]).text == whole

    def test_in_the_middle_of_a_call(
        self, engine: FasterWhisper, sounds: list[Audio], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ended, stop = threading.Event(), threading.Event()
        monkeypatch.setattr(engine._model, "_model", _Slow(engine._model._model, ended))
        timer = threading.Timer(0.2, stop.set)
        timer.start()
        with pytest.raises(Cancelled):
            engine.recognize(sounds[0], cancelled=stop.is_set)
        assert not ended.is_set()  # nobody waited for it
        ended.set()
        timer.join()

    def test_a_second_caller_who_waits_can_give_up(
        self, engine: FasterWhisper, sounds: list[Audio]
    ) -> None:
        with engine._turn, pytest.raises(Cancelled):
            engine.recognize(sounds[0], cancelled=lambda: True)


class _Slow:
    """A model whose encoder ends when it is told to, or after ten seconds."""

    def __init__(self, model: Any, ended: threading.Event) -> None:
        self._model, self._ended = model, ended

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encode(self, *_: Any, **__: Any) -> None:
        self._ended.wait(10)


@pytest.mark.models
class TestFailing:
    @pytest.fixture
    def copy(self, folder: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(folder, tmp_path / "copy"))

    def test_a_truncated_model(self, copy: Path) -> None:
        content = (copy / "model.bin").read_bytes()
        for part in (0.3, 0.999):
            (copy / "model.bin").write_bytes(content[: int(len(content) * part)])
            with pytest.raises(Unavailable, match="cut short") as caught:
                FasterWhisper(copy, device="cpu")
            assert "hf download" in caught.value.remedy

    @pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "vocabulary.json"])
    @pytest.mark.parametrize("content", [None, "{not json"])
    def test_a_missing_or_damaged_file(self, copy: Path, file: str, content: str | None) -> None:
        (copy / file).unlink()
        if content is not None:
            (copy / file).write_text(content)
        with pytest.raises(Unavailable):
            FasterWhisper(copy, device="cpu")

    def test_a_tokenizer_of_another_model(self, copy: Path) -> None:
        other = Path(whisper_folder.__file__).parent / "minilm" / "tokenizer.json"
        shutil.copy(other, copy / "tokenizer.json")
        with pytest.raises(Unavailable, match="not Whisper's"):
            FasterWhisper(copy, device="cpu")

    def test_features_of_another_model(self, copy: Path) -> None:
        settings = json.loads((copy / "preprocessor_config.json").read_text())
        (copy / "preprocessor_config.json").write_text(
            json.dumps({**settings, "feature_size": 128})
        )
        with pytest.raises(Unavailable, match=r"takes 80 bands of sound, but its .* makes 128"):
            FasterWhisper(copy, device="cpu")

    def test_no_gpu(self, folder: Path) -> None:
        import ctranslate2

        if ctranslate2.get_cuda_device_count():
            pytest.skip("there is one")
        with pytest.raises(Unavailable, match="no device cuda"):
            FasterWhisper(folder, device="cuda")
        assert FasterWhisper(folder, device="mps").device == "cpu"

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            (MemoryError("std::bad_alloc"), OutOfMemory),
            (RuntimeError("CUDA failed with error out of memory"), OutOfMemory),
            (RuntimeError("something else"), Failed),
        ],
    )
    def test_what_the_library_raises(
        self,
        engine: FasterWhisper,
        sounds: list[Audio],
        monkeypatch: pytest.MonkeyPatch,
        error: Exception,
        kind: type[Exception],
    ) -> None:
        def fails(*_: Any, **__: Any) -> None:
            raise error

        monkeypatch.setattr(engine._model, "encode", fails, raising=False)
        with pytest.raises(kind):
            engine.recognize(sounds[0])

    def test_closed(self, folder: Path, sounds: list[Audio]) -> None:
        engine = FasterWhisper(folder, device="cpu", threads=2)
        engine.close()
        with pytest.raises(Failed, match="unloaded"):
            engine.recognize(sounds[0])


@pytest.mark.models
class TestTool:
    @pytest.fixture
    def path(self, sounds: list[Audio], tmp_path: Path) -> Path:
        gap = np.zeros(4 * RATE, np.float32)
        parts = [gap, sounds[0].samples, gap, sounds[1].samples, gap]
        audio.write_wav(tmp_path / "two.wav", Audio(np.concatenate(parts), RATE))
        return tmp_path / "two.wav"

    def test_words_and_segments_are_the_librarys_in_seconds_of_the_recording(
        self, engine: FasterWhisper, path: Path
    ) -> None:
        result = transcribe(engine, path, language="en")
        library, wanted = librarys(engine), []
        manner = Manner(pause=engine.pause, longest=engine.longest)
        pieces = list(utterances([audio.read(path)], manner))
        for piece in pieces:
            theirs, _ = library.transcribe(piece.samples, language="en", **OPTIONS)
            wanted += [(w, piece.start + s, piece.start + e) for w, s, e, _ in words_of(theirs)]
        words = result.data["words"]
        assert [word["text"] for word in words] == [word for word, _, _ in wanted]
        for word, (_, start, end) in zip(words, wanted, strict=True):
            assert abs(word["start"] - start) < 1 / RATE
            assert abs(word["end"] - end) < 1 / RATE
            assert 0 <= word["confidence"] <= 1
        starts = [word["start"] for word in words]
        assert starts == sorted(starts)
        bounds = [(piece.start, piece.start + piece.seconds) for piece in pieces]
        assert len(bounds) == 2
        assert all(any(a <= w["start"] <= w["end"] <= b for a, b in bounds) for w in words)
        assert result.engine == result.data["engine"] == "faster-whisper tiny"
        assert result.data["limits"] == engine.limits
        assert len(result.sources) == len(result.data["segments"]) >= 2

    def test_the_language_of_the_first_utterance_is_expected_in_the_second(
        self, engine: FasterWhisper, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        apart = transcribe(engine, path).data["languages"]
        monkeypatch.setattr("tools.engines.faster_whisper.OTHER_LANGUAGE", 1.1)
        data = transcribe(engine, path).data
        assert len(apart) == 2
        assert data["languages"] == [data["language"]] == apart[:1]

    def test_a_language_is_taken_as_given(self, engine: FasterWhisper, path: Path) -> None:
        assert transcribe(engine, path, language="de").data["language"] == "de"
        with pytest.raises(Retry, match="does not understand"):
            transcribe(engine, path, language="Klingon")

    @pytest.mark.parametrize("samples", [np.zeros(3 * RATE, np.float32), noise(3.0)])
    def test_silence_and_noise_have_no_words(
        self, engine: FasterWhisper, tmp_path: Path, samples: np.ndarray
    ) -> None:
        path = tmp_path / "memo.wav"
        audio.write_wav(path, Audio(samples, RATE))
        result = transcribe(engine, path)
        assert result.text.startswith("I hear no speech in memo.wav")
        assert (result.data["words"], result.data["text"]) == ([], "")

    def test_it_stops_when_it_is_told_to(self, engine: FasterWhisper, path: Path) -> None:
        context = Context()
        context.on_progress(lambda: context.cancel())
        with pytest.raises(Cancelled):
            transcribe(engine, path, context)
