"""The scripted chat server speaks the protocol, and misbehaves exactly as it is told to."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools.testing.openai_server import OpenAIServer

ASKED = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}


def post(server: OpenAIServer, *, stream: bool = False, **headers: str) -> httpx.Response:
    body = {**ASKED, "stream": stream}
    with httpx.Client(trust_env=False, timeout=20) as client:
        return client.post(f"{server.base_url}/chat/completions", json=body, headers=headers)


def events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in answer.text.splitlines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def deltas(answer: httpx.Response) -> list[dict[str, Any]]:
    return [e["choices"][0]["delta"] for e in events(answer) if e["choices"]]


def test_a_text_comes_in_the_given_pieces_and_ends_as_the_protocol_says() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    with OpenAIServer([{"text": ["Hel", "lo."], "reasoning": "Hm.", "usage": usage}]) as server:
        answer = post(server, stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [d["content"] for d in deltas(answer) if d.get("content")] == ["Hel", "lo."]
    assert [d["reasoning_content"] for d in deltas(answer) if "reasoning_content" in d] == ["Hm."]
    *_, last = events(answer)
    assert last["usage"] == usage
    assert answer.text.endswith("data: [DONE]\n\n")


def test_without_a_stream_the_answer_comes_whole() -> None:
    calls = [{"name": ["calc", "ulate"], "arguments": {"expression": "1+1"}, "id": "call_a"}]
    with OpenAIServer([{"text": ["Hel", "lo."]}, {"tool_calls": calls}]) as server:
        first, second = post(server).json(), post(server).json()
    assert first["choices"][0]["message"]["content"] == "Hello."
    assert first["choices"][0]["finish_reason"] == "stop"
    called = second["choices"][0]["message"]["tool_calls"][0]
    assert called["function"] == {"name": "calculate", "arguments": '{"expression": "1+1"}'}
    assert called["id"] == "call_a"
    assert second["choices"][0]["finish_reason"] == "tool_calls"


def test_tool_calls_are_cut_anywhere_and_named_once() -> None:
    calls = [
        {"name": ["calc", "ulate"], "arguments": ['{"expr', 'ession": "1+1"}'], "id": "call_a"},
        {"name": "clock", "arguments": "{not json", "id": None},
    ]
    with OpenAIServer([{"tool_calls": calls}]) as server:
        sent = [d["tool_calls"][0] for d in deltas(post(server, stream=True)) if "tool_calls" in d]
    assert [c.get("id") for c in sent if c["index"] == 0] == ["call_a", None, None, None]
    first = "".join(c["function"]["arguments"] for c in sent if c["index"] == 0)
    assert json.loads(first) == {"expression": "1+1"}
    assert "".join(c["function"]["arguments"] for c in sent if c["index"] == 1) == "{not json"
    assert not any("id" in c for c in sent if c["index"] == 1)


def test_an_error_has_its_status_headers_and_body() -> None:
    step = {"status": 429, "headers": {"Retry-After": "7"}, "error": {"message": "slow down"}}
    with OpenAIServer([step]) as server:
        answer = post(server)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.json() == {"error": {"message": "slow down"}}


def read_all(server: OpenAIServer, seen: list[str]) -> None:
    body = {**ASKED, "stream": True}
    with (
        httpx.Client(trust_env=False, timeout=20) as client,
        client.stream("POST", f"{server.base_url}/chat/completions", json=body) as answer,
    ):
        seen.extend(answer.iter_text())


@pytest.mark.parametrize("then", ["reset", "close"])
def test_a_stream_can_die_half_way(then: str) -> None:
    seen: list[str] = []
    with OpenAIServer([{"text": "Half", "then": then}]) as server:
        with pytest.raises(httpx.TransportError):
            read_all(server, seen)
        assert server.hung_up == 0
    assert "Half" in "".join(seen)
    assert "[DONE]" not in "".join(seen)


@pytest.mark.parametrize("step", [{"then": "silence"}, {"text": "on and ", "then": "forever"}])
def test_it_notices_that_the_client_hangs_up(step: dict[str, Any]) -> None:
    with OpenAIServer([step]) as server, httpx.Client(trust_env=False, timeout=0.2) as client:
        try:
            with client.stream(
                "POST", f"{server.base_url}/chat/completions", json={**ASKED, "stream": True}
            ) as answer:
                for text in answer.iter_text():
                    if text:
                        break
        except httpx.ReadTimeout:
            pass  # it was silent
        assert server.wait_for_hang_up()


def test_bodies_and_events_that_are_none() -> None:
    steps = [{"body": "<html>Not here.</html>"}, {"text": "a", "raw": ["data: {not json\n\n"]}]
    with OpenAIServer(steps) as server:
        page, broken = post(server, stream=True), post(server, stream=True)
    assert page.headers["content-type"] == "text/html"
    assert page.text == "<html>Not here.</html>"
    assert "data: {not json\n\n" in broken.text


def test_requests_are_recorded_and_keys_are_not() -> None:
    with OpenAIServer(["ok"]) as server:
        post(server, Authorization="Bearer sk-secret")
        assert server.requests[0].messages == ASKED["messages"]
        assert "sk-secret" not in str(server.requests)
    with OpenAIServer(["ok"], keep_keys=True) as server:
        post(server, Authorization="Bearer sk-secret")
        assert server.requests[0].headers["authorization"] == "Bearer sk-secret"


def test_the_steps_come_in_order_and_the_last_is_repeated() -> None:
    with OpenAIServer(["one", "two"]) as server:
        said = [post(server).json()["choices"][0]["message"]["content"] for _ in range(3)]
        listed = httpx.get(f"{server.base_url}/models", trust_env=False).json()
    assert said == ["one", "two", "two"]
    assert [m["id"] for m in listed["data"]] == ["scripted"]


def test_a_script_with_a_wrong_name_is_refused() -> None:
    with pytest.raises(TypeError, match="txet"):
        OpenAIServer([{"txet": "hello"}])
    with pytest.raises(ValueError, match="at least one"):
        OpenAIServer([])


def test_closing_it_ends_what_is_under_way() -> None:
    server = OpenAIServer([{"then": "silence"}])
    with httpx.Client(trust_env=False, timeout=20) as client:
        request = client.build_request("POST", f"{server.base_url}/chat/completions", json=ASKED)
        closing = threading.Thread(target=lambda: (server.wait_for_requests(1), server.close()))
        closing.start()
        with pytest.raises(httpx.TransportError):
            client.send(request)
        closing.join(20)
        assert not closing.is_alive()


def test_a_person_can_run_it_too(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps(["Hello from a file."]))
    command = [sys.executable, "-m", "tools.testing.openai_server", str(script), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        answer = httpx.post(f"{address}/chat/completions", json=ASKED, trust_env=False)
        process.terminate()
    assert answer.json()["choices"][0]["message"]["content"] == "Hello from a file."
