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
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tools.emotion import ngrams
from tools.emotion.feeling import EKMAN, LABELS
from tools.encoder import Encoder

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
REQUESTS += """
no|no.|yes|yes.|not that one, the other one|that's right|that is correct|I'm fine|I am okay
I need the invoice from March|I need a table of the prices|I'd like to know the opening hours
I want to convert this file|I would like a summary|I am looking for the contract|I have a question
I'm afraid I need the second page as well|please wait a moment|stop|cancel that|try again
can you help me with my homework?|could you explain this?|why is the sky blue?|is this correct?
I think it is the blue one|maybe the second one|let's continue with chapter two
I use Windows on my laptop|my phone number has changed|we moved to a new office last year
do you know a good recipe for soup?|how can I install this program?|which one is cheaper?
""".replace("\n", "|")
SAID = {
    "annoyance": "this is the third time the app crashed|it still doesn't work|why does this keep "
    "failing|that is not what I asked|you got it wrong again|stop wasting my time|I'm sick of this"
    "|this is useless|you are not listening to me|I already told you that twice|this is so "
    "frustrating|nothing works here|my landlord lied to me again|what a stupid machine",
    "sadness": "my dog died yesterday|my father passed away last week|I lost my job today|my "
    "girlfriend left me|I feel empty and alone|nobody called me on my birthday|I miss my home"
    "|I failed the exam again|I can't stop crying|I feel like giving up",
    "nervousness": "I have a job interview tomorrow and I can't sleep|I'm worried about my test "
    "results|what if something goes wrong?|my heart is racing|I'm stressed about the deadline"
    "|I don't know if I can do this|the doctor wants to see me again and I'm anxious",
    "joy": "we are getting married!|I passed my exam!|it finally works, great|today was a "
    "wonderful day|my daughter took her first steps|I got the job",
}
"""What people tell an assistant about themselves, which comments on others seldom are."""
SAID_WEIGHT = 12.0
EMODB = {
    "angry": "anger", "disgust": "disgust", "fearful": "fear", "happy": "joy", "sad": "sadness",
    "neutral": "neutral", "boredom": "boredom",
}  # fmt: skip
OUT = Path(__file__).resolve().parent.parent / "tools" / "emotion"
TEXT_C, VOICE_C = 1.0, 0.03
MIN_COUNT = 8
"""Comments that a term must occur in to be learnt."""
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

    terms = TfidfVectorizer(analyzer=ngrams.terms, min_df=MIN_COUNT, sublinear_tf=True)
    wide = join(vectors, terms.fit_transform(texts))
    dev_wide = join(dev_vectors, terms.transform(dev_texts))
    said = [(request, "neutral") for request in REQUESTS.split("|") if request.strip()]
    said += [(text, label) for label, texts_ in SAID.items() for text in texts_.split("|")]
    said_texts = [text for text, _ in said]
    said_rows = join(encode(encoder, said_texts), terms.transform(said_texts))

    # One softmax over the 28 labels; a comment with two labels counts half for each.
    rows, labels = np.nonzero(fine)
    x = vstack([wide[rows], said_rows]).tocsr()
    y = np.concatenate([labels, [names.index(label) for _, label in said]])
    w = np.concatenate([1 / fine.sum(axis=1)[rows], np.full(len(said), SAID_WEIGHT)])
    head = LogisticRegression(C=TEXT_C, max_iter=300).fit(x, y, sample_weight=w)
    # Kept as the file keeps them, so that the figures are those of what is shipped.
    weight = head.coef_.astype(np.float16)
    bias = head.intercept_.astype(np.float32)
    shares, dev_shares = (softmax(m @ weight.astype(np.float32).T + bias) for m in (wide, dev_wide))
    thresholds = best_thresholds(shares, fine)
    ekman, dev_ekman = shares @ groups, dev_shares @ groups
    single = dev_coarse.sum(axis=1) == 1
    truth = dev_coarse[single].argmax(axis=1)
    vocabulary = sorted(terms.vocabulary_, key=terms.vocabulary_.__getitem__)
    np.savez_compressed(
        OUT / "text.npz",
        weight=weight, bias=bias, threshold=thresholds.astype(np.float32), names=np.array(names),
        groups=groups.astype(np.float32), rarity=terms.idf_.astype(np.float32),
        terms=np.frombuffer("\n".join(vocabulary).encode("utf-8"), dtype=np.uint8),
    )  # fmt: skip
    return {
        "comments": [len(texts), len(dev_texts)],
        "terms": len(vocabulary),
        "ekman macro-F1": macro_f1(dev_ekman, dev_coarse, best_thresholds(ekman, coarse)),
        "28 labels macro-F1": macro_f1(dev_shares, dev_fine, thresholds),
        "accuracy of the best label": float((dev_ekman[single].argmax(axis=1) == truth).mean()),
        "calibration error": calibration_error(dev_ekman[single], truth),
    }


def join(vectors: Array, counted: Array) -> Array:
    return hstack([csr_matrix(vectors), counted.astype(np.float32)]).tocsr()


def softmax(logits: Array) -> Array:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


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
