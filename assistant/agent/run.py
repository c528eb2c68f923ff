"""The state of one turn while it runs; the middlewares and the event stream share it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from assistant import events
from assistant.agent.ledger import Ledger
from assistant.turn import Artifact, Turn
from tools.base import Context, Item, Made, Receipt, Source, Tool

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

    from assistant.agent.claim_judge import Read
    from assistant.agent.recall import Memory
    from assistant.settings import Settings
    from memory.records import Role
    from tools.emotion.feeling import Feeling
    from tools.errors import ToolError

Ev = TypeVar("Ev", bound=events.Event)


@dataclass(slots=True)
class Draft:
    """The reply as it grows, and the tool calls and answers that history will keep."""

    text: str = ""
    cited: list[int] = field(default_factory=list)
    """Indices into the turn's sources, in the order in which the text cites them."""
    stored: list[tuple[Role, Mapping[str, Any]]] = field(default_factory=list)

    def number(self, mark: int) -> str:
        """How the source ``[s<mark>]`` is cited: numbered from 1 in the order of first use."""
        if mark - 1 not in self.cited:
            self.cited.append(mark - 1)
        return f"[{self.cited.index(mark - 1) + 1}]"


def _nothing() -> None:
    pass


@dataclass(slots=True)
class Run:
    """One turn: what came in, what was found on the way, and where events go.

    ``items`` are all handles of the session; ``given`` those that came with this turn.
    ``sources`` are numbered as the model sees them (``[s1]`` is the first).
    """

    turn: Turn
    turn_id: str
    session: str
    settings: Settings
    ledger: Ledger
    tools: Mapping[str, Tool]
    sink: Callable[[events.AnyEvent], None]
    read_claims: Read | None = None
    """The trained reader of claims, where there is one."""
    explains: bool = True
    """Whether the model words its replies itself; the built-in brain only quotes."""
    model: str = ""
    """The name of the model that answers; another one's, once that had to stand in."""
    stand_in: BaseChatModel | None = None
    stand_ins: int = 0
    """How many of the models that may stand in were tried in this turn."""
    model_calls: int = 0
    forgotten: set[int] = field(default_factory=set)
    """Calls whose text counts no longer, by their number from 1."""
    call_ids: set[str] = field(default_factory=set)
    """The ids of the tool calls so far; each belongs to one call."""
    items: dict[str, Item] = field(default_factory=dict)
    given: tuple[Item, ...] = ()
    text: str = ""
    speech: str = ""
    """The handle of the person's own voice among ``given``, if they spoke."""
    heard: str | None = None
    feeling: Feeling | None = None
    earlier: frozenset[str] = frozenset()
    """Tools that ran in this session before: what lies in the conversation is proven too."""
    receipts: list[Receipt] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    """The texts that tools returned in this turn."""
    errors: list[ToolError] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    """Sentences that were left out because nothing proves them."""
    draft: Draft = field(default_factory=Draft)
    memory: Memory | None = None
    """What the turn looks back on; read once."""
    past: tuple[Any, ...] | None = None
    """Instructions and history as the model gets them in the last call."""
    pictures: int = 4
    """How many pictures there is room for."""
    afterwards: Callable[[], None] = _nothing
    """Called in the event loop when the turn has ended well."""
    likely: Awaitable[Mapping[str, float]] | None = None
    """The chances of the tools for a message of words alone, begun with the turn."""
    offered: frozenset[str] | None = None
    """The tools that a small model is offered in this turn."""
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The pictures that the model itself sees in this turn, by handle, as it gets them."""
    tool_calls: int = 0
    over: bool = False
    started: float = field(default_factory=time.perf_counter)
    _seq: itertools.count[int] = field(default_factory=itertools.count)

    def evidence(self) -> tuple[str, ...]:
        """All that the reply may take its numbers from: what was asked, found, said before."""
        system, past = self.past if self.past is not None else (None, ())
        before = [m.text for m in (*([system] if system else ()), *past)]
        places = [source.locator for source in self.sources]
        return (self.text, *self.returned, *before, *places)

    def emit(self, kind: type[Ev], **fields: Any) -> Ev:
        """Send one event to the door; nothing follows the last. Only from the loop's thread."""
        event = kind(session=self.session, turn_id=self.turn_id, seq=next(self._seq), **fields)
        if not self.over:
            self.over = isinstance(event, events.LAST)
            self.sink(event)  # type: ignore[arg-type]
        return event

    def unsay(self) -> None:
        """Take back what was shown of the reply so far."""
        if self.draft.text:
            self.draft.text, self.draft.cited = "", []
            self.emit(events.TextReset)

    def forget_calls(self, *, since: int) -> None:
        """The calls of the model after this one failed: what they said is taken back."""
        self.forgotten.update(range(since + 1, self.model_calls + 1))
        self.unsay()

    def notice(self, text: str) -> None:
        """Something the person should see; said once, however often it comes up."""
        if text not in self.notices:
            self.notices.append(text)
            self.emit(events.Notice, text=text)

    def context(self, call_id: str, tool: str, loop: Any) -> Context:
        """The tool's side of this turn; its progress may come from any thread."""

        def progress(fraction: float | None, message: str) -> None:
            # A tool may outlive its turn, and the loop.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(show, fraction, message)

        def show(fraction: float | None, message: str) -> None:
            self.emit(
                events.ToolProgress,
                call_id=call_id,
                tool=tool,
                fraction=fraction,
                message=message,
            )

        def notice(text: str) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self.notice, text)

        return Context(progress=progress, notice=notice, session=self.session, turn_id=self.turn_id)

    async def keep(self, made: Made) -> Item:
        """Store what a tool made, give it a handle, and show it."""
        item = await asyncio.to_thread(
            self.ledger.attach,
            made.kind,
            made.data,
            name=made.name,
            mime=made.mime,
            by_tool=True,
        )
        self.items[item.handle] = item
        artifact = Artifact(item.handle, item.kind, item.path, item.mime, item.sha256)
        self.artifacts.append(artifact)
        self.emit(events.ArtifactMade, artifact=artifact)
        return item

    def cite(self, source: Source) -> str:
        """The number under which the model may cite this source: ``s1``, ``s2``, ..."""
        if source not in self.sources:
            self.sources.append(source)
        return f"s{self.sources.index(source) + 1}"


RUN: ContextVar[Run] = ContextVar("run")
"""The run of the current task; bound tools find theirs here."""
CALL_ID: ContextVar[str] = ContextVar("call_id", default="")
"""The tool call that the current task serves."""


def run_of(request: Any) -> Run:
    """The run that a middleware's tool request belongs to."""
    run = request.runtime.context
    if not isinstance(run, Run):
        raise TypeError("the graph was called without context=run")
    return run
