"""Middleware: a model's server is waited for, but not for ever.

A server that is busy is asked again, as soon as it says and no more than three times; one that
falls silent is given up after ``model_seconds``; one that never stops writing is cut off, and what
it wrote is kept. Whatever else its client raises becomes one sentence here
(:mod:`assistant.brain.errors`).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AIMessage
from langchain_core.runnables.config import (
    ensure_config,
    merge_configs,
    var_child_runnable_config,
)
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from assistant.agent.pulse import EndlessError, Pulse
from assistant.agent.run import Run
from assistant.brain.errors import Address, endless, silent, told
from assistant.errors import AssistantError, ModelFailed
from tools.errors import ToolError

CALL = "assistant_call"
"""In the metadata of what a call of the model streams: its number in the turn, from 1."""
TRIES = 3
"""How often a server that is busy is asked."""
LONGEST = 30.0
"""Seconds that a person is made to wait for a busy server; what wants more fails at once."""
TOLD = 1.0
"""Seconds from which on the person is told that something is waited for."""
SIGNS = 16
"""The most characters a token may have on average: what goes beyond ignores the limit of tokens."""
_CUT = frozenset({"length", "max_tokens"})

log = logging.getLogger(__name__)


class Patience(AgentMiddleware[Any, Run]):
    """Each call of the model, within its bounds; the innermost, so that it sees them all."""

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        run = request.runtime.context
        asking = AsyncRetrying(
            retry=retry_if_exception(_worth_waiting),
            stop=stop_after_attempt(TRIES),
            wait=_wait,
            before_sleep=lambda state: _tell(run, state),
            reraise=True,
        )
        return await asking(_call, run, request, handler)


async def _call(
    run: Run,
    request: ModelRequest[Run],
    handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
) -> ModelResponse[Any]:
    """Ask once.

    Raises:
        ModelFailed: the server failed, fell silent, or wrote without end and said nothing.
    """
    seconds = run.settings.model_seconds
    pulse = Pulse(seconds, SIGNS * run.settings.reply_tokens)
    address = Address.of(request.model)
    run.model_calls += 1
    # A model may serve several turns at once: what is this call's own goes by the context.
    own = merge_configs(
        ensure_config(), {"callbacks": [pulse], "metadata": {CALL: run.model_calls}}
    )
    token = var_child_runnable_config.set(own)
    try:
        async with pulse.limit:
            response = await handler(request)
    except EndlessError:
        return _cut(run, pulse, address)
    except TimeoutError as error:
        if pulse.limit.expired():
            raise silent(address, seconds) from error
        raise _failed(error, address, pulse) from error
    except (AssistantError, ToolError):
        raise
    except Exception as error:
        raise _failed(error, address, pulse) from error
    finally:
        var_child_runnable_config.reset(token)
    _say_if_cut(run, response)
    before = [m for m in request.messages if isinstance(m, AIMessage)]  # earlier turns, too
    run.call_ids.update(c["id"] for m in before for c in m.tool_calls if c["id"])
    result = [_identified(message, run.call_ids) for message in response.result]
    return ModelResponse(result=result, structured_response=response.structured_response)


def _failed(error: Exception, address: Address, pulse: Pulse) -> ModelFailed:
    """The person's error; where it is none of a server's, it is the model's own fault."""
    failed = told(error, address, begun=pulse.begun)
    if failed is not None:
        log.info("%s: %s", failed.spec, failed.reason)
        return failed
    log.error("%s raised an error", address.spec, exc_info=error)
    name, lines = type(error).__name__, str(error).strip().splitlines()
    return ModelFailed(
        f"{address.spec} failed: {name}: {lines[0][:300] if lines else ''}",
        "Run `assistant doctor` to see what is reachable.",
        address.spec,
        reason=name,
    )


def _identified(message: Any, used: set[str]) -> Any:
    """With ids of its own: servers leave theirs out, or give the same one to every answer."""
    if not isinstance(message, AIMessage):
        return message
    calls: dict[str, list[Any]] = {"tool_calls": [], "invalid_tool_calls": []}
    for kind, fresh in calls.items():
        for call in getattr(message, kind):
            known = call["id"]
            if not known or known in used:
                known = f"call-{uuid.uuid4().hex[:12]}"
            used.add(known)
            fresh.append({**call, "id": known})
    return message.model_copy(update={"id": f"reply-{uuid.uuid4().hex}", **calls})


def _cut(run: Run, pulse: Pulse, address: Address) -> ModelResponse[Any]:
    text = pulse.text
    if not text.strip():
        raise endless(address)
    run.notice(
        f"{address.spec} wrote without end and was stopped; "
        "reply_tokens in the settings says how much it may write."
    )
    return ModelResponse(result=[AIMessage(text, id=f"reply-{uuid.uuid4().hex}")])


def _say_if_cut(run: Run, response: ModelResponse[Any]) -> None:
    for message in response.result:
        told_of = getattr(message, "response_metadata", {})
        ends = {str(told_of.get(k)) for k in ("finish_reason", "stop_reason", "done_reason")}
        if ends & _CUT:
            run.notice(
                "The model's answer was cut off at its greatest length; "
                "reply_tokens in the settings allows more."
            )


def _worth_waiting(error: BaseException) -> bool:
    return isinstance(error, ModelFailed) and error.again is not None and error.again <= LONGEST


def _wait(state: RetryCallState) -> float:
    """What the server asks for; longer each time where it does not say."""
    error = state.outcome.exception() if state.outcome else None
    again = error.again if isinstance(error, ModelFailed) else None
    return min(LONGEST, (again or 0.0) * state.attempt_number)


def _tell(run: Run, state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    seconds = state.next_action.sleep if state.next_action else 0.0
    if isinstance(error, ModelFailed) and seconds >= TOLD:
        many = "1 second" if round(seconds) == 1 else f"{seconds:.0f} seconds"
        run.notice(f"{error.spec}: {error.reason}; asking again in {many}.")
