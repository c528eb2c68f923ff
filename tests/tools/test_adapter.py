"""The low-rank adapter that is put into a model file in memory."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tools.engines.adapter import _variables, adapted
from tools.engines.ctranslate2_encoder import FOLDER, SentenceModel

MATRIX = "encoder/layer_2/ffn/linear_0/weight"
TEXTS = ["The tenant pays a deposit.", "It rained all night.", "押金是多少"]


@pytest.fixture(scope="module")
def binary() -> bytes:
    return (FOLDER / "model.bin").read_bytes()


@pytest.fixture(scope="module")
def model() -> SentenceModel:
    return SentenceModel()


def vectors(model: SentenceModel) -> np.ndarray:
    return model.forward(model.tokenize(TEXTS))


def arrays(model: bytes) -> dict[str, np.ndarray]:
    """The variables of a model file by name."""
    types = {0: np.float32, 1: np.int8}
    return {
        v.name: np.frombuffer(model[v.start : v.end], types[v.kind]).reshape(v.shape)
        for v in _variables(model)
        if v.kind in types
    }


def full(model: bytes, name: str) -> np.ndarray:
    """A matrix as floats, from its int8 numbers and the scale of each row."""
    found = arrays(model)
    return np.asarray(found[name] / found[f"{name}_scale"][:, None])


def factors(shape: tuple[int, ...], rank: int = 3, size: float = 0.05) -> tuple[Any, Any]:
    chance = np.random.default_rng(4)
    return size * chance.normal(size=(shape[0], rank)), chance.normal(size=(rank, shape[1]))


def file_of(variables: Mapping[str, np.ndarray]) -> bytes:
    """A model file by the format's own description, to check the reading of its table."""

    def text(said: str) -> bytes:
        raw = said.encode() + b"\0"
        return struct.pack("<H", len(raw)) + raw

    out = struct.pack("<I", 6) + text("Spec") + struct.pack("<II", 1, len(variables))
    for name, value in variables.items():
        kind = {np.dtype(np.float32): 0, np.dtype(np.int8): 1}[value.dtype]
        out += text(name) + struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape)
        out += struct.pack("<BI", kind, value.nbytes) + value.tobytes()
    return out + struct.pack("<I", 0)


SMALL = file_of(
    {
        "a/weight": np.array([[127, -64, 0], [10, 127, 5]], dtype=np.int8),
        "a/weight_scale": np.array([127.0, 254.0], dtype=np.float32),
        "a/bias": np.array([0.5, -0.5], dtype=np.float32),
    }
)


def test_a_small_file_is_changed_as_the_dense_sum_says() -> None:
    up, down = np.array([[1.0], [2.0]]), np.array([[0.5, 0.0, -1.0]])
    made = adapted(SMALL, {"a/weight:down": down, "a/weight:up": up, "a/bias": np.array([3, 4])})
    wanted = np.array([[1.5, -64 / 127, -1.0], [10 / 254 + 1, 0.5, 5 / 254 - 2]])
    assert np.abs(full(made, "a/weight") - wanted).max() < 2 / 254
    assert arrays(made)["a/weight"].max(axis=1).tolist() == [127, 67]
    assert arrays(made)["a/weight"].min(axis=1).tolist() == [-85, -127]  # all 8 bits are used
    assert arrays(made)["a/bias"].tolist() == [3, 4]
    assert len(made) == len(SMALL)


def test_no_change_gives_the_same_vectors(binary: bytes, model: SentenceModel) -> None:
    zero = {}
    for name, value in arrays(binary).items():
        if value.dtype == np.int8 and value.ndim == 2:
            zero[f"{name}:up"] = np.zeros((value.shape[0], 1), dtype=np.float16)
            zero[f"{name}:down"] = np.ones((1, value.shape[1]), dtype=np.float16)
        elif name.endswith(("bias", "gamma", "beta")):
            zero[name] = value
    assert len(zero) > 60
    assert np.array_equal(vectors(SentenceModel(adapter=zero)), vectors(model))


def test_a_change_of_the_shipped_model_is_the_dense_one(
    binary: bytes, model: SentenceModel
) -> None:
    before = arrays(binary)
    up, down = factors(before[MATRIX].shape)
    adapter = {f"{MATRIX}:up": up, f"{MATRIX}:down": down}
    made = adapted(binary, adapter)
    wanted = full(binary, MATRIX) + up @ down
    step = np.abs(wanted).max(axis=1, keepdims=True) / 127  # of the rounding to 8 bits
    assert np.all(np.abs(full(made, MATRIX) - wanted) <= 0.51 * step)
    after = arrays(made)
    changed = {name for name, value in before.items() if not np.array_equal(value, after[name])}
    assert changed == {MATRIX, f"{MATRIX}_scale"}
    # and the network computes with it
    moved = np.sum(vectors(SentenceModel(adapter=adapter)) * vectors(model), axis=1)
    assert np.all(moved < 0.999)


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        ({"b/weight:up": np.ones((2, 1)), "b/weight:down": np.ones((1, 3))}, "no b/weight"),
        ({"b/bias": np.ones(2)}, "no b/bias"),
        ({"a/weight:up": np.ones((3, 1)), "a/weight:down": np.ones((1, 3))}, "a/weight is no"),
        ({"a/bias:up": np.ones((2, 1)), "a/bias:down": np.ones((1, 1))}, "a/bias is no"),
        ({"a/bias": np.ones(3)}, "a/bias has another shape"),
        ({"a/weight": np.ones((2, 3))}, "a/weight has another"),
        ({"a/weight:up": np.ones((2, 1))}, "factors of a/weight is missing"),
        ({"a/weight:down": np.ones((1, 3))}, "factors of a/weight is missing"),
    ],
)
def test_an_adapter_of_another_model_is_refused(adapter: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        adapted(SMALL, adapter)


@pytest.mark.parametrize("length", [0, 3, 20, 40, len(SMALL) - 8])
def test_a_damaged_model_file_is_refused(length: int) -> None:
    """Also one cut within the very variable that would be overwritten, which would mend it."""
    with pytest.raises(ValueError, match="damaged"):
        adapted(SMALL[:length], {"a/bias": np.ones(2)})
