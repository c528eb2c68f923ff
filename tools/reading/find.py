"""The answer to a question from what was read, with its proof, or nothing where it isn't there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tools.language.glossary import has_chinese
from tools.reading.candidates import NAME, Candidate, candidates
from tools.reading.computing.spans import span
from tools.reading.computing.sums import computed, worked
from tools.reading.computing.tables import from_tables
from tools.reading.computing.things import things
from tools.reading.computing.worked import Near
from tools.reading.lexicon import match, terms
from tools.reading.material import Line, Material
from tools.reading.question import PEOPLE, Question, understood
from tools.reading.score import Scored, scored
from tools.reading.units import Unit, units
from tools.reading.values import day, find

if TYPE_CHECKING:
    from tools.reading.reader import Reader

_PLACE = re.compile(
    r"\b(?:in|at|from|to|near)\s((?:the\s)?[A-ZÀ-Þ0-9][\w'’À-ÿ.-]*(?:[\s,]+(?:of\s|the\s)?[A-ZÀ-Þ0-9][\w'’À-ÿ.-]*)*)"
)
_PLACE_ZH = re.compile(
    r"(?:在|位于|到|去)([一-鿿\w]{2,20}?(?:路|街|市|区|省|县|镇|楼|室|厅|号|店|园|院|站))"
)


ENOUGH = 0.55
"""Chance from which what the reader found is said."""
FULL = 30
"""Characters from which a line of print may be broken by its width; Chinese by half as many."""
SAME = 0.6
"""Likeness from which two terms say the same."""


@dataclass(frozen=True, slots=True)
class Found:
    """``value`` answers (empty: the line itself does); ``shown`` is arithmetic, if any.

    ``source`` is the place among the sources of the tool's result (-1: none), ``start`` the second
    in a recording (-1: none), ``chance`` (0..1) that it is the answer. Where it is not ``sure``,
    ``line`` and ``others`` (each with its source) are only what comes nearest to the question.
    """

    value: str
    line: str
    source: int = -1
    shown: str = ""
    start: float = -1.0
    chance: float = 1.0
    others: tuple[tuple[str, int], ...] = ()

    @property
    def sure(self) -> bool:
        return self.chance >= ENOUGH


def as_data(found: Found | None) -> dict[str, object] | None:
    """What was found as the data of a tool's result; ``Found(**data)`` is it again."""
    return None if found is None else asdict(found)


Answering = Callable[[str, Material], Found | None]
"""Answers a question from a material; what the tools that read are given."""


def answer(text: str, material: Material, reader: Reader | None = None) -> Found | None:
    """Answer a question from a material.

    Args:
        text: the question as the person put it.
        material: what a tool read.
        reader: chooses among its lines; without it only what is computed is found, and fields
            whose key is named.

    Raises:
        Unavailable, Failed: the reader's files are missing or damaged.
    """
    question = understood(text)
    if question.whole or question.gist:
        return None
    if found := arithmetic(text, material, reader.near if reader is not None else None):
        return found
    read = _read(question, material, reader) if reader is not None else None
    if read is not None and read.sure:
        return read
    best = scored(question, candidates(material), noisy=material.noisy)
    if reader is not None:
        # it was not sure: what has the very name that was asked for is better
        return _found(question, best) if best and _exactly(question, best[0].candidate) else read
    if best:
        return _found(question, best)
    return _shop(question, material)


def arithmetic(text: str, material: Material, near: Near | None = None) -> Found | None:
    """What is to be computed from the values of a material: sums, differences, extremes, counts.

    ``near`` tells by meaning which column or item is meant; without it words must be shared.
    """
    question = understood(text)
    if cell := from_tables(question, material, near):
        return Found(cell.value, cell.line, cell.source, cell.shown)
    done = (
        worked(question, things(material), near)
        or span(question.text, material, near)
        or computed(question, candidates(material))
    )
    if done is None:
        return None
    line = " / ".join(dict.fromkeys(x.text for x in done.lines[:6]))
    return Found(done.value, line, done.lines[0].source, done.shown)


def _read(question: Question, material: Material, reader: Reader) -> Found | None:
    """What the reader finds."""
    parts = units(material)
    reading = reader.read(question.text, [part.text for part in parts])
    if reading is None:
        return None
    part = parts[reading.at]
    value = part.text[reading.start : reading.end].strip(" ,;:")
    if question.kinds[:1] == ("name",):  # of two names in a line the one beside the role
        value = _role(question, part.text) or value
    return Found(
        normalized(value),
        _whole(parts, reading.at) if material.noisy else part.text,
        part.line.source,
        start=part.line.start,
        chance=reading.chance,
        others=tuple(
            (_whole(parts, i) if material.noisy else parts[i].text, parts[i].line.source)
            for i in reading.others
        ),
    )


def _whole(parts: Sequence[Unit], at: int) -> str:
    """A line of print with the lines that its sentence goes on in, where it was broken."""
    text = parts[at].text
    if at and _runs_on(parts[at - 1], parts[at]) and text[:1].islower():
        text = f"{parts[at - 1].text} {text}"
    if at + 1 < len(parts) and _runs_on(parts[at], parts[at + 1]):
        text = f"{text} {parts[at + 1].text}"
    return text


def _runs_on(first: Unit, second: Unit) -> bool:
    """Whether a line is full, ends within a sentence, and is followed by another plain one."""
    return (
        len(first.text) >= (FULL // 2 if has_chinese(first.text) else FULL)
        and (first.text[-1].isalpha() or first.text[-1] in ",;，、")
        and max(len(first.line.cells), len(second.line.cells)) < 2
        and first.line.source == second.line.source
    )


def _exactly(question: Question, candidate: Candidate) -> bool:
    """Whether the name of a value and what was asked for are the same, with nothing left over."""
    asked = set(question.terms)
    return (
        candidate.pair
        and bool(asked)
        and all(match(term, candidate.key) > SAME for term in asked)
        and all(match(term, asked) > SAME for term in candidate.key)
    )


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
            return Found(line.text, line.text, line.source)
    return None


def _found(question: Question, best: Sequence[Scored]) -> Found:
    top = _choice(question, best)
    value = _told(question, top.value, pair=top.pair) if top.value else ""
    if not value:
        value = _inside(question, top.line.text)
    return Found(value, _line(top.line, top.label), top.line.source, start=top.line.start)


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
