"""An Assistant whose model is a scripted server on loopback, spoken to over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import Assistant, Settings, events
from tools.testing.openai_server import OpenAIServer, Received

ASKED = "6 times 7?"


@dataclass(frozen=True)
class Talk:
    """What one turn gave: its events, of which the last says how it ended."""

    events: tuple[events.AnyEvent, ...]

    @property
    def last(self) -> Any:
        return self.events[-1]

    @property
    def text(self) -> str:
        """What a door shows in the end: everything since the last reset."""
        shown = ""
        for event in self.events:
            if isinstance(event, events.TextReset):
                shown = ""
            elif isinstance(event, events.TextDelta):
                shown += event.text
        return shown

    @property
    def notices(self) -> list[str]:
        return [e.text for e in self.events if isinstance(e, events.Notice)]

    @property
    def ran(self) -> list[tuple[str, bool]]:
        done = [e.receipt for e in self.events if isinstance(e, events.ToolFinished)]
        return [(receipt.tool, receipt.ok) for receipt in done]


@dataclass(frozen=True)
class Pair:
    assistant: Assistant
    server: OpenAIServer

    def say(self, text: str = ASKED, *attach: Path) -> Talk:
        """One turn of the session; checks that it ends exactly once, with the last event."""
        seen = tuple(self.assistant.stream(text, attach, session="s"))
        assert [isinstance(e, events.LAST) for e in seen] == [False] * (len(seen) - 1) + [True]
        return Talk(seen)

    def reply(self, text: str = ASKED) -> Any:
        """The reply of a turn that ends well."""
        last = self.say(text).last
        assert isinstance(last, events.TurnEnded), last
        return last.reply

    def failure(self, text: str = ASKED) -> events.TurnFailed:
        """How a turn failed: a sentence and a remedy, and nothing of a program."""
        last = self.say(text).last
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
        request = self.server.requests[-1]
        assert request.messages[-1] == {"role": "user", "content": "still there?"}
        assert any(ASKED in str(m["content"]) for m in request.messages[:-1])
        assert is_valid(request)

    def kept(self) -> list[tuple[str, str]]:
        """(role, text) of all that the session's history holds."""
        history = self.assistant._house.conversations.history("s")
        return [(m.role, str(m.content.get("text", ""))) for m in history]


@contextmanager
def served(home: Path, *steps: str | Mapping[str, Any], **options: Any) -> Iterator[Pair]:
    """An Assistant with ``openai:scripted`` at a server that takes these steps."""
    with OpenAIServer(steps) as server:
        given = {"model_seconds": 20.0, "sense_feelings": False, **options}
        settings = Settings(home=home, model="openai:scripted", base_url=server.base_url, **given)
        with Assistant(settings=settings) as assistant:
            yield Pair(assistant, server)


def calls(*given: Mapping[str, Any]) -> dict[str, Any]:
    return {"tool_calls": list(given)}


def product(expression: str = "6*7", **more: Any) -> dict[str, Any]:
    return {"name": "calculate", "arguments": {"expression": expression}, **more}


def is_valid(request: Received) -> bool:
    """Whether a strict server takes the messages: each call has one answer, right behind it."""
    waiting: list[str] = []
    seen: set[str] = set()
    for message in request.messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return False
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return False
        waiting = [call["id"] for call in message.get("tool_calls") or ()]
        if not all(waiting) or seen & set(waiting) or len(set(waiting)) < len(waiting):
            return False
        seen |= set(waiting)
    return not waiting


def sequence(request: Received) -> Sequence[str]:
    return [m["role"] for m in request.messages]
