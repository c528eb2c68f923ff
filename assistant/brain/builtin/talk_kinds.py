"""Which kind of talk a text is: a whole utterance of it, or one that leans that way."""

from __future__ import annotations

import re

from assistant.brain.builtin.talk_leanings import LEANS
from assistant.brain.builtin.talk_patterns import FEELS, MOOD_WORDS, SAID, WHEN, ZH

LONGEST = 120
"""Characters beyond which a text is more than a greeting and is never taken as talk whole."""

_FILL = re.compile(
    r"(?:well|oh|ah|um|uh|please|then|today|too|and|but|so|just|my friend|mate|buddy|assistant)"
    r"(?![\w'])|[呀啊吧呢啦了哦嘛哎唉]"
)
_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = (
    *(
        (mood, re.compile(rf"(?:{FEELS}(?:{en}){WHEN})(?![\w'])|{ZH}(?:{zh})[了啊呀极]*"))
        for mood, en, zh in MOOD_WORDS
    ),
    *((kind, re.compile(rf"(?:{en})(?![\w'])|(?:{zh})")) for kind, en, zh in SAID),
)
_BREAKS = re.compile(r"[.,!?;…~\n，。！？；、～]+")
_WEAK = ("unclear", "ok", "yes", "no", "laughter", "apology", "wait", "thanks", "greeting")
"""Of two kinds in one text the other one is answered: "hi, how are you", "ok, bye"."""


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no drawn-out letters ("heyyy"), single spaces."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"([a-z])\1{2,}", r"\1", text)
    return re.sub(r"[ \t]+", " ", text).strip(" -–—:)(*\"“”'")


def whole_kind(text: str) -> str:
    """The kind of a text that is talk from its first word to its last; "" where it is more."""
    text = re.sub(r"^look,? (?=i\b|i')", "", plain(text))
    if not text or len(text) > LONGEST:
        return ""
    kinds: list[str] = []
    for clause in _BREAKS.split(text):
        found = _clause(clause.strip(" -–—:)(*\"“”'😀😂🙂❤️👍"))
        if found is None:
            return ""
        kinds += found
    strong = [k for k in kinds if k not in _WEAK]
    if strong:
        return strong[-1]
    return max(kinds, key=_WEAK.index, default="")


def _clause(clause: str) -> list[str] | None:
    """The kinds of talk that a clause consists of; None where something else is in it."""
    kinds: list[str] = []
    at = 0
    while at < len(clause):
        hits = [(m.end(), kind) for kind, unit in _UNITS if (m := unit.match(clause, at))]
        end, kind = max(hits, key=lambda hit: hit[0], default=(at, ""))
        if end > at:
            kinds.append(kind)
        elif fill := _FILL.match(clause, at):
            end = fill.end()
        else:
            return None
        at = end
        while at < len(clause) and clause[at] == " ":
            at += 1
    return kinds


MOODS = frozenset({kind for kind, _, _ in MOOD_WORDS} | {"crisis"})
"""The kinds that answer how the person feels."""

_SELF = re.compile(
    r"\b(?:i|i'm|im|i've|ive|my|me|we|our|feel\w*|so|today|it hurts|dead tired|barely slept"
    r"|nothing to do|best day|said yes|life is good)\b|[我心今]|活着|压力"
    r"|不舒服|紧张|死了|好[累困烦]|难过"
    r"|开心"
)
_NOT_FELT = re.compile(
    r"\b(?:not|never|n't) (?:\w+ )?(?:sad|angry|mad|tired|scared|afraid|worried|sick|lonely"
    r"|bored)\b"
    r"|(?:不|没|别)(?:是)?(?:太|很)?(?:难过|伤心|生气|累|困|害怕|担心|紧张|孤单|无聊)"
)
_ASKS = re.compile(
    r"[?？]\s*$|^(?:what|whats|what's|who|whom|whose|when|where|which|why|how|is|are|was"
    r"|were|do|does|did"
    r"|can|could|should|would|explain|tell me|define|describe|recommend|compare|at what"
    r"|in which|recipe"
    r"|any good|pros and cons|another word|give me (?:synonyms|some advice|\w+ ideas)"
    r"|gift ideas|help me"
    r"|name for)\b|多[远高长大重久]|(?P<x>[一-鿿])不(?P=x)|有没有|什么|谁|哪|几|多少|怎么"
    r"|为什么|吗$|吗？|解释|推荐|是不是|该不该|还是.+好"
)


def asks(text: str) -> bool:
    """Whether a text is a question, or asks for an explanation."""
    return bool(_ASKS.search(plain(text)))


def leaning_kind(text: str) -> str:
    """The kind that a text leans to, by the words in it; "" where none stands out."""
    said = plain(text)
    question = asks(said)
    for kind, pattern in LEANS:
        if not pattern.search(said):
            continue
        if kind in MOODS and kind != "crisis":
            general = question and not re.match(r"what if|why (?:am|do|can'?t) i", said)
            if general or not _SELF.search(said) or _NOT_FELT.search(said):
                continue
        return kind
    return ""
