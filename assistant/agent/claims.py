"""Holds a reply to its receipts, sentence by sentence, while it streams.

A sentence in which the assistant says that it looked, listened, read, searched, kept, made
or sent something needs the receipt of a tool that does this. What lies in the conversation
(a picture, a recording, a document) may have been looked at in an earlier turn; what was
done must have been done in this one. A citation mark needs a source that a tool named.
What has no proof does not leave; code passes untouched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from assistant.agent.addresses import Addresses
from assistant.agent.claim_judge import Judge, Read, proven
from assistant.agent.claim_rules import PROOFS, open_quote
from assistant.agent.figures import Figures
from assistant.agent.sentences import Piece, Splitter, sentences

__all__ = ["MARK", "Gate", "sentences"]

MARK = re.compile(r"\[s(\d+)\]")
"""A source mark as the gate lets it out; the group is the source's number, from 1."""


_SPAN = re.compile(r"(`+)(?!`)(?:.{0,4000}?[^`])??\1(?!`)", re.DOTALL)
_NAMED = re.compile(r"[ \t]*\[\s*s\s*\d+(?:\s*[,;，、]\s*s?\s*\d+)*\s*\]", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?<![:=>(\[])(?<!\bis)(?<!\bare)(?<!list)(?<!array)(?<!returns)(?<!gives)"
    r"(?:(?:[ \t]+|(?<=[.!?,;:)\"”’。！？，；\u4e00-\u9fff])"
    r"|(?<=[A-Za-z]{3})(?=\[[^\]]*\]\s*(?:[.!?]|$)))"
    r"\[\^?\d{1,3}(?:\s*[-–,]\s*\d{1,3})*\](?![(:\w])|【\d[^】\n]{0,40}】)"
)
_PICTURE = re.compile(r"[ \t]*!\[[^\]\n]{0,1000}\](?:\([^)\n]{0,2000}\)|\[[^\]\n]{0,200}\])")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\(\s*<?(?!https?://|mailto:|tel:|#)([^)\n]{1,2000})\)")
_ADDRESS_AT_END = re.compile(r"(?:://|www\.)\S*[.!?…。！？]$")
_PRESENTED = re.compile(
    r"\bhere(?:['’]s| is| are)?\b|\bdownload|\bclick|\bopen it\b|\bsaved|下载|点击|这里|查看",
    re.IGNORECASE,
)


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
        check: without it only marks are looked at: the text quotes, it claims nothing.
        read: the trained reader, which knows claims in words that no rule foresaw.
        asked: the person's message, which the reader sees beside each sentence.
        figures: the numbers that tools returned and the person gave; a sentence that reports
            what was found may use no other.
        addresses: which web addresses may be shown; without it, all.
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
        check: bool = True,
        read: Read | None = None,
        asked: str = "",
        figures: Figures | None = None,
        addresses: Addresses | None = None,
    ) -> None:
        self._proofs = frozenset(proofs) | ({"transcribe"} if heard else frozenset())
        self._sources = sources
        self._world = world
        self._check = check
        self._judge = Judge(
            self._proofs, earlier, kinds, world=world, read=read, asked=asked, figures=figures
        )
        self._addresses = addresses
        self._glued = False  # whether the last sentence ended with a web address, and no space
        self._cite = cite or "[s{}]".format
        self._splitter = Splitter()
        self._space = ""  # white space that goes out only with what follows it
        self._said = self._gone = False  # whether anything passed; whether the last one did not
        self._quote = ""  # a quotation that goes on in the next sentence of the paragraph
        self.held: list[tuple[str, str]] = []

    def feed(self, text: str) -> str:
        out = "".join(self._passed(piece) for piece in self._splitter.feed(text))
        if self._check and (ending := self._splitter.ending().rstrip()):
            # It is read while the next piece is on its way, which shows whether it has ended.
            self._judge.prepare(_SPAN.sub("_", self._quote + ending))
        return out

    def rest(self) -> str:
        out = "".join(self._passed(piece) for piece in self._splitter.rest())
        space, self._space = self._space, ""
        self._splitter = Splitter()
        return out + ("" if self._gone else space)

    def _passed(self, piece: Piece) -> str:
        body = piece.text.rstrip()
        tail = piece.text[len(body) :]
        shown = self._in_code(body) if piece.code else self._checked(body)
        if "\n" in tail:
            self._quote = ""
        if not shown.strip() and body:
            self._keep_break(tail)
            self._gone = True
            return ""
        # What follows an address without a space must not become a part of it.
        apart = " " if self._glued and not self._space else ""
        self._glued = not tail and not piece.code and bool(_ADDRESS_AT_END.search(shown))
        out = self._space + apart + shown
        self._space, self._said, self._gone = tail, True, False
        return out

    def _keep_break(self, tail: str) -> None:
        """A sentence went: the paragraph that ended with it still ends."""
        if not self._said:
            return
        lines = tail[tail.find("\n") :] if "\n" in tail else ""
        if lines.count("\n") > self._space.count("\n"):
            self._space = lines

    def _checked(self, sentence: str) -> str:
        said = self._quote + sentence
        self._quote = open_quote(_SPAN.sub("_", said))
        what = self._claim(said) if self._check else ""
        if what:
            self.held.append((self._shown(sentence.strip()), what))
            return ""
        out, start = [], 0
        for code in _SPAN.finditer(sentence):
            out += [self._cleaned(sentence[start : code.start()]), self._in_span(code.group())]
            start = code.end()
        return "".join([*out, self._cleaned(sentence[start:])])

    def _claim(self, sentence: str) -> str:
        prose = _SPAN.sub("_", sentence)
        if what := self._judge.what(prose):
            return what
        made = PROOFS["made_file"]
        if self._world or proven(made, self._proofs):
            return ""
        if "](" in prose and _LINK.search(prose) and _PRESENTED.search(prose):
            return "making a file"  # it has the form of a result
        return ""

    def _shown(self, text: str) -> str:
        """A sentence that is left out, as the person may see it: with no address either."""
        text = _PICTURE.sub(lambda m: m.group().partition("](")[0].rstrip("]") + "]", text)
        return self._addresses.cleaned(text) if self._addresses is not None else text

    def _in_code(self, text: str) -> str:
        return self._addresses.in_code(text) if self._addresses is not None else text

    def _in_span(self, text: str) -> str:
        return self._addresses.in_span(text) if self._addresses is not None else text

    def _cleaned(self, text: str) -> str:
        """Without pictures, links, addresses and marks that only a model made up."""
        if "[" not in text and "【" not in text:
            return self._shown(text) if self._check else text
        if not self._check:
            return _NAMED.sub(self._marks, text)
        for picture in _PICTURE.finditer(text):
            if not proven(PROOFS["picture"], self._proofs):
                self.held.append((self._shown(picture.group().strip()), PROOFS["picture"].what))
        shown = _PICTURE.sub("", text)
        text = shown if shown == text or text[0].isspace() else shown.lstrip()
        text = self._shown(text)
        text = _LINK.sub(lambda m: m.group(1), text)
        text = _NUMBERED.sub("", text)
        return _NAMED.sub(self._marks, text)

    def _marks(self, match: re.Match[str]) -> str:
        numbers = [int(n) for n in re.findall(r"\d+", match.group())]
        good = [n for n in dict.fromkeys(numbers) if 1 <= n <= self._sources]
        space = match.group()[: len(match.group()) - len(match.group().lstrip())]
        return space + "".join(self._cite(n) for n in good) if good else ""
