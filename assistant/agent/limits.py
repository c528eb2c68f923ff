"""Middleware: a turn ends. So many tool calls, then the model must answer with what it has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse, ToolCallRequest
from langchain_core.messages import AIMessage, SystemMessage, ToolMessage
from langgraph.types import Command

from assistant.agent.run import Run, run_of


class Limits(AgentMiddleware[Any, Run]):
    """Counts tool calls; past the limit the model is offered no tools any more."""

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        run = request.runtime.context
        if run.tool_calls < run.settings.max_tool_calls:
            return await handler(request)
        run.notice(
            f"I stopped after {run.settings.max_tool_calls} tool calls; "
            "max_tool_calls in the settings allows more."
        )
        text = request.system_message.text if request.system_message else ""
        ending = f"{text}\n\nNo more tools: answer now with what you have, and say what is missing."
        response = await handler(request.override(tools=[], system_message=SystemMessage(ending)))
        # A server may send tool calls that nobody offered; the loop must not follow them.
        return ModelResponse(
            result=[
                AIMessage(m.text, id=m.id) if isinstance(m, AIMessage) and m.tool_calls else m
                for m in response.result
            ]
        )

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        run = run_of(request)
        run.tool_calls += 1
        if run.tool_calls > run.settings.max_tool_calls:
            return ToolMessage(
                "ERROR: the limit of tool calls is reached; answer with what you have.",
                name=request.tool_call["name"],
                tool_call_id=request.tool_call["id"],
                status="error",
            )
        return await handler(request)
