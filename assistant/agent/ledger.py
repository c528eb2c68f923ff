"""What a turn writes: at once, or held back until the person's door commits it."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """The writes of one turn.

    With ``hold`` nothing reaches the store until :meth:`commit`: attachments lie in a
    temporary folder under the handles they will have, and the messages wait. A turn that
    is dropped before leaves nothing behind.
    """

    def __init__(
        self,
        conversations: Conversations,
        blobs: Blobs,
        session: str | None,
        turn_id: str,
        *,
        hold: bool = False,
    ) -> None:
        self._conversations = conversations
        self._blobs = blobs
        self._turn_id = turn_id
        self._name = session
        self._committed = asyncio.Event()
        self._folder: Path | None = None
        self._held: list[tuple[Kind, Item, bool]] = []
        self._begin: Mapping[str, Any] | None = None
        self._finish: tuple[TurnState, Contents] | None = None
        self._begun = False
        self._counts: Counter[str] = Counter()
        self._paths: dict[str, Path] = {}
        if hold:
            self._folder = Path(tempfile.mkdtemp(prefix="assistant-held-"))
            self.session = session or "held"
        else:
            self._committed.set()
            self.session = conversations.open(session).name

    def items(self) -> dict[str, Item]:
        """The session's handles so far."""
        if self._name is None and not self._committed.is_set():
            return {}
        if not self._committed.is_set() and not self._conversations.exists(self.session):
            return {}
        return {r.handle: item_of(r) for r in self._blobs.handles(self.session)}

    def attach(
        self, kind: Kind, source: bytes | Path, *, name: str, mime: str, by_tool: bool = False
    ) -> Item:
        origin: Origin = "tool" if by_tool else "attachment"
        if self._committed.is_set():
            record = self._blobs.attach(
                self.session, kind, source, name=name, mime=mime, origin=origin
            )
            item = item_of(record)
        else:
            item = self._hold(kind, source, name, mime)
            self._held.append((kind, item, by_tool))
        self._paths[item.handle] = item.path
        return item

    def path(self, handle: str) -> Path:
        """Where the bytes of something attached in this turn lie now."""
        return self._paths[handle]

    def _hold(self, kind: Kind, source: bytes | Path, name: str, mime: str) -> Item:
        if self._folder is None:
            raise RuntimeError("the ledger was closed")
        if not self._counts[kind]:
            taken = [h for h, item in self.items().items() if item.kind == kind]
            self._counts[kind] = len(taken)
        self._counts[kind] += 1
        path = self._folder / f"{kind}-{self._counts[kind]}"
        if isinstance(source, bytes):
            path.write_bytes(source)
        else:
            shutil.copyfile(source, path)
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return Item(f"{kind}:{self._counts[kind]}", kind, path, mime, name, sha256)

    def begin(self, content: Mapping[str, Any]) -> None:
        """The person's message; committed before anything is done about it."""
        if self._committed.is_set():
            self._conversations.begin(self.session, self._turn_id, content)
            self._begun = True
        else:
            self._begin = content

    def finish(self, state: TurnState, contents: Contents) -> None:
        """How the turn ended and what was said, in one transaction."""
        if self._committed.is_set():
            if self._begun:
                self._conversations.finish(self._turn_id, state, contents)
        else:
            self._finish = (state, contents)

    async def committed(self) -> None:
        """Wait until the turn is meant for real; tools with effects wait here."""
        await self._committed.wait()

    @property
    def is_committed(self) -> bool:
        return self._committed.is_set()

    def commit(self) -> None:
        """Store what was held, in the order it happened. Does nothing the second time."""
        if self._committed.is_set():
            return
        info = self._conversations.open(self._name)
        self.session = info.name
        for kind, item, by_tool in self._held:
            origin: Origin = "tool" if by_tool else "attachment"
            record = self._blobs.attach(
                self.session, kind, item.path, name=item.name, mime=item.mime, origin=origin
            )
            if record.handle != item.handle:
                raise RuntimeError(f"{item.handle} was taken while the turn was held")
            self._paths[item.handle] = record.path
        if self._begin is not None:
            self._conversations.begin(self.session, self._turn_id, self._begin)
            self._begun = True
        self._committed.set()
        if self._finish is not None:
            self._conversations.finish(self._turn_id, self._finish[0], self._finish[1])

    def close(self) -> None:
        """Remove what was only held."""
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
