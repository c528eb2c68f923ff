"""Pictures however they are stored, names however odd, messages whatever is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import Assistant, Attachment, Settings
from assistant.brain.scripted import ScriptedModel
from tests.assistant.inputs_made import drawn


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """One Assistant for all of these tests, so that its engines are loaded once."""
    home = tmp_path_factory.mktemp("viewer") / "home"
    with Assistant(settings=Settings(home=home, model="builtin", sense_feelings=False)) as one:
        yield one


def rotated(path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90 degrees clockwise
    drawn().transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=95)


def deep(path: Path) -> None:
    from PIL import Image

    Image.fromarray(np.asarray(drawn().convert("L")).astype(np.uint16) * 257).save(path)


def animated(path: Path) -> None:
    from PIL import Image

    red = Image.new("RGB", (640, 160), "red")
    drawn().save(path, save_all=True, append_images=[red, red], duration=100)


PICTURES: dict[str, Any] = {
    "turned.jpg": rotated,
    "print.jpg": lambda path: drawn().convert("CMYK").save(path, quality=95),
    "deep.png": deep,
    "deep.tif": deep,
    "palette.png": lambda path: drawn().quantize(8).save(path),
    "moving.gif": animated,
    "moving.webp": animated,
    "moving.png": animated,
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_read(viewer: Assistant, tmp_path: Path, name: str) -> None:
    PICTURES[name](tmp_path / name)
    reply = viewer.ask("what is the total?", [tmp_path / name])
    assert "42.50" in reply.text
    assert [receipt.ok for receipt in reply.receipts] == [True]


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.txt",
        "🎉 été.txt",
        'it\'s "quoted".txt',
        "-rf.txt",
        "\x1b[31mred.txt",
        " .txt",
        "x" * 240 + ".txt",
        os.fsdecode(b"caf\xe9.txt"),
    ],
)
def test_a_file_may_have_any_name(viewer: Assistant, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("The deposit is 1,500 euros.\nThe rent is 900 euros.\n")
    reply = viewer.ask("how much is the rent?", [path], session="odd names")
    assert "900 euros" in reply.text
    assert [receipt.ok for receipt in reply.receipts] == [True]
    citation = reply.citations[0]
    assert "The rent is 900 euros." in citation.quote


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../../up.txt", "a\0b.txt", "\ud800.txt", "y" * 5_000 + ".txt"],
    ids=lambda name: ascii(name)[:16],
)
def test_bytes_may_have_any_name(viewer: Assistant, name: str) -> None:
    given = Attachment(data=b"The rent is 900 euros.\n", name=name)
    assert "900 euros" in viewer.ask("how much is the rent?", [given]).text


@pytest.mark.parametrize(
    "message",
    ["\0", "a\0b", "\x1b[31mred\x07", "lone \ud800 surrogate", "\u202eback\u2066wards", "\ufeff"],
)
def test_a_message_may_hold_any_character(viewer: Assistant, message: str) -> None:
    name = "odd messages"
    assert viewer.ask(message, session=name).text
    kept = [m for m in viewer._house.conversations.history(name) if m.role == "user"]
    assert kept[-1].content["text"] == message.strip()
    assert "42" in viewer.ask("what is 6*7?", session=name).text


def test_five_megabytes_of_text_are_read_as_a_document(home: Path) -> None:
    text = "Nothing of note was said on this day. " * 130_000
    model = ScriptedModel.of(
        {"name": "read_document", "args": {"document": "document:1", "question": "the code"}},
        "I read it.",
    )
    settings = Settings(home=home, sense_feelings=False)
    with Assistant(model=model, settings=settings) as assistant:
        reply = assistant.ask(f"{text}\nThe code of the safe is 4711.\n")
        again = assistant.ask("thank you", session=reply.session)
    assert reply.receipts[0].ok
    assert "4711" in model.seen[1][-1].text
    assert sum(len(message.text) for message in model.seen[-1]) < 60_000
    assert again.text == "I read it."
