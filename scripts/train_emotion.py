"""Train the feeling heads that the assistant ships, and report how good they are.

    python scripts/train_emotion.py --data ../shared/data            # both
    python scripts/train_emotion.py --data ../shared/data --only text

Needs scikit-learn (the ``train`` extra). The text heads are trained on GoEmotions train and
reported on its dev split; the voice head is trained on all of EmoDB after a run in which each
actor in turn was left out, which gives the reported figures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tools.emotion.feeling import LABELS
from tools.encoder import Encoder

EKMAN = {  # the grouping that the data set's authors give
    "anger": "anger annoyance disapproval",
    "disgust": "disgust",
    "fear": "fear nervousness",
    "joy": "joy amusement approval excitement gratitude love optimism relief pride admiration "
    "desire caring",
    "sadness": "sadness disappointment embarrassment grief remorse",
    "surprise": "surprise realization confusion curiosity",
    "neutral": "neutral",
}
REQUESTS = """
what is in this picture?|read this page aloud|what time is it?|summarize this document for me
convert five miles to kilometers|remember that my sister lives in Madrid|search my notes
how many people are in the photo?|what does the sign say?|transcribe this recording
scan the code on the ticket|what is 17% of 2,340?|how long is this video?|say hello in Chinese
describe the image|find the chapter about batteries|which file mentions the contract?
what colour is the car?|is there text on this label?|set the volume to ten|open the second page
who wrote this report?|what did I tell you about my car?|translate this sentence into German
list the main points|tell me about the history of Rome|when does the meeting start?
how do I bake bread?|explain photosynthesis in two sentences|what's the weather like in Paris?
write an email to my landlord about the heating|compare these two tables|continue
give me the total of the invoice|what language is this?|show me the first three results
hello|hi there|good morning|yes please|no thanks that's all|ok|next one|go on|and the other one?
my name is Alex|I live in Hamburg|the meeting is on Tuesday at three|here is the file
it is on page four|what are the opening hours?|how far is it to the station?
how does this sound in the recording?|what is this barcode?|play the clip from the beginning
can you read the invoice and tell me the amount?|please check the spelling of this paragraph
what is the capital of Australia?|how many days until Christmas?|name three fruits
""".replace("\n", "|")
"""Requests as people type them to an assistant; comments on a forum, the data set, have none."""
REQUEST_WEIGHT = 12.0
EMODB = {
    "angry": "anger", "disgust": "disgust", "fearful": "fear", "happy": "joy", "sad": "sadness",
    "neutral": "neutral", "boredom": "boredom",
}  # fmt: skip
OUT = Path(__file__).resolve().parent.parent / "tools" / "emotion"
Array = Any


def comments(path: Path, names: list[str]) -> tuple[list[str], Array]:
    texts, rows = [], []
    for line in path.read_text("utf-8").splitlines():
        text, ids, _ = line.split("\t")
        row = np.zeros(len(names), dtype=int)
        row[[int(i) for i in ids.split(",")]] = 1
        texts.append(text)
        rows.append(row)
    return texts, np.array(rows)


def best_thresholds(chances: Array, truth: Array) -> Array:
    grid = np.arange(0.03, 0.75, 0.01)
    scores = [
        [f1_score(truth[:, k], chances[:, k] > t, zero_division=0) for t in grid]
        for k in range(truth.shape[1])
    ]
    return grid[np.argmax(scores, axis=1)]


def macro_f1(chances: Array, truth: Array, thresholds: Array) -> float:
    return float(f1_score(truth, chances > thresholds, average="macro", zero_division=0))


def calibration_error(shares: Array, truth: Array, bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017) of the best label."""
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[which == b].mean() - right[which == b].mean()) * (which == b).mean()
        for b in range(bins)
        if (which == b).any()
    ]
    return float(sum(gaps))


def train_text(folder: Path, encoder: Encoder) -> dict[str, Any]:
    names = (folder / "labels.txt").read_text("utf-8").split()
    texts, fine = comments(folder / "train.tsv", names)
    dev_texts, dev_fine = comments(folder / "dev.tsv", names)
    vectors, dev_vectors = encode(encoder, texts), encode(encoder, dev_texts)
    groups = np.array([[n in EKMAN[label].split() for label in LABELS] for n in names], dtype=int)
    coarse, dev_coarse = (fine @ groups > 0).astype(int), (dev_fine @ groups > 0).astype(int)

    # A comment with two labels counts half for each.
    rows, labels = np.nonzero(coarse)
    weights = 1 / coarse.sum(axis=1)[rows]
    requests = encode(encoder, [r for r in REQUESTS.split("|") if r.strip()])
    x = np.concatenate([vectors[rows], requests])
    y = np.concatenate([labels, np.full(len(requests), LABELS.index("neutral"))])
    w = np.concatenate([weights, np.full(len(requests), REQUEST_WEIGHT)])
    head = LogisticRegression(C=3, max_iter=300).fit(x, y, sample_weight=w)
    shares, dev_shares = head.predict_proba(vectors), head.predict_proba(dev_vectors)
    single = dev_coarse.sum(axis=1) == 1
    truth = dev_coarse[single].argmax(axis=1)

    fits = [LogisticRegression(C=10, max_iter=200).fit(vectors, column) for column in fine.T]
    weight28 = np.array([fit.coef_[0] for fit in fits])
    bias28 = np.array([fit.intercept_[0] for fit in fits])
    chances, dev_chances = (
        1 / (1 + np.exp(-(v @ weight28.T + bias28))) for v in (vectors, dev_vectors)
    )
    thresholds28 = best_thresholds(chances, fine)
    np.savez_compressed(
        OUT / "text.npz",
        weight7=head.coef_.astype(np.float16), bias7=head.intercept_.astype(np.float32),
        weight28=weight28.astype(np.float16), bias28=bias28.astype(np.float32),
        threshold28=thresholds28.astype(np.float32), names28=np.array(names),
    )  # fmt: skip
    return {
        "comments": [len(texts), len(dev_texts)],
        "ekman macro-F1": macro_f1(dev_shares, dev_coarse, best_thresholds(shares, coarse)),
        "28 labels macro-F1": macro_f1(dev_chances, dev_fine, thresholds28),
        "accuracy of the best label": float((dev_shares[single].argmax(axis=1) == truth).mean()),
        "calibration error": calibration_error(dev_shares[single], truth),
    }


def encode(encoder: Encoder, texts: list[str]) -> Array:
    parts = [encoder.encode(texts[i : i + 2000]) for i in range(0, len(texts), 2000)]
    return np.concatenate(parts)


def train_voice(folder: Path) -> dict[str, Any]:
    from tools.emotion.prosody import features
    from tools.media.audio import stream

    lines = (folder / "labels.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    rows = []
    for record in records:
        samples = np.concatenate([chunk.samples for chunk in stream(folder / record["audio"])])
        row = features(samples)
        if row is None:
            raise SystemExit(f"No voice found in {record['audio']}.")
        rows.append(row)
    x = np.array(rows)
    y = np.array([EMODB[record["emotion"]] for record in records])
    speakers = np.array([record["speaker"] for record in records])

    def model() -> Any:
        return make_pipeline(
            StandardScaler(), LogisticRegression(C=VOICE_C, max_iter=3000, class_weight="balanced")
        )

    held_out = cross_val_predict(
        model(), x, y, groups=speakers, cv=LeaveOneGroupOut(), method="predict_proba"
    )
    names = np.unique(y)
    guess = names[held_out.argmax(axis=1)]
    merged = {name: "neutral" if name == "boredom" else name for name in names}
    six_truth = np.array([merged[name] for name in y])
    fitted = model().fit(x, y)
    scaler, head = fitted[0], fitted[1]
    np.savez_compressed(
        OUT / "voice.npz",
        mean=scaler.mean_.astype(np.float32), scale=scaler.scale_.astype(np.float32),
        weight=head.coef_.astype(np.float32), bias=head.intercept_.astype(np.float32),
        names=head.classes_.astype(str),
    )  # fmt: skip
    five_fold = cross_val_predict(model(), x, y, groups=speakers, cv=GroupKFold(5))
    return {
        "utterances": len(y),
        "accuracy, each actor left out": float((guess == y).mean()),
        "balanced accuracy": float(balanced_accuracy_score(y, guess)),
        "macro-F1": float(f1_score(y, guess, average="macro")),
        "boredom as neutral, accuracy": float(
            np.mean([merged[g] == t for g, t in zip(guess, six_truth, strict=True)])
        ),
        "calibration error": calibration_error(held_out, np.searchsorted(names, y)),
        "accuracy, two actors left out": float((five_fold == y).mean()),
    }


VOICE_C = 0.03


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", choices=["text", "voice"])
    options = parser.parse_args()
    report = {}
    if options.only != "voice":
        report["text"] = train_text(options.data / "text_emotion" / "goemotions", Encoder())
    if options.only != "text":
        report["voice"] = train_voice(options.data / "speech_emotion")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
