"""Places that may hold an answer: a value, the words that name it, and the line as proof."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.reading.lexicon import terms
from tools.reading.material import Cell, Line, Material
from tools.reading.values import Value, find

_COLON = re.compile(r"^(?P<key>[^:：=]{1,60}?)\s*(?:[:：]|\s=\s|\s[-–]\s(?=\S))\s*(?P<value>.+)$")
_DOTS = re.compile(r"\s*(?:\.{2,}|…+|_{2,})\s*")
_LETTER = re.compile(r"[^\W\d_]")
NAME = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s)?\b[A-ZÀ-Þ][\w'’À-ÿ-]+(?:\s(?:(?:de|van|von|der|di|la|bin)\b|[A-ZÀ-Þ][\w'’À-ÿ-]+|[A-Z]\.?(?!\w)))*"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """``key`` are the terms that name the value, ``near`` those around it (weaker).

    ``pair`` where the layout says that key and value belong together; ``order`` is the place
    of the line in the material.
    """

    value: str
    kinds: frozenset[str]
    key: frozenset[str]
    near: frozenset[str]
    line: Line
    pair: bool
    order: int
    label: str = ""


def candidates(material: Material) -> list[Candidate]:
    """Every candidate of the lines of a material, in reading order."""
    out: list[Candidate] = []
    lines = material.lines
    # what stands at the head of a picture is what all of it is about
    top = {t for line in lines[:2] for t in terms(line.text)} if material.noisy else set()
    for order, line in enumerate(lines):
        near = set(terms(line.heading)) | top
        if order:
            near |= set(terms(lines[order - 1].text)) if not line.sentence else set()
        frozen = frozenset(near)
        if len(line.cells) > 1:
            out += _row(line, lines[order + 1] if order + 1 < len(lines) else None, order, frozen)
        for cell in line.cells or (Cell(line.text),):
            out += _keyed(cell.text, line, order, frozen)
        if not line.cells or len(line.cells) == 1:
            out += _in_line(line, order, frozen)
        if line.cells:
            out += _below(lines, order, frozen)
        elif order + 1 < len(lines) and line.text.rstrip().endswith((":", "：")):
            follow = lines[order + 1]
            out.append(_made(follow.text, line.text, frozen, follow, order + 1))
    return out


def _made(value: str, label: str, near: frozenset[str], line: Line, order: int) -> Candidate:
    kinds = frozenset(v.kind for v in find(value)) | ({"word"} if _LETTER.search(value) else set())
    return Candidate(
        value.strip(), kinds, frozenset(terms(label)), near, line, True, order, label.strip(" :：")
    )


def _label(text: str) -> bool:
    """Whether a cell only names something: business words, no digits."""
    said = terms(text)
    return bool(said) and all(t.startswith("@") for t in said) and not re.search(r"\d", text)


def _headed(line: Line, under: Line | None) -> bool:
    """Whether three or more words stand over as many values."""
    return (
        under is not None
        and len(line.cells) >= 3
        and len(under.cells) == len(line.cells)
        and not re.search(r"\d", line.text)
        and bool(re.search(r"\d", under.text))
    )


def _row(line: Line, under: Line | None, order: int, near: frozenset[str]) -> Iterator[Candidate]:
    """Key on the left, value on the right; with more cells, each with all to its left."""
    cells = [c.text for c in line.cells]
    if all(_label(text) for text in cells) or _headed(line, under):
        return  # a row of headings: its values stand below
    for at in range(1, len(cells)):
        if _label(cells[at]):
            continue
        yield _made(cells[at], " ".join(cells[:at]), near, line, order)


def _keyed(text: str, line: Line, order: int, near: frozenset[str]) -> Iterator[Candidate]:
    """``Key: value``, and ``Key value`` where a line ends in a typed value."""
    match = _COLON.match(_DOTS.sub(": ", text, count=1) if _DOTS.search(text) else text)
    if match and _LETTER.search(match["key"]) and not re.match(r"^\d{1,2}$", match["key"][-2:]):
        yield _made(match["value"], match["key"], near, line, order)
        return
    if line.sentence:
        return
    found = find(text)
    if found and found[-1].end >= len(text.rstrip(" .")) - 1 and found[-1].start > 1:
        label = text[: found[-1].start].strip()
        if _LETTER.search(label) and len(label) <= 60:
            yield _made(found[-1].text, label, near, line, order)


def _in_line(line: Line, order: int, near: frozenset[str]) -> Iterator[Candidate]:
    """Each typed value of a line, named by the words of its clause, then of its line."""
    whole = frozenset(terms(line.text)) | near
    for value in find(line.text):
        yield Candidate(
            value.text,
            frozenset({value.kind}),
            _clause(line.text, value),
            whole,
            line,
            False,
            order,
        )
    yield Candidate("", frozenset(), frozenset(terms(line.text)), whole, line, False, order)


def _clause(text: str, value: Value) -> frozenset[str]:
    """The terms around a value, up to the next mark or other value on either side."""
    left = re.split(r"[,;，；。:：]|\band\b|\bbut\b", text[: value.start])[-1]
    right = re.split(r"[,;，；。.]|\band\b|\bbut\b", text[value.end :])[0]
    return frozenset(terms(left) + terms(right))


def _below(lines: Sequence[Line], order: int, near: frozenset[str]) -> Iterator[Candidate]:
    """A value under its key: boxes that overlap from left to right, in one of the next two rows."""
    for cell in lines[order].cells:
        if not cell.width or not _LETTER.search(cell.text) or len(cell.text) > 32:
            continue
        for step in (1, 2):
            if order + step >= len(lines):
                break
            under = lines[order + step]
            for other in under.cells:
                overlap = min(cell.x + cell.width, other.x + other.width) - max(cell.x, other.x)
                if (
                    overlap > 0.4 * min(cell.width, other.width)
                    and other.y - cell.y < 3.2 * cell.height
                ):
                    if not _COLON.match(other.text) and not _label(other.text):
                        yield _made(other.text, cell.text, near, under, order + step)
                    break
            else:
                continue
            break
