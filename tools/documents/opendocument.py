"""OpenDocument files (.odt, .ods, .odp), as LibreOffice writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tools.documents.base import Flow, Job, cells
from tools.documents.packages import media, package, part
from tools.documents.sheets import MAX_ROWS, Row, add_rows

if TYPE_CHECKING:
    from lxml.etree import _Element

_BASE: Final = "{urn:oasis:names:tc:opendocument:xmlns:"
TEXT: Final = _BASE + "text:1.0}"
TABLE: Final = _BASE + "table:1.0}"
DRAW: Final = _BASE + "drawing:1.0}"
OFFICE: Final = _BASE + "office:1.0}"
PRESENTATION: Final = _BASE + "presentation:1.0}"
XLINK: Final = "{http://www.w3.org/1999/xlink}"
MAX_COLUMNS: Final = 500


def read_odf(job: Job) -> None:
    """Text as flow, spreadsheets by sheet and row, presentations by slide."""
    with package(job) as archive:
        root = part(archive, "content.xml")
        body = None if root is None else root.find(f"{OFFICE}body")
        if body is None:
            raise ValueError("no body")
        meta = part(archive, "meta.xml")
        if meta is not None:
            job.title = meta.findtext(".//{http://purl.org/dc/elements/1.1/}title") or ""
        if job.suffix == ".ods":
            for sheet in body.iter(f"{TABLE}table"):
                name = sheet.get(f"{TABLE}name", "")
                add_rows(job, _rows(job, sheet), f"sheet={name}", name)
        elif job.suffix == ".odp":
            _slides(job, body)
        else:
            flow = Flow(job)
            _flow(flow, body)
            flow.flush()
        for image in body.iter(f"{DRAW}image"):
            data = media(archive, image.get(f"{XLINK}href", ""))
            if data and job.ocr is None:
                job.note("The document has pictures; text in them was not read (no OCR).")
            elif data and (text := job.picture(data)):
                job.add(f"[text in picture]\n{text}", "heading=Pictures", "Pictures")


def _flow(flow: Flow, container: _Element) -> None:
    for node in container:
        if node.tag == f"{TEXT}h":
            flow.heading(_text(node))
        elif node.tag == f"{TEXT}p":
            flow.paragraph(_text(node))
        elif node.tag == f"{TEXT}list":
            for item in node.iter(f"{TEXT}p", f"{TEXT}h"):
                flow.paragraph(f"- {_text(item)}")
        elif node.tag == f"{TABLE}table":
            flow.table([list(row) for _, row in _rows(flow.job, node)])
        elif isinstance(node.tag, str):
            _flow(flow, node)


def _slides(job: Job, body: _Element) -> None:
    for number, page in enumerate(body.iter(f"{DRAW}page"), 1):
        title = next(
            (
                " ".join(_text(p) for p in frame.iter(f"{TEXT}p"))
                for frame in page.iter(f"{DRAW}frame")
                if frame.get(f"{PRESENTATION}class") == "title"
            ),
            "",
        )
        in_tables = {p for table in page.iter(f"{TABLE}table") for p in table.iter(f"{TEXT}p")}
        lines = [_text(p) for p in page.iter(f"{TEXT}p") if p not in in_tables]
        job.add("\n".join(x for x in lines if x), f"slide={number}", title)
        for table in page.iter(f"{TABLE}table"):
            kept = tuple(row for _, row in _rows(job, table))
            job.add(cells(kept), f"slide={number}", title, kept)


def _rows(job: Job, table: _Element) -> Iterator[Row]:
    """Rows that are not blank; a repeated blank row only moves the number on."""
    number = 1
    for row in table.iter(f"{TABLE}table-row"):
        repeat = _count(row, "rows")
        values: list[str] = []
        for cell in row.iter(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            text = " ".join(_text(p) for p in cell.iter(f"{TEXT}p"))
            values += [text] * min(_count(cell, "columns"), MAX_COLUMNS - len(values))
        if any(values):
            for extra in range(min(repeat, 1000)):
                yield number + extra, tuple(values)
        number += repeat
        if number > MAX_ROWS and any(values):
            job.note(f"Only the first {MAX_ROWS:,} rows of a sheet were read.")
            return


def _count(node: _Element, what: str) -> int:
    value = node.get(f"{TABLE}number-{what}-repeated", "1")
    return max(1, int(value)) if value.isdigit() else 1


def _text(node: _Element) -> str:
    """The words of a paragraph, with notes and comments in brackets where they stand."""
    pieces = [node.text or ""]
    for child in node:
        if child.tag == f"{TEXT}s":
            pieces.append(" ")
        elif child.tag == f"{TEXT}tab":
            pieces.append("\t")
        elif child.tag == f"{TEXT}line-break":
            pieces.append("\n")
        elif child.tag == f"{TEXT}note":
            pieces.append(f" [note: {' '.join(_text(p) for p in child.iter(f'{TEXT}p'))}]")
        elif child.tag == f"{OFFICE}annotation":
            pieces.append(f" [comment: {' '.join(_text(p) for p in child.iter(f'{TEXT}p'))}]")
        elif isinstance(child.tag, str):
            pieces.append(_text(child))
        pieces.append(child.tail or "")
    return "".join(pieces).strip("\n")
