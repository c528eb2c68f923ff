"""The rows of a table that a question speaks of: by cells it names, limits, and what they lack."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tools.reading.computing.amounts import clocks, counted
from tools.reading.computing.grid import BLANK, Column, Grid, said
from tools.reading.lexicon import match, terms
from tools.reading.values import number

_WEEK = {d[:3]: d for d in "monday tuesday wednesday thursday friday saturday sunday".split()}
_NOT = re.compile(
    r"\b(?:no|not|none|never|without|missing|lack\w*|un(?=paid)|still (?:owe|outstanding|open|to pay)|haven['’]?t|hasn['’]?t|don['’]?t|doesn['’]?t|didn['’]?t|isn['’]?t|aren['’]?t|outstanding)\b|没|無|无|未|不(?!同|多|少)",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:more|greater|higher|larger|longer|better|heavier|over|above|exceed\w*|beat\w*|beyond|older|later|after|past|topp?\w*)\b(?: than)?(?: their| its| the| a| his| her)?(?: sum of)? ?(?P<rest>.*)|(?:超过|超過|大于|高于|高於|多于|以上)(?P<z>.*)",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"\b(?:less|fewer|lower|smaller|shorter|lighter|cheaper|under|below|beneath|younger|earlier|before|short of)\b(?: than)?(?: their| its| the| a| his| her)? ?(?P<rest>.*)|(?:低于|低於|小于|少于|少於|不到|不足)(?P<z>.*)",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"^\W*(?:[A-Za-z]{0,3}[$€£¥₹])?\s?(\d[\d.,:]*)")
_EACH_WAY = re.compile(
    r"\b(?P<more>more|better|higher|worse|less|fewer)\b.*?\bin (?P<a>\w+) than (?:in )?(?P<b>\w+)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Picked:
    """The rows that fit, the terms of the question that chose them, and by which columns."""

    rows: list[int]
    used: set[str] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    limited: bool = False


_SAME = {"paid": "pay", "payed": "pay", "unpaid": "pay"}


def words(text: str) -> tuple[str, ...]:
    """The terms of a text; a day of the week is the same however it is shortened."""
    return tuple(_SAME.get(t, _day(t)) for t in terms(text))


def _day(term: str) -> str:
    full = _WEEK.get(term[:3], "")
    short = {full[:3], full[:4], full[:5], full}
    return full if full and term in short else term


def picked(text: str, grid: Grid) -> Picked:
    """Choose the rows; all of them where the question names none."""
    text = counted(text)
    asked = set(words(text))
    out = Picked(list(range(len(grid.rows))))
    _limited(text, grid, asked, out)
    by: dict[int, tuple[set[int], set[str]]] = {}
    for column in grid.columns:
        chosen = _named(text, asked - out.used, column, grid)
        if chosen[0]:
            by[column.at] = chosen
    # a term that two columns hold belongs to the one that it chooses most exactly
    for at, (rows, used) in sorted(by.items(), key=lambda x: (-len(x[1][1]), len(x[1][0]))):
        if used <= out.used and out.columns:
            continue
        left = [r for r in out.rows if r in rows]
        if left:
            out.rows, out.used = left, out.used | used
            out.columns.add(at)
        elif not used <= out.used:
            out.rows = []  # two cells are named that no row has
            return out
    _lacking(text, grid, asked, out)
    return out


def _named(text: str, asked: set[str], column: Column, grid: Grid) -> tuple[set[int], set[str]]:
    """The rows whose cell in a column is named, and the terms that name it."""
    low = text.casefold()
    head = set(words(column.head))
    best: dict[int, float] = {}
    used: dict[int, set[str]] = {}
    spread: dict[str, set[str]] = {}
    m = re.search(r"(?:how many|which|number of) (\w+)", low)
    noun = set(words(m[1])) if m else set()
    for cell in set(column.cells):
        for t in words(cell):
            spread.setdefault(t, set()).add(cell)
    for at, cell in enumerate(column.cells):
        parts = set(words(cell))
        if BLANK.fullmatch(cell) or column.kind in {"flag", "money", "span", "percent"}:
            continue
        if re.fullmatch(r"[\d.,:]+", cell):
            near = "|".join(re.escape(w) for w in re.findall(r"\w{2,}", column.head.casefold()))
            stems = "|".join(re.escape(h) for h in head if len(h) > 2 and not h.startswith("@"))
            told = near and re.search(
                rf"(?<!\w)(?:{near}|{stems or near})\w*\.?\s(?:no\.?\s|number\s)?{re.escape(cell)}(?![\w,.:]*\d)",
                low,
            )
            if told or (column.kind == "year" and re.search(rf"\b{cell}\b", low)):
                best[at] = 3.0
                used[at] = {t for t in asked if t == cell or said(t, tuple(head))}
            continue
        whole = (
            len(cell) > 1
            and (bool(parts) or cell.isupper())
            and (
                re.search(
                    rf"(?<!\w){re.escape(cell)}(?:'s|s)?(?!\w)",
                    text,
                    0 if cell.isupper() and len(cell) < 4 else re.IGNORECASE,
                )
                if cell.isascii() and cell[0].isalnum()
                else cell.casefold() in low
            )
        )
        if whole:
            best[at] = 2.0 + len(cell) / 100
            used[at] = {t for t in asked if match(t, parts)}
            continue
        some = {
            t
            for t in asked
            if len(t) > 1 and not t.startswith("@") and not t.isdigit() and said(t, tuple(parts))
        }
        rare = [
            t for t in some if len(spread.get(t, {cell})) <= max(1, 0.34 * len(set(column.cells)))
        ]
        covered = len(some) / max(1, len([p for p in parts if not p.isdigit()]))
        counted_noun = noun & some
        if counted_noun and covered < 1:
            continue
        if rare and (
            covered >= 0.5
            or any(
                re.search(rf"\b{t[:5]}", text)
                and t[:1].isalpha()
                and re.search(rf"\b{t[:1].upper()}{t[1:4]}", text)
                for t in rare
            )
        ):
            best[at] = sum(1 / len(spread.get(t, {cell})) for t in some) + covered / 10
            used[at] = some
        elif (sex := re.match(r"[FMWfmw女男](?=\d|\b)", cell)) and _SEX[sex.group().upper()].search(
            low
        ):
            best[at], used[at] = 1.5, {t for t in asked if _SEX[sex.group().upper()].search(t)}
        elif _contained(cell, low):
            best[at], used[at] = 1.0, {t for t in asked if t in parts or any(c in cell for c in t)}
    if not best:
        return set(), set()
    top = max(best.values())
    rows = {r for r, score in best.items() if score > 0.75 * top or score >= 2}
    return rows, set().union(*(used[r] for r in rows))


_WOMAN = re.compile(r"\bwom[ae]n|\bfemale|\bgirl|\blad(?:y|ies)|女")
_MAN = re.compile(r"\bm[ae]n\b|\bmale|\bboy|男")
_SEX = {"F": _WOMAN, "W": _WOMAN, "女": _WOMAN, "M": _MAN, "男": _MAN}


def _contained(cell: str, low: str) -> bool:
    """Whether a Chinese cell's beginning or end, of two letters and most of it, is said."""
    if not re.fullmatch(r"[\u4e00-\u9fff]{3,6}", cell):
        return False
    return any(
        len(p) >= 2 and p in low for p in (cell[:-1], cell[1:], cell[:2] if len(cell) <= 4 else "")
    )


def _limited(text: str, grid: Grid, asked: set[str], out: Picked) -> None:
    """Rows over or under a limit: a number, or another column."""
    if m := _EACH_WAY.search(text):
        one, two = (_column(m[g], grid) for g in ("a", "b"))
        if one and two and one is not two:
            up = m["more"].lower() in {"more", "better", "higher"}
            _keep(out, one, [_than(x, y, up) for x, y in zip(one.values, two.values, strict=True)])
            out.used |= {t for t in asked if said(t, words(f"{m['more']} {one.head} {two.head}"))}
            return
    for over, pattern in ((True, _OVER), (False, _UNDER)):
        for m in pattern.finditer(text):
            rest = m["rest"] or m["z"] or ""
            if limit := _LIMIT.match(rest):
                value = number(limit[1])
                times = clocks(limit[1])
                column = _measured(text, rest, grid, asked, timed=bool(times))
                if column is None or value is None:
                    continue
                bound = times[0][0] if times and column.kind == "time" else value
                _keep(
                    out,
                    column,
                    [
                        None if v is None else v > bound if over else v < bound
                        for v in column.values
                    ],
                )
                out.used |= {t for t in asked if t.isdigit() or said(t, words(column.head))}
                out.used |= set(
                    words(m.group()[: m.start("rest") - m.start()] if m["rest"] else m.group())
                )
                return
            other = _column(rest, grid)
            if other is None or not other.ordered:
                continue
            alike = [c for c in grid.columns if c is not other and c.kind == other.kind]
            if len(alike) > 1:
                named = [
                    c
                    for c in alike
                    if any(said(t, words(c.head)) for t in asked - set(words(other.head)))
                ]
                alike = named or alike
            near = [c for c in alike if set(words(c.head)) & set(words(other.head))]
            if len(near) == 1:
                alike = near
            if len(alike) == 1 or (
                alike and re.search(r"estimate|limit|level|minimum|maximum|target", rest)
            ):
                one = alike[-1]
                _keep(
                    out,
                    one,
                    [_than(x, y, over) for x, y in zip(one.values, other.values, strict=True)],
                )
                out.used |= {t for t in asked if said(t, words(f"{m.group()} {other.head}"))}
                return


def _keep(out: Picked, column: Column, fits: Iterable[bool | None]) -> None:
    out.rows = [r for r, fit in enumerate(fits) if fit]
    out.limited = True
    out.columns.add(column.at)


def _than(one: float | None, two: float | None, over: bool) -> bool | None:
    return None if one is None or two is None else one > two if over else one < two


def _column(text: str, grid: Grid) -> Column | None:
    """The one column that some words name."""
    asked = words(text)
    bare = text.strip().casefold()
    scores = {
        c.at: sum(bool(said(t, words(c.head))) for t in asked)
        * (0.1 + 1 / max(1, len(words(c.head))))
        or float(bare in c.head.casefold().split())
        for c in grid.columns
    }
    top = max(scores.values(), default=0.0)
    best = [c for c in grid.columns if scores[c.at] == top]
    return best[0] if top > 0.3 and len(best) == 1 else None


_MONEY_WORDS = re.compile(
    r"dollars?|euros?|pounds?|francs?|kron\w+|rupees?|[$€£¥₹元块]|cost|paid|pay|price|earn|money|get for|贵|钱",
    re.IGNORECASE,
)


def _measured(text: str, rest: str, grid: Grid, asked: set[str], *, timed: bool) -> Column | None:
    """The column that a limit is about: named, else the only one of its kind."""
    fitting = [c for c in grid.columns if c.ordered and (c.kind == "time") == timed]
    named = [c for c in fitting if any(said(t, words(c.head)) for t in asked)]
    if len(named) == 1:
        return named[0]
    after = re.match(r"[\d.,\s]*([^\W\d]+|%)", rest)
    unit = after[1].casefold() if after else ""
    of_unit = [c for c in fitting if c.unit and unit and c.unit == unit]
    if len(of_unit) == 1:
        return of_unit[0]
    money = [c for c in fitting if c.kind == "money"]
    if money and _MONEY_WORDS.search(text):
        both = [c for c in money if c in named] or money
        return both[0] if len(both) == 1 else None
    numeric = named or fitting
    return numeric[0] if len(numeric) == 1 else None


def _lacking(text: str, grid: Grid, asked: set[str], out: Picked) -> None:
    """Rows by a yes or no, and by what a column does not have."""
    negated = bool(_NOT.search(text))
    for column in grid.columns:
        if column.at in out.columns:
            continue
        named = {t for t in asked - out.used if said(t, words(column.head))}
        if not named and column.kind == "flag":
            named = {t for t in asked - out.used if _flagged(t, column.head)}
        if not named:
            continue
        if column.kind == "flag":
            wanted = [
                r
                for r in out.rows
                if bool(
                    re.match(r"[nf✗✘否无無未]", column.cells[r].casefold())
                    or not column.cells[r]
                    or column.cells[r] == "-"
                )
                == negated
            ]
        elif negated:
            wanted = [
                r
                for r in out.rows
                if BLANK.fullmatch(column.cells[r])
                or column.values[r] == 0
                or re.match(r"(?:no|none|un)\b", column.cells[r].casefold())
            ]
        else:
            continue
        if wanted:
            out.rows, out.used = wanted, out.used | named
            out.columns.add(column.at)
            out.limited = True


_KINDRED = ({"electric", "power", "socket"}, {"owe", "paid", "outstand", "unpaid", "@balance"})


def _flagged(term: str, head: str) -> bool:
    heads = set(words(head)) | {head.casefold()}
    return any(
        any(term.startswith(k) for k in group) and any(k in h for h in heads for k in group)
        for group in _KINDRED
    )
