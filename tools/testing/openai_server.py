"""A scripted server that speaks the chat protocol of OpenAI, on this machine only.

In a test, the client of your choice talks to it over real HTTP:

    from tools.testing.openai_server import OpenAIServer

    with OpenAIServer(["Hello.", {"status": 429, "headers": {"Retry-After": "1"}}]) as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="any")
        ...
        assert server.requests[0].body["messages"][-1]["content"] == "hi"

or from a shell, with a file that holds a JSON list of the same steps:

    python -m tools.testing.openai_server SCRIPT.json --port 8000

Each request for a completion takes the next step; the last one is repeated. A step is a text, or
an object with the names of :class:`~tools.testing.openai_steps.Step`:

    {"text": ["The ", "answer."], "pause": 0.1, "usage": {"prompt_tokens": 9}}
    {"tool_calls": [{"name": ["calc", "ulate"], "arguments": ["{\\"x\\":", " 1}"]}]}
    {"status": 401, "error": {"message": "Incorrect API key provided."}}
    {"text": "Half an ans", "then": "reset"}         the connection breaks
    {"then": "silence"}                              it accepts, and never answers
    {"text": "and ", "then": "forever"}              it never ends
    {"body": "<html>Not here.</html>"}               no stream of events
    {"raw": ["data: {not json\\n\\n"]}                a broken event
"""

from __future__ import annotations

import argparse
import contextlib
import json
import select
import socket
import struct
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from tools.testing.openai_steps import Step

HOST = "127.0.0.1"
_SECRET = frozenset({"authorization", "api-key", "x-api-key", "cookie"})
_TICK = 0.02
"""Seconds between two looks at whether the client has hung up."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request for a completion; the names of ``headers`` are in small letters.

    Keys among them are blacked out unless asked for.
    """

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages", ()))


class OpenAIServer:
    """Serves from construction to :meth:`close`; the context manager closes it.

    Args:
        steps: what it answers, in order (see above); the last is repeated.
        port: 0 takes one that is free.
        models: the names that ``/v1/models`` lists.
        keep_keys: whether ``requests`` show keys as they came.

    Raises:
        TypeError: a step has a name that none has. ValueError: there is no step.
        OSError: the port is taken.
    """

    def __init__(
        self,
        steps: Sequence[Step | str | Mapping[str, Any]],
        *,
        port: int = 0,
        models: Sequence[str] = ("scripted",),
        keep_keys: bool = False,
    ) -> None:
        if not steps:
            raise ValueError("a script has at least one step")
        self.models = tuple(models)
        self.requests: list[Received] = []
        self._steps = [Step.of(step) for step in steps]
        self._keep_keys = keep_keys
        self._changed = threading.Condition()
        self._hung_up = 0
        self._served = 0
        self.stopping = threading.Event()
        self._http = _Http((HOST, port), self)
        self._thread = threading.Thread(
            target=lambda: self._http.serve_forever(_TICK), name="openai-server", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}/v1"

    @property
    def hung_up(self) -> int:
        """How many answers the client did not wait for to their end."""
        return self._hung_up

    def wait_for_requests(self, count: int, timeout: float = 20.0) -> bool:
        """Whether so many requests for a completion have come, within ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.requests) >= count, timeout)

    def wait_for_hang_up(self, count: int = 1, timeout: float = 20.0) -> bool:
        """Whether the client has left so many answers, within ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._hung_up >= count, timeout)

    def received(self, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Step:
        """Record a request; the step that answers it."""
        shown = {
            name.lower(): "***" if name.lower() in _SECRET and not self._keep_keys else value
            for name, value in headers.items()
        }
        with self._changed:
            self.requests.append(Received(path, shown, body))
            step = self._steps[min(self._served, len(self._steps) - 1)]
            self._served += 1
            self._changed.notify_all()
        return step

    def left(self) -> None:
        """Record that a client has hung up before the end."""
        with self._changed:
            self._hung_up += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Stop; answers that are under way end where they are."""
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.end_connections()
        self._http.server_close()

    def __enter__(self) -> OpenAIServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Http(ThreadingHTTPServer):
    """Waits for its threads at the end, after their connections were shut down."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], owner: OpenAIServer) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        with self._lock:
            still = list(self._open)
        for one in still:
            with contextlib.suppress(OSError):  # it ended meanwhile
                one.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # each piece leaves at once, as from a real server
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing is written beside what the test reads."""

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the client left between two requests
            super().handle()

    def do_GET(self) -> None:
        if self.path.rstrip("/") != "/v1/models":
            self._json(404, {"error": {"message": f"no such path: {self.path}"}})
            return
        listed = [
            {"id": m, "object": "model", "owned_by": "script"} for m in self.server.owner.models
        ]
        self._json(200, {"object": "list", "data": listed})

    def do_POST(self) -> None:
        owner = self.server.owner
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.rstrip("/") != "/v1/chat/completions":
            self._json(404, {"error": {"message": f"no such path: {self.path}"}})
            return
        try:
            body = json.loads(content)
        except ValueError:
            self._json(400, {"error": {"message": "the body is not JSON"}})
            return
        step = owner.received(self.path, dict(self.headers.items()), body)
        try:
            self._answer(step, body)
        except _HungUpError:
            owner.left()
            self.close_connection = True
        except ConnectionError:
            self.close_connection = True
            if not owner.stopping.is_set():
                owner.left()

    def _answer(self, step: Step, body: Mapping[str, Any]) -> None:
        model = str(body.get("model", ""))
        if step.status != 200:
            self._json(step.status, {"error": dict(step.error or {})}, step.headers)
        elif step.body is not None:
            self._whole(200, step.content_type, step.body.encode(), step.headers)
        elif step.then == "silence" and not any((step.text, step.reasoning, step.tool_calls)):
            self._wait(float("inf"))
        elif body.get("stream"):
            self._stream(step, model)
        else:
            self._wait(step.pause)
            if step.then == "reset":
                self._reset()
            else:
                self._json(200, step.whole(model), step.headers)

    def _stream(self, step: Step, model: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        for name, value in step.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for chunk in step.chunks(model):
            self._wait(step.pause)
            self._send(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n")
        for piece in step.raw:
            self._wait(step.pause)
            self._send(piece)
        if step.then == "silence":
            self._wait(float("inf"))
        elif step.then == "reset":
            self._reset()
        elif step.then == "close":
            self.close_connection = True
        else:
            self._send("data: [DONE]\n\n")
            self._write(b"0\r\n\r\n")

    def _send(self, text: str) -> None:
        content = text.encode()
        self._write(f"{len(content):x}\r\n".encode() + content + b"\r\n")

    def _write(self, content: bytes) -> None:
        self._wait(0)
        self.wfile.write(content)

    def _wait(self, seconds: float) -> None:
        """Wait, unless the client hangs up or the server is closed meanwhile."""
        left = seconds
        while True:
            if self._is_gone(min(left, _TICK)):
                raise _HungUpError
            if self.server.owner.stopping.is_set():
                raise ConnectionAbortedError
            left -= _TICK
            if left <= 0:
                return

    def _is_gone(self, seconds: float) -> bool:
        readable, _, _ = select.select([self.connection], [], [], max(0.0, seconds))
        if not readable:
            return False
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return True

    def _reset(self) -> None:
        """End the connection so that the client reads "connection reset by peer"."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def _json(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        self._whole(status, "application/json", json.dumps(value).encode(), headers or {})

    def _whole(self, status: int, kind: str, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class _HungUpError(Exception):
    """The client has closed its side."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a script until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tools.testing.openai_server")
    parser.add_argument("script", type=Path, help="a file with a JSON list of steps")
    parser.add_argument("--port", type=int, default=0, help="0 takes one that is free")
    parser.add_argument("--model", action="append", help="a name that /v1/models lists")
    given = parser.parse_args(arguments)
    try:
        steps = json.loads(given.script.read_text("utf-8"))
        server = OpenAIServer(steps, port=given.port, models=given.model or ("scripted",))
    except (OSError, ValueError, TypeError) as error:
        parser.error(f"{given.script}: {error}")
    with server:
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            server.stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
