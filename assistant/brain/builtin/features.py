"""What the router sees of a request: its words and Chinese characters, and kinds of files.

Each unit (a word, a number, a sign, one Chinese character) has hashed n-grams of its letters
and of its neighbours, which know what the encoder does not: Chinese, typing errors, names.
The hash is CRC-32, the same on every machine, so that weights trained on one are right on
another.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BUCKETS = 1 << 15
"""Size of the hashed n-gram space; bucket 0 is nothing."""
KINDS = ("image", "audio", "video", "document")
UNKNOWN = 0.3
"""Share of unknown tokens above which the encoder says nothing of a request."""
LONGEST = 1000
"""Characters of a request that are looked at: the wish stands at one of its ends."""
MOST = 96
"""Units of a request that are looked at, half of them from its end."""

_UNIT = re.compile(
    r"[㐀-䶿一-鿿]|[^\W㐀-䶿一-鿿_]+(?:'[^\W㐀-䶿一-鿿_]+)?|[%+*/=?!€$£@#]",
)
_HAN = re.compile(r"[㐀-䶿一-鿿]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, sign or Chinese character: its characters in the normalized text, its buckets."""

    start: int
    end: int
    buckets: tuple[int, ...]


def normalized(text: str) -> str:
    """Compatibility forms folded, lower case, digits as 0, clipped to both ends if long."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return re.sub(r"\d", "0", folded)


def units(text: str) -> tuple[Unit, ...]:
    """The units of a :func:`normalized` text, at most :data:`MOST`."""
    found = [(m.start(), m.end(), m.group()) for m in _UNIT.finditer(text)]
    out = tuple(
        Unit(start, end, tuple(bucket(g) for g in _grams(found, at)))
        for at, (start, end, _) in enumerate(found)
    )
    return out if len(out) <= MOST else out[: MOST // 2] + out[-MOST // 2 :]


def _grams(found: Sequence[tuple[int, int, str]], at: int) -> Iterator[str]:
    """N-grams of one unit: 1 to 3 characters in Chinese; else 3 to 5 letters, word, word pair."""
    start, end, word = found[at]
    before = found[at - 1] if at else (0, -1, "")
    after = found[at + 1] if at + 1 < len(found) else (-1, 0, "")
    if _HAN.match(word):
        left = before[2] if before[1] == start and _HAN.match(before[2]) else ""
        right = after[2] if after[0] == end and _HAN.match(after[2]) else ""
        yield word
        if left:
            yield left + word
        if right:
            yield word + right
        if left and right:
            yield left + word + right
        return
    yield f"w:{word}"
    if before[2]:
        yield f"w:{before[2]} {word}"
    padded = f" {word} "
    for size in (3, 4, 5):
        for i in range(len(padded) - size + 1):
            yield padded[i : i + size]


def bucket(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "surrogatepass")) % (BUCKETS - 1) + 1


def kind_flags(kinds: Sequence[str]) -> list[float]:
    """One flag a kind, one for "nothing attached", one for "several kinds"."""
    given = set(kinds)
    return [*(float(k in given) for k in KINDS), float(not given), float(len(given) > 1)]
