"""What 300 turns of two tool calls each cost: bytes on the disk and milliseconds a turn.

    python benchmarks/history.py [TURNS]

The same messages go through ``memory.conversations`` and, beside it, through a LangGraph
graph with ``AsyncSqliteSaver`` (``pip install langgraph-checkpoint-sqlite``; left out if it
is not there), which is how LangGraph keeps a conversation. A turn is a question, two tool
calls with their answers, and a reply; both write after every step.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from memory.conversations import Conversations
from memory.store import Store

WORDS = (Path(__file__).resolve().parent.parent / "LICENSE").read_text().split()


def prose(count: int, seed: str) -> str:
    """Words that compress about as prose does."""
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def turn(i: int) -> list[dict[str, Any]]:
    calls = [f"call-{i}-{k}" for k in (1, 2)]
    return [
        {"role": "user", "text": prose(20, f"{i}q")},
        {"role": "assistant", "text": "", "tool_calls": [
            {"id": calls[0], "name": "search_documents", "args": {"query": prose(6, f"{i}s")}}]},
        {"role": "tool", "text": prose(150, f"{i}a"), "tool_call_id": calls[0]},
        {"role": "assistant", "text": "", "tool_calls": [
            {"id": calls[1], "name": "read_text", "args": {"image": f"image:{i}"}}]},
        {"role": "tool", "text": prose(80, f"{i}b"), "tool_call_id": calls[1]},
        {"role": "assistant", "text": prose(60, f"{i}r")},
    ]  # fmt: skip


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def report(name: str, folder: Path, times: list[float], read: float) -> None:
    last = statistics.median(times[-50:]) * 1000
    print(
        f"{name:18} {size(folder) / 1e6:8.2f} MB   {statistics.median(times) * 1000:7.1f} ms a turn"
        f"   {last:7.1f} ms in the last 50   history read in {read * 1000:.1f} ms"
    )


def ours(folder: Path, turns: int) -> None:
    times = []
    with Store(folder) as store:
        talk = Conversations(store)
        for i in range(turns):
            question, *steps, reply = turn(i)
            start = time.perf_counter()
            talk.begin("a", f"turn-{i}", question)
            for message in steps:
                talk.append("a", f"turn-{i}", message["role"], message)
            talk.finish(f"turn-{i}", "done", [("assistant", reply)])
            times.append(time.perf_counter() - start)
        start = time.perf_counter()
        assert len(talk.history("a")) == 6 * turns
        read = time.perf_counter() - start
    report("conversations", folder, times, read)


async def langgraph(folder: Path, turns: int) -> None:
    try:
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
    except ImportError:
        print("AsyncSqliteSaver   is not installed: pip install langgraph-checkpoint-sqlite")
        return
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
    from langgraph.graph import END, START, MessagesState, StateGraph

    script: list[dict[str, Any]] = []

    def model(state: MessagesState) -> dict[str, Any]:
        message = script.pop(0)
        calls = message.get("tool_calls", [])
        return {"messages": [AIMessage(message["text"], tool_calls=calls)]}

    def tools(state: MessagesState) -> dict[str, Any]:
        message = script.pop(0)
        return {"messages": [ToolMessage(message["text"], tool_call_id=message["tool_call_id"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", model)
    graph.add_node("tools", tools)
    graph.add_edge(START, "model")
    graph.add_edge("tools", "model")
    graph.add_conditional_edges(
        "model", lambda state: "tools" if state["messages"][-1].tool_calls else END
    )
    times = []
    async with AsyncSqliteSaver.from_conn_string(str(folder / "checkpoints.db")) as saver:
        agent = graph.compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": "a"}}
        for i in range(turns):
            question, *rest = turn(i)
            script[:] = rest
            start = time.perf_counter()
            await agent.ainvoke({"messages": [HumanMessage(question["text"])]}, config)
            times.append(time.perf_counter() - start)
        start = time.perf_counter()
        state = await agent.aget_state(config)
        read = time.perf_counter() - start
        assert len(state.values["messages"]) == 6 * turns
    report("AsyncSqliteSaver", folder, times, read)


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as temporary:
        ours(Path(temporary) / "ours", turns)
        (Path(temporary) / "theirs").mkdir()
        asyncio.run(langgraph(Path(temporary) / "theirs", turns))


if __name__ == "__main__":
    main()
