"""What is piped into ``assistant ask``: never waited for in vain, never without an end."""

from __future__ import annotations

import os
import select
import stat
import sys

from assistant.commands.output import err
from assistant.errors import InputError

PATIENCE = 1.0
"""Seconds in which a pipe beside a question must begin to speak."""
TEXT_BYTES = 50_000_000
FILE_BYTES = 200_000_000


def text(*, needed: bool) -> str:
    """Text from a pipe, a socket or a file; nothing from a terminal or a closed input.

    A program that is started by another (cron, an editor) often inherits a pipe into which
    nobody ever writes. Where the input is not ``needed``, because there are words already,
    one that stays silent is left alone, and that is said.

    Raises:
        InputError: it is more than :data:`TEXT_BYTES`.
    """
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    if not needed:
        kind = stat.S_IFMT(_mode())
        if kind not in {stat.S_IFIFO, stat.S_IFREG, stat.S_IFSOCK}:
            return ""
        if kind != stat.S_IFREG and not _speaks():
            err(
                f"Nothing came on standard input within {PATIENCE:g} second, so it is left out; "
                "with --attach - it is waited for."
            )
            return ""
    return _read(TEXT_BYTES).decode("utf-8", "replace").strip()


def whole() -> bytes:
    """All of standard input, as a file.

    Raises:
        InputError: it is closed, or more than :data:`FILE_BYTES`.
    """
    if sys.stdin is None or sys.stdin.closed:
        raise InputError("Standard input is closed.", "Pipe something in, or name a file.")
    return _read(FILE_BYTES)


def _read(limit: int) -> bytes:
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise InputError(
            f"More than {limit // 1_000_000} MB came on standard input.",
            "Save it as a file and give that with --attach.",
        )
    return data


def _speaks() -> bool:
    """Whether the first byte, or the end, comes in time."""
    if sys.platform == "win32":  # select knows only sockets there
        return True
    return bool(select.select([sys.stdin.fileno()], [], [], PATIENCE)[0])


def _mode() -> int:
    try:
        return os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return 0
