"""How a voice sounds: a softmax head over prosody, trained on acted German speech (EmoDB).

Acted feelings are stronger than real ones, and ten actors are few; so the confidence is halved
and voice weighs less than words. ``docs/models.md`` gives the figures, speakers left out.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.emotion.feeling import Feeling, from_scores
from tools.emotion.heads import load_head

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS = Path(__file__).parent / "voice.npz"
TRUST = 0.5
LEAST = 0.4
CHUNK_SECONDS = 4.0
"""Speech is judged in stretches as long as those of the training set."""


class VoiceHead:
    """Reads feelings off voices; the head is loaded on first use."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._path = weights
        self._head: Mapping[str, Any] | None = None
        self._lock = threading.Lock()

    def sense(self, chunks: Iterable[NDArray[np.float32]]) -> Feeling | None:
        """The feeling in stretches of mono speech at 16 kHz; None where no voice is heard."""
        import numpy as np

        from tools.emotion.prosody import features

        rows = [row for chunk in chunks if (row := features(chunk)) is not None]
        if not rows:
            return None
        head = self._load()
        # Values far outside what was trained on (another microphone) must not decide alone.
        scaled = np.clip((np.stack(rows) - head["mean"]) / head["scale"], -3, 3)
        logits = scaled @ head["weight"].T + head["bias"]
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
        scores = dict(zip((str(name) for name in head["names"]), map(float, shares), strict=True))
        # Boredom is not among the labels shown; it is as calm and flat as neutral speech.
        scores["neutral"] += scores.pop("boredom", 0.0)
        return from_scores(scores, "voice", trust=TRUST, least=LEAST)

    def _load(self) -> Mapping[str, Any]:
        with self._lock:
            if self._head is None:
                self._head = load_head(self._path)
            return self._head
