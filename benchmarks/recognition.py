"""How well the embedded recognizer hears: word error rate, confidence, speed.

    python benchmarks/recognition.py [folder of the sample data] [--every N]

The peer is PocketSphinx as it comes: default settings, each file decoded whole, in this
process, in the same run. Both sides get the same references (lower case, no punctuation);
``--every 3`` takes each third recording.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import jiwer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.engines.pocketsphinx import PocketSphinx
from tools.engines.silero import utterances
from tools.media import audio

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data"


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower().replace("-", " ")))


def references(folder: Path, every: int) -> list[dict[str, Any]]:
    """Recordings with their words; of the 120 digits, each fourth."""
    lines = (folder / "refs.jsonl").read_text().splitlines()
    digits = (folder / "digits.jsonl").read_text().splitlines()[::4]
    rows = [json.loads(line) for line in [*lines, *digits]]
    return [row for row in rows if row.get("lang", "en") == "en"][::every]


class Ours:
    """Voice activity detection, then the worker process, as the transcribe tool does it."""

    def __init__(self) -> None:
        self._recognizer = PocketSphinx()
        self.marks: list[tuple[float, bool]] = []

    def hear(self, path: Path, reference: str) -> str:
        words = [
            word
            for utterance in utterances(audio.stream(path))
            for word in self._recognizer.recognize(utterance).words
        ]
        heard = " ".join(word.text for word in words)
        if words:
            right = {
                index
                for part in jiwer.process_words(reference, heard).alignments[0]
                if part.type == "equal"
                for index in range(part.hyp_start_idx, part.hyp_end_idx)
            }
            self.marks += [(word.confidence, at in right) for at, word in enumerate(words)]
        return heard

    def close(self) -> None:
        self._recognizer.close()


class Bare:
    """PocketSphinx's defaults."""

    def __init__(self) -> None:
        import pocketsphinx

        self._decoder = pocketsphinx.Decoder(pocketsphinx.Config(loglevel="FATAL"))

    def hear(self, path: Path, _reference: str) -> str:
        pcm = audio.pcm16(audio.read(path).samples)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return found.hypstr if found else ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    folder = options.data / "speech"
    rows = references(folder, options.every)
    ours, bare = Ours(), Bare()
    ours.hear(folder / rows[0]["audio"], plain(rows[0]["text"]))  # loads the models
    ours.marks.clear()
    heard: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    speed: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        path, reference = folder / row["audio"], plain(row["text"])
        seconds = audio.probe(path).seconds
        for name, engine in (("ours", ours), ("bare", bare)):
            start = time.perf_counter()
            words = engine.hear(path, reference)
            if seconds > 2:
                speed[name].append((time.perf_counter() - start) / seconds)
            kind = Path(row["audio"]).parts[0]
            for group in {"all", kind, f"{kind} {row.get('speaker', '')}"}:
                heard[group][name].append((reference, plain(words)))
    ours.close()
    print(f"{'word error rate':24}{'words':>7}{'ours':>8}{'bare':>8}")
    for group in sorted(heard):
        count = sum(len(reference.split()) for reference, _ in heard[group]["ours"])
        rates = [
            jiwer.wer(*(list(side) for side in zip(*heard[group][name], strict=True)))
            for name in ("ours", "bare")
        ]
        print(f"{group:24}{count:7}{rates[0]:8.3f}{rates[1]:8.3f}")
    print("\nconfidence    words  said  right")
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        marks = [mark for mark in ours.marks if low <= mark[0] < low + 0.2]
        if marks:
            said = statistics.mean(mark[0] for mark in marks)
            right = statistics.mean(mark[1] for mark in marks)
            print(f"{low:.1f} to {low + 0.2:.1f} {len(marks):8}{said:6.2f}{right:7.2f}")
    print("\nreal-time factor, median over recordings of more than 2 seconds")
    for name, factors in speed.items():
        print(f"{name}: {statistics.median(factors):.2f}")


if __name__ == "__main__":
    main()
