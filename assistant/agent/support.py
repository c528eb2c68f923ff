"""Whether a fact stands in what the person themselves said, and not only in what was read.

What is remembered comes back in every later conversation, so a document must not be able to put
anything there. A fact counts as the person's where its words are: numbers, names and addresses to
the letter, and most of the others up to their endings. Chinese is compared by its pairs of
characters, and across the two languages by a gloss.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from langchain_core.messages import HumanMessage

from tools.everyday.numerals import chinese, english
from tools.language.glossary import glossed, has_chinese

if TYPE_CHECKING:
    from assistant.agent.run import Run

SHARE = 2 / 3
"""The part of a fact's telling words that must be the person's own."""
PASTED = 600
"""Characters above which a message is likely pasted: only its first paragraph is their word."""

_WORD = re.compile(r"\S*@\S+|\w+://\S+|[^\W_\u2e80-\u9fff]+(?:['’][a-z]+)?")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_NEGATION = re.compile(
    r"\b(?:not|no|never|nobody|nothing|neither|cannot|\w+n['’]t)\b|[不没無无别勿]"
)
_FILLERS = re.compile(r"用户|这个人|使用者|对方|记住|记得|[的了吗呢吧啊是我他她你您有在和也]")
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """a an the and or but if of in on at to for from by with as is are was were be been being
        am it its this that these those i me my mine we us our you your he him his she her they
        them their user users person persons people who whom whose which what when where how so
        such than then there here has have had having do does did will would can could should
        may might must shall not no never prefer prefers preferred like likes liked want wants
        wanted need needs call called calls name named names said says say told tell asked ask
        remember remembers remembered note keep kept about also only very just fact""",
    )
)


def own_words(run: Run) -> tuple[str, ...]:
    """What the person said themselves, as far back as this turn looks."""
    past = run.past[1] if run.past is not None else ()
    before = [
        str(message.additional_kwargs.get("text", ""))
        for message in past
        if isinstance(message, HumanMessage)
    ]
    return tuple(_own(text) for text in (*before, run.text))


def supported(fact: str, own: Sequence[str]) -> bool:
    """Whether what the person said holds the fact."""
    said = "\n".join(own)
    if _NEGATION.search(fact) and not _NEGATION.search(said):
        return False
    theirs = _words(said) | _words(_in_digits(said))
    telling = [word for word in _telling(fact) if word.lower() not in _EMPTY]
    exact = [word for word in telling if _is_exact(word)]
    names = [w for w in telling[1:] if w[0].isupper() and not _is_exact(w)]
    if any(word.lower() not in theirs for word in exact):
        return False
    if any(not _has(word.lower(), theirs) for word in names):
        return False
    if has_chinese(fact) and has_chinese(said):
        pairs, known = _pairs(fact), _pairs(said)
        if pairs:
            return len(pairs & known) >= SHARE * len(pairs)
    words = [w.lower() for w in (*telling, *_gloss(fact)) if w.lower() not in _EMPTY]
    if not words:
        return False
    theirs |= {w.lower() for w in _gloss(said)}
    return sum(_has(word, theirs) for word in words) >= SHARE * len(words)


def _own(text: str) -> str:
    if len(text) <= PASTED:
        return text
    first = text.lstrip().partition("\n\n")[0]
    return first if len(first) <= PASTED else ""


def _words(text: str) -> set[str]:
    return {word.rstrip(".,;:!?").lower() for word in _WORD.findall(text)}


def _telling(fact: str) -> list[str]:
    return [w for word in _WORD.findall(fact) if (w := word.rstrip(".,;:!?"))]


def _is_exact(word: str) -> bool:
    return "@" in word or "://" in word or any(c.isdigit() for c in word)


def _has(word: str, theirs: Iterable[str]) -> bool:
    return any(_same(word, other) for other in theirs)


def _same(one: str, other: str) -> bool:
    """Equal up to their endings: *allergic* and *allergy*, *call* and *called*."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    common = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), None)
    shared = len(short) if common is None else common
    return shared >= 3 and shared >= len(short) - 2 and shared >= 0.6 * len(long)


def _pairs(text: str) -> set[str]:
    bare = _FILLERS.sub(" ", text)
    return {run[i : i + 2] for run in _HAN.findall(bare) for i in range(len(run) - 1)}


def _gloss(text: str) -> list[str]:
    return _WORD.findall(glossed(text).english) if has_chinese(text) else []


def _in_digits(text: str) -> str:
    return chinese(english(text))
