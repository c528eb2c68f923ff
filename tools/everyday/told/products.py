"""Rates and quantities: the one product or quotient of them whose units leave what is asked.

``17.50 an hour``, ``32 hours a week`` and ``a month`` can be multiplied in one way only so that
money is left; which amount is divided by which follows from the units, not from the wording.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product as combinations

from tools.everyday.told import bills, elsewhere, unit_words
from tools.everyday.told.amounts import Amount
from tools.everyday.told.question import Told

MOST = 6
"""Amounts that are combined at most: each doubles the ways to try."""
_OTHERS = frozenset({"percent", "share", "clock", "year", "temperature"})
_MORE = re.compile(r"\s*(?:more|less|extra|cheaper|dearer)\b", re.IGNORECASE)
_SORT = re.compile(r"\bhow many (?:\w+ ){0,2}(?:of|with|holding) $", re.IGNORECASE)
_PER_BEFORE = re.compile(r"\bper\s+$|每$", re.IGNORECASE)
_STATED = re.compile(
    r"\b(?:for|in|over|within|per) (?:an?|the|one)(?: whole| full| entire)?"
    r" (year|month|week|day)\b",
    re.IGNORECASE,
)
_CURRENCIES = frozenset({"euros", "dollars", "pounds", "yuan", "francs", "cents"})


@dataclass(frozen=True, slots=True)
class _Term:
    """One factor: what it counts over what it is per, as (kind, unit) pairs.

    A ``fixed`` one is never divided by: "per 100 km", "in a year".
    """

    amount: Amount
    over: tuple[tuple[str, str], ...]
    under: tuple[tuple[str, str], ...]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to combine the terms: a sign for each, the (kind, unit over, unit under) that must
    be converted, the unit of the result."""

    signs: tuple[int, ...]
    pairs: tuple[tuple[str, str, str], ...]
    result: str


def solve(told: Told) -> str | None:
    """The product that gives what is asked, or None where there is none or more than one."""
    if any(a.kind in _OTHERS for a in told.amounts) or told.asks(r"\bleft\b|\bremain|剩"):
        return None
    counts = {"item", "plain"}
    if all(
        a.kind in counts and (not a.per or (a.soft and a.kind == "plain")) for a in told.amounts
    ):
        return None  # nothing says that they belong together
    if told.asks(bills.COSTS) and not told.of("money"):
        return None
    if any(a.kind == "money" and _MORE.match(told.text, a.end) for a in told.amounts):
        return None
    if told.want == "time" and elsewhere.has_hands(told.text) and _same_counted(told):
        return None
    for terms in _variants(told):
        if not 2 <= len(terms) <= MOST:
            continue
        solved = {want: way for want in _wants(told, terms) if (way := _way(told, terms, want))}
        if len(solved) == 1:
            want, way = solved.popitem()
            if written := _written(told, terms, way, want):
                return written
    return None


def _same_counted(told: Told) -> bool:
    """Whether two counts are of the same: 3 workers need 8 days, how long do 4 need?"""
    return len([a for a in told.amounts if a.kind in {"item", "plain"} and not a.per]) > 1


def _variants(told: Told) -> list[list[_Term]]:
    """The terms, as they are and without what a single thing costs (``a bag of 6 costs 7.50``)."""
    here = told.asks_at
    bases = [[_term(a) for a in told.amounts]]
    if any(a.soft for a in told.amounts):
        bases.append([_term(replace(a, per=()) if a.soft else a) for a in told.amounts])
    if told.span:
        kind = unit_words.kind_of(told.span)
        span = _term(Amount("1", kind, here, here, told.span), fixed=True)
        bases = [[*terms, span] for terms in bases]
    # a span that is told without a number, before the question: 730 for the whole year
    found = _STATED.search(told.text[:here])
    stated = [_term(Amount("1", "time", found.start(), here, found[1].lower()))] if found else []
    out = bases + [[*terms, *stated] for terms in bases if stated]
    one = _term(Amount("1", "item", here, here), fixed=True)
    single = told.each or (told.single and bool(told.of("money")))
    return out + [[*terms, one] for terms in out if single]


def _term(amount: Amount, *, fixed: bool = False) -> _Term:
    over: list[tuple[str, str]] = []
    under: list[tuple[str, str]] = []
    if "/" in amount.unit:  # km/h
        top, _, bottom = amount.unit.partition("/")
        over.append((unit_words.kind_of(top), top))
        under.append(("time", bottom))
    elif amount.kind in {"item", "plain"} or amount.unit == "night":
        over.append(("item", ""))
    elif amount.kind == "money":
        over.append(("money", ""))
    elif amount.kind != "times":
        over.append((amount.kind, amount.unit))
    under.extend((per.kind, "" if per.kind == "item" else per.unit) for per in amount.per)
    return _Term(amount, tuple(over), tuple(under), fixed or bool(_PER_BEFORE.search(amount.lead)))


def _wants(told: Told, terms: list[_Term]) -> list[str]:
    """The kinds of result that the question allows."""
    if told.want in {"percent", "clock", "temperature"}:
        return []
    if told.want == "item" and told.noun in _CURRENCIES:
        return ["money"]
    if told.want != "much":
        return [told.want]
    kinds = {kind for term in terms for kind, _ in term.over}
    if "money" not in kinds and told.noun and not told.noun.isascii():
        # 每桌8人, asked 几桌 and not 多少人
        rated = [t.amount for t in terms if t.amount.kind == "item" and t.amount.per]
        if rated and not any(a.noun.removeprefix("个")[:1] == told.noun for a in rated):
            return []
    return ["money"] if "money" in kinds else sorted(kinds - {"time"})


def _way(told: Told, terms: list[_Term], want: str) -> _Way | None:
    """The way with the fewest conversions and divisions; what is asked about is multiplied."""
    best: list[tuple[tuple[int, int, int], _Way]] = []
    for signs in combinations(*(_signs(t) for t in terms)):
        way = _left(terms, signs, want)
        if way is None:
            continue
        divided = [t for t, sign in zip(terms, signs, strict=True) if sign < 0]
        asked = sum(t.amount.start >= told.asks_at for t in divided)
        best.append(((len(way.pairs), len(divided), asked), way))
    best.sort(key=lambda one: one[0])
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return None
    return best[0][1]


def _signs(term: _Term) -> tuple[int, ...]:
    """A sack "of 12.5 kilos" whose number is asked is divided by."""
    if term.fixed:
        return (1,)
    return (-1,) if _SORT.search(term.amount.lead) else (1, -1)


def _left(terms: list[_Term], signs: tuple[int, ...], want: str) -> _Way | None:
    """What is left of the units; None where that is not what is wanted."""
    top: Counter[tuple[str, str]] = Counter()
    bottom: Counter[tuple[str, str]] = Counter()
    for term, sign in zip(terms, signs, strict=True):
        (top if sign > 0 else bottom).update(term.over)
        (bottom if sign > 0 else top).update(term.under)
    top, bottom = top - bottom, bottom - top
    net: Counter[str] = Counter()
    for (kind, _), n in top.items():
        net[kind] += n
    for (kind, _), n in bottom.items():
        net[kind] -= n
    wanted = {"length": 1, "time": -1} if want == "speed" else {want: 1}
    if {kind: n for kind, n in net.items() if n} != wanted:
        return None
    pairs = []
    result = ""
    for kind in sorted(net):
        over = sorted(u for (k, u), n in top.items() if k == kind for _ in range(n))
        under = sorted(u for (k, u), n in bottom.items() if k == kind for _ in range(n))
        while over and under:
            pairs.append((kind, over.pop(), under.pop()))
        if over and kind == want:
            result = over[0]
    return _Way(signs, tuple(pairs), result)


def _written(told: Told, terms: list[_Term], way: _Way, want: str) -> str | None:
    used = [pair for t in terms for pair in (*t.over, *t.under)]
    physical = all(k not in {"money", "item"} and u not in unit_words.CALENDAR for k, u in used)
    if physical and not any(t.amount.kind == "times" for t in terms):
        return _physical(told, terms, way, want)
    return _plain(told, terms, way, want)


def _physical(told: Told, terms: list[_Term], way: _Way, want: str) -> str:
    """Measures with their units, which the evaluator combines."""
    over: list[str] = []
    under: list[str] = []
    for term, sign in zip(terms, way.signs, strict=True):
        text = term.amount.written
        for per in term.amount.per:
            if per.number == "1":
                text += f"/{unit_words.spelt(per.unit)}"
            else:
                text += f" / {per.number} {unit_words.spelt(per.unit)}"
                text = f"({text})" if sign < 0 else text
        (over if sign > 0 else under).append(text)
    expression = " * ".join(over) + "".join(f" / {text}" for text in under)
    unit = told.unit
    named = bool(unit) and told.want == want and unit not in unit_words.CALENDAR
    if not named or (want == "speed") != ("/" in unit):
        return expression
    return f"{expression} in {unit_words.spelt(unit)}"


def _plain(told: Told, terms: list[_Term], way: _Way, want: str) -> str | None:
    """Money and counted things: bare numbers, with units only where they must be converted."""
    factors = ""
    mixed = {t.amount.kind for t in terms if t.amount.full and not t.amount.sides}
    for kind, over, under in way.pairs:
        factor = unit_words.factor(over, under) if kind == "time" else None
        if kind == "time" and (factor is None or kind in mixed):
            return None
        factors += factor or ""
        if kind != "time":
            mixed.add(kind)
    counted = want in {"money", "item", "time"}
    top, bottom = _pieces(terms, way, mixed, want if not counted or want == "money" else "")
    if not top and not bottom:
        return None
    expression = (" * ".join(top) or "1") + "".join(f" / {text}" for text in bottom) + factors
    if want == "time":
        factor = unit_words.factor(way.result, told.unit) if told.unit else ""
        if factor is None or not bottom:
            return None
        expression += factor
    elif not counted and told.unit not in {"", way.result, *unit_words.CALENDAR}:
        expression += f" in {unit_words.spelt(told.unit)}"
    whole = want == "time" or (want == "item" and told.says(r"\bneed\b|要买"))
    exact = not bottom or factors or mixed or not whole or _is_whole(top, bottom)
    return expression if exact else f"ceil({expression})"


def _pieces(
    terms: list[_Term], way: _Way, mixed: set[str], want: str
) -> tuple[list[str], list[str]]:
    """What is multiplied and what divided by; the first money with its currency."""
    top: list[str] = []
    bottom: list[str] = []
    signed = False
    for term, sign in zip(terms, way.signs, strict=True):
        a = term.amount
        over, under = (top, bottom) if sign > 0 else (bottom, top)
        currency = bool(want == a.kind == "money" and a.sign and not signed)
        signed = signed or currency
        united = a.kind in mixed or (a.kind == want and want != "money")
        text = a.written if united or currency else a.number
        if sign < 0 and "*" in text and not text.startswith("("):
            text = f"({text})"
        if text != "1":
            over.append(text)
        for per in a.per:
            if per.kind in mixed:
                under.append(f"{per.number} {unit_words.spelt(per.unit)}")
            elif per.number != "1":
                under.append(per.number)
    return top, bottom


def _is_whole(top: list[str], bottom: list[str]) -> bool:
    """Whether nothing is left over, so that a part of a week or a packet need not be bought."""
    value = Fraction(1)
    for texts, power in ((top, 1), (bottom, -1)):
        for text in texts:
            for piece in re.sub(r"[^\d.*]", "", text).split("*"):
                value *= Fraction(piece or 1) ** power
    return value.denominator == 1
