"""The reader's network as torch trains it against the one that runs, on a tiny model made here."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tools.engines.ctranslate2_encoder import SentenceModel
from tools.reading.packing import Packed, Tokens, packed
from tools.reading.reader import Heads
from tools.reading.signals import COUNT

pytestmark = pytest.mark.models

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{n}" for n in range(1100))]
"""Long enough for the ids that the packing uses."""


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A BERT of random weights, as transformers keeps it."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path / "source"
    folder.mkdir()
    tokens = {token: n for n, token in enumerate(VOCABULARY)}
    transformers.BertTokenizerFast(vocab=tokens).save_pretrained(folder)
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=128, initializer_range=0.1, position_embedding_type="absolute",
    )  # fmt: skip
    bert = transformers.BertModel(config)
    with torch.no_grad():  # no two parts alike: the converter would store them once
        for value in bert.parameters():
            value += 0.05 * torch.randn_like(value)
    bert.save_pretrained(folder)
    return folder


def _network(source: Path, scale: float) -> Any:
    """A network that has learned something everywhere; its numbers are such as float16 holds."""
    import torch

    network = importlib.import_module("reader_network").ReaderNetwork(source)
    torch.manual_seed(3)
    with torch.no_grad():
        for name, value in network.named_parameters():
            if value.requires_grad:
                value += torch.randn_like(value) * (scale if name.startswith("bert") else 0.1)
        network.adapt()
        for value in network.parameters():
            if value.requires_grad:
                value.copy_(value.half().float())
    return network.eval()


def _packs() -> tuple[list[Packed], list[np.ndarray]]:
    """Two sequences of different lengths, so that one is padded."""
    chance = np.random.default_rng(5)
    packs, signals = [], []
    for sizes in ((3, 9, 1, 5), (4, 2)):
        given = chance.normal(size=(len(sizes), COUNT)).astype(np.float32)
        texts = [Tokens(tuple(map(int, chance.integers(110, 1060, n))), ()) for n in sizes]
        pack = packed(Tokens((500, 501, 502), ()), texts, given)
        packs.append(pack)
        signals.append(given[list(pack.chosen)])
    return packs, signals


def _heads(network: Any) -> Heads:
    stored = network.arrays()
    names = [name for name in stored if name.startswith("heads/")]
    return Heads({name.removeprefix("heads/"): stored[name].astype(np.float32) for name in names})


@pytest.mark.usefixtures("scripts")
def test_the_heads_are_those_that_were_trained(source: Path) -> None:
    import torch

    network = _network(source, 0.02)
    packs, signals = _packs()
    with torch.no_grad():
        wanted, words = network(packs, signals)
    heads = _heads(network)
    seen = []
    for at, (pack, given) in enumerate(zip(packs, signals, strict=True)):
        with torch.no_grad():
            ids, types = torch.tensor([pack.ids]), torch.tensor([pack.types])
            hidden = network.bert(input_ids=ids, token_type_ids=types).last_hidden_state[0].numpy()
        got = heads.scores(hidden, pack, given)
        assert got.shape == (len(pack.places) + 1,)
        assert got == pytest.approx(wanted[at].numpy(), abs=1e-3)
        seen.append(got)
        for place in pack.places:
            begin, end = heads.words(hidden, place)
            own = words[at, place[0] : place[1] - 1]
            pairs = [
                (float(own[a, 0] + own[z, 1]), (a, z))
                for a in range(len(own))
                for z in range(a, len(own))
            ]
            assert (begin, end) == max(pairs)[1]
    assert np.ptp(np.concatenate(seen)) > 0.5  # else all would agree


@pytest.mark.usefixtures("scripts")
def test_the_adapted_model_computes_what_was_trained(source: Path, tmp_path: Path) -> None:
    """The names of the adapter are those of the converted model, and each goes where it should."""
    import torch

    network = _network(source, 0.08)
    importlib.import_module("build_encoder").convert(source, tmp_path / "made")
    adapter = {
        name.removeprefix("adapter/"): value
        for name, value in network.arrays().items()
        if name.startswith("adapter/")
    }
    plain = SentenceModel(tmp_path / "made")
    adapted = SentenceModel(tmp_path / "made", adapter=adapter)
    for pack in _packs()[0]:
        with torch.no_grad():
            ids, types = torch.tensor([pack.ids]), torch.tensor([pack.types])
            wanted = network.bert(input_ids=ids, token_type_ids=types).last_hidden_state[0].numpy()
        assert np.min(_cosines(adapted.joint(pack.ids, pack.types), wanted)) > 0.998
        assert np.max(_cosines(plain.joint(pack.ids, pack.types), wanted)) < 0.9


def _cosines(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    return np.asarray(np.sum(one * two, axis=1) / lengths)
