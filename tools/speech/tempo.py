"""How a model is told to speak so many times as long as usual."""

from __future__ import annotations

from collections.abc import Callable

PROBE = 60
"""Characters of a text that are enough to measure a voice by."""

_LEAST = 0.1


class Tempo:
    """The ``length_scale`` of a voice for a wanted length.

    VITS multiplies each phoneme's length by the scale and rounds it up to whole frames, so half
    the scale leaves well over half of the length: it is *a* times the scale and a rest *b*. Both
    are measured once, when a voice is first to speak in another tempo, on two short runs.
    """

    def __init__(self) -> None:
        self._rest: float | None = None  # b / a

    def scale(self, stretch: float, length: Callable[[float], int]) -> float:
        """The scale that makes speech ``stretch`` times as long; ``length`` of a scale counts
        the samples of some short text that is spoken with it."""
        if stretch == 1.0:
            return 1.0
        if self._rest is None:
            whole, half = length(1.0), length(0.5)
            moving = 2 * (whole - half)
            self._rest = min(1.0, max(0.0, whole / moving - 1)) if moving > 0 else 0.0
        return max(_LEAST, stretch * (1 + self._rest) - self._rest)
