"""What our path to a vision model costs over the library's own call; what a second question saves.

    OMP_NUM_THREADS=2 python benchmarks/vision.py [--rounds N] [--tokens N] [--device cpu]
                                                  [--model FOLDER --picture FILE]

The peer is transformers as its documentation calls it: the processor's chat template, `generate`,
decode. Both sides run in this process on equal weights, in turns, the one that begins alternating;
both must give the same words. Ours streams, can be cancelled at every token, and keeps the
picture's features, which are thrown away before each first question. Beside the time on the wall
stands that of the processor (the more telling with OMP_NUM_THREADS=1 on a busy machine). Without
``--model`` a LLaVA 1.5 of random weights is made: a CLIP tower of 8 layers over 576 patches, a
Llama of 8 layers, 55 million weights in all.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.tools import vision_made
from tools.engines.transformers_vision import TransformersVision
from tools.media.image import Image, open_image

QUESTIONS = ("what is in this picture", "how many of it are there")
TEXT = {
    "hidden_size": 640,
    "intermediate_size": 1728,
    "num_hidden_layers": 8,
    "num_attention_heads": 10,
    "num_key_value_heads": 10,
    "max_position_embeddings": 4096,
    "eos_token_id": None,
    "initializer_range": 0.05,
}
VISION = {
    "hidden_size": 384,
    "intermediate_size": 1536,
    "num_hidden_layers": 8,
    "num_attention_heads": 6,
    "image_size": 336,
    "patch_size": 14,
    "initializer_range": 0.05,
}


def picture(path: Path | None) -> Image:
    if path is not None:
        return open_image(path)
    from PIL import Image as Pil

    pixels = Pil.effect_mandelbrot((1280, 960), (-2, -1.2, 1, 1.2), 60).convert("RGB")
    return Image(pixels, *pixels.size, "PNG")


class Bare:
    """The library's own call, on the weights that are already loaded."""

    def __init__(self, engine: TransformersVision, folder: Path) -> None:
        import transformers

        self._device, self._dtype = engine._device, engine._dtype
        self._processor = engine._processor
        model = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype=self._dtype)
        self._model = model.to(self._device).eval()

    def answer(self, image: Image, question: str, tokens: int) -> str:
        content = [{"type": "image", "image": image.pixels}, {"type": "text", "text": question}]
        inputs = self._processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        ).to(self._device, dtype=self._dtype)
        out = self._model.generate(**inputs, do_sample=False, max_new_tokens=tokens)
        told = out[0, inputs["input_ids"].shape[1] :]
        return str(self._processor.tokenizer.decode(told, skip_special_tokens=True)).strip()


class Clock:
    """Seconds on the wall and of the processor, by what took them."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {}
        self.processor: dict[str, list[float]] = {}

    def run(self, name: str, work: Callable[[], str]) -> str:
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        self.wall.setdefault(name, []).append(time.perf_counter() - wall)
        self.processor.setdefault(name, []).append(time.process_time() - processor)
        return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or vision_made.llava(Path(folder) / "llava", text=TEXT, vision=VISION)
        compare(model, picture(options.picture), options)


def compare(folder: Path, image: Image, options: argparse.Namespace) -> None:
    ours = TransformersVision(folder, device=options.device)
    bare, tokens = Bare(ours, folder), options.tokens
    print(f"{ours.name}: {ours.memory_bytes / 1e6:.0f} MB on {ours._device}")

    def ask(question: str) -> str:
        pieces: list[str] = []
        ours.answer([image], question, on_text=pieces.append, max_new_tokens=tokens)
        return "".join(pieces)

    def ask_first() -> str:
        ours.features.clear()
        return ask(QUESTIONS[0])

    sides = {
        "ours": (ask_first, lambda: ask(QUESTIONS[1])),
        "library": tuple(partial(bare.answer, image, q, tokens) for q in QUESTIONS),
    }
    clock = Clock()
    for number in range(options.rounds + 1):
        if number == 1:
            clock = Clock()  # the first round only warms up
        order = list(sides)[:: 1 if number % 2 else -1]
        for place, which in enumerate(("first", "second")):
            said = {side: clock.run(f"{side}, {which}", sides[side][place]) for side in order}
            if len(set(said.values())) > 1:
                raise SystemExit(f"the answers differ:\n{said}")
    print(f"{options.rounds} rounds of {tokens} tokens; medians in seconds")
    for name, times in (("wall", clock.wall), ("processor", clock.processor)):
        report(name, {key: statistics.median(values) for key, values in times.items()}, times)


def report(name: str, median: dict[str, float], times: dict[str, list[float]]) -> None:
    print(name)
    for which in ("first", "second"):
        ours, library = median[f"ours, {which}"], median[f"library, {which}"]
        print(f"  {which:6} question   library {library:.3f}   ours {ours:.3f}")
    pairs = zip(times["ours, first"], times["library, first"], strict=True)
    over = statistics.median(o / b - 1 for o, b in pairs)
    whole = median["ours, first"] / median["library, first"] - 1
    print(f"  overhead of the first {whole:+.1%}; median of the rounds {over:+.1%}")
    faster = median["library, second"] / median["ours, second"]
    print(f"  the second is {faster:.2f} times as fast")


if __name__ == "__main__":
    main()
