"""What was said about something in a recording, and at which second."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.reading.lexicon import match, plain, terms
from tools.reading.material import Line, Material

_SECOND = re.compile(
    r"\b(?:at (?:what|which) (?:second|time|point|minute|moment)|when (?:do|does|did|is|are|was|were)\b.*\b(?:say|says|said|mention\w*|talk\w*|speak\w*|come up|name\w*|begin|start)"
    r"|how many seconds in|which second|what second|timestamp|time ?code|where in the recording)\b"
    r"|第几秒|几秒|什么时候(?:说|提到|讲)|在哪(?:一)?(?:秒|分钟|段)|时间点",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:about|mention(?:s|ed)?|say(?:s)? (?:the words?)?|said|concerning|regarding|of|word|words|talk(?:s|ed)? about)\s+[\"“']?(?P<x>[^\"”'?]+)"
    r"|(?:关于|提到|说到|讲到)(?P<z>[^？?，,的]+)",
    re.IGNORECASE,
)
_DOING = frozenset(
    "second minute mention talk speak hear heard speaker come moment time timestamp point recording utter utterance sentence phrase 第几 几秒 提到 说到".split()
)


@dataclass(frozen=True, slots=True)
class Heard:
    """The utterance that answers and the second (from the beginning) of the words asked for."""

    line: Line
    second: float


def asks_for_second(text: str) -> bool:
    return bool(_SECOND.search(text))


def subject(text: str) -> tuple[str, ...]:
    """The terms of what is asked about."""
    found = _ABOUT.search(text)
    said = (found["x"] or found["z"]) if found else text
    out = [t for t in terms(said) if not plain(t) and t not in _DOING]
    return tuple(out or [t for t in terms(text) if not plain(t) and t not in _DOING])


def heard(text: str, material: Material) -> Heard | None:
    """The utterance with most of the words asked for; None where fewer than half are there."""
    wanted = subject(text)
    best: tuple[float, Line] | None = None
    for line in material.lines:
        bag = set(terms(line.text))
        share = sum(match(t, bag, noisy=True) for t in wanted) / max(1, len(wanted))
        if share >= 0.5 and (best is None or share > best[0]):
            best = (share, line)
    if best is None or not wanted:
        return None
    return Heard(best[1], _second(best[1], wanted))


def _second(line: Line, wanted: tuple[str, ...]) -> float:
    """The second of the first word asked for, by its place among the letters of the utterance."""
    words = line.text.split()
    before = 0
    for word in words:
        if any(match(t, set(terms(word)), noisy=True) for t in wanted):
            break
        before += len(word) + 1
    share = before / max(1, len(line.text))
    return line.start + min(1.0, share) * max(0.0, line.end - line.start)
