"""The Python API: :class:`Assistant`.

from assistant import Assistant

with Assistant() as assistant:
    print(assistant.ask("what is 17% of 2,340?").text)
    reply = assistant.ask("what is the total?", attach=["receipt.jpg"], session="trip")
    for event in assistant.stream("and the date?", session="trip"):
        print(event)
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import queue
import threading
import uuid
import weakref
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from assistant import events
from assistant.agent.ledger import Ledger
from assistant.agent.loop import LoopThread
from assistant.errors import InterruptedTurn, as_told, from_store, of_exit_code
from assistant.settings import Settings
from assistant.turn import Attach, Reply, Turn
from memory.errors import StoreError
from memory.naming import new_session_name, session_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent.approve import Approval
    from assistant.brain.choose import Choice
    from assistant.wiring import House
    from memory.records import SessionInfo
    from tools.base import Tool


class TurnStream:
    """The events of one turn, to iterate over (``for`` or ``async for``), once.

    Closing it, or leaving its ``with`` block, before the end cancels the turn. With
    ``hold=True`` nothing is stored and no tool with effects runs until :meth:`commit`.
    """

    def __init__(self, owner: Assistant, turn: Turn, session: str | None, *, hold: bool) -> None:
        self.turn_id = uuid.uuid4().hex
        self.reply: Reply | None = None
        self._session = session or ""
        self._inbox: queue.SimpleQueue[events.AnyEvent] = queue.SimpleQueue()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._sent = 0
        self._over = False
        self._read = False
        self._ledger: Ledger | None = None
        self._hold = hold
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._loop = owner._loop
        self._loop.submit(self._run(owner, turn, session)).add_done_callback(self._ended)

    async def _run(self, owner: Assistant, turn: Turn, session: str | None) -> None:
        self._task = asyncio.current_task()
        if self._stopped:
            raise asyncio.CancelledError
        await owner._conduct(self, turn, session)

    def _put(self, event: events.AnyEvent) -> None:
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
            self._put(events.TurnCancelled(**place))  # type: ignore[arg-type]
            return
        told = as_told(error)
        self._put(
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
        self._hold = False
        ledger = self._ledger
        if ledger is None:
            return  # not begun yet: it will not be held at all
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


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """A store's error as the person's."""
    try:
        yield
    except StoreError as error:
        raise from_store(error) from error


class Assistant:
    """A private assistant; everything it keeps lies in ``settings.home``.

    ``model`` is a spec such as ``ollama:qwen3`` or any LangChain chat model. ``tools``
    are more tools, made with :func:`assistant.tool`. ``approve`` is an async callback that
    answers an :class:`~assistant.events.ApprovalNeeded`, in the Assistant's own event loop;
    without it, tools that act on the world do not run. Methods may be called from any
    thread; turns of one session run one after the other, of different ones side by side.

    Raises:
        AssistantError: the settings are wrong, or the folder cannot be opened.
    """

    def __init__(
        self,
        *,
        model: Any = None,
        tools: Sequence[Tool | Callable[..., Any]] = (),
        approve: Approval | None = None,
        settings: Settings | None = None,
        home: Path | str | None = None,
    ) -> None:
        from assistant.wiring import open_house

        given = {"home": None if home is None else Path(home)}
        given["model"] = model if isinstance(model, str) else None  # type: ignore[assignment]
        if settings is None:
            settings = Settings.load(**given)
        else:
            own = {k: v for k, v in given.items() if v is not None}
            settings = dataclasses.replace(settings, **own)  # type: ignore[arg-type]
        self.settings = settings
        self._house: House = open_house(settings, tools)
        _ = self._house.tools  # two of one name, or a broken one, are said now
        self._model = None if isinstance(model, str) else model
        self._approve = approve
        self._graph: Any = None
        self._model_name = ""
        self._loop = LoopThread()
        self._sessions: weakref.WeakValueDictionary[str, asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )
        self._making = threading.Lock()
        self._closed = False

    def ask(
        self,
        turn: Turn | str,
        attach: Attach = (),
        *,
        session: str | None = None,
        speak: bool = False,
    ) -> Reply:
        """One turn, waited for. Without ``session`` it is a new one, named in the reply.

        Raises:
            AssistantError: bad input, a missing engine, a model that failed; see the kinds.
        """
        return self.stream(turn, attach, session=session, speak=speak).result()

    def stream(
        self,
        turn: Turn | str,
        attach: Attach = (),
        *,
        session: str | None = None,
        speak: bool = False,
        hold: bool = False,
    ) -> TurnStream:
        """One turn as events; the last is ``TurnEnded``, ``TurnFailed`` or ``TurnCancelled``."""
        return TurnStream(self, Turn.of(turn, attach, speak=speak), session, hold=hold)

    async def aask(
        self,
        turn: Turn | str,
        attach: Attach = (),
        *,
        session: str | None = None,
        speak: bool = False,
    ) -> Reply:
        """As :meth:`ask`, for ``await``; cancelling the task cancels the turn."""
        return await self.stream(turn, attach, session=session, speak=speak).aresult()

    def astream(
        self,
        turn: Turn | str,
        attach: Attach = (),
        *,
        session: str | None = None,
        speak: bool = False,
        hold: bool = False,
    ) -> TurnStream:
        """As :meth:`stream`, for ``async for``."""
        return self.stream(turn, attach, session=session, speak=speak, hold=hold)

    def truncate(self, turn_id: str, heard: str) -> None:
        """Keep of a spoken reply only what the person heard before they broke in.

        Raises:
            AssistantError: there is no such turn.
        """
        with _told():
            self._house.conversations.truncate(turn_id, heard)

    def conversations(self, limit: int = 50) -> list[SessionInfo]:
        """The conversations that are kept, the latest first."""
        with _told():
            return self._house.conversations.sessions(limit)

    def brain(self) -> Choice:
        """Which model answers, and why; without loading it."""
        from assistant.brain.choose import Choice, choose, name_of

        if self._model is not None:
            return Choice(name_of(self._model), "it was given")
        return choose(self.settings)

    @property
    def tools(self) -> tuple[Tool, ...]:
        return tuple(self._house.tools.values())

    async def _conduct(self, stream: TurnStream, turn: Turn, session: str | None) -> None:
        """One turn in the loop. What it raises becomes the stream's last event."""
        name = session_name(session) if session else new_session_name()
        async with self._sessions.setdefault(name, asyncio.Lock()):
            graph = await asyncio.to_thread(self._ready)
            from assistant.agent.conduct import conduct
            from assistant.agent.run import Run

            ledger = Ledger(
                self._house.conversations,
                self._house.blobs,
                name,
                stream.turn_id,
                hold=self._house.held if stream._hold else None,
            )
            stream._ledger = ledger
            run = Run(
                turn=turn,
                turn_id=stream.turn_id,
                session=name,
                settings=self.settings,
                ledger=ledger,
                tools=self._house.tools,
                sink=stream._put,
                explains=self._model_name != "builtin",
            )
            await conduct(graph, run, self._model_name)

    def _ready(self) -> Any:
        """The graph and its model, made at the first turn."""
        with self._making:
            if self._graph is None:
                from assistant.agent.build import build
                from assistant.brain.choose import load, name_of

                if self._model is None:
                    self._model = load(self.settings, self._house)
                self._model_name = name_of(self._model)
                self._graph = build(
                    self._model,
                    tuple(self._house.tools.values()),
                    history=self._house.conversations.history,
                    facts=self._house.known_facts,
                    sense=self._house.sense,
                    approve=self._approve,
                    explains=self._model_name != "builtin",
                )
            return self._graph

    def close(self) -> None:
        """Cancel what runs, end engines and threads, close the store."""
        if not self._closed:
            self._closed = True
            self._loop.close()
            self._house.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Assistant:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)
