"""The events of one turn, as a caller of the API reads them: in order, once, to the end."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from typing import Any

from assistant import events
from assistant.agent.ledger import Ledger
from assistant.agent.loop import LoopThread
from assistant.errors import InterruptedTurn, as_told, from_store, of_exit_code
from assistant.turn import Reply
from memory.errors import StoreError


class TurnStream:
    """The events of one turn, to iterate over (``for`` or ``async for``), once.

    Closing it, or leaving its ``with`` block, before the end cancels the turn. With
    ``hold=True`` nothing is stored and no tool with effects runs until :meth:`commit`.
    """

    def __init__(
        self,
        loop: LoopThread,
        work: Callable[[TurnStream], Coroutine[Any, Any, None]],
        *,
        session: str = "",
        hold: bool = False,
    ) -> None:
        self.turn_id = uuid.uuid4().hex
        self.reply: Reply | None = None
        self._session = session
        self._inbox: queue.SimpleQueue[events.AnyEvent] = queue.SimpleQueue()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._sent = 0
        self._over = False
        self._read = False
        self._ledger: Ledger | None = None
        self._hold = hold
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._lock = threading.Lock()
        self._loop = loop
        loop.submit(self._run(work)).add_done_callback(self._ended)

    async def _run(self, work: Callable[[TurnStream], Coroutine[Any, Any, None]]) -> None:
        self._task = asyncio.current_task()
        if self._stopped:
            raise asyncio.CancelledError
        await work(self)

    @property
    def held(self) -> bool:
        """Whether what the turn writes waits for :meth:`commit`."""
        return self._hold

    def opened(self, ledger: Ledger) -> None:
        """The turn's writes go through this; a commit that came before counts now."""
        with self._lock:
            self._ledger = ledger
            if not self._hold:
                ledger.commit()

    def put(self, event: events.AnyEvent) -> None:
        self._sent = event.seq + 1
        self._session = event.session
        self._over = self._over or isinstance(event, events.LAST)
        self._inbox.put(event)
        if self._wake is not None:
            loop, wake = self._wake
            with contextlib.suppress(RuntimeError):  # the reader's loop has ended
                loop.call_soon_threadsafe(wake.set)

    def _ended(self, future: Future[None]) -> None:
        """Whatever became of the work, the reader gets a last event."""
        if self._ledger is not None:
            self._ledger.close()
        if self._over:
            return
        place = {"session": self._session, "turn_id": self.turn_id, "seq": self._sent}
        error = None if future.cancelled() else future.exception()
        if error is None:
            self.put(events.TurnCancelled(**place))  # type: ignore[arg-type]
            return
        told = as_told(error)
        self.put(
            events.TurnFailed(
                **place,  # type: ignore[arg-type]
                message=told.message,
                remedy=told.remedy,
                exit_code=told.exit_code,
            )
        )

    def _took(self, event: events.AnyEvent) -> events.AnyEvent:
        if isinstance(event, events.LAST):
            self._read = True
        if isinstance(event, events.TurnEnded):
            self.reply = event.reply
        return event

    def __iter__(self) -> Iterator[events.AnyEvent]:
        try:
            while not self._read:
                yield self._took(self._inbox.get())
        finally:
            self.close()

    async def __aiter__(self) -> AsyncIterator[events.AnyEvent]:
        wake = asyncio.Event()
        self._wake = (asyncio.get_running_loop(), wake)
        try:
            while not self._read:
                wake.clear()
                while not self._read:
                    try:
                        event = self._inbox.get_nowait()
                    except queue.Empty:
                        break
                    yield self._took(event)
                if not self._read:
                    await wake.wait()
        finally:
            self.close()

    def commit(self) -> None:
        """The turn is meant: store what was held and let tools with effects run.

        Raises:
            AssistantError: the store cannot take it; the turn is then cancelled.
        """
        with self._lock:
            self._hold = False
            ledger = self._ledger
        if ledger is None:
            return  # not begun yet: it will not be held
        try:
            ledger.commit()
        except StoreError as error:
            self.close()
            raise from_store(error) from error

    async def acommit(self) -> None:
        """As :meth:`commit`, without blocking the caller's loop."""
        await asyncio.to_thread(self.commit)

    def close(self) -> None:
        """Cancel the turn if it is not over; what was accepted stays in the history."""
        self._stopped = True
        # The task is cancelled, not the future: that one is done only when the task is.
        if self._task is not None:
            self._loop.call(self._task.cancel)

    def result(self) -> Reply:
        """Wait for the end and return the reply.

        Raises:
            AssistantError: the turn failed or was cancelled.
        """
        for event in self:
            self.check(event)
        return self._reply()

    async def aresult(self) -> Reply:
        """As :meth:`result`, for ``await``."""
        async for event in self:
            self.check(event)
        return self._reply()

    @staticmethod
    def check(event: events.AnyEvent) -> None:
        """Raise if this event says that the turn failed or was cancelled."""
        if isinstance(event, events.TurnFailed):
            raise of_exit_code(event.message, event.remedy, event.exit_code)
        if isinstance(event, events.TurnCancelled):
            raise InterruptedTurn("The turn was cancelled.", "Ask again.")

    def _reply(self) -> Reply:
        if self.reply is None:
            raise InterruptedTurn("The turn ended without a reply.", "Ask again.")
        return self.reply

    def __enter__(self) -> TurnStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> TurnStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
