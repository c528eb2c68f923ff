"""What our path to a language model in this process costs over the library's own call.

    OMP_NUM_THREADS=2 python benchmarks/chat.py [--rounds N] [--tokens N] [--model FOLDER]

The peer is transformers as its documentation calls it: the tokenizer's chat template, `generate`,
decode. Ours is the chat model that the agent uses, streaming through LangChain, in its slot's
thread, cancellable at every token. Both run on the same loaded weights, in turns, the one that
begins alternating, and must give the same words. Without ``--model`` a Llama of random weights is
made: 8 layers, 47 million weights.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.brain.local import LocalModel
from tests.assistant import chat_made
from tools.engines.transformers_text import LanguageModel
from tools.runtime import Slot

ASKED = "Tell me what is to be done in the garden in March, month by month, in some detail. " * 6
SIZES = {"hidden_size": 640, "intermediate_size": 2048, "num_hidden_layers": 8,
         "num_attention_heads": 10}  # fmt: skip


def bare(engine: LanguageModel, tokens: int) -> str:
    import torch

    words, model = engine._tokenizer, engine._model
    given = words.apply_chat_template(
        [{"role": "user", "content": ASKED}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    with torch.inference_mode():
        out = model.generate(**given, max_new_tokens=tokens)
    return str(words.decode(out[0, given["input_ids"].shape[1] :], skip_special_tokens=False))


def ours(model: LocalModel) -> str:
    async def said() -> str:
        return "".join([chunk.text async for chunk in model.astream(ASKED)])

    return asyncio.run(said())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.model
        if folder is None:
            words = chat_made.tokenizer()
            network = chat_made.network(words, **SIZES)
            network.generation_config.eos_token_id = None
            folder = chat_made.saved(Path(made), words, network)
        slot: Slot[Any] = Slot("model", lambda: LanguageModel(folder, "cpu"))
        compare(slot, options)
        slot.unload()


def compare(slot: Slot[Any], options: argparse.Namespace) -> None:
    engine = slot.get()
    model = LocalModel.of("model", slot, options.tokens)
    sides: dict[str, Callable[[], str]] = {
        "ours": lambda: ours(model),
        "library": lambda: bare(engine, options.tokens),
    }
    times: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(options.rounds + 1):
        said = {}
        for side in list(sides)[:: 1 if number % 2 else -1]:
            start = time.perf_counter()
            said[side] = sides[side]()
            if number:  # the first round only warms up
                times[side].append(time.perf_counter() - start)
        if len({text.replace("<|im_end|>", "") for text in said.values()}) > 1:
            raise SystemExit(f"the answers differ:\n{said}")
    median = {side: statistics.median(values) for side, values in times.items()}
    each = [a / b - 1 for a, b in zip(times["ours"], times["library"], strict=True)]
    print(f"{engine.name}: {engine.memory_bytes / 1e6:.0f} MB, {options.tokens} tokens")
    for side, value in median.items():
        print(f"  {side:8} {value:.3f} s")
    print(f"  ours over the library's: {median['ours'] / median['library'] - 1:+.1%}", end="")
    print(f" (median of the rounds' own ratios {statistics.median(each):+.1%})")


if __name__ == "__main__":
    main()
