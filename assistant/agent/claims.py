"""Holds a reply to its receipts, sentence by sentence, while it streams.

A sentence in which the assistant says that it looked, listened, read, searched, kept or
made something needs the receipt of a tool that does this, in this turn or, for things
that lie in the conversation, an earlier one. A citation mark needs a source that a tool
named. What has no proof does not leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ENDING = re.compile(r"(?<=[.!?…])[\"'”’)\]]*(?:\s*\[s\d+\])*\s+(?=\S)|(?<=[。！？])[”』」]*|\n+")
MARK = re.compile(r"\[s(\d+)\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """A way of saying that something was done, and the tools whose receipt proves it."""

    pattern: re.Pattern[str]
    tools: frozenset[str]
    what: str


def _rule(what: str, tools: str, *patterns: str) -> Rule:
    joined = "|".join(f"(?:{p})" for p in patterns)
    return Rule(re.compile(joined, re.IGNORECASE), frozenset(tools.split()), what)


_I = r"\bI(?:'ve| have|'m|’ve)?(?: just| now| also| already| carefully)?"
RULES = (
    _rule(
        "making a picture",
        "make_image enhance_image",
        _I
        + r" (?:created|made|drew|drawn|generated|painted|rendered) (?:you |an? |the |this )*\w* ?"
        r"(?:image|picture|drawing|illustration|photo)",
        r"here(?:'s| is) (?:the|an?|your) (?:image|picture|drawing|illustration) I\b",
        r"我(?:已经?|刚刚?)?(?:画|生成|制作)了?.{0,8}(?:图|画|照片)",
    ),
    _rule(
        "making a recording",
        "speak make_music enhance_audio",
        _I + r" (?:recorded|synthesi[sz]ed|created|made|generated) (?:you |an? |the |this )*\w* ?"
        r"(?:audio|recording|sound|song|music|speech)",
        r"我(?:已经?|刚刚?)?(?:录|生成|制作)了?.{0,8}(?:音频|录音|语音|音乐)",
    ),
    _rule(
        "listening",
        "transcribe sense_emotion identify_speaker watch",
        _I + r" (?:listened|heard|transcribed)\b",
        r"我(?:已经?|刚刚?)?(?:听了|听过|听到|转写了)",
    ),
    _rule(
        "looking",
        "look read_text scan_codes watch",
        _I + r" (?:looked at|examined|inspected|scanned|viewed|analy[sz]ed) (?:the|your|this) "
        r"(?:\w+ )?(?:image|picture|photo|screenshot|scan|receipt|code|video)",
        r"我(?:已经?|刚刚?)?(?:看了|看过|扫描了|识别了).{0,6}(?:图|照片|二维码|截图|视频)",
    ),
    _rule(
        "reading a document",
        "read_document read_text search_knowledge",
        _I + r" (?:read|reviewed|opened|went through|gone through) (?:the|your|this) "
        r"(?:\w+ )?(?:document|file|pdf|report|contract|page|spreadsheet|article|book)",
        r"我(?:已经?|刚刚?)?(?:读了|读过|查看了|打开了).{0,6}(?:文件|文档|合同|报告)",
    ),
    _rule(
        "searching",
        "search_knowledge recall search_web",
        _I + r" (?:searched|looked up|found in your (?:notes|documents|files|knowledge))\b",
        r"我(?:已经?|刚刚?)?(?:搜索|检索|查找)(?:了|到)",
    ),
    _rule(
        "remembering",
        "remember",
        _I + r" (?:saved|stored|noted|remembered|memori[sz]ed) (?:that|this|it|your)\b",
        r"我(?:已经?|刚刚?)?(?:记住|记下|保存)了",
    ),
    _rule(
        "calculating with a tool",
        "calculate",
        _I + r" (?:used|ran|called) (?:the |a )?(?:calculator|calculate)\b",
    ),
)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text with the white space after them; joined they give it again."""
    start = 0
    for match in _ENDING.finditer(text):
        if match.end() > start:
            yield text[start : match.end()]
            start = match.end()
    if start < len(text):
        yield text[start:]


def unproven(sentence: str, proofs: Iterable[str]) -> str:
    """What the sentence claims without a receipt of a fitting tool; empty if nothing."""
    have = frozenset(proofs)
    for rule in RULES:
        if rule.pattern.search(sentence) and not rule.tools & have:
            return rule.what
    return ""


class Gate:
    """Lets whole sentences through as text streams in.

    :meth:`feed` returns what may be shown now; :meth:`rest` the end. Sentences without
    proof are collected in ``held`` as (sentence, what it claims) and do not pass.
    """

    def __init__(self, proofs: Iterable[str], sources: int) -> None:
        self._proofs = frozenset(proofs)
        self._sources = sources
        self._buffer = ""
        self.held: list[tuple[str, str]] = []

    def feed(self, text: str) -> str:
        self._buffer += text
        ready = list(sentences(self._buffer))
        # The last one may still grow, also by the closing quote after its full stop.
        self._buffer = ready.pop() if ready else ""
        return "".join(self._checked(s) for s in ready)

    def rest(self) -> str:
        ready, self._buffer = list(sentences(self._buffer)), ""
        return "".join(self._checked(s) for s in ready)

    def _checked(self, sentence: str) -> str:
        claim = unproven(sentence, self._proofs)
        if claim:
            self.held.append((sentence.strip(), claim))
            return ""
        return MARK.sub(
            lambda m: m.group() if 1 <= int(m.group(1)) <= self._sources else "", sentence
        )
