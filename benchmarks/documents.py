"""Reading documents: seconds a file and share of the required words found, beside MarkItDown.

    python benchmarks/documents.py [--data FOLDER] [--repeat 3]

``FOLDER`` has ``docs/manifest.jsonl`` (file, kind, must_include) and the files it names. The peer
is left out where it is not importable: `pip install "markitdown[docx,pptx,xlsx,pdf]"`, best in an
environment of its own, whose interpreter ``--peer PYTHON`` names. No OCR on either side.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

PEER = """
import json, sys, time
from markitdown import MarkItDown
reader = MarkItDown()
for line in sys.stdin:
    path = json.loads(line)
    start = time.perf_counter()
    try:
        text, error = reader.convert(path).text_content, ""
    except Exception as failure:
        text, error = "", type(failure).__name__
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "text": text, "error": error}), flush=True)
"""
Read = Callable[[Path], tuple[float, str, str]]


def bare(words: str) -> str:
    """Without Markdown's decoration and spaces, which the two sides write differently."""
    words = re.sub(r"\]\([^()]*\.(jpg|png)\)", "", words)
    return re.sub(r"[\s*#|>_`!\[\]()-]+", "", words)


def ours(path: Path) -> tuple[float, str, str]:
    from tools.documents import read
    from tools.errors import BadInput

    start = time.perf_counter()
    try:
        document = read(path)
    except BadInput as error:
        return time.perf_counter() - start, "", error.message
    seconds = time.perf_counter() - start
    return seconds, "\n".join(s.text for s in document.sections), ""


def peer(python: str) -> Read | None:
    """The peer in a process of its own, warm between files; None where it is not installed."""
    probe = subprocess.run([python, "-c", "import markitdown"], capture_output=True, check=False)
    if probe.returncode:
        return None
    process = subprocess.Popen(
        [python, "-W", "ignore", "-c", PEER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    into, out = process.stdin, process.stdout

    def convert(path: Path) -> tuple[float, str, str]:
        into.write(json.dumps(str(path)) + "\n")
        into.flush()
        answer = json.loads(out.readline())
        return answer["seconds"], answer["text"], answer["error"]

    return convert


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    parser.add_argument("--peer", default=sys.executable)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    manifest = (options.data / "docs" / "manifest.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in manifest]
    sides: dict[str, Read] = {"ours": ours}
    if (other := peer(options.peer)) is not None:
        sides["markitdown"] = other
    print(f"{'file':<52}" + "".join(f"{side:>12} ms {'chars':>7}" for side in sides))
    totals = {side: [0, 0, 0] for side in sides}
    times: dict[str, list[float]] = {side: [] for side in sides}
    for entry in entries:
        path = options.data / "docs" / entry["file"]
        wanted = [bare(w) for w in entry["must_include"] if not w.startswith("data:")]
        row = f"{entry['file'][:51]:<52}"
        for side, convert in sides.items():
            convert(path)  # what a first file of a kind costs to import is not the file's
            runs = [convert(path) for _ in range(options.repeat)]
            seconds = statistics.median(run[0] for run in runs)
            text = runs[0][1]
            found = sum(words in bare(text) for words in wanted)
            totals[side][0] += found
            totals[side][1] += len(wanted)
            totals[side][2] += bool(text.strip())
            times[side].append(seconds)
            row += f"{seconds * 1000:>15.1f} {len(text) if not runs[0][2] else 'refused':>7}"
        print(row)
    for side, (found, wanted_all, read_some) in totals.items():
        print(
            f"{side}: {found}/{wanted_all} required strings, {read_some}/{len(entries)} files with "
            f"text, median {statistics.median(times[side]) * 1000:.1f} ms, "
            f"total {sum(times[side]):.2f} s"
        )


if __name__ == "__main__":
    main()
