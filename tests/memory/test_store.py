"""The store: private files, one writer, damage and full disks told plainly."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from memory.blobs import Blobs
from memory.conversations import Conversations
from memory.errors import Corrupt, DiskFull, Locked, ReadOnly, StoreError
from memory.store import Store

Start = Callable[..., "subprocess.Popen[str]"]

HOLD = """
import sys
from pathlib import Path
from memory.store import Store
with Store(Path(sys.argv[1])) as store, store.write():
    print("held", flush=True)
    sys.stdin.readline()
"""


def modes(folder: Path) -> dict[str, int]:
    return {
        str(p.relative_to(folder.parent)): stat.S_IMODE(p.stat().st_mode)
        for p in (folder, *folder.rglob("*"))
    }


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_folders_are_0700_and_files_0600_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        with Store(tmp_path / "store") as store:
            Conversations(store).begin("a", "t", {"text": "hello"})
            Blobs(store).attach("a", "image", b"x", name="x", mime="image/png", origin="tool")
            found = modes(tmp_path / "store")
    finally:
        os.umask(before)
    assert {"store/assistant.db-wal", "store/assistant.db-shm"} <= set(found)
    for name, mode in found.items():
        assert mode == (0o700 if (tmp_path / name).is_dir() else 0o600), name


def test_a_folder_with_other_files_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "somebody-else.txt").write_text("x")
    Store(tmp_path).close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    def write_and_fail() -> None:
        with store.write() as db:
            db.execute("INSERT INTO meta VALUES ('x', 1)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert store.meta("x") == 0


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.read() as db:
        assert db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone() == (0,)
        with store.write() as writer:
            store.bump(writer)
        assert db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone() == (0,)
    assert store.generation == 1


def test_threads_lose_no_write(store: Store) -> None:
    def work() -> None:
        for _ in range(25):
            with store.write() as db:
                store.bump(db)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.generation == 100


def test_a_writer_that_waits_too_long_is_told_who_writes(tmp_path: Path, start: Start) -> None:
    with Store(tmp_path / "store", wait=0.05) as store:
        holder = start(HOLD, store.folder)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Locked, match=f"pid {holder.pid}") as caught, store.write():
            pass
        assert caught.value.remedy
        with store.read() as db:  # readers do not wait
            db.execute("SELECT * FROM meta").fetchall()


def test_a_dead_holders_lock_is_free_at_once(tmp_path: Path, start: Start) -> None:
    with Store(tmp_path / "store", wait=0) as store:
        holder = start(HOLD, store.folder)
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
        holder.wait()
        with store.write() as db:
            store.bump(db)
        assert store.generation == 1


@pytest.mark.parametrize("damage", ["not a database" * 99, "foreign", "middle", "truncated"])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "store"
    file = folder / "assistant.db"
    with Store(folder) as store:
        talk = Conversations(store)
        for i in range(40):
            talk.begin("a", f"t{i}", {"text": os.urandom(3000).hex()})
            talk.finish(f"t{i}", "done")
    if damage == "foreign":
        file.unlink()
        db = sqlite3.connect(file)
        db.execute("CREATE TABLE theirs (x)")
        db.close()
    elif damage == "middle":
        whole = bytearray(file.read_bytes())
        whole[4096:] = b"\xa5" * (len(whole) - 4096)
        file.write_bytes(whole)
    elif damage == "truncated":
        file.write_bytes(file.read_bytes()[:6000])
    else:
        file.write_text(damage)
    before = file.read_bytes()
    with pytest.raises(Corrupt) as caught, Store(folder) as store:
        Conversations(store).history("a")
    assert str(file) in caught.value.message
    assert "backup" in caught.value.remedy
    assert file.read_bytes() == before


def test_a_store_from_the_future_is_not_touched(tmp_path: Path) -> None:
    Store(tmp_path / "store").close()
    db = sqlite3.connect(tmp_path / "store" / "assistant.db")
    db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(StoreError, match="newer version"):
        Store(tmp_path / "store")


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("x")
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path / "store")


READ_ONLY = """
import os, sys
from pathlib import Path
from memory.blobs import Blobs
from memory.conversations import Conversations
from memory.errors import ReadOnly
from memory.store import Store
from tests.memory.conftest import knowledge_of
if os.geteuid() == 0:
    os.setuid(65534)  # permissions do not bind root
with Store(Path(sys.argv[1])) as store:
    print([m.content["text"] for m in Conversations(store).history("a")])
    print([h.source for h in knowledge_of(store).search("alpha")])
    for write in (
        lambda: Conversations(store).begin("a", "t2", {"text": "x"}),
        lambda: Blobs(store).put(b"x"),
        lambda: knowledge_of(store).add([Path("/")]),
    ):
        try:
            write()
        except ReadOnly as error:
            print("ReadOnly", bool(error.remedy))
try:
    Store(Path(sys.argv[1]) / "new")
except ReadOnly as error:
    print("ReadOnly", bool(error.remedy))
"""


def test_a_read_only_folder_can_be_read_and_says_so_when_written(start: Start) -> None:
    from tests.memory.conftest import knowledge_of

    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o755)
        folder = Path(temporary) / "store"
        (Path(temporary) / "a.txt").write_text("alpha beta")
        with Store(folder) as store:
            Conversations(store).begin("a", "t", {"text": "hello"})
            knowledge_of(store).add([Path(temporary) / "a.txt"])
        for path in folder.rglob("*"):
            path.chmod(0o444)
        folder.chmod(0o555)
        process = start(READ_ONLY, folder)
        out, _ = process.communicate()
        folder.chmod(0o700)
    assert out.splitlines() == ["['hello']", "['a.txt']"] + ["ReadOnly True"] * 4


def test_a_full_database_keeps_what_was_accepted(store: Store) -> None:
    talk = Conversations(store)
    talk.begin("a", "t", {"text": "accepted"})
    with store.write() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(DiskFull, match="no room"):
        talk.append("a", "t", "assistant", {"text": os.urandom(100_000).hex()})
    talk.append("a", "t", "assistant", {"text": "short"})
    assert [m.content["text"] for m in talk.history("a")] == ["accepted", "short"]


def test_a_blob_that_finds_no_room_leaves_nothing(store: Store) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(DiskFull, match="no room"):
            Blobs(store).put(bytes(3 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [p for p in (store.folder / "blobs").rglob("*") if p.is_file()] == []


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"), store.read():
        pass


def test_opening_imports_nothing_heavy() -> None:
    code = (
        "import sys, memory.store, memory.conversations, memory.blobs, memory.facts, "
        "memory.knowledge; print({'numpy', 'chromadb', 'tools', 'assistant'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "set()\n"


def test_two_processes_may_make_the_same_store(tmp_path: Path, start: Start) -> None:
    code = (
        "import sys; from pathlib import Path; from memory.store import Store; "
        "sys.stdin.readline(); s = Store(Path(sys.argv[1]));\n"
        "with s.write() as db: s.bump(db)\ns.close()"
    )
    processes = [start(code, tmp_path / "store") for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    with Store(tmp_path / "store") as store:
        assert store.generation == 4


def test_errors_name_the_kind(tmp_path: Path) -> None:
    assert issubclass(ReadOnly, StoreError)
    assert str(ReadOnly("It is so.", "Change it.")) == "It is so. Change it."
