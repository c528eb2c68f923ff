"""A chat model that plays a script: for tests, ours and those of users of the API."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

Line = str | dict[str, Any] | list[dict[str, Any]] | BaseException | Callable[..., Any]


class ScriptedModel(BaseChatModel):
    """Says its lines in order; the last is repeated.

    A line is text, a tool call ``{"name", "args"}``, a list of them (parallel calls), an
    exception to raise, or a function of the messages that returns one of these. What it was
    asked is in ``seen``. With ``pause`` it waits so many seconds before each word, like a
    slow server.
    """

    pause: float = 0.0
    _lines: list[Line] = PrivateAttr(default_factory=list)
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @classmethod
    def of(cls, *lines: Line, pause: float = 0.0) -> ScriptedModel:
        model = cls(pause=pause)
        model._lines = list(lines)
        return model

    @property
    def seen(self) -> list[list[BaseMessage]]:
        return self._seen

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        return self

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        self._seen.append(list(messages))
        line = self._lines[min(len(self._seen), len(self._lines)) - 1]
        if callable(line):
            line = line(messages)
        if isinstance(line, BaseException):
            raise line
        if isinstance(line, str):
            return AIMessage(line)
        calls = [line] if isinstance(line, dict) else line
        return AIMessage(
            "",
            tool_calls=[
                {"id": f"call-{uuid.uuid4().hex[:8]}", "type": "tool_call", "args": {}, **call}
                for call in calls
            ],
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _chunks(self._next(messages))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(self._next(messages)):
            if self.pause:
                await asyncio.sleep(self.pause)
            yield chunk


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    import json

    if message.tool_calls:
        pieces = [
            {
                "name": c["name"],
                "args": json.dumps(c["args"]),
                "id": c["id"],
                "index": i,
                "type": "tool_call_chunk",
            }
            for i, c in enumerate(message.tool_calls)
        ]
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="", tool_call_chunks=pieces)  # type: ignore[arg-type]
        )
        return
    words = message.text.split(" ")
    for i, word in enumerate(words):
        yield ChatGenerationChunk(
            message=AIMessageChunk(content=word + (" " if i + 1 < len(words) else ""))
        )
