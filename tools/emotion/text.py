"""How a text sounds: a softmax head over its sentence vector and its words.

It was trained on the 28 labels of GoEmotions (Demszky et al. 2020); their shares add up to
Ekman's six and neutral, in the grouping of the data set's authors. ``docs/models.md`` gives the
figures.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.emotion.feeling import LABELS, Feeling, from_scores
from tools.emotion.heads import load_head
from tools.emotion.lexicon import evidence
from tools.emotion.ngrams import terms, weigh

if TYPE_CHECKING:
    from tools.encoder import Encoder

WEIGHTS = Path(__file__).parent / "text.npz"
UNREADABLE = 0.25
"""Share of tokens the encoder does not know above which only the word list is asked."""
LEAST = 0.35
"""Below this share no feeling is named."""
_SIGN = 0.8
"""How much a feeling sign (an emoji) shifts the log-odds of its label."""
_NO_SIGN = 0.9
"""Weight that the word list leaves to neutral: one word gives 0.53, two 0.69, three 0.77."""


class TextHead:
    """Reads feelings off texts; the head is loaded on first use."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        self._path = weights
        self._head: Mapping[str, Any] | None = None
        self._lock = threading.Lock()

    def sense(self, text: str) -> Feeling | None:
        """The feeling in a text; None where nothing can be told: no words, or unknown ones."""
        if not any(character.isalnum() for character in text) and not evidence(text):
            return None
        signs = evidence(text)
        if self._unreadable(text):
            return _from_words(signs)
        import numpy as np

        fine = self._shares(text)
        logits = np.log(fine @ self._load()["groups"] + 1e-9)
        for label, count in signs.items():
            logits[LABELS.index(label)] += _SIGN * min(count, 3)
        scores = dict(zip(LABELS, map(float, np.exp(logits)), strict=True))
        return from_scores(scores, "words", least=LEAST)

    def shades(self, text: str, limit: int = 3) -> dict[str, float]:
        """The finest names for the feeling, such as gratitude or nervousness, most likely first.

        Only those above the threshold at which their share scored best in training.
        """
        if self._unreadable(text):
            return {}
        head, fine = self._load(), self._shares(text)
        best = sorted(range(len(fine)), key=lambda i: -fine[i])[:limit]
        return {
            str(head["names"][i]): round(float(fine[i]), 3)
            for i in best
            if fine[i] > head["threshold"][i] and head["names"][i] != "neutral"
        }

    def _shares(self, text: str) -> Any:
        """Shares of the 28 labels, summing to 1."""
        import numpy as np

        head = self._load()
        vector = self._encoder.encode([text])[0]
        columns, weights = weigh(text, head["places"], head["rarity"])
        logits = head["of vector"] @ vector + head["bias"]
        if columns:
            logits += np.array(weights, np.float32) @ head["of terms"][columns]
        shares = np.exp(logits - logits.max())
        return shares / shares.sum()

    def _unreadable(self, text: str) -> bool:
        """Whether the encoder, which knows English, cannot read the text.

        Its vocabulary has some Chinese characters, but it has learnt nothing about them.
        """
        letters = [character for character in text[:2000] if character.isalpha()]
        foreign = sum(character > "\u0370" for character in letters)
        if 2 * foreign > len(letters) or self._encoder.unknown_share(text) > UNREADABLE:
            return True
        words = [term for term in terms(text[:2000]) if " " not in term and term[0].isalpha()]
        known = sum(word in self._load()["places"] for word in words)
        return len(words) >= 4 and 2 * known < len(words)  # French, German ...

    def _load(self) -> Mapping[str, Any]:
        with self._lock:
            if self._head is None:
                head = load_head(self._path)
                listed = head.pop("terms").tobytes().decode("utf-8").split("\n")
                head["places"] = {term: place for place, term in enumerate(listed)}
                weight = head.pop("weight").astype("float32")
                width = self._encoder.dimensions
                head["of vector"] = weight[:, :width].copy()
                head["of terms"] = weight[:, width:].T.copy()  # a row a term, to pick rows fast
                head["rarity"] = head["rarity"].tolist()
                self._head = head
            return self._head


def _from_words(signs: Mapping[str, float]) -> Feeling | None:
    if not signs:
        return None
    return from_scores({**signs, "neutral": _NO_SIGN}, "words", least=0.3)
