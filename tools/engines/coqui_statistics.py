"""Reads an .npy that holds a pickled dictionary of arrays, and refuses all else in it."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from tools.errors import Unavailable

_ALLOWED = {
    *(("numpy", name) for name in ("ndarray", "dtype", "float32", "float64", "int64")),
    *(
        (f"numpy.{core}.{module}", name)
        for core in ("core", "_core")
        for module, name in (
            ("multiarray", "_reconstruct"),
            ("multiarray", "scalar"),
            ("numeric", "_frombuffer"),
        )
    ),
}


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return super().find_class(module, name)


def check(file: Path) -> None:
    """Read the file to its end.

    Raises:
        Unavailable: it would make anything but numbers, texts and numpy arrays.
    """
    from numpy.lib import format as npy

    try:
        with file.open("rb") as stream:
            version = npy.read_magic(stream)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            _, _, dtype = read(stream)
            if dtype.hasobject:
                _ArraysOnly(stream).load()
    except (pickle.UnpicklingError, ValueError, EOFError, AttributeError, ImportError) as error:
        raise Unavailable(
            f"{file.name} is a pickle that I do not load: {error}.",
            "Use a model from a publisher that you trust, such as tts_models/en/ljspeech/vits.",
        ) from error
