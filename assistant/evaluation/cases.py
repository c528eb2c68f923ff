"""Evaluation files: JSON lines, each one request, one question or one tool, checked as read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, get_args

from assistant.errors import InputError
from tools.base import Kind

KINDS: tuple[str, ...] = get_args(Kind)
LANGUAGES = ("en", "zh")
KNOWLEDGE = "knowledge"
"""The kind of question whose files go to the knowledge store instead of being attached."""
ATTACHED = "attached"
"""The kind of a question that names none."""
_REMEDY = "Mend that line; docs/evaluation.md describes the form."
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class RoutingCase:
    """A request with the kinds of its attachments, and exactly the tools that it wants."""

    line: int
    text: str
    kinds: tuple[str, ...]
    tools: frozenset[str]
    group: str
    language: str


@dataclass(frozen=True, slots=True)
class UserTool:
    """A tool as a person registers it, described well enough to be routed to."""

    line: int
    name: str
    description: str
    kinds: tuple[Kind, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoutingSet:
    """All requests of a file, and the tools that are registered for the whole of it."""

    path: Path
    cases: tuple[RoutingCase, ...]
    tools: tuple[UserTool, ...]


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """A question about files. ``expect`` holds the alternatives, of which one is enough; all
    words of an alternative must appear. It is empty where the files do not answer."""

    line: int
    question: str
    files: tuple[str, ...]
    expect: tuple[tuple[str, ...], ...]
    kind: str
    language: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """All questions of a file."""

    path: Path
    cases: tuple[AnswerCase, ...]


def read_routing(path: Path) -> RoutingSet:
    """Read requests and tools.

    Raises:
        InputError: the file cannot be read, or a line of it; the sentence says which and why.
    """
    cases: list[RoutingCase] = []
    tools: dict[str, UserTool] = {}
    for row in _rows(path):
        if row.has("tool"):
            tool = _user_tool(row)
            if tool.name in tools:
                row.refuse(f"the tool '{tool.name}' is already on line {tools[tool.name].line}")
            tools[tool.name] = tool
        else:
            cases.append(_routing_case(row))
    if not cases:
        raise InputError(f"There is no request in {path}.", "Add lines with 'text' and 'tools'.")
    return RoutingSet(path, tuple(cases), tuple(tools.values()))


def read_answers(path: Path) -> AnswerSet:
    """Read questions.

    Raises:
        InputError: the file cannot be read, or a line of it; the sentence says which and why.
    """
    cases = tuple(_answer_case(row) for row in _rows(path))
    if not cases:
        raise InputError(f"There is no question in {path}.", "Add lines with 'question'.")
    return AnswerSet(path, cases)


def _routing_case(row: _Row) -> RoutingCase:
    row.only("text", "kinds", "tools", "group", "language")
    text, kinds = row.text("text", blank=True), row.kinds()
    if not text.strip() and not kinds:
        row.refuse("a request needs 'text', or 'kinds' of what is attached")
    tools = frozenset(row.words("tools"))
    usual = ("none", "single")[len(tools)] if len(tools) < 2 else "several"
    group = row.text("group", usual)
    return RoutingCase(row.number, text, kinds, tools, group, row.language(text))


def _user_tool(row: _Row) -> UserTool:
    row.only("tool", "description", "kinds", "examples")
    kinds: Any = row.kinds()
    name, description = row.text("tool"), row.text("description")
    return UserTool(row.number, name, description, kinds, row.words("examples"))


def _answer_case(row: _Row) -> AnswerCase:
    row.only("question", "files", "expect", "kind", "language", "answerable")
    question, kind = row.text("question"), row.text("kind", ATTACHED)
    files, answerable = row.words("files"), row.flag("answerable", usual=True)
    expect = row.alternatives("expect", needed=answerable)
    if answerable and not expect:
        row.refuse("'expect' is empty; give what a right answer holds, or \"answerable\": false")
    if expect and not answerable:
        row.refuse("'expect' must be empty or left out where \"answerable\" is false")
    if kind == KNOWLEDGE and not files:
        row.refuse(f"a question of kind '{KNOWLEDGE}' needs 'files' to put into the store")
    language = row.language(question)
    return AnswerCase(row.number, question, files, expect, kind, language, answerable)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a file; every reader refuses what it cannot take, in a sentence."""

    path: Path
    number: int
    fields: dict[str, Any]

    def refuse(self, what: str) -> NoReturn:
        raise InputError(f"{self.path}, line {self.number}: {what}.", _REMEDY)

    def has(self, name: str) -> bool:
        return name in self.fields

    def only(self, *names: str) -> None:
        for name in self.fields:
            if name not in (*names, "note"):
                known = ", ".join(names)
                self.refuse(f"'{name}' is no field of such a line; its fields: {known}, note")

    def text(self, name: str, usual: str | None = None, *, blank: bool = False) -> str:
        value = self._value(name, usual)
        if not isinstance(value, str):
            self.refuse(f"'{name}' must be text, not {_worded(value)}")
        if not value.strip() and not blank:
            self.refuse(f"'{name}' is empty")
        return self._whole(name, value)

    def words(self, name: str) -> tuple[str, ...]:
        value = self._value(name)
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.refuse(f"'{name}' must be a list of texts, not {_worded(value)}")
        if not all(v.strip() for v in value):
            self.refuse(f"'{name}' holds an empty text")
        return tuple(self._whole(name, v) for v in value)

    def flag(self, name: str, *, usual: bool) -> bool:
        value = self._value(name, usual)
        if not isinstance(value, bool):
            self.refuse(f"'{name}' must be true or false, not {_worded(value)}")
        return value

    def kinds(self) -> tuple[str, ...]:
        kinds = self.words("kinds")
        for kind in kinds:
            if kind not in KINDS:
                self.refuse(f"there is no kind '{kind}'; kinds: {', '.join(KINDS)}")
        return kinds

    def language(self, text: str) -> str:
        language = self.text("language", "zh" if _HAN.search(text) else "en")
        if language not in LANGUAGES:
            self.refuse(f"'language' must be {' or '.join(LANGUAGES)}, not '{language}'")
        return language

    def alternatives(self, name: str, *, needed: bool) -> tuple[tuple[str, ...], ...]:
        value = self._value(name, None if needed else [])
        if not isinstance(value, list):
            self.refuse(f"'{name}' must be a list, not {_worded(value)}")
        out: list[tuple[str, ...]] = []
        for one in value:
            parts = one if isinstance(one, list) else [one]
            if not parts or not all(isinstance(p, str) and p.strip() for p in parts):
                self.refuse(f"'{name}' must hold texts, or lists of texts that belong together")
            out.append(tuple(self._whole(name, p) for p in parts))
        return tuple(out)

    def _value(self, name: str, usual: Any = None) -> Any:
        if name not in self.fields and usual is None:
            self.refuse(f"'{name}' is missing")
        return self.fields.get(name, usual)

    def _whole(self, name: str, text: str) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:
            self.refuse(f"'{name}' holds half of a character (a lone surrogate)")
        return text


def _worded(value: Any) -> str:
    """A JSON value, short enough for a sentence."""
    words = json.dumps(value, ensure_ascii=True)
    return words if len(words) <= 40 else f"{words[:39]}…"


def _rows(path: Path) -> Iterator[_Row]:
    try:
        data = path.read_bytes()
    except OSError as error:
        why = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise InputError(f"{path} {why}.", "Check the spelling and the permissions.") from error
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        number = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path}, line {number}: this is not UTF-8 text.", "Save the file as UTF-8."
        ) from error
    if not any(line.strip() for line in lines):
        raise InputError(f"{path} is empty.", "docs/evaluation.md describes the form.")
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _Row(path, number, _fields(path, number, line))


def _fields(path: Path, number: int, line: str) -> dict[str, Any]:
    where = f"{path}, line {number}"
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where}: this is not valid JSON: {error.msg} at column {error.colno}.", _REMEDY
        ) from error
    except RecursionError as error:
        raise InputError(f"{where}: this JSON is nested too deeply.", _REMEDY) from error
    except ValueError as error:  # a whole number with more digits than Python reads
        raise InputError(f"{where}: a number in it is too long.", _REMEDY) from error
    if not isinstance(fields, dict):
        raise InputError(f"{where}: it must be a JSON object, not {_worded(fields)}.", _REMEDY)
    return fields
