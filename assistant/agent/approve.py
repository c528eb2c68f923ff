"""Middleware: a tool that acts on the world asks first; no answer means no.

So does what would be remembered of the person without standing in their own words: a document
must not put anything there.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from assistant import events
from assistant.agent.run import Run, run_of
from assistant.agent.support import own_words, supported
from tools.errors import Failed

Approval = Callable[[events.ApprovalNeeded], Awaitable[bool]]
"""The person's answer to one call; it may take as long as they need."""

_NOT_ALLOWED = (
    "{tool} acts on the world and was not allowed.",
    "Allow it with --allow {tool}, or an approve= callback.",
)
_NOT_THEIRS = (
    "This was not kept: it stands in no words of the person, so it needs their consent.",
    "Keep it in the words they used, ask them to say it, or let them use --allow {tool}.",
)


class Approve(AgentMiddleware[Any, Run]):
    """Holds tools with effects until the turn is committed, and asks where consent is needed."""

    def __init__(self, approve: Approval | None) -> None:
        super().__init__()
        self._approve = approve

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        run = run_of(request)
        tool = run.tools.get(request.tool_call["name"])
        if tool is not None and tool.effects != "none":
            await run.ledger.committed()
        if tool is not None and tool.name not in run.settings.allow:
            if tool.effects == "world":
                await self._ask(run, request.tool_call, _NOT_ALLOWED)
            elif tool.name == "remember" and not _theirs(run, request.tool_call["args"]):
                await self._ask(run, request.tool_call, _NOT_THEIRS)
        return await handler(request)

    async def _ask(self, run: Run, call: Any, refusal: tuple[str, str]) -> None:
        asked = run.emit(
            events.ApprovalNeeded,
            call_id=call["id"] or "",
            tool=call["name"],
            arguments=copy.deepcopy(dict(call["args"])),
        )
        if self._approve is None or not await self._approve(asked):
            message, remedy = (text.format(tool=call["name"]) for text in refusal)
            raise Failed(message, remedy)


def _theirs(run: Run, arguments: Mapping[str, Any]) -> bool:
    """Whether a fact is the person's: in their words, or called for by a brain that only routes."""
    return not run.explains or supported(str(arguments.get("fact", "")), own_words(run))
