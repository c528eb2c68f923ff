"""How soon and how fast the embedded voice speaks.

    python benchmarks/synthesis.py

The peer is the same library called by ctypes without anything around it. Medians of
several runs that alternate between the two, after one that loads the library.
"""

from __future__ import annotations

import ctypes
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.engines.espeak import ESPEAK

RUNS = 25
TEXTS = {
    "short": "Good morning.",
    "sentence": "The invoice comes to four hundred and twenty euros, due on the third of May.",
    "paragraph": "The lease begins in March. The rent is nine hundred a month. " * 10,
    "chinese": "你好,今天的天气很好,我们一起去公园散步吧。",
}
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
Timing = tuple[float, float, float]
"""Seconds to the first samples, seconds to the last, seconds of speech."""


def ours(text: str, _voice: str) -> Timing:
    engine = ESPEAK.get()
    start = time.perf_counter()
    first, size = 0.0, 0
    for piece in engine.pieces(text):
        first = first or time.perf_counter() - start
        size += len(piece)
    return first, time.perf_counter() - start, size / 2 / engine.rate


def bare(library: ctypes.CDLL) -> Callable[[str, str], Timing]:
    def speak(text: str, voice: str) -> Timing:
        first, size = 0.0, 0
        start = time.perf_counter()

        def deliver(samples: object, count: int, _events: object) -> int:
            nonlocal first, size
            first = first or time.perf_counter() - start
            size += 2 * max(0, count)
            return 0

        callback = _CALLBACK(deliver)
        library.espeak_SetSynthCallback(callback)
        library.espeak_SetVoiceByName(voice.encode())
        data = text.encode() + b"\0"
        library.espeak_Synth(data, len(data), 0, 1, 0, 1, None, None)
        return first, time.perf_counter() - start, size / 2 / 22_050

    return speak


def main() -> None:
    import espeakng_loader

    start = time.perf_counter()
    ESPEAK.get()
    print(f"load: {1000 * (time.perf_counter() - start):.0f} ms")
    peer = bare(ctypes.CDLL(espeakng_loader.get_library_path()))
    print(f"{'text':12}{'':6}{'first ms':>10}{'last ms':>10}{'speech s':>10}{'x real time':>13}")
    for name, text in TEXTS.items():
        voice = "cmn" if name == "chinese" else "en-us"
        timings: dict[str, list[Timing]] = {"ours": [], "bare": []}
        for _ in range(RUNS + 1):
            timings["ours"].append(ours(text, voice))
            timings["bare"].append(peer(text, voice))
        for who, runs in timings.items():
            first, last, speech = (
                statistics.median(column) for column in zip(*runs[1:], strict=True)
            )
            print(
                f"{name:12}{who:6}{1000 * first:10.2f}{1000 * last:10.1f}"
                f"{speech:10.2f}{speech / last:13.0f}"
            )


if __name__ == "__main__":
    main()
