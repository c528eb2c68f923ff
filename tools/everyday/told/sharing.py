"""Told sums that share out, average, compare, or fit one amount into another; ages."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from tools.everyday import units
from tools.everyday.told import bills
from tools.everyday.told.amounts import Amount
from tools.everyday.told.question import Told

_SHARED = (
    r"\beach\b|\bevery(?:one|body)\b|\bapiece\b|\bsplit|\bshared?\b|\bdivid|\bequally"
    r"|平分|平均每|每人|每个人|AA|均摊|分给|一人|1人"
)
_SPLIT = r"\bsplit|\bshare|\bdivid|平分|分"
_PEOPLE = re.compile(
    r"\b(?:people|persons?|friends?|kids|children|guests|colleagues|students|pupils|adults|us|them"
    r"|you|roommates|flatmates|housemates|families|couples|siblings|brothers|sisters|cousins"
    r"|players|members|classmates|coworkers|men|women|boys|girls|heads?|partners|team|tenants"
    r"|winners|ways|parts|portions|groups)\b|人|位|名|孩子|同学|朋友|小朋友",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?:between|among|amongst|by|into|with|we are|we're|we were|of us)\s+(?:the |all )*$"
    r"|分给$|分成$",
    re.IGNORECASE,
)
_PAID_EACH = r"\bper (?:person|head)\b|\beach (?:pays|costs?)\b"
_AVERAGE = r"\baverage|\bmean\b(?! )|\bthe mean\b|平均(?!分[成给]|每)"
_DIFFERENCE = (
    r"\bhow (?:much|many) (?:\w+ )?(?:more|less|fewer|cheaper|taller|longer|bigger|older|younger"
    r"|heavier|dearer|further|faster|shorter|warmer|colder)\b|\bdifference\b"
    r"|\bhow much (?:do|did|would|will) (?:i|we) save\b"
    r"|相差|差多少|多多少|少多少|便宜多少|[大高贵重多]多少"
)
_AGE = r"\bhow old\b|几岁|多大|多少岁"
_HOW_OLD = r"\bhow old (?:is|am|are|was|will) (?:my |his |her |our )?(\w+)"
_OLDER = r"\b(?:older|later)\b|\bin \d+ years|from now|以后|年后|大\d|之后"
_YOUNGER = r"\byounger\b|\bago\b|\bbefore\b|以前|年前|小\d|之前"
_PART_OF = (
    r"\b(?:of|hold|holds|takes?|seats?|fits?|seating|with|each|per|at) (?:up to |only |about )?$"
    r"|每[\u4e00-\u9fff]{0,4}$"
)
_GOES_INTO = (
    r"\bfit|\bfill|\bget\b|\bmake\b|\bneed|\binto\b|\bfrom\b|\bout of\b|\bon\b|装|需要|要|分"
)
_NEEDED = r"\bneed|\border\b|\bbuy\b|需要|要"
_APART = frozenset({"percent", "share", "clock", "year"})


def among(told: Told, amounts: list[Amount]) -> tuple[Amount, list[Amount]] | None:
    """(among how many it is shared, the rest), or None where nothing is shared out."""
    if told.says(r"\bexcept\b|\btwice\b|\bbut\b.*\bonly\b"):
        return None
    if not (told.each or told.says(_SHARED)) or told.want in {"percent", "clock", "speed"}:
        return None
    counts = [
        a for a in amounts
        if (a.priced or a.kind == "item") and not a.sign and a.number.isdigit()
        and (a.soft or not a.per)
    ]  # fmt: skip
    people = [a for a in counts if a.kind == "item" and _is_people(told, a)]
    between = [a for a in counts if _BETWEEN.search(a.lead)]
    into = [a for a in between if re.search(r"\binto $|分成$", a.lead, re.IGNORECASE)]
    for some in (into, people, between):
        if len(some) == 1 and len(amounts) > 1:
            return some[0], [a for a in amounts if a is not some[0]]
    return None


def _is_people(told: Told, amount: Amount) -> bool:
    if _PEOPLE.search(amount.noun):
        return True
    after = re.compile(r"[ \u4e00-\u9fff]{0,4}[a-z]*").match(told.text, amount.end)
    return bool(after and _PEOPLE.search(after.group()))


def shared(told: Told) -> str | None:
    """An amount shared out among people or parts."""
    found = among(told, list(told.amounts))
    if found is None:
        return None
    count, rest = found
    if any(a.kind in _APART for a in rest):
        return None
    if told.asks(bills.COSTS) and not told.of("money"):
        return None
    if any(a.per and not a.soft for a in rest) and told.says(_PAID_EACH):
        return None
    if not (told.each or told.asks(_SHARED) or told.says(_SPLIT)):
        return None
    text = bills.whole(told, [replace(a, per=()) if a.soft else a for a in rest])
    if text is None:
        return None
    return f"({text}) / {count.number}" if re.search(r"[-+]", text) else f"{text} / {count.number}"


def average(told: Told) -> str | None:
    """The mean of a list of numbers."""
    if not told.says(_AVERAGE) or told.of(*_APART):
        return None
    amounts = list(told.amounts)
    others = str(len(amounts) - 1)  # "the three exams were 85, 88 and 91"
    if len(amounts) > 2 and amounts[0].number == others and _counts_the_rest(told, amounts):
        amounts = amounts[1:]
    if len(amounts) < 2 or any(a.per and not a.soft for a in amounts):
        return None
    if len({a.kind for a in amounts} - {"plain"}) > 1:
        return None
    measured = [a for a in amounts if a.measured and a.kind != "temperature"]
    if any(a.full for a in measured) or len({a.unit for a in measured}) > 1:
        if len(measured) < len(amounts):
            return None
        return f"({' + '.join(a.written for a in amounts)}) / {len(amounts)}"
    numbers = [a.number.replace(",", "") for a in amounts]
    if sign := next((a for a in amounts if a.sign), None):
        numbers[0] = replace(sign, number=numbers[0]).written
    return f"average({', '.join(numbers)})"


def _counts_the_rest(told: Told, amounts: list[Amount]) -> bool:
    first = amounts[0]
    apart = (first.kind, first.unit) not in {(a.kind, a.unit) for a in amounts[1:]}
    return apart or bool(re.match(r"次|门|科|个|天", told.text[first.end :]))


def compared(told: Told) -> str | None:
    """How much more one of two amounts is than the other, or an age in so many years."""
    if len(told.amounts) != 2 or told.of("percent", "share", "clock"):
        return None
    a, b = told.amounts
    if "year" in {a.kind, b.kind}:
        both = a.kind == b.kind and told.asks(rf"{_AGE}|how many years|how long|多少年|几年")
        return f"{max(a.number, b.number)} - {min(a.number, b.number)}" if both else None
    if told.asks(_AGE):
        return _age(told, a, b) or _age(told, b, a)
    if not told.asks(_DIFFERENCE) or not bills.alike([a, b]) or a.unit != b.unit:
        return None
    if a.kind == "temperature":
        more, less = sorted((_signed(a), _signed(b)), key=float, reverse=True)
        return f"{more} - ({less})"
    more, less = bills.texts([a, b] if a.value >= b.value else [b, a])
    return f"{more} - {less}"


def _signed(amount: Amount) -> str:
    return f"{'-' if amount.full.startswith('-') else ''}{amount.number}"


def _age(told: Told, now: Amount, years: Amount) -> str | None:
    """An age so many years before or after, or of someone so much older or younger."""
    if not (now.kind in {"plain", "item", "age"} or now.unit == "year"):
        return None
    if years.kind == "age":
        return _older_in_chinese(told, now, years)
    if years.unit != "year":
        return None
    near = told.text[max(0, years.start - 8) : years.end + 22]
    older, younger = (bool(re.search(p, near, re.IGNORECASE)) for p in (_OLDER, _YOUNGER))
    if older == younger:
        return None
    if re.match(r"\s*(?:older|younger) than\b", told.text[years.end :]):
        asked = _asks_the_older(told, years)
        if asked is None:
            return None
        older = older == asked
    return f"{now.number} {'+' if older else '-'} {years.number}"


def _asks_the_older(told: Told, years: Amount) -> bool | None:
    """Of "Ann is 6 years older than Bo" whether Ann's age is asked; None where that is unsure."""
    clause = re.split(r"[.?!;,]\s", told.text[: years.start])[-1]
    than = re.match(r"\s*\w+ than (?:my |his |her |our )?(\w+)", told.text[years.end :])
    first = re.search(r"(\w+)(?:'m|'s| is| am| are) (?:\w+ )?$", clause)
    asked = re.search(_HOW_OLD, told.question, re.IGNORECASE)
    if not (than and first and asked):
        return None
    names = [first[1].lower(), than[1].lower().replace("me", "i")]
    name = asked[1].lower()
    if name in {"he", "she", "they"} and "i" in names:  # the one who is not I
        return names[0] != "i"
    return names[0] == name if name in names and names[0] != names[1] else None


def _older_in_chinese(told: Told, now: Amount, years: Amount) -> str | None:
    """姐姐比我大5岁, of whom one's age is known and the other's is asked."""
    found = re.search(r"([\u4e00-\u9fff]{1,3})比([\u4e00-\u9fff]{1,3})([大小])$", years.lead)
    if not found or now.lead.endswith(("大", "小")):
        return None
    first, second = found[1], found[2]
    asked = re.sub(r"(?:今年|现在|多大|几岁|多少岁)[\s\S]*", "", told.question).strip(" ,")
    known = re.sub(r"(?:今年|现在|已经|是)*$", "", now.lead)
    if not asked or first == second:
        return None
    if first.endswith(asked) and known.endswith(second):
        sign = "+" if found[3] == "大" else "-"
    elif second == asked and known.endswith(first):
        sign = "-" if found[3] == "大" else "+"
    else:
        return None
    return f"{now.number} {sign} {years.number}"


def scaled(told: Told) -> str | None:
    """So many of one thing for another: 2 eggs for 8 pancakes, how many eggs for 20 pancakes?"""
    counts = list(told.amounts)
    if told.want != "item" or len(counts) != 3 or any(a.kind != "item" or a.per for a in counts):
        return None
    nouns = [re.sub("(?:es|s)$", "", a.noun) for a in counts]
    asked, wanted = re.sub("(?:es|s)$", "", told.noun), nouns[2]
    if not asked or counts[2].start < told.asks_at or wanted == asked:
        return None
    if sorted(nouns[:2]) != sorted([asked, wanted]):
        return None
    of, per = counts[:2] if nouns[0] == asked else counts[1::-1]
    return f"{of.number} * {counts[2].number} / {per.number}"


def fitting(told: Told) -> str | None:
    """How many times one amount goes into another: glasses from a bottle, packs of 8 for 96."""
    if told.want != "item" or len(told.amounts) != 2 or not told.says(_GOES_INTO):
        return None
    a, b = told.amounts
    if a.per or b.per or a.sign or b.sign or {a.kind, b.kind} & (_APART | {"time"}):
        return None
    if a.kind != b.kind and not {a.kind, b.kind} <= {"item", "plain", "money"}:
        return None
    part = [x for x in (a, b) if re.search(_PART_OF, x.lead, re.IGNORECASE)]
    part = part or [x for x in (a, b) if re.search(r"\bhow many $", x.lead, re.IGNORECASE)]
    if len(part) != 1:
        return None
    small, large = (a, b) if part[0] is a else (b, a)
    ratio = f"{large.written} / {small.written}"
    if _ratio(large, small).denominator == 1:
        return ratio
    return f"{'ceil' if told.says(_NEEDED) else 'floor'}({ratio})"


def _ratio(large: Amount, small: Amount) -> Fraction:
    if not large.measured:
        return large.value / small.value
    top = units.quantity(large.value, large.unit)
    return Fraction((top / units.quantity(small.value, small.unit)).to("").magnitude)
