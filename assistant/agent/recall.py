"""Middleware: gives the model its instructions, what it should remember, and the history."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from assistant.agent.receipts import fenced
from assistant.agent.run import Run
from assistant.agent.style import style_of

if TYPE_CHECKING:
    from memory.records import Message

FACTS = 5
"""How many remembered facts a model is shown."""
HANDLES = 30
"""How many earlier handles a model is reminded of."""
EARLIER = 1500
"""Characters of a tool's answer that later turns still see."""
_PLACE = re.compile(r"\[s\d+\] ")
_NUMBERED = re.compile(r" ?\[\d{1,2}\]")

Facts = Callable[[str, int], Sequence[str]]
History = Callable[[str], Sequence["Message"]]


class Recall(AgentMiddleware[Any, Run]):
    """Instructions, facts and history within ``settings.context_tokens``; read once a turn."""

    def __init__(self, history: History, facts: Facts) -> None:
        super().__init__()
        self._history = history
        self._facts = facts

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        run = request.runtime.context
        if run.past is None:
            run.past = await asyncio.to_thread(self._read, run)
        system, past = run.past
        return await handler(
            request.override(system_message=system, messages=[*past, *request.messages])
        )

    def _read(self, run: Run) -> tuple[SystemMessage, list[AnyMessage]]:
        messages = [m for m in self._history(run.session) if m.turn_id != run.turn_id]
        run.earlier = frozenset(
            str(receipt["tool"])
            for message in messages
            for receipt in message.content.get("receipts", ())
            if receipt["ok"]
        )
        facts = self._facts(run.text, FACTS) if run.text else ()
        past = within(to_langchain(messages), run.settings.context_tokens)
        return SystemMessage(_instructions(run, facts)), past


def _instructions(run: Run, facts: Sequence[str]) -> str:
    now = dt.datetime.now().astimezone()
    lines = [prompt("system"), f"Today is {now:%A, %Y-%m-%d %H:%M %Z}."]
    if line := style_of(run.feeling).line:
        lines.append(line)
    given = {item.handle for item in run.given}
    before = [f"{i.handle} ({i.name})" for i in run.items.values() if i.handle not in given]
    if before:
        lines.append(f"From earlier in this conversation: {', '.join(before[-HANDLES:])}.")
    if facts:  # the person's words, or a file's: data like any other
        lines.append(fenced("memory", [f"- {' '.join(fact.split())}" for fact in facts]))
    return "\n".join(lines)


@functools.cache
def prompt(name: str) -> str:
    """The text of ``assistant/prompts/NAME.md``."""
    return (resources.files("assistant") / "prompts" / f"{name}.md").read_text("utf-8").strip()


def tokens(message: AnyMessage) -> int:
    """A rough count, on the safe side: four Latin letters a token, one for any other script."""
    text = message.text
    wide = sum(ord(c) > 0x2E7F for c in text)
    calls = json.dumps(message.tool_calls) if isinstance(message, AIMessage) else ""
    return wide + (len(text) - wide + len(calls)) // 4 + 4


def within(messages: list[AnyMessage], budget: int) -> list[AnyMessage]:
    """The newest messages that fit, cut only where a person speaks, so calls keep their answers.

    The last turn stays even if it does not fit: a follow-up means it.
    """
    people = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage)]
    start, used = people[-1] if people else len(messages), 0
    for index in range(len(messages) - 1, -1, -1):
        used += tokens(messages[index])
        if used > budget:
            break
        if isinstance(messages[index], HumanMessage):
            start = min(start, index)
    return messages[start:]


def to_langchain(messages: Sequence[Message]) -> list[AnyMessage]:
    """Stored messages as a model reads them; an unanswered tool call is closed as cancelled."""
    heard = {m.turn_id: str(m.content["heard"]) for m in messages if m.content.get("heard")}
    out: list[AnyMessage] = []
    waiting: dict[str, str] = {}
    for message in messages:
        content = message.content
        if message.role == "tool":
            if waiting.pop(str(content.get("tool_call_id")), None) is not None:
                out.append(
                    ToolMessage(
                        _shortened(str(content.get("text", ""))),
                        tool_call_id=str(content["tool_call_id"]),
                        name=str(content.get("name", "")),
                    )
                )
            continue
        out += _closed(waiting)
        if message.role == "user":
            text = str(content.get("text") or heard.get(message.turn_id, ""))
            out.append(human(text, {"attachments": content.get("attachments", ())}))
        else:
            calls = [
                {"name": c["name"], "args": c["args"], "id": c["id"], "type": "tool_call"}
                for c in content.get("tool_calls", ())
            ]
            waiting = {c["id"]: c["name"] for c in calls}
            said = _NUMBERED.sub("", str(content.get("text", "")))
            out.append(AIMessage(said, tool_calls=calls))
    return out + _closed(waiting)


def _shortened(text: str) -> str:
    """An earlier tool's words: without marks, which count anew in every turn, and brief."""
    body = "\n".join(line for line in text.split("\n") if not _PLACE.match(line))
    return body if len(body) <= EARLIER else f"{body[:EARLIER]} …\n>>>"


def _closed(waiting: dict[str, str]) -> list[AnyMessage]:
    closing: list[AnyMessage] = [
        ToolMessage("cancelled", tool_call_id=i, name=n, status="error") for i, n in waiting.items()
    ]
    waiting.clear()
    return closing


def human(text: str, content: Any) -> HumanMessage:
    """The person's message, with their attachments by handle; never a path."""
    given = [dict(a) for a in content.get("attachments", ())]
    lines = [f"[attached {a['handle']}: {_one_line(a['name'])} ({a['mime']})]" for a in given]
    extra = {
        "text": text,
        "attachments": given,
        "handles": [dict(a) for a in content.get("handles", ())],
        "feeling": str(content.get("feeling") or ""),
    }
    return HumanMessage("\n".join(part for part in (text, *lines) if part), additional_kwargs=extra)


def _one_line(name: str) -> str:
    """A file's name cannot add lines to the message, nor close its bracket."""
    return " ".join(name.split())[:120].translate(str.maketrans("[]", "()"))
