"""Sections into chunks: sentences kept whole, each chunk with a locator of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from memory.naming import clean
from memory.records import Chunk, Section

TARGET = 240.0  # tokens, as estimated below: small encoders read 256 and the heading is put before

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？；])|\n\s*\n|\n(?=\s*[-*•#|])")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"\w+|[^\w\s]")
_LINES = re.compile(r"\blines=(\d+)-(\d+)\b")


def tokens(text: str) -> float:
    """About how many tokens an encoder makes of the text.

    A Chinese, Japanese or Korean character is one; a word is one and, when it is long,
    one more for every six letters (English word pieces average 1.3 a word).
    """
    unspaced = len(_UNSPACED.findall(text))
    words = _WORD.findall(_UNSPACED.sub(" ", text))
    return unspaced + sum(1 + len(word) // 7 for word in words)


def chunks_of(sections: Iterable[Section]) -> list[Chunk]:
    """The chunks of a document in order. Sections are never mixed: a locator stays exact."""
    found: list[Chunk] = []
    for section in sections:
        text = clean(section.text).replace("\0", " ")
        heading = " ".join(clean(section.heading).replace("\0", " ").split())
        for start, end in _pack(text):
            piece = text[start:end].strip()
            if any(c.isalnum() for c in piece):
                place = _narrow(clean(section.locator), text, start, end)
                found.append(Chunk(piece, place, heading, position=len(found)))
    return found


def _pack(text: str) -> Iterator[tuple[int, int]]:
    """Spans of whole sentences of about ``TARGET`` tokens together."""
    begin, last, size = 0, 0, 0.0
    for start, end in _sentences(text):
        cost = tokens(text[start:end])
        if size and size + cost > TARGET:
            yield begin, last
            begin, size = start, 0.0
        size += cost
        last = end
    if last > begin:
        yield begin, last


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.end() > start:
            yield from _bounded(text, start, match.end())
            start = match.end()
    if start < len(text):
        yield from _bounded(text, start, len(text))


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span, cut at spaces (or anywhere, if there are none) where it is too long."""
    longest = int(TARGET) if _UNSPACED.search(text, start, min(end, start + 50)) else 1000
    while end - start > longest:
        cut = max(text.rfind(" ", start, start + longest), text.rfind("\n", start, start + longest))
        cut = cut + 1 if cut > start + longest // 2 else start + longest
        yield start, cut
        start = cut
    yield start, end


def _narrow(locator: str, text: str, start: int, end: int) -> str:
    """``lines=a-b`` of a section becomes the lines on which the chunk stands."""
    match = _LINES.search(locator)
    if not match:
        return locator
    first, last = int(match[1]), int(match[2])
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    top = first + text.count("\n", 0, start)
    bottom = first + text.count("\n", 0, end)
    if bottom > last:  # the section's lines are not the text's lines: leave it as it was
        return locator
    return f"{locator[: match.start()]}lines={top}-{bottom}{locator[match.end() :]}"
