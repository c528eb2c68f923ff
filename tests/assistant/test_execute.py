"""How long a tool may take: silence counts, waiting behind others in its slot does not."""

from __future__ import annotations

import asyncio
import threading
from typing import ClassVar

import pytest

from assistant.agent.execute import execute
from tools.base import Call, Context, Parameter, Tool, ToolResult
from tools.errors import Failed
from tools.runtime import Slot

SILENCE = 0.3


class Slow(Tool):
    """Works ``beats`` times for half of what it may be silent, and reports each time."""

    name = "slow"
    description = "Takes its time."
    parameters: ClassVar[tuple[Parameter, ...]] = (Parameter("beats", "How long.", "integer"),)

    def __init__(self) -> None:
        self.slot = Slot("slow", object)

    def run(self, call: Call, context: Context) -> ToolResult:
        for _ in range(int(call.arguments["beats"])):
            threading.Event().wait(SILENCE / 2)
            context.progress(None, "on it")
        return ToolResult("done")


class Hanging(Slow):
    def run(self, call: Call, context: Context) -> ToolResult:
        while not context.cancelled:
            threading.Event().wait(0.01)
        return ToolResult("too late")


def call(beats: int) -> Call:
    return Call({"beats": beats})


def test_a_call_that_waits_for_its_turn_is_not_taken_for_silent() -> None:
    tool = Slow()

    async def both() -> list[ToolResult]:
        runs = [execute(tool, call(n), Context(), seconds=SILENCE) for n in (6, 1)]
        return list(await asyncio.gather(*runs))

    assert [r.text for r in asyncio.run(both())] == ["done", "done"]


def test_one_that_is_silent_is_stopped() -> None:
    with pytest.raises(Failed, match=r"showed no progress for 0\.3 seconds"):
        asyncio.run(execute(Hanging(), call(1), Context(), seconds=SILENCE))


def test_one_that_never_gets_its_turn_says_that() -> None:
    tool = Slow()
    go = threading.Event()
    tool.slot.submit(go.wait)
    try:
        with pytest.raises(Failed, match="busy with something else"):
            asyncio.run(execute(tool, call(1), Context(), seconds=0.05))
    finally:
        go.set()
