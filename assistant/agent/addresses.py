"""Which web addresses a reply may show, so that none carries anything away.

A document can ask a model to put what it knows into an address ("https://evil.example/?q=…"): who
opens it, or whose program loads a picture from it, sends it off. So an address is shown whole only
if it stands to the letter in what the person wrote, or in what a tool returned before any call
named it. Of another one the plain host stays (``https://example.org``), where it has the form of
one that somebody registered; all else goes, and the person is told. While there is nothing in the
conversation but the person's own words, nobody could have asked for it: then only what follows a
question mark goes.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from assistant.agent.support import PASTED

if TYPE_CHECKING:
    from assistant.agent.run import Run

LEFT_OUT = "[…]"
"""Stands where an address was."""
OWN_SAYING = frozenset({"calculate", "clock", "sense_emotion", "speak", "remember"})
"""Tools that return nothing anybody else wrote."""
DATA = 4
"""Letters from which a word of an address can be taken for one of a document."""

_END = ".,;:!?'\"*_~”’»。，、；：！？）】》」』…"
_REST = r"[^\s<>\"'`|“”‘’。，、；！（）【】《》「」]"
_SCHEMED = r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:(?://|\\\\|/\\|\\/)" + _REST + "+"
_ADDRESS = re.compile(
    rf"{_SCHEMED}"
    rf"|(?<![\w@.-])www\.{_REST}+"
    r"|(?<![\w@./-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::\d{1,5})?(?:/[^\s<>\"'`?=]*)?"
    r"\?[^\s<>\"'`]*?="
    rf"{_REST}*"
    r"|(?<!\w)(?:mailto:[^\s<>\"'`]*@|sms:\+?\d|(?:javascript|vbscript):(?=\S)|data:\w+/\w)[^\s<>\"'`]*",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\[(?P<words>[^\[\]\n]{0,500})\]\(\s*<?(?P<target>[^\s<>)]{0,2000})>?"
    r"(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^)\n]*\)))?\s*\)"
)
_EITHER = re.compile(f"{_LINK.pattern}|(?P<bare>{_ADDRESS.pattern})", re.IGNORECASE)
_TAG = re.compile(
    r"<\s*/?\s*(?:img|image|a|iframe|video|audio|source|object|embed|script|link|style|svg|form"
    r"|input|meta|base|body|div|table|td)\b[^<>]*?"
    r"(?:src|srcset|href|data|action|formaction|poster|style|background|content)\s*=[^<>]*(?:>|$)",
    re.IGNORECASE,
)
_SUBDOMAINS = frozenset(
    re.findall(
        r"\S+",
        """www docs doc api en de fr es it zh ja pt ru nl support help blog blogs developer
        developers dev wiki news mail maps translate cloud learn community forum forums status
        packages app apps play open data download downloads shop store my web m""",
    )
)
"""What stands before a registered name without telling anything."""
_SECOND_LEVEL = frozenset(
    re.findall(
        r"\S+",
        """co.uk org.uk ac.uk gov.uk com.au org.au gov.au edu.au co.nz co.jp or.jp ac.jp com.cn
        org.cn net.cn gov.cn edu.cn ac.cn com.hk com.tw com.sg com.br com.mx co.in co.kr co.za
        com.tr""",
    )
)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?")
_OTHER = re.compile(r"(?:mailto|sms|javascript|vbscript|data):", re.IGNORECASE)
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")
_TOKEN = re.compile(rf"[^\W_]{{{DATA},}}")


@dataclass(frozen=True)
class Addresses:
    """``known`` may be shown whole; ``hosts`` are theirs. ``words`` are those of what others wrote
    and of what is remembered, less the person's own. Without ``foreign`` text nobody else spoke.
    """

    known: frozenset[str]
    foreign: bool
    words: frozenset[str] = frozenset()
    tell: Callable[[str], None] = print

    def cleaned(self, text: str) -> str:
        """Prose with the addresses that may be shown; a link shows where it leads if it changed."""
        if not _may_hold(text):
            return text
        text = _TAG.sub(lambda _: self._gone(), text)
        return _EITHER.sub(self._either, text)

    def in_code(self, text: str) -> str:
        """Code: an address in it loses what it took from others' words, and keeps the rest."""
        if not self.foreign or not _may_hold(text):
            return text
        return _ADDRESS.sub(lambda m: self._in_code(m.group()), text)

    def in_span(self, text: str) -> str:
        """Code within a sentence: people copy what stands there."""
        if not self.foreign or not _may_hold(text):
            return text
        return _ADDRESS.sub(lambda m: self._bare(m.group()), text)

    def _either(self, match: re.Match[str]) -> str:
        if (bare := match["bare"]) is not None:
            return self._bare(bare)
        words, target = match["words"], match["target"]
        if not _ADDRESS.fullmatch(target):
            return match.group()  # a file or a place in the page: another rule's
        shown_words = _ADDRESS.sub(lambda m: self._bare(m.group()), words)
        shown = self._shown(target)
        if shown == target and not _elsewhere(words, target):
            return match.group().replace(words, shown_words, 1)
        return f"{shown_words} ({shown})" if shown else shown_words

    def _bare(self, found: str) -> str:
        address = _trimmed(found)
        return (self._shown(address) or LEFT_OUT) + found[len(address) :]

    def _in_code(self, found: str) -> str:
        address = _trimmed(found)
        if self._is_known(address) or not self._carries(address):
            return found
        return (self._shown(address) or LEFT_OUT) + found[len(address) :]

    def _shown(self, address: str) -> str:
        """What may be shown of it; empty for nothing."""
        if self._is_known(address):
            return address
        parts = _split(address)
        host = (parts.hostname or "").lower() if parts else ""
        if parts is not None and _LOOPBACK.fullmatch(host):
            return address
        if address.lower().startswith("mailto:"):  # to whom may be said, not what
            return address[len("mailto:") :].partition("?")[0]
        if not self.foreign:
            plain = address.partition("?")[0] if "@" not in address else ""
            return address if plain == address else (plain or self._gone())
        if parts is None or not (host in self._hosts or _registered(host)):
            return self._gone()
        shown = f"{parts.scheme}://{host}" if "://" in address else host
        if address.rstrip("/") == shown:
            return address
        self.tell(
            f"I shortened a web address to {shown}: "
            "the rest came neither from you nor from a source."
        )
        return shown

    def _gone(self) -> str:
        self.tell("I left out a web address that came neither from you nor from a source.")
        return ""

    def _is_known(self, address: str) -> bool:
        """Stands somewhere to the letter, or is the beginning of one that does."""
        return any(
            one.startswith(address)
            and (len(one) == len(address) or address[-1] in "/?#&" or one[len(address)] in "/?#&")
            for one in self.known
        )

    @property
    def _hosts(self) -> frozenset[str]:
        parts = (_split(address) for address in self.known)
        return frozenset((p.hostname or "").lower() for p in parts if p is not None)

    def _carries(self, address: str) -> bool:
        """Whether a word of what others wrote stands in it, plainly or in a usual encoding."""
        return any(
            word.lower() in self.words
            for text in _decoded(address)
            for word in _TOKEN.findall(text)
        )


def addresses_of(run: Run) -> Addresses:
    """What this turn's reply may show: read in the order in which it was said."""
    own: list[str] = []
    others: list[str] = []
    known: set[str] = set()
    called = ""
    past = run.past[1] if run.past is not None else ()
    for kind, text in (*_told(past), ("own", run.text), *_stored(run)):
        if kind == "own":
            own.append(text)
            known |= set(_found(text))
        elif kind == "called":
            called += text
        else:  # what only repeats a call's argument was the model's
            others.append(text)
            known |= {address for address in _found(text) if address not in called}
    instructions = run.memory.instructions if run.memory is not None else ""
    summary = run.memory.summary if run.memory is not None else ""
    others += [instructions, summary] if "<<<data" in instructions or summary else []
    known |= set(_found(instructions))
    tools = {receipt.tool for receipt in run.receipts} | run.earlier
    foreign = bool(
        run.items
        or tools - OWN_SAYING
        or summary
        or "<<<data" in instructions
        or any(len(text) > PASTED for text in own)
    )
    words = {w.lower() for text in others for w in _TOKEN.findall(text)}
    words -= {w.lower() for text in own for w in _TOKEN.findall(text)}
    return Addresses(frozenset(known), foreign, frozenset(words), run.notice)


def _told(messages: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for message in messages:
        if isinstance(message, HumanMessage):
            yield "own", str(message.additional_kwargs.get("text", ""))
        elif isinstance(message, AIMessage):
            yield "called", _arguments(message.tool_calls)
        elif isinstance(message, ToolMessage):
            yield "found", message.text


def _stored(run: Run) -> Iterable[tuple[str, str]]:
    for role, content in run.draft.stored:
        if role == "assistant":
            yield "called", _arguments(content.get("tool_calls", ()))
        else:
            yield "found", str(content.get("text", ""))


def _arguments(calls: Iterable[Any]) -> str:
    return json.dumps([call["args"] for call in calls], ensure_ascii=False).replace("\\\\", "\\")


def _found(text: str) -> Iterable[str]:
    return (_trimmed(match.group()) for match in _ADDRESS.finditer(text))


def _may_hold(text: str) -> bool:
    return any(mark in text for mark in ":<?") or "www." in text.lower()


def _trimmed(found: str) -> str:
    """Without the marks of the sentence around it; a closing bracket stays if it was opened."""
    while found:
        last = found[-1]
        opened = {")": "(", "]": "[", "}": "{"}.get(last)
        if last in _END or (opened and found.count(opened) < found.count(last)):
            found = found[:-1]
        else:
            break
    return found


def _split(address: str) -> SplitResult | None:
    """The parts of a web address; None for another scheme, or where there is no making sense."""
    if _OTHER.match(address):
        return None
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    plain = parts.scheme.lower() in {"http", "https"} and "\\" not in address
    return parts if plain and parts.hostname else None


def _registered(host: str) -> bool:
    """Whether it has the form of a name that somebody registered: none that is made for one use."""
    labels = host.split(".")
    while len(labels) > 2 and labels[0] in _SUBDOMAINS:
        labels = labels[1:]
    if not all(_NAME.fullmatch(label) for label in labels) or not labels[-1].isalpha():
        return False
    return len(labels) == 2 or (len(labels) == 3 and ".".join(labels[1:]) in _SECOND_LEVEL)


def _elsewhere(words: str, target: str) -> bool:
    """Whether a link's words name another place than the one it leads to."""
    said, meant = _ADDRESS.search(words), _split(target)
    if said is None or meant is None:
        return False
    parts = _split(_trimmed(said.group()))
    return parts is None or parts.hostname != meant.hostname


def _decoded(address: str) -> Iterable[str]:
    plain = unquote(unquote(address))
    yield plain
    yield plain[::-1]
    for part in re.findall(r"[\w-]{8,}", plain) + re.findall(r"[A-Za-z0-9+/]{8,}", plain):
        with contextlib.suppress(ValueError):  # it is no hexadecimal
            yield bytes.fromhex(part).decode("utf-8")
        with contextlib.suppress(ValueError):  # nor base64
            yield base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("utf-8")
