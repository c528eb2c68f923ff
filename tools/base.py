"""What a tool is: its declaration, the call it gets, what it returns, the receipt it leaves.

A tool does one thing to one or more inputs. It never sees a path chosen by a model: where
a parameter takes a picture, a sound or a document, the caller resolves the *handle*
(``image:1``) that the model named and hands over an :class:`Item`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from tools.errors import Cancelled, Retry
from tools.runtime import Slot

Kind = Literal["image", "audio", "video", "document"]
Effects = Literal["none", "store", "world"]


@dataclass(frozen=True, slots=True)
class Item:
    """One attachment or one thing a tool made, as a tool gets it.

    ``path`` is a private copy that the caller owns; ``name`` is the person's own name for
    it and is only for display.
    """

    handle: str
    kind: Kind
    path: Path
    mime: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument. With ``kinds`` set the value is an :class:`Item` of one of these kinds.

    ``type`` is a JSON-schema type: ``string``, ``number``, ``integer``, ``boolean``. With
    ``many``, which only a parameter with ``kinds`` can be, the value is a tuple of items.
    """

    name: str
    description: str
    type: str = "string"
    required: bool = True
    kinds: tuple[Kind, ...] = ()
    enum: tuple[str, ...] = ()
    many: bool = False

    def schema(self) -> dict[str, Any]:
        if self.many:
            handles = {"type": "array", "items": {"type": "string"}}
            return {**handles, "description": self.description}
        out: dict[str, Any] = {"type": self.type, "description": self.description}
        if self.enum:
            out["enum"] = list(self.enum)
        return out


@dataclass(frozen=True, slots=True)
class Source:
    """A place a statement comes from: a name to show, a locator, the words that stand there.

    Locators are ``page=3``, ``slide=4``, ``sheet=Q3 rows=10-24``, ``lines=5-9``,
    ``t=12.0,15.5`` (seconds), ``xywh=10,20,300,40`` (pixels), ``heading=...``, joined by
    single spaces.
    """

    source: str
    locator: str
    quote: str
    handle: str = ""
    text: str = ""
    """All that stands there, where that is more than the quote."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that a tool produced, before the caller stores it and gives it a handle."""

    kind: Kind
    data: bytes
    mime: str
    name: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a run gives back.

    ``text`` is what the model reads. ``data`` is the same in a structured, JSON-able form
    (lines with boxes, words with seconds, a number with its unit) for code that composes.
    """

    text: str
    engine: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    made: tuple[Made, ...] = ()
    sources: tuple[Source, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The record of one tool run; the only proof that it took place."""

    id: str
    call_id: str
    tool: str
    engine: str
    ok: bool
    seconds: float
    error: str = ""
    remedy: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    """(handle, sha256) of every item that went in."""
    outputs: tuple[str, ...] = ()
    """Handles of what was made."""
    text_sha256: str = ""
    sources: tuple[Source, ...] = ()


class Context:
    """What a running tool may ask and tell its caller: cancelled, how long, progress, notices."""

    def __init__(
        self,
        *,
        seconds: float | None = None,
        progress: Callable[[float | None, str], None] | None = None,
        notice: Callable[[str], None] | None = None,
        session: str = "",
        turn_id: str = "",
    ) -> None:
        self.session = session
        self.turn_id = turn_id
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self._progress = progress
        self._notice = notice
        self._watchers: list[Callable[[], object]] = []
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        late = self.deadline is not None and time.monotonic() > self.deadline
        return late or self._cancelled.is_set()

    def check(self) -> None:
        """Raise :class:`Cancelled` if the run should stop; call it in every long loop."""
        if self._cancelled.is_set():
            raise Cancelled("It was stopped before it finished.")
        if self.cancelled:
            raise Cancelled(
                "It took longer than it was allowed to.",
                "Raise tool_seconds in the settings, or give it a smaller file.",
            )

    def progress(self, fraction: float | None, message: str = "") -> None:
        """Report how far the run is: ``fraction`` in 0..1, or None where it is not known."""
        for watcher in self._watchers:
            watcher()
        if self._progress is not None:
            self._progress(fraction, message)

    def notice(self, text: str) -> None:
        """Say something that the person should see, such as that a lesser engine served them."""
        if self._notice is not None:
            self._notice(text)

    def on_progress(self, watcher: Callable[[], object]) -> None:
        """Call ``watcher`` at every sign of progress, in the thread that reports it."""
        self._watchers.append(watcher)


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one run; items are already resolved from their handles."""

    arguments: Mapping[str, Any]
    id: str = ""

    def text(self, name: str, default: str | None = None) -> str:
        value = self.arguments.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if default is None:
                raise Retry(f"The argument '{name}' is missing.", f"Call again with '{name}'.")
            return default
        return str(value)

    def item(self, name: str) -> Item:
        value = self.arguments.get(name)
        if not isinstance(value, Item):
            raise Retry(f"The argument '{name}' must be a handle.", "Name one, such as image:1.")
        return value

    def optional_item(self, name: str) -> Item | None:
        value = self.arguments.get(name)
        return value if isinstance(value, Item) else None

    def items(self, name: str) -> tuple[Item, ...]:
        """The items of an argument that takes many; none where it was left out."""
        value = self.arguments.get(name)
        several = value if isinstance(value, (list, tuple)) else (value,)
        return tuple(v for v in several if isinstance(v, Item))


class Tool:
    """Base of every tool. Subclasses set the declaration and implement :meth:`run`.

    ``examples`` are requests a person would type, in English and Chinese; routing learns
    from them. ``limits`` says in one sentence what the tool cannot do. ``slot`` is where
    its engine lives: a synchronous :meth:`run` is executed in that slot's thread.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    gives: ClassVar[tuple[Kind, ...]] = ()
    effects: ClassVar[Effects] = "none"
    examples: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[str] = ""
    slot: Slot[Any] | None = None
    asynchronous: bool = False
    """Whether :meth:`run` returns an awaitable and never blocks; then no thread is used."""

    @property
    def takes(self) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(kind for p in self.parameters for kind in p.kinds))

    def engine(self) -> str:
        """The engine that would serve a call now, for ``doctor`` and ``route``."""
        return self.slot.name if self.slot is not None else "built in"

    def run(self, call: Call, context: Context) -> ToolResult | Awaitable[ToolResult]:
        """Do it.

        Raises:
            ToolError: one of its kinds, with a sentence and a remedy.
        """
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments; an item is a string that holds its handle."""
        return {
            "type": "object",
            "properties": {p.name: p.schema() for p in self.parameters},
            "required": [p.name for p in self.parameters if p.required],
        }
