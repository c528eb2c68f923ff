"""The folder of a Coqui model, made safe to load: where it lies, and what its config may name.

A config comes from whoever published the model. It may name classes to import, files anywhere
and even addresses on the web (coqui-tts opens them by fsspec), so it is never handed over as it
is: the library gets a copy in a folder of our own, in which every file is one of the model's
folder and the class that reads characters is coqui-tts's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import weights
from tools.errors import Unavailable

MODELS = {
    *("vits", "xtts", "glow_tts", "tacotron", "tacotron2", "align_tts", "overflow"),
    *("neuralhmm_tts", "fast_pitch", "fast_speech", "fastspeech2", "speedy_speech"),
    "forward_tts",
}
"""Kinds whose weights are all loaded with ``weights_only``. Bark's are not, and Bark and
Tortoise fetch further models by themselves."""

VOCODERS = {
    *("hifigan", "melgan", "multiband_melgan", "fullband_melgan", "parallel_wavegan", "univnet"),
    *("wavegrad", "wavernn"),
}

_FILES = (  # what a config names that is read when it speaks
    *("stats_path", "d_vector_file", "speakers_file", "speaker_file", "language_ids_file"),
    *("mel_statistics_parameter_path", "tokenizer_file", "mel_norm_file"),
)
_UNUSED = (  # for training, or for imitating a voice, which is not offered
    *("speaker_encoder_model_path", "speaker_encoder_config_path", "gpt_checkpoint"),
    *("clvp_checkpoint", "decoder_checkpoint", "dvae_checkpoint", "xtts_checkpoint"),
    *("phoneme_cache_path", "f0_cache_path", "energy_cache_path"),
)
_WEIGHTS = ("model_file.pth", "model_file.pth.tar", "model.pth", "checkpoint.pth", "best_model.pth")
_NAME = re.compile(r"[a-z_]+/[\w-]+/[\w-]+/[\w.-]+")


@dataclass(frozen=True, slots=True)
class Files:
    """What to load: the model's own folder, its weights, and the copy of its config."""

    folder: Path
    weights: Path
    config: Path
    kind: str


def find(spec: str | Path) -> tuple[Path, Path | None]:
    """The folder of a model, and that of the vocoder that its publisher chose for it, if any.

    ``spec`` is a folder, or a name such as ``tts_models/en/ljspeech/vits`` in Coqui's own cache.
    A folder may hold its vocoder as ``vocoder``.

    Raises:
        Unavailable: it is not here.
    """
    path = Path(spec).expanduser()
    if path.is_dir():
        inner = path / "vocoder"
        return path, inner if inner.is_dir() else None
    name = str(spec)
    if not _NAME.fullmatch(name):
        raise Unavailable(
            f"There is no folder of a Coqui model at {path}.",
            "Name a folder with config.json and model.pth, or a model such as "
            "tts_models/en/ljspeech/vits.",
        )
    remedy = f'Run: tts --model_name {name} --text ok --out_path "{os.devnull}"'
    entry = _listed(name)
    vocoder = entry.get("default_vocoder")
    return _cached(name, entry, remedy), (
        _cached(vocoder, _listed(vocoder), remedy) if vocoder else None
    )


def prepare(folder: Path, into: Path, kinds: set[str] = MODELS) -> Files:
    """Check the folder of a model (or of one of the ``VOCODERS``), and copy its config.

    Raises:
        Unavailable: something is missing, broken, or not safe to load.
    """
    config = _read(folder)
    kind = str(config.get("model") or config.get("generator_model") or "").lower()
    kind = kind.removesuffix("_generator")
    based = str(config.get("base_model") or kind).lower()
    if kind not in kinds or based not in kinds:
        raise Unavailable(
            f"{folder.name} is a model of the kind '{kind}', which I do not load.",
            "Use a VITS or XTTS model, such as tts_models/en/ljspeech/vits.",
        )
    into.mkdir(parents=True, exist_ok=True)
    for part in (config, config.get("model_args"), config.get("audio"), config.get("model_params")):
        if isinstance(part, dict):
            _make_local(part, folder, into)
    characters = config.get("characters")
    if isinstance(characters, dict):
        _check_class(str(characters.get("characters_class") or "TTS."), folder)
    copy = into / "config.json"
    copy.write_text(json.dumps(config), "utf-8")
    return Files(folder, _weights(folder), copy, kind)


def size(spec: str | Path) -> int:
    """Bytes of the weights, which is about what loading them takes.

    Raises:
        Unavailable: as :func:`find`.
    """
    folder, vocoder = find(spec)
    return sum(_weights(part).stat().st_size for part in (folder, vocoder) if part is not None)


def data_folder() -> Path:
    """Where coqui-tts keeps the models that it fetched (``trainer.io.get_user_data_dir``)."""
    for variable in ("TTS_HOME", "XDG_DATA_HOME"):
        if os.environ.get(variable):
            return Path(os.environ[variable]).expanduser() / "tts"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/tts"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "tts"
    return Path.home() / ".local/share/tts"


def _listed(name: str) -> dict[str, Any]:
    """What coqui-tts's list of models says of one."""
    import importlib.resources

    text = importlib.resources.files("TTS").joinpath(".models.json").read_text("utf-8")
    entry: Any = json.loads(text)
    for key in name.split("/"):
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry if isinstance(entry, dict) else {}


def _cached(name: str, entry: dict[str, Any], remedy: str) -> Path:
    folder = data_folder() / name.replace("/", "--")
    if "repo_id" in entry:
        try:
            return weights.find(str(entry["repo_id"]))
        except Unavailable as error:
            raise Unavailable(f"The model {name} is not on this machine.", remedy) from error
    if not folder.is_dir():
        raise Unavailable(f"The model {name} is not on this machine.", remedy)
    return folder


def _read(folder: Path) -> dict[str, Any]:
    """The config, with the comments that older models have in it."""
    file = folder / "config.json"
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise Unavailable(
            f"{folder} has no config.json.", "Copy it from where the model was published."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(folder, "its config.json cannot be read") from error
    plain = re.sub(
        r'("(?:[^"\\]|\\.)*")|/\*.*?\*/|//[^\n]*', lambda m: m[1] or "", text, flags=re.DOTALL
    )
    try:
        config = json.loads(plain)
    except ValueError as error:
        raise _broken(folder, "its config.json is no JSON") from error
    if not isinstance(config, dict):
        raise _broken(folder, "its config.json is no JSON object")
    return config


def _make_local(part: dict[str, Any], folder: Path, into: Path) -> None:
    """Point what is read at the files of the folder, and forget what is not needed."""
    for key in _UNUSED:
        if part.get(key):
            part[key] = ""
    if part.get("use_speaker_encoder_as_loss"):
        part["use_speaker_encoder_as_loss"] = False
    for key in _FILES:
        value = part.get(key)
        many = isinstance(value, list)
        named = value[0] if isinstance(value, list) and value else value
        if not isinstance(named, str) or not named:
            continue
        file = folder / re.split(r"[/\\]", named)[-1]
        if not file.is_file():
            raise Unavailable(
                f"{folder.name} lacks {file.name}, which its config.json names.",
                "Copy it from where the model was published.",
            )
        if file.suffix == ".npy":
            file = _checked_copy(file, into)
        part[key] = [str(file)] if many else str(file)


def _checked_copy(file: Path, into: Path) -> Path:
    """A copy of mean and deviation in an .npy, which coqui-tts reads as a pickle.

    The copy is read here first, by an unpickler that makes nothing but numpy arrays.
    """
    from tools.engines.coqui_statistics import check

    copy = into / file.name
    shutil.copyfile(file, copy)
    check(copy)
    return copy


def _check_class(name: str, folder: Path) -> None:
    if not re.fullmatch(r"TTS\.[\w.]*", name):
        raise _broken(folder, f"its config.json wants the class {name}, which is not coqui-tts's")


def _weights(folder: Path) -> Path:
    for name in _WEIGHTS:
        if (folder / name).is_file():
            return folder / name
    found = [f for f in folder.glob("*.pt*") if not f.name.startswith(("speaker", "model_se"))]
    if len(found) != 1:
        raise Unavailable(
            f"{folder} has no model.pth.", "Copy the weights from where the model was published."
        )
    return found[0]


def _broken(folder: Path, reason: str) -> Unavailable:
    return Unavailable(
        f"The Coqui model in {folder.name} cannot be loaded: {reason}.", "Download it again."
    )
