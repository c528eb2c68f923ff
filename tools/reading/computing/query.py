"""Questions put to a typed table: sums, means, extremes, counts, differences, lengths of time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from tools.reading.computing.amounts import counted, told, unit
from tools.reading.computing.grid import Column, Grid, as_written, said
from tools.reading.computing.operations import (
    ALL_OF,
    AVERAGE,
    COUNT,
    DIFFERENCE,
    EXTREMES,
    FILLER,
    LONG,
    MONEY,
    SAVE,
    THE_VALUE,
    TOTAL,
)
from tools.reading.computing.rows import Picked, picked, words
from tools.reading.computing.worked import Near
from tools.reading.lexicon import terms
from tools.reading.question import Question
from tools.reading.values import number


@dataclass(frozen=True, slots=True)
class Answer:
    """A value, the arithmetic that gave it, and the rows that it came from."""

    value: str
    shown: str
    rows: tuple[int, ...]


def queried(question: Question, grid: Grid, near: Near | None) -> Answer | None:
    """The computed answer that a table gives; None where it doesn't, or not surely."""
    text = counted(question.text)
    chosen = picked(text, grid)
    if not chosen.rows:
        return None
    for step in (_difference, _counted, _extreme, _summed):
        if found := step(question, text, grid, chosen, near):
            return found
    return None


def _rest(
    text: str, chosen: Picked, explained: Sequence[str], pattern: re.Pattern[str]
) -> list[str]:
    """The terms that nothing explains yet."""
    doing = {t for m in pattern.finditer(text) for t in words(m.group())}
    return [
        t
        for t in dict.fromkeys(words(text))
        if t not in chosen.used
        and t not in doing
        and t not in FILLER
        and t != str(len(chosen.rows))
        and not said(t, explained)
    ]


_ELSEWHERE = frozenset("@phone @email @web @address @password @account".split())


def _strange(rest: Sequence[str], text: str) -> bool:
    """Whether something stays unexplained that must be in the table: a name, a number, a day."""
    for t in rest:
        if (t.isdigit() and t != "1") or t in _ELSEWHERE:
            return True
        at = re.search(rf"(?<=\s)({re.escape(t[:4])})", text, re.IGNORECASE)
        if at and at[1][:1].isupper():
            return True
    return False


def _head_words(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(t for c in columns for t in words(c.head))


def _target(
    text: str,
    grid: Grid,
    fitting: Sequence[Column],
    chosen: Picked,
    near: Near | None,
    hint: str = "",
    *,
    least: float = 0.22,
) -> Column | None:
    """The column meant: by its name, else by its kind, else by meaning."""
    free = [c for c in fitting if c.at not in chosen.columns] or list(fitting)
    asked = [t for t in words(text) if t not in chosen.used] + list(words(hint))
    scores = {c.at: sum(said(t, words(c.head)) for t in dict.fromkeys(asked)) for c in free}
    top = max(scores.values(), default=0.0)
    if top >= 0.6:
        best = [c for c in free if scores[c.at] >= top - 0.05]
        short = min(len(words(c.head)) for c in best)
        plain = [c for c in best if len(words(c.head)) == short]
        best = plain if len(plain) == 1 and top < 2 and short == 1 else best
        if len(best) == 1:
            return best[0]
        free = best
    money = [c for c in free if c.kind == "money"]
    if money and MONEY.search(text):
        free = money
        if len(free) == 1:
            return free[0]
        totals = [
            c
            for c in free
            if {"@total", "@amount"} & set(terms(c.head)) or "gross" in c.head.casefold()
        ]
        if len(totals) == 1:
            return totals[0]
    if not free or near is None or len(free) > 12:
        alone = len(free) == 1 and least <= 0.2 and not (hint and free[0].kind == "number")
        return free[0] if alone else None
    heads = [
        re.sub(r"[()（）]", " ", f"{c.head} {c.unit if c.unit != 'money' else ''}") for c in free
    ]
    cosines = near(f"{text} {hint}".strip(), heads)
    order = sorted(range(len(free)), key=lambda i: -cosines[i])
    if cosines[order[0]] < least or (
        len(order) > 1 and cosines[order[0]] - cosines[order[1]] < 0.03
    ):
        return None
    return free[order[0]]


_SPEED = re.compile(r"speed|\bpace\b|/h\b|\bmph\b|速", re.IGNORECASE)


def _extreme(
    question: Question, text: str, grid: Grid, chosen: Picked, near: Near | None
) -> Answer | None:
    """The row where a column is the most or the least."""
    for pattern, way, hint, kinds in EXTREMES:
        if not pattern.search(text):
            continue
        if chosen.limited and COUNT.search(text):
            return None
        fitting = [c for c in grid.columns if c.ordered and (not kinds or c.kind in kinds)]
        if way in {"fast", "slow"}:
            fitting = [
                c
                for c in fitting
                if c.kind == "span" or _SPEED.search(f"{c.head} {c.unit} {c.cells[0]}")
            ]
        if not kinds:
            fitting = [c for c in fitting if c.numeric] or fitting
        column = _target(text, grid, fitting, chosen, near, hint, least=0.15 if kinds else 0.2)
        if column is None or len(chosen.rows) < 2:
            return _commonest(text, grid, chosen, pattern) if not kinds and way == "max" else None
        rest = _rest(text, chosen, (*_head_words(grid.columns), *words(grid.heading)), pattern)
        if _strange(rest, text) or len(rest) > 2:
            return None
        named = any(said(t, words(column.head)) for t in words(text))
        common = None if kinds or way != "max" or named else _commonest(text, grid, chosen, pattern)
        if common:
            return common
        known = [r for r in chosen.rows if column.values[r] is not None]
        if len(known) < 2:
            return None
        larger = way == "max" or (
            way in {"fast", "slow", "old", "new"}
            and (column.kind == "number") == (way in {"fast", "old"})
        )
        row = (max if larger else min)(known, key=lambda r: column.values[r] or 0.0)
        ties = [r for r in known if column.values[r] == column.values[row]]
        if len(ties) > 3:
            return None
        if THE_VALUE.search(text) and named:
            return Answer(column.cells[row], "", tuple(ties))
        name = ", ".join(_name(text, grid, r) for r in ties)
        return Answer(f"{name} ({column.cells[row]})", "", tuple(ties))
    return None


def _name(text: str, grid: Grid, row: int) -> str:
    """What is asked for of a row: the cell of the column that the question names, else its label."""
    found = re.search(
        r"\b(?:which|what|whose)\s+(\w+)|哪(?:个|一|位|种|家|款)?([\u4e00-\u9fff]{2})",
        text,
        re.IGNORECASE,
    )
    if found:
        asked = words(found[1] or found[2])
        for c in grid.columns:
            if not c.numeric and any(said(t, words(c.head)) > 0.85 for t in asked):
                label = grid.label(row)
                return c.cells[row] if c.cells[row] in label else f"{c.cells[row]}, {label}"
    return grid.label(row)


def _commonest(text: str, grid: Grid, chosen: Picked, pattern: re.Pattern[str]) -> Answer | None:
    """Who or what stands most often: "who works the most nights", "which rider took most stages"."""
    m = re.search(r"\b(?:which|what) (\w+)", text)
    for c in grid.columns if m else ():
        counts = Counter(c.cells[r] for r in chosen.rows if c.cells[r])
        if c.kind != "text" or not m or not any(said(t, words(c.head)) for t in words(m[1])):
            continue
        best = counts.most_common(2)
        if len(best) == 2 and best[0][1] > best[1][1]:
            rows = tuple(r for r in chosen.rows if c.cells[r] == best[0][0])
            return Answer(f"{best[0][0]} ({best[0][1]})", "", rows)
    if len(chosen.rows) == 1 and re.search(r"\bwho\b|谁", text):
        row = chosen.rows[0]
        counts = Counter(v for v in grid.rows[row][1:] if v)
        best = counts.most_common(2)
        if (
            len(best) == 2
            and best[0][1] > best[1][1]
            and best[0][1] > 2
            and not _strange(_rest(text, chosen, (), pattern), text)
        ):
            return Answer(f"{best[0][0]} ({best[0][1]})", "", (row,))
    return None


def _summed(
    question: Question, text: str, grid: Grid, chosen: Picked, near: Near | None
) -> Answer | None:
    """A sum or a mean of a column."""
    mean = bool(AVERAGE.search(text))
    some = 1 < len(chosen.rows) < len(grid.rows)
    if not mean and not TOTAL.search(text) and not (some and ALL_OF.search(text)):
        return None
    fitting = [
        c for c in grid.columns if (c.numeric and c.kind != "percent") or (mean and c.numeric)
    ]
    pattern = AVERAGE if mean else TOTAL
    columns = [c for c in fitting if c.at not in chosen.columns]
    column = _target(text, grid, columns, chosen, near, least=0.3)
    if column is None:
        return None
    named = any(said(t, words(column.head)) for t in words(text) if t not in FILLER)
    if (
        not named
        and not some
        and (grid.source < 0 or (len(columns) > 1 and not MONEY.search(text)))
    ):
        return None  # of all rows, and of a column that nobody named
    explained = (
        *_head_words([column]),
        *_head_words([c for c in grid.columns if not c.numeric]),
        *words(grid.heading),
    )
    rest = _rest(text, chosen, explained, pattern)
    if _strange(rest, text) or len(rest) > 2:
        return None
    rows = [r for r in chosen.rows if column.values[r] is not None]
    if len(rows) < 2:
        return None
    cells = [column.cells[r] for r in rows]
    numbers = [column.values[r] or 0.0 for r in rows]
    result = fmean(numbers) if mean else sum(numbers)
    sign = ", " if mean else " + "
    shown = (
        sign.join(cells) if len(cells) <= 12 else f"{sign.join(cells[:4])} … ({len(cells)} rows)"
    )
    value = as_written(column, result, cells, mean=mean, chinese=question.chinese)
    return Answer(value, f"{column.head}: {shown}", tuple(rows))


def _counted(
    question: Question, text: str, grid: Grid, chosen: Picked, near: Near | None
) -> Answer | None:
    """How many rows fit, or how often something stands in a plan of days or hours."""
    if not COUNT.search(text) or AVERAGE.search(text):
        return None
    explained = (*_head_words(grid.columns), *words(grid.heading))
    rest = _rest(text, chosen, explained, COUNT)
    noun = re.search(
        r"\b(?:how many|number of)\s+(?:of (?:the|our|my|them)\s)?([\w-]+)", text, re.IGNORECASE
    )
    about = set(words(noun[1])) if noun else set()
    if again := _repeated(text, grid, rest, about):
        return again
    if about and noun and unit(noun[1]) and not chosen.limited:
        return None  # so many of a unit, not so many rows
    rest = [t for t in rest if t not in about]
    if _strange(rest, text) or len(rest) > 1 + question.chinese:
        return None
    numeric = [
        c
        for c in grid.columns
        if c.numeric and c.at not in chosen.columns and any(said(t, words(c.head)) for t in about)
    ]
    if numeric:
        return None
    whole = len(chosen.rows) == len(grid.rows)
    sorts = [c for c in chosen.columns if len(set(grid.columns[c].cells)) < len(grid.rows)]
    if (sorts or chosen.limited) and not whole and chosen.rows:
        if not chosen.limited and all(grid.columns[c].at in grid.names() for c in chosen.columns):
            return None
        names = ", ".join(grid.label(r) for r in chosen.rows[:12])
        return Answer(str(len(chosen.rows)), names, tuple(chosen.rows))
    return None


_TURNS = frozenset("shift class lesson hour turn day night slot tim session".split())


def _repeated(text: str, grid: Grid, rest: Sequence[str], about: set[str]) -> Answer | None:
    """How often a name stands in a plan whose columns are days, hours or persons."""
    if len(grid.columns) < 4 or any(c.numeric for c in grid.columns[1:]):
        return None
    cells = [(r, c, v) for r, row in enumerate(grid.rows) for c, v in enumerate(row) if c and v]
    counts = Counter(t for _, _, v in cells for t in set(words(v)))
    if about and not set(words(text)) & (
        _TURNS | set(words(grid.heading)) | set(words(grid.columns[0].head))
    ):
        return None
    plan = sum(max((counts[t] for t in words(v)), default=0) > 1 for _, _, v in cells) > 0.6 * len(
        cells
    )
    if not plan:
        return None
    labels = {t for row in grid.rows for t in words(row[0])} | set(_head_words(grid.columns))
    asked = set(words(text))
    named = [t for t in counts if t in asked - labels - about]
    if (
        len(named) != 1
        or _strange([t for t in rest if t not in named], text)
        or len(set(rest) - _TURNS - set(named)) > 1
    ):
        return None
    rows = {r for r in range(len(grid.rows)) if set(words(grid.rows[r][0])) & asked}
    columns = {c.at for c in grid.columns[1:] if set(words(c.head)) & asked}
    found = [
        (r, c, v)
        for r, c, v in cells
        if named[0] in words(v) and (not rows or r in rows) and (not columns or c in columns)
    ]
    shown = ", ".join(f"{grid.columns[c].head} {v}" for _, c, v in found[:12])
    return (
        Answer(str(len(found)), shown, tuple(sorted({r for r, _, _ in found}))) if found else None
    )


def _difference(
    question: Question, text: str, grid: Grid, chosen: Picked, near: Near | None
) -> Answer | None:
    """How much one row is above another, or how long a row lasts from its first time to its last."""
    if LONG.search(text) and len(chosen.rows) == 1:
        times = [
            c for c in grid.columns if c.kind == "time" and c.values[chosen.rows[0]] is not None
        ]
        rest = _rest(text, chosen, (*_head_words(grid.columns), "journey", "trip", "ride"), LONG)
        if len(times) == 2 and len(rest) <= 1 and not _strange(rest, text):
            one, two = (c.values[chosen.rows[0]] or 0.0 for c in times)
            cells = [c.cells[chosen.rows[0]] for c in times]
            return Answer(
                told((two - one) % 1440, chinese=question.chinese),
                f"{cells[1]} - {cells[0]}",
                tuple(chosen.rows),
            )
    if len(chosen.rows) == 1 and re.search(r"\bsav(?:e|ing)\b|省", text):
        row = chosen.rows[0]
        money = [c for c in grid.columns if c.kind == "money" and c.values[row] is not None]
        rest = _rest(text, chosen, _head_words(grid.columns), SAVE)
        if len(money) == 2 and not _strange(rest, text) and len(rest) <= 1:
            cells = sorted((c.cells[row] for c in money), key=lambda c: -(number(c) or 0))
            gap = abs((money[0].values[row] or 0) - (money[1].values[row] or 0))
            return Answer(as_written(money[0], gap, cells), " - ".join(cells), (row,))
    if not DIFFERENCE.search(text):
        return None
    rows = chosen.rows
    if len(rows) != 2 or chosen.limited:
        return None
    fitting = [c for c in grid.columns if c.ordered and c.kind != "year"]
    column = _target(text, grid, fitting, chosen, near, least=0.2)
    if column is None:
        return None
    rest = _rest(text, chosen, _head_words(grid.columns), DIFFERENCE)
    if _strange(rest, text) or len(rest) > 2:
        return None
    values = [column.values[r] for r in rows]
    if values[0] is None or values[1] is None:
        return None
    high, low = sorted(rows, key=lambda r: -(column.values[r] or 0.0))
    gap = abs(values[0] - values[1])
    cells = [column.cells[high], column.cells[low]]
    if column.kind == "time":
        value = told(gap, chinese=question.chinese)
    elif column.kind == "date":
        value = f"{gap:.0f} " + ("天" if question.chinese else "days")
    else:
        value = as_written(column, gap, cells, chinese=question.chinese)
    return Answer(value, f"{column.head}: {cells[0]} - {cells[1]}", (high, low))
