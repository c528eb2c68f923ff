"""How the trained reader of claims is given a sentence: beside what was asked, in words it knows.

The encoder reads English. Chinese is glossed word by word; the particles that a gloss leaves out
(了, 过, 吗) stay as their Pinyin, because they tell a claim from a plan or a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.language.glossary import glossed, has_chinese

ASKED = 300
"""Characters of the person's message that are looked at, half of them from its end."""
_PARTICLES = {
    "了": "le", "过": "guo", "着": "zhe", "吗": "ma", "呢": "ne", "吧": "ba", "啊": "ah",
    "的": "de", "地": "di", "得": "dei", "把": "bah", "所": "suo", "来着": "laizhe",
}  # fmt: skip
_PARTICLE = re.compile("|".join(sorted(_PARTICLES, key=len, reverse=True)))
_CODE = re.compile(r"`[^`\n]*`")
_MARKS = re.compile(r"[*_#>]+|\[s?\d+\]")


def prepared(text: str) -> str:
    """A text as the encoder is given it: without markup, Chinese glossed."""
    whole = text.encode("utf-8", "replace").decode()  # halves of characters are none
    plain = _MARKS.sub(" ", _CODE.sub(" code ", whole))
    if has_chinese(plain):
        plain = glossed(_PARTICLE.sub(lambda m: f" {_PARTICLES[m.group()]} ", plain)).english
    return " ".join(plain.split())


def context(asked: str, kinds: Sequence[str]) -> str:
    """What the sentence answers: the kinds of the attachments, and the person's words."""
    if len(asked) > ASKED:
        asked = f"{asked[: ASKED // 2]} {asked[-ASKED // 2 :]}"
    return f"{' '.join(sorted(set(kinds)))} : {prepared(asked)}"
