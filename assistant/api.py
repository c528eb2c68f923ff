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
import queue
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from assistant import events
from assistant.agent.ledger import Ledger
from assistant.agent.loop import LoopThread
from assistant.errors import AssistantError, InterruptedTurn, UsageError, of_exit_code
from assistant.settings import Settings
from assistant.turn import Attachment, Reply, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent.approve import Approval
    from assistant.brain.choose import Choice
    from assistant.wiring import House
    from memory.records import SessionInfo
    from tools.base import Tool

Attach = Sequence[Attachment | str | Path | bytes]


class TurnStream:
    """The events of one turn, to iterate over (``for`` or ``async for``), once.

    Closing it, or leaving its ``with`` block, before the end cancels the turn. With
    ``hold=True`` nothing is stored and no tool with effects runs until :meth:`commit`.
    """

    def __init__(self, owner: Assistant, turn: Turn, session: str | None, *, hold: bool) -> None:
        self.turn_id = uuid.uuid4().hex
        self.reply: Reply | None = None
        self._owner = owner
        self._inbox: queue.SimpleQueue[events.AnyEvent] = queue.SimpleQueue()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._done = False
        self._ledger: Ledger | None = None
        self._commit_asked = not hold
        self._future = owner._loop.submit(self._run(turn, session, hold=hold))

    async def _run(self, turn: Turn, session: str | None, *, hold: bool) -> None:
        try:
            await self._owner._conduct(self, turn, session, hold=hold)
        finally:
            if self._ledger is not None:
                self._ledger.close()

    def _put(self, event: events.AnyEvent) -> None:
        self._inbox.put(event)
        if self._wake is not None:
            loop, wake = self._wake
            if not loop.is_closed():
                loop.call_soon_threadsafe(wake.set)

    def _took(self, event: events.AnyEvent) -> events.AnyEvent:
        if isinstance(event, events.LAST):
            self._done = True
        if isinstance(event, events.TurnEnded):
            self.reply = event.reply
        return event

    def __iter__(self) -> Iterator[events.AnyEvent]:
        try:
            while not self._done:
                yield self._took(self._inbox.get())
        finally:
            self.close()

    async def __aiter__(self) -> AsyncIterator[events.AnyEvent]:
        wake = asyncio.Event()
        self._wake = (asyncio.get_running_loop(), wake)
        try:
            while not self._done:
                wake.clear()
                while not self._done:
                    try:
                        event = self._inbox.get_nowait()
                    except queue.Empty:
                        break
                    yield self._took(event)
                if not self._done:
                    await wake.wait()
        finally:
            self.close()

    def commit(self) -> None:
        """The turn is meant: store what was held and let tools with effects run.

        Raises:
            AssistantError: the store cannot take it; the turn is then cancelled.
        """
        self._commit_asked = True

        async def store() -> None:
            if self._ledger is not None:
                self._ledger.commit()

        from memory.errors import StoreError

        try:
            self._owner._loop.submit(store()).result()
        except StoreError as error:
            from assistant.errors import from_store

            self.close()
            raise from_store(error) from error

    def close(self) -> None:
        """Cancel the turn if it is not over; what was accepted stays in the history."""
        self._future.cancel()

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


class Assistant:
    """A private assistant; everything it keeps lies in ``settings.home``.

    ``model`` is a spec such as ``ollama:qwen3`` or any LangChain chat model. ``tools``
    are more tools, made with :func:`assistant.tool`. ``approve`` is an async callback that
    answers an :class:`~assistant.events.ApprovalNeeded`; without it, tools that act on the
    world do not run. Methods may be called from any thread; turns of one session run one
    after the other, those of different sessions side by side.

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

        spec = model if isinstance(model, str) else None
        if settings is None:
            settings = Settings.load(home=None if home is None else Path(home), model=spec)
        elif spec is not None:
            import dataclasses

            settings = dataclasses.replace(settings, model=spec)
        self.settings = settings
        self._house: House = open_house(settings, tools)
        _ = self._house.tools  # two of one name, or a broken one, are said now
        self._model = None if isinstance(model, str) else model
        self._approve = approve
        self._graph: Any = None
        self._model_name = ""
        self._loop = LoopThread()
        self._sessions: dict[str, asyncio.Lock] = {}
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
        if self._closed:
            raise UsageError("This Assistant is closed.", "Make a new one.")
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
        """Keep of a spoken reply only what the person heard before they broke in."""
        self._house.conversations.truncate(turn_id, heard)

    def conversations(self, limit: int = 50) -> list[SessionInfo]:
        """The conversations that are kept, the latest first."""
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

    async def _conduct(
        self, stream: TurnStream, turn: Turn, session: str | None, *, hold: bool
    ) -> None:
        from memory.errors import StoreError

        def failed(error: AssistantError) -> None:
            stream._put(
                events.TurnFailed(
                    session=session or "",
                    turn_id=stream.turn_id,
                    seq=0,
                    message=error.message,
                    remedy=error.remedy,
                    exit_code=error.exit_code,
                )
            )

        from assistant.errors import from_store

        try:
            async with self._sessions.setdefault(session or stream.turn_id, asyncio.Lock()):
                graph = await asyncio.to_thread(self._ready)
                from assistant.agent.conduct import conduct
                from assistant.agent.run import Run

                ledger = Ledger(
                    self._house.conversations,
                    self._house.blobs,
                    session,
                    stream.turn_id,
                    hold=not stream._commit_asked if hold else False,
                )
                stream._ledger = ledger
                run = Run(
                    turn=turn,
                    turn_id=stream.turn_id,
                    session=ledger.session,
                    settings=self.settings,
                    ledger=ledger,
                    tools=self._house.tools,
                    sink=stream._put,
                )
                await conduct(graph, run, self._model_name)
        except asyncio.CancelledError:
            if not stream._done and stream._ledger is None:
                stream._put(
                    events.TurnCancelled(session=session or "", turn_id=stream.turn_id, seq=0)
                )
            raise
        except StoreError as error:
            failed(from_store(error))
        except AssistantError as error:
            failed(error)
        finally:
            if session is None:
                self._sessions.pop(stream.turn_id, None)

    def _ready(self) -> Any:
        """The graph and its model, made at the first turn."""
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
