"""The knowledge store: what the person gave it, found again by words and by meaning."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from memory import ingest, lexical
from memory.dense import SCAN, DenseIndex
from memory.errors import NotFound
from memory.fusion import fuse
from memory.ingest import MOSTLY_UNKNOWN, Encode, Ingest, Unknown
from memory.naming import clean
from memory.records import Chunk, Document, Hit, Report, Section
from memory.store import Store

POOL = 50  # candidates that each index proposes
REENCODED = 64  # chunks encoded at a time when the encoder has changed


class Knowledge:
    """Documents, cut into chunks, under two indexes.

    ``encode`` maps n texts to float32 [n, d], L2-normalized; ``encoder`` names it, and when
    it is another than before every vector is made anew. ``read`` gives a file's sections
    and raises an error with ``message`` and ``remedy`` for one it cannot read.
    ``unknown`` is the share (0..1) of a text that the encoder has no tokens for: above 0.3
    its vector says nothing, and only words count. ``scan`` is how many vectors are searched
    without an index (see :mod:`memory.dense`).
    """

    def __init__(
        self,
        store: Store,
        *,
        encode: Encode,
        encoder: str,
        read: Callable[[Path], Sequence[Section]],
        unknown: Unknown | None = None,
        scan: int = SCAN,
    ) -> None:
        self.store = store
        self.encode = encode
        self.encoder = encoder
        self.read = read
        self.unknown = unknown
        self.dense = DenseIndex(store, encoder, scan=scan)
        self._checked = False

    def add(
        self,
        paths: Sequence[Path],
        *,
        progress: Callable[[int, int, str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Report:
        """Take in files and whole folders; changed files replace what they were.

        ``progress`` is called with (files done, files in all, name of the next), and
        ``cancelled`` is asked before each file. What was committed stays, and a later call
        goes on where this one stopped.

        Raises:
            Locked, ReadOnly, DiskFull: nothing more can be stored. A bad file raises nothing:
                it stands in the report.
        """
        self.store.require_writable()
        self._check()
        run = Ingest(
            self.store,
            encode=self.encode,
            read=self.read,
            unknown=self.unknown,
            progress=progress,
            cancelled=cancelled,
        )
        report = run.run(paths)
        self.dense.sync()
        return report

    def search(self, query: str, limit: int = 5) -> list[Hit]:
        """The chunks that answer ``query`` best, the best first; of equal texts only one."""
        query = clean(query).strip()
        if not query or limit < 1 or not self.count():
            return []
        pool = max(POOL, 4 * limit)
        with self.store.read() as db:
            rankings = [[id_ for id_, _ in lexical.search(db, query, pool)]]
        dense = self._dense(query, pool)
        if dense:
            rankings.insert(0, dense)
        return self._hits(fuse([ranking for ranking in rankings if ranking]), limit)

    def documents(self) -> list[Document]:
        """Every document, the oldest first."""
        with self.store.read() as db:
            rows = db.execute(
                "SELECT id, path, name, kind, sha256, added, chunks FROM documents ORDER BY id"
            ).fetchall()
        return [
            Document(id_, Path(os.fsdecode(path)), name, kind, sha256, added, chunks)
            for id_, path, name, kind, sha256, added, chunks in rows
        ]

    def count(self) -> int:
        """How many documents there are."""
        with self.store.read() as db:
            return int(db.execute("SELECT count(*) FROM documents").fetchone()[0])

    def remove(self, document: Path | str | int) -> int:
        """Forget a document, by its id or path, or all of a folder; how many went.

        Raises:
            NotFound: there is no such document.
        """
        with self.store.write() as db:
            ids = self._find(db, document)
            for id_ in ids:
                ingest.remove(db, id_)
            self.store.bump(db)
        if not ids:
            raise NotFound(f"There is no document {document}.", "List the documents to see them.")
        self.dense.sync()
        self.store.shrink()
        return len(ids)

    def close(self) -> None:
        """Let go of the dense index; the store stays open."""
        self.dense.close()

    # inside

    def _find(self, db: sqlite3.Connection, document: Path | str | int) -> list[int]:
        if isinstance(document, int):
            rows = db.execute("SELECT id FROM documents WHERE id = ?", (document,))
        else:
            path = os.fsencode(Path(document).expanduser().resolve())
            below = path.rstrip(b"/") + b"/"
            rows = db.execute(
                "SELECT id FROM documents WHERE path = ? OR substr(path, 1, ?) = ?",
                (path, len(below), below),
            )
        return [row[0] for row in rows]

    def _dense(self, query: str, limit: int) -> list[int]:
        """The dense vote; none where the encoder does not know the query's words."""
        if self.unknown is not None and self.unknown(query) > MOSTLY_UNKNOWN:
            return []
        if not self._check():
            return []
        vector = self.encode([query])[0]
        return [id_ for id_, _ in self.dense.search(vector, limit)]

    def _hits(self, ranked: list[tuple[int, float]], limit: int) -> list[Hit]:
        hits: list[Hit] = []
        seen: set[str] = set()
        with self.store.read() as db:
            for chunk_id, score in ranked:
                row = db.execute(
                    "SELECT c.document_id, c.text, d.name, d.path, c.locator FROM chunks c "
                    "JOIN documents d ON d.id = c.document_id WHERE c.id = ?",
                    (chunk_id,),
                ).fetchone()
                if row is None or row[1] in seen:
                    continue
                document_id, text, name, path, locator = row
                seen.add(text)
                place = Path(os.fsdecode(path))
                hits.append(Hit(chunk_id, document_id, text, name, place, locator, score))
                if len(hits) == limit:
                    break
        return hits

    def _check(self) -> bool:
        """See, once, that both indexes are those of this code and encoder; mend them if not.

        False if they are not and the store cannot be written.
        """
        if self._checked:
            return True
        with self.store.read() as db:
            found = dict(db.execute("SELECT key, value FROM meta WHERE key LIKE '%er'").fetchall())
        wanted = {"encoder": self.encoder, "segmenter": lexical.SEGMENTER}
        if found != wanted:
            if self.store.readonly:
                return False
            self._rebuild(
                words=found.get("segmenter", lexical.SEGMENTER) != lexical.SEGMENTER,
                vectors=found.get("encoder", self.encoder) != self.encoder,
            )
        if not self.store.readonly:
            self._encode_missing()
            if not self.dense.repair():
                self.dense.sync()
        self._checked = True
        return True

    def _rebuild(self, *, words: bool, vectors: bool) -> None:
        with self.store.lock():
            with self.store.write() as db:
                if words:
                    db.execute("INSERT INTO words (words) VALUES ('delete-all')")
                    for id_, text, heading, name in db.execute(
                        "SELECT c.id, c.text, c.heading, d.name FROM chunks c "
                        "JOIN documents d ON d.id = c.document_id"
                    ).fetchall():
                        lexical.index(db, id_, text, ingest.title_of(heading, name))
                if vectors:
                    db.execute("DELETE FROM vectors")
                    db.execute("UPDATE chunks SET indexed = 0")
                db.executemany(
                    "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                    [("encoder", self.encoder), ("segmenter", lexical.SEGMENTER)],
                )
                self.store.bump(db)
            if vectors:
                self.dense.reset()

    def _encode_missing(self) -> None:
        """Give every chunk that has none a vector; it goes on where it was stopped."""
        while True:
            with self.store.read() as db:
                rows = db.execute(
                    "SELECT c.id, c.text, c.locator, c.heading FROM chunks c LEFT JOIN vectors v "
                    "ON v.chunk_id = c.id WHERE c.indexed = 0 AND v.chunk_id IS NULL LIMIT ?",
                    (REENCODED,),
                ).fetchall()
            if not rows:
                return
            chunks = [Chunk(text, locator, heading, id_) for id_, text, locator, heading in rows]
            packed = ingest.encode_chunks(chunks, self.encode, self.unknown)
            with self.store.write() as db:
                for chunk, vector in zip(chunks, packed, strict=True):
                    if db.execute("SELECT 1 FROM chunks WHERE id = ?", (chunk.id,)).fetchone():
                        ingest.set_vector(db, chunk.id, vector)
                self.store.bump(db)
