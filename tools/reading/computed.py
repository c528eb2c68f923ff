"""Answers that are computed from the amounts of a page: change, sums, differences, extremes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.reading.candidates import Candidate
from tools.reading.lexicon import match, terms
from tools.reading.question import MONEY, Question
from tools.reading.values import currency, day, find, number, plain_number

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
_WORDY = frozenset(
    "more less than between compar together both cheaper dearer expensiv cost".split()
)
_SMALL = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
          "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed value, the arithmetic as it is shown, and the candidates it was made from."""

    value: str
    shown: str
    parts: tuple[Candidate, ...]


def computed(question: Question, pool: Sequence[Candidate]) -> Computed | None:
    """The computed answer, or None where nothing is to be computed or an operand is missing."""
    amounts = [c for c in pool if c.pair and "money" in c.kinds and number(c.value) is not None]
    text = question.text
    if (found := _CHANGE.search(text)) and (total := _total(amounts)):
        given = number(found["n"] or found["m"] or found["z"])
        if given is not None:
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
        share = int(said) if said.isdigit() else _SMALL.get(said, 0)
        if share:
            return _made([(number(total.value) or 0) / share], f"{total.value} / {share}", (total,))
    if question.kinds[:1] == ("span",) and (lasting := _lasting(question, pool)):
        return lasting
    goods = items(amounts)
    if _COUNT.search(text) and goods:
        return Computed(str(len(goods)), "; ".join(c.label for c in goods), tuple(goods))
    wanted = _wanted(question, amounts)
    if question.operation == "difference" and len(wanted) == 2:
        high, low = sorted(wanted, key=lambda c: -(number(c.value) or 0))
        return _made(
            [number(high.value) or 0, -(number(low.value) or 0)],
            f"{high.value} - {low.value}",
            (high, low),
        )
    if (question.operation == "sum" or re.search(r"\band\b|和|与|加", text)) and len(wanted) >= 2:
        return _made(
            [number(c.value) or 0 for c in wanted],
            " + ".join(c.value for c in wanted),
            tuple(wanted),
        )
    if (
        question.operation in {"max", "min"}
        and len(goods) > 1
        and (
            {"@price", "@item", "@amount"} & set(question.terms)
            or re.search(r"expensive|cheap|dear|贵|便宜", text)
        )
    ):
        pick = (max if question.operation == "max" else min)(
            goods, key=lambda c: number(c.value) or 0
        )
        return Computed(f"{pick.label} ({pick.value})", "", (pick,))
    return None


def _lasting(question: Question, pool: Sequence[Candidate]) -> Computed | None:
    """How long something lasts that is given by its first and last day."""
    if set(question.terms) - {"@term", "@start", "@end"} or "@term" not in question.terms:
        return None
    for c in pool:
        days = [v for v in find(c.line.text) if v.kind == "date"]
        if {"@start", "@end"} <= set(terms(c.line.text)) and len(days) == 2:
            first, last = (day(v.text) for v in days)
            if first and last:
                shown = f"{first.isoformat()} … {last.isoformat()}"
                return Computed(_span((last - first).days, chinese=question.chinese), shown, (c,))
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


def _wanted(question: Question, amounts: Sequence[Candidate]) -> list[Candidate]:
    """One amount for each thing that the question names, where each is named by one line."""
    asked = [
        t
        for t in question.terms
        if t not in {"@total", "@price", "@amount", "@item"}
        and t not in question.doing
        and t not in _WORDY
    ]
    out: dict[int, Candidate] = {}
    for term in asked:
        fitting = [c for c in amounts if match(term, c.key)]
        orders = {c.order for c in fitting}
        if len(orders) != 1:
            if fitting and len(orders) > 1:
                best = max(
                    fitting,
                    key=lambda c: (
                        sum(match(t, c.key) > 0 for t in asked) - 0.1 * len(terms(c.label))
                    ),
                )
                out.setdefault(best.order, best)
                continue
            return []
        out[fitting[-1].order] = fitting[-1]
    return list(out.values())


def _made(numbers: Sequence[float], shown: str, parts: tuple[Candidate, ...]) -> Computed:
    before, after = currency(parts[-1].value)
    result = plain_number(round(sum(numbers), 6), like=[c.value for c in parts])
    return Computed(f"{before}{result}{after}".strip(), shown, parts)
