"""Feeling words where the encoder cannot read: Chinese, emoji and emoticons.

A small hand-made list, matched as plain substrings, longest first. A negation in front of a
word takes its feeling back; a word of degree makes it count more. It knows common words only.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

WORDS = Path(__file__).parent / "lexicon.txt"
_NEGATIONS = (
    "并不",
    "不太",
    "不怎么",
    "没有",
    "不是",
    "不用",
    "不必",
    "别",
    "不",
    "没",
    "未",
    "无需",
)
_DEGREES = (
    "非常",
    "特别",
    "超级",
    "超",
    "极其",
    "真的",
    "真",
    "太",
    "好",
    "十分",
    "很",
    "最",
    "万分",
)
_CALM = ("不敢相信", "不公平", "不像话", "不想活", "不会吧", "不安", "没想到", "想不到", "睡不着")
"""Words whose first sign is no negation of what follows."""


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    label_of = {}
    for line in WORDS.read_text("utf-8").splitlines():
        label, _, words = line.partition(": ")
        if not line.startswith("#"):
            label_of.update(dict.fromkeys(words.split(), label))
    longest = sorted(label_of, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), label_of


def evidence(text: str) -> dict[str, float]:
    """How much each feeling is named: 1.0 a word, 1.5 with a word of degree; empty if none is."""
    pattern, label_of = _pattern()
    found: dict[str, float] = {}
    for match in pattern.finditer(text[:20_000]):
        word = match.group()
        if word.isascii() and not _stands_alone(text, match):
            continue
        weight = 1.0
        if "\u4e00" <= word[0] <= "\u9fff":
            before = text[max(0, match.start() - 4) : match.start()]
            degree = next((d for d in _DEGREES if before.endswith(d)), "")
            before = before.removesuffix(degree)
            weight = 1.5 if degree else 1.0
            if before.endswith(_NEGATIONS):
                if label_of[word] == "joy":  # not glad is sad; not sad is nothing in particular
                    found["sadness"] = found.get("sadness", 0.0) + weight
                continue
        found[label_of[word]] = found.get(label_of[word], 0.0) + weight
    return found


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Emoticons count only between spaces: ``f(x):`` and ``http://`` hold none."""
    before = text[match.start() - 1 : match.start()] if match.start() else " "
    after = text[match.end() : match.end() + 1] or " "
    return (before.isspace() or before in ".!?,") and (after.isspace() or after in ".!?,")
