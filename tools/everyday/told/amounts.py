"""The numbers of a told sum, each with what it is of: money, a measure, a share, a count, a time.

A number that labels something (page 3, room 12, a code) is no amount, and a text with such a
number is no sum.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from tools.everyday.told import unit_words

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
SIGN = r"(?:US\$|[$€£¥])"
WRITTEN = re.compile(rf"\(\d/\d\)|{NUMBER}")
"""A number, or a fraction in brackets."""
_SIGN_BEFORE = re.compile(
    r"((?:US)?[$]|[€£¥₹]|\b(?:USD|EUR|GBP|CNY|RMB|JPY|CHF))\s*$", re.IGNORECASE
)
_SIGN_AFTER = re.compile(
    r"\s*(?:(?P<sign>[$€£¥])|(?P<word>euros?|eur|dollars?|usd|bucks|quid|gbp|chf|cny|rmb|yuan|yen"
    r"|pounds?(?= (?:sterling|off))|jpy|francs?|kr|zloty|rupees?)\b"
    r"|(?P<cents>cents?|pence|p|ct)(?![A-Za-z])"
    r"|(?P<zh>元|块钱|块(?!地|砖|巧克力|蛋糕|肥皂|饼|布|板|玻璃|糖|肉|石|木|电池|手表)|美元|欧元|英镑|日元|人民币|圆))",
    re.IGNORECASE,
)
_WRITTEN = {
    "euro": "€", "euros": "€", "eur": "€", "dollar": "$", "dollars": "$", "usd": "$",
    "bucks": "$", "quid": "£", "gbp": "£", "pound": "£", "pounds": "£", "yuan": "元",
    "cny": "元", "rmb": "元", "块": "元", "块钱": "元", "人民币": "元", "圆": "元", "元": "元",
    "美元": "$", "欧元": "€", "英镑": "£", "日元": "日元", "yen": "日元", "jpy": "日元",
    "chf": "CHF", "us$": "$",
}  # fmt: skip
_LABEL = re.compile(
    r"\b(?:pages?|chapters?|sections?|rooms?|lines?|gates?|platforms?|flights?|(?<![a-z]s )seats?"
    r"|no\.?|nos?\.|numbers?|version|invoice|order|bus|slides?|door|level|floor|apartment|flat"
    r"|figure|paragraph|episode|season|part|unit|question|exercise|lesson|track|item|grade|class"
    r"|type|code|pin|locker|password|error|article|step|option|vitamin|iphone|windows|python|usb"
    r"|week|route|highway|motorway|catch|the top|under|within|series|minute|row|table|box|house"
    r"|building|nr\.?|#)\s*$|(?:第|码|编号|房间|型号)\s*(?:是)?$",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\s*(?:号|楼|层|班|路|届|世纪|(?<!\.5)月|倍|weg|street|st\.|road|rd\.)"
    r"|(?:st|nd|rd|th)\b|-\d|/\d{1,4}(?!\d*\s*(?:km|kg|m|l|g)\b)"
)
_AT_A_TIME = re.compile(r" (?:this|in the|tonight|tomorrow|on)\b")
_GLUED = re.compile(r"(?<![A-Za-z])[xX]$|(?:EUR|USD|GBP|CHF|RMB|CNY)$|\dh$")
_YEAR_AFTER = re.compile(
    r"\b(?:in|since|of|from|year|until|by|to|and|born|between|till|during|for)\s+$|于$"
)
_PERCENT = re.compile(r"\s*(?:%|个百分点)")
_TENTHS = re.compile(r"\s*折")
_TIMES = re.compile(r"\s*(?:times|次|遍)(?= (?:an?|per|every|each|daily)\b|\s*[,.?每]|$)")
CLASSIFIER = (
    r"期|桌|排|棵|道|间|床|封|家|部|集|项|圈|步|趟|座|队|"
    r"个(?!月|小时|星期|钟头|半)|只|张|本|支|枝|瓶|盒|包|份|件|条|双|套|台|人|位|名|碗|盘|串|袋|箱|罐"
    r"|颗|粒|根|把|块|辆|朵|节|课|页|场|顿|杯|片|打|组|户|桶|篮|头"
)
_COUNTED = re.compile(rf"\s*(?P<c>{CLASSIFIER})(?P<noun>[\u4e00-\u9fff]{{0,3}})")
_STOP = re.compile(
    r"and|or|but|at|for|of|in|on|to|from|per|an?|each|every|is|are|was|were|the|if|so|it|that|this"
    r"|these|those|with|without|includ(?:e|es|ing)|incl|excl|excluding|ex|plus|minus|less|off|net"
    r"|gross|how|what|when|where|who|why|which|do|does|did|can|could|will|would|should|i|we|you|he"
    r"|she|they|my|our|your|his|her|their|them|us|there|then|now|today|total|altogether|together"
    r"|left|as|than|into|out|up|down|over|after|before|because|since|until|while|not|only|just|also"
    r"|too|again|please|thanks|more|by|about|apiece|have|has|had|get|got|me|all|back|already"
    r"|instead|yesterday|tomorrow|last|next|went|goes|go|rose|fell|dropped|costs?|paid|pays?|spent"
    r"|between|through|till|times|x|percent|discounted|reduced|around|yearly|monthly|weekly|daily"
    r"|annually|hourly|both|always|though|right|split|divided|shared|spread|equally|among",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"[ -]\s*(?:(?:more|other|large|small|big|little|new|old|full|whole)\s+)?([A-Za-z][A-Za-z'-]*)",
    re.IGNORECASE,
)
_OF = re.compile(r"\s+of (them|us|these|those|the \w+|my \w+|our \w+|you)\b", re.IGNORECASE)
_WARM = re.compile(
    r"celsius|centigrade|fahrenheit|temperature|oven|degree|recipe|\d ?[CF]\b.*\b(?:in|to) [CF]\b"
    r"|摄氏|华氏|气温|温度|度",
    re.IGNORECASE,
)
_DEGREES = re.compile(
    r" ?(?:(?P<letter>[CF])(?![A-Za-z])|degrees?\b(?! ?(?:[CFcf]\b|(?i:cel|fah)))|度|°(?! ?[CFcf]))"
)
_BELOW = re.compile(r"(?:^|[^\d\w])-$|\bminus $")
_SMALLER = {"foot": "inch", "stone": "pound", "hour": "minute", "chi": "cun", "minute": "second",
            "pound": "ounce", "meter": "centimeter", "day": "hour"}  # fmt: skip
_UNNAMED = {"foot", "stone", "hour", "chi"}
"""Units after which people leave the smaller unit unsaid: 5 foot 7, 11 stone 4, 1 hour 25."""


@dataclass(frozen=True, slots=True)
class Per:
    """What a rate is for: ``per 100 km`` is ("100", "kilometer"); things are ``item``."""

    number: str
    unit: str

    @property
    def kind(self) -> str:
        return unit_words.kind_of(self.unit) or "item"


@dataclass(frozen=True, slots=True)
class Amount:
    """One number with what it is of.

    ``kind`` is money, item, plain, percent, share (a factor), times, clock, year or what a
    measure measures (length, mass, ...); ``unit`` is Pint's name of the measure and ``sign`` the
    currency as the evaluator reads it. ``full`` is the amount as the evaluator reads it, where
    it is more than a number and a unit; ``sides`` are those of a rectangle or a box. ``lead`` is
    the text before it, ``soft`` a rate that only says what one thing costs.
    """

    number: str
    kind: str
    start: int
    end: int
    unit: str = ""
    sign: str = ""
    noun: str = ""
    lead: str = ""
    full: str = ""
    per: tuple[Per, ...] = ()
    soft: bool = False
    sides: tuple[str, ...] = ()

    @property
    def value(self) -> Fraction:
        """The number alone, for comparing; the evaluator computes. A time of day has none."""
        if self.kind == "clock":
            return Fraction(0)
        numbers = (n.replace(",", "") for n in re.findall(rf"\d/\d|{NUMBER}", self.number))
        return prod(map(Fraction, numbers), start=Fraction(1))

    @property
    def measured(self) -> bool:
        return self.kind in unit_words.MEASURES

    @property
    def priced(self) -> bool:
        """Whether it can be a price: money, or a number of which nothing is known."""
        return self.kind in {"money", "plain"}

    @property
    def written(self) -> str:
        """As the evaluator reads it, with its unit or currency."""
        if self.full:
            return self.full
        if self.measured and self.unit not in unit_words.CALENDAR:
            return f"{self.number} {unit_words.spelt(self.unit)}"
        if self.sign:
            before = self.sign in {"$", "€", "£", "¥"}
            return f"{self.sign}{self.number}" if before else f"{self.number}{self.sign}"
        return f"{self.number}%" if self.kind == "percent" else self.number


def at(text: str, number: re.Match[str]) -> Amount | None:
    """The amount of one match of :data:`WRITTEN`; None where it is a label or a code.

    Of kind ``none`` where it is part of what another number is per.
    """
    written, start, end = number.group(), number.start(), number.end()
    before = text[:start]
    if _is_label(text, written, start, end):
        return None
    lead = re.split(r"[.?!;]\s", before[-30:])[-1]
    if re.fullmatch(r"(?:18|19|20)\d\d", written) and _is_year(before, text[end:]):
        return Amount(written, "year", start, end, lead=lead)
    if before.endswith("每"):
        return Amount(written, "none", start, end)  # the rate that it is part of finds it
    amount = Amount(written, "plain", start, end, lead=lead)
    if sign := _SIGN_BEFORE.search(before):
        amount = replace(amount, kind="money", sign=_WRITTEN.get(sign[1].lower(), sign[1]))
    amount = _of(text, amount)
    after = text[amount.end :]
    if amount.kind == "plain" and re.match(r"[A-Za-z]", after):
        return amount if re.match(r"[FCx](?![A-Za-z])|p\.?[ap]", after) else None
    return amount


def _is_label(text: str, written: str, start: int, end: int) -> bool:
    before = text[:start]
    glued = before[-1:].isascii() and (before[-1:].isalpha() or before[-1:] in {"_", "#", "@"})
    if glued and not _GLUED.search(before):
        return True
    if re.match(r"0\d", written) or (len(written) > 8 and written.isdigit()):
        return True
    if re.search(r"\b(?:at|by|around|until|till) $", before) and _AT_A_TIME.match(text, end):
        return True
    if re.search(r"[\dA-Za-z]-$", before):
        return True
    return bool(_LABEL.search(before) or _LABELLED.match(text, end))


def _is_year(before: str, after: str) -> bool:
    if after.startswith("年"):
        return True
    if _SIGN_AFTER.match(after) or re.match(r"\s*(?:%|[a-z]*\s+(?:at|per)\b)", after):
        return False
    return bool(_YEAR_AFTER.search(before)) and unit_words.at(after, 0) is None


def _of(text: str, amount: Amount) -> Amount:
    """The amount with what stands behind it: a percent sign, a currency, a unit, a noun."""
    end = amount.end
    if found := _PERCENT.match(text, end):
        return replace(amount, kind="percent", end=found.end())
    if found := _TENTHS.match(text, end):  # 8折 and 85折
        tenths = float(amount.value / (100 if amount.value > 10 else 10))
        return replace(amount, kind="share", number=f"{tenths!r}", end=found.end(), noun="折")
    if amount.number.startswith("("):
        unit = unit_words.at(text, end)
        if unit and unit.kind:
            return replace(amount, kind=unit.kind, unit=unit.name, end=unit.end)
        return replace(amount, kind="share")
    if found := _TIMES.match(text, end):
        return replace(amount, kind="times", end=found.end())
    if found := _SIGN_AFTER.match(text, end):
        return _money(amount, found)
    if amount.kind == "money":
        return amount
    if _WARM.search(text) and (warm := _temperature(text, amount)):
        return warm
    if unit := unit_words.at(text, end):
        return _measure(text, amount, unit)
    if text.startswith("岁", end):
        return replace(amount, kind="age", end=end + 1)
    if found := _COUNTED.match(text, end):
        return replace(amount, kind="item", noun=found["c"] + found["noun"], end=found.end("c"))
    if found := _OF.match(text, end):
        return replace(amount, kind="item", noun=found[1], end=found.end())
    found = _NOUN.match(text, end)
    if found and not _STOP.fullmatch(found[1]) and len(found[1]) > 1:
        return replace(amount, kind="item", noun=found[1].lower(), end=found.end())
    return amount


def is_stop(word: str) -> bool:
    """Whether a word behind a number says nothing of what it counts."""
    return bool(_STOP.fullmatch(word))


def _money(amount: Amount, found: re.Match[str]) -> Amount:
    written = (found["sign"] or found["word"] or found["zh"] or "").lower()
    if found["cents"]:
        cents = float(amount.value / 100)
        return replace(amount, kind="money", number=f"{cents!r}", end=found.end())
    sign = _WRITTEN.get(written, written if written in {"$", "€", "£", "¥"} else "")
    return replace(amount, kind="money", sign=sign, end=found.end())


def _temperature(text: str, amount: Amount) -> Amount | None:
    """``375 F``, ``100 degrees`` and ``华氏100度``, where temperatures are talked of."""
    found = _DEGREES.match(text, amount.end)
    before = re.search(r"(摄氏|华氏)(?:温度)?\s*-?$", text[: amount.start])
    if not found and not before:
        return None
    scale = (found["letter"] if found else "") or (before[1] if before else "")
    unit = {"C": "degC", "F": "degF", "摄氏": "degC", "华氏": "degF"}.get(scale, "")
    end = found.end() if found else amount.end
    return _below(replace(amount, kind="temperature", unit=unit, end=end))


def _below(amount: Amount) -> Amount:
    """A temperature below zero, with its sign."""
    if amount.kind != "temperature" or not _BELOW.search(amount.lead):
        return amount
    return replace(amount, full=f"-{amount.written.strip()}")


def _measure(text: str, amount: Amount, unit: unit_words.Unit) -> Amount:
    """A measure, with the smaller unit that may follow: ``11 stone 4``, ``1 h 25 min``."""
    amount = _below(replace(amount, kind=unit.kind, unit=unit.name, end=unit.end))
    smaller = _SMALLER.get(unit.name)
    more = re.compile(rf"\s*(?:and |, )?({NUMBER})(?![\d:])").match(text, unit.end)
    if smaller is None or more is None:
        return amount
    end = more.end()
    follows = unit_words.at(text, end)
    if follows and follows.name == smaller:
        end = follows.end
    elif follows or unit.name not in _UNNAMED or not _ends_a_measure(text, end):
        return amount
    full = f"{amount.number} {unit_words.spelt(unit.name)} {more[1]} {unit_words.spelt(smaller)}"
    return replace(amount, full=full, end=end)


def _ends_a_measure(text: str, at: int) -> bool:
    """Whether nothing at ``at`` says that the number before it is of something else."""
    noun = _NOUN.match(text, at)
    if noun and not is_stop(noun[1]) and noun[1].lower() not in {"long", "tall"}:
        return False
    return not (_SIGN_AFTER.match(text, at) or re.match(r"\s*(?:%|x\b|by\b|,?\s*\d)", text[at:]))
