"""Reads evaluation files: one JSON object a line; their form is in ``docs/evaluation.md``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import InputError

KINDS = ("image", "audio", "video", "document")
_HAN = re.compile(r"[㐀-䶿一-鿿]")


@dataclass(frozen=True, slots=True)
class RoutingCase:
    """A request with the kinds of its attachments and the set of tools that it wants."""

    text: str
    kinds: tuple[str, ...]
    tools: frozenset[str]
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class UserTool:
    """A tool that is registered by its examples for all requests of the file."""

    name: str
    description: str
    kinds: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """A question on files; ``expect`` are alternatives, each of strings that must all appear."""

    question: str
    files: tuple[str, ...]
    expect: tuple[tuple[str, ...], ...]
    kind: str
    language: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """A reply, with the tools that succeeded and what they returned.

    ``pretence`` is the sentence of it for which there is no receipt; empty where all is true.
    ``earlier`` are tools of the turns before, ``world`` that one acted on the world.
    """

    text: str
    pretence: str
    kind: str
    proofs: tuple[str, ...]
    results: tuple[str, ...]
    kinds: tuple[str, ...]
    earlier: tuple[str, ...]
    heard: bool
    world: bool
    asked: str
    language: str


def read_routing(path: Path) -> tuple[list[RoutingCase], list[UserTool]]:
    """The requests and the user's tools of a file.

    Raises:
        InputError: the file or a line of it is not of the documented form; names the line.
    """
    cases: list[RoutingCase] = []
    tools: list[UserTool] = []
    for where, record in _records(path):
        kinds = _strings(record, "kinds", where, default=())
        if unknown := [k for k in kinds if k not in KINDS]:
            raise _bad(where, f"there is no kind '{unknown[0]}'; kinds are {', '.join(KINDS)}")
        if "tool" in record:
            name = _text(record, "tool", where)
            if not name.isidentifier():
                raise _bad(where, f"'{name}' is not a tool's name: use letters, digits and _")
            about = _text(record, "description", where)
            tools.append(UserTool(name, about, kinds, _strings(record, "examples", where)))
            continue
        text = _text(record, "text", where)
        wanted = frozenset(_strings(record, "tools", where))
        group = ("none", "single")[len(wanted)] if len(wanted) < 2 else "several"
        cases.append(
            RoutingCase(
                text, kinds, wanted, str(record.get("group", group)), _language(record, text)
            )
        )
    if not cases:
        raise InputError(f"{path} has no requests.", "Write one JSON object a line.")
    return cases, tools


def read_answers(path: Path) -> list[AnswerCase]:
    """The questions of a file.

    Raises:
        InputError: the file or a line of it is not of the documented form; names the line.
    """
    cases = []
    for where, record in _records(path):
        question = _text(record, "question", where)
        answerable = record.get("answerable", True)
        if not isinstance(answerable, bool):
            raise _bad(where, "'answerable' must be true or false")
        expect = record.get("expect", [])
        if not isinstance(expect, list) or (answerable and not expect):
            raise _bad(where, "'expect' must be a list of the answers that count as right")
        alternatives = [e if isinstance(e, list) else [e] for e in expect]
        if not all(isinstance(part, str) and part for some in alternatives for part in some):
            raise _bad(where, "'expect' holds strings, or lists of strings that must all appear")
        cases.append(
            AnswerCase(
                question,
                _strings(record, "files", where, default=()),
                tuple(tuple(some) for some in alternatives),
                str(record.get("kind", "document")),
                _language(record, question),
                answerable,
            )
        )
    if not cases:
        raise InputError(f"{path} has no questions.", "Write one JSON object a line.")
    return cases


def read_claims(path: Path) -> list[ClaimCase]:
    """The replies of a file.

    Raises:
        InputError: the file or a line of it is not of the documented form; names the line.
    """
    cases = []
    for where, record in _records(path):
        text = _text(record, "text", where)
        pretence = str(record.get("pretence", ""))
        if pretence not in text:
            raise _bad(where, "'pretence' must be a sentence of 'text'")
        cases.append(
            ClaimCase(
                text,
                pretence,
                str(record.get("kind") or "other"),
                _strings(record, "proofs", where, default=()),
                _strings(record, "results", where, default=()),
                _strings(record, "kinds", where, default=()),
                _strings(record, "earlier", where, default=()),
                bool(record.get("heard")),
                bool(record.get("world")),
                str(record.get("asked", "")),
                _language(record, text),
            )
        )
    if not cases:
        raise InputError(f"{path} has no replies.", "Write one JSON object a line.")
    return cases


def _records(path: Path) -> list[tuple[str, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    out = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path.name}, line {number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _bad(where, f"not JSON ({error})") from error
        if not isinstance(record, dict):
            raise _bad(where, "not a JSON object")
        out.append((where, record))
    return out


def _bad(where: str, what: str) -> InputError:
    return InputError(f"{where}: {what}.", "The form of a line is in docs/evaluation.md.")


def _text(record: dict[str, Any], key: str, where: str) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _bad(where, f"'{key}' must be a text that is not empty")
    return value


def _strings(
    record: dict[str, Any], key: str, where: str, *, default: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    value = record.get(key, default)
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        raise _bad(where, f"'{key}' must be a list of strings")
    return tuple(value)


def _language(record: dict[str, Any], text: str) -> str:
    return str(
        record.get("language") or record.get("lang") or ("zh" if _HAN.search(text) else "en")
    )
