"""Numbers as they are said and written: counting words, units, lengths of time, times of day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from tools.everyday.numerals import english
from tools.reading.values import day, number, plain_number

_HUNDRED: Final = re.compile(r"\ba (?=(?:hundred|thousand)\b)", re.IGNORECASE)
_MIXED: Final = re.compile(r"\b(\d[\d.,]*)\s?(thousand|million|k)\b", re.IGNORECASE)
_FACTORS: Final = {"thousand": 1e3, "million": 1e6, "k": 1e3}
_DOZEN: Final = re.compile(r"\b(?:a|one) dozen\b", re.IGNORECASE)
_ZH: Final = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2, "兩": 2}

UNITS: Final = {
    "kg": "kg kilo kilos kilogram kilograms 公斤 千克 kilogramme kilogrammes",
    "g": "g gram grams grammes gr 克", "mg": "mg milligram milligrams 毫克",
    "km": "km kilometre kilometres kilometer kilometers 公里 千米 k.m.", "cm": "cm centimetre centimetres centimeters 厘米",
    "mm": "mm millimetre millimetres millimeters 毫米", "m": "m metre metres meter meters 米",
    "ml": "ml millilitre millilitres 毫升", "l": "l litre litres liter liters 升",
    "min": "min mins minute minutes 分钟 分鐘", "h": "h hr hrs hour hours 小时 小時 个小时", "s": "s sec secs second seconds 秒",
    "day": "day days night nights 天 晚 夜", "week": "week weeks 周 星期", "month": "month months 个月", "year": "year years yr yrs 年 岁",
    "%": "% percent ％ per-cent", "kwh": "kwh", "gb": "gb", "mb": "mb", "w": "w watt watts", "°": "° °c °f degrees degree 度",
    "kcal": "kcal calories", "斤": "斤", "m²": "m² sqm",
}  # fmt: skip
_UNIT: Final = {word: name for name, words in UNITS.items() for word in words.split()}
_CURRENCY: Final = re.compile(
    r"[$€£¥￥₹₩₦₱]|\b(?:USD|EUR|GBP|CHF|CNY|RMB|JPY|AUD|CAD|HKD|NZD|SGD|INR|SEK|NOK|DKK|PLN|KES|UGX|GHS|NT|HK|Rs|euros?|dollars?|pounds?|francs?|yuan|yen|rupees?|kroner?|dirhams?|marks|cedis?|rand)\b|[元块塊]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its ``unit``: "money", a unit's short name, or nothing."""

    number: float
    unit: str


def counted(text: str) -> str:
    """A text with its counting words as digits: "twenty-two thousand" is "22000"."""
    text = _DOZEN.sub("12", text)
    text = _MIXED.sub(lambda m: f"{(number(m[1]) or 0) * _FACTORS[m[2].lower()]:.10g}", text)
    first, *rest = _HUNDRED.split(text)  # "a hundred" begins a number of its own
    return "".join([english(first), *(english(f"one {part}") for part in rest)])


def small(text: str) -> float | None:
    """A small count said in Chinese or digits: "三", "十二", "3"; None where it is none."""
    text = text.strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if not text or any(c not in _ZH for c in text):
        return None
    if "十" in text:
        tens, _, ones = text.partition("十")
        return float((_ZH[tens] if tens else 1) * 10 + (_ZH[ones] if ones else 0))
    return float(_ZH[text]) if len(text) == 1 else None


def written(value: float, like: Sequence[str], *, whole: bool = False) -> str:
    """A computed number as the amounts it came from are written: their decimals and thousands.

    ``whole`` where their two decimals are not to be kept (a mean of whole numbers).
    """
    plain = plain_number(value, like=() if whole else like)
    if any(re.search(r"\d,\d{3}(?!\d)", text) for text in like):
        head, dot, tail = plain.partition(".")
        return f"{int(head):,}{dot}{tail}"
    return plain


def unit(word: str) -> str:
    """The short name of a unit, or nothing."""
    return _UNIT.get(word.strip(" .").casefold(), "")


@lru_cache(maxsize=8192)
def amount(text: str) -> Amount | None:
    """The amount that a whole cell is ("€4.20", "3.2 kg", "48 200", "18-"); None for anything else."""
    said = re.sub(r"(?<=\d)[\s\u00a0](?=\d{3}(?!\d))", "", text.strip())
    match = re.fullmatch(
        r"(?P<pre>[^\d\w\s(+−-]{0,3}|[A-Za-z]{1,3}\.?\$?\s?|[A-Za-z]{0,3}[$€£¥￥₹₩₦₱]\s?)(?P<sign>[-+−]?)\s?(?P<n>\d[\d.,']*)(?P<post>\s?(?:[^\d\s]{0,12}|[a-z]{1,8}\s[A-Z]{3}))(?:\s?/\s?[^\d]{1,12}|\s(?:[A-Z]|each|max|pp|p\.?p\.?|per \w+))?",
        said,
    )
    if match is None or re.match(r"[+*#(@]", match["pre"]):
        return None
    pre, post = match["pre"].strip(), match["post"].strip(" .-–*")
    value = number(match["n"])
    if value is None:
        return None
    if match["sign"] in {"-", "−"}:
        value = -value
    name = unit(post)
    if _CURRENCY.search(pre) or (_CURRENCY.search(post) and not name):
        return Amount(value, "money")
    if name:
        return None if pre.isalpha() else Amount(value, name)
    if pre.isalpha() and not _CURRENCY.search(pre):
        return None
    if len(post) > 1 and post.isascii() and not (post.isalpha() and post.islower()):
        return None
    cents = re.fullmatch(r"\d{1,3}(?:[.,']?\d{3})*[.,]\d{2}", match["n"])
    return Amount(
        value, "money" if cents and len(post) <= 1 else post.casefold() if len(post) > 1 else ""
    )


_CLOCK: Final = re.compile(
    r"(?<![\d:.,])(?P<h>[01]?\d|2[0-4])(?:[:：.h](?P<m>[0-5]\d))?(?!\d|[:.,]\d)\s?(?P<half>[ap]\.?m\b\.?)?|(?<!\d)(?P<four>[012]\d[0-5]\d)(?!\d)|\b(?P<word>noon|midnight)\b",
    re.IGNORECASE,
)


def clocks(text: str) -> list[tuple[float, int, int]]:
    """The times of day in a text as minutes, with where each stands; only what is surely a time."""
    out: list[tuple[float, int, int]] = []
    for m in _CLOCK.finditer(text):
        if m["word"]:
            out.append((720.0 if m["word"].lower() == "noon" else 1440.0, *m.span()))
            continue
        if m["four"]:
            continue
        if not m["m"] and not m["half"]:
            continue
        sep = text[m.end("h") : m.end("h") + 1]
        if (
            m["m"]
            and sep == "."
            and not m["half"]
            and not re.search(r"[-–—]|open|from|until|clock", text)
        ):
            continue  # a price as likely
        hour = int(m["h"])
        if m["half"]:
            hour = hour % 12 + (12 if m["half"].lower().startswith("p") else 0)
        out.append((hour * 60.0 + int(m["m"] or 0), *m.span()))
    return out


_RANGE: Final = re.compile(
    r"(?<![\d:.,/-])(?P<a>\d{1,2})(?:[:.h：](?P<am>[0-5]\d))?\s?(?P<ah>[ap]\.?m\b\.?)?\s?(?:-|–|—|to|until|till|至|到|~|→)\s?(?P<b>\d{1,2})(?:[:.h：](?P<bm>[0-5]\d))?\s?(?P<bh>[ap]\.?m\b\.?)?(?![\d:/]|[.,]\d|\s?[-–]\s?\d)",
    re.IGNORECASE,
)


def opening(text: str) -> list[float]:
    """The lengths in minutes of the spans of time in a text: "14:30–16:00" is 90."""
    out: list[float] = []
    for m in _RANGE.finditer(text):
        if not (m["am"] or m["bm"] or m["ah"] or m["bh"]):
            continue
        first, last = int(m["a"]), int(m["b"])
        late = (m["bh"] or "").lower().startswith("p")
        if m["bh"]:
            last = last % 12 + (12 if late else 0)
        if m["ah"]:
            first = first % 12 + (12 if m["ah"].lower().startswith("p") else 0)
        elif late and first % 12 + 12 < last:
            first = first % 12 + 12
        begin, end = first * 60.0 + int(m["am"] or 0), last * 60.0 + int(m["bm"] or 0)
        if first > 24 or last > 24 or begin == end:
            continue
        out.append(end - begin if end > begin else end - begin + 1440)
    return out


def lasting(text: str) -> float | None:
    """Minutes that a whole cell tells: "1 h 52 min", "45 min", "3h 22m 10s", "1:09:42"."""
    said = text.strip().casefold()
    if m := re.fullmatch(r"\+?(\d{1,2}):(\d\d):(\d\d)(?:[.,]\d+)?", said):
        return int(m[1]) * 60 + int(m[2]) + int(m[3]) / 60
    m = re.fullmatch(
        r"(?:(\d+(?:[.,]\d+)?)\s?(?:h|hrs?|hours?|小时|个小时)\.?)?\s?(?:(\d+)\s?(?:m|min|mins|minutes?|分钟?|')?\.?)?\s?(?:(\d+)\s?(?:s|sec|seconds?|秒)\.?)?",
        said,
    )
    if (
        m is None
        or not any(m.groups())
        or not re.search(r"[^\d\s.,]", said)
        or re.fullmatch(r"\d+\s?m", said)
    ):
        return None
    return (
        (number(m[1]) or 0) * 60
        if m[1] and not (m[2] or m[3])
        else float((number(m[1] or "0") or 0) * 60 + int(m[2] or 0) + int(m[3] or 0) / 60)
    )


def told(minutes: float, *, chinese: bool = False, only: str = "") -> str:
    """A length of time in words; ``only`` "h" or "min" where that unit was asked for."""
    minutes = round(minutes, 2)
    hours, rest = divmod(minutes, 60)
    if only == "h" or (not only and minutes >= 60 and not rest):
        return f"{minutes / 60:.4g} " + (
            "小时" if chinese else "hour" if minutes == 60 else "hours"
        )
    if not only and minutes < 60 and rest % 1:
        whole, seconds = divmod(round(minutes * 60), 60)
        return f"{whole} 分 {seconds} 秒" if chinese else f"{whole} min {seconds} s"
    if only == "min" or minutes < 60:
        return f"{minutes:.6g} " + ("分钟" if chinese else "minute" if minutes == 1 else "minutes")
    if chinese:
        return f"{hours:.0f} 小时 {rest:.4g} 分钟"
    return f"{hours:.0f} h {rest:02.0f} min"


def dates(cells: Sequence[str]) -> list[date | None]:
    """The days that the cells of one column name; the writing of all tells day from month."""
    pairs = [re.search(r"\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b", c) for c in cells]
    first = any(m and int(m[1]) > 12 for m in pairs)
    second = any(m and int(m[2]) > 12 for m in pairs)
    out: list[date | None] = []
    for cell, m in zip(cells, pairs, strict=True):
        when = day(cell)
        if when is None and m and not (first and second):
            a, b, year = int(m[1]), int(m[2]), int(m[3])
            year += 2000 if year < 100 else 0
            dotted = "." in m.group()
            try:
                if first or dotted or a == b:
                    when = date(year, b, a)
                elif second:
                    when = date(year, a, b)
            except ValueError:
                when = None
        if when is None and not m and re.search(r"[A-Za-z]{3}", cell) and re.search(r"\d", cell):
            when = day(f"{cell} 2000") or day(
                re.sub(r"\b(\d{1,2}) ([A-Za-z]{3,})\b", r"\1 \2 2000", cell)
            )
        out.append(when)
    return out
