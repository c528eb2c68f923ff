"""Speech synthesis by a Piper voice: a VITS model in ONNX, with eSpeak NG's phonemes.

A voice is a file ``NAME.onnx`` with its ``NAME.onnx.json`` beside it. The interface is that of
piper-tts 1.8 (https://github.com/OHF-Voice/piper1-gpl), which is GPL-3.0-or-later;
VITS is Kim, Kong and Son 2021 (https://arxiv.org/abs/2106.06103). Nothing is fetched.
"""

from __future__ import annotations

import importlib.util
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools import weights
from tools.engines.scripts import lines, sentences
from tools.errors import Failed, OutOfMemory, Unavailable, pip_install
from tools.media.audio import pcm16
from tools.media.resample import higher
from tools.speech.recognizer import never
from tools.speech.synthesizer import (
    Manner,
    check_cancelled,
    check_length,
    language_code,
    no_such_voice,
    same_language,
)
from tools.speech.tempo import PROBE, Tempo

if TYPE_CHECKING:
    import numpy as np

_EXAMPLE = "en_US-lessac-medium"
_INPUTS = {"input", "input_lengths", "scales"}
_EXTRAS = {"pinyin": "zh", "japanese": "ja", "thai": "th"}  # piper-tts's own, for its phonemizers


class Piper:
    """Text to 16-bit mono speech at :attr:`rate` samples a second; usable from any thread.

    At rate, pitch and volume 1 the samples are those that ``PiperVoice.synthesize`` gives for
    each line of the text. The rate sets the voice's ``length_scale``, see
    :class:`~tools.speech.tempo.Tempo`. Piper knows no pitch: for pitch *p* the speech is made
    *p* times as long and played *p* times as fast, so that its length stays and all
    frequencies, formants too, are *p* times as high. A sentence of more than 400 characters is
    cut, because the memory it takes grows with its square.

    Args:
        voice: the file ``NAME.onnx``, the same without its ending, a folder that holds one, or
            ``organisation/name`` in the hub's cache.
        device: ``cpu``, ``cuda``, or ``auto``: CUDA where this onnxruntime has it.

    Raises:
        Unavailable: piper-tts, the voice or its configuration is missing, or does not load.
        OutOfMemory: the voice does not fit.
    """

    def __init__(self, voice: str | Path, *, device: str = "auto") -> None:
        self._file = find(voice)
        self.name = f"piper {self._file.stem}"
        self.memory_bytes = self._file.stat().st_size
        settings = _settings(self._file)
        self._voice: Any = _load(self._file, _cuda(device))
        self.rate = int(self._voice.config.sample_rate)
        self.language = _language(settings, self._voice.config)
        self.speakers = _speakers(self._voice.config)
        self._kind = str(self._voice.config.phoneme_type.value)
        self._tempo = Tempo()
        self._probe()

    def reads(self, voice: str) -> bool:
        """Whether ``voice`` is a speaker of this model, or its language."""
        return not voice or same_language(voice, self.language) or self._number(voice) is not None

    def pieces(
        self,
        text: str,
        *,
        voice: str = "",
        manner: Manner | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[bytes]:
        """A piece for each sentence, as soon as it is made; a language means the first speaker.

        Raises:
            Retry: neither a speaker nor the language is called ``voice``.
            BadInput, Cancelled, Failed, OutOfMemory: see
                :class:`~tools.speech.synthesizer.Synthesizer`.
        """
        check_length(text)
        if not self.reads(voice):
            raise no_such_voice(voice, [*self.speakers, self.language])
        wanted = (manner or Manner()).bounded()
        config = self._config(voice, wanted, text)
        for part in self._parts(text):
            chunks = iter(self._loaded().synthesize(part, config))
            while True:
                check_cancelled(cancelled)
                with _translated(self.name):
                    chunk = next(chunks, None)
                if chunk is None:
                    break
                yield self._samples(chunk, wanted)

    def close(self) -> None:
        """Drop the model; what is being spoken ends after its sentence."""
        self._voice = None

    def _loaded(self) -> Any:
        if self._voice is None:
            raise Failed(f"{self.name} was unloaded while it was to speak.", "Try again.")
        return self._voice

    def _parts(self, text: str) -> Iterator[str]:
        """Whole lines where Piper cuts them into sentences itself.

        ``[[`` would begin raw phonemes, and text is to be spoken, not obeyed.
        """
        plain = text.replace("[[", "[ [")
        return lines(plain) if self._kind == "espeak" else sentences(plain)

    def _config(self, voice: str, manner: Manner, text: str) -> Any:
        from piper import SynthesisConfig

        usual = float(self._loaded().config.length_scale)
        speaker = self._number(voice)

        def length(scale: float) -> int:
            steady = SynthesisConfig(
                speaker_id=speaker, length_scale=usual * scale, noise_scale=0.0, noise_w_scale=0.0
            )
            probe = next(sentences(text, PROBE), "a")
            with _translated(self.name):
                spoken = self._loaded().synthesize(probe, steady)
                return sum(len(chunk.audio_float_array) for chunk in spoken)

        scale = self._tempo.scale(manner.pitch / manner.rate, length)
        return SynthesisConfig(
            speaker_id=speaker,
            length_scale=None if scale == 1.0 else usual * scale,
            volume=manner.volume,
        )

    def _number(self, voice: str) -> int | None:
        wanted = voice.lower()
        return next((n for name, n in self.speakers.items() if name.lower() == wanted), None)

    def _samples(self, chunk: Any, manner: Manner) -> bytes:
        if manner.pitch == 1.0:
            exact: np.ndarray[Any, Any] = chunk.audio_int16_array
            return exact.astype("<i2").tobytes()
        return pcm16(higher(chunk.audio_float_array, self.rate, manner.pitch))

    def _probe(self) -> None:
        """Find out now whether the phonemizer is there and knows the voice's language."""
        if self._kind == "pinyin" and not (self._file.parent / "g2pW" / "g2pw.onnx").is_file():
            raise Unavailable(
                f"{self.name} needs the model g2pW for its phonemes, which is not here.",
                "Choose a Chinese voice that uses eSpeak's phonemes, such as zh_CN-huayan-medium, "
                f"or put g2pw.onnx into {self._file.parent / 'g2pW'}.",
            )
        try:
            self._voice.phonemize("a")
        except ImportError as error:
            extra = _EXTRAS.get(self._kind, "")
            raise Unavailable(
                f"{self.name} needs parts of piper-tts that are not installed.",
                f"Run: {pip_install(f'piper-tts[{extra}]' if extra else 'piper-tts')}",
            ) from error
        except (RuntimeError, ValueError) as error:
            raise _broken(self._file, str(error)) from error


def find(voice: str | Path) -> Path:
    """The file ``NAME.onnx`` that ``voice`` means; see :class:`Piper`.

    Raises:
        Unavailable: there is none, or more than one.
    """
    path = Path(voice).expanduser()
    named = path.with_name(f"{path.name}.onnx") if path.name else path
    if not path.exists() and named.is_file():
        return named
    if path.is_file():
        return path
    if not path.exists():
        if path.suffix == ".onnx" or str(voice).count("/") != 1:
            raise Unavailable(f"There is no Piper voice at {path}.", _download(path))
        path = weights.find(str(voice), files=("*.onnx",))
    found = sorted(path.glob("*.onnx"))
    if not found:
        raise Unavailable(f"There is no Piper voice in {path}.", _download(path / _EXAMPLE))
    if len(found) > 1:
        names = ", ".join(file.name for file in found[:10])
        raise Unavailable(f"{path} holds several voices: {names}.", "Name the file of one.")
    return found[0]


def _download(path: Path) -> str:
    name = path.name.removesuffix(".onnx")
    name = name if name.count("-") == 2 else _EXAMPLE  # language-name-quality
    folder = path.parent
    where = "" if folder == Path() else f" --download-dir {folder}"
    return f"Run: python -m piper.download_voices {name}{where}"


def _settings(file: Path) -> dict[str, Any]:
    beside = file.with_name(f"{file.name}.json")
    try:
        settings = json.loads(beside.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Unavailable(
            f"The voice {file.name} has no {beside.name} beside it.", _download(file)
        ) from error
    except (OSError, ValueError) as error:
        raise _broken(beside, "it is no JSON") from error
    if not isinstance(settings, dict):
        raise _broken(beside, "it is no JSON object")
    return settings


def _load(file: Path, cuda: bool) -> Any:
    if importlib.util.find_spec("piper") is None:
        raise Unavailable("Piper is not installed.", f"Run: {pip_install('piper-tts')}")
    from piper import PiperVoice

    logging.getLogger("piper").setLevel(logging.ERROR)  # it warns of each unknown phoneme
    try:
        with _translated(file.stem):
            voice = PiperVoice.load(file, use_cuda=cuda, download_dir=file.parent)
    except OutOfMemory:
        raise
    except Failed as error:
        raise _broken(file, error.message) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(
            file.with_name(f"{file.name}.json"), f"{error} is missing or wrong"
        ) from error
    needed = _INPUTS | ({"sid"} if voice.config.num_speakers > 1 else set())
    if missing := needed - {entry.name for entry in voice.session.get_inputs()}:
        raise _broken(file, f"it takes no {', '.join(sorted(missing))}")
    return voice


def _cuda(device: str) -> bool:
    if device not in {"auto", "cuda"} or importlib.util.find_spec("onnxruntime") is None:
        return False
    import onnxruntime

    there = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    if device == "cuda" and not there:
        raise Unavailable(
            "This onnxruntime has no CUDA.", "Set device to auto, or install onnxruntime-gpu."
        )
    return there


def _language(settings: dict[str, Any], config: Any) -> str:
    """eSpeak's voice where that makes the phonemes, else what the configuration says."""
    language = settings.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if config.phoneme_type.value == "espeak" or not code:
        return language_code(str(config.espeak_voice))
    return language_code(str(code))


def _speakers(config: Any) -> dict[str, int]:
    """Numbers of the speakers by name; empty for a model that has but one."""
    if config.num_speakers <= 1:
        return {}
    named = {str(name): int(number) for name, number in config.speaker_id_map.items()}
    return named or {str(number): number for number in range(config.num_speakers)}


def _broken(file: Path, reason: str) -> Unavailable:
    return Unavailable(
        f"{file.name} is not a Piper voice that can be read: {' '.join(reason.split())[:200]}",
        "Download the voice again, both its files.",
    )


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """What onnxruntime raises, as an error of the tools."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    kinds = [*("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile")]
    kinds += ["NotImplemented", "RuntimeException", "NoModel", "EPFail"]
    errors = tuple(getattr(state, kind) for kind in kinds if hasattr(state, kind))
    try:
        yield
    except (MemoryError, *errors) as error:
        words = str(error).lower()
        if isinstance(error, MemoryError) or "alloc" in words or "memory" in words:
            raise OutOfMemory(
                f"There is not enough memory for {name}.",
                "Close other programs, or name a smaller voice (-low, -x_low).",
            ) from error
        raise Failed(f"{name} could not speak: {str(error)[:200]}", "Try other words.") from error
