"""Typed values in a text: amounts, dates, times, spans, numbers, ways to reach somebody, codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

_MONTHS: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_DAYS: Final = "mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun"
_WORDS: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
SMALL: Final = {word: n for n, word in enumerate(_WORDS.split("|")[:20], 1)} | {
    word: (n + 2) * 10 for n, word in enumerate(_WORDS.split("|")[19:])
}
_N: Final = r"\d+(?:[.,'\u00a0]\d{3})*(?:[.,]\d+)?"
_CURRENCY: Final = r"[$€£¥￥₹₩]|USD|EUR|GBP|CHF|CNY|RMB|JPY|AUD|CAD|HKD|NZD|SGD|INR|SEK|NOK|DKK|PLN|Rs\.?|US\$|HK\$"
_MONEY_WORD: Final = r"dollars?|euros?|pounds?(?:\s+sterling)?|francs?|yen|yuan|cents?|pence|rupees?|万?元|块钱?|美元|欧元|英镑"
_UNIT: Final = (
    r"km/h|mph|kmh|kg|mg|µg|mcg|g|grams?|kilograms?|kilos?|lbs?|oz|ounces?|tons?|tonnes?|km|cm|mm|m"
    r"|kilomet(?:er|re)s?|met(?:er|re)s?|centimet(?:er|re)s?|miles?|feet|foot|ft|inch(?:es)?|ml|cl"
    r"|dl|l|lit(?:er|re)s?|gallons?|cups?|tbsp|tsp|tablespoons?|teaspoons?|m²|m2|sqm|sq\.? ?ft|ha"
    r"|°\s?[CF]|degrees(?: (?:celsius|fahrenheit))?|kW|kWh|W|watts?|V|volts?|GB|MB|TB|kcal|kJ|bar|dB"
    r"|Hz|MHz|GHz|mAh|rpm|square (?:met(?:er|re)s?|feet)|公里|千米|厘米|毫米|平方米|公斤|千克|毫克|毫升"
    r"|克|升|米|度|吨|斤"
)
_SPAN_UNIT: Final = (
    r"(?:working |business |calendar )?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?"
    r"|weeks?|months?|years?|yrs?)"
)
_SPAN_UNIT_ZH: Final = r"秒钟?|分钟|个?小时|个?工作日|天|周|个?星期|个?月|年"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("email", _compiled(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")),
    ("web", _compiled(r"\bhttps?://[^\s<>()\"”]+|\bwww\.[\w-]+(?:\.[\w-]+)+[^\s<>()\"”]*"
                      r"|\b[\w-]{2,}\.(?:com|org|net|edu|gov|io|co\.uk|de|fr|cn|example)\b[^\s<>()\"”]*")),
    ("date", _compiled(
        r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b(?:0\d|1[0-2])/\d{4}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s?(?:of\s)?[-\s]?(?:{_MONTHS})\b\.?,?[-\s]?(?:'?\d{{4}}|\d{{2}}\b(?!:))?"
        rf"|\b(?:{_MONTHS})\b\.?\s?\d{{1,2}}(?:st|nd|rd|th)?\b(?!:)(?:,?\s?\d{{4}})?"
        rf"|\b(?:{_MONTHS})\b\.?,?\s\d{{4}}\b"
        r"|\d{4}\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?|\d{1,2}\s?月\s?\d{1,2}\s?[日号]"
        r"|每月\s?\d{1,2}\s?[日号]|星期[一二三四五六日天]|周[一二三四五六日](?!\S?期)"
        rf"|\b(?:the\s)?(?:first|second|third|fourth|last|\d{{1,2}}(?:st|nd|rd|th))(?:\s(?:{_DAYS})(?:day)?|\s(?:working\s)?day)?"
        r"\s(?:of|in)\s(?:each|every|the)\s\w+"
        rf"|\b(?:every|each|on|next|this)\s(?:{_DAYS})(?:day)s?\b|\b(?:{_DAYS})days?\b"
        rf"|\b(?:{_DAYS})\b\.?(?:\s?[-–]\s?(?:{_DAYS})\b\.?)?(?=[\s:,])"
    )),
    ("time", _compiled(
        r"\b\d{1,2}[:.h]\d{2}(?::\d{2})?\s?(?:[ap]\.?m\b\.?)|\b\d{1,2}:\d{2}(?::\d{2})?\b"
        r"|\b\d{1,2}\s?[ap]\.?m\b\.?|\b\d{1,2}\s?o'clock\b|\b(?:noon|midnight)\b"
        r"|(?:上午|下午|晚上|早上|中午|凌晨)?\s?[\d一二三四五六七八九十两]{1,3}\s?点(?:\s?[\d一二三四五六七八九十]{1,3}\s?分?|半|整)?"
    )),
    ("phone", _compiled(
        r"(?<![\w.])(?:\+\d{1,3}[\s.\-]?)?\(?\d{2,5}\)?(?:[\s.\-/]\(?\d{2,8}\)?){1,4}(?![\w.]*\d)"
        r"|(?<![\w.])\+\d{8,14}\b|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{9,10}(?!\d)|(?<!\d)400-?\d{3}-?\d{4}(?!\d)"
    )),
    ("address", _compiled(
        r"(?:(?:Flat|Unit|Apt\.?|\d+(?:st|nd|rd|th) Floor)\s?\w*,\s*)?\b\d{1,4}[A-Za-z]?,?\s(?:[A-Z][\w'’-]+\s){1,3}"
        r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Row|Terrace|Drive|Square|Place|Court|Way|Close|Boulevard|Blvd|Park)\b\.?(?:,\s[A-Z][\w\s]+)?"
        r"|[\u4e00-\u9fff]{2,12}(?:路|街|大街|大道|巷)\s?\d+\s?号"
    )),
    ("percent", _compiled(rf"{_N}\s?(?:%|％|percent\b|per cent\b)|百分之[\d一二三四五六七八九十百点]+")),
    ("money", _compiled(
        rf"(?<![A-Za-z])(?:{_CURRENCY})\s?-?{_N}(?:\s?(?:million|billion|m|bn|k)\b)?"
        rf"|{_N}\s?(?:million\s|billion\s)?(?:{_MONEY_WORD}|{_CURRENCY})(?![a-z])"
    )),
    ("span", _compiled(
        rf"\b(?:{_N}|{_WORDS}|a|an|half an?)(?:\s?\(\d+\))?(?:\s?(?:-|–|to|or)\s?(?:\d+|{_WORDS}))?[\s-]{_SPAN_UNIT}\b"
        rf"(?:\s(?:and\s)?(?:{_N}|{_WORDS})\s{_SPAN_UNIT}\b)?"
        rf"|[\d一二三四五六七八九十两半]+(?:\s?[-–至到]\s?[\d一二三四五六七八九十]+)?\s?(?:{_SPAN_UNIT_ZH})(?!\s?\d{{1,2}}[日号月])"
    )),
    ("quantity", _compiled(rf"(?<![\w.]){_N}\s?(?:{_UNIT})(?![a-z])")),
    ("code", _compiled(
        r"\b(?=[A-Z0-9/_-]*\d)(?=[A-Z0-9/_-]*[A-Z])[A-Z0-9]+(?:[-/_][A-Z0-9]+)*\b|#\s?\d+\b"
        r"|\b\d+(?:-\d+)+\b|\b\d{6,}\b"
    )),
    ("number", _compiled(rf"(?<![\w.]){_N}(?![\d])|\b(?:{_WORDS})\b|[一二三四五六七八九十百千]+(?=[个人名位次件条台张间只辆])")),
)  # fmt: skip
_CENTS = re.compile(r"^-?\d{1,3}(?:,?\d{3})*[.,]\d{2}$")


@dataclass(frozen=True, slots=True)
class Value:
    """A typed value and where it stands in its text (characters ``start`` to ``end``)."""

    text: str
    kind: str
    start: int
    end: int

    @property
    def number(self) -> float | None:
        return number(self.text)


@lru_cache(maxsize=4096)
def find(text: str) -> tuple[Value, ...]:
    """Every typed value of a text, in order; the more telling reading of a place wins."""
    found: list[Value] = []
    taken = [False] * len(text)
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]) or (kind == "phone" and not _phone(match.group())):
                continue
            said = match.group().strip(" .,:;")
            if not said:
                continue
            start += match.group().index(said[0])
            real = kind
            if kind == "number" and _CENTS.match(said):
                real = "money"  # two decimals: a price without its currency
            found.append(Value(said, real, start, start + len(said)))
            for at in range(*match.span()):
                taken[at] = True
    return tuple(sorted(found, key=lambda v: v.start))


def _phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    if re.match(r"(?:19|20)\d\d-", text):
        return False
    if len(digits) < 9 and not re.search(r"^[+(]|^\d{3}[ .-]\d{4}$", text):
        return False  # as likely an order number
    return 7 <= len(digits) <= 15 and not re.fullmatch(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}", text)


def number(text: str) -> float | None:
    """The number in a value's text, by the writing of either side of the Channel; None if none."""
    match = re.search(r"-?\d[\d.,'\u00a0]*", text)
    if match is None:
        return next(
            (float(SMALL[w]) for w in re.findall(r"[a-z]+", text.lower()) if w in SMALL), None
        )
    digits = match.group().rstrip(".,'").replace("'", "").replace("\u00a0", "")
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma > dot >= 0 or (dot < 0 and comma >= 0 and len(digits) - comma - 1 in {1, 2}):
        digits = digits.replace(".", "").replace(",", ".")
    elif dot > comma >= 0 or dot < 0 or digits.count(".") > 1:
        digits = digits.replace(",", "") if digits.count(".") <= 1 else digits.replace(".", "")
    try:
        value = float(digits.replace(",", ""))
    except ValueError:
        return None
    factor = {"million": 1e6, "billion": 1e9, "万": 1e4, "亿": 1e8}
    return value * next((f for word, f in factor.items() if word in text), 1.0)


def day(text: str) -> date | None:
    """The calendar day that a value names in full; None where it is not whole or not sure."""
    if match := re.search(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})", text):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    elif match := re.search(
        rf"(\d{{1,2}})(?:st|nd|rd|th)?\s?(?:of\s)?[-\s]?({_MONTHS})\b\.?,?[-\s]?(\d{{4}})",
        text,
        re.IGNORECASE,
    ):
        parts = (int(match[3]), _month(match[2]), int(match[1]))
    elif match := re.search(
        rf"({_MONTHS})\b\.?\s?(\d{{1,2}})(?:st|nd|rd|th)?,?\s?(\d{{4}})", text, re.IGNORECASE
    ):
        parts = (int(match[3]), _month(match[1]), int(match[2]))
    elif match := re.search(r"\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b", text):
        first, second = int(match[1]), int(match[2])
        if first <= 12 and second <= 12 and first != second:
            return None  # day or month first: the text alone does not tell
        parts = (int(match[3]), min(first, second), max(first, second))
        if first <= 12 and second <= 12:
            parts = (int(match[3]), first, second)
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def _month(name: str) -> int:
    return ("jan feb mar apr may jun jul aug sep oct nov dec".split().index(name[:3].lower())) + 1


def plain_number(value: float, *, like: Sequence[str] = ()) -> str:
    """A computed number in plain form, with two decimals where the amounts it came from had."""
    if any(re.search(r"[.,]\d{2}(?!\d)", text) for text in like):
        return f"{value:,.2f}".replace(",", "")
    return f"{round(value, 6):.10g}" if abs(value) < 1e6 else f"{value:.2f}".rstrip("0").rstrip(".")


def currency(text: str) -> tuple[str, str]:
    """What stands before and after the digits of an amount: ``("£", "")``, ``("", " yuan")``."""
    match = re.search(r"\d[\d.,'\u00a0]*", text)
    if match is None:
        return "", ""
    return text[: match.start()], text[match.start() + len(match.group().rstrip(".,")) :]
