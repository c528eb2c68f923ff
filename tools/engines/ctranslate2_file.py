"""What a model file of CTranslate2 says of itself, read without loading its weights.

The layout is that of ``ctranslate2.specs.model_spec``: the kind of model, then name, shape, type
and bytes of each variable. A file that was not copied to its end is found in milliseconds.
"""

from __future__ import annotations

import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_NEWEST = 6
_WIDEST = 8  # dimensions, of which real variables have at most four


@dataclass(frozen=True, slots=True)
class ModelFile:
    """``kind`` is the name of the specification, such as ``WhisperSpec``."""

    kind: str
    parameters: int


def read(path: Path) -> ModelFile:
    """Read the table of ``path``.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no such file, or is damaged or cut short.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            (version,) = _unpack("<I", file)
            if not 4 <= version <= _NEWEST:
                raise ValueError("it is not in a format of CTranslate2 that is known")
            kind = _text(file)
            _, count = _unpack("<II", file)
            parameters = sum(_variable(file, size) for _ in range(count))
        except (struct.error, UnicodeDecodeError) as error:
            raise ValueError("it is cut short") from error
    return ModelFile(kind, parameters)


def _variable(file: IO[bytes], size: int) -> int:
    """Pass over one variable; how many numbers it holds."""
    _text(file)
    (rank,) = _unpack("<B", file)
    if rank > _WIDEST:
        raise ValueError("its table is damaged")
    shape = _unpack(f"<{rank}I", file)
    _, length = _unpack("<BI", file)
    if file.tell() + length > size:
        raise ValueError("it is cut short")
    file.seek(length, os.SEEK_CUR)
    return math.prod(shape)


def _text(file: IO[bytes]) -> str:
    (length,) = _unpack("<H", file)
    return file.read(length).rstrip(b"\0").decode()


def _unpack(layout: str, file: IO[bytes]) -> tuple[int, ...]:
    return struct.unpack(layout, file.read(struct.calcsize(layout)))
