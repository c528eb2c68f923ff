"""The reader's network, as torch trains it; ``tools/reading/reader.py`` runs it.

all-MiniLM-L6-v2 with heads over its states. All of it learns first; then what the matrices have
learned is cut to a low rank (``adapt``), which is small enough to ship, and learns on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn
from transformers import BertModel

from tools.reading.packing import Packed
from tools.reading.signals import COUNT

RANK = 32
HIDDEN = 256
DROPPED = 0.1


class Adapted(nn.Module):
    """A frozen linear layer and the low-rank change that is learned (Hu et al. 2021)."""

    def __init__(self, frozen: nn.Linear, bias: Tensor, up: Tensor, down: nn.Parameter) -> None:
        super().__init__()
        self.weight = frozen.weight
        self.weight.requires_grad = False
        self.bias = nn.Parameter(bias.detach().clone())
        self.up = nn.Parameter(up.detach().clone())
        self.down = down

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight, self.bias) + (x @ self.down.T) @ self.up.T


def _adapted(learned: Sequence[nn.Linear], frozen: Sequence[nn.Linear]) -> list[Adapted]:
    """Layers that read the same input, as one low-rank change of the frozen ones.

    The change is the best of its rank: that of the singular value decomposition.
    """
    change = torch.cat([a.weight - z.weight for a, z in zip(learned, frozen, strict=True)])
    left, strength, right = torch.linalg.svd(change.detach(), full_matrices=False)
    root = strength[:RANK].sqrt()
    down = nn.Parameter(root[:, None] * right[:RANK])
    ups = (left[:, :RANK] * root).split([part.out_features for part in frozen])
    return [Adapted(z, a.bias, up, down) for a, z, up in zip(learned, frozen, ups, strict=True)]


def adapt(layers: Sequence[nn.Module], frozen: Sequence[nn.Module]) -> None:
    """Replace what the layers' matrices have learned by its low-rank part, which learns on."""
    for layer, old in zip(layers, frozen, strict=True):
        own, was = layer.attention.self, old.attention.self
        own.query, own.key, own.value = _adapted(  # one matrix in the shipped model
            (own.query, own.key, own.value), (was.query, was.key, was.value)
        )
        for part, before in (
            (layer.attention.output, old.attention.output),
            (layer.intermediate, old.intermediate),
            (layer.output, old.output),
        ):
            (part.dense,) = _adapted((part.dense,), (before.dense,))


def adapter(layers: Sequence[nn.Module], first: int = 0) -> dict[str, np.ndarray]:
    """What adapted layers have learned, by the shipped model's names; they count from ``first``."""
    out: dict[str, np.ndarray] = {}
    for number, layer in enumerate(layers, first):
        name = f"adapter/encoder/layer_{number}"
        own = layer.attention.self
        parts = (own.query, own.key, own.value)
        dense = {
            "self_attention/linear_1": layer.attention.output.dense,
            "ffn/linear_0": layer.intermediate.dense,
            "ffn/linear_1": layer.output.dense,
        }
        joined = f"{name}/self_attention/linear_0"
        out[f"{joined}/weight:up"] = torch.cat([p.up for p in parts]).detach().numpy()
        out[f"{joined}/weight:down"] = parts[0].down.detach().numpy()
        out[f"{joined}/bias"] = torch.cat([p.bias for p in parts]).detach().numpy()
        for short, part in dense.items():
            out[f"{name}/{short}/weight:up"] = part.up.detach().numpy()
            out[f"{name}/{short}/weight:down"] = part.down.detach().numpy()
            out[f"{name}/{short}/bias"] = part.bias.detach().numpy()
        norms = {
            "self_attention": layer.attention.output.LayerNorm,
            "ffn": layer.output.LayerNorm,
        }
        for short, norm in norms.items():
            out[f"{name}/{short}/layer_norm/gamma"] = norm.weight.detach().numpy()
            out[f"{name}/{short}/layer_norm/beta"] = norm.bias.detach().numpy()
    return out


class ReaderNetwork(nn.Module):
    def __init__(self, source: Path) -> None:
        super().__init__()
        self._source = source
        self.bert = _bert(source)
        width = self.bert.config.hidden_size
        for parameter in self.bert.embeddings.parameters():
            parameter.requires_grad = False
        self.unit_in = nn.Linear(3 * width + COUNT, HIDDEN)
        self.unit_out = nn.Linear(HIDDEN, 1)
        self.none_in = nn.Linear(width + COUNT, HIDDEN)
        self.none_out = nn.Linear(HIDDEN, 1)
        self.words = nn.Linear(width, 2)
        # it begins as the ranking by cosine that the encoder gives
        self.cosine = nn.Parameter(torch.tensor([4.0, 1.0]))
        self.base = nn.Parameter(torch.tensor([-4.0]))
        nn.init.zeros_(self.unit_out.weight)
        nn.init.zeros_(self.none_out.weight)
        self.drop = nn.Dropout(DROPPED)

    def adapt(self) -> None:
        """Replace what the matrices have learned by its low-rank part, which learns on."""
        adapt(self.bert.encoder.layer, _bert(self._source).encoder.layer)

    def forward(
        self, packs: Sequence[Packed], signals: Sequence[np.ndarray]
    ) -> tuple[list[Tensor], Tensor]:
        """Logits [units + 1] of each sequence, and those of the first and last words."""
        longest = max(len(p.ids) for p in packs)
        ids, types, mask = (torch.zeros(len(packs), longest, dtype=torch.long) for _ in range(3))
        for at, pack in enumerate(packs):
            ids[at, : len(pack.ids)] = torch.tensor(pack.ids)
            types[at, : len(pack.ids)] = torch.tensor(pack.types)
            mask[at, : len(pack.ids)] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.training):
            output = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask)
        hidden = output.last_hidden_state.float()
        rows, wholes = [], []
        given = [torch.from_numpy(s) for s in signals]
        for at, (pack, own) in enumerate(zip(packs, given, strict=True)):
            states = [hidden[at, a:z] for a, z in pack.places]
            means = torch.stack([torch.cat([s.mean(0), s.max(0).values]) for s in states])
            whole = hidden[at, 0]
            rows.append(torch.cat([means, whole.expand(len(own), -1), own], 1))
            wholes.append(torch.cat([whole, own.max(0).values]))
        units = self.unit_out(self.drop(gelu(self.unit_in(torch.cat(rows))))).squeeze(-1)
        none = self.none_out(self.drop(gelu(self.none_in(torch.stack(wholes))))).squeeze(-1)
        out, start = [], 0
        for at, own in enumerate(given):
            some = units[start : start + len(own)] + own[:, :2] @ self.cosine + self.base
            out.append(torch.cat([some, none[at : at + 1]]))
            start += len(own)
        return out, self.words(hidden)

    def arrays(self) -> dict[str, np.ndarray]:
        """The adapter by the names of the shipped model, and the heads."""
        out = adapter(self.bert.encoder.layer)
        for name in ("unit_in", "unit_out", "none_in", "none_out", "words"):
            part = getattr(self, name)
            out[f"heads/{name}"] = part.weight.detach().numpy()
            out[f"heads/{name}_bias"] = part.bias.detach().numpy()
        out["heads/cosine"] = self.cosine.detach().numpy()
        out["heads/base"] = self.base.detach().numpy()
        return {name: value.astype(np.float16) for name, value in out.items()}


def _bert(source: Path) -> BertModel:
    return BertModel.from_pretrained(source, attn_implementation="sdpa")


def gelu(x: Tensor) -> Tensor:
    return functional.gelu(x, approximate="tanh")
