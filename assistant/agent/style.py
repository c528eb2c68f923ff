"""How the person feels decides how they are spoken to: one line of the prompt, and a voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.emotion.feeling import Feeling

SURE = 0.5
"""Below this confidence a feeling changes neither the wording nor the voice."""


@dataclass(frozen=True, slots=True)
class Style:
    """``line`` is for the model; ``rate`` and ``pitch`` multiply those of the plain voice."""

    line: str
    rate: float = 1.0
    pitch: float = 1.0


PLAIN = Style("")
_STYLES = {
    "sadness": Style("They seem sad: be warm and gentle, keep it short.", 0.9, 0.95),
    "fear": Style("They seem anxious: be calm and concrete, one step at a time.", 0.92, 0.96),
    "anger": Style(
        "They seem annoyed: be brief and factual, own any mistake, no cheer.", 0.97, 0.95
    ),
    "disgust": Style("They seem put off: be matter-of-fact.", 1.0, 0.97),
    "joy": Style("They seem happy: share it lightly.", 1.05, 1.06),
    "surprise": Style("They seem surprised: give the plain facts first.", 1.0, 1.02),
}


def style_of(feeling: Feeling | None) -> Style:
    """The style for a feeling; the plain one where there is none, or too much doubt."""
    if feeling is None or feeling.confidence < SURE:
        return PLAIN
    return _STYLES.get(feeling.label, PLAIN)
