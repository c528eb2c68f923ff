"""An Assistant whose model is a scripted server, over real HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import Assistant, Settings, events
from tools.testing.openai_server import OpenAIServer
from tools.testing.openai_steps import ToolCall

CALL = ToolCall("calculate", {"expression": "6*7"})


@dataclass
class Scene:
    """Asks in one session and keeps every event."""

    assistant: Assistant
    server: OpenAIServer

    def ask(self, text: str = "6 times 7?") -> list[events.AnyEvent]:
        """All events of a turn, which has exactly one end."""
        seen = list(self.assistant.stream(text, session="s"))
        assert [isinstance(e, events.LAST) for e in seen].count(True) == 1
        assert isinstance(seen[-1], events.LAST)
        return seen

    def reply(self, text: str = "6 times 7?") -> Any:
        last = self.ask(text)[-1]
        assert isinstance(last, events.TurnEnded), last
        return last.reply

    def failure(self, text: str = "6 times 7?") -> events.TurnFailed:
        last = self.ask(text)[-1]
        assert isinstance(last, events.TurnFailed), last
        said = f"{last.message} {last.remedy}"
        assert last.message.endswith(".")
        assert last.remedy
        assert "Traceback" not in said
        assert "\n" not in said
        return last

    def goes_on(self) -> None:
        """The next turn works, on a history in which every call is answered."""
        assert self.reply("still there?").text == "Fine."
        messages = self.server.requests[-1].messages
        assert messages[-1] == {"role": "user", "content": "still there?"}
        assert any("6 times 7?" in str(m["content"]) for m in messages[:-1])
        valid(messages)

    def kept(self) -> list[tuple[str, str]]:
        recent = self.assistant._house.recent("s")
        return [(m.role, str(m.content.get("text", ""))) for m in recent]


def valid(messages: list[dict[str, Any]]) -> None:
    """Every tool call has exactly one answer, which follows it; no id is used twice."""
    open_calls: set[str] = set()
    used: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            open_calls.remove(message["tool_call_id"])
            continue
        assert not open_calls
        ids = [call["id"] for call in message.get("tool_calls") or ()]
        assert all(ids)
        assert not used & set(ids)
        assert len(ids) == len(set(ids))
        used |= set(ids)
        open_calls = set(ids)
    assert not open_calls


@contextlib.contextmanager
def scene(home: Path, *steps: Any, **settings: Any) -> Iterator[Scene]:
    with OpenAIServer(steps) as server:
        given = Settings(home=home, base_url=server.base_url, sense_feelings=False, **settings)
        with Assistant(model="openai:scripted", settings=given) as assistant:
            yield Scene(assistant, server)


def notices(seen: list[events.AnyEvent]) -> list[str]:
    return [e.text for e in seen if isinstance(e, events.Notice)]
