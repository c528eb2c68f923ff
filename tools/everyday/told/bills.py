"""Told sums of prices and counts: what they come to, and what is left or given back."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from tools.everyday import units
from tools.everyday.told import unit_words
from tools.everyday.told.amounts import SIGN, Amount
from tools.everyday.told.percents import ORIGINAL, SAVED
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
COSTS = r"\bcosts?\b|\bpay\b|\bprice\b|\bspend\b|多少钱|要付"
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
_OF_MONEY = r"\btip|\btax\b|\bvat\b|discount|\bprice|\bpay\b|\bowe\b|小费|税|折扣"
_LESS = (
    r"\boff\b(?! to\b)|discount|voucher|coupon|gift card|refund|\bprofit|\bloss\b"
    r"|\bb(?:uy|ought)\b.*\bs(?:ell|old)\b|\bs(?:ell|old)\b.*\bb(?:uy|ought)\b|利润|便宜|优惠|减|抵"
)
_EACH_OF = re.compile(
    r"\b(?:rows|packs|boxes|groups|bags|crates|tables|sets|teams|bundles|rolls) of $|\bevery $",
    re.IGNORECASE,
)
_TAKEN_OFF = (
    r"\b(?:discount|voucher|coupon|reduction|rebate|gift card) (?:of|for|worth) $"
    r"|\b(?:reduced|lowered|cut|discounted|down|cheaper) by $|(?:便宜|优惠|减|降价?|立减|抵扣?)了?$"
)
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
    if (
        per
        and per.kind != "item"
        and count.measured
        and (count.unit != per.unit or (count.full and not count.sides))
    ):
        return f"{text} * {count.written} / {per.number} {unit_words.spelt(per.unit)}"
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
        if one.unit in unit_words.CALENDAR or one.lead.endswith("after "):
            return None
        if one.kind == "item" and told.says(_OF_MONEY):
            return None
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
    if told.each or told.says(_LEFT) or (told.asks(_CHANGE) and not told.asks(r"\bback\b")):
        return None
    if told.of("money"):
        summed = told.asks(TOTAL)
        if told.want in {"item", "time", "length"} or not (summed or told.asks(_PRICED)):
            return None
        if told.says(_LESS):
            return None
        terms = bill(told, amounts) or []
        # "what do they cost" asks for a sum only where something is counted
        enough = any("*" in term for term in terms) or (summed and len(terms) > 1)
        return " + ".join(terms) if enough else None
    if len(amounts) < 2 or not alike(amounts) or not told.says(_ADDED):
        return None
    if any(re.search(r"\b(?:at|of|per|every) $", a.lead) for a in amounts[1:] if a.measured):
        return None
    if any(a.unit in unit_words.CALENDAR for a in amounts):
        return None
    expression, *more = texts(amounts)
    for (a, b), text in zip(pairwise(amounts), more, strict=True):
        gap = told.text[a.end : b.start]
        expression += f" {'-' if re.search(r'minus|less|减', gap) else '+'} {text}"
    shown = bool(told.unit) and amounts[0].measured and told.unit not in unit_words.CALENDAR
    return f"{expression} in {unit_words.spelt(told.unit)}" if shown else expression


def left(told: Told) -> str | None:
    """What is left of the first or largest amount, or the change from a note."""
    amounts = list(told.amounts)
    if told.want in {"percent", "clock", "speed"} or told.of(*_NEVER_ADDED) or len(amounts) < 2:
        return None
    change = told.asks(_CHANGE) and told.says(_PAYS)
    change = change and not told.says(r"how much did (?:it|the \w+) change")
    if not change and not told.asks(_LEFT):
        return None
    biggest = max(amounts, key=_size)
    cued = _cued(amounts, _NOTE if change else _BUDGET)
    budget = cued or (biggest if change else amounts[0])
    if told.asks(_LACKING) or not told.of("money", "item"):
        budget = biggest
    rest = [a for a in amounts if a is not budget]
    if budget.measured and sum(map(_size, rest)) > _size(budget):
        return None
    if budget.per or any(_EACH_OF.search(a.lead) for a in amounts):
        return None
    if len(rest) > 1 and re.search(
        r"\b(?:minus|less)\b|减", told.text[rest[0].end : rest[-1].start]
    ):
        return None  # those before it are added
    if budget.kind == "money":
        terms = bill(told, [replace(a, sign="" if budget.sign else a.sign) for a in rest])
    else:
        terms = texts(rest) if alike(amounts) else None
    if not terms or (not budget.measured and _worth(terms) > budget.value):
        return None
    return " - ".join([budget.written, *terms])


def _size(amount: Amount) -> Fraction:
    """For comparing: a measure in the base unit of its kind."""
    if not amount.measured or amount.unit in unit_words.CALENDAR or amount.kind == "temperature":
        return amount.value
    pieces = re.findall(r"([\d.,]+) ([^\d\s()*]+)", amount.written)
    known = [(Fraction(n.replace(",", "")), units.known(name)) for n, name in pieces]
    return sum((Fraction(units.quantity(n, u).to_base_units().magnitude) for n, u in known if u),
               Fraction(0))  # fmt: skip


def _worth(terms: list[str]) -> Fraction:
    """What terms of bare numbers come to, for comparing only."""
    worth = Fraction(0)
    for term in terms:
        value = Fraction(1)
        for sign, number in re.findall(r"(^|[*/])[^\d*/]*([\d.,]+)", term):
            factor = Fraction(number.replace(",", "").rstrip("."))
            value = value / factor if sign == "/" and factor else value * factor
        worth += value
    return worth


def reduced(told: Told) -> str | None:
    """A bill less the money that comes off it: 450 and 90 off."""
    if told.want not in {"much", "money"} or told.asks(ORIGINAL) or told.asks(SAVED):
        return None
    off = [a for a in told.amounts if a.kind == "money" and not a.per and _comes_off(told, a)]
    rest = [replace(a, per=()) if a.soft else a for a in told.amounts if a not in off]
    if len(off) != 1 or not rest or any(a.kind in _NEVER_ADDED for a in rest):
        return None
    terms = bill(told, rest)
    if not terms or _worth(terms) <= off[0].value:
        return None
    signed = any(a.sign for a in rest)
    return f"{' + '.join(terms)} - {off[0].number if signed else off[0].written}"


def _comes_off(told: Told, amount: Amount) -> bool:
    lead = re.sub(rf"{SIGN}\s*$", "", amount.lead)
    if re.search(_TAKEN_OFF, lead, re.IGNORECASE):
        return True
    return bool(re.match(r"\s*(?:off|discount|cheaper|less|reduction)\b", told.text[amount.end :]))


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
    if re.search(r"[.?!;]\s", told.text[told.asks_at : amounts[0].start].lstrip(".?!; ")):
        return None  # another sentence than the one that asks
    expression = amounts[0].number
    for a, b in pairwise(amounts):
        gap = told.text[a.end : b.start].strip(" ,").lower()
        sign = next((s for p, s in _OPERATORS if re.fullmatch(p, gap)), "")
        if not sign or (gap == "and" and not told.says(TOTAL)):
            return None
        expression += f" {sign} {b.number}"
    return expression
