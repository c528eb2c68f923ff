"""From text to speech and from speech to text, with the real engines."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tools.base import Call, Context, Item, ToolResult
from tools.engines.espeak import ESPEAK
from tools.engines.pocketsphinx import PocketSphinx
from tools.engines.silero import Manner, speech_spans, utterances
from tools.errors import BadInput, Cancelled, Failed
from tools.media import audio
from tools.media.audio import Audio
from tools.runtime import Slot
from tools.speech.speak import say
from tools.speech.transcribe import Transcribe

RATE = 16_000
QUESTION = "what is the total amount"


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot[PocketSphinx]]:
    slot: Slot[PocketSphinx] = Slot("pocketsphinx", PocketSphinx)
    yield slot
    slot.unload()


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The question, spoken by the embedded voice."""
    path = tmp_path_factory.mktemp("spoken") / "question.wav"
    # in a process of its own: the voice's noise goes on from all that was spoken before
    script = (
        "import sys; from tools.engines.espeak import ESPEAK; from tools.speech.speak import say; "
        "sys.stdout.buffer.write(say(ESPEAK, sys.argv[1], rate=0.9))"
    )
    command = [sys.executable, "-c", script, QUESTION + "?"]
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return path


def transcribe(slot: Slot[PocketSphinx], path: Path, context: Context | None = None) -> ToolResult:
    item = Item("audio:1", "audio", path, "audio/wav", path.name, "")
    return Transcribe(slot).run(Call({"audio": item}), context or Context())


def noise(seconds: float, level: float = 0.1) -> np.ndarray:
    samples = np.random.default_rng(1).standard_normal(int(seconds * RATE)) * level
    return samples.astype(np.float32)


def has_ended(process_id: int) -> bool:
    """Wait until a process that is not our child is gone."""
    try:
        handle = os.pidfd_open(process_id)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)


def test_a_spoken_question_is_heard_word_for_word(slot: Slot[PocketSphinx], question: Path) -> None:
    result = transcribe(slot, question)
    assert result.text.startswith(QUESTION)
    assert result.data["text"] == QUESTION
    assert result.data["language"] == "en"
    assert 0 < result.data["confidence"] <= 1
    [source] = result.sources
    assert (source.source, source.quote, source.handle) == ("question.wav", QUESTION, "audio:1")


def test_utterances_are_told_apart_with_their_seconds(
    slot: Slot[PocketSphinx], question: Path, tmp_path: Path
) -> None:
    spoken = audio.read(question).samples
    gap = np.zeros(3 * RATE, np.float32)
    path = tmp_path / "twice.wav"
    audio.write_wav(path, Audio(np.concatenate([gap, spoken, gap, spoken]), RATE))
    seen: list[float | None] = []
    context = Context(progress=lambda fraction, _: seen.append(fraction))
    result = transcribe(slot, path, context)
    first, second = result.data["segments"]
    second_begins = 6 + len(spoken) / RATE
    assert (first["start"], second["start"]) == (
        pytest.approx(3, abs=0.6),
        pytest.approx(second_begins, abs=0.6),
    )
    assert result.sources[1].locator == f"t={second['start']:.1f},{second['end']:.1f}"
    assert first["text"] == QUESTION
    assert result.data["speech_seconds"] < result.data["seconds"]
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    ("samples", "why"),
    [(np.zeros(2 * RATE, np.float32), "silent"), (noise(2.0), "nobody speaks")],
)
def test_a_recording_without_speech_says_why(
    slot: Slot[PocketSphinx], tmp_path: Path, samples: np.ndarray, why: str
) -> None:
    path = tmp_path / "memo.wav"
    audio.write_wav(path, Audio(samples, RATE))
    result = transcribe(slot, path)
    assert result.text.startswith("I hear no speech in memo.wav")
    assert why in result.text
    assert (result.data["speech_seconds"], result.data["segments"]) == (0, [])


def test_what_is_hard_to_hear_is_said_with_doubt(
    slot: Slot[PocketSphinx], question: Path, tmp_path: Path
) -> None:
    spoken = audio.read(question).samples
    path = tmp_path / "noisy.wav"
    audio.write_wav(path, Audio(spoken + noise(10, 0.03)[: len(spoken)], RATE))
    clear, doubtful = transcribe(slot, question), transcribe(slot, path)
    assert doubtful.confidence is not None
    assert clear.confidence is not None
    assert doubtful.confidence < clear.confidence
    assert "not sure" in doubtful.text


def test_cancelling_stops_in_the_middle_and_the_next_call_works(
    slot: Slot[PocketSphinx], question: Path
) -> None:
    recognizer = slot.get()
    sound = audio.read(question)
    recognizer.recognize(sound)
    working = recognizer.process_id
    assert working is not None
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        recognizer.recognize(sound, cancelled=lambda: next(asked))
    assert recognizer.process_id is None
    assert has_ended(working)
    assert recognizer.recognize(sound).text == QUESTION


def test_a_context_that_is_out_of_time_stops_the_tool(
    slot: Slot[PocketSphinx], question: Path
) -> None:
    with pytest.raises(Cancelled, match="longer than it was allowed"):
        transcribe(slot, question, Context(seconds=0.0))


def test_a_worker_that_dies_is_reported_and_replaced(
    slot: Slot[PocketSphinx], question: Path
) -> None:
    recognizer = slot.get()
    sound = audio.read(question)
    recognizer.recognize(sound)
    victim = recognizer.process_id
    assert victim is not None

    def killed_while_decoding() -> bool:
        if recognizer.process_id == victim:
            os.kill(victim, signal.SIGKILL)
        return False

    with pytest.raises(Failed, match="stopped unexpectedly"):
        recognizer.recognize(sound, cancelled=killed_while_decoding)
    assert recognizer.recognize(sound).text == QUESTION
    assert recognizer.process_id not in {None, victim}


def test_closing_ends_the_worker_and_leaves_no_zombie(question: Path) -> None:
    recognizer = PocketSphinx()
    recognizer.recognize(audio.read(question))
    worker = recognizer.process_id
    assert worker is not None
    recognizer.close()
    with pytest.raises(ProcessLookupError):  # a zombie would still be found
        os.kill(worker, 0)


ORPHAN = """
import os, sys
from pathlib import Path
from tools.engines.pocketsphinx import PocketSphinx
from tools.media import audio
recognizer = PocketSphinx()
sound = audio.read(Path(sys.argv[1]))
recognizer.recognize(sound)
print(recognizer.process_id, flush=True)
os._exit(1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_the_worker_dies_with_a_parent_that_crashes(question: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", ORPHAN, str(question)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert has_ended(int(done.stdout))


def test_speech_is_found_where_it_is_however_the_stream_is_cut(question: Path) -> None:
    spoken = audio.read(question).samples
    gap = noise(2.0, 0.001)
    whole = np.concatenate([gap, spoken, gap])
    chunks = [Audio(piece, RATE) for piece in np.array_split(whole, 37)]
    [span] = speech_spans(chunks)
    assert span.start == pytest.approx(2.0, abs=0.6)
    assert span.end == pytest.approx(2.0 + len(spoken) / RATE, abs=0.7)
    assert list(speech_spans([Audio(whole, RATE)])) == [span]


def test_endless_speech_is_cut_into_pieces_that_lose_nothing(question: Path) -> None:
    spoken = np.tile(audio.read(question).samples, 8)
    manner = Manner(longest=4.0, pad=0.0)
    pieces = list(utterances([Audio(spoken, RATE)], manner))
    assert len(pieces) > 2
    assert max(piece.seconds for piece in pieces) < 5.0
    joined = np.concatenate([piece.samples for piece in pieces])
    begin = round(pieces[0].start * RATE)
    np.testing.assert_array_equal(joined, spoken[begin : begin + len(joined)])


def test_a_film_with_speech_is_heard_and_one_with_music_is_not(
    slot: Slot[PocketSphinx], shared: Path
) -> None:
    heard = transcribe(slot, shared / "video" / "chaplin_with_speech.mp4").data["text"].split()
    said = {"really", "account", "himself", "anything", "else", "he", "said"}
    assert len(said.intersection(heard)) >= 5
    music = transcribe(slot, shared / "video" / "chaplin.mp4")
    assert music.text.startswith("I hear no speech")


def test_a_film_without_sound_track_is_refused(slot: Slot[PocketSphinx], shared: Path) -> None:
    with pytest.raises(BadInput, match="no sound track"):
        transcribe(slot, shared / "video" / "example.mp4")


def test_a_wav_reply_holds_speech_at_the_engines_rate() -> None:
    with wave.open(io.BytesIO(say(ESPEAK, "Good morning."))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22_050, 1, 2)
        assert file.getnframes() / 22_050 > 0.5
