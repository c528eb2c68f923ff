"""Blobs and handles."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from memory.blobs import Blobs
from memory.conversations import Conversations
from memory.errors import Invalid, NotFound
from memory.store import Store

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def blobs(store: Store) -> Blobs:
    return Blobs(store)


def files(store: Store) -> list[Path]:
    return [p for p in (store.folder / "blobs").rglob("*") if p.is_file()]


def test_bytes_are_kept_by_their_hash_and_once(blobs: Blobs, store: Store, tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    (tmp_path / "film").write_bytes(data)
    sha256 = blobs.put(tmp_path / "film")
    assert sha256 == hashlib.sha256(data).hexdigest() == blobs.put(data)
    assert blobs.path(sha256).read_bytes() == data
    assert len(files(store)) == 1


def test_handles_are_numbered_per_session_and_kind(blobs: Blobs) -> None:
    def attach(session: str, kind: str) -> str:
        record = blobs.attach(
            session, kind, b"same", name="My cat.png", mime="image/png", origin="attachment"
        )
        return record.handle

    got = [attach("a", "image"), attach("a", "image"), attach("a", "audio"), attach("b", "image")]
    assert got == ["image:1", "image:2", "audio:1", "image:1"]
    assert [h.handle for h in blobs.handles("a")] == ["image:1", "image:2", "audio:1"]
    record = blobs.resolve("a", "image:2")
    assert record is not None
    assert (record.name, record.origin) == ("My cat.png", "attachment")
    assert record.path.read_bytes() == b"same"
    assert "cat" not in str(record.path)
    assert blobs.references(record.sha256) == 4


def test_handles_taken_back_leave_no_bytes_that_nobody_names(blobs: Blobs, store: Store) -> None:
    for session, data in (("a", b"both"), ("a", b"alone"), ("a", b"stays"), ("b", b"both")):
        blobs.attach(session, "image", data, name="x", mime="", origin="attachment")
    blobs.detach("a", ["image:1", "image:2", "image:9", "nonsense"])
    blobs.detach("nobody", ["image:1"])
    assert [h.handle for h in blobs.handles("a")] == ["image:3"]
    assert [h.handle for h in blobs.handles("b")] == ["image:1"]
    assert sorted(path.read_bytes() for path in files(store)) == [b"both", b"stays"]


@pytest.mark.parametrize("handle", ["image:9", "image:", "image", ":1", "", "image:-1", "x:²"])
def test_an_unknown_handle_is_none(blobs: Blobs, handle: str) -> None:
    blobs.attach("a", "image", b"x", name="x", mime="", origin="tool")
    assert blobs.resolve("a", handle) is None


def test_a_blob_goes_with_its_last_handle(blobs: Blobs, store: Store) -> None:
    talk = Conversations(store)
    for session in "ab":
        blobs.attach(session, "image", b"shared", name="x", mime="", origin="tool")
    only_a = blobs.attach("a", "image", b"only a", name="x", mime="", origin="tool")
    talk.delete("a")
    shared = blobs.resolve("b", "image:1")
    assert shared is not None
    assert shared.path.read_bytes() == b"shared"
    with pytest.raises(NotFound):
        blobs.path(only_a.sha256)
    talk.delete("b")
    assert files(store) == []


def test_collect_takes_what_nothing_names(blobs: Blobs, store: Store) -> None:
    kept = blobs.attach("a", "image", b"kept", name="x", mime="", origin="tool")
    blobs.put(b"loose")
    abandoned = store.folder / "blobs" / "partial-dead"
    abandoned.write_bytes(b"half")
    os.utime(abandoned, (0, 0))
    fresh = store.folder / "blobs" / "partial-alive"
    fresh.write_bytes(b"half")
    assert blobs.collect() == 2
    assert set(files(store)) == {kept.path, fresh}


def test_what_is_no_file_is_refused_at_once(blobs: Blobs, store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for source, kind in [
        (tmp_path / "pipe", Invalid),
        (tmp_path, Invalid),
        (tmp_path / "nothing", NotFound),
    ]:
        with pytest.raises(kind):
            blobs.put(source)
    for not_a_hash in ("../../../etc/passwd", "abc", "A" * 64):
        with pytest.raises(NotFound):
            blobs.path(not_a_hash)
    assert files(store) == []


def test_a_strange_name_is_kept_as_it_can_be(blobs: Blobs) -> None:
    name = os.fsdecode(b"caf\xe9\x00\n.png")
    record = blobs.attach("a", "image", b"x", name=name, mime="", origin="attachment")
    found = blobs.resolve("a", record.handle)
    assert found == record
    assert found is not None
    assert found.name == "caf\ufffd\0\n.png"


ATTACH = """
import sys
from pathlib import Path
from memory.blobs import Blobs
from memory.store import Store
with Store(Path(sys.argv[1])) as store:
    blobs = Blobs(store)
    sys.stdin.readline()
    for i in range(30):
        data = f"{sys.argv[2]}-{i % 10}".encode()
        print(blobs.attach("s", "image", data, name="n", mime="", origin="tool").handle)
"""


def test_two_processes_never_get_the_same_handle(blobs: Blobs, store: Store, start: Start) -> None:
    processes = [start(ATTACH, store.folder, i) for i in range(3)]
    handles = [h for p in processes for h in p.communicate("\n")[0].split()]
    assert sorted(handles) == sorted(f"image:{n}" for n in range(1, 91))
    assert len(files(store)) == 30
