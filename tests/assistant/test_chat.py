"""``assistant chat``: what the conversation remembers, and who asks before a tool acts."""

from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, tool
from assistant.commands import chat
from assistant.errors import UnavailableError
from memory.errors import StoreError

Chatter = Callable[..., Any]


@pytest.fixture
def talk(
    scripted: Callable[..., Assistant],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Chatter:
    """``talk(typed, *lines, …)`` holds a chat; the assistant and what was shown come back."""

    def run(typed: str, *lines: Any, **options: Any) -> Any:
        asked = chat.Questions()
        assistant = scripted(*lines, approve=asked.approve, **options)
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        chat.Chat(assistant, home, None, asked=asked).run()
        return assistant, capsys.readouterr()

    return run


@pytest.mark.parametrize(("answer", "acted"), [("y", True), ("n", False), ("", False)])
def test_a_tool_that_acts_is_asked_about_in_the_main_thread(
    answer: str, acted: bool, talk: Chatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    threads: list[threading.Thread] = []

    @tool(effects="world")
    def send_mail(to: str) -> str:
        """Send a mail."""
        sent.append(to)
        return "sent"

    real = input

    def noted(*arguments: Any) -> str:
        threads.append(threading.current_thread())
        return real(*arguments)

    monkeypatch.setattr("builtins.input", noted)
    call = {"name": "send_mail", "args": {"to": "ann"}}
    _, shown = talk(f"mail ann\n{answer}\n/quit\n", call, "All right.", tools=[send_mail])
    assert sent == (["ann"] if acted else [])
    assert "send_mail wants to act: {'to': 'ann'}" in shown.err
    assert "All right." in shown.out
    assert {t.name for t in threads} == {"MainThread"}


def test_the_end_of_input_means_no(talk: Chatter) -> None:
    sent: list[str] = []

    @tool(effects="world")
    def send_mail(to: str) -> str:
        """Send a mail."""
        sent.append(to)
        return "sent"

    _, shown = talk(
        "mail ann", {"name": "send_mail", "args": {"to": "ann"}}, "No.", tools=[send_mail]
    )
    assert sent == []
    assert "No." in shown.out


def test_a_conversation_goes_on_after_a_first_turn_that_failed(talk: Chatter) -> None:
    lines = (UnavailableError("The server is gone.", "Start it."), "Hello again.")
    assistant, shown = talk("hello\nstill there?\n/quit\n", *lines)
    assert "The server is gone." in shown.err
    assert "Hello again." in shown.out
    (session,) = assistant.conversations()
    assert session.turns == 2


def test_a_bad_file_is_given_once_and_a_good_one_can_be_taken_back(
    talk: Chatter, tmp_path: Path
) -> None:
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    notes = tmp_path / "notes.txt"
    notes.write_text("The rent is 5 euros.\n")
    _, shown = talk(
        f"/attach {picture}\nwhat is it?\nhello\n/attach {notes}\n/detach\n/attach\n/quit\n", "Hi."
    )
    assert "no longer attached: photo.png" in shown.err
    assert shown.out.count("Hi.") == 1
    assert shown.out.splitlines()[-1] == "attached: nothing"


def test_a_store_that_fails_does_not_end_the_chat(
    talk: Chatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise StoreError("The disk is gone.", "Plug it in.")

    monkeypatch.setattr(Assistant, "conversations", broken)
    _, shown = talk("/sessions\nhello\n/quit\n", "Hi.")
    assert "The disk is gone." in shown.err
    assert "Hi." in shown.out


def test_a_history_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readline = pytest.importorskip("readline")

    def refused(_: object) -> None:
        raise OSError(22, "Invalid argument")  # what libedit says to the other's files

    monkeypatch.setattr(readline, "read_history_file", refused)
    (tmp_path / "history").touch()
    chat._history_on(tmp_path / "history")
    assert "Invalid argument" in capsys.readouterr().err


AT_A_TERMINAL = """
import sys
from pathlib import Path
from assistant import Assistant, Settings, tool
from assistant.brain.scripted import ScriptedModel
from assistant.commands.chat import Chat, Questions

@tool(effects="world")
def send_mail(to: str) -> str:
    "Send a mail."
    Path("sent").touch()
    return "sent"

model = ScriptedModel.of({"name": "send_mail", "args": {"to": "ann"}}, "It was not sent.")
asked = Questions()
settings = Settings(home=Path("home"), sense_feelings=False)
with Assistant(model=model, tools=[send_mail], settings=settings, approve=asked.approve) as a:
    Chat(a, settings.home, None, asked=asked).run()
"""


def test_ctrl_c_at_the_question_means_no_and_the_process_ends(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        start_new_session=True,
        preexec_fn=_own_terminal,
        env={**os.environ, "TERM": "dumb"},
    )
    os.close(theirs)
    try:
        _expect(ours, "you> ")
        os.write(ours, b"mail ann\n")
        _expect(ours, "allow it")
        _expect(ours, "It was not sent", again=b"\x03")
        _expect(ours, "you> ")
        os.write(ours, b"/quit\n")
        assert process.wait(60) == 0
        assert not (tmp_path / "sent").exists()
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _own_terminal() -> None:
    import fcntl
    import signal
    import termios

    signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests' own shell may ignore it
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _expect(terminal: int, words: str, *, again: bytes = b"") -> None:
    """Read until the words are there; ``again`` is pressed whenever nothing more comes.

    Between the prompt and the wait for keys there is a moment in which Python's line editor
    does not notice Ctrl-C, as whoever presses it a second time knows.
    """
    said = ""
    while words not in said:
        if again and not select.select([terminal], [], [], 0.5)[0]:
            os.write(terminal, again)
            continue
        said += os.read(terminal, 4096).decode("utf-8", "replace")
