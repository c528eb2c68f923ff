"""A question and the likeliest units of a text in one sequence, as the reader's network takes it.

    [CLS] question [SEP] unit | unit | unit [SEP]

The units keep their order, so that a key above its value, or a heading above its lines, is
seen. Training and use pack alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.language.glossary import Gloss, glossed, has_chinese

if TYPE_CHECKING:
    import numpy as np

    from tools.engines.ctranslate2_encoder import SentenceModel

BUDGET = 240
"""Tokens of a sequence, of which the encoder was trained on 256."""
LONGEST_QUESTION = 40
LONGEST_UNIT = 44
FEW = 12
"""With less room than this, no further unit is looked for."""
CLS, SEP, BAR = 101, 102, 1064
"""Ids of [CLS], [SEP] and "|" in BERT's uncased vocabulary."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as token ids; ``spans`` are the characters of the original that each stands for."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """``chosen`` are the units that are in, ``places`` the tokens [from, to) of each with its bar."""

    ids: tuple[int, ...]
    types: tuple[int, ...]
    chosen: tuple[int, ...]
    places: tuple[tuple[int, int], ...]


def english(text: str) -> str:
    """What the encoder is given of a text: Chinese as its gloss."""
    return glossed(text).english if has_chinese(text) else text


def tokens(text: str, model: SentenceModel, longest: int = LONGEST_UNIT) -> Tokens:
    """Cut to ``longest`` tokens; the spans lead back to the original characters."""
    text = text.encode("utf-8", "replace").decode("utf-8")  # the tokenizer takes no lone surrogate
    gloss: Gloss | None = glossed(text) if has_chinese(text) else None
    ids, places = model.pieces(gloss.english if gloss else text)
    if gloss is not None:
        places = [gloss.original(*place) for place in places]
    return Tokens(tuple(ids[:longest]), tuple(places[:longest]))


def packed(
    question: Tokens, units: Sequence[Tokens], signals: np.ndarray, *, budget: int = BUDGET,
    kept: Sequence[int] = (),
) -> Packed:  # fmt: skip
    """Pack the likeliest units; ``kept`` are taken first, whatever their signals say."""
    import numpy as np

    # the cosine above all, then shared words and a value of the kind that is asked for
    likely = signals[:, 0] / 2 + 0.04 * signals[:, 3] + 0.025 * signals[:, 5]
    order = [*kept, *(int(i) for i in np.argsort(-likely, kind="stable") if i not in kept)]
    asked = question.ids[:LONGEST_QUESTION]
    room = budget - 3 - len(asked)
    chosen: list[int] = []
    for at in order:
        size = len(units[at].ids) + 1
        if size <= room:
            chosen.append(at)
            room -= size
        elif room < FEW:
            break
    chosen.sort()
    ids = [CLS, *asked, SEP]
    types = [0] * len(ids)
    places: list[tuple[int, int]] = []
    for at in chosen:
        places.append((len(ids), len(ids) + len(units[at].ids) + 1))
        ids += [*units[at].ids, BAR]
    if chosen:
        ids[-1] = SEP
    types += [1] * (len(ids) - len(types))
    return Packed(tuple(ids), tuple(types), tuple(chosen), tuple(places))
