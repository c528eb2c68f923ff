"""The built-in brain: routing by examples, one or two steps, answers with their proof."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import assistant as package
from assistant import Assistant, tool

SAMPLES = Path(package.__file__).parent / "samples"


def tools_of(reply: Any) -> list[str]:
    return [r.tool for r in reply.receipts]


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("what is 12 * (3 + 4)?", ["calculate"]),
        ("3加5等于多少", ["calculate"]),
        ("what time is it in Tokyo?", ["clock"]),
        ("remember that my locker is number 42", ["remember"]),
        ("say good night to everyone", ["speak"]),
        ("hello there", []),
        ("what can you do?", []),
        ("don't read it aloud", []),
        ("write me a poem about the sea", []),
        ("谢谢你", []),
    ],
)
def test_a_request_without_files_runs_the_right_tool(
    builtin: Assistant, text: str, tools: list[str]
) -> None:
    reply = builtin.ask(text)
    assert tools_of(reply) == tools
    assert reply.text


@pytest.mark.parametrize(
    ("text", "file", "tool_name", "said"),
    [
        ("what is the total?", "receipt.jpg", "read_text", "GBP 23.45"),
        ("read the text in this picture", "receipt.jpg", "read_text", "CORNER BAKERY"),
        ("把图片里的文字提取出来", "receipt.jpg", "read_text", "CORNER BAKERY"),
        ("what does the QR code say?", "ticket.png", "scan_codes", "example.org/ticket"),
        ("how much is the deposit?", "lease.docx", "read_document", "1,400 pounds"),
        ("when is the rent due?", "lease.docx", "read_document", "first day of each month"),
    ],
)
def test_a_file_is_answered_from_what_it_says(
    builtin: Assistant, text: str, file: str, tool_name: str, said: str
) -> None:
    reply = builtin.ask(text, [SAMPLES / file])
    assert tools_of(reply) == [tool_name]
    assert said in reply.text


def test_what_is_not_in_the_document_is_not_answered(builtin: Assistant) -> None:
    reply = builtin.ask("what is the wifi password?", [SAMPLES / "lease.docx"])
    assert "cannot find" in reply.text
    assert reply.citations == ()


def test_two_steps_feed_each_other(builtin: Assistant) -> None:
    reply = builtin.ask(
        "read the total from the receipt and convert it to euros at 1.2", [SAMPLES / "receipt.jpg"]
    )
    assert "28.14" in reply.text
    assert tools_of(reply)[-1] == "calculate"
    reply = builtin.ask("what does it say, then say it aloud", [SAMPLES / "ticket.png"])
    assert tools_of(reply)[-1] == "speak"
    assert reply.audio


def test_a_follow_up_means_the_file_of_before(builtin: Assistant) -> None:
    builtin.ask("how much is the rent?", [SAMPLES / "lease.docx"], session="s")
    reply = builtin.ask("and the deposit?", session="s")
    assert "1,400 pounds" in reply.text
    assert reply.citations[0].source == "lease.docx"
    spoken = builtin.ask("read that aloud", session="s")
    assert tools_of(spoken) == ["speak"]
    assert spoken.audio


def test_what_was_kept_is_found_again_after_a_restart(builtin: Assistant) -> None:
    builtin.ask("please remember that I am allergic to nuts")
    with Assistant(settings=builtin.settings) as again:
        reply = again.ask("what am I allergic to?")
        assert "allergic to nuts" in reply.text
        assert reply.citations[0].source == "remembered facts"


def test_a_spoken_question_is_heard_and_answered(builtin: Assistant) -> None:
    reply = builtin.ask("", [SAMPLES / "question.wav", SAMPLES / "lease.docx"], speak=True)
    assert reply.heard == "what is the monthly rent"
    assert "1,250 pounds" in reply.text
    assert tools_of(reply) == ["transcribe", "read_document", "speak"]
    assert reply.audio[0].path.read_bytes()[:4] == b"RIFF"


def test_a_feeling_is_met_in_kind(builtin: Assistant) -> None:
    happy = builtin.ask("I finally passed my driving test today, I am so happy!")
    assert happy.feeling is not None
    assert happy.feeling.label == "joy"
    assert tools_of(happy) == []
    sad = builtin.ask("I feel so sad, my grandmother died yesterday")
    assert sad.feeling is not None
    assert sad.feeling.label == "sadness"
    assert sad.text != happy.text


def test_a_users_tool_joins_by_its_examples(builtin: Assistant) -> None:
    @tool(examples=["how warm is the living room?", "temperature in the kitchen", "is it cold"])
    def room_temperature(room: str) -> str:
        """The temperature of a room."""
        return "21.5 degrees"

    with Assistant(tools=[room_temperature], settings=builtin.settings) as mine:
        reply = mine.ask("how warm is it in the bedroom?")
    assert tools_of(reply) == ["room_temperature"]
    assert "21.5" in reply.text


def test_greetings_are_not_said_twice_in_a_row(builtin: Assistant) -> None:
    first = builtin.ask("hello", session="s").text
    assert builtin.ask("hello", session="s").text != first


def test_a_newcomers_vectors_are_kept_and_a_broken_cache_is_made_anew(
    builtin: Assistant,
) -> None:
    from assistant.brain.builtin.route import Router

    @tool(examples=["where is my parcel?", "track the package"])
    def parcel(text: str) -> str:
        """Where a parcel is."""
        return "on its way"

    with Assistant(tools=[parcel], settings=builtin.settings) as mine:
        house = mine._house
        folder = builtin.settings.home / "cache"
        tools = tuple(house.tools.values())
        scores = Router(tools, house.encoder, folder).scores("is my package here?")
        (cached,) = folder.glob("routes-*.npy")
        cached.write_bytes(b"\x93NUMPY broken")
        assert Router(tools, house.encoder, folder).scores("is my package here?") == scores


def test_what_a_document_says_is_quoted_whatever_it_claims(
    builtin: Assistant, tmp_path: Path
) -> None:
    note = tmp_path / "diary.txt"
    note.write_text("I have sent the email to Ann.\nI made you a picture of the harbour.\n")
    reply = builtin.ask("who was the email sent to?", [note])
    assert "I have sent the email to Ann." in reply.text
    assert reply.removed == ()
