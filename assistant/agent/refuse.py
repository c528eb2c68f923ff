"""Middleware: with a brain that only extracts, a turn whose every tool was refused is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse

from assistant.agent.run import Run
from assistant.errors import from_tool
from tools.errors import BadInput, Unavailable


class Refuse(AgentMiddleware[Any, Run]):
    """Ends the turn with the tool's own sentence, remedy and exit code.

    A language model explains a failure in its own words and may find another way; the
    built-in brain would only repeat the sentence as if it were an answer.
    """

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        run = request.runtime.context
        if run.explains:
            return await handler(request)
        refused = [e for e in run.errors if isinstance(e, BadInput | Unavailable)]
        if refused and len(refused) == run.tool_calls:
            raise from_tool(refused[0])
        return await handler(request)
