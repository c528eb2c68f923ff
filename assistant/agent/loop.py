"""The event loop that an Assistant owns, in a thread; sync and async callers share it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from assistant.errors import UsageError

T = TypeVar("T")
log = logging.getLogger(__name__)

THREADS = 64
"""For what blocks: turns that wait for a busy engine must not keep others from beginning."""


class LoopThread:
    """Started on first use; :meth:`close` cancels what still runs and ends the thread."""

    def __init__(self, name: str = "assistant") -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._at_end: list[Callable[[], Awaitable[None]]] = []

    def at_end(self, function: Callable[[], Awaitable[None]]) -> None:
        """Await ``function`` in the loop when it ends, after all that ran there was cancelled."""
        self._at_end.append(function)

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run ``work`` in the loop; the future may be waited for in any other thread.

        Raises:
            UsageError: the loop was closed.
        """
        try:
            return asyncio.run_coroutine_threadsafe(work, self._running())
        except UsageError:
            work.close()
            raise

    def call(self, function: Callable[[], object]) -> None:
        """Call ``function`` in the loop soon; nothing where the loop has ended."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(function)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                raise UsageError("This Assistant is closed.", "Make a new one.")
            if self._loop is None:
                ready = threading.Event()
                loop = asyncio.new_event_loop()
                loop.set_default_executor(ThreadPoolExecutor(THREADS, f"{self._name}-worker"))
                loop.call_soon(ready.set)
                self._thread = threading.Thread(
                    target=self._serve, args=(loop,), name=self._name, daemon=True
                )
                self._thread.start()
                ready.wait()
                self._loop = loop
            return self._loop

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            for function in self._at_end:
                loop.run_until_complete(_awaited(function))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
            thread = self._thread
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout=10)


async def _awaited(function: Callable[[], Awaitable[None]]) -> None:
    try:
        await function()
    except Exception:  # the loop is at its end, and the next function is to be called, too
        log.exception("something could not be closed")
