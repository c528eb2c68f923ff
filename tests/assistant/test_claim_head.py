"""The trained reader of claims: what it finds in wordings that no rule foresaw."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.agent.claim_head import LABELS, ClaimReader
from assistant.agent.claim_rules import LABELLED
from assistant.agent.claim_text import context, prepared
from assistant.agent.claims import Gate
from assistant.agent.figures import Figures
from tools.errors import Unavailable

READER = ClaimReader()


def held(
    text: str, asked: str = "", proofs: tuple[str, ...] = (), kinds: frozenset[str] = frozenset()
) -> str:
    """For want of what the sentence is held back; empty where it passes."""
    gate = Gate(proofs, 3, kinds=kinds, read=READER.read, asked=asked)
    gate.feed(text)
    gate.rest()
    return gate.held[0][1] if gate.held else ""


def test_every_label_has_its_proof() -> None:
    assert set(LABELLED) == set(LABELS)
    chances = READER.read("The second page states that the rent is due in May.")
    assert set(chances) == {*LABELS, "any"}
    assert all(0.0 <= chance <= 1.0 for chance in chances.values())


@pytest.mark.parametrize(
    ("sentence", "asked", "proof"),
    [
        (
            "Scanned it from top to bottom, and the rash is gone in this one.",
            "is it better?",
            "look",
        ),
        ("Two dogs and a red ball on the lawn.", "what is in this picture?", "look"),
        (
            "The caller sounds nervous and asks to be rung back.",
            "what's in the voicemail",
            "transcribe",
        ),
        ("Order placed, it should arrive on Thursday.", "order cat litter", "send_order"),
        ("The rent goes up by 4% in the second year.", "what does my lease say?", "read_document"),
        ("我已经把闹钟设成七点了。", "明早七点叫我", "set_alarm"),
        ("第三页写着保修期是两年。", "说明书里保修多久", "read_document"),
        ("听完了，他想约你周五见面。", "这条语音说了什么", "transcribe"),
    ],
)
def test_a_claim_in_any_wording_needs_its_receipt(sentence: str, asked: str, proof: str) -> None:
    assert held(sentence, asked)
    assert held(sentence, asked, ("clock",))
    assert not held(sentence, asked, (proof,))


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("The capital of Australia is Canberra.", "capital of Australia?"),
        ("I can't open the recording; could you attach it again?", "what does she say?"),
        ("If the photo shows mould, call the landlord.", "what should I do?"),
        ("You said your rent is 900 a month.", "my rent is 900"),
        ("Shall I read the contract for you?", "I got a contract"),
        ("A JPEG file can hold the time and place of a photo.", "what is exif?"),
        ("That sounds hard, I'm sorry.", "my dog died"),
        ("我没法看到你的图片。", "这张照片里有什么"),
        ("要我帮你读一下这份合同吗？", "我收到一份合同"),
        ("黄昏时拍的照片通常噪点比较多。", "为什么照片这么糊"),
    ],
)
def test_what_claims_nothing_passes(sentence: str, asked: str) -> None:
    assert not held(sentence, asked)


def test_a_number_that_no_tool_returned_is_held() -> None:
    gate = Gate(
        ("read_text",), 1, kinds=frozenset({"image"}), read=READER.read, asked="the total?",
        figures=Figures(("TOTAL 23.45",)),
    )  # fmt: skip
    out = gate.feed("The receipt says 23.45 in total. The receipt says 32.45 in total.")
    assert (out + gate.rest()).strip() == "The receipt says 23.45 in total."
    assert gate.held[0][1] == "where the number 32.45 comes from"


def test_a_sentence_is_read_while_its_end_is_awaited() -> None:
    began, read = threading.Event(), []

    def slow(sentence: str, asked: str, kinds: Sequence[str]) -> dict[str, float]:
        read.append((sentence, asked, list(kinds)))
        began.set()
        return dict.fromkeys((*LABELS, "any"), 0.0)

    gate = Gate((), 0, kinds=frozenset({"image"}), read=slow, asked="what is it?")
    assert gate.feed("It is a cat.") == ""  # it may go on: "It is a cat.5"
    assert began.wait(10)
    assert gate.feed(" It") == "It is a cat."
    assert read == [("It is a cat.", "what is it?", ["image"])]
    assert gate.feed(" sleeps 3.") + gate.feed("5 hours. And") == " It sleeps 3.5 hours."
    assert read[-1][0] == "It sleeps 3.5 hours."


def test_particles_stay_when_chinese_is_glossed() -> None:
    assert "le" in prepared("我看了照片").split()
    assert "ma" in prepared("要我看吗").split()
    assert prepared("**Done** `x = 1` [s1]") == "Done code"
    assert context("hello", ["image", "image", "audio"]) == "audio image : hello"


@pytest.mark.parametrize("text", ["", "…", "👍", "a" * 5000, "\ud800", "٣ سطر", "[s1]"])
def test_any_text_can_be_read(text: str) -> None:
    assert 0.0 <= READER.read(text, text[:10])["any"] <= 1.0


@pytest.mark.parametrize("content", [None, b"", b"not an archive"])
def test_damaged_weights_are_said_with_the_remedy(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "claims.npz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Unavailable, match="force-reinstall"):
        ClaimReader(file).read("I looked at it.")
