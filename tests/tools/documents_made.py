"""Documents made for the tests: a small PDF by hand, the others by the usual libraries."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.documents import Document, read
from tools.errors import BadInput


def pdf(pages: Sequence[str], *, extra: str = "", annotation: str = "") -> bytes:
    """A PDF whose pages hold lines of text, as the ISO 32000 examples build them."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(count))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(pages):
        lines = text.split("\n") if text else []
        stream = "BT /F1 12 Tf 14 TL 72 720 Td " + " ".join(f"({t}) Tj T*" for t in lines) + " ET"
        stream = stream if lines else ""
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> {annotation} >>"
        )
        bodies.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer << /Size {len(bodies) + 1} /Root 1 0 R {extra} >>\n".encode()
    return out + f"startxref\n{start}\n%%EOF\n".encode()


def scan(words: str = "INVOICE 4711", pages: int = 1) -> bytes:
    """A PDF that is only pictures of a page."""
    out = io.BytesIO()
    images = [picture(words) for _ in range(pages)]
    images[0].save(out, "PDF", save_all=True, append_images=images[1:])
    return out.getvalue()


def picture(words: str) -> Any:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (640, 120), "white")
    ImageDraw.Draw(image).text((30, 30), words, "black", ImageFont.load_default(48))
    return image


def png(words: str) -> io.BytesIO:
    out = io.BytesIO()
    picture(words).save(out, "PNG")
    out.seek(0)
    return out


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def outcome(path: Path) -> Document | BadInput:
    """The document, or the refusal, which must be one sentence with a remedy."""
    try:
        return read(path)
    except BadInput as refused:
        assert refused.remedy, refused  # noqa: PT017 - what is looked at is the refusal
        assert "\n" not in str(refused)  # noqa: PT017
        return refused


def text(document: Document) -> str:
    return "\n".join(section.text for section in document.sections)


def locators(document: Document) -> list[str]:
    return [section.locator for section in document.sections]


def see(image: Any) -> str:
    """Stands in for an OCR engine's weights: it says how much ink it was shown."""
    grey = image.convert("L")
    ink = sum(grey.histogram()[:128])
    return f"seen {image.mode}" if ink else ""
