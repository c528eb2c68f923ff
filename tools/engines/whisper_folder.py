"""Loading a Whisper model in CTranslate2's format from a folder, and what can be wrong with it.

Nothing is fetched: what is missing is named, with the command that brings it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tools.engines import ctranslate2_file
from tools.errors import OutOfMemory, Unavailable, not_installed

_FILES = ("model.bin", "config.json", "tokenizer.json")
_EXAMPLE = "Systran/faster-whisper-small"
_MOST_THREADS = 8  # beyond which a window of 30 seconds gains nothing
_BYTES = {"int8": 1, "float16": 2, "bfloat16": 2, "float32": 4}


def check(folder: Path) -> ctranslate2_file.ModelFile:
    """What the model file says; nothing is loaded.

    Raises:
        Unavailable: the folder does not hold a whole Whisper model in CTranslate2's format.
    """
    if not folder.is_dir():
        raise Unavailable(f"There is no folder {folder}.", f"Run: hf download {_EXAMPLE}")
    missing = [file for file in _FILES if not (folder / file).is_file()]
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if "model.bin" in missing and any(folder.glob("*.safetensors")):
        raise Unavailable(
            f"{name_of(folder)} is in the format of transformers, not of CTranslate2.",
            f"Run: ct2-transformers-converter --model {folder} --output_dir {folder}-ct2 "
            "--copy_files tokenizer.json preprocessor_config.json",
        )
    if missing:
        raise Unavailable(f"{', '.join(missing)} is missing in {folder}.", _remedy(folder))
    try:
        found = ctranslate2_file.read(folder / "model.bin")
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"model.bin of {name_of(folder)} cannot be used: {error}.", _remedy(folder)
        ) from error
    if found.kind != "WhisperSpec":
        raise Unavailable(
            f"{name_of(folder)} is no Whisper model, but a {found.kind}.",
            f"Name one that is, such as {_EXAMPLE}.",
        )
    return found


def expected_bytes(folder: str | Path, device: str = "auto") -> int:
    """What loading the model will take, in bytes; raises as :class:`FasterWhisper`."""
    found = check(Path(folder).expanduser())
    return found.parameters * width(_compute_type("auto", _device(device)))


def load(folder: Path, device: str, compute_type: str, threads: int) -> tuple[Any, str]:
    """The library's model and the device it is on."""
    try:
        place = _device(device)
        try:
            return _load(folder, place, _compute_type(compute_type, place), threads), place
        except (Unavailable, OutOfMemory):
            if device != "auto" or place == "cpu":
                raise
        # A GPU without its libraries, or one that is full.
        return _load(folder, "cpu", _compute_type(compute_type, "cpu"), threads), "cpu"
    except ImportError as error:
        raise not_installed(error) from error


def _load(folder: Path, device: str, compute_type: str, threads: int) -> Any:
    import ctranslate2
    import numpy as np
    from faster_whisper import WhisperModel

    ctranslate2.set_random_seed(0)  # of the higher temperatures
    try:
        whisper = WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads or cores(),
            local_files_only=True,
        )
        if device != "cpu":  # libraries are looked for only now
            whisper.encode(np.zeros((whisper.model.n_mels, 3000), np.float32))
    except ImportError:
        raise
    except Exception as error:  # tokenizers raises nothing narrower
        if out_of_memory(error):
            raise too_large(name_of(folder)) from error
        reason = " ".join(str(error).split())[:160]
        raise Unavailable(
            f"{name_of(folder)} cannot be loaded: {reason}.", _remedy(folder)
        ) from error
    _check_parts(whisper, folder)
    return whisper


def _check_parts(whisper: Any, folder: Path) -> None:
    """Refuse a tokenizer or features of another model, which would fail in the first window."""
    tokens = ["<|startoftranscript|>", "<|endoftext|>", "<|notimestamps|>", "<|startofprev|>"]
    if whisper.model.is_multilingual:
        tokens += ["<|transcribe|>", "<|en|>"]
    if any(whisper.hf_tokenizer.token_to_id(token) is None for token in tokens):
        raise Unavailable(f"tokenizer.json of {name_of(folder)} is not Whisper's.", _remedy(folder))
    bands = len(whisper.feature_extractor.mel_filters)
    if bands != whisper.model.n_mels:
        raise Unavailable(
            f"{name_of(folder)} takes {whisper.model.n_mels} bands of sound, but its "
            f"preprocessor_config.json makes {bands} or is missing.",
            _remedy(folder),
        )


def _device(wanted: str) -> str:
    import ctranslate2

    there = ctranslate2.get_cuda_device_count() > 0
    if wanted == "cuda" and not there:
        raise Unavailable("There is no device cuda here.", "Set the device to auto.")
    return "cuda" if there and wanted in {"auto", "cuda"} else "cpu"


def _compute_type(wanted: str, device: str) -> str:
    import ctranslate2

    if wanted != "auto":
        return wanted
    best = ("float16", "float32") if device == "cuda" else ("int8", "float32")
    there = ctranslate2.get_supported_compute_types(device)
    return next((kind for kind in best if kind in there), "default")


def width(compute_type: str) -> int:
    return _BYTES.get(compute_type.partition("_")[0], 4)


def cores() -> int:
    """0 leaves it to ``OMP_NUM_THREADS``."""
    if os.environ.get("OMP_NUM_THREADS", "").isdigit():
        return 0
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(_MOST_THREADS, there or 1)


def languages_of(whisper: Any) -> tuple[str, ...]:
    known = whisper.hf_tokenizer.token_to_id
    return tuple(c for c in whisper.supported_languages if c == "en" or known(f"<|{c}|>"))


def name_of(folder: Path) -> str:
    """``small`` of ``faster-whisper-small``, also where that is the hub's name for a snapshot."""
    path = folder.absolute()
    hub = next((p.name for p in path.parents if p.name.startswith("models--")), "")
    return (hub.rpartition("--")[2] or path.name).removeprefix("faster-whisper-")


def _remedy(folder: Path) -> str:
    path = folder.absolute()
    hub = next((p.name for p in path.parents if p.name.startswith("models--")), "")
    name = hub.removeprefix("models--").replace("--", "/") or _EXAMPLE
    where = "" if hub else f" --local-dir {folder}"
    return f"Run: hf download {name}{where}"


def out_of_memory(error: BaseException) -> bool:
    words = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in words or "bad_alloc" in words


def too_large(name: str) -> OutOfMemory:
    return OutOfMemory(
        f"There is not enough memory for {name}.",
        f"Close other programs, or name a smaller model, such as {_EXAMPLE}.",
    )
