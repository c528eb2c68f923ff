"""The tool that looks up what the person asked to be remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from tools.base import Call, Context, Parameter, Source, Tool, ToolResult

LIMIT = 5
MAX_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class RecalledFact:
    """A kept fact: ``created`` in seconds since 1970, ``score`` says how well it fits."""

    text: str
    created: float
    score: float


class Recall(Tool):
    """Looks facts up by an injected ``search(query, limit)``, best first."""

    name = "recall"
    description = "Look up what the person asked to be remembered about them, in any conversation."
    parameters = (Parameter("query", "What to look for, e.g. 'name of my sister'."),)
    examples: ClassVar[tuple[str, ...]] = (
        "what is my sister called?",
        "what do you know about me?",
        "do you remember where I parked the car?",
        "what did I tell you about my allergies?",
        "when is my dentist appointment again?",
        "which name did I ask you to call me?",
        "what was the garage code I gave you?",
        "have I told you what I like to drink?",
        "你还记得我对什么过敏吗？",
        "我的车停在哪里来着",
        "我之前让你记住了什么？",
        "我女儿叫什么名字",
    )
    limits = "It knows only what it was asked to remember, nothing else about the person."

    def __init__(self, search: Callable[[str, int], Sequence[RecalledFact]]) -> None:
        self._search = search

    def run(self, call: Call, context: Context) -> ToolResult:
        query = call.text("query").strip()[:MAX_QUERY]
        facts = list(self._search(query, LIMIT))
        context.check()
        if not facts:
            return ToolResult(
                "Nothing about that has been remembered. Say “remember that …” to keep a fact.",
                engine="facts",
                data={"query": query, "found": 0, "facts": []},
            )
        lines = [f"- {fact.text} (kept {_day(fact.created)})" for fact in facts]
        return ToolResult(
            "Remembered, best match first:\n" + "\n".join(lines),
            engine="facts",
            data={
                "query": query,
                "found": len(facts),
                "facts": [{"text": f.text, "created": f.created, "score": f.score} for f in facts],
            },
            sources=tuple(Source("remembered facts", _day(f.created), f.text) for f in facts),
        )


def _day(created: float) -> str:
    return datetime.fromtimestamp(created, UTC).astimezone().date().isoformat()
