"""The reply: the answer first, then the words it came from, with their source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.brain.builtin.inventory import file_wanted, how_to_get
from assistant.brain.builtin.plan import LOOKUPS, Plan, deeds
from assistant.brain.builtin.refer import about
from assistant.brain.builtin.request import Answer, Request
from assistant.brain.builtin.talk import ADD_A_MODEL, ADD_A_MODEL_ZH, talk
from tools.reading import material as made_of
from tools.reading.find import Found
from tools.reading.material import Material
from tools.reading.question import understood
from tools.reading.recording import Heard, asks_for_second, heard
from tools.reading.summary import Taken, summary

if TYPE_CHECKING:
    from tools.base import Tool
    from tools.encoder import Encoder

_ASKS = re.compile(
    r"[?？]|\b(?:what|who|whom|whose|when|where|which|why|how|tell me|find|give me|is there|are there)\b"
    r"|什么|谁|哪|几|多少|怎么|为什么|吗|有没有",
    re.IGNORECASE,
)
SENTENCES = 5
"""So many sentences make a summary."""
NEAR = 0.01
"""Chance from which the lines that come nearest are shown, where none surely answers."""
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
        plan = plan or Plan()
        rest = self._undone(request, plan)
        answers = [answer for step in request.steps for answer in step]
        if len(answers) > 1:  # a sum that came to nothing has nothing to say beside an answer
            told = [a for a in answers if a.result is not None or a.tool != "calculate"]
            answers = told or answers
        if plan.tried:
            answers, rest = _weighed(answers, rest, plan)
        if not answers:
            if rest:
                return "\n\n".join(rest)
            phrases = deeds(self._tools, chinese=request.chinese)
            return talk(request, deeds=phrases, earlier=request.earlier)
        if any(a.tool in LOOKUPS and _found(a) for a in answers):
            # Both places were asked; only the one that knows has something to say.
            answers = [a for a in answers if a.tool not in LOOKUPS or _found(a)]
        parts = [(a, self.part(request, a)) for a in answers]
        if len([a for a in answers if a.tool in LOOKUPS]) == len(answers) > 1:
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
        found = _nearest_in(answered)
        if found is not None:
            return found.value if found.sure else ""
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
        if found := _found_in(answer):
            return _worded(found, answer, request)
        told = str(answer.result.text).strip()
        if answer.result.data.get("answered") or not answer.result.data.get("rows"):
            return told
        # there is print in it, which does not answer either
        return f"{_not_in_there(request, answer)}\n{told}"

    def _read_text(self, request: Request, answered: Answer) -> str:
        whole = str(answered.result.text).strip()
        if not answered.result.data.get("found", True):
            return whole
        question = understood(about(request))
        if question.gist and len(whole) > LONG:
            return _summed(summary([(whole, 0)], SENTENCES), answered)
        if question.whole or (not _ASKS.search(question.text) and not question.kinds):
            return _short(whole, request)
        found = _found_in(answered)
        if found is not None:
            return _worded(found, answered, request)
        if not question.kinds and not question.terms:
            return _short(whole, request)
        return _not_in_there(request, answered)

    def _read_document(self, request: Request, answered: Answer) -> str:
        material = material_of(answered)
        question = understood(about(request))
        asks = bool(_ASKS.search(question.text)) or bool(question.kinds)
        if question.gist or not request.text.strip():
            return _gist(material, answered)
        if question.whole or (not asks and not question.operation):
            whole = "\n".join(text for _, text, _ in material.sections)
            return _short(whole, request) if whole.strip() else self._plain(request, answered)
        found = _found_in(answered)
        return _worded(found, answered, request) if found else _not_in_there(request, answered)

    def _knowledge(self, request: Request, answered: Answer) -> str:
        if not answered.result.sources:
            return _in_general(str(answered.result.text), request)
        material = material_of(answered)
        if understood(about(request)).gist:
            return _gist(material, answered)
        found = _found_in(answered)
        return _worded(found, answered, request) if found else _not_in_there(request, answered)

    def _recall(self, request: Request, answer: Answer) -> str:
        lines = [line for line in material_of(answer).lines if line.text]
        if not lines:
            return str(answer.result.text)
        lead = "你让我记住的：" if request.chinese else "You asked me to remember:"
        return "\n".join(
            [lead, *(f"{x.text} {_cite(x.source, answer)}".strip() for x in lines[:3])]
        )

    def _transcribe(self, request: Request, answered: Answer) -> str:
        data = answered.result.data
        text = str(data.get("text", "")).strip()
        if not text:
            return str(answered.result.text)
        said = _heard(text, answered.result.confidence, request)
        question = understood(about(request))
        material = material_of(answered)
        if question.gist and len(text) > LONG:
            parts = [(line.text, line.source) for line in material.lines]
            return _summed(summary(parts, SENTENCES), answered)
        if question.whole or question.gist or not _ASKS.search(request.text):
            return said
        if asks_for_second(request.text):
            at = heard(request.text, material)
            if at is None:
                return f"{_not_in_there(request, answered)}\n\n{said}"
            return _at_second(at, answered, request)
        if not question.terms:
            return said
        found = _found_in(answered)
        if found is None and (at := heard(request.text, material)) and not question.kinds:
            return f"{_at_second(at, answered, request)}\n\n{said}"
        if found is None:
            return f"{_not_in_there(request, answered)}\n\n{said}"
        return f"{_worded(found, answered, request)}\n\n{said}"


def material_of(answer: Answer) -> Material:
    """What a tool's answer says, in the form that answering takes."""
    result = answer.result
    if answer.tool == "read_text":
        return made_of.of_picture(result.data)
    if answer.tool == "transcribe":
        return made_of.of_recording(result.data)
    if answer.tool == "read_document":
        return made_of.of_document(result.data)
    if result.sources:
        return made_of.of_sources(result.sources)
    lines = [made_of.Line(x) for x in str(result.text).splitlines() if x.strip()]
    return Material(tuple(lines))


def _found_in(answer: Answer) -> Found | None:
    """What the tool found that answers the question it was given."""
    found = _nearest_in(answer)
    return found if found is not None and found.sure else None


def _nearest_in(answer: Answer) -> Found | None:
    """What the tool found, sure or not."""
    given = answer.result.data.get("answer") if answer.result is not None else None
    return Found(**given) if given else None


def _answers(answer: Answer) -> bool:
    return _found_in(answer) is not None or (answer.tool == "recall" and _found(answer))


def _weighed(answers: list[Answer], rest: list[str], plan: Plan) -> tuple[list[Answer], list[str]]:
    """What to say where tools were tried that nobody asked for: what they found, if anything.

    They found nothing: what was wanted, if that came to something; else that it isn't there.
    """
    tried = [a for a in answers if a.tool in plan.tried]
    wanted = [a for a in answers if a not in tried]
    hits = [a for a in tried if _answers(a)]
    worth = [a for a in wanted if a.tool not in LOOKUPS or _found(a)]
    if hits:
        return worth + hits, []
    if worth or plan.missing:
        return worth, rest
    return [a for a in tried if a.tool != "recall"] or answers, rest


def _found(answer: Answer) -> bool:
    return answer.result is not None and bool(answer.result.sources)


def _named(answer: Answer, part: str) -> str:
    """A part under the name of its file, where several files were read."""
    names = [s.source for s in answer.result.sources] if answer.result is not None else []
    return f"{names[0]}:\n{part}" if names else part


def _worded(found: Found, answer: Answer, request: Request) -> str:
    colon = "：" if request.chinese else ": "
    line = " ".join(found.line.split())
    mark = _cite(found.source, answer)
    if not found.value or found.value == line:
        return f"{line} {mark}".strip()
    shown = f" = {found.shown}" if found.shown and len(found.shown) < 160 else ""
    return f"{found.value}{shown}{colon}“{_cut(line, 400)}” {mark}".strip()


def _heard(text: str, sure: float | None, request: Request) -> str:
    """All that was heard, with how sure the recognizer is."""
    if request.chinese:
        return f"我听到：“{text}”" + (f"（把握 {sure:.0%}）" if sure is not None else "")
    return f"I heard: “{text}”" + (f" (confidence {sure:.0%})" if sure is not None else "")


def _at_second(at: Heard, answer: Answer, request: Request) -> str:
    line = at.line.text
    said = (
        f"第 {at.second:.1f} 秒：“{line}”" if request.chinese else f"At {at.second:.1f} s: “{line}”"
    )
    return f"{said} {_cite(at.line.source, answer)}".strip()


def _cite(source: int, answer: Answer) -> str:
    """The mark of a source of an answer; none for pictures, whose lines are shown as they are."""
    shown = 0 <= source < len(answer.marks) and answer.tool not in {"read_text", "look"}
    return f"[{answer.marks[source]}]" if shown else ""


def _short(text: str, request: Request) -> str:
    text = text.strip()
    if len(text) <= LONG:
        return text
    more = len(text) - LONG
    rest = f"…（还有 {more} 个字）" if request.chinese else f"… ({more} more characters)"
    return f"{text[:LONG].rstrip()}\n{rest}"


def _gist(material: Material, answer: Answer) -> str:
    """The most central sentences of a text; of tables and short lists their beginnings."""
    taken = summary([(text, source) for _, text, source in material.sections], SENTENCES)
    if not taken:
        taken = [
            Taken(_cut("; ".join(x for x in text.splitlines() if x.strip()), 300), source)
            for _, text, source in material.sections[:SENTENCES]
            if text.strip()
        ]
    lead = f"{material.title}\n" if material.title else ""
    return lead + _summed(taken, answer)


def _summed(taken: Sequence[Taken], answer: Answer) -> str:
    return "\n".join(f"- {_cut(t.text, 400)} {_cite(t.source, answer)}".rstrip() for t in taken)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} …"


def _not_in_there(request: Request, answer: Answer) -> str:
    what = {
        "read_text": ("the picture", "图片"),
        "look": ("the text in the picture", "图片里的文字"),
        "read_document": ("the document", "文档"),
        "transcribe": ("the recording", "录音"),
        "search_knowledge": ("what you gave me", "你给我的资料"),
    }.get(answer.tool, ("it", "里面"))
    if request.chinese:
        said = f"里面没有：我在{what[1]}里没有找到答案。"
    else:
        said = f"It isn't in there: I looked, but I cannot find the answer in {what[0]}."
    near = _nearest_in(answer)
    if near is not None and near.chance >= NEAR:
        lead = (
            f"我在{what[1]}里没有找到确切的答案。最接近的是："
            if request.chinese
            else f"I cannot find a sure answer in {what[0]}. What comes nearest:"
        )
        said = "\n".join([lead, *_nearest(near, answer)])
    return _in_general(said, request) if answer.tool == "search_knowledge" else said


def _nearest(found: Found, answer: Answer) -> list[str]:
    lines = [(found.line, found.source), *((str(text), int(n)) for text, n in found.others)]
    return [
        f"- “{_cut(' '.join(text.split()), 200)}” {_cite(source, answer)}".rstrip()
        for text, source in dict.fromkeys(lines)
    ]


def _in_general(said: str, request: Request) -> str:
    """What was looked up to no avail, and what would answer all the same."""
    if request.chinese:
        return f"{said}\n要回答一般的问题，需要语言模型：{ADD_A_MODEL_ZH}。"
    return f"{said}\nA language model could answer in general: {ADD_A_MODEL}."
