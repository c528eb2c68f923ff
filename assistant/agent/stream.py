"""LangGraph's stream becomes events: text sentence by sentence, held to its receipts."""

from __future__ import annotations

import re
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage

from assistant import events
from assistant.agent.addresses import addresses_of
from assistant.agent.claims import Gate
from assistant.agent.figures import Figures
from assistant.agent.patience import CALL
from assistant.agent.receipts import fenced
from assistant.agent.run import Run
from assistant.brain.written import Spotter
from assistant.turn import Citation
from tools.base import Source

MEND = (
    "Your last reply says that you did something for which there is no record:\n{claims}\n"
    "Write the reply again without that, or do it with a tool first."
)


LEFT_OUT = "I left out my answer: it said things that I have no record of doing."
NOTHING = "I have no answer to that."


async def stream(graph: Any, run: Run) -> None:
    """Run the graph to its end; text leaves as events while it comes, and grows ``run.draft``.

    A sentence without proof is held back; the model is asked once to mend its reply, and
    what is still without proof is left out, visibly.
    """
    held, messages = await _pass(graph, run, [])
    if held:
        # The model may have taken the words from a document: they are data here, too.
        claims = fenced("your last reply", [f"“{sentence}”" for sentence, _ in held])
        run.unsay()
        held, _ = await _pass(graph, run, [*messages, HumanMessage(MEND.format(claims=claims))])
    for sentence, what in held:
        run.removed.append(sentence)
        run.emit(events.ClaimRemoved, sentence=sentence, reason=f"there is no record of {what}")
    if not run.draft.text.strip():
        _show(run, LEFT_OUT if held else NOTHING)


async def _pass(graph: Any, run: Run, start: list[Any]) -> tuple[list[tuple[str, str]], list[Any]]:
    """One run of the graph: the sentences held back as (sentence, claim), and its messages."""
    spoken = _Spoken(run)
    messages: list[Any] = list(start)
    chunks = graph.astream(
        {"messages": start},
        context=run,
        stream_mode=["messages", "updates"],
        config={"recursion_limit": 4 * run.settings.max_tool_calls + 20},
    )
    try:
        async for mode, chunk in chunks:
            if mode == "messages":
                message, about = chunk
                if isinstance(message, (AIMessage, AIMessageChunk)):
                    spoken.hear(message.text, about.get(CALL))
            else:
                for node in chunk.values():
                    for message in (node or {}).get("messages", ()):
                        messages.append(message)
                        _store(run, message)
    except Exception:
        spoken.end()  # what came before the failure was said, to the last word
        raise
    return spoken.end(messages[-1].text if messages else ""), messages


class _Spoken:
    """The text of the model's calls, of which the last one with text is the reply."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._call: int | None = None
        self._gate: Gate | None = None
        self._spotter = Spotter(())

    def hear(self, text: str, call: int | None) -> None:
        """More text of the call with this number; what is not a call's own says nothing new."""
        if not text or call is None or call in self._run.forgotten:
            return
        if self._gate is None or call != self._call:
            self._gate, self._call = _new_gate(self._run, self._gate), call
            self._spotter = Spotter(self._run.tools, calls=self._run.offered is not None)
        _show(self._run, self._gate.feed(self._spotter.feed(text)))

    def end(self, whole: str | None = None) -> list[tuple[str, str]]:
        """Let out what was still kept; returns the sentences held back.

        ``whole`` is the reply as it was understood: what is not in it was a call in words.
        """
        if self._gate is None or self._call in self._run.forgotten:
            return []
        rest = self._spotter.rest()
        if rest and (whole is None or rest.strip() in whole):
            _show(self._run, self._gate.feed(rest))
        _show(self._run, self._gate.rest())
        return self._gate.held


def _new_gate(run: Run, before: Gate | None) -> Gate:
    if before is not None:
        run.unsay()  # what was said so far was a remark before a tool call
    done = [r.tool for r in run.receipts if r.ok]
    return Gate(
        done,
        len(run.sources),
        kinds=frozenset(item.kind for item in run.items.values()),
        earlier=run.earlier,
        heard=run.heard is not None,
        world=any(run.tools[name].effects == "world" for name in done),
        cite=run.draft.number,
        check=run.explains,
        read=run.read_claims,
        asked=run.text,
        figures=Figures(run.evidence()),
        addresses=addresses_of(run) if run.explains else None,
    )


def _show(run: Run, text: str) -> None:
    """Send checked text on."""
    if text:
        run.draft.text += text
        run.emit(events.TextDelta, text=text)


def _store(run: Run, message: Any) -> None:
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [{"id": c["id"], "name": c["name"], "args": c["args"]} for c in message.tool_calls]
        run.draft.stored.append(("assistant", {"text": message.text, "tool_calls": calls}))
    elif isinstance(message, ToolMessage):
        answer = {"text": message.text, "tool_call_id": message.tool_call_id, "name": message.name}
        run.draft.stored.append(("tool", answer))


def citations(run: Run) -> tuple[Citation, ...]:
    """What the numbers in the text stand for; only sources that a receipt names."""
    return tuple(
        Citation(source.source, source.locator, _quoted(run.draft.text, number, source))
        for number, source in enumerate((run.sources[i] for i in run.draft.cited), 1)
    )


def _quoted(text: str, number: int, source: Source) -> str:
    """The words of the reply that stand at the source to the letter, else its own quote."""
    said = text.partition(f"[{number}]")[0].rstrip().rpartition("\n")[2]
    whole = " ".join(source.text.split())
    quoted = re.findall(r"“([^”]+)”", said) or [said]
    words = " ".join(quoted[-1].split())
    tries = (words, words.partition(": ")[2])  # a heading may stand before what is quoted
    return next((w for w in tries if w and w in whole), source.quote)
