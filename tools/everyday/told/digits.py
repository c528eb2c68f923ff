"""A told sum in plain digits: number words, fractions, halves and full-width signs rewritten.

Only the writing changes here; what the numbers are of is found in
:mod:`tools.everyday.told.amounts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from tools.everyday import wording
from tools.everyday.numerals import NO_NUMERAL, chinese, english

_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}
_UNITS = (
    "hours?|minutes?|days?|weeks?|months?|years?|kilos?|kilograms?|pounds?|lit(?:er|re)s?|miles?"
    "|met(?:er|re)s?|kilomet(?:er|re)s?|feet|foot|inch(?:es)?|cups?|stone|gallons?|pints?|acres?"
    "|hectares?|yards?|ounces?|grams?|tonnes?|tablespoons?|teaspoons?"
)
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty|fifty"
_Rewrite = str | Callable[[re.Match[str]], str]
# Before number words become digits.
_WORDS: tuple[tuple[str, _Rewrite], ...] = (
    (r"[’`´]", "'"),
    (r"\bhalf[ -](?:off|price)\b", "50% off"),
    (r"\b(?:a |one )?quarter off\b", "25% off"),
    (r"\b(?:an?|one) dozen and a half\b", "18"),
    (r"\b(?:an?|one) dozen\b", "12"),
    (r"\bhalf a dozen\b", "6"),
    (r"\bthree quarters of an hour\b", "45 minutes"),
    (r"\b(?:a )?quarter of an hour\b", "15 minutes"),
    (rf"\b(?:an?|one|another) ({_UNITS}) and a half\b", r"1.5 \1s"),
    (rf"\b(?:an?|one|another) ({_UNITS}) and a quarter\b", r"1.25 \1s"),
    (r"\b(plus|and|takes?|lasts?|needs?|after|another|add|in) an? (hour|minute)\b", r"\1 1 \2"),
    (rf"\b(?:an?|one) hour (?=and (?:\d|{_SMALL}))", "1 hour "),
    (rf"\bhalf (?:an?|of an?) ({_UNITS})\b", r"0.5 \1"),
    (r"\bonce (?=an?\b|per\b|every\b|each\b)", "1 times "),
    (r"\btwice (?=an?\b|per\b|every\b|each\b)", "2 times "),
    (r"\ba couple of\b", "2"),
    (r"\b(?:an?|one) (hundred|thousand|million)\b", r"one \1"),
    (r"(?<=[a-z]) and (?:three|3)[ -]quarters?\b(?! of)", " point seven five"),
    (r"\bper ?cents?\b|\bpct\b|\bprocent\b", "%"),
)
# After that.
_DIGITS: tuple[tuple[str, _Rewrite], ...] = (
    (r"(?<![\d.])(\d+)\s+dozen\b", lambda m: str(12 * int(m[1]))),
    (r"(?<![\d.])(\d+)\s+and\s+(?:an? )?half\b", r"\1.5"),
    (r"(?<![\d.])(\d+)\s+and\s+(?:an? )?quarter\b", r"\1.25"),
    (r"(?<![\d.])(\d+)\s+and\s+3 quarters?\b", r"\1.75"),
    (rf"(?<![\d./])(\d+) ({_UNITS}) and a half\b", r"\1.5 \2"),
    (r"(?<![\d./])(?:(\d+) )?(\d)/([2458])(?![\d/])", lambda m: _mixed(m)),
    (r"\b(?:an?|1) third of\b", "(1/3) of"),
    (r"\b(?:2|two) thirds of\b", "(2/3) of"),
    (r"\b(?:an?|1) quarter of\b", "25% of"),
    (r"\b(?:an?|1) fifth of\b", "20% of"),
    (r"\b(?:an?|1) tenth of\b", "10% of"),
    (r"\b(?:three|3) quarters of\b", "75% of"),
    (r"\bhalf (?:of )?(?:the|them|these|my|our)\b", "50% of them"),
    (
        r"(?<![\w.,])([$€£¥]?)(\d[\d,]*(?:\.\d+)?)(?:(?-i:k)|\s?grand)(?![\w°])",
        lambda m: m[1] + _decimal(Fraction(m[2].replace(",", "")) * 1000),
    ),
)
_ONE = re.compile(
    r"(?<!-)(?<!y )\bone\b(?!\s*(?:-|hundred|thousand|million|point|half|third|quarter"
    rf"|and (?:a|half|three)\b)|\s+(?:more )?(?:{_UNITS})\b)",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\s+(?:costs?|is|was|weighs|holds|takes|has|comes)\b|\s*(?:[,.?!]|$)", re.IGNORECASE
)
_POINTED = {"each", "which", "this", "that", "every", "the", "any", "another", "no"}
_COMMA = re.compile(r"(?<![\d.,])(\d+),(\d{1,2})(?![\d,]|\.\d)")
# Words that hold a numeral and mean no number, and what says the same without one.
_WORDS_APART = (
    *NO_NUMERAL, ("百分位", "分位"), ("一般", "通常"), ("一样", "相同"),
    ("一直", ""), ("一定", ""), ("统一", ""), ("万一", "如果"), ("三明治", "面包"), ("一会", ""),
    ("一些", "些"), ("一点", "点"), ("一码事", ""), ("一回事", ""), ("一边", ""), ("一旦", ""),
    ("千万", ""), ("十分", "很"),
    ("百分之多少", "%多少"), ("百分之几", "%多少"), ("百分比", "%多少"), ("几分之几", "%多少"),
    ("另外", ","), ("一次性", ""), ("第一", "首"), ("唯一", ""), ("两人", "2个人"),
    ("1年利率", "年利率"), ("一年利率", "年利率"), ("一年期", "1年"), ("半价", "5折"),
    ("对折", "5折"), ("一半", "50%"),
)  # fmt: skip
_N = "一二三四五六七八九"
_HALVED = "小时|钟头|天|年|月|斤|公斤|升|米|公里|杯|吨"
_CHINESE: tuple[tuple[str, _Rewrite], ...] = (
    (rf"(?:星期|周|礼拜)[{_N}日天]", "某日"),
    (rf"第[{_N}十]+", "某"),
    (rf"百分之([\d.零{_N}两十百点]+)", lambda m: f"{chinese(m[1])}%"),
    (rf"([{_N}])([{_N}])折", lambda m: f"{chinese(m[1])}.{chinese(m[2])}折"),
    (rf"([{_N}])成(?!为|本|了)", lambda m: f"{chinese(m[1])}0%"),
    (rf"([\d{_N}两十]+)个半(?=小时|钟头|月|星期)", lambda m: f"{chinese(m[1])}.5个"),
    (rf"半个?(?={_HALVED})", "0.5"),
    (rf"[{_N}]年级", "年级"),
    (r"零下\s*", "-"),
)
_CHINESE_DIGITS: tuple[tuple[str, str], ...] = (
    (rf"(\d+)(?<!\.)(个?(?:{_HALVED}|块))半", r"\1.5\2"),
    (r"(?<![\d.])(\d+)(?:块|元)(\d)(?:毛|角|(?=[\s,.?!全总买的]|$))", r"\1.\2元"),
    (r"(\d+)斤(\d)两", r"\1.\2斤"),
    (r"(\d)米(\d{2})(?!\d)", r"\1.\2米"),
    (r"(\d+)米(\d)(?![\d.])", r"\1.\2米"),
    (r"(\d+)毛(?:钱)?", r"0.\1元"),
)


def digits(text: str) -> str:
    """``two and a half kilos`` becomes ``2.5 kilos``, ``3斤半`` becomes ``3.5斤``."""
    for sign, written in _VULGAR.items():
        text = text.replace(sign, f" {written} ")
    text = re.sub(r"[，；、]", ", ", text).replace("。", ". ")
    text = _english(wording.plain(text))
    return _chinese(text) if re.search(r"[\u4e00-\u9fff]", text) else text


def _english(text: str) -> str:
    for pattern, written in _WORDS:
        text = re.sub(pattern, written, text, flags=re.IGNORECASE)
    text = english(_ONE.sub(lambda m: _one(text, m), text))
    for pattern, written in _DIGITS:
        text = re.sub(pattern, written, text, flags=re.IGNORECASE)
    # 12,50 is 12.50 where no point is used for decimals and no list of numbers is meant
    if not re.search(r"\d\.\d|\d,\d+,\d", text):
        text = _COMMA.sub(r"\1.\2", text)
    return text


def _one(text: str, found: re.Match[str]) -> str:
    """``one`` before a noun is ``a``; alone it points at something, and counts nothing."""
    before = text[: found.start()].rstrip().rpartition(" ")[2].lower()
    if before in _POINTED:
        return ""
    return "each" if _ALONE.match(text, found.end()) else "a"


def _mixed(found: re.Match[str]) -> str:
    return _decimal(int(found[1] or 0) + Fraction(int(found[2]), int(found[3])))


def _decimal(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value)!r}"


def _chinese(text: str) -> str:
    for word, written in (*_WORDS_APART, *wording.KILO):
        text = text.replace(word, written)
    for pattern, rewritten in _CHINESE:
        text = re.sub(pattern, rewritten, text)
    text = chinese(text)
    for pattern, plain in _CHINESE_DIGITS:
        text = re.sub(pattern, plain, text)
    return text
