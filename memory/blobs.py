"""Bytes by their sha256: attachments and what tools made, each kept once.

A blob lives as long as a handle of some session names it. Its file is named by its hash
alone; what the person called it stands in the database.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from memory.errors import Invalid, NotFound, of_os_error
from memory.naming import clean, session_id
from memory.records import HandleRecord, Origin
from memory.store import Store, private_folder

PIECE = 1 << 20  # bytes read at a time: a film is never in memory as a whole
ABANDONED = 3600.0  # seconds after which a partial file's writer is taken for dead


class Blobs:
    """The blobs of one store, under its folder's ``blobs/``."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.folder = store.folder / "blobs"

    def put(self, source: bytes | Path) -> str:
        """Keep the bytes, or the file's bytes; their sha256 in hex.

        Nothing refers to them yet: :meth:`collect` takes them away again.

        Raises:
            DiskFull: there was no room; no part of it stays behind.
            NotFound, Invalid: the source is not there or not a file.
        """
        with self._staged(source) as (sha256, size, partial), self.store.write() as db:
            self._install(sha256, partial)
            self._record(db, sha256, size)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the bytes are; the file must not be changed.

        Raises:
            NotFound: there is no such blob.
        """
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound(f"The stored file {sha256[:12]} is not there.", "Attach it again.")
        return place

    def attach(
        self,
        session: str,
        kind: str,
        source: bytes | Path,
        *,
        name: str,
        mime: str,
        origin: Origin,
    ) -> HandleRecord:
        """Keep the bytes and give them the session's next handle of this kind.

        The number, the blob and its reference are one transaction: two processes never
        get the same handle, and a handle always has its bytes.

        Raises:
            DiskFull, NotFound, Invalid: as :meth:`put`.
        """
        with self._staged(source) as (sha256, size, partial), self.store.write() as db:
            key = session_id(db, session, create=True)
            self._install(sha256, partial)
            self._record(db, sha256, size)
            (number,) = db.execute(
                "SELECT coalesce(max(number), 0) + 1 FROM handles WHERE session_id=? AND kind=?",
                (key, kind),
            ).fetchone()
            db.execute(
                "INSERT INTO handles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (key, kind, number, sha256, clean(name), clean(mime), origin, time.time()),
            )
        return HandleRecord(
            handle=f"{kind}:{number}",
            session=session,
            kind=kind,
            sha256=sha256,
            name=clean(name),
            mime=clean(mime),
            origin=origin,
            path=self._place(sha256),
        )

    def resolve(self, session: str, handle: str) -> HandleRecord | None:
        """What a handle of the session stands for; None if there is no such handle."""
        kind, _, number = handle.strip().partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            return None
        found = self._select(session, kind, int(number)) if kind else []
        return found[0] if found else None

    def handles(self, session: str) -> list[HandleRecord]:
        """Every handle of the session, oldest first; empty for an unknown session."""
        return self._select(session)

    def detach(self, session: str, handles: Iterable[str]) -> None:
        """Take handles back, for a message that was not accepted, and the bytes only they named.

        Handles that the session does not have are passed over.
        """
        with self.store.lock():
            hashes = set()
            with self.store.write() as db:
                for handle in handles:
                    kind, _, number = handle.partition(":")
                    hashes |= {
                        row[0]
                        for row in db.execute(
                            "DELETE FROM handles WHERE kind = ? AND number = ? AND session_id = "
                            "(SELECT id FROM sessions WHERE name = ?) RETURNING sha256",
                            (kind, number, session),
                        )
                    }
            self.release(hashes)

    def references(self, sha256: str) -> int:
        """How many handles name the blob, over all sessions."""
        with self.store.read() as db:
            row = db.execute("SELECT count(*) FROM handles WHERE sha256 = ?", (sha256,)).fetchone()
        return int(row[0])

    def collect(self) -> int:
        """Delete what nothing refers to, and what dead writers left; how many files went."""
        with self.store.lock():
            with self.store.write() as db:
                db.execute("DELETE FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM handles)")
                kept = {row[0] for row in db.execute("SELECT sha256 FROM blobs")}
            return self._remove(self._strays(kept))

    def release(self, hashes: Iterable[str]) -> None:
        """Delete those of the blobs that nothing refers to any more."""
        with self.store.lock():  # over both: nobody may attach the same bytes in between
            with self.store.write() as db:
                freed = [
                    sha256
                    for sha256 in hashes
                    if db.execute(
                        "DELETE FROM blobs WHERE sha256 = ?1 "
                        "AND NOT EXISTS (SELECT 1 FROM handles WHERE sha256 = ?1)",
                        (sha256,),
                    ).rowcount
                ]
            self._remove(self._place(sha256) for sha256 in freed)

    # inside

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise NotFound("That is not the hash of a stored file.", "Name a handle instead.")
        return self.folder / sha256[:2] / sha256

    @contextmanager
    def _staged(self, source: bytes | Path) -> Iterator[tuple[str, int, Path]]:
        """A private copy beside the blobs, with its hash and size; gone when it is over."""
        self.store.require_writable()
        partial = self.folder / f"partial-{secrets.token_hex(8)}"
        try:
            with _reading(source) as pieces:
                try:
                    private_folder(self.folder)
                    with os.fdopen(_private(partial), "wb") as out:
                        sha256, size = _copy(pieces, out)
                except OSError as error:
                    raise of_os_error(error, self.store.folder) from error
            yield sha256, size, partial
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)

    def _install(self, sha256: str, partial: Path) -> None:
        """Move the copy to its place, if the same bytes are not there already."""
        place = self._place(sha256)
        try:
            if not place.exists():
                private_folder(place.parent)
                partial.replace(place)
        except OSError as error:
            raise of_os_error(error, self.store.folder) from error

    def _record(self, db: sqlite3.Connection, sha256: str, size: int) -> None:
        db.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)", (sha256, size, time.time()))

    def _select(self, session: str, kind: str = "", number: int = 0) -> list[HandleRecord]:
        with self.store.read() as db:
            rows = db.execute(
                "SELECT h.kind, h.number, h.sha256, h.name, h.mime, h.origin "
                "FROM handles h JOIN sessions s ON s.id = h.session_id "
                "WHERE s.name = :session AND (:kind = '' OR (h.kind = :kind AND number = :number)) "
                "ORDER BY h.created, h.kind, h.number",
                {"session": clean(session), "kind": clean(kind), "number": number},
            ).fetchall()
        return [
            HandleRecord(f"{kind}:{number}", session, kind, sha, name, mime, origin, place)
            for kind, number, sha, name, mime, origin in rows
            for place in (self._place(sha),)
        ]

    def _strays(self, kept: set[str]) -> Iterator[Path]:
        for path in self.folder.glob("??/*"):
            if path.name not in kept:
                yield path
        before = time.time() - ABANDONED
        for path in self.folder.glob("partial-*"):
            with suppress(FileNotFoundError):  # its writer has just finished
                if path.stat().st_mtime < before:
                    yield path

    def _remove(self, paths: Iterable[Path]) -> int:
        count = 0
        for path in list(paths):
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise of_os_error(error, self.store.folder) from error
            count += 1
            with suppress(OSError):  # others are still in it
                path.parent.rmdir()
        return count


def _private(path: Path) -> int:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.fchmod(handle, 0o600)
    return handle


@contextmanager
def _reading(source: bytes | Path) -> Iterator[Iterator[bytes]]:
    """The source's bytes, piece by piece."""
    if isinstance(source, bytes):
        yield iter((source,))
        return
    try:
        # Not blocking: a pipe with nobody at the other end is refused, not waited for.
        handle = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotFound(f"{source} cannot be read: {reason}.", "Name another file.") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Invalid(f"{source} is not a file.", "Name a file.")
    with os.fdopen(handle, "rb") as file:
        yield _pieces(file, source)


def _pieces(file: BinaryIO, source: Path) -> Iterator[bytes]:
    while True:
        try:
            piece = file.read(PIECE)
        except OSError as error:
            raise Invalid(f"{source} cannot be read to its end.", "Copy it again.") from error
        if not piece:
            return
        yield piece


def _copy(pieces: Iterator[bytes], out: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        out.write(piece)
        size += len(piece)
    out.flush()
    os.fsync(out.fileno())  # its row will say that the bytes are there
    return digest.hexdigest(), size
