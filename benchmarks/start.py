"""How fast the command line starts, side by side with its peers.

    python benchmarks/start.py [--rounds 7]

``assistant --help`` against ``llm --help`` (PyPI ``llm``, if installed: ``pip install llm``),
and a cold ``assistant ask`` of a calculation, with its receipt and its saved session, against
``python -c "import langchain.agents"``. Whole processes, in turn, medians.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent


def once(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        command, check=True, capture_output=True, env=environment, stdin=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def compare(name: str, ours: list[str], peer: list[str], rounds: int, home: str) -> None:
    environment = {**os.environ, "ASSISTANT_HOME": home, "ASSISTANT_MODEL": "builtin"}
    once(ours, environment)
    once(peer, environment)
    pairs = [(once(ours, environment), once(peer, environment)) for _ in range(rounds)]
    mine, theirs = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name}: ours {mine:.3f} s, peer {theirs:.3f} s, ratio {ratio:.3f} (median of {rounds})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    assistant = str(BIN / "assistant")
    with tempfile.TemporaryDirectory() as home:
        llm = shutil.which("llm", path=str(BIN)) or shutil.which("llm")
        if llm:
            compare("--help vs llm --help", [assistant, "--help"], [llm, "--help"], rounds, home)
        else:
            print("llm is not installed: pip install llm")
        compare(
            "cold ask of a calculation vs import langchain.agents",
            [assistant, "ask", "what is 17% of 2,340?", "--json"],
            [sys.executable, "-c", "import langchain.agents"],
            rounds,
            home,
        )


if __name__ == "__main__":
    main()
