"""What goes into a turn and what comes out of it: plain values, and their JSON form."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from tools.base import Kind, Receipt
    from tools.emotion.feeling import Feeling


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, or bytes, that the person gives. What it is, is found from its content.

    Exactly one of ``path`` and ``data`` is set; ``name`` is what the person calls it.
    """

    path: Path | None = None
    data: bytes | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if (self.path is None) == (self.data is None):
            raise ValueError("an Attachment has either a path or data")

    @classmethod
    def of(cls, source: Attachment | str | Path | bytes, name: str = "") -> Attachment:
        """An attachment from a path, from bytes, or from one that already is one."""
        if isinstance(source, Attachment):
            return source
        if isinstance(source, bytes):
            return cls(data=source, name=name or "attachment")
        path = Path(source)
        return cls(path=path, name=name or path.name)


Source: TypeAlias = Attachment | str | Path | bytes
Attach: TypeAlias = Source | Sequence[Source]
"""One file or several: paths, bytes, or attachments."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said: words, a recording of words, files, in any mix.

    ``speech`` is the person's own voice: it is recognized and becomes the text. Where the
    words were recognized already (a voice conversation does that while the person talks),
    ``transcript`` carries them. ``speak`` asks for the reply as a recording too.
    """

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    speech: Attachment | None = None
    transcript: str | None = None
    speak: bool = False

    @classmethod
    def of(
        cls,
        turn: Turn | str,
        attach: Attach = (),
        *,
        speak: bool = False,
    ) -> Turn:
        if isinstance(attach, str | bytes | Path | Attachment):
            attach = (attach,)  # one file is meant, not its letters
        if isinstance(turn, str):
            turn = cls(text=turn)
        extra = tuple(Attachment.of(a) for a in attach)
        return dataclasses.replace(
            turn, attachments=turn.attachments + extra, speak=turn.speak or speak
        )


@dataclass(frozen=True, slots=True)
class Citation:
    """Words that stand at a place; made only from what a receipt names."""

    source: str
    locator: str
    quote: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """A picture, sound or file that a tool made, with the receipt's handle for it."""

    handle: str
    kind: Kind
    path: Path
    mime: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a turn gave. ``heard`` is what was recognized, where the person spoke."""

    text: str
    session: str
    turn_id: str
    model: str
    seconds: float
    citations: tuple[Citation, ...] = ()
    images: tuple[Artifact, ...] = ()
    audio: tuple[Artifact, ...] = ()
    files: tuple[Artifact, ...] = ()
    """Videos and documents that a tool made."""
    feeling: Feeling | None = None
    receipts: tuple[Receipt, ...] = ()
    heard: str | None = None
    notices: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Sentences that were left out because no receipt proves them."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of the command line's contract."""

        def artifact(item: Artifact) -> dict[str, str]:
            return {
                "handle": item.handle,
                "path": str(item.path),
                "mime": item.mime,
                "sha256": item.sha256,
            }

        return {
            "text": self.text,
            "citations": [dataclasses.asdict(c) for c in self.citations],
            "images": [artifact(a) for a in self.images],
            "audio": [artifact(a) for a in self.audio],
            "files": [artifact(a) for a in self.files],
            "feeling": None if self.feeling is None else dataclasses.asdict(self.feeling),
            "receipts": [receipt_dict(r) for r in self.receipts],
            "heard": self.heard,
            "notices": list(self.notices),
            "removed": list(self.removed),
            "session": self.session,
            "turn_id": self.turn_id,
            "model": self.model,
            "seconds": round(self.seconds, 4),
        }


def receipt_dict(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON: inputs and outputs by handle, the error with its remedy."""
    error = {"message": receipt.error, "remedy": receipt.remedy} if receipt.error else None
    return {
        "id": receipt.id,
        "call_id": receipt.call_id,
        "tool": receipt.tool,
        "engine": receipt.engine,
        "ok": receipt.ok,
        "error": error,
        "seconds": round(receipt.seconds, 4),
        "inputs": [{"handle": h, "sha256": s} for h, s in receipt.inputs],
        "output": {"handles": list(receipt.outputs), "text_sha256": receipt.text_sha256},
    }
