"""What the store gives back: plain values, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Role = Literal["user", "assistant", "tool", "system"]
TurnState = Literal["running", "done", "cancelled", "failed"]
FactState = Literal["current", "past"]
Origin = Literal["attachment", "tool"]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document as its reader gives it: its text and where it stands.

    ``locator`` is written as ``page=3``, ``lines=5-9``, ``t=12.0,15.5`` (seconds),
    ``xywh=10,20,300,40`` (pixels) and so on, joined by single spaces.
    """

    text: str
    locator: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the knowledge store. ``chunks`` is how many pieces it was cut into."""

    id: int
    path: Path
    name: str
    kind: str
    sha256: str
    added: float
    chunks: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document that is found and cited as one. ``id`` is 0 until it is stored."""

    text: str
    locator: str
    heading: str = ""
    id: int = 0
    document_id: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that answers a search; ``source`` is the document's name.

    ``score`` is in 0..1: 1 for the first of every index that voted. It orders the hits of
    one search and does not compare across searches.
    """

    chunk_id: int
    document_id: int
    text: str
    source: str
    path: Path
    locator: str
    score: float


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingestion did. ``failed`` holds (path, message, remedy) of each bad file."""

    added: int = 0
    unchanged: int = 0
    failed: tuple[tuple[Path, str, str], ...] = ()
    chunks: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to be kept about the person. ``past`` is what once was true."""

    id: int
    text: str
    created: float
    session: str
    turn_id: str
    state: FactState = "current"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; ``content["text"]`` is its text."""

    id: int
    session: str
    parent: int | None
    turn_id: str
    role: Role
    content: Mapping[str, Any] = field(default_factory=dict)
    created: float = 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """What ``model`` made of a conversation's messages up to the one with the id ``upto``."""

    session: str
    upto: int
    text: str
    model: str
    created: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn; times are seconds since the epoch."""

    id: str
    session: str
    state: TurnState
    started: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One conversation. ``title`` is the first words of its first message."""

    name: str
    title: str
    created: float
    updated: float
    turns: int


@dataclass(frozen=True, slots=True)
class HandleRecord:
    """What a handle such as ``image:1`` stands for, for as long as its session lives."""

    handle: str
    session: str
    kind: str
    sha256: str
    name: str
    mime: str
    origin: Origin
    path: Path
