"""Middleware: hears the person's speech, senses how they feel, and words their message."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware
from langgraph.runtime import Runtime

from assistant import events
from assistant.agent.execute import perform
from assistant.agent.recall import human
from assistant.agent.receipts import record
from assistant.agent.run import Run
from assistant.agent.style import SURE
from assistant.errors import InputError, from_tool
from tools.base import Item
from tools.errors import ToolError

if TYPE_CHECKING:
    from tools.emotion.feeling import Feeling

log = logging.getLogger(__name__)

Sense = Callable[[str], "Feeling | None"]
UNSURE = 0.5
"""Below this confidence the person is told to check what was heard."""


class Perceive(AgentMiddleware[Any, Run]):
    """What the person said, however they said it, becomes one message for the model."""

    def __init__(self, sense: Sense | None) -> None:
        super().__init__()
        self._sense = sense

    async def abefore_agent(self, state: Any, runtime: Runtime[Run]) -> dict[str, Any]:
        if state.get("messages"):
            return {}  # the model is asked to mend its reply: the person said nothing new
        run = runtime.context
        spoken = [item for item in run.given if item.handle == run.speech]
        if spoken and run.heard is None:
            await self._hear(run, spoken[0])
        if run.heard is not None:
            run.text = " ".join(part for part in (run.text, run.heard) if part)
        if self._sense is not None and run.settings.sense_feelings and run.text:
            await self._feel(run, self._sense)
        sure = run.feeling is not None and run.feeling.confidence >= SURE
        content = {
            "feeling": run.feeling.label if run.feeling and sure else "",
            "attachments": [_shown(i) for i in run.given if i.handle != run.speech],
            "handles": [_shown(i) for i in run.items.values() if i.handle != run.speech],
        }
        return {"messages": [human(run.text, content)]}

    async def _feel(self, run: Run, sense: Sense) -> None:
        try:
            run.feeling = await asyncio.to_thread(sense, run.text[:2000])
        except ToolError as error:
            run.notice(f"I cannot sense feelings now: {error}")  # no reason not to answer
        if run.feeling is not None:
            run.emit(events.FeelingSensed, feeling=run.feeling)

    async def _hear(self, run: Run, item: Item) -> None:
        tool = run.tools["transcribe"]
        call_id = f"hear-{uuid.uuid4().hex[:8]}"

        arguments = {"audio": item.handle}
        result, _ = await record(
            run, tool.name, call_id, arguments, lambda: perform(run, tool, arguments)
        )
        if result is None:
            raise from_tool(run.errors[-1])
        run.heard = str(result.data.get("text", "")).strip()
        run.emit(events.Transcript, text=run.heard, confidence=result.confidence)
        if not run.heard and not run.text:
            raise InputError(result.text, "Record it again closer to the microphone, or type it.")
        if result.confidence is not None and result.confidence < UNSURE:
            run.notice("I am not sure I heard that right; type it if the answer misses.")


def _shown(item: Item) -> dict[str, str]:
    return {"handle": item.handle, "kind": item.kind, "name": item.name, "mime": item.mime}
