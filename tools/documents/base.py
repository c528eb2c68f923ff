"""The values every reader gives, and what a reading job keeps while it runs."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.errors import BadInput, Cancelled

if TYPE_CHECKING:
    from PIL.Image import Image

Table = tuple[tuple[str, ...], ...]
Ocr = Callable[["Image"], str]

MAX_CHARACTERS: Final = 20_000_000
"""The most text that is taken from one document; the rest is left out with a note."""
MAX_PICTURES: Final = 40
"""The most pictures inside one document that are read with OCR."""
MAX_PIXELS: Final = 50_000_000
MIN_SIDE: Final = 24
"""Pictures with a shorter side, in pixels, are rules and bullets, not text."""
SECTION_CHARACTERS: Final = 2_000
TABLE_ROWS: Final = 40


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a document in reading order.

    ``locator`` says where it stands: ``page=3``, ``slide=4``, ``sheet=Q3 rows=10-24``,
    ``lines=5-9``, ``heading=...`` (which runs to the end). ``text`` holds everything, the
    heading and a table's cells too; ``table`` has the same cells as rows.
    """

    text: str
    locator: str
    heading: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """``kind`` is the format by its usual suffix (``pdf``, ``docx``, ...), whatever the name.

    ``notes`` are sentences about what could not be read or was left out.
    """

    title: str
    kind: str
    mime: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()


class Full(Exception):
    """Enough text was taken."""


@dataclass(slots=True)
class Job:
    """One reading: its file, its injected helpers, and what it found so far."""

    path: Path
    name: str
    suffix: str = ""
    ocr: Ocr | None = None
    cancelled: Callable[[], bool] | None = None
    progress: Callable[[float | None, str], None] | None = None
    title: str = ""
    sections: list[Section] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    characters: int = 0
    pictures: int = 0
    _read: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise :class:`Cancelled` if the caller wants the reading to stop."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("Reading the document was stopped before it finished.")

    def report(self, done: int, total: int, what: str) -> None:
        self.check()
        if self.progress is not None:
            self.progress(done / total if total else None, what)

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def add(self, text: str, locator: str, heading: str = "", table: Table | None = None) -> None:
        """Keep a section, unless it is blank.

        Raises:
            Full: the document has more text than is taken.
        """
        text = text.strip("\n").rstrip()
        if not text.strip():
            return
        self.check()
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            self.note(
                f"Only the first {MAX_CHARACTERS // 1_000_000} million characters were read; "
                "the rest was left out."
            )
            raise Full
        self.sections.append(Section(text, locator, heading, table))

    def damaged(self, what: str) -> BadInput:
        return BadInput(
            f"{self.name} is not a readable {what}: it is damaged or cut off.",
            "Fetch or save it again, whole.",
        )

    def picture(self, source: bytes | Image) -> str:
        """The text in a picture inside the document; '' without OCR or where it holds none."""
        if self.ocr is None:
            return ""
        from PIL import Image as Pillow
        from PIL import ImageOps

        self.check()
        if isinstance(source, bytes):
            key = hashlib.sha256(source).hexdigest()
            if key in self._read:  # a logo on every page
                return ""
            self._read[key] = ""
        if self.pictures >= MAX_PICTURES:
            self.note(f"Only the first {MAX_PICTURES} pictures were searched for text.")
            return ""
        try:
            image = Pillow.open(io.BytesIO(source)) if isinstance(source, bytes) else source
            width, height = image.size
            if min(width, height) < MIN_SIDE or width * height > MAX_PIXELS:
                return ""
            image = ImageOps.exif_transpose(image)
            if image.mode in {"RGBA", "LA", "PA", "P"}:  # text on a transparent ground
                image = image.convert("RGBA")
                ground = Pillow.new("RGBA", image.size, "white")
                ground.alpha_composite(image)
                image = ground
            image = image.convert("RGB")
        except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError):
            self.note("A picture in the document could not be decoded and was skipped.")
            return ""
        self.pictures += 1
        return self.ocr(image).strip()


def cells(table: Iterable[Sequence[str]]) -> str:
    """A table as lines of text, its cells apart by ``|``; blank rows and line breaks go."""
    lines = []
    for row in table:
        values = [" ".join(cell.split()) for cell in row]
        if any(values):
            lines.append(" | ".join(values))
    return "\n".join(lines)


class Flow:
    """Gathers running text with headings into sections, for formats that have no pages.

    A section's locator is ``heading=...`` of the heading it stands under. Text under no
    heading gets ``lines=a-b``, which counts the paragraphs of the text as read.
    """

    def __init__(self, job: Job, default: str = "") -> None:
        self.job = job
        self.current = default
        self._lines: list[str] = []
        self._size = 0
        self._count = 0
        self._first = 1

    def heading(self, text: str) -> None:
        text = " ".join(text.split())
        if not text:
            return
        self.flush()
        self.current = text
        self.paragraph(text)

    def paragraph(self, text: str) -> None:
        text = text.strip()
        if not text:
            return
        if self._size + len(text) > SECTION_CHARACTERS and self._size > SECTION_CHARACTERS // 4:
            self.flush()
        self._lines.append(text)
        self._count += 1
        self._size += len(text)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A table is a section of its own (several when long), its header row in each."""
        table = tuple(tuple(" ".join(c.split()) for c in row) for row in rows if any(row))
        if not table:
            return
        self.flush()
        header = table[:1] if len(table) > TABLE_ROWS else ()
        for start in range(len(header), len(table), TABLE_ROWS):
            block = header + table[start : start + TABLE_ROWS]
            self._count += len(block) - len(header)
            self.job.add(cells(block), self._locator(), self.current, block)
            self._first = self._count + 1

    def flush(self) -> None:
        lines, self._lines, self._size = self._lines, [], 0
        if lines:
            self.job.add("\n".join(lines), self._locator(), self.current)
        self._first = self._count + 1

    def _locator(self) -> str:
        if self.current:
            return f"heading={self.current[:120]}"
        return f"lines={self._first}-{max(self._count, self._first)}"
