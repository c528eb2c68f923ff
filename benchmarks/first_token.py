"""How much later the first words of a streaming server reach the door than a bare client.

    python benchmarks/first_token.py [--rounds 15] [--pause 0.02]

The same scripted server answers a bare ``openai`` client and ``Assistant.stream`` in turn, word by
word; the client sends the very request that the assistant sent in the round before, tools and all.
Text leaves the assistant sentence by sentence, each held to its receipts, so two moments count: the
first text, and the end of the first sentence. Medians, and of the differences of each round.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openai

from assistant import Assistant, Settings, events
from tools.testing.openai_server import OpenAIServer

FIRST = "Rome was not built in a single day, as they say."
REPLY = f"{FIRST} It took a little longer than that, and nobody was in a hurry."
ASKED = "tell me about rome"


def bare(client: openai.OpenAI, body: Mapping[str, Any]) -> tuple[float, float, float]:
    """Seconds to the first text, to the end of the first sentence, and to the end."""
    start = time.perf_counter()
    times: list[tuple[float, str]] = []
    text = ""
    stream = client.chat.completions.create(**body)
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            text += chunk.choices[0].delta.content
            times.append((time.perf_counter() - start, text))
    return _moments(times)


def ours(assistant: Assistant, session: str) -> tuple[float, float, float]:
    start = time.perf_counter()
    times: list[tuple[float, str]] = []
    text = ""
    for event in assistant.stream(ASKED, session=session):
        if isinstance(event, events.TextDelta):
            text += event.text
            times.append((time.perf_counter() - start, text))
        elif isinstance(event, events.TurnFailed):
            raise SystemExit(f"{event.message} {event.remedy}")
    return _moments(times)


def _request(body: Mapping[str, Any]) -> dict[str, Any]:
    """A recorded request as the client's own call takes it."""
    known = ("model", "messages", "tools", "stream", "stream_options", "max_tokens")
    return {key: body[key] for key in known if key in body}


def _moments(times: list[tuple[float, str]]) -> tuple[float, float, float]:
    """To the first text, to the end of the first sentence, to the end.

    A client knows that a sentence has ended when the next one begins; the door gets it then.
    """
    door = times[0][1].startswith(FIRST)
    sentence = next(
        at for at, text in times if text.startswith(FIRST) and (door or len(text) > len(FIRST) + 1)
    )
    return times[0][0], sentence, times[-1][0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--pause", type=float, default=0.02, help="seconds before each word")
    options = parser.parse_args()
    words = [f"{word} " for word in REPLY.split()]
    server = OpenAIServer([{"text": words, "pause": options.pause}])
    with server, tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), base_url=server.base_url, sense_feelings=False)
        client = openai.OpenAI(base_url=server.base_url, api_key="local", max_retries=0)
        rounds = []
        with Assistant(model="openai:scripted", settings=settings) as assistant:
            ours(assistant, "first")
            for n in range(options.rounds + 2):
                theirs = bare(client, _request(server.requests[-1].body))
                mine = ours(assistant, f"round-{n}")
                if n >= 2:  # the first load what is loaded once
                    rounds.append((theirs, mine))
        client.close()
    for at, name in enumerate(("first text", "first sentence", "last text")):
        before = statistics.median(theirs[at] for theirs, _ in rounds)
        after = statistics.median(mine[at] for _, mine in rounds)
        later = statistics.median(mine[at] - theirs[at] for theirs, mine in rounds)
        print(
            f"{name}: bare client {1000 * before:.1f} ms, at the door {1000 * after:.1f} ms, "
            f"later by {1000 * later:.1f} ms (median of {options.rounds})"
        )


if __name__ == "__main__":
    main()
