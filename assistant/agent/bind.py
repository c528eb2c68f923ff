"""A tool of this house as a LangChain tool."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import StructuredTool

from assistant.agent.execute import perform
from assistant.agent.run import RUN
from tools.base import Tool, ToolResult


def bind(tool: Tool) -> StructuredTool:
    """The LangChain tool; its artifact is the :class:`ToolResult`."""

    async def invoke(**arguments: Any) -> tuple[str, ToolResult]:
        result = await perform(RUN.get(), tool, arguments)
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
