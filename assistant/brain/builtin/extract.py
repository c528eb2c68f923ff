"""Finds the words that answer: the passage nearest to the question, and the value in it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.encoder import Encoder

ENOUGH = 0.32
"""A passage below this does not answer the question."""

_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "in",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "please",
        "say",
        "says",
        "tell",
        "that",
        "the",
        "their",
        "there",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "much",
        "many",
        "about",
        "show",
        "find",
        "give",
        "whats",
        "what's",
    ]
)
_WORD = re.compile(r"[A-Za-z0-9À-ɏ]+(?:['’][a-z]+)?|[一-鿿]")
_AMOUNT = re.compile(
    r"(?:[$€£¥]|USD|EUR|GBP|CHF|CNY|RMB|JPY|Rs)\s?\d[\d,.]*|\d[\d,.]*\s?(?:[$€£¥%元]|USD|EUR|GBP"
    r"|CHF|CNY|RMB|JPY|dollars?|euros?|pounds?|francs?|yen|yuan|percent|块)"
    r"|\b\d{1,3}(?:,?\d{3})*[.,]\d{2}\b",
    re.IGNORECASE,
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS})[a-z]*\.?,?(?: \d{{4}})?"
    rf"|\b(?:{_MONTHS})[a-z]*\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?"
    r"|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}月\d{1,2}[日号]|\b\d{1,2}(?:st|nd|rd|th)\b"
    r"|\b(?:first|second|third|last|\w+day)(?: day)? of (?:each|every|the) \w+"
    r"|\b(?:every|each|on) (?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\b)?|\b\d{1,2} ?[ap]m\b", re.IGNORECASE)
_SPAN = re.compile(
    r"\b(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve)[ -]"
    r"(?:second|minute|hour|day|week|month|year)s?\b|\d+ ?(?:秒|分钟|小时|天|周|个月|年)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def _asks(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_TYPES: tuple[tuple[re.Pattern[str], tuple[re.Pattern[str], ...]], ...] = (
    (_asks(r"what time|几点"), (_TIME,)),
    (_asks(r"\bwhen\b|\bdate\b|what day|deadline|日期|什么时候|哪天"), (_DATE, _TIME)),
    (_asks(r"how long|how old|多久|多长时间"), (_SPAN,)),
    (
        _asks(
            r"how much|total|price|cost|amount|rent\b|fee|deposit|\bpay\b|balance|多少钱|总|金额|价"
        ),
        (_AMOUNT, _NUMBER),
    ),
    (_asks(r"\bdue\b"), (_DATE,)),
    (_asks(r"how many|number|percent|几|多少"), (_NUMBER,)),
)
"""What a question asks for, by its words; the first that fits."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words with a place; ``mark`` is the source mark (``s1``) they are cited by."""

    text: str
    mark: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The passage that answers, the value in it where the question asks for one."""

    passage: Passage
    value: str
    score: float


def words(text: str) -> list[str]:
    """Content words, lower-cased and cut to a rough stem; Chinese characters one by one."""
    found = [w.casefold().replace("’", "'") for w in _WORD.findall(text)]
    return [_stem(w) for w in found if w not in _STOP]


def _stem(word: str) -> str:
    for ending in ("'s", "ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def best(question: str, passages: Sequence[Passage], encoder: Encoder) -> Found | None:
    """The passage that answers the question, or None where none comes near.

    Scores join meaning (cosine) with the share of the question's content words that the
    passage has, rare words counting more; a passage with a value of the asked type wins.
    """
    passages = [p for p in passages if p.text.strip()]
    if not passages:
        return None
    asked = Counter(words(question))
    bags = [set(words(p.text)) for p in passages]
    frequency = Counter(w for bag in bags for w in bag)
    weight = {w: math.log(1 + len(bags) / (1 + frequency[w])) + 0.1 for w in asked}
    whole = sum(weight.values()) or 1.0
    overlap = [sum(weight[w] for w in asked if w in bag) / whole for bag in bags]
    meaning = _meanings(question, passages, overlap, encoder)
    types = expected(question)
    scored = []
    for passage, near, shared in zip(passages, meaning, overlap, strict=True):
        value = value_in(passage.text, types)
        score = 0.5 * near + 0.5 * shared + (0.06 if value and shared > 0 else 0.0)
        if types and not value:
            score -= 0.04
        scored.append(Found(passage, value, score))
    top = max(scored, key=lambda f: f.score)
    return top if top.score >= ENOUGH else None


def _meanings(
    question: str, passages: Sequence[Passage], overlap: Sequence[float], encoder: Encoder
) -> list[float]:
    """Cosines, for the 64 passages with most words in common; 0 for the rest."""
    order = sorted(range(len(passages)), key=lambda i: -overlap[i])[:64]
    if encoder.unknown_share(question) > 0.3:
        return list(overlap)
    vectors = encoder.encode([question[:500], *(passages[i].text[:800] for i in order)])
    near = [0.0] * len(passages)
    for i, cosine in zip(order, vectors[1:] @ vectors[0], strict=True):
        near[i] = max(0.0, float(cosine))
    return near


def expected(question: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of the values that the question asks for; none where it asks for words."""
    for asked, patterns in _TYPES:
        if asked.search(question):
            return patterns
    return ()


def value_in(text: str, patterns: Sequence[re.Pattern[str]]) -> str:
    """The value of the asked type: the first in a sentence, the last in a row of a table."""
    for pattern in patterns:
        found = [m.group().strip(" .,") for m in pattern.finditer(text)]
        if found:
            return found[0] if text.rstrip().endswith((".", "。", "!", "?")) else found[-1]
    return ""
