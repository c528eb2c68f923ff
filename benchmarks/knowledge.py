"""Retrieval on Cranfield: nDCG@10 of the dense vote, the lexical vote and both fused.

    python benchmarks/knowledge.py [FOLDER]

FOLDER holds corpus.jsonl, queries.jsonl, qrels.tsv and exclude.tsv (default: the shared
data beside the checkout). Grades are gains as they stand; a document judged neither way
counts 0. Times are medians over the queries, after one query has warmed everything up.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from memory import lexical
from memory.knowledge import Knowledge
from memory.records import Section
from memory.store import Store
from tools.encoder import Encoder

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "retrieval" / "cranfield"


def read(path: Path) -> list[Section]:
    text = path.read_text()
    return [Section(text, f"lines=1-{text.count(chr(10)) + 1}")]


def ndcg(ranked: list[str], grades: dict[str, int], k: int = 10) -> float:
    def gain(values: list[int]) -> float:
        return sum(g / math.log2(i + 2) for i, g in enumerate(values[:k]))

    ideal = gain(sorted(grades.values(), reverse=True))
    return gain([grades.get(document, 0) for document in ranked]) / ideal if ideal else 0.0


def rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text().splitlines()[1:]]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for query_id, document, grade in rows(folder / "qrels.tsv"):
        grades[query_id][document] = int(grade)
    excluded = {(query_id, document) for query_id, document in rows(folder / "exclude.tsv")}
    encoder = Encoder()
    encoder.encode(["warm"])
    with tempfile.TemporaryDirectory() as temporary:
        files = Path(temporary) / "files"
        files.mkdir()
        for document in corpus:
            (files / f"{document['_id']}.txt").write_text(document["text"])
        for scan in (4096, 0):
            with Store(Path(temporary) / f"store{scan}") as store:
                knowledge = Knowledge(
                    store,
                    encode=encoder.encode,
                    encoder=encoder.name,
                    read=read,
                    unknown=encoder.unknown_share,
                    scan=scan,
                )
                start = time.perf_counter()
                report = knowledge.add([files])
                seconds = time.perf_counter() - start
                print(
                    f"dense by {'a scan of SQLite' if scan else 'Chroma'}: "
                    f"{report.added} documents, {report.chunks} chunks, "
                    f"{report.added / seconds:.1f} documents/s"
                )
                measure(knowledge, queries, grades, excluded)
                knowledge.close()
    encoder.close()


def measure(
    knowledge: Knowledge,
    queries: list[dict[str, str]],
    grades: dict[str, dict[str, int]],
    excluded: set[tuple[str, str]],
) -> None:
    names = {d.id: Path(d.name).stem for d in knowledge.documents()}
    with knowledge.store.read() as db:
        owners = {
            chunk: names[document]
            for chunk, document in db.execute("SELECT id, document_id FROM chunks")
        }

    def by_words(text: str) -> list[str]:
        with knowledge.store.read() as db:
            return [owners[id_] for id_, _ in lexical.search(db, text, 60)]

    def by_meaning(text: str) -> list[str]:
        return [owners[id_] for id_ in knowledge._dense(text, 60)]

    def by_both(text: str) -> list[str]:
        return [names[hit.document_id] for hit in knowledge.search(text, 30)]

    ways: dict[str, Callable[[str], list[str]]] = {
        "lexical": by_words,
        "dense": by_meaning,
        "hybrid": by_both,
    }
    for name, search in ways.items():
        knowledge.encode(["not one of the queries"])
        search(queries[0]["text"])
        scores, times = [], []
        for query in queries:
            text = query["text"] + ("" if name == "dense" else " ")  # past the encoder's cache
            start = time.perf_counter()
            found = search(text)
            times.append(time.perf_counter() - start)
            ranked = [d for d in dict.fromkeys(found) if (query["_id"], d) not in excluded]
            scores.append(ndcg(ranked, grades[query["_id"]]))
        print(
            f"  {name:8} nDCG@10 {statistics.mean(scores):.4f}   "
            f"{statistics.median(times) * 1000:.1f} ms a query"
        )


if __name__ == "__main__":
    main()
