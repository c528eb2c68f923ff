"""Files into the store: walked, read, cut, encoded, committed document by document.

One bad file never stops the rest, and a stopped run loses at most the documents it had
not committed: the next run skips what is there unchanged.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from memory import lexical, vectors
from memory.chunking import chunks_of
from memory.errors import StoreError
from memory.naming import clean
from memory.records import Chunk, Report, Section
from memory.store import Store
from memory.vectors import Vectors

Encode = Callable[[Sequence[str]], Vectors]
Unknown = Callable[[str], float]

MOSTLY_UNKNOWN = 0.3  # share of unknown tokens above which a vector says nothing

GROUP_CHUNKS, GROUP_DOCUMENTS, GROUP_SECONDS = 64, 64, 5.0
"""Documents are encoded and committed in groups: a batch encodes faster than its parts."""

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "__MACOSX", "venv", "site-packages"})
SKIPPED_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        *("7z", "a", "apk", "bin", "bz2", "cab", "class", "dat", "db", "deb", "dll", "dmg"),
        *("dylib", "eot", "exe", "gz", "iso", "jar", "lock", "msi", "npy", "npz", "o", "obj"),
        *("onnx", "otf", "pack", "parquet", "pdb", "pkl", "pyc", "pyd", "pyo", "rar", "rpm"),
        *("safetensors", "so", "sqlite", "sqlite3", "swp", "tar", "tgz", "tmp", "ttf", "wasm"),
        *("whl", "woff", "woff2", "xz", "zip", "zst"),
    )
)


class Failure(Exception):
    """A file that cannot be taken in, and what to do about it."""

    def __init__(self, path: Path, message: str, remedy: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that is read and cut but not stored yet."""

    path: Path
    sha256: str
    chunks: list[Chunk]


def walk(paths: Iterable[Path], *, store: Path) -> Iterator[Path | Failure]:
    """Every file that the paths name or contain, each once, in a stable order.

    A file that is named is taken whatever it is called. In a folder, hidden files, folders
    of packages and caches, and files no text comes from are left out, and links are not
    followed: they may lead anywhere. ``store`` is the store's own folder: never taken.
    """
    seen: set[Path] = set()
    for given in paths:
        try:
            path = given.expanduser().resolve(strict=True)
            mode = path.stat().st_mode
        except (OSError, RuntimeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            yield Failure(given, f"{given} cannot be opened: {reason}.", "Check the path.")
            continue
        if stat.S_ISREG(mode):
            found: Iterable[Path] = (path,)
        elif stat.S_ISDIR(mode):
            found = _files(path, store)
        else:
            yield Failure(path, f"{given} is neither a file nor a folder.", "Name a file.")
            continue
        for file in found:
            if file not in seen:
                seen.add(file)
                yield file


def _files(folder: Path, store: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder, followlinks=False):
        here = Path(root)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in SKIPPED_FOLDERS and here / name != store
        )
        for name in sorted(files):
            path = here / name
            if name.startswith((".", "~$")) or path.suffix.lower() in SKIPPED_SUFFIXES:
                continue
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


class Ingest:
    """One run over some paths."""

    def __init__(
        self,
        store: Store,
        *,
        encode: Encode,
        read: Callable[[Path], Sequence[Section]],
        unknown: Unknown | None,
        progress: Callable[[int, int, str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.store = store
        self.encode = encode
        self.read = read
        self.unknown = unknown
        self.progress = progress or (lambda done, total, name: None)
        self.cancelled = cancelled or (lambda: False)
        self.added = self.unchanged = self.chunks = 0
        self.failed: list[tuple[Path, str, str]] = []
        self._group: list[Draft] = []
        self._flushed = time.monotonic()

    def run(self, paths: Iterable[Path]) -> Report:
        """Take the files in; what was done, also when it was cancelled on the way."""
        start = time.monotonic()
        found = list(walk(paths, store=self.store.folder))
        for done, item in enumerate(found):
            if self.cancelled():
                break
            if isinstance(item, Failure):
                self._fail(item)
                continue
            self.progress(done, len(found), clean(item.name))
            try:
                draft = self._draft(item)
            except Failure as failure:
                self._fail(failure)
                continue
            if draft is None:
                self.unchanged += 1
                continue
            self._group.append(draft)
            if self._group_is_full():
                self._flush()
        self._flush()
        self.progress(len(found), len(found), "")
        return Report(
            self.added, self.unchanged, tuple(self.failed), self.chunks, time.monotonic() - start
        )

    def _fail(self, failure: Failure) -> None:
        self.failed.append((failure.path, failure.message, failure.remedy))

    def _group_is_full(self) -> bool:
        return (
            sum(len(draft.chunks) for draft in self._group) >= GROUP_CHUNKS
            or len(self._group) >= GROUP_DOCUMENTS
            or time.monotonic() - self._flushed > GROUP_SECONDS
        )

    def _draft(self, path: Path) -> Draft | None:
        """The document as chunks; None if the store has it as it is.

        Raises:
            Failure: it cannot be read, or there is no text in it.
        """
        try:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            message = f"{path.name} cannot be read: {error.strerror}."
            raise Failure(path, message, "Check its permissions.") from error
        if self._has(path, sha256):
            return None
        try:
            sections = self.read(path)
        except StoreError:
            raise
        except Exception as error:  # any parser of any format stands behind it
            message = getattr(error, "message", None) or f"{path.name} cannot be read: {error}."
            remedy = (
                getattr(error, "remedy", None) or "Open it in its own program and save it again."
            )
            raise Failure(path, str(message), str(remedy)) from error
        chunks = chunks_of(sections)
        if not chunks:
            raise Failure(path, f"No text was found in {path.name}.", "Add a file that holds text.")
        return Draft(path, sha256, chunks)

    def _has(self, path: Path, sha256: str) -> bool:
        with self.store.read() as db:
            row = db.execute(
                "SELECT 1 FROM documents WHERE path = ? AND sha256 = ?", (os.fsencode(path), sha256)
            ).fetchone()
        return row is not None

    def _flush(self) -> None:
        """Encode and commit what is waiting; a document is in the store whole or not at all."""
        group, self._group = self._group, []
        self._flushed = time.monotonic()
        if not group:
            return
        every = [chunk for draft in group for chunk in draft.chunks]
        packed = iter(encode_chunks(every, self.encode, self.unknown))
        with self.store.write() as db:
            for draft in group:
                put(db, draft, [next(packed) for _ in draft.chunks])
            self.store.bump(db)
        self.added += len(group)
        self.chunks += len(every)


def encode_chunks(
    chunks: Sequence[Chunk], encode: Encode, unknown: Unknown | None
) -> list[bytes | None]:
    """A vector for each chunk under its heading; None where the encoder knows too little of it."""
    texts = [f"{chunk.heading}\n{chunk.text}" if chunk.heading else chunk.text for chunk in chunks]
    known = [
        i
        for i, chunk in enumerate(chunks)
        if unknown is None or unknown(chunk.text) <= MOSTLY_UNKNOWN
    ]
    out: list[bytes | None] = [None] * len(chunks)
    if known:
        for i, blob in zip(known, vectors.pack(encode([texts[i] for i in known])), strict=True):
            out[i] = blob
    return out


def put(db: sqlite3.Connection, draft: Draft, packed: Sequence[bytes | None]) -> None:
    """Store a document in place of what stood at its path."""
    path, name = os.fsencode(draft.path), clean(draft.path.name)
    old = db.execute("SELECT id FROM documents WHERE path = ?", (path,)).fetchone()
    if old:
        remove(db, old[0])
    kind = draft.path.suffix.lstrip(".").lower() or "file"
    document_id = db.execute(
        "INSERT INTO documents (path, name, kind, sha256, added, chunks) VALUES (?, ?, ?, ?, ?, ?)",
        (path, name, clean(kind), draft.sha256, time.time(), len(draft.chunks)),
    ).lastrowid
    for chunk, vector in zip(draft.chunks, packed, strict=True):
        chunk_id = db.execute(
            "INSERT INTO chunks (document_id, position, text, locator, heading) "
            "VALUES (?, ?, ?, ?, ?)",
            (document_id, chunk.position, chunk.text, chunk.locator, chunk.heading),
        ).lastrowid
        assert chunk_id is not None
        lexical.index(db, chunk_id, chunk.text, title_of(chunk.heading, name))
        set_vector(db, chunk_id, vector)


def remove(db: sqlite3.Connection, document_id: int) -> None:
    """Take a document out of every table; the dense index is told later, by ``unindexed``."""
    (name,) = db.execute("SELECT name FROM documents WHERE id = ?", (document_id,)).fetchone()
    for chunk_id, text, heading in db.execute(
        "SELECT id, text, heading FROM chunks WHERE document_id = ?", (document_id,)
    ).fetchall():
        lexical.unindex(db, chunk_id, text, title_of(heading, name))
    db.execute(
        "INSERT INTO unindexed SELECT id FROM chunks WHERE document_id = ? AND indexed = 1",
        (document_id,),
    )
    db.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def set_vector(db: sqlite3.Connection, chunk_id: int, vector: bytes | None) -> None:
    """Give a chunk its vector; without one there is nothing for the dense index (2)."""
    if vector is None:
        db.execute("UPDATE chunks SET indexed = 2 WHERE id = ?", (chunk_id,))
    else:
        db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (chunk_id, vector))


def title_of(heading: str, name: str) -> str:
    """What the ``title`` column of the word index holds for a chunk."""
    return f"{heading} {name.replace('_', ' ')}"
