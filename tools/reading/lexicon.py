"""Words as terms that can be compared: stems, Chinese pairs, and business words as concepts.

A concept (``@total``) stands for all its wordings in English and Chinese. Asking for a concept
that a text never names is a sign that the answer is not there, so concepts are strict; other
words may be said differently.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from functools import lru_cache

from tools.reading.words import CONCEPTS, GENERIC, KIN, MEDIUM, STOP, STOP_ZH

_WORD = re.compile(r"[a-z0-9\u00c0-\u024f]+(?:['’][a-z]+)?|@[a-z_]+|[\u3400-\u4dbf\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_MONTHS = {name[:3].casefold(): name.casefold() for name in calendar.month_name if name}
_POSSESSIVE = re.compile(r"['’]s?\b")


def stem(word: str) -> str:
    """A rough stem: the same for the usual endings of one English word."""
    if word.isdigit() or word.startswith("@"):
        return word
    word = _MONTHS.get(word, word)
    if len(word) >= 5 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            if ending in {"ing", "ed"} and len(word) > 3 and word[-1] == word[-2] not in "ls":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _phrases() -> tuple[dict[str, str], re.Pattern[str]]:
    table: dict[str, str] = {}
    for name, wordings in CONCEPTS.items():
        for wording in wordings.split("|"):
            table[wording.strip().casefold()] = name
    longest = sorted(table, key=len, reverse=True)
    parts = [
        re.escape(p).replace(r"\ ", r"[\s\-]+")
        if _HAN.match(p)
        else rf"(?<![a-z0-9]){re.escape(p)}(?![a-z0-9])".replace(r"\ ", r"[\s\-]*")
        for p in longest
    ]
    return table, re.compile("|".join(parts))


_TABLE, _PHRASE = _phrases()
_GAP = re.compile(r"[\s\-]+")
_KEYS = {_GAP.sub("", key): name for key, name in _TABLE.items()}


def _marked(text: str) -> str:
    low = _POSSESSIVE.sub("", text.casefold().replace("\u00a0", " "))
    return _PHRASE.sub(lambda m: f" @{_KEYS[_GAP.sub('', m.group())]} ", low)


@lru_cache(maxsize=4096)
def terms(text: str) -> tuple[str, ...]:
    """The terms of a text in order: concepts, stems, numbers, pairs of Chinese characters."""
    out: list[str] = []
    for word in _WORD.findall(_marked(text)):
        if word.startswith("@"):
            out.append(word)
        elif _HAN.match(word):
            out += _pairs(word)
        elif word not in STOP and (len(word) > 1 or word.isdigit()):
            out.append(stem(word))
    return tuple(out)


def _pairs(run: str) -> list[str]:
    out: list[str] = []
    for piece in re.split(f"(?:{STOP_ZH})+", run):
        if len(piece) == 1:
            out.append(piece)
        out += [piece[i : i + 2] for i in range(len(piece) - 1)]
    return out


def plain(term: str) -> bool:
    """Whether a term only names the medium or a general action: it decides nothing."""
    return term in MEDIUM_TERMS or term in GENERIC_TERMS


def match(asked: str, there: Iterable[str], *, noisy: bool = False) -> float:
    """How well a term is met by some terms: 1 the same, less for a kindred one, 0 not at all."""
    found = there if isinstance(there, (set, frozenset, dict)) else set(there)
    if asked in found:
        return 1.0
    best = max((w for name, w in KIN.get(asked, ()) if name in found), default=0.0)
    if best or asked.startswith("@"):
        return best
    if _HAN.match(asked):
        return 0.0
    if len(asked) >= 5 and not asked.isdigit():
        for other in found:
            if other[0] == asked[0] and _akin(asked, other, noisy=noisy):
                return 0.9
    return 0.0


def _akin(one: str, two: str, *, noisy: bool) -> bool:
    """Whether one word is the other with an ending, or (``noisy``) with one letter misread."""
    short, long = sorted((one, two), key=len)
    if len(short) >= 5 and long.startswith(short) and len(long) - len(short) <= 4:
        return True
    if len(short) >= 6 and short[:-1] == long[: len(short) - 1] and len(long) - len(short) <= 3:
        return True
    if not noisy or len(long) - len(short) > 1:
        return False
    if len(short) == len(long):
        return sum(a != b for a, b in zip(short, long, strict=True)) <= 1
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _each(words: str) -> frozenset[str]:
    return frozenset(t for word in words.split() for t in (word, stem(word)))


MEDIUM_TERMS = _each(MEDIUM)
GENERIC_TERMS = _each(GENERIC)
