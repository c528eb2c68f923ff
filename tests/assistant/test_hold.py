"""A held turn leaves nothing behind until it is committed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant import events, tool


def test_held_turns_store_nothing_until_committed(scripted: Any, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello")
    assistant = scripted("Heard.")
    with assistant.stream("draft", [note], session="h", hold=True) as stream:
        for event in stream:
            if isinstance(event, events.TextDelta):
                break
    assert not assistant._house.conversations.exists("h")

    stream = assistant.stream("meant", [note], session="h", hold=True)
    for event in stream:
        if isinstance(event, events.TextDelta):
            assert not assistant._house.conversations.exists("h")
            stream.commit()
    assert stream.reply is not None
    texts = [m.content["text"] for m in assistant._house.conversations.history("h")]
    assert texts == ["meant", "Heard."]
    assert assistant._house.blobs.resolve("h", "document:1") is not None


def test_held_turns_run_no_tool_with_effects(scripted: Any) -> None:
    ran: list[str] = []

    @tool(effects="store")
    def note(text: str) -> str:
        """Note."""
        ran.append(text)
        return "noted"

    assistant = scripted({"name": "note", "args": {"text": "a"}}, "ok", tools=[note])
    stream = assistant.stream("note a", hold=True)
    for event in stream:
        if isinstance(event, events.ToolStarted):
            assert ran == []
            stream.commit()
    assert ran == ["a"]


def test_a_commit_counts_whenever_it_comes(scripted: Any, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello")
    assistant = scripted("Heard.")
    for n in range(10):  # at once, and while the message is being accepted
        stream = assistant.stream(f"meant {n}", [note], session="h", hold=True)
        stream.commit()
        assert stream.result().session == "h"
    history = assistant._house.conversations.history("h")
    assert [m.content["text"] for m in history if m.role == "user"] == [
        f"meant {n}" for n in range(10)
    ]
    assert len(assistant._house.blobs.handles("h")) == 10


def test_what_dead_processes_held_is_swept(scripted: Any, home: Path) -> None:
    left = home / "held" / "999999999-abc"
    left.mkdir(parents=True)
    (left / "image-1").write_bytes(b"x")
    stream = scripted("ok").stream("hi", hold=True)
    for event in stream:
        if isinstance(event, events.TextDelta):
            assert not left.exists()
            stream.close()
