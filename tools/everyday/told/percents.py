"""Told sums of percents: discounts, tips, taxes, raises, shares, changes and interest."""

from __future__ import annotations

import re

from tools.everyday.told.amounts import Amount
from tools.everyday.told.question import Told

_OFF = (
    r"\boff\b|discount|reduc|\bsale\b|cheaper|\bless\b|\bdown (?:by|from|to)\b"
    r"|\b(?:went|goes|go|is|was) down\b|\bdrop|\bfell\b|\bfall|\blower|\bcut\b|decreas|\blos[et]"
    r"|\bsank|\bminus\b|rebate|优惠|降|减|便宜|下跌|跌|下降|亏"
)
_TIP = r"\btip\b|\btips\b|gratuity|service charge|小费|服务费"
_TAX = r"\bvat\b|\btax(?:es)?\b|\bgst\b|\bmwst\b|增值税|税"
_DEDUCTED = (
    r"\bdeduct|\btaken off\b|\btake[- ]home\b|\bafter (?:\d+(?:\.\d+)?% )?tax|\bwithh"
    r"|扣(?:除|掉|去)?[^,]{0,6}税|税后|扣税|到手"
)
_UP = (
    r"\brais|\bincreas|\brose\b|\brises?\b|\bgo(?:es)? up|\bwent up|\bmark-?up|\bmore\b|\bup by\b"
    r"|\bsurcharge|\badd(?:s|ed)?\b|\bplus\b|\bgrow|\bgrew|\bextra\b|\bon top|\bmargin\b"
    r"|\bprofit\b|涨|增|提高|上升|加价|上调"
)
_CUT = r"\bcommission|\bdown[- ]payment|\bdeposit\b|佣金|提成|首付|定金|手续费"
_PART = (
    r"% (?:\w+ ){0,2}(?:of|are|is|were|go|have|take|pay|on|in|as|for|walk|come|get|wear)\b"
    r"|\bof (?:them|those|these|which|it)\b|\bshare\b|\bfee\b|\bcharg|\bcut of\b"
    r"|占|其中|%的|%[\u4e00-\u9fff]"
)
_INCLUDED = (
    r"\binclud|\bincl\b|\bgross\b|\bwith (?:\d+(?:\.\d+)?% )?(?:the )?(?:vat|tax)|\balready\b"
    r"|\binside\b|\bin there\b|(?<!不)含税|(?<!不)含增值税"
)
_NET = r"\bnet\b|\bwithout\b|\bexcluding\b|\bexcl\b|\bbefore\b|\bex\b|\bminus the\b|不含税|税前"
_ASKS_TAX = (
    r"how much (?:is (?:the )?)?(?:vat|tax)|(?:what|how much) (?:is|was) the (?:vat|tax)"
    r"|\bvat is (?:in|that)|税(?:是|额)?多少|多少税"
)
_ASKS_NET = rf"{_NET}|去掉税"
_ASKS_GROSS = r"\bincluding\b|\bwith (?:the )?(?:vat|tax)|含税价?是|加税"
_ALL = (
    r"\bal(?:l ?)?together\b|\btotal\b|\bin all\b|\bincluding\b|\bpay\b|\bend up\b|\bcome to\b"
    r"|\bwith (?:the )?(?:tip|tax|vat|service)|\bowe\b|\bfinal|总共|合计|总价|要付|付多少|含税"
)
_ASKS_TIP = (
    r"\b(?:what|how much) (?:is|are|would|will|should|do|does) (?:an? |the |my |i |we )*"
    r"(?:[\d.]+% )?tip\b"
)
_ADDED = r"(?:\bplus|\badd(?:ing|ed)?|\+|\bwith)\s+(?:an? |the )?[\d.]+%|% on top\b"
_ORIGINAL = (
    r"\boriginal(?! price (?:of |is |was )?[$€£]?\d)|\bbefore\b|\bused to\b|\bfull price"
    r"|\bregular price|\bwithout (?:the )?discount|(?:原价|原来)(?!是?\s?\d|为\d)|打折前"
)
_SAVED = (
    r"\bsav(?:e|ed|ing)|\b(?:how much|what) (?:is|was) (?:the|my|that) (?:discount|reduction)"
    r"|\bcheaper\b|\boff\s*\?|省|便宜了?多少|优惠了?多少"
)
_REST = r"\bleft\b|\bremain|\bthe rest\b|\bnot\b|n't\b|\bothers?\b|剩|没有|不"
_RAISED = (
    r"\bhow much (?:more|is the (?:raise|increase))|\bwhat is the (?:raise|increase)"
    r"|\braise in (?:euros|money)|涨了多少(?!%)|多了多少"
)
_FROM_TO = (
    r"\bfrom\b.*\bto\b|\bto\b.*\bfrom\b|从.*到|由.*到|\bwas\b.*\bnow\b|\bused to\b"
    r"|\blast\b.*\bthis\b|\binstead of\b|\bbefore\b.*\bnow\b|涨到|降到|变成|原来"
)
_OUT_OF = r"\bout of\b|\bof\b|\bpercentage\b|\bhow many %|\bwhat %|占|中|里|其中|%多少|有\d"
_INTEREST = (
    r"interest|\binvest|\bsavings account|\bcompound|\bloan\b|\bin the bank\b|\ba year for\b"
    r"|\bdeposit|\breturn\b|利息|利率|复利|本息|存款"
)
_YEARLY = (
    r"\b(?:a|one|per|each|the first) year\b|\byearly\b|\bannual|\bafter a year|一年|1年|年利率"
)
_ASKS_INTEREST = (
    r"how much interest|(?:what|how much) (?:is|are|will|would) the interest|\bearn\b"
    r"|\binterest (?:is|do|will|would|does)\b|\btotal interest\b"
    r"|(?<!with )(?<!with compound )(?<!with simple )\binterest\W*$"
    r"|利息(?:是|有|一共|总共)?(?:多少)?"
)


def percents(told: Told, whole: str | None, shares: list[Amount]) -> str | None:
    """One or more percents of one amount; ``whole`` is that amount as the evaluator reads it."""
    if whole is None or not shares or told.want == "percent":
        return None
    base = f"({whole})" if re.search(r"[-+*/]", whole) else whole
    if all(s.kind == "share" for s in shares):
        return _factor(told, base, shares[0]) if len(shares) == 1 else None
    if any(s.kind != "percent" for s in shares):
        return None
    if len(shares) > 1:
        return _several(told, base, shares)
    one = shares[0].written
    if told.says(_CUT):
        return f"{one} of {base}"
    if told.says(_TIP):
        asks_all = told.asks(_ALL) or (told.says(_ADDED) and not told.asks(r"\btip\b"))
        return f"{base} + {one}" if asks_all and not told.asks(_ASKS_TIP) else f"{one} of {base}"
    if told.says(_DEDUCTED):
        return f"{one} of {base}" if told.asks(_ASKS_TAX) else f"{base} - {one}"
    if told.says(_TAX):
        return _tax(told, base, one)
    if told.says(_OFF):
        return _reduced(told, base, one)
    if told.says(_UP):
        return _raised(told, base, one)
    if told.asks(_REST):
        return f"{base} - {one}"
    return f"{one} of {base}" if told.says(_PART) else None


def _factor(told: Told, base: str, share: Amount) -> str:
    """A third of something, or what is left to pay at 8折."""
    if share.noun == "折" and told.asks(_SAVED):
        return f"{base} * (1 - {share.number})"
    if share.noun == "折" and told.asks(_ORIGINAL):
        return f"{base} / {share.number}"
    return f"{base} * {share.number}"


def _tax(told: Told, base: str, one: str) -> str | None:
    included = told.says(_INCLUDED) and not told.asks(_ASKS_GROSS)
    net = told.asks(_ASKS_NET)
    if told.asks(_ASKS_TAX) and not net:
        return f"{base} - {base} / (1 + {one})" if included else f"{one} of {base}"
    if net and not re.search(r"不含税[^,.?]{0,6}\d", told.text):
        return f"{base} / (1 + {one})"
    return None if included and not told.says(_NET) else f"{base} + {one}"


def _reduced(told: Told, base: str, one: str) -> str:
    if told.asks(_ORIGINAL):
        return f"{base} / (1 - {one})"
    return f"{one} of {base}" if told.asks(_SAVED) else f"{base} - {one}"


def _raised(told: Told, base: str, one: str) -> str:
    if told.asks(_ORIGINAL):
        return f"{base} / (1 + {one})"
    return f"{one} of {base}" if told.asks(_RAISED) else f"{base} + {one}"


def _several(told: Told, base: str, shares: list[Amount]) -> str | None:
    """One percent after the other, each of what the one before left."""
    text = base
    for i, share in enumerate(shares):
        after = shares[i + 1].start if i + 1 < len(shares) else len(told.text)
        near = told.text[max(0, share.start - 22) : min(share.end + 22, after)]
        ways = (("-", _OFF), ("+", f"{_UP}|{_TIP}|{_TAX}"))
        signs = [sign for sign, words in ways if re.search(words, near, re.IGNORECASE)]
        if len(signs) != 1:
            return None
        text = f"{f'({text})' if i else text} {signs[0]} {share.written}"
    return text


def ratio(told: Told) -> str | None:
    """What percent one number is of another, or changed to."""
    if told.want != "percent" or len(told.amounts) != 2 or told.of("percent", "share", "clock"):
        return None
    first, second = told.amounts
    if first.measured and second.measured and first.unit != second.unit:
        return None
    a, b = first.number, second.number
    between = told.text[first.end : second.start]
    if re.search(r"\bfrom\b", between) and not re.search(r"\bto\b", between):
        return f"({a} - {b}) / {b} as %"  # 820, up from 780
    if told.says(_FROM_TO):
        if told.says(r"\binstead of\b"):
            return f"({a} - {b}) / {b} as %"
        lost = told.says(_OFF) and second.value < first.value
        return f"({a} - {b}) / {a} as %" if lost else f"({b} - {a}) / {a} as %"
    if not told.says(_OUT_OF) or first.value == second.value:
        return None
    small, large = sorted((first, second), key=lambda amount: amount.value)
    return f"{small.number} / {large.number} as %"


def interest(told: Told) -> str | None:
    """What money earns at so many percent a year, for some time; or what it grows to."""
    shares, money = told.of("percent"), told.of("money", "plain")
    spans = [a for a in told.of("time") if a.unit in {"year", "month", "day"}]
    if not told.says(_INTEREST) or len(shares) != 1 or len(money) != 1 or len(spans) > 1:
        return None
    if len(told.amounts) != 2 + len(spans) or not (spans or told.says(_YEARLY)):
        return None
    rate, principal = shares[0].written, money[0].written
    years = _years(spans[0]) if spans else "1"
    only = told.asks(_ASKS_INTEREST) and not told.asks(r"\bworth\b|\btotal\b(?! interest)|本息")
    compound = told.says(r"compound|\bgrow|\bworth\b|\binvest|复利|利滚利")
    if compound and not told.says(r"\bsimple\b|单利") and years != "1":
        power = years if re.fullmatch(r"[\d.]+", years) else f"({years})"
        grown = f"{principal} * (1 + {rate})^{power}"
        return f"{grown} - {principal}" if only else grown
    earned = f"{principal} * {rate}" + ("" if years == "1" else f" * {years}")
    return earned if only else f"{principal} + {earned}"


def _years(span: Amount) -> str:
    part = {"month": " / 12", "day": " / 365"}.get(span.unit, "")
    return f"{span.number}{part}"
