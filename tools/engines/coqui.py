"""Speech synthesis by models of Coqui TTS, through its kept fork coqui-tts.

The interface is that of ``TTS.utils.synthesizer.Synthesizer`` in coqui-tts 0.28
(https://github.com/idiap/coqui-ai-TTS). The fork is under MPL-2.0; each model has a licence of
its own (XTTS: the Coqui Public Model License, not for commerce).

**Pickles.** Coqui's weights are ``.pth`` files, which are pickles. They are loaded with
``weights_only=True``: coqui-tts asks for that from torch 2.4 on (older ones are refused here),
and while a model loads ``TORCH_FORCE_WEIGHTS_ONLY_LOAD`` holds torch to it, whoever calls. The
kinds that load other pickles are refused, see :mod:`tools.engines.coqui_folder`. Nothing is
fetched, neither by us nor by what a config names.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import pickle
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.engines.coqui_folder import VOCODERS, Files, find, prepare
from tools.engines.scripts import LONGEST, lines, sentences
from tools.errors import Failed, OutOfMemory, ToolError, Unavailable, pip_install
from tools.media.audio import pcm16
from tools.media.resample import faster, higher
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
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_PACKAGES = ("torch", "torchaudio", "torchcodec", "six")
_ONE_LOADER = threading.Lock()  # the environment is one for the whole process
_SMALLER = "Close other programs, set device to cpu, or name a smaller model."


class Coqui:
    """Text to 16-bit mono speech at :attr:`rate` samples a second; usable from any thread.

    At rate, pitch and volume 1 the samples are those of ``Synthesizer.tts`` for each line of the
    text, with its pause after every sentence, as floats of -1..1 times 32767 (the library's own
    files are made louder as a whole, which cannot be done while speaking). The rate sets the
    model's ``length_scale`` (VITS, Glow-TTS, FastPitch and their kind) or is XTTS's ``speed``;
    Tacotron, Overflow and Neural HMM have neither, and their speech is made faster by FFmpeg's
    ``atempo``. Pitch *p* is as in :class:`~tools.engines.piper.Piper`: *p* times as long, played
    *p* times as fast.

    Args:
        model: a folder with ``config.json`` and weights, or a name in Coqui's own cache, such as
            ``tts_models/en/ljspeech/vits``.
        device: ``cpu``, ``cuda``, ``mps``, or ``auto``: CUDA where there is one.

    Raises:
        Unavailable: coqui-tts, the model or a part of it is missing, broken, or not safe to load.
        OutOfMemory: the model does not fit.
    """

    def __init__(self, model: str | Path, *, device: str = "auto") -> None:
        _check_installed()
        folder, vocoder = find(model)
        self.name = f"coqui {folder.name}"
        with tempfile.TemporaryDirectory(prefix="coqui-") as made:
            files = prepare(folder, Path(made))
            sounds = prepare(vocoder, Path(made, "vocoder"), VOCODERS) if vocoder else None
            self._library: Any = _load(files, sounds, device)
        self._kind = files.kind
        self._pause = _pause()
        self._tempo = Tempo()
        self.rate = int(self._library.output_sample_rate)
        self.languages = tuple(self._library.tts_model.language_manager.language_names)
        self.language = language_code(self._first_language())
        self.speakers = _speakers(self._library.tts_model)
        self.memory_bytes = sum(p.numel() * p.element_size() for p in self._library.parameters())
        self._lock = threading.Lock()  # the manner is set on the model itself

    def reads(self, voice: str) -> bool:
        """Whether ``voice`` is a speaker or a language of this model, or ``SPEAKER:LANGUAGE``."""
        return self._chosen(voice) is not None

    def pieces(
        self,
        text: str,
        *,
        voice: str = "",
        manner: Manner | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[bytes]:
        """A piece for each sentence, as soon as it is made.

        A language means the first speaker, a speaker the first language (English, if it is one).

        Raises:
            Retry: neither a speaker nor a language is called ``voice``.
            BadInput, Cancelled, Failed, OutOfMemory: see
                :class:`~tools.speech.synthesizer.Synthesizer`.
        """
        check_length(text)
        chosen = self._chosen(voice)
        if chosen is None:
            raise no_such_voice(voice, [*self.speakers, *self.languages])
        speaker, language = chosen
        wanted = (manner or Manner()).bounded()
        for sentence in self._sentences(text, language):
            check_cancelled(cancelled)
            yield self._spoken(sentence, speaker, language, wanted)

    def close(self) -> None:
        """Drop the model; what is being spoken ends after its sentence."""
        self._library = None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Errors of speaking as those of the tools."""
        try:
            with _translated(self.name):
                yield
        except Failed as error:
            if self._kind != "xtts" or not isinstance(error.__cause__, (AttributeError, TypeError)):
                raise
            raise Failed(
                f"{self.name} cannot speak: XTTS does not go with this version of transformers.",
                f"Run: {pip_install(repr('transformers<5.24'))}, or use a VITS model.",
            ) from error

    def _loaded(self) -> Any:
        if self._library is None:
            raise Failed(f"{self.name} was unloaded while it was to speak.", "Try again.")
        return self._library

    def _first_language(self) -> str:
        return "en" if "en" in self.languages else self.languages[0]

    def _chosen(self, voice: str) -> tuple[str | None, str] | None:
        """The speaker and the language that a name means, as the model calls them."""
        first, usual = next(iter(self.speakers), None), self._first_language()
        if not voice:
            return first, usual
        speaker = next((s for s in self.speakers if s.lower() == voice.lower()), None)
        if speaker is not None:
            return speaker, usual
        named, colon, code = voice.rpartition(":")
        language = next((known for known in self.languages if same_language(code, known)), None)
        if language is None:
            return None
        if not colon:
            return first, language
        speaker = next((s for s in self.speakers if s.lower() == named.lower()), None)
        return (speaker, language) if speaker is not None else None

    def _sentences(self, text: str, language: str) -> Iterator[str]:
        """The library's own sentences, cut where one is longer than a model can take."""
        for line in lines(text):
            for sentence in self._loaded().split_into_sentences(line, language):
                if len(sentence) > LONGEST:
                    yield from sentences(sentence)
                elif self._says(sentence, language):
                    yield sentence

    def _says(self, sentence: str, language: str) -> bool:
        """Whether a model that reads letters knows any of these; without one it would fail."""
        tokenizer = getattr(self._loaded().tts_model, "tokenizer", None)
        if getattr(tokenizer, "use_phonemes", True):
            return bool(sentence.strip())
        cleaner = getattr(tokenizer, "text_cleaner", None)
        plain = cleaner(sentence, lang=language.split("-")[0]) if cleaner else sentence
        return bool(tokenizer.encode(plain))  # type: ignore[union-attr]

    def _spoken(self, text: str, speaker: str | None, language: str, manner: Manner) -> bytes:
        import numpy as np

        stretch = manner.pitch / manner.rate
        model = self._loaded().tts_model
        follows = getattr(model, "length_scale", None) is not None

        def samples_of(part: str, **more: float) -> Samples:
            said = self._loaded().tts(
                part, speaker_name=speaker, language_name=language, split_sentences=False, **more
            )
            return np.asarray(said, np.float32)

        def length(scale: float) -> int:
            probe = next(sentences(text, PROBE), text)
            with _scaled(model, scale):
                spoken = samples_of(probe if self._says(probe, language) else text)
            return len(spoken) - self._pause

        with self._lock, self._telling():
            if self._kind == "xtts":
                follows = True
                samples = samples_of(text, **({} if stretch == 1.0 else {"speed": 1 / stretch}))
            else:
                with _scaled(model, self._tempo.scale(stretch, length) if follows else 1.0):
                    samples = samples_of(text)
        speech, pause = samples[: -self._pause], samples[-self._pause :]
        if not follows:
            speech = faster(speech, self.rate, 1 / stretch)
        if manner.pitch != 1.0:
            speech = higher(speech, self.rate, manner.pitch)
        pause = pause[: round(len(pause) / manner.rate)]
        return pcm16(np.concatenate([speech, pause]) * np.float32(manner.volume))


@contextmanager
def _scaled(model: Any, scale: float) -> Iterator[None]:
    """Let a model that has a ``length_scale`` speak with it times ``scale``."""
    usual = getattr(model, "length_scale", None)
    if usual is None or scale == 1.0:
        yield
        return
    model.length_scale = usual * scale
    try:
        yield
    finally:
        model.length_scale = usual


def _check_installed() -> None:
    missing = [name for name in ("TTS", *_PACKAGES) if importlib.util.find_spec(name) is None]
    if missing:
        packages = ["coqui-tts" if name == "TTS" else name for name in missing]
        raise Unavailable(
            f"Coqui TTS is not installed, or not all that it needs: {', '.join(packages)}.",
            f"Run: {pip_install(*packages)}",
        )


def _load(files: Files, vocoder: Files | None, device: str) -> Any:
    library = import_library()
    wanted = _device(device)
    xtts = files.kind == "xtts"  # it finds its vocabulary and speakers in the folder
    with _ONE_LOADER, _weights_only(), _translated(files.folder.name, loading=True):
        made = library(
            tts_checkpoint=files.folder if xtts else files.weights,
            tts_config_path=files.config,
            vocoder_checkpoint=vocoder.weights if vocoder else None,
            vocoder_config=vocoder.config if vocoder else None,
            use_cuda=wanted == "cuda",
        )
        return made.to(wanted).eval()


def import_library() -> Any:
    """The class ``Synthesizer`` of coqui-tts.

    Raises:
        Unavailable: it does not load, or torch is too old to load weights safely.
    """
    _import_torchaudio()
    import torch

    if tuple(int(n) for n in torch.__version__.split(".")[:2]) < (2, 4):
        raise Unavailable(
            f"torch {torch.__version__} cannot load Coqui's weights safely.",
            f"Run: {pip_install('--upgrade', 'torch')}",
        )
    for noisy in ("TTS", "trainer"):  # they log the text that is spoken
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        from TTS.utils.synthesizer import Synthesizer
    except ImportError as error:
        raise Unavailable(
            f"Coqui TTS does not load: {' '.join(str(error).split())[:200]}",
            f"Run: {pip_install('--upgrade', 'coqui-tts', *_PACKAGES)}",
        ) from error
    return Synthesizer


def _pause() -> int:
    """Samples of silence that the library puts after every sentence."""
    from TTS.utils import synthesizer

    return int(getattr(synthesizer, "PAD_SILENCE_SAMPLES", 10_000))


def _import_torchaudio() -> None:
    """Import torchaudio also where its compiled part does not fit this torch.

    The one on PyPI is compiled against CUDA and fails to import on a machine without it,
    although coqui-tts uses nothing of that part to speak. torchaudio itself does without when
    its files are absent; so it does here.
    """
    try:
        importlib.import_module("torchaudio")
    except OSError:
        for name in [n for n in sys.modules if n.split(".")[0] == "torchaudio"]:
            del sys.modules[name]
        without = types.ModuleType("torchaudio._extension")
        vars(without).update(
            _IS_TORCHAUDIO_EXT_AVAILABLE=False,
            _IS_ALIGN_AVAILABLE=False,
            fail_if_no_align=lambda function: function,
        )
        sys.modules["torchaudio._extension"] = without
        importlib.import_module("torchaudio")


def _device(wanted: str) -> str:
    import torch

    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if wanted == "auto":
        return "cuda" if there["cuda"] else "cpu"
    if not there.get(wanted, False):
        raise Unavailable(f"There is no device {wanted} here.", "Set the device to auto.")
    return wanted


@contextmanager
def _weights_only() -> Iterator[None]:
    variable = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
    before = os.environ.get(variable)
    os.environ[variable] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before


def _speakers(model: Any) -> tuple[str, ...]:
    """Names in the model's order; empty where it has one voice."""
    manager = getattr(model, "speaker_manager", None)
    if manager is None:
        return ()
    names = list(getattr(manager, "embedding_names", None) or ()) or list(manager.name_to_id)
    return tuple(str(name) for name in names)


@contextmanager
def _translated(name: str, *, loading: bool = False) -> Iterator[None]:
    """What torch and coqui-tts raise, as an error of the tools."""
    try:
        yield
    except ToolError:
        raise
    except MemoryError as error:
        raise OutOfMemory(f"There is not enough memory for {name}.", _SMALLER) from error
    except pickle.UnpicklingError as error:
        raise Unavailable(
            f"The weights of {name} hold more than numbers, or are broken; I do not load them.",
            "Download the model again, or use another.",
        ) from error
    except FileNotFoundError as error:
        if "espeak" in str(error):
            raise Unavailable(
                f"{name} needs the program espeak-ng for its phonemes.",
                "Install espeak-ng, for example: sudo apt install espeak-ng",
            ) from error
        raise _failure(name, error, loading) from error
    except RuntimeError as error:
        words = str(error).lower()
        if "out of memory" in words or "allocate memory" in words or "not enough memory" in words:
            raise OutOfMemory(f"There is not enough memory for {name}.", _SMALLER) from error
        raise _failure(name, error, loading) from error
    except (
        *(AssertionError, AttributeError, EOFError, ImportError, IndexError, KeyError),
        *(OSError, TypeError, ValueError),
    ) as error:
        raise _failure(name, error, loading) from error


def _failure(name: str, error: Exception, loading: bool) -> ToolError:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    if loading:
        return Unavailable(
            f"The Coqui model {name} cannot be loaded: {reason}", "Download it again."
        )
    return Failed(f"{name} could not speak: {reason}", "Try other words or another voice.")
