"""Arguments of a step that waited for the answers before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.brain.builtin.compose import Composer, material_of
from assistant.brain.builtin.plan import Step
from assistant.brain.builtin.request import Answer, Request
from tools.reading.candidates import candidates
from tools.reading.computing.sums import items
from tools.reading.values import find, number

_N = r"(?P<n>\d[\d,]*\.?\d*)"
_RATE = re.compile(
    rf"(?:\b(?:at|by|times|rate of|rate is|rate|multiply|multiplied by|×|x|is worth)\s+(?:a rate of\s+)?(?:[$€£¥]\s?)?{_N}(?!\s?%)"
    rf"|按(?:汇率)?\s?(?P<z>\d[\d.]*)|(?:汇率|乘以?|乘)(?:是|为)?\s?(?P<y>\d[\d.]*)|1\s?\w{{3,8}}\s?(?:=|is|equals)\s?(?P<e>\d[\d.]*))",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"\b(?:split|divide[d]?|share[d]?|divided)\b\D{{0,40}}?{_N}|(?:除以|平分给?|分给|分成)\s?(?P<z>\d+)|(?P<y>\d+)\s?个?人\s?(?:平分|分摊|AA)",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"\b(?:add|plus|with|increase[d]? by)\s+(?:a |an )?{_N}\s?%|加上?\s?(?P<z>\d[\d.]*)\s?%",
    re.IGNORECASE,
)
_LESS = re.compile(
    rf"\b(?:minus|less|subtract|reduce[d]? by|take off|discount of|off)\s+(?:a |an )?{_N}\s?%|{_N.replace('<n>', '<m>')}\s?%\s+(?:off|discount|less)|打(?P<z>\d)折",
    re.IGNORECASE,
)
_PART = re.compile(rf"{_N}\s?(?:%|percent)|百分之(?P<z>\d+)", re.IGNORECASE)
_SUM = re.compile(
    r"\b(?:add (?:them|it|these|those|the|all|up)|sum|tot up)\b|加起来|求和|总和|加总",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\b(?:in|to|into)\s+(?P<unit>[a-z°]{1,14}(?: per [a-z]+)?)\b|(?:换算成|转换成|换成|是多少)(?P<z>[一-鿿]{1,4})",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\s*\[s?\d+\]|[“”]")


def ready(step: Step, request: Request, composer: Composer) -> Step | None:
    """The step with its arguments, or None where what came before gives it none."""
    if not step.waits:
        return step
    before = [a for r in request.steps for a in r if a.result is not None]
    if step.tool == "calculate":
        expression = _expression(step, request, before, composer)
        return Step("calculate", {"expression": expression}) if expression else None
    if not before:
        return None
    if step.tool == "remember":
        return Step("remember", {"fact": _fact(request, before, composer)})
    if step.tool in {"speak", "translate"} or "text" in step.arguments:
        said = " ".join(filter(None, (composer.part(request, a) for a in before)))
        return Step(step.tool, {**step.arguments, "text": spoken(said)})
    return Step(step.tool, step.arguments)


def spoken(text: str) -> str:
    """A reply without the marks that are only for the eye."""
    return " ".join(_MARKS.sub("", text).split())


def _expression(step: Step, request: Request, before: Sequence[Answer], composer: Composer) -> str:
    work = str(step.arguments.get("work", ""))
    value = composer.value(request, before[-1]) if before else str(step.arguments.get("before", ""))
    if before and _SUM.search(work) and (prices := _prices(before[-1])) and not _RATE.search(work):
        return " + ".join(prices)
    amount = _amount(value)
    if not amount:
        return ""
    for pattern, made in (
        (_SHARE, "{v} / {n}"),
        (_MORE, "{v} * (1 + {n} / 100)"),
        (_LESS, "{v} * (1 - {n} / 100)"),
        (_RATE, "{v} * {n}"),
        (_PART, "{n}% of {v}"),
    ):
        if found := pattern.search(work):
            n = next(g for g in found.groups() if g).replace(",", "").rstrip(".")
            if "打" in found.group():
                n = str(100 - 10 * int(n))
            return made.format(v=amount, n=n)
    if found := _UNIT.search(work):
        unit = found["unit"] or found["z"]
        return f"{_quantity(value) or amount} in {unit}"
    return ""


def _amount(text: str) -> str:
    found = [
        v
        for v in find(text)
        if v.number is not None and v.kind not in {"date", "time", "phone", "code"}
    ]
    return f"{found[0].number:.10g}" if found else ""


def _quantity(text: str) -> str:
    return next((v.text for v in find(text) if v.kind == "quantity"), "")


def _prices(answer: Answer) -> list[str]:
    pool = [c for c in candidates(material_of(answer)) if c.pair and "money" in c.kinds]
    return [f"{number(c.value):.10g}" for c in items(pool)]


def _fact(request: Request, before: Sequence[Answer], composer: Composer) -> str:
    """What was found, as one sentence, with what the person called it."""
    said = spoken(" ".join(filter(None, (composer.part(request, a) for a in before))))
    return said[:500]
