"""How a person feels, as far as it can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

LABELS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
"""Ekman's six and neutral: the order of every score array in this package."""
EKMAN: Mapping[str, str] = {
    "anger": "anger annoyance disapproval",
    "disgust": "disgust",
    "fear": "fear nervousness",
    "joy": "joy amusement approval excitement gratitude love optimism relief pride admiration "
    "desire caring",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
    "neutral": "neutral",
}
"""Which of GoEmotions' 28 labels belong to each, as the data set's authors group them."""
CIRCUMPLEX: Mapping[str, tuple[float, float]] = {
    "anger": (-0.6, 0.7),
    "disgust": (-0.6, 0.3),
    "fear": (-0.6, 0.6),
    "joy": (0.7, 0.4),
    "sadness": (-0.7, -0.4),
    "surprise": (0.1, 0.5),
    "neutral": (0.0, -0.1),
}
"""(valence, arousal) of each label on Russell's circumplex (1980), placed by hand."""

SourceOf = Literal["words", "voice", "words+voice"]


@dataclass(frozen=True, slots=True)
class Feeling:
    """One reading. ``confidence`` 0..1 is the estimated chance that ``label`` is right.

    ``valence`` (unpleasant to pleasant) and ``arousal`` (calm to excited) are in -1..1.
    ``scores`` gives every label's share and sums to 1.
    """

    label: str
    confidence: float
    valence: float
    arousal: float
    source: SourceOf
    scores: Mapping[str, float] = field(default_factory=dict)


def from_scores(
    scores: Mapping[str, float], source: SourceOf, *, trust: float = 1.0, least: float = 0.0
) -> Feeling:
    """The feeling that scores amount to.

    Args:
        scores: a share for each label; they need not sum to 1.
        trust: what the confidence is multiplied by, where the scores come from acted data.
        least: below this share the best label is not named and the reading is ``neutral``.
    """
    total = sum(scores.values()) or 1.0
    shares = {label: scores.get(label, 0.0) / total for label in LABELS}
    best = max(LABELS, key=lambda label: shares[label])
    if shares[best] < least:
        best = "neutral"
    valence = sum(share * CIRCUMPLEX[label][0] for label, share in shares.items())
    arousal = sum(share * CIRCUMPLEX[label][1] for label, share in shares.items())
    return Feeling(
        best,
        round(shares[best] * trust, 3),
        round(valence, 3),
        round(arousal, 3),
        source,
        {label: round(share, 4) for label, share in shares.items()},
    )
