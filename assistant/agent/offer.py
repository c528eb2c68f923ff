"""Middleware: a model on this machine is offered few tools, described in few words.

A small model chooses badly among many tools, and every description costs it part of its window.
It gets those that the request is likely to want, those that it has used, and those that take what
is attached; what it calls beside these runs all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.tools import BaseTool

from assistant.agent.run import Run
from assistant.brain.abilities import abilities
from tools.base import Tool

MOST = 6
"""Tools that a small model is offered at once."""
FITTING = 0.3
"""What taking one of the attached kinds counts, beside the chance (0..1) that it is wanted."""
KNOWN = 0.2
"""What having run earlier in the conversation counts: a follow-up often wants it again."""

Likely = Callable[[str, Sequence[str]], Mapping[str, float]]
"""The chance that a request with attachments of these kinds wants each tool, by name."""


class Offer(AgentMiddleware[Any, Run]):
    """Shortlists tools by the encoder's routing for models that are helped; others get all."""

    def __init__(self, likely: Likely) -> None:
        super().__init__()
        self._likely = likely

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        if not request.tools or not abilities(request.model).helped:
            return await handler(request)
        run = request.runtime.context
        if run.offered is None:
            run.offered = await self._shortlist(run)
        used = {receipt.tool for receipt in run.receipts}
        offered: list[BaseTool | dict[str, Any]] = [
            short(tool, run.tools)
            for tool in request.tools
            if isinstance(tool, BaseTool) and (tool.name in run.offered or tool.name in used)
        ]
        return await handler(request.override(tools=offered))

    async def _shortlist(self, run: Run) -> frozenset[str]:
        if len(run.tools) <= MOST:
            return frozenset(run.tools)
        kinds = [item.kind for item in run.given if item.handle != run.speech]
        if run.likely is not None and not kinds:
            chances = await run.likely
        else:
            chances = await asyncio.to_thread(self._likely, run.text, kinds)
        there = {item.kind for item in run.items.values()}

        def worth(tool: Tool) -> float:
            fits = FITTING * bool(set(tool.takes) & set(kinds))
            lies = FITTING / 2 * bool(set(tool.takes) & there)
            return chances.get(tool.name, 0.0) + fits + lies + KNOWN * (tool.name in run.earlier)

        best = sorted(run.tools.values(), key=worth, reverse=True)
        return frozenset(tool.name for tool in best[:MOST])


def short(bound: BaseTool, tools: Mapping[str, Tool]) -> BaseTool:
    """The tool with its description alone: the limits are told where a call meets them."""
    tool = tools.get(bound.name)
    if tool is None:
        return bound
    return bound.model_copy(update={"description": tool.description})
