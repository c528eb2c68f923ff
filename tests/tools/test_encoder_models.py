"""The conversion script and our pooling against transformers, on a tiny model made here."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tools.engines.ctranslate2_encoder import SentenceModel

pytestmark = pytest.mark.models

WORDS = ("the", "cat", "sat", "on", "mat", "big", "red", "dog", "ran", "far", "away", "house")
TEXTS = ["the cat sat", "a big red dog ran far away from the house", "unseen words", "mat"]


def _script() -> Any:
    path = Path(__file__).resolve().parents[2] / "scripts" / "build_encoder.py"
    spec = importlib.util.spec_from_file_location("build_encoder", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_converted_vectors_are_those_of_transformers(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    source = tmp_path / "source"
    source.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (source / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    tokens = {token: n for n, token in enumerate(vocabulary)}
    tokenizer = transformers.BertTokenizerFast(vocab=tokens)
    tokenizer.save_pretrained(source)
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=128, initializer_range=0.1,
        position_embedding_type="absolute",
    )  # fmt: skip
    bert = transformers.BertModel(config).eval()
    bert.save_pretrained(source)

    _script().convert(source, tmp_path / "made")
    ours = SentenceModel(tmp_path / "made")
    got = ours.forward(ours.tokenize(TEXTS))

    inputs = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = bert(**inputs).last_hidden_state
    mask = inputs["attention_mask"].unsqueeze(-1)
    expected = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1)).numpy()
    assert np.min(np.sum(got * expected, axis=1)) > 0.99
    assert np.max((expected @ expected.T)[~np.eye(len(TEXTS), dtype=bool)]) < 0.99
