"""The reader: joint states, its heads on weights made by hand, and its loading."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tools.encoder import Encoder
from tools.engines import ctranslate2_encoder
from tools.engines.ctranslate2_encoder import SentenceModel
from tools.errors import Failed, Unavailable
from tools.reading import packing
from tools.reading.packing import Packed
from tools.reading.reader import MOST_WORDS, Heads, Reader, Reading
from tools.reading.signals import COUNT


@pytest.fixture(scope="module")
def model() -> SentenceModel:
    return SentenceModel()


@pytest.fixture(scope="module")
def encoder() -> Iterator[Encoder]:
    encoder = Encoder()
    yield encoder
    encoder.close()


def test_pieces_lead_back_to_their_characters(model: SentenceModel) -> None:
    text = "Café unbelievably costs 12.50€"
    ids, spans = model.pieces(text)
    assert ids == model.tokenize([text])[0][1:-1]
    assert [text[a:z] for a, z in spans][:2] == ["Café", "un"]
    assert "".join(text[a:z] for a, z in spans) == text.replace(" ", "")


def joined(model: SentenceModel, one: str, two: str) -> tuple[list[int], list[int]]:
    a, b = model.pieces(one)[0], model.pieces(two)[0]
    ids = [packing.CLS, *a, packing.SEP, *b, packing.SEP]
    return ids, [0] * (len(a) + 2) + [1] * (len(b) + 1)


def test_two_texts_are_read_jointly(model: SentenceModel) -> None:
    ids, types = joined(model, "who is the landlord?", "Nora Blum is the landlord.")
    hidden = model.joint(ids, types)
    assert hidden.shape == (len(ids), 384)
    assert hidden.dtype == np.float32
    assert np.isfinite(hidden).all()
    # the first token sees the second text, and the types tell the two apart
    other = model.joint(*joined(model, "who is the landlord?", "It rained."))
    assert not np.allclose(hidden[0], other[0], atol=0.05)
    assert not np.allclose(hidden, model.joint(ids, [0] * len(ids)), atol=0.05)


def test_one_part_alone_is_read_as_ever(model: SentenceModel) -> None:
    """Guards the ids of [CLS] and [SEP], too: with others the states would differ."""
    text = "the rent is due"
    ids = [packing.CLS, *model.pieces(text)[0], packing.SEP]
    hidden, _, _ = model.states(text)
    assert np.allclose(model.joint(ids, [0] * len(ids)), hidden, atol=1e-5)
    assert model.pieces("|")[0] == [packing.BAR]


HIDDEN = np.array([[5, 0], [9, 9], [20, 1], [30, 3], [9, 9], [40, 7], [9, 9]], dtype=np.float32)
"""States of [CLS], a question's token, two tokens and a bar, one token and [SEP]."""
PLACES = Packed((0,) * 7, (0,) * 7, (0, 1), ((2, 5), (5, 7)))
GIVEN = np.array([[0.5, 2.0, 11.0], [0.25, 1.0, 12.0]], dtype=np.float32)


def heads(**chosen: np.ndarray) -> Heads:
    """Heads that give 0 for all but what is chosen; 2 wide, 3 signals, 1 hidden."""
    weights = {
        "unit_in": np.zeros((1, 9)), "unit_in_bias": np.zeros(1),
        "unit_out": np.ones((1, 1)), "unit_out_bias": np.zeros(1),
        "none_in": np.zeros((1, 5)), "none_in_bias": np.zeros(1),
        "none_out": np.ones((1, 1)), "none_out_bias": np.zeros(1),
        "words": np.eye(2), "words_bias": np.zeros(2),
        "cosine": np.zeros(2), "base": np.zeros(1),
    }  # fmt: skip
    return Heads(weights | chosen)


@pytest.mark.parametrize(
    ("weights", "wanted"),
    [
        ({"cosine": np.array([4.0, 1.0]), "base": np.array([-4.0])}, [0.0, -2.0, 0.0]),
        # the inputs in their order: mean [2], maximum [2], first token [2], signals [3];
        # gelu leaves numbers as large as these as they are, and gives 0 for -9
        ({"unit_in": np.eye(9)[[0]]}, [59 / 3, 24.5, 0.0]),
        ({"unit_in": np.eye(9)[[3]]}, [9.0, 9.0, 0.0]),
        ({"unit_in": np.eye(9)[[4]]}, [5.0, 5.0, 0.0]),
        ({"unit_in": np.eye(9)[[8]]}, [11.0, 12.0, 0.0]),
        ({"unit_in_bias": np.array([-9.0]), "unit_out_bias": np.array([3.0])}, [3.0, 3.0, 0.0]),
        # none: first token [2], maximum of the signals [3]
        ({"none_in": np.eye(5)[[0]], "none_out_bias": np.array([1.0])}, [0.0, 0.0, 6.0]),
        ({"none_in": np.eye(5)[[4]]}, [0.0, 0.0, 12.0]),
        ({"none_in_bias": np.array([0.5])}, [0.0, 0.0, 0.5 * 0.6914]),  # gelu(x) = x P(X < x)
    ],
)
def test_scores_are_the_sums_by_hand(weights: dict[str, Any], wanted: list[float]) -> None:
    got = heads(**weights).scores(HIDDEN, PLACES, GIVEN)
    assert got == pytest.approx(wanted, abs=1e-3)


def test_words_begin_and_end_where_the_sum_is_highest() -> None:
    states = np.zeros((12, 2), dtype=np.float32)
    states[3, 0] = states[6, 1] = 2.0
    assert heads().words(states, (2, 12)) == (1, 4)
    states[4, 0], states[2, 1] = 2.5, 9.0  # an end before the beginning is none
    states[2, 0] = -9.0
    assert heads().words(states, (2, 12)) == (2, 4)
    states[11] = 50.0  # the bar behind a unit is no word of it
    assert heads().words(states, (2, 12)) == (2, 4)
    assert heads().words(states, (2, 3)) == (0, 0)  # a unit without a token


def test_an_answer_is_not_longer_than_allowed() -> None:
    states = np.zeros((MOST_WORDS + 11, 2), dtype=np.float32)
    states[0, 0], states[MOST_WORDS + 9, 1] = 9.0, 10.0
    states[15, 0] = 2.0
    assert heads().words(states, (0, len(states))) == (15, MOST_WORDS + 9)


def written(path: Path, *, warmth: float = 1.0, more: dict[str, Any] | None = None) -> Path:
    """A weights file whose heads only rank by cosine and say "none" at 0."""
    inner = 2
    own = {
        "unit_in": np.zeros((inner, 3 * 384 + COUNT)), "unit_in_bias": np.zeros(inner),
        "unit_out": np.zeros((1, inner)), "unit_out_bias": np.zeros(1),
        "none_in": np.zeros((inner, 384 + COUNT)), "none_in_bias": np.zeros(inner),
        "none_out": np.zeros((1, inner)), "none_out_bias": np.zeros(1),
        "words": np.zeros((2, 384)), "words_bias": np.zeros(2),
        "cosine": np.array([8.0, 1.0]), "base": np.array([-4.0]),
    }  # fmt: skip
    stored: dict[str, Any] = {
        f"heads/{name}": value.astype(np.float16) for name, value in own.items()
    }
    np.savez(path, calibration=np.array([warmth]), **stored | (more or {}))
    return path


UNITS = ["The rent is 900 euros.", "The dog sleeps in the garden.", "Trains leave at noon."]
ASKED = "where does the dog sleep?"


def test_it_reads_by_the_weights_in_its_file(encoder: Encoder, tmp_path: Path) -> None:
    cold = Reader(encoder, written(tmp_path / "cold.npz")).read(ASKED, UNITS)
    warm = Reader(encoder, written(tmp_path / "warm.npz", warmth=3.0)).read(ASKED, UNITS)
    assert cold is not None
    assert warm is not None
    assert cold.at == warm.at == 1
    assert 0 <= cold.start < cold.end <= len(UNITS[1])
    assert 0 < cold.chance <= cold.some < 1
    assert warm.chance < cold.chance  # a higher temperature is less sure


@pytest.mark.parametrize(
    ("question", "texts"),
    [("", UNITS), (" \n", UNITS), (ASKED, []), (ASKED, ["", "  "])],
)
def test_nothing_to_read_is_not_read(
    encoder: Encoder, tmp_path: Path, question: str, texts: list[str]
) -> None:
    """Not even the weights, which are not there."""
    assert Reader(encoder, tmp_path / "none.npz").read(question, texts) is None


@pytest.mark.parametrize(
    "texts",
    [["\ud800 lone", "\udcff"], ["", "the dog"], ["😀", "\x00", "龘龘"], ["word " * 400] * 60],
    ids=["surrogates", "an empty one", "unknown", "too much"],
)
def test_any_units_are_read(encoder: Encoder, tmp_path: Path, texts: list[str]) -> None:
    got = Reader(encoder, written(tmp_path / "a.npz")).read("\ud800 where is the dog?", texts)
    assert got is not None
    assert 0 <= got.start <= got.end <= len(texts[got.at])
    assert 0 <= got.chance <= got.some <= 1


def test_threads_that_come_at_once_load_it_once(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[int] = []

    class Counted(SentenceModel):
        def __init__(self, *given: Any, **named: Any) -> None:
            loads.append(1)
            super().__init__(*given, **named)

    monkeypatch.setattr(ctranslate2_encoder, "SentenceModel", Counted)
    encoder.load()  # its own model is not counted below
    loads.clear()
    reader = Reader(encoder, written(tmp_path / "a.npz"))
    gate = threading.Barrier(8)

    def ask(number: int) -> Reading | None:
        gate.wait()
        return reader.read(ASKED, UNITS[number % 2 :])

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(ask, range(8)))
    assert len(loads) == 1
    assert [g.at for g in got if g] == [1, 0] * 4


def test_missing_weights_are_named_with_a_remedy(encoder: Encoder, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"gone\.npz is missing") as caught:
        Reader(encoder, tmp_path / "gone.npz").read(ASKED, UNITS)
    assert "pip install" in caught.value.remedy


def _damaged(path: Path, how: str) -> Path:
    whole = written(path).read_bytes()
    if how == "flipped":
        path.write_bytes(bytes([*whole[:400], whole[400] ^ 255, *whole[401:]]))
    elif how == "of another model":
        up = {"adapter/elsewhere:up": np.ones((2, 1)), "adapter/elsewhere:down": np.ones((1, 2))}
        written(path, more=up)
    elif how == "of another kind":
        np.savez(path, other=np.zeros(2))
    elif how == "one array":
        with path.open("wb") as file:
            np.save(file, np.zeros(2))
    else:
        path.write_bytes(
            {"empty": b"", "text": b"no weights", "half": whole[: len(whole) // 2]}[how]
        )
    return path


@pytest.mark.parametrize(
    "how",
    ["empty", "text", "half", "flipped", "of another model", "of another kind", "one array"],
)
def test_damaged_weights_are_said_to_be_damaged(encoder: Encoder, tmp_path: Path, how: str) -> None:
    with pytest.raises(Failed, match="damaged") as caught:
        Reader(encoder, _damaged(tmp_path / "a.npz", how)).read(ASKED, UNITS)
    assert "pip install" in caught.value.remedy


LEASE = [
    "This lease is between Nora Blum, the landlord, and Ian Frost, the tenant.",
    "The rent is 900 euros a month.",
    "It is due on the fifth day of each month.",
    "The tenant pays a deposit of 1,800 euros.",
]


@pytest.fixture(scope="module")
def shipped(encoder: Encoder) -> Reader:
    return Reader(encoder)


@pytest.mark.parametrize(
    ("question", "at", "words"),
    [
        ("how much is the deposit?", 3, "1,800 euros"),
        ("how much is the rent?", 1, "900 euros"),
        ("who is the landlord?", 0, "Nora Blum"),
        ("押金是多少？", 3, "1,800 euros"),
    ],
)
def test_the_shipped_reader_finds_the_plainest_answers(
    shipped: Reader, question: str, at: int, words: str
) -> None:
    got = shipped.read(question, LEASE)
    assert got is not None
    assert got.at == at
    assert words in LEASE[at][got.start : got.end]


def test_the_shipped_reader_is_surer_of_what_is_there(shipped: Reader) -> None:
    there = shipped.read("how much is the deposit?", LEASE)
    absent = shipped.read("what colour is the dog?", LEASE)
    assert there is not None
    assert absent is not None
    assert there.some > absent.some


def test_nearness_is_that_of_the_encoder_also_for_chinese(shipped: Reader) -> None:
    dog, train = shipped.near("狗", ["a dog", "a train"])
    assert dog > train + 0.2
    assert shipped.near("a dog", []) == []
