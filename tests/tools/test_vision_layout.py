"""Reading order, from boxes alone."""

from __future__ import annotations

import math

from tools.vision.layout import Piece, Quad, arrange


def piece(text: str, x: float, y: float, width: float = 0.0, angle: float = 0.0) -> Piece:
    """A piece 20 pixels high; the page is turned by ``angle`` degrees about its corner."""
    right = x + (width or 10.0 * len(text))
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = ((x, y), (right, y), (right, y + 20), (x, y + 20))
    a, b, c, d = ((px * cos - py * sin, px * sin + py * cos) for px, py in corners)
    quad: Quad = (a, b, c, d)
    return Piece(text, 0.9, quad)


def read(*pieces: Piece) -> list[list[list[str]]]:
    return [[[p.text for p in row] for row in paragraph] for paragraph in arrange(pieces)]


INVOICE = [
    ("Oak table", 0, 0), ("1", 400, 2), ("890.00", 600, -2),
    ("Chair with a woven seat", 0, 40), ("6", 400, 39), ("873.00", 600, 42),
    ("Delivery", 0, 80), ("1", 400, 80), ("75.00", 600, 81),
]  # fmt: skip


def test_the_rows_of_a_table_are_read_across() -> None:
    rows = read(*(piece(*cell) for cell in reversed(INVOICE)))
    assert rows == [
        [["Oak table", "1", "890.00"], ["Chair with a woven seat", "6", "873.00"],
         ["Delivery", "1", "75.00"]]
    ]  # fmt: skip


def test_rows_hold_together_on_a_page_that_is_askew() -> None:
    for angle in (-6, 6):
        rows = read(*(piece(*cell, angle=angle) for cell in INVOICE))
        assert [row for paragraph in rows for row in paragraph][1] == [
            "Chair with a woven seat",
            "6",
            "873.00",
        ]


def test_two_columns_of_prose_are_read_one_after_the_other() -> None:
    left = [piece(f"left column line {n} of prose", 0, 100 + 30 * n, 300) for n in range(4)]
    right = [piece(f"right column line {n} of prose", 340, 100 + 30 * n, 300) for n in range(4)]
    title = piece("A headline that runs over both of the columns", 100, 30, 450)
    mixed = [p for pair in zip(left, right, strict=True) for p in pair]
    texts = [t for paragraph in read(title, *mixed) for row in paragraph for t in row]
    assert texts == [p.text for p in (title, *left, *right)]


def test_pieces_a_word_space_apart_are_one_line() -> None:
    assert read(piece("Total", 0, 0), piece("due", 55, 0), piece("75.00", 300, 0)) == [
        [["Total due", "75.00"]]
    ]
    assert read(piece("会议", 0, 0, 40), piece("通知", 42, 0, 40)) == [[["会议通知"]]]


def test_a_wider_gap_starts_a_paragraph() -> None:
    lines = [piece("a line of the page", 0, y) for y in (0, 30, 60, 130, 160)]
    assert [len(paragraph) for paragraph in read(*lines)] == [3, 2]


def test_a_line_that_ends_early_ends_its_paragraph() -> None:
    words = ["the first line runs to the end", "and so the second one does too", "Ends here."]
    words += ["Another paragraph begins where", "the old one ended, and goes on"]
    lines = [piece(text, 0, 30 * n) for n, text in enumerate(words)]
    assert [len(paragraph) for paragraph in read(*lines)] == [3, 2]


def test_nothing_is_arranged_from_nothing() -> None:
    assert arrange([]) == ()
