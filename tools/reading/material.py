"""What a tool read, in one form for all answering: lines with their cells, and tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"“(A-Z0-9À-Þ一-鿿])|(?<=[。！？；])")
_ABBREVIATION = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|Nr|Inc|Ltd|Co|vs|approx|e\.g|i\.e|Fig|Art|Sec)\.$"
)
_LEADS = re.compile(r"^\s*(?:[-*•·▪]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Cell:
    """Words at a place of a page; x, y, width and height in pixels, zeros where unknown."""

    text: str
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line or sentence with its proof; ``start`` and ``end`` in seconds for a recording.

    ``source`` is its place among the sources of the tool's result, -1 where it has none.
    """

    text: str
    source: int = -1
    locator: str = ""
    heading: str = ""
    cells: tuple[Cell, ...] = ()
    start: float = -1.0
    end: float = -1.0
    sentence: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the first of which is the header."""

    rows: tuple[tuple[str, ...], ...]
    source: int = -1
    heading: str = ""

    @property
    def header(self) -> tuple[str, ...]:
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Material:
    """All that was read by one tool. ``noisy`` where letters or words may be misread."""

    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    noisy: bool = False
    title: str = ""
    sections: tuple[tuple[str, str, int], ...] = field(default=())
    """(heading, text, source) of each part, for summaries."""


def of_picture(data: Mapping[str, Any]) -> Material:
    """The rows of the pages that :class:`~tools.vision.read_text.ReadText` read."""
    boxes = list(data.get("lines", ()))
    lines: list[Line] = []
    at = 0
    for row in data.get("rows", ()):
        cells = []
        for text in row:
            box = boxes[at].get("xywh", (0, 0, 0, 0)) if at < len(boxes) else (0, 0, 0, 0)
            cells.append(Cell(str(text), *box))
            at += 1
        cells.sort(key=lambda cell: cell.x)
        lines.append(Line("  ".join(c.text for c in cells), cells=tuple(cells)))
    return Material(tuple(lines), noisy=True)


def of_document(data: Mapping[str, Any]) -> Material:
    """The sections and tables that :class:`~tools.language.ReadDocument` read, a source each."""
    sections = [
        (str(s.get("heading", "")).strip(), str(s.get("text", "")), at)
        for at, s in enumerate(data.get("sections", ()))
    ]
    places = {s["locator"]: at for at, s in enumerate(data.get("sections", ()))}
    tables = tuple(
        Table(
            tuple(tuple(map(str, row)) for row in t["rows"]),
            places.get(t["locator"], -1),
            t.get("heading", ""),
        )
        for t in data.get("tables", ())
        if len(t.get("rows", ())) > 1
    )
    in_tables = {" | ".join(row) for table in tables for row in table.rows if len(row) > 2}
    lines: list[Line] = []
    for section, (heading, text, at) in zip(data.get("sections", ()), sections, strict=True):
        lines += of_text(text, at, section["locator"], heading, without=in_tables)
    return Material(
        tuple(lines), tables, title=str(data.get("title", "")), sections=tuple(sections)
    )


def of_sources(sources: Sequence[Any]) -> Material:
    """The passages that a search found."""
    lines: list[Line] = []
    tables: list[Table] = []
    sections: list[tuple[str, str, int]] = []
    for at, source in enumerate(sources):
        heading = source.locator.rpartition("heading=")[2]
        text = str(getattr(source, "text", "") or source.quote)
        sections.append((heading, text, at))
        rows = [tuple(c.strip() for c in r.split(" | ")) for r in text.splitlines() if " | " in r]
        if len(rows) > 1 and len({len(r) for r in rows}) == 1:
            tables.append(Table(tuple(rows), at, heading))
        lines += of_text(text, at, source.locator, heading)
    return Material(tuple(lines), tuple(tables), sections=tuple(sections))


def of_recording(data: Mapping[str, Any]) -> Material:
    """The utterances of a recording with their seconds."""
    return Material(
        tuple(
            Line(
                str(s["text"]),
                at,
                f"t={s['start']}",
                start=float(s["start"]),
                end=float(s["end"]),
                sentence=True,
            )
            for at, s in enumerate(data.get("segments", ()))
        ),
        noisy=True,
    )


def of_text(
    text: str,
    source: int,
    locator: str,
    heading: str = "",
    *,
    without: set[str] | frozenset[str] = frozenset(),
) -> list[Line]:
    """Lines of a text; running text, also where it wraps over lines, as sentences."""
    out: list[Line] = []
    for block in _blocks(text):
        if block.strip() in without or not block.strip():
            continue
        if block.strip() == heading:
            continue  # it stands beside every line of its part
        parts = sentences(block)
        for part in parts:
            body = _LEADS.sub("", part).strip()
            if body:
                ends = len(parts) > 1 or body.endswith((".", "!", "?", "。", "！", "？"))
                cells = tuple(Cell(c.strip()) for c in body.split(" | ")) if " | " in body else ()
                out.append(Line(body, source, locator, heading, cells, sentence=ends and not cells))
    return out


def _blocks(text: str) -> list[str]:
    """Lines; a line that breaks off in the middle of a sentence is joined to the next."""
    out: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        runs_on = (
            out
            and line
            and len(out[-1]) > 45
            and (line[0].islower() or re.search(r"(?:^|\s)[a-z]{1,12}$", out[-1]))
            and not re.match(r"\d+[.)]\s", line)
            and not out[-1].rstrip().endswith((".", "!", "?", ":", "。", "：", "|"))
            and " | " not in out[-1] + line
        )
        if runs_on:
            out[-1] = f"{out[-1]} {line}"
        else:
            out.append(line)
    return out


def sentences(text: str) -> list[str]:
    """The sentences of a text, not cut after an abbreviation or an initial."""
    out: list[str] = []
    for part in _SENTENCE.split(text):
        if out and (_ABBREVIATION.search(out[-1]) or re.search(r"(?:^|\s)[A-Z]\.$", out[-1])):
            out[-1] = f"{out[-1]} {part}"
        elif part.strip():
            out.append(part)
    return out
