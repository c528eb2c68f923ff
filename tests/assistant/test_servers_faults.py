"""However a model's server fails, the turn ends with one clear sentence and the session goes on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from assistant import events
from tests.assistant.http_made import ASKED, calls, product, served

pytest.importorskip("langchain_openai")


def error(status: int, message: str, code: str = "", **headers: str) -> dict[str, Any]:
    return {
        "status": status,
        "error": {"message": message, "code": code},
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
    }


@pytest.mark.parametrize(
    ("step", "said", "remedy", "exit_code"),
    [
        (error(401, "bad key"), "does not accept the key", "MODEL_SERVER_KEY", 3),
        (error(403, "not for you"), "does not let this key use it", "MODEL_SERVER_KEY", 3),
        (error(404, "no such model"), "no model 'scripted'", "/v1/models", 3),
        (error(400, "too much", "context_length_exceeded"), "longer than", "new session", 1),
        (error(400, "no tools here"), "HTTP 400.*no tools here", "base_url", 1),
        (error(429, "slow down", Retry_After="3600"), "wait 60 minutes", "Ask again then", 1),
        (error(429, "pay", "insufficient_quota"), "quota .* is used up", "billing", 1),
        ({"body": "<html>Not here.</html>"}, "does not speak like", "base_url", 1),
        ({"raw": ["data: {not json\n\n"]}, "does not speak like", "base_url", 1),
        ({"raw": ['data: {"error": {"message": "it died"}}\n\n']}, "it died", "Ask again", 1),
    ],
)
def test_a_failure_is_one_sentence_with_a_remedy_and_the_next_turn_works(
    home: Path, step: Any, said: str, remedy: str, exit_code: int
) -> None:
    with served(home, step, "Fine.") as s:
        failed = s.failure()
        assert len(s.server.requests) == 1  # it is not worth asking again
        assert re.search(said, failed.message)
        assert remedy in failed.remedy
        assert failed.exit_code == exit_code
        assert s.kept() == [("user", "6 times 7?")]
        s.goes_on()


def test_a_server_that_is_not_there_is_named(home: Path) -> None:
    with served(home, "Fine.") as s:
        s.server.close()
        failed = s.failure()
        assert "cannot be reached" in failed.message
        assert s.server.base_url in failed.message
        assert failed.exit_code == 3


def test_no_key_is_ever_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MODEL_SERVER_KEY", "my-very-secret")
    with served(home, error(418, "my-very-secret is no key"), "Fine.") as s:
        failed = s.failure()
        assert "HTTP 418" in failed.message
        assert "my-very-secret" not in f"{failed.message} {failed.remedy} {caplog.text}"
        assert "my-very-secret" not in str(s.server.requests[0].headers)


def test_a_busy_server_is_waited_for_and_that_is_told(home: Path) -> None:
    with served(home, error(429, "slow down", Retry_After="1"), "Fine.") as s:
        talk = s.say()
        assert isinstance(talk.last, events.TurnEnded)
        assert talk.last.reply.text == "Fine."
        assert len(s.server.requests) == 2
        assert any("asking again in 1 second" in n for n in talk.notices)


def test_a_fault_of_the_server_is_asked_three_times_and_no_more(home: Path) -> None:
    with served(home, *[error(500, "oops")] * 3, "Fine.") as s:
        assert "HTTP 500" in s.failure().message
        assert len(s.server.requests) == 3
        s.goes_on()


@pytest.mark.parametrize("how", ["reset", "close"])
def test_what_was_said_before_the_connection_broke_is_kept(home: Path, how: str) -> None:
    step = {"text": ["Water is wet. ", "Snow is co"], "then": how}
    with served(home, step, "Fine.") as s:
        assert "broke before its answer was complete" in s.failure().message
        assert s.kept() == [("user", "6 times 7?"), ("assistant", "Water is wet. Snow is co")]
        assert len(s.server.requests) == 1  # what was shown is not said twice
        s.goes_on()


def test_a_call_before_the_failure_keeps_its_answer(home: Path) -> None:
    with served(home, calls(product()), error(400, "no"), "Fine.") as s:
        s.failure()
        s.goes_on()
        assert "42" in str([m for m in s.server.requests[-1].messages if m["role"] == "tool"])


@pytest.mark.parametrize("said", ["", "It is going. And"])
def test_a_server_that_falls_silent_is_ended(home: Path, said: str) -> None:
    with served(home, {"text": said, "then": "silence"}, "Fine.", model_seconds=0.5) as s:
        assert "said nothing for 0.5 seconds" in s.failure().message
        assert s.server.wait_for_hang_up()
        assert s.kept() == [("user", "6 times 7?"), *([("assistant", said)] if said else [])]
        s.goes_on()


def test_one_that_is_slow_but_goes_on_is_not_ended(home: Path) -> None:
    slow = {"text": ["a "] * 12, "pause": 0.1}
    with served(home, slow, model_seconds=1.0) as s:
        assert s.reply().text == " ".join("a" * 12)


@pytest.mark.parametrize("said", ["", "It is going. And"])
def test_cancelling_reaches_the_server_at_once(home: Path, said: str) -> None:
    with served(home, {"text": said, "then": "silence"}, "Fine.") as s:
        stream = s.assistant.stream("6 times 7?", session="s")
        if said:
            next(e for e in stream if isinstance(e, events.TextDelta))
        else:
            assert s.server.wait_for_requests(1)
        stream.close()
        assert s.server.wait_for_hang_up()
        s.goes_on()


def test_an_endless_answer_is_cut_kept_and_told(home: Path) -> None:
    step = {"text": ["On and on. "], "then": "forever"}
    with served(home, step, "Fine.", reply_tokens=5) as s:
        talk = s.say()
        assert isinstance(talk.last, events.TurnEnded)
        text = talk.last.reply.text
        assert set(text.split(". ")) <= {"On and on", "On and on."}
        assert 70 <= len(text) <= 100
        assert any("wrote without end" in n for n in talk.notices)
        assert s.server.wait_for_hang_up()
        s.goes_on()


@pytest.mark.parametrize(
    "step",
    [
        {"reasoning": ["hm "], "then": "forever"},
        {"tool_calls": [{"name": "calculate", "arguments": ["1+"] * 9}], "then": "forever"},
    ],
)
def test_one_that_never_comes_to_an_answer_is_a_failure(home: Path, step: Any) -> None:
    with served(home, step, "Fine.", reply_tokens=5) as s:
        assert "without end" in s.failure().message
        assert s.server.wait_for_hang_up()
        s.goes_on()


def test_an_answer_that_was_cut_off_says_so(home: Path) -> None:
    with served(home, {"text": "It is", "finish": "length"}) as s:
        assert any("cut off" in n for n in s.reply().notices)


def test_another_brain_answers_where_the_settings_name_one(home: Path) -> None:
    dying = {"text": ["Water is wet. ", "Snow is co"], "then": "reset"}
    with served(home, dying, fallback=("builtin",)) as s:
        talk = s.say("what is 6 times 7?")
        kinds = [type(e) for e in talk.events]
        first = kinds.index(events.TextDelta)
        reset = kinds.index(events.TextReset)
        assert first < reset < kinds.index(events.Notice) < len(kinds) - 1
        assert any("builtin answers instead" in n for n in talk.notices)
        assert isinstance(talk.last, events.TurnEnded)
        assert talk.last.reply.model == "builtin"
        assert "42" in talk.text
        assert "Water" not in talk.text
        assert "Water is wet" not in str(s.kept())


def test_the_first_brain_is_asked_again_in_the_next_turn(home: Path) -> None:
    with served(home, error(400, "no"), "Fine.", fallback=("builtin",)) as s:
        assert s.reply("what is 6 times 7?").model == "builtin"
        assert s.reply("hello").model == "scripted"


def test_a_fallback_that_cannot_be_made_is_passed_over_visibly(home: Path) -> None:
    with served(home, error(400, "no"), fallback=("anthropic:claude", "builtin")) as s:
        reply = s.reply("what is 6 times 7?")
        assert reply.model == "builtin"
        assert any(n.startswith("anthropic:claude cannot answer") for n in reply.notices)


def test_a_brain_that_cannot_be_made_at_all_is_replaced_too(home: Path) -> None:
    import dataclasses

    from assistant import Assistant

    with served(home, "Fine.", fallback=("builtin",)) as s:
        far = dataclasses.replace(s.assistant.settings, model="anthropic:claude", base_url="")
        with Assistant(settings=dataclasses.replace(far, home=home / "b")) as assistant:
            reply = assistant.ask("what is 6 times 7?")
    assert reply.model == "builtin"
    assert any("ANTHROPIC_API_KEY is not set" in n for n in reply.notices)


def test_a_brain_that_stands_in_is_made_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant import Assistant, Settings
    from assistant.brain import choose

    made: list[str] = []
    real = choose.load_named

    def load_named(spec: str, *rest: Any) -> Any:
        made.append(spec)
        return real(spec, *rest)

    monkeypatch.setattr(choose, "load_named", load_named)
    settings = Settings(home=home, model="anthropic:claude", fallback=("builtin",))
    with Assistant(settings=settings) as assistant:
        assert [assistant.ask(ASKED).model for _ in range(3)] == ["builtin"] * 3
    assert made == ["builtin"]


def test_without_the_setting_nothing_takes_the_models_place(home: Path) -> None:
    with served(home, error(400, "no")) as s:
        talk = s.say("what is 6 times 7?")
        assert isinstance(talk.last, events.TurnFailed)
        assert not talk.notices
