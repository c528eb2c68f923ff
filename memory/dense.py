"""Meaning: nearest vectors by Chroma, derived from the vectors that SQLite holds.

SQLite is the truth; Chroma is an index over it, and whatever it lacks is scanned. While
the store has at most ``SCAN`` vectors, it is not used at all: reading that many takes
milliseconds, is exact, and works where nothing may be written; importing Chroma takes
more than half a second.

Chroma keeps its index in the memory of the process and does not notice what another one
wrote (two writers at once even lose vectors without an error). So only the holder of the
store's lock writes, every write raises the store's counter ``dense``, and whoever sees a
higher one than it knows opens Chroma anew.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memory import vectors
from memory.errors import Locked
from memory.store import Store, private_folder
from memory.vectors import Vectors

SCAN = 4096
"""Up to so many vectors are scanned in SQLite (measured: 6 ms)."""

BATCH = 2048  # vectors written at a time under the lock; Chroma takes 5,461 at most
QUICK = 0.05  # seconds that a reader waits for the lock before it scans instead

HNSW = {"space": "ip", "ef_construction": 200, "ef_search": 200}

_shutter = threading.RLock()

_log = logging.getLogger(__name__)


@dataclass
class _Shared:
    """One open Chroma of this process: it allows a folder to be opened only once."""

    client: Any
    generation: int


_clients: dict[Path, _Shared] = {}


class DenseIndex:
    """Nearest neighbours over the vectors of one store, made by one encoder."""

    def __init__(self, store: Store, encoder: str, *, scan: int = SCAN) -> None:
        self.store = store
        self.scan = scan
        self.folder = store.folder / "dense"
        self._cached: tuple[int, Sequence[int], Vectors] | None = None
        self._name = "chunks-" + hashlib.sha256(encoder.encode()).hexdigest()[:12]

    def search(self, query: Vectors, limit: int) -> list[tuple[int, float]]:
        """(chunk id, cosine) of the nearest chunks to ``query`` [d], the nearest first."""
        count = self._count()
        with self.store.read() as db:
            (lacking,) = db.execute("SELECT count(*) FROM chunks WHERE indexed = 0").fetchone()
        found: list[tuple[int, float]] = []
        whole = count <= self.scan or lacking == count or self.store.readonly
        if not whole:
            indexed = self._query(query, limit)
            whole = indexed is None
            found = indexed or []
        if whole or lacking:
            found += self._scan(query, limit, whole=whole)
        best = dict(sorted(found, key=lambda item: item[1]))
        return sorted(best.items(), key=lambda item: -item[1])[:limit]

    def _scan(self, query: Vectors, limit: int, *, whole: bool) -> list[tuple[int, float]]:
        if whole and self._count() <= SCAN:
            ids, matrix = self._whole()
            return vectors.nearest(ids, matrix, query, limit)
        some = "" if whole else " JOIN chunks ON chunks.id = chunk_id AND indexed = 0"
        best: list[tuple[int, float]] = []
        with self.store.read() as db:
            rows = db.execute(f"SELECT chunk_id, vector FROM vectors{some}")  # noqa: S608 - constants
            while batch := rows.fetchmany(2 * SCAN):
                ids, blobs = zip(*batch, strict=True)
                best += vectors.nearest(ids, vectors.unpack(blobs), query, limit)
        return sorted(best, key=lambda item: -item[1])[:limit]

    def _whole(self) -> tuple[Sequence[int], Vectors]:
        """Every id and vector (6 MB at most), kept in memory until an index changes."""
        generation = self.store.generation
        cached = self._cached
        if cached is None or cached[0] != generation:
            with self.store.read() as db:
                rows = db.execute("SELECT chunk_id, vector FROM vectors").fetchall()
            ids, blobs = zip(*rows, strict=True) if rows else ((), ())
            cached = self._cached = (generation, ids, vectors.unpack(blobs))
        return cached[1:]

    def _count(self) -> int:
        with self.store.read() as db:
            return int(db.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def _query(self, query: Vectors, limit: int) -> list[tuple[int, float]] | None:
        """Chroma's answer; None if it has none to give, and the vectors must be scanned."""
        ask = {"query_embeddings": [query], "n_results": limit + 8, "include": ["distances"]}
        with _shutter:
            try:
                generation = self.store.meta("dense")
                shared = _clients.get(self.folder)
                if shared is not None and shared.generation == generation:
                    answer = self._collection(generation).query(**ask)
                else:  # it reads its files now: nobody may be writing them
                    with self.store.lock(QUICK):
                        answer = self._collection(self.store.meta("dense")).query(**ask)
            except Locked:
                return None
            except Exception as error:  # noqa: BLE001 - Chroma raises its own, Rust's and SQLite's
                _log.warning("the dense index cannot be read and is left out: %s", error)
                self._drop()
                return None
        pairs = [
            (int(id_), 1.0 - float(distance))
            for id_, distance in zip(answer["ids"][0], answer["distances"][0], strict=True)
        ]
        with self.store.read() as db:  # what was removed since may still be in there
            return [
                pair
                for pair in pairs
                if db.execute("SELECT 1 FROM chunks WHERE id = ?", (pair[0],)).fetchone()
            ]

    def sync(self) -> None:
        """Bring Chroma up to what SQLite holds; nothing while a scan is cheaper.

        It may be stopped anywhere: what was not marked as indexed is written again, and
        writing a vector twice is writing it once.

        Raises:
            Locked, DiskFull: as :meth:`Store.write`.
        """
        while self._sync_batch():
            pass

    def _sync_batch(self) -> bool:
        with self.store.lock(), _shutter:
            with self.store.read() as db:
                (count,) = db.execute("SELECT count(*) FROM vectors").fetchone()
                rows = db.execute(
                    "SELECT v.chunk_id, v.vector FROM chunks c JOIN vectors v ON v.chunk_id = c.id "
                    "WHERE c.indexed = 0 LIMIT ?",
                    (BATCH,),
                ).fetchall()
                gone = db.execute("SELECT chunk_id FROM unindexed LIMIT ?", (BATCH,)).fetchall()
            if count <= self.scan or not (rows or gone):
                return False
            collection = self._collection(self.store.meta("dense"), create=True)
            if gone:
                collection.delete(ids=[str(id_) for (id_,) in gone])
            if rows:
                ids, blobs = zip(*rows, strict=True)
                collection.upsert(ids=[str(i) for i in ids], embeddings=vectors.unpack(blobs))
            with self.store.write() as db:
                db.executemany("DELETE FROM unindexed WHERE chunk_id = ?", gone)
                db.executemany("UPDATE chunks SET indexed = 1 WHERE id = ?", [r[:1] for r in rows])
                self.store.bump(db)
                generation = self.store.bump(db, "dense")
            _clients[self.folder].generation = generation
            _make_private(self.folder)
            return True

    def repair(self) -> bool:
        """Whether Chroma holds what it should; if it does not, it is emptied to be filled anew."""
        with self.store.read() as db:
            (marked,) = db.execute("SELECT count(*) FROM chunks WHERE indexed = 1").fetchone()
            (gone,) = db.execute("SELECT count(*) FROM unindexed").fetchone()
        if not marked or self.store.readonly:
            return True
        with self.store.lock(), _shutter:
            try:
                held = self._collection(self.store.meta("dense")).count()
            except Exception as error:  # noqa: BLE001 - Chroma raises its own, Rust's and SQLite's
                _log.warning("the dense index is built again: %s", error)
                held = -1
            if marked <= held <= marked + gone:
                return True
            self.reset()
            return False

    def reset(self) -> None:
        """Throw the index away; the next :meth:`sync` builds it from SQLite."""
        with self.store.lock():
            self._drop()
            shutil.rmtree(self.folder, ignore_errors=True)
            with self.store.write() as db:
                db.execute("UPDATE chunks SET indexed = 0 WHERE indexed = 1")
                db.execute("DELETE FROM unindexed")
                self.store.bump(db)
                self.store.bump(db, "dense")

    def close(self) -> None:
        with _shutter:
            self._drop()

    # Chroma

    def _collection(self, generation: int, *, create: bool = False) -> Any:
        shared = _clients.get(self.folder)
        if shared is not None and shared.generation != generation:
            self._drop()
            shared = None
        if shared is None:
            if not create and not self.folder.is_dir():
                raise FileNotFoundError(self.folder)
            shared = _clients[self.folder] = _Shared(_open(self.folder), generation)
        if create:
            return shared.client.get_or_create_collection(
                self._name, embedding_function=None, configuration={"hnsw": HNSW}
            )
        return shared.client.get_collection(self._name, embedding_function=None)

    def _drop(self) -> None:
        shared = _clients.pop(self.folder, None)
        if shared is not None:
            shared.client.close()


def _open(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    private_folder(folder)
    return chromadb.PersistentClient(
        path=str(folder),
        settings=Settings(anonymized_telemetry=False, allow_reset=False),
    )


def _make_private(folder: Path) -> None:
    """Chroma makes its files with the process's umask; they are nobody else's to read."""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            path.chmod(0o700 if path.is_dir() else 0o600)
