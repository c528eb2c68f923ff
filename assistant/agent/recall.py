"""Middleware: gives the model its instructions, what it should remember, and the history."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import itertools
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
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

from assistant.agent.neutral import neutral, one_line
from assistant.agent.receipts import fenced
from assistant.agent.run import Run
from assistant.agent.style import style_of

if TYPE_CHECKING:
    from assistant.agent.counting import Counter
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
History = Callable[..., Sequence["Message"]]
"""``history(session)`` is its latest messages, ``history(session, id)`` all after that one."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn of before as a model reads it; ``upto`` is the id of its last message."""

    upto: int
    messages: tuple[AnyMessage, ...]
    counted: dict[str, int] = field(default_factory=dict, compare=False)
    """Raw tokens, by the model that counts."""


@dataclass(slots=True)
class Memory:
    """What a turn looks back on: the summary of the oldest turns, and those after it."""

    instructions: str
    turns: list[Exchange]
    summary: str = ""
    whole: bool = True
    """Whether nothing is older than the turns that the summary does not tell."""
    reader: str = ""
    """The model that reads it; what follows is about this one."""
    tried: bool = False
    """Whether this turn has asked it for a summary already."""
    budget: int = 0
    """Tokens that the history might take when it began."""

    def read_by(self, model: str, budget: int) -> None:
        """Note the first budget of the turn, or of the model that took another's place in it."""
        if self.reader != model:
            self.reader, self.budget, self.tried = model, budget, False

    def costs(self, counter: Counter) -> list[int]:
        """Tokens of each turn, without its pictures."""
        for turn in self.turns:
            if counter.name not in turn.counted:
                turn.counted[counter.name] = counter.raw(turn.messages)
        return [counter.corrected(turn.counted[counter.name]) for turn in self.turns]


class Recall(AgentMiddleware[Any, Run]):
    """Reads instructions, facts and history, once a turn.

    It gives the model the instructions. How much of the history it gets depends on all that
    stands beside it, so that is decided further in, by ``Fit``.
    """

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
        if run.memory is None:
            run.memory = await asyncio.to_thread(self._read, run)
        return await handler(
            request.override(system_message=SystemMessage(run.memory.instructions))
        )

    def _read(self, run: Run) -> Memory:
        memory = remembered(self._history, run)
        facts = self._facts(run.text, FACTS) if run.text else ()
        memory.instructions = _instructions(run, facts)
        return memory


def remembered(
    history: History, run: Run, before: Memory | None = None, *, ended: bool = False
) -> Memory:
    """The conversation as it is stored now, without the turn that runs unless it has ``ended``."""
    summary = run.ledger.summary()
    upto = summary.upto if summary else 0
    messages = history(run.session)
    if messages and (messages[0].parent or 0) > upto and run.explains:
        messages = history(run.session, upto)
    run.earlier = frozenset(
        str(receipt["tool"])
        for message in messages
        if message.turn_id != run.turn_id
        for receipt in message.content.get("receipts", ())
        if receipt["ok"]
    )
    past = [m for m in messages if m.id > upto and (ended or m.turn_id != run.turn_id)]
    turns = [list(group) for _, group in itertools.groupby(past, key=lambda m: m.turn_id)]
    return Memory(
        before.instructions if before else "",
        # What is read may begin within a turn; answers without their question help nobody.
        [
            Exchange(turn[-1].id, tuple(to_langchain(turn)))
            for turn in turns
            if turn[0].role == "user"
        ],
        summary=summary.text if summary else "",
        whole=not past or (past[0].parent or 0) <= upto,
        reader=before.reader if before else "",
        tried=before.tried if before else False,
        budget=before.budget if before else 0,
    )


def _instructions(run: Run, facts: Sequence[str]) -> str:
    now = dt.datetime.now().astimezone()
    lines = [prompt("system"), f"Today is {now:%A, %Y-%m-%d %H:%M %Z}."]
    if line := style_of(run.feeling).line:
        lines.append(line)
    given = {item.handle for item in run.given}
    before = [
        f"{i.handle} ({one_line(i.name)})" for i in run.items.values() if i.handle not in given
    ]
    if before:  # names are whatever the sender of a file liked
        lines.append(fenced("earlier in this conversation", before[-HANDLES:]))
    if facts:  # the person's words, or a file's: data like any other
        lines.append(fenced("memory", [f"- {' '.join(fact.split())}" for fact in facts]))
    return "\n".join(lines)


@functools.cache
def prompt(name: str) -> str:
    """The text of ``assistant/prompts/NAME.md``."""
    return (resources.files("assistant") / "prompts" / f"{name}.md").read_text("utf-8").strip()


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
    lines = [f"[attached {a['handle']}: {one_line(a['name'])} ({a['mime']})]" for a in given]
    extra = {
        "text": text,
        "attachments": given,
        "handles": [dict(a) for a in content.get("handles", ())],
        "feeling": str(content.get("feeling") or ""),
    }
    # Their words may be pasted: a model's template must not find its own marks in them.
    whole = "\n".join(part for part in (neutral(text), *lines) if part)
    return HumanMessage(whole, additional_kwargs=extra)
