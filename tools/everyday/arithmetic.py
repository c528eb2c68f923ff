"""Exact arithmetic on fractions, evaluated by simpleeval from a checked list of tokens.

The tokens are written as a Python expression whose numbers are names and given to simpleeval
with exact operators. Nothing else can be named, called or reached from it.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tools.errors import BadInput
from tools.everyday import units
from tools.everyday.sums import Sum

Number = Fraction | float
MAX_BITS = 20_000
"""Size of the largest whole number that is computed: about 6,000 digits."""
MAX_FACTORIAL = 1_000
_MISUSED = (TypeError, AttributeError)
"""What Python and Pint raise for a function of a quantity, or of too many numbers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result: an exact fraction, or a float where it is irrational; its unit; a remark."""

    value: Number
    unit: str = ""
    percent: bool = False


def evaluate(sum_: Sum) -> Outcome:
    """Compute it.

    Raises:
        BadInput: division by zero, a result without meaning or too large, a sum that breaks off.
    """
    from simpleeval import InvalidExpression, SimpleEval

    names: dict[str, Any] = {}
    expression = _python(sum_, names)
    engine = SimpleEval(operators=_OPERATORS, functions=_CALLS, names=names)
    try:
        value = engine.eval(expression)
    except ZeroDivisionError as error:
        raise BadInput(
            "Division by zero has no result.", "Check the number below the line."
        ) from error
    except OverflowError as error:
        raise _too_large() from error
    except (InvalidExpression, SyntaxError, ValueError, RecursionError, *_MISUSED) as error:
        raise units.mismatch(error) or _broken() from error
    if units.is_quantity(value) or sum_.target:
        if sum_.target:
            value = units.convert(value, sum_.target)
            return Outcome(_real(value.magnitude), units.units_of(value))
        number, unit = units.reduced(value)
        return Outcome(_real(number), unit)
    value = _real(value)
    return Outcome(value * 100 if sum_.percent else value, sum_.currency, sum_.percent)


def _python(sum_: Sum, names: dict[str, Any]) -> str:
    """The tokens as a Python expression; numbers and quantities become names n0, n1 ..."""
    out: list[str] = []
    opened = [0]
    tokens = sum_.tokens
    i = 0

    def name(value: Any) -> str:
        names[f"n{len(names)}"] = value
        return f"n{len(names) - 1}"

    while i < len(tokens):
        kind, text = tokens[i]
        following = [t for _, t in tokens[i + 1 : i + 3]]
        if kind == "number":
            value = _fraction(text)
            parts = []
            while i + 1 < len(tokens) and tokens[i + 1][0] == "unit":
                parts.append(name(units.quantity(value, tokens[i + 1][1])))
                i += 1
                if [k for k, _ in tokens[i + 1 : i + 3]] != ["number", "unit"]:
                    break
                i += 1  # 6 feet 2 inches: one length
                value = _fraction(tokens[i][1])
            out.append(f"({'+'.join(parts)})" if parts else name(value))
        elif kind == "unit":
            out.append(f"*{name(units.quantity(Fraction(1), text))}")
        elif kind == "constant":
            out.append(name(_CONSTANTS[text]))
        elif kind == "function":
            bare = following[:1] != ["("] and i + 1 < len(tokens)
            if bare:  # sqrt 16
                out.append(f"{text}({name(_fraction(following[0]))})")
                i += 1
            else:
                out.append(text)
        elif kind == "of":
            out.append("*")
        elif text in "+-" and _is_share(tokens, i):
            share = name(_fraction(tokens[i + 1][1]) / 100)
            left = "".join(out[opened[-1] :])
            out[opened[-1] :] = [f"(({left})*(1{text}{share}))"]
            i += 2
        elif text == "%":
            modulo = following and (following[0] == "(" or tokens[i + 1][0] == "number")
            out.append("%" if modulo else f"/{name(Fraction(100))}")
            if not modulo:
                _close_share(out)
        elif text == "!":
            _wrap_last(out, "factorial")
        else:
            if text == "(":
                out.append("(")
                opened.append(len(out))
            elif text == ")":
                if len(opened) > 1:
                    opened.pop()
                out.append(")")
            else:
                out.append({"^": "**", "mod": "%"}.get(text, text))
        i += 1
    return " ".join(out)


def _is_share(tokens: tuple[tuple[str, str], ...], i: int) -> bool:
    """Whether ``+ 10%`` stands at ``i`` and means ten percent of what is before it."""
    if i == 0 or [k for k, _ in tokens[i + 1 : i + 2]] != ["number"]:
        return False
    if tokens[i - 1][1] in {"(", ",", "*", "/", "+", "-", "^", "**"}:
        return False
    after = [t for _, t in tokens[i + 2 : i + 4]]
    return after[:1] == ["%"] and (len(after) == 1 or after[1] in {")", "+", "-", ","})


def _close_share(out: list[str]) -> None:
    """Bind ``17 / 100`` together, so that ``4 / 50%`` is 8."""
    share, number = out.pop(), out.pop()
    depth = number.count(")") - number.count("(")
    while depth > 0:
        piece = out.pop()
        depth += piece.count(")") - piece.count("(")
        number = f"{piece} {number}"
    out.append(f"({number} {share})")


def _wrap_last(out: list[str], function: str) -> None:
    if not out:
        raise _broken()
    out.append("")
    _close_share(out)
    out[-1] = f"{function}({out[-1]})"


def _fraction(text: str) -> Fraction:
    try:
        value = Fraction(text) if len(text.partition("e")[2]) < 5 else None
    except ValueError as error:
        raise _broken() from error
    if value is None:
        raise _too_large()
    return value


def _broken() -> BadInput:
    return BadInput(
        "The sum cannot be read: something is missing or in the wrong place.",
        "Write it like 12 * (3 + 4), with a point before decimals.",
    )


def _too_large() -> BadInput:
    return BadInput("The result is too large to compute.", "Use smaller numbers.")


def _real(value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise _broken()
    if isinstance(value, float) and not math.isfinite(value):
        raise _too_large()
    return Fraction(value) if isinstance(value, int) else value


def _power(base: Any, exponent: Any) -> Any:
    exponent = Fraction(exponent) if not isinstance(exponent, float) else exponent
    if units.is_quantity(base):
        if not isinstance(exponent, Fraction) or exponent.denominator != 1 or abs(exponent) > 6:
            raise BadInput("A unit can only be raised to a small whole number.", "Use 2 or 3.")
        return base ** int(exponent)
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        if isinstance(base, float):
            return base ** int(exponent)
        base = Fraction(base)
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if bits > 1 and bits * abs(exponent) > MAX_BITS:
            raise _too_large()
        return base ** int(exponent)
    if base < 0:
        raise BadInput("A negative number has no real root of that kind.", "Use a positive number.")
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator <= 3:
        root = _exact_root(base, exponent.denominator)
        if root is not None:
            return _power(root, exponent.numerator)
    return float(base) ** float(exponent)


def _exact_root(value: Fraction, degree: int) -> Fraction | None:
    parts = []
    for part in (value.numerator, value.denominator):
        root = math.isqrt(part) if degree == 2 else round(part ** (1 / 3)) if part < 2**50 else 0
        if root**degree != part:
            return None
        parts.append(root)
    return Fraction(parts[0], parts[1])


def _cbrt(value: Any) -> Any:
    return -_power(-value, Fraction(1, 3)) if value < 0 else _power(value, Fraction(1, 3))


def _factorial(value: Any) -> Fraction:
    if value != int(value) or not 0 <= value <= MAX_FACTORIAL:
        raise BadInput(
            f"A factorial needs a whole number from 0 to {MAX_FACTORIAL:,}.", "Use a smaller one."
        )
    return Fraction(math.factorial(int(value)))


def _rounded(value: Any, digits: Any = 0) -> Fraction:
    """Half away from zero, as taught in school; Python's own rounding goes to even."""
    scale = Fraction(10) ** int(digits)
    size = math.floor(abs(Fraction(value)) * scale + Fraction(1, 2)) / scale
    return size if value >= 0 else -size


def _float(function: Callable[..., float]) -> Callable[..., float]:
    return lambda *values: function(*(float(value) for value in values))


def _log(value: Any, base: Any = 10) -> Any:
    result = math.log(value) / math.log(base) if base != 10 else math.log10(value)
    near = round(result)
    return Fraction(near) if abs(near) < 1000 and Fraction(base) ** near == value else result


_CONSTANTS: dict[str, Number] = {"pi": math.pi, "π": math.pi, "e": math.e, "tau": math.tau}
_CALLS: dict[str, Callable[..., Any]] = {
    "sqrt": lambda value: _power(value, Fraction(1, 2)),
    "cbrt": _cbrt,
    "abs": abs,
    "round": _rounded,
    "floor": lambda value: Fraction(math.floor(value)),
    "ceil": lambda value: Fraction(math.ceil(value)),
    "factorial": _factorial,
    "min": min,
    "minimum": min,
    "max": max,
    "maximum": max,
    "sum": lambda *values: sum(values),
    "product": lambda *values: math.prod(values),
    "mean": lambda *values: sum(values) / Fraction(len(values)),
    "average": lambda *values: sum(values) / Fraction(len(values)),
    "log": _log,
    "ln": _float(math.log),
    "log2": lambda value: _log(value, 2),
    "exp": _float(math.exp),
    "sin": _float(math.sin),
    "cos": _float(math.cos),
    "tan": _float(math.tan),
    "asin": _float(math.asin),
    "acos": _float(math.acos),
    "atan": _float(math.atan),
}
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
