"""A material as the units that the reader chooses among: lines, sentences and rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.reading.material import Cell, Line, Material, Table

_LETTER = re.compile(r"[^\W\d_]{2}")
_WIDE = 3
"""Columns from which a row of a table is told with the names of its columns."""
_LONGEST = 420
"""Characters of a unit: more would leave no room for others."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its text as the reader sees it, and the line it stands for."""

    text: str
    line: Line


def units(material: Material) -> list[Unit]:
    """All units of a material, in reading order."""
    out: list[Unit] = []
    if material.title:
        out.append(_heading(material.title, -1))
    heading = material.title
    tables: dict[int, list[Table]] = {}
    for table in material.tables:
        tables.setdefault(table.source, []).append(table)
    last = -2
    for line in material.lines:
        if line.source != last:
            for source in [s for s in tables if last <= s < line.source]:
                out += _rows(tables.pop(source))
            last = line.source
        if line.heading and line.heading != heading:
            heading = line.heading
            out.append(_heading(heading, line.source))
        out += [Unit(text[:_LONGEST], line) for text in _pieces(line)]
    for rest in tables.values():
        out += _rows(rest)
    return out


def _heading(text: str, source: int) -> Unit:
    return Unit(text[:_LONGEST], Line(text, source))


def _pieces(line: Line) -> Iterator[str]:
    """The text of a line; of a row with two or more names and their numbers, one piece each."""
    groups: list[list[Cell]] = []
    for cell in line.cells:
        if groups and not _LETTER.search(cell.text):
            groups[-1].append(cell)
        else:
            groups.append([cell])
    if len(groups) > 1 and all(_pair(group) for group in groups):
        for group in groups:
            yield "  ".join(cell.text for cell in group)
        return
    yield line.text


def _pair(group: list[Cell]) -> bool:
    """A name with one number or more to its right."""
    return (
        len(group) > 1
        and bool(_LETTER.search(group[0].text))
        and not any(_LETTER.search(cell.text) for cell in group[1:])
    )


def _rows(tables: list[Table]) -> Iterator[Unit]:
    for table in tables:
        if len(table.header) < _WIDE:
            continue  # its rows stand among the lines
        for row in table.rows[1:]:
            if any(cell.strip() for cell in row):
                yield Unit(told(table.header, row)[:_LONGEST], _row_line(table, row))


def told(header: tuple[str, ...], row: tuple[str, ...]) -> str:
    """A row with the names of its columns: ``Item: chair; Price: 40``."""
    return "; ".join(
        f"{name.strip()}: {cell.strip()}" if name.strip() else cell.strip()
        for name, cell in zip(header, row, strict=False)
        if cell.strip()
    )


def _row_line(table: Table, row: tuple[str, ...]) -> Line:
    return Line(told(table.header, row), table.source, heading=table.heading)
