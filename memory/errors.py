"""The ways the store can decline, each with one sentence for the person and a remedy.

StoreError
├── Locked     another process is writing and did not finish in time
├── ReadOnly   the folder or the file may not be written
├── DiskFull   the disk, quota or file-size limit took no more bytes
├── Corrupt    the file is not a store, or is damaged; it is left exactly as it is
├── NotFound   no such session, turn, blob, fact or document
├── Busy       the session has a running turn of a living process
├── Invalid    a name or value that cannot be stored
└── Refused    a secret, which is never kept
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreError(Exception):
    """One plain sentence (``message``) and what the person can do about it (``remedy``)."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Locked(StoreError):
    """Another process writes to the store; ``pid`` is its process id where it is known."""

    def __init__(self, message: str, remedy: str = "", *, pid: int | None = None) -> None:
        super().__init__(message, remedy)
        self.pid = pid


class ReadOnly(StoreError):
    """The store can be read but not written."""


class DiskFull(StoreError):
    """There is no room left; nothing half-written was kept."""


class Corrupt(StoreError):
    """The database is damaged or is not one of ours; it was not changed."""


class NotFound(StoreError):
    """What was asked for is not in the store."""


class Busy(StoreError):
    """One turn at a time per session, and one is running."""


class Invalid(StoreError):
    """A name or a value that cannot be stored."""


class Refused(StoreError):
    """A secret (a key, a card number, a password) that is never kept."""


def locked_by(pid: int | None, place: Path) -> Locked:
    who = f"Another process (pid {pid})" if pid else "Another program"
    return Locked(
        f"{who} is writing to {place}.",
        "Wait until it has finished or end it, then try again.",
        pid=pid,
    )


def read_only(place: Path) -> ReadOnly:
    return ReadOnly(
        f"The folder {place} cannot be written.",
        "Give yourself write permission on it, or name another folder with ASSISTANT_HOME.",
    )


def disk_full(place: Path) -> DiskFull:
    return DiskFull(
        f"There is no room left on the disk that holds {place}.",
        "Free some space and try again; nothing half-written was kept.",
    )


def corrupt(place: Path) -> Corrupt:
    return Corrupt(
        f"The store {place} is damaged or is not a store of the assistant.",
        "It was left as it is: move it aside to start afresh, or put a backup in its place.",
    )


def of_os_error(error: OSError, place: Path) -> StoreError:
    """The kind that an operating system's error stands for."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return disk_full(place)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return read_only(place)
    reason = error.strerror or type(error).__name__
    return StoreError(f"{place} cannot be used: {reason}.", "Check the folder and its disk.")


_NO_ROOM = sqlite3.SQLITE_IOERR_SHMSIZE
"""SQLite has no room for the index of its log, a small file beside the database."""


def of_sqlite_error(error: sqlite3.Error, place: Path) -> StoreError | None:
    """The kind that SQLite's primary result code stands for; None for a mistake of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_FULL or code == _NO_ROOM:
        return disk_full(place)
    if primary in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return read_only(place)
    if primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return corrupt(place)
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return locked_by(None, place)
    if primary == sqlite3.SQLITE_TOOBIG:
        return Invalid("It is too large to be stored.", "Split it, or attach it as a file.")
    if primary in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
        return StoreError(
            f"The disk did not let {place} be read or written ({error}).",
            "Check that the disk is there, healthy and not full, then try again.",
        )
    return None


@contextmanager
def translated(place: Path) -> Iterator[None]:
    """SQLite's errors inside become kinds of :class:`StoreError`; a bug stays what it is."""
    try:
        yield
    except sqlite3.Error as error:
        own = of_sqlite_error(error, place)
        if own is None:
            raise
        raise own from error
