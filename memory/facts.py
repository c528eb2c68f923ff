"""What is to be kept about the person, found again by meaning and by words."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Sequence

from memory import vectors
from memory.errors import Invalid, NotFound, Refused
from memory.lexical import terms_of
from memory.naming import clean
from memory.records import Fact
from memory.secrets import secret_in
from memory.store import Store
from memory.vectors import Vectors

LONGEST = 1000  # characters: a fact is a sentence, a text is a document
RELATED = 0.30  # below this score a fact has nothing to do with the query
MOSTLY_UNKNOWN = 0.3  # share of unknown tokens above which a vector says nothing


class Facts:
    """The facts of one store. ``encode`` is as :class:`memory.knowledge.Knowledge` takes it.

    ``encoder`` names it: facts encoded by another one are encoded again when they are next
    searched. ``unknown`` is the share (0..1) of a text that it has no tokens for.
    """

    def __init__(
        self,
        store: Store,
        encode: Callable[[Sequence[str]], Vectors],
        *,
        encoder: str = "",
        unknown: Callable[[str], float] | None = None,
    ) -> None:
        self.store = store
        self.encode = encode
        self.encoder = encoder
        self.unknown = unknown

    def keep(self, text: str, session: str = "", turn_id: str = "") -> Fact:
        """Keep a sentence; if it is kept already, the fact that it is.

        Raises:
            Refused: there is a key, a card number or a password in it.
            Invalid: it is empty or longer than 1,000 characters.
        """
        text = " ".join(clean(text).replace("\0", " ").split())
        if not text or len(text) > LONGEST:
            raise Invalid(
                f"A fact is a sentence of 1 to {LONGEST} characters.",
                "Add a longer text to the knowledge store as a document.",
            )
        secret = secret_in(text)
        if secret:
            raise Refused(f"{secret} is not kept.", "Put it into a password manager.")
        plain = _plain(text)
        blob = self._vectors([text])[0]
        with self.store.write(durable=True) as db:
            row = db.execute(
                "SELECT id, text, created, session, turn_id, state FROM facts "
                "WHERE plain = ? AND state = 'current'",
                (plain,),
            ).fetchone()
            if row is None:
                row = db.execute(
                    "INSERT INTO facts (text, plain, created, session, turn_id, state, encoder, "
                    "vector) VALUES (?, ?, ?, ?, ?, 'current', ?, ?) "
                    "RETURNING id, text, created, session, turn_id, state",
                    (text, plain, time.time(), clean(session), turn_id, self.encoder, blob),
                ).fetchone()
        return Fact(*row)

    def search(self, query: str, limit: int = 5) -> list[tuple[Fact, float]]:
        """(fact, score 0..1) of the current facts that have to do with ``query``, best first.

        The score is the cosine of the vectors, raised by the share of the query's words
        that the fact has too; where the encoder does not know the words, they alone count.
        """
        query = clean(query).strip()
        if not query or not self.count():
            return []
        self._encode_again()
        with self.store.read() as db:
            rows = db.execute(
                "SELECT id, text, created, session, turn_id, state, vector FROM facts "
                "WHERE state = 'current'"
            ).fetchall()
        cosine: dict[int, float] = {}
        encoded = [row for row in rows if row[-1] is not None]
        vector = self._vectors([query])[0]
        if encoded and vector is not None:
            ids, blobs = [row[0] for row in encoded], [row[-1] for row in encoded]
            cosine = dict(
                vectors.nearest(ids, vectors.unpack(blobs), vectors.unpack([vector])[0], len(ids))
            )
        words = set(terms_of(query))
        scored = []
        for row in rows:
            shared = len(words & set(terms_of(row[1]))) / len(words) if words else 0.0
            near = cosine.get(row[0])
            score = shared if near is None else min(max(near, 0.0) + 0.3 * shared, 1.0)
            if score >= RELATED:
                scored.append((Fact(*row[:-1]), score))
        return sorted(scored, key=lambda pair: -pair[1])[:limit]

    def all(self) -> list[Fact]:
        """The current facts, the oldest first."""
        with self.store.read() as db:
            rows = db.execute(
                "SELECT id, text, created, session, turn_id, state FROM facts "
                "WHERE state = 'current' ORDER BY id"
            )
            return [Fact(*row) for row in rows]

    def count(self) -> int:
        """How many current facts there are."""
        with self.store.read() as db:
            row = db.execute("SELECT count(*) FROM facts WHERE state = 'current'").fetchone()
        return int(row[0])

    def forget(self, id: int) -> None:  # noqa: A002 - it is the fact's id
        """Delete a fact; its bytes are overwritten.

        Raises:
            NotFound: there is no such fact.
        """
        with self.store.write(durable=True) as db:
            gone = db.execute("DELETE FROM facts WHERE id = ?", (id,)).rowcount
        if not gone:
            raise NotFound(f"There is no fact {id}.", "List the facts to see their numbers.")
        self.store.shrink()

    # inside

    def _vectors(self, texts: Sequence[str]) -> list[bytes | None]:
        out: list[bytes | None] = [None] * len(texts)
        known = [
            i
            for i, text in enumerate(texts)
            if self.unknown is None or self.unknown(text) <= MOSTLY_UNKNOWN
        ]
        if known:
            packed = vectors.pack(self.encode([texts[i] for i in known]))
            for i, blob in zip(known, packed, strict=True):
                out[i] = blob
        return out

    def _encode_again(self) -> None:
        """Encode the facts whose vectors are another encoder's."""
        if self.store.readonly:
            return
        with self.store.read() as db:
            rows = db.execute(
                "SELECT id, text FROM facts WHERE encoder != ?", (self.encoder,)
            ).fetchall()
        if not rows:
            return
        packed = self._vectors([text for _, text in rows])
        with self.store.write() as db:
            db.executemany(
                "UPDATE facts SET vector = ?, encoder = ? WHERE id = ?",
                [(blob, self.encoder, id_) for (id_, _), blob in zip(rows, packed, strict=True)],
            )


def _plain(text: str) -> str:
    """The text without what does not change its meaning: case, spaces, final punctuation."""
    return unicodedata.normalize("NFKC", text).casefold().rstrip(" .!。！")
