"""Whether a reply holds what is expected, or says that it isn't there. Rules, no model.

The rules are told in docs/evaluation.md, for those who write questions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

Verdict = Literal["right", "wrong", "denied", "invented", "failed"]
"""``denied``: the answer is there, and the reply says that it isn't. ``invented``: it isn't
there, and the reply does not say so. ``failed``: there was no reply."""

ABSENT = (
    # English
    "isn't in", "is not in", "isn't there", "is not there", "aren't in", "are not in",
    "not in there", "not in the", "cannot find", "can't find", "could not find",
    "couldn't find", "did not find", "didn't find", "found nothing", "nothing found",
    "found no answer", "no answer in", "no mention", "not mention", "not mentioned",
    "doesn't say", "does not say", "don't say", "do not say", "not stated", "not specified",
    "doesn't state", "does not state", "doesn't contain", "does not contain",
    "no information", "nothing about",
    # Chinese
    "没有提到", "没提到", "没有提及", "未提及", "未提到", "里没有", "里面没有", "中没有",
    "中并没有", "里并没有", "找不到", "没找到", "没有找到", "未找到", "没有说明", "没有写",
    "没写", "没有说", "没说", "没有相关", "没有答案", "没有关于", "不在里面", "不在其中",
)  # fmt: skip
"""What says that an answer isn't there; looked for outside quotation marks."""

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_ALIKE = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"}
)
_THIN = re.compile(r"(?<=\d)['’\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_COMMAS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)")
_DECIMAL = re.compile(r"(?<![\d.])(\d+)\.(\d+)(?!\d|\.\d)")
_EARLY = re.compile(r"(?<![\d:.])0(\d:\d\d)")
_HAN = "\u3000-\u303f\u3400-\u9fff\uf900-\ufaff"
_AROUND_HAN = re.compile(f"(?<=[{_HAN}]) | (?=[{_HAN}])")
_AFTER_SIGN = re.compile(r"(?<=[$€£¥]) (?=\d)")
_MARK = re.compile(r"\[\d+\]")
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PLURAL = re.compile(r"(?:'?s|es)(?![a-z])")


def judged(
    reply: str, expect: Sequence[Sequence[str]], *, answerable: bool
) -> Literal["right", "wrong", "denied", "invented"]:
    """Judge one reply against its alternatives; see :data:`Verdict`."""
    if not answerable:
        return "right" if says_absent(reply) else "invented"
    if any(all(holds(reply, part) for part in parts) for parts in expect):
        return "right"
    return "denied" if says_absent(reply) else "wrong"


def says_absent(reply: str) -> bool:
    """Whether the reply itself, not what it quotes, says that the answer isn't there."""
    text = normalized(_QUOTED.sub(" ", reply))
    return any(phrase in text for phrase in ABSENT)


def holds(reply: str, wanted: str) -> bool:
    """Whether ``wanted`` occurs in the reply: numbers and words whole, dates in any form."""
    text = normalized(_MARK.sub(" ", reply))
    date = _ISO.fullmatch(wanted.strip())
    if date is not None and 1 <= int(date[2]) <= len(_MONTHS):
        return _date(int(date[1]), int(date[2]), int(date[3])).search(text) is not None
    looked_for = normalized(wanted)
    start = text.find(looked_for) if looked_for else -1
    while start >= 0:
        if _whole(text, start, start + len(looked_for)):
            return True
        start = text.find(looked_for, start + 1)
    return False


def normalized(text: str) -> str:
    """The text with one spelling for what is the same: width, case, dashes and quotation
    marks, 1,250 and 1250, 4.50 and 4.5, 09:30 and 9:30, any run of white space."""
    text = unicodedata.normalize("NFKC", _THIN.sub("", text)).translate(_ALIKE).casefold()
    text = _COMMAS.sub(lambda m: m.group().replace(",", ""), text)
    text = _DECIMAL.sub(_shortest, text)
    text = _EARLY.sub(r"\1", " ".join(text.split()))
    return _AFTER_SIGN.sub("", _AROUND_HAN.sub("", text))


def _shortest(number: re.Match[str]) -> str:
    decimals = number[2].rstrip("0")
    return f"{number[1]}.{decimals}" if decimals else number[1]


def _whole(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is cut out of no longer number and no longer word."""
    before, after = text[:start], text[end:]
    if text[start].isdigit() and re.search(r"\d$|\d[.,:]$|(?<![^\s(])-$", before):
        return False
    if text[end - 1].isdigit() and re.match(r"\d|[.,:]\d", after):
        return False
    if _letter(text[start]) and before and _letter(before[-1]):
        return False
    inside = _letter(text[end - 1]) and bool(after) and _letter(after[0])
    return not inside or _PLURAL.match(after) is not None


def _letter(character: str) -> bool:
    """Whether it is of a script that writes words apart."""
    return character.isalpha() and not ("\u2e80" <= character <= "\u9fff")


def _date(year: int, month: int, day: int) -> re.Pattern[str]:
    """All the ways to write a day; figures in either order of day and month."""
    long = _MONTHS[month - 1]
    name = rf"(?:{long}|{long[:3]}|{'sept' if month == 9 else long[:3]})\.?"
    y, m, d = f"(?:{year}|'?{year % 100:02})", f"0?{month}", f"0?{day}(?:st|nd|rd|th)?"
    ways = (
        rf"{year}([-/.]){m}\1{d}",
        rf"{year}年{m}月{d}",
        rf"{d}[ -](?:of )?{name},?[ -]{y}",
        rf"{name} (?:the )?{d},? {y}",
        rf"(?:{d}([-/.]){m}|{m}([-/.]){d})[-/.]{y}",
    )
    return re.compile(rf"(?<!\d)(?<!\d[./-])(?:{'|'.join(_numbered(ways))})(?!\d|[./-]\d)")


def _numbered(ways: Sequence[str]) -> list[str]:
    """The back reference of the first way is the first group of the whole pattern."""
    return list(ways)
