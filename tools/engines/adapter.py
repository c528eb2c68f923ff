"""Low-rank adapters for a CTranslate2 model: many skills of one network, each a few megabytes.

LoRA (Hu et al. 2021) learns the change of each matrix as a product of two thin ones. The change
is added once, when the model is loaded, so that the adapted network runs as fast as the other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_FLOAT, _INT8 = 0, 1
"""CTranslate2's numbers of these types."""


@dataclass(frozen=True, slots=True)
class _Variable:
    """One variable of a model file; its ``data`` lie at ``start`` to ``end`` of the file."""

    name: str
    shape: tuple[int, ...]
    kind: int
    start: int
    end: int


def adapted(model: bytes, adapter: Mapping[str, np.ndarray]) -> bytes:
    """The model with what the adapter has learned.

    Args:
        model: the bytes of a ``model.bin`` with int8 weights and float32 scales.
        adapter: for a matrix ``NAME`` [out, in] the arrays ``NAME:up`` [out, rank] and
            ``NAME:down`` [rank, in], whose product is added; for any float variable ``NAME``
            its new values.

    Raises:
        ValueError: the model has no such variable, or one of another shape or type; it is
            damaged; or one of two factors is missing.
    """
    import numpy as np

    try:
        variables = {v.name: v for v in _variables(model)}
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError("the model file is damaged") from error
    out = bytearray(model)
    for name in adapter:
        base, _, part = name.partition(":")
        if base not in variables:
            raise ValueError(f"the model has no {base}")
        if part and not {f"{base}:up", f"{base}:down"} <= adapter.keys():
            raise ValueError(f"one of the two factors of {base} is missing")
        if part == "down":
            continue
        weight = variables[base]
        if part == "up":
            change = adapter[name].astype(np.float32) @ adapter[f"{base}:down"].astype(np.float32)
            _add(out, weight, variables.get(f"{base}_scale"), change)
        else:
            _put(out, weight, np.asarray(adapter[name], dtype=np.float32), _FLOAT)
    return bytes(out)


def _variables(model: bytes) -> Iterator[_Variable]:
    """The table of a model file, as CTranslate2 6 writes it."""
    at = 4

    def text() -> str:
        nonlocal at
        (size,) = struct.unpack_from("<H", model, at)
        at += 2 + size
        return model[at - size : at].rstrip(b"\0").decode()

    text()
    at += 4
    (count,) = struct.unpack_from("<I", model, at)
    at += 4
    for _ in range(count):
        name = text()
        rank = model[at]
        shape = struct.unpack_from(f"<{rank}I", model, at + 1)
        kind, size = struct.unpack_from("<BI", model, at + 1 + 4 * rank)
        at += 1 + 4 * rank + 5
        if at + size > len(model):
            raise ValueError("the model file is damaged")
        yield _Variable(name, shape, kind, at, at + size)
        at += size


def _add(out: bytearray, weight: _Variable, scale: _Variable | None, change: np.ndarray) -> None:
    """Add to an int8 matrix and round anew, a scale a row as CTranslate2 does."""
    import numpy as np

    if scale is None or weight.kind != _INT8 or weight.shape != change.shape:
        raise ValueError(f"{weight.name} is no int8 matrix of the shape {change.shape}")
    whole = np.frombuffer(out, np.int8, change.size, weight.start).reshape(change.shape)
    scales = np.frombuffer(out, np.float32, change.shape[0], scale.start)
    full = whole / scales[:, None] + change
    fresh = 127.0 / np.maximum(np.abs(full).max(axis=1), 1e-9)
    _put(out, weight, np.round(full * fresh[:, None]).astype(np.int8), _INT8)
    _put(out, scale, fresh.astype(np.float32), _FLOAT)


def _put(out: bytearray, variable: _Variable, values: np.ndarray, kind: int) -> None:
    if variable.kind != kind or variable.shape != values.shape:
        raise ValueError(f"{variable.name} has another shape or type")
    out[variable.start : variable.end] = values.tobytes()
