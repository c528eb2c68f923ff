"""Told sums of percents: discounts, tips, taxes, raises, shares, changes and interest."""

from __future__ import annotations

import re

from tools.everyday.told.amounts import Amount
from tools.everyday.told.question import Told

_OFF = (
    r"\boff\b|discount|reduc|\bsale\b|cheaper|\bless\b|\bdown (?:by|from|to)\b"
    r"|\b(?:went|goes|go|going|is|was) down\b|\bdrop|\bfell\b|\bfall|\blower|\bcut\b|decreas"
    r"|\blos[et]|\bsank|\bminus\b|rebate|优惠|降|减|瘦|掉了|便宜|下跌|跌|下降|亏"
)
_TIP = r"\btip\b|\btips\b|gratuity|service charge|小费|服务费"
_TAX = r"\bvat\b|\btax(?:es)?\b|\bgst\b|\bmwst\b|增值税|税"
_DEDUCTED = (
    r"\bdeduct|\btaken off\b|\btake[- ]home\b|\bafter (?:\d+(?:\.\d+)?% )?tax|\bwithh"
    r"|扣(?:除|掉|去)?[^,]{0,6}税|税后|扣税|到手"
)
_UP = (
    r"\brais|\bincreas|\brose\b|\brises?\b|\bgo(?:es|ing)? up|\bwent up|\bmark-?up|\bmore\b"
    r"|\bup by\b|\bsurcharge|\badd(?:s|ed)?\b|\bplus\b|\bgrow|\bgrew|\bextra\b|\bon top|\bmargin\b"
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
ORIGINAL = (
    r"\boriginal(?! price (?:of |is |was )?[$€£]?\d)|\bbefore\b|\bused to\b|\bfull price"
    r"|\bregular price|\bwithout (?:the )?discount|(?:原价|原来)(?!是?\s?\d|为\d)|打折前"
    r"|[没未](?:涨|降|打折|加)\w{0,2}前|[涨降]价?(?:之|以)?前"
)
SAVED = (
    r"\bsav(?:e|ed|ing)|\b(?:how much|what) (?:is|was) (?:the|my|that) (?:discount|reduction)"
    r"|\bcheaper\b|\bhow much (?:\w+ )?off\s*\?|省|便宜了?多少|优惠了?多少"
)
_FILLERS = re.compile(
    r"\b(?:how|many|that|this|was|were|are|does|did|there|total|all|exactly|people|persons|the|then"
    r"|what|which|per ?cent|percentage|get|got|score|mark|result|come|work|out|you|she|they|did|his"
    r"|her|our|altogether|please|have|has|would|will|and|those|make)\b"
)
_REST = (
    r"\bfree\b|\bavailable\b|\bempty\b|\bunsold\b"
    r"|\bmissing\b|\bshort\b|\bstill (?:need|owe)\b|\bto go\b|\bleft\b|\bremain|\bthe rest\b"
    r"|\bnot\b|\b(?:did|do|does|is|are|was|were|have|has)n't\b|\bothers?\b|剩|没有|不"
)
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

_OF_INTEREST = r"\binterest of [\d.]+%|[\d.]+% (?:\w+ )?interest on\b"
_ASKS_GROWN = (
    r"\bworth\b|\btotal\b(?! interest)|\bgrow|\bhave\b|\bbalance\b|\bowe\b|\bback\b|\bamount to\b"
    r"|\baltogether\b|\bin all\b|\bbecome\b|\bcontain\b"
    r"|本息|连本带利|取出|(?:总共|合计)(?!.*利息)"
)
_UNSAID = r"\b(?:bank|savings?|account|deposit|loan|mortgage|credit|borrow\w*|lend|lent)\b"

_CHANGED = (
    r"\blos[et]\b|\bgain|\bsav(?:e|ed|ing)\b|discount|\bcheaper\b|\bdearer\b|\bprofit|\bincreas"
    r"|\bdecreas|\bchang|\bdrop|\bris[en]|\bgr[eo]w|\bmore\b|\bless\b|涨|跌|降|增|减|便宜|省"
)
_SMALL = "an?|my|the|our|his|her|all|what|i|we"
_DIRECT = r"(?:\bwhat(?:'s|s| is)|\bhow much is|\bcalculate|\bcompute|\bwork out)\s+$"


def percents(told: Told, whole: str | None, shares: list[Amount]) -> str | None:
    """One or more percents of one amount; ``whole`` is that amount as the evaluator reads it."""
    if whole is None or not shares or told.want == "percent":
        return None
    base = f"({whole})" if re.search(r"[-+*/]", whole) else whole
    if len(shares) == 1 and (part := _of_what(told, base, shares[0])) is not None:
        return part or None
    if all(s.kind == "share" for s in shares):
        return _factor(told, base, shares[0]) if len(shares) == 1 else None
    if any(s.kind != "percent" for s in shares):
        return None
    if len(shares) > 1:
        return _several(told, base, shares)
    one = shares[0].written
    if told.says(r"% (?:less|more|cheaper|dearer|higher|lower|longer|shorter) than (?![$€£¥]?\d)"):
        return None  # which of the two is known?
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
    return f"{one} of {base}" if told.says(_PART) and _asks_the_part(told) else None


def _asks_the_part(told: Told) -> bool:
    """Whether "how many" asks of what the percent was said: "20% are kids, how many adults?"
    asks for the rest."""
    if re.search(r"[\u4e00-\u9fff]", told.question):
        asked = re.match(r"[\s,]*([\u4e00-\u9fff]{2,4}?)(?:有|是|要|占)?(?:多少|几)", told.question)
        return not asked or told.asks_at == 0 or asked[1][:2] in told.text[: told.asks_at]
    if told.want != "item" or told.asks_at == 0:
        return True
    return _names_nothing_new(told)


def _names_nothing_new(told: Told) -> bool:
    """Whether a question names only what was told before it."""
    words = re.findall(r"[a-z]{3,}", _FILLERS.sub("", told.question.lower()))
    before = told.text[: told.asks_at].lower()
    return all(word[:4] in before for word in words)


def _of_what(told: Told, base: str, share: Amount) -> str | None:
    """The part where exactly that is asked ("what is 17% of 2,340"), the whole where that is:
    "the rent is 31% of what I earn". Empty where it is unsure, None where neither is said."""
    after = told.text[share.end : share.end + 40]
    if share.kind == "percent" and re.search(_DIRECT, told.text[: share.start], re.IGNORECASE):
        return f"{share.written} of {base}" if re.match(r" of [$€£¥]?\d", after) else None
    found = re.match(rf" of (?:(?:{_SMALL}) )*(?!(?:{_SMALL})\b)([a-z]+)", after, re.IGNORECASE)
    if not found or found[1].lower() in {"them", "it", "that", "these", "those", "us"}:
        return None
    if told.asks_at <= share.start:
        return None
    asked = re.search(rf"\b{found[1][:4]}", told.question, re.IGNORECASE)
    return f"{base} / {share.written}" if asked else None


def _factor(told: Told, base: str, share: Amount) -> str | None:
    """A third of something, or what is left to pay at 8折."""
    if share.noun == "折" and told.asks(SAVED):
        return f"{base} * (1 - {share.number})"
    if share.noun == "折" and told.asks(ORIGINAL):
        return f"{base} / {share.number}"
    if share.noun == "折" and re.match(
        r"(?:之|以)?后(?:是|为|价)?\s*[¥]?\d", told.text[share.end :]
    ):
        return None  # what it costs after that, or before?
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
    if told.asks(ORIGINAL):
        return f"{base} / (1 - {one})"
    return f"{one} of {base}" if told.asks(SAVED) else f"{base} - {one}"


def _raised(told: Told, base: str, one: str) -> str:
    if told.asks(ORIGINAL):
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
    if told.says(r"\bmargin\b|\bmark-?up\b|利润率|毛利|净利"):
        return None  # of the cost, or of the price?
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
    if told.says(r"\bb(?:uy|ought)\b.*\bs(?:ell|old)\b|买.*卖"):
        lost = second.value < first.value
        return f"({a} - {b}) / {a} as %" if lost else f"({b} - {a}) / {a} as %"
    if told.asks(_CHANGED) or told.asks(_REST):
        return None
    if not told.says(_OUT_OF) or first.value == second.value:
        return None
    if told.asks_at > second.start and not _names_nothing_new(told):
        return None  # "what percent were fine?" asks for the rest
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
    grown = told.asks(_ASKS_GROWN)
    only = not grown and (told.asks(_ASKS_INTEREST) or told.says(_OF_INTEREST))
    if not (grown or only):
        return None
    simple = told.says(r"\bsimple\b|单利")
    compound = not simple and told.says(r"compound|\bgrow|\bworth\b|\binvest|复利|利滚利")
    if years != "1" and not simple and not compound and told.says(_UNSAID):
        return None  # a bank adds the interest to the sum, a loan is paid back bit by bit
    if compound and years != "1":
        power = years if re.fullmatch(r"[\d.]+", years) else f"({years})"
        worth = f"{principal} * (1 + {rate})^{power}"
        return f"{worth} - {principal}" if only else worth
    earned = f"{principal} * {rate}" + ("" if years == "1" else f" * {years}")
    return earned if only else f"{principal} + {earned}"


def _years(span: Amount) -> str:
    part = {"month": " / 12", "day": " / 365"}.get(span.unit, "")
    return f"{span.number}{part}"
