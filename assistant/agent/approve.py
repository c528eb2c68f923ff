"""Middleware: a tool that acts on the world asks first; no answer means no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from assistant import events
from assistant.agent.run import Run, run_of
from tools.errors import Failed

Approval = Callable[[events.ApprovalNeeded], Awaitable[bool]]
"""The person's answer to one call; it may take as long as they need."""


class Approve(AgentMiddleware[Any, Run]):
    """Holds tools with effects until the turn is committed, and ``world`` ones until allowed."""

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
        if tool is not None and tool.effects == "world" and tool.name not in run.settings.allow:
            await self._ask(run, request.tool_call)
        return await handler(request)

    async def _ask(self, run: Run, call: Any) -> None:
        asked = run.emit(
            events.ApprovalNeeded,
            call_id=call["id"] or "",
            tool=call["name"],
            arguments=dict(call["args"]),
        )
        if self._approve is None or not await self._approve(asked):
            raise Failed(
                f"{call['name']} acts on the world and was not allowed.",
                f"Allow it with --allow {call['name']}, or an approve= callback.",
            )
