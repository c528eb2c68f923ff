"""The trained reader of claims: what a sentence says that the assistant perceived, found or did.

Rules (:mod:`assistant.agent.claim_rules`) know the usual wordings for certain; this knows the
others. The sentence encoder with a low-rank adapter reads the person's message and the sentence
together; one layer over its states and over hashed n-grams gives a chance to each kind of claim.
Two such networks are averaged. Trained by ``scripts/train_claims.py`` on sentences written for
it; described in ``docs/models.md``.
"""

from __future__ import annotations

import contextlib
import threading
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.agent.claim_text import context, prepared
from assistant.brain.builtin.features import normalized, units
from tools.errors import ToolError, Unavailable

if TYPE_CHECKING:
    import numpy as np

    from tools.engines.ctranslate2_encoder import SentenceModel

WEIGHTS = Path(__file__).with_name("claims.npz")
LABELS = (
    "looked", "listened", "watched", "read", "searched", "web", "source", "remembered",
    "made_picture", "made_sound", "made_file", "deed", "computed", "clock",
    "felt_voice", "felt_face", "felt",
)  # fmt: skip
"""What a sentence may claim; each needs the receipt of a tool that does it."""
MOST = 200
"""Tokens of a sentence that are read."""


@dataclass(frozen=True)
class Network:
    """The adapted encoder and what stands on it.

    ``head`` [labels + 1, 3d] is over the states, ``grams`` [buckets, labels + 1] over n-grams;
    ``slope`` and ``offset`` [2] calibrate the labels and "any claim at all".
    """

    model: SentenceModel
    head: np.ndarray
    bias: np.ndarray
    grams: np.ndarray
    grams_scale: float
    slope: np.ndarray
    offset: np.ndarray

    def logits(
        self, ids: list[int], types: list[int], place: tuple[int, int], grams: list[int]
    ) -> np.ndarray:
        """[labels + 1], calibrated; the sentence stands at ``place`` among the tokens."""
        import numpy as np

        hidden = self.model.joint(ids, types)
        own = hidden[slice(*place)] if place[1] > place[0] else hidden[:1]
        whole = np.concatenate([hidden[0], own.mean(axis=0), own.max(axis=0)])
        raw = self.head @ whole + self.bias + self.grams[grams].mean(axis=0) * self.grams_scale
        at = np.array([0] * len(LABELS) + [1])
        return np.asarray(self.slope[at] * raw + self.offset[at])


class ClaimReader:
    """Reads sentences; nothing is loaded before the first. Safe to call from any thread."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._file = weights
        self._loading = threading.Lock()
        self._loaded: tuple[Network, ...] | None = None

    def read(
        self, sentence: str, asked: str = "", kinds: Sequence[str] = ()
    ) -> Mapping[str, float]:
        """The probability, 0..1, of each label, and of ``any``.

        ``asked`` is the person's message, ``kinds`` those of the conversation's attachments.
        """
        import numpy as np

        networks = self._ready()
        ids, types, place = packed(networks[0].model, context(asked, kinds), prepared(sentence))
        grams = [b for unit in units(normalized(sentence)) for b in unit.buckets if b] or [0]
        found = _side_by_side().map(lambda net: net.logits(ids, types, place, grams), networks)
        logits = np.mean(list(found), axis=0)
        chances = 1.0 / (1.0 + np.exp(-logits))
        return dict(zip((*LABELS, "any"), map(float, chances), strict=True))

    def prepare(self) -> None:
        """Load in the background, so that the first sentence of a reply does not wait for it."""
        threading.Thread(target=self._prepared, name="claims", daemon=True).start()

    def _prepared(self) -> None:
        with contextlib.suppress(ToolError):  # the first sentence is told the same
            self._ready()

    def _ready(self) -> tuple[Network, ...]:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._file)
            return self._loaded


@cache
def _side_by_side() -> ThreadPoolExecutor:
    """A thread for each network: a reply waits for the slower one, not for both."""
    return ThreadPoolExecutor(2, thread_name_prefix="claim-networks")


@cache
def shipped() -> ClaimReader:
    """The reader of the shipped weights; one serves the whole process."""
    return ClaimReader()


def packed(
    model: SentenceModel, before: str, sentence: str
) -> tuple[list[int], list[int], tuple[int, int]]:
    """[CLS] context [SEP] sentence [SEP]: ids, types, and where the sentence stands."""
    first = model.pieces(before)[0][: 256 - MOST - 3]
    second = model.pieces(sentence)[0][:MOST]
    ids = [_CLS, *first, _SEP, *second, _SEP]
    start = len(first) + 2
    types = [0] * start + [1] * (len(second) + 1)
    return ids, types, (start, start + len(second))


_CLS, _SEP = 101, 102
"""BERT's ids, those of the shipped vocabulary."""


def _load(path: Path) -> tuple[Network, ...]:
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise Unavailable(
            f"The file {path.name}, which checks what replies claim, is missing or damaged.",
            "Install the package again: pip install --force-reinstall multimodal-assistant.",
        ) from error
    return tuple(_network(arrays, f"{n}/") for n in range(int(arrays["networks"])))


def _network(arrays: Mapping[str, np.ndarray], prefix: str) -> Network:
    import numpy as np

    from tools.engines.ctranslate2_encoder import SentenceModel

    own = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
    adapter = {
        name.removeprefix("adapter/"): value.astype(np.float32)
        for name, value in own.items()
        if name.startswith("adapter/")
    }
    return Network(
        SentenceModel(adapter=adapter),
        own["head"].astype(np.float32),
        own["head_bias"].astype(np.float32),
        own["grams"],
        float(own["grams_scale"]),
        own["slope"],
        own["offset"],
    )
