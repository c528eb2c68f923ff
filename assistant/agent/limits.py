"""Middleware: a turn ends. So many tool calls, then the model must answer with what it has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, SystemMessage

from assistant.agent.run import Run


class Limits(AgentMiddleware[Any, Run]):
    """Past the limit of tool calls the model is offered no tools any more.

    The calls are counted where they are recorded; what goes beyond is refused there.
    """

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
