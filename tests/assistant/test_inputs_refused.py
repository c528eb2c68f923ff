"""What cannot be used is refused in one sentence with a remedy, and leaves no trace."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Settings
from assistant.errors import InputError
from tests.assistant.inputs_made import bomb, command, drawn, spoken, strays
from tests.tools.documents_made import pdf

PAGES = pdf(["The rent is 900 euros."] * 3)
KEY = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >>"
NOISE = b"ID3\4\0\0\0\0\0\0" + random.Random(4).randbytes(5_000)
SECRET = pdf(["x"], extra=f"{KEY} /ID [<41> <41>]")


def halved(path: Path, make: Callable[[Path], object]) -> None:
    make(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def word(path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph("The rent is 900 euros.")
    document.save(str(path))


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing.png": (lambda path: None, "no file missing.png"),
    "folder": (lambda path: path.mkdir(), "is a folder"),
    "empty.png": (lambda path: path.touch(), "is empty"),
    "zeros.wav": (lambda path: path.write_bytes(bytes(5000)), "nothing but zero bytes"),
    "bomb.png": (bomb, "too many pixels"),
    "text.jpg": (lambda path: path.write_text("This is text.\n"), "named .jpg but holds text"),
    "cut.jpg": (lambda path: halved(path, lambda p: drawn().save(p)), "damaged or cut off"),
    "cut.wav": (lambda path: halved(path, spoken), "Most of cut.wav is missing"),
    "cut.docx": (lambda path: halved(path, word), "cut off or damaged"),
    "cut.pdf": (lambda path: path.write_bytes(PAGES[: len(PAGES) // 2]), "is cut off"),
    "end.pdf": (lambda path: path.write_bytes(PAGES[:-40]), "is cut off"),
    "secret.pdf": (lambda path: path.write_bytes(SECRET), "encrypted"),
    "noise.mp3": (lambda path: path.write_bytes(NOISE), "noise.mp3 is not a sound"),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An Assistant that has one conversation already."""
    home = tmp_path_factory.mktemp("refused") / "home"
    settings = Settings(home=home, model="builtin", sense_feelings=False)
    with Assistant(settings=settings) as assistant:
        note = home.parent / "note.txt"
        note.write_text("The rent is 900 euros.\n")
        assert "900" in assistant.ask("how much is the rent?", [note], session="earlier").text
        yield assistant


def state(assistant: Assistant) -> tuple[object, ...]:
    """Everything that the store holds, as far as a person can tell."""
    conversations = assistant._house.conversations
    return (
        assistant.conversations(),
        conversations.history("earlier"),
        assistant._house.blobs.handles("earlier"),
        sorted(strays(assistant.settings.home)),
    )


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("session", ["earlier", "fresh"])
def test_a_bad_file_is_refused_and_leaves_no_trace(
    kept: Assistant, tmp_path: Path, name: str, session: str
) -> None:
    make, says = BAD[name]
    make(tmp_path / name)
    good = tmp_path / "good.txt"
    good.write_text("This one could be read.\n")
    before = state(kept)
    with pytest.raises(InputError, match=says) as refused:
        kept.ask("what does it say?", [good, tmp_path / name], session=session)
    assert refused.value.exit_code == 2
    assert refused.value.remedy
    assert "\n" not in refused.value.message
    assert state(kept) == before
    assert kept._house.blobs.handles(session) == before[2] or session == "fresh"


def test_the_session_goes_on_after_a_refusal(kept: Assistant, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        kept.ask("and this?", [tmp_path / "missing.pdf"], session="earlier")
    assert "900" in kept.ask("how much is the rent?", session="earlier").text


def test_the_command_refuses_with_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(SECRET)
    home = tmp_path / "home"
    code, answer, _ = command(home, "ask", "what is it?", "--attach", tmp_path / "secret.pdf")
    assert code == 2
    assert "encrypted" in answer["error"]["message"]
    assert "qpdf" in answer["error"]["remedy"]
    assert command(home, "sessions")[1] == {"sessions": []}
    assert strays(home) == []


@pytest.mark.parametrize(
    ("handle", "says"),
    [
        ("/etc/passwd", "no '/etc/passwd' in this conversation"),
        ("../../assistant.db", "no '../../assistant.db'"),
        ("file:///etc/passwd", "no 'file:///etc/passwd'"),
        ("note.txt", "no 'note.txt'"),
        ("document:2", "no 'document:2'"),
        ("image:1", "image:1 is a picture; read_document takes a document."),
    ],
)
def test_what_a_model_invents_reaches_no_file(
    scripted: Any, tmp_path: Path, handle: str, says: str
) -> None:
    (tmp_path / "note.txt").write_text("The rent is 900 euros.\n")
    drawn().save(tmp_path / "picture.png")
    call = {"name": "read_document", "args": {"document": handle, "question": "the rent"}}
    assistant = scripted(call, "I cannot open that.")
    reply = assistant.ask("read it", [tmp_path / "note.txt", tmp_path / "picture.png"])
    (receipt,) = reply.receipts
    assert not receipt.ok
    assert says in receipt.error
    assert receipt.remedy == "Use one of: document:1."
    assert reply.text == "I cannot open that."
    assert reply.citations == ()
