"""What the rules of this folder share: the form of their answers, and nearness by meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.reading.material import Line

Near = Callable[[str, Sequence[str]], Sequence[float]]
"""Cosines of a text with others, by meaning."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A computed value, the arithmetic as it is shown, and the lines that it came from."""

    value: str
    shown: str
    lines: tuple[Line, ...]


def wording(pattern: str) -> re.Pattern[str]:
    """A pattern for words, whatever their case."""
    return re.compile(pattern, re.IGNORECASE)
