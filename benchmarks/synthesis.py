"""How soon and how fast speech comes, ours against the bare library.

    python benchmarks/synthesis.py            # the embedded voice, and Piper and Coqui if installed
    python benchmarks/synthesis.py --runs 9

For the embedded voice the peer is the same library called by ctypes without anything around
it. For Piper and Coqui TTS it is the library's own call on the same voice, a model of random
weights that is made on the spot and about as large as a published one; ours gives the same
samples. Medians of several runs that alternate between the two, after one that warms up.
"""

from __future__ import annotations

import argparse
import ctypes
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.engines.espeak import ESPEAK

RUNS = 25
MODEL_RUNS = 7
TEXTS = {
    "short": "Good morning.",
    "sentence": "The invoice comes to four hundred and twenty euros, due on the third of May.",
    "paragraph": "The lease begins in March. The rent is nine hundred a month. " * 10,
    "chinese": "你好,今天的天气很好,我们一起去公园散步吧。",
}
PARAGRAPH = (
    "The lease begins in March. The rent is nine hundred a month. Heating is paid apart, by "
    "what the meter shows. Whoever moves out gives three months notice. The deposit comes back."
)
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
Timing = tuple[float, float, float]
"""Seconds to the first samples, seconds to the last, seconds of speech."""


def timed(pieces: Iterable[bytes], rate: int) -> Timing:
    """How long it takes to draw all of ``pieces``, 16-bit samples."""
    start = time.perf_counter()
    first, size = 0.0, 0
    for piece in pieces:
        first = first or time.perf_counter() - start
        size += len(piece)
    return first, time.perf_counter() - start, size / 2 / rate


def ours(text: str, _voice: str) -> Timing:
    engine = ESPEAK.get()
    return timed(engine.pieces(text), engine.rate)


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


def compare(title: str, ways: dict[str, Callable[[], Timing]], runs: int) -> None:
    """Print the medians of each way, and how much longer the first one takes than the last."""
    timings: dict[str, list[Timing]] = {who: [] for who in ways}
    for _ in range(runs + 1):
        for who, way in ways.items():
            timings[who].append(way())
    lasts = []
    for who, taken in timings.items():
        first, last, speech = (statistics.median(c) for c in zip(*taken[1:], strict=True))
        lasts.append(last)
        print(
            f"{title:12}{who:9}{1000 * first:10.2f}{1000 * last:10.1f}"
            f"{speech:10.2f}{speech / last:13.1f}"
        )
    print(f"{'':12}overhead {100 * (lasts[0] / lasts[-1] - 1):+.1f} %")


def embedded(runs: int) -> None:
    import espeakng_loader

    start = time.perf_counter()
    ESPEAK.get()
    print(f"eSpeak NG: load {1000 * (time.perf_counter() - start):.0f} ms")
    peer = bare(ctypes.CDLL(espeakng_loader.get_library_path()))
    for name, text in TEXTS.items():
        voice = "cmn" if name == "chinese" else "en-us"
        ways = {
            "ours": lambda t=text, v=voice: ours(t, v),
            "library": lambda t=text, v=voice: peer(t, v),
        }
        compare(name, ways, runs)


def piper(folder: Path, runs: int) -> None:
    from piper import PiperVoice

    from tests.tools import voices_made
    from tools.engines.piper import Piper

    file = voices_made.piper(folder, width=48)
    start = time.perf_counter()
    engine = Piper(file, device="cpu")
    print(f"Piper: load {1000 * (time.perf_counter() - start):.0f} ms")
    library = PiperVoice.load(file)

    def theirs() -> Iterable[bytes]:
        return (chunk.audio_int16_bytes for chunk in library.synthesize(PARAGRAPH))

    same(b"".join(engine.pieces(PARAGRAPH)), b"".join(theirs()))
    ways = {
        "ours": lambda: timed(engine.pieces(PARAGRAPH), engine.rate),
        "library": lambda: timed(theirs(), engine.rate),
    }
    compare("paragraph", ways, runs)


def coqui(folder: Path, runs: int) -> None:
    from tools.engines.coqui import Coqui, import_library

    library_class = import_library()
    from tests.tools import voices_made
    from tools.media.audio import pcm16

    made = voices_made.coqui(folder / "vits", size=96, layers=4)
    start = time.perf_counter()
    engine = Coqui(made, device="cpu")
    print(f"Coqui TTS: load {1000 * (time.perf_counter() - start):.0f} ms")
    library: Any = library_class(
        tts_checkpoint=made / "model.pth", tts_config_path=made / "config.json"
    )

    def theirs() -> Iterable[bytes]:
        import numpy as np

        yield pcm16(np.asarray(library.tts(PARAGRAPH), np.float32))

    same(b"".join(engine.pieces(PARAGRAPH)), b"".join(theirs()))
    ways = {
        "ours": lambda: timed(engine.pieces(PARAGRAPH), engine.rate),
        "library": lambda: timed(theirs(), engine.rate),
    }
    compare("paragraph", ways, runs)


def same(one: bytes, other: bytes) -> None:
    print(f"{'':12}{len(one) // 2:,} samples, {'equal' if one == other else 'DIFFERENT'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=0, help="instead of the usual numbers")
    wanted = parser.parse_args().runs
    print(f"{'text':12}{'':9}{'first ms':>10}{'last ms':>10}{'speech s':>10}{'x real time':>13}")
    embedded(wanted or RUNS)
    with tempfile.TemporaryDirectory() as folder:
        if find_spec("piper") and find_spec("onnx"):
            piper(Path(folder), wanted or MODEL_RUNS)
        if find_spec("TTS"):
            coqui(Path(folder), wanted or MODEL_RUNS)


if __name__ == "__main__":
    main()
