"""What a page or text gives a number for: goods with prices, keys with values, parts of sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tools.reading.computing.amounts import Amount, amount, counted, lasting
from tools.reading.computing.worked import Near
from tools.reading.lexicon import match, terms
from tools.reading.material import Line, Material
from tools.reading.values import find, number

_TRAIL = re.compile(
    r"^(?P<label>.*?[^\W\d_].*?|[^\W\d_])\s*[:：=]?\s+(?P<value>-?[^\w\s]?\s?(?:[A-Z]{2,3}\$?\s)?\d[\d.,']*(?:\s?(?:kg|g|km|m|ml|l|h|min|GB|MB|kWh|W|%|[€$£¥元]|[A-Z]{3}))?\s?-?)(?:\s(?:each|max|pp|a piece|per \w+|/ ?\w+))?$"
)
_MARKED = re.compile(r"[$€£¥￥₹₩₦₱]\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|元)")
_LEAD = re.compile(r"^(?P<n>\d{1,3})\s?(?:[x×*]\s?)?(?=[^\W\d_]{2})|^(?P<m>\d{1,3})\s?[x×]\s")
_TIMES = re.compile(r"\s[x×]\s?(?P<n>\d{1,3})$|\b(?P<a>\d{1,3})\s?[@x×]\s?[^\w\s]?\d")
_CLAUSE = re.compile(r"[,;，；。:：()（）]|\b(?:and|but|or|while|whereas|plus)\b")


@dataclass(frozen=True, slots=True)
class Thing:
    """A number and what it is of.

    ``label`` names it, ``around`` are the terms of its line and heading; ``pieces`` is how many
    of it the number is for; ``sure`` where the layout says that they belong together.
    """

    label: str
    value: str
    amount: Amount
    line: Line
    order: int
    sure: bool
    pieces: int = 1
    around: frozenset[str] = field(default=frozenset())

    @property
    def number(self) -> float:
        return self.amount.number

    @property
    def key(self) -> frozenset[str]:
        return frozenset(terms(self.label))


def things(material: Material) -> list[Thing]:
    """Every named number of a material in reading order."""
    out: list[Thing] = []
    for table in material.tables:
        head = table.header
        for row in table.rows[1:]:
            names = [c for c in row if amount(c) is None and re.search(r"[^\W\d_]", c)]
            for at, cell in enumerate(row):
                value = amount(cell) or _length(cell)
                if value is None or at == 0 or at >= len(head):
                    continue
                line = Line(" | ".join(row), table.source, heading=table.heading)
                unit = "money" if not value.unit and _priced(head[at]) else value.unit
                label = f"{names[0] if names else row[0]} {head[at]}"
                out.append(
                    Thing(
                        label,
                        cell,
                        Amount(value.number, unit),
                        line,
                        10_000 + len(out),
                        True,
                        1,
                        frozenset(terms(f"{line.text} {table.heading}")),
                    )
                )
    header: tuple[str, ...] = ()
    last = ""
    for order, line in enumerate(material.lines):
        cells = [c.text.strip(" |") for c in line.cells if c.text.strip(" |")] or [
            line.text.strip()
        ]
        if len(cells) >= 3 and not any(re.search(r"\d", c) for c in cells):
            header = tuple(cells)
            continue
        if line.sentence and not line.cells:
            out += _of_sentence(line, order)
        else:
            out += _of_row(line, cells, order, header, last)
        last = cells[0] if len(cells) == 1 and not re.search(r"\d", cells[0]) else ""
    return out


def _priced(head: str) -> bool:
    return bool({"@price", "@fee", "@amount", "@total", "@rent"} & set(terms(head))) or bool(
        re.search(r"[$€£¥元]", head)
    )


def _length(cell: str) -> Amount | None:
    minutes = lasting(cell)
    return None if minutes is None else Amount(minutes, "min")


def _of_row(
    line: Line, cells: list[str], order: int, header: tuple[str, ...], last: str
) -> Iterator[Thing]:
    """Each value of a row with the words to its left; what a cell names itself comes first."""
    names: list[str] = []
    around = frozenset(terms(f"{line.heading} {last} {line.text}"))
    values: list[tuple[str, Amount, str]] = []
    for at, cell in enumerate(cells):
        head = header[at] if len(header) == len(cells) else ""
        value = amount(cell) or _length(cell)
        if value is not None and (names or head):
            values.append((cell, value, " ".join([*names[:2], head])))
            continue
        parts = re.split(
            r"\s[·•|/]\s|[,;，；]\s(?=[^\d])|　|\s{2,}(?!\s|-?[^\w\s]?\d[\d.,]*-?$)", cell
        )
        for part in parts:
            found = _TRAIL.match(part.strip())
            inner = amount(found["value"]) if found else None
            if found is None or inner is None:
                marked = list(_MARKED.finditer(part))
                inner = amount(marked[0].group()) if len(marked) == 1 else None
                if inner is None:
                    continue
                label = (part[: marked[0].start()] or part[marked[0].end() :]).strip(" :：-–.(")
                said = marked[0].group()
            else:
                label, said = found["label"], found["value"]
            values.append((said, inner, " ".join([*names[:1], label]).strip()))
        names.append(cell)
    counts = [v for _, v, _ in values if not v.unit and v.number == int(v.number)]
    money = [v for _, v, _ in values if v.unit == "money"]
    for said, value, label in values:
        pieces = _pieces(label)
        if (
            pieces == 1
            and money
            and len(money) > 1
            and len(counts) == 1
            and value is money[-1]
            and 1 < counts[0].number < 500
        ):
            pieces = int(counts[0].number)
        if not re.search(r"[^\W\d_]", label):
            label = f"{last} {label}".strip()
        if re.search(r"[^\W\d_]", label):
            yield Thing(label, said, value, line, order, True, pieces, around)


def _pieces(label: str) -> int:
    if m := _LEAD.match(label.strip()):
        return max(1, int(m["n"] or m["m"]))
    if m := _TIMES.search(label.strip()):
        return max(1, int(m["n"] or m["a"]))
    return 1


def _of_sentence(line: Line, order: int) -> Iterator[Thing]:
    """The typed values of a sentence, each named by the words of its clause."""
    text = counted(line.text)
    around = frozenset(terms(f"{line.text} {line.heading}"))
    for value in find(text):
        if value.kind not in {"money", "quantity", "number", "percent", "span"}:
            continue
        said = amount(value.text) or _length(value.text) or _loose(value.text)
        if said is None:
            continue
        left = _CLAUSE.split(text[: value.start])
        right = _CLAUSE.split(text[value.end :])
        label = f"{left[-1]} {right[0]}".strip()
        if not terms(label) and len(left) > 1:
            label = f"{left[-2]} {label}"
        yield Thing(label, value.text, said, line, order, False, 1, around)


def _loose(text: str) -> Amount | None:
    value = number(text)
    if value is None:
        return None
    found = re.search(r"[^\W\d_]+$", text.strip())
    inner = amount(f"{value:.10g} {found.group()}") if found else None
    if inner is not None:
        return inner
    return Amount(value, "money" if re.search(r"[$€£¥]|euro|pound|dollar|元", text) else "")


_SMALL_WORDS = frozenset("price cost @price per @item one single".split())


def named(phrase: str, pool: Sequence[Thing], near: Near | None, *, unit: str = "") -> Thing | None:
    """The one thing that a phrase names; None where none does, or more than one as well.

    By its words, then by meaning: the nearest label, if no other is nearly as near.
    """
    asked = [t for t in dict.fromkeys(terms(phrase)) if t not in _SMALL_WORDS]
    pool = [t for t in pool if not unit or t.amount.unit == unit]
    if not asked or not pool:
        return None
    scores = [_covered(phrase, asked, t) for t in pool]
    top = max(scores)
    if top > 0.95:
        return _only([t for t, s in zip(pool, scores, strict=True) if s > top - 0.04], asked)
    if near is None or any(t.isdigit() and len(t) > 1 for t in asked):
        return None
    labels = list(dict.fromkeys(_bare(t.label) for t in pool if t.sure and len(t.label) < 60))[:24]
    if not labels:
        return None
    cosines = dict(zip(labels, near(phrase, labels), strict=True))
    ranked = sorted(
        (
            (cosines[_bare(t.label)] + 0.35 * s, t)
            for t, s in zip(pool, scores, strict=True)
            if _bare(t.label) in cosines
        ),
        key=lambda x: -x[0],
    )
    best = ranked[0]
    rivals = [s for s, t in ranked if t.order != best[1].order]
    if best[0] < NEAR_ENOUGH or (rivals and best[0] - rivals[0] < APART):
        return None
    return _only([t for s, t in ranked if t.order == best[1].order and s > best[0] - 0.02], asked)


NEAR_ENOUGH = 0.5
"""Cosine from which a label is taken for what was asked."""
APART = 0.1
"""How much nearer than any other it has to be."""


def _bare(label: str) -> str:
    return (
        re.sub(r"\d[\d.,]*\s?(?:kg|g|ml|l|x|mm|cm|pk|st|m|枚|包)?\b", " ", label).strip(" -x@*")
        or label
    )


def _covered(phrase: str, asked: Sequence[str], thing: Thing) -> float:
    """How much of a phrase a thing's label and its surroundings say; the label counts most."""
    if re.search(r"[\u4e00-\u9fff]", phrase):
        letters = set(re.findall(r"[\u4e00-\u9fff]", phrase)) - set("的一个個份那这和跟与要花钱付")
        latin = [t for t in asked if t.isascii()]
        if not letters:
            return _latin(latin, thing)
        hit = len(letters & set(thing.label)) / len(letters)
        wide = len(letters & set(thing.line.text)) / len(letters)
        return max(hit, 0.96 * wide if hit > 0.3 else 0.0) * (
            _latin(latin, thing) if latin else 1.0
        )
    return _latin(asked, thing)


def _latin(asked: Sequence[str], thing: Thing) -> float:
    if not asked:
        return 1.0
    key = thing.key
    total = 0.0
    inside = 0
    for t in asked:
        met = match(t, key, noisy=True)
        if met >= 0.6:
            inside += 1
            total += 1.0
        elif match(t, thing.around, noisy=True) >= 0.6:
            total += 0.97
    return total / len(asked) if inside else 0.0


def _only(fitting: Sequence[Thing], asked: Sequence[str]) -> Thing | None:
    """The one of some things that fit: of one line the total, of many the one that says least else."""
    if not fitting:
        return None
    orders = {t.order for t in fitting}
    if len(orders) == 1:
        if len(fitting) == 1 or len({t.number for t in fitting}) == 1:
            return fitting[-1]
        money = [t for t in fitting if t.amount.unit == "money"]
        same = len({t.label for t in money}) == 1 or (
            money and {"@amount", "@total"} & money[-1].key
        )
        return money[-1] if money and same else None
    said = set(asked)
    extra = [len([k for k in t.key if k not in said and not k.isdigit()]) for t in fitting]
    least = min(extra)
    best = [t for t, e in zip(fitting, extra, strict=True) if e == least]
    if len({(t.number) for t in best}) == 1:
        return best[0]
    return None
