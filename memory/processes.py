"""Who writes: the lock between processes, and whether a process still lives."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from memory.errors import StoreError, locked_by, of_os_error

try:
    import fcntl
except ImportError:  # Windows has no such module
    fcntl = None  # type: ignore[assignment]

LONGEST_NAP = 0.005  # seconds between two tries: short beside a transaction, long beside a flock


@contextmanager
def exclusive(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock file ``path``; whoever waits longer than ``wait`` seconds gets its pid.

    The kernel drops a dead holder's lock, so a crash never leaves the store locked. The
    file is opened anew each time: a forked child cannot inherit the lock by accident.

    Raises:
        Locked: another process (or another store of this one) holds it.
        ReadOnly: the lock file cannot be created here.
        StoreError: this system has no such locks.
    """
    if fcntl is None:
        raise StoreError(
            "The store needs file locks that Windows does not have.",
            "Run the assistant in the Windows Subsystem for Linux (wsl --install).",
        )
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise of_os_error(error, path.parent) from error
    try:
        if os.fstat(handle).st_mode & 0o777 != 0o600:  # made under a strange umask
            with suppress(PermissionError):
                os.fchmod(handle, 0o600)
        _acquire(handle, path, time.monotonic() + wait)
        os.pwrite(handle, b"%-20d\n" % os.getpid(), 0)
        yield
    finally:
        os.close(handle)  # which drops the lock


def _acquire(handle: int, path: Path, deadline: float) -> None:
    nap = 0.0005
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise locked_by(_holder(handle), path.parent) from None
            time.sleep(nap)
            nap = min(nap * 2, LONGEST_NAP)
        except OSError as error:
            raise of_os_error(error, path.parent) from error
        else:
            return


def _holder(handle: int) -> int | None:
    text = os.pread(handle, 32, 0).strip()
    return int(text) if text.isdigit() else None


def started(pid: int) -> int:
    """When a process began, in clock ticks since boot; 0 where the system does not tell.

    A process id is used again after its process ended; with its start it is not.
    """
    return _state(pid)[1]


def alive(pid: int, start: int) -> bool:
    """Whether the process with this id and start still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is there, and somebody else's
    state, now = _state(pid)
    if state in {"Z", "X"}:  # ended, but its parent has not asked for its exit code yet
        return False
    return now == start or now == 0 or start == 0


def _state(pid: int) -> tuple[str, int]:
    """(state letter, start) of Linux's ``/proc/PID/stat``; ("", 0) elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return fields[0].decode(), int(fields[19])  # fields 3 and 22 of the line
    except (OSError, IndexError, ValueError):
        return "", 0
