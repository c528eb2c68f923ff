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
import threading
import weakref
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from assistant.agent.ledger import Ledger
from assistant.agent.loop import LoopThread
from assistant.errors import UnavailableError, from_store
from assistant.settings import Settings
from assistant.streaming import TurnStream
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
        self._helped = False
        self._loop = LoopThread()
        self._sessions: weakref.WeakValueDictionary[str, asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )
        self._named: dict[str, tuple[Any, str]] = {}
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
        asked = Turn.of(turn, attach, speak=speak)
        return TurnStream(
            self._loop,
            lambda stream: self._conduct(stream, asked, session),
            session=session or "",
            hold=hold,
        )

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
            graph = self._graph or await asyncio.to_thread(self._ready)
            from assistant.agent.conduct import conduct
            from assistant.agent.run import Run

            ledger = Ledger(
                self._house.conversations,
                self._house.blobs,
                name,
                stream.turn_id,
                hold=self._house.held if stream.held else None,
            )
            stream.opened(ledger)
            run = Run(
                turn=turn,
                turn_id=stream.turn_id,
                session=name,
                settings=self.settings,
                ledger=ledger,
                tools=self._house.tools,
                sink=stream.put,
                read_claims=self._house.claims.read,
                model=self._model_name,
                explains=self._model_name != "builtin",
            )
            if self._helped and turn.text.strip() and not (turn.attachments or turn.speech):
                # The model will be offered few tools: which, is found while the turn begins.
                run.likely = asyncio.ensure_future(
                    asyncio.to_thread(self._house.likely, turn.text.strip(), ())
                )
            await conduct(graph, run)

    def _ready(self) -> Any:
        """The graph and its model, made at the first turn."""
        with self._making:
            if self._graph is not None:
                return self._graph
            from assistant.agent.build import build
            from assistant.brain.abilities import abilities
            from assistant.brain.absent import AbsentModel
            from assistant.brain.choose import name_of

            model = self._model or self._load()
            self._model_name = name_of(model)
            if self._model_name != "builtin":
                self._house.claims.prepare()
            self._helped = abilities(model).helped
            graph = build(
                model,
                tuple(self._house.tools.values()),
                history=self._house.recent,
                facts=self._house.known_facts,
                sense=self._house.sense,
                approve=self._approve,
                likely=self._house.likely,
                fallback=self.settings.fallback,
                load=self._load_named,
            )
            if not isinstance(model, AbsentModel):  # that one may be there at the next turn
                self._model, self._graph = model, graph
            return graph

    def _load(self) -> Any:
        """The chosen model, or one that says why it is not there, where others may stand in."""
        from assistant.brain.absent import AbsentModel
        from assistant.brain.choose import load

        try:
            return self._owned(load(self.settings, self._house))
        except UnavailableError as error:
            if not self.settings.fallback:
                raise
            return AbsentModel.of(self.settings.model, error)

    def _load_named(self, spec: str) -> tuple[Any, str]:
        """A model that may stand in for the chosen one, and its name; made once."""
        from assistant.brain.choose import load_named

        with self._making:
            if spec not in self._named:
                model, name = load_named(spec, self.settings, self._house)
                self._named[spec] = self._owned(model), name
            return self._named[spec]

    def _owned(self, model: Any) -> Any:
        """A model that was made here ends with this Assistant."""
        from assistant.brain.clients import aclose

        self._loop.at_end(partial(aclose, model))
        return model

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
