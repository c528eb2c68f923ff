"""What a question about a picture asks for, in English and Chinese."""

from __future__ import annotations

import re
from typing import Literal

Topic = Literal[
    "code", "when", "where", "camera", "size", "format", "frames", "colour", "background",
    "light", "focus", "kind", "blank", "turned", "amount", "phone", "email", "link", "date",
    "has_text", "text", "everything", "other",
]  # fmt: skip

# The first that matches is meant, so the narrow ones stand above the wide ones.
_ASKED: tuple[tuple[Topic, tuple[str, ...]], ...] = (
    ("code", (r"\bqr\b", r"bar ?code", r"data ?matrix", r"\bisbn\b", r"二维码|条形?码|扫码")),
    (
        "when",
        (
            r"\bwhen\b.*\b(taken|shot|made|photograph|picture|photo|image|this)\b",
            r"\b(date|time|day|year)\b.*\b(taken|shot)\b",
            r"how old is (this|the) (photo|picture|image)",
            r"(什么时候|何时|哪天|哪一?年|几时).*(拍|照)",
            r"拍摄(时间|日期)|(拍|照).*(什么时候|何时)",
        ),
    ),
    (
        "where",
        (
            r"\bwhere\b.*\b(taken|shot|photo|picture|image|this|made|was)\b",
            r"\bgps\b|\blocation\b|\bcoordinates\b",
            r"(哪里|哪儿|什么地方|何处|在哪).*(拍|照)",
            r"拍摄地|(拍|照).*(哪里|哪儿|地方)|定位",
        ),
    ),
    (
        "camera",
        (
            r"\b(which|what|whose) (camera|phone|device|lens)\b",
            r"\bcamera\b.*\b(used|model|settings|took)",
            r"\b(iso|aperture|exposure time|shutter|focal length|exif)\b",
            r"(相机|手机|镜头).*(拍|型号)|(什么|哪款|哪种)(相机|手机|设备)|光圈|快门|焦距",
        ),
    ),
    (
        "frames",
        (
            r"\banimat|\bframes?\b.*\b(how many|number|count)|\bhow many (frames|pages)\b",
            r"动画|动图|几帧|多少帧|几页",
        ),
    ),
    (
        "format",
        (
            r"\b(file|image|picture) (format|type)\b|\bwhat format\b",
            r"\b(jpe?g|png|gif|tiff?|webp)\b.*\?|文件?格式|什么格式",
        ),
    ),
    (
        "size",
        (
            r"\bhow (big|large|wide|tall|high) is ((the|this|that|my) )?(image|picture|file|it)\b",
            r"\bhow (big|large|wide|tall|high) is (the|this|that|my) (photo|screenshot|scan)\b",
            r"\b(dimensions?|resolution|megapixels?|aspect ratio)\b",
            r"\bhow many pixels\b|\bin pixels\b|\bwhat size\b",
            r"\bsize of (the|this) (image|picture|photo|screenshot)\b",
            r"尺寸|分辨率|像素|多大|宽高|长宽",
        ),
    ),
    (
        "background",
        (
            r"\bbackground\b.*\bcolou?r|\bcolou?r\b.*\bbackground\b",
            r"背景.*颜色|背景.*什么色",
        ),
    ),
    ("colour", (r"\bcolou?r(s|ed)?\b|\bhue\b|black and white", r"颜色|什么色|色调|黑白|彩色")),
    (
        "focus",
        (
            r"\bblurr?(y|ed|ing)?\b|\bsharp(ness)?\b|\b(in|out of) focus\b|\bshaky\b",
            r"模糊|清晰|清楚吗|对焦|虚了",
        ),
    ),
    (
        "light",
        (
            r"\b(dark|bright(ness)?|(over|under)-?exposed)\b|\btoo light\b",
            r"太暗|太亮|亮度|曝光|暗吗|亮吗",
        ),
    ),
    ("blank", (r"\b(image|picture|photo|page|it|this) (is )?(blank|empty)\b", r"空白|空的")),
    (
        "turned",
        (
            r"\bupside[- ]down\b|\bsideways\b|\brotat|\borientation\b|right way up",
            r"\bportrait or landscape\b|\blandscape or portrait\b",
            r"横(着|向|版|屏)|竖(着|向|版|屏)|倒(着|过来|了)|方向|旋转",
        ),
    ),
    (
        "kind",
        (
            r"\b(what|which) (kind|type|sort) of (image|picture|file|photo|document)\b",
            r"\bis (this|it) an? (real )?(photo|photograph|screenshot|scan|drawing|document)\b",
            r"\bscreenshot or\b|\bphoto or\b",
            r"是(不是)?(一?张)?(截图|照片|扫描|文档)|什么类型|哪种图",
        ),
    ),
    (
        "amount",
        (
            r"\b(total|subtotal|amount|balance|price|cost|tax|vat|tip|sum)\b|\bhow much\b",
            r"总(计|额|价|共)|合计|金额|多少钱|价格|税",
        ),
    ),
    ("phone", (r"\b(phone|telephone|mobile|fax) ?number\b|\bcall\b", r"电话|手机号")),
    ("email", (r"\be-?mail\b", r"邮箱|电子邮件")),
    ("link", (r"\b(website|web ?site|url|web address|link)\b", r"网址|网站|链接")),
    (
        "date",
        (
            r"\b(date|dated|deadline|due|expir\w+|best before)\b",
            r"日期|到期|截止|保质期",
        ),
    ),
    (
        "has_text",
        (
            r"\b(is|are|does|has|have|any)\b.*\b(text|words?|writing|letters)\b[^?]{0,30}\?*\s*\Z",
            r"有(没有)?.*(文字|字)",
        ),
    ),
    (
        "text",
        (
            r"\b(says?|said|reads?|written|writing|text|words?|title|headline|label|sign)\b",
            r"\b(heading|transcribe|ocr|subtitle|spell)\b",
            r"写(着|了|的)?|文字|上面.*字|标题|读(一下|出)|招牌",
        ),
    ),
    (
        "everything",
        (
            r"\bdescri|\btell me about\b|\bwhat is (this|that|it)\b|\bcaption\b|\bsummar|\blook at",
            r"\bwhat('s| is) (in|on|shown in|this|here)\b",
            r"\bwhat (do|can|does) (you|it|this|the (image|picture|photo))\b.*\b(see|show)\b",
            r"描述|(图|照片|画面)片?(里|中|上)面?(有|是)?(些)?(什么|啥)\W*\Z|这是(什么|啥)\W*\Z",
            r"看(看|一下|到)|介绍|内容",
        ),
    ),
)
_WHOLE = (
    r"image|picture|photo|photograph|screenshot|it|this|that|there|here|these|those|main|dominant"
    r"|colou?rs?|scene|painting|drawing|in|you|used|most|one"
)


def topic(question: str) -> Topic:
    """What the question asks for; ``other`` where only a model that sees could tell."""
    text = question.strip().lower()
    if not text:
        return "everything"
    for name, patterns in _ASKED:
        if any(re.search(pattern, text) for pattern in patterns):
            return name
    return "other"


def about_a_thing(question: str) -> bool:
    """Whether a question for a colour means one thing in the picture, not all of it."""
    text = question.strip().lower()
    if re.search(r"[\u4e00-\u9fff]", text):
        whole = r"(图片|图像|截图|图|照片|画面|整体|这|它|包含|都|大)"
        rest = re.sub(
            r"(是|什么|颜色|色|的|吗|呢|？|\?|里|中|上|请问|告诉我|张|主|要|有|哪些)", "", text
        )
        return bool(re.sub(whole, "", rest).strip())
    found = re.search(r"\bcolou?r(?:ed)?\b.*?\b(?:is|are|was|were|has|of|does)\b(.*)", text)
    if found is None:
        return False
    nouns = re.sub(
        r"\b(?:the|a|an|my|your|his|her|their|of|have|has|look|like|on|at)\b", " ", found[1]
    )
    return any(not re.fullmatch(_WHOLE, word) for word in re.findall(r"[a-z]+", nouns))


def is_chinese(question: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", question))


_FIND: dict[Topic, str] = {
    "amount": r"(?:[$€£¥￥]|\b(?:USD|EUR|GBP|CNY|RMB)\b)\s*\d[\d,. ]*\d?"
    r"|\d[\d,]*[.,]\d\d\b|\d+\s*(?:元|%)",
    "phone": r"\+?\(?\d[\d()\-. ]{6,}\d",
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "link": r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|edu|gov|io|cn|de|uk|co)\b\S*",
    "date": r"\b\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?|\b\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}\b"
    r"|\b\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? ?\d{2,4}"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? ?\d{0,4}",
}
_PLAIN = frozenset(
    re.findall(
        r"\w+",
        "a an and are at be by do does for from has have he how i in is it its me much my of on or "
        "picture image photo please says say she tell that the their there this to us was what "
        "when where which who with you your text number written receipt invoice sign",
    )
)
_SAME = (
    ("total", "amount due", "balance", "grand", "合计", "总计", "总额", "总价", "金额", "应付"),
    ("tax", "vat", "gst", "税"),
    ("phone", "tel", "telephone", "mobile", "fax", "电话"),
    ("date", "dated", "due", "日期"),
)


def answer_row(asked: Topic, question: str, rows: list[str]) -> int | None:
    """Which row of the text answers the question, or None where none stands out."""
    pattern = _FIND.get(asked)
    words = _words(question)
    best, highest = None, 0.0
    for index, row in enumerate(rows):
        has = bool(pattern and re.search(pattern, row, re.IGNORECASE))
        shared = len(words & _words(row))
        score = shared * 2.0 + (1.5 if has else 0.0)
        if asked == "amount" and has and not shared and "total" not in words:
            score -= 1.0
        # A total stands below what it sums up.
        if score > highest or (asked == "amount" and score == highest and score > 0):
            best, highest = index, score
    return best if highest >= (1.5 if pattern else 2.0) else None


def _words(text: str) -> set[str]:
    low = text.lower()
    words = {re.sub(r"s\Z", "", w) for w in re.findall(r"[a-z]{3,}", low)} - _PLAIN
    for group in _SAME:
        if any(re.search(rf"\b{w}" if w.isascii() else w, low) for w in group):
            words.add(group[0])
            words -= set(group[1:])
    if re.search(r"\bsub-?total\b|小计", low):
        words.discard("total")
        words.add("subtotal")
    return words
