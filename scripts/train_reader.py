"""Train the reader that the assistant ships, and report how good it is.

    python scripts/train_reader.py --source DIR --whole FILE   # all weights; kept in FILE
    python scripts/train_reader.py --source DIR --adapt FILE   # then what is shipped

DIR holds all-MiniLM-L6-v2 in transformers' form (see ``build_encoder.py``). Needs torch and
transformers. Some of the files are kept apart with all questions on them: they give the figures
and the calibration. ``benchmarks/evaluation`` is never read here.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent))

from reader_network import ReaderNetwork
from reading_questions import Bank, Example, Fields, cropped, read_examples, without_answer

from tools.encoder import Encoder
from tools.engines.ctranslate2_encoder import SentenceModel
from tools.reading import packing
from tools.reading.reader import WEIGHTS
from tools.reading.signals import signals

BUDGET = 176
"""Tokens of a sequence in training; in use there is room for more."""
BATCH = 8
HEADS_RATE = 5e-4
WHOLE_RATE, WHOLE_EPOCHS = 1e-4, 3
ADAPT_RATE, ADAPT_EPOCHS = 5e-4, 4
DRAWN = 0.3
"""Pages drawn from the bank for each question on a file, in every epoch."""
FIELDS = 0.15
"""Plain questions for named fields, in the same way."""
TAKEN_OUT = 0.2
CROPPED = 0.35
APART = 12
"""One file in so many is kept apart."""
SEED = 5


class Prepared:
    """Tokens and vectors of texts, each computed once."""

    def __init__(self) -> None:
        self._tokens: dict[str, packing.Tokens] = {}
        self._vectors: dict[str, np.ndarray] = {}
        self._signals: dict[tuple[str, str], np.ndarray] = {}

    @cached_property
    def _model(self) -> SentenceModel:
        return SentenceModel()

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder()

    def add(self, texts: Sequence[str]) -> None:
        new = list(dict.fromkeys(t for t in texts if t not in self._vectors))
        for start in range(0, len(new), 512):
            some = new[start : start + 512]
            vectors = self._encoder.encode([packing.english(t) for t in some])
            self._vectors.update(zip(some, vectors.copy(), strict=True))

    def tokens(self, text: str) -> packing.Tokens:
        if text not in self._tokens:
            self._tokens[text] = packing.tokens(text, self._model)
        return self._tokens[text]

    def pack(
        self, example: Example, *, kept: Sequence[int] = (), budget: int = packing.BUDGET
    ) -> tuple[packing.Packed, np.ndarray]:
        units = [self.tokens(u) for u in example.units]
        key = (example.question, example.file)
        given = None if example.passing else self._signals.get(key)
        if given is None:
            self.add([example.question, *example.units])
            asked = self._vectors[example.question]
            cosines = np.stack([self._vectors[u] for u in example.units]) @ asked
            lengths = [len(u.ids) for u in units]
            given = signals(example.question, example.units, cosines, lengths)
            if not example.passing:
                self._signals[key] = given
        packed = packing.packed(
            self.tokens(example.question), units, given, budget=budget, kept=kept
        )
        return packed, given[list(packed.chosen)]


def loss_of(
    network: ReaderNetwork, examples: Sequence[Example], prepared: Prepared, budget: int
) -> Tensor:
    packs = [prepared.pack(e, kept=e.gold, budget=budget) for e in examples]
    scores, words = network([p for p, _ in packs], [s for _, s in packs])
    total = torch.zeros(())
    ends: list[Tensor] = []
    for at, (example, (packed, _), own) in enumerate(zip(examples, packs, scores, strict=True)):
        gold = [packed.chosen.index(g) for g in example.gold if g in packed.chosen]
        shares = own.log_softmax(0)
        total = total - (torch.logsumexp(shares[gold], 0) if gold else shares[-1])
        if gold:  # which unit, whatever is thought of "none"
            total = total - 0.5 * torch.logsumexp(own[:-1].log_softmax(0)[gold], 0)
        for place in gold if example.answer else ():
            span = _span(prepared, example, packed.chosen[place])
            if span is None:
                continue
            first, last = packed.places[place][0], packed.places[place][1] - 1
            inner = words[at, first:last]
            ends += [
                functional.cross_entropy(inner[None, :, side], torch.tensor([span[side]]))
                for side in (0, 1)
            ]
    total = total / len(examples)
    return total + 0.5 * torch.stack(ends).mean() if ends else total


def _span(prepared: Prepared, example: Example, unit: int) -> tuple[int, int] | None:
    """The first and last token of the answer in a unit; None where it was misread or cut off."""
    text = example.units[unit]
    start = text.find(example.answer)
    if start < 0:
        return None
    end = start + len(example.answer)
    spans = prepared.tokens(text).spans
    inside = [i for i, (a, z) in enumerate(spans) if a < end and z > start]
    return (inside[0], inside[-1]) if inside else None


def train(
    network: ReaderNetwork, rate: float, epochs: int, examples: Sequence[Example],
    apart: Sequence[Example], bank: Bank, prepared: Prepared, kept: Path,
) -> None:  # fmt: skip
    """Train what may learn in the network; it is kept in a file after every epoch."""
    chance, fields = random.Random(SEED), Fields(examples)
    learning = [(n, p) for n, p in network.named_parameters() if p.requires_grad]
    heads = [p for n, p in learning if not n.startswith("bert")]
    body = [p for n, p in learning if n.startswith("bert")]
    optimizer = torch.optim.AdamW(
        [{"params": body, "weight_decay": 0.01}, {"params": heads, "weight_decay": 0.01}]
    )
    per_epoch = int(len(examples) * (1 + DRAWN + FIELDS)) // BATCH + 8
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [rate, HEADS_RATE], total_steps=epochs * per_epoch, pct_start=0.06
    )
    began = time.perf_counter()
    for epoch in range(epochs):
        network.train()
        mixed = [
            without_answer(e) if e.gold and chance.random() < TAKEN_OUT else e for e in examples
        ]
        mixed += [bank.draw(chance) for _ in range(int(DRAWN * len(examples)))]
        mixed += [fields.draw(chance) for _ in range(int(FIELDS * len(examples)))]
        mixed = [cropped(e, chance) if chance.random() < CROPPED else e for e in mixed]
        chance.shuffle(mixed)
        # pages of about the same length side by side, so that little is padded
        parts = [mixed[i : i + 16 * BATCH] for i in range(0, len(mixed), 16 * BATCH)]
        batches = [
            sorted(part, key=lambda e: min(BUDGET * 4, sum(map(len, e.units))))[i : i + BATCH]
            for part in parts
            for i in range(0, len(part), BATCH)
        ]
        chance.shuffle(batches)
        losses = []
        for batch in batches:
            loss = loss_of(network, batch, prepared, BUDGET)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([*body, *heads], 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        report(network, apart, prepared)
        torch.save(network.state_dict(), kept)


def predicted(
    network: ReaderNetwork, examples: Sequence[Example], prepared: Prepared
) -> tuple[list[int], list[np.ndarray]]:
    """The best unit of each example, and the logits with "none" last."""
    network.eval()
    best, logits = [], []
    with torch.no_grad():
        for start in range(0, len(examples), BATCH):
            packs = [prepared.pack(e) for e in examples[start : start + BATCH]]
            scores, _ = network([p for p, _ in packs], [s for _, s in packs])
            for (packed, _), own in zip(packs, scores, strict=True):
                best.append(packed.chosen[int(own[:-1].argmax())])
                logits.append(own.numpy())
    return best, logits


def report(network: ReaderNetwork, examples: Sequence[Example], prepared: Prepared) -> None:
    """How often the right unit is found, for each share of the unanswerable that is answered."""
    best, logits = predicted(network, examples, prepared)
    has = np.array([bool(e.gold) for e in examples])
    right = np.array([b in e.gold for b, e in zip(best, examples, strict=True)])
    some = np.array([1 - _chances(own)[-1] for own in logits])
    line = f"right unit {right[has].mean():.1%} of {has.sum()}"
    for share in (0.05, 0.1, 0.2, 0.3):
        limit = np.quantile(some[~has], 1 - share)
        line += f"; at {share:.0%} wrong {(right & (some > limit))[has].mean():.1%}"
    print(line, flush=True)


def _chances(logits: np.ndarray, warmth: float = 1.0) -> np.ndarray:
    raised = np.exp((logits - logits.max()) / warmth)
    return np.asarray(raised / raised.sum())


def calibrated(network: ReaderNetwork, examples: Sequence[Example], prepared: Prepared) -> float:
    """The temperature (Guo et al. 2017) at which the chances are likeliest on examples apart."""
    best, logits = predicted(network, examples, prepared)
    right = [b in e.gold for b, e in zip(best, examples, strict=True)]

    def surprise(warmth: float) -> float:
        chances = [max(_chances(own, warmth)[:-1]) for own in logits]
        return float(
            -np.mean([np.log(c if r else 1 - c) for c, r in zip(chances, right, strict=True)])
        )

    return min(np.arange(0.7, 3.0, 0.1), key=surprise)


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--source", type=Path, required=True)
    stage = arguments.add_mutually_exclusive_group(required=True)
    stage.add_argument("--whole", type=Path, metavar="FILE", help="train all weights into it")
    stage.add_argument("--adapt", type=Path, metavar="FILE", help="go on from it; write the reader")
    options = arguments.parse_args()
    examples, bank, prepared = read_examples(), Bank(), Prepared()
    files = sorted({e.file for e in examples})
    random.Random(SEED).shuffle(files)
    kept = set(files[: len(files) // APART])
    inner = [e for e in examples if e.file not in kept]
    apart = [e for e in examples if e.file in kept]
    print(
        f"{len(examples)} questions on {len(files)} files, {len(bank.concepts)} things in the bank"
    )
    torch.manual_seed(SEED)
    network = ReaderNetwork(options.source)
    known = (inner, apart, bank, prepared)
    if options.whole:
        train(network, WHOLE_RATE, WHOLE_EPOCHS, *known, options.whole)
        return
    network.load_state_dict(torch.load(options.adapt, weights_only=True))
    network.adapt()
    train(network, ADAPT_RATE, ADAPT_EPOCHS, *known, options.adapt.with_suffix(".adapted"))
    warmth = calibrated(network, apart, prepared)
    print(f"temperature {warmth:.1f}")
    np.savez_compressed(WEIGHTS, calibration=np.array([warmth]), **network.arrays())
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
