"""What servers on this machine tell of their models, and where keys come from."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant import Settings
from assistant.brain import choose, clients, keys
from assistant.brain.abilities import Abilities, abilities, asked
from assistant.brain.scripted import ScriptedModel
from assistant.errors import UnavailableError

Serve = Callable[[dict[str, Any]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A server on loopback that answers each path with its JSON; everything else is not found."""
    running: list[ThreadingHTTPServer] = []

    def start(answers: dict[str, Any]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                known = self.path in answers
                body = answers.get(self.path, b"{}")
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(200 if known else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = _answer  # noqa: N815
            do_POST = _answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def test_ollama_tells_the_window_and_whether_the_model_sees(serve: Serve) -> None:
    told = {"capabilities": ["completion", "vision", "tools"],
            "model_info": {"qwen3vl.context_length": 262144}}  # fmt: skip
    base = serve({"/api/show": told})
    assert asked("ollama", "qwen3-vl", base) == {
        "max_input_tokens": 262144,
        "image_inputs": True,
        "tool_calling": True,
    }


def test_vllm_and_lm_studio_tell_it_beside_the_name(serve: Serve) -> None:
    models = {"data": [{"id": "other", "max_model_len": 1}, {"id": "m", "max_model_len": 8192}]}
    assert asked("openai", "m", f"{serve({'/v1/models': models})}/v1") == {"max_input_tokens": 8192}
    studio = {"data": [{"id": "m", "type": "vlm", "max_context_length": 4096}]}
    base = serve({"/v1/models": {"data": [{"id": "m"}]}, "/api/v0/models": studio})
    assert asked("openai", "m", f"{base}/v1") == {"max_input_tokens": 4096, "image_inputs": True}


def test_llama_cpp_tells_it_of_the_model_it_has_loaded(serve: Serve) -> None:
    props = {"default_generation_settings": {"n_ctx": 2048}, "modalities": {"vision": True}}
    base = serve({"/v1/models": {"data": [{"id": "m"}]}, "/props": props})
    assert asked("openai", "m", f"{base}/v1") == {"max_input_tokens": 2048, "image_inputs": True}


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"data": 3}', b'{"data": [null]}', b"\xff"])
def test_a_server_that_answers_nonsense_tells_nothing(serve: Serve, body: bytes) -> None:
    base = serve({"/v1/models": body, "/api/show": body, "/props": body})
    assert asked("openai", "m", f"{base}/v1") == {}
    assert asked("ollama", "m", base) == {}


def test_where_nothing_listens_nothing_is_told() -> None:
    assert asked("ollama", "m", "http://127.0.0.1:9") == {}


def test_what_is_unknown_is_never_a_yes() -> None:
    assert abilities(ScriptedModel.of("x")) == Abilities(0, sees=False, helped=False)


def test_a_model_of_this_machine_knows_its_window_and_is_helped(serve: Serve) -> None:
    pytest.importorskip("langchain_openai")
    base = serve({"/v1/models": {"data": [{"id": "m", "max_model_len": 8192}]}})
    settings = Settings(model="openai:m", base_url=f"{base}/v1")
    model = choose.load(settings, None)  # type: ignore[arg-type]
    assert abilities(model) == Abilities(8192, sees=False, helped=True)


def test_ollama_is_asked_for_a_window_that_holds_what_is_sent(serve: Serve) -> None:
    pytest.importorskip("langchain_ollama")
    base = serve({"/api/show": {"model_info": {"x.context_length": 100_000}}})
    settings = Settings(model="ollama:m", base_url=base, context_tokens=6000, reply_tokens=2000)
    assert choose.load(settings, None).num_ctx == 8000 + clients.OVERHEAD  # type: ignore[arg-type]


class Keyring:
    """A keyring in memory, in the place of the system's."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, key: str) -> None:
        self.kept[service, name] = key

    def delete_password(self, service: str, name: str) -> None:
        from keyring.errors import PasswordDeleteError

        if (service, name) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, name]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    keyring = pytest.importorskip("keyring")
    made = Keyring()
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(made, name))
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.mark.usefixtures("ring")
def test_a_key_in_the_keyring_is_used_and_forgotten() -> None:
    choice = choose.Choice("openai:gpt-x", "")
    assert choose.missing(choice) is not None
    keys.keep("openai", "sk-secret")
    assert choose.missing(choice) is None
    assert clients.options("openai", "", 10)["api_key"] == "sk-secret"
    assert keys.forget("openai")
    assert not keys.forget("openai")
    assert choose.missing(choice) is not None


def test_the_environment_comes_first_and_is_left_to_the_client(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.keep("openai", "sk-ring")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    assert keys.key_of("openai", ("OPENAI_API_KEY",)) == "sk-env"
    assert "api_key" not in clients.options("openai", "", 10)


@pytest.mark.usefixtures("ring")
def test_a_key_never_shows_in_what_is_printed_of_a_model() -> None:
    pytest.importorskip("langchain_openai")
    keys.keep("openai", "sk-secret")
    model = choose.load(Settings(model="openai:gpt-x"), None)  # type: ignore[arg-type]
    assert "sk-secret" not in repr(model) + str(model) + model.model_dump_json(
        include={"model_name", "openai_api_key", "tags"}
    )


def test_where_there_is_no_keyring_the_environment_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring = pytest.importorskip("keyring")
    from keyring.errors import NoKeyringError

    def refuse(*_: str) -> None:
        raise NoKeyringError("no backend")

    monkeypatch.setattr(keyring, "set_password", refuse)
    monkeypatch.setattr(keyring, "get_password", refuse)
    assert keys.kept("openai") == ""
    with pytest.raises(UnavailableError, match=r"no keyring.*OPENAI_API_KEY"):
        keys.keep("openai", "sk-secret")


def test_a_server_of_ones_own_elsewhere_may_need_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(keys, "kept", lambda _: "")
    choice = choose.Choice("openai:m", "", "http://192.168.7.7:8000/v1")
    if clients.installed("openai"):
        assert choose.missing(choice) is None
    assert clients.options("openai", choice.base_url, 10)["api_key"] == "none"
