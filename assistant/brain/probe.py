"""Asking a port of this machine which models it serves, within a few hundredths of a second."""

from __future__ import annotations

import http.client
import io
import json
import socket
import time
from dataclasses import dataclass
from typing import Any

SECONDS = 0.05
"""For everything together: a server that trickles its answer holds nobody up."""
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Server:
    """A kind of model server: its port, the path of its model list, and how to read that."""

    name: str
    port: int
    path: str
    items: str
    """Key of the list."""
    key: str
    """Key of a model's name in it."""


def models(server: Server, seconds: float = SECONDS) -> tuple[str, ...]:
    """The names of the models that can chat; none where nothing, or something else, is there."""
    try:
        answer = _Answer(_fetch(server, time.monotonic() + seconds))
        response = http.client.HTTPResponse(answer)  # type: ignore[arg-type]
        response.begin()
        if response.status != 200:
            return ()
        listed = json.loads(response.read())[server.items]
        names = [one[server.key] for one in listed]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, RecursionError):
        return ()  # nothing there, or something that is no model server
    return tuple(n for n in names if isinstance(n, str) and n and "embed" not in n.lower())


def _fetch(server: Server, deadline: float) -> bytes:
    """All that the server says until it closes or the time is over."""
    request = (
        f"GET {server.path} HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\n"
        "Accept: application/json\r\nConnection: close\r\n\r\n"
    )
    said = bytearray()
    with socket.create_connection(("127.0.0.1", server.port), _left(deadline)) as connection:
        connection.settimeout(_left(deadline))
        connection.sendall(request.encode())
        while len(said) <= MOST_BYTES and (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            try:
                some = connection.recv(65536)
            except TimeoutError:
                break  # a server may keep the connection open after a whole answer
            if not some:
                break
            said += some
    return bytes(said)


def _left(deadline: float) -> float:
    return max(0.001, deadline - time.monotonic())


class _Answer:
    """What was read, in the place where :mod:`http.client` expects a connection."""

    def __init__(self, said: bytes) -> None:
        self._said = said

    def makefile(self, *_: Any, **__: Any) -> io.BytesIO:
        return io.BytesIO(self._said)
