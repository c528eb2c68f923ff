"""The network of the claim reader, as torch trains it; ``assistant/agent/claim_head.py`` runs it.

all-MiniLM-L6-v2 whose upper layers learn, with one head over its states and hashed n-grams. The
lower layers stay as they are, so that what they make of each text is computed only once.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from reader_network import adapt, adapter
from torch import Tensor, nn
from transformers import BertModel

from assistant.agent.claim_head import LABELS
from assistant.agent.claim_text import context, prepared
from assistant.brain.builtin.features import BUCKETS, normalized, units
from tools.engines.ctranslate2_encoder import SentenceModel

FROZEN = 3
"""Layers that learn nothing."""
BATCH = 32
RATE = 3e-4
HEAD_RATE = 2e-3
DROPPED = 0.2


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence of a reply, what was asked, the kinds of the attachments, what it claims."""

    text: str
    labels: tuple[str, ...]
    asked: str = ""
    kinds: tuple[str, ...] = ()

    @property
    def target(self) -> list[float]:
        return [*(float(name in self.labels) for name in LABELS), float(bool(self.labels))]


@dataclass(frozen=True, slots=True)
class Given:
    """One row as the network gets it: lower states [n, d], where the sentence stands, n-grams."""

    states: Tensor
    start: int
    end: int
    grams: tuple[int, ...]


class Lower:
    """The frozen layers, once for every row."""

    def __init__(self, source: Path) -> None:
        self._bert = BertModel.from_pretrained(source, attn_implementation="sdpa").eval()
        self._tokens = SentenceModel()

    def given(self, rows: Sequence[Row], size: int = 64) -> list[Given]:
        packed = [pack(self._tokens, row.asked, row.kinds, row.text) for row in rows]
        order = sorted(range(len(rows)), key=lambda i: len(packed[i][0]))
        out: list[Given | None] = [None] * len(rows)
        for start in range(0, len(order), size):
            some = order[start : start + size]
            states = self._states([packed[i] for i in some])
            for at, i in enumerate(some):
                ids, _, place = packed[i]
                own = states[at, : len(ids)].half()
                out[i] = Given(own, *place, grams(rows[i].text))
        return [g for g in out if g is not None]

    @torch.no_grad()
    def _states(self, packed: Sequence[tuple[list[int], list[int], tuple[int, int]]]) -> Tensor:
        longest = max(len(ids) for ids, _, _ in packed)
        ids, types, mask = (torch.zeros(len(packed), longest, dtype=torch.long) for _ in range(3))
        for at, (own, kinds, _) in enumerate(packed):
            ids[at, : len(own)] = torch.tensor(own)
            types[at, : len(own)] = torch.tensor(kinds)
            mask[at, : len(own)] = 1
        output = self._bert(
            input_ids=ids, token_type_ids=types, attention_mask=mask, output_hidden_states=True
        )
        return output.hidden_states[FROZEN]


def pack(
    tokens: SentenceModel, asked: str, kinds: Sequence[str], text: str
) -> tuple[list[int], list[int], tuple[int, int]]:
    """As :meth:`ClaimReader.read` packs it: [CLS] context [SEP] sentence [SEP]."""
    from assistant.agent.claim_head import packed

    return packed(tokens, context(asked, kinds), prepared(text))


def grams(text: str) -> tuple[int, ...]:
    return tuple(place for unit in units(normalized(text)) for place in unit.buckets) or (0,)


class ClaimNetwork(nn.Module):
    def __init__(self, source: Path) -> None:
        super().__init__()
        self._source = source
        bert = BertModel.from_pretrained(source, attn_implementation="eager")
        self.layers = bert.encoder.layer[FROZEN:]
        width = bert.config.hidden_size
        self.head = nn.Linear(3 * width, len(LABELS) + 1)
        self.grams = nn.EmbeddingBag(BUCKETS, len(LABELS) + 1, mode="mean", padding_idx=0)
        nn.init.zeros_(self.grams.weight)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, given: Sequence[Given]) -> Tensor:
        """[rows, labels + 1] logits; the last is "any claim"."""
        longest = max(len(g.states) for g in given)
        x = torch.zeros(len(given), longest, given[0].states.shape[1])
        mask = torch.zeros(len(given), longest)
        own = torch.zeros(len(given), longest, 1)
        for at, one in enumerate(given):
            x[at, : len(one.states)] = one.states.float()
            mask[at, : len(one.states)] = 1.0
            own[at, one.start : one.end] = 1.0
        hidden = (1.0 - mask[:, None, None, :]) * -1e9
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.training):
            for layer in self.layers:
                out = layer(x, hidden)
                x = out[0] if isinstance(out, tuple) else out
        x = x.float()
        mean = (x * own).sum(1) / own.sum(1).clamp(min=1)
        most = x.masked_fill(own == 0, -1e4).max(1).values
        whole = torch.cat([x[:, 0], mean, most], 1)
        flat = torch.tensor([place for g in given for place in g.grams])
        ends = torch.tensor(np.cumsum([0, *(len(g.grams) for g in given)])[:-1])
        if self.training:
            flat = flat.masked_fill(torch.rand(flat.shape) < DROPPED, 0)
        return self.head(self.drop(whole)) + self.grams(flat, ends)

    def adapt(self) -> None:
        """Replace what the matrices have learned by its low-rank part, which learns on."""
        adapt(self.layers, BertModel.from_pretrained(self._source).encoder.layer[FROZEN:])

    def arrays(self) -> dict[str, np.ndarray]:
        """The adapter by the names of the shipped model, the head, the table as int8."""
        out = adapter(self.layers, FROZEN)
        out["head"] = self.head.weight.detach().numpy()
        out["head_bias"] = self.head.bias.detach().numpy()
        table = self.grams.weight.detach().numpy().copy()
        table[0] = 0.0
        scale = np.abs(table).max() / 127.0
        half = {name: value.astype(np.float16) for name, value in out.items()}
        return half | {
            "grams": np.round(table / scale).astype(np.int8),
            "grams_scale": np.float32(scale),
        }


def learn(
    network: ClaimNetwork,
    rows: Sequence[Row],
    given: Sequence[Given],
    epochs: int,
    seed: int,
    *,
    rate: float = RATE,
) -> None:
    torch.manual_seed(seed)
    chance = random.Random(seed)
    table = list(network.grams.parameters())
    head = list(network.head.parameters())
    rest = [
        p for n, p in network.named_parameters()
        if p.requires_grad and not n.startswith(("grams", "head"))
    ]  # fmt: skip
    rates = [rate, HEAD_RATE, 3 * HEAD_RATE]
    optimizer = torch.optim.AdamW(
        [
            {"params": rest, "lr": rates[0], "weight_decay": 0.01},
            {"params": head, "lr": rates[1], "weight_decay": 0.01},
            {"params": table, "lr": rates[2], "weight_decay": 0.0},
        ]
    )
    batches = len(rows) // BATCH + 2
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates, total_steps=epochs * (batches + 20), pct_start=0.1
    )
    for epoch in range(epochs):
        network.train()
        total = 0.0
        for some in _batches(given, chance):
            wanted = torch.tensor([rows[i].target for i in some])
            # "any" decides most and counts most; labels are a little softened
            weight = torch.ones(wanted.shape[1])
            weight[-1] = 4.0
            loss = functional.binary_cross_entropy_with_logits(
                network([given[i] for i in some]), 0.96 * wanted + 0.02, reduction="none"
            )
            mean = (loss * weight).sum(1).mean()
            optimizer.zero_grad()
            mean.backward()
            nn.utils.clip_grad_norm_([*rest, *head], 1.0)
            optimizer.step()
            schedule.step()
            total += mean.item()
        print(f"  epoch {epoch + 1}: loss {total / batches:.3f}", flush=True)
    network.eval()


def _batches(given: Sequence[Given], chance: random.Random) -> list[list[int]]:
    """Rows of about the same length, so that little is padded."""
    mixed = list(range(len(given)))
    chance.shuffle(mixed)
    out: list[list[int]] = []
    for start in range(0, len(mixed), 20 * BATCH):
        part = sorted(mixed[start : start + 20 * BATCH], key=lambda i: len(given[i].states))
        out += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
    chance.shuffle(out)
    return out


@torch.no_grad()
def logits(network: ClaimNetwork, given: Sequence[Given]) -> np.ndarray:
    """[rows, labels + 1]"""
    out = [network(given[i : i + 64]).numpy() for i in range(0, len(given), 64)]
    return np.concatenate(out)
