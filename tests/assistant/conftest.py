"""What the assistant's tests share: an Assistant in its own home, played by a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Settings
from assistant.brain.scripted import Line, ScriptedModel


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def scripted(home: Path) -> Iterator[Callable[..., Assistant]]:
    """``scripted(line, …, tools=[…])`` is an Assistant whose model says these lines."""
    opened: list[Assistant] = []

    def make(*lines: Line, pause: float = 0.0, **options: Any) -> Assistant:
        settings = options.pop("settings", Settings(home=home, sense_feelings=False))
        model = ScriptedModel.of(*lines, pause=pause)
        assistant = Assistant(model=model, settings=settings, **options)
        assistant.script = model  # type: ignore[attr-defined]
        opened.append(assistant)
        return assistant

    yield make
    for assistant in opened:
        assistant.close()


@pytest.fixture
def builtin(home: Path) -> Iterator[Assistant]:
    """An Assistant with the built-in brain."""
    with Assistant(settings=Settings(home=home, model="builtin")) as assistant:
        yield assistant
