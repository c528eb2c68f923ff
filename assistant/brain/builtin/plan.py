"""The steps of a request: which tools, in which order, with which arguments.

A request is cut where a person joins two wishes ("…, then …", "… and say …"). Each part is
routed on its own; a part that only speaks, counts or keeps what came before waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.brain.builtin.request import Request
from assistant.brain.builtin.route import Router
from assistant.brain.builtin.talk import is_talk
from tools.base import Tool
from tools.everyday.calculate import looks_like_calculation

_JOINT = re.compile(
    r"\s*(?:[,;.]\s*(?:and\s+)?(?:then|after that|afterwards)\b|\band then\b|\bthen\b(?=\s+\w+)"
    r"|[,;]?\s+and\s+(?=(?:also\s+)?(?:say|read|speak|tell|convert|save|remember|scan|transcribe"
    r"|search|look|calculate|multiply|add|divide)\b)"
    r"|[，,；;。]?(?:然后|接着|再|并且|并)(?=\S))\s*",
    re.IGNORECASE,
)
_ALOUD = re.compile(
    r"\b(?:aloud|out loud|read (?:it|that|this) to me|say (?:it|that|this)|speak (?:it|that|this)"
    r"|(?:as|in) (?:speech|audio|a recording))\b|读出来|念出来|朗读|念给我听|读给我听|大声",
    re.IGNORECASE,
)
_NOT_ALOUD = re.compile(
    r"\b(?:don'?t|do not|never|without|no need to|not)\b[^.]{0,30}\b(?:aloud|loud|read|say|speak)"
    r"|(?:不要|别|不用).{0,6}(?:读|念|说|朗)",
    re.IGNORECASE,
)
_SAY = re.compile(
    r"^(?:please\s+|can you\s+|could you\s+)*(?:say|speak|pronounce|read (?:out|aloud))\s*[:,]?\s+"
    r"(?P<words>.+?)(?:\s+(?:aloud|out loud|for me|please))*[.!]?$"
    r"|^(?:请|帮我)?(?:说|念|读)(?:一下|出)?[:：,，\s]*(?P<zh>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_IT = re.compile(
    r"^(?:it|that|this|them|the (?:answer|result|reply))$|^(?:它|这个|那个|出来)$", re.IGNORECASE
)
_KEEP = re.compile(
    r"^(?:please\s+)?(?:remember|note(?: down)?|keep in mind|don'?t forget)(?:\s+that)?[:,]?\s+"
    r"(?P<fact>.+)$|^(?:请|帮我)?(?:记住|记一下|记下|别忘了)[:：,，\s]*(?P<zh>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_QUESTION = re.compile(
    r"\?\s*$|？\s*$|^(?:what|who|whom|whose|when|where|which|why|how|is|are|was|were|do|does|did|can"
    r"|could|should|will|tell me|find|search|explain|describe|list|show)\b"
    r"|什么|谁|哪|几|多少|怎么|为什么|吗",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"\b(?:my|mine|i told you|do i|did i|am i|i like|about me)\b|我的|我", re.IGNORECASE
)
_FACTOR = re.compile(
    r"\b(?:at|by|times|x)\s+(?P<factor>\d[\d.,]*)|按\s*(?P<zh>\d[\d.,]*)", re.IGNORECASE
)

DEFAULTS = {
    "image": "look",
    "document": "read_document",
    "audio": "transcribe",
    "video": "transcribe",
}
"""What is done with an attachment when nothing says what is wanted of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call. ``waits`` says that its arguments come from the steps before it."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = False


class Planner:
    """Turns a request into rounds of tool calls; the calls of one round run side by side."""

    def __init__(self, router: Router, tools: Mapping[str, Tool]) -> None:
        self._router = router
        self._tools = tools

    def plan(self, request: Request) -> tuple[tuple[Step, ...], ...]:
        """All rounds, in order; none where the request wants talk and no tool."""
        text = request.text.strip()
        if expression := looks_like_calculation(text):
            step = Step("calculate", {"expression": expression})
            return ((step,),) if self._has("calculate") else ()
        parts = [p.strip() for p in _JOINT.split(text) if p and p.strip()] or [text]
        if not request.kinds and is_talk(text):
            return ()
        if self._asks_for_what_is_kept(text, request):
            return (
                tuple(
                    Step(name, {"query": text})
                    for name in ("recall", "search_knowledge")
                    if self._has(name)
                ),
            )
        now: list[Step] = []
        later: list[Step] = []
        for index, part in enumerate(parts):
            wanted = self._step(part, request, first=index == 0)
            if wanted is None or wanted.tool in {s.tool for s in now + later}:
                continue
            (later if wanted.waits and (now or later) else now).append(wanted)
        if len(parts) > 1 and not now:  # cutting hid the meaning: take the request as a whole
            whole = self._step(text, request, first=True)
            now = [whole] if whole else []
        return tuple(r for r in (tuple(now), *((s,) for s in later)) if r)

    def _has(self, name: str) -> bool:
        return name in self._tools

    def _step(self, part: str, request: Request, *, first: bool) -> Step | None:
        if aloud := self._aloud(part, request, first=first):
            return aloud
        if (kept := _KEEP.match(part)) and self._has("remember") and not part.endswith("?"):
            return Step("remember", {"fact": (kept["fact"] or kept["zh"]).strip()})
        if expression := looks_like_calculation(part):
            return Step("calculate", {"expression": expression})
        if not first and (factor := _FACTOR.search(part)) and self._has("calculate"):
            number = factor["factor"] or factor["zh"]
            return Step("calculate", {"factor": number}, waits=True)
        route = self._router.route(part, request.kinds)
        for name in route.tools:
            if name == "speak" and _NOT_ALOUD.search(part):
                continue
            if name in _ELSEWHERE and request.kinds and not _STORED.search(part):
                continue  # a file came with the question: that is where to look
            if step := self._call(name, part, request):
                return step
        return self._fallback(part, request) if first else None

    def _aloud(self, part: str, request: Request, *, first: bool) -> Step | None:
        found = _ALOUD.search(part)
        said = _SAY.match(part)
        if said and said["zh"] and request.kinds and not found:
            said = None  # 读 with a file beside it means to read the file
        if not self._has("speak") or not (found or said):
            return None
        if found and _NOT_ALOUD.search(part):
            return None
        words = (said["words"] or said["zh"]).strip(" \"'“”") if said else ""
        words = _ALOUD.sub("", words).strip(" ,.") if words else ""
        if words and not _IT.match(words):
            return Step("speak", {"text": words})
        if first and not request.kinds and request.before:
            return Step("speak", {"text": request.before})
        return Step("speak", {}, waits=True) if not first else None

    def _call(self, name: str, part: str, request: Request) -> Step | None:
        """The call of a wanted tool; None where what it needs is not there."""
        tool = self._tools[name]
        if name == "calculate":
            found = [e for line in part.splitlines() if (e := looks_like_calculation(line))]
            return Step(name, {"expression": found[-1]}) if found else None
        arguments: dict[str, Any] = {}
        for parameter in tool.parameters:
            if parameter.kinds:
                handles = [h for k in parameter.kinds if (h := request.newest(k))]
                handles.sort(key=lambda h: not h.given_now)
                if handles:
                    arguments[parameter.name] = handles[0].name
                elif parameter.required:
                    return None
            elif parameter.name in _FILLED or (parameter.required and parameter.type == "string"):
                arguments[parameter.name] = part
            elif parameter.required:
                return None
        if name == "sense_emotion" and "audio" in arguments:
            arguments.pop("text", None)
        return Step(name, arguments)

    def _fallback(self, part: str, request: Request) -> Step | None:
        for kind in request.kinds:
            if self._has(DEFAULTS[kind]):
                return self._call(DEFAULTS[kind], part, request)
        if not _QUESTION.search(part):
            return None
        earlier = [h for h in request.handles if h.kind in DEFAULTS]
        if earlier and len(part) < 60 and self._has(DEFAULTS[earlier[-1].kind]):
            return self._call(DEFAULTS[earlier[-1].kind], part, request)
        return Step("search_knowledge", {"query": part}) if self._has("search_knowledge") else None

    def _asks_for_what_is_kept(self, text: str, request: Request) -> bool:
        """A question about the person's own things, with no file it could mean."""
        if request.handles or not (_QUESTION.search(text) and _MINE.search(text)):
            return False
        wanted = self._router.route(text).tools
        return not wanted or wanted[0] in _KEPT


_FILLED = {"question", "query", "text", "fact"}
_KEPT = {"recall", "search_knowledge"}
_ELSEWHERE = {*_KEPT, "clock"}
_STORED = re.compile(
    r"\b(?:notes|knowledge|library|my (?:documents|files)|remember|told you)\b|笔记|资料库|记得",
    re.IGNORECASE,
)
