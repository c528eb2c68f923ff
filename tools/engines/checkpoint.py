"""What the folder of a transformers model holds, checked before anything heavy is loaded.

Only safetensors are read (https://huggingface.co/docs/safetensors): their header tells the size
of every tensor, so that a damaged or half-copied file is found in milliseconds, and weights kept
as pickles, which could run code, are refused.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.errors import Unavailable

_LONGEST_HEADER = 100_000_000
"""Bytes; the format's own limit."""
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model on disk: ``name`` for people, its configuration, how many numbers it has."""

    folder: Path
    name: str
    config: Mapping[str, Any]
    parameters: int

    @property
    def remedy(self) -> str:
        """What to do where something of it is missing or damaged."""
        return _remedy(self.folder)


def read(folder: Path, name: str = "") -> Checkpoint:
    """Read the configuration and the headers of the weights.

    Raises:
        Unavailable: there is no such folder, it holds no model, its weights are missing,
            damaged, or in a format that is not read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise Unavailable(f"There is no folder {folder}.", "Check the model's path.")
    name = name or _hub_name(folder) or folder.resolve().name
    config = settings(folder / "config.json", name)
    parameters = sum(_parameters(file, name) for file in _files(folder, name))
    return Checkpoint(folder, name, config, parameters)


def _hub_name(folder: Path) -> str:
    """``organisation/name`` where the folder is a snapshot in the hub's cache."""
    for parent in folder.absolute().parents:
        if parent.name.startswith("models--"):
            return parent.name.removeprefix("models--").replace("--", "/")
    return ""


def _remedy(folder: Path) -> str:
    hub = _hub_name(folder)
    return f"Run: hf download {hub}" if hub else f"Copy the whole model into {folder} again."


def settings(path: Path, name: str) -> Mapping[str, Any]:
    """One of the model's JSON files.

    Raises:
        Unavailable: it is missing or damaged.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Unavailable(
            f"{name} is not a model of transformers: it has no {path.name}.",
            "Name the folder that holds config.json and the weights.",
        ) from error
    except (OSError, ValueError) as error:
        raise _damaged(path, name) from error
    if not isinstance(found, dict):
        raise _damaged(path, name)
    return found


def _files(folder: Path, name: str) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        shards = settings(index, name).get("weight_map", {})
        files = [folder / str(shard) for shard in sorted(set(shards.values()))]
    else:
        files = [folder / "model.safetensors"]
    missing = [file.name for file in files if not file.is_file()]
    if not missing and files:
        return files
    if any(next(folder.glob(pattern), None) for pattern in _PICKLES):
        raise Unavailable(
            f"The weights of {name} are pickles, which could run code; only safetensors are read.",
            "Name a copy of the model with model.safetensors.",
        )
    raise Unavailable(
        f"The weights of {name} are missing: {', '.join(missing[:3]) or 'model.safetensors'}.",
        _remedy(folder),
    )


def _parameters(path: Path, name: str) -> int:
    """How many numbers a safetensors file holds."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _LONGEST_HEADER:
                raise _damaged(path, name)
            header = json.loads(file.read(length))
        tensors = [entry for key, entry in header.items() if key != "__metadata__"]
        end = max((int(entry["data_offsets"][1]) for entry in tensors), default=0)
        total = sum(int(math.prod(entry["shape"])) for entry in tensors)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, struct.error) as error:
        raise _damaged(path, name) from error
    if path.stat().st_size != 8 + length + end:
        raise _damaged(path, name)
    return total


def _damaged(path: Path, name: str) -> Unavailable:
    return Unavailable(
        f"{path.name} of {name} is damaged or was not copied to its end.", _remedy(path.parent)
    )
