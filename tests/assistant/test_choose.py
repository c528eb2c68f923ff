"""Which brain answers: servers on loopback, played by real ones that say all sorts of things."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant import Settings
from assistant.brain import choose, clients
from assistant.brain.probe import Server, models
from assistant.errors import UnavailableError, UsageError

TAGS = json.dumps({"models": [{"name": "nomic-embed-text"}, {"name": "qwen3:4b"}]}).encode()
TIME = 5.0  # generous, because a busy machine is no part of these tests


@dataclass
class Scripted:
    """A server on loopback that says ``body``, and what it was asked."""

    body: bytes = TAGS
    status: int = 200
    drip: bool = False
    asked: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def server(self) -> Server:
        return Server("Ollama", self.port, "/api/tags", "models", "name")


@pytest.fixture
def serve() -> Iterator[Callable[..., Scripted]]:
    running: list[tuple[Scripted, ThreadingHTTPServer]] = []

    def start(**options: Any) -> Scripted:
        script = Scripted(**options)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                script.asked.append(self.path)
                if script.drip:
                    self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
                    while not script.stop.wait(0.01):
                        try:
                            self.wfile.write(b"x")
                        except OSError:
                            return
                    return
                self.send_response(script.status)
                self.end_headers()
                self.wfile.write(script.body)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        script.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append((script, server))
        return script

    yield start
    for script, server in running:
        script.stop.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def ollama(
    serve: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Scripted:
    """A server with models where Ollama's is looked for, and a client that can be imported."""
    script = serve()
    assert models(script.server, TIME) == ("qwen3:4b",)
    script.asked.clear()
    monkeypatch.setattr(choose, "SERVERS", (script.server,))
    monkeypatch.setattr(models, "__defaults__", (TIME,))
    (tmp_path / "clients" / "langchain_ollama").mkdir(parents=True)
    (tmp_path / "clients" / "langchain_ollama" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "clients")
    return script


@pytest.mark.parametrize(
    "script",
    [
        {"body": b"\x00\xff garbage"},
        {"body": b"<html><body>It works!</body></html>"},
        {"body": b"[]"},
        {"body": b'{"models": "none"}'},
        {"body": b'{"models": [{"name": null}, {"name": ""}]}'},
        {"body": b"[" * 100_000},
        {"body": TAGS, "status": 404},
        {"body": b'{"models": [' + b" " * 1_100_000 + b"]}"},
    ],
)
def test_what_is_no_model_server_is_passed_over(
    serve: Callable[..., Scripted], script: dict[str, Any]
) -> None:
    assert models(serve(**script).server, TIME) == ()


def test_a_server_that_never_ends_its_answer_is_left(serve: Callable[..., Scripted]) -> None:
    script = serve(drip=True)
    assert models(script.server, 0.3) == ()  # with a limit for each read it would never end
    assert script.asked == ["/api/tags"]


def test_a_port_that_says_nothing_or_is_closed_is_left() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        server = Server("Ollama", port, "/", "models", "name")
        before = time.monotonic()
        assert models(server, 0.2) == ()
        assert time.monotonic() > before
    assert models(server, 0.2) == ()


def test_auto_takes_the_server_at_its_own_address_and_asks_once(
    ollama: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://elsewhere.example:11434")
    choice = choose.choose(Settings())
    assert choice.spec == "ollama:qwen3:4b"
    assert choice.base_url == f"http://127.0.0.1:{ollama.port}"
    assert choose.choose(Settings()) == choice
    assert ollama.asked == ["/api/tags"]


def test_a_server_without_its_client_is_named_with_the_command(
    ollama: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = clients.Provider("no_such_client", "ollama")
    monkeypatch.setattr(clients, "PROVIDERS", {**clients.PROVIDERS, "ollama": absent})
    choice = choose.choose(Settings())
    assert choice.spec == "builtin"
    assert "pip install no-such-client" in choice.why


def test_a_named_ollama_is_on_this_machine_unless_a_variable_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(model="ollama:qwen3")
    assert choose.choose(settings).base_url == "http://127.0.0.1:11434"
    monkeypatch.setenv("OLLAMA_HOST", "http://nas.local:11434")
    assert choose.choose(settings).base_url == ""


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1:8000/v1", True),
        ("http://127.3.2.1/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://localhost.evil.com/v1", False),
        ("http://127.0.0.1.evil.com/v1", False),
        ("http://localhost@evil.com/v1", False),
        ("https://evil.com/127.0.0.1", False),
        ("", False),
    ],
)
def test_only_this_machine_is_this_machine(url: str, here: bool) -> None:
    assert clients.is_here(url) is here


def test_a_server_of_this_machine_gets_no_key_and_no_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("openai")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("OPENAI_PROXY", "http://127.0.0.1:9")
    given = clients.options("openai", "http://127.0.0.1:8000/v1", 77)
    assert given["api_key"] == "local"
    assert given["openai_proxy"] is None
    assert given["http_client"].trust_env is False
    assert given["http_async_client"].trust_env is False
    assert given["extra_body"] == {"max_tokens": 77}
    given["http_client"].close()
    far = clients.options("openai", "http://localhost.evil.com/v1", 77)
    assert far == {"base_url": "http://localhost.evil.com/v1", "max_tokens": 77}


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://x/v1", "http://[::1", "http://x:port"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="base_url"):
        choose.choose(Settings(model="openai:x", base_url=url))


def test_the_length_of_a_reply_is_bounded_and_loopback_takes_no_proxy() -> None:
    assert clients.options("ollama", "http://127.0.0.1:11434", 77) == {
        "base_url": "http://127.0.0.1:11434",
        "num_predict": 77,
        "client_kwargs": {"trust_env": False},
    }
    assert clients.options("openai", "", 77) == {"max_tokens": 77}
    assert clients.options("anthropic", "", 77) == {"max_tokens": 77}


@pytest.fixture
def fresh_clients() -> Iterator[None]:
    """Clients that a test writes are imported anew, and forgotten after it."""
    from langchain.chat_models import base

    def forget() -> None:
        for name in [m for m in sys.modules if m.startswith("langchain_ollama")]:
            del sys.modules[name]
        for made in vars(base).values():  # what LangChain remembers of clients
            if hasattr(made, "cache_clear"):
                made.cache_clear()

    forget()
    yield
    forget()


def client(folder: Path, provider: str, code: str) -> None:
    (folder / f"langchain_{provider}").mkdir(parents=True)
    (folder / f"langchain_{provider}" / "__init__.py").write_text(code)


@pytest.mark.parametrize(
    ("provider", "variable"), [("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")]
)
def test_a_missing_key_is_named(
    provider: str, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(tmp_path, provider, "")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UnavailableError, match=variable) as caught:
        choose.load(Settings(model=f"{provider}:some-model"), None)  # type: ignore[arg-type]
    assert f"export {variable}" in caught.value.remedy


@pytest.mark.usefixtures("fresh_clients")
@pytest.mark.parametrize(
    ("code", "says", "remedy"),
    [
        ("import a_module_that_is_not_there", "does not load", "pip install"),
        (
            "class ChatOllama:\n    def __init__(self, **_): raise ValueError('no such thing')",
            "no such thing",
            "Check",
        ),
    ],
)
def test_a_client_that_fails_is_one_sentence(
    code: str, says: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(tmp_path, "ollama", code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UnavailableError, match=says) as caught:
        choose.load(Settings(model="ollama:qwen3"), None)  # type: ignore[arg-type]
    assert remedy in caught.value.remedy


@pytest.mark.usefixtures("fresh_clients")
def test_a_real_client_answers_past_a_proxy(
    serve: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("langchain_ollama")
    script = serve()
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    settings = Settings(model="ollama:qwen3", base_url=f"http://127.0.0.1:{script.port}")
    model = choose.load(settings, None)  # type: ignore[arg-type]
    assert model.num_predict == settings.reply_tokens
    assert model._client.list()["models"]
    assert script.asked == ["/api/tags"]
