"""Long tool answers of a turn become short enough, visibly; none is dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

LEAST = 200
"""Characters of an answer that always stay."""
PLACES, HANDLES = 1500, 200
"""Characters at the end of an answer that are kept beside these: its sources, what it made."""
STEP = 64
"""Characters within which the longest answer that fits is found."""
_KEPT = re.compile(r"\[s\d+\] |made: ")
_FENCE = "\n>>>"

Count = Callable[[Sequence[AnyMessage]], int]
"""Tokens of some messages."""


def shortened(messages: Sequence[AnyMessage], room: int, count: Count) -> list[AnyMessage]:
    """The messages with tool answers cut until all take at most ``room`` tokens, if that can be.

    The answers of earlier rounds go first, the oldest first and each only as far as needed; then
    those of the newest round, to the same length. Every call keeps its answer.
    """
    out = list(messages)
    if count(out) <= room:
        return out
    rounds = [i for i, m in enumerate(out) if isinstance(m, AIMessage) and m.tool_calls]
    answers = [i for i, m in enumerate(out) if isinstance(m, ToolMessage)]
    newest = [i for i in answers if rounds and i > rounds[-1]]
    for tail in (PLACES, HANDLES):
        for group in (*([i] for i in answers if i not in newest), newest):
            if group and _levelled(out, messages, group, room, count, tail):
                return out
    return out


def _levelled(
    out: list[AnyMessage],
    whole: Sequence[AnyMessage],
    group: Sequence[int],
    room: int,
    count: Count,
    tail: int,
) -> bool:
    """Cut these answers to the greatest common length that fits; whether there is one."""
    beside = count([m for i, m in enumerate(out) if i not in group])

    def fits(keep: int) -> bool:
        for i in group:
            out[i] = cut(whole[i], keep, tail)
        return beside + count([out[i] for i in group]) <= room

    if not fits(LEAST):
        return False
    low, high = LEAST, max(len(whole[i].text) for i in group)
    while high - low > STEP:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return fits(low)


def cut(message: AnyMessage, keep: int, tail: int = PLACES) -> AnyMessage:
    """A tool's answer with the first ``keep`` characters, and at most ``tail`` that end it.

    What ends it is not prose: the marks of its sources, the handles of what it made.
    """
    text = message.text
    body, fence = (text.removesuffix(_FENCE), _FENCE) if text.endswith(_FENCE) else (text, "")
    lines = body.split("\n")
    end: list[str] = []
    while lines and _KEPT.match(lines[-1]) and sum(map(len, end)) + len(lines[-1]) <= tail:
        end.insert(0, lines.pop())
    body = "\n".join(lines)
    left_out = len(body) - keep
    note = f"… shortened: {left_out} characters left out; call the tool again for the rest"
    short = "\n".join([body[:keep].rstrip(), note, *end]) + fence
    return message.model_copy(update={"content": short}) if len(short) < len(text) else message
