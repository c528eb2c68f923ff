"""Speech recognition by Whisper, run by faster-whisper on CTranslate2, from a folder.

Whisper is Radford et al. 2022 (https://arxiv.org/abs/2212.04356), whose rules against loops and
silence (section 4.5) are those of :data:`OPTIONS`. The interface is that of faster-whisper 1.2
(https://github.com/SYSTRAN/faster-whisper). Nothing is fetched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.engines import whisper_folder
from tools.engines.whisper_guards import NOBODY, REPETITIVE, UNLIKELY, nobody_said
from tools.errors import Cancelled, Failed
from tools.media.audio import Audio
from tools.speech.recognizer import Heard, Phrase, Word, known_language, never

RATE = 16_000
OPTIONS: dict[str, Any] = {
    "beam_size": 5,
    "temperature": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    "compression_ratio_threshold": REPETITIVE,
    "log_prob_threshold": UNLIKELY,
    "no_speech_threshold": NOBODY,
    "condition_on_previous_text": False,
    "word_timestamps": True,
    "vad_filter": False,
}
"""How ``WhisperModel.transcribe`` is called, beside the language. Without the text before, one
loop does not bring on the next; what is no speech is cut away before."""
OTHER_LANGUAGE = 0.8
"""Probability from which another language than the expected one is believed."""

_SHORTEST = 0.1  # seconds
_SILENT = 1e-4  # peak, 80 dB under full scale
_POLL = 0.05


class FasterWhisper:
    """A :class:`~tools.speech.recognizer.Recognizer`. Calls wait for each other.

    What it hears is what ``WhisperModel.transcribe`` gives with :data:`OPTIONS` for the same
    sound, less what :func:`~tools.engines.whisper_guards.nobody_said` speaks against. Finding
    the language takes the library an encoding of its own; where one is expected, whether it
    still holds is seen in the encoding that is then transcribed, at nearly no cost.

    Args:
        folder: holds ``model.bin``, ``config.json``, ``tokenizer.json`` and ``vocabulary.*``.
        name: what to call the model; else the folder's or the hub's name for it.
        device: ``cpu``, ``cuda`` or ``auto``: CUDA where it works. CTranslate2 knows no ``mps``,
            which means the CPU.
        compute_type: ``auto`` is int8 on a CPU and float16 on a GPU; else one of CTranslate2's.
        threads: of the CPU; 0 is ``OMP_NUM_THREADS`` or the cores there are, at most eight.

    Raises:
        Unavailable: a file is missing or damaged, this is no Whisper model, or no such device.
        OutOfMemory: it does not fit.
    """

    longest = 28.0
    pause = 2.0
    """Each call costs a window of 30 seconds, however short the sound is, and Whisper hears
    better with more around a word: short pauses stay within the utterance."""

    def __init__(
        self,
        folder: str | Path,
        *,
        name: str = "",
        device: str = "auto",
        compute_type: str = "auto",
        threads: int = 0,
    ) -> None:
        self.folder = Path(folder).expanduser()
        self.name = f"faster-whisper {name or whisper_folder.name_of(self.folder)}"
        found = whisper_folder.check(self.folder)
        self._whisper: Any
        self._whisper, self.device = whisper_folder.load(self.folder, device, compute_type, threads)
        model = _Watched(self._whisper.model)
        self._whisper.model = self._model = model
        self.compute_type = str(model.compute_type)
        self.memory_bytes = found.parameters * whisper_folder.width(self.compute_type)
        self.languages = whisper_folder.languages_of(self._whisper)
        self._turn = threading.Lock()

    @property
    def limits(self) -> str:
        known = "English only" if self.languages == ("en",) else f"{len(self.languages)} languages"
        return (
            f"{self.name} understands {known}, does not tell speakers apart, and can write words "
            "that nobody said where speech is faint or covered by noise."
        )

    def recognize(
        self,
        sound: Audio,
        *,
        language: str = "",
        expected: str = "",
        cancelled: Callable[[], bool] = never,
    ) -> Heard:
        """The words of mono 16 kHz speech, with times, probabilities and the language.

        Raises:
            Cancelled: ``cancelled()`` became true. What the processor is at is left to end.
            Retry: it does not know ``language``.
            OutOfMemory, Failed: as they say.
        """
        if sound.rate != RATE or sound.channels != 1:
            raise ValueError(f"mono sound at {RATE} Hz is wanted")
        given = known_language(language, self) or ("" if self._model.is_multilingual else "en")
        before = expected if expected in self.languages else ""
        if sound.seconds < _SHORTEST or float(abs(sound.samples).max()) < _SILENT:
            return Heard((), given or before, 0.0)
        with self._alone(cancelled), _translated(self.name):
            self._model.begin(cancelled, given, before)
            segments, _ = self._loaded().transcribe(
                sound.samples,
                language=given or before or None,
                multilingual=bool(before) and not given,  # then each window is asked for its own
                **OPTIONS,
            )
            return heard(list(segments), self._model.language, self._model.probability)

    def close(self) -> None:
        """Drop the model; what is being recognized still ends."""
        self._whisper = None

    def _loaded(self) -> Any:
        if self._whisper is None:
            raise Failed(f"{self.name} was unloaded while it was to listen.", "Try again.")
        return self._whisper

    @contextmanager
    def _alone(self, cancelled: Callable[[], bool]) -> Iterator[None]:
        while not self._turn.acquire(timeout=_POLL):
            if cancelled():
                raise _stopped()
        try:
            yield
        finally:
            self._turn.release()


def heard(segments: Sequence[Any], language: str, probability: float) -> Heard:
    """The library's segments as what was heard; seconds as the library gives them."""
    said, left_out = [], []
    for segment in segments:
        phrase = _phrase(segment)
        if phrase.words and not nobody_said(segment):
            said.append(phrase)
        else:  # without words it lies behind the end of the sound
            left_out.append(phrase)
    words = tuple(word for phrase in said for word in phrase.words)
    return Heard(words, language, probability, tuple(said), tuple(left_out))


def _phrase(segment: Any) -> Phrase:
    words = tuple(
        Word(text, float(w.start), float(w.end), float(w.probability))
        for w in segment.words or ()
        if (text := w.word.strip())
    )
    return Phrase(segment.text, float(segment.start), float(segment.end), words)


def chosen(ranked: Sequence[tuple[str, float]], expected: str) -> tuple[str, float]:
    """The language and its probability, of all by probability as ``<|en|>``; see ``expected``."""
    probabilities = {token[2:-2]: float(p) for token, p in ranked}
    best = max(probabilities, key=lambda code: probabilities[code])
    if expected in probabilities and probabilities[best] < OTHER_LANGUAGE:
        best = expected
    return best, probabilities[best]


class _Watched:
    """CTranslate2's model as the library calls it, so that every call can be given up.

    A call runs in a thread that the caller does not wait for once it is cancelled: the
    library cannot stop in the middle of one, and a window can take it seconds.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self.begin(never, "", "")

    def begin(self, cancelled: Callable[[], bool], language: str, expected: str) -> None:
        """For the next sound; see :meth:`FasterWhisper.recognize`."""
        self._cancelled = cancelled
        self._expected = expected
        self.language = language
        self.probability = 1.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encode(self, *args: Any, **options: Any) -> Any:
        return self._run(self._model.encode, *args, **options)

    def generate(self, *args: Any, **options: Any) -> Any:
        return self._run(self._model.generate, *args, **options)

    def align(self, *args: Any, **options: Any) -> Any:
        return self._run(self._model.align, *args, **options)

    def detect_language(self, encoded: Any) -> list[list[tuple[str, float]]]:
        """The language that is to be written down, as the only one."""
        ranked = self._run(self._model.detect_language, encoded)[0]
        self.language, self.probability = chosen(ranked, self._expected)
        self._expected = self.language
        return [[(f"<|{self.language}|>", self.probability)]]

    def _run(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if self._cancelled():
            raise _stopped()
        done: Future[Any] = Future()

        def work() -> None:
            try:
                done.set_result(function(*args, **options))
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                done.set_exception(error)

        threading.Thread(target=work, name="faster-whisper", daemon=True).start()
        while wait([done], _POLL).not_done:
            if self._cancelled():
                raise _stopped()
        return done.result()


def _stopped() -> Cancelled:
    return Cancelled("The recognition was stopped before it finished.")


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """What CTranslate2 and the library raise, as an error of the tools."""
    try:
        yield
    except (MemoryError, RuntimeError, ValueError, IndexError, TypeError) as error:
        if whisper_folder.out_of_memory(error):
            raise whisper_folder.too_large(name) from error
        raise Failed(f"{name} could not hear this: {str(error)[:200]}", "Try it again.") from error
