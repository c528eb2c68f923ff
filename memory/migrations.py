"""The shape of the database, as steps that are only ever appended to.

``PRAGMA user_version`` is the number of steps that a file has taken. Each step is a tuple
of single statements, all run in one transaction.
"""

from __future__ import annotations

APPLICATION_ID = 0x4D4D4153  # "MMAS", in the file's header: it is one of ours

_FIRST = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "INSERT INTO meta VALUES ('generation', 0), ('dense', 0)",
    # conversations
    """CREATE TABLE sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL DEFAULT '',
        created REAL NOT NULL,
        updated REAL NOT NULL,
        head INTEGER)""",
    """CREATE TABLE turns (
        id TEXT PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        state TEXT NOT NULL,
        started REAL NOT NULL,
        ended REAL,
        pid INTEGER NOT NULL,
        pid_started INTEGER NOT NULL,
        owner TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX turns_of_session ON turns(session_id, state)",
    # calls: JSON list of [id, name] that an assistant message asks for; answers: the id
    # that a tool message answers. Both are read from the content, to find calls left open.
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        parent INTEGER,
        turn_id TEXT NOT NULL REFERENCES turns(id) ON DELETE CASCADE,
        role TEXT NOT NULL,
        content BLOB NOT NULL,
        calls TEXT,
        answers TEXT,
        created REAL NOT NULL)""",
    "CREATE INDEX messages_of_turn ON messages(turn_id)",
    "CREATE INDEX messages_of_session ON messages(session_id)",
    # blobs
    """CREATE TABLE blobs (
        sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, created REAL NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE handles (
        session_id INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        number INTEGER NOT NULL,
        sha256 TEXT NOT NULL REFERENCES blobs(sha256),
        name TEXT NOT NULL,
        mime TEXT NOT NULL,
        origin TEXT NOT NULL,
        created REAL NOT NULL,
        PRIMARY KEY (session_id, kind, number)) WITHOUT ROWID""",
    "CREATE INDEX handles_of_blob ON handles(sha256)",
    # facts
    """CREATE TABLE facts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        text TEXT NOT NULL,
        plain TEXT NOT NULL,
        created REAL NOT NULL,
        session TEXT NOT NULL,
        turn_id TEXT NOT NULL,
        state TEXT NOT NULL,
        encoder TEXT NOT NULL,
        vector BLOB)""",
    "CREATE UNIQUE INDEX facts_current ON facts(plain) WHERE state = 'current'",
    # knowledge: paths are bytes, because a file name need not be text
    """CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        added REAL NOT NULL,
        chunks INTEGER NOT NULL)""",
    # AUTOINCREMENT: an id is never used twice, so that what a derived index still holds of
    # a removed chunk can never be taken for another. indexed: is it in the dense index?
    """CREATE TABLE chunks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        locator TEXT NOT NULL,
        heading TEXT NOT NULL,
        indexed INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX chunks_of_document ON chunks(document_id)",
    "CREATE INDEX chunks_to_index ON chunks(id) WHERE indexed = 0",
    # apart from the texts, so that a scan reads nothing but vectors (float16)
    """CREATE TABLE vectors (
        chunk_id INTEGER PRIMARY KEY REFERENCES chunks(id) ON DELETE CASCADE,
        vector BLOB NOT NULL)""",
    "CREATE TABLE unindexed (chunk_id INTEGER PRIMARY KEY)",
    """CREATE VIRTUAL TABLE words USING fts5(
        text, title, content='', tokenize="porter unicode61 remove_diacritics 2")""",
)

# What a model made of a conversation's beginning, beside the messages and never instead of
# them: it says what they said up to and including upto. It goes when the session goes.
_SUMMARIES = (
    """CREATE TABLE summaries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id INTEGER NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        upto INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
        text BLOB NOT NULL,
        model TEXT NOT NULL,
        created REAL NOT NULL)""",
    "CREATE INDEX summaries_of_session ON summaries(session_id, upto)",
    "CREATE INDEX summaries_of_message ON summaries(upto)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _SUMMARIES)
