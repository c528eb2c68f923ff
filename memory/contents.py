"""A message's content as bytes: compact JSON, compressed where that pays.

Any text survives: NUL, control characters, lone surrogates (a file name or a broken
recognizer can produce them), megabytes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from memory.errors import Invalid, corrupt
from memory.store import Store

WORTH_COMPRESSING = 200  # bytes; below it zlib's header eats what it saves


def pack(content: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8 (surrogates passed through), or its zlib form if that is shorter.

    The first byte tells which: JSON objects begin with ``{``, zlib streams with ``x``.

    Raises:
        Invalid: something in it is not JSON.
    """
    try:
        text = json.dumps(dict(content), ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise Invalid(f"A message holds something that is not JSON: {error}.") from error
    plain = text.encode("utf-8", "surrogatepass")
    if len(plain) < WORTH_COMPRESSING:
        return plain
    small = zlib.compress(plain, 6)
    return small if len(small) < len(plain) else plain


def unpack(stored: bytes, store: Store) -> dict[str, Any]:
    """The content again.

    Raises:
        Corrupt: the bytes were damaged on the disk.
    """
    try:
        plain = stored if stored[:1] == b"{" else zlib.decompress(stored)
        content: dict[str, Any] = json.loads(plain.decode("utf-8", "surrogatepass"))
    except (zlib.error, ValueError) as error:
        raise corrupt(store.database) from error
    return content


def calls_of(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(id, name) of each tool call in an assistant message's ``tool_calls``."""
    calls = content.get("tool_calls")
    if not isinstance(calls, (list, tuple)):
        return []
    return [
        (str(call["id"]), str(call.get("name") or ""))
        for call in calls
        if isinstance(call, Mapping) and call.get("id")
    ]


def answer_of(content: Mapping[str, Any]) -> str | None:
    """The call that a tool message answers: its ``tool_call_id``."""
    value = content.get("tool_call_id")
    return str(value) if value else None


def unanswered(call: tuple[str, str]) -> dict[str, Any]:
    """The content of the tool message that closes a call nobody answered."""
    return {
        "text": "The call was cancelled before it finished.",
        "tool_call_id": call[0],
        "name": call[1],
        "status": "error",
        "cancelled": True,
    }
