"""LangGraph's stream becomes events: text sentence by sentence, held to its receipts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage

from assistant import events
from assistant.agent.claims import MARK, Gate
from assistant.agent.run import Run
from assistant.turn import Citation

if TYPE_CHECKING:
    from memory.records import Role

MEND = (
    "Your last reply says that you did something for which there is no record: {claims}. "
    "Write the reply again without that, or do it with a tool first."
)


@dataclass(slots=True)
class Draft:
    """The reply as it grows, and the tool calls and answers that history will keep."""

    text: str = ""
    cited: list[int] = field(default_factory=list)
    """Indices into ``run.sources``, in the order in which the text cites them."""
    stored: list[tuple[Role, Mapping[str, Any]]] = field(default_factory=list)


async def stream(graph: Any, run: Run, model: str) -> Draft:
    """Run the graph to its end; text leaves as events while it comes.

    A sentence without proof is held back; the model is asked once to mend its reply, and
    what is still without proof is left out, visibly.
    """
    draft = Draft()
    held, messages = await _pass(graph, run, draft, [])
    if held and model != "builtin":
        run.emit(events.TextReset)
        claims = "; ".join(f"“{sentence}”" for sentence, _ in held)
        mend = HumanMessage(MEND.format(claims=claims))
        draft.text, draft.cited = "", []
        draft.stored = [s for s in draft.stored if s[0] == "tool" or s[1].get("tool_calls")]
        held, _ = await _pass(graph, run, draft, [*messages, mend])
    for sentence, what in held:
        run.emit(events.ClaimRemoved, sentence=sentence, reason=f"there is no record of {what}")
    if held and not draft.text.strip():
        draft.text = "I left out my answer: it said things that I have no record of doing."
        run.emit(events.TextDelta, text=draft.text)
    return draft


async def _pass(
    graph: Any, run: Run, draft: Draft, start: list[Any]
) -> tuple[list[tuple[str, str]], list[Any]]:
    gate: Gate | None = None
    message_id: str | None = ""
    messages: list[Any] = list(start)
    chunks = graph.astream(
        {"messages": start},
        context=run,
        stream_mode=["messages", "updates"],
        config={"recursion_limit": 4 * run.settings.max_tool_calls + 20},
    )
    async for mode, chunk in chunks:
        if mode == "messages":
            message = chunk[0]
            if not isinstance(message, (AIMessage, AIMessageChunk)) or not message.text:
                continue
            if gate is None or message.id != message_id:
                gate, message_id = _new_gate(run, draft, gate), message.id
            _show(run, draft, gate.feed(message.text))
        else:
            for node in chunk.values():
                for message in (node or {}).get("messages", ()):
                    messages.append(message)
                    _store(draft, message)
    if gate is None:
        return [], messages
    _show(run, draft, gate.rest())
    return gate.held, messages


def _new_gate(run: Run, draft: Draft, before: Gate | None) -> Gate:
    if before is not None and draft.text:
        run.emit(events.TextReset)  # what was said so far was a remark before a tool call
        draft.text, draft.cited = "", []
    return Gate(run.earlier | {r.tool for r in run.receipts if r.ok}, len(run.sources))


def _show(run: Run, draft: Draft, text: str) -> None:
    """Send checked text on, its source marks numbered from 1 in the order of their use."""

    def number(match: re.Match[str]) -> str:
        index = int(match.group(1)) - 1
        if index not in draft.cited:
            draft.cited.append(index)
        return f"[{draft.cited.index(index) + 1}]"

    if text:
        shown = MARK.sub(number, text)
        draft.text += shown
        run.emit(events.TextDelta, text=shown)


def _store(draft: Draft, message: Any) -> None:
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [{"id": c["id"], "name": c["name"], "args": c["args"]} for c in message.tool_calls]
        draft.stored.append(("assistant", {"text": message.text, "tool_calls": calls}))
    elif isinstance(message, ToolMessage):
        draft.stored.append(
            (
                "tool",
                {"text": message.text, "tool_call_id": message.tool_call_id, "name": message.name},
            )
        )


def citations(draft: Draft, run: Run) -> tuple[Citation, ...]:
    """What the numbers in the text stand for; only sources that a receipt names."""
    sources = [run.sources[index] for index in draft.cited]
    return tuple(Citation(s.source, s.locator, s.quote) for s in sources)
