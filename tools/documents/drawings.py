"""What Word, PowerPoint and Excel share: DrawingML text, charts, diagrams, equations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tools.documents.packages import Package, part

if TYPE_CHECKING:
    from lxml.etree import _Element

A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
Relations = dict[str, tuple[str, str]]


def is_element(node: _Element) -> bool:
    """Whether ``node`` is an element; comments and instructions have a function for a tag."""
    return isinstance(node.tag, str)


def choice(node: _Element) -> _Element | None:
    """The branch of an AlternateContent to read; the other says the same again."""
    first = node.find(f"{MC}Choice")
    return first if first is not None else node.find(f"{MC}Fallback")


def link(text: str, relations: Relations, rid: str | None) -> str:
    """``text (address)`` where the relationship leads out of the file."""
    address = relations.get(rid or "", ("", ""))[1]
    if not address.startswith(("http://", "https://", "mailto:")) or len(address) > 300:
        return text
    address = address.removeprefix("mailto:")
    return text if not text.strip() or address.rstrip("/") in text else f"{text} ({address})"


def described(node: _Element | None) -> str:
    """A picture's description; a file name, which programs put there, is none."""
    text = " ".join(((node.get("descr") if node is not None else "") or "").split())
    return "" if re.fullmatch(r"\S+\.\w{3,4}", text) else text


def paragraphs(body: _Element, relations: Relations) -> list[str]:
    """The lines of a DrawingML text body, deeper levels as list items."""
    lines = []
    for paragraph in body.iter(f"{A}p"):
        pieces = []
        for node in paragraph:
            if node.tag in (f"{A}r", f"{A}fld"):
                text = "".join(t.text or "" for t in node.iter(f"{A}t"))
                click = node.find(f"{A}rPr/{A}hlinkClick")
                pieces.append(text if click is None else link(text, relations, click.get(f"{R}id")))
            elif node.tag == f"{A}br":
                pieces.append("\n")
            elif is_element(node) and node.tag not in (f"{A}pPr", f"{A}endParaRPr"):
                pieces.append(equation(node))
        properties = paragraph.find(f"{A}pPr")
        level = int(properties.get("lvl", "0") or 0) if properties is not None else 0
        if text := "".join(pieces).replace("\v", "\n").strip():
            lines.append("  " * (level - 1) + "- " + text if level > 0 else text)
    return lines


def table(node: _Element, relations: Relations) -> list[list[str]]:
    """The cells of an ``a:tbl``; what a merged cell covers stays empty."""
    return [
        [" ".join(paragraphs(cell, relations)) for cell in row.iter(f"{A}tc")]
        for row in node.iter(f"{A}tr")
    ]


def chart(archive: Package, member: str) -> tuple[str, list[list[str]]]:
    """``(title, rows)`` of a chart: a header row with the series, then one row a category."""
    root = part(archive, member)
    if root is None:
        return "", []
    heading = root.find(f".//{C}chart/{C}title")
    title = "" if heading is None else " ".join(t.text or "" for t in heading.iter(f"{A}t"))
    header = [""]
    columns: list[list[str]] = []
    categories: list[str] = []
    for series in root.iter(f"{C}ser"):
        name = series.find(f"{C}tx")
        header.append("" if name is None else " ".join(v.text or "" for v in name.iter(f"{C}v")))
        for tag in ("cat", "xVal"):
            if not categories and (found := series.find(f"{C}{tag}")) is not None:
                categories = [v.text or "" for v in found.iter(f"{C}v")]
        values = series.find(f"{C}val")
        values = series.find(f"{C}yVal") if values is None else values
        columns.append([] if values is None else [v.text or "" for v in values.iter(f"{C}v")])
    height = max((len(c) for c in [categories, *columns]), default=0)
    rows = [
        [column[i] if i < len(column) else "" for column in [categories, *columns]]
        for i in range(min(height, 500))
    ]
    return title, [header, *rows] if rows else []


def diagram(archive: Package, member: str) -> list[str]:
    """The lines of a SmartArt diagram, from its data part."""
    root = part(archive, member)
    return [] if root is None else paragraphs(root, {})


def equation(node: _Element) -> str:
    """An Office equation on one line: fractions as (a)/(b), powers as a^(b), roots as sqrt(a)."""
    tag = node.tag.removeprefix(M) if is_element(node) else ""
    if tag == "t":
        return re.sub("[\u2061-\u2064]", "", node.text or "")  # invisible operators

    def of(name: str) -> str:
        child = node.find(f"{M}{name}")
        return "" if child is None else "".join(equation(c) for c in child)

    def grouped(name: str) -> str:
        text = of(name)
        return text if len(text) < 2 else f"({text})"

    if tag == "f":
        return f"{grouped('num')}/{grouped('den')}"
    if tag == "sSup":
        return f"{of('e')}^{grouped('sup')}"
    if tag == "sSub":
        return f"{of('e')}_{grouped('sub')}"
    if tag == "sSubSup":
        return f"{of('e')}_{grouped('sub')}^{grouped('sup')}"
    if tag == "rad":
        return f"{of('deg')}sqrt({of('e')})"
    if tag == "d":
        return "(" + ", ".join("".join(map(equation, e)) for e in node.findall(f"{M}e")) + ")"
    if tag == "nary":
        symbol = node.find(f"{M}naryPr/{M}chr")
        sign = (symbol.get(f"{M}val") if symbol is not None else None) or "\u222b"
        limits = "".join(
            f"{mark}{grouped(name)}" for mark, name in (("_", "sub"), ("^", "sup")) if of(name)
        )
        return f"{sign}{limits} {of('e')}"
    return "".join(equation(child) for child in node)
