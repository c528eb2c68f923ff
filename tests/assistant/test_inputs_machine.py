"""The machine is not as it should be: two processes at once, no room, no permission, no engine."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant
from assistant import Assistant, Settings
from assistant.errors import AssistantError
from tests.assistant.inputs_made import REPOSITORY, command, strays

SAMPLES = Path(assistant.__file__).parent / "samples"

ASKER = """
import json, sys
from pathlib import Path

from assistant import Assistant, Settings
from assistant.errors import AssistantError

home, session, numbers = Path(sys.argv[1]), sys.argv[2], range(int(sys.argv[3]))
settings = Settings(home=home, model="builtin", sense_feelings=False)
with Assistant(settings=settings) as assistant:
    print("ready", flush=True)
    sys.stdin.readline()
    said = []
    for n in numbers:
        try:
            said.append(assistant.ask(f"what is {n} * 7?", session=session).text)
        except AssistantError as error:
            said.append(f"{type(error).__name__}: {error.message}")
print(json.dumps(said))
"""


def both(home: Path, sessions: tuple[str, str], times: int) -> list[list[str]]:
    """What two processes were told that ask at the same time."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ASKER, str(home), session, str(times)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for session in sessions
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [json.loads(process.communicate()[0]) for process in running]


def test_two_processes_ask_at_once_in_two_sessions(home: Path) -> None:
    for said in both(home, ("ann", "bob"), 5):
        assert [text.split()[-1] for text in said] == ["0", "7", "14", "21", "28"]
    with Assistant(settings=Settings(home=home, model="builtin")) as reader:
        assert {(s.name, s.turns) for s in reader.conversations()} == {("ann", 5), ("bob", 5)}


def test_two_processes_ask_at_once_in_one_session(home: Path) -> None:
    answers = [text for said in both(home, ("same", "same"), 5) for text in said]
    good = [text for text in answers if "Error" not in text and "Failed" not in text]
    told = [text for text in answers if text not in good]
    assert good
    assert all("The session 'same' has a running turn in process" in text for text in told)
    with Assistant(settings=Settings(home=home, model="builtin")) as reader:
        (session,) = reader.conversations()
        history = reader._house.conversations.history("same")
    assert session.turns == len(good)
    assert [m.role for m in history].count("user") == len(good)
    turns = [m.turn_id for m in history]
    assert turns == sorted(turns, key=turns.index)  # no turn lies inside another one


@pytest.fixture
def kept(home: Path) -> Path:
    """A home that holds one conversation."""
    with Assistant(settings=Settings(home=home, model="builtin", sense_feelings=False)) as first:
        assert "42" in first.ask("what is 6*7?", session="earlier").text
    return home


def holds_what_it_held(home: Path) -> None:
    code, answer, _ = command(home, "sessions")
    assert code == 0, answer
    assert [(s["name"], s["turns"]) for s in answer["sessions"]] == [("earlier", 1)]
    assert strays(home) == []


def refused(code: int, answer: dict[str, dict[str, str]]) -> str:
    """The sentence of a refusal, which has a remedy."""
    assert code in {2, 3}, answer
    assert answer["error"]["remedy"]
    assert "\n" not in answer["error"]["message"]
    return answer["error"]["message"]


@pytest.fixture
def unwritable(kept: Path) -> Iterator[Path]:
    """The same home where nothing may be written; root needs a read-only mount for that."""
    if os.getuid():
        for path in [*kept.rglob("*"), kept]:
            path.chmod(0o500 if path.is_dir() else 0o400)
        yield kept
        kept.chmod(0o700)
        return
    for options in (["--bind", str(kept), str(kept)], ["-o", "remount,bind,ro", str(kept)]):
        if subprocess.run(["mount", *options], capture_output=True).returncode:
            pytest.skip("nothing can be mounted here, and root may write everywhere")
    yield kept
    subprocess.run(["umount", str(kept)], check=True)


def test_a_home_that_may_not_be_written_can_still_be_read(unwritable: Path) -> None:
    for session in ("earlier", "fresh"):
        code, answer, _ = command(unwritable, "ask", "what is 2+2?", "--session", session)
        assert "cannot be written" in refused(code, answer)
    holds_what_it_held(unwritable)


def test_a_file_that_may_not_grow_is_a_full_disk(kept: Path, tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_text("The rent is 900 euros.\n" * 20_000)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))

    code, answer, _ = command(
        kept, "ask", "how much is the rent?", "--attach", big, "-s", "fresh", before=limit
    )
    assert "no room left" in refused(code, answer)
    holds_what_it_held(kept)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 600 KB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=600k", "tmpfs", str(place)]
    if not mount or subprocess.run([mount, *options], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_without_a_free_byte_can_still_be_read(small_disk: Path) -> None:
    home = small_disk / "home"
    settings = Settings(home=home, model="builtin", sense_feelings=False)
    with Assistant(settings=settings) as first:
        first.ask("what is 6*7?", session="earlier")
    filling = small_disk / "filling"
    with filling.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(512))
        except OSError:
            pass
    with Assistant(settings=settings) as full:
        with pytest.raises(AssistantError, match="no room left") as error:
            full.ask("what is 2+2?", session="fresh")
        assert error.value.remedy
        assert [s.name for s in full.conversations()] == ["earlier"]
        filling.unlink()
        assert "4" in full.ask("what is 2+2?", session="fresh").text
        assert [s.name for s in full.conversations()] == ["fresh", "earlier"]


LACKING = """
import json, sys
from pathlib import Path

home, asked = Path(sys.argv[1]), json.loads(sys.argv[2])
sys.modules.update(dict.fromkeys(module for module, *_ in asked))

from assistant import Assistant, Settings
from assistant.errors import AssistantError

told = []
with Assistant(settings=Settings(home=home, model="builtin", sense_feelings=False)) as assistant:
    for _, question, files in asked:
        try:
            told.append([0, assistant.ask(question, files).text, ""])
        except AssistantError as error:
            told.append([error.exit_code, error.message, error.remedy])
print(json.dumps(told))
"""


@pytest.mark.parametrize(
    "lacking",
    [
        [
            ("rapidocr", "what is the total?", "receipt.jpg", "rapidocr"),
            ("pocketsphinx", "transcribe this", "question.wav", "pocketsphinx"),
            ("espeakng_loader", "say good morning aloud", "", "espeakng-loader"),
            ("lxml", "how much is the rent?", "lease.docx", "lxml"),
            ("pint", "convert 3 miles to km", "", "pint"),
        ],
        [
            ("zxingcpp", "what does this QR code say?", "ticket.png", "zxing-cpp"),
            ("av", "transcribe this", "question.wav", "av"),
        ],
        [("PIL", "what is the total?", "receipt.jpg", "pillow")],
    ],
    ids=["engines", "readers", "pictures"],
)
def test_what_is_not_installed_is_named_with_the_command_that_adds_it(
    home: Path, lacking: list[tuple[str, str, str, str]]
) -> None:
    asked = [(module, q, [str(SAMPLES / file)] * bool(file)) for module, q, file, _ in lacking]
    done = subprocess.run(
        [sys.executable, "-c", LACKING, str(home), json.dumps(asked)],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        check=True,
    )
    for (_, _, _, package), told in zip(lacking, json.loads(done.stdout), strict=True):
        code, message, remedy = told
        assert (code, "not installed" in message) == (3, True), told
        assert f"pip install {package}" in remedy


def test_the_command_says_what_is_not_installed(home: Path) -> None:
    code, answer, _ = command(
        home, "ask", "what is the total?", "--attach", SAMPLES / "receipt.jpg", hide="rapidocr"
    )
    assert code == 3
    assert "pip install rapidocr" in answer["error"]["remedy"]


def test_knowledge_is_found_without_the_vector_database(home: Path, tmp_path: Path) -> None:
    code, answer, _ = command(home, "ingest", SAMPLES / "lease.docx", hide="chromadb")
    assert code == 0, answer
    code, answer, _ = command(home, "search", "how much is the rent", hide="chromadb")
    assert code == 0
    assert "1,250" in json.dumps(answer)
