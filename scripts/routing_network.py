"""The network of the routing head, as torch trains it; ``assistant/brain/builtin/head.py`` runs it.

Both compute the same: a test compares them on random weights.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as functional
from routing_requests import Row
from torch import Tensor, nn

from assistant.brain.builtin.features import BUCKETS, KINDS, kind_flags
from assistant.brain.builtin.seen import Seen

WIDTH = 128
GRAM_WIDTH = 64
FLAGS = len(KINDS) + 2
EPOCHS = 8
BATCH = 64
RATE = 1.5e-3
DROPPED = 0.3
DROPPED_GRAMS = 0.1
"""Share of n-grams that are left out at each step: no single word may decide alone."""


class Sight(Protocol):
    """What is seen of each text."""

    def __getitem__(self, text: str) -> Seen: ...


@dataclass(frozen=True)
class Batch:
    states: Tensor
    grams: Tensor
    ends: Tensor
    mask: Tensor
    flags: Tensor
    vectors: Tensor


class RoutingNetwork(nn.Module):
    def __init__(self, labels: int, width: int = 384) -> None:
        super().__init__()
        self.grams = nn.EmbeddingBag(BUCKETS, GRAM_WIDTH, mode="mean", padding_idx=0)
        nn.init.normal_(self.grams.weight, std=0.1)
        self.state = nn.Linear(width, WIDTH)
        self.gram = nn.Linear(GRAM_WIDTH, WIDTH, bias=False)
        self.kind = nn.Linear(FLAGS, WIDTH, bias=False)
        self.near = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
        self.query = nn.Parameter(torch.randn(labels, WIDTH) * 0.05)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.own = nn.Parameter(torch.randn(labels, WIDTH) * 0.05)
        self.whole = nn.Linear(width + FLAGS + WIDTH, WIDTH)
        self.last = nn.Linear(WIDTH, labels)
        nn.init.constant_(self.last.bias, -2.0)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, given: Batch) -> Tensor:
        """[requests, labels] logits."""
        size = given.states.shape[:2]
        grams = self.grams(given.grams, given.ends).view(*size, -1)
        x = self.state(self.drop(given.states)) + self.gram(self.drop(grams))
        x = gelu(x + self.kind(given.flags)[:, None]) * given.mask[..., None]
        near = self.near(x.transpose(1, 2)).transpose(1, 2)
        x = self.drop(gelu(near) + x)
        scores = torch.einsum("btd,ld->blt", self.key(x), self.query)
        attention = scores.masked_fill(given.mask[:, None] == 0, -1e4).softmax(-1)
        found = torch.einsum("blt,btd->bld", attention, self.value(x))
        own = (gelu(found) * self.own).sum(-1)
        mean = (x * given.mask[..., None]).sum(1) / given.mask.sum(1, keepdim=True).clamp(min=1)
        whole = torch.cat([given.vectors, given.flags, mean], 1)
        return own + self.last(self.drop(gelu(self.whole(whole))))

    def weights(self) -> dict[str, np.ndarray]:
        """The weights by the names that the shipped head knows, the large table as int8."""
        own = {name: value.detach().numpy() for name, value in self.named_parameters()}
        table = own.pop("grams.weight").copy()
        table[0] = 0.0  # stands for no n-gram at all: training leaves it out
        scale = np.abs(table).max(axis=1) / 127.0
        out = {
            "grams": np.round(table / np.maximum(scale, 1e-9)[:, None]).astype(np.int8),
            "grams_scale": scale.astype(np.float16),
        }
        renamed = {"state.bias": "bias"}
        for name, value in own.items():
            short = renamed.get(name) or name.replace(".weight", "").replace(".bias", "_bias")
            out[short] = value.astype(np.float16 if value.ndim > 1 else np.float32)
        return out


def gelu(x: Tensor) -> Tensor:
    return functional.gelu(x, approximate="tanh")


def batched(seen: Sequence[Seen], kinds: Sequence[Sequence[str]], *, dropped: float = 0.0) -> Batch:
    """Requests side by side, padded to the longest."""
    longest = max(1, *(len(s.units) for s in seen))
    states = np.zeros((len(seen), longest, seen[0].vector.shape[0]), dtype=np.float32)
    mask = np.zeros((len(seen), longest), dtype=np.float32)
    flat: list[int] = []
    ends: list[int] = []
    for at, one in enumerate(seen):
        states[at, : len(one.units)] = one.states
        mask[at, : len(one.units)] = 1.0
        for place in range(longest):
            ends.append(len(flat))
            flat += one.units[place].buckets if place < len(one.units) else (0,)
    grams = torch.tensor(flat)
    if dropped:
        grams = grams.masked_fill(torch.rand(grams.shape) < dropped, 0)
    return Batch(
        torch.from_numpy(states),
        grams,
        torch.tensor(ends),
        torch.from_numpy(mask),
        torch.tensor([kind_flags(k) for k in kinds], dtype=torch.float32),
        torch.from_numpy(np.stack([s.vector for s in seen]).astype(np.float32)),
    )


def trained(rows: Sequence[Row], seen: Sight, names: Sequence[str], seed: int) -> RoutingNetwork:
    """A network that has learnt the rows; their texts are looked up in ``seen``."""
    torch.manual_seed(seed)
    chance = random.Random(seed)
    network = RoutingNetwork(len(names) + 1, seen[rows[0].text].vector.shape[0])
    table = list(network.grams.parameters())
    rest = [p for name, p in network.named_parameters() if not name.startswith("grams")]
    optimizer = torch.optim.AdamW(
        [
            {"params": table, "lr": 3 * RATE, "weight_decay": 0.0},
            {"params": rest, "lr": RATE, "weight_decay": 0.01},
        ]
    )
    steps = EPOCHS * (len(rows) // BATCH + 2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [3 * RATE, RATE], total_steps=steps, pct_start=0.1
    )
    for _ in range(EPOCHS):
        network.train()
        for some in _shuffled(rows, chance):
            given = batched(
                [seen[r.text] for r in some], [r.kinds for r in some], dropped=DROPPED_GRAMS
            )
            wanted = torch.tensor(
                [[*(n in r.tools for n in names), bool(r.tools)] for r in some], dtype=torch.float32
            )
            # labels a little softened: some requests may be read otherwise
            loss = functional.binary_cross_entropy_with_logits(
                network(given), 0.98 * wanted + 0.005, reduction="none"
            )
            optimizer.zero_grad()
            loss.sum(1).mean().backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()
    network.eval()
    return network


def _shuffled(rows: Sequence[Row], chance: random.Random) -> list[list[Row]]:
    """Batches of about the same length, so that little is padded."""
    mixed = list(rows)
    chance.shuffle(mixed)
    batches: list[list[Row]] = []
    for start in range(0, len(mixed), 20 * BATCH):
        part = sorted(mixed[start : start + 20 * BATCH], key=lambda r: len(r.text))
        batches += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
    chance.shuffle(batches)
    return batches


def logits(network: RoutingNetwork, rows: Sequence[Row], seen: Sight) -> np.ndarray:
    """[rows, labels]"""
    out = []
    with torch.no_grad():
        for start in range(0, len(rows), 128):
            some = rows[start : start + 128]
            out.append(
                network(batched([seen[r.text] for r in some], [r.kinds for r in some])).numpy()
            )
    return np.concatenate(out)
