"""Sessions, turns, messages."""

from __future__ import annotations

import os
import random
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory import migrations
from memory.conversations import Conversations
from memory.errors import Busy, Invalid, NotFound
from memory.processes import started
from memory.store import Store

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def talk(store: Store) -> Conversations:
    return Conversations(store)


def texts(talk: Conversations, session: str, limit: int | None = None) -> list[Any]:
    return [m.content["text"] for m in talk.history(session, limit)]


def test_a_turn_from_the_first_word_to_the_last(talk: Conversations) -> None:
    session = talk.open().name
    first = talk.begin(session, "t1", {"text": "What is in\nthis  picture?"})
    running = talk.turn("t1")
    assert running is not None
    assert (first.parent, running.state) == (None, "running")
    calls = [{"id": "c1", "name": "look", "args": {}}]
    asked = talk.append(session, "t1", "assistant", {"text": "", "tool_calls": calls})
    answer = {"text": "a cat", "tool_call_id": "c1"}
    talk.finish("t1", "done", [("tool", answer), ("assistant", {"text": "A cat."})])
    history = talk.history(session)
    assert [m.role for m in history] == ["user", "assistant", "tool", "assistant"]
    assert [m.parent for m in history] == [None, *[m.id for m in history[:-1]]]
    assert history[1] == asked
    assert texts(talk, session, 2) == ["a cat", "A cat."]
    assert texts(talk, session, 0) == []
    (info,) = talk.sessions()
    assert (info.title, info.turns) == ("What is in this picture?", 1)
    ended = talk.turn("t1")
    assert ended is not None
    assert ended.ended is not None
    assert ended.state == "done"


def test_any_text_survives(store: Store, talk: Conversations) -> None:
    everything = "".join(map(chr, range(0x20))) + "\x7f\ud800 \udfff é 你好 👩‍🚀 \u202e\ufffe"
    contents = [{"text": t} for t in ("", everything, "x" * 5_000_000, "\0", "长" * 99_999)]
    for i, content in enumerate(contents):
        talk.begin("a", f"t{i}", content)
        talk.finish(f"t{i}", "done")
    assert [m.content for m in talk.history("a")] == contents
    assert store.database.stat().st_size < 1_000_000


def test_what_is_not_json_is_refused(talk: Conversations) -> None:
    with pytest.raises(Invalid, match="not JSON"):
        talk.begin("a", "t", {"text": b"bytes"})
    assert talk.turn("t") is None


def test_calls_nobody_answered_are_closed_in_their_place(talk: Conversations) -> None:
    calls = [{"id": "c1", "name": "look"}, {"id": "c2", "name": "read"}]
    talk.begin("a", "t", {"text": "go"})
    talk.append("a", "t", "assistant", {"text": "", "tool_calls": calls})
    talk.append("a", "t", "tool", {"text": "ok", "tool_call_id": "c2"})
    talk.append("a", "t", "assistant", {"text": "", "tool_calls": [{"id": "c3", "name": "x"}]})
    talk.finish("t", "cancelled")
    history = talk.history("a")
    answers = [m.content.get("tool_call_id") for m in history]
    assert answers == [None, None, "c2", "c1", None, "c3"]
    assert [m.content.get("cancelled", False) for m in history][3:] == [True, False, True]


def test_one_turn_at_a_time(store: Store, talk: Conversations) -> None:
    talk.begin("a", "t1", {"text": "one"})
    with pytest.raises(Busy, match="running turn"):
        talk.begin("a", "t2", {"text": "two"})
    with pytest.raises(Busy):
        talk.delete("a")
    with Store(store.folder) as second, pytest.raises(Busy):
        Conversations(second).begin("a", "t2", {"text": "two"})
    talk.begin("b", "t3", {"text": "another session"})
    talk.finish("t1", "done")
    talk.begin("a", "t2", {"text": "two"})
    assert texts(talk, "a") == ["one", "two"]


def test_a_turn_ends_once_and_belongs_to_its_session(talk: Conversations) -> None:
    talk.begin("a", "t", {"text": "x"})
    with pytest.raises(NotFound):
        talk.append("b", "t", "assistant", {"text": "y"})
    talk.finish("t", "failed")
    for late in (
        lambda: talk.finish("t", "done"),
        lambda: talk.append("a", "t", "assistant", {"text": "late"}),
        lambda: talk.begin("a", "t", {"text": "again"}),
    ):
        with pytest.raises(Invalid):
            late()
    with pytest.raises(NotFound):
        talk.finish("nothing", "done")
    assert texts(talk, "a") == ["x"]


def test_what_a_closed_store_left_running_is_cancelled(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        talk = Conversations(store)
        talk.begin("a", "t1", {"text": "one"})
        call = {"id": "c", "name": "x"}
        talk.append("a", "t1", "assistant", {"text": "", "tool_calls": [call]})
    with Store(tmp_path / "s") as store:
        talk = Conversations(store)
        talk.begin("a", "t2", {"text": "two"})
        turn = talk.turn("t1")
        assert turn is not None
        assert turn.state == "cancelled"
        assert [m.role for m in talk.history("a")] == ["user", "assistant", "tool", "user"]


def test_another_process_with_the_same_id_is_not_taken_for_the_first(
    store: Store, talk: Conversations
) -> None:
    talk.begin("a", "t1", {"text": "one"})
    with store.write() as db:  # a process that had this one's parent's id before it
        db.execute(
            "UPDATE turns SET pid = ?, pid_started = ?", (os.getppid(), started(os.getppid()) - 1)
        )
    talk.begin("a", "t2", {"text": "two"})
    turn = talk.turn("t1")
    assert turn is not None
    assert turn.state == "cancelled"


def test_a_living_process_keeps_its_turn(store: Store, talk: Conversations, start: Start) -> None:
    code = """
import sys
from pathlib import Path
from memory import migrations
from memory.conversations import Conversations
from memory.store import Store
talk = Conversations(Store(Path(sys.argv[1])))
talk.begin("a", "theirs", {"text": "mine"})
print("begun", flush=True)
sys.stdin.readline()
"""
    other = start(code, store.folder)
    assert other.stdout is not None
    other.stdout.readline()
    with pytest.raises(Busy, match=str(other.pid)):
        talk.begin("a", "t", {"text": "x"})
    talk.open("a")
    turn = talk.turn("theirs")
    assert turn is not None
    assert turn.state == "running"
    other.kill()
    other.wait()
    talk.open("a")
    turn = talk.turn("theirs")
    assert turn is not None
    assert turn.state == "cancelled"


def test_only_what_was_heard_stays_in_the_reply(talk: Conversations) -> None:
    talk.begin("a", "t", {"text": "Tell me a story"})
    talk.truncate("t", "")  # nothing was said yet
    call = {"text": "", "tool_calls": [{"id": "c"}]}
    reply = {"text": "Once upon a time, there was", "citations": [1]}
    talk.finish("t", "done", [("assistant", call), ("assistant", reply)])
    talk.truncate("t", "Once upon a time,")
    talk.truncate("t", "Once")
    last = talk.history("a")[-1].content
    assert last == reply | {
        "text": "Once",
        "unheard": "Once upon a time, there was",
        "truncated": True,
    }
    with pytest.raises(NotFound):
        talk.truncate("nothing", "x")


def test_sessions_by_name(talk: Conversations) -> None:
    assert talk.open("Ideen für 2027").name == "Ideen für 2027"
    assert talk.exists(unicodedata.normalize("NFD", "Ideen für 2027"))
    assert not talk.exists("a")
    assert not talk.exists("../a")
    assert talk.sessions() == []  # nothing was said in it
    assert talk.history("a") == []
    names = {talk.open().name for _ in range(50)}
    assert len(names) == 50
    for bad in ("", " ", "a/b", "a\\b", "a\nb", "a\0", "x" * 121, " a", "..", "\ud800", "\u202ea"):
        with pytest.raises(Invalid):
            talk.open(bad)
        with pytest.raises(Invalid):
            talk.begin(bad, "t", {"text": "x"})


def test_rename_and_delete(store: Store, talk: Conversations) -> None:
    for name in "ab":
        talk.begin(name, name, {"text": f"secret of {name}"})
        talk.finish(name, "done")
    talk.rename("a", "c")
    assert texts(talk, "c") == ["secret of a"]
    with pytest.raises(Invalid, match="already"):
        talk.rename("c", "b")
    with pytest.raises(NotFound):
        talk.rename("a", "d")
    talk.delete("c")
    assert [s.name for s in talk.sessions()] == ["b"]
    assert talk.turn("a") is None
    with pytest.raises(NotFound):
        talk.delete("c")
    everywhere = b"".join(p.read_bytes() for p in store.folder.iterdir() if p.is_file())
    assert b"secret of b" in everywhere
    assert b"secret of a" not in everywhere


TALK = """
import sys, uuid
from pathlib import Path
from memory import migrations
from memory.conversations import Conversations
from memory.store import Store
talk = Conversations(Store(Path(sys.argv[1])))
session = sys.argv[2]
for i in range(int(sys.argv[3])):
    turn = uuid.uuid4().hex
    call = {"text": f"{turn} call", "tool_calls": [{"id": turn, "name": "x"}]}
    talk.begin(session, turn, {"text": f"{turn} begin"})
    print(turn, "begin", flush=True)
    talk.append(session, turn, "assistant", call)
    print(turn, "call", flush=True)
    answer = ("tool", {"text": f"{turn} answer", "tool_call_id": turn})
    talk.finish(turn, "done", [answer, ("assistant", {"text": f"{turn} finish"})])
    print(turn, "answer", flush=True)
    print(turn, "finish", flush=True)
"""


def test_no_accepted_message_is_lost_when_the_process_is_killed(
    store: Store, talk: Conversations, start: Start
) -> None:
    accepted: list[str] = []
    for _ in range(10):
        process = start(TALK, store.folder, "a", 10_000)
        assert process.stdout is not None
        count = random.randrange(1, 12)
        accepted += [process.stdout.readline().strip() for _ in range(count)]
        process.kill()
        accepted += [line.strip() for line in process.stdout if line.endswith("\n")]
        process.wait()
    talk.begin("a", "after", {"text": "I go on"})
    history = talk.history("a")
    assert len(accepted) > 20
    assert set(accepted) <= {str(m.content["text"]) for m in history}
    assert [m.parent for m in history] == [None, *[m.id for m in history[:-1]]]
    asked = [c["id"] for m in history for c in m.content.get("tool_calls", ())]
    assert asked == [m.content["tool_call_id"] for m in history if m.role == "tool"]
    with store.read() as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_two_processes_lose_no_message(store: Store, talk: Conversations, start: Start) -> None:
    processes = [start(TALK, store.folder, name, 15) for name in "ab"]
    accepted = [line for p in processes for line in p.communicate()[0].splitlines()]
    assert len(accepted) == 120
    assert sorted(accepted) == sorted(texts(talk, "a") + texts(talk, "b"))


def spoken(talk: Conversations, session: str, *turns: str) -> list[int]:
    """The ids of the replies of these turns."""
    out = []
    for turn in turns:
        talk.begin(session, turn, {"text": turn})
        out += [m.id for m in talk.finish(turn, "done", [("assistant", {"text": f"re {turn}"})])]
    return out


def test_a_summary_stands_beside_the_messages(talk: Conversations) -> None:
    first, second, third = spoken(talk, "a", "t1", "t2", "t3")
    spoken(talk, "b", "u1")
    before = talk.history("a")
    assert talk.summary("a") is None
    talk.summarize("a", first, "secret one", "m")
    kept = talk.summarize("a", second, "secret two \ud800", "m")
    talk.summarize("a", first, "late", "m")  # it reaches less far
    assert talk.summary("a") == kept
    assert (kept.upto, kept.text, kept.model) == (second, "secret two \ud800", "m")
    assert talk.summary("b") is None
    assert talk.summary("nobody") is None
    assert talk.history("a") == before
    assert [m.id for m in talk.history("a", after=second)] == [third - 1, third]
    assert talk.history("a", 1, after=second) == before[-1:]
    assert talk.history("a", after=third) == []


def test_a_summary_belongs_to_a_message_of_its_session(talk: Conversations) -> None:
    (first,) = spoken(talk, "a", "t1")
    spoken(talk, "b", "u1")
    for session, upto in (("nobody", first), ("b", first), ("a", first + 100)):
        with pytest.raises(NotFound):
            talk.summarize(session, upto, "x", "m")
    assert talk.summary("a") is None


def test_summaries_go_with_their_session(store: Store, talk: Conversations) -> None:
    (first,) = spoken(talk, "a", "t1")
    (other,) = spoken(talk, "b", "u1")
    talk.summarize("a", first, "secret of a", "m")
    talk.summarize("b", other, "secret of b", "m")
    talk.rename("a", "c")
    kept = talk.summary("c")
    assert kept is not None
    assert kept.text == "secret of a"
    talk.delete("c")
    assert talk.summary("c") is None
    with store.read() as db:
        assert db.execute("SELECT count(*) FROM summaries").fetchone() == (1,)
    everywhere = b"".join(p.read_bytes() for p in store.folder.iterdir() if p.is_file())
    assert b"secret of b" in everywhere
    assert b"secret of a" not in everywhere


def test_what_was_not_heard_is_in_no_summary(talk: Conversations) -> None:
    first, second = spoken(talk, "a", "t1", "t2")
    talk.summarize("a", first, "one", "m")
    talk.summarize("a", second, "one and two", "m")
    talk.truncate("t2", "re")
    kept = talk.summary("a")
    assert kept is not None
    assert kept.text == "one"
    talk.truncate("t1", "re")
    assert talk.summary("a") is None


def test_a_store_of_before_gets_a_place_for_summaries(tmp_path: Path) -> None:
    first = migrations.MIGRATIONS[:1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("memory.store.MIGRATIONS", first)
        with Store(tmp_path / "s") as store:
            spoken(Conversations(store), "a", "t1", "t2")
    with Store(tmp_path / "s") as store:
        talk = Conversations(store)
        assert texts(talk, "a") == ["t1", "re t1", "t2", "re t2"]
        talk.summarize("a", talk.history("a")[1].id, "one", "m")
        assert talk.summary("a") is not None
