"""The Python API: sync and async, side by side, closed properly, settings in their order."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from assistant import Assistant, Attachment, Settings, Turn, events, tool
from assistant.errors import InterruptedTurn, UsageError


def echo(messages: list[Any]) -> str:
    """Say back every message of this session that a person wrote."""
    return "|".join(m.text for m in messages if isinstance(m, HumanMessage))


def test_two_sessions_at_once_do_not_mix(scripted: Any) -> None:
    assistant = scripted(echo, pause=0.001)

    def talk(name: str) -> list[str]:
        return [assistant.ask(f"{name}{n}", session=name).text for n in range(5)]

    with ThreadPoolExecutor(2) as pool:
        ann, bob = pool.map(talk, ["ann", "bob"])
    assert ann[-1] == "ann0|ann1|ann2|ann3|ann4"
    assert bob[-1] == "bob0|bob1|bob2|bob3|bob4"


def test_turns_of_one_session_run_one_after_the_other(scripted: Any) -> None:
    assistant = scripted(echo, pause=0.002)
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda n: assistant.ask(f"m{n}", session="s").text, range(8)))
    assert sorted(len(r.split("|")) for r in replies) == list(range(1, 9))


def test_async_callers_use_their_own_loop(scripted: Any) -> None:
    assistant = scripted(echo, pause=0.001)

    async def main() -> tuple[list[str], list[str]]:
        async with assistant:
            replies = await asyncio.gather(
                *(assistant.aask(f"hello {n}", session=f"s{n}") for n in range(4))
            )
            seen = [type(e).__name__ async for e in assistant.astream("again", session="s0")]
            return [r.text for r in replies], seen

    texts, seen = asyncio.run(main())
    assert texts == [f"hello {n}" for n in range(4)]
    assert seen[0] == "TurnStarted"
    assert seen[-1] == "TurnEnded"


def test_cancelling_the_task_cancels_the_turn(scripted: Any) -> None:
    started, stopped = threading.Event(), threading.Event()

    @tool
    async def wait(x: str) -> str:
        """Wait."""
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()
        return "late"

    assistant = scripted({"name": "wait", "args": {"x": "a"}}, tools=[wait])

    async def main() -> None:
        task = asyncio.create_task(assistant.aask("wait", session="s"))
        await asyncio.to_thread(started.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert stopped.wait(20)


def test_turns_that_wait_for_an_engine_do_not_keep_others_from_beginning() -> None:
    from assistant.agent.loop import LoopThread

    loop, gate = LoopThread(), threading.Event()
    waiting = [loop.submit(asyncio.to_thread(gate.wait, 60)) for _ in range(40)]
    assert loop.submit(asyncio.to_thread(lambda: "begun")).result(timeout=30) == "begun"
    gate.set()
    assert all(future.result(timeout=30) for future in waiting)
    loop.close()


def test_closing_cancels_what_runs(scripted: Any) -> None:
    started = threading.Event()

    @tool
    async def wait(x: str) -> str:
        """Wait."""
        started.set()
        await asyncio.sleep(60)
        return "late"

    assistant = scripted({"name": "wait", "args": {"x": "a"}}, tools=[wait])
    stream = assistant.stream("wait")
    assert started.wait(20)
    assistant.close()
    with pytest.raises(InterruptedTurn):
        stream.result()
    with pytest.raises(UsageError, match="closed"):
        assistant.ask("hello")


def test_bytes_and_attachments_are_taken(scripted: Any) -> None:
    assistant = scripted("ok")
    table = Attachment(data=b"a,b\n1,2\n", name="t.csv")
    first = next(iter(assistant.stream("read", [b"plain words", table])))
    assert isinstance(first, events.TurnStarted)
    assert first.attachments == (("document:1", "attachment"), ("document:2", "t.csv"))


def test_a_transcript_stands_for_speech(scripted: Any) -> None:
    assistant = scripted(echo)
    reply = assistant.ask(Turn(transcript="what time is it"))
    assert reply.heard == "what time is it"
    assert reply.text == "what time is it"


def test_two_tools_of_one_name_are_refused(home: Path) -> None:
    @tool(name="calculate")
    def mine(x: str) -> str:
        """Mine."""
        return x

    with pytest.raises(UsageError, match="two tools named 'calculate'"):
        Assistant(tools=[mine], home=home, model="builtin")


def test_a_function_without_a_docstring_is_refused(home: Path) -> None:
    def nameless(x: str) -> str:
        return x

    with pytest.raises(UsageError, match="docstring"):
        Assistant(tools=[nameless], home=home)


def test_settings_come_from_flags_then_environment_then_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assistant.toml").write_text(
        'model = "builtin"\nmax_tool_calls = 3\nallow = ["a", "b"]\nsense_feelings = false\n'
    )
    monkeypatch.setenv("ASSISTANT_MAX_TOOL_CALLS", "5")
    settings = Settings.load(home=tmp_path)
    assert (settings.model, settings.max_tool_calls) == ("builtin", 5)
    assert settings.allow == ("a", "b")
    assert settings.sense_feelings is False
    assert Settings.load(home=tmp_path, max_tool_calls=7).max_tool_calls == 7


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("modle = 'x'", "modle"),
        ("max_tool_calls = 'many'", "max_tool_calls"),
        ("max_tool_calls = 0", "max_tool_calls"),
        ("turn_seconds = -1", "turn_seconds"),
        ("model = 3", "model"),
        ("model = ", "not valid TOML"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "assistant.toml").write_text(line)
    with pytest.raises(UsageError, match=says):
        Settings.load(home=tmp_path)
