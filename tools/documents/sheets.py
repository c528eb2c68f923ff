"""Excel files (.xlsx): per sheet, in blocks of rows, values as a person sees them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tools.documents.base import TABLE_ROWS, Job, Table, cells
from tools.documents.drawings import A, C, R, chart
from tools.documents.packages import Package, media, package, part, related

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 500
FORMULA_BYTES: Final = 20 * 1024**2
X: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

Row = tuple[int, tuple[str, ...]]


def read_xlsx(job: Job) -> None:
    """Read ``job.path``, streaming; hidden sheets too. Formulas give their stored values."""
    import openpyxl

    # openpyxl judges a path by its ending, which a stored copy does not have: it gets files.
    with package(job) as archive, job.path.open("rb") as file, job.path.open("rb") as again:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        formulas = _formulas(again, archive)
        try:
            job.title = book.properties.title or ""
            members = _members(archive)
            for number, sheet in enumerate(book.worksheets, 1):
                job.report(number - 1, len(book.worksheets), f"sheet {sheet.title}")
                member = members.get(sheet.title, "")
                twin: Any = formulas[sheet.title] if formulas is not None else None
                add_rows(job, _rows(job, sheet, twin), f"sheet={sheet.title}", sheet.title)
                _extras(job, archive, member, sheet.title)
        finally:
            book.close()
            if formulas is not None:
                formulas.close()


def add_rows(job: Job, rows: Iterable[Row], place: str, heading: str, unit: str = "rows") -> None:
    """Sections of up to :data:`TABLE_ROWS` rows; the header row stands first in every block.

    ``rows`` are ``(number, cells)``; blank ones are left out.
    """
    block: list[Row] = []
    header: tuple[str, ...] | None = None
    first = True

    def flush() -> None:
        if not block:
            return
        body = [row for _, row in block]
        repeated = header is not None and not first
        kept = trim([header, *body] if repeated and header is not None else body)
        locator = f"{place} {unit}={block[0][0]}-{block[-1][0]}".strip()
        job.add(f"{heading}\n{cells(kept)}".strip(), locator, heading, kept)
        block.clear()

    for number, row in rows:
        block.append((number, row))
        if len(block) >= TABLE_ROWS:
            if first:
                header = _header([r for _, r in block])
            flush()
            first = False
    flush()


def _header(rows: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The first row, where it names columns: several words, none a number, none twice."""
    names = [name for name in rows[0] if name]
    plain = all(not re.fullmatch(r"[-+]?[\d.,%\s]+", name) for name in names)
    return rows[0] if len(names) >= 2 and plain and len(set(names)) == len(names) else None


def trim(rows: Sequence[tuple[str, ...]]) -> Table:
    """Rows of one width, without columns that are empty at the right or the left."""
    width = max((len(row) for row in rows), default=0)
    padded = [row + ("",) * (width - len(row)) for row in rows]
    used = [i for i in range(width) if any(row[i] for row in padded)]
    if not used:
        return ()
    return tuple(tuple(row[used[0] : used[-1] + 1]) for row in padded)


def _rows(job: Job, sheet: Any, twin: Any) -> Iterator[Row]:
    """``(row number, texts)`` of the rows that are not blank."""
    sheet.reset_dimensions()  # a wrong declared size would pad every row to it
    if twin is not None:
        twin.reset_dimensions()
    others = iter(twin.iter_rows()) if twin is not None else None
    unknown = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number % 1000 == 0:
            job.check()
        formulas = next(others, ()) if others is not None else ()
        values = [shown(cell.value, cell.number_format) for cell in row[:MAX_COLUMNS]]
        for i, cell in enumerate(formulas[: len(values)]):
            if not values[i] and isinstance(cell.value, str) and cell.value.startswith("="):
                values[i] = cell.value
                unknown += 1
        if any(values):
            if number > MAX_ROWS:
                job.note(f"Sheet {sheet.title}: only the first {MAX_ROWS:,} rows were read.")
                break
            yield number, tuple(values)
        if len(row) > MAX_COLUMNS:
            job.note(f"Sheet {sheet.title}: only the first {MAX_COLUMNS} columns were read.")
    if unknown:
        job.note(
            f"Sheet {sheet.title}: {unknown} formulas have no stored result and are shown as "
            "formulas; open and save the file in a spreadsheet program to store them."
        )


def shown(value: Any, number_format: str = "General") -> str:
    """A cell as text: dates in ISO 8601, percentages as such, numbers without float noise."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        if value.time() == dt.time() and not re.search(r"h|s", number_format.lower()):
            return value.date().isoformat()
        return value.replace(microsecond=0).isoformat(" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, (int, float)):
        plain = re.sub(r'"[^"]*"|\\.', "", number_format)
        if "%" in plain:
            return f"{value * 100:.10g}%"
        return str(value) if isinstance(value, int) else f"{value:.15g}"
    return str(value).strip()


def _formulas(file: BinaryIO, archive: Package) -> Workbook | None:
    """The workbook again with its formulas, where a stored result is missing somewhere."""
    import openpyxl

    sheets = [m for m in archive.infolist() if m.filename.startswith("xl/worksheets/sheet")]
    if sum(m.file_size for m in sheets) > FORMULA_BYTES:
        return None
    bare = re.compile(rb"</f>\s*(<v\s*/>|<v></v>)?\s*</c>|<f[^>]*/>\s*(<v\s*/>|<v></v>)?\s*</c>")
    if not any(bare.search(archive.salvage(m.filename)) for m in sheets):
        return None
    return openpyxl.load_workbook(file, read_only=True)


def _members(archive: Package) -> dict[str, str]:
    """``sheet title -> its part``."""
    root = part(archive, "xl/workbook.xml")
    relations = related(archive, "xl/workbook.xml")
    return {
        sheet.get("name", ""): relations.get(sheet.get(f"{R}id") or "", ("", ""))[1]
        for sheet in (() if root is None else root.iter(f"{X}sheet"))
    }


def _extras(job: Job, archive: Package, member: str, title: str) -> None:
    """Comments, text boxes, charts and pictures of one sheet."""
    lines: list[str] = []
    for kind, target in related(archive, member).values() if member else ():
        root = part(archive, target) if kind in ("comments", "drawing") else None
        if root is None:
            continue
        if kind == "comments":
            for comment in root.iter(f"{X}comment"):
                text = " ".join("".join(t.text or "" for t in comment.iter(f"{X}t")).split())
                lines.append(f"[comment at {comment.get('ref')}] {text}")
            continue
        words = " ".join("".join(t.text or "" for t in root.iter(f"{A}t")).split())
        if words:
            lines.append(words)
        drawn = related(archive, target)
        for node in root.iter(f"{C}chart", f"{A}blip"):
            rid = node.get(f"{R}id") or node.get(f"{R}embed") or ""
            place = drawn.get(rid, ("", ""))[1]
            if node.tag == f"{C}chart":
                name, rows = chart(archive, place)
                if rows:
                    lines.append(f"[chart: {name}]\n{cells(rows)}")
            elif (data := media(archive, place)) and job.ocr is None:
                job.note("The sheets have pictures; text in them was not read (no OCR).")
            elif data and (text := job.picture(data)):
                lines.append(f"[text in picture]\n{text}")
    job.add("\n".join(lines), f"sheet={title}", title)
