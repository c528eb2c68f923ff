"""Words: SQLite FTS5, ranked by BM25, for Latin and for scripts without spaces alike.

FTS5's own tokenizers take a whole Chinese clause for one word. Here such text is cut into
overlapping pairs of characters before it is indexed, and a query is cut the same way
(Nie, Gao, Zhang and Zhou, "On the use of words and n-grams for Chinese information
retrieval", IRAL 2000). Words of other scripts are stemmed by FTS5 (Porter 1980).
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator

SEGMENTER = 1
"""Grows when :func:`segment` changes; an index that was built by another is built again."""

LONGEST_QUERY = 64  # terms: more do not change the ranking, only the time

# Han, kana, Hangul, Thai, Lao, Myanmar, Khmer: written without spaces, or (Hangul) with
# particles glued to the words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"([{_UNSPACED}]+)|([^\\W_{_UNSPACED}]+)")

_STOP = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been but by can could did do does for from had has have how i if
        in into is it its me my of on or our shall should so such than that the their them then
        there these they this those to was we were what when where which who whom whose why will
        with would you your about any also tell please show find give""",
    )
)
_STOP_UNSPACED = re.compile(
    "什么|怎么|为什么|哪里|哪个|哪些|多少|是不是|有没有|请问|告诉|[的了吗呢吧啊是]"
)


def segment(text: str) -> str:
    """The text as words that FTS5 can tell apart, joined by spaces."""
    return " ".join(_terms(text, last=True))


def _terms(text: str, *, last: bool) -> Iterator[str]:
    for unspaced, word in _RUN.findall(unicodedata.normalize("NFKC", text)):
        if word:
            yield word
            continue
        for i in range(len(unspaced) - 1):
            yield unspaced[i : i + 2]
        if last:  # so that a query of one character finds it wherever it stands
            yield unspaced[-1]


def terms_of(query: str) -> list[str]:
    """The distinct terms of a query that carry meaning; all of them if none does."""
    every = list(dict.fromkeys(term.lower() for term in _query_terms(query)))
    telling = [term for term in every if term not in _STOP]
    return (telling or every)[:LONGEST_QUERY]


def _query_terms(query: str) -> Iterator[str]:
    query = unicodedata.normalize("NFKC", query)
    bare = _STOP_UNSPACED.sub(" ", query)
    for unspaced, word in _RUN.findall(bare) or _RUN.findall(query):
        if word:
            yield word
        elif len(unspaced) == 1:
            yield unspaced
        else:
            for i in range(len(unspaced) - 1):
                yield unspaced[i : i + 2]


def _match(terms: list[str]) -> str:
    """An FTS5 expression of quoted strings: nothing in a query can be syntax."""
    return " OR ".join(
        f'"{term}"*' if len(term) == 1 and not term.isascii() else f'"{term}"' for term in terms
    )


def index(db: sqlite3.Connection, chunk_id: int, text: str, title: str) -> None:
    """Add a chunk's words; ``title`` is its heading and its document's name."""
    db.execute(
        "INSERT INTO words (rowid, text, title) VALUES (?, ?, ?)",
        (chunk_id, segment(text), segment(title)),
    )


def unindex(db: sqlite3.Connection, chunk_id: int, text: str, title: str) -> None:
    """Take a chunk's words out; text and title as they were when they were added."""
    db.execute(
        "INSERT INTO words (words, rowid, text, title) VALUES ('delete', ?, ?, ?)",
        (chunk_id, segment(text), segment(title)),
    )


def search(db: sqlite3.Connection, query: str, limit: int) -> list[tuple[int, float]]:
    """(chunk id, BM25) of the best chunks, the best first; higher is better."""
    terms = terms_of(query)
    if not terms:
        return []
    rows = db.execute(
        "SELECT rowid, -bm25(words, 1.0, 0.5) AS score FROM words WHERE words MATCH ? "
        "ORDER BY rank LIMIT ?",
        (_match(terms), limit),
    ).fetchall()
    return [(int(rowid), float(score)) for rowid, score in rows]
