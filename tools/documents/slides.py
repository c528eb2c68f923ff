"""PowerPoint files (.pptx): one section a slide, tables and charts beside it, notes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.documents.base import Job, cells
from tools.documents.drawings import (
    MC,
    A,
    C,
    R,
    Relations,
    chart,
    choice,
    described,
    diagram,
    paragraphs,
    table,
)
from tools.documents.packages import Package, media, package, part, related

if TYPE_CHECKING:
    from lxml.etree import _Element

P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
DGM: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
ROW: Final = 228_600
"""Shapes whose tops differ by less, in EMU (a quarter of an inch), stand on one line."""
SHAPES: Final = frozenset(P + tag for tag in ("sp", "grpSp", "graphicFrame", "pic", "cxnSp"))


def read_pptx(job: Job) -> None:
    """Read ``job.path`` in the order of its slides, hidden ones too."""
    with package(job) as archive:
        main = next(
            (target for kind, target in related(archive, "").values() if kind == "officeDocument"),
            "ppt/presentation.xml",
        )
        root = part(archive, main)
        if root is None:
            raise ValueError("no presentation part")
        core = part(archive, "docProps/core.xml")
        if core is not None:
            job.title = core.findtext("{http://purl.org/dc/elements/1.1/}title") or ""
        if job.title == "PowerPoint Presentation":  # what PowerPoint writes where nobody did
            job.title = ""
        relations = related(archive, main)
        slides = [s.get(f"{R}id") or "" for s in root.iter(f"{P}sldId")]
        for number, rid in enumerate(slides, 1):
            job.report(number - 1, len(slides), f"slide {number} of {len(slides)}")
            Slide(job, archive, relations.get(rid, ("", ""))[1], number).read()


class Slide:
    """One slide being read."""

    def __init__(self, job: Job, archive: Package, member: str, number: int) -> None:
        self.job = job
        self.archive = archive
        self.member = member
        self.locator = f"slide={number}"
        self.relations: Relations = related(archive, member)
        self.lines: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.title = ""

    def read(self) -> None:
        root = part(self.archive, self.member)
        tree = None if root is None else root.find(f"{P}cSld/{P}spTree")
        if tree is None:
            self.job.note(f"The {self.locator.replace('=', ' ')} is missing or damaged.")
            return
        self._shapes(tree)
        if self.title and not self.job.title:
            self.job.title = self.title
        for kind, target in self.relations.values():
            if kind == "notesSlide":
                self._notes(target)
            elif kind == "comments":
                self._comments(target)
        text = "\n".join(([self.title] if self.title else []) + self.lines)
        self.job.add(text, self.locator, self.title)
        for rows in self.tables:
            kept = tuple(tuple(" ".join(c.split()) for c in row) for row in rows if any(row))
            self.job.add(cells(kept), self.locator, self.title, kept)

    def _shapes(self, tree: _Element) -> None:
        """Shapes as one reads them: the title, then by line from the top, then from the left."""
        shapes = []
        for node in tree:
            if node.tag == f"{MC}AlternateContent" and (branch := choice(node)) is not None:
                shapes += [n for n in branch if n.tag in SHAPES]
            elif node.tag in SHAPES:
                shapes.append(node)
        for node in sorted(shapes, key=_place):
            self._shape(node)

    def _shape(self, node: _Element) -> None:
        placeholder = node.find(f".//{P}nvPr/{P}ph") if node.tag != f"{P}grpSp" else None
        role = placeholder.get("type", "") if placeholder is not None else ""
        if node.tag == f"{P}grpSp":
            self._shapes(node)
        elif node.tag == f"{P}pic":
            self._picture(node)
        elif node.tag == f"{P}graphicFrame":
            self._frame(node)
        elif (body := node.find(f"{P}txBody")) is not None and role not in ("sldNum", "dt"):
            lines = paragraphs(body, self.relations)
            if role in ("title", "ctrTitle") and not self.title:
                self.title = " ".join(" ".join(lines).split())
            else:
                self.lines += lines

    def _frame(self, node: _Element) -> None:
        if (grid := node.find(f".//{A}tbl")) is not None:
            self.tables.append(table(grid, self.relations))
        elif (drawn := node.find(f".//{C}chart")) is not None:
            title, rows = chart(self.archive, self._target(drawn.get(f"{R}id")))
            if title:
                self.lines.append(f"[chart: {title}]")
            if rows:
                self.tables.append(rows)
        elif (smart := node.find(f".//{DGM}relIds")) is not None:
            self.lines += diagram(self.archive, self._target(smart.get(f"{R}dm")))

    def _picture(self, node: _Element) -> None:
        if description := described(node.find(f".//{P}cNvPr")):
            self.lines.append(f"[picture: {description}]")
        blip = node.find(f".//{A}blip")
        data = media(self.archive, self._target(blip.get(f"{R}embed"))) if blip is not None else b""
        if data and self.job.ocr is None:
            self.job.note("The slides have pictures; text in them was not read (no OCR).")
        elif data and (text := self.job.picture(data)):
            self.lines.append(f"[text in picture]\n{text}")

    def _target(self, rid: str | None) -> str:
        return self.relations.get(rid or "", ("", ""))[1]

    def _notes(self, member: str) -> None:
        root = part(self.archive, member)
        lines: list[str] = []
        for shape in () if root is None else root.iter(f"{P}sp"):
            role = shape.find(f".//{P}nvPr/{P}ph")
            body = shape.find(f"{P}txBody")
            if body is not None and role is not None and role.get("type") == "body":
                lines += paragraphs(body, {})
        if lines:
            self.lines.append("Notes: " + "\n".join(lines))

    def _comments(self, member: str) -> None:
        root = part(self.archive, member)
        for node in () if root is None else root.iter():
            text = node.text if node.tag in (f"{P}text", f"{A}t") else None
            if text and text.strip():
                self.lines.append(f"[comment] {text.strip()}")


def _place(node: _Element) -> tuple[int, int, int]:
    """(0 title / 1 placeholder in its layout's place / 2 placed by hand, line, left edge)."""
    role = node.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
    if role is not None and role.get("type") in ("title", "ctrTitle"):
        return 0, 0, 0
    offset = node.find(f".//{A}off")
    if offset is None:
        offset = node.find(f"{P}xfrm/{A}off")
    if offset is None:
        return 1, 0, 0
    return 2, int(offset.get("y", "0")) // ROW, int(offset.get("x", "0"))
