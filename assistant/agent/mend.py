"""Middleware: a call that a model got wrong in form is mended, or asked for once more.

Three slips are common among small models and plain servers: the call stands in the text instead
of in its field; its arguments are not quite JSON; its arguments are nothing that can be read. The
first two are mended here, and for the last the model is asked once. A call of a wrong tool, handle
or value is another matter: the tool answers that, and the model may try again.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, HumanMessage

from assistant.agent.receipts import fenced
from assistant.agent.run import Run
from assistant.brain.abilities import abilities
from assistant.brain.written import mended, read, without_thoughts

AGAIN = (
    "Your tool call could not be read:\n{what}\nCall the tool again; its arguments are one JSON "
    'object, such as {{"name": "value"}}. Or answer without it.'
)
_SHOWN = 200


class Mend(AgentMiddleware[Any, Run]):
    """Makes of what the model sent what it meant; one more round where that cannot be told."""

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        names = frozenset(str(getattr(t, "name", "")) for t in request.tools)
        helped = abilities(request.model).helped
        response, broken = _mended(await handler(request), names, helped=helped)
        if not broken:
            return response
        said = AIMessage(broken)
        again = HumanMessage(AGAIN.format(what=fenced("your last reply", [broken[:_SHOWN]])))
        second = await handler(request.override(messages=[*request.messages, said, again]))
        response, broken = _mended(second, names, helped=helped)
        if broken:
            run = request.runtime.context
            run.notice("The model asked for a tool in a form that cannot be read, twice.")
        return response


def _mended(
    response: ModelResponse[Any], names: Collection[str], *, helped: bool
) -> tuple[ModelResponse[Any], str]:
    """The response in order, and the call in it that nobody can read; empty if there is none."""
    broken = ""
    out: list[Any] = []
    for message in response.result:
        if not isinstance(message, AIMessage):
            out.append(message)
            continue
        good, bad = _message(message, names, helped=helped)
        broken = broken or bad
        out.append(good)
    return ModelResponse(result=out, structured_response=response.structured_response), broken


def _message(message: AIMessage, names: Collection[str], *, helped: bool) -> tuple[AIMessage, str]:
    calls = [dict(call) for call in message.tool_calls]
    broken = ""
    for invalid in message.invalid_tool_calls:
        arguments = mended(str(invalid["args"] or "{}"))
        if isinstance(arguments, dict):
            calls.append(_call(str(invalid["name"] or ""), arguments, invalid["id"]))
        else:
            broken = f"{invalid['name']} {invalid['args']}".strip()
    text = without_thoughts(message.text)
    if not calls and not broken and helped and names:
        written = read(text, names)
        calls = [_call(call.name, call.arguments) for call in written.calls]
        text, broken = written.text, written.broken
    if calls:
        broken = ""  # what can be read goes on; the answer tells the model what it got
    changed = text != message.text or len(calls) != len(message.tool_calls)
    if not changed and not message.invalid_tool_calls:
        return message, broken
    mended_message = AIMessage(
        text,
        tool_calls=calls,
        id=message.id,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
    )
    return mended_message, broken


def _call(name: str, arguments: Any, call_id: str | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "args": dict(arguments),
        "id": call_id or f"call-{uuid.uuid4().hex[:12]}",
        "type": "tool_call",
    }
