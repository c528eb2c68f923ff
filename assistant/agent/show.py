"""Middleware: a model that sees gets the pictures themselves, beside their handles.

They are read from the blobs for the call and go nowhere else: history keeps handles and hashes.
That the model was shown a picture is recorded like a look at it, because it is one.
"""

from __future__ import annotations

import asyncio
import base64
import io
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AnyMessage, HumanMessage

from assistant.agent.receipts import record
from assistant.agent.run import Run
from assistant.brain.abilities import abilities
from assistant.brain.choose import name_of
from tools.base import Item, ToolResult
from tools.media.image import open_image

MOST = 4
"""Pictures in one call, the newest first: each takes as many tokens as two pages of text."""
SIDE = 1568
"""Pixels of the longer side; the large providers shrink what is larger (Anthropic's figure)."""
TOKENS = 1600
"""About what a picture of that size takes of the window."""


class Show(AgentMiddleware[Any, Run]):
    """Puts the newest pictures of the conversation into the messages that brought them."""

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        run = request.runtime.context
        if not sees(run, request.model):
            return await handler(request)
        wanted = _newest(request.messages, run)
        for item in wanted:
            if item.handle not in run.shown:
                await _show(run, item, name_of(request.model))
        shown = {i.handle: block for i in wanted if (block := run.shown.get(i.handle))}
        messages = [_with_pictures(message, shown) for message in request.messages]
        return await handler(request.override(messages=messages))


def sees(run: Run, model: Any) -> bool:
    """Whether the model gets the pictures themselves."""
    wanted = run.settings.model_sees
    return wanted == "yes" or (wanted == "auto" and abilities(model).sees)


async def _show(run: Run, item: Item, model: str) -> None:
    async def work() -> ToolResult:
        run.shown[item.handle] = await asyncio.to_thread(_block, item)
        return ToolResult(f"{item.handle} was shown to {model}.", engine=model)

    call_id = f"show-{uuid.uuid4().hex[:8]}"
    result, receipt = await record(run, "look", call_id, {"image": item.handle}, work)
    if result is None:
        run.shown[item.handle] = {}
        run.notice(f"{item.handle} could not be shown: {receipt.error} {receipt.remedy}".strip())


def _newest(messages: Sequence[AnyMessage], run: Run) -> list[Item]:
    handles = [
        str(given["handle"])
        for message in reversed(messages)
        if isinstance(message, HumanMessage)
        for given in message.additional_kwargs.get("attachments", ())
        if given["kind"] == "image"
    ]
    return [run.items[h] for h in dict.fromkeys(handles) if h in run.items][
        : min(MOST, run.pictures)
    ]


def _block(item: Item) -> dict[str, Any]:
    """A standard content block of LangChain, which each client turns into its server's form."""
    picture, _ = open_image(item.path, name=item.name).fit(SIDE)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    data = base64.b64encode(out.getvalue()).decode("ascii")
    return {"type": "image", "base64": data, "mime_type": "image/jpeg"}


def _with_pictures(message: AnyMessage, shown: dict[str, dict[str, Any]]) -> AnyMessage:
    if not isinstance(message, HumanMessage):
        return message
    given = message.additional_kwargs.get("attachments", ())
    blocks = [block for one in given if (block := shown.get(str(one["handle"])))]
    if not blocks:
        return message
    return message.model_copy(update={"content": [{"type": "text", "text": message.text}, *blocks]})
