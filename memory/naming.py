"""Names and texts as the database can hold them, and the row of a session."""

from __future__ import annotations

import secrets
import sqlite3
import time
import unicodedata
from datetime import datetime

from memory.errors import Invalid, NotFound

LONGEST_NAME = 120
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else


def clean(text: str) -> str:
    """The text as UTF-8 can hold it: a lone surrogate becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def session_name(name: str) -> str:
    """A session's name in its one spelling (NFC).

    Raises:
        Invalid: it is empty, too long, or holds a slash or a control character.
    """
    name = unicodedata.normalize("NFC", name)
    if not name.strip() or name != name.strip():
        raise Invalid("A session's name must not be blank or begin or end with a space.", _REMEDY)
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A session's name may have {LONGEST_NAME} characters at most.", _REMEDY)
    if name in {".", ".."} or any(c in "/\\" or unicodedata.category(c)[0] == "C" for c in name):
        raise Invalid("A session's name must not hold slashes or control characters.", _REMEDY)
    return name


_REMEDY = "Choose another name, such as 'holiday'."


def new_session_name() -> str:
    """A readable name such as ``2026-11-23-1432-k3f9``, in local time."""
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M")
    return f"{stamp}-{''.join(secrets.choice(_ALPHABET) for _ in range(4))}"


def title_of(text: str, longest: int = 60) -> str:
    """The first words of a text on one line."""
    words = " ".join("".join(c if c.isprintable() else " " for c in clean(text[:1000])).split())
    if len(words) <= longest:
        return words
    cut = words[: longest - 1]
    head, _, rest = cut.rpartition(" ")
    return (head if head and len(rest) < longest // 2 else cut) + "…"


def session_id(db: sqlite3.Connection, name: str, *, create: bool = False) -> int:
    """The row of a session.

    Raises:
        NotFound: there is none of this name (and ``create`` is not set).
        Invalid: as :func:`session_name`.
    """
    name = session_name(name)
    row = db.execute("SELECT id FROM sessions WHERE name = ?", (name,)).fetchone()
    if row:
        return int(row[0])
    if not create:
        raise NotFound(f"There is no session named {name!r}.", "List the sessions to see them.")
    now = time.time()
    key = db.execute(
        "INSERT INTO sessions (name, created, updated) VALUES (?, ?, ?)", (name, now, now)
    ).lastrowid
    assert key is not None
    return key
