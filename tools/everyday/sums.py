"""Reading a sum: from text in the one notation to tokens, or to a plain refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.errors import BadInput
from tools.everyday import units

FUNCTIONS = frozenset(
    [
        "sqrt",
        "cbrt",
        "abs",
        "round",
        "floor",
        "ceil",
        "factorial",
        "min",
        "minimum",
        "max",
        "maximum",
        "sum",
        "product",
        "mean",
        "average",
        "log",
        "ln",
        "log2",
        "exp",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
    ]
)
_SCALES = {"c": "degC", "f": "degF"}
CONSTANTS = frozenset({"pi", "π", "e", "tau"})

CLOCK = re.compile(r"(?<![\d:.])(\d{1,2}):([0-5]\d)(?![\d:])")
"""A time of day, or hours and minutes, in a sum."""
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.]*\.\d)"
    r"|\.\d+)"
    r"|(?P<name>[A-Za-z°µμΩ_\u4e00-\u9fff][A-Za-z_\u4e00-\u9fff]*[0-9]?)"
    r"|(?P<sign>\*\*|//|[-+*/^()%!,]))"
)
_CURRENCY = re.compile(
    r"(?:US)?\$|€|£|￥|¥|₹|\b(?:USD|EUR|GBP|CNY|RMB|JPY|CHF|dollars?|euros?|yuan|bucks|yen)\b"
    r"|(?:美元|欧元|英镑|日元|人民币|元|块钱|块)",
    re.IGNORECASE,
)
_SAME = {"$": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD",
         "美元": "USD", "€": "EUR", "euro": "EUR", "euros": "EUR", "欧元": "EUR", "£": "GBP",
         "英镑": "GBP", "rmb": "CNY", "yuan": "CNY", "人民币": "CNY", "元": "CNY", "块": "CNY",
         "块钱": "CNY", "yen": "JPY", "日元": "JPY"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum that has been read: tokens, the unit wanted for the result, the currency named."""

    tokens: tuple[tuple[str, str], ...]
    target: str = ""
    percent: bool = False
    currency: str = ""

    @property
    def operators(self) -> set[str]:
        return {text for kind, text in self.tokens if kind in {"sign", "of", "function"}}


class UnknownWordError(BadInput):
    """A word in the sum is neither a number, an operator, a function nor a unit."""


def read(text: str) -> Sum:
    """Cut a sum in :func:`tools.everyday.wording.notation` into tokens.

    Raises:
        UnknownWordError: something in it is no part of a sum.
        BadInput: two currencies, or a unit with two meanings.
    """
    text, currency = _without_currency(text)
    text = CLOCK.sub(r"\1 h \2 min", text)
    text = units.phrases(text)
    target, percent = "", False
    if found := re.search(r"\s+(?:in|to|into|as)\s+([^\s\d()]+(?:\s*/\s*[^\s\d()]+)?\d?)$", text):
        if found[1] == "%":
            text, percent = text[: found.start()], True
        elif target := _unit(found[1]) or _SCALES.get(found[1].lower(), ""):
            text = text[: found.start()]
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unknown(text[at:].split()[0])
        at = match.end()
        if number := match["number"]:
            tokens.append(("number", number.replace(",", "")))
        elif name := match["name"]:
            at = _take_name(name, tokens, text, at)
        else:
            tokens.append(("sign", match["sign"]))
    return Sum(tuple(tokens), target, percent, currency)


def _take_name(name: str, tokens: list[tuple[str, str]], text: str, at: int) -> int:
    """Append what a word means; a unit takes its ``/unit`` along. Returns where to go on."""
    follows = bool(tokens) and (tokens[-1][0] == "number" or tokens[-1][1] == ")")
    if name.lower() == "of" and tokens and tokens[-1][0] != "number":
        tokens.append(("of", "of"))
    elif name.lower() in FUNCTIONS and not (follows and units.known(name)):
        tokens.append(("function", name.lower()))
    elif name.lower() in CONSTANTS:
        tokens.append(("constant", name.lower()))
    elif name == "mod":
        tokens.append(("sign", "mod"))
    elif follows and name in units.AMBIGUOUS:
        raise BadInput(f"“{name}” can mean more than one unit here.", units.AMBIGUOUS[name])
    elif follows and (unit := units.known(name)):
        if more := re.match(r"\s*/\s*([^\W\d]+\d?)", text[at:]):
            under = units.known(more[1])
            if under:
                unit, at = f"{unit}/{under}", at + more.end()
        tokens.append(("unit", unit))
    else:
        raise _unknown(name)
    return at


def _unit(written: str) -> str:
    parts = [units.known(part.strip()) for part in written.split("/")]
    return "/".join(part for part in parts if part) if all(parts) else ""


def _unknown(word: str) -> UnknownWordError:
    return UnknownWordError(
        f"“{word[:40]}” is neither a number nor a unit that I know.",
        "Write the sum in digits and signs, for example: 12 * (3 + 4) or 5 miles in km",
    )


def _without_currency(text: str) -> tuple[str, str]:
    found = {_SAME.get(m.lower(), m.upper()) for m in _CURRENCY.findall(text)}
    if len(found) > 1:
        raise BadInput(
            f"There is no exchange rate between {' and '.join(sorted(found))} here: rates change "
            "and I work offline.",
            "Look the rate up and multiply by it, for example: 49.90 * 1.08",
        )
    if not found:
        return text, ""
    return _CURRENCY.sub(" ", text), found.pop()
