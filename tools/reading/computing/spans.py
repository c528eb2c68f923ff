"""How long something lasts, and what is left, from the two values that a line gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from tools.reading.computing.amounts import amount, clocks, counted, dates, opening, told, unit
from tools.reading.computing.rows import words
from tools.reading.computing.worked import Near, Worked, wording
from tools.reading.lexicon import match
from tools.reading.material import Line, Material
from tools.reading.values import Value, find

_HOURS = wording(
    r"\bhow long\b(?! (?:after|before|ago|in advance|do i have|can|must|should|may|have|had|until))|\bhow many (?P<u>hours|minutes)\b|\bhours\b.*\bhow many\b|(?:多久|多长时间|多少(?:个)?小时|几(?:个)?小时|多少分钟|几分钟)"
)
_DAYS = wording(r"\bhow many (?:days|nights|weeks)\b|多少天|几天|几晚|幾晚|几夜")
_BETWEEN = (
    wording(r"\b(?:between|from)\s(?P<a>.+?)\s(?:and|to|till|until)\s(?P<b>.+?)[?.!]*$"),
    wording(r"从(?P<a>.+?)到(?P<b>.+?)(?:有|要|一共|总共|是|隔|用)?(?:多久|多少|几)"),
)
_YEARS = wording(
    r"\bhow old (?:was|did)\b.*\b(?:die|died|when)\b|\bhow many years\b(?! (?:after|ago|before))|活了(?:多少|几)|享年"
)
_LEFT = wording(
    r"\b(?:left|free|available|remaining|unused|still to go|missing|to go)\b|还剩|剩|还差"
)
_USED = wording(
    r"\d\D{0,8}\b(?:out )?of\D{0,4}\d|\b(?:used|limit|included|cap)\b|\d\D{0,4}/\s?\d|已用|共"
)
_IDLE = frozenset(
    "long open last tak take all total altogeth hour minut min duration run go goes on be away off about roughli day night stay how week mani ride trip between and to left free availabl remain unus still of gb mb space much more there data get got in what time unit km kg old when die year did does @open @hours @term @time @close @start @end @total how listed shut".split()
) | {"小时", "分钟", "多久", "总共", "一共", "几天", "几晚", "活了", "多少", "个小", "停多"}


def span(text: str, material: Material, near: Near | None) -> Worked | None:
    """The length of time, the days between two dates, the age or the rest that is asked for."""
    text = counted(text)
    chinese = bool(re.search(r"[\u4e00-\u9fff]", text))
    lines = [line for line in material.lines if line.text.strip()]
    if _YEARS.search(text):
        return _years(text, lines, chinese=chinese)
    if _DAYS.search(text):
        return _days(text, lines, near, chinese=chinese)
    if m := _HOURS.search(text):
        only = {"h": "h", "m": "min"}.get((m["u"] or "")[:1].lower(), "")
        only = only or (
            "min"
            if re.search(r"\bminutes\b|分钟", text)
            else "h"
            if re.search(r"小时", text)
            else ""
        )
        for pattern in _BETWEEN:
            if (b := pattern.search(text)) and (
                found := _clock_between(b["a"], b["b"], lines, near)
            ):
                gap, shown, both = found
                return Worked(told(gap, chinese=chinese, only=only), shown, both)
        chosen = _line(
            text,
            [x for x in lines if len(opening(x.text)) == 1 and len(clocks(x.text)) <= 2],
            None,
            among=lines,
        )
        if chosen is None and (found := _ends(text, lines)):
            gap, shown, both = found
            return Worked(told(gap, chinese=chinese, only=only), shown, both)
        if chosen is not None:
            return Worked(told(opening(chosen.text)[0], chinese=chinese, only=only), "", (chosen,))
        return None
    return _rest(text, lines) if _LEFT.search(text) else None


def _about(text: str) -> list[str]:
    return [
        t for t in dict.fromkeys(words(text)) if t not in _IDLE and not (t.isdigit() and len(t) < 2)
    ]


def _line(
    text: str, fitting: Sequence[Line], near: Near | None, *, among: Sequence[Line] = ()
) -> Line | None:
    """The one line that the words of a question name; the only one where it names nothing."""
    about = _about(text)
    if not fitting:
        return None
    if not about:
        return fitting[0] if len(fitting) == 1 and len(text) < 60 else None
    heads = {id(x): _over(x, among) for x in fitting}
    scores = [
        sum(
            match(t, set(words(f"{x.text} {x.heading} {heads[id(x)]}")), noisy=True) >= 0.6
            for t in about
        )
        for x in fitting
    ]
    top = max(scores)
    best = [x for x, s in zip(fitting, scores, strict=True) if s == top]
    if top == len(about) and len(best) == 1:
        return best[0]
    if near is None or len(about) - top > 1 or any(t.isdigit() for t in about):
        return None
    pool = best if top else list(fitting)
    if len(pool) > 16:
        return None
    cosines = near(text, [re.sub(r"[\d:.–-]+", " ", x.text)[:80] for x in pool])
    order = sorted(range(len(pool)), key=lambda i: -cosines[i])
    if cosines[order[0]] < (0.4 if top else 0.6) or (
        len(pool) > 1 and cosines[order[0]] - cosines[order[1]] < 0.1
    ):
        return None
    return pool[order[0]]


def _over(line: Line, among: Sequence[Line]) -> str:
    """The line above, where it only names something."""
    at = next((i for i, x in enumerate(among) if x is line), 0)
    above = among[at - 1].text if at else ""
    return above if above and not re.search(r"\d", above) and len(above) < 40 else ""


def _clock_between(
    one: str, two: str, lines: Sequence[Line], near: Near | None
) -> tuple[float, str, tuple[Line, ...]] | None:
    """The time between two lines that have one time of day each."""
    timed = [x for x in lines if len(clocks(x.text)) == 1]
    a, b = _line(one, timed, near), _line(two, timed, near)
    if a is None or b is None or a is b:
        return None
    (first, *x), (last, *y) = clocks(a.text)[0], clocks(b.text)[0]
    gap = (last - first) % 1440
    shown = f"{b.text[y[0] : y[1]]} - {a.text[x[0] : x[1]]}"
    return (gap, shown, (a, b)) if 0 < gap < 720 else None


_FIRST = wording(
    r"\b(?:start\w*|begin\w*|from|off|dep\w*|leaves?|opens?|sunrise|in|arrived|pick.?up|entry|first seen|observed from)\b|开始|入场|入場|出发|日出|进场"
)
_LAST = wording(
    r"\b(?:end\w*|finish\w*|until|till|to|back|on again|arr\w*|closes?|sunset|out|left|drop.?off|exit|last seen|restored)\b|结束|離場|离场|出场|到达|日落"
)


def _ends(text: str, lines: Sequence[Line]) -> tuple[float, str, tuple[Line, ...]] | None:
    """From the one line that tells a beginning to the one that tells an end."""
    if len(_about(text)) > 1:
        return None
    timed = [
        (x, re.split(r"\d", x.text)[0])
        for x in lines
        if len(clocks(x.text)) == 1 and not x.sentence and len(x.text) < 48
    ]
    first = [x for x, head in timed if _FIRST.search(head) and not _LAST.search(head)]
    last = [x for x, head in timed if _LAST.search(head) and not _FIRST.search(head)]
    if len(first) != 1 or len(last) != 1:
        return None
    (a, *x), (b, *y) = clocks(first[0].text)[0], clocks(last[0].text)[0]
    gap = (b - a) % 1440
    shown = f"{last[0].text[y[0] : y[1]]} - {first[0].text[x[0] : x[1]]}"
    return (gap, shown, (first[0], last[0])) if gap else None


def _dated(line: Line) -> list[tuple[date, str]]:
    days = ((dates([v.text])[0], v.text) for v in find(line.text) if v.kind == "date")
    return [(when, said) for when, said in days if when is not None]


def _days(text: str, lines: Sequence[Line], near: Near | None, *, chinese: bool) -> Worked | None:
    """The days between two dates: those that the question names, or the two of one line."""
    dated = [x for x in lines if len(_dated(x)) == 1]
    pair: tuple[Line, ...] = ()
    for pattern in _BETWEEN:
        if m := pattern.search(text):
            a, b = _line(m["a"], dated, near), _line(m["b"], dated, near)
            if a is not None and b is not None and a is not b:
                pair = (a, b)
    if not pair and re.search(r"night|晚|stay", text, re.IGNORECASE):
        first = [
            x
            for x in dated
            if re.search(r"check.?in|arriv|入住|到达|\bfrom\b", x.text, re.IGNORECASE)
        ]
        last = [
            x
            for x in dated
            if re.search(r"check.?out|depart|离店|退房|离开|\bto\b", x.text, re.IGNORECASE)
        ]
        if len(first) == 1 and len(last) == 1 and first[0] is not last[0]:
            pair = (first[0], last[0])
    if not pair:
        return None
    (one, a_text), (two, b_text) = _dated(pair[0])[0], _dated(pair[1])[0]
    if (one.year == 2000) != (two.year == 2000):
        one, two = one.replace(year=2000), two.replace(year=2000)
    gap = abs((two - one).days)
    word = "晚" if re.search(r"晚", text) else "天"
    name = "night" if "night" in text else "day"
    value = f"{gap} {word}" if chinese else f"{gap} {name}{'s' if gap != 1 else ''}"
    return Worked(value, f"{b_text} - {a_text}", pair) if 0 < gap < 4000 else None


_YEAR = re.compile(r"(?<![\d/.-])(1[0-9]\d\d|20\d\d)(?![\d/]|\s?(?:€|kg|m\b|people|km))")


def _years(text: str, lines: Sequence[Line], *, chinese: bool) -> Worked | None:
    """From the first to the last year of the line that tells of it, or from birth to death."""
    if re.search(r"\bold\b|活了|享年", text, re.IGNORECASE):
        born = [x for x in lines if re.search(r"\bborn\b|出生|生于|\bb\.|\*", x.text)]
        died = [x for x in lines if re.search(r"\bdie[sd]\b|death|逝世|去世|卒于|†", x.text)]
        firsts = {int(m[1]) for x in born for m in list(_YEAR.finditer(x.text))[:1]}
        lasts = {int(m[1]) for x in died for m in list(_YEAR.finditer(x.text))[-1:]}
        if len(firsts) == 1 and len(lasts) == 1:
            a, b = firsts.pop(), lasts.pop()
            if 0 < b - a < 120:
                return Worked(
                    f"{b - a} 岁" if chinese else str(b - a),
                    f"{b} - {a}",
                    tuple(dict.fromkeys((*born[:1], *died[:1]))),
                )
        return None
    about = _about(text)
    fitting = [x for x in lines if len({m[1] for m in _YEAR.finditer(x.text)}) == 2]
    named = [
        x
        for x in fitting
        if about
        and sum(match(t, set(words(f"{x.text} {x.heading}")), noisy=True) >= 0.6 for t in about)
        >= max(1, 0.6 * len(about))
    ]
    if len(named) != 1 or re.search(r"\d", text):
        return None
    a, b = sorted({int(m[1]) for m in _YEAR.finditer(named[0].text)})
    return Worked(f"{b - a} 年" if chinese else f"{b - a} years", f"{b} - {a}", (named[0],))


def _rest(text: str, lines: Sequence[Line]) -> Worked | None:
    """How much is left where a line tells how much there is and how much is used."""
    asked = {unit(w) for w in re.findall(r"[^\W\d_]+", text)} - {""}
    pairs: dict[int, tuple[Line, Value, Value]] = {}
    for line in lines:
        values = [
            v for v in find(line.text) if v.kind in {"quantity", "money", "span"} and amount(v.text)
        ]
        sizes = [a for v in values if (a := amount(v.text)) is not None]
        if len(sizes) != 2 or sizes[0].unit != sizes[1].unit or sizes[0].number == sizes[1].number:
            continue
        sure = bool(_USED.search(line.text)) or (len(line.cells) > 1 and sizes[0].unit != "money")
        if sure and (not asked or sizes[0].unit in asked):
            high, low = sorted(values, key=lambda v: -(v.number or 0))
            pairs[id(line)] = (line, high, low)
    chosen = _line(text, [p[0] for p in pairs.values()], None)
    if chosen is None:
        return None
    _, high, low = pairs[id(chosen)]
    gap = round((high.number or 0) - (low.number or 0), 6)
    tail = re.sub(r"^[^\d]*\d[\d.,']*", "", high.text)
    head = re.match(r"^[^\d]*", high.text)
    return Worked(
        f"{head.group() if head else ''}{gap:.10g}{tail}", f"{high.text} - {low.text}", (chosen,)
    )
