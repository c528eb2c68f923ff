"""What happens during a turn. Every door consumes these and nothing else.

A turn is ``TurnStarted``, any number of the others, and then exactly one of
``TurnEnded``, ``TurnFailed`` and ``TurnCancelled``. ``seq`` counts from 0 within a turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from assistant.turn import Artifact, Reply
    from tools.base import Receipt
    from tools.emotion.feeling import Feeling


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Where an event belongs: the session, the turn, and its place in the turn."""

    session: str
    turn_id: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted(Event):
    """The person's message is accepted: from here on it survives the death of the process."""

    text: str
    attachments: tuple[tuple[str, str], ...] = ()
    """(handle, name) of what the person gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript(Event):
    """What was recognized of the person's speech; ``confidence`` in 0..1 where known."""

    text: str
    confidence: float | None
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeelingSensed(Event):
    feeling: Feeling


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStarted(Event):
    call_id: str
    tool: str
    arguments: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolProgress(Event):
    """``fraction`` is in 0..1, or None where the end is not known."""

    call_id: str
    tool: str
    fraction: float | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFinished(Event):
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta(Event):
    """More of the reply; whole sentences, because each is checked before it leaves."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReset(Event):
    """What was shown as reply so far was only a remark on the way: start the reply anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRemoved(Event):
    """A sentence claimed something that no receipt proves, and was left out."""

    sentence: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactMade(Event):
    artifact: Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class FactKept(Event):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalNeeded(Event):
    """A tool that acts on the world asks, or one that would remember what the person did not say;
    the ``approve`` callback answers."""

    call_id: str
    tool: str
    arguments: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """One plain sentence that the person should see."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded(Event):
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFailed(Event):
    message: str
    remedy: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCancelled(Event):
    pass


AnyEvent: TypeAlias = (
    TurnStarted
    | Transcript
    | FeelingSensed
    | ToolStarted
    | ToolProgress
    | ToolFinished
    | TextDelta
    | TextReset
    | ClaimRemoved
    | ArtifactMade
    | FactKept
    | ApprovalNeeded
    | Notice
    | TurnEnded
    | TurnFailed
    | TurnCancelled
)
LAST = (TurnEnded, TurnFailed, TurnCancelled)
"""Exactly one of these closes a turn."""
