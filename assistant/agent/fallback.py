"""Middleware: where the settings name further brains, the next one answers for one that failed.

It is told, what the failed one had said is withdrawn, and the reply names who gave it. Without the
setting nothing takes a model's place: a cloud model least of all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse

from assistant.agent.run import Run
from assistant.errors import AssistantError, ModelFailed, UnavailableError
from tools.errors import Failed, ToolError, Unavailable

log = logging.getLogger(__name__)

Load = Callable[[str], tuple[Any, str]]
"""The chat model of a spec, and its name; may take long and raises AssistantError."""


class Fallback(AgentMiddleware[Any, Run]):
    """Stands outside of all that depends on the model: the next one is offered its own tools.

    ``specs`` are tried in this order; each model is made once, when it is first needed.
    """

    def __init__(self, specs: Sequence[str], load: Load) -> None:
        super().__init__()
        self._specs = tuple(specs)
        self._load = load
        self._made: dict[str, tuple[Any, str]] = {}
        self._making = asyncio.Lock()

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        run = request.runtime.context
        while True:
            if run.stand_in is not None:
                request = request.override(model=run.stand_in)
            before = run.model_calls
            try:
                return await handler(request)
            except (ModelFailed, UnavailableError, Failed, Unavailable) as error:
                if not await self._next(run, error, since=before):
                    raise

    async def _next(self, run: Run, failed: AssistantError | ToolError, *, since: int) -> bool:
        """Put the next brain that can be made in the place of the failed one, visibly."""
        while run.stand_ins < len(self._specs):
            spec = self._specs[run.stand_ins]
            run.stand_ins += 1
            try:
                model, name = await self._brain(spec)
            except AssistantError as error:
                log.info("%s cannot stand in: %s", spec, error)
                run.notice(f"{spec} cannot answer instead: {error}")
                continue
            run.forget_calls(since=since)
            run.stand_in, run.model, run.explains = model, name, name != "builtin"
            run.offered = None
            run.notice(f"{_why(failed)}: {name} answers instead.")
            return True
        return False

    async def _brain(self, spec: str) -> tuple[Any, str]:
        async with self._making:
            if spec not in self._made:
                self._made[spec] = await asyncio.to_thread(self._load, spec)
            return self._made[spec]


def _why(failed: AssistantError | ToolError) -> str:
    if isinstance(failed, ModelFailed) and failed.spec:
        return f"{failed.spec} does not answer ({failed.reason})"
    return failed.message.rstrip(".")
