"""What a told sum asks for: what kind of result, in which unit, over what span of time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.everyday.told import elsewhere, settle, unit_words
from tools.everyday.told.amounts import Amount
from tools.everyday.told.digits import digits

_QUESTION = re.compile(
    r"\bhow (?:much|many|long|far|fast|big|large|tall|high|heavy|old|wide|deep|hot|cold|warm)\b"
    r"|(?<!\bof )\bwhat(?:'s|s)?\b|\bwhen\b|\bwhich (?:date|day|speed|percentage)\b"
    r"|\btotal(?: cost| price)?\s*\?|多少|(?<![0-9])几(?!乎|个人都)|多[久长远大快]|怎么算",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^(?:(?:please|can you|could you|hey|ok|so)[, ]+)*(?:split|divide|add|turn|change)\b"
    r"|\b(?:convert|work out|calculate|compute|figure out)\b|(?:please|pls|thanks)\s*[.!?]?\s*$"
    r"|换算|算一算|算出",
    re.IGNORECASE,
)
_BARE = re.compile(r"\W*[\d.,]+ ?\S+(?: \S+)? (?:in|into|to|as) (?:\S+ )?\S+\W*", re.IGNORECASE)
_YES_OR_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|had|am|will|should|would)\b", re.IGNORECASE
)
_WANTS = {
    "percent": r"\b(?:what|how many|how much|which|by how many|by what|as an?|in)\s*"
    r"(?:%|percentages?\b)|\bpercentage\b|%多少|多少%|几%|占比|增长率|涨幅|跌幅",
    "speed": r"\bhow fast\b|\bspeed\b|速度|多快|时速(?:是|为)?多少|平均时速",
    "clock": r"\bwhen\b|\bwhat time\b|几点|什么时候|什么时间",
    "length": r"\bhow far\b|\bdistance\b|多远",
    "time": r"\bhow long\b|多久|多长时间",
}
_MANY = re.compile(
    r"(?:\bhow (?:many|much)|多少|几)\s*(?:more |full |extra |whole |US )*", re.IGNORECASE
)
_NOUN = re.compile(r"([A-Za-z][A-Za-z-]+)|[\u4e00-\u9fff]")
_NOT_COUNTED = re.compile(
    "is|are|do|does|did|will|would|can|should|was|were|each|of|for|have|has|left|more|money|i|we"
    "|altogether|in|to|a|the|if|when|you|he|she|they|must|that",
    re.IGNORECASE,
)
_IN = re.compile(
    r"(?:\b(?:in|into|to|as)\s+(?:the )?|换(?:算)?[成为]|折合|合|是|等于|相当于|转[成为换]+)"
    r"\s*(?:多少|几)?\s*$",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:in|per|an?|each|every|for|over|by|of)\s+"
    r"(?:(?:an?|the|whole|full|entire|single|one|each|1)\s+){0,3}"
    r"(?P<unit>year|month|week|day|hour|minute|night)\b(?!\s*\d)"
    r"|\b(?P<ly>annual|year|month|week|dai|hour)l?l?y\b|\bper annum\b|全年|整年"
    r"|每(?:一|1)?个?(?P<zh>年|月|周|星期|天|日|小时)(?=[^\d]{0,8}(?:多少|几))"
    r"|(?<![\d.])1个?(?P<zh1>年|月|周|星期|天|小时)",
    re.IGNORECASE,
)
_CHINESE_SPAN = {"年": "year", "月": "month", "周": "week", "星期": "week", "天": "day",
                 "日": "day", "小时": "hour"}  # fmt: skip
_THINGS = "组|排|桌|段|堆|队|班|盘|碗|家|户|条|个(?!月)|人|张|支|本|瓶|位|份|盒|包|件|只|袋|箱|杯"
_EACH = re.compile(
    r"\beach\b|\bapiece\b|\b(?:per|a) (?:piece|person|head|unit)\b"
    rf"|每(?:{_THINGS})(?:人|[\u4e00-\u9fff]{{0,3}})(?:多少|几|要|花|付|得|分)",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    r"\bhow much (?:is|does|for|are|did|would) (?:it for )?(?:an?|every|a single)\s+"
    r"(?!tip|discount|%|\d)[a-z]+\b|\ba (?:bottle|roll|can|egg|portion|serving|bar|bag|box|ticket"
    rf"|cup|slice|pack)\b|(?<![\d.])1(?:{_THINGS})[\u4e00-\u9fff]{{0,4}}多少",
    re.IGNORECASE,
)
_IMPLIED = re.compile(  # "how many minutes are in a week"
    r"(\bhow many [a-z ]{1,22}?(?: (?:are|is|does|do|go|fit|make|has|have|there|it|in|into|up))*)"
    r" an? ((?:[a-z]+ )?[a-z]+)(?=(?: have| has)?\W*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A told sum: the text in digits, its amounts, and the question among its sentences.

    ``want`` is percent, speed, clock, length, time, a kind of measure, item, or ``much`` where
    only "how much" is asked; ``unit`` the unit the question names; ``span`` a unit that it names
    without a number ("in a year", "per kilo"); ``each`` and ``single`` whether it asks what one
    of several gets or costs. ``asks_at`` is where the question begins.
    """

    text: str
    question: str
    asks_at: int
    amounts: tuple[Amount, ...]
    want: str = "much"
    unit: str = ""
    noun: str = ""
    span: str = ""
    each: bool = False
    single: bool = False

    def says(self, pattern: str) -> bool:
        """Whether the text has one of some words."""
        return bool(re.search(pattern, self.text, re.IGNORECASE))

    def asks(self, pattern: str) -> bool:
        """Whether the question has one of some words."""
        return bool(re.search(pattern, self.question, re.IGNORECASE))

    def of(self, *kinds: str) -> list[Amount]:
        """The amounts of some kinds, in order."""
        return [a for a in self.amounts if a.kind in kinds]


def read(text: str) -> Told | None:
    """The told sum in a text, or None where it asks for nothing or holds no amount."""
    text = digits(text)
    if not re.search(r"\d", text):
        text = _IMPLIED.sub(r"\1 1 \2", text)
    if not re.search(r"\d", text) or elsewhere.is_elsewhere(text):
        return None
    questions = list(_QUESTION.finditer(text))
    start = _clause(text, questions[-1].start() if questions else len(text) - 1)
    end = re.compile(r"[.?!](?=\s)").search(text, questions[-1].end()) if questions else None
    question = text[start : end.end() if end else len(text)]
    if not questions and not (_ORDER.search(text) or _BARE.fullmatch(text)):
        yes_or_no = _YES_OR_NO.match(question.strip())
        if yes_or_no or not question.rstrip().endswith("?"):
            return None
    found = settle.all_amounts(text)
    if not found or len({a.sign for a in found if a.sign}) > 1:  # there are no exchange rates
        return None
    if any(a.value == 0 and a.kind not in {"clock", "temperature"} for a in found):
        return None
    want, unit, noun = _want(question, start, found)
    return Told(
        text=text,
        question=question,
        asks_at=start,
        amounts=tuple(found),
        want=want,
        unit=unit,
        noun=noun,
        span=_span(question, start, found),
        each=_asks_each(question),
        single=bool(_SINGLE.search(question)),
    )


def _clause(text: str, at: int) -> int:
    """Where the sentence, or the last part of it, that holds a question begins."""
    ends = [m.end() for m in re.finditer(r"[?!;.](?=\s|$)|,(?=\s)|\s-\s", text[:at])]
    return ends[-1] if ends else 0


def _want(question: str, offset: int, found: list[Amount]) -> tuple[str, str, str]:
    """(kind of result, unit named for it, noun counted)"""
    target = _target(question, found)
    for want, pattern in _WANTS.items():
        if re.search(pattern, question, re.IGNORECASE):
            return want, target.name if target else "", ""
    for many in _MANY.finditer(question):
        sized = next((a for a in found if a.start - offset == many.end()), None)
        if sized and _NOUN.match(question, sized.end - offset + 1):  # how many 250 ml glasses
            return "item", "", ""
        unit = unit_words.at(question, many.end(), number=False)
        if unit and unit.kind and unit.start == many.end():
            return unit.kind, unit.name, ""
        noun = _NOUN.match(question, many.end())
        counted = noun and noun[1] and not _NOT_COUNTED.fullmatch(noun[1])
        if counted and many.group().lower().startswith("how many") and target is None:
            return "item", "", noun[1].lower() if noun else ""
    counted = re.search(r"(?:多少|几)(?:个(?!月))?([\u4e00-\u9fff])", question)
    return (target.kind, target.name, "") if target else ("much", "", counted[1] if counted else "")


def _target(question: str, found: list[Amount]) -> unit_words.Unit | None:
    """The unit that the question wants the result in: ``in kilos``, ``换成厘米``, ``to C``."""
    named = [u for u in unit_words.mentioned(question) if u.kind]
    for unit in reversed(named):
        before, after = question[: unit.start], question[unit.end :]
        if not _IN.search(before) or re.match(r"\s*\d", after):
            continue
        # "in a week" is a span of time, "in weeks" a unit
        plural = question[unit.start : unit.end].endswith("s")
        if unit.kind != "time" or (plural and re.search(r"\b(?:in|into|to)\s+$", before)):
            return unit
    if letter := re.search(r"\b(?:in|to|into)\s+(?:degrees )?([CF])\b", question):
        name = {"C": "degC", "F": "degF"}[letter[1]]
        return unit_words.Unit(name, letter.start(1), letter.end(1))
    kinds = {a.kind for a in found}
    asked = [
        u for u in named
        if u.kind in kinds and re.match(r"\s*(?:是|为)?(?:多少|几)", question[u.end :])
    ]  # fmt: skip
    return asked[-1] if asked else None


def _span(question: str, offset: int, found: list[Amount]) -> str:
    """The unit that the question names without a number: ``a year``, ``per kilo``, ``每月``."""
    span = ""
    for m in _SPAN.finditer(question):
        if any(a.start <= m.start() + offset < a.end for a in found):
            continue
        adverb = (m["ly"] or "").lower()
        name = (m["unit"] or {"dai": "day", "annual": "year"}.get(adverb, adverb)).lower()
        name = name or _CHINESE_SPAN.get(m["zh"] or m["zh1"] or "", "year")
        if span and span != name:
            return ""
        span = name
    if span:
        return span
    kinds = {a.kind for a in found if not a.per} & {"mass", "length", "volume", "area"}
    for unit in unit_words.mentioned(question) if kinds else ():
        before = question[: unit.start]
        if unit.kind in kinds and re.search(r"(?:\bper|/|\ban?|\beach|每|(?<!\d)1)\s*$", before):
            return unit.name
    return ""


def _asks_each(question: str) -> bool:
    """Whether the question is about one of several: "per kid", "each", 每人."""
    if _EACH.search(question):
        return True
    nouns = re.finditer(r"\bper (?=[a-z])", question)
    return any(unit_words.at(question, m.end(), number=False) is None for m in nouns)
