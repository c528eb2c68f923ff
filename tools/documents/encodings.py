"""Bytes of unknown encoding to text."""

from __future__ import annotations

import codecs
import re
from typing import Final

from tools.documents.base import Job
from tools.media.refusals import wide_encoding

TEXT_BYTES: Final = 64 * 1024**2
"""The most of a text file that is read, in bytes."""
SAMPLE: Final = 256 * 1024
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES: Final = (
    "cp932", "gb18030", "big5", "cp949", "euc_jp",
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r",
)  # fmt: skip


def load(job: Job) -> str:
    """The text of ``job.path``, line ends as ``\\n``, without byte-order mark and NULs."""
    with job.path.open("rb") as file:
        data = file.read(TEXT_BYTES + 1)
    if len(data) > TEXT_BYTES:
        job.note(f"Only the first {TEXT_BYTES // 1024**2} MB were read.")
        data = data[:TEXT_BYTES]
    return decode(data)


def decode(data: bytes, declared: str = "") -> str:
    """Text by byte-order mark, by what it declares, as UTF-8, or by the likeliest old encoding.

    What does not decode becomes U+FFFD; nothing is raised.
    """
    for mark, name in BOMS:
        if data.startswith(mark):
            return _tidy(data.decode(name, "replace"))
    if wide := wide_encoding(data[:4096]):
        return _tidy(data.decode(wide, "replace"))
    for name in ("utf-8", declared):
        try:
            if name:
                return _tidy(data.decode(name))
        except (UnicodeDecodeError, LookupError):
            pass
    cut = data[:-4]  # a size limit may have cut the last character in two
    try:
        return _tidy(cut.decode("utf-8"))
    except UnicodeDecodeError:
        return _tidy(data.decode(guess(data), "replace"))


def guess(data: bytes) -> str:
    """The likeliest encoding of text that is not UTF-8, by charset-normalizer.

    Its choice among those that fit equally is narrowed to the encodings that files really
    come in (it would else read short German as Mac Icelandic).
    """
    from charset_normalizer import from_bytes

    sample = data[:SAMPLE]
    if len(data) > SAMPLE:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    if re.search(rb"\x1b\$[@B]", sample):
        return "iso2022_jp"
    found = from_bytes(sample, cp_isolation=list(CANDIDATES))
    matches = sorted(found, key=lambda m: (m.chaos, -m.coherence, CANDIDATES.index(m.encoding)))
    if matches:
        return _settle(sample, [m.encoding for m in matches if m.chaos <= matches[0].chaos + 0.02])
    return "cp1252"


def _settle(sample: bytes, names: list[str]) -> str:
    """Among equals the one whose text has the most everyday letters of its script."""

    def everyday(name: str) -> float:
        text = sample.decode(name, "replace")
        letters = [c for c in text if ord(c) > 127]
        common = sum(
            "\u3040" <= c <= "\u30ff"  # kana
            or "\u4e00" <= c <= "\u9fff"
            or "\uac00" <= c <= "\ud7a3"
            or "\u3000" <= c <= "\u3011"
            or "\uff01" <= c <= "\uff5e"
            or "\u0400" <= c <= "\u045f"
            or c in "äöüÄÖÜßàâçéèêëîïôûùœáíóúñ¿¡åøæ€–—‘’“”…°§£«»"
            for c in letters
        )
        rare = sum("\uff61" <= c <= "\uff9f" or c in "\ufffd\x80" for c in letters)
        return (common - 2 * rare) / max(len(letters), 1)

    return max(names, key=lambda name: (round(everyday(name), 3), -CANDIDATES.index(name)))


def _tidy(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
