"""The answer to a question from what was read, with its proof, or nothing where it isn't there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.reading.candidates import NAME, Candidate, candidates
from tools.reading.computed import computed
from tools.reading.lexicon import match, terms
from tools.reading.material import Line, Material
from tools.reading.question import PEOPLE, Question, understood
from tools.reading.score import Scored, scored
from tools.reading.tables import from_table
from tools.reading.values import day, find

Near = Callable[[str, Sequence[str]], Sequence[float]]
"""Cosines of a question with some texts."""
CLOSE = 0.55
"""Cosine from which a sentence answers though it shares few words with the question."""
FEW = 6
"""Sentences that are compared by meaning: those with most words in common."""
_PLACE = re.compile(
    r"\b(?:in|at|from|to|near)\s((?:the\s)?[A-ZÀ-Þ0-9][\w'’À-ÿ.-]*(?:[\s,]+(?:of\s|the\s)?[A-ZÀ-Þ0-9][\w'’À-ÿ.-]*)*)"
)
_PLACE_ZH = re.compile(
    r"(?:在|位于|到|去)([一-鿿\w]{2,20}?(?:路|街|市|区|省|县|镇|楼|室|厅|号|店|园|院|站))"
)


@dataclass(frozen=True, slots=True)
class Found:
    """``value`` answers (empty: the line itself does); ``shown`` is arithmetic, if any."""

    value: str
    line: str
    mark: str = ""
    shown: str = ""
    start: float = -1.0


def answer(text: str, material: Material, near: Near | None = None) -> Found | None:
    """Answer a question from a material.

    Args:
        text: the question as the person put it.
        material: what a tool read.
        near: meaning, for sentences in other words; left out where the encoder does not
            know the language.
    """
    question = understood(text)
    for table in material.tables:
        if cell := from_table(question, table):
            return Found(cell.value, cell.line, cell.mark)
    pool = candidates(material)
    if done := computed(question, pool):
        line = " / ".join(dict.fromkeys(c.line.text for c in done.parts[:6]))
        return Found(done.value, line, done.parts[0].line.mark, done.shown)
    best = scored(question, pool, noisy=material.noisy)
    if best:
        return _found(question, best)
    if got := _shop(question, material):
        return got
    return _by_meaning(question, material, near) if near is not None else None


def _shop(question: Question, material: Material) -> Found | None:
    """A receipt is headed by the name of the shop."""
    if (
        not material.noisy
        or "@shop" not in question.terms
        or set(question.terms) - {"@shop", "@name"}
    ):
        return None
    paid = any({"@total", "@amount_due", "@price"} & set(terms(x.text)) for x in material.lines)
    for line in material.lines[:2] if paid else ():
        if len(terms(line.text)) and not find(line.text):
            return Found(line.text, line.text, line.mark)
    return None


def _found(question: Question, best: Sequence[Scored]) -> Found:
    top = _choice(question, best)
    value = _told(question, top.value, pair=top.pair) if top.value else ""
    if not value:
        value = _inside(question, top.line.text)
    return Found(value, _line(top.line, top.label), top.line.mark, start=top.line.start)


def _choice(question: Question, best: Sequence[Scored]) -> Candidate:
    """The best candidate; of sentences about a person the one that names them."""
    top = best[0]
    if question.kinds[:1] == ("name",) and not top.candidate.value:
        for other in best[:6]:
            if top.score - other.score < 0.25 and _role(question, other.candidate.line.text):
                return other.candidate
    return top.candidate


def _line(line: Line, label: str) -> str:
    """The line as proof, with its key where that stands on another line."""
    if label and label.casefold() not in line.text.casefold() and len(label) < 60:
        return f"{label}: {line.text}"
    return line.text


def _told(question: Question, value: str, *, pair: bool) -> str:
    """The piece of a value that is of the kind asked for."""
    found = find(value)
    for kind in question.kinds:
        fitting = [v for v in found if v.kind == kind]
        if not fitting:
            continue
        if kind in {"time", "date"} and pair and len(value) <= 48:
            return normalized(value)
        return normalized(fitting[0].text)
    return value if len(value) <= 120 else ""


def _inside(question: Question, text: str) -> str:
    """The value in a sentence: of the kind asked for, nearest to the words of the question."""
    if question.kinds[:1] == ("name",):
        return _name(question, text)
    if question.kinds[:1] == ("place",):
        return _place(question, text)
    return ""


def _place(question: Question, text: str) -> str:
    """The place that stands nearest behind a word of the question."""
    spots = [m for p in (_PLACE, _PLACE_ZH) for m in p.finditer(text) if day(m[1]) is None]
    if not spots:
        return ""
    words = [m for m in re.finditer(r"\w+", text) if set(terms(m.group())) & set(question.terms)]
    ends = [m.end() for m in words] or [0]
    return str(min(spots, key=lambda m: min(abs(m.start() - e) for e in ends))[1].strip(" .,"))


def _name(question: Question, text: str) -> str:
    """The name that stands beside the role ("Ada Moreau, the landlord"), else the first new one."""
    if said := _role(question, text):
        return said
    known = set(question.terms)
    for found in NAME.finditer(text):
        said = found.group()
        parts = terms(said)
        if said.casefold() in _MONTHS or find(said):
            continue
        if not parts or all(p in known for p in parts) or any(p.startswith("@") for p in parts):
            continue
        if found.start() == 0 and " " not in said and said.casefold() in _OPENERS:
            continue
        return said
    return ""


def _role(question: Question, text: str) -> str:
    """The name beside the role that the question asks for; empty where there is none."""
    roles = [
        m
        for m in re.finditer(r"\w+", text)
        if set(terms(m.group())) & {t for t in question.terms if t in PEOPLE}
    ]
    named = [
        m
        for m in NAME.finditer(text)
        if not any(p.startswith("@") for p in terms(m.group()))
        and not find(m.group())
        and m.group().casefold() not in _MONTHS | _OPENERS
    ]
    for role in roles:
        for m in named:
            after, before = text[m.end() : role.start()], text[role.end() : m.start()]
            if m.end() <= role.start() and re.fullmatch(
                r"\s*[,(]?\s*(?:(?:is|as|was)\s)?(?:the|our|your|a|an)?\s*[(]?", after
            ):
                return m.group()
            if role.end() <= m.start() and re.fullmatch(
                r"\s*(?:is|was|:|,|\(|named|called)?\s*", before
            ):
                return m.group()
    return ""


_MONTHS = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday".split()
)
_OPENERS = frozenset(
    "the a an this that these those our your his her its in on at for after before all please if when".split()
)


def normalized(value: str) -> str:
    """A value in its plain form: a whole date also as year-month-day."""
    when = day(value)
    found = find(value)
    if when is not None and len(found) == 1 and when.isoformat() not in value:
        return f"{value} ({when.isoformat()})"
    return value


def _by_meaning(question: Question, material: Material, near: Near) -> Found | None:
    """A sentence in other words: of the kind asked for, near in meaning, about the same names."""
    sure = [t for t in question.terms if t.startswith("@") or t.isdigit()]
    ranked = []
    for order, line in enumerate(material.lines):
        bag = set(terms(line.text)) | set(terms(line.heading))
        if not line.text.strip() or any(not match(t, bag, noisy=material.noisy) for t in sure):
            continue
        if question.kinds and question.kinds[0] not in {"name", "place"}:
            kinds = {v.kind for v in find(line.text)}
            if not kinds & set(question.kinds[:2]):
                continue
        shared = sum(match(t, bag, noisy=material.noisy) for t in question.terms)
        ranked.append((shared, -order, line))
    ranked.sort(key=lambda r: (-r[0], -r[1]))
    some = [line for _, _, line in ranked[:FEW]]
    if not some or not question.terms:
        return None
    cosines = list(near(question.text, [line.text for line in some]))
    at = max(range(len(some)), key=lambda i: cosines[i] + 0.12 * ranked[i][0])
    shared = ranked[at][0] / len(question.terms)
    if cosines[at] < CLOSE or shared < 0.34:
        return None
    line = some[at]
    typed = [v for k in question.kinds for v in find(line.text) if v.kind == k]
    value = normalized(typed[0].text) if typed else _inside(question, line.text)
    return Found(value, line.text, line.mark, start=line.start)
