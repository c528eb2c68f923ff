"""What is kept about the person."""

from __future__ import annotations

from pathlib import Path

import pytest

from memory.errors import Invalid, NotFound, Refused
from memory.facts import Facts
from memory.store import Store
from tests.memory.conftest import encode


@pytest.fixture
def facts(store: Store) -> Facts:
    return Facts(store, encode, encoder="hashed")


def test_a_fact_is_kept_once_and_found_after_a_restart(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        facts = Facts(store, encode, encoder="hashed")
        dog = facts.keep("My dog is called  Rex.", "holiday", "t1")
        assert facts.keep("my dog is called rex") == dog
        facts.keep("I was born in Lisbon")
        assert facts.count() == 2
    with Store(tmp_path / "s") as store:
        facts = Facts(store, encode, encoder="hashed")
        assert [f.text for f in facts.all()] == ["My dog is called Rex.", "I was born in Lisbon"]
        (best, score), *_ = facts.search("what is my dog called")
        assert (best.id, best.session, best.turn_id) == (dog.id, "holiday", "t1")
        assert 0.5 < score <= 1
        assert facts.search("zebra crossing") == []
        facts.forget(dog.id)
        assert [f.text for f in facts.all()] == ["I was born in Lisbon"]
        with pytest.raises(NotFound):
            facts.forget(dog.id)


def test_meaning_counts_where_no_word_is_shared(store: Store) -> None:
    Encoder = pytest.importorskip("tools.encoder").Encoder  # noqa: N806 - a class
    encoder = Encoder()
    facts = Facts(store, encoder.encode, encoder=encoder.name, unknown=encoder.unknown_share)
    for text in (
        "I am allergic to peanuts",
        "My daughter plays the cello",
        "I work as a nurse at night",
        "我对花生过敏",
        "我住在上海",
    ):
        facts.keep(text)
    for query, best in (
        ("Which musical instrument does my child play?", "My daughter plays the cello"),
        ("What is my job?", "I work as a nurse at night"),
        ("我住在哪里？", "我住在上海"),
    ):
        assert facts.search(query)[0][0].text == best
    assert facts.search("What is the boiling point of helium?") == []
    assert facts.search("明天的天气怎么样") == []
    encoder.close()


@pytest.mark.parametrize(
    "secret",
    [
        "My OpenAI key is sk-proj-abcdefghijklmnopqrstuvwx",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "the api key is 9f8e7d6c5b4a",
        "-----BEGIN RSA PRIVATE KEY-----",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN",
        "My card is 4111 1111 1111 1111",
        "card: 5500-0000-0000-0004, thanks",
        "3782 822463 10005",
        "my wifi password is correcthorse",
        "Passwort / password: hunter2",
        "My PIN is 4711",
        "我的密码是 abc123",
    ],
)
def test_a_secret_is_refused_and_nowhere_on_the_disk(
    facts: Facts, store: Store, secret: str
) -> None:
    with pytest.raises(Refused) as caught:
        facts.keep(secret)
    assert caught.value.remedy
    assert facts.count() == 0
    assert secret.encode() not in b"".join(
        p.read_bytes() for p in store.folder.iterdir() if p.is_file()
    )


@pytest.mark.parametrize(
    "text",
    [
        "I always forget my password",
        "My phone number is +49 170 1234567",
        "My flight is LH1234 on 2026-11-23 at 14:30",
        "My order number is 1234567890123",
        "I like pins and keys",
        "My favourite book is Harry Potter and the Philosopher's Stone",
        "My house key is under the mat at my neighbour's",
        "我喜欢喝乌龙茶",
    ],
)
def test_what_is_no_secret_is_kept(facts: Facts, text: str) -> None:
    assert facts.keep(text).text == text


def test_odd_texts(facts: Facts) -> None:
    for bad in ("", "  \0 ", "x" * 1001):
        with pytest.raises(Invalid):
            facts.keep(bad)
    assert facts.keep("I said \ud800 once").text == "I said \ufffd once"
    assert facts.search("\ud800") == []


def test_another_encoder_encodes_again(store: Store) -> None:
    Facts(store, encode, encoder="one").keep("My dog is called Rex")
    other = Facts(store, lambda texts: encode(texts)[:, ::-1].copy(), encoder="two")
    assert other.search("dog called Rex")[0][1] > 0.5
