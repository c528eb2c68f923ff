"""The tool that finds passages in what the person has given, and says where they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from tools.base import Call, Context, Parameter, Source, Tool, ToolResult
from tools.errors import Retry
from tools.reading.find import Answering, as_data
from tools.reading.material import of_sources

DEFAULT_LIMIT = 5
MAX_LIMIT = 20
MAX_QUERY = 2_000
QUOTE = 280
"""Characters of a passage that a citation repeats."""
ADD = "Documents are added with: assistant ingest PATH"


@dataclass(frozen=True, slots=True)
class Passage:
    """One place that answers a query: where it is, what stands there, how well it fits."""

    source: str
    locator: str
    text: str
    score: float
    handle: str = ""


class SearchKnowledge(Tool):
    """Search over the knowledge store, by an injected ``search(query, limit)``, best first."""

    name = "search_knowledge"
    description = (
        "Find passages in the documents, notes, pictures and recordings that the person has "
        "added to the knowledge store. Returns the passages with their sources."
    )
    parameters = (
        Parameter("query", "What to look for: a question or a few keywords."),
        Parameter("limit", f"How many passages, 1 to {MAX_LIMIT}.", type="integer", required=False),
    )
    examples: ClassVar[tuple[str, ...]] = (
        "what do my documents say about the refund policy?",
        "search my notes for the wifi password",
        "find the paragraph on termination in the contract I uploaded",
        "according to the handbook, how many vacation days do I get?",
        "which of my files mentions the Berlin project?",
        "look up the warranty period in the manuals",
        "where in my papers is boundary layer heating discussed?",
        "what did the meeting minutes decide about the budget?",
        "在我的资料里查一下保修期多久",
        "我的文档里有没有提到退款政策？",
        "搜索知识库：实验的步骤是什么",
        "合同里关于违约金是怎么写的",
    )
    limits = "It knows only what was added to the knowledge store, and does not search the web."

    def __init__(
        self,
        search: Callable[[str, int], Sequence[Passage]],
        answering: Answering | None = None,
    ) -> None:
        self._search = search
        self._answering = answering

    def run(self, call: Call, context: Context) -> ToolResult:
        query = call.text("query").strip()[:MAX_QUERY]
        passages = list(self._search(query, _limit(call)))
        context.check()
        if not passages:
            return ToolResult(
                f"Nothing in the knowledge store matches “{_short(query, 80)}”. {ADD}",
                engine="knowledge store",
                data={"query": query, "found": 0, "passages": []},
            )
        lines = [f"{len(passages)} passages for “{_short(query, 80)}”, best first:"]
        for number, passage in enumerate(passages, 1):
            where = f"{passage.source} {passage.locator}".strip()
            lines.append(f"[{number}] {where}\n{passage.text.strip()}")
        sources = tuple(
            Source(p.source, p.locator, _short(p.text, QUOTE), p.handle, p.text) for p in passages
        )
        answer = self._answering(query, of_sources(sources)) if self._answering else None
        return ToolResult(
            "\n\n".join(lines),
            engine="knowledge store",
            data={
                "query": query,
                "answer": as_data(answer),
                "found": len(passages),
                "passages": [
                    {
                        "source": p.source,
                        "locator": p.locator,
                        "text": p.text,
                        "score": p.score,
                        "handle": p.handle,
                    }
                    for p in passages
                ],
            },
            sources=sources,
        )


def _limit(call: Call) -> int:
    value = call.arguments.get("limit")
    if value is None or value == "":
        return DEFAULT_LIMIT
    try:
        return min(MAX_LIMIT, max(1, int(value)))
    except (TypeError, ValueError, OverflowError) as error:
        raise Retry(
            "The argument 'limit' must be a whole number.", f"Give 1 to {MAX_LIMIT}."
        ) from error


def _short(text: str, limit: int) -> str:
    """The text on one line, cut at a word and marked where it was cut."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[:limit]
    cut = head.rfind(" ")
    return (head[:cut] if cut > limit // 2 else head).rstrip() + " …"
