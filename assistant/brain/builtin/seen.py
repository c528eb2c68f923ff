"""A request as the routing head sees it: its units beside what the encoder makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.brain.builtin.features import UNKNOWN, Unit, normalized, units

if TYPE_CHECKING:
    import numpy as np

    from tools.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Seen:
    """``states`` [units, d] are the encoder's for each unit (zeros where it knows nothing),
    ``vector`` [d] its vector of the whole (zeros where it knows too few of the words)."""

    units: tuple[Unit, ...]
    states: np.ndarray
    vector: np.ndarray


def see(text: str, encoder: Encoder) -> Seen:
    """Look at a request."""
    import numpy as np

    plain = normalized(text)
    parts = units(plain)
    tokens = encoder.tokens(plain)
    states = np.zeros((max(1, len(parts)), tokens.states.shape[1]), dtype=np.float32)
    if tokens.unknown_share > UNKNOWN:
        return Seen(parts or NOTHING, states, np.zeros_like(tokens.vector))
    first = 0
    for at, part in enumerate(parts):
        while first < len(tokens.spans) and tokens.spans[first][1] <= part.start:
            first += 1
        mine = []
        for token in range(first, len(tokens.spans)):
            start, end = tokens.spans[token]
            if start >= part.end:
                break
            if end > part.start and tokens.known[token]:
                mine.append(token)
        if mine:
            states[at] = tokens.states[mine].mean(axis=0)
    return Seen(parts or NOTHING, states, tokens.vector)


NOTHING = (Unit(0, 0, (0,)),)
"""What is seen of a request without a word in it."""
