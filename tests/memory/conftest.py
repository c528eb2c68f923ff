"""A store of its own for each test, and an encoder that needs no model."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memory.knowledge import Knowledge
from memory.records import Section
from memory.store import Store


def encode(texts: Sequence[str]) -> Any:
    """Bags of hashed words: float32 [n, 64], L2-normalized; equal words are near."""
    out = np.zeros((len(texts), 64), np.float32)
    for row, text in zip(out, texts, strict=True):
        for word in re.findall(r"\w+", text.lower()):
            row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 64] += 1
        row /= np.linalg.norm(row) or 1
    return out


def read(path: Path) -> list[Section]:
    """One section a file, by its lines; a file that begins with ``BAD`` cannot be read."""
    text = path.read_text("utf-8")
    if text.startswith("BAD"):
        raise ValueError("it is bad")
    return [Section(text, f"lines=1-{text.count(chr(10)) + 1}")]


def knowledge_of(store: Store, **options: Any) -> Knowledge:
    return Knowledge(store, **{"encode": encode, "encoder": "hashed", "read": read} | options)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as store:
        yield store


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Run Python code in another process, with ``sys.argv[1:]`` and pipes; ended afterwards."""
    running: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()
