"""What a question asks for: which kind of value, about what, and whether something is computed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tools.language.glossary import is_chinese
from tools.reading.lexicon import GENERIC_TERMS, plain, terms

MONEY: Final = frozenset(
    "@total @subtotal @amount_due @amount @tax @change @cash @tip @service @discount @deposit @rent"
    " @price @fee @shipping @balance @salary @budget @revenue @profit @fine".split()
)
IMPLIED: Final = {
    "@date": ("date",), "@time": ("time",), "@phone": ("phone",), "@email": ("email",),
    "@web": ("web",), "@price": ("money",), "@amount": ("money",), "@percent": ("percent",),
    "@name": ("name",), "@hours": ("time",), "@fee": ("money",), "@weight": ("quantity",),
    "@distance": ("quantity",), "@length": ("quantity", "span"), "@height": ("quantity",),
    "@temperature": ("quantity",), "@city": ("place",), "@due": ("date",), "@quantity": ("number",),
    "@age": ("number",), "@address": ("address",),
}  # fmt: skip
"""Concepts that a value of the kind names by its mere form."""
PEOPLE: Final = frozenset(
    "@name @customer @seller @cashier @tenant @landlord @employer @employee @manager @author"
    " @teacher @doctor @patient @passenger @guest @speaker @organizer @sender @recipient @signed"
    " @contact".split()
)
CODES: Final = frozenset(
    "@invoice_no @order_no @receipt_no @reference @customer_no @account @serial @model @id_no"
    " @vat_no @flight @train @seat @gate @platform @room @password @table_no @zip @version"
    " @floor".split()
)


def _c(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_KINDS: Final = (
    (_c(r"\bwho\b|\bwhom\b|\bwhose\b|谁|哪位|姓名|叫什么|名字"), ("name",)),
    (_c(r"\be-?mail|邮箱|电子邮件"), ("email",)),
    (_c(r"\b(?:phone|telephone|mobile|tel|fax)\b|number (?:do|can|should) i (?:call|ring)"
        r"|how (?:do|can) i call|电话|手机|传真|号码是多少.*(?:打|拨)"), ("phone",)),
    (_c(r"\b(?:web ?site|web ?page|url|web address|homepage)\b|网址|网站|主页"), ("web",)),
    (_c(r"\bwhat time|at which time|which hour|几点|什么时间|opening (?:hours|times)|营业时间"
        r"|\bwhen (?:do|does|is|are|will) .*\b(?:open|close|shut|depart|leave|arrive|board|start|begin|end|finish)"),
     ("time", "date")),
    (_c(r"\bhow long\b|\bfor how many (?:days|weeks|months|years|hours|minutes)|多久|多长时间|duration|多少(?:天|年|个?月|小时|分钟)"
        r"|几(?:天|年|个?月|周|个?小时|分钟)|how many (?:days|weeks|months|years|hours|minutes|nights|seconds)|how often|多久一次"),
     ("span", "quantity")),
    (_c(r"\bwhen\b|\bdates?\b|\bwhat day\b|which day|which year|what year|which month|deadline|by what day|日期|什么时候|何时"
        r"|哪(?:一)?[天年日月]|几月|几号(?!座|楼|线|车|桌|登|口|房|厅)|截止|周几|星期几|expir|到期|有效期|生日"), ("date", "time", "span")),
    (_c(r"\bhow old|\bage\b|多大年纪|年龄|几岁|多大"), ("span", "number")),
    (_c(r"percent|what share|百分之|比例|利率|interest rate|commission"), ("percent", "number")),
    (_c(r"how (?:heavy|tall|high|far|wide|deep|large|big|fast|hot|cold|warm|thick)\b|多重|多远|多高|多宽|多快|面积|重量|体积|温度"),
     ("quantity", "number")),
    (_c(r"\bhow many\b|\bnumber of\b|\bhow often\b|几(?:个|位|人|名|间|次|页|张|件|台|条|种|瓶|杯|盒|片|粒)|多少(?:个|人|位|名|次|间|件|张|台|页|条|种|瓶|辆|户)"), ("number", "quantity")),
    (_c(r"\bhow much\b|多少钱|价格|价钱|金额|费用|\bcosts?\b|\bprice|what (?:did|do|does|will|must|should) .*\b(?:pay|paid|owe)\b|花了多少|总共|一共|合计|总额|总计"),
     ("money", "quantity", "percent", "span", "number")),
    (_c(r"\bwhere\b|\baddress\b|which (?:city|town|street|country|place)|哪里|哪儿|地址|位于|哪个城市|地点|住在哪"), ("place", "address")),
)  # fmt: skip
_OPERATIONS: Final = (
    ("difference", _c(r"\bdifference between|(?:dearer|cheaper|more expensive|heavier|longer) than|how much (?:more|less|cheaper|dearer|higher|lower|larger|smaller|bigger|taller|heavier)"
                      r"|how many (?:more|fewer|less)|\bmore (?:expensive )?than .* by how much|相差|差多少|差几|多多少|少多少|贵多少|便宜多少|高多少|低多少")),
    ("average", _c(r"\baverage|\bmean\b(?! by| when| to)|平均")),
    ("max", _c(r"\b(?:highest|largest|biggest|greatest|maximum|max|most expensive|dearest|longest|oldest|best[- ]?(?:selling|paid)?|latest|heaviest|tallest|strongest|top)\b"
               r"|\bthe most\b|\bearns? most\b|\bsold most\b|最(?:高|多|大|贵|长|好|晚|重|老)")),
    ("min", _c(r"\b(?:lowest|smallest|minimum|min|cheapest|least(?: expensive)?|shortest|youngest|worst|earliest|fewest|lightest|weakest)\b"
               r"|最(?:低|少|小|便宜|短|差|早|轻|年轻)")),
    ("sum", _c(r"\bsum\b|\badd(?:ed)? up\b|\baltogether\b|\ball together\b|\bcombined\b|\btogether\b|\bin total\b|\btotal (?:of|for|number|sales|revenue|cost of)"
               r"|\boverall\b|加起来|总和|之和|合起来|总共|一共|合计|总计|总(?!经理|部|监|裁)")),
    ("count", _c(r"\bhow many\b|\bcount\b|\bnumber of\b|多少(?:个|人|位|名|种|条|件|行|家)|几(?:个|位|名|种|人|条|件|家|行)")),
)  # fmt: skip
_OLD: Final = _c(r"how old\b|几岁|多大年纪|多大了")
_SUPERLATIVES: Final = (
    (_c(r"\b(?:oldest|youngest)\b|年龄最|最(?:年轻|年长|老)"), "@age"),
    (_c(r"most expensive|cheapest|dearest|最贵|最便宜"), "@price"),
    (_c(r"earns? (?:the )?(?:most|least)|best[- ]paid|worst[- ]paid|收入最|工资最|赚得?最"), "@salary"),
    (_c(r"heaviest|lightest|最重|最轻"), "@weight"),
    (_c(r"tallest|最高的(?:人|山|楼)"), "@height"),
    (_c(r"best[- ]?selling|sold (?:the )?(?:most|best|least)|卖得最|销量最"), "@sales"),
)  # fmt: skip
_WHOLE = re.compile(
    r"^\W*(?:(?:please|can you|could you|would you|just|kindly|hey|ok|i need you to|help me)\W+)*"
    r"(?:read|transcribe|write down|type (?:up|out)|copy|ocr|extract|digiti[sz]e|show me (?:all )?the text)\b"
    r"(?!.*\b(?:how|when|who|where|which|total|price|amount|date|phone|number|name)\b)"
    r"|what (?:does|do|did) (?:it|this|that|they|she|he|the [\w ]{1,24}|i) (?:say|read)s?\W*$"
    r"|what(?:'s| is| was) (?:said|written|spoken|being said|in (?:it|this|here|there))\b[^,]{0,30}$"
    r"|what(?:'s| is) (?:it|this|that) (?:say|about)"
    r"|^(?:请|帮我|麻烦|能不能|把)*(?:读|转写|抄|识别|听写|提取)|说了(?:些)?什么[？?。]?$|写了(?:些)?什么[？?。]?$|写的(?:是)?什么[？?。]?$"
    r"|写着什么[？?。]?$|讲了(?:些)?什么[？?。]?$|转成文字|全文|内容是什么",
    re.IGNORECASE,
)
_GIST = re.compile(
    r"summar[iy]|\bgist\b|\bsum (?:it|this|that|the [\w ]{1,24}|things)?\s?up\b|\bsum up\b|\bin short\b|\bbriefly\b|main (?:points?|ideas?|message)|key points|in (?:a few|two|three|short) (?:words|sentences|lines)"
    r"|what(?:'s| is| are) (?:it|(?:this|that|the)(?: [\w ]{1,30})?) (?:all )?about\b|\btl;?dr\b|\boverview\b|boil .* down|in a nutshell|\bessence\b|\brecap\b"
    r"|总结|概括|大意|摘要|要点|主要内容|讲的是什么|主要(?:讲|说)|概述",
    re.IGNORECASE,
)
_YESNO = re.compile(
    r"^\W*(?:is|are|was|were|does|do|did|can|may|has|have|must|will|am)\b(?! (?:you|u) )|吗[？?]?$|是否|有没有|能不能|可不可以",
    re.IGNORECASE,
)
_OTHER_WORK = re.compile(
    r"(?:[,;，；。.!]\s*(?:(?:and|then|also)\s+)*|\s+(?:and|then)\s+(?:then\s+)?|然后|再|并且|并)"
    r"(?:(?:please|also)\s+)?(?:(?:translate|convert|say|speak|remember|save|send|note|split|divide"
    r"|multiply|add \d)\b|read (?:it|that|this|them) (?:aloud|out|to me)|tell me how (?:she|he|they) sounds?"
    r"|翻译|换算|朗读|念|读出来|记住|告诉我(?:他|她)).*$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Question:
    """``kinds`` of value that would answer, best first (none: words); ``terms`` it is about.

    ``doing`` are those of the terms that only word the operation ("highest", "together"), ``minor`` general
    words that decide between candidates but need not be there.
    """

    text: str
    kinds: tuple[str, ...]
    terms: tuple[str, ...]
    operation: str
    chinese: bool
    doing: frozenset[str] = frozenset()
    minor: tuple[str, ...] = ()

    @property
    def yes_or_no(self) -> bool:
        return bool(_YESNO.search(self.text))

    @property
    def whole(self) -> bool:
        """Whether all of the text is wanted."""
        return bool(_WHOLE.search(self.text)) and not self.kinds

    @property
    def gist(self) -> bool:
        return bool(_GIST.search(self.text))


@lru_cache(maxsize=256)
def understood(text: str) -> Question:
    """Read a question."""
    text = " ".join(text.split())
    core = _OTHER_WORK.sub("", text)
    core = core if len(core) >= 6 or (is_chinese(core) and len(core) >= 3) else text
    kinds: tuple[str, ...] = next((kinds for pattern, kinds in _KINDS if pattern.search(core)), ())
    about = tuple(dict.fromkeys(t for t in terms(core) if not plain(t)))
    minor = tuple(t for t in dict.fromkeys(terms(core)) if t in GENERIC_TERMS)
    operation = next((name for name, pattern in _OPERATIONS if pattern.search(core)), "")
    if not kinds or kinds == ("name",):
        if any(t in MONEY for t in about) and kinds != ("name",):
            kinds = ("money", "percent", "quantity", "number")
        elif any(t in CODES for t in about):
            kinds = ("code", "number", "word")
        elif any(t in PEOPLE for t in about):
            kinds = ("name",)
        elif "@address" in about or "@city" in about:
            kinds = ("place",)
    if kinds[:1] == ("money",) and not about:
        about = ("@total",)
    if kinds[:1] == ("span",) and not about:
        about = ("@term",)
    if kinds[:1] == ("date",) and re.search(r"\bpay|paid|付|交", core) and "@due" not in about:
        about = (*about, "@due")
    if _OLD.search(core) and "@age" not in about:
        about = (*about, "@age")
    doing = frozenset(
        t for name, pattern in _OPERATIONS for m in pattern.finditer(core) for t in terms(m.group())
    )
    for said, column in _SUPERLATIVES:
        if said.search(core) and column not in about:
            about = (*about, column)
            doing |= {column}
    return Question(core, kinds, about, operation, is_chinese(text), doing, minor)
