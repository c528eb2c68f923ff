"""A process may die at any moment: no accepted message is lost, every session goes on."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.brain.scripted import ScriptedModel

WORKER = """
import sys
from pathlib import Path
import pytest

from assistant import Assistant, Settings, events, tool
from assistant.brain.scripted import ScriptedModel

@tool
def double(n: int) -> str:
    '''Double a number.'''
    return str(2 * n)

settings = Settings(home=Path(sys.argv[1]), sense_feelings=False)
lines = [{"name": "double", "args": {"n": 2}}, "It is four."] * 10_000
model = ScriptedModel.of(*lines, pause=0.002)
with Assistant(model=model, tools=[double], settings=settings) as assistant:
    n = int(sys.argv[2])
    while True:
        for event in assistant.stream(f"message {n}", session="s"):
            if isinstance(event, events.TurnStarted):
                print(n, flush=True)
        n += 1
"""
KILLS = 30


@pytest.mark.timeout(600)
def test_thirty_kills_lose_no_accepted_message(home: Path) -> None:
    luck = random.Random(20260314)
    accepted: list[int] = []
    for _ in range(KILLS):
        start = accepted[-1] + 1 if accepted else 0
        with subprocess.Popen(
            [sys.executable, "-c", WORKER, str(home), str(start)], stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdout is not None
            accepted += [int(worker.stdout.readline()) for _ in range(luck.randint(1, 4))]
            try:  # somewhere within the turn that was just accepted, or the next one
                worker.wait(timeout=luck.uniform(0, 0.08))
            except subprocess.TimeoutExpired:
                worker.kill()
            accepted += [int(line) for line in worker.stdout.read().split("\n") if line]
    settings = Settings(home=home, sense_feelings=False)
    model = ScriptedModel.of("Still here.")
    with Assistant(model=model, settings=settings) as assistant:
        assert assistant.ask("are you there?", session="s").text == "Still here."
        history = assistant._house.conversations.history("s")
    texts = [str(m.content["text"]) for m in history if m.role == "user"]
    kept = [int(t.split()[1]) for t in texts if t.startswith("message")]
    assert set(accepted) <= set(kept)
    # Every call that the last request carried has its answer, as model servers demand.
    asked = {c["id"] for m in model.seen[0] for c in getattr(m, "tool_calls", ())}
    answered = {m.tool_call_id for m in model.seen[0] if hasattr(m, "tool_call_id")}
    assert asked == answered
