"""Messages with parents, grouped in turns: the only history there is.

The person's message is committed, with the turn marked ``running``, before anything else
happens. A turn whose process died is closed as ``cancelled`` by whoever comes next.

Tool calls are recognized by LangChain's names: an assistant message's ``tool_calls`` is a
list of ``{"id", "name", ...}``, a tool message's ``tool_call_id`` says which one it
answers. Every call has an answer before the next message and when the turn has ended,
because model servers reject a history in which one is missing.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from memory.blobs import Blobs
from memory.contents import answer_of, calls_of, pack, unanswered, unpack
from memory.errors import Busy, Invalid, NotFound, StoreError
from memory.naming import new_session_name, session_id, session_name, title_of
from memory.processes import alive, started
from memory.records import Message, Role, SessionInfo, Summary, Turn, TurnState
from memory.store import Store, owner_is_open

_SESSION = """SELECT s.name, s.title, s.created, s.updated,
    (SELECT count(*) FROM turns t WHERE t.session_id = s.id) FROM sessions s"""

_HISTORY = """WITH RECURSIVE line(id, parent, depth) AS (
        SELECT m.id, m.parent, 1 FROM messages m WHERE m.id = :head AND m.id > :after
        UNION ALL
        SELECT m.id, m.parent, depth + 1 FROM line JOIN messages m ON m.id = line.parent
        WHERE (:limit < 0 OR depth < :limit) AND m.id > :after)
    SELECT m.id, m.parent, m.turn_id, m.role, m.content, m.created
    FROM line JOIN messages m ON m.id = line.id ORDER BY line.depth DESC"""


class Conversations:
    """The sessions of one store. Every method is one transaction.

    Raises (all of them): the kinds of :mod:`memory.errors` that the disk stands for.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._pid = os.getpid()
        self._pid_started = started(self._pid)

    # sessions

    def open(self, name: str | None = None) -> SessionInfo:
        """The session of this name, made if need be; None makes one with a name of its own.

        Raises:
            Invalid: the name is blank, too long, or holds slashes or control characters.
        """
        if name is not None:
            name = session_name(name)
            found = self._info(name)
            if found is not None:
                self._close_dead(name)
                return found
        with self.store.write() as db:
            while name is None:
                fresh = new_session_name()
                if not db.execute("SELECT 1 FROM sessions WHERE name = ?", (fresh,)).fetchone():
                    name = fresh
            session_id(db, name, create=True)
        info = self._info(name)
        assert info is not None
        return info

    def sessions(self, limit: int = 50) -> list[SessionInfo]:
        """The sessions in which something was said, the latest first."""
        with self.store.read() as db:
            rows = db.execute(
                f"{_SESSION} WHERE s.head IS NOT NULL ORDER BY s.updated DESC, s.id DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [SessionInfo(*row) for row in rows]

    def exists(self, name: str) -> bool:
        """Whether there is a session of this name."""
        try:
            return self._info(session_name(name)) is not None
        except Invalid:
            return False

    def rename(self, session: str, name: str) -> None:
        """Give a session another name; its handles and history stay.

        Raises:
            NotFound: there is no such session. Invalid: the name is bad or taken.
        """
        name = session_name(name)
        with self.store.write() as db:
            key = session_id(db, session)
            taken = db.execute("SELECT id FROM sessions WHERE name = ?", (name,)).fetchone()
            if taken and taken[0] != key:
                raise Invalid(f"There is already a session named {name!r}.", "Choose another name.")
            db.execute("UPDATE sessions SET name = ? WHERE id = ?", (name, key))

    def delete(self, session: str) -> None:
        """Delete a session: its messages, its handles, and the blobs only it referred to.

        Raises:
            NotFound: there is no such session. Busy: it has a running turn.
        """
        with self.store.lock():
            with self.store.write(durable=True) as db:
                key = session_id(db, session)
                self._end_dead(db, key, session)
                hashes = [
                    row[0]
                    for row in db.execute(
                        "SELECT DISTINCT sha256 FROM handles WHERE session_id = ?", (key,)
                    )
                ]
                db.execute("DELETE FROM sessions WHERE id = ?", (key,))
            Blobs(self.store).release(hashes)
            self.store.shrink()

    # turns

    def begin(self, session: str, turn_id: str, content: Mapping[str, Any]) -> Message:
        """Accept the person's message: once this returns it is kept, whatever happens.

        A turn that a dead process left running is closed as cancelled first.

        Raises:
            Busy: a turn of this session is running. Invalid: the turn id was used before.
        """
        now = time.time()
        with self.store.write(durable=True) as db:
            key = session_id(db, session, create=True)
            self._end_dead(db, key, session)
            if db.execute("SELECT 1 FROM turns WHERE id = ?", (turn_id,)).fetchone():
                raise Invalid(f"The turn {turn_id} was begun before.", "Use a new turn id.")
            db.execute(
                "INSERT INTO turns VALUES (?, ?, 'running', ?, NULL, ?, ?, ?)",
                (turn_id, key, now, self._pid, self._pid_started, self.store.owner),
            )
            title = title_of(str(content.get("text") or ""))
            if title:
                db.execute(
                    "UPDATE sessions SET title = ? WHERE id = ? AND title = ''", (title, key)
                )
            return self._add(db, key, session, turn_id, "user", content)

    def append(self, session: str, turn_id: str, role: Role, content: Mapping[str, Any]) -> Message:
        """Add a message to a running turn.

        Raises:
            NotFound: there is no such turn in this session. Invalid: it has ended.
        """
        with self.store.write(durable=True) as db:
            key = self._running(db, turn_id, session)
            return self._extend(db, key, session, turn_id, [(role, content)])[0]

    def finish(
        self,
        turn_id: str,
        state: TurnState,
        contents: Sequence[tuple[Role, Mapping[str, Any]]] = (),
    ) -> list[Message]:
        """Add the last messages and end the turn, in one transaction; the messages added.

        Raises:
            NotFound: there is no such turn. Invalid: it has ended already.
        """
        if state == "running":
            raise Invalid("A turn ends as done, cancelled or failed.", "Name one of these.")
        with self.store.write(durable=True) as db:
            key = self._running(db, turn_id)
            (session,) = db.execute("SELECT name FROM sessions WHERE id = ?", (key,)).fetchone()
            added = self._extend(db, key, session, turn_id, contents)
            self._end(db, key, session, turn_id, state)
        return added

    def turn(self, turn_id: str) -> Turn | None:
        """The turn, or None."""
        with self.store.read() as db:
            row = db.execute(
                "SELECT t.id, s.name, t.state, t.started, t.ended FROM turns t "
                "JOIN sessions s ON s.id = t.session_id WHERE t.id = ?",
                (turn_id,),
            ).fetchone()
        return Turn(*row) if row else None

    def history(self, session: str, limit: int | None = None, *, after: int = 0) -> list[Message]:
        """The messages along the parents of the session's latest, oldest first.

        ``limit`` takes the last so many; it may cut a turn in two. ``after`` takes those that
        came after the message with this id. An unknown session has no history.
        """
        limit = -1 if limit is None else limit
        if limit == 0:
            return []
        with self.store.read() as db:
            row = db.execute("SELECT head FROM sessions WHERE name = ?", (session,)).fetchone()
            rows = db.execute(
                _HISTORY, {"head": row and row[0], "limit": limit, "after": after}
            ).fetchall()
        return [
            Message(id_, session, parent, turn, role, unpack(content, self.store), created)
            for id_, parent, turn, role, content, created in rows
        ]

    def truncate(self, turn_id: str, heard: str) -> None:
        """Make what was heard the reply's text: the person spoke over the rest.

        The full text is kept as ``content["unheard"]`` and the message is marked with
        ``content["truncated"]``. A turn that has no reply yet is left as it is. A summary
        that may tell what was not heard is dropped.

        Raises:
            NotFound: there is no such turn.
        """
        with self.store.write(durable=True) as db:
            if not db.execute("SELECT 1 FROM turns WHERE id = ?", (turn_id,)).fetchone():
                raise NotFound(f"There is no turn {turn_id}.")
            rows = db.execute(
                "SELECT id, content FROM messages WHERE turn_id = ? AND role = 'assistant' "
                "ORDER BY id DESC",
                (turn_id,),
            )
            for id_, stored in rows:
                content = unpack(stored, self.store)
                if not content.get("text"):
                    continue  # it only called tools
                content.setdefault("unheard", content["text"])
                content.update(text=heard, truncated=True)
                db.execute("UPDATE messages SET content = ? WHERE id = ?", (pack(content), id_))
                db.execute(
                    "DELETE FROM summaries WHERE upto >= ?1 AND session_id = "
                    "(SELECT session_id FROM messages WHERE id = ?1)",
                    (id_,),
                )
                return

    # summaries

    def summarize(self, session: str, upto: int, text: str, model: str) -> Summary:
        """Keep what a model made of the messages up to the one with the id ``upto``.

        The messages stay as they are. The summary is deleted with its session.

        Raises:
            NotFound: there is no such session, or no such message in it.
        """
        now = time.time()
        with self.store.write() as db:
            key = session_id(db, session)
            if not db.execute(
                "SELECT 1 FROM messages WHERE id = ? AND session_id = ?", (upto, key)
            ).fetchone():
                raise NotFound(f"The session {session!r} has no message {upto}.")
            db.execute(
                "INSERT INTO summaries (session_id, upto, text, model, created) "
                "VALUES (?, ?, ?, ?, ?)",
                (key, upto, pack({"text": text}), model, now),
            )
        return Summary(session, upto, text, model, now)

    def summary(self, session: str) -> Summary | None:
        """The summary that reaches furthest, the latest of these; None where there is none."""
        with self.store.read() as db:
            row = db.execute(
                "SELECT m.upto, m.text, m.model, m.created FROM summaries m "
                "JOIN sessions s ON s.id = m.session_id WHERE s.name = ? "
                "ORDER BY m.upto DESC, m.id DESC LIMIT 1",
                (session,),
            ).fetchone()
        if row is None:
            return None
        upto, stored, model, created = row
        return Summary(session, upto, str(unpack(stored, self.store)["text"]), model, created)

    # inside a transaction

    def _info(self, name: str) -> SessionInfo | None:
        with self.store.read() as db:
            row = db.execute(f"{_SESSION} WHERE s.name = ?", (name,)).fetchone()
        return SessionInfo(*row) if row else None

    def _close_dead(self, session: str) -> None:
        """Close what a dead process left running, if there is such a thing."""
        if self.store.readonly:
            return
        with self.store.read() as db:
            key = session_id(db, session)
            left = [row for row in self._left_running(db, key) if not self._lives(row)]
        if left:
            with self.store.write(durable=True) as db:
                self._end_dead(db, key, session, busy=False)

    def _left_running(self, db: sqlite3.Connection, key: int) -> list[tuple[str, int, int, str]]:
        return db.execute(
            "SELECT id, pid, pid_started, owner FROM turns "
            "WHERE session_id = ? AND state = 'running'",
            (key,),
        ).fetchall()

    def _lives(self, row: tuple[str, int, int, str]) -> bool:
        _, pid, pid_started, owner = row
        if pid == self._pid and pid_started == self._pid_started:
            return owner_is_open(owner)
        return alive(pid, pid_started)

    def _end_dead(
        self, db: sqlite3.Connection, key: int, session: str, *, busy: bool = True
    ) -> None:
        for row in self._left_running(db, key):
            if not self._lives(row):
                self._end(db, key, session, row[0], "cancelled")
            elif busy:
                where = "" if row[1] == self._pid else f" in process {row[1]}"
                raise Busy(
                    f"The session {session!r} has a running turn{where}.",
                    "Wait until it has ended, or use another session.",
                )

    def _running(self, db: sqlite3.Connection, turn_id: str, session: str | None = None) -> int:
        row = db.execute(
            "SELECT t.session_id, t.state, s.name FROM turns t "
            "JOIN sessions s ON s.id = t.session_id WHERE t.id = ?",
            (turn_id,),
        ).fetchone()
        if row is None or (session is not None and row[2] != session_name(session)):
            raise NotFound(f"There is no turn {turn_id}.", "Begin it first.")
        if row[1] != "running":
            raise Invalid(f"The turn {turn_id} has ended ({row[1]}).", "Begin a new one.")
        return int(row[0])

    def _end(
        self, db: sqlite3.Connection, key: int, session: str, turn_id: str, state: TurnState
    ) -> None:
        for call in self._open_calls(db, turn_id):
            self._add(db, key, session, turn_id, "tool", unanswered(call))
        db.execute(
            "UPDATE turns SET state = ?, ended = ? WHERE id = ?", (state, time.time(), turn_id)
        )

    def _extend(
        self,
        db: sqlite3.Connection,
        key: int,
        session: str,
        turn_id: str,
        items: Iterable[tuple[Role, Mapping[str, Any]]],
    ) -> list[Message]:
        """Add messages; a call that is still open is closed before the next that is no answer."""
        pending = dict(self._open_calls(db, turn_id))
        added = []
        for role, content in items:
            if role == "tool":
                pending.pop(answer_of(content) or "", None)
            else:
                for call in pending.items():
                    self._add(db, key, session, turn_id, "tool", unanswered(call))
                pending = dict(calls_of(content)) if role == "assistant" else {}
            added.append(self._add(db, key, session, turn_id, role, content))
        return added

    def _open_calls(self, db: sqlite3.Connection, turn_id: str) -> list[tuple[str, str]]:
        pending: dict[str, str] = {}
        for calls, answers in db.execute(
            "SELECT calls, answers FROM messages WHERE turn_id = ? "
            "AND (calls IS NOT NULL OR answers IS NOT NULL) ORDER BY id",
            (turn_id,),
        ):
            pending.update(json.loads(calls) if calls else ())
            pending.pop(json.loads(answers) if answers else "", None)
        return list(pending.items())

    def _add(
        self,
        db: sqlite3.Connection,
        key: int,
        session: str,
        turn_id: str,
        role: Role,
        content: Mapping[str, Any],
    ) -> Message:
        now = time.time()
        calls = calls_of(content) if role == "assistant" else []
        answers = answer_of(content) if role == "tool" else None
        (parent,) = db.execute("SELECT head FROM sessions WHERE id = ?", (key,)).fetchone()
        id_ = db.execute(
            "INSERT INTO messages (session_id, parent, turn_id, role, content, calls, answers, "
            "created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                parent,
                turn_id,
                role,
                pack(content),
                json.dumps(calls) if calls else None,
                json.dumps(answers) if answers else None,
                now,
            ),
        ).lastrowid
        if id_ is None:
            raise StoreError("The message was not stored.", "Try again.")
        db.execute("UPDATE sessions SET head = ?, updated = ? WHERE id = ?", (id_, now, key))
        return Message(id_, session, parent, turn_id, role, dict(content), now)
