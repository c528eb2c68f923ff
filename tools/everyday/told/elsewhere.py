"""What only looks like a told sum: other wishes with numbers, and sums with more than one reading.

None of these may reach the readings, which would find a result that nobody asked for.
"""

from __future__ import annotations

import re

_MAKES = "split|cut|merge|crop|convert|turn|change|divide|share|reduce|remove|make|get|save"
_PAPERS = (
    "photos?|pictures?|image|scan|shot|files|pdf|spreadsheet|document|letter|contract|catalogue"
    "|records?|notes|papers|books|minutes of"
)
_OTHER_WISHES = (
    r"\bremind|\bremember\b|\btranslat|\bsummar|\brecommend|\bsuggest|\btimer\b|\balarm\b"
    r"|\bwake me\b|\bpages?\b(?= \d)|\bdo you think\b|\bwhat do you\b|\bwhy\b|\bideas?\b|\bpoem\b"
    r"|\bwhat should i (?:wear|pack|cook|buy)|\bwhat can i (?:do|cook|make)|\baccording to\b"
    r"|\bwho\b|\benough\?|\bany tips\b|\bposter\b|\binvitation\b|\b(?:draw|paint) (?:an?|me)\b"
    rf"|\bhow (?:do|can|could|should|to) (?:i |we |you |one )?(?:{_MAKES})\b"
    r"(?!.*\b(?:bill|rent|among|between)\b)"
    r"|\bwhat(?:'s| is| was| are) (?:the |your )?(?:point|reason|meaning|best|name|title|matter"
    r"|wrong|purpose|history|story|deal)\b"
    r"|\b(?:do|does|did) (?:[^.?!]* )?(?<!the )mean\b|\bcount (?:the|all|how|every)\b"
    r"|提醒|记住|翻译|总结|推荐|叫我|你觉得|建议|为什么"
)
# Numbers that stand in something which came with the request or is kept somewhere.
_ELSEWHERE_WRITTEN = (
    rf"\b(?:this|the|my|your|these) (?:\w+ )?(?:{_PAPERS})\b|\battach(?:ed|ment)"
    r"|\bphoto(?:graphed)? of|\buploaded\b|\bhandwritten\b|\bhere's the (?:bill|receipt)"
    r"|\bon (?:the|this) (?:receipt|bill)\b|\blook up\b|\bsomewhere in\b"
    r"|图里|照片|图片|表里|合影|附件|文件里|合同上|发票上|小票|单子上|截图"
)
# Offers that do not take the same off everything, growth by doubling, and work that is shared.
_MORE_READINGS = (
    r"\b(?:second|third|2nd|3rd|other|next|cheap(?:er|est)) (?!hand\b)\w+"
    r" (?:\w+ )?(?:is|are|at|for|costs?)?\s*(?:half|\d+ ?%|free)|\bbuy \d+,? (?:and )?get\b"
    r"|(?<![\d.,])\d for (?:the price of )?\d(?=[.,?!]\s|\W*$| on\b| offer| deal)"
    r"|某[件份杯双个瓶张].*[折%]|买\d.?[送赠]\d|满\d+.{0,3}[减送]"
    r"|\bhalf-?life\b|\bdoubles?\b (?!\d)|\bhalves\b|\btriples?\b|翻一?1?倍|翻番|半衰期"
    r"|\bonly pays? (?:a )?(?:half|50%)|\bhalf (?:a|the) share|\btwice as\b|\brather than\b"
    r"|\b(?:how (?:much|many|long|far|fast|old)|what)\b[^.?!]*(?:\band|[,;]) (?:how|what|who)'?s?\b"
    r"|\bexchange rate"
)
_ANY = re.compile(f"{_OTHER_WISHES}|{_ELSEWHERE_WRITTEN}|{_MORE_READINGS}", re.IGNORECASE)
# Hands that share a job: more of them take less time, not more.
_HANDS = re.compile(
    r"\b(?:workers?|painters?|machines?|pumps?|taps?|builders?|nurses?|men|people|cooks?|cleaners?"
    r"|printers?|gardeners?|hens|cats|students|employees)\b|工人|水管|机器|人",
    re.IGNORECASE,
)


def is_elsewhere(text: str) -> bool:
    """Whether a text in :func:`tools.everyday.told.digits.digits` is no single told sum."""
    return bool(_ANY.search(text))


def has_hands(text: str) -> bool:
    """Whether a text counts those who do a job together, so that time shrinks as they grow."""
    return bool(_HANDS.search(text))
