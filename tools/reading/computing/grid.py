"""Tables whose columns have a type: amounts, lengths of time, times of day, dates, yes or no, words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from tools.reading.computing.amounts import amount, clocks, dates, lasting, told, written
from tools.reading.lexicon import match, terms
from tools.reading.material import Material, Table
from tools.reading.values import currency

BLANK = re.compile(
    r"(?:[-–—/*.…]|n/?a|none|no|nil|not yet|unattached|无|無|没有|否|未)?", re.IGNORECASE
)
_FLAG = re.compile(r"(?:yes|no|y|n|true|false|x|✓|✔|✗|✘|是|否|有|无|無|已|未)", re.IGNORECASE)
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_TOTAL = {"@total", "@subtotal"}


@dataclass(frozen=True, slots=True)
class Column:
    """``values`` are the cells as numbers that can be compared, None where a cell has none.

    ``kind``: money, number, percent, span, time, date, year, flag, code or text.
    """

    at: int
    head: str
    kind: str
    cells: tuple[str, ...]
    values: tuple[float | None, ...]
    unit: str = ""

    @property
    def numeric(self) -> bool:
        """Whether its cells can be added."""
        return self.kind in {"money", "number", "percent", "span"}

    @property
    def ordered(self) -> bool:
        return self.numeric or self.kind in {"time", "date", "year"}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table by rows and by columns."""

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    source: int
    heading: str

    def label(self, row: int) -> str:
        """What a row is called: its name column, with the first name where both are given."""
        return " ".join(self.rows[row][c] for c in self.names() if self.rows[row][c].strip())

    def names(self) -> list[int]:
        """The columns that name a row."""
        heads = [set(terms(c.head)) | {c.head.casefold().strip()} for c in self.columns]
        first = next(
            (i for i, h in enumerate(heads) if h & {"first name", "forename", "given name"}), None
        )
        last = next(
            (i for i, h in enumerate(heads) if h & {"surname", "last name", "family name"}), None
        )
        if last is not None:
            return [last] if first is None else [first, last]
        texts = [c for c in self.columns if c.kind == "text"]
        unlike = [c for c in texts if len(set(c.cells)) >= 0.7 * len(c.cells)]
        named = [c for c in unlike if {"@name", "@title", "@item", "名称", "姓名"} & heads[c.at]]
        codes = [c for c in self.columns if c.kind == "code" and len(set(c.cells)) == len(c.cells)]
        for group in (named, unlike, codes, texts):
            if group:
                return [group[0].at]
        return [0]


@lru_cache(maxsize=64)
def grid(table: Table) -> Grid | None:
    """The typed form of a table; None where it has no rows under a header."""
    width = len(table.header)
    rows = [r for r in table.rows[1:] if len(r) == width and sum(bool(c.strip()) for c in r) > 1]
    if len(rows) > 1:
        whole = [
            r
            for r in rows
            if not (set(terms(r[0])) & _TOTAL or re.match(r"总计|合计|合計|小计", r[0]))
        ]
        rows = whole or rows
        rows = [r for r in rows if sum(bool(c.strip()) for c in r) > width / 2] or rows
    if not rows or width < 2 or not any(h.strip() for h in table.header):
        return None
    columns = tuple(
        _column(at, head.strip(), [r[at].strip() for r in rows])
        for at, head in enumerate(table.header)
    )
    cells = tuple(tuple(c.strip() for c in r) for r in rows)
    if lasts := _lasts(columns):
        columns = (*columns, lasts)
        cells = tuple((*row, cell) for row, cell in zip(cells, lasts.cells, strict=True))
    return Grid(cells, columns, table.source, table.heading)


def _lasts(columns: Sequence[Column]) -> Column | None:
    """How long each row lasts, where it has a first and a last time and no length of its own."""
    times = [c for c in columns if c.kind == "time"]
    if len(times) != 2 or any(c.kind == "span" for c in columns):
        return None
    pairs = list(zip(times[0].values, times[1].values, strict=True))
    if any(a is not None and b is not None and (b - a) % 1440 > 900 for a, b in pairs):
        return None
    values = tuple(None if a is None or b is None else (b - a) % 1440 for a, b in pairs)
    cells = tuple("" if v is None else told(v) for v in values)
    return Column(len(columns), "duration", "span", cells, values)


def _column(at: int, head: str, cells: list[str]) -> Column:
    told = [c for c in cells if not BLANK.fullmatch(c)]
    low = head.casefold()
    frozen = tuple(cells)
    named = set(terms(head))
    flags = [bool(_FLAG.fullmatch(c)) for c in cells]
    if any(flags) and all(f or not c or c == "-" for f, c in zip(flags, cells, strict=True)):
        return Column(at, head, "flag", frozen, tuple(None for _ in cells))
    if not told:
        return Column(at, head, "text", frozen, tuple(None for _ in cells))
    enough = max(1, 0.7 * len(told))
    spans = [lasting(c) for c in cells]
    if sum(s is not None for s in spans) >= enough:
        return Column(at, head, "span", frozen, tuple(spans))
    amounts = [None if _DAY.search(c) else amount(c) for c in cells]
    count = sum(a is not None for a in amounts)
    if count >= enough:
        values = tuple(None if a is None else a.number for a in amounts)
        unit = Counter(a.unit for a in amounts if a is not None).most_common(1)[0][0]
        kind = "money" if unit == "money" else "percent" if unit == "%" else "number"
        if kind == "number" and not unit and all(_YEAR.fullmatch(c) for c in told):
            return Column(at, head, "year", frozen, values)
        if kind == "number" and not unit and _coded(at, head, told, values):
            return Column(at, head, "code", frozen, values)
        if (
            kind == "number"
            and not unit
            and (
                re.search(r"[$€£¥₹元]|\b(?:gbp|eur|usd|chf|nzd|aud|cad|nok|sek|dkk)\b", low)
                or named
                & {"@price", "@amount", "@fee", "@salary", "@rent", "@total", "@tax", "@balance"}
            )
        ):
            kind = "money"
        if (
            kind == "number"
            and not unit
            and (m := re.search(r"[(（]\s*([^)）]{1,6})\s*[)）]", head))
        ):
            unit = m[1].casefold()
        return Column(at, head, kind, frozen, values, unit)
    times = [clocks(c) for c in cells]
    if sum(len(t) == 1 and len(c) <= 11 for t, c in zip(times, cells, strict=True)) >= enough:
        return Column(
            at, head, "time", frozen, tuple(t[0][0] if len(t) == 1 else None for t in times)
        )
    days = dates(cells)
    if sum(d is not None for d in days) >= enough:
        return Column(
            at,
            head,
            "date",
            frozen,
            tuple(None if d is None else float(d.toordinal()) for d in days),
        )
    coded = (
        sum(bool(re.fullmatch(r"(?=.*\d)[A-Z0-9][A-Z0-9/_. -]{0,14}", c)) for c in told) >= enough
    )
    return Column(at, head, "code" if coded else "text", frozen, tuple(None for _ in cells))


def _coded(at: int, head: str, told: list[str], values: Sequence[float | None]) -> bool:
    """Whether bare numbers only tell the rows apart: numbers of order, of members, extensions."""
    known = [v for v in values if v is not None]
    if re.search(
        r"\b(?:no|nr|id|ref|ext|code|bib|sku|page|room|platform|table|lot|paddle|stall|year)\b\.?$|^#|号|编号|序",
        head.casefold(),
    ):
        return True
    return (
        at == 0
        and len(set(told)) == len(told)
        and (known == sorted(known) or all(re.fullmatch(r"0\d+|\d{4,}", c) for c in told))
    )


def of_rows(material: Material) -> list[Table]:
    """Tables that the rows of a picture make: runs of rows with as many cells, under a header."""
    out: list[Table] = []
    run: list[tuple[str, ...]] = []
    lines = [tuple(c.text.strip() for c in line.cells) for line in material.lines]
    for cells in (*lines, ()):
        if len(run) == 1 and len(cells) == len(run[0]) + 1 and len(run[0]) > 3:
            run = [("", *run[0])]  # nothing stands over the names of the rows
        if run and len(cells) == len(run[0]) and len(cells) > 2:
            run.append(cells)
            continue
        out += _headed(run)
        run = [cells] if len(cells) > 2 else []
    return out


def _headed(run: list[tuple[str, ...]]) -> list[Table]:
    if len(run) < 3:
        return []
    head = run[0]
    if any(re.search(r"\d", c) for c in head[1:]) or not all(
        re.search(r"[^\W\d_]", c) for c in head[1:]
    ):
        return []
    if max(len(c) for c in head) > 4 * median(len(c) for c in head) + 12:
        return []
    return [Table(tuple(run))]


def said(term: str, others: Sequence[str]) -> float:
    """How well a term is met by others; one misspelled letter is allowed in a long word."""
    return match(term, set(others), noisy=True)


def as_written(
    column: Column,
    result: float,
    cells: Sequence[str],
    *,
    mean: bool = False,
    chinese: bool = False,
) -> str:
    """A result in the form of the cells."""
    if column.kind == "span" and not mean and all(re.search(r":\d\d:\d\d$", c) for c in cells):
        minutes, seconds = divmod(round(result * 60), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    if column.kind == "span":
        return told(result, chinese=chinese)
    before, after = currency(cells[0])
    before = re.sub(r"[-+]\s*$", "", before)
    if not all(before in c and after in c for c in cells):
        before = after = ""
    plain = written(round(result, 2), cells, whole=mean)
    if column.kind == "money" and re.fullmatch(r"\d+\.\d", plain):
        plain += "0"
    return f"{before}{plain}{after}".strip()
