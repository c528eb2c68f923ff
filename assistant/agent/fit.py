"""Middleware: what goes to the model fits its window, by count, and nothing vanishes unseen.

First comes what the person just said, with what they gave and what the newest tools answered; then
the turn before; then the summary and the older turns, the newest first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.agent.counting import Counter, estimated, reserve, window
from assistant.agent.digest import FORESEEN, Digests, bounded, longest, summarizes
from assistant.agent.recall import Memory
from assistant.agent.receipts import fenced
from assistant.agent.run import Run
from assistant.agent.shorten import LEAST, cut, shortened
from assistant.agent.show import MOST, TOKENS, sees
from assistant.errors import AssistantError, InputError, TurnFailedError

UNKNOWN = 1 << 30
"""Stands for the window of a model of which nobody tells it."""
LEFT_OUT = (
    "Older turns of this conversation were left out of what the model reads, since they do not "
    "fit and no summary of them could be made; they are kept."
)
SHORTENED = "What the tools answered was shortened for the model: it is longer than its window."
UNSEEN = "Not all the pictures fit the model's window; it can still look at them one by one."
EARLIER = "what was said earlier in this conversation, summarized"


@dataclass(frozen=True, slots=True)
class Room:
    """The tokens there are: ``size`` the whole window, ``free`` beside instructions and tools."""

    counter: Counter
    size: int
    free: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the model gets, and what it does not: ``out`` of the older turns do not fit."""

    present: list[AnyMessage]
    past: list[AnyMessage]
    summary: str
    pictures: int
    budget: int
    used: int
    present_used: int
    out: int
    cut: bool
    unseen: bool


class Fit(AgentMiddleware[Any, Run]):
    """Puts the history before the present turn, as much of it as there is room for."""

    def __init__(self, digests: Digests) -> None:
        super().__init__()
        self._digests = digests

    async def awrap_model_call(
        self,
        request: ModelRequest[Run],
        handler: Callable[[ModelRequest[Run]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        run = request.runtime.context
        plan = await self._plan(request, run)
        if (plan.out or not (run.memory and run.memory.whole)) and run.explains:
            run.notice(LEFT_OUT)
        if plan.cut:
            run.notice(SHORTENED)
        if plan.unseen:
            run.notice(UNSEEN)
        system = request.system_message
        if plan.summary:
            text = system.text if system else ""
            system = SystemMessage(f"{text}\n{fenced(EARLIER, [plan.summary])}".strip())
        run.past, run.pictures = (system, tuple(plan.past)), plan.pictures
        return await handler(
            request.override(system_message=system, messages=[*plan.past, *plan.present])
        )

    async def _plan(self, request: ModelRequest[Run], run: Run) -> Plan:
        room = await asyncio.to_thread(_room, request, run)

        async def planned() -> Plan:
            return await asyncio.to_thread(_planned, room, request, run)

        plan = await planned()
        if run.memory is None:
            return plan
        run.memory.read_by(room.counter.name, plan.budget)
        if await self._digests.waited(run, needed=plan.out > 0):
            plan = await planned()
        if plan.out and summarizes(request.model):
            await self._digests.now(run, request.model, run.memory.budget, plan.out)
            plan = await planned()
        self._foresee(request, run, room, plan)
        return plan

    def _foresee(self, request: ModelRequest[Run], run: Run, room: Room, plan: Plan) -> None:
        """Have the next summary made after the reply, where the next turn will want it."""
        memory, model = run.memory, request.model
        if memory is None or not summarizes(model):
            return
        budget = memory.budget

        def afterwards() -> None:
            reply = room.counter.corrected(estimated(run.draft.text))
            if plan.used + plan.present_used + reply > FORESEEN * budget:
                self._digests.later(run, model, budget)

        run.afterwards = afterwards


def _room(request: ModelRequest[Run], run: Run) -> Room:
    counter = Counter(request.model)
    size = window(request.model)
    if not size:
        return Room(counter, 0, UNKNOWN)
    system = request.system_message
    fixed = counter.tools(request.tools) + counter.messages([system] if system else [])
    free = size - reserve(size, run.settings) - fixed
    if free <= 0:
        raise TurnFailedError(
            f"The instructions and tools alone take about {fixed} tokens, and {counter.name} "
            f"reads and writes only {size}.",
            "Start it with a longer context, or use another model.",
        )
    return Room(counter, size, free)


def _planned(room: Room, request: ModelRequest[Run], run: Run) -> Plan:
    memory = run.memory or Memory("", [])
    present = list(request.messages)
    count = room.counter.messages
    given = _images(present) if sees(run, request.model) else 0
    shown = min(given, MOST)
    if room.size:
        smallest = shortened(present, 0, count)
        shown = max(0, min(shown, (room.free - count(smallest)) // TOKENS))
        present = shortened(present, room.free - shown * TOKENS, count)
        if count(present) > room.free - shown * TOKENS:
            raise _too_long(room, present)
    now = count(present)
    left = room.free - shown * TOKENS - now
    past, summary, used, rest = _history(room.counter, memory, left, run.settings.context_tokens)
    pictures = shown
    if sees(run, request.model):
        pictures = min(MOST, shown + min(_images(past), max(0, rest) // TOKENS))
    return Plan(
        present=present,
        past=past,
        summary=summary,
        pictures=pictures,
        budget=min(left, run.settings.context_tokens),
        used=used,
        present_used=now,
        out=len(memory.turns) - sum(isinstance(m, HumanMessage) for m in past),
        cut=any(new is not old for new, old in zip(present, request.messages, strict=True)),
        unseen=shown < min(given, MOST),
    )


def _history(
    counter: Counter, memory: Memory, left: int, most: int
) -> tuple[list[AnyMessage], str, int, int]:
    """The messages of before, the summary, the tokens both would take in full, and what is left.

    ``left`` tokens are there, ``most`` are wanted. The turn before stays even where it is longer
    than wanted, because a follow-up means it; what is found in it is shortened before it goes.
    """
    costs = memory.costs(counter)
    used = sum(costs) + counter.text(memory.summary)
    kept: list[AnyMessage] = []
    if costs:
        last, cost = list(memory.turns[-1].messages), costs[-1]
        if cost > left:
            last = [cut(m, LEAST) if isinstance(m, ToolMessage) else m for m in last]
            cost = counter.messages(last)
        if cost <= left:
            kept, left, most = last, left - cost, most - cost
    summary = ""
    if memory.summary:
        beside = counter.text(fenced(EARLIER, [""])) + 1
        room = min(left, max(most, longest(memory.budget))) - beside
        summary = bounded(memory.summary, max(0, room), counter.text)
        cost = counter.text(summary) + beside if summary else 0
        left, most = left - cost, most - cost
    if not kept:
        return kept, summary, used, left
    for turn, cost in zip(reversed(memory.turns[:-1]), reversed(costs[:-1]), strict=True):
        if cost > min(left, most):
            break
        kept = [*turn.messages, *kept]
        left, most = left - cost, most - cost
    return kept, summary, used, left


def _images(messages: Sequence[AnyMessage]) -> int:
    return sum(
        given["kind"] == "image"
        for message in messages
        if isinstance(message, HumanMessage)
        for given in message.additional_kwargs.get("attachments", ())
    )


def _too_long(room: Room, present: Sequence[AnyMessage]) -> AssistantError:
    said = room.counter.messages([m for m in present if isinstance(m, HumanMessage)])
    reads = f"{room.counter.name} has room for about {room.free}"
    if said > room.free:
        return InputError(
            f"Your message takes about {said} tokens; {reads}.",
            "Attach long text as a file, or use a model with a longer context.",
        )
    return TurnFailedError(
        f"What the tools were asked and answered takes more than the model can read; {reads}.",
        "Ask for less at once, or use a model with a longer context.",
    )
