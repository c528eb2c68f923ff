"""A BERT sentence encoder run by CTranslate2: token ids in, normalized vectors out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.engines.adapter import adapted
from tools.errors import Failed, Unavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "minilm"
_REINSTALL = "Install the package again: pip install --force-reinstall multimodal-assistant."


class SentenceModel:
    """The tokenizer and the network in one folder that ``scripts/build_encoder.py`` wrote.

    Args:
        folder: holds ``model.bin``, ``config.json`` and ``tokenizer.json``.
        threads: how many :meth:`forward` calls may compute at the same time, each on one core.
        adapter: what to add to the weights (see :mod:`tools.engines.adapter`).

    Raises:
        Unavailable: a file or a library is missing.
        Failed: a file is damaged.
    """

    def __init__(
        self,
        folder: Path = FOLDER,
        threads: int = 1,
        adapter: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        try:
            import ctranslate2
            from tokenizers import Tokenizer
        except ImportError as error:
            raise Unavailable(
                f"The sentence encoder needs {error.name}, which is not installed.",
                "pip install ctranslate2 tokenizers",
            ) from error
        try:
            files = {name: (folder / name).read_bytes() for name in ("model.bin", "config.json")}
            tokenizer_json = (folder / "tokenizer.json").read_text("utf-8")
        except OSError as error:
            raise Unavailable(
                f"A file of the sentence encoder is missing: {error.filename}.", _REINSTALL
            ) from error
        if adapter is not None:
            files["model.bin"] = adapted(files["model.bin"], adapter)
        # Only ids are fed, but the loader insists on a vocabulary; parsing the real one of
        # 30,522 entries a second time would only cost start-up.
        files["vocabulary.txt"] = b"[UNK]\n"
        try:
            # One core per call: with intra_threads=2 the OpenMP pool adds 0.2 s to the load
            # and gains nothing on texts this short.
            self._network: Any = ctranslate2.Encoder(
                "minilm", files=files, inter_threads=threads, intra_threads=1
            )
        except (RuntimeError, ValueError) as error:
            raise Failed(
                f"The sentence encoder's model is damaged: {error}.", _REINSTALL
            ) from error
        try:
            self._tokenizer = Tokenizer.from_str(tokenizer_json)
        except Exception as error:  # tokenizers raises nothing narrower
            raise Failed(f"The encoder's tokenizer is damaged: {error}.", _REINSTALL) from error
        self._unknown = self._tokenizer.token_to_id("[UNK]")

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids with [CLS] and [SEP], cut to 256. The texts must be valid Unicode."""
        if len(texts) < 8:  # the thread pool behind encode_batch is not worth waking
            return [self._tokenizer.encode(text).ids for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def unknown_share(self, ids: Sequence[int]) -> float:
        """Share of [UNK] among the tokens between [CLS] and [SEP]; 0.0 if there are none."""
        inner = ids[1:-1]
        return sum(token == self._unknown for token in inner) / len(inner) if inner else 0.0

    def pieces(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Token ids without [CLS] and [SEP], and the characters from and to of each."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def joint(self, ids: Sequence[int], types: Sequence[int]) -> NDArray[np.float32]:
        """The last layer over one sequence of two parts, told apart by their types: [n, width]."""
        import numpy as np

        output = self._network.forward_batch([list(ids)], token_type_ids=[list(types)])
        hidden: NDArray[np.float32] = np.asarray(output.last_hidden_state)[0]
        return hidden

    def states(self, text: str) -> tuple[NDArray[np.float32], list[tuple[int, int]], list[bool]]:
        """The last layer over one valid text, before any mean is taken.

        Returns:
            float32 ``[n, width]`` with the rows of [CLS] and [SEP]; the characters from and to
            of each token (0, 0 for those two); whether the vocabulary lacks it.
        """
        import numpy as np

        encoding = self._tokenizer.encode(text)
        output = self._network.forward_batch([encoding.ids])
        hidden = np.asarray(output.last_hidden_state)[0]
        return hidden, encoding.offsets, [token == self._unknown for token in encoding.ids]

    def forward(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Mean over each text's tokens of the last layer, scaled to length 1: [n, width]."""
        import numpy as np

        output = self._network.forward_batch([list(ids) for ids in batch])
        hidden = np.asarray(output.last_hidden_state)
        lengths = np.array([len(ids) for ids in batch])
        mask = np.arange(hidden.shape[1])[None, :] < lengths[:, None]
        summed = np.einsum("ntd,nt->nd", hidden, mask.astype(np.float32))
        # The mean and the sum point the same way, so the length need not be divided out.
        norm = np.linalg.norm(summed, axis=1, keepdims=True)
        vectors: NDArray[np.float32] = (summed / np.maximum(norm, 1e-12)).astype(np.float32)
        return vectors
