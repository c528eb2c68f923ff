"""Speech synthesis without a download: eSpeak NG by ctypes over espeakng-loader's library.

eSpeak NG is GPL-3.0-or-later and is loaded as a separate library; see
https://github.com/espeak-ng/espeak-ng/blob/master/src/include/espeak-ng/speak_lib.h for
its interface. Text is handed over as plain text, never as SSML, so that markup in it is
spoken and not obeyed.
"""

from __future__ import annotations

import ctypes
import importlib.util
import queue
import re
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.engines.scripts import runs, sentences
from tools.errors import Cancelled, Failed, Retry, Unavailable
from tools.media.audio import Audio, from_pcm16
from tools.runtime import Slot
from tools.speech.recognizer import never
from tools.speech.synthesizer import MAX_CHARACTERS as MAX_CHARACTERS
from tools.speech.synthesizer import Manner, check_length

if TYPE_CHECKING:
    from types import ModuleType

_SYNCHRONOUS, _NO_EXIT = 2, 0x8000
_UTF8, _END_PAUSE = 0x1, 0x1000
_RATE, _VOLUME, _PITCH = 1, 2, 3
_WORDS_A_MINUTE = 175
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_VOICE_NAME = re.compile(r"[A-Za-z0-9_-]+(\+[A-Za-z0-9_-]+)?")
_ONE_LIBRARY = threading.Lock()  # the library's state is one for the whole process


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice by the name that :meth:`Synthesizer.synthesize` takes, such as ``en-gb``.

    ``file`` is what the library calls it, which is the one name that always finds it.
    """

    name: str
    title: str
    file: str


class Synthesizer:
    """Text to 16-bit mono speech at :attr:`rate` samples a second; usable from any thread.

    All synthesis runs in one thread of its own, a sentence at a time; a sentence takes
    milliseconds, so calls that overlap take turns by sentences.
    """

    name = "espeak-ng"
    language = "en-us"

    def __init__(self) -> None:
        self._library, data = _load()
        with _ONE_LIBRARY:
            self.rate = int(
                self._library.espeak_Initialize(_SYNCHRONOUS, 0, str(data).encode(), _NO_EXIT)
            )
            if self.rate <= 0:
                raise Unavailable(
                    "eSpeak NG cannot read its voices.",
                    "Run: pip install --force-reinstall espeakng-loader",
                )
            self.voices = _voices(self._library)
        self._known = {voice.name: voice.file for voice in self.voices}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="espeak")

    def synthesize(
        self,
        text: str,
        *,
        voice: str = "en-us",
        rate: float = 1.0,
        pitch: float = 1.0,
        volume: float = 1.0,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[Audio]:
        """Speech in pieces of some 60 ms, the first as soon as it is there.

        A stretch in another script (Chinese in an English sentence) gets a voice for it.
        Closing the iterator stops the synthesis.

        Raises:
            Retry: there is no such voice.
            BadInput: the text is longer than :data:`MAX_CHARACTERS`.
            Cancelled: ``cancelled()`` became true.
        """
        for piece in self.pieces(
            text, voice=voice, manner=Manner(rate, pitch, volume), cancelled=cancelled
        ):
            yield from_pcm16(piece, self.rate)

    def pieces(
        self,
        text: str,
        *,
        voice: str = "",
        manner: Manner | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[bytes]:
        """:meth:`synthesize` as raw little-endian 16-bit samples."""
        voice = voice.lower() or self.language
        self._check(text, voice)
        for sentence in sentences(text):
            for language, run in runs(sentence, voice):
                known = language if language in self._known or language == voice else voice
                with closing(self._speak(run, known, manner or Manner(), cancelled)) as spoken:
                    yield from spoken

    def reads(self, voice: str) -> bool:
        """Whether there is such a voice; ``en-gb+f3`` names a variant of one."""
        name = voice.lower() or self.language
        return bool(_VOICE_NAME.fullmatch(name)) and name.split("+", 1)[0] in self._known

    def close(self) -> None:
        """End the thread; the library itself stays loaded, because ctypes cannot unload it."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _check(self, text: str, voice: str) -> None:
        check_length(text)
        if not self.reads(voice):
            raise Retry(
                f"There is no voice '{voice}'.",
                "Use a language code such as en-us, en-gb, cmn, de, fr or es.",
            )

    def _speak(
        self, text: str, voice: str, manner: Manner, cancelled: Callable[[], bool]
    ) -> Generator[bytes, None, None]:
        """One short text; a generator, so that closing it reaches the library's callback."""
        pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        stop = threading.Event()

        def deliver(samples: Any, count: int, _events: Any) -> int:
            if count > 0 and samples:
                pieces.put(ctypes.string_at(samples, 2 * count))
            return int(stop.is_set() or cancelled())

        def work() -> int:
            try:
                return self._call(text, voice, manner, _CALLBACK(deliver))
            finally:
                pieces.put(None)

        done = self._thread.submit(work)
        try:
            while (piece := pieces.get()) is not None:
                if cancelled():
                    raise Cancelled("Speaking was stopped before it finished.")
                yield piece
        finally:
            stop.set()
        if done.result() != 0:
            raise Failed("eSpeak NG could not speak this text.", "Try other words or a voice.")

    def _call(self, text: str, voice: str, manner: Manner, callback: Any) -> int:
        data = text.encode("utf-8", "ignore") + b"\0"
        with _ONE_LIBRARY:
            library = self._library
            library.espeak_SetSynthCallback(callback)
            name, plus, variant = voice.partition("+")
            file = self._known.get(name, name) + plus + variant
            if library.espeak_SetVoiceByName(file.encode()) != 0:
                return -1
            for parameter, value in _settings(manner):
                library.espeak_SetParameter(parameter, value, 0)
            flags = _UTF8 | _END_PAUSE
            return int(library.espeak_Synth(data, len(data), 0, 1, 0, flags, None, None))


ESPEAK: Slot[Synthesizer] = Slot("espeak-ng", Synthesizer)


def _settings(manner: Manner) -> tuple[tuple[int, int], ...]:
    return (
        (_RATE, round(_WORDS_A_MINUTE * min(2.5, max(0.5, manner.rate)))),
        (_PITCH, round(50 * min(1.98, max(0.0, manner.pitch)))),
        (_VOLUME, round(100 * min(2.0, max(0.0, manner.volume)))),
    )


class _VoiceRecord(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),  # a priority byte and a name, for each; then zero
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


def _load() -> tuple[Any, Path]:
    """The library with its functions' types declared, and the folder of espeak-ng-data."""
    if importlib.util.find_spec("espeakng_loader") is None:
        raise Unavailable("eSpeak NG is not installed.", "Run: pip install espeakng-loader")
    import espeakng_loader

    loader: ModuleType = espeakng_loader
    try:
        library = ctypes.CDLL(str(loader.get_library_path()))
    except OSError as error:
        raise Unavailable(
            "The eSpeak NG library does not load on this machine.",
            "Run: pip install --force-reinstall espeakng-loader",
        ) from error
    text, number, pointer = ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p
    library.espeak_Initialize.argtypes = [number, number, text, number]
    library.espeak_SetSynthCallback.argtypes = [_CALLBACK]
    library.espeak_SetVoiceByName.argtypes = [text]
    library.espeak_SetParameter.argtypes = [number, number, number]
    library.espeak_Synth.argtypes = [
        *(text, ctypes.c_size_t, ctypes.c_uint, number),
        *(ctypes.c_uint, ctypes.c_uint, pointer, pointer),
    ]
    library.espeak_ListVoices.argtypes = [pointer]
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
    return library, Path(loader.get_data_path()).parent


def _voices(library: Any) -> tuple[Voice, ...]:
    found: dict[str, tuple[int, Voice]] = {}
    listed = library.espeak_ListVoices(None)
    index = 0
    while listed[index]:
        record = listed[index].contents
        title, file = (text.decode("utf-8", "replace") for text in (record.name, record.identifier))
        for priority, name in _languages(record.languages):
            if name not in found or priority < found[name][0]:
                found[name] = (priority, Voice(name, title, file))
        index += 1
    return tuple(found[name][1] for name in sorted(found))


def _languages(address: int) -> Iterator[tuple[int, str]]:
    """Entries of a priority byte (low is preferred) and a name that ends in a zero byte."""
    while priority := ctypes.string_at(address, 1)[0]:
        name = ctypes.string_at(address + 1)
        yield priority, name.decode("utf-8", "replace").lower()
        address += len(name) + 2
