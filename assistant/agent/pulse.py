"""Hears the pieces of a model's answer: whether it lives, and how much it has written."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackHandler

if TYPE_CHECKING:
    from langchain_core.outputs import ChatGenerationChunk, GenerationChunk


class EndlessError(Exception):
    """Raised in the midst of an answer that is longer than a model may write."""


class Pulse(BaseCallbackHandler):
    """For one call of a model: each piece gives it ``seconds`` more, and counts towards ``most``.

    It is a callback of the call, which runs within ``limit``: that expires where no piece came in
    time. Where there were too many, :class:`EndlessError` is raised at the one that is too much:
    a client hands on at once all that it has read, so a cancellation would come far too late.
    """

    raise_error = True
    run_inline = True

    def __init__(self, seconds: float, most: int) -> None:
        self.limit = asyncio.timeout(seconds)
        self.begun = False
        """Whether anything came that is part of an answer."""
        self._text: list[str] = []
        self._seconds = seconds
        self._most = most
        self._size = 0
        self._loop = asyncio.get_running_loop()

    @property
    def text(self) -> str:
        return "".join(self._text)

    def on_llm_new_token(
        self,
        token: str | list[str | dict[str, Any]],
        *,
        chunk: GenerationChunk | ChatGenerationChunk | None = None,
        **_: Any,
    ) -> None:
        message = getattr(chunk, "message", None)
        calls = getattr(message, "tool_call_chunks", None) or ()
        text = message.text if message is not None else str(token)
        self.begun = self.begun or bool(text or calls)
        self._text.append(text)
        # A piece that brings nothing to show (a thought, an empty one) counts as one sign.
        self._size += max(1, len(text) + sum(len(call["args"] or "") for call in calls))
        if self._size > self._most:
            raise EndlessError
        # A client that is not asynchronous calls from a thread of its own.
        self._loop.call_soon_threadsafe(self._extend)

    def _extend(self) -> None:
        if not self.limit.expired():
            with contextlib.suppress(RuntimeError):  # the call has ended meanwhile
                self.limit.reschedule(self._loop.time() + self._seconds)
