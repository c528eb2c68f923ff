"""What the router sees of a request, also of the oddest one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from assistant.brain.builtin.features import (
    BUCKETS,
    LONGEST,
    MOST,
    kind_flags,
    normalized,
    units,
)
from assistant.brain.builtin.seen import NOTHING, see
from tools.encoder import Encoder, TokenStates


@pytest.fixture(scope="module")
def encoder() -> Iterator[Encoder]:
    encoder = Encoder()
    yield encoder
    encoder.close()


def words(text: str) -> list[str]:
    plain = normalized(text)
    return [plain[u.start : u.end] for u in units(plain)]


def test_words_signs_and_chinese_characters_are_units() -> None:
    assert words("Don’t read 3,5% of 图片 naïve_text!") == [
        "don't", "read", "0", "0", "%", "of", "图", "片", "naïve", "text", "!",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", " \n\t", "😀", "... -- …", "\x00", "\ud800"])
def test_a_text_without_a_word_has_no_units(text: str) -> None:
    assert units(normalized(text)) == ()


def test_compatibility_forms_and_digits_are_folded() -> None:
    assert normalized("Ａ１２ ﬁne’s") == "a00 fine's"
    assert words("ＷＨＡＴ") == words("what")


def test_of_a_long_request_both_ends_are_looked_at() -> None:
    text = "translate " + "x" * 9_980 + " aloud"
    assert len(normalized(text)) <= LONGEST + 1
    assert (words(text)[0], words(text)[-1]) == ("translate", "aloud")
    many = " ".join(f"w{chr(97 + n % 26)}" for n in range(300))
    got = words(many)
    assert len(got) == MOST
    assert (got[0], got[-1]) == ("wa", f"w{chr(97 + 299 % 26)}")


@pytest.mark.parametrize("text", ["read this", "把图片里的字读出来", "a" * 10_000, "\ud800x", "İß"])
def test_buckets_are_in_range_and_never_the_empty_one(text: str) -> None:
    for unit in units(normalized(text)):
        assert unit.buckets
        assert all(0 < bucket < BUCKETS for bucket in unit.buckets)


def test_buckets_tell_words_and_neighbours_apart() -> None:
    read, aloud = units("read aloud")
    (alone,) = units("read")
    assert read.buckets == alone.buckets
    assert set(units("aloud")[0].buckets) < set(aloud.buckets)  # with the pair it has one more
    # characters that touch make a word; characters apart do not
    assert len(units("图片")[0].buckets) == len(units("图 片")[0].buckets) + 1
    # fixed for ever: the shipped weights were trained on these
    assert units("图")[0].buckets == (25103,)


def test_flags_tell_the_kinds_of_files() -> None:
    assert kind_flags([]) == [0, 0, 0, 0, 1, 0]
    assert kind_flags(["audio", "audio"]) == [0, 1, 0, 0, 0, 0]
    assert kind_flags(["document", "image"]) == [1, 0, 0, 1, 0, 1]


LONG = "please read the text in this picture " * 270


@pytest.mark.parametrize(
    ("text", "count", "blind"),
    [
        ("", 1, False),
        ("😀😀", 1, True),
        ("what is the weather", 4, False),
        ("押金是多少？", 6, False),
        ("龘龘龘", 3, True),
        (LONG, MOST, False),
        ("a" * 10_000, 2, True),  # the tokenizer gives such a word up
        ("\ud800 hello", 1, False),
    ],
    ids=["empty", "emoji", "english", "chinese", "unknown", "long", "one word", "surrogate"],
)
def test_any_request_is_seen(encoder: Encoder, text: str, count: int, *, blind: bool) -> None:
    got = see(text, encoder)
    assert len(got.units) == count
    assert got.states.shape == (count, encoder.dimensions)
    assert got.vector.shape == (encoder.dimensions,)
    assert np.isfinite(got.states).all()
    assert np.linalg.norm(got.vector) == pytest.approx(0 if blind else 1, abs=1e-5)
    if blind or text == "":
        assert not got.states.any()


def test_nothing_is_seen_as_the_unit_of_nothing(encoder: Encoder) -> None:
    assert see("", encoder).units == see("😀", encoder).units == NOTHING


def test_every_word_of_a_plain_request_has_a_state(encoder: Encoder) -> None:
    got = see("unbelievably good weather", encoder)
    assert (np.abs(got.states).sum(axis=1) > 1).all()
    # "unbelievably" has several tokens, of which the state is the mean
    tokens = encoder.tokens("unbelievably good weather")
    inside = [at for at, (start, _) in enumerate(tokens.spans) if start < len("unbelievably")]
    assert len(inside) > 1
    assert np.allclose(got.states[0], tokens.states[inside].mean(axis=0), atol=1e-5)


def test_characters_share_the_state_of_their_word_and_particles_have_none(
    encoder: Encoder,
) -> None:
    got = see("押金的", encoder).states
    assert got[0].any()
    assert np.array_equal(got[0], got[1])
    assert not got[2].any()


class Fixed(Encoder):
    """Tokens by hand: "ab" in two known pieces, "cd" unknown, "ef" half known."""

    def tokens(self, text: str) -> TokenStates:
        return TokenStates(
            np.array([[1, 0], [3, 2], [9, 9], [4, 4], [9, 9]], dtype=np.float32),
            ((0, 1), (1, 2), (3, 5), (6, 7), (7, 8)),
            (True, True, self.knows, True, self.knows),
            np.array([0.6, 0.8], dtype=np.float32),
        )

    knows = True


def test_states_are_means_of_the_known_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    assert see("ab cd ef", Fixed()).states.tolist() == [[2, 1], [9, 9], [6.5, 6.5]]
    # two of five tokens unknown: the encoder is not believed at all
    monkeypatch.setattr(Fixed, "knows", False)
    got = see("ab cd ef", Fixed())
    assert not got.states.any()
    assert not got.vector.any()
    # with a laxer limit the unknown tokens alone are left out
    monkeypatch.setattr("assistant.brain.builtin.seen.UNKNOWN", 0.5)
    assert see("ab cd ef", Fixed()).states.tolist() == [[2, 1], [0, 0], [4, 4]]
