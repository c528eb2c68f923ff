"""Answers that are computed from the amounts of a page: change, sums, differences, extremes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.reading.candidates import Candidate
from tools.reading.computing.amounts import small, told, unit, written
from tools.reading.computing.operands import Part, work
from tools.reading.computing.things import Thing, named
from tools.reading.computing.worked import Near, Worked
from tools.reading.lexicon import terms
from tools.reading.material import Line
from tools.reading.question import MONEY, Question
from tools.reading.values import SMALL, currency, day, find, number, plain_number

_CHANGE = re.compile(
    r"\bchange\b.*?\b(?:from|of|for|out of|if|with|on|when)\b.*?(?P<n>\d[\d.,]*)|(?P<m>\d[\d.,]*).{0,40}\bchange\b|(?:付|给)了?\s?(?P<z>\d[\d.,]*).*?找",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\b(?:split|divide[d]?|share[d]?)\b.*?\b(?P<n>\d+|two|three|four|five|six|seven|eight)\b|\beach of (?:the |us )?(?P<m>\d+|two|three|four|five|six)\b|(?P<z>[\d二两三四五六七八])个?人?(?:平分|分摊|AA)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"how many (?:\w+ )?(?:items?|products?|things|articles|lines|dishes|positions|entries)|number of items|几(?:样|种|件)(?:东西|商品|菜)|多少(?:种|件|样)(?:商品|东西)?",
    re.IGNORECASE,
)
_NOT_ITEMS = MONEY - {"@price", "@fee", "@rent"} | {
    "@card",
    "@percent",
    "@phone",
    "@date",
    "@balance",
    "@vat_no",
}
_ANY_ITEM = frozenset(
    "@price @item @amount line dish product thing item bought sold cost expensiv cheap dear".split()
)
_UNIT_ASKED = re.compile(
    r"\bhow (?:many|much)(?: more| fewer| less)? (?P<u>kilos?|kg|grams?|km|kilomet\w+|met(?:re|er)s|litres?|liters?|millimet\w+|mm|cm|watts?|kwh|minutes?|hours?|days?|nights?|weeks?|months?|years?|degrees|points|calories)\b|几(?P<z>克|公斤|千克|公里|米|分钟|小时|天|度)",
    re.IGNORECASE,
)
_TIME = frozenset({"min", "h", "s"})
_ASKS_MONEY = re.compile(
    r"how much|cost|price|pay|fee|come to|comes to|what(?:'s| is| would| do| does| did)|钱|贵|便宜|块|价|多少$|省",
    re.IGNORECASE,
)


def worked(question: Question, pool: Sequence[Thing], near: Near | None) -> Worked | None:
    """What a question wants done with named things, where each is found and is the only one."""
    wanted = work(question.text)
    asked = _UNIT_ASKED.search(question.text)
    kind = unit_of(asked["u"] or asked["z"]) if asked else ""
    if wanted is None or (wanted.kind == "difference" and not wanted.parts[0].phrase):
        return _two(question, kind, pool)
    if wanted.kind == "change":
        total = _sum_paid(pool)
        if total is None or wanted.given < total.number:
            return None
        return _result(wanted.given - total.number, [total], f"{wanted.given:.10g} - {total.value}")
    if wanted.kind == "left":
        return _left(wanted.parts[0], pool, near)
    if wanted.kind == "each":
        thing = _one(
            wanted.parts[0],
            [t for t in pool if t.pieces > 1 and t.amount.unit in {"money", ""}],
            near,
            "",
        )
        if thing is None or not _ASKS_MONEY.search(question.text):
            return None
        return _result(thing.number / thing.pieces, [thing], f"{thing.value} / {thing.pieces}")
    for wish in dict.fromkeys((kind, *(("money", "min", "") if not kind else ()))):
        sure = pool if wish else [t for t in pool if t.amount.unit != "money"]
        if wanted.kind == "without":
            return _without(wanted.parts, pool, near)
        # so many of what only resembles what was asked is a guess
        found = [_one(p, sure, near if p.times == 1 else None, wish) for p in wanted.parts]
        things = [t for t in found if t is not None]
        if len(things) < len(found):
            continue
        if len(things) > 1 and len({id(t) for t in things}) < len(things):
            continue
        if len({t.amount.unit for t in things}) > 1:
            continue
        if not wish and not all(t.sure for t in things):
            continue  # bare numbers of a text are of anything
        return _combined(question, wanted.kind, wanted.parts, things)
    return None


_BY_HOW = re.compile(
    r"how many (?:more|fewer|less) |how (?:much|many) \w+ (?:more|less|fewer)\b|by how (?:much|many)|(?:多|少|高|低)(?:了)?(?:多少|几)",
    re.IGNORECASE,
)


def _two(question: Question, kind: str, pool: Sequence[Thing]) -> Worked | None:
    """How much more, of a unit that a page gives twice."""
    if not kind or not _BY_HOW.search(question.text):
        return None
    both = [t for t in pool if t.sure and t.amount.unit == kind]
    if len(both) != 2 or both[0].number == both[1].number:
        return None
    return _combined(question, "difference", (), both)


def unit_of(word: str) -> str:
    """The unit that a question asks for."""
    return unit(word) or unit(word.rstrip("s"))


def _one(part: Part, pool: Sequence[Thing], near: Near | None, wish: str) -> Thing | None:
    if wish in _TIME:
        return named(part.phrase, [t for t in pool if t.amount.unit in _TIME], near)
    return named(part.phrase, pool, near, unit=wish)


def _combined(
    question: Question, kind: str, parts: Sequence[Part], things: Sequence[Thing]
) -> Worked | None:
    if kind == "difference":
        if any(p.times > 1 for p in parts):
            return None
        high, low = sorted(things, key=lambda t: -_size(t))
        gap = _size(high) - _size(low)
        return _result(gap, [high, low], f"{high.value} - {low.value}", question) if gap else None
    shown = []
    total = 0.0
    for part, thing in zip(parts, things, strict=True):
        times = part.times
        price = _size(thing)
        if times > 1 and thing.pieces > 1:
            if times != thing.pieces:
                return None
            times = 1.0
        total += times * price
        shown.append(f"{times:.10g} × {thing.value}" if times != 1 else thing.value)
    return _result(total, things, " + ".join(shown), question)


def _size(thing: Thing) -> float:
    factor = {"h": 60.0, "s": 1 / 60}
    return thing.number * factor.get(thing.amount.unit, 1.0)


def _without(parts: Sequence[Part], pool: Sequence[Thing], near: Near | None) -> Worked | None:
    total = _sum_paid(pool)
    if total is None:
        return None
    off = [named(p.phrase, [t for t in pool if t is not total], near, unit="money") for p in parts]
    known = [t for t in off if t is not None]
    if len(known) < len(off) or any(t.number >= total.number for t in known):
        return None
    return _result(
        total.number - sum(t.number for t in known),
        [total, *known],
        " - ".join(t.value for t in (total, *known)),
    )


def _left(part: Part, pool: Sequence[Thing], near: Near | None) -> Worked | None:
    """What is left of a row that gives how much there was and how much is used."""
    rows: dict[int, list[Thing]] = {}
    for t in pool:
        if t.sure and t.amount.unit and t.amount.unit != "%":
            rows.setdefault(t.order, []).append(t)
    pairs = [
        ts[-1] for ts in rows.values() if len(ts) == 2 and ts[0].amount.unit == ts[1].amount.unit
    ]
    thing = named(part.phrase, pairs, near)
    if thing is None:
        return None
    high, low = sorted(rows[thing.order], key=lambda t: -t.number)
    return _result(high.number - low.number, [high, low], f"{high.value} - {low.value}")


def _sum_paid(pool: Sequence[Thing]) -> Thing | None:
    """The total of a receipt."""
    for concept in ("@amount_due", "@total"):
        found = [
            t
            for t in pool
            if t.sure
            and concept in t.key
            and "@subtotal" not in t.key
            and t.amount.unit in {"money", ""}
        ]
        if found:
            return max(found, key=lambda t: t.number)
    return None


def _result(
    value: float, things: Sequence[Thing], shown: str, question: Question | None = None
) -> Worked:
    lines = tuple(dict.fromkeys(t.line for t in things))
    if things[0].amount.unit in _TIME:
        asked = _UNIT_ASKED.search(question.text) if question else None
        only = unit_of(asked["u"] or asked["z"]) if asked else ""
        chinese = bool(question and question.chinese)
        return Worked(
            told(value, chinese=chinese, only=only if only in {"h", "min"} else ""), shown, lines
        )
    before, after = currency(things[-1].value)
    before, after = re.sub(r"^[-−+\s]+|[-−+]\s*$", "", before), after.rstrip("-* ")
    if re.fullmatch(r"\s?[A-Z]", after):
        after = ""  # the letter of a tax rate
    plain = written(round(value, 2), [t.value for t in things])
    if things[0].amount.unit == "money" and re.fullmatch(r"\d+\.\d", plain):
        plain += "0"
    return Worked(f"{before}{plain}{after}".strip(), shown, lines)


def computed(question: Question, pool: Sequence[Candidate]) -> Worked | None:
    """The computed answer, or None where nothing is to be computed or an operand is missing."""
    amounts = [c for c in pool if c.pair and "money" in c.kinds and number(c.value) is not None]
    text = question.text
    if (found := _CHANGE.search(text)) and (total := _total(amounts)):
        given = number(found["n"] or found["m"] or found["z"])
        if given is not None and given >= (number(total.value) or 0):
            return _made(
                [given, -(number(total.value) or 0)],
                f"{found['n'] or found['m'] or found['z']} - {total.value}",
                (total,),
            )
    if "@change" in question.terms and not any("@change" in c.key for c in amounts):
        cash, total = _named(amounts, "@cash"), _total(amounts)
        if cash and total:
            return _made(
                [number(cash.value) or 0, -(number(total.value) or 0)],
                f"{cash.value} - {total.value}",
                (cash, total),
            )
    if (found := _SPLIT.search(text)) and (total := _total(amounts)):
        said = (found["n"] or found["m"] or found["z"]).lower()
        share = int(small(said) or SMALL.get(said, 0))
        if share:
            return _made([(number(total.value) or 0) / share], f"{total.value} / {share}", (total,))
    if question.kinds[:1] == ("span",) and (lasting := _lasting(question, pool)):
        return lasting
    goods = [c for c in items(amounts) if len(c.line.cells) > 1 and len(c.label) <= 48]
    if _COUNT.search(text) and goods:
        return Worked(str(len(goods)), "; ".join(c.label for c in goods), _lines(goods))
    if (
        question.operation in {"max", "min"}
        and not set(question.terms) - question.doing - _ANY_ITEM
        and len(goods) > 1
        and (
            {"@price", "@item", "@amount"} & set(question.terms)
            or re.search(r"expensive|cheap|dear|贵|便宜", text)
        )
    ):
        pick = (max if question.operation == "max" else min)(
            goods, key=lambda c: number(c.value) or 0
        )
        return Worked(f"{pick.label} ({pick.value})", "", (pick.line,))
    return None


def _lasting(question: Question, pool: Sequence[Candidate]) -> Worked | None:
    """How long something lasts that is given by its first and last day."""
    if set(question.terms) - {"@term", "@start", "@end"} or "@term" not in question.terms:
        return None
    for c in pool:
        days = [v for v in find(c.line.text) if v.kind == "date"]
        if {"@start", "@end"} <= set(terms(c.line.text)) and len(days) == 2:
            first, last = (day(v.text) for v in days)
            if first and last:
                shown = f"{first.isoformat()} … {last.isoformat()}"
                return Worked(
                    _span((last - first).days, chinese=question.chinese), shown, (c.line,)
                )
    return None


def _span(days: int, *, chinese: bool) -> str:
    """Days, and in years where they are whole ones."""
    years = round(days / 365.25)
    whole = years and abs(days + 1 - years * 365.25) < 2
    if chinese:
        return f"{years} 年" if whole else f"{days} 天"
    if whole:
        return f"{years} year{'s' if years > 1 else ''}"
    return f"{days} days"


def items(amounts: Sequence[Candidate]) -> list[Candidate]:
    """The goods of a receipt or menu: named amounts that are no total, tax or payment."""
    out: dict[int, Candidate] = {}
    stop = min(
        (c.order for c in amounts if {"@total", "@subtotal", "@amount_due"} & c.key), default=10**9
    )
    for c in amounts:
        if c.key & _NOT_ITEMS or not c.label or c.order >= stop or not find(c.value):
            continue
        if find(c.value)[0].kind == "money" and re.search(r"[^\W\d_]{2}", c.label):
            out[c.order] = c
    return list(out.values())


def _named(amounts: Sequence[Candidate], concept: str) -> Candidate | None:
    return next((c for c in amounts if concept in c.key), None)


def _total(amounts: Sequence[Candidate]) -> Candidate | None:
    for concept in ("@total", "@amount_due", "@balance", "@amount"):
        found = [c for c in amounts if concept in c.key and "@subtotal" not in c.key]
        if found:
            return found[-1]
    return None


def _made(numbers: Sequence[float], shown: str, parts: tuple[Candidate, ...]) -> Worked:
    before, after = currency(parts[-1].value)
    result = plain_number(round(sum(numbers), 6), like=[c.value for c in parts])
    return Worked(f"{before}{result}{after}".strip(), shown, _lines(parts))


def _lines(parts: Sequence[Candidate]) -> tuple[Line, ...]:
    return tuple(c.line for c in parts)
