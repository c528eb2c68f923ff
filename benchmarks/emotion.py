"""The shipped feeling heads: how good on GoEmotions dev, how fast a turn.

    python benchmarks/emotion.py ../shared/data [--comments 2000]

VADER (vaderSentiment), a rule-based peer, is asked for the polarity beside it where installed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

POLARITY = {"joy": 1, "anger": -1, "disgust": -1, "fear": -1, "sadness": -1}


def comments(folder: Path, limit: int) -> list[tuple[str, str]]:
    """(text, label) of the comments whose labels fall into one of Ekman's groups."""
    from tools.emotion.feeling import EKMAN

    names = (folder / "labels.txt").read_text("utf-8").split()
    group = {name: label for label, members in EKMAN.items() for name in members.split()}
    out = []
    for line in (folder / "dev.tsv").read_text("utf-8").splitlines():
        text, ids, _ = line.split("\t")
        labels = {group[names[int(i)]] for i in ids.split(",")}
        if len(labels) == 1:
            out.append((text, labels.pop()))
    return out[:limit]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--comments", type=int, default=2000)
    options = parser.parse_args()

    from tools.emotion.sense import SenseEmotion
    from tools.encoder import Encoder

    sensor = SenseEmotion(Encoder())
    sensor.sense_text("warm up")
    rows = comments(options.data / "text_emotion" / "goemotions", options.comments)
    times, right, sure, polarity = [], Counter[str](), [], []
    for text, label in rows:
        start = time.perf_counter()
        feeling = sensor.sense_text(text)
        times.append((time.perf_counter() - start) * 1000)
        guess = feeling.label if feeling else "neutral"
        right[label] += guess == label
        polarity.append(POLARITY.get(guess, 0) == POLARITY.get(label, 0))
        if feeling and feeling.confidence >= 0.5:
            sure.append(guess == label)
    print(f"{len(rows)} comments of GoEmotions dev with one of Ekman's labels")
    print(f"  best label right: {sum(right.values()) / len(rows):.3f}")
    share, hit = len(sure) / len(rows), statistics.mean(sure)
    print(f"  confidence at least 0.5: {share:.2f} of them, right {hit:.3f}")
    print(f"  polarity right: {statistics.mean(polarity):.3f}")
    slow = sorted(times)[int(0.95 * len(times))]
    print(f"  a text: {statistics.median(times):.1f} ms, 95% under {slow:.1f} ms")
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return
    vader = SentimentIntensityAnalyzer()
    hits = []
    for text, label in rows:
        score = vader.polarity_scores(text)["compound"]
        hits.append((score > 0.05) - (score < -0.05) == POLARITY.get(label, 0))
    print(f"  polarity right, VADER: {statistics.mean(hits):.3f}")


if __name__ == "__main__":
    main()
