"""Holds a reply to its receipts, sentence by sentence, while it streams.

A sentence in which the assistant says that it looked, listened, read, searched, kept, made
or sent something needs the receipt of a tool that does this. What lies in the conversation
(a picture, a recording, a document) may have been looked at in an earlier turn; what was
done must have been done in this one. A citation mark needs a source that a tool named.
What has no proof does not leave; code passes untouched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto
from typing import NamedTuple

from assistant.agent.claim_rules import PROOFS, Proof, claims

MARK = re.compile(r"\[s(\d+)\]")
"""A source mark as the gate lets it out; the group is the source's number, from 1."""


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
    r"(?:^|[\s(\[\"“'‘*_/—–-])(?:[A-HJ-Za-z]|(?:[A-Za-z]\.\s?)+[A-Za-z]"
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


_SPAN = re.compile(r"(`+)(?!`)(?:.{0,4000}?[^`])??\1(?!`)", re.DOTALL)
_NAMED = re.compile(r"[ \t]*\[\s*s\s*\d+(?:\s*[,;，、]\s*s?\s*\d+)*\s*\]", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?<![:=>(\[])(?<!\bis)(?<!\bare)(?<!list)(?<!array)(?<!returns)(?<!gives)"
    r"(?:(?:[ \t]+|(?<=[.!?,;:)\"”’。！？，；\u4e00-\u9fff])|(?<=[A-Za-z]{3})(?=\[[^\]]*\]\s*(?:[.!?]|$)))"
    r"\[\^?\d{1,3}(?:\s*[-–,]\s*\d{1,3})*\](?![(:\w])|【\d[^】\n]{0,40}】)"
)
_PICTURE = re.compile(r"!\[[^\]\n]{0,1000}\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,200}\])")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\(\s*<?(?!https?://|mailto:|tel:|#)([^)\n]{1,2000})\)")
_PRESENTED = re.compile(
    r"\bhere(?:['’]s| is| are)?\b|\bdownload|\bclick|\bopen it\b|\bsaved|下载|点击|这里|查看",
    re.IGNORECASE,
)


def unproven(
    sentence: str,
    proofs: Iterable[str],
    *,
    kinds: Iterable[str] = (),
    earlier: Iterable[str] = (),
    world: bool = False,
) -> str:
    """What the sentence claims without a receipt of a fitting tool; empty if nothing.

    ``proofs`` are the tools that succeeded in this turn, ``earlier`` those of the turns
    before; ``kinds`` the attachments of the session; ``world`` whether a tool that acts on
    the world succeeded in this turn.
    """
    prose = _SPAN.sub("_", sentence)
    now, before, there = frozenset(proofs), frozenset(earlier), frozenset(kinds)
    for proof, past in claims(prose):
        if proof.kinds and not proof.kinds & there:
            continue
        have = now | before if proof.lasting or past else now
        if not (proof.world and world) and not _proven(proof, have):
            return proof.what
    return ""


def _proven(proof: Proof, have: frozenset[str]) -> bool:
    own = (name for name in have if name not in _BUILT_IN)
    return bool(proof.tools & have) or any(proof.named.search(name) for name in own)


_BUILT_IN = frozenset().union(*(proof.tools for proof in PROOFS.values()))


class Gate:
    """Lets whole sentences through as text streams in.

    :meth:`feed` returns what may be shown now; :meth:`rest` the end. Sentences without
    proof are collected in ``held`` as (sentence, what it claims) and do not pass.

    Args:
        proofs: the tools that succeeded in this turn.
        sources: how many sources may be cited, as ``[s1]`` up to this number.
        kinds: the kinds of the session's attachments (image, audio, video, document).
        earlier: the tools that succeeded in earlier turns.
        heard: the person spoke in this turn.
        world: a tool that acts on the world succeeded in this turn.
        cite: how a mark is worded; it stays ``[s1]`` without. Code is never given to it.
    """

    def __init__(
        self,
        proofs: Iterable[str],
        sources: int,
        *,
        kinds: frozenset[str] = frozenset(),
        earlier: frozenset[str] = frozenset(),
        heard: bool = False,
        world: bool = False,
        cite: Callable[[int], str] | None = None,
    ) -> None:
        self._proofs = frozenset(proofs) | ({"transcribe"} if heard else frozenset())
        self._sources = sources
        self._kinds, self._earlier, self._world = kinds, earlier, world
        self._cite = cite or "[s{}]".format
        self._splitter = Splitter()
        self._space = ""  # white space that goes out only with what follows it
        self._said = False
        self.held: list[tuple[str, str]] = []

    def feed(self, text: str) -> str:
        return "".join(self._passed(piece) for piece in self._splitter.feed(text))

    def rest(self) -> str:
        out = "".join(self._passed(piece) for piece in self._splitter.rest())
        space, self._space = self._space, ""
        self._splitter = Splitter()
        return out + space

    def _passed(self, piece: Piece) -> str:
        body = piece.text.rstrip()
        tail = piece.text[len(body) :]
        shown = body if piece.code else self._checked(body)
        if not shown.strip() and body:
            self._keep_break(tail)
            return ""
        out = self._space + shown
        self._space, self._said = tail, True
        return out

    def _keep_break(self, tail: str) -> None:
        """A sentence went: the paragraph that ended with it still ends."""
        if not self._said:
            return
        lines = tail[tail.find("\n") :] if "\n" in tail else ""
        if lines.count("\n") > self._space.count("\n"):
            self._space = lines

    def _checked(self, sentence: str) -> str:
        what = self._claim(sentence)
        if what:
            self.held.append((sentence.strip(), what))
            return ""
        out, start = [], 0
        for code in _SPAN.finditer(sentence):
            out += [self._cleaned(sentence[start : code.start()]), code.group()]
            start = code.end()
        return "".join([*out, self._cleaned(sentence[start:])])

    def _claim(self, sentence: str) -> str:
        what = unproven(
            sentence,
            self._proofs,
            kinds=self._kinds,
            earlier=self._earlier,
            world=self._world,
        )
        made = PROOFS["made_file"]
        if what or (self._world or _proven(made, self._proofs)):
            return what
        prose = _SPAN.sub("_", sentence)
        if "](" in prose and _LINK.search(prose) and _PRESENTED.search(prose):
            return "making a file"  # it has the form of a result
        return ""

    def _cleaned(self, text: str) -> str:
        """Without pictures, links and marks that only a model made up."""
        if "[" not in text and "【" not in text:
            return text
        for picture in _PICTURE.finditer(text):
            if not _proven(PROOFS["picture"], self._proofs):
                self.held.append((picture.group(), PROOFS["picture"].what))
        shown = _PICTURE.sub("", text)
        text = shown if shown == text or text[0].isspace() else shown.lstrip()
        text = _LINK.sub(lambda m: m.group(1), text)
        text = _NUMBERED.sub("", text)
        return _NAMED.sub(self._marks, text)

    def _marks(self, match: re.Match[str]) -> str:
        numbers = [int(n) for n in re.findall(r"\d+", match.group())]
        good = [n for n in dict.fromkeys(numbers) if 1 <= n <= self._sources]
        space = match.group()[: len(match.group()) - len(match.group().lstrip())]
        return space + "".join(self._cite(n) for n in good) if good else ""
