"""What a model on this machine is helped with: few tools, calls mended, pictures shown."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from PIL import Image
from pydantic import PrivateAttr

from assistant import Assistant, Settings, events, tool
from assistant.brain.abilities import HELPED
from assistant.brain.scripted import ScriptedModel

CALL = '<tool_call>{"name": "calculate", "arguments": {"expression": "6*7"}}</tool_call>'


class Listening(ScriptedModel):
    """Remembers which tools it was offered."""

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        self._offers.append({t.name: t.description for t in tools})
        return self

    _offers: list[dict[str, str]] = PrivateAttr(default_factory=list)

    @classmethod
    def saying(cls, *lines: Any, **options: Any) -> Listening:
        model = cls(**options)
        model._lines, model._offers = list(lines), []
        return model


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home, sense_feelings=False)


def asked(model: BaseChatModel, settings: Settings, text: str, **options: Any) -> Any:
    attach = options.pop("attach", ())
    with Assistant(model=model, settings=settings, **options) as assistant:
        return assistant.ask(text, attach=attach)


def test_a_call_written_as_text_runs_and_is_not_shown(settings: Settings) -> None:
    model = Listening.saying(f"Let me see. {CALL}", "It is 42.", tags=[HELPED])
    with Assistant(model=model, settings=settings) as assistant:
        stream = assistant.stream("6 times 7?")
        shown = "".join(e.text for e in stream if isinstance(e, events.TextDelta))
    assert "tool_call" not in shown
    assert stream.reply is not None
    assert [r.tool for r in stream.reply.receipts] == ["calculate"]
    assert stream.reply.text == "It is 42."


def test_a_large_model_that_only_quotes_a_call_is_taken_at_its_word(settings: Settings) -> None:
    reply = asked(Listening.saying(f"It looks so: {CALL}"), settings, "how do calls look?")
    assert not reply.receipts
    assert CALL in reply.text


def _broken(arguments: str) -> AIMessage:
    invalid = {"name": "calculate", "args": arguments, "id": "c1", "error": None,
               "type": "invalid_tool_call"}  # fmt: skip
    return AIMessage("", invalid_tool_calls=[invalid])  # type: ignore[list-item]


class Raw(ScriptedModel):
    """Says whole messages, as a server's client hands them over."""

    def _next(self, messages: Any) -> AIMessage:
        self._seen.append(list(messages))
        line = self._lines[min(len(self._seen), len(self._lines)) - 1]
        return line if isinstance(line, AIMessage) else AIMessage(str(line))

    _stream = BaseChatModel._stream
    _astream = BaseChatModel._astream  # type: ignore[assignment]


def test_arguments_that_are_nearly_json_are_mended(settings: Settings) -> None:
    model = Raw.of(_broken("{'expression': '6*7',}"), "It is 42.")  # type: ignore[arg-type]
    reply = asked(model, settings, "6 times 7?")
    assert [(r.tool, r.ok) for r in reply.receipts] == [("calculate", True)]
    assert len(model.seen) == 2


def test_a_call_that_nobody_can_read_is_asked_for_once_more(settings: Settings) -> None:
    model = Raw.of(_broken("expression is 6*7"), _broken('{"expression": "6*7"}'), "It is 42.")  # type: ignore[arg-type]
    reply = asked(model, settings, "6 times 7?")
    assert "could not be read" in model.seen[1][-1].text
    assert "expression is 6*7" in model.seen[1][-1].text
    assert [(r.tool, r.ok) for r in reply.receipts] == [("calculate", True)]
    assert reply.text == "It is 42."


def test_it_is_asked_once_and_not_for_ever(settings: Settings) -> None:
    model = Raw.of(_broken("no"), _broken("no again"))  # type: ignore[arg-type]
    reply = asked(model, settings, "6 times 7?")
    assert len(model.seen) == 2
    assert any("in a form that cannot be read" in notice for notice in reply.notices)


def _many() -> list[Callable[..., str]]:
    def made(number: int) -> Callable[..., str]:
        def water(plant: str) -> str:
            return f"{plant} watered"

        water.__name__ = f"gadget_{number}"
        water.__doc__ = f"Does what the gadget number {number} does."
        return tool(examples=[f"run gadget {number}"])(water)

    return [made(n) for n in range(8)]


def test_a_small_model_is_offered_the_few_tools_that_fit(
    settings: Settings, tmp_path: Path
) -> None:
    picture = tmp_path / "a.png"
    Image.new("RGB", (60, 40), "red").save(picture)
    model = Listening.saying("Fine.", tags=[HELPED])
    asked(model, settings, "what does it say in this picture?", attach=[picture], tools=_many())
    offered = model._offers[0]
    assert len(offered) == 6
    assert {"look", "read_text"} <= offered.keys()
    assert "cannot" not in offered["look"]  # its limits are left out


def test_a_large_model_is_offered_all_of_them(settings: Settings) -> None:
    model = Listening.saying("Fine.")
    asked(model, settings, "hello", tools=_many())
    assert len(model._offers[0]) == 20
    assert "cannot" in model._offers[0]["look"]


def _pictures(messages: list[Any]) -> list[Image.Image]:
    blocks = [b for m in messages if isinstance(m.content, list) for b in m.content]
    data = [base64.b64decode(b["base64"]) for b in blocks if b["type"] == "image"]
    return [Image.open(io.BytesIO(one)) for one in data]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.new("RGB", (4000, 1000), "green").save(path)
    return path


def test_a_model_that_sees_gets_the_picture_and_may_speak_of_it(
    settings: Settings, photo: Path
) -> None:
    model = ScriptedModel.of("The photo shows a green wall.")
    model.profile = {"image_inputs": True}
    reply = asked(model, settings, "what is it?", attach=[photo])
    (shown,) = _pictures(model.seen[0])
    assert shown.size == (1568, 392)
    assert reply.text == "The photo shows a green wall."
    assert [(r.tool, r.engine, r.inputs[0][0]) for r in reply.receipts] == [
        ("look", "scripted", "image:1")
    ]


def test_one_that_does_not_see_gets_only_the_handle(settings: Settings, photo: Path) -> None:
    model = ScriptedModel.of("The photo shows a green wall.")
    reply = asked(model, settings, "what is it?", attach=[photo])
    assert not _pictures(model.seen[0])
    assert "green wall" not in reply.text
    assert reply.removed


def test_pictures_are_never_kept_in_the_history(
    settings: Settings, photo: Path, home: Path
) -> None:
    model = ScriptedModel.of("A wall.", "Green.")
    model.profile = {"image_inputs": True}
    with Assistant(model=model, settings=settings) as assistant:
        session = assistant.ask("what is it?", attach=[photo]).session
        assistant.ask("which colour?", session=session)
    assert len(_pictures(model.seen[1])) == 1  # the follow-up sees it again
    assert all(b"base64" not in f.read_bytes() for f in home.rglob("*") if f.is_file())


def test_the_setting_can_forbid_it(settings: Settings, photo: Path) -> None:
    import dataclasses

    model = ScriptedModel.of("A wall.")
    model.profile = {"image_inputs": True}
    asked(model, dataclasses.replace(settings, model_sees="no"), "what is it?", attach=[photo])
    assert not _pictures(model.seen[0])


def test_a_message_is_plain_text_where_nothing_is_shown(settings: Settings) -> None:
    model = ScriptedModel.of("Hello.")
    asked(model, settings, "hello")
    assert [m.content for m in model.seen[0] if isinstance(m, HumanMessage)] == ["hello"]
