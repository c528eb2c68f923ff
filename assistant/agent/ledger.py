"""What a turn writes: at once, or held back until the person's door commits it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory.errors import Invalid, NotFound
from memory.processes import alive
from memory.records import Summary
from tools.base import Item, Kind

if TYPE_CHECKING:
    from memory.blobs import Blobs
    from memory.conversations import Conversations
    from memory.records import HandleRecord, Origin, Role, TurnState

Contents = Sequence[tuple["Role", Mapping[str, Any]]]


def item_of(record: HandleRecord) -> Item:
    """A stored handle as the tools know it."""
    kind: Kind = record.kind  # type: ignore[assignment]
    return Item(record.handle, kind, record.path, record.mime, record.name, record.sha256)


class Ledger:
    """The writes of one turn, from any thread.

    With a ``hold`` folder nothing reaches the store until :meth:`commit`: attachments lie in
    a private folder below it, under the handles they will have, and the messages wait. A
    turn that is dropped before leaves nothing behind.
    """

    def __init__(
        self,
        conversations: Conversations,
        blobs: Blobs,
        session: str,
        turn_id: str,
        *,
        hold: Path | None = None,
    ) -> None:
        self.session = session
        self._conversations = conversations
        self._blobs = blobs
        self._turn_id = turn_id
        # Accepting runs in a thread and a commit may come from the door at any moment.
        self._lock = threading.RLock()
        self._loop = asyncio.get_running_loop()
        self._committed = asyncio.Event()
        self._direct = hold is None
        self._folder: Path | None = None
        self._held: list[tuple[Kind, Item, bool]] = []
        self._begin: Mapping[str, Any] | None = None
        self._finish: tuple[TurnState, Contents] | None = None
        self._summary: Summary | None = None
        self._begun = False
        self._closed = False
        self._counts: Counter[str] = Counter()
        self._paths: dict[str, Path] = {}
        if hold is None:
            self._committed.set()
        else:
            hold.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=hold))

    def items(self) -> dict[str, Item]:
        """The session's handles so far."""
        return {r.handle: item_of(r) for r in self._blobs.handles(self.session)}

    def attach(
        self, kind: Kind, source: bytes | Path, *, name: str, mime: str, by_tool: bool = False
    ) -> Item:
        """Keep the bytes under the session's next handle of this kind.

        A name may come from whoever sent the file: wherever it is shown, it is one line.
        """
        name = " ".join("".join(c if c.isprintable() else " " for c in name).split()) or kind
        with self._lock:
            if self._direct:
                item = self._store(kind, source, name, mime, by_tool=by_tool)
            else:
                item = self._hold(kind, source, name, mime)
                self._held.append((kind, item, by_tool))
            self._paths[item.handle] = item.path
            return item

    def _store(
        self, kind: Kind, source: bytes | Path, name: str, mime: str, *, by_tool: bool
    ) -> Item:
        origin: Origin = "tool" if by_tool else "attachment"
        return item_of(
            self._blobs.attach(self.session, kind, source, name=name, mime=mime, origin=origin)
        )

    def _hold(self, kind: Kind, source: bytes | Path, name: str, mime: str) -> Item:
        if self._folder is None:
            raise Invalid("The turn was dropped.", "Ask again.")
        if not self._counts[kind]:
            taken = [h for h, item in self.items().items() if item.kind == kind]
            self._counts[kind] = len(taken)
        self._counts[kind] += 1
        path = self._folder / f"{kind}-{self._counts[kind]}"
        if isinstance(source, bytes):
            path.write_bytes(source)
        else:
            shutil.copyfile(source, path)
        path.chmod(0o600)
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return Item(f"{kind}:{self._counts[kind]}", kind, path, mime, name, sha256)

    def path(self, handle: str) -> Path:
        """Where the bytes of something attached in this turn lie now."""
        return self._paths[handle]

    def begin(self, content: Mapping[str, Any]) -> None:
        """The person's message; committed before anything is done about it."""
        with self._lock:
            self._begin = content
            if self._direct:
                self._conversations.begin(self.session, self._turn_id, content)
                self._begun = True

    def finish(self, state: TurnState, contents: Contents) -> None:
        """How the turn ended and what was said, in one transaction; only the first counts."""
        with self._lock:
            if self._finish is not None:
                return
            if self._direct and self._begun:
                self._conversations.finish(self._turn_id, state, contents)
            self._finish = (state, contents)

    def summary(self) -> Summary | None:
        """The summary of the session's oldest turns, a held one too."""
        return self._summary or self._conversations.summary(self.session)

    def summarize(self, upto: int, text: str, model: str) -> None:
        """Keep a summary of the messages up to this one; with the turn, where that is held."""
        with self._lock:
            if self._direct:
                self._conversations.summarize(self.session, upto, text, model)
            self._summary = Summary(self.session, upto, text, model, time.time())

    def withdraw(self) -> None:
        """Take back what was attached for a message that could not be accepted."""
        with self._lock:
            if self._direct and not self._begun and self._paths:
                self._blobs.detach(self.session, list(self._paths))
                self._paths.clear()

    async def committed(self) -> None:
        """Wait until the turn is meant for real; tools with effects wait here."""
        await self._committed.wait()

    @property
    def is_committed(self) -> bool:
        return self._direct

    def commit(self) -> None:
        """Store what was held, in the order it happened. Does nothing the second time.

        Raises:
            StoreError: the store cannot take it, or a handle was taken meanwhile.
        """
        with self._lock:
            if self._direct:
                return
            if self._closed:
                raise Invalid("The turn was dropped.", "Ask again.")
            for kind, item, by_tool in self._held:
                stored = self._store(kind, item.path, item.name, item.mime, by_tool=by_tool)
                if stored.handle != item.handle:
                    raise Invalid(f"{item.handle} was taken while the turn was held.", "Ask again.")
                self._paths[item.handle] = stored.path
            if self._begin is not None:
                self._conversations.begin(self.session, self._turn_id, self._begin)
                self._begun = True
            self._direct = True
            if (made := self._summary) is not None:
                with contextlib.suppress(NotFound):  # the conversation was deleted meanwhile
                    self._conversations.summarize(self.session, made.upto, made.text, made.model)
            if self._finish is not None and self._begun:
                self._conversations.finish(self._turn_id, *self._finish)
        self._loop.call_soon_threadsafe(self._committed.set)

    def close(self) -> None:
        """Remove what was only held."""
        with self._lock:
            self._closed = True
            folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(hold: Path) -> None:
    """Remove what turns of dead processes left in the folder of held files."""
    if not hold.is_dir():
        return
    for folder in hold.iterdir():
        owner = folder.name.partition("-")[0]
        if owner.isdigit() and not alive(int(owner), start=0):
            shutil.rmtree(folder, ignore_errors=True)
