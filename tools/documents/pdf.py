"""PDF by page through PDFium: the text layer, or OCR of the rendered page where it has none."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tools.documents.base import Job
from tools.errors import BadInput

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import (  # type: ignore[import-untyped,unused-ignore]
        PdfDocument,
        PdfPage,
        PdfTextPage,
    )

PDFIUM: Final = threading.RLock()
"""PDFium is not thread-safe: every call into it, in the whole process, holds this lock."""

MAX_PAGES: Final = 5_000
MAX_OCR_PAGES: Final = 200
DPI: Final = 200
MAX_SIDE: Final = 4_000
"""The longest side of a rendered page, in pixels."""
MIN_PICTURE: Final = 30
"""Pictures on a page whose shorter side is less, in points, are not searched for text."""
MENDED: Final = "The PDF is damaged or cut off; only what could be found was read."
UNREADABLE: Final = re.compile(r"[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")


def read_pdf(job: Job) -> None:
    """Read ``job.path`` page by page.

    Raises:
        BadInput: it is encrypted, or too damaged to open.
    """
    with PDFIUM:
        document = _open(job)
    try:
        with PDFIUM:
            count = len(document)
            job.title = _title(document)
            headings = _outline(document)
        if count > MAX_PAGES:
            job.note(f"Only the first {MAX_PAGES:,} of {count:,} pages were read.")
        _pages(job, document, min(count, MAX_PAGES), headings)
        if MENDED in job.notes and not job.sections:
            raise job.damaged("PDF")
    finally:
        with PDFIUM:
            document.close()


def check_pdf(path: Path, *, name: str = "") -> None:
    """Open a PDF and close it again.

    Raises:
        BadInput: it is encrypted, cut off, or too damaged to open.
    """
    job = Job(path, name or path.name, ".pdf", None, None, None)
    with PDFIUM:
        _open(job).close()
    if _cut_off(path):
        raise BadInput(f"{job.name} is cut off: its end is missing.", "Fetch it again, whole.")


def _open(job: Job) -> PdfDocument:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(job.path)
    except pypdfium2.PdfiumError as error:
        reason = str(error).lower()
        if "password" in reason or "security" in reason:
            raise BadInput(
                f"{job.name} is encrypted and needs a password.",
                "Remove the password, e.g. with `qpdf --decrypt --password=... IN OUT`.",
            ) from error
        if mended := _with_trailer(job):
            try:
                document = pypdfium2.PdfDocument(mended)
            except pypdfium2.PdfiumError:
                pass
            else:
                job.note(MENDED)
                return document
        raise job.damaged("PDF") from error
    if _cut_off(job.path):
        job.note(MENDED)
    return document


def _cut_off(path: Path) -> bool:
    """Whether the pointer to the table of objects, with which every PDF ends, is missing.

    PDFium says nothing of it where the table stands at the beginning (linearized files) or
    where it can search the objects one by one; the pages that were cut off are then lost.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_536))
        tail = file.read()
    return tail.rfind(b"startxref") <= tail.rfind(b"endobj")


def _with_trailer(job: Job) -> bytes:
    """A cut-off file with a trailer that names its catalog, from which PDFium rebuilds the rest.

    b'' where the catalog is not in the part that is there.
    """
    data = job.path.read_bytes()
    catalog = re.search(rb"(\d{1,9}) (\d{1,5}) obj[^>]{0,400}?/Type\s*/Catalog\b", data)
    if catalog is None or b"/Encrypt" in data:
        return b""
    return data + b"\nendobj\ntrailer\n<< /Root %s %s R >>\n%%%%EOF\n" % catalog.groups()


def _title(document: PdfDocument) -> str:
    title: str = document.get_metadata_value("Title")
    title = re.sub(r"^Microsoft \w+ - ", "", title.replace("\0", "")).strip()
    return "" if title.lower() in ("", "untitled", "unknown") else title


def _outline(document: PdfDocument) -> dict[int, str]:
    """``page index -> the first bookmark that points to it``."""
    headings: dict[int, str] = {}
    for seen, mark in enumerate(document.get_toc(max_depth=4)):
        if seen > 2_000:
            break
        target = mark.get_dest()
        index = target.get_index() if target is not None else None
        if index is not None and (title := " ".join(mark.get_title().split())):
            headings.setdefault(index, title[:200])
    return headings


def _pages(job: Job, document: PdfDocument, count: int, headings: dict[int, str]) -> None:
    import pypdfium2

    scanned: list[int] = []
    failed: list[int] = []
    pictured: list[int] = []
    recognized = 0
    heading = ""
    for index in range(count):
        job.report(index, count, f"page {index + 1} of {count}")
        heading = headings.get(index, heading)
        crops: list[Any] | None
        try:
            with PDFIUM:
                text, image, crops = _page(job, document, index, recognized < MAX_OCR_PAGES)
        except (pypdfium2.PdfiumError, ValueError, MemoryError, OSError):
            failed.append(index + 1)
            continue
        if image is not None and job.ocr is not None:
            recognized += 1
            text = "\n".join(t for t in (job.ocr(image).strip(), text) if t)
        elif image is None and crops is None:
            scanned.append(index + 1)
        elif crops and job.ocr is None:
            pictured.append(index + 1)
        for crop in crops or ():
            if words := _new_lines(job.picture(crop), text):
                text += f"\n[text in picture]\n{words}"
        job.add(text, f"page={index + 1}", heading)
    if scanned:
        job.note(f"{_plural('Page', scanned)} no text layer; OCR would be needed to read it.")
    if pictured:
        job.note(f"{_plural('Page', pictured)} pictures; text in them was not read (no OCR).")
    if failed:
        job.note(f"{_plural('Page', failed)} damage and could not be read.")


def _page(
    job: Job, document: PdfDocument, index: int, may_render: bool
) -> tuple[str, Image | None, list[Any] | None]:
    """``(text, the page to recognize or None, pictures to recognize)``; holds the lock.

    The pictures are None where the whole page needs OCR; without OCR they are only counted.
    """
    page = document[index]
    try:
        layer = page.get_textpage()
        try:
            raw = layer.get_text_bounded()
            text = clean(raw)
            boxes = _pictures(page, layer) if text else []
        finally:
            layer.close()
        text = "\n".join(part for part in (text, *_annotations(page)) if part)
        if boxes or (raw.strip() and not garbage(raw)):
            if not boxes or job.ocr is None:
                return text, None, boxes
            return text, None, _crops(page, boxes)
        if next(iter(page.get_objects(max_depth=1)), None) is None:
            return text, None, []  # an empty page
        if garbage(raw):
            text = ""
        if job.ocr is None or not may_render:
            return text, None, None
        return text, _render(page), None
    finally:
        page.close()


def _render(page: PdfPage) -> Image:
    scale = min(DPI / 72, MAX_SIDE / max(*page.get_size(), 1))
    bitmap = page.render(scale=scale)
    try:
        image: Image = bitmap.to_pil().convert("RGB")
        return image
    finally:
        bitmap.close()


def _pictures(page: PdfPage, layer: PdfTextPage) -> list[tuple[float, float, float, float]]:
    """Boxes (left, bottom, right, top in points) of pictures that no text of the page covers."""
    from pypdfium2.raw import (  # type: ignore[import-untyped,unused-ignore]
        FPDF_PAGEOBJ_IMAGE,
    )

    boxes = []
    width, height = page.get_size()
    area = width * height
    for seen, thing in enumerate(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=4)):
        if seen > 200:
            break
        left, bottom, right, top = thing.get_bounds()
        if min(right - left, top - bottom) < MIN_PICTURE or thing.level > 0:
            continue
        covered = len(layer.get_text_bounded(left, bottom, right, top).strip())
        scan = (right - left) * (top - bottom) > area / 2  # with its text layer over it
        if covered < (8 if scan else 200):
            boxes.append((left, bottom, right, top))
    return boxes


def _crops(page: PdfPage, boxes: list[tuple[float, float, float, float]]) -> list[Image]:
    """The boxes cut from the rendered page, so that rotation and masks are as one sees them."""
    image = _render(page)
    width, height = page.get_size()
    left0, bottom0, _, _ = page.get_mediabox()
    if page.get_rotation():  # boxes are in the unrotated page's points
        return [image]
    sx, sy = image.width / width, image.height / height
    crops = []
    for left, bottom, right, top in boxes:
        box = (
            max(0, int((left - left0) * sx)),
            max(0, int(image.height - (top - bottom0) * sy)),
            min(image.width, int((right - left0) * sx) + 1),
            min(image.height, int(image.height - (bottom - bottom0) * sy) + 1),
        )
        if box[2] > box[0] and box[3] > box[1]:
            crops.append(image.crop(box))
    return crops


def _new_lines(words: str, text: str) -> str:
    """What a picture says beyond the page's own text, which may stand over the picture."""
    known = {"".join(line.split()) for line in text.split("\n")}
    return "\n".join(line for line in words.split("\n") if "".join(line.split()) not in known)


def _annotations(page: PdfPage) -> list[str]:
    """Comments and the values of form fields, as ``[comment] ...`` and ``[field name] value``."""
    import ctypes

    from pypdfium2 import raw  # type: ignore[import-untyped,unused-ignore]

    def value(annotation: Any, key: bytes) -> str:
        size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
        if not 2 < size < 100_000:
            return ""
        buffer = ctypes.create_string_buffer(size)
        raw.FPDFAnnot_GetStringValue(
            annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size
        )
        text = buffer.raw[: size - 2].decode("utf-16-le", "replace")
        return " ".join(text.split())

    lines = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), 500)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            subtype = raw.FPDFAnnot_GetSubtype(annotation)
            if subtype == raw.FPDF_ANNOT_WIDGET:
                name, filled = value(annotation, b"T"), value(annotation, b"V")
                if filled:
                    lines.append(f"[field {name}] {filled}" if name else f"[field] {filled}")
            elif subtype not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP):
                said, author = value(annotation, b"Contents"), value(annotation, b"T")
                if said:
                    lines.append(f"[comment by {author}] {said}" if author else f"[comment] {said}")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return list(dict.fromkeys(lines))


def clean(text: str) -> str:
    """PDFium's text with words that were hyphenated over a line end joined again."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[\ufffe\x02]\n?", "", text)
    text = re.sub(r"[\x00-\x08\x0b-\x1f\u2061-\u2064]", "", text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def garbage(text: str) -> bool:
    """Whether more than a third of the characters mean nothing: a font without its mapping."""
    letters = "".join(text.replace("\ufffe", "").replace("\x02", "").split())
    return bool(letters) and len(UNREADABLE.findall(letters)) > len(letters) / 3


def _plural(word: str, numbers: list[int]) -> str:
    """``Page 3 has`` or ``Pages 1-3, 7 have``."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges[:20])
    more = ", ..." if len(ranges) > 20 else ""
    return f"{word} {shown} has" if len(numbers) == 1 else f"{word}s {shown}{more} have"
