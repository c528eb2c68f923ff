"""What a file is, by its content: a picture, a sound, a video or a document - or why it is none.

The table of signatures is our own because every line needs a decision (take it as which kind,
or refuse it with which remedy) that no library's answer contains, and because common libraries
take a text that begins with "BM" for a bitmap.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tools.errors import BadInput
from tools.media.refusals import is_text, markup, refusal

Kind = Literal["image", "audio", "video", "document"]

ATTACHMENT_BYTES: Final = 2 * 1024**3
"""The largest file of any kind, in bytes."""
DOCUMENT_BYTES: Final = 200 * 1024**2
"""The largest document, in bytes."""
HEAD_BYTES: Final = 16 * 1024
DIRECTORY_BYTES: Final = 32 * 1024**2
"""The largest list of members that a ZIP container may have, in bytes."""

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SLIDES: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
SHEETS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EPUB: Final = "application/epub+zip"
ODT: Final = "application/vnd.oasis.opendocument.text"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
ODP: Final = "application/vnd.oasis.opendocument.presentation"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """``suffix`` is the usual one for this content, with its dot, whatever the name says."""

    kind: Kind
    mime: str
    suffix: str


# (offset, magic, kind, media type, suffix)
SIGNATURES: Final[tuple[tuple[int, bytes, Kind, str, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image", "image/png", ".png"),
    (0, b"\xff\xd8\xff", "image", "image/jpeg", ".jpg"),
    (0, b"GIF87a", "image", "image/gif", ".gif"),
    (0, b"GIF89a", "image", "image/gif", ".gif"),
    (0, b"II*\0", "image", "image/tiff", ".tif"),
    (0, b"MM\0*", "image", "image/tiff", ".tif"),
    (0, b"BM", "image", "image/bmp", ".bmp"),
    (0, b"\0\0\1\0", "image", "image/x-icon", ".ico"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "image", "image/jp2", ".jp2"),
    (8, b"WEBP", "image", "image/webp", ".webp"),
    (8, b"WAVE", "audio", "audio/wav", ".wav"),
    (0, b"fLaC", "audio", "audio/flac", ".flac"),
    (8, b"AIFF", "audio", "audio/aiff", ".aiff"),
    (8, b"AIFC", "audio", "audio/aiff", ".aiff"),
    (0, b"ID3", "audio", "audio/mpeg", ".mp3"),
    (0, b"#!AMR", "audio", "audio/amr", ".amr"),
    (0, b".snd", "audio", "audio/basic", ".au"),
    (0, b"caff", "audio", "audio/x-caf", ".caf"),
    (0, b"wvpk", "audio", "audio/x-wavpack", ".wv"),
    (8, b"AVI ", "video", "video/x-msvideo", ".avi"),
    (0, b"FLV\1", "video", "video/x-flv", ".flv"),
    (0, b"\0\0\1\xba", "video", "video/mpeg", ".mpg"),
    (0, b"\0\0\1\xb3", "video", "video/mpeg", ".mpg"),
)  # fmt: skip

# Containers that hold sound alone or pictures too: (offset, magic, as video, as audio).
CONTAINERS: Final[tuple[tuple[int, bytes, Sniffed, Sniffed], ...]] = (
    (4, b"ftyp", Sniffed("video", "video/mp4", ".mp4"), Sniffed("audio", "audio/mp4", ".m4a")),
    (4, b"moov", Sniffed("video", "video/quicktime", ".mov"),
     Sniffed("audio", "audio/mp4", ".m4a")),
    (4, b"mdat", Sniffed("video", "video/quicktime", ".mov"),
     Sniffed("audio", "audio/mp4", ".m4a")),
    (0, b"\x1a\x45\xdf\xa3", Sniffed("video", "video/webm", ".webm"),
     Sniffed("audio", "audio/webm", ".weba")),
    (0, b"OggS", Sniffed("video", "video/ogg", ".ogv"), Sniffed("audio", "audio/ogg", ".ogg")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Sniffed("video", "video/x-ms-wmv", ".wmv"),
     Sniffed("audio", "audio/x-ms-wma", ".wma")),
)  # fmt: skip

OFFICE: Final = (
    (b"wordprocessingml.", Sniffed("document", WORD, ".docx")),
    (b"ms-word.", Sniffed("document", WORD, ".docx")),
    (b"presentationml.", Sniffed("document", SLIDES, ".pptx")),
    (b"ms-powerpoint.", Sniffed("document", SLIDES, ".pptx")),
    (b"spreadsheetml.", Sniffed("document", SHEETS, ".xlsx")),
    (b"ms-excel.", Sniffed("document", SHEETS, ".xlsx")),
)
MIMETYPE_MEMBER: Final = {
    s.mime: s
    for s in (
        Sniffed("document", EPUB, ".epub"),
        Sniffed("document", ODT, ".odt"),
        Sniffed("document", ODS, ".ods"),
        Sniffed("document", ODP, ".odp"),
    )
}

# Text formats, which only their names tell apart for certain.
TEXTS: Final = {
    suffix: Sniffed("document", mime, canonical)
    for mime, canonical, suffixes in (
        ("text/plain", ".txt", ".txt .text .log .srt .vtt .tex .rst .py .js .c .java .ini .yaml"),
        ("text/markdown", ".md", ".md .markdown .mdown"),
        ("text/csv", ".csv", ".csv"),
        ("text/tab-separated-values", ".tsv", ".tsv .tab"),
        ("text/html", ".html", ".html .htm .xhtml"),
        ("application/json", ".json", ".json"),
        ("application/x-ndjson", ".jsonl", ".jsonl .ndjson"),
        ("application/x-ipynb+json", ".ipynb", ".ipynb"),
        ("application/rss+xml", ".rss", ".rss .atom"),
        ("message/rfc822", ".eml", ".eml"),
    )
    for suffix in suffixes.split()
}
# Names that promise something other than text.
NOT_TEXT: Final = re.compile(
    r"\.(jpe?g|png|gif|webp|tiff?|bmp|ico|avif|heic|jp2|wav|mp3|flac|ogg|opus|m4a|aac|aiff?|amr|wma"
    r"|mp4|mov|mkv|webm|avi|wmv|mpe?g|m4v|3gp|pdf|docx|pptx|xlsx|epub|od[tsp]|zip)"
)
NAMES: Final = {"image": "picture", "audio": "sound", "video": "video", "document": "document"}
GIVE: Final = {
    "image": "Give a picture, such as PNG or JPEG.",
    "audio": "Give a sound file, such as WAV, FLAC or MP3.",
    "video": "Give a video, such as MP4 or WebM.",
    "document": "Give a document, such as PDF, DOCX, HTML or plain text.",
}


def sniff(path: str | Path, *, name: str = "", expect: Kind | None = None) -> Sniffed:
    """Say what the file at ``path`` is. Reads a few KB (of a ZIP also its list of members).

    ``name`` is the person's name for the file, where ``path`` is a private copy; it tells
    text formats apart and appears in the sentences. With ``expect`` any other kind is refused.

    Raises:
        BadInput: missing, a folder, a device, unreadable, empty, too large, of a kind that is
            not taken, or text under a name that promises something else.
    """
    path = Path(path)
    name = name or path.name or str(path)
    head = _head(path, name)
    found = _text(path, name, head) if is_text(head) else _binary(path, name, head)
    if expect is not None and found.kind != expect:
        article = "an" if expect == "image" else "a"
        wanted = "image" if expect == "image" else NAMES[expect]
        raise BadInput(f"{name} is a {NAMES[found.kind]}, not {article} {wanted}.", GIVE[expect])
    if found.kind == "document" and path.stat().st_size > DOCUMENT_BYTES:
        raise BadInput(
            f"{name} is larger than {DOCUMENT_BYTES // 1024**2} MB, the most a document may have.",
            "Split it and give the part you need.",
        )
    return found


def _head(path: Path, name: str) -> bytes:
    """The first bytes of a regular file that is neither empty nor too large."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise BadInput(
                f"{name} is a folder.", "Use `assistant ingest FOLDER` to add a whole folder."
            )
        if not stat.S_ISREG(status.st_mode):
            raise BadInput(
                f"{name} is a device, a pipe or a socket, not a file.",
                "Copy its content into a file first, or pipe it in with `--attach -`.",
            )
        if status.st_size == 0:
            raise BadInput(f"{name} is empty (0 bytes).", "Give a file that has content.")
        if status.st_size > ATTACHMENT_BYTES:
            raise BadInput(
                f"{name} is larger than {ATTACHMENT_BYTES // 1024**3} GB, the most that is taken.",
                "Cut out the part you need.",
            )
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {name}.", "Check the path and the spelling.") from error
    except PermissionError as error:
        raise BadInput(
            f"{name} may not be read.", "Change its permissions (`chmod u+r FILE`)."
        ) from error
    except (OSError, ValueError) as error:  # too long a name, a loop of links, a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"{name[:200]!r} cannot be opened: {reason}.", "Check the path.") from error
    if not head.strip(b"\0"):
        raise BadInput(
            f"{name} holds nothing but zero bytes.", "Fetch it again; the copy seems damaged."
        )
    return head


def _binary(path: Path, name: str, head: bytes) -> Sniffed:
    if b"%PDF-" in head[:1024]:
        return Sniffed("document", "application/pdf", ".pdf")
    if head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return _zip(path, name, head)
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"):
        return Sniffed("image", "image/avif", ".avif")
    if not (said := refusal(path, head)):
        for offset, magic, kind, mime, suffix in SIGNATURES:
            if head.startswith(magic, offset):
                return Sniffed(kind, mime, suffix)
        for offset, magic, video, audio in CONTAINERS:
            if head.startswith(magic, offset):
                return video if _has_pictures(path, head) else audio
        if (sound := _frames(head)) is not None:
            return sound
        said = ("is not of a kind that can be read here", "Convert it to PDF, text, PNG or WAV.")
    raise BadInput(f"{name} {said[0]}.", said[1])


def _frames(head: bytes) -> Sniffed | None:
    """Streams without a header of their own: MPEG transport, ADTS AAC, MP3 without tags."""
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return Sniffed("video", "video/mp2t", ".ts")
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Sniffed("audio", "audio/aac", ".aac")
    # ISO 11172-3: sync, layer 2 or 3, a bit rate and a sampling rate that exist
    if (
        head[1] & 0xE0 == 0xE0
        and (head[1] >> 1) & 3 in (1, 2)
        and head[2] >> 4 not in (0, 15)
        and (head[2] >> 2) & 3 != 3
    ):
        return Sniffed("audio", "audio/mpeg", ".mp3")
    return None


def _has_pictures(path: Path, head: bytes) -> bool:
    """Whether a container holds a video stream; a cover picture does not count."""
    if head[4:8] == b"ftyp" and head[8:12] in (b"M4A ", b"M4B "):
        return False
    if head.startswith(b"OggS"):
        return any(mark in head[:4096] for mark in (b"\x80theora", b"BBCD\0", b"video/"))
    import av
    import av.error

    try:
        with av.open(str(path)) as container:
            pictures = [s for s in container.streams.video if not int(s.disposition) & 0x400]
            return bool(pictures) or not container.streams.audio
    except (av.error.FFmpegError, OSError, ValueError):
        return True  # damaged: whoever decodes it says what is wrong with it


def _zip(path: Path, name: str, head: bytes) -> Sniffed:
    broken = BadInput(
        f"{name} is cut off or damaged: {_promised(head)} without a readable list of its parts.",
        "Fetch or save it again, whole.",
    )
    try:
        check_directory(path, name)
        with zipfile.ZipFile(path) as archive:
            members = {m.filename: m for m in archive.infolist()}
            if not members:
                raise BadInput(f"{name} is an empty ZIP archive.", "Give a file with content.")
            if found := _office(archive, members):
                return found
            if "mimetype" in members:
                with archive.open(members["mimetype"]) as part:
                    mime = part.read(200).decode("ascii", "replace").strip()
                if mime in MIMETYPE_MEMBER:
                    return MIMETYPE_MEMBER[mime]
            if "META-INF/container.xml" in members:
                return MIMETYPE_MEMBER[EPUB]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise broken from error  # NotImplementedError is a RuntimeError
    if any(m.endswith(".iwa") for m in members):
        raise BadInput(
            f"{name} is an Apple Pages, Numbers or Keynote file, which cannot be read here.",
            "Export it to PDF or to a Microsoft Office format.",
        )
    raise BadInput(
        f"{name} is a ZIP archive, which is not opened here.",
        "Unpack it and give the files, or `assistant ingest FOLDER` for all of them.",
    )


def _office(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> Sniffed | None:
    """Which Office format: its list of types says it, or else the folders of its parts."""
    types = b""
    if "[Content_Types].xml" in members:
        with (
            contextlib.suppress(zipfile.BadZipFile, zlib.error, OSError, EOFError),
            archive.open(members["[Content_Types].xml"]) as part,
        ):
            types = part.read(1024**2)
    for declared in re.findall(rb'ContentType="application/vnd\.([^"]+?)\.main(?:\+xml)?"', types):
        for mark, sniffed in OFFICE:
            if mark in declared and b"binary" not in declared:
                return sniffed
    for main, mime in (
        ("word/document.xml", WORD), ("ppt/presentation.xml", SLIDES), ("xl/workbook.xml", SHEETS),
    ):  # fmt: skip
        if main in members:
            return next(sniffed for _, sniffed in OFFICE if sniffed.mime == mime)
    return None


def check_directory(path: Path, name: str) -> None:
    """Refuse a ZIP container whose list of members alone would fill the memory."""
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > DIRECTORY_BYTES:
        raise BadInput(
            f"{name} lists far more parts than a document has.", "Unpack it and give the files."
        )


def _promised(head: bytes) -> str:
    for mark, what in (
        (b"word/", "a Word file"), (b"ppt/", "a PowerPoint file"), (b"xl/", "an Excel file"),
        (b"epub", "an EPUB book"), (b"opendocument", "an OpenDocument file"),
        (b"[Content_Types]", "a Microsoft Office file"),
    ):  # fmt: skip
        if mark in head:
            return what
    return "a ZIP archive"


def _text(path: Path, name: str, head: bytes) -> Sniffed:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:2048]
    if start.startswith(b"%PDF-"):
        return Sniffed("document", "application/pdf", ".pdf")
    if said := refusal(path, head):
        raise BadInput(f"{name} {said[0]}.", said[1])
    suffix = Path(name).suffix.lower()
    if NOT_TEXT.fullmatch(suffix):
        raise BadInput(f"{name} is named {suffix} but holds text.", "Rename it to .txt.")
    if suffix in TEXTS:
        return TEXTS[suffix]
    root = markup(head)
    if root.startswith((b"<!doctype html", b"<html")):
        return TEXTS[".html"]
    if root.startswith((b"<rss", b"<feed", b"<rdf:rdf")):
        return TEXTS[".rss"]
    if re.match(rb"\{\s*\"", start) and b'"nbformat"' in head:
        return TEXTS[".ipynb"]
    if re.match(rb'\{\s*["}]|\[\s*[\[{"\d]', start) and head.rstrip().endswith((b"}", b"]")):
        return TEXTS[".json"]
    if re.match(rb"(from|received|return-path|mime-version|delivered-to): ", start.lower()):
        return TEXTS[".eml"]
    return TEXTS[".txt"]
