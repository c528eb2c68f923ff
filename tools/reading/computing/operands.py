"""What a question wants done with what: its operation and the phrases of its operands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.reading.computing.amounts import counted, small
from tools.reading.computing.worked import wording


@dataclass(frozen=True, slots=True)
class Part:
    """A phrase that names a thing, and how many of it."""

    phrase: str
    times: float = 1.0


@dataclass(frozen=True, slots=True)
class Work:
    """``kind``: sum, difference, each, change, left or without; ``parts`` are its operands."""

    kind: str
    parts: tuple[Part, ...] = ()
    given: float = 0.0


_AND = re.compile(
    r"\s*(?:,\s*and\s|\band\b|\bplus\b|\+|,|&|\bwith\b(?= (?:a|an|one|\d)\b))\s*", re.IGNORECASE
)
_TOTAL_END = r"(?:\s*[,:-]?\s*(?:together|to(?:ge|eg)(?:th|ht)er|altogether|all together|combined|in (?:total|all)|in sum|all in|total|all told|comes? to|add up to|set (?:me|us) back|cost|how much|price|what(?:'s| is) that\b.*|how much is that\b.*))+"
_SUM_EN = (
    wording(
        rf"(?:what|how much|how many \w+)\b.{{0,14}}?\b(?:do|does|did|would|will|are|is|were|was)\s(?P<x>.+?\b(?:and|plus)\b.+?){_TOTAL_END}\b"
    ),
    wording(
        r"(?:total|sum|cost|price|bill|fee)\s(?:cost |price )?(?:of|for)\s(?P<x>.+?\s(?:and|plus)\s.+?)(?:\s(?:together|combined|altogether))?[?.!]*$"
    ),
    wording(
        r"(?:add up|together|combined|altogether).{0,20}?(?:of|for|:)\s(?P<x>.+?\s(?:and|plus)\s.+?)[?.!]*$"
    ),
    wording(
        r"^(?P<x>[^?]+?(?:\sand\s|\splus\s|,\s)[^?]+?)(?:\s*[,:-]?\s*(?:together|togehter|altogether|combined|in total|total|all in|how much|comes to|price|what's that|what is that).*)$"
    ),
    wording(
        r"^(?:what|how much).*?\b(?:cost|costs|pay|come to|price)\b.*?\b(?:for)\s(?P<x>.+?\s(?:and|plus)\s.+?)[?.!]*$"
    ),
    wording(r"^(?P<x>[^?]*\bplus\b[^?]*?)[,?]"),
)
_DIFF_EN = (
    wording(r"(?:difference|gap)(?: in \w+)? between (?P<a>.+?) and (?P<b>.+?)[?.!]*$"),
    wording(
        r"(?:how (?:much|many)|by how (?:much|many))(?: \w+)?(?: \w+)? (?:more|less|fewer|dearer|cheaper|longer|shorter|heavier|lighter|higher|lower|bigger|larger|smaller|taller|warmer|cooler|older|further|expensive)(?P<n>(?: \w+)?) (?:is|are|was|were|does|do|did|would|will|can)\s(?P<a>.+?)\sthan\s(?P<b>.+?)[?.!]*$"
    ),
    wording(r"how (?:much|many) (?:more|fewer|less) (?P<n>\w+) (?P<a>.+?) than (?P<b>.+?)[?.!]*$"),
    wording(
        r"how (?:much|many)(?: \w+)? (?:would|do|does|did|can|could) \w+ save (?:by |with |on )?(?:picking |taking |buying |choosing )?(?P<a>.+?) (?:over|instead of|compared (?:with|to)|against|rather than) (?P<b>.+?)[?.!]*$"
    ),
    wording(
        r"(?P<b0>.+?) (?:is|are|was) how much (?:more|less|dearer|cheaper) than (?P<b>.+?)[?.!]*$"
    ),
    wording(
        r"(?:dearer|cheaper|more expensive|longer|heavier) is (?P<a>.+?) than (?P<b>.+?)[?.!]*$"
    ),
    wording(
        r"how much more (?:does|do|did) (?P<a>.+?) (?:cost|pay|weigh|take|last|earn)s? than (?P<b>.+?)[?.!]*$"
    ),
    wording(r"how much do (?P<a>.+?) and (?P<b>.+?) differ"),
)
_TIMES_EN = (
    wording(
        r"(?:what|how much)\b.*?\b(?:do|does|would|will|did|are|is|for|pay for)\s(?:the\s)?(?P<x>(?:\d+|both|a dozen)\s[\w' -]+?)\s?(?:come to|cost|set (?:me|us) back|together|pay|add up to|total|be|in all)*[?.!]*$"
    ),
    wording(
        r"^(?P<x>\d+\s[\w' -]+?)\s?(?:come to|cost|[,:]?\s?(?:what's the )?(?:price|total|how much)).*$"
    ),
    wording(r"(?:price|cost|total|fee) (?:of|for) (?P<x>\d+\s[\w' -]+?)[?.!]*$"),
)
_EACH_EN = (
    wording(r"\b(?:price|prise|cost|value) (?:of|for) (?:one|1|each)\s(?P<x>.+?)[?.!]*$"),
    wording(
        r"(?:what|how much) (?:does|did|is|was|would|do)\s(?:one|1|each)\s(?P<x>.+?)(?:\s(?:cost|come to|work out (?:to|at)|be|weigh|come out at)s?)?(?:\s(?:to|at))?[?.!]*$"
    ),
    wording(
        r"how (?:much|many \w+)(?: \w+)? (?:per|for one|for each) (?P<x>.+?)(?:\sthen)?[?.!]*$"
    ),
)
_CHANGE = (
    wording(
        r"\b(?:change|back|left)\b.*?\b(?:from|of|for|out of|with|on|(?:if|when) (?:i|we|she|he|they) (?:give|gave|paid|pay|hand\w*|put down|use))\s(?:a |the |him |her |them |with |in )*[^\w\s]?(?P<n>\d[\d.,]*)(?!\s?(?:%|day|week|month|year|hour|min|people|person|percent))"
    ),
    wording(
        r"(?:give|gave|paid|pay|with|from)\b.{0,12}?(?P<n>\d[\d.,]*)(?![\d%]).{0,30}\b(?:what|how much|my|any|the)\b.{0,12}\bchange\b"
    ),
    wording(r"(?:付|给|給|拿|用)(?:了|你|他)?\s?(?P<n>\d[\d.,]*).*?找"),
)
_WITHOUT = (
    wording(
        r"\b(?:total|bill|come to|cost|spen[dt]|pay|much|what).*\b(?:without|excluding|apart from|except(?: for)?|not counting|minus|less|if .{0,12}leave out|leaving out)\s(?P<x>.+?)[?.!]*$"
    ),
    wording(
        r"(?:不算|不含|除了|去掉|减去|扣除)(?P<x>.+?)(?:之外|以外|的话|外)?[，,]?(?:一共|总共|还|要|是|花|合计|多少).*"
    ),
)
_LEFT = (
    wording(
        r"\b(?:how (?:much|many)(?: of)?\s)?(?P<x>[\w' -]+?)\s(?:is|are|was|were)?\s?(?:still |yet )?(?:left|remaining|free|available|unused|to go)\b(?: (?:for|on|in|over for) (?P<y>[\w' -]+))?"
    ),
)
_ZH_SUM = (
    wording(
        r"^(?P<x>.+?(?:和|跟|与|與|加上?|、|及|连|帶|带|配).+?)(?:两样|两个|两项|两道)?(?:加起来|加起來|一共|总共|總共|合起来|合计|加一块儿?|一起|总计|合共)(?:是|要|花|得)?(?:多少|几|要多少|招几)"
    ),
    wording(r"^(?:买)?(?P<x>.+?加.+?)(?:要|是|得|共)?(?:多少|几)"),
    wording(
        r"^(?:买|点|要)?(?P<x>(?:[一二两兩三四五六七八九十\d]+[\u4e00-\u9fff]{2,10}?[和跟加、]?)+)(?:一共|总共|要|得)?(?:多少钱|多少|几块)"
    ),
)
_ZH_DIFF = (
    wording(
        r"^(?P<a>.+?)比(?P<b>.+?)(?:要)?(?:平均)?(?:多|少|贵|貴|便宜|平|高|低|长|短|重|轻|远|近|省|快|慢|大|小|用)+(?:了|出)?(?:多少|几|幾|用几)"
    ),
    wording(
        r"^(?P<a>.+?)(?:和|跟|与|與)(?P<b>.+?)(?:的[\u4e00-\u9fff]{1,4})?(?:之间)?(?:相差|差了?|差价|差額)(?:是)?(?:多少|几|幾)?"
    ),
)
_ZH_COUNT = re.compile(
    r"^(?:买)?(?P<n>\d+|[一二两兩三四五六七八九十]+)\s?(?:件|套|杯|个|個|份|瓶|张|張|位|人|碗|斤|只|盒|包|条|本|支|次|晚|天|串)(?:的)?(?P<x>.+)$"
)
_LEADING = re.compile(
    r"^(?:(?:and|the|a|an|one|of|for|my|our|their|your|both|if i (?:take|buy|get)|i (?:take|buy|get|had)|we (?:are|have)|cost of|price of|just|what|did|do|does|is)\s)+",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?:\s(?:cost|costs|come|comes|together|altogether|in total|each|per month|a month|alone|on its own|use|uses|take|takes|pay|pays|for one|only|than|one|do|does))+$",
    re.IGNORECASE,
)


def work(text: str) -> Work | None:
    """What a question wants computed; None where its words say no such thing."""
    said = counted(" ".join(text.split()).rstrip("?？!。. "))
    if re.search(r"[\u4e00-\u9fff]", said):
        return _chinese(said)
    for pattern in _CHANGE:
        if (
            (m := pattern.search(said))
            and (given := _number(m["n"]))
            and not re.search(r"\bsave|\bchange(?:d|s)\b", said)
        ):
            return Work("change", (), given)
    for pattern in _DIFF_EN:
        if m := pattern.search(said):
            groups = m.groupdict()
            a, b = groups.get("a") or groups.get("b0") or "", groups["b"]
            return Work("difference", (_part(a), _part(b)))
    for pattern in _SUM_EN:
        if (m := pattern.search(said)) and len(parts := _parts(m["x"])) > 1:
            return Work("sum", parts)
    for pattern in _WITHOUT:
        if m := pattern.search(said):
            return Work("without", _parts(m["x"]))
    for pattern in _TIMES_EN:
        if (
            (m := pattern.search(said))
            and len(parts := _parts(m["x"])) >= 1
            and any(p.times > 1 for p in parts)
        ):
            return Work("sum", parts)
    for pattern in _EACH_EN:
        if m := pattern.search(said):
            return Work("each", (_part(m["x"]),))
    for pattern in _LEFT:
        if m := pattern.search(said):
            return Work("left", (_part(" ".join(filter(None, (m["x"], m["y"])))),))
    return None


def _chinese(said: str) -> Work | None:
    for pattern in _CHANGE:
        if (m := pattern.search(said)) and (given := _number(m["n"])):
            return Work("change", (), given)
    for pattern in _ZH_DIFF:
        if m := pattern.search(said):
            return Work("difference", (_zh_part(m["a"]), _zh_part(m["b"])))
    for pattern in _WITHOUT:
        if m := pattern.search(said):
            return Work("without", (_zh_part(m["x"]),))
    for pattern in _ZH_SUM:
        if m := pattern.search(said):
            pieces = [p for p in re.split(r"和|跟|与|與|加上?|、|及|，", m["x"]) if p.strip()]
            parts = tuple(_zh_part(p) for p in pieces)
            if (
                len(parts) > 1
                and all(len(p.phrase) > 1 or p.phrase in "肉鱼蛋奶饭面酒茶炖焖" for p in parts)
            ) or any(p.times > 1 for p in parts):
                return Work("sum", parts)
    return None


def _zh_part(piece: str) -> Part:
    piece = re.sub(
        r"^(?:买|点|連|连|那)|(?:的钱|的價錢|的价格|费用?)$(?<!费)|(?:两样|两个|两种|两项)$",
        "",
        piece.strip(" ，,的"),
    )
    if m := _ZH_COUNT.match(piece):
        n = small(m["n"])
        if n is not None and len(m["x"].strip()) >= 1:
            return Part(m["x"].strip(), n)
    return Part(piece)


_SEVERAL = re.compile(
    r"\w{2}s\b|\bpeople\b|\bchildren\b|\bm[e]n\b|\bwomen\b|\bkg of\b", re.IGNORECASE
)


def _parts(text: str) -> tuple[Part, ...]:
    return tuple(_part(p) for p in _AND.split(text) if p and p.strip(" ,"))


def _part(text: str) -> Part:
    text = text.strip(" ,.?")
    text = re.sub(r"^the (?=\d)", "", text)
    m = re.match(r"(?:a set of )?(\d+(?:[.,]\d+)?)\s(?:x\s)?(.+)$", text)
    if m and (float(m[1].replace(",", ".")) == 1 or _SEVERAL.search(m[2])):
        return Part(_trimmed(m[2]), float(m[1].replace(",", ".")))
    if re.match(r"both\s", text, re.IGNORECASE):
        return Part(_trimmed(text), 2.0)
    return Part(_trimmed(text))


def _trimmed(text: str) -> str:
    text = _ENDING.sub("", text.strip())
    return _LEADING.sub("", f"{text} ").strip()


def _number(text: str) -> float:
    try:
        return float(text.rstrip(".,").replace(",", ""))
    except ValueError:
        return 0.0
