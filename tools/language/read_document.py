"""The tool that reads a document: all of a short one, of a long one what the question needs."""

from __future__ import annotations

import math
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from tools.base import Call, Context, Item, Parameter, Source, Tool, ToolResult
from tools.documents import Document, Section, read
from tools.errors import Retry
from tools.reading.find import Answering, as_data
from tools.reading.material import of_document

if TYPE_CHECKING:
    from PIL.Image import Image

Rank = Callable[[str, Sequence[str]], Sequence[float]]

WHOLE: Final = 6_000
"""The longest text, in characters, that is shown in one piece."""
OUTLINE: Final = 1_200
PASSAGE: Final = 900
QUOTE: Final = 240
RANKED: Final = 96
"""The most passages that are given to ``rank``; a cheaper vote picks them."""
KEPT: Final = 4
"""Documents kept parsed, so that a second question about one costs nothing."""
DIGITS: Final[dict[str, int]] = dict(zip("一二三四五六七八九十两", (*range(1, 11), 2), strict=True))
UNITS: Final = {
    "page": r"\bpages?|\bpp?\.?(?=\s*\d)|页",
    "slide": r"\bslides?|幻灯片|张",
    "lines": r"\blines?|行",
}
NUMBER: Final = r"(\d+|[一二三四五六七八九十两]+)"
RANGE: Final = NUMBER + r"(?:\s*(?:-|\u2013|~|to|through|到|至)\s*" + NUMBER + ")?"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a section, short enough to be shown beside others."""

    text: str
    section: Section


class ReadDocument(Tool):
    """Reads PDF, Office, OpenDocument, EPUB, web, table and text files.

    Args:
        ocr: reads scanned pages and pictures; without it the result says what was not read.
        rank: scores texts by how well they answer a question (higher is better); it is
            joined with a lexical vote. Without it that vote decides alone.
        answering: finds what answers a question in what was read.
    """

    name: ClassVar[str] = "read_document"
    description: ClassVar[str] = (
        "Read an attached document (PDF, Word, PowerPoint, Excel, CSV, HTML, EPUB, e-mail, text): "
        "its text, tables and outline with page, slide, sheet or line numbers. Give the person's "
        "question to get the parts of a long document that answer it."
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("document", "Handle of the document, such as document:1.", kinds=("document",)),
        Parameter("question", "What the person wants to know from it.", required=False),
        Parameter(
            "part",
            "Only this part: 'page 3', 'pages 2-4', 'slide 2', 'sheet Q3', or a heading.",
            required=False,
        ),
    )
    examples: ClassVar[tuple[str, ...]] = (
        "What does this PDF say about the notice period?",
        "Summarize the attached report.",
        "Read me page 3 of the contract.",
        "Which product sold best according to this spreadsheet?",
        "What's on slide 5?",
        "Who are the authors of this paper?",
        "List the action items in the meeting notes I attached.",
        "How much is the total on this invoice PDF?",
        "Show me the table in the Q3 sheet.",
        "这份合同的终止条款是什么？",
        "帮我总结一下这个文档",
        "第三页讲了什么？",
        "这个表格里哪个月的销售额最高？",
        "把附件里的PDF读给我听",
    )
    limits: ClassVar[str] = (
        "It reads what is written; it does not describe drawings or open encrypted, .doc, .xls, "
        ".msg or ZIP files."
    )

    def __init__(
        self,
        ocr: Callable[[Image], str] | None = None,
        rank: Rank | None = None,
        answering: Answering | None = None,
    ) -> None:
        self.ocr = ocr
        self.rank = rank
        self._answering = answering
        self._lock = threading.Lock()
        self._parsed: OrderedDict[str, Document] = OrderedDict()

    def run(self, call: Call, context: Context) -> ToolResult:
        """Read it.

        Raises:
            Retry: the part does not exist; the sentence says what does.
            BadInput: the document cannot be read.
        """
        item = call.item("document")
        question, part = call.text("question", ""), call.text("part", "")
        document = self._document(item, context)
        context.check()
        total = sum(len(s.text) for s in document.sections)
        chosen = select(document, part) if part.strip() else document.sections
        if sum(len(s.text) for s in chosen) <= WHOLE:
            passages = [Passage(s.text, s) for s in chosen]
        else:
            passages = self._passages(chosen, question)
        result = _result(item, document, passages, question, total)
        if question.strip() and self._answering is not None:
            context.check()
            found = self._answering(question, of_document(result.data))
            return replace(result, data={**result.data, "answer": as_data(found)})
        return result

    def _document(self, item: Item, context: Context) -> Document:
        with self._lock:
            if item.sha256 and item.sha256 in self._parsed:
                self._parsed.move_to_end(item.sha256)
                return self._parsed[item.sha256]
        document = read(
            item.path,
            name=item.name,
            ocr=self.ocr,
            cancelled=lambda: context.cancelled,
            progress=context.progress,
        )
        with self._lock:
            if item.sha256:
                self._parsed[item.sha256] = document
            while len(self._parsed) > KEPT:
                self._parsed.popitem(last=False)
        return document

    def _passages(self, sections: Sequence[Section], question: str) -> list[Passage]:
        """The passages that answer the question, or else the first, in document order."""
        pieces = [Passage(text, s) for s in sections for text in cut(s.text)]
        order = list(range(len(pieces)))
        if question.strip():
            lexical = overlap(question, [f"{p.section.heading} {p.text}" for p in pieces])
            order.sort(key=lambda i: -lexical[i])
            if self.rank is not None:
                first = order[:RANKED]
                scores = self.rank(question, [pieces[i].text for i in first])
                by_rank = sorted(range(len(first)), key=lambda k: -scores[k])
                # reciprocal rank fusion (Cormack et al., SIGIR 2009), k = 60
                votes = {first[k]: 1 / (60 + at) for at, k in enumerate(by_rank)}
                for at, i in enumerate(first):
                    votes[i] += 1 / (60 + at) if lexical[i] > 0 else 0.0
                order = sorted(first, key=lambda i: -votes[i])
        kept: list[int] = []
        room = WHOLE - OUTLINE
        for i in order:
            if len(pieces[i].text) > room:
                break
            kept.append(i)
            room -= len(pieces[i].text)
        return [pieces[i] for i in sorted(kept)]


def select(document: Document, part: str) -> tuple[Section, ...]:
    """The sections that ``part`` names: by page, slide, sheet, lines, or by heading.

    Raises:
        Retry: there is no such part.
    """
    wanted = part.strip().lower()
    for unit, words in UNITS.items():
        match = re.search(rf"(?:{words})\s*=?\s*{RANGE}", wanted) or re.search(
            rf"第?\s*{RANGE}\s*(?:{words})", wanted
        )
        if match and any(f"{unit}=" in s.locator for s in document.sections):
            first = _number(match[1])
            last = _number(match[2]) if match[2] else first
            found = tuple(s for s in document.sections if _touches(s.locator, unit, first, last))
            if found:
                return found
            break
    name = re.sub(r"^(sheet|section|chapter|heading|工作表|章节)\s*[=:]?\s*", "", wanted).strip(
        "'\" "
    )
    sheets = [s for s in document.sections if _sheet(s.locator).lower() == name]
    titled = [s for s in document.sections if name and name in s.heading.lower()]
    if sheets or titled:
        return tuple(sheets or titled)
    raise Retry(
        f"The document has no text at '{part}'; it has {_extent(document)}.",
        " ".join(("Name one of those.", *document.notes)),
    )


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, mark, ones = text.rpartition("十")
    return (DIGITS.get(tens, 1) * 10 if mark else 0) + DIGITS.get(ones, 0)


def _touches(locator: str, unit: str, first: int, last: int) -> bool:
    match = re.search(rf"\b{unit}=(\d+)(?:-(\d+))?", locator)
    if match is None:
        return False
    start = int(match[1])
    return start <= last and first <= int(match[2] or start)


def _sheet(locator: str) -> str:
    match = re.match(r"sheet=(.*?)(?: rows=\d+-\d+)?$", locator)
    return match[1] if match else ""


def _extent(document: Document) -> str:
    """What parts there are, in words."""
    for unit in ("page", "slide"):
        numbers = [
            int(n) for s in document.sections for n in re.findall(rf"^{unit}=(\d+)", s.locator)
        ]
        if numbers:
            return f"{unit}s {min(numbers)} to {max(numbers)}"
    names = list(dict.fromkeys(_sheet(s.locator) or s.heading for s in document.sections))
    names = [n for n in names if n][:20]
    return "the parts " + ", ".join(f"'{n}'" for n in names) if names else "no named parts"


def cut(text: str) -> list[str]:
    """``text`` in pieces of up to :data:`PASSAGE` characters, between lines or sentences."""
    units = [u for u in re.split(r"(?<=\n)|(?<=[.!?] )|(?<=[。！？])", text) if u]
    units = [u[i : i + PASSAGE] for u in units for i in range(0, len(u), PASSAGE)]
    pieces = [""]
    for unit in units:
        if pieces[-1] and len(pieces[-1]) + len(unit) > PASSAGE:
            pieces.append("")
        pieces[-1] += unit
    return [piece.strip("\n") for piece in pieces if piece.strip()]


def terms(text: str) -> list[str]:
    """Lower-case words without a plural s; Chinese, Japanese and Korean as pairs of characters."""
    out = []
    for word in re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+|\w+", text.lower()):
        if word[0] >= "\u3040":
            out += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        else:
            out.append(word[:-1] if len(word) > 3 and word.endswith("s") else word)
    return out


def overlap(question: str, texts: Sequence[str]) -> list[float]:
    """BM25 of the question against each text (Robertson & Zaragoza 2009; k1 = 1.2, b = 0.5)."""
    counts = [Counter(terms(text)) for text in texts]
    lengths = [sum(c.values()) for c in counts]
    mean = max(sum(lengths) / max(len(lengths), 1), 1.0)
    scores = [0.0] * len(texts)
    for term in set(terms(question)):
        having = sum(term in c for c in counts)
        weight = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
        for i, c in enumerate(counts):
            if tf := c.get(term, 0):
                scores[i] += weight * tf * 2.2 / (tf + 1.2 * (0.5 + 0.5 * lengths[i] / mean))
    return scores


def _quote(text: str, question: str) -> str:
    """The lines that fit the question best, or the first ones, on one line."""
    lines = [u for u in re.split(r"\n|(?<=[.!?] )|(?<=[。！？])", text) if u.strip()]
    start = 0
    if question.strip() and len(text) > QUOTE:
        scores = overlap(question, lines)
        start = max(range(len(lines)), key=lambda i: scores[i], default=0)
    quote = " ".join(" ".join(lines[start:]).split())
    return quote if len(quote) <= QUOTE else quote[: QUOTE - 1].rstrip() + "\u2026"


def _outline(document: Document) -> str:
    entries = dict.fromkeys(
        s.locator if not s.heading or s.heading in s.locator else f"{s.locator} {s.heading}"
        for s in document.sections
        if s.heading
    )
    lines: list[str] = []
    for entry in entries:
        if sum(map(len, lines)) + len(entry) > OUTLINE - 100:
            lines.append(f"... and {len(entries) - len(lines)} more")
            break
        lines.append(f"- {entry}")
    return "\n".join(lines)


def _result(
    item: Item, document: Document, passages: list[Passage], question: str, total: int
) -> ToolResult:
    pages = [
        int(n) for s in document.sections for n in re.findall(r"^(?:page|slide)=(\d+)", s.locator)
    ]
    shown = sum(len(p.text) for p in passages)
    head = f"{item.name}: '{document.title}' ({document.kind}, {_extent(document)})"
    blocks = [head]
    left_out = ""
    if shown < total - 50 * len(passages):
        if outline := _outline(document):
            blocks.append(f"Outline:\n{outline}")
        left_out = (
            f"Shown are {shown:,} of {total:,} characters; ask with another question or part "
            "for the rest."
        )
    blocks += [f"[{p.section.locator}] {p.text}" for p in passages]
    notes = [*document.notes, *([left_out] if left_out else [])]
    blocks += [f"Note: {note}" for note in notes]
    tables: dict[int, dict[str, Any]] = {}
    for p in passages:
        if p.section.table and len(tables) < 12:
            rows = [list(row) for row in p.section.table[:60]]
            entry = {"locator": p.section.locator, "heading": p.section.heading, "rows": rows}
            tables.setdefault(id(p.section), entry)
    return ToolResult(
        text="\n\n".join(blocks),
        data={
            "title": document.title,
            "kind": document.kind,
            "sections": [
                {"locator": p.section.locator, "heading": p.section.heading, "text": p.text}
                for p in passages
            ],
            "tables": list(tables.values()),
            "pages": max(pages, default=None),
            "characters": total,
            "notes": notes,
        },
        sources=tuple(
            Source(item.name, p.section.locator, _quote(p.text, question), item.handle, p.text)
            for p in passages
        ),
    )
