"""The reply: the answer first, then the words it came from, with their source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.brain.builtin.features import UNKNOWN
from assistant.brain.builtin.inventory import file_wanted, how_to_get
from assistant.brain.builtin.plan import Plan, deeds
from assistant.brain.builtin.refer import about
from assistant.brain.builtin.request import Answer, Request
from assistant.brain.builtin.talk import ADD_A_MODEL, ADD_A_MODEL_ZH, talk
from tools.reading import material as made_of
from tools.reading.find import Found, answer
from tools.reading.material import Material
from tools.reading.question import understood
from tools.reading.recording import asks_for_second, heard
from tools.reading.summary import Taken, summary

if TYPE_CHECKING:
    from tools.base import Tool
    from tools.encoder import Encoder

_LOOKUPS = frozenset({"recall", "search_knowledge"})
_ASKS = re.compile(
    r"[?？]|\b(?:what|who|whom|whose|when|where|which|why|how|tell me|find|give me|is there|are there)\b"
    r"|什么|谁|哪|几|多少|怎么|为什么|吗|有没有",
    re.IGNORECASE,
)
SENTENCES = 5
"""So many sentences make a summary."""
LONG = 1500
"""Characters of read text that a reply shows; the rest is said to be there."""


class Composer:
    """Words the outcome of the tools; says plainly what failed and what is not in there."""

    def __init__(self, encoder: Encoder, tools: Mapping[str, Tool] | None = None) -> None:
        self._encoder = encoder
        self._tools = tools or {}
        self._ways: dict[str, Callable[[Request, Answer], str]] = {
            "look": self._look,
            "read_text": self._read_text,
            "read_document": self._read_document,
            "transcribe": self._transcribe,
            "search_knowledge": self._knowledge,
            "recall": self._recall,
            "speak": self._speak,
        }

    def compose(self, request: Request, plan: Plan | None = None) -> str:
        """The reply to a request whose tools have run; talk where none was wanted.

        What could not be done is said after what could, each with its one remedy.
        """
        rest = self._undone(request, plan or Plan())
        answers = [answer for step in request.steps for answer in step]
        if not answers:
            if rest:
                return "\n\n".join(rest)
            phrases = deeds(self._tools, chinese=request.chinese)
            return talk(request, deeds=phrases, earlier=request.earlier)
        if any(a.tool in _LOOKUPS and _found(a) for a in answers):
            # Both places were asked; only the one that knows has something to say.
            answers = [a for a in answers if a.tool not in _LOOKUPS or _found(a)]
        parts = [(a, self.part(request, a)) for a in answers]
        if len([a for a in answers if a.tool in _LOOKUPS]) == len(answers) > 1:
            good = [p for p in parts if p[1] != _not_in_there(request, p[0])]
            parts = good or parts[:1]
        several = len({a.tool for a, _ in parts}) < len(parts)
        said = [_named(a, part) if several else part for a, part in parts if part]
        return "\n\n".join([*dict.fromkeys(said), *rest])

    def part(self, request: Request, answer: Answer) -> str:
        """What one tool's answer adds to the reply."""
        if answer.result is None:
            return answer.text.strip()
        return self._ways.get(answer.tool, self._plain)(request, answer)

    def value(self, request: Request, answered: Answer) -> str:
        """The value in an answer, as a calculation takes it; the whole part where there is none."""
        if "value" in answered.result.data:
            return str(answered.result.data["value"])
        found = answer(request.text, material_of(answered))
        if found is not None and found.value:
            return found.value
        return self.part(request, answered)

    def _undone(self, request: Request, plan: Plan) -> list[str]:
        chinese = request.chinese
        lines = [how_to_get(name, chinese=chinese) for name in plan.missing]
        for name in plan.lacking:
            kinds = tuple(k for p in self._tools[name].parameters if p.required for k in p.kinds)
            lines.append(file_wanted(name, kinds, request.kinds, chinese=chinese))
        return lines

    def _plain(self, request: Request, answer: Answer) -> str:
        return str(answer.result.text).strip()

    def _speak(self, request: Request, answer: Answer) -> str:
        alone = sum(len(step) for step in request.steps) == 1
        if not alone:
            return ""
        return "这是录音。" if request.chinese else "Here it is as a recording."

    def _look(self, request: Request, answer: Answer) -> str:
        return str(answer.result.text).strip()

    def _read_text(self, request: Request, answered: Answer) -> str:
        whole = str(answered.result.text).strip()
        if not answered.result.data.get("found", True):
            return whole
        material = material_of(answered)
        question = understood(about(request))
        if question.gist and len(whole) > LONG:
            return _summed(summary([(whole, _first_mark(answered))], SENTENCES))
        if question.whole or (not _ASKS.search(question.text) and not question.kinds):
            return _short(whole, request)
        found = self._answer(request, material)
        if found is not None:
            return _worded(found, request)
        if not question.kinds and not question.terms:
            return _short(whole, request)
        return _not_in_there(request, answered)

    def _read_document(self, request: Request, answered: Answer) -> str:
        material = material_of(answered)
        question = understood(about(request))
        asks = bool(_ASKS.search(question.text)) or bool(question.kinds)
        if question.gist or not request.text.strip():
            return _gist(material)
        if question.whole or (not asks and not question.operation):
            whole = "\n".join(text for _, text, _ in material.sections)
            return _short(whole, request) if whole.strip() else self._plain(request, answered)
        found = self._answer(request, material)
        return _worded(found, request) if found else _not_in_there(request, answered)

    def _knowledge(self, request: Request, answered: Answer) -> str:
        if not answered.result.sources:
            return _nowhere(request, str(answered.result.text))
        material = material_of(answered)
        if understood(about(request)).gist:
            return _gist(material)
        found = self._answer(request, material)
        return _worded(found, request) if found else _not_in_there(request, answered)

    def _recall(self, request: Request, answer: Answer) -> str:
        lines = [line for line in material_of(answer).lines if line.text]
        if not lines:
            return str(answer.result.text)
        lead = "你让我记住的：" if request.chinese else "You asked me to remember:"
        return "\n".join([lead, *(f"{x.text} {_cite(x.mark)}".strip() for x in lines[:3])])

    def _transcribe(self, request: Request, answered: Answer) -> str:
        data = answered.result.data
        text = str(data.get("text", "")).strip()
        if not text:
            return str(answered.result.text)
        sure = answered.result.confidence
        said = f"I heard: “{text}”" if not request.chinese else f"我听到：“{text}”"
        if sure is not None:
            said += f"（把握 {sure:.0%}）" if request.chinese else f" (confidence {sure:.0%})"
        question = understood(about(request))
        material = material_of(answered)
        if question.gist and len(text) > LONG:
            return _summed(summary([(line.text, line.mark) for line in material.lines], SENTENCES))
        if question.whole or question.gist or not _ASKS.search(request.text):
            return said
        if asks_for_second(request.text):
            at = heard(request.text, material)
            if at is None:
                return f"{_not_in_there(request, answered)}\n\n{said}"
            return _at_second(at.second, at.line.text, at.line.mark, request)
        if not question.terms:
            return said
        found = self._answer(request, material)
        if found is None and (at := heard(request.text, material)) and not question.kinds:
            return f"{_at_second(at.second, at.line.text, at.line.mark, request)}\n\n{said}"
        if found is None:
            return f"{_not_in_there(request, answered)}\n\n{said}"
        return f"{_worded(found, request)}\n\n{said}"

    def _answer(self, request: Request, material: Material) -> Found | None:
        text = about(request)
        near = self._near if self._encoder.unknown_share(text) <= UNKNOWN else None
        return answer(text, material, near)

    def _near(self, question: str, texts: Sequence[str]) -> list[float]:
        vectors = self._encoder.encode([question[:300], *(t[:300] for t in texts)])
        return [float(x) for x in vectors[1:] @ vectors[0]]


def material_of(answer: Answer) -> Material:
    """What a tool's answer says, in the form that answering takes."""
    result = answer.result
    if answer.tool == "read_text":
        return made_of.of_picture(result.data)
    if answer.tool == "transcribe":
        return made_of.of_recording(result.data, _first_mark(answer))
    if answer.tool == "read_document":
        pairs = zip(result.sources, answer.marks, strict=False)
        return made_of.of_document(result.data, {s.locator: mark for s, mark in pairs})
    if result.sources:
        return made_of.of_sources(result.sources, answer.marks)
    lines = [made_of.Line(x) for x in str(result.text).splitlines() if x.strip()]
    return Material(tuple(lines))


def _found(answer: Answer) -> bool:
    return answer.result is not None and bool(answer.result.sources)


def _first_mark(answer: Answer) -> str:
    return answer.marks[0] if answer.marks else ""


def _named(answer: Answer, part: str) -> str:
    """A part under the name of its file, where several files were read."""
    names = [s.source for s in answer.result.sources] if answer.result is not None else []
    return f"{names[0]}:\n{part}" if names else part


def _worded(found: Found, request: Request) -> str:
    colon = "：" if request.chinese else ": "
    line = " ".join(found.line.split())
    if not found.value or found.value == line:
        return f"{line} {_cite(found.mark)}".strip()
    shown = f" = {found.shown}" if found.shown and len(found.shown) < 160 else ""
    return f"{found.value}{shown}{colon}“{_cut(line, 400)}” {_cite(found.mark)}".strip()


def _at_second(second: float, line: str, mark: str, request: Request) -> str:
    said = f"第 {second:.1f} 秒：“{line}”" if request.chinese else f"At {second:.1f} s: “{line}”"
    return f"{said} {_cite(mark)}".strip()


def _cite(mark: str) -> str:
    return f"[{mark}]" if mark else ""


def _short(text: str, request: Request) -> str:
    text = text.strip()
    if len(text) <= LONG:
        return text
    more = len(text) - LONG
    rest = f"…（还有 {more} 个字）" if request.chinese else f"… ({more} more characters)"
    return f"{text[:LONG].rstrip()}\n{rest}"


def _gist(material: Material) -> str:
    """The most central sentences of a text; of tables and short lists their beginnings."""
    taken = summary([(text, mark) for _, text, mark in material.sections], SENTENCES)
    if not taken:
        taken = [
            Taken(_cut("; ".join(x for x in text.splitlines() if x.strip()), 300), mark)
            for _, text, mark in material.sections[:SENTENCES]
            if text.strip()
        ]
    lead = f"{material.title}\n" if material.title else ""
    return lead + _summed(taken)


def _summed(taken: Sequence[Taken]) -> str:
    return "\n".join(f"- {_cut(t.text, 400)} {_cite(t.mark)}".rstrip() for t in taken)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} …"


def _not_in_there(request: Request, answer: Answer) -> str:
    what = {
        "read_text": ("the picture", "图片"),
        "read_document": ("the document", "文档"),
        "transcribe": ("the recording", "录音"),
        "search_knowledge": ("what you gave me", "你给我的资料"),
    }.get(answer.tool, ("it", "里面"))
    if request.chinese:
        return f"里面没有：我在{what[1]}里没有找到答案。"
    return f"It isn't in there: I looked, but I cannot find the answer in {what[0]}."


def _nowhere(request: Request, said: str) -> str:
    if request.chinese:
        return f"{said}\n要回答一般的问题，需要语言模型：{ADD_A_MODEL_ZH}。"
    return f"{said}\nA language model could answer in general: {ADD_A_MODEL}."
