"""Answers from a table: a cell, the row that fits, a sum, a mean, an extreme, a count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import fmean

from tools.reading.computing.grid import grid, of_rows
from tools.reading.computing.query import queried
from tools.reading.computing.worked import Near
from tools.reading.lexicon import match, terms
from tools.reading.material import Material, Table
from tools.reading.question import Question
from tools.reading.values import day, number, plain_number

_ABOVE = re.compile(
    r"\b(?:more|greater|higher|larger|over|above|exceed\w*|older|later|after) (?:than )?(?P<n>\d[\d,.]*)|(?:超过|大于|高于|多于)\s?(?P<z>\d[\d,.]*)",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"\b(?:less|fewer|lower|smaller|under|below|younger|earlier|before) (?:than )?(?P<n>\d[\d,.]*)|(?:低于|小于|少于|不到)\s?(?P<z>\d[\d,.]*)",
    re.IGNORECASE,
)
_NEUTRAL = frozenset(
    "best top most least high low more less than over under above below between row column entry entri record recorded highest lowest earn sold made best-selling average mean sum 最 最高 最低 最多 最少 平均 总和 比".split()
)
_REASON = re.compile(
    r"^\W*(?:why|how (?:do|can|should|to)|which days?|what exactly)\b|为什么", re.IGNORECASE
)
_TALLY = re.compile(r"how many|number of|几个|多少[个人]", re.IGNORECASE)
_TOTAL_ROW = {"@total", "@subtotal", "@amount"}


@dataclass(frozen=True, slots=True)
class FromTable:
    """A value with the row or rows that prove it."""

    value: str
    line: str
    source: int
    shown: str = ""


def from_tables(
    question: Question, material: Material, near: Near | None = None
) -> FromTable | None:
    """The answer that one of the tables of a material gives, also those its rows make."""
    for table in material.tables:
        if found := from_table(question, table, near):
            return found
    for table in of_rows(material):
        typed = grid(table)
        if typed and (row := queried(question, typed, near)):
            lines = [typed.rows[r][: len(table.header)] for r in row.rows]
            return FromTable(row.value, _shown(table.header, lines), -1, row.shown)
    return None


def from_table(question: Question, table: Table, near: Near | None = None) -> FromTable | None:
    """The answer that one table gives; None where it does not speak of what was asked.

    ``near`` tells by meaning which column is meant where no word of the question names it.
    """
    typed = grid(table)
    if typed and (found := queried(question, typed, near)):
        rows = [typed.rows[r][: len(table.header)] for r in found.rows]
        return FromTable(found.value, _shown(table.header, rows), table.source, found.shown)
    if near is not None and not _limits(question.text):
        return None  # what stands in one cell the reader finds
    return looked_up(question, table)


def looked_up(question: Question, table: Table) -> FromTable | None:
    """The cell, row or sum whose every word is in the table."""
    if _REASON.search(question.text) or _TALLY.search(question.text):
        return None
    width = len(table.header)
    rows = [r for r in table.rows[1:] if len(r) == width and any(c.strip() for c in r)]
    if not rows or width < 2:
        return None
    rows = [r for r in rows if not set(terms(r[0])) & _TOTAL_ROW] or rows
    asked = list(question.terms)
    words = set(asked)
    limits = _limits(question.text)
    fits, used = _filtered(rows, table.header, words, question.text)
    columns = _columns(table, words - used, question.text)
    used |= {t for t in words for c in columns if match(t, set(terms(table.header[c])))}
    context = set(terms(table.heading)) | {t for head in table.header for t in terms(head)}
    left = {  # names something that the table does not have
        t
        for t in words - used - question.doing
        if (len(t) > 1 or t.isascii())
        and t not in _NEUTRAL
        and not match(t, context)
        and not _spoken(t, question, table)
        and not (limits and t.isdigit())
    }
    if left:
        return None
    if (
        not used
        and not columns
        and not (question.operation == "count" and {"row", "entri", "record", "entry"} & words)
    ):
        return None
    target = _target(question, table, rows, columns, used)
    return _computed(question, table, fits, target, limits)


def _spoken(term: str, question: Question, table: Table) -> bool:
    """Terms that say what is done, not what it is about."""
    if term in {"@total", "@amount", "@quantity", "@item", "@name"}:
        return True
    return (
        term in {"@price", "@rating", "@employee", "@salary"}
        and bool(question.operation)
        and any(match(term, set(terms(h))) for h in table.header)
    )


def _limits(text: str) -> tuple[tuple[str, float], ...]:
    out = []
    for sign, pattern in (("above", _ABOVE), ("below", _BELOW)):
        if (found := pattern.search(text)) and (
            value := number(found["n"] or found["z"])
        ) is not None:
            out.append((sign, value))
    return tuple(out)


def _filtered(
    rows: list[tuple[str, ...]], header: tuple[str, ...], words: set[str], text: str
) -> tuple[list[tuple[str, ...]], set[str]]:
    """The rows that a cell named in the question picks, and the terms that it took."""
    low = text.casefold()
    picked: dict[int, set[int]] = {}
    used: set[str] = set()
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            said = cell.strip().casefold()
            if not said or (said.replace(".", "").replace(",", "").isdigit() and len(said) < 4):
                continue
            parts = set(terms(cell))
            whole = (
                re.search(rf"(?<![\w]){re.escape(said)}(?![\w])", low)
                if said.isascii()
                else said in low
            )
            some = parts & words if not any(t.startswith("@") for t in parts) else set()
            if whole or (
                some
                and len(some) >= max(1, len(parts) - 1)
                and all(len(t) > 2 or not t.isascii() for t in some)
            ):
                picked.setdefault(column, set()).add(at)
                used |= parts & words
    if not picked:
        return rows, used
    chosen = set.intersection(*picked.values()) or set.union(*picked.values())
    return [rows[i] for i in sorted(chosen)], used


def _columns(table: Table, words: set[str], text: str) -> list[int]:
    """The columns that the question names, best first."""
    scores = {
        c: sum(match(t, set(terms(head))) for t in words) for c, head in enumerate(table.header)
    }
    for c, head in enumerate(table.header):
        # a name that is also a small word ("May") has no term of its own: it counts as written
        if not terms(head) and re.search(rf"(?<!\w){re.escape(head.strip())}(?!\w)", text):
            scores[c] = 1.0 if head.strip()[:1].isupper() else scores[c]
    return [c for c in sorted(scores, key=lambda c: (-scores[c], c)) if scores[c] >= 0.6]


def _target(
    question: Question,
    table: Table,
    rows: list[tuple[str, ...]],
    columns: list[int],
    used: set[str],
) -> int | None:
    """The column whose value is asked for."""
    numeric = [c for c in range(len(table.header)) if _numbers(rows, c)]
    if question.operation in {"sum", "average", "max", "min", "difference"}:
        dated = [c for c in columns if all(day(r[c]) for r in rows)]
        chosen = (
            [c for c in columns if c in numeric]
            or dated
            or ([numeric[-1]] if len(numeric) == 1 else [])
        )
        return chosen[0] if chosen else None
    if question.kinds[:1] == ("name",) and not columns:
        return 0
    if columns:
        return columns[0]
    if question.kinds[:1] == ("place",):
        places = [
            c
            for c, h in enumerate(table.header)
            if {"@city", "@address", "@country"} & set(terms(h))
        ]
        return places[0] if places else None
    if question.operation == "count":
        return None
    if {"money", "quantity"} & set(question.kinds) and len(numeric) == 1:
        return numeric[0]
    return None


def _numbers(rows: list[tuple[str, ...]], column: int) -> bool:
    cells = [r[column] for r in rows if r[column].strip()]
    good = [
        c
        for c in cells
        if re.fullmatch(r"[^\d\w]{0,3}(?:[A-Z]{3}\s)?-?\d[\d,.' ]*\s?[%\w€元]{0,4}", c.strip())
    ]
    return bool(cells) and len(good) >= 0.8 * len(cells) and not all(day(c) for c in cells)


def _computed(
    question: Question,
    table: Table,
    rows: list[tuple[str, ...]],
    target: int | None,
    limits: tuple[tuple[str, float], ...],
) -> FromTable | None:
    header = table.header
    label = 0
    if limits:
        column = (
            target
            if target is not None and _numbers(rows, target)
            else next((c for c in range(len(header)) if _numbers(rows, c)), None)
        )
        if column is None:
            return None
        rows = [r for r in rows if _within(r[column], limits)]
        if question.operation != "count":
            return (
                FromTable(", ".join(r[label] for r in rows), _shown(header, rows), table.source)
                if rows
                else None
            )
    if question.operation == "count" and (target is None or not _numbers(rows, target) or limits):
        return FromTable(str(len(rows)), _shown(header, rows), table.source)
    if target is None:
        return None
    if question.operation in {"sum", "average", "difference"}:
        return _arithmetic(question, table, rows, target)
    if question.operation in {"max", "min"} and len(rows) > 1:
        known = [r for r in rows if _key(r[target]) is not None]
        if not known:
            return None
        pick = max if question.operation == "max" else min
        row = pick(known, key=lambda r: _key(r[target]) or 0.0)
        value = (
            f"{row[label]} ({row[target]})" if _asks_label(question, header[label]) else row[target]
        )
        return FromTable(value, _shown(header, [row]), table.source)
    if len(rows) > 3 or not rows or question.operation:
        return None
    values = [r[target] for r in rows if r[target].strip()]
    return (
        FromTable(", ".join(dict.fromkeys(values)), _shown(header, rows), table.source)
        if values
        else None
    )


def _asks_label(question: Question, head: str) -> bool:
    """Whether the name of the row is asked for ("who ...", "which city ..."), not the number."""
    if question.kinds[:1] == ("name",) or re.search(r"\bwhich\b|\bwho\b|谁|哪", question.text):
        return True
    return bool(set(terms(head)) & set(question.terms))


def _arithmetic(
    question: Question, table: Table, rows: list[tuple[str, ...]], target: int
) -> FromTable | None:
    cells = [r[target] for r in rows if number(r[target]) is not None]
    numbers = [number(c) or 0.0 for c in cells]
    if not numbers or (question.operation == "difference" and len(numbers) != 2):
        return None
    if question.operation == "sum":
        result = sum(numbers)
    elif question.operation == "average":
        result = round(fmean(numbers), 2)
    else:
        result = abs(numbers[0] - numbers[1])
    signs = {"sum": " + ", "average": ", ", "difference": " - "}
    shown = signs[question.operation].join(
        cells
        if question.operation != "difference"
        else sorted(cells, key=lambda c: -(number(c) or 0))
    )
    if len(cells) > 12:
        shown = f"{signs[question.operation].join(cells[:4])} … ({len(cells)} rows)"
    return FromTable(
        plain_number(result, like=cells if question.operation != "average" else ()),
        f"{table.header[target]}: {shown}",
        table.source,
    )


def _key(cell: str) -> float | None:
    when = day(cell)
    return float(when.toordinal()) if when else number(cell)


def _within(cell: str, limits: tuple[tuple[str, float], ...]) -> bool:
    value = number(cell)
    return value is not None and all(
        value > n if sign == "above" else value < n for sign, n in limits
    )


def _shown(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """The rows as a person reads them: header and cell."""
    lines = [
        ", ".join(f"{h}: {c}" for h, c in zip(header, row, strict=True) if c.strip())
        for row in rows[:4]
    ]
    more = f" … (+{len(rows) - 4})" if len(rows) > 4 else ""
    return "; ".join(lines) + more
