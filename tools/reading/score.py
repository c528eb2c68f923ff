"""How well a candidate answers a question, and whether well enough to say it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tools.reading.candidates import NAME, Candidate
from tools.reading.lexicon import match
from tools.reading.question import CODES, IMPLIED, MONEY, PEOPLE, Question

ENOUGH: Final = 0.62
"""Share of what was asked (rare words count more) that a candidate must be about."""
NEARBY: Final = 0.66
"""What a word counts that stands near the value, not in its name."""
_LOOSE: Final = frozenset(
    "@name @item @category @status @time @date @amount @quantity @start @end @shop @contact"
    " @departure".split()
)

_NAME_ZH: Final = re.compile(
    r"(?:是|叫|为|：|:)\s*[一-鿿]{2,4}(?![一-鿿])|[一-鿿](?:先生|女士|老师|师傅|经理|医生|教授)"
)


@dataclass(frozen=True, slots=True)
class Scored:
    candidate: Candidate
    score: float
    covered: float


def weights(question: Question, pool: Sequence[Candidate]) -> dict[str, float]:
    """How much each term of the question counts: the rarer in the material the more."""
    lines = {c.order: c.key | c.near for c in pool}
    frequency = Counter(t for bag in lines.values() for t in bag)
    total = len(lines) + 1
    out: dict[str, float] = {}
    for term in question.terms:
        if term in question.doing and question.operation:
            out[term] = 0.15
            continue
        out[term] = 0.5 + math.log(1 + total / (1 + frequency[term])) / math.log(1 + total)
        if term in IMPLIED and set(IMPLIED[term]) & set(question.kinds):
            out[term] *= 0.5
        if term in _LOOSE:
            out[term] *= 0.5
        if len(term) == 1 and not term.isascii():
            out[term] *= 0.3  # one Chinese character is seldom a word
    return out


def scored(question: Question, pool: Sequence[Candidate], *, noisy: bool) -> list[Scored]:
    """The candidates that answer, best first; none where nothing is about what was asked."""
    weight = weights(question, pool)
    whole = sum(weight.values())
    if not whole or all(len(t) == 1 and not t.isascii() for t in question.terms):
        return _alone(question, pool)
    out = []
    for candidate in pool:
        fit = _fit(question, candidate)
        if fit <= 0.0:
            continue
        covered = named = 0.0
        missing = False
        for term, w in weight.items():
            in_key = match(term, candidate.key, noisy=noisy)
            near = NEARBY * match(term, candidate.near, noisy=noisy)
            formed = term in IMPLIED and candidate.kinds & set(IMPLIED[term]) & set(question.kinds)
            if formed and not candidate.key & CODES:
                near = max(near, 0.75)
            covered += w * max(in_key, near)
            named += w * in_key
            if (
                term.startswith("@")
                and term not in _LOOSE
                and term not in question.doing
                and max(in_key, near) < 0.4
            ):
                missing = True
        covered, named = covered / whole, named / whole
        if missing or covered < _enough(question, candidate):
            continue
        extra = [t for t in candidate.key if t.startswith("@") and not match(t, question.terms)]
        penalty = 0.12 * len(extra) if candidate.pair else 0.02 * len(extra)
        if (
            "date" in question.kinds
            and candidate.value
            and not any(map(str.isdigit, candidate.value))
        ):
            penalty += 0.1  # a day of the week says less than a date
        small = sum(match(t, candidate.near | candidate.key) > 0.5 for t in question.minor)
        penalty -= 0.05 * small
        score = covered + 0.5 * named + 0.25 * fit + (0.15 if candidate.pair else 0.0) - penalty
        out.append(Scored(candidate, score, covered))
    out.sort(key=lambda s: (-s.score, s.candidate.order))
    return out


def _enough(question: Question, candidate: Candidate) -> float:
    """Less is enough where the value's form, or its own key, says what it is."""
    if candidate.key & CODES and "phone" in question.kinds[:1] and "@phone" not in candidate.key:
        return 2.0  # digits that only look like a telephone number: never
    if question.kinds and question.kinds[0] in {"phone", "email", "web"} & candidate.kinds:
        return 0.3
    strict = {t for t in question.terms if t.startswith("@") and t not in _LOOSE}
    return 0.45 if candidate.pair and strict and strict <= candidate.key else ENOUGH


def _fit(question: Question, candidate: Candidate) -> float:
    """0 where the candidate is of the wrong kind, 1 where it is of the kind first asked for."""
    if not question.kinds:
        return 1.0 if candidate.pair and candidate.value else 0.8 if not candidate.value else 0.0
    for rank, kind in enumerate(question.kinds):
        if kind in candidate.kinds:
            return 1.0 - 0.15 * rank
        if kind == "name" and (candidate.pair or not candidate.value) and _named(candidate):
            return 1.0 if candidate.pair else 0.7
        if kind == "name" and candidate.pair:
            return 0.4
        if kind == "place" and (candidate.pair or not candidate.value):
            return 1.0 if candidate.pair else 0.7
    return 0.0


def _named(candidate: Candidate) -> bool:
    """Whether there is a name in it: capitals, or Chinese, which has none."""
    text = candidate.value or candidate.line.text
    if candidate.pair and any("一" <= c <= "鿿" for c in text):
        return True
    return bool(NAME.search(text) or _NAME_ZH.search(text))


def _alone(question: Question, pool: Sequence[Candidate]) -> list[Scored]:
    """A question that names nothing ("when?") is answered by the only value of its kind."""
    if not question.kinds:
        return []
    fitting = [c for c in pool if c.value and question.kinds[0] in c.kinds]
    values = {_canonical(c.value) for c in fitting}
    return [Scored(fitting[0], 1.0, 1.0)] if len(values) == 1 else []


def _canonical(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def about_money(terms: Sequence[str]) -> bool:
    return any(t in MONEY for t in terms)


def about_people(terms: Sequence[str]) -> bool:
    return any(t in PEOPLE for t in terms)
