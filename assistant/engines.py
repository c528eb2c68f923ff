"""Settings become engine slots: what sees, hears, speaks, and what that may take of the memory.

``auto`` takes the better engine where its package and its weights are on this machine already,
and the embedded one otherwise. One that cannot serve hands over to the embedded one, visibly.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import UsageError
from tools import weights
from tools.runtime import Budget, Slot

if TYPE_CHECKING:
    from assistant.settings import Settings

WHISPER = "Systran/faster-whisper-"
WHISPERS = ("small", "base", "medium", "large-v3", "large-v2", "tiny")
"""In the order in which ``auto`` takes what is there: the best that a laptop runs in real time."""
WHISPER_FILES = ("model.bin", "config.json")
LLAVA = "llava-hf/"
VOICES = "voices"
"""Folder below ``home`` in which ``auto`` finds Piper's voices."""


def budget(settings: Settings) -> Budget:
    """What all engines may take together."""
    if settings.memory_mb:
        return Budget(settings.memory_mb * 1_000_000)
    import psutil

    return Budget(psutil.virtual_memory().total * 3 // 4)


def seeing(settings: Settings, limit: Budget) -> Slot[Any] | None:
    """The slot of the model that sees; None where only the embedded tools look."""
    spec = settings.vision.strip().removeprefix("hf:")
    if spec == "embedded":
        return None
    if spec == "auto":
        found = weights.cached(LLAVA) if _installed("torch", "transformers") else ()
        whole = [n for n in found if weights.complete(n, weights.CHECKPOINT)]
        if not whole:
            return None
        spec = whole[0]

    def folder() -> Path:
        return weights.find(spec, files=weights.CHECKPOINT)

    def load() -> Any:
        from tools.engines.transformers_vision import TransformersVision

        return TransformersVision(folder(), name=_short(spec), device=settings.device)

    return Slot(_short(spec), load, budget=limit, expects=lambda: _expected(folder, settings))


def language(name: str, settings: Settings, limit: Budget) -> Slot[Any]:
    """The slot of a language model in this process."""

    def folder() -> Path:
        return weights.find(name, files=weights.CHECKPOINT)

    def load() -> Any:
        from tools.engines.transformers_text import LanguageModel

        return LanguageModel(folder(), settings.device, _short(name))

    return Slot(_short(name), load, budget=limit, expects=lambda: _expected(folder, settings))


def hearing(settings: Settings, limit: Budget) -> Slot[Any]:
    """The slot of the speech recognizer."""
    from tools.engines.pocketsphinx import PocketSphinx

    embedded: Slot[Any] = Slot("PocketSphinx", PocketSphinx)
    spec = settings.recognizer.strip()
    if spec == "embedded":
        return embedded
    if spec == "auto":
        there = weights.cached(WHISPER)
        whole = {n for n in there if weights.complete(n, WHISPER_FILES)}
        name = next((n for n in WHISPERS if f"{WHISPER}{n}" in whole), "")
        if not name:
            return embedded
    else:
        name = _after("faster-whisper", spec, "recognizer", "faster-whisper:small")
    model = name if "/" in name or Path(name).expanduser().exists() else f"{WHISPER}{name}"

    def folder() -> Path:
        return weights.find(model, files=WHISPER_FILES)

    def expected() -> int:
        from tools.engines.whisper_folder import expected_bytes

        return expected_bytes(folder(), settings.device)

    def load() -> Any:
        from tools.engines.faster_whisper import FasterWhisper

        return FasterWhisper(folder(), device=settings.device)

    return Slot(
        f"faster-whisper {_short(name)}",
        load,
        budget=limit,
        expects=expected,
        fallback=embedded,
    )


def speaking(settings: Settings, limit: Budget) -> Slot[Any]:
    """The slot of the speech synthesizer."""
    from tools.engines.espeak import Synthesizer

    embedded: Slot[Any] = Slot("eSpeak NG", Synthesizer)
    spec = settings.synthesizer.strip()
    if spec == "auto":
        voices = settings.home / VOICES
        found = sorted(voices.glob("*.onnx")) if _installed("piper") and voices.is_dir() else []
        spec = f"piper:{found[0]}" if found else "embedded"
    if spec == "embedded":
        return embedded
    engine, _, name = spec.partition(":")
    if engine not in {"piper", "coqui"} or not name:
        raise _wrong("synthesizer", spec, "auto, embedded, piper:VOICE.onnx or coqui:NAME")

    def expected() -> int:
        from tools.engines import coqui_folder, piper

        return weights.size(piper.find(name)) if engine == "piper" else coqui_folder.size(name)

    def load() -> Any:
        from tools.speech.polyglot import Polyglot

        if engine == "piper":
            from tools.engines.piper import Piper

            return Polyglot(Piper(name, device=settings.device), embedded.get)
        from tools.engines.coqui import Coqui

        return Polyglot(Coqui(name, device=settings.device), embedded.get)

    shown = f"{engine} {_short(name)}"
    return Slot(shown, load, budget=limit, expects=expected, fallback=embedded)


def _expected(folder: Callable[[], Path], settings: Settings) -> int:
    from tools.engines.transformers_loading import expected_bytes

    return expected_bytes(folder(), settings.device)


def _installed(*modules: str) -> bool:
    return all(find_spec(module) is not None for module in modules)


def _after(engine: str, spec: str, setting: str, example: str) -> str:
    name, _, rest = spec.partition(":")
    if name != engine or not rest:
        raise _wrong(setting, spec, f"auto, embedded or {example}")
    return rest


def _wrong(setting: str, spec: str, allowed: str) -> UsageError:
    return UsageError(f"The setting '{setting}' cannot be '{spec}'.", f"It is {allowed}.")


def _short(name: str) -> str:
    """The last part of a path or of ``organisation/name``, for people."""
    return Path(name).name or name
