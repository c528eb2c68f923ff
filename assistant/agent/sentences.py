"""Cuts a stream of text into sentences and code, wherever its chunks begin and end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import NamedTuple


class Piece(NamedTuple):
    """A sentence with the white space after it, or lines of a code block."""

    text: str
    code: bool = False


class _At(Enum):
    START = auto()  # white space before a sentence
    TEXT = auto()
    END = auto()  # after a full stop or a line break: closing marks, then white space
    MARK = auto()  # in what may be a source mark after a full stop
    TICKS = auto()  # in a run of backticks (or tildes) that opens code
    INFO = auto()  # in the rest of a line that may open a code block
    SPAN = auto()  # in inline code
    FENCE = auto()  # in a code block


_STOPS = frozenset(".!?…。！？")
_WIDE_STOPS = frozenset("。！？")
_CLOSING = frozenset("\"'”’)]）」』】*_»")
_IN_MARK = frozenset("sS0123456789,;，、 \t-")
_LONGEST_MARK = 40
_SHORT = re.compile(
    r"(?:^|[\s(\[\"“'‘*_/—–-])(?:[A-HJ-Zdeipuz]|(?:[A-Za-z]\.\s?)+[A-Za-z]"
    r"|(?i:dr|mr|mrs|ms|mx|prof|st|sr|jr|vs|cf|fig|figs|eq|ca|approx|resp|bzw|vgl|nr|bspw|hr|fr|gen"
    r"|col|sgt|rev|hon|mme|mlle|viz|incl|excl|est|dept|vol|pp|ed|eds))$"
    r"|^[\s>#*_-]*\d{1,3}$"
)
_SHORT_IF_SMALL = re.compile(
    r"(?:^|[\s(])(?i:etc|usw|al|inc|ltd|co|corp|no|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)$|\.$"
)
"""These end a sentence unless a small letter or a digit follows."""


class Splitter:
    """Cuts a stream into sentences and code; looks at each character once.

    What it decides depends on the characters alone, never on how they were chunked.
    """

    def __init__(self) -> None:
        self._text: list[str] = []
        self._at = _At.START
        self._line_start = True
        self._out: list[Piece] = []
        self._stop = 0  # how much of the text stands before the full stop
        self._gap = self._broke = False  # white space, a line break after the full stop
        self._mark = 0  # where what may be a mark begins
        self._run = self._closing = 0  # lengths of the backtick runs that open and close
        self._fence = ""
        self._line: list[str] = []  # the line of a code block that is being read
        self._literal = self._image = False  # until the end of the line; of the picture

        self._ways: dict[_At, Callable[[str], None]] = {
            _At.START: self._start,
            _At.TEXT: self._in_text,
            _At.END: self._end,
            _At.MARK: self._in_mark,
            _At.TICKS: self._ticks,
            _At.INFO: self._info,
            _At.SPAN: self._span,
            _At.FENCE: self._in_fence,
        }

    def feed(self, text: str) -> list[Piece]:
        for char in text:
            self._step(char)
        out, self._out = self._out, []
        return out

    def ending(self) -> str:
        """The sentence that has reached its full stop, if only what follows can confirm it."""
        return "".join(self._text) if self._at is _At.END else ""

    def rest(self) -> list[Piece]:
        if self._at is _At.SPAN and self._closing != self._run:
            self._unclosed()
        code = self._at is _At.FENCE
        self._cut(code=code)
        return self._out

    def _cut(self, *, code: bool = False) -> None:
        if self._text:
            self._out.append(Piece("".join(self._text), code))
        self._text = []

    def _step(self, char: str) -> None:
        self._ways[self._at](char)

    def _start(self, char: str) -> None:
        if char.isspace():
            self._line_start |= char == "\n"
            self._text.append(char)
            return
        self._at = _At.TEXT
        if self._line_start and char in "`~":
            self._at, self._fence, self._run = _At.TICKS, char, 0
            self._step(char)
            return
        self._line_start = False
        self._step(char)

    def _in_text(self, char: str) -> None:
        if char == "`" and not self._literal:
            self._at, self._fence, self._run = _At.TICKS, char, 0
            self._line_start = False
            self._step(char)
            return
        if char == "\n":
            self._image = self._literal = False
            self._stop, self._gap, self._broke = len(self._text), True, True
            self._at = _At.END
        elif char in _STOPS and not self._image:
            self._stop, self._gap, self._broke = len(self._text), False, False
            self._at = _At.END
        elif char == "[" and self._text and self._text[-1] == "!":
            self._image = True
        elif char == ")":
            self._image = False
        self._text.append(char)

    def _end(self, char: str) -> None:
        if char.isspace():
            if char == "\n":
                self._broke, self._literal = True, False
            self._gap = True
        elif char == "[" and not self._broke:
            if self._text[-1] == "!":
                self._image, self._at = True, _At.TEXT
            else:
                self._mark, self._at = len(self._text), _At.MARK
        elif self._gap or (char not in _CLOSING and char not in _STOPS):
            if self._ends(char):
                self._cut()
                self._at, self._line_start = _At.START, self._broke
            else:
                self._at = _At.TEXT
            self._step(char)
            return
        self._text.append(char)

    def _in_mark(self, char: str) -> None:
        if char == "]":
            self._at, self._gap = _At.END, False
        elif char not in _IN_MARK or len(self._text) - self._mark > _LONGEST_MARK:
            again = self._text[self._mark :]
            del self._text[self._mark :]
            if self._ends("["):
                self._cut()
            self._at, self._line_start = _At.TEXT, False
            for one in (*again, char):
                self._step(one)
            return
        self._text.append(char)

    def _ends(self, following: str) -> bool:
        """Whether the full stop behind us ends a sentence that this character follows."""
        stop = self._text[self._stop]
        if self._broke or stop in _WIDE_STOPS:
            return True
        if not self._gap and self._text[-1] != "]":
            return stop in "!?" and "\u2e80" <= following <= "\u9fff"
        if stop in "!?":
            return True
        before = "".join(self._text[max(0, self._stop - 16) : self._stop])
        if _SHORT.search(before):
            return False
        small = following.islower() or following.isdigit()
        return not (small and (stop == "…" or _SHORT_IF_SMALL.search(before)))

    def _ticks(self, char: str) -> None:
        if char == self._fence:
            self._run += 1
            self._text.append(char)
            return
        block = self._line_start and self._run >= 3
        self._line_start = False
        if block:
            self._at = _At.INFO
        elif self._fence == "~":
            self._at = _At.TEXT
        else:
            self._at, self._closing = _At.SPAN, 0
        self._step(char)

    def _info(self, char: str) -> None:
        if char == "`" and self._fence == "`":
            self._at, self._closing = _At.SPAN, 0
            self._step(char)
            return
        self._text.append(char)
        if char == "\n":
            self._cut(code=True)
            self._at, self._line = _At.FENCE, []

    def _in_fence(self, char: str) -> None:
        self._text.append(char)
        if char != "\n":
            self._line.append(char)
            return
        self._cut(code=True)
        line = "".join(self._line).strip()
        self._line = []
        if len(line) >= self._run and not line.strip(self._fence):
            self._at, self._line_start = _At.START, True

    def _span(self, char: str) -> None:
        if char == "`":
            self._closing += 1
            self._text.append(char)
            return
        if self._closing == self._run:
            self._at = _At.TEXT
            self._step(char)
            return
        self._closing = 0
        if char == "\n":
            self._unclosed()
            self._step(char)
        else:
            self._text.append(char)

    def _unclosed(self) -> None:
        """The backticks opened nothing after all: read the line again without them."""
        line, self._text = self._text, []
        self._at, self._literal, self._image = _At.TEXT, True, False
        for char in line:
            self._step(char)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text with the white space after them; joined they give it again."""
    splitter = Splitter()
    for piece in (*splitter.feed(text), *splitter.rest()):
        yield piece.text
