"""Tool calls that a model writes into its text, because it or its server knows no better form.

Small models and plain servers pass on what the model was trained to write. These forms are known:

    <tool_call>{"name": ..., "arguments": {...}}</tool_call>     Hermes, Qwen
    <function=NAME><parameter=X>...</parameter></function>       Qwen Coder
    <function=NAME>{...}</function>                              Llama 3.1
    [TOOL_CALLS][{...}]   [TOOL_CALLS]NAME[ARGS]{...}            Mistral
    <|python_tag|>{...}   <|tool_call|>[{...}]                   Llama 3, Granite
    {"name": ..., "parameters": {...}}, also in a code fence     Llama 3 and many more
    [NAME(x="..."), NAME(...)]   NAME(x="...")                   Llama 4, Gemma
    Action: NAME / Action Input: {...}                           ReAct (Yao et al. 2022)

Only calls of tools that were offered count. The forms without a tag count only where they are all
that the model wrote: a reply may well talk about JSON.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 20_000
"""Characters of a text in which calls are looked for."""

_TAGGED = re.compile(
    r"<tool_call>(?P<hermes>.*?)(?:</tool_call>|(?=<tool_call>)|\Z)"
    r"|(?P<function><function=[\w.-]+>.*?(?:</function>|\Z))"
    r"|\[TOOL_CALLS\](?P<mistral>.*?)(?=\[TOOL_CALLS\]|\Z)"
    r"|<\|python_tag\|>(?P<llama>.*?)(?:<\|e(?:om|ot)_id\|>|\Z)"
    r"|<\|tool_calls?\|>(?P<granite>.*?)(?:<\|/?\w+\|>|\Z)"
    r"|^Action:[ \t]*(?P<react>[\w.-]+[ \t]*\n+Action Input:.*?)(?:\n(?:Observation|Thought):|\Z)",
    re.DOTALL | re.MULTILINE,
)
_FUNCTION = re.compile(r"<function=([\w.-]+)>(.*?)(?:</function>|\Z)", re.DOTALL)
_PARAMETER = re.compile(
    r"<parameter=([\w.-]+)>\n?(.*?)\n?(?:</parameter>|(?=<parameter=)|\Z)", re.DOTALL
)
_FENCE = re.compile(r"```[\w-]*\n(.*?)\n?```", re.DOTALL)
_NAMED = re.compile(r"\s*([\w.-]+)\s*(?:\[CALL_ID\]\S*?)?(?:\[ARGS\])?\s*(\{.*)", re.DOTALL)
_REACT = re.compile(r"([\w.-]+)[ \t]*\n+Action Input:[ \t]*(.*)", re.DOTALL)
_THOUGHT = re.compile(r"\s*<think(?:ing)?>.*?(?:</think(?:ing)?>\s*|\Z)", re.DOTALL)

_OPENERS = (
    "<tool_call>",
    "<function=",
    "[TOOL_CALLS]",
    "<|python_tag|>",
    "<|tool_call",
    "\nAction:",
)
_AT_START = ("Action:", "{", "```json", "```tool", "```python", "```\n{")


@dataclass(frozen=True, slots=True)
class WrittenCall:
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """``text`` is what remains for the person. ``broken`` is a call that cannot be read."""

    text: str
    calls: tuple[WrittenCall, ...] = ()
    broken: str = ""


def without_thoughts(text: str) -> str:
    """The text without the reasoning that some servers leave in front of the answer."""
    return _THOUGHT.sub("", text, count=1) if text.lstrip().startswith("<think") else text


def read(text: str, tools: Collection[str]) -> Written:
    """The calls in a model's text, and the text without them."""
    if len(text) > LONGEST:
        return Written(text)
    calls: list[WrittenCall] = []
    broken = ""

    def take(match: re.Match[str]) -> str:
        nonlocal broken
        if _in_code(text, match.start()):
            return match.group()
        found = _of_tag(str(match.lastgroup), match.group(str(match.lastgroup)))
        known = [call for call in found if call.name in tools]
        calls.extend(known)
        if not known:
            broken = broken or match.group().strip()
        return "" if known or not found else match.group()

    rest = _TAGGED.sub(take, text)
    if calls:
        return Written(rest.strip(), tuple(calls))
    if broken:
        return Written(rest, broken=broken)
    whole = text.strip()
    bare = (_FENCE.fullmatch(whole) or re.fullmatch("(.*)", whole, re.DOTALL)).group(1)  # type: ignore[union-attr]
    found = _of_json(bare) or _of_python(bare)
    if found and all(call.name in tools for call in found):
        return Written("", tuple(found))
    return Written(text)


def _in_code(text: str, at: int) -> bool:
    """Whether a tag stands in a code span or fence, where it is only talked about."""
    before = text[:at]
    line = before.rpartition("\n")[2]
    return before.count("```") % 2 == 1 or line.replace("```", "").count("`") % 2 == 1


def _of_tag(form: str, body: str) -> list[WrittenCall]:
    if form == "function" or (form == "hermes" and "<function=" in body):
        return [_function(*m.groups()) for m in _FUNCTION.finditer(body)]
    if form == "react":
        match = _REACT.match(body)
        return [] if match is None else _named(match.group(1), match.group(2))
    if form == "mistral" and (match := _NAMED.match(body)):
        return _named(match.group(1), match.group(2))
    return _of_json(body.strip()) or _of_python(body.strip())


def _function(name: str, body: str) -> WrittenCall:
    given = _PARAMETER.findall(body)
    if given:
        return WrittenCall(name, {key: _value(value) for key, value in given})
    arguments = _json(body)
    return WrittenCall(name, arguments if isinstance(arguments, dict) else {})


def _named(name: str, body: str) -> list[WrittenCall]:
    arguments = _json(body.strip())
    return [WrittenCall(name, arguments)] if isinstance(arguments, dict) else []


def _value(text: str) -> Any:
    """Numbers, booleans and lists as themselves, everything else as the text it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _of_json(text: str) -> list[WrittenCall]:
    if not text.startswith(("{", "[")):
        return []
    found = _json(text)
    parts = found if isinstance(found, list) else [found]
    calls = [_of_object(part) for part in parts]
    return [c for c in calls if c is not None] if all(calls) else []


_NAMES = ("name", "tool", "tool_name", "function", "action")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "tool_input", "action_input")


def _of_object(value: Any) -> WrittenCall | None:
    if not isinstance(value, dict):
        return None
    inner = value.get("function")
    if isinstance(inner, dict):
        return _of_object(inner)
    name = next((value[k] for k in _NAMES if isinstance(value.get(k), str)), None)
    key = next((k for k in _ARGUMENTS if k in value), None)
    if name is None or (key is None and len(value) > 1):
        return None
    arguments = {} if key is None else value[key]
    if isinstance(arguments, str):
        arguments = _json(arguments)
    return WrittenCall(name, arguments) if isinstance(arguments, dict) else None


def _json(text: str) -> Any:
    """Strictly if it can be, else with the slips mended that small models make."""
    try:
        return json.loads(text)
    except ValueError:
        return mended(text)
    except RecursionError:  # no arguments are nested so deeply
        return None


def mended(text: str) -> Any:
    """JSON with slips (single quotes, a trailing comma), or None.

    What does not end in a bracket was cut off: nobody knows how it would have gone on.
    """
    import json_repair

    if len(text) > LONGEST or "{" not in text or not text.rstrip().endswith(("}", "]")):
        return None
    try:
        found = json_repair.loads(text)
    except (ValueError, RecursionError):  # nested too deeply
        return None
    return found if isinstance(found, (dict, list)) and found else None


def _of_python(text: str) -> list[WrittenCall]:
    """``[name(x="a"), other()]``: read, never run; only literals are values."""
    if not re.match(r"\[?\s*[A-Za-z_]\w*\(", text):
        return []
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    parts = tree.elts if isinstance(tree, ast.List) else [tree]
    calls = []
    for part in parts:
        if not isinstance(part, ast.Call) or not isinstance(part.func, ast.Name) or part.args:
            return []
        try:
            given = {str(k.arg): ast.literal_eval(k.value) for k in part.keywords if k.arg}
        except (ValueError, TypeError, RecursionError, MemoryError):  # a list as a key, for one
            return []
        calls.append(WrittenCall(part.func.id, given))
    return calls


class Spotter:
    """Holds back, while a text streams, what may be a call or a thought.

    :meth:`feed` returns what can be shown; what it holds in the end is :meth:`rest`. With
    ``calls`` False only thoughts are held back.
    """

    def __init__(self, tools: Collection[str], *, calls: bool = True) -> None:
        self._calls = calls
        self._starts = (*_AT_START, *(f"{name}(" for name in tools), *(f"[{n}(" for n in tools))
        self._held = ""
        self._began = False  # whether anything but white space was shown
        self._caught = False  # a call has begun: nothing more is shown

    def feed(self, text: str) -> str:
        self._held += text
        if self._caught:
            return ""
        if not self._began and not self._begin():
            return ""
        return self._shown() if self._calls else self._all()

    def rest(self) -> str:
        """What is still held: a call, or the end of a text that only looked like one."""
        return without_thoughts(self._all()) if not self._began else self._all()

    def _all(self) -> str:
        out, self._held = self._held, ""
        return out

    def _begin(self) -> bool:
        """Whether the beginning has shown that it is neither a thought nor a call."""
        start = self._held.lstrip()
        if not start or any(t.startswith(start) for t in ("<think>", "<thinking>")):
            return False
        if start.startswith(("<think>", "<thinking>")):
            left = without_thoughts(self._held)
            if not left:
                return False
            self._held = left
            return self._begin()
        if self._calls:
            if start.startswith(self._starts):
                self._caught = True
                return False
            if any(s.startswith(start) for s in self._starts):
                return False
        self._began = True
        return True

    def _shown(self) -> str:
        """Everything before a tag, or before what may become one."""
        places = [at for o in _OPENERS if (at := self._held.find(o)) >= 0]
        if places:
            at = min(places)
            self._caught = True
        else:
            at = len(self._held) - max(_overlap(self._held, o) for o in _OPENERS)
        out, self._held = self._held[:at], self._held[at:]
        return out


def _overlap(text: str, opener: str) -> int:
    """How many of the last characters are the beginning of the opener."""
    most = min(len(text), len(opener) - 1)
    return next((n for n in range(most, 0, -1) if text.endswith(opener[:n])), 0)
