"""Numbers in words, English and Chinese, written as digits."""

from __future__ import annotations

import re

NO_NUMERAL = (("哪一天", "哪天"), ("一共", "总共"), ("一起", "共同"), ("一下", ""))
"""Words that hold a numeral and mean no number, and what says the same without one."""

_SMALL = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_WORD = "|".join([*_TENS, *sorted(_SMALL, key=len, reverse=True), "hundred", *_SCALES])
_DIGITS = "|".join(word for word, value in _SMALL.items() if value < 10)
_ENGLISH = re.compile(
    rf"\b(?:{_WORD})(?:(?:[ -]|\s+and\s+)(?:{_WORD}))*(?:\s+point(?:\s+(?:{_DIGITS}))+)?\b",
    re.IGNORECASE,
)
_SCALED = re.compile(rf"(?<![\w.])(\d[\d,]*(?:\.\d+)?)\s+({'|'.join(_SCALES)})\b", re.IGNORECASE)

_CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_SCALES = {"十": 10, "百": 100, "千": 1000}
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")
_CHINESE_SCALED = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*([百千万亿])")


def english(text: str) -> str:
    """``two thousand and five`` becomes ``2005``; ``3 million`` becomes ``3000000``."""
    text = _SCALED.sub(lambda m: _scaled(m[1], _SCALES[m[2].lower()]), text)
    return _ENGLISH.sub(lambda match: _english(match.group()), text)


def chinese(text: str) -> str:
    """``二十五`` becomes ``25``, ``三点五`` becomes ``3.5``, ``3万`` becomes ``30000``."""
    scales = {"百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
    text = _CHINESE_SCALED.sub(lambda m: _scaled(m[1], scales[m[2]]), text)
    return _CHINESE.sub(lambda match: _chinese(match.group()), text)


def _scaled(number: str, scale: int) -> str:
    from fractions import Fraction

    value = Fraction(number.replace(",", "")) * scale
    return str(value.numerator) if value.denominator == 1 else f"{float(value)!r}"


def _english(words: str) -> str:
    whole, _, decimals = words.lower().partition(" point ")
    total = current = 0
    previous = ""
    for word in re.split(r"[ -]+", whole.replace(" and ", " ")):
        if word == "hundred":
            current = (current or 1) * 100
        elif word in _SCALES:
            total += (current or 1) * _SCALES[word]
            current = 0
        elif previous in _SMALL or (previous in _TENS and not 0 < _SMALL.get(word, 0) < 10):
            return words  # two numbers side by side ("one two") are not one number
        else:
            current += _SMALL.get(word, 0) + _TENS.get(word, 0)
        previous = word
    digits = "".join(str(_SMALL[word]) for word in decimals.split())
    return f"{total + current}.{digits}" if digits else str(total + current)


def _chinese(words: str) -> str:
    whole, _, decimals = words.partition("点")
    digits = "".join(str(_CHINESE_DIGITS[c]) for c in decimals)
    if all(c in _CHINESE_DIGITS for c in whole):  # read out digit by digit, as years are
        value = "".join(str(_CHINESE_DIGITS[c]) for c in whole)
    else:
        value = str(_grouped(whole))
    return f"{value}.{digits}" if digits else value


def _grouped(words: str) -> int:
    for mark, scale in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = words.rpartition(mark)
        if found:
            rest = _CHINESE_DIGITS.get(tail, 0) * scale // 10  # 三万五 is 35,000
            return _grouped(head or "一") * scale + (rest or (_grouped(tail) if tail else 0))
    total = digit = 0
    for c in words:
        if c in _CHINESE_SCALES:
            total += (digit or 1) * _CHINESE_SCALES[c]
            digit = 0
        else:
            digit = _CHINESE_DIGITS[c]
    if len(words) > 2 and words[-2] in "百千":  # 三千六 is 3,600
        digit *= _CHINESE_SCALES[words[-2]] // 10
    return total + digit
