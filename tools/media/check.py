"""Opens a file far enough to know that it can be used at all, before anything is done with it."""

from __future__ import annotations

from pathlib import Path

from tools.errors import not_installed
from tools.media.sniff import Sniffed, sniff


def check(path: Path, *, name: str = "") -> Sniffed:
    """What a file is, after its decoder has opened it.

    Pictures are decoded whole, because a truncated one shows only then; of recordings,
    videos and PDFs the beginning is read.

    Raises:
        BadInput: it is missing, empty, damaged, encrypted, too large, or of no known kind.
        Unavailable: the library that would open it is not installed.
    """
    try:
        return _checked(path, name)
    except ImportError as error:
        raise not_installed(error) from error


def _checked(path: Path, name: str) -> Sniffed:
    found = sniff(path, name=name)
    if found.kind == "image":
        from tools.media.image import open_image

        open_image(path, name=name)
    elif found.kind == "audio":
        from tools.media.audio import probe

        probe(path, name=name)
    elif found.kind == "video":
        from tools.media import video

        video.probe(path, name=name)
    elif found.suffix == ".pdf":
        from tools.documents.pdf import check_pdf

        check_pdf(path, name=name)
    return found
