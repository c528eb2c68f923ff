"""How many tokens a call of a model takes: counted by the model itself, else estimated.

An estimate is corrected by what servers report of the calls that they answered. Nothing here
loads a foreign tokenizer: those are fetched from the network, and are another model's anyway.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, AnyMessage, SystemMessage
from langchain_core.utils.function_calling import convert_to_openai_tool

from assistant.agent.show import TOKENS
from assistant.brain.abilities import abilities
from assistant.brain.choose import name_of
from assistant.brain.local import LocalModel

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

    from assistant.agent.run import Run
    from assistant.settings import Settings

FRAME = 4
"""Tokens around each message: its role, its beginning, its end."""
SLACK = 64
"""Tokens that a template may add, and the words in which a broken call is asked for again."""
LEAST, MOST = 0.5, 4.0
"""Bounds of the correction; what lies far outside is no count of the whole call."""
_WIDE = re.compile(r"[^\u0000-\u2e7f]")
_HALF = re.compile(r"[\u0250-\u2e7f]")
_FIGURES = re.compile(r"[0-9]")

_ratios: dict[str, float] = {}
"""What servers counted over what was estimated, by the model's name, for this process."""


def estimated(text: str) -> int:
    """A rough count, on the safe side.

    Four Latin letters a token, two of another alphabet, one sign of any other script; figures
    one by one, as several tokenizers cut them.
    """
    wide, half = len(_WIDE.findall(text)), len(_HALF.findall(text))
    figures = len(_FIGURES.findall(text))
    return wide + figures + math.ceil(half / 2 + (len(text) - wide - half - figures) / 4)


class Counter:
    """Counts for one model; where the model counts itself, only in a thread that may wait."""

    def __init__(self, model: BaseChatModel) -> None:
        self.name = name_of(model)
        # No other class is asked: what most clients inherit downloads a tokenizer, or asks
        # their server for each count.
        self._text = model.get_num_tokens if isinstance(model, LocalModel) else estimated

    def text(self, text: str) -> int:
        """Tokens of a text as it stands in a message."""
        return self.corrected(self._text(text))

    def messages(self, messages: Sequence[AnyMessage]) -> int:
        """Tokens of these messages with their tool calls, and of the pictures in them."""
        return self.corrected(self.raw(messages)) + TOKENS * sum(_pictures(m) for m in messages)

    def raw(self, messages: Sequence[AnyMessage]) -> int:
        """Tokens of their words before any correction; what may be kept for later."""
        return sum(self._raw(m) for m in messages)

    def tools(self, tools: Sequence[Any]) -> int:
        """Tokens of the tools' descriptions, as a server gets them."""
        return self.corrected(self._raw_tools(tools))

    def learn(
        self,
        system: SystemMessage | None,
        messages: Sequence[AnyMessage],
        tools: Sequence[Any],
        reported: int,
    ) -> None:
        """Correct later counts by what a server says it read in this call.

        Rises at once and falls by halves: too high costs a little room, too low the call. Calls
        with pictures teach nothing, since every server counts those in its own way.
        """
        whole = [*([system] if system else ()), *messages]
        raw = self.raw(whole) + self._raw_tools(tools)
        if reported <= 0 or not raw or any(_pictures(m) for m in whole):
            return
        seen = reported / raw
        if seen < LEAST / 2:
            return  # likely only the part that the server had not in its cache
        before = _ratios.get(self.name, seen)
        _ratios[self.name] = min(max(seen, (before + seen) / 2, LEAST), MOST)

    def corrected(self, raw: int) -> int:
        """A raw count as what the server would likely make of it."""
        return math.ceil(raw * _ratios.get(self.name, 1.0))

    def _raw(self, message: AnyMessage) -> int:
        words = self._text(message.text) + FRAME
        if isinstance(message, AIMessage) and message.tool_calls:
            words += self._text(json.dumps(message.tool_calls, ensure_ascii=False))
        return words

    def _raw_tools(self, tools: Sequence[Any]) -> int:
        if not tools:
            return 0
        described = [convert_to_openai_tool(tool) for tool in tools]
        return self._text(json.dumps(described, ensure_ascii=False))


def window(model: BaseChatModel) -> int:
    """Tokens that the model reads and writes at once; 0 where nobody says.

    A model in this process tells it once it is loaded, so this may take long. Ollama's client
    asks for a window that may be smaller than the model's; what goes over it is cut in silence.
    """
    told = (abilities(model).window, int(getattr(model, "num_ctx", None) or 0))
    own = model.window() if isinstance(model, LocalModel) else 0
    return min((size for size in (*told, own) if size > 0), default=0)


def reserve(size: int, settings: Settings) -> int:
    """Tokens of a window of this size that are left to the reply."""
    return min(settings.reply_tokens, size // 2) + SLACK


def _pictures(message: AnyMessage) -> int:
    if isinstance(message.content, str):
        return 0
    return sum(isinstance(b, dict) and b.get("type") in _PICTURES for b in message.content)


_PICTURES = frozenset({"image", "image_url"})


class Count(AgentMiddleware[Any, "Run"]):
    """Innermost, where a call is as it leaves: learns from what the server counted."""

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        response = await handler(request)
        for message in response.result:
            usage = message.usage_metadata if isinstance(message, AIMessage) else None
            if usage:
                await asyncio.to_thread(
                    Counter(request.model).learn,
                    request.system_message,
                    request.messages,
                    request.tools,
                    usage["input_tokens"],
                )
        return response
