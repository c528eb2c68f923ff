"""A chat model in this process: a language model of transformers as a LangChain chat model."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from assistant.brain.abilities import HELPED
from assistant.brain.written import Spotter, WrittenCall, read

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tools.engines.transformers_text import Completion, LanguageModel
    from tools.runtime import Slot

_ROLES = {"system": "system", "human": "user", "ai": "assistant", "tool": "tool"}


class LocalModel(BaseChatModel):
    """Speaks through an engine in a slot, in that slot's thread; loaded at the first question.

    Tool calls are those that the model writes in the form it was trained on. Cancelling the task
    that waits stops it before its next token.
    """

    model: str = ""
    max_tokens: int = 1024
    _slot: Any = PrivateAttr()

    @classmethod
    def of(cls, name: str, slot: Slot[LanguageModel], max_tokens: int) -> LocalModel:
        made = cls(model=name, max_tokens=max_tokens, tags=[HELPED])
        made._slot = slot
        return made

    @property
    def _llm_type(self) -> str:
        return "transformers"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        """The same model, told of these tools."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools])

    def get_num_tokens(self, text: str) -> int:
        """Counted by the model's own tokenizer."""
        return int(self._slot.submit(lambda: self._slot.get().count(text)).result())

    def window(self) -> int:
        """Tokens that it reads and writes at once; 0 where its configuration is silent."""
        return int(self._slot.submit(lambda: self._slot.get().window).result())

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        **_: Any,
    ) -> ChatResult:
        done = self._start(messages, tools, lambda _: None, threading.Event()).result()
        text, calls = _understood(done, tools)
        message = AIMessage(text, tool_calls=calls, usage_metadata=_usage(done))
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        **_: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()
        stopped = threading.Event()

        def tell(text: str | None) -> None:
            with contextlib.suppress(RuntimeError):  # nobody waits any more: the loop has ended
                loop.call_soon_threadsafe(pieces.put_nowait, text)

        future = self._start(messages, tools, tell, stopped)
        future.add_done_callback(lambda _: tell(None))
        spotter = Spotter(_names(tools))
        try:
            while (piece := await pieces.get()) is not None:
                if shown := spotter.feed(piece):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=shown))
        finally:
            stopped.set()
            future.cancel()  # where it still waits for the slot's thread
        done = future.result()
        calls = _understood(done, tools)[1]
        # What was held back as a call, and is none, is still to be said.
        rest = spotter.rest() if not calls else ""
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content=rest, tool_call_chunks=_chunks(calls), usage_metadata=_usage(done)
            )
        )

    def _start(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[Mapping[str, Any]],
        tell: Callable[[str], object],
        stopped: threading.Event,
    ) -> Future[Completion]:
        given = [_as_template(m) for m in messages]

        def work() -> Completion:
            engine: LanguageModel = self._slot.get()
            return engine.generate(
                given,
                tools,
                max_new_tokens=self.max_tokens,
                on_text=tell,
                cancelled=stopped.is_set,
            )

        future: Future[Completion] = self._slot.submit(work)
        return future


def _names(tools: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(str(tool["function"]["name"]) for tool in tools)


def _as_template(message: BaseMessage) -> dict[str, Any]:
    """A message as chat templates take it."""
    out: dict[str, Any] = {"role": _ROLES[message.type], "content": message.text}
    if isinstance(message, AIMessage) and message.tool_calls:
        out["tool_calls"] = [
            {
                "type": "function",
                "id": call["id"],
                "function": {"name": call["name"], "arguments": call["args"]},
            }
            for call in message.tool_calls
        ]
    if isinstance(message, ToolMessage):
        out |= {"name": message.name or "", "tool_call_id": message.tool_call_id}
    return out


def _understood(
    done: Completion, tools: Sequence[Mapping[str, Any]]
) -> tuple[str, list[dict[str, Any]]]:
    """The text and the tool calls of what the model wrote."""
    if done.parsed is not None and (calls := _structured(done.parsed)):
        return str(done.parsed.get("content") or ""), [_call(c) for c in calls]
    written = read(done.text, _names(tools))
    return written.text, [_call(c) for c in written.calls]


def _structured(parsed: Mapping[str, Any]) -> list[WrittenCall]:
    """The calls of a message that was read by the model's template; none where one is not whole."""
    calls = []
    for entry in parsed.get("tool_calls") or ():
        function = entry.get("function") if isinstance(entry, Mapping) else None
        name = function.get("name") if isinstance(function, Mapping) else None
        arguments = (function.get("arguments") or {}) if isinstance(function, Mapping) else None
        if not isinstance(name, str) or not isinstance(arguments, Mapping):
            return []
        calls.append(WrittenCall(name, arguments))
    return calls


def _call(call: WrittenCall) -> dict[str, Any]:
    return {
        "name": call.name,
        "args": dict(call.arguments),
        "id": f"call-{uuid.uuid4().hex[:12]}",
        "type": "tool_call",
    }


def _chunks(calls: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [
        {
            "name": call["name"],
            "args": json.dumps(call["args"]),
            "id": call["id"],
            "index": index,
            "type": "tool_call_chunk",
        }
        for index, call in enumerate(calls)
    ]


def _usage(done: Completion) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=done.prompt_tokens,
        output_tokens=done.tokens,
        total_tokens=done.prompt_tokens + done.tokens,
    )
