"""The beginning of a long conversation in brief, written by the model that answers in it.

A summary is made where it costs the person no waiting: after a reply, once the history nears its
budget. Only where turns would fall out before that was possible (a long turn, a process that ended
with its reply, a window that shrank) it is made before the call. Afterwards summary and turns take
about half of the budget, so that the next summary is several turns away.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.agent.counting import Counter, reserve, window
from assistant.agent.recall import Exchange, History, Memory, prompt, remembered
from assistant.agent.receipts import fenced
from assistant.brain.choose import name_of
from assistant.brain.written import without_thoughts
from memory.errors import StoreError

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

    from assistant.agent.run import Run
    from assistant.settings import Settings

LEAST = 200
"""Tokens of budget below which a summary would take the room of the turns themselves."""
SHARE = 4
"""A summary takes at most one part in so many of the budget, and never more than LONGEST."""
LONGEST = 500
FORESEEN = 0.8
"""How full the budget is when the next summary is made."""
CALLS = 3
"""Calls in a row that one summary may take; a very long backlog is caught up turn by turn."""
SAID, FOUND = 1500, 500
"""Characters of a message, and of a tool's answer, that are summarized."""
_MARK = re.compile(r" ?\[s?\d{1,2}\]")
_FENCE = re.compile(r"^(?:<<<data from .*|>>>)$\n?", re.MULTILINE)

log = logging.getLogger(__name__)


def summarizes(model: BaseChatModel) -> bool:
    """Whether the model can write a summary; the built-in brain only quotes."""
    return name_of(model) != "builtin"


def longest(budget: int) -> int:
    """Tokens that a summary may take of a history's budget."""
    return min(LONGEST, budget // SHARE)


class Digests:
    """Makes and keeps the summaries of an Assistant's conversations; all in its event loop."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failed: set[tuple[str, str]] = set()
        """(session, model) where the last summary could not be made."""

    # before a call

    async def waited(self, run: Run, *, needed: bool) -> bool:
        """What the last turn left running is waited for where it is needed, else stopped.

        A summary that nobody needs yet must not keep the model from the person's question.
        Returns whether the conversation was read anew.
        """
        task = self._tasks.get(run.session)
        if not needed and task is not None:
            task.cancel()
        if not needed or run.memory is None or run.memory.tried:
            return False
        if task is not None:
            await asyncio.wait([task])  # what it raised is logged where it ends
        run.memory = await asyncio.to_thread(remembered, self._history, run, run.memory)
        return True

    async def now(self, run: Run, model: BaseChatModel, budget: int, out: int) -> bool:
        """Summarize at least the ``out`` oldest turns, once a turn; whether it went well.

        Where it failed before, it is tried again only after a reply.
        """
        memory = run.memory
        if memory is None or memory.tried or budget < LEAST:
            return False
        if (run.session, name_of(model)) in self._failed:
            return False
        memory.tried = True
        return await self._extend(run, model, memory, budget, out)

    # after a reply

    def later(self, run: Run, model: BaseChatModel, budget: int) -> None:
        """Summarize in the background what will soon no longer fit."""
        if budget < LEAST or run.session in self._tasks:
            return
        session = run.session
        task = asyncio.create_task(self._foresee(run, model, budget), name=f"digest {session}")
        self._tasks[session] = task

        def ended(task: asyncio.Task[None]) -> None:
            if self._tasks.get(session) is task:
                del self._tasks[session]
            if not task.cancelled() and (error := task.exception()):
                log.warning("the conversation could not be summarized", exc_info=error)

        task.add_done_callback(ended)

    async def _foresee(self, run: Run, model: BaseChatModel, budget: int) -> None:
        memory = await asyncio.to_thread(remembered, self._history, run, run.memory, ended=True)
        counter = Counter(model)
        used = await asyncio.to_thread(
            lambda: counter.text(memory.summary) + sum(memory.costs(counter))
        )
        if used > FORESEEN * budget:
            await self._extend(run, model, memory, budget, 0)

    # both

    async def _extend(
        self, run: Run, model: BaseChatModel, memory: Memory, budget: int, out: int
    ) -> bool:
        """Take the oldest turns into the summary, as many as leave half of the budget free."""
        counter = Counter(model)
        most = longest(budget)
        old = await asyncio.to_thread(_beyond, memory, counter, (budget - most) // 3)
        turns = memory.turns[: max(old, min(out, len(memory.turns) - 1))]
        for _ in range(CALLS):
            if not turns:
                break
            try:
                taken, text = await _summarized(model, run.settings, memory.summary, turns, most)
            except Exception:
                log.warning("the model did not summarize the conversation", exc_info=True)
                taken, text = 0, ""
            if not text:
                self._failed.add((run.session, counter.name))
                return False
            memory.summary, upto = text, turns[taken - 1].upto
            memory.turns, turns = memory.turns[taken:], turns[taken:]
            try:
                await asyncio.to_thread(run.ledger.summarize, upto, text, counter.name)
            except StoreError as error:  # it serves this turn all the same
                log.warning("the summary could not be stored: %s", error)
        self._failed.discard((run.session, counter.name))
        return True


def _beyond(memory: Memory, counter: Counter, room: int) -> int:
    """How many of the oldest turns do not fit into the room; never the last turn."""
    costs = memory.costs(counter)
    kept = len(costs)
    while kept and (room := room - costs[kept - 1]) >= 0:
        kept -= 1
    return min(kept, len(costs) - 1) if costs else 0


async def _summarized(
    model: BaseChatModel,
    settings: Settings,
    earlier: str,
    turns: Sequence[Exchange],
    most: int,
) -> tuple[int, str]:
    """How many of the turns one call could take, and the new summary of at most ``most`` tokens."""
    counter = Counter(model)
    system = SystemMessage(prompt("summarize").format(words=max(40, most // 2)))

    def made() -> tuple[int, HumanMessage]:
        size = window(model)
        beside = counter.messages([system]) + counter.text(earlier) + 40
        room = size - reserve(size, settings) - beside if size else settings.context_tokens
        return _request(counter, earlier, turns, max(room, LEAST))

    taken, request = await asyncio.to_thread(made)
    text = ""
    loop, seconds = asyncio.get_running_loop(), settings.model_seconds
    async with asyncio.timeout(seconds) as silence:
        # No callbacks: within a graph these would stream the summary as if it were the reply.
        chunks: Any = model.astream([system, request], config={"callbacks": []})
        async with aclosing(chunks):
            async for chunk in chunks:
                silence.reschedule(loop.time() + seconds)
                text += chunk.text
                if len(text) > 40 * most:
                    break  # it does not end by itself
    text = _MARK.sub("", without_thoughts(text)).strip()
    return taken, await asyncio.to_thread(bounded, text, most, counter.text)


def _request(
    counter: Counter, earlier: str, turns: Sequence[Exchange], room: int
) -> tuple[int, HumanMessage]:
    lines: list[str] = []
    taken = 0
    for turn in turns:
        told = _told(turn.messages)
        cost = counter.text(told)
        if cost > room and not taken:
            told = bounded(told, room, counter.text)
        elif cost > room:
            break
        lines.append(told)
        room -= cost
        taken += 1
    parts = [fenced("the summary so far", [earlier])] if earlier else []
    parts += [fenced("the conversation", lines), "Write the summary now."]
    return taken, HumanMessage("\n".join(parts))


def _told(messages: Sequence[AnyMessage]) -> str:
    """A turn as lines of a play; fences inside it would only take room."""
    lines = []
    for message in messages:
        if isinstance(message, ToolMessage):
            found = _brief(_FENCE.sub("", message.text), FOUND)
            # Its lines stay its own: "person: …" in a document is nobody's turn.
            lines.append(f"{message.name}: " + found.replace("\n", "\n  | "))
        elif isinstance(message, AIMessage):
            calls = [
                f"{c['name']}({', '.join(map(str, c['args'].values()))})"
                for c in message.tool_calls
            ]
            said = _brief(message.text, SAID)
            lines += [f"assistant: {part}" for part in (*calls, said) if part]
        else:
            lines.append(f"person: {_brief(message.text, SAID)}")
    return "\n".join(lines)


def _brief(text: str, most: int) -> str:
    text = text.strip()
    return text if len(text) <= most else f"{text[: most * 2 // 3]} … {text[-most // 3 :]}"


def bounded(text: str, most: int, count: Callable[[str], int]) -> str:
    """The beginning of a text that is at most ``most`` tokens, cut at a word, visibly."""
    if count(text) <= most:
        return text
    low, high = 0, len(text)
    while high - low > 16:
        middle = (low + high) // 2
        low, high = (middle, high) if count(text[:middle]) + 2 <= most else (low, middle)
    head = text[:low].rstrip()
    word = head.rfind(" ", len(head) - 40)
    return f"{head[:word] if word > 0 else head} …" if head else ""
