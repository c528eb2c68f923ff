"""Told sums of prices and counts: what they come to, and what is left or given back."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from tools.everyday.told import units
from tools.everyday.told.amounts import SIGN, Amount
from tools.everyday.told.question import Told

TOTAL = (
    r"\btotal|\bal(?:l ?)?together\b|\bin all\b|\bcombined\b|\bthe sum\b|\bsum up|\badd(?:s|ed)? up"
    r"|\badd\b|\btogether\b|\bin sum\b|\bowe\b|\bpay\b|\bcome to\b|\bspen[dt]\b|\bearn"
    r"|总共|合计|共|加起来|总和|总价|要付"
)
_ADDED = (
    r"\btotal|\bal(?:l ?)?together\b|\bin all\b|\bcombined\b|\bsum\b|\badd\b|\badds? up"
    r"|\btogether\b|\bplus\b|总共|合计|加起来|共"
)
_PRICED = r"\bhow much\b|\bwhat (?:is|was|do|does|will|would|did)\b|\bwhat's\b|\bcost|\bmake\b|多少"
_LEFT = (
    r"\bleft\b|\bremain|\bstill have\b|\bstill (?:be|got)\b|\bkeep\b|\bfree\b|\bempty\b|\bto go\b"
    r"|\bavailable\b|\bunread\b|\bhow much (?:more|longer|further)|\bhow many more\b|\bshort\b"
    r"|\bmissing\b|\bstill (?:need|owe|open|due|to pay)|\boutstanding\b|剩|余|还差|还要|还有|差多少"
)
_LACKING = r"\bmore\b|\bshort\b|\bmissing\b|\bstill need|\bto go\b|还差|差多少|还要"
_CHANGE = r"\bchange\b|\bget back\b|\bback\b|找(?:回|我|零|多少|钱)?"
_PAYS = r"\bpa(?:y|id)\b|\bg[ai]ve\b|\bwith a\b|\bnote\b|\bhand|\bbill\b|cash|付|给|找"
_NOTE = (
    r"(?:\bwith|\bpaid|\bpaying|\bfrom) (?:with )?(?:an? )?$"
    r"|\b(?:gave|give|hand|handed) (?:\w+ ){0,3}(?:an? )?$|[付给]了?(?:他|她|店员|老板)?$"
)
_BUDGET = (
    r"\bbudget (?:is|of|was) $|\bout of (?:the |my )?$|\bof (?:my|the|our) $"
    r"|\b(?:had|have|got|has|start(?:ed)? with|earn|make) (?:about )?$"
)
_AT = rf"(?:\bat|@|\bfor|\bcosts?|\bcosting|\bà|\bworth|\bis|\bare)\s*{SIGN}?\s*$"
_EACH_AT = rf"(?:\bat|@|\bà)\s*{SIGN}?\s*$"
_NEVER_ADDED = frozenset({"percent", "share", "clock", "year"})
_OPERATORS = (
    (r"再?加上?|再加|plus|and|\+", "+"), (r"再?减去?|minus|less|-", "-"),
    (r"再?乘以?|times|x|\*", "*"), (r"再?除以|divided by|over|/", "/"),
)  # fmt: skip


def bill(told: Told, amounts: list[Amount]) -> list[str] | None:
    """The terms of a bill: prices, and counts or measures times what one costs.

    None where a number fits nowhere.
    """
    if named := _named(told, amounts):
        return named
    terms: list[str] = []
    signed = False
    i = 0
    while i < len(amounts):
        a = amounts[i]
        b = amounts[i + 1] if i + 1 < len(amounts) else None
        pair, price = False, a
        if b and b.priced and _counts(a):
            each = _matches(a, b) or (not b.per and _says(_EACH_AT, b))
            if not each and not (a.kind == "item" and (not b.per or b.soft) and _says(_AT, b)):
                return None
            pair, price = True, b
            count = a if each else None  # "two cakes for 6": the price of both
        elif (
            b and a.priced and a.per and _counts(b) and _matches(b, a) and not _own(amounts, i + 1)
        ):
            pair, count = True, b
        elif a.priced and (not a.per or a.per[0].unit == "item"):
            count = None
        else:
            return None
        text = price.number if signed or not price.sign else price.written
        signed = signed or bool(price.sign)
        terms.append(_times(count, price, text) if count else text)
        i += 2 if pair else 1
    return terms


def _says(pattern: str, amount: Amount) -> bool:
    return bool(re.search(pattern, amount.lead, re.IGNORECASE))


def _counts(amount: Amount) -> bool:
    return (amount.kind == "item" or amount.measured) and not amount.per


def _own(amounts: list[Amount], i: int) -> bool:
    """Whether the count at ``i`` is priced by what follows it."""
    after = amounts[i + 1] if i + 1 < len(amounts) else None
    return bool(after and after.priced and (_matches(amounts[i], after) or _says(_EACH_AT, after)))


def _matches(count: Amount, price: Amount) -> bool:
    """Whether a price is per the kind of thing or measure that was counted."""
    if len(price.per) != 1:
        return False
    kind = price.per[0].kind
    if kind == "item":
        other = price.noun and count.noun[:1] not in {price.noun, ""} and not count.noun.isascii()
        return not other and (count.kind == "item" or count.unit == "night")
    return count.kind == kind and (kind != "time" or count.unit == price.per[0].unit)


def _times(count: Amount, price: Amount, text: str) -> str:
    per = price.per[0] if price.per else None
    if per and count.measured and (count.unit != per.unit or (count.full and not count.sides)):
        return f"{text} * {count.written} / {per.number} {units.spelt(per.unit)}"
    under = f" / {per.number}" if per and per.number != "1" else ""
    return f"{count.number} * {text}{under}"


def _named(told: Told, amounts: list[Amount]) -> list[str] | None:
    """Counts of things with prices told by name: adults pay 15, children 5; 2 adults, 1 child."""
    prices = [a for a in amounts if a.priced]
    counts = [a for a in amounts if a.kind == "item" and not a.per]
    if len(prices) < 2 or len(counts) != len(prices) or len(amounts) != 2 * len(prices):
        return None
    apart = counts[0].start > prices[-1].start or counts[-1].start < prices[0].start
    terms: list[str] = []
    for count in counts if apart else ():
        english = re.sub("(?:ren|s)$", "", count.noun)[:5]
        noun = english if count.noun.isascii() else count.noun[1:3]
        fitting = [p for p in prices if noun and noun in _label(told, amounts, p)]
        if len(fitting) != 1:
            return None
        prices.remove(fitting[0])
        terms.append(f"{count.number} * {fitting[0].number if terms else fitting[0].written}")
    return terms or None


def _label(told: Told, amounts: list[Amount], price: Amount) -> str:
    """What stands between a price and the number before it."""
    before = max((a.end for a in amounts if a.end <= price.start), default=0)
    return told.text[max(before, price.start - 30) : price.start].lower()


def whole(told: Told, amounts: list[Amount]) -> str | None:
    """Amounts as one: a bill, or the only amount there is."""
    if len(amounts) == 1 and not amounts[0].per:
        one = amounts[0]
        known = one.priced or one.measured or one.kind == "item"
        return one.written if known else None
    terms = bill(told, amounts)
    return " + ".join(terms) if terms else None


def alike(amounts: list[Amount]) -> bool:
    """Whether amounts can be added: money with money, lengths with lengths, counts with counts."""
    kinds = {a.kind for a in amounts}
    if len(kinds) > 1:
        kinds = {"item" if kind == "plain" else kind for kind in kinds}
    return len(kinds) == 1 and not any(a.per and not a.soft for a in amounts)


def texts(amounts: list[Amount]) -> list[str]:
    """The amounts as the evaluator reads them; only the first money carries its currency."""
    signed = False
    out = []
    for a in amounts:
        out.append(a.number if a.sign and signed else a.written)
        signed = signed or bool(a.sign)
    return out


def total(told: Told) -> str | None:
    """The sum of all amounts."""
    amounts = list(told.amounts)
    if told.want in {"percent", "clock", "speed"} or told.of(*_NEVER_ADDED):
        return None
    if told.says(_LEFT) or (told.asks(_CHANGE) and not told.asks(r"\bback\b")):
        return None
    if told.of("money"):
        summed = told.asks(TOTAL)
        if told.want in {"item", "time", "length"} or not (summed or told.asks(_PRICED)):
            return None
        terms = bill(told, amounts) or []
        # "what do they cost" asks for a sum only where something is counted
        enough = any("*" in term for term in terms) or (summed and len(terms) > 1)
        return " + ".join(terms) if enough else None
    if len(amounts) < 2 or not alike(amounts) or not told.says(_ADDED):
        return None
    if any(a.unit in units.CALENDAR for a in amounts):
        return None
    expression, *more = texts(amounts)
    for (a, b), text in zip(pairwise(amounts), more, strict=True):
        gap = told.text[a.end : b.start]
        expression += f" {'-' if re.search(r'minus|less|减', gap) else '+'} {text}"
    shown = bool(told.unit) and amounts[0].measured and told.unit not in units.CALENDAR
    return f"{expression} in {units.spelt(told.unit)}" if shown else expression


def left(told: Told) -> str | None:
    """What is left of the first or largest amount, or the change from a note."""
    amounts = list(told.amounts)
    if told.want in {"percent", "clock", "speed"} or told.of(*_NEVER_ADDED) or len(amounts) < 2:
        return None
    change = told.asks(_CHANGE) and told.says(_PAYS)
    change = change and not told.says(r"how much did (?:it|the \w+) change")
    if not change and not told.asks(_LEFT):
        return None
    biggest = max(amounts, key=lambda a: a.value)
    cued = _cued(amounts, _NOTE if change else _BUDGET)
    budget = cued or (biggest if change else amounts[0])
    if told.asks(_LACKING) or not told.of("money", "item"):
        budget = biggest
    rest = [a for a in amounts if a is not budget]
    if budget.per:
        return None
    if budget.kind == "money":
        terms = bill(told, [replace(a, sign="" if budget.sign else a.sign) for a in rest])
    else:
        terms = texts(rest) if alike(amounts) else None
    return " - ".join([budget.written, *terms]) if terms else None


def _cued(amounts: list[Amount], pattern: str) -> Amount | None:
    """The only amount before which one of some words stands."""
    leads = [(a, re.sub(rf"{SIGN}\s*$", "", a.lead)) for a in amounts]
    found = [a for a, lead in leads if re.search(pattern, lead, re.IGNORECASE)]
    return found[0] if len(found) == 1 else None


def worded(told: Told) -> str | None:
    """Numbers with nothing but operators between them, in a sentence that asks for the result."""
    amounts = list(told.amounts)
    if len(amounts) < 2 or told.says(r"\bmean\b"):
        return None
    if any(a.per or not (a.priced or a.kind == "item") for a in amounts):
        return None
    expression = amounts[0].number
    for a, b in pairwise(amounts):
        gap = told.text[a.end : b.start].strip(" ,").lower()
        sign = next((s for p, s in _OPERATORS if re.fullmatch(p, gap)), "")
        if not sign or (gap == "and" and not told.says(TOTAL)):
            return None
        expression += f" {sign} {b.number}"
    return expression
