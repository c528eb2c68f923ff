"""The steps of a request: which tools, in which order, with which arguments.

The router says which tools a request wants. They run by stages: what improves a file, then
what reads, looks things up or tells, side by side; then what works on that: translation,
arithmetic, pictures and music; then what keeps it, and last what says it aloud.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.brain.builtin.inventory import TOOLS
from assistant.brain.builtin.refer import about, elliptic, handle_for, names_one
from assistant.brain.builtin.request import Request
from assistant.brain.builtin.route import Route, Router
from assistant.brain.builtin.talk import is_talk
from tools.base import Tool
from tools.everyday.calculate import looks_like_calculation
from tools.reading.question import understood
from tools.reading.values import SMALL

_STAGES = {
    "enhance_audio": 0,
    "enhance_image": 0,
    "translate": 2,
    "calculate": 3,
    "make_image": 4,
    "make_music": 4,
    "remember": 5,
    "speak": 6,
}
_READING = 1
_NOT_ALOUD = re.compile(
    r"\b(?:don'?t|do not|never|without|no need to|not)\b[^.,;]{0,30}\b(?:aloud|loud|read|say|speak)"
    r"|(?:不要|别|不用|不必).{0,6}(?:读|念|说|朗)",
    re.IGNORECASE,
)
_ALOUD = re.compile(
    r"\b(?:aloud|out loud|to me|for me|(?:as|in) (?:speech|audio|a recording))\b|读出来|念出来|朗读"
    r"|念给我听|读给我听|大声",
    re.IGNORECASE,
)
_SAY = re.compile(
    r"^(?:(?:please|can you|could you|would you|just|hey)\W+)*(?:say|speak|pronounce|read (?:out|aloud))"
    r"\s*(?:aloud|out loud)?\s*[:,]?\s+(?P<words>.+?)(?:\s+(?:aloud|out loud|for me|to me|please))*[.!]?$"
    r"|[\"“'](?P<quoted>[^\"”]{2,})[\"”']"
    r"|^(?:请|帮我|大声)*(?:说|念|读|朗读)(?:一下|出来|出)?[:：,，\s]*(?P<zh>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_IT = re.compile(
    r"^(?:it|that|this|them|(?:the|your|that|this) (?:\w+ )?(?:answer|result|reply|text|sentence|line)"
    r"|what you (?:just )?(?:said|wrote)|again)\b.{0,12}$|^(?:它|这个|那个|出来|这段|上面|刚才|答案).{0,8}$",
    re.IGNORECASE,
)
_KEEP = re.compile(
    r"\b(?:remember|note(?: down)?|keep in mind|don'?t forget|memori[sz]e|make a note)(?:\s+that|\s+this)?"
    r"[:,]?\s+(?P<fact>.+)$|(?:记住|记一下|记下|别忘了|记得)[:：,，\s]*(?P<zh>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_QUESTION = re.compile(
    r"\?\s*$|？\s*$|^\W*(?:what|who|whom|whose|when|where|which|why|how|is|are|was|were|do|does|did"
    r"|can|could|should|will|tell me|find|search|explain|describe|list|show|give me)\b"
    r"|什么|谁|哪|几|多少|怎么|为什么|吗",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:today|currently|current|tomorrow|yesterday|tonight|this (?:week|month|year)|time is it"
    r"|date is it|day is it|right now|(?:time|date|day|hour|year)\b[^.?!]{0,30}\bnow"
    r"|now\b[^.?!]{0,12}\b(?:time|date))\b|现在|今天|明天|昨天|今年|几点了",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"{_NOW.pattern}|\b(?:time|date|day|year|month|week|o'?clock|hours?) (?:is|do|in|are|was)\b"
    r"|\b(?:until|till|since|ago)\b|时间|日期|几点|几号|星期几|还有(?:多少|几)天",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\b(?:pictures?|photos?|images?|screenshots?|scans?|recordings?|audio|clips?|videos?|footage|films?"
    r"|attach\w*|files?)\b|图|照片|截图|录音|音频|视频|附件|文件",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\b(?:split|divide|share)\s+(?:the\s+|a\s+|bill\s+|of\s+)*\D{0,3}(?P<a>\d[\d.,]*)\D{0,24}?"
    r"\b(?:between|among|by|into|for|with)\s+(?:the |us )?(?P<n>\d+|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
_FILLED = {"question", "query", "text", "fact", "prompt", "description"}
LOOKUPS = frozenset({"recall", "search_knowledge"})
"""What is wanted of them may as well stand in the file that came with the request."""
UNSURE = 0.5
"""A score below which an earlier file is asked before the wanted tool is run."""
MOST_FILES = 4
"""So many files of a request are read at once."""
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


@dataclass(frozen=True, slots=True)
class Plan:
    """Rounds of calls, those of one round side by side; what is wanted in the same order.

    ``missing`` are wanted tools that are not installed, ``lacking`` those that are but whose
    file is not there. ``tried`` are tools that nobody asked for but that may answer all the same:
    those that read the file at hand, or what is stored.
    """

    rounds: tuple[tuple[Step, ...], ...] = ()
    wanted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    tried: tuple[str, ...] = ()


class Planner:
    """Plans requests. ``stored`` names the lookups that have something to search."""

    def __init__(
        self,
        router: Router,
        tools: Mapping[str, Tool],
        stored: Callable[[], Sequence[str]] = lambda: (),
    ) -> None:
        self._router = router
        self._tools = tools
        self._stored = stored

    def plan(self, request: Request) -> Plan:
        """The plan of a request; one without rounds where it wants talk and no tool."""
        text = request.text.strip()
        kinds = request.kinds
        if not text:
            names = [DEFAULTS[k] for k in kinds if DEFAULTS[k] in self._tools]
            return self._arranged(names, Route(tuple(names), (), {}), request)
        route = self._router.route(text, kinds)
        expression = looks_like_calculation(text)
        if expression and "calculate" in self._tools and not set(route.tools) - {"calculate"}:
            route = replace(route, tools=("calculate",))
        names = [n for n in route.tools if not (n == "speak" and _NOT_ALOUD.search(text))]
        names = self._meant(names, text, request)
        if self._leans_back(text, request, route):
            names = self._otherwise(text, request) or names
        plan = self._arranged(names, route, request)
        if self._serves(plan, route, request):
            return plan
        # a question may be answered by the file at hand, or by what is stored
        other = self._arranged(self._otherwise(text, request), route, request)
        tried = [n for n in other.wanted if n not in plan.wanted]
        if not other.rounds or not tried:
            return plan
        both = self._arranged([*names, *tried], route, request)
        fitting = tuple(n for n in route.missing if self._fits(n, request))
        lacking = plan.lacking if _FILE.search(text) else ()
        return replace(
            both, wanted=plan.wanted, missing=fitting, lacking=lacking, tried=tuple(tried)
        )

    def _fits(self, name: str, request: Request) -> bool:
        """Whether a tool needs no file, or one of those that came."""
        kinds = TOOLS[name].kinds if name in TOOLS else ()
        return not kinds or bool(set(kinds) & set(request.kinds))

    def _serves(self, plan: Plan, route: Route, request: Request) -> bool:
        """Whether a plan does something about the request that needs no second try.

        Where a file came that none of its steps takes, or a tool that works on files is wanted
        without one, the words may have been misread.
        """
        if plan.rounds:
            return not (request.kinds and set(plan.wanted) <= LOOKUPS)
        if not request.kinds and (plan.missing or plan.lacking) and _FILE.search(request.text):
            return True  # it is about a file that did not come
        return any(name in TOOLS and not TOOLS[name].kinds for name in route.missing)

    def _meant(self, names: list[str], text: str, request: Request) -> list[str]:
        """What is meant by words that are of something else where a file came with them."""
        if not request.kinds:
            stored = self._lookups()
            # a time that stands in what is stored
            return stored if stored and names == ["clock"] and not _TIME.search(text) else names
        reader = "read_text" if "image" in request.kinds else DEFAULTS[request.kinds[0]]
        if reader not in self._tools:
            return names
        if "clock" in names and not _NOW.search(text):  # a time that stands in the file
            names = [n for n in names if n != "clock"] or [reader]
        if names == ["remember"] and not _KEEP.search(text) and _QUESTION.search(text):
            return [reader]
        if names == ["speak"] and not (_ALOUD.search(text) or _SAY.search(text)):
            return [reader]  # "who do I speak to?"
        asked = understood(text).kinds[:1]
        if names == ["look"] and {"code", "phone", "email", "money", "web"} & set(asked):
            return [reader]
        return names

    def _leans_back(self, text: str, request: Request, route: Route) -> bool:
        """Whether a question without a file is more likely of the file of before.

        It is where it is elliptic ("and the date?"), or where nothing else is surely wanted.
        """
        if request.kinds or route.missing or not any(h.kind in DEFAULTS for h in request.handles):
            return False
        if elliptic(text) and len(text.split()) <= 4:
            return True
        return max((route.scores[n] for n in route.tools), default=0.0) < UNSURE

    def _otherwise(self, text: str, request: Request) -> list[str]:
        """What to try where the router wants nothing that can be done: the file at hand, then
        what is stored."""
        if is_talk(text):
            return []
        question = bool(_QUESTION.search(text)) or bool(understood(text).kinds)
        if not question:
            return []
        if request.kinds:
            return [self._reader(request.kinds[0], text)]
        earlier = [h.kind for h in request.handles if h.kind in DEFAULTS]
        if earlier and (elliptic(text) or len(text) < 60):
            again = self._router.route(text, earlier[-1:]).tools
            fitting = [n for n in again if set(self._takes(n)) & set(earlier[-1:])]
            return fitting[:1] or [self._reader(earlier[-1], text)]
        return self._lookups()

    def _lookups(self) -> list[str]:
        """The installed lookups that have something to search."""
        return [n for n in self._stored() if n in self._tools]

    def _takes(self, name: str) -> tuple[str, ...]:
        return self._tools[name].takes

    def _reader(self, kind: str, text: str) -> str:
        """The tool that answers a question from a file of a kind."""
        if kind == "image" and understood(text).kinds and "read_text" in self._tools:
            return "read_text"
        return DEFAULTS[kind]

    def _arranged(self, names: Sequence[str], route: Route, request: Request) -> Plan:
        order = sorted(dict.fromkeys(names), key=lambda n: _STAGES.get(n, _READING))
        rounds: dict[int, list[Step]] = {}
        lacking: list[str] = []
        for name in order:
            if name not in self._tools:
                continue
            feeding = bool(rounds)
            steps = self._steps(name, request, feeding=feeding)
            if steps is None:
                lacking.append(name)
            elif steps:
                rounds.setdefault(_STAGES.get(name, _READING), []).extend(steps)
        return Plan(
            tuple(tuple(rounds[stage]) for stage in sorted(rounds)),
            tuple(order),
            route.missing,
            tuple(lacking),
            route.scores,
        )

    def _steps(self, name: str, request: Request, *, feeding: bool) -> list[Step] | None:
        """The calls of a wanted tool; None where its file is not there, none where it has no work."""
        text = request.text.strip()
        asked = about(request).strip()
        if name == "calculate":
            return self._calculation(text, request, feeding=feeding)
        if name == "speak":
            return self._speech(text, request, feeding=feeding)
        if name == "remember":
            return self._keeping(text, feeding=feeding)
        tool = self._tools[name]
        if feeding and _STAGES.get(name, _READING) > _READING:
            return [Step(name, self._filled(tool, asked), waits=True)]
        files = [p for p in tool.parameters if p.kinds]
        if not files:
            return [Step(name, self._filled(tool, asked))]
        given = [h for h in request.handles if h.given_now and h.kind in files[0].kinds]
        chosen = handle_for(request, files[0].kinds)
        if chosen is None:
            return None if files[0].required else [Step(name, self._filled(tool, asked))]
        several = [chosen] if len(given) < 2 or names_one(request) else given[:MOST_FILES]
        return [self._on_file(name, tool, files[0].name, h.name, asked) for h in several]

    def _on_file(self, name: str, tool: Tool, parameter: str, handle: str, asked: str) -> Step:
        arguments = {parameter: handle, **self._filled(tool, asked)}
        if name == "sense_emotion":
            arguments.pop("text", None)
        return Step(name, arguments)

    def _filled(self, tool: Tool, text: str) -> dict[str, Any]:
        return {
            p.name: text
            for p in tool.parameters
            if not p.kinds and (p.name in _FILLED or (p.required and p.type == "string"))
        }

    def _calculation(self, text: str, request: Request, *, feeding: bool) -> list[Step]:
        pieces = [text, *text.splitlines(), *re.split(r"[,;.]\s+|\band\b|\bthen\b|[，；。]", text)]
        found = [e for piece in pieces if (e := looks_like_calculation(piece.strip()))]
        if not found and (split := _SPLIT.search(text)):
            found = [f"{split['a']} / {SMALL.get(split['n'].lower(), split['n'])}"]
        if found:
            return [Step("calculate", {"expression": found[0]})]
        if feeding:
            return [Step("calculate", {"work": text}, waits=True)]
        if request.before:
            return [Step("calculate", {"work": text, "before": request.before}, waits=True)]
        return []

    def _speech(self, text: str, request: Request, *, feeding: bool) -> list[Step]:
        said = _SAY.search(text)
        words = ""
        if said is not None and not feeding:
            words = (said["words"] or said["quoted"] or said["zh"] or "").strip(" \"'“”")
            words = _ALOUD.sub("", words).strip(" ,.，。")
        if words and not _IT.match(words):
            return [Step("speak", {"text": words})]
        if feeding:
            return [Step("speak", {}, waits=True)]
        if request.before:
            return [Step("speak", {"text": request.before})]
        return [Step("speak", {"text": words})] if words else []

    def _keeping(self, text: str, *, feeding: bool) -> list[Step]:
        if feeding:
            return [Step("remember", {"work": text}, waits=True)]
        kept = _KEEP.search(text)
        fact = (kept["fact"] or kept["zh"]).strip() if kept else text
        return [Step("remember", {"fact": fact})]


def deeds(tools: Mapping[str, Tool], *, chinese: bool) -> list[str]:
    """What the installed tools do, in words."""
    return [
        (known.deed_zh if chinese else known.deed) for name, known in TOOLS.items() if name in tools
    ]
