"""What of faster-whisper needs no weights: guards, languages, folders; the embedded one's times."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.tools.whisper_made import noise, transcribe
from tools.engines import ctranslate2_file, whisper_folder, whisper_guards
from tools.engines.faster_whisper import FasterWhisper, chosen, heard
from tools.engines.pocketsphinx import PocketSphinx
from tools.errors import Retry, Unavailable
from tools.media.audio import Audio
from tools.speech.recognizer import Heard, Phrase, Word, known_language
from tools.speech.transcribe import Transcript, in_order

RATE = 16_000


@dataclass
class Said:
    """A segment as the library gives it."""

    text: str
    no_speech_prob: float = 0.0
    avg_logprob: float = -0.3
    compression_ratio: float = 1.0
    start: float = 0.0
    end: float = 1.0
    words: Any = None


class TestGuards:
    """What is left out, and above all what is not."""

    @pytest.mark.parametrize(
        "text",
        ["Thank you.", " Thanks for watching!", "谢谢观看", "Untertitel der Amara.org-Community"],
    )
    def test_what_is_written_into_silence_needs_evidence(self, text: str) -> None:
        assert not whisper_guards.nobody_said(Said(text, no_speech_prob=0.05, avg_logprob=-0.9))
        assert not whisper_guards.nobody_said(Said(text, no_speech_prob=0.4, avg_logprob=-0.3))
        assert whisper_guards.nobody_said(Said(text, no_speech_prob=0.4, avg_logprob=-0.8))
        assert whisper_guards.nobody_said(Said(text, no_speech_prob=0.9, avg_logprob=-0.3))

    def test_other_words_stay_unless_they_are_unlikely_too(self) -> None:
        text = "Thank you for watching my house."
        assert not whisper_guards.nobody_said(Said(text, no_speech_prob=0.9, avg_logprob=-0.9))
        assert whisper_guards.nobody_said(Said(text, no_speech_prob=0.9, avg_logprob=-1.1))

    def test_a_loop_needs_evidence(self) -> None:
        loop = Said("No, no, no, no, no. " * 8, compression_ratio=9.0)
        assert not whisper_guards.nobody_said(loop)
        assert not whisper_guards.nobody_said(replace(loop, avg_logprob=-2.0))
        assert whisper_guards.nobody_said(replace(loop, no_speech_prob=0.7))

    def test_a_loop_is_one_phrase_over_and_over(self) -> None:
        assert whisper_guards.is_loop("i know i know i know i know")
        assert whisper_guards.is_loop("哈哈哈哈哈哈")
        assert not whisper_guards.is_loop("i know i know i know")
        assert not whisper_guards.is_loop("i know that you know that i know")

    def test_phrases_are_listed_as_they_are_compared(self) -> None:
        assert all(whisper_guards.plain(p) == p for p in whisper_guards.SILENCE_PHRASES)

    def test_what_is_left_out_is_told(self) -> None:
        word = Word(" Thank", 0.1, 0.4, 0.5)
        words = [type("W", (), {"word": " Thank", "start": 0.1, "end": 0.4, "probability": 0.5})()]
        found = heard(
            [Said(" Thank you.", words=words), Said(" Thank you.", 0.9, words=words)], "en", 0.9
        )
        assert found.words == (replace(word, text="Thank"),)
        assert found.text == "Thank you."
        assert [phrase.text for phrase in found.left_out] == [" Thank you."]


class TestLanguage:
    def test_the_expected_one_holds_until_another_is_plain(self) -> None:
        ranked = [("<|de|>", 0.7), ("<|en|>", 0.2)]
        assert chosen(ranked, "") == ("de", 0.7)
        assert chosen(ranked, "en") == ("en", 0.2)
        assert chosen([("<|de|>", 0.9), ("<|en|>", 0.05)], "en") == ("de", 0.9)

    def test_codes_are_understood_as_people_write_them(self) -> None:
        class English:
            name, languages = "one", ("en", "zh")

        codes = ("en", "EN-us", "en_GB", "cmn", "zh-Hant", "", "auto")
        known = [known_language(code, English()) for code in codes]  # type: ignore[arg-type]
        assert known == ["en", "en", "en", "zh", "zh", "", ""]
        with pytest.raises(Retry, match="does not understand the language 'German'"):
            known_language("German", English())  # type: ignore[arg-type]

    def test_the_recording_keeps_a_sure_one(self) -> None:
        word, second = (Word("ja", 0.0, 0.5, 1.0),), Audio(noise(1.0), RATE)
        transcript = Transcript()
        transcript.add(Heard(word, "nl", 0.3), second)
        assert transcript.language == ""
        transcript.add(Heard(word, "de", 0.9), second)
        transcript.add(Heard(word, "de", 0.4), replace(second, start=1.0))
        assert transcript.language == "de"
        assert transcript.languages == ["de", "nl"]


def test_times_stay_in_order_and_within_the_utterance() -> None:
    words = [Word("a", -0.2, 0.5, 1.0), Word("b", 0.3, 0.2, 1.0), Word("c", 0.1, 9.0, 1.0)]
    found = in_order(words, Audio(noise(2.0), RATE, start=10.0))
    assert [(w.start, w.end) for w in found] == [(10.0, 10.5), (10.3, 10.3), (10.3, 12.0)]


def test_phrases_become_segments_and_left_out_ones_do_not() -> None:
    one, two = Word("Yes.", 0.0, 0.5, 0.9), Word("No.", 1.0, 1.5, 0.5)
    transcript = Transcript()
    phrases = (Phrase(" Yes.", 0.0, 0.6, (one,)), Phrase(" No.", 1.0, 1.6, (two,)))
    ghost = Phrase(" Bye.", 1.8, 30.0)
    found = Heard((one, two), "en", 1.0, phrases, (ghost,))
    transcript.add(found, Audio(noise(2.0), RATE, start=4.0))
    said = [(s.start, s.end, s.text, s.confidence) for s in transcript.segments]
    assert said == [(4.0, 4.6, "Yes.", 0.9), (5.0, 5.6, "No.", 0.5)]
    assert (transcript.texts, transcript.confidence) == (["Yes. No."], 0.7)
    assert (transcript.left_out[0].start, transcript.left_out[0].end) == (5.8, 6.0)


class TestFolders:
    """What is wrong is said before anything is loaded."""

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="no folder") as caught:
            FasterWhisper(tmp_path / "none")
        assert "hf download Systran/faster-whisper-small" in caught.value.remedy

    def test_an_empty_folder_names_what_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match=r"model\.bin, config\.json, tokenizer\.json, vocab"):
            FasterWhisper(tmp_path)

    def test_a_folder_of_transformers_gets_the_command_that_converts_it(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "model.safetensors").write_bytes(b"")
        with pytest.raises(Unavailable, match="format of transformers") as caught:
            FasterWhisper(tmp_path)
        assert f"ct2-transformers-converter --model {tmp_path}" in caught.value.remedy

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "cut short"),
            (b"\x06\0\0\0\x0c\0Whis", "cut short"),
            (b"PK\x03\x04 a zip file, not a model", "not in a format"),
            (struct.pack("<IH", 6, 8) + b"BertSpec" + struct.pack("<II", 1, 0), "a BertSpec"),
        ],
    )
    def test_a_wrong_model_file(self, tmp_path: Path, content: bytes, message: str) -> None:
        for name in ("config.json", "tokenizer.json", "vocabulary.json"):
            (tmp_path / name).write_text("{}")
        (tmp_path / "model.bin").write_bytes(content)
        with pytest.raises(Unavailable, match=message):
            FasterWhisper(tmp_path)

    def test_the_embedded_encoder_is_no_whisper(self) -> None:
        folder = Path(whisper_folder.__file__).parent / "minilm"
        found = ctranslate2_file.read(folder / "model.bin")
        assert found.kind != "WhisperSpec"
        assert found.parameters > 10_000_000

    def test_a_snapshot_is_called_what_the_hub_calls_it(self, tmp_path: Path) -> None:
        snapshot = tmp_path / "models--Systran--faster-whisper-small" / "snapshots" / "0f1e"
        snapshot.mkdir(parents=True)
        assert whisper_folder.name_of(snapshot) == "small"
        assert whisper_folder.name_of(tmp_path / "faster-whisper-base.en") == "base.en"
        with pytest.raises(Unavailable) as caught:
            FasterWhisper(snapshot)
        assert caught.value.remedy == "Run: hf download Systran/faster-whisper-small"


@pytest.fixture
def sphinx() -> Iterator[PocketSphinx]:
    engine = PocketSphinx()
    yield engine
    engine.close()


def test_the_embedded_recognizer_has_word_times_too(sphinx: PocketSphinx, shared: Path) -> None:
    path = shared / "speech" / "librispeech" / "1688-142285-0003.flac"
    data = transcribe(sphinx, path).data
    assert [word["text"] for word in data["words"]] == data["text"].split()
    times = [at for word in data["words"] for at in (word["start"], word["end"])]
    assert times == sorted(times)
    assert data["segments"][0]["start"] <= times[0] < times[-1] <= data["segments"][-1]["end"]
    assert "English only" in data["limits"]
    with pytest.raises(Retry, match="pocketsphinx en-us does not understand the language 'de'"):
        transcribe(sphinx, path, language="de")
