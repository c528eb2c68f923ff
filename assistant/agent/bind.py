"""A tool of this house as a LangChain tool."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain_core.tools import StructuredTool

from assistant.agent.execute import execute, resolve
from assistant.agent.run import CALL_ID, RUN
from tools.base import Call, Tool, ToolResult


def bind(tool: Tool) -> StructuredTool:
    """The LangChain tool; its artifact is the :class:`ToolResult`."""

    async def invoke(**arguments: Any) -> tuple[str, ToolResult]:
        run = RUN.get()
        resolved = resolve(tool, arguments, run.items)
        call_id = CALL_ID.get()
        context = run.context(call_id, tool.name, asyncio.get_running_loop())
        call = Call(resolved, call_id)
        result = await execute(tool, call, context, seconds=run.settings.tool_seconds)
        return result.text, result

    return StructuredTool(
        name=tool.name,
        description=describe(tool),
        args_schema=tool.schema(),
        coroutine=invoke,
        func=None,
        response_format="content_and_artifact",
    )


def describe(tool: Tool) -> str:
    """What a model reads about the tool: what it does, and what it cannot do."""
    return f"{tool.description} {tool.limits}".strip()
