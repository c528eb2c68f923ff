"""The shipped encoder: cold start, one query, bulk speed, and what it finds on Cranfield.

    python benchmarks/encoder.py ../shared/data/retrieval/cranfield [--abstracts 300]

sentence-transformers runs beside it, on the same weights in float32, where it is installed and
its model folder is given: --peer DIR.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

Encode = Callable[[list[str]], Any]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def cold_start(runs: int = 5) -> float:
    """Milliseconds in a new process from the import to the first vector, median."""
    code = (
        "import time; t = time.perf_counter(); from tools.encoder import Encoder; "
        "Encoder().encode(['hello']); print((time.perf_counter() - t) * 1000)"
    )
    times = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        times.append(float(done.stdout))
    return statistics.median(times)


def query_times(encode: Encode, queries: list[str]) -> list[float]:
    times = []
    for query in queries:
        start = time.perf_counter()
        encode([query])
        times.append((time.perf_counter() - start) * 1000)
    return times


def ndcg(folder: Path, encode: Encode, corpus: list[dict[str, Any]]) -> float:
    """Mean nDCG@10 over the queries, with the pairs of ``exclude.tsv`` taken out first."""
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        fields = line.split("\t")
        if fields[-1].isdigit():
            grades[fields[0]][fields[-2]] = float(fields[-1])
    excluded = {
        tuple(line.split("\t")[:2])
        for line in (folder / "exclude.tsv").read_text("utf-8").splitlines()
    }
    ids = [row["_id"] for row in corpus]
    vectors = encode([row["text"] for row in corpus])
    scores = []
    for query in lines(folder / "queries.jsonl"):
        wanted = {d: g for d, g in grades[query["_id"]].items() if g > 0}
        wanted = {d: g for d, g in wanted.items() if (query["_id"], d) not in excluded}
        if not wanted:
            continue
        order = (-(vectors @ encode([query["text"]])[0])).argsort()
        ranked = [ids[i] for i in order[:60] if (query["_id"], ids[i]) not in excluded][:10]
        gain = sum(wanted.get(d, 0) / math.log2(n + 2) for n, d in enumerate(ranked))
        best = sorted(wanted.values(), reverse=True)[:10]
        scores.append(gain / sum(g / math.log2(n + 2) for n, g in enumerate(best)))
    return statistics.mean(scores)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cranfield", type=Path)
    parser.add_argument("--abstracts", type=int, default=300, help="how many for bulk speed")
    parser.add_argument("--peer", type=Path, help="folder of the sentence-transformers model")
    parser.add_argument("--ndcg", action="store_true", help="rank the whole corpus, too")
    options = parser.parse_args()
    corpus = lines(options.cranfield / "corpus.jsonl")
    queries = [row["text"] for row in lines(options.cranfield / "queries.jsonl")]

    from tools.encoder import Encoder

    encoders: dict[str, Encode] = {"ours (int8)": Encoder().encode}
    if options.peer:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            print("sentence-transformers is not installed")
        else:
            peer = SentenceTransformer(str(options.peer), device="cpu")
            encoders["sentence-transformers (float32)"] = lambda texts: peer.encode(
                texts, normalize_embeddings=True, show_progress_bar=False
            )
    print(f"cold start: {cold_start():.0f} ms")
    for name, encode in encoders.items():
        encode(["warm up"])
        times = query_times(encode, queries)
        texts = [row["text"] for row in corpus[: options.abstracts]]
        start = time.perf_counter()
        encode(texts)
        speed = len(texts) / (time.perf_counter() - start)
        print(f"{name}: query {statistics.median(times):.1f} ms, {speed:.0f} abstracts/s", end="")
        print(f", nDCG@10 {ndcg(options.cranfield, encode, corpus):.3f}" if options.ndcg else "")


if __name__ == "__main__":
    main()
