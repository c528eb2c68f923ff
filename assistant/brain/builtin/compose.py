"""The reply: the answer first, then the words it came from, with their source."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from assistant.brain.builtin.extract import Found, Passage, best, expected, value_in, words
from assistant.brain.builtin.request import Answer, Request
from assistant.brain.builtin.talk import ADD_A_MODEL, ADD_A_MODEL_ZH, talk

if TYPE_CHECKING:
    from tools.encoder import Encoder

_WHOLE = re.compile(
    r"^\W*(?:please\s+|can you\s+|could you\s+)*(?:read|transcribe|write down|summari[sz]e"
    r"|what (?:does|do) (?:it|this|that|the \w+|they|she|he) says?|what is (?:said|written)"
    r"|what'?s (?:written|said)|what is (?:it|this|that) about|what did (?:she|he|they) say)"
    r"|^(?:请|帮我)?(?:读|转写)|说了什么|写了什么|写的什么|写着什么|概括|总结",
    re.IGNORECASE,
)
_GIST = re.compile(
    r"summari[sz]e|summary|what is (?:it|this|that|the \w+) about|gist|总结|概括|大意",
    re.IGNORECASE,
)
_LOOKUPS = frozenset({"recall", "search_knowledge"})
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
GIST = 6
"""About so many sentences make a summary."""
LONG = 1500
"""Characters of read text that a reply shows; the rest is said to be there."""


class Composer:
    """Words the outcome of the tools; says plainly what failed and what is not in there."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._ways: dict[str, Callable[[Request, Answer], str]] = {
            "look": self._look,
            "read_text": self._read_text,
            "read_document": self._read_document,
            "transcribe": self._transcribe,
            "search_knowledge": self._knowledge,
            "recall": self._recall,
            "speak": self._speak,
        }

    def compose(self, request: Request) -> str:
        """The reply to a request whose tools have run; talk where none did."""
        answers = [answer for step in request.steps for answer in step]
        if not answers:
            return talk(request)
        if any(a.tool in _LOOKUPS and _found(a) for a in answers):
            # Both places were asked; only the one that knows has something to say.
            answers = [a for a in answers if a.tool not in _LOOKUPS or _found(a)]
        parts = [(a, self.part(request, a)) for a in answers]
        if len([a for a in answers if a.tool in _LOOKUPS]) == len(answers) > 1:
            good = [p for p in parts if p[1] != _not_in_there(request, p[0])]
            parts = good or parts[:1]
        return "\n\n".join(part for _, part in parts if part)

    def part(self, request: Request, answer: Answer) -> str:
        """What one tool's answer adds to the reply."""
        if answer.result is None:
            return answer.text.strip()
        return self._ways.get(answer.tool, self._plain)(request, answer)

    def value(self, request: Request, answer: Answer) -> str:
        """The number in an answer, as a calculation takes it; empty where there is none."""
        if "value" in answer.result.data:
            return str(answer.result.data["value"])
        numbers = re.findall(r"\d[\d,]*\.?\d*", self.part(request, answer))
        return numbers[0].replace(",", "") if numbers else ""

    def _plain(self, request: Request, answer: Answer) -> str:
        return str(answer.result.text).strip()

    def _speak(self, request: Request, answer: Answer) -> str:
        alone = sum(len(step) for step in request.steps) == 1
        if not alone:
            return ""
        return "这是录音。" if request.chinese else "Here it is as a recording."

    def _look(self, request: Request, answer: Answer) -> str:
        said = str(answer.result.text).strip()
        first = said.partition("\n")[0]
        value = value_in(first.rstrip("”.。"), expected(request.text))
        return f"{value}: {said}" if value and "“" in first and value != said else said

    def _read_text(self, request: Request, answer: Answer) -> str:
        rows = [
            Passage(str(line["text"]))
            for line in answer.result.data.get("rows_text", answer.result.data.get("lines", ()))
        ]
        whole = str(answer.result.text)
        if len(whole) <= LONG and not expected(request.text):
            return whole
        return self._from(request, answer, rows, whole=whole)

    def _read_document(self, request: Request, answer: Answer) -> str:
        passages = _lines(answer) or _passages(answer, answer.result.sources)
        gist = _gist(answer) if _GIST.search(request.text) else ""
        if gist:
            return gist
        return self._from(request, answer, passages, whole="")

    def _knowledge(self, request: Request, answer: Answer) -> str:
        passages = _passages(answer, answer.result.sources)
        if not passages:
            return _nowhere(request, str(answer.result.text))
        return self._from(request, answer, passages, whole="")

    def _recall(self, request: Request, answer: Answer) -> str:
        passages = _passages(answer, answer.result.sources)
        if not passages:
            return str(answer.result.text)
        lead = "你让我记住的：" if request.chinese else "You asked me to remember:"
        return "\n".join([lead, *(f"{p.text} {_cite(p)}".strip() for p in passages[:3])])

    def _transcribe(self, request: Request, answer: Answer) -> str:
        data = answer.result.data
        text = str(data.get("text", "")).strip()
        if not text:
            return str(answer.result.text)
        sure = answer.result.confidence
        heard = f"I heard: “{text}”" if not request.chinese else f"我听到：“{text}”"
        if sure is not None:
            heard += f"（把握 {sure:.0%}）" if request.chinese else f" (confidence {sure:.0%})"
        if _WHOLE.search(request.text) or not words(request.text):
            return heard
        passages = _passages(answer, answer.result.sources)
        found = best(request.text, passages, self._encoder)
        if found is None:
            return heard
        return f"{_worded(found, request)}\n\n{heard}"

    def _from(
        self, request: Request, answer: Answer, passages: Sequence[Passage], *, whole: str
    ) -> str:
        """The passage that answers; the whole text where that is wanted; else an honest no."""
        if whole and (_WHOLE.search(request.text) or not words(request.text)):
            return _short(whole, request)
        if _WHOLE.search(request.text) and not expected(request.text):
            return _short("\n".join(f"{p.text} {_cite(p)}".strip() for p in passages[:8]), request)
        found = best(request.text, passages, self._encoder)
        if found is not None:
            return _worded(found, request)
        return _not_in_there(request, answer)


def _found(answer: Answer) -> bool:
    return answer.result is not None and bool(answer.result.sources)


def _passages(answer: Answer, sources: Sequence[Any]) -> list[Passage]:
    """Every sentence of every source, under its source's mark."""
    out = []
    for index, source in enumerate(sources):
        mark = answer.marks[index] if index < len(answer.marks) else ""
        heading = source.locator.rpartition("heading=")[2]
        out += [
            Passage(sentence.strip().removeprefix(heading).strip(), mark, source.locator)
            for sentence in _SENTENCE.split(source.quote)
            if sentence.strip()
        ]
    return out


def _marks(answer: Answer) -> dict[str, str]:
    """The source mark of each place that was read, by its locator."""
    pairs = zip(answer.result.sources, answer.marks, strict=False)
    return {source.locator: mark for source, mark in pairs}


def _lines(answer: Answer) -> list[Passage]:
    """The lines and sentences of the parts that were read, under the mark of their source."""
    marks = _marks(answer)
    return [
        Passage(sentence.strip(), marks[section["locator"]], section["locator"])
        for section in answer.result.data.get("sections", ())
        if section["locator"] in marks
        for line in str(section["text"]).splitlines()
        if line.strip() != section.get("heading")
        for sentence in _SENTENCE.split(line)
        if sentence.strip()
    ]


def _worded(found: Found, request: Request) -> str:
    line = found.passage.text
    quoted = f"“{line}”" if found.value and found.value != line else line
    lead = f"{found.value}: " if found.value and found.value != line else ""
    if request.chinese and lead:
        lead = f"{found.value}："
    return f"{lead}{quoted} {_cite(found.passage)}".strip()


def _cite(passage: Passage) -> str:
    return f"[{passage.mark}]" if passage.mark else ""


def _short(text: str, request: Request) -> str:
    text = text.strip()
    if len(text) <= LONG:
        return text
    more = len(text) - LONG
    rest = f"…（还有 {more} 个字）" if request.chinese else f"… ({more} more characters)"
    return f"{text[:LONG].rstrip()}\n{rest}"


def _gist(answer: Answer) -> str:
    """The opening of each of the first sections: what a document says it is about."""
    data, marks = answer.result.data, _marks(answer)
    sections = [s for s in data.get("sections", ()) if str(s.get("text", "")).strip()][:GIST]
    lines = []
    for section in sections:
        heading = str(section.get("heading", "")).strip()
        sentences = [
            " ".join(sentence.split())
            for sentence in _SENTENCE.split(str(section["text"]))
            if len(sentence.strip()) > 10 and sentence.strip() != heading
        ] or [" ".join(str(section["text"]).split())]
        opening = " ".join(sentences[: max(1, GIST // len(sections))])
        mark = marks.get(section["locator"])
        cited = f" [{mark}]" if mark else ""
        lines.append(f"- {heading + ': ' if heading else ''}{_cut(opening, 400)}{cited}")
    title = str(data.get("title", "")).strip()
    return "\n".join(([title] if title else []) + lines)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} …"


def _not_in_there(request: Request, answer: Answer) -> str:
    what = {
        "read_text": ("the picture", "图片"),
        "read_document": ("the document", "文档"),
        "search_knowledge": ("what you gave me", "你给我的资料"),
    }.get(answer.tool, ("it", "里面"))
    if request.chinese:
        return f"在{what[1]}里没有找到答案。"
    return f"I looked, but I cannot find the answer in {what[0]}."


def _nowhere(request: Request, said: str) -> str:
    if request.chinese:
        return f"{said}\n要回答一般的问题，需要语言模型：{ADD_A_MODEL_ZH}。"
    return f"{said}\nA language model could answer in general: {ADD_A_MODEL}."
