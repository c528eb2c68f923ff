"""SQLite: the truth. One file, one writer at a time, any number of readers.

Durability: the journal is a write-ahead log. A committed transaction survives the death of
the process at any moment (the bytes are the kernel's by then). ``write(durable=True)``
also waits for the disk (``synchronous=FULL``), so that it survives a loss of power; the
conversation uses it for every message it accepts. Derived data (documents, vectors) does
without, because it can be added again.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from memory.errors import (
    StoreError,
    corrupt,
    locked_by,
    of_os_error,
    read_only,
    translated,
)
from memory.migrations import APPLICATION_ID, MIGRATIONS
from memory.processes import exclusive

DATABASE = "assistant.db"
LOCK = "write.lock"

_open_owners: set[str] = set()


def owner_is_open(owner: str) -> bool:
    """Whether the store with this token is open in this process."""
    return owner in _open_owners


class Store:
    """The folder that holds everything, and its database.

    Usable from several threads: readers take a connection from a pool, writers take turns.
    ``wait`` is how many seconds a writer waits for another one. ``owner`` is a token of
    this very object, recorded with what it leaves running.

    Raises:
        ReadOnly: the folder does not exist and cannot be created.
        Corrupt: the database is damaged or is not one of ours.
        Locked: it had to be created or upgraded, and another process writes.
    """

    def __init__(self, folder: Path, *, wait: float = 10.0) -> None:
        self.folder = Path(folder).absolute()
        self.database = self.folder / DATABASE
        self.wait = wait
        self.owner = secrets.token_hex(8)
        self._pool: list[sqlite3.Connection] = []
        self._pool_lock = threading.Lock()
        self._turnstile = threading.RLock()
        self._depth = 0
        self._writer: sqlite3.Connection | None = None
        self._writing_thread = 0
        self._closed = False
        self._immutable = False
        self.readonly = not self._prepare_folder()
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        _open_owners.add(self.owner)

    # opening

    def _prepare_folder(self) -> bool:
        """Make the folder and the file private to their owner; whether they can be written."""
        try:
            if not self.folder.exists():
                self.folder.parent.mkdir(parents=True, exist_ok=True)
                private_folder(self.folder)
            ours = self.database.exists() or not any(self.folder.iterdir())
            if not os.access(self.folder, os.W_OK):
                if not self.database.exists():
                    raise read_only(self.folder)
                return False
            if ours and _mode(self.folder) != 0o700 and _mine(self.folder):
                self.folder.chmod(0o700)  # never a folder that holds other people's files
            if not self.database.exists():
                # SQLite gives its -wal and -shm files the mode of this one, whatever the umask.
                handle = os.open(self.database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                os.fchmod(handle, 0o600)
                os.close(handle)
            elif _mode(self.database) & 0o077 and _mine(self.database):
                self.database.chmod(0o600)
        except OSError as error:
            raise of_os_error(error, self.folder) from error
        return os.access(self.database, os.W_OK)

    def _open(self) -> None:
        with translated(self.database):
            db = self._connect_reader()
            try:
                version = self._version(db)
            finally:
                self._give_back(db)
        if version == len(MIGRATIONS):
            return
        if version > len(MIGRATIONS):
            raise StoreError(
                f"The store {self.database} was made by a newer version of the assistant.",
                "Upgrade the assistant, or name another folder with ASSISTANT_HOME.",
            )
        if self.readonly:
            raise read_only(self.folder)
        self._migrate()

    def _version(self, db: sqlite3.Connection) -> int:
        """How many steps the file has taken; 0 for an empty one.

        Raises:
            Corrupt: it is some other program's database.
        """
        # In this order: another process may just now be making the tables and the number.
        used = db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
        (ours,) = db.execute("PRAGMA application_id").fetchone()
        if ours == APPLICATION_ID:
            return int(db.execute("PRAGMA user_version").fetchone()[0])
        if used:
            raise corrupt(self.database)
        return 0

    def _migrate(self) -> None:
        with self.lock(), translated(self.database):
            db = self._writer_connection()
            if self._version(db) == 0:
                db.execute("PRAGMA auto_vacuum = INCREMENTAL")
                db.execute("PRAGMA journal_mode = WAL")
            with self.write() as db:
                # Read again inside the transaction: another process may have been first.
                for step in MIGRATIONS[self._version(db) :]:
                    for statement in step:
                        db.execute(statement)
                db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _connect(self, options: str) -> sqlite3.Connection:
        db = sqlite3.connect(
            f"file:{quote(os.fsencode(self.database))}?{options}",
            uri=True,
            timeout=self.wait,
            isolation_level=None,  # transactions are begun and ended below, by name
            check_same_thread=False,  # a pooled connection serves one thread at a time
            cached_statements=64,
        )
        try:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA secure_delete = ON")  # what was deleted is overwritten
        except BaseException:
            db.close()
            raise
        return db

    def _connect_reader(self) -> sqlite3.Connection:
        if not (self._immutable and self.readonly):
            try:
                db = self._connect("mode=ro" if self.readonly else "mode=rw")
                try:
                    db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
                except BaseException:
                    db.close()
                    raise
            except sqlite3.OperationalError as error:
                # A reader wants to create -shm, which a read-only folder forbids and for which
                # a full disk has no room. With no log beside it nobody writes: the file is
                # complete, and can be read as it is.
                code = getattr(error, "sqlite_errorcode", 0) & 0xFF
                log = self.database.with_name(DATABASE + "-wal")
                if log.exists() and log.stat().st_size:
                    raise
                if not self.readonly and code not in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}:
                    raise
                self._immutable = True
            else:
                self._immutable = False
                return db
        return self._connect("mode=ro&immutable=1")

    def _give_back(self, db: sqlite3.Connection) -> None:
        """Keep a reader for the next one, unless it would not see what is written later."""
        with self._pool_lock:
            if self._closed or (self._immutable and not self.readonly):
                db.close()
            else:
                self._pool.append(db)

    def _writer_connection(self) -> sqlite3.Connection:
        if self._writer is None:
            self._writer = self._connect("mode=rw")
            self._writer.execute("PRAGMA journal_size_limit = 4194304")
        return self._writer

    # reading and writing

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment of the store, or this thread's own transaction."""
        if self._writing_thread == threading.get_ident() and self._writer is not None:
            yield self._writer
            return
        self._check_open()
        with translated(self.database):
            with self._pool_lock:
                db = self._pool.pop() if self._pool else None
            if db is None:
                db = self._connect_reader()
            try:
                db.execute("BEGIN")
                yield db
            finally:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                self._give_back(db)

    @contextmanager
    def lock(self, wait: float | None = None) -> Iterator[None]:
        """Be the only writer, in this process and among all others, for as long as it lasts.

        May be nested. It begins no transaction: it is for what must not happen twice at
        once beside the database (a derived index, files). ``wait`` replaces the store's.

        Raises:
            Locked: another thread or process holds it for longer than ``wait`` seconds.
            ReadOnly: the store cannot be written.
        """
        self.require_writable()
        wait = self.wait if wait is None else wait
        if not self._turnstile.acquire(timeout=wait):
            raise locked_by(os.getpid(), self.folder)
        try:
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            with exclusive(self.folder / LOCK, wait):
                self._depth = 1
                try:
                    yield
                finally:
                    self._depth = 0
        finally:
            self._turnstile.release()

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or on any exception nothing.

        Keep it short and never await inside. Nested calls of one thread join the outer
        transaction. ``durable`` also waits until the bytes are on the disk.

        Raises:
            Locked, ReadOnly, DiskFull, Corrupt: see :mod:`memory.errors`.
        """
        if self._writing_thread == threading.get_ident() and self._writer is not None:
            yield self._writer
            return
        with self.lock(), translated(self.database):
            db = self._writer_connection()
            db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            db.execute("BEGIN IMMEDIATE")
            self._writing_thread = threading.get_ident()
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                    db.execute("ROLLBACK")
                raise
            finally:
                self._writing_thread = 0

    def shrink(self) -> None:
        """Give freed pages back to the disk and empty the log of what was deleted."""
        with self.lock(), translated(self.database):
            db = self._writer_connection()
            db.execute("PRAGMA incremental_vacuum").fetchall()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # what changed

    @property
    def generation(self) -> int:
        """A number that grows with every write that changes an index."""
        return self.meta("generation")

    def meta(self, key: str) -> int:
        """A counter of the store; 0 where it was never set."""
        with self.read() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return int(row[0]) if row else 0

    def bump(self, db: sqlite3.Connection, key: str = "generation") -> int:
        """Add one to a counter, inside the caller's transaction; its new value."""
        (value,) = db.execute(
            "INSERT INTO meta VALUES (?, 1) "
            "ON CONFLICT(key) DO UPDATE SET value = value + 1 RETURNING value",
            (key,),
        ).fetchone()
        return int(value)

    def require_writable(self) -> None:
        """Raise :class:`ReadOnly` if the store cannot be written."""
        self._check_open()
        if self.readonly:
            raise read_only(self.folder)

    # closing

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("The store is closed.", "Open it again.")

    def close(self) -> None:
        """Close every connection; what was running in this store counts as left behind."""
        _open_owners.discard(self.owner)
        with self._pool_lock:
            self._closed = True
            connections, self._pool = self._pool, []
        with self._turnstile:
            writer, self._writer = self._writer, None
        for db in (*connections, *([writer] if writer else ())):
            with suppress(sqlite3.Error):  # a damaged file cannot be tidied up, and need not be
                db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def private_folder(path: Path) -> None:
    """Make a folder that only its owner can enter, whatever the umask."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        path.chmod(0o700)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _mine(path: Path) -> bool:
    return path.stat().st_uid == os.geteuid()
