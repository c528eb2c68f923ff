"""What our agent adds to a bare ``create_agent`` loop, per tool step.

    python benchmarks/agent.py [--rounds 30] [--steps 6]

The same scripted model calls the same tool ``--steps`` times and then answers: once through
``create_agent`` with a plain LangChain tool, once through ``Assistant`` with all middleware,
receipts, events and the stored turn. In turn, medians; the difference is divided by the steps.
``--turns 300`` also plays so many turns in one session and prints what they leave on disk.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool as langchain_tool

from assistant import Assistant, Settings, tool
from assistant.brain.scripted import Line, ScriptedModel


@tool
async def double(n: int) -> str:
    """Double a number."""
    return str(2 * n)


@langchain_tool("double")
async def plain(n: int) -> str:
    """Double a number."""
    return str(2 * n)


def script(steps: int, turns: int) -> ScriptedModel:
    lines: list[Line] = [{"name": "double", "args": {"n": n}} for n in range(steps)]
    return ScriptedModel.of(*([*lines, "It is done."] * turns))


def long_session(turns: int) -> None:
    """What one session of so many turns, two tools each, leaves on disk."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), sense_feelings=False)
        with Assistant(model=script(2, turns), tools=[double], settings=settings) as assistant:
            seconds = []
            for n in range(turns):
                start = time.perf_counter()
                assistant.ask(
                    f"double the number {n}, please, and then double it again", session="s"
                )
                seconds.append(time.perf_counter() - start)
        size = sum(f.stat().st_size for f in Path(home).rglob("*") if f.is_file())
    first, last = statistics.median(seconds[:20]), statistics.median(seconds[-20:])
    print(
        f"{turns} turns in one session: {size / 1e6:.2f} MB on disk; a turn "
        f"{1000 * first:.0f} ms at first, {1000 * last:.0f} ms at last"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--turns", type=int, default=0)
    options = parser.parse_args()
    turns = options.rounds + 3
    bare = create_agent(script(options.steps, turns), [plain])

    async def run_bare() -> None:
        async for _ in bare.astream(
            {"messages": [HumanMessage("go")]},
            stream_mode=["messages", "updates"],
            config={"recursion_limit": 100},
        ):
            pass

    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as home, asyncio.Runner() as runner:
        settings = Settings(home=Path(home), sense_feelings=False, max_tool_calls=50)
        model = script(options.steps, turns)
        with Assistant(model=model, tools=[double], settings=settings) as assistant:
            for n in range(turns):
                start = time.perf_counter()
                runner.run(run_bare())
                middle = time.perf_counter()
                assistant.ask("go", session=f"round-{n}")
                end = time.perf_counter()
                if n >= 3:
                    theirs.append(middle - start)
                    ours.append(end - middle)
    if options.turns:
        long_session(options.turns)
    mine, bare_seconds = statistics.median(ours), statistics.median(theirs)
    added = statistics.median(a - b for a, b in zip(ours, theirs, strict=True)) / options.steps
    print(
        f"turn of {options.steps} tool steps: ours {1000 * mine:.1f} ms, bare create_agent "
        f"{1000 * bare_seconds:.1f} ms; added per step {1000 * added:.2f} ms "
        f"(median of {options.rounds})"
    )


if __name__ == "__main__":
    main()
