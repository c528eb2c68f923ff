"""Word files (.docx): headings, paragraphs, lists, tables and boxes in document order.

The XML is walked here because python-docx's text leaves out text boxes, content controls,
tracked insertions, footnotes, equations and pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tools.documents.base import Flow, Job
from tools.documents.drawings import (
    MC,
    A,
    C,
    M,
    R,
    Relations,
    chart,
    choice,
    described,
    diagram,
    equation,
    is_element,
    link,
)
from tools.documents.packages import Package, media, package, part, related

if TYPE_CHECKING:
    from lxml.etree import _Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
V: Final = "{urn:schemas-microsoft-com:vml}"
DGM: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
STRICT: Final = b"http://purl.oclc.org/ooxml/"
SKIP: Final = frozenset(
    W + tag for tag in ("del", "moveFrom", "instrText", "delText", "rt", "pPr", "rPr", "sectPr")
)
BREAKS: Final = {W + "tab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
TRANSPARENT: Final = frozenset(
    W + tag for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
)


@dataclass(slots=True)
class Found:
    """What hangs on a paragraph besides its own text."""

    boxes: list[_Element] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_docx(job: Job) -> None:
    """Read ``job.path``; raises ValueError and its like where it is not a Word file."""
    with package(job) as archive:
        main = next(
            (target for kind, target in related(archive, "").values() if kind == "officeDocument"),
            "word/document.xml",
        )
        Word(job, archive, main).read()


class Word:
    """One open Word file."""

    def __init__(self, job: Job, archive: Package, main: str) -> None:
        self.job = job
        self.archive = archive
        self.main = main
        self.relations = related(archive, main)
        self.flow = Flow(job)
        self.levels, self.names = self._styles()
        self.footnotes = self._notes("footnotes", "footnote", "note")
        self.footnotes |= self._notes("endnotes", "endnote", "endnote")
        self.footnotes |= self._notes("comments", "comment", "comment")

    def read(self) -> None:
        root = part(self.archive, self.main)
        body = None if root is None else root.find(f"{W}body")
        if body is None:
            raise ValueError("no body")
        core = part(self.archive, "docProps/core.xml")
        if core is not None:
            self.job.title = core.findtext("{http://purl.org/dc/elements/1.1/}title") or ""
        blocks = list(self._blocks(body))
        for done, block in enumerate(blocks):
            if done % 100 == 0:
                self.job.report(done, len(blocks), "paragraphs")
            self._block(block)
        self.flow.flush()
        self._margins()

    def _member(self, kind: str) -> str:
        return next((t for k, t in self.relations.values() if k == kind), "")

    def _styles(self) -> tuple[dict[str, int], dict[str, str]]:
        """``style id -> heading level`` (0 = title) and ``style id -> name``."""
        levels: dict[str, int] = {}
        names: dict[str, str] = {}
        root = part(self.archive, self._member("styles"))
        for style in () if root is None else root.iter(f"{W}style"):
            identity = style.get(f"{W}styleId", "")
            label = style.find(f"{W}name")
            name = ((label.get(f"{W}val") if label is not None else "") or "").lower()
            names[identity] = name
            outline = style.find(f"{W}pPr/{W}outlineLvl")
            if name == "title":
                levels[identity] = 0
            elif match := re.fullmatch(r"heading (\d)", name):
                levels[identity] = int(match[1])
            elif outline is not None and (outline.get(f"{W}val") or "9") < "9":
                levels[identity] = int(outline.get(f"{W}val") or 0) + 1
        return levels, names

    def _notes(self, kind: str, tag: str, label: str) -> dict[str, str]:
        """``tag:id -> text`` of footnotes, endnotes or comments."""
        out: dict[str, str] = {}
        root = part(self.archive, self._member(kind)) if self._member(kind) else None
        for note in () if root is None else root.iter(f"{W}{tag}"):
            text = " ".join(t for p in note.iter(f"{W}p") if (t := self._text(p, Found()).strip()))
            author = note.get(f"{W}author")
            if text:
                by = f" by {author}" if author else ""
                out[f"{tag}:{note.get(f'{W}id')}"] = f"[{label}{by}] {text}"
        return out

    def _blocks(self, container: _Element) -> Iterator[_Element]:
        """Paragraphs and tables, those in content controls and insertions too."""
        for node in container:
            if node.tag in (f"{W}p", f"{W}tbl"):
                yield node
            elif node.tag in TRANSPARENT:
                yield from self._blocks(node)
            elif node.tag == f"{MC}AlternateContent" and (branch := choice(node)) is not None:
                yield from self._blocks(branch)

    def _block(self, block: _Element) -> None:
        found = Found()
        if block.tag == f"{W}tbl":
            self._table(block, found)
        else:
            self._paragraph(block, found)
        for box in found.boxes:
            for inner in self._blocks(box):
                self._block(inner)
        for note in found.notes:
            self.flow.paragraph(note)
        self._drawings(found)

    def _paragraph(self, node: _Element, found: Found) -> None:
        text = self._text(node, found).strip()
        style = node.find(f"{W}pPr/{W}pStyle")
        identity = (style.get(f"{W}val") if style is not None else "") or ""
        level = self.levels.get(identity)
        if text and level is not None and len(text) < 300:
            if not self.job.title:
                self.job.title = text
            self.flow.heading(text)
        elif text and self._is_item(node, identity):
            depth = node.find(f"{W}pPr/{W}numPr/{W}ilvl")
            value = (depth.get(f"{W}val") if depth is not None else "0") or "0"
            self.flow.paragraph("  " * min(int(value), 8) + f"- {text}")
        else:
            self.flow.paragraph(text)

    def _is_item(self, node: _Element, style: str) -> bool:
        number = node.find(f"{W}pPr/{W}numPr/{W}numId")
        if number is not None:
            return number.get(f"{W}val") != "0"
        return self.names.get(style, "").startswith(("list bullet", "list number"))

    def _table(self, node: _Element, found: Found) -> None:
        rows = [
            [c for c in self._cells(row) if c.tag == f"{W}tc"]
            for row in self._cells(node)
            if row.tag == f"{W}tr"
        ]
        if all(len(row) < 2 for row in rows):  # a frame for layout, not a table
            for row in rows:
                for cell in row:
                    for block in self._blocks(cell):
                        self._block(block)
            return
        self.flow.table([[self._cell(cell, found) for cell in row] for row in rows])

    def _cells(self, node: _Element) -> Iterator[_Element]:
        for child in node:
            if child.tag in TRANSPARENT:
                yield from self._cells(child)
            else:
                yield child

    def _cell(self, cell: _Element, found: Found) -> str:
        texts = []
        for block in self._blocks(cell):
            if block.tag == f"{W}p":
                texts.append(self._text(block, found))
            else:
                texts.extend(
                    self._cell(inner, found)
                    for row in self._cells(block)
                    for inner in self._cells(row)
                    if inner.tag == f"{W}tc"
                )
        return " ".join(text for text in texts if text.strip())

    def _text(self, node: _Element, found: Found) -> str:
        """The text of a paragraph or run; what hangs on it goes to ``found``."""
        pieces = []
        for child in node:
            tag = child.tag
            if not is_element(child) or tag in SKIP:
                continue
            if tag == f"{W}t":
                pieces.append(child.text or "")
            elif tag in BREAKS:
                pieces.append(BREAKS[tag])
            elif tag == f"{W}hyperlink":
                pieces.append(link(self._text(child, found), self.relations, child.get(f"{R}id")))
            elif tag == f"{W}txbxContent":
                found.boxes.append(child)
            elif tag == f"{MC}AlternateContent":
                if (branch := choice(child)) is not None:
                    pieces.append(self._text(branch, found))
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                pieces.append(f" {equation(child)} ")
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference", f"{W}commentReference"):
                kind = tag.removeprefix(W).removesuffix("Reference")
                if note := self.footnotes.pop(f"{kind}:{child.get(f'{W}id')}", ""):
                    found.notes.append(note)
            else:
                self._drawing(child, found)
                pieces.append(self._text(child, found))
        return "".join(pieces)

    def _drawing(self, node: _Element, found: Found) -> None:
        """Note down a picture, chart or diagram that ``node`` itself refers to."""
        if node.tag == f"{WP}docPr" and (said := described(node)):
            found.notes.append(f"[picture: {said}]")
        elif node.tag == f"{A}blip":
            found.pictures.append(node.get(f"{R}embed") or "")
        elif node.tag == f"{V}imagedata":
            found.pictures.append(node.get(f"{R}id") or "")
        elif node.tag == f"{C}chart":
            found.charts.append(node.get(f"{R}id") or "")
        elif node.tag == f"{DGM}relIds":
            found.diagrams.append(node.get(f"{R}dm") or "")

    def _drawings(self, found: Found) -> None:
        relations: Relations = self.relations
        for rid in found.charts:
            title, rows = chart(self.archive, relations.get(rid, ("", ""))[1])
            self.flow.paragraph(title and f"[chart: {title}]")
            self.flow.table(rows)
        for rid in found.diagrams:
            for line in diagram(self.archive, relations.get(rid, ("", ""))[1]):
                self.flow.paragraph(line)
        for rid in found.pictures:
            data = media(self.archive, relations.get(rid, ("", ""))[1])
            if data and self.job.ocr is None:
                self.job.note("The document has pictures; text in them was not read (no OCR).")
            elif data and (text := self.job.picture(data)):
                self.flow.paragraph(f"[text in picture]\n{text}")

    def _margins(self) -> None:
        """Comments that no paragraph refers to, then headers and footers, each text once."""
        for note in self.footnotes.values():
            if note.startswith("[comment"):
                self.flow.paragraph(note)
        self.flow.flush()
        seen: dict[str, None] = {}
        for kind, target in self.relations.values():
            root = part(self.archive, target) if kind in ("header", "footer") else None
            for paragraph in () if root is None else root.iter(f"{W}p"):
                if text := self._text(paragraph, Found()).strip():
                    seen[text] = None
        if seen:
            self.job.add("\n".join(seen), "heading=Header and footer", "Header and footer")
