"""Documents: a file in, sections with locators out. The only document parser of the house."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.documents.base import Document, Full, Job, Ocr, Section, Table
from tools.errors import BadInput, ToolError, not_installed
from tools.media.sniff import sniff

__all__ = ["SUFFIXES", "Document", "Section", "Table", "read"]

LABELS: Final = {
    ".pdf": "PDF",
    ".docx": "Word file",
    ".pptx": "PowerPoint file",
    ".xlsx": "Excel file",
    ".odt": "OpenDocument text",
    ".ods": "OpenDocument table",
    ".odp": "OpenDocument presentation",
    ".epub": "EPUB book",
    ".html": "web page",
    ".rss": "feed",
    ".csv": "CSV table",
    ".tsv": "TSV table",
    ".md": "Markdown text",
    ".json": "JSON file",
    ".jsonl": "JSON-lines file",
    ".ipynb": "notebook",
    ".eml": "e-mail message",
    ".txt": "text",
}
SUFFIXES: Final = frozenset(LABELS)
"""The formats that are read, by their usual suffixes."""


def read(
    path: str | Path,
    *,
    name: str = "",
    ocr: Ocr | None = None,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float | None, str], None] | None = None,
) -> Document:
    """Read a document of any format in :data:`SUFFIXES`, told by content, not by name.

    Args:
        name: the person's own name for the file, where ``path`` is a private copy.
        ocr: takes a ``PIL.Image`` (RGB) and returns its text; it reads scanned pages and
            pictures inside the document. Without it ``notes`` say what was not read.
        cancelled: asked between pages, rows and parts; True ends the reading.
        progress: told ``(fraction in 0..1 or None, what is being read)``.

    Raises:
        BadInput: the file cannot be read, with a sentence and a remedy.
        Cancelled: ``cancelled`` said so.
        Unavailable: the library that reads this format is not installed.
    """
    path = Path(path)
    name = name or path.name
    found = sniff(path, name=name, expect="document")
    job = Job(path, name, found.suffix, ocr, cancelled, progress)
    try:
        _reader(found.suffix)(job)
    except Full:
        pass
    except ToolError:
        raise
    except ImportError as error:
        raise not_installed(error) from error
    except PermissionError as error:
        raise BadInput(f"{name} may not be read.", "Change its permissions.") from error
    except Exception as error:  # the parsers of damaged and hostile files raise anything
        raise job.damaged(LABELS[found.suffix]) from error
    if not job.sections:
        job.note("The document holds no text.")
    return Document(
        " ".join(job.title.split())[:300] or Path(name).stem,
        found.suffix.lstrip("."),
        found.mime,
        tuple(job.sections),
        tuple(job.notes),
    )


def _reader(suffix: str) -> Callable[[Job], None]:
    """The reader of a format; its module and the library behind it are imported here."""
    if suffix == ".pdf":
        from tools.documents.pdf import read_pdf

        return read_pdf
    if suffix == ".docx":
        from tools.documents.word import read_docx

        return read_docx
    if suffix == ".pptx":
        from tools.documents.slides import read_pptx

        return read_pptx
    if suffix == ".xlsx":
        from tools.documents.sheets import read_xlsx

        return read_xlsx
    if suffix in (".csv", ".tsv"):
        from tools.documents.delimited import read_csv

        return read_csv
    if suffix in (".odt", ".ods", ".odp"):
        from tools.documents.opendocument import read_odf

        return read_odf
    if suffix in (".html", ".rss", ".epub"):
        from tools.documents import web

        return {".html": web.read_html, ".rss": web.read_feed, ".epub": web.read_epub}[suffix]
    from tools.documents import text

    return {
        ".md": text.read_markdown,
        ".json": text.read_json,
        ".ipynb": text.read_notebook,
        ".eml": text.read_mail,
    }.get(suffix, text.read_plain)
