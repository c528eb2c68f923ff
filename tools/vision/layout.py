"""Reading order: recognized pieces of a page become rows, columns and paragraphs.

Columns are found by cutting the page along its widest gutter, recursively, as in the XY-cut
of Nagy and Seth (1984), but only where both sides look like prose: the columns of a table
have gutters too, and its rows are to be read across.
"""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One recognized piece of a line: corners clockwise from the top left, in pixels."""

    text: str
    confidence: float
    quad: Quad

    @property
    def length(self) -> float:
        return math.dist(self.quad[0], self.quad[1])

    @property
    def height(self) -> float:
        return math.dist(self.quad[0], self.quad[3])


@dataclass(frozen=True, slots=True)
class _Box:
    """A piece in the coordinates of the deskewed page."""

    piece: Piece
    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def middle(self) -> float:
        return self.y + self.h / 2


Row = tuple[Piece, ...]
Paragraph = tuple[Row, ...]


def arrange(pieces: Sequence[Piece]) -> tuple[Paragraph, ...]:
    """Paragraphs in reading order; a row's pieces run left to right."""
    if not pieces:
        return ()
    angle = skew(pieces)
    out: list[Paragraph] = []
    for block in _blocks([_deskewed(piece, angle) for piece in pieces]):
        out.extend(_paragraphs(_rows(block)))
    return tuple(out)


def skew(pieces: Sequence[Piece]) -> float:
    """The angle of the lines in radians: the median over long pieces, weighted by length."""
    slopes = sorted(
        (math.atan2(p.quad[1][1] - p.quad[0][1], p.quad[1][0] - p.quad[0][0]), p.length)
        for p in pieces
        if p.length > 3 * p.height
    )
    half, total = sum(weight for _, weight in slopes) / 2, 0.0
    for angle, weight in slopes:
        total += weight
        if total >= half:
            return angle
    return 0.0


def spoken_length(text: str) -> int:
    """How much a text says, in Latin letters: a Chinese character counts as two."""
    return len(text) + len(_CJK.findall(text))


def glue(left: str, right: str) -> str:
    """Two pieces of one line as one text: no space between Chinese characters."""
    if left and right and _CJK.match(left[-1]) and _CJK.match(right[0]):
        return left + right
    return f"{left} {right}"


def _deskewed(piece: Piece, angle: float) -> _Box:
    cos, sin = math.cos(-angle), math.sin(-angle)
    turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in piece.quad]
    left, right = (turned[0][0] + turned[3][0]) / 2, (turned[1][0] + turned[2][0]) / 2
    top, bottom = (turned[0][1] + turned[1][1]) / 2, (turned[2][1] + turned[3][1]) / 2
    return _Box(piece, min(left, right), min(top, bottom), abs(right - left), abs(bottom - top))


def _blocks(boxes: list[_Box]) -> list[list[_Box]]:
    """Groups of boxes to be read one after the other."""
    cut = _gutter(boxes) if len(boxes) >= 6 else None
    if cut is None:
        return [boxes]
    across = sorted((b for b in boxes if b.x < cut < b.right), key=lambda b: b.middle)
    sides = [b for b in boxes if not b.x < cut < b.right]
    out: list[list[_Box]] = []
    full: list[_Box] = []
    for band in _bands(sides, across):
        if isinstance(band, _Box):
            full.append(band)
            continue
        if full:
            out.append(full)
            full = []
        for side in ([b for b in band if b.x < cut], [b for b in band if b.x >= cut]):
            if side:
                out.extend(_blocks(side))
    if full:
        out.append(full)
    return out


def _bands(sides: list[_Box], across: list[_Box]) -> list[_Box | list[_Box]]:
    """The boxes beside the gutter in bands, parted by the boxes that run across it."""
    out: list[_Box | list[_Box]] = []
    rest = sorted(sides, key=lambda b: b.middle)
    for wall in across:
        above = [b for b in rest if b.middle < wall.middle]
        if above:
            out.append(above)
            rest = rest[len(above) :]
        out.append(wall)
    if rest:
        out.append(rest)
    return out


def _gutter(boxes: list[_Box]) -> float | None:
    """The x of a gutter between two columns of prose, or None."""
    height = statistics.median(b.h for b in boxes)
    left, right = min(b.x for b in boxes), max(b.right for b in boxes)
    step = max(1.0, height / 4)
    places = [left + step * i for i in range(1, int((right - left) / step))]
    counts = [(sum(b.x < x < b.right for b in boxes), x) for x in places]
    inner = [
        c for c in counts if left + 0.15 * (right - left) < c[1] < right - 0.15 * (right - left)
    ]
    if not inner:
        return None
    fewest = min(count for count, _ in inner)
    if fewest > 0.2 * len(boxes):
        return None
    # Of the places that fewest boxes cross, the middle of the widest run.
    runs: list[list[float]] = [[]]
    for count, x in inner:
        if count == fewest:
            runs[-1].append(x)
        elif runs[-1]:
            runs.append([])
    widest = max(runs, key=lambda run: len(run))
    cut = statistics.fmean(widest)
    before = [b for b in boxes if b.right <= cut]
    after = [b for b in boxes if b.x >= cut]
    if not _prose(before) or not _prose(after):
        return None
    width = min(b.x for b in after) - max(b.right for b in before)
    return cut if width >= 0.4 * height else None


def _prose(column: list[_Box]) -> bool:
    """Whether these boxes are lines of running text that fill a column."""
    if len(column) < 3:
        return False
    width = max(b.right for b in column) - min(b.x for b in column)
    filled = statistics.median(b.w for b in column) >= 0.6 * width
    return filled and statistics.median(spoken_length(b.piece.text) for b in column) >= 14


def _rows(boxes: list[_Box]) -> list[list[_Box]]:
    rows: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda b: b.middle):
        best: list[_Box] | None = None
        closest = math.inf
        for row in rows[-4:]:
            # The nearest neighbour, not the whole row: photographed lines bend.
            near = min(row, key=lambda b: max(b.x - box.right, box.x - b.right))
            if min(box.right, near.right) - max(box.x, near.x) > 0.3 * min(box.w, near.w):
                continue
            apart = abs(near.middle - box.middle)
            if apart < 0.5 * min(near.h, box.h) and apart < closest:
                best, closest = row, apart
        if best is None:
            rows.append([box])
        else:
            best.append(box)
    for row in rows:
        row.sort(key=lambda b: b.x)
    rows.sort(key=lambda row: statistics.fmean(b.middle for b in row))
    return [_joined(row) for row in rows]


def _joined(row: list[_Box]) -> list[_Box]:
    """Neighbours that stand a word space apart, as one box."""
    out = row[:1]
    for box in row[1:]:
        last = out[-1]
        if box.x - last.right >= 0.35 * min(last.h, box.h):
            out.append(box)
            continue
        one, two = last.piece, box.piece
        n, m = len(one.text), len(two.text)
        piece = Piece(
            glue(one.text, two.text),
            (one.confidence * n + two.confidence * m) / max(1, n + m),
            (one.quad[0], two.quad[1], two.quad[2], one.quad[3]),
        )
        top, bottom = min(last.y, box.y), max(last.y + last.h, box.y + box.h)
        out[-1] = _Box(piece, last.x, top, box.right - last.x, bottom - top)
    return out


def _paragraphs(rows: list[list[_Box]]) -> list[Paragraph]:
    if not rows:
        return []
    middles = [statistics.fmean(b.middle for b in row) for row in rows]
    heights = [statistics.median(b.h for b in row) for row in rows]
    steps = [b - a for a, b in itertools.pairwise(middles)]
    usual = statistics.median_low(steps) if steps else 0.0
    ends = _early_ends(rows)
    out: list[list[Row]] = [[]]
    for index, row in enumerate(rows):
        if index:
            step, tall = steps[index - 1], max(heights[index - 1], heights[index])
            if index - 1 in ends or step > max(1.4 * usual if len(steps) > 1 else 0.0, 1.35 * tall):
                out.append([])
        out[-1].append(tuple(b.piece for b in row))
    return [tuple(paragraph) for paragraph in out]


def _early_ends(rows: list[list[_Box]]) -> set[int]:
    """Rows of running text after which the next row's first word would still have fitted."""
    if len(rows) < 5 or any(len(row) > 1 for row in rows):
        return set()
    lines = [row[0] for row in rows]
    right = max(box.right for box in lines)
    out = set()
    for index, (box, after) in enumerate(itertools.pairwise(lines)):
        text, word = box.piece.text, after.piece.text.split()[0]
        room = (len(word) + 2) * after.w / max(1, len(after.piece.text))
        if right - box.right > max(room, 0.15 * (right - box.x)) and text[-1] in '.!?:”"。！？：':
            out.add(index)
    return out if len(out) <= 0.3 * len(rows) else set()
