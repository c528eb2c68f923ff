"""How people word a sum, rewritten as the one notation that the evaluator reads.

:func:`body` strips what surrounds a sum in a request; :func:`notation` turns the words of the
sum itself into operators. Neither computes anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from tools.everyday.numerals import chinese, english

MAX_LENGTH = 500

_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|and|now|please|then|请问|请|你好|那么|那|帮我|麻烦)[\s,，!！]*"
    r"|(?:can|could|would|will) you (?:please |quickly )?"
    r"|(?:i(?:'d| would) (?:like|want) to|i want to|i need to|do you) know\s+"
    r"|(?:tell|show) me\s+|help me\s+)+",
    re.IGNORECASE,
)
_ASK = re.compile(
    r"^(?:(?:what(?:'s|’s|s| is| are| would be| will be| do you get (?:for|from)| does)"
    r"|how (?:much|tall|far|long|heavy|high|deep|fast|hot|cold|warm|big|wide) (?:is|are)"
    r"|calculate|compute|evaluate|work out|figure out|solve)\s*:?\s+"
    r"(?:the (?:result|value) of\s+|an?\s+(?=\d))?"
    r"|(?:计算|算一下|算一算|算算|算|求)(?:一下)?\s*[:：]?\s*)",
    re.IGNORECASE,
)
_WHAT = re.compile(r"^what\s+(.+?)\s+(?:is|are|equals|makes?)$", re.IGNORECASE)
_TAIL = re.compile(
    r"\s*(?:equals?(?: to)?(?: what)?|make|(?:=|＝)\s*[?？]*|等于(?:多少|几)|是(?:多少|几)"
    r"|得(?:多少|几)|[?？]|[.。！]|(?<![\d)])!|please|是什么|呢|吗)\s*$",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"^how (?:many|much)\s+(?!is\b|are\b)(?P<unit>[\w°/ ]+?)\s+"
    r"(?:are there in|are in|is in|is|are|in|make|do i get (?:for|from)|does|make up)\s+"
    r"(?P<rest>.+?)(?:\s+(?:have|make))?$",
    re.IGNORECASE,
)
_CONVERT = re.compile(
    r"^(?:please\s+)?(?:convert|change|turn)\s+(?P<what>.+?)\s+(?:in ?to|to|in|as)\s+(?P<unit>.+)$",
    re.IGNORECASE,
)
_CHINESE_CONVERT = re.compile(
    r"^(?:把)?(?P<what>.+?)\s*(?:转换成|转换为|换算成|换算为|转成|换成|等于多少|是多少|合多少|有多少"
    r"|等于几|是几)\s*(?P<unit>[^\d\s?？多少几]+)$"
)
_SYMBOLS = str.maketrans(
    {"×": "*", "÷": "/", "−": "-", "–": "-", "∙": "*", "·": "*", "⋅": "*", "⁄": "/", "∶": "/"}
)
KILO = (("千米", "公里"), ("千克", "公斤"), ("千瓦时", "kWh"), ("千瓦", "kW"), ("千卡", "kcal"))
_ON_TOP = r"(?:tip|(?:sales )?tax|vat|gratuity|service charge|discount|interest)"
_TAKES = "(?:(?:does|will|would) it take|to)"
_CHANGE = r"(?:change|increase|decrease|difference) (?:from|between)"
_REWRITES: tuple[tuple[str, str, str | Callable[[re.Match[str]], str]], ...] = (
    # a word that must stand in the text, the pattern, what replaces it
    ("分之", r"(\d+)\s*分之\s*(\d[\d.,]*)", r"(\2/\1)"),
    ("折", r"打\s*(\d)(\d)?折", lambda m: f"*0.{m[1]}{m[2] or ''}"),
    ("换算成", r"换算成", " in "),
    ("根", r"根号|平方根", " sqrt "),
    ("的", r"的\s*sqrt", " ^0.5"),
    ("平方", r"的?\s*平方(?!米|公里|千米|厘米)", "^2"),
    ("立方", r"的?\s*立方(?!米|厘米|分米)", "^3"),
    ("次方", r"的\s*(\d+)\s*次方", r"^\1"),
    ("加", r"加上?", "+"),
    ("减", r"减去?", "-"),
    ("乘", r"乘[以上]?", "*"),
    ("除以", r"除以", "/"),
    ("的", r"(?<=[\d)])\s*的\s*(?=\d)", "*"),
    ("per", r"\bper ?cent(?:age)?\b", "%"),
    ("pct", r"\bpct\b", "%"),
    ("multiplied", r"\bmultiplied by\b", "*"),
    ("times", r"\btimes\b", "*"),
    ("divided", r"\bdivided by\b", "/"),
    ("over", r"\bover\b", "/"),
    ("to the", r"\b(?:raised )?to the (?:power of\s+)?(\d+)(?:st|nd|rd|th)?(?: power)?\b", r"^\1"),
    ("power of", r"\bto the power of\b", "^"),
    ("raised", r"\braised to\b", "^"),
    ("plus", r"\bplus\b", "+"),
    ("added", r"\badded to\b", "+"),
    ("minus", r"\bminus\b", "-"),
    ("less", r"\bless\b", "-"),
    ("squared", r"\s*\bsquared\b", "^2"),
    ("cubed", r"\s*\bcubed\b", "^3"),
    ("factorial", r"(?<=\d)\s*\bfactorial\b", "!"),
    ("√", r"√", " sqrt "),
    ("∛", r"∛", " cbrt "),
    ("square root", r"\b(?:the )?square root of\b", " sqrt "),
    ("cube root", r"\b(?:the )?cube root of\b", " cbrt "),
    ("half of", r"\b(?:a |one |1 )?half of\b", "0.5*"),
    ("third of", r"\b(?:a |one |1 )third of\b", "1/3*"),
    ("quarter of", r"\b(?:a |one |1 )quarter of\b", "1/4*"),
    ("twice", r"\btwice\s+(?=\d)", "2*"),
    ("double", r"\bdouble\s+(?=\d)", "2*"),
    ("x", r"(?<=[\d)])\s*x\s*(?=[\d(])", "*"),
    ("mod", r"\bmod(?:ulo)?\b", " mod "),
    # "a tip of 15% on 48.50" and its kin
    ("%", rf"\b(?:an? )?{_ON_TOP} of (\S+\s*%) (?:on|for|of)\b", r"\1 of"),
    ("%", rf"%\s*{_ON_TOP}\s+(?:on|of|for)(?: a bill of)?\b", "% of"),
    (" off", r"(\d[\d.,]*\s*%)\s*off(?: of)?\s+(.+)$", r"(\2) - \1"),
    ("by", r"^(?:increase|raise)\s+(.+?)\s+by\s+(\d[\d.,]*\s*%)$", r"(\1) + \2"),
    ("by", r"^(?:decrease|reduce|lower|cut)\s+(.+?)\s+by\s+(\d[\d.,]*\s*%)$", r"(\1) - \2"),
    ("what", r"^what % of\s+(.+?)\s+(?:is|are)\s+(.+)$", r"(\2)/(\1) as %"),
    ("what", r"^(.+?)\s+(?:is|are) what % of\s+(.+)$", r"(\1)/(\2) as %"),
    ("as a", r"^(.+?)\s+as an? % of\s+(.+)$", r"(\1)/(\2) as %"),
    ("%", rf"^(?:the )?% {_CHANGE}\s+(.+?)\s+(?:to|and)\s+(.+)$", r"((\2)-(\1))/(\1) as %"),
    (" of ", r"^(?:the )?(average|mean|sum|product|max(?:imum)?|min(?:imum)?) of\s+(.+)$",
     lambda m: f"{m[1].lower()}({_list(m[2])})"),
    ("%", r"^add (\S+\s*%) (?:\w+ )?to\s+(.+)$", r"(\2) + \1"),
    ("add", r"^add(?: up| together)?\s+(?=.*(?:,|and|\bto\b))(.+)$",
     lambda m: f"sum({_list(m[1].replace(' to ', ' and '))})"),
    ("sum", r"^sum(?: up)?\s+(?=.*(?:,|and))(.+)$", lambda m: f"sum({_list(m[1])})"),
    ("total", r"^total(?: up)?\s+(?=.*(?:,|and))(.+)$", lambda m: f"sum({_list(m[1])})"),
    ("subtract", r"^subtract\s+(\S+)\s+from\s+(\S+)$", r"\2 - \1"),
    ("multiply", r"^multiply\s+(.+?)\s+(?:by|and|with)\s+(\S+)$", r"(\1) * \2"),
    ("divide", r"^divide\s+(.+?)\s+by\s+(\S+)$", r"(\1) / \2"),
    # a size at a rate
    ("how long", rf"^how long {_TAKES}\b.*?(\d.*?)\s+(?:at|with)\D*?(\d.*)$", r"\1 / \2"),
)  # fmt: skip


def _list(text: str) -> str:
    """``3, 4 and 5`` with commas alone; a comma inside 2,340 is left."""
    return re.sub(r"(?i)\s*(?:,\s+|,?\s+and\s+|,(?!\d{3}(?!\d))|[和、])\s*", ", ", text)


def plain(text: str) -> str:
    """The text with full-width forms and look-alike signs written the usual way."""
    text = text.replace("²", "^2").replace("³", "^3").replace("：", ":")
    text = unicodedata.normalize("NFKC", text).translate(_SYMBOLS)
    return " ".join(text.split())


def body(text: str) -> tuple[str, bool]:
    """The sum inside a request, and whether the words around it asked for a result.

    ``what is 17% of 2,340?`` gives ``17% of 2,340`` and True.
    """
    text = " ".join(text.split())
    asked = False
    text = _LEAD.sub("", text)
    if found := _HOW_MANY.match(_strip_tail(text)[0]):
        return f"{found['rest']} in {found['unit']}", True
    if found := _ASK.match(text):
        text, asked = text[found.end() :], True
    if found := _CHINESE_CONVERT.match(text.rstrip("?？。 ")):
        return f"{found['what']}换算成{found['unit'].strip()}", True
    text, ended = _strip_tail(text)
    if found := _WHAT.match(text):
        return found[1], True
    if found := _CONVERT.match(text):
        return f"{found['what']} in {found['unit']}", True
    return text, asked or ended


def _strip_tail(text: str) -> tuple[str, bool]:
    ended = False
    while found := _TAIL.search(text):
        tail = found.group().strip()
        if not found.start():
            break
        ended = ended or tail not in {".", "。", "!", "！", "please", "?", "？"}
        text = text[: found.start()]
    return text.strip(), ended


def notation(text: str) -> str:
    """The sum with digits and signs in place of words, units and dates left as they are."""
    text = plain(text)
    for unit, same in KILO:  # 千 is a numeral, too
        text = text.replace(unit, same)
    text = english(chinese(text))
    for word, pattern, replacement in _REWRITES:
        if word in text.lower():  # most are not, and compiling all patterns takes a while
            text = re.sub(pattern, replacement, text, flags=re.IGNORECASE)
    return text.strip()
