"""The command line's contract: JSON, exit codes, standard input, one sentence and a remedy."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import wave
from pathlib import Path
from typing import IO, Any

import pytest

import assistant
from assistant.commands import standard_input

SAMPLES = Path(assistant.__file__).parent / "samples"


def run(
    *arguments: str | Path, stdin: bytes | None = None, model: str = "builtin"
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        capture_output=True,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        env={**os.environ, "ASSISTANT_MODEL": model},
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def run_with(stdin: IO[bytes], *arguments: str) -> tuple[int, str, str]:
    """As :func:`run`, with an open pipe as standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        stdin=stdin.fileno(),
        capture_output=True,
        text=True,
        env={**os.environ, "ASSISTANT_MODEL": "builtin"},
    )
    return done.returncode, done.stdout, done.stderr


def ask_json(*arguments: str | Path, stdin: bytes | None = None) -> dict[str, Any]:
    done = run("ask", *arguments, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr + done.stdout
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_calculation_as_json() -> None:
    reply = ask_json("what is 17% of 2,340?")
    assert "397.8" in reply["text"]
    assert reply["receipts"][0]["tool"] == "calculate"
    assert reply["receipts"][0]["ok"] is True
    assert {
        "text",
        "citations",
        "images",
        "audio",
        "feeling",
        "receipts",
        "session",
        "model",
        "seconds",
    } <= set(reply)
    listed = json.loads(run("sessions", "--json").stdout)["sessions"]
    assert [s["name"] for s in listed] == [reply["session"]]


def test_a_photo_is_answered_with_the_line_it_came_from() -> None:
    reply = ask_json("what is the total?", "--attach", SAMPLES / "receipt.jpg")
    assert "23.45" in reply["text"]


def test_a_document_is_answered_with_its_source() -> None:
    reply = ask_json("how much is the rent?", "--attach", SAMPLES / "lease.docx")
    assert "1,250" in reply["text"]
    (citation,) = reply["citations"]
    assert citation["source"] == "lease.docx"
    assert "1,250" in citation["quote"]


def test_a_code_is_read() -> None:
    reply = ask_json("what does this QR code say?", "--attach", SAMPLES / "ticket.png")
    assert "https://example.org/ticket/A7-2026?seat=14C" in reply["text"]


def test_a_session_goes_on() -> None:
    first = ask_json("how much is the rent?", "-a", SAMPLES / "lease.docx", "-s", "flat")
    assert first["session"] == "flat"
    second = ask_json("how much is the deposit?", "-s", "flat")
    assert "1,400" in second["text"]


def test_the_reply_can_be_spoken(tmp_path: Path) -> None:
    target = tmp_path / "out.wav"
    reply = ask_json("what is 2+2?", "--speak", target)
    assert reply["audio"][0]["mime"] == "audio/wav"
    with wave.open(str(target)) as sound:
        assert sound.getnframes() / sound.getframerate() > 0.3


def test_piped_text_is_the_question_and_a_dash_is_an_attachment() -> None:
    assert "397.8" in ask_json(stdin=b"what is 17% of 2,340?")["text"]
    reply = ask_json(
        "how much is the fee?", "--attach", "-", stdin=b"The fee is 12 euros.\nIt is due in May.\n"
    )
    assert "12 euros" in reply["text"]


def test_a_pipe_that_nobody_writes_to_does_not_hold_up_a_question() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as silent, os.fdopen(writer, "wb"):
        code, said, noted = run_with(silent, "ask", "what is 2+2?")
    assert code == 0
    assert "4" in said
    assert "--attach -" in noted


def test_a_socket_is_read_as_a_pipe_is(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"The rent is due.\n")
        ours.shutdown(socket.SHUT_WR)
        with open(theirs.fileno(), closefd=False) as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            assert standard_input.text(needed=False) == "The rent is due."


def test_input_without_an_end_is_refused() -> None:
    with Path("/dev/zero").open("rb") as endless:
        code, _, noted = run_with(endless, "ask")
        assert (code, "50 MB" in noted) == (2, True)
        code, _, noted = run_with(endless, "ask", "what is this?", "--attach", "-")
        assert (code, "200 MB" in noted) == (2, True)


def test_a_reply_that_cannot_be_spoken_is_still_given(tmp_path: Path) -> None:
    home = Path(os.environ["ASSISTANT_HOME"])
    home.mkdir(parents=True)
    (home / "assistant.toml").write_text('voice = "no-such-voice"\n')
    target = tmp_path / "a.wav"
    done = run("ask", "what is 2+2?", "--speak", target)
    assert done.returncode == 1
    assert "4" in done.stdout
    assert "no-such-voice" in done.stderr.splitlines()[-2]
    assert not target.exists()
    done = run("ask", "what is 2+2?", "--speak", target, "--json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert "4" in answer["text"]
    assert "no-such-voice" in answer["error"]["message"]


def test_without_a_command_the_help_is_shown() -> None:
    done = run()
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: assistant")
    assert done.stderr == ""


def test_a_folder_that_cannot_be_made_is_one_sentence() -> None:
    done = run("demo", "-o", "/proc/x")
    assert done.returncode == 2
    assert "/proc/x" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2


@pytest.mark.parametrize("arguments", [["ask", "--bogus", "--json"], ["doctor"]])
def test_a_reader_that_is_gone_is_no_error_of_ours(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "assistant", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.stderr == ""
    assert done.returncode == (2 if "--bogus" in arguments else 0)


def test_a_system_without_file_locks_is_told_so() -> None:
    code = (
        "import sys; sys.modules['fcntl'] = None; sys.argv = ['assistant', 'sessions']\n"
        "from assistant.commands import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 3
    assert "Windows" in done.stderr.splitlines()[0]
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("option", [[], ["--json"]])
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask", "hi", "--attach", "missing.png"], 2, "missing.png"),
        (["ask", "hi", "--attach", "."], 2, "folder"),
        (["ask", "hi", "--model", "nonsense"], 2, "nonsense"),
        (["ask", "hi", "--model", "anthropic:claude"], 3, "anthropic"),
        (["ask", "hi", "--bogus"], 2, "--bogus"),
        (["ask", "hi", "--session", "a/b"], 2, "slashes"),
        (["look", "missing.png", "what"], 2, "missing.png"),
        (["transcribe", "missing.wav"], 2, "missing.wav"),
    ],
)
def test_errors_are_one_sentence_with_a_remedy(
    arguments: list[str], code: int, says: str, option: list[str]
) -> None:
    if option and arguments[0] == "ask":
        done = run(*arguments, *option)
        error = json.loads(done.stdout)["error"]
        assert says in error["message"]
        assert error["remedy"]
    else:
        done = run(*arguments)
        assert done.stdout == ""
        assert says in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 2
    assert done.returncode == code


def test_refused_files_leave_nothing_behind(tmp_path: Path) -> None:
    renamed = tmp_path / "photo.jpg"
    renamed.write_text("this is text, not a picture\n")
    empty = tmp_path / "empty.pdf"
    empty.touch()
    for bad in (renamed, empty):
        assert run("ask", "what is this", "--attach", bad, "-s", "x").returncode == 2
    assert json.loads(run("sessions", "--json").stdout)["sessions"] == []


def test_unknown_settings_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(os.environ["ASSISTANT_HOME"])
    home.mkdir(parents=True)
    (home / "assistant.toml").write_text('modle = "builtin"\n')
    done = run("sessions")
    assert done.returncode == 2
    assert "modle" in done.stderr
    (home / "assistant.toml").unlink()
    monkeypatch.setenv("ASSISTANT_TURN_SECONDS", "soon")
    done = run("sessions")
    assert done.returncode == 2
    assert "turn_seconds" in done.stderr


def test_say_transcribe_and_look(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    assert run("say", "good morning", "-o", target).returncode == 0
    with wave.open(str(target)) as sound:
        assert sound.getnframes() > 10_000
    heard = run("transcribe", SAMPLES / "question.wav", "--json")
    assert json.loads(heard.stdout)["segments"]
    seen = run("look", SAMPLES / "receipt.jpg", "what does it say?")
    assert "CORNER BAKERY" in seen.stdout
    wrong = run("transcribe", SAMPLES / "receipt.jpg")
    assert wrong.returncode == 2


def test_ingest_and_search(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    shutil.copy(SAMPLES / "lease.docx", folder)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    (folder / "trip.md").write_text("# Trip\n\nThe train to Oslo leaves at 22:14.\n")
    done = run("ingest", folder)
    assert done.returncode == 0
    assert "added 2" in done.stdout
    assert "broken.pdf" in done.stderr
    assert "unchanged 2" in run("ingest", folder).stdout
    hits = json.loads(run("search", "when does the train leave", "--json").stdout)["hits"]
    assert hits[0]["source"] == "trip.md"
    assert "22:14" in hits[0]["quote"]
    reply = ask_json("when does the train to Oslo leave?")
    assert "22:14" in reply["text"]
    assert reply["citations"][0]["source"] == "trip.md"


def test_route_says_what_would_run_and_runs_nothing() -> None:
    answer = json.loads(run("route", "what is 3 * 14", "--json").stdout)
    assert answer["tools"] == ["calculate"]
    answer = json.loads(run("route", "read the text in it", "--kinds", "image", "--json").stdout)
    assert answer["tools"] == ["read_text"]
    assert set(answer["scores"]) >= {"look", "read_text", "calculate"}
    assert run("route", "x", "--kinds", "smell").returncode == 2
    assert json.loads(run("sessions", "--json").stdout)["sessions"] == []


def test_doctor_says_what_is_used_and_what_would_help() -> None:
    done = run("doctor", "--json")
    answer = json.loads(done.stdout)
    assert answer["ok"] is True
    brain = next(f for f in answer["findings"] if f["capability"] == "brain")
    assert brain["engine"] == "builtin"
    assert "ollama" in brain["better"]
    found = {f["capability"]: f for f in answer["findings"]}
    better = found["extra ollama"]["better"]
    assert better == "" or better.endswith("-m pip install langchain-ollama")
    assert {"extra openai", "extra anthropic", "model servers"} <= set(found)
    assert "read_document" in found["tools"]["engine"]
    named = json.loads(run("doctor", "--json", model="openai:gpt-x").stdout)
    brain = next(f for f in named["findings"] if f["capability"] == "brain")
    assert (named["ok"], brain["ok"]) == (False, False)
    assert "OPENAI_API_KEY" in brain["better"] or "pip install" in brain["better"]


def test_what_is_kept_is_private_to_the_person() -> None:
    ask_json("how much is the rent?", "--attach", SAMPLES / "lease.docx")
    home = Path(os.environ["ASSISTANT_HOME"])
    modes = {p: p.stat().st_mode & 0o777 for p in [home, *home.rglob("*")]}
    assert {p: oct(m) for p, m in modes.items() if m & 0o077} == {}


def test_chat_answers_and_obeys_its_commands() -> None:
    script = "\n".join(
        [
            "what is 6*7?",
            f"/attach {SAMPLES / 'lease.docx'}",
            "how much is the rent?",
            "/bogus",
            "/quit",
        ]
    )
    done = run("chat", stdin=script.encode())
    assert done.returncode == 0
    assert "built-in brain" in done.stdout.splitlines()[0]
    assert "42" in done.stdout
    assert "1,250" in done.stdout
    assert "There is no /bogus" in done.stdout


def test_the_demo_runs_and_leaves_something_to_look_at(tmp_path: Path) -> None:
    done = run("demo", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    transcript = (tmp_path / "out" / "transcript.md").read_text()
    for said in ("23.45", "I heard:", "1,250", "example.org/ticket", "397.8", "joy"):
        assert said in transcript
    assert list((tmp_path / "out").glob("reply-*.wav"))
    assert run("demo", tmp_path / "nowhere").returncode == 2
