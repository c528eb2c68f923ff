"""Chinese read word by word: an English gloss that the English encoder can make something of.

The encoder knows too few Chinese characters to read a sentence. With each word replaced by a
short English one (``glossary.tsv``, written for this project) the sentence becomes telegraphic
English ("没水的时候去哪儿接水" -> "no water time where go fetch water"), of which it gets the
gist. It is no translation and is never shown to anybody.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HAN = re.compile(r"[〇㐀-䶿一-鿿]+")
_FILE = Path(__file__).with_name("glossary.tsv")


@dataclass(frozen=True, slots=True)
class Gloss:
    """``english`` is the text with its Chinese replaced.

    ``pieces`` are (from, to, start, end): the characters ``from`` to ``to`` of ``english`` stand
    for ``start`` to ``end`` of the original. What was not Chinese stands for itself.
    """

    english: str
    pieces: tuple[tuple[int, int, int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the original that a word of ``english`` stands for."""
        at = max(0, bisect_right(self.pieces, start, key=lambda piece: piece[0]) - 1)
        first, last, begin, stop = self.pieces[at]
        if last - first == stop - begin:
            return begin + start - first, begin + min(end, last) - first
        return begin, stop


@cache
def words() -> dict[str, str]:
    """Every Chinese word of the glossary with its English gloss; particles have an empty one."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line)


@cache
def _longest() -> int:
    return max(map(len, words()))


def has_chinese(text: str) -> bool:
    return bool(_HAN.search(text))


def is_chinese(text: str) -> bool:
    """Whether the text is meant to be read in Chinese: a fifth of its letters are."""
    letters = sum(c.isalpha() for c in text)
    return bool(letters) and sum(map(len, _HAN.findall(text))) / letters > 0.2


def segmented(run: str) -> list[str]:
    """A run of Chinese characters as words of the glossary, longest first from the left."""
    known, longest = words(), _longest()
    out: list[str] = []
    at = 0
    while at < len(run):
        size = next(
            (n for n in range(min(longest, len(run) - at), 0, -1) if run[at : at + n] in known), 1
        )
        out.append(run[at : at + size])
        at += size
    return out


def glossed(text: str) -> Gloss:
    """A text with each Chinese word as its English gloss; unknown characters stay as they are."""
    known = words()
    english: list[str] = []
    pieces: list[tuple[int, int, int, int]] = []
    length = 0

    def put(said: str, start: int, end: int) -> None:
        nonlocal length
        pieces.append((length, length + len(said), start, end))
        english.append(said)
        length += len(said)

    at = 0
    for found in _HAN.finditer(text):
        if found.start() > at:
            put(text[at : found.start()], at, found.start())
        at = found.start()
        for word in segmented(found.group()):
            said = known.get(word, word)
            said = f" {said} " if said else " "
            # as long as its word it would be taken for unchanged text
            put(said + " " if len(said) == len(word) > 1 else said, at, at + len(word))
            at += len(word)
    if at < len(text):
        put(text[at:], at, len(text))
    return Gloss("".join(english), tuple(pieces))
