"""What an amount is per: ``6.80 a kilo``, ``45 a week``, ``每斤6.8元``, ``each costs 3``."""

from __future__ import annotations

import re
from dataclasses import replace

from tools.everyday.told import unit_words
from tools.everyday.told.amounts import CLASSIFIER, NUMBER, SIGN, Amount, Per, is_stop

_SPANS = "day|week|month|year|hour|night|minute"
_PER = re.compile(
    r"\s*(?:(?P<slash>/)|\b(?P<word>per|each|every|for each|for every|an?|p\.)(?![A-Za-z]))\s*"
    rf"(?:(?P<n>{NUMBER})\s*)?",
    re.IGNORECASE,
)
_NOT_ASKED = "(?!多少|几|要|应|该|付|得|分|出|花|摊)"  # 5人每人多少: for the five, asked of each
_EACH = re.compile(
    r"\s*(?:each|apiece|a ?piece|a head|a pop|p\.?p\.?|per (?:head|person|piece))(?![A-Za-z])"
    r"|\s*(?:/|每|1)(?:个(?!月)|人|张|支|本|位)" + _NOT_ASKED,
    re.IGNORECASE,
)
_ADVERB = re.compile(
    r"\s*(?:(?P<year>yearly|annually|p\.?a\.?|per annum)|(?P<month>monthly|p\.?c?\.?m\.?)"
    r"|(?P<week>weekly)|(?P<day>daily)|(?P<hour>hourly))(?![A-Za-z])",
    re.IGNORECASE,
)
# Words between a number and what it is per: "3 cups of tea a day", "50 on groceries every week".
_BETWEEN = re.compile(
    r"(?:\s+(?:of )?(?!(?:and|at|for|if|when|in|on|to|is|are|but|or|with|plus|so|what|how|per|an?"
    rf"|each|every)\b)[a-z]+){{1,2}}?(?=\s+(?:an?|per|each|every)\s+(?:{_SPANS})\b|\s+per\s)"
    r"|\s+(?:on|for)\s+(?:(?:the|my|our)\s+)?[a-z]+(?:\s+and\s+[a-z]+)?"
    r"(?=\s+(?:an?|per|each|every)\s+(?:day|week|month|year)\b)"
)
_CHINESE_PER = re.compile(
    rf"\s*(?:/|每|1(?!\d))\s*(?:(?P<c>{CLASSIFIER}){_NOT_ASKED}|(?=[\u4e00-\u9fff]))"
)
_NOT_PER = frozenset({"lot", "bit", "total", "few", "tip", "discount", "while", "time"})
_ADJECTIVE = re.compile(
    r"\b(?:(?P<year>yearly|annual)|(?P<month>monthly)|(?P<week>weekly)|(?P<day>daily)"
    r"|(?P<hour>hourly))\b[^\d.,;?!]{0,30}$|(?P<h>时薪|时速|每小时)[^\d,.?!]{0,6}$"
    r"|(?P<d>日薪)[^\d,.?!]{0,4}$|(?P<m>月薪|月租|月供|月工资|月收入)[^\d,.?!]{0,4}$"
    r"|(?P<y>年薪|年租|年收入|年费)[^\d,.?!]{0,4}$",
    re.IGNORECASE,
)
_NAMED = {"h": "hour", "d": "day", "m": "month", "y": "year"}
_EVERY = re.compile(rf"\b(?:every|each|per|a) ({_SPANS})\b[^\d,.;?!]{{0,28}}$", re.IGNORECASE)
_EACH_COSTS = re.compile(rf"\beach (?:costs?|is|are|for|at|with|holds)?\s*{SIGN}?$", re.IGNORECASE)
_COSTS = re.compile(
    r"\b(?:(?:each|every|per|an?|the)\s+(?P<what>[a-z]+)|each)"
    r"(?:\s+(?:of\s+)?(?!costs?\b|is\b)[a-z]+){0,2}?\s+"
    r"(?:costs?|is|are|was|were|sells? (?:for|at)|goes for|at|for|takes|weighs|holds)\s+"
    rf"(?:(?:me|us|you|about|only|around|at|just)\s+)*{SIGN}?$",
    re.IGNORECASE,
)
_CHINESE_EVERY = re.compile(
    rf"每(?P<n>{NUMBER})?\s*(?P<what>{CLASSIFIER})?(?P<rest>[^\d,.?!每]{{0,9}})$"
)
_CONSUMED = re.compile(rf"({NUMBER})公里(?:的)?(?:油耗|耗油)[^\d,.]{{0,4}}$")
_CLAUSE = re.compile(r"[;?!]|\.(?!\d)|(?<=[^\d]),|,\s")


def rated(text: str, amount: Amount) -> Amount:
    """The amount with what it is per, where the text says so behind or before it."""
    if amount.kind in {"share", "year", "clock"}:
        return amount
    at = amount.end
    between = _BETWEEN.match(text, at)
    if between and (amount.measured or amount.kind in {"item", "money", "plain"}):
        at = between.end()
    pers: list[Per] = []
    while len(pers) < 2 and (one := _behind(text, at, amount)):
        pers.append(one[0])
        at = one[1]
    return replace(amount, per=tuple(pers), end=at) if pers else _before(text, amount)


def _behind(text: str, at: int, amount: Amount) -> tuple[Per, int] | None:
    """One "a week", "/kg", "per person" at a place, and where it ends."""
    if found := _ADVERB.match(text, at):
        return Per("1", str(found.lastgroup)), found.end()
    if found := _CHINESE_PER.match(text, at):
        if found["c"]:
            return Per("1", "item"), found.end()
        unit = unit_words.at(text, found.end(), number=False)
        if unit and unit.start == found.end():
            return Per("1", unit.name), unit.end
    if found := _PER.match(text, at):
        strong = bool(found["slash"] or (found["word"] or "").lower() in {"per", "each"})
        if one := _worded(text, found, whole=strong or amount.priced):
            return one
        if found["n"]:
            return None
    if found := _EACH.match(text, at):
        return Per("1", "item"), found.end()
    return None


def _worded(text: str, found: re.Match[str], *, whole: bool) -> tuple[Per, int] | None:
    """The unit or thing behind "per" or "a"; only a span of time where it is not ``whole``."""
    unit = unit_words.at(text, found.end(), number=bool(found["slash"] or found["n"]))
    if unit and unit.kind and unit.name != "foot" and (whole or unit.kind == "time"):
        name = "item" if unit.name == "night" else unit.name
        return Per(found["n"] or "1", name), unit.end
    noun = re.compile(r"[A-Za-z]+").match(text, found.end())
    if noun is None or found["n"] or not whole:
        return None
    if is_stop(noun.group()) or noun.group().lower() in _NOT_PER:
        return None
    return Per("1", "item"), noun.end()


def _before(text: str, amount: Amount) -> Amount:
    """The amount with what stands before it: "each costs 3", "a kilo is 6.80", 每斤6.8元."""
    clause = _CLAUSE.split(text[: amount.start])[-1]
    if per := _chinese_before(clause):
        return replace(amount, per=(per,))
    if found := _ADJECTIVE.search(clause):
        name = str(found.lastgroup)
        return replace(amount, per=(Per("1", _NAMED.get(name, name)),))
    if amount.kind in {"percent", "time"}:
        return amount
    if found := _EVERY.search(clause):
        return replace(amount, per=(Per("1", found[1].lower()),))
    if _EACH_COSTS.search(clause):
        return replace(amount, per=(Per("1", "item"),))
    found = _COSTS.search(clause)
    if not found or not amount.priced or re.match(r"\s*(?:by|x)\b", text[amount.end :]):
        return amount
    what = (found["what"] or "").lower()
    if what in {"total", "bill"}:
        return amount
    unit = unit_words.at(clause, found.start("what"), number=False) if what else None
    name = unit.name if unit and unit.kind else "item"
    return replace(amount, per=(Per("1", name),), soft=name == "item")


def _chinese_before(clause: str) -> Per | None:
    if found := _CHINESE_EVERY.search(clause):
        at = found.start("what") if found["what"] else found.start("rest")
        unit = unit_words.at(clause, at, number=False)
        if unit and unit.kind:
            return Per(found["n"] or "1", unit.name)
        if found["what"]:
            return Per(found["n"] or "1", "item")
    if re.search(r"每[\u4e00-\u9fff]{1,2}$", clause):
        return Per("1", "item")
    found = _CONSUMED.search(clause)
    return Per(found[1], "kilometer") if found else None
