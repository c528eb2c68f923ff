"""What the router sees of a request: character n-grams and words, hashed, and kinds of files.

The hash is CRC-32, which is the same on every machine, so that weights that were trained on
one are right on another.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

BUCKETS = 1 << 15
"""Size of the hashed n-gram space."""
KINDS = ("image", "audio", "video", "document")
UNKNOWN = 0.3
"""Share of unknown tokens above which the encoder says nothing of a request."""
LONGEST = 1000
"""Characters of a request that are looked at: the wish stands at one of its ends."""

_HAN = re.compile(r"[㐀-䶿一-鿿]+|[^㐀-䶿一-鿿]+")


def normalized(text: str) -> str:
    """Lower case, compatibility forms folded, digits as 0, white space as single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    folded = re.sub(r"\d", "0", folded)
    return re.sub(r"[^\w%+*/=?'-]+", " ", folded).strip()


def clipped(text: str) -> str:
    """Both ends of a long request, where a person says what they want of the rest."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"


def grams(text: str) -> Counter[str]:
    """Counts of character n-grams (1 to 3 in Chinese, 3 to 5 in words), words and word pairs."""
    counts: Counter[str] = Counter()
    for run in _HAN.findall(normalized(clipped(text))):
        if "㐀" <= run[0] <= "鿿":
            for size in (1, 2, 3):
                counts.update(run[i : i + size] for i in range(len(run) - size + 1))
            continue
        words = run.split()
        counts.update(f"w:{word}" for word in words)
        counts.update(f"w:{a} {b}" for a, b in pairwise(words))
        for word in words:
            padded = f" {word} "
            for size in (3, 4, 5):
                counts.update(padded[i : i + size] for i in range(len(padded) - size + 1))
    first = normalized(text)[:24].split()
    if first:
        counts[f"^:{first[0]}"] += 1
    return counts


def bucket(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "surrogatepass")) % BUCKETS


def hashed(text: str) -> dict[int, float]:
    """Bucket -> damped count of the n-grams of a request."""
    out: dict[int, float] = {}
    for gram, count in grams(text).items():
        place = bucket(gram)
        out[place] = out.get(place, 0.0) + min(2.0, count) ** 0.5
    return out


def kind_flags(kinds: Sequence[str]) -> list[float]:
    """One flag a kind, one for "nothing attached", one for "several kinds"."""
    given = set(kinds)
    return [*(float(k in given) for k in KINDS), float(not given), float(len(given) > 1)]
