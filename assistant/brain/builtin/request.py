"""What the brain is asked, taken from the messages of the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from tools.language.glossary import is_chinese


@dataclass(frozen=True, slots=True)
class Handle:
    """A file of the session: its handle, kind, file name, and whether it came just now."""

    name: str
    kind: str
    given_now: bool
    file: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered tool call. Where the tool failed ``result`` is None and ``text`` says why."""

    tool: str
    text: str
    arguments: dict[str, Any]
    result: Any
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """The person's last message, the handles there are, and what was done about it so far.

    ``steps`` holds the answers of each round of tool calls; ``before`` is the last reply,
    ``earlier`` are those before it, ``asked`` is what the person said before this.
    """

    text: str
    handles: tuple[Handle, ...]
    steps: tuple[tuple[Answer, ...], ...]
    before: str = ""
    turn: int = 0
    feeling: str = ""
    asked: str = ""
    earlier: tuple[str, ...] = ()

    @property
    def chinese(self) -> bool:
        return is_chinese(self.text)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(h.kind for h in self.handles if h.given_now))


def read_request(messages: Sequence[BaseMessage]) -> Request:
    """Read the conversation: the last human message and all that came after it."""
    last = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
    if last < 0:
        return Request("", (), ())
    message = messages[last]
    given = {a["handle"] for a in message.additional_kwargs.get("attachments", ())}
    handles = [
        Handle(a["handle"], a["kind"], given_now=a["handle"] in given, file=str(a.get("name", "")))
        for a in message.additional_kwargs.get("handles", ())
        or message.additional_kwargs.get("attachments", ())
    ]
    before = [m.text for m in messages[:last] if isinstance(m, AIMessage) and m.text]
    return Request(
        text=str(message.additional_kwargs.get("text", message.text)),
        handles=tuple(handles),
        steps=_steps(messages[last + 1 :]),
        before=before[-1] if before else "",
        earlier=tuple(before[-4:-1]),
        asked=_said(messages[:last]),
        feeling=str(message.additional_kwargs.get("feeling", "")),
        turn=sum(isinstance(m, HumanMessage) for m in messages),
    )


def _said(messages: Sequence[BaseMessage]) -> str:
    """The last thing the person said in these messages."""
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            return str(message.additional_kwargs.get("text", message.text))
    return ""


def _steps(messages: Sequence[BaseMessage]) -> tuple[tuple[Answer, ...], ...]:
    rounds: list[list[Answer]] = []
    arguments: dict[str, dict[str, Any]] = {}
    for message in messages:
        if isinstance(message, AIMessage) and message.tool_calls:
            rounds.append([])
            arguments = {str(c["id"]): c["args"] for c in message.tool_calls}
        elif isinstance(message, ToolMessage) and rounds:
            rounds[-1].append(
                Answer(
                    tool=message.name or "",
                    text=str(message.additional_kwargs.get("error", message.text)),
                    arguments=arguments.get(message.tool_call_id, {}),
                    result=message.artifact,
                    marks=tuple(message.additional_kwargs.get("marks", ())),
                )
            )
    return tuple(tuple(r) for r in rounds)
