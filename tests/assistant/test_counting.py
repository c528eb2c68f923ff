"""How the tokens of a call are counted, and what servers report corrects."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
)

from assistant.agent import counting
from assistant.agent.counting import Counter, estimated
from assistant.brain.local import LocalModel
from assistant.brain.scripted import ScriptedModel
from tools.runtime import Slot


@pytest.fixture(autouse=True)
def _uncorrected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_ratios", {})


def test_estimates_are_on_the_safe_side() -> None:
    assert estimated("") == 0
    assert estimated("four letters") == 3
    assert estimated("2024-05-17") >= 8
    assert estimated("你好吗") == 3
    assert estimated("Привет") == 3


def test_everything_in_a_call_is_counted() -> None:
    counter = Counter(ScriptedModel.of("x"))
    call = {"id": "1", "name": "much", "args": {"x": "y" * 400}}
    bare = counter.messages([AIMessage("hello")])
    assert counter.messages([AIMessage("hello", tool_calls=[call])]) > bare + 100
    picture = {"type": "image", "base64": "x" * 400_000, "mime_type": "image/jpeg"}
    shown = HumanMessage([{"type": "text", "text": "hello"}, picture])
    assert 1600 < counter.messages([shown]) < 1700
    described = {"name": "f", "description": "word " * 400, "parameters": {}}
    assert counter.tools([{"type": "function", "function": described}]) > 500


def test_what_a_server_counts_corrects_the_estimate_within_bounds() -> None:
    counter = Counter(ScriptedModel.of("x"))
    asks = [HumanMessage("word " * 400)]
    raw = counter.messages(asks)

    def after(*reports: float) -> float:
        for report in reports:
            counter.learn(None, asks, [], round(report * raw))
        return counter.messages(asks) / raw

    assert after(1.5) == pytest.approx(1.5, abs=0.01)
    assert after(1.3) == pytest.approx(1.4, abs=0.01)  # it falls by halves
    assert after(2.0) == pytest.approx(2.0, abs=0.01)  # and rises at once
    assert after(0.1) == pytest.approx(2.0, abs=0.01)  # what a cache spared is no count
    assert after(9.0) == 4.0
    assert after(*[0.3] * 9) == pytest.approx(0.5, abs=0.02)
    picture = {"type": "image", "base64": "x", "mime_type": "image/jpeg"}
    counter.learn(None, [HumanMessage([picture])], [], 6400)
    assert counter.messages(asks) / raw == pytest.approx(0.5, abs=0.02)


class Engine:
    """Stands for the weights of a language model: a word is a token."""

    window = 4096

    def count(self, text: str) -> int:
        return len(text.split())


def test_a_model_in_this_process_counts_itself_and_tells_its_window() -> None:
    slot: Any = Slot("words", Engine)
    model = LocalModel.of("words", slot, 64)
    assert Counter(model).text("one two three") == 3
    assert counting.window(model) == 4096
    slot.unload()


def test_the_smaller_of_the_windows_that_are_told_counts() -> None:
    model: Any = SimpleNamespace(profile={"max_input_tokens": 32_768}, tags=[], num_ctx=8000)
    assert counting.window(model) == 8000
    assert counting.window(ScriptedModel.of("x")) == 0
