"""How well the embedded recognizer hears, and what our way to a Whisper model costs.

    python benchmarks/recognition.py [folder of the sample data] [--every N]
    python benchmarks/recognition.py --whisper [--model FOLDER] [--rounds N]

The peer of the first is PocketSphinx as it comes: default settings, each file decoded whole,
in this process, in the same run. Both sides get the same references (lower case, no
punctuation); ``--every 3`` takes each third recording.

The peer of the second is ``faster_whisper.WhisperModel.transcribe`` on the same weights, with
the same options, on the same real speech, turn about. Without ``--model`` the weights are random
and of the shape of Whisper's, made here (which needs torch and transformers): what they write
is no language, but their work is that of a trained model of that size. It also shows how many
windows, and so how much time, long utterances with their pauses save over short ones.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import jiwer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.engines.faster_whisper import OPTIONS, FasterWhisper
from tools.engines.pocketsphinx import PocketSphinx
from tools.engines.silero import Manner, utterances
from tools.media import audio
from tools.media.audio import Audio

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
    parser.add_argument("--whisper", action="store_true")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    folder = options.data / "speech"
    if options.whisper:
        whisper(folder, options.model, options.rounds)
        return
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


def whisper(folder: Path, model: Path | None, rounds: int) -> None:
    """Our engine and the library's own call, side by side."""
    import faster_whisper

    with tempfile.TemporaryDirectory() as place:
        if model is None:
            from tests.tools import whisper_made

            model = whisper_made.whisper(Path(place) / "made", width=512, layers=2)
        ours = FasterWhisper(model, device="cpu")
        theirs = faster_whisper.WhisperModel(
            str(model), device="cpu", compute_type=ours.compute_type, cpu_threads=_threads()
        )
        print(f"{ours.name}, {ours.compute_type}, {ours.memory_bytes / 1e6:.0f} MB of weights")
        print(f"{'recording':30}{'language':>10}{'library ms':>12}{'ours ms':>10}{'overhead':>10}")
        every = []
        for name in ("1688-142285-0003", "1688-142285-0000"):
            sound = audio.read(folder / "librispeech" / f"{name}.flac")
            for language in ("en", ""):
                pair = _paired(ours, theirs, sound, language, rounds)
                cost = statistics.median(o / t for t, o in pair) - 1
                every.append(cost)
                library, own = (statistics.median(side) for side in zip(*pair, strict=True))
                label = f"{name} ({sound.seconds:.1f} s)"
                shown = f"{1000 * library:12.0f}{1000 * own:10.0f}{cost:10.1%}"
                print(f"{label:30}{language or 'found':>10}{shown}")
        print(f"median overhead {statistics.median(every):.1%}")
        _windows(ours, folder)


def _threads() -> int:
    from tools.engines import whisper_folder

    return whisper_folder.cores()


def _paired(
    ours: FasterWhisper, theirs: Any, sound: Audio, language: str, rounds: int
) -> list[tuple[float, float]]:
    """Seconds of the library and of ours, a pair a round, after one that does not count."""
    pairs = []
    for turn in range(rounds + 1):
        taken = {}
        for side in ("theirs", "ours") if turn % 2 else ("ours", "theirs"):
            start = time.perf_counter()
            if side == "ours":
                heard = ours.recognize(sound, language=language)
                words = [word.text for word in heard.words]
            else:
                found, _ = theirs.transcribe(sound.samples, language=language or None, **OPTIONS)
                said = [word.word.strip() for part in found for word in part.words]
            taken[side] = time.perf_counter() - start
        if words != [word for word in said if word]:
            raise SystemExit("the two do not hear the same")
        pairs.append((taken["theirs"], taken["ours"]))
    return pairs[1:]


def _windows(ours: FasterWhisper, folder: Path) -> None:
    """A conversation of short turns with pauses of 0.8 to 2.5 seconds, cut in two ways."""
    import numpy as np

    paths = sorted((folder / "librispeech").glob("*.flac"))[:10]
    parts = []
    for index, path in enumerate(paths):
        parts += [audio.read(path).samples, np.zeros(12_800 + 9_000 * (index % 4), np.float32)]
    chunk = Audio(np.concatenate(parts), 16_000)
    print(f"\n{len(paths)} turns in {chunk.seconds:.0f} s of sound, recognized as the tool does")
    for label, manner in (
        ("24 s, cut at pauses of 1 s", Manner()),
        (
            f"{ours.longest:.0f} s, cut at pauses of {ours.pause:.0f} s",
            Manner(pause=ours.pause, longest=ours.longest),
        ),
    ):
        pieces = list(utterances([chunk], manner))
        start = time.perf_counter()
        for piece in pieces:
            ours.recognize(piece, language="en")
        taken = time.perf_counter() - start
        print(f"{label:34}{len(pieces):4} utterances {taken:7.1f} s", flush=True)


if __name__ == "__main__":
    main()
