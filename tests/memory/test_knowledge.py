"""Documents in, hits out; both ways of searching by meaning; several processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from memory.errors import NotFound
from memory.knowledge import Knowledge
from memory.store import Store
from tests.memory.conftest import encode, knowledge_of

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "sub" / ".git").mkdir(parents=True)
    (folder / "node_modules").mkdir()
    (folder / "a.txt").write_text("alpha particles\nare helium nuclei")
    (folder / "sub" / "b.md").write_text("beta particles are electrons")
    (folder / "会议.txt").write_text("预算会议定在北京的咖啡馆")
    (folder / "bad.txt").write_text("BAD")
    (folder / "empty.txt").write_text("")
    for junk in (".hidden.txt", "sub/.git/c.txt", "node_modules/d.txt", "e.so", "~$a.txt"):
        (folder / junk).write_text("junk particles")
    secret = tmp_path / "elsewhere.txt"
    secret.write_text("secret particles")
    (folder / "link.txt").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    return folder


@pytest.fixture(params=[4096, 0], ids=["scan", "chroma"])
def scan(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def sources(knowledge: Knowledge, query: str, limit: int = 5) -> list[str]:
    return [hit.source for hit in knowledge.search(query, limit)]


def test_a_folder_is_taken_in_and_found_again_after_a_restart(
    tmp_path: Path, folder: Path, scan: int
) -> None:
    steps: list[tuple[int, int, str]] = []
    with Store(tmp_path / "s") as store:
        knowledge = knowledge_of(store, scan=scan)
        report = knowledge.add([folder], progress=lambda *step: steps.append(step))
        assert (report.added, report.unchanged, report.chunks) == (3, 0, 3)
        failed = {path.name: (message, remedy) for path, message, remedy in report.failed}
        assert set(failed) == {"bad.txt", "empty.txt"}
        assert all(message and remedy for message, remedy in failed.values())
        assert steps[-1][:2] == (5, 5)
        assert knowledge.count() == 3
        again = knowledge.add([folder])
        assert (again.added, again.unchanged) == (0, 3)
        knowledge.close()
    with Store(tmp_path / "s") as store:
        knowledge = knowledge_of(store, scan=scan)
        hit = knowledge.search("helium nuclei", 1)[0]
        assert (hit.source, hit.path, hit.locator) == ("a.txt", folder / "a.txt", "lines=1-2")
        assert hit.text == "alpha particles\nare helium nuclei"
        assert 0.9 < hit.score <= 1
        assert sources(knowledge, "北京咖啡馆", 1) == ["会议.txt"]
        assert sorted(d.name for d in knowledge.documents()) == ["a.txt", "b.md", "会议.txt"]
        knowledge.close()


def test_a_changed_file_replaces_what_it_was(store: Store, folder: Path, scan: int) -> None:
    knowledge = knowledge_of(store, scan=scan)
    knowledge.add([folder])
    (folder / "a.txt").write_text("gamma rays are photons")
    assert knowledge.add([folder / "a.txt"]).added == 1
    assert knowledge.count() == 3
    assert sources(knowledge, "gamma photons", 1) == ["a.txt"]
    assert all("helium" not in hit.text for hit in knowledge.search("helium nuclei"))
    knowledge.close()


def test_remove_by_path_by_id_and_by_folder(store: Store, folder: Path, scan: int) -> None:
    knowledge = knowledge_of(store, scan=scan)
    knowledge.add([folder])
    assert knowledge.remove(folder / "a.txt") == 1
    assert "a.txt" not in sources(knowledge, "alpha particles helium nuclei")
    (document,) = [d for d in knowledge.documents() if d.name == "b.md"]
    assert knowledge.remove(document.id) == 1
    assert knowledge.remove(folder) == 1
    assert knowledge.search("particles") == []
    for gone in (folder, document.id, "nothing"):
        with pytest.raises(NotFound):
            knowledge.remove(gone)
    knowledge.close()


def test_named_paths_that_cannot_be_used_are_reported(store: Store, folder: Path) -> None:
    named = [folder / "nothing", folder / "pipe.txt", folder / "link.txt", Path("a\0b")]
    report = knowledge_of(store).add(named)
    assert report.added == 1  # a link that is named is followed
    assert [path.name for path, _, _ in report.failed] == ["nothing", "pipe.txt", "a\0b"]


def test_a_file_name_need_not_be_text(store: Store, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_text("delta waves")
    knowledge = knowledge_of(store)
    assert knowledge.add([path]).added == 1
    hit = knowledge.search("delta")[0]
    assert (hit.path, hit.source) == (path, "caf\ufffd.txt")
    assert knowledge.remove(path) == 1


def test_a_cancelled_run_is_taken_up_again(store: Store, tmp_path: Path) -> None:
    for i in range(20):
        (tmp_path / f"{i:02}.txt").write_text(f"note number{i}")
    knowledge = knowledge_of(store)
    asked = iter([False] * 7 + [True] * 99)
    assert knowledge.add([tmp_path], cancelled=lambda: next(asked)).added == 7
    report = knowledge.add([tmp_path])
    assert (report.added, report.unchanged) == (13, 7)


def test_an_empty_store_imports_nothing_and_finds_nothing(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from memory.knowledge import Knowledge
from memory.store import Store
with Store(Path(sys.argv[1])) as store:
    knowledge = Knowledge(store, encode=None, encoder="x", read=None, scan=0)
    print(knowledge.search("anything"), knowledge.count())
    print({"numpy", "chromadb"} & set(sys.modules))
"""
    run = [sys.executable, "-c", code, str(tmp_path / "s")]
    assert subprocess.check_output(run, text=True) == "[] 0\nset()\n"


def test_words_alone_count_where_the_encoder_knows_nothing(store: Store, folder: Path) -> None:
    def only_ascii(texts: list[str]) -> object:
        assert all(text.isascii() for text in texts)
        return encode(texts)

    knowledge = knowledge_of(
        store, encode=only_ascii, unknown=lambda text: 0.0 if text.isascii() else 1.0
    )
    knowledge.add([folder])
    assert sources(knowledge, "北京 咖啡馆") == ["会议.txt"]
    assert sources(knowledge, "alpha", 1) == ["a.txt"]


def test_another_encoder_builds_the_vectors_anew(tmp_path: Path, folder: Path, scan: int) -> None:
    with Store(tmp_path / "s") as store:
        first = knowledge_of(store, scan=scan)
        first.add([folder])
        first.close()
        second = knowledge_of(
            store, encode=lambda t: encode(t)[:, :32].copy(), encoder="half", scan=scan
        )
        assert sources(second, "beta electrons", 1) == ["b.md"]
        with store.read() as db:
            sizes = {n for (n,) in db.execute("SELECT length(vector) FROM vectors")}
        assert sizes == {64}
        second.close()


@pytest.mark.parametrize("damage", ["gone", "garbage"])
def test_a_lost_dense_index_is_built_again_from_the_store(
    tmp_path: Path, folder: Path, damage: str
) -> None:
    with Store(tmp_path / "s") as store:
        knowledge = knowledge_of(store, scan=0)
        knowledge.add([folder])
        knowledge.close()
        if damage == "gone":
            shutil.rmtree(store.folder / "dense")
        else:
            for path in (store.folder / "dense").rglob("*"):
                if path.is_file():
                    path.write_bytes(b"garbage" * 1000)
        knowledge = knowledge_of(store, scan=0)
        assert [id_ for id_, _ in knowledge.dense.search(encode(["beta electrons"])[0], 1)]
        assert sources(knowledge, "beta electrons", 1) == ["b.md"]
        assert knowledge.dense.repair()
        assert (store.folder / "dense" / "chroma.sqlite3").stat().st_size > 7000
        knowledge.close()


ADD = """
import sys
from pathlib import Path
from memory.store import Store
from tests.memory.conftest import knowledge_of
with Store(Path(sys.argv[1])) as store:
    knowledge = knowledge_of(store, scan=0)
    sys.stdin.readline()
    report = knowledge.add([Path(sys.argv[2])])
    print(report.added, len(report.failed))
    knowledge.close()
"""


def test_two_processes_lose_no_document_and_readers_see_them(
    store: Store, tmp_path: Path, folder: Path, start: Start
) -> None:
    reader = knowledge_of(store, scan=0)
    reader.add([folder])
    assert sources(reader, "beta electrons", 1) == ["b.md"]  # Chroma is open in this process
    for half in "xy":
        (tmp_path / half).mkdir()
        for i in range(40):
            (tmp_path / half / f"{half}{i}.txt").write_text(f"note {half}{i} word{half}{i}")
    processes = [start(ADD, store.folder, tmp_path / half) for half in "xy"]
    assert [p.communicate("\n")[0] for p in processes] == ["40 0\n", "40 0\n"]
    assert reader.count() == 83
    for name in ("x0", "y39"):
        query = f"note {name} word{name}"
        (nearest, cosine), *_ = reader.dense.search(encode([query])[0], 1)
        assert cosine == pytest.approx(1, abs=0.01)
        assert nearest == reader.search(query, 1)[0].chunk_id
    with store.read() as db:
        assert db.execute("SELECT count(*) FROM chunks WHERE indexed != 1").fetchone() == (0,)
    assert reader.dense.repair()
    reader.close()


def test_a_killed_ingestion_leaves_whole_documents_and_goes_on(
    store: Store, tmp_path: Path, start: Start
) -> None:
    code = ADD.replace("scan=0", "scan=4096").replace(
        "add([Path(sys.argv[2])]",
        "add([Path(sys.argv[2])], progress=lambda *step: print(step, flush=True)",
    )
    (tmp_path / "docs").mkdir()
    for i in range(300):
        (tmp_path / "docs" / f"{i}.txt").write_text(f"note {i}. " * 150)
    process = start(code, store.folder, tmp_path / "docs")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    for _ in range(150):
        process.stdout.readline()
    process.kill()
    process.wait()
    knowledge = knowledge_of(store)
    kept = knowledge.count()
    assert 0 < kept < 300
    with store.read() as db:
        for document in knowledge.documents():
            row = db.execute(
                "SELECT count(*) FROM chunks JOIN vectors ON chunk_id = id WHERE document_id = ?",
                (document.id,),
            ).fetchone()
            assert row == (document.chunks,)
    report = knowledge.add([tmp_path / "docs"])
    assert (report.added, report.unchanged) == (300 - kept, kept)
