"""The routing network as torch trains it against the head that runs, on random weights."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.brain.builtin.features import normalized, units
from assistant.brain.builtin.head import Network, _loaded
from assistant.brain.builtin.seen import NOTHING, Seen

pytestmark = pytest.mark.models

LABELS, WIDTH = 5, 24
REQUESTS: tuple[tuple[str, list[str]], ...] = (
    ("read the text in this picture, please", ["image"]),
    ("总共多少钱？", []),
    ("hi", ["audio", "document"]),
)


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(Path(__file__).resolve().parents[2] / "scripts")


def _seen(text: str, seed: int) -> Seen:
    """Units as they are, with states and a vector at random."""
    chance = np.random.default_rng(seed)
    found = units(normalized(text)) or NOTHING
    states = chance.normal(size=(len(found), WIDTH)).astype(np.float32)
    return Seen(found, states, chance.normal(size=WIDTH).astype(np.float32))


def _both() -> tuple[Any, Any, Network]:
    """The script, its network, and the head with the weights that the network gives away."""
    import torch

    script = importlib.import_module("routing_network")
    torch.manual_seed(2)
    network = script.RoutingNetwork(LABELS, WIDTH).eval()
    with torch.no_grad():
        network.query += torch.randn_like(network.query)  # else attention is all but even
        network.own += torch.randn_like(network.own)
        for name, value in network.named_parameters():
            if name != "grams.weight":
                value.copy_(value.half().float())
        given = network.weights()
        table = torch.from_numpy(given["grams"].astype(np.float32))
        network.grams.weight.copy_(
            table * torch.from_numpy(given["grams_scale"].astype(np.float32))[:, None]
        )
    weights = {name: _loaded(f"0/{name}", value) for name, value in given.items()}
    return script, network, Network(weights)


def _compared(seen: list[Seen], kinds: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    import torch

    script, network, head = _both()
    with torch.no_grad():
        wanted = network(script.batched(seen, kinds)).numpy()
    return np.stack([head.logits(s, k) for s, k in zip(seen, kinds, strict=True)]), wanted


@pytest.mark.usefixtures("scripts")
def test_the_head_is_the_network_that_was_trained() -> None:
    """Requests of different lengths at once, so that the padding must not count."""
    seen = [_seen(text, at) for at, (text, _) in enumerate(REQUESTS)]
    got, wanted = _compared(seen, [kinds for _, kinds in REQUESTS])
    assert got.shape == (len(REQUESTS), LABELS)
    assert np.abs(got - wanted).max() < 1e-3
    assert np.ptp(wanted, axis=0).min() > 0.1  # the requests are told apart


@pytest.mark.usefixtures("scripts")
def test_a_request_without_a_word_is_seen_as_in_training() -> None:
    got, wanted = _compared([_seen("😀", 9)], [[]])
    assert np.abs(got - wanted).max() < 1e-3
