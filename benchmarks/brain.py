"""What the built-in brain adds to a turn: routing, planning and composing, without the tools.

    python benchmarks/brain.py [--limit 60]

Questions of ``benchmarks/evaluation/answers.jsonl`` go through the whole assistant; the time
inside ``BuiltinBrain.answer`` is added up for each turn (it is called once to choose the tools
and once to compose). Printed are the median and the 95th percentile over the turns beside the
median of the whole turn, in milliseconds. The peer is a language model: none is loaded here.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from assistant import Assistant, Settings
from assistant.brain.builtin.model import BuiltinBrain
from assistant.evaluation.cases import read_answers

HERE = Path(__file__).parent / "evaluation"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--limit", type=int, default=0, help="only the first so many")
    limit = parser.parse_args().limit
    cases = [c for c in read_answers(HERE / "answers.jsonl") if c.kind != "knowledge"]
    spent = 0.0
    plain = BuiltinBrain.answer

    def timed(self: BuiltinBrain, request: Any) -> Any:
        nonlocal spent
        start = time.perf_counter()
        try:
            return plain(self, request)
        finally:
            spent += time.perf_counter() - start

    BuiltinBrain.answer = timed  # type: ignore[method-assign]
    brain, whole = [], []
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), model="builtin")
        with Assistant(settings=settings) as assistant:
            assistant.ask("hello")  # loads the engines
            for case in cases[: limit or None]:
                spent, start = 0.0, time.perf_counter()
                assistant.ask(case.question, [HERE / f for f in case.files])
                whole.append(time.perf_counter() - start)
                brain.append(spent)
    brain.sort()
    print(
        f"{len(brain)} turns: the brain {1000 * statistics.median(brain):.1f} ms (median), "
        f"{1000 * brain[int(0.95 * (len(brain) - 1))]:.1f} ms (95th percentile); "
        f"a whole turn {1000 * statistics.median(whole):.0f} ms"
    )


if __name__ == "__main__":
    main()
