"""Files that are recognized and not taken: what each is, and what to convert it to."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

ARCHIVE: Final = "Unpack it and give the files inside."
PICTURE: Final = "Export it as PNG or JPEG."
CONVERT: Final = "Save it as PDF, DOCX or plain text."
PROGRAM: Final = "Give the document, picture or sound itself."

# (offset, magic, what it is, what to do)
KNOWN: Final[tuple[tuple[int, bytes, str, str], ...]] = (
    (0, b"MZ", "is a Windows program", PROGRAM),
    (0, b"\x7fELF", "is a program", PROGRAM),
    (0, b"\xfe\xed\xfa", "is a program", PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", "is a program", PROGRAM),
    (0, b"\xca\xfe\xba\xbe", "is a program", PROGRAM),
    (0, b"\0asm", "is a WebAssembly program", PROGRAM),
    (0, b"\x1f\x8b", "is a gzip archive", ARCHIVE),
    (0, b"BZh", "is a bzip2 archive", ARCHIVE),
    (0, b"\xfd7zXZ\0", "is an xz archive", ARCHIVE),
    (0, b"\x28\xb5\x2f\xfd", "is a Zstandard archive", ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", ARCHIVE),
    (0, b"Rar!\x1a\x07", "is a RAR archive", ARCHIVE),
    (257, b"ustar", "is a tar archive", ARCHIVE),
    (0x8001, b"CD001", "is a disc image", ARCHIVE),
    (0, b"SQLite format 3\0", "is an SQLite database", "Export the table you need as CSV."),
    (0, b"PAR1", "is a Parquet table", "Export it as CSV."),
    (0, b"8BPS", "is a Photoshop picture", PICTURE),
    (0, b"AT&TFORM", "is a DjVu document", "Convert it to PDF (`ddjvu -format=pdf`)."),
    (0, b"\xff\x0a", "is a JPEG XL picture", PICTURE),
    (0, b"\0\0\0\x0cJXL ", "is a JPEG XL picture", PICTURE),
    (60, b"BOOKMOBI", "is a Mobipocket or Kindle book", "Convert it to EPUB, e.g. with Calibre."),
    (0, b"MThd", "is a MIDI score, not a recording", "Render it to WAV first."),
    (0, b"wOFF", "is a font", PROGRAM),
    (0, b"wOF2", "is a font", PROGRAM),
    (0, b"OTTO", "is a font", PROGRAM),
    (0, b"\0\1\0\0\0", "is a font", PROGRAM),
    (128, b"DICM", "is a DICOM scan", PICTURE),
    (0, b"{\\rtf", "is a Rich Text (RTF) file, which cannot be read here", CONVERT),
    (0, b"%!PS", "is a PostScript file", "Convert it to PDF (`ps2pdf FILE`)."),
    (0, b"\xc5\xd0\xd3\xc6", "is a PostScript picture", PICTURE),
)
HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})

# Names of streams inside the old Office container (MS-CFB), as they stand in its directory.
OLE: Final = (
    ("EncryptedPackage", "is an Office file that is encrypted with a password",
     "Open it in Office and save it without the password."),
    ("WordDocument", "is an old Word file (.doc)", "Save it as .docx."),
    ("PowerPoint Document", "is an old PowerPoint file (.ppt)", "Save it as .pptx."),
    ("Workbook", "is an old Excel file (.xls)", "Save it as .xlsx or .csv."),
    ("__properties_version1.0", "is an Outlook message (.msg)", "Save it as .eml, PDF or text."),
    ("Book", "is an old Excel file (.xls)", "Save it as .xlsx or .csv."),
)  # fmt: skip


def refusal(path: Path, head: bytes) -> tuple[str, str] | None:
    """``(what it is, what to do)`` where ``head`` shows a format that is not taken."""
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(path, head)
    if head[4:8] == b"ftyp" and head[8:12] in HEIC:
        return "is a HEIC photo, which cannot be decoded here", "Convert it to JPEG or PNG."
    if markup(head).startswith((b"<svg", b"<!doctype svg")):
        return "is an SVG drawing", "Export it as PNG or PDF."
    text = is_text(head)
    for offset, magic, what, remedy in KNOWN:
        if head.startswith(magic, offset) and not (text and len(magic) < 4):
            return what, remedy
    return None


def _ole(path: Path, head: bytes) -> tuple[str, str]:
    """Which old Office format: the names stand in the directory, whose sector the head gives."""
    sector = 1 << min(int.from_bytes(head[30:32], "little"), 16)
    first = int.from_bytes(head[48:52], "little")
    with path.open("rb") as file:
        file.seek((first + 1) * sector)
        directory = file.read(64 * 1024)
    for name, what, remedy in OLE:
        if name.encode("utf-16-le") in directory:
            return what, remedy
    return "is an old Microsoft Office file", CONVERT


def markup(head: bytes) -> bytes:
    """What follows an XML declaration, processing instructions and comments, in lower case."""
    rest = head.removeprefix(codecs.BOM_UTF8).lstrip()[:8192].lower()
    for _ in range(50):
        end = b"?>" if rest.startswith(b"<?") else b"-->" if rest.startswith(b"<!--") else b""
        if not end or end not in rest:
            break
        rest = rest.split(end, 1)[1].lstrip()
    return rest


def is_text(head: bytes) -> bool:
    """Whether ``head`` can be text in UTF-8, UTF-16, UTF-32 or an old 8-bit or CJK encoding."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        return not head.startswith(b"\xff\xfe\0\0") or len(head) % 4 == 0
    if wide_encoding(head):
        return True
    controls = sum(head.count(c) for c in CONTROLS)
    if b"\0" in head or controls > len(head) // 100:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return not controls
    return True


CONTROLS: Final = tuple(
    bytes([c]) for c in (*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F)
)


def wide_encoding(head: bytes) -> str:
    """UTF-16 without a byte-order mark: every second byte of mostly Latin text is zero."""
    if len(head) < 4 or b"\0" not in head:
        return ""
    sample = head[: len(head) // 2 * 2]
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    for zeros, others, name, text in (
        (odd, even, "utf-16-le", sample[::2]),
        (even, odd, "utf-16-be", sample[1::2]),
    ):
        printable = not any(c in text for c in CONTROLS)
        if zeros > half * 0.7 and others == 0 and printable:
            return name
    return ""
