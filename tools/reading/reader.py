"""The reader: which unit of a text answers a question, which words of it, or whether none does.

A small network for extractive question answering: the sentence encoder with a low-rank adapter
reads the question and the likeliest units together; heads over it score each unit against "it
isn't in there" and mark the words that answer. Trained by ``scripts/train_reader.py``;
described in ``docs/models.md``.
"""

from __future__ import annotations

import io
import threading
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import Failed, Unavailable
from tools.reading import packing
from tools.reading.signals import signals

if TYPE_CHECKING:
    import numpy as np

    from tools.encoder import Encoder
    from tools.engines.ctranslate2_encoder import SentenceModel

WEIGHTS = Path(__file__).with_name("reader.npz")
SHOWN = 5
"""So many of the best units are told."""
MOST_WORDS = 20
"""Tokens of the longest answer."""
_REINSTALL = "Install the package again: pip install --force-reinstall multimodal-assistant."


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of a question and some units.

    ``at`` is the unit that answers best and ``start`` to ``end`` the characters in it;
    ``chance`` (0..1) that it does, ``some`` that any does. ``others`` are the next best units.
    """

    at: int
    start: int
    end: int
    chance: float
    some: float
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Heads:
    """Weights over the network's states; named as in ``scripts/reader_network.py``."""

    weights: Mapping[str, np.ndarray]

    def scores(self, hidden: np.ndarray, packed: packing.Packed, given: np.ndarray) -> np.ndarray:
        """Logits [units + 1] of the chosen units, the last that of none.

        Args:
            hidden: [tokens, d].
            packed: where the units stand.
            given: signals [units, n] of the chosen units.
        """
        import numpy as np

        w = self.weights
        whole = hidden[0]
        rows = [
            np.concatenate([hidden[a:z].mean(axis=0), hidden[a:z].max(axis=0), whole, signs])
            for (a, z), signs in zip(packed.places, given, strict=True)
        ]
        inner = _gelu(np.stack(rows) @ w["unit_in"].T + w["unit_in_bias"])
        units = inner @ w["unit_out"].T + w["unit_out_bias"]
        units = units[:, 0] + given[:, :2] @ w["cosine"] + w["base"]
        none = _gelu(w["none_in"] @ np.concatenate([whole, given.max(axis=0)]) + w["none_in_bias"])
        return np.append(units, w["none_out"] @ none + w["none_out_bias"])

    def words(self, hidden: np.ndarray, place: tuple[int, int]) -> tuple[int, int]:
        """The first and the last token of the answer within a unit."""
        import numpy as np

        first, last = place[0], place[1] - 1
        ends = hidden[first:last] @ self.weights["words"].T + self.weights["words_bias"]
        count = len(ends)
        best, answer = -np.inf, (0, max(0, count - 1))
        for begin in range(count):
            reach = ends[begin : begin + MOST_WORDS, 1]
            end = int(reach.argmax())
            if ends[begin, 0] + reach[end] > best:
                best, answer = float(ends[begin, 0] + reach[end]), (begin, begin + end)
        return answer


class Reader:
    """Reads; nothing is loaded before the first question. Safe to call from any thread."""

    def __init__(self, encoder: Encoder, weights: Path = WEIGHTS) -> None:
        self._encoder = encoder
        self._weights = weights
        self._loading = threading.Lock()
        self._loaded: tuple[SentenceModel, Heads, np.ndarray] | None = None

    def read(self, question: str, texts: Sequence[str]) -> Reading | None:
        """Find the unit that answers; None where there are no units or no question.

        Raises:
            Unavailable, Failed: the network's files are missing or damaged.
        """
        import numpy as np

        if not question.strip() or not any(t.strip() for t in texts):
            return None
        model, heads, calibration = self._load()
        asked = packing.tokens(question, model, packing.LONGEST_QUESTION)
        vectors = self._encoder.encode([packing.english(t) for t in (question, *texts)])
        units = [packing.tokens(t, model) for t in texts]
        given = signals(question, texts, vectors[1:] @ vectors[0], [len(u.ids) for u in units])
        packed = packing.packed(asked, units, given)
        hidden = model.joint(packed.ids, packed.types)
        logits = heads.scores(hidden, packed, given[list(packed.chosen)])
        scaled = np.exp((logits - logits.max()) / calibration[0])
        chances = scaled / scaled.sum()
        best, *others = (int(i) for i in np.argsort(-chances[:-1], kind="stable")[:SHOWN])
        first, last = heads.words(hidden, packed.places[best])
        spans = units[packed.chosen[best]].spans
        start, end = (spans[first][0], spans[last][1]) if spans else (0, 0)
        return Reading(
            packed.chosen[best], start, end, float(chances[best]), float(1 - chances[-1]),
            tuple(packed.chosen[i] for i in others),
        )  # fmt: skip

    def near(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosines of a text with others, by the sentence encoder."""
        vectors = self._encoder.encode([packing.english(t) for t in (text, *others)])
        return [float(x) for x in vectors[1:] @ vectors[0]]

    def _load(self) -> tuple[SentenceModel, Heads, np.ndarray]:
        with self._loading:
            if self._loaded is None:
                import numpy as np

                from tools.engines.ctranslate2_encoder import SentenceModel

                arrays = _arrays(self._weights)
                adapter = {
                    name.removeprefix("adapter/"): value
                    for name, value in arrays.items()
                    if name.startswith("adapter/")
                }
                heads = {
                    name.removeprefix("heads/"): value.astype(np.float32)
                    for name, value in arrays.items()
                    if name.startswith("heads/")
                }
                try:
                    model = SentenceModel(threads=1, adapter=adapter)
                    self._loaded = (model, Heads(heads), arrays["calibration"])
                except (ValueError, KeyError) as error:
                    raise _damaged(self._weights, error) from error
            return self._loaded


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz file by name; nothing in it is ever unpickled."""
    import numpy as np

    try:
        stored = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        return {name: stored[name] for name in stored.files}
    except OSError as error:
        raise Unavailable(f"The reader's file {path.name} is missing.", _REINSTALL) from error
    except (ValueError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> Failed:
    return Failed(f"The reader's file {path.name} is damaged: {error}.", _REINSTALL)


def _gelu(x: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(0.5 * x * (1.0 + np.tanh(0.7978845608 * (x + 0.044715 * x**3))))
