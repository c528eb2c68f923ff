"""All amounts of a text, each read in the light of the others.

Sides become an area, plain numbers money, 1斤2.5元 a price a jin.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tools.everyday import dates
from tools.everyday.told import amounts, per, unit_words
from tools.everyday.told.amounts import Amount, Per
from tools.everyday.told.clocks import clocks

_CUE = re.compile(
    r"cost|price|\bpa(?:y|id|ys|ying)\b|\bbills?\b|spen[dt]|budget|salar|wage|earn|\brents?\b"
    r"|\bsav(?:e|ed|es|ing|ings)\b|\bowe|charge|\bfees?\b|b[uo](?:y|ught)|s[eo]ll|sold|worth"
    r"|invest|\bloan|interest|\btips?\b|\bvat\b|\btax|discount|\bchange\b|\bcash|money"
    r"|\bput aside|set aside|\boff\b|bank|deposit|account|invoice|subscription|\bplan\b|expens"
    r"|income|make a|ticket|insurance|\bmark-?up|commission|\bpocket|工资|房租|账单|利息|本金"
    r"|[$€£¥元钱价付花存赚费买卖薪借贷]",
    re.IGNORECASE,
)
_WEIGHING = re.compile(
    r"\b(?:weigh(?:s|ed|t)?|heavy|kilos?|kgs?|kilograms?|dumbbell|lift)\b|重", re.IGNORECASE
)
_CENTS = re.compile(r"\.\d\d$")
_WE_ARE = re.compile(
    r"\bwe(?: are| were|'re) (?:only |now )?$|\b(?:group|party|table|family) of $", re.IGNORECASE
)
_ALL_OF = re.compile(r"\b(?:all|the|these|those|both) $")
_LONG = r"long|wide|deep|high|tall"
_BESIDE = re.compile(
    rf"\s*(?:{_LONG}|in length|in width|[长宽高深厚])?[\s,]*(?:and|by|和)?\s*"
    r"(?:it's |it is |is )?(?:[宽高深厚]\s*)?"
)


def all_amounts(text: str) -> list[Amount] | None:
    """The amounts of a text in :func:`tools.everyday.told.digits.digits`, in order.

    None where a number is a label or a code, so that the text is no sum.
    """
    times = clocks(text)
    taken = [(c.start, c.end) for c in times] + dates.spans(text)
    every = [
        Amount(c.time, "clock", c.start, c.end, lead=text[max(0, c.start - 25) : c.start])
        for c in times
    ]
    done = 0
    for number in amounts.WRITTEN.finditer(text):
        if number.start() < done or any(a <= number.start() < b for a, b in taken):
            continue
        amount = amounts.at(text, number)
        if amount is None or _is_negative(text, amount):
            return None
        if amount.kind != "none":
            amount = per.rated(text, amount)
            every.append(amount)
        done = amount.end
    every.sort(key=lambda a: a.start)
    return _settled(text, every)


def _is_negative(text: str, amount: Amount) -> bool:
    """Whether a sign before a number would be lost; only temperatures keep theirs."""
    signed = re.search(r"(?:^|[\s(,])-$", text[: amount.start])
    return bool(signed) and amount.kind != "temperature"


def _settled(text: str, found: list[Amount]) -> list[Amount]:
    """Each amount read in the light of the others."""
    found = _singles(text, _sides(text, found))
    others = str(len(found) - 1)  # "how long are all three together"
    found = [a for a in found if not (a.number == others and _ALL_OF.search(a.lead))]
    found = _same_unit(text, found)
    money = bool(_CUE.search(text)) or any(
        a.kind == "plain" and _CENTS.search(a.number) for a in found
    )
    signs = {a.sign for a in found if a.sign}
    sign = signs.pop() if len(signs) == 1 else ""
    pounds = (
        money
        and not sign
        and not _WEIGHING.search(text)
        and not any(p.kind == "mass" for a in found for p in a.per)
    )
    out = []
    for a in found:
        if a.unit == "pound" and pounds and not a.full and not re.match(r"\s+of\b", text[a.end :]):
            a = replace(a, kind="money", unit="", sign="£")
        elif a.kind == "plain":
            a = _plain(text, a, money=money)
        out.append(replace(a, sign=sign) if a.kind == "money" and sign and not a.sign else a)
    return out


def _plain(text: str, amount: Amount, *, money: bool) -> Amount:
    """A number without a unit: people ("we are five"), things ("what do two cost") or money."""
    counts = amount.number.isdigit() and re.match(r" (?:costs?|ways?)\b", text[amount.end :])
    if counts or _WE_ARE.search(amount.lead):
        return replace(amount, kind="item")
    return replace(amount, kind="money") if money or _is_price(amount) else amount


def _is_price(amount: Amount) -> bool:
    """Whether a number without a currency is a price: ``6.80 a kilo``, ``at 3.20 each``."""
    if not amount.per:
        return False
    if amount.per[0].kind not in {"time", "item"}:
        return True
    return bool(_CENTS.search(amount.number)) or amount.lead.endswith("at ")


def _same_unit(text: str, found: list[Amount]) -> list[Amount]:
    """ "45 and 60 minutes" are both minutes, where all that have a unit have the same."""
    named = [a for a in found if a.kind != "plain"]
    if not named or _CUE.search(text) or len({a.unit for a in named}) > 1 or not named[0].unit:
        return found
    if any(a.per or a.sides or not a.measured for a in named):
        return found
    like = named[0]
    return [
        replace(a, kind=like.kind, unit=like.unit)
        if a.kind == "plain" and not a.per and not a.lead.endswith(("at ", "for "))
        else a
        for a in found
    ]


def _singles(text: str, found: list[Amount]) -> list[Amount]:
    """``1斤2.5元`` as 2.5 a jin, ``1支笔3元`` as 3 apiece; another single thing counts nothing."""
    out: list[Amount] = []
    prices = sum(a.kind == "money" for a in found)
    for i, amount in enumerate(found):
        thing = amount.kind == "item"
        chinese = not text[amount.end - 1].isascii()
        if amount.number != "1" or amount.per or amount.sides or amount.kind == "time":
            out.append(amount)
            continue
        after = found[i + 1] if i + 1 < len(found) else None
        between = text[amount.end : after.start] if after else "."
        if (
            (thing or chinese)
            and after
            and (after.priced or (thing and _counted_again(found[i + 2 :], amount)))
            and not after.per
            and re.fullmatch(r"[\u4e00-\u9fff]{0,7}", between)
        ):
            noun = amount.noun[:1] if after.priced else after.noun
            each = Per("1", "item" if thing else amount.unit)
            found[i + 1] = replace(after, per=(each,), noun=noun, soft=thing)
            continue
        named = amount.noun[1:3]  # it counts where prices are told of several things by name
        if not thing or (prices > 1 and len(named) == 2 and text.count(named) > 1):
            out.append(amount)
    return out


def _counted_again(found: list[Amount], single: Amount) -> bool:
    """Whether more of the same are counted later: 1箱有24瓶, 5箱有多少瓶."""
    return any(a.kind == "item" and a.noun[:1] == single.noun[:1] for a in found)


def _sides(text: str, found: list[Amount]) -> list[Amount]:
    """Sides of a rectangle or a box as one area or volume."""
    out: list[Amount] = []
    for amount in found:
        last = out[-1] if out else None
        if last and _are_sides(last, amount) and _beside(text, last, amount):
            unit = amount.unit or last.unit
            sides = (*(last.sides or (last.number,)), amount.number)
            if last.unit and amount.unit and last.unit != amount.unit and not last.sides:
                sides = (last.written, amount.written)
            out[-1] = replace(last, kind="length", unit=unit, sides=sides, end=amount.end)
        else:
            out.append(amount)
    return [_area(a) for a in out if not a.sides or (a.unit and len(a.sides) < 4)]


def _are_sides(first: Amount, second: Amount) -> bool:
    plain = {"length", "plain"}
    return {first.kind, second.kind} <= plain and not first.per and not second.per


def _beside(text: str, first: Amount, second: Amount) -> bool:
    between, after = text[first.end : second.start], text[second.end :]
    if re.fullmatch(r"\s*(?:x|\*|by|乘以?)\s*", between, re.IGNORECASE):
        return True
    if first.kind != "length" or second.kind != "length" or not _BESIDE.fullmatch(between):
        return False
    return bool(
        re.match(rf"\s*(?:(?:{_LONG})\b|[宽高深厚])", after)
        or re.search(r"[宽高深厚]\s*$", between)
    )


def _area(amount: Amount) -> Amount:
    if not amount.sides:
        return amount
    spelt, power = unit_words.spelt(amount.unit), len(amount.sides)
    text = " * ".join(s if " " in s else f"{s} {spelt}" for s in amount.sides)
    return replace(
        amount,
        kind={2: "area", 3: "volume"}[power],
        number=" * ".join(amount.sides),
        full=f"({text})",
        unit=f"{amount.unit}**{power}",
    )
