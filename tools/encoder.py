"""Sentence vectors, shared by routing, search, memory and the feeling heads.

The model is all-MiniLM-L6-v2 (Wang et al. 2020, MiniLM; Reimers and Gurevych 2019,
Sentence-BERT) with int8 weights. It knows English; :meth:`Encoder.unknown_share` tells how
much of a text it cannot read.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.language.glossary import glossed, has_chinese

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from tools.engines.ctranslate2_encoder import SentenceModel

BATCH_TOKENS = 1024
"""Padded tokens in one forward pass: larger batches were slower, and a query would wait longer."""
URGENT_TOKENS = 128
"""A call of at most this many tokens is a query and overtakes waiting bulk work."""
MAX_CHARACTERS = 20_000
"""Only the first 256 word pieces count, so the rest of a long text is not even tokenized."""
CACHED_TEXTS = 512
CACHED_CHARACTERS = 500


class _Batch:
    """Some texts of one call that go through the network together."""

    def __init__(self, ids: list[list[int]]) -> None:
        self.ids = ids
        self.longest = max(map(len, ids))
        self.done: Future[NDArray[np.float32]] = Future()


@dataclass(frozen=True, slots=True)
class TokenStates:
    """What the encoder makes of each token of a text, and of the whole.

    ``states`` is float32 [n, d], a row a token; ``spans`` are the characters from and to of each;
    ``known`` tells which tokens the vocabulary has; ``vector`` is the text's, of length 1.
    """

    states: NDArray[np.float32]
    spans: tuple[tuple[int, int], ...]
    known: tuple[bool, ...]
    vector: NDArray[np.float32]

    @property
    def unknown_share(self) -> float:
        """Share, 0..1, of the tokens that the vocabulary does not know."""
        return 1.0 - sum(self.known) / len(self.known) if self.known else 0.0


class Encoder:
    """Turns texts into vectors; safe to call from any number of threads.

    Nothing is loaded before the first call. Calls are queued for a small fixed number of
    threads, queries before bulk work, and waiting queries share one forward pass.
    """

    name = "all-MiniLM-L6-v2-int8"
    dimensions = 384

    def __init__(self, folder: Path | None = None, threads: int | None = None) -> None:
        self._folder = folder
        self._threads = threads or min(4, os.cpu_count() or 1)
        self._model: SentenceModel | None = None
        self._loading = threading.Lock()
        self._work = threading.Condition()
        self._queries: deque[_Batch] = deque()
        self._bulk: deque[_Batch] = deque()
        self._workers: list[threading.Thread] = []
        self._generation = 0
        self._cache: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._cache_lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._model is not None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of the texts, in order: float32 ``[n, 384]``, each of length 1.

        A text counts up to its first 256 word pieces. Empty text has a vector, too.

        Raises:
            TypeError: a single string was passed instead of a sequence.
            Unavailable, Failed: the model's files are missing or damaged.
        """
        import numpy as np

        if isinstance(texts, str):
            raise TypeError("encode takes a sequence of texts, not one text")
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)
        clean = [_clean(text) for text in texts]
        missing = self._fill_from_cache(clean, out)
        if not missing:
            return out
        model = self.load()
        # Equal texts are computed once; sorting by length keeps padding small.
        places: dict[str, list[int]] = {}
        for index in missing:
            places.setdefault(clean[index], []).append(index)
        keys = list(places)
        ids = model.tokenize(keys)
        order = sorted(range(len(keys)), key=lambda i: len(ids[i]))
        groups = _group(order, ids)
        batches = [_Batch([ids[i] for i in group]) for group in groups]
        self._enqueue(batches, urgent=sum(map(len, ids)) <= URGENT_TOKENS)
        for group, batch in zip(groups, batches, strict=True):
            for i, vector in zip(group, batch.done.result(), strict=True):
                out[places[keys[i]]] = vector
                self._remember(keys[i], vector)
        return out

    def unknown_share(self, text: str) -> float:
        """Share, 0..1, of a text's tokens that the vocabulary does not know."""
        model = self.load()
        return model.unknown_share(model.tokenize([_clean(text)])[0])

    def tokens(self, text: str) -> TokenStates:
        """The states of the tokens of a text, for what a mean over them hides.

        Chinese is read by the gloss of its words, whose tokens stand for the whole word. A text
        counts up to its first 256 word pieces.

        Raises:
            Unavailable, Failed: the model's files are missing or damaged.
        """
        import numpy as np

        clean = _clean(text)
        gloss = glossed(clean) if has_chinese(clean) else None
        hidden, spans, unknown = self.load().states(gloss.english if gloss else clean)
        mean = hidden.sum(axis=0)
        places = spans[1:-1]
        return TokenStates(
            hidden[1:-1],
            tuple(gloss.original(*span) for span in places) if gloss else tuple(places),
            tuple(not u for u in unknown[1:-1]),
            np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32),
        )

    def load(self) -> SentenceModel:
        """Load the model now if it is not; the first :meth:`encode` does it by itself."""
        with self._loading:
            if self._model is None:
                from tools.engines.ctranslate2_encoder import FOLDER, SentenceModel

                self._model = SentenceModel(self._folder or FOLDER, self._threads)
            return self._model

    def close(self) -> None:
        """End the threads and free the model; queued work is finished first."""
        with self._work:
            self._generation += 1
            workers, self._workers = self._workers, []
            self._work.notify_all()
        for worker in workers:
            worker.join()
        with self._loading:
            self._model = None
        with self._cache_lock:
            self._cache.clear()

    def _fill_from_cache(self, texts: list[str], out: NDArray[np.float32]) -> list[int]:
        missing = []
        with self._cache_lock:
            for index, text in enumerate(texts):
                vector = self._cache.get(text)
                if vector is None:
                    missing.append(index)
                else:
                    self._cache.move_to_end(text)
                    out[index] = vector
        return missing

    def _remember(self, text: str, vector: NDArray[np.float32]) -> None:
        if len(text) > CACHED_CHARACTERS:
            return
        with self._cache_lock:
            self._cache[text] = vector.copy()  # a view would keep its whole batch alive
            if len(self._cache) > CACHED_TEXTS:
                self._cache.popitem(last=False)

    def _enqueue(self, batches: list[_Batch], *, urgent: bool) -> None:
        with self._work:
            (self._queries if urgent else self._bulk).extend(batches)
            while len(self._workers) < min(self._threads, len(self._queries) + len(self._bulk)):
                worker = threading.Thread(
                    target=self._serve, args=(self._generation,), name="encoder", daemon=True
                )
                self._workers.append(worker)
                worker.start()
            self._work.notify(len(batches))

    def _serve(self, generation: int) -> None:
        while (batches := self._next(generation)) is not None:
            try:
                vectors = self.load().forward([ids for batch in batches for ids in batch.ids])
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for it
                for batch in batches:
                    batch.done.set_exception(error)
                continue
            start = 0
            for batch in batches:
                batch.done.set_result(vectors[start : start + len(batch.ids)])
                start += len(batch.ids)

    def _next(self, generation: int) -> list[_Batch] | None:
        """What to compute next, or None when this worker should end."""
        with self._work:
            while not self._queries and not self._bulk:
                if generation != self._generation:
                    return None
                self._work.wait()
            if not self._queries:
                return [self._bulk.popleft()]
            taken = [self._queries.popleft()]
            texts, longest = len(taken[0].ids), taken[0].longest
            while self._queries:
                texts += len(self._queries[0].ids)
                longest = max(longest, self._queries[0].longest)
                if texts * longest > BATCH_TOKENS:
                    break
                taken.append(self._queries.popleft())
            return taken


def _clean(text: str) -> str:
    """The text without what the tokenizer refuses (lone surrogates) or would never use."""
    text = text[:MAX_CHARACTERS]
    return text.encode("utf-8", "replace").decode("utf-8")


def _group(order: list[int], ids: list[list[int]]) -> list[list[int]]:
    """Cut an order of rising length into groups that stay under the token budget."""
    groups: list[list[int]] = []
    for i in order:
        if groups and (len(groups[-1]) + 1) * len(ids[i]) <= BATCH_TOKENS:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
