"""A model server over real HTTP, through the whole Assistant: what servers send, however cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, events
from assistant.brain.errors import Address, retry_after, told
from tests.assistant.http_made import calls, is_valid, product, sequence, served

pytest.importorskip("langchain_openai")

FAST = {"text": "and on and ", "then": "forever"}
SLOW = {"text": "One sentence. ", "pause": 0.05, "then": "forever"}


def test_text_in_pieces_is_one_reply(home: Path) -> None:
    step = {
        "text": ["Hel", "lo. How ", "are you?"],
        "reasoning": ["They greet ", "me."],
        "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
    }
    with served(home, step) as pair:
        talk = pair.say("hi")
    assert talk.last.reply.text == talk.text == "Hello. How are you?"
    assert talk.last.reply.model == "scripted"
    assert talk.notices == []


@pytest.mark.parametrize(
    "call",
    [
        {"name": "calculate", "arguments": ["{", '"expr', 'ession": "6', '*7"}']},
        {"name": ["calc", "ulate"], "arguments": '{"expression": "6*7"}'},
        {"name": "calculate", "arguments": list('{"expression": "6*7"}')},
    ],
)
def test_a_call_cut_anywhere_runs_once(home: Path, call: dict[str, Any]) -> None:
    with served(home, calls(call), "It is 42.") as pair:
        talk = pair.say("6 times 7?")
        assert talk.ran == [("calculate", True)]
        assert talk.last.reply.text == "It is 42."
        assert sequence(pair.server.requests[1]) == ["system", "user", "assistant", "tool"]
        assert "42" in pair.server.requests[1].messages[-1]["content"]


def test_parallel_calls_are_all_answered(home: Path) -> None:
    both = calls(product("6*7"), {"name": "clock"}) | {"text": "Let me see."}
    with served(home, both, "It is 42.", "Bye.") as pair:
        talk = pair.say("6 times 7, and the time?")
        assert sorted(talk.ran) == [("calculate", True), ("clock", True)]
        assert talk.text == "It is 42."  # what stood before the calls was only a remark
        pair.say("thanks")
        assert all(is_valid(request) for request in pair.server.requests)


@pytest.mark.parametrize("call_id", [None, "call_0"], ids=["no id", "the same id each time"])
@pytest.mark.parametrize("message_id", ["", "chatcmpl-1"], ids=["own", "constant"])
def test_identities_that_a_server_leaves_out_or_repeats(
    home: Path, call_id: str | None, message_id: str
) -> None:
    rounds = [calls(product(f"6*{n}", id=call_id)) | {"message_id": message_id} for n in (7, 8)]
    said = {"text": "42 and 48.", "message_id": message_id}
    with served(home, *rounds, said, calls(product("1+1", id=call_id)), "2.") as pair:
        assert pair.say("6 times 7 and 8?").last.reply.text == "42 and 48."
        assert pair.say("1 and 1?").last.reply.text == "2."
        assert all(is_valid(request) for request in pair.server.requests)
        *_, first, _, second = pair.server.requests[2].messages
        assert "6*7" in str(first) + str(pair.server.requests[2].messages)
        assert "48" in second["content"]


def test_a_wrong_call_goes_back_with_the_reason_and_may_be_mended(
    home: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("The fee is 12 euros.")
    wrong = {"name": "read_document", "arguments": {"document": "document:7"}}
    right = {"name": "read_document", "arguments": {"document": "document:1"}}
    steps = (calls({"name": "magic"}), calls(wrong), calls(right), "It is 12 euros.")
    with served(home, *steps) as pair:
        talk = pair.say("what is the fee?", note)
        assert talk.ran == [("magic", False), ("read_document", False), ("read_document", True)]
        told_back = [r.messages[-1]["content"] for r in pair.server.requests[1:3]]
        assert "There is no tool 'magic'" in told_back[0]
        assert "no 'document:7'" in told_back[1]
        assert "document:1" in told_back[1]
        assert talk.last.reply.text == "It is 12 euros."


def test_arguments_that_nobody_can_read_are_asked_for_again(home: Path) -> None:
    broken = {"name": "calculate", "arguments": "6 times 7, please"}
    with served(home, calls(broken), calls(product()), "It is 42.") as pair:
        talk = pair.say("6 times 7?")
        assert talk.ran == [("calculate", True)]
        assert "could not be read" in pair.server.requests[1].messages[-1]["content"]


def test_an_empty_answer_is_still_a_reply(home: Path) -> None:
    with served(home, {"text": ""}, "Here I am.") as pair:
        assert pair.say("say nothing").last.reply.text == "I have no answer to that."
        assert pair.say("and now?").last.reply.text == "Here I am."


def test_a_loop_of_calls_ends_at_the_limit(home: Path) -> None:
    endless = calls(product()) | {"text": "Once more."}
    with served(home, endless, max_tool_calls=3) as pair:
        talk = pair.say("go on")
        assert isinstance(talk.last, events.TurnEnded)
        assert len(talk.ran) == 3
        assert any("3 tool calls" in notice for notice in talk.notices)
        assert not pair.server.requests[-1].body.get("tools")
        assert all(is_valid(request) for request in pair.server.requests)


@pytest.mark.parametrize("step", [{"then": "silence"}, FAST, SLOW], ids=["silent", "fast", "slow"])
def test_cancelling_hangs_up_at_once_and_the_session_goes_on(
    home: Path, step: dict[str, Any]
) -> None:
    with served(home, step, "Still here.", reply_tokens=1_000_000) as pair:
        stream = pair.assistant.stream("go", session="s")
        assert pair.server.wait_for_requests(1)
        stream.close()
        assert pair.server.wait_for_hang_up()
        assert [type(e) for e in stream][-1] is events.TurnCancelled
        assert pair.say("are you there?").last.reply.text == "Still here."
        assert ("user", "go") in pair.kept()
        assert is_valid(pair.server.requests[-1])


def test_closing_the_assistant_hangs_up(home: Path) -> None:
    with served(home, SLOW, reply_tokens=1_000_000) as pair:
        stream = pair.assistant.stream("go", session="s")
        assert pair.server.wait_for_requests(1)
        pair.assistant.close()
        assert pair.server.wait_for_hang_up()
        assert [type(e) for e in stream][-1] is events.TurnCancelled


def test_a_call_that_was_cancelled_is_answered_in_the_next_request(home: Path) -> None:
    from assistant import tool

    with served(home, calls({"name": "wait", "arguments": {"x": "a"}}), "Fine.") as pair:
        import asyncio

        started: list[str] = []

        @tool
        async def wait(x: str) -> str:
            """Wait."""
            started.append(x)
            await asyncio.sleep(600)
            return x

        with Assistant(settings=pair.assistant.settings, tools=[wait], home=home / "own") as own:
            stream = own.stream("go", session="s")
            for event in stream:
                if isinstance(event, events.ToolStarted):
                    stream.close()
            assert own.ask("and now?", session="s").text == "Fine."
        assert is_valid(pair.server.requests[-1])


def test_the_key_of_a_provider_does_not_go_to_a_server_of_ones_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tools.testing.openai_server import OpenAIServer

    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-cloud")
    monkeypatch.setenv("MODEL_SERVER_KEY", "key-of-this-machine")
    from assistant import Settings

    with OpenAIServer(["ok"], keep_keys=True) as server:
        settings = Settings(home=home, model="openai:scripted", base_url=server.base_url)
        with Assistant(settings=settings) as assistant:
            assistant.ask("hi")
        assert server.requests[0].headers["authorization"] == "Bearer key-of-this-machine"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Wed, 21 Oct 2015 07:28:10 GMT", 10.0),
        ("soon", None),
        ("inf", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, now=1445412480.0) == seconds


def test_an_error_that_is_nobodys_is_not_worded_as_a_servers() -> None:
    assert told(ValueError("a bug"), Address("openai:x", "x", "openai")) is None
