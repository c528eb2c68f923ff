"""How the command line speaks: what reaches the terminal, a file, a program that reads JSON."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from assistant import Reply, events
from assistant.commands import output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def failing(error: Exception) -> Callable[[], Any]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("paid\rowed", "paidowed"),
        ("a\x0bb\x0cc\x1cd\x1fe\x85f\x9bg\x7fh\x00i", "abcdefghi"),
        ("\x1b[2Khidden\x1b]0;title\x07", "[2Khidden]0;title"),
        ("abc\u202edcba\u202c \u2066x\u2069", "abcdcba x"),
        ("one\n\ttwo\r\n", "one\n\ttwo\n"),
        ("👩‍🔬 👨‍👩‍👧", "👩‍🔬 👨‍👩‍👧"),
        ("می‌خواهم", "می‌خواهم"),
        ("क्‍ष", "क्‍ष"),
        ("half \ud83d", "half �"),
    ],
)
def test_what_could_rewrite_the_terminal_is_dropped_and_words_stay(text: str, shown: str) -> None:
    assert output.printable(text) == shown


def test_progress_stays_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    output.Progress().show("page 1\nof 2\r")
    assert terminal.getvalue() == "\r\x1b[2Kpage 1 of 2"


def turn(*parts: str) -> list[events.AnyEvent]:
    """A turn that says the parts, and takes back all but the last."""
    where = {"session": "s", "turn_id": "t", "seq": 0}
    told: list[Any] = []
    for part in parts:
        told += [events.TextDelta(text=part, **where), events.TextReset(**where)]  # type: ignore[arg-type]
    reply = Reply(text=parts[-1].strip(), session="s", turn_id="t", model="m", seconds=0.1)
    return [*told[:-1], events.TurnEnded(reply=reply, **where)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (io.StringIO, "It is four.\n"),
        (Terminal, "I made a picture.\nIt is four.\n"),
    ],
)
def test_a_file_gets_the_reply_and_a_terminal_what_is_said(
    stream: type[io.StringIO], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = stream()
    monkeypatch.setattr(sys, "stdout", target)
    printer = output.Printer()
    for event in turn("I made a picture.", "It is four."):
        printer(event)
    assert target.getvalue() == said


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    ("error", "says", "code"),
    [
        (ZeroDivisionError("division\nby zero"), "ZeroDivisionError: division by zero", 1),
        (OSError(28, "No space left on device", "/mnt/x"), "/mnt/x cannot be used: No space", 1),
        (BrokenPipeError(32, "Broken pipe"), "Broken pipe.", 1),
        (ImportError("no lxml", name="lxml.etree"), "lxml, which is not installed", 3),
        (click.UsageError("No such option."), "No such option.", 2),
        (click.Abort(), "Interrupted.", 130),
    ],
)
def test_every_error_is_one_sentence(
    error: Exception,
    says: str,
    code: int,
    as_json: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["assistant", "demo", *(["--json"] if as_json else [])])
    assert output.guarded(failing(error)) == code
    said = capsys.readouterr()
    if as_json:
        assert says in json.loads(said.out)["error"]["message"]
        assert said.err == ""
    else:
        assert says in said.err.splitlines()[0]
        assert len(said.err.splitlines()) <= 2


def test_a_trace_is_shown_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["assistant", "--trace", "doctor"])
    assert output.guarded(failing(ZeroDivisionError("x"))) == 1
    assert "Traceback" in capsys.readouterr().err
    assert output.guarded(failing(click.UsageError("x"))) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_words_after_a_double_dash_are_no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["assistant", "ask", "--", "what does", "--json", "mean"])
    assert not output.wants_json()
    monkeypatch.setattr(sys, "argv", ["assistant", "ask", "--json", "--", "hello"])
    assert output.wants_json()


def test_json_has_no_word_for_what_is_no_number() -> None:
    value = {"a": [1.5, float("nan")], "b": (float("inf"),), "c": {"d": "\ud83d"}}
    assert json.loads(output.json_text(value)) == {"a": [1.5, None], "b": [None], "c": {"d": "?"}}
    with pytest.raises(TypeError):
        output.json_text({"a": Path("x")})


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with full.open("w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(OSError, match="No space"):
            output.out("hello")
        output.out("the rest goes nowhere")
