"""The gate: what a reply may say, what it may not, and that it harms nothing else."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from assistant.agent.claim_judge import by_rules
from assistant.agent.claim_rules import claims
from assistant.agent.claims import Gate, sentences

LABELLED = [
    json.loads(line)
    for line in (Path(__file__).parent / "claims.jsonl").read_text("utf-8").splitlines()
]


def gated(text: str, proofs: tuple[str, ...] = (), sources: int = 2, **options: Any) -> str:
    gate = Gate(proofs, sources, **options)
    return gate.feed(text) + gate.rest()


def is_held(row: dict[str, Any]) -> bool:
    gate = Gate(
        row["proofs"],
        9,
        kinds=frozenset(row["kinds"]),
        earlier=frozenset(row.get("earlier", ())),
        heard=row.get("heard", False),
        world=row.get("world", False),
    )
    gate.feed(row["text"])
    gate.rest()
    return bool(gate.held)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_most_pretences_are_held_and_hardly_a_true_sentence(lang: str) -> None:
    pretended = [r for r in LABELLED if r["lang"] == lang and r["claim"]]
    true = [r for r in LABELLED if r["lang"] == lang and not r["claim"]]
    assert min(len(pretended), len(true)) >= 40
    passed = [r["text"] for r in pretended if not is_held(r)]
    held = [r["text"] for r in true if is_held(r)]
    assert len(passed) <= 0.08 * len(pretended), passed
    assert len(held) <= 0.05 * len(true), held


@pytest.mark.parametrize(
    "text",
    [
        "I heard that you had a hard day.",
        "I've noted that you prefer metric units.",
        "I looked at the code you pasted.",
        "I looked up at the stars.",
        "I saved this for last.",
        "I have no record that I searched anything.",
        "Once I have read the file, I will tell you.",
        'You said "I have read the report".',
        "Here is the image I would use.",
        "我听到你说你很难过",
        "等我看了图片再告诉你",
        "如果我读了文件",
        "我生成了下面的图表代码",
        "我听过这首歌",
    ],
)
def test_true_sentences_pass_without_a_receipt(text: str) -> None:
    assert gated(text) == text


@pytest.mark.parametrize(
    ("text", "proof"),
    [
        ("The picture shows a brown cat.", "look"),
        ("Looking at the picture, I can see a cat.", "look"),
        ("Based on the document, rent is due in May.", "read_document"),
        ("According to your notes, it is Friday.", "search_knowledge"),
        ("I went over your PDF.", "read_document"),
        ("I had a look at the photo.", "look"),
        ("I googled it.", "search_web"),
        ("I drew a cat.", "make_image"),
        ("Here's your image!", "make_image"),
        ("I did read the contract.", "read_document"),
        ("I have saved that you like tea.", "remember"),
        ("我刚才看了你的图片。", "look"),
        ("我已查看文件。", "read_document"),
        ("我为你画了一只猫。", "make_image"),
        ("我已经帮你搜索了。", "search_knowledge"),
        ("已为您保存。", "remember"),
        ("图片里有一只猫。", "look"),
    ],
)
def test_a_claim_needs_the_receipt_of_a_fitting_tool(text: str, proof: str) -> None:
    assert gated(text) == ""
    assert gated(text, ("calculate",)) == ""
    assert gated(text, (proof,)) == text


def test_acting_on_the_world_needs_a_tool_that_does() -> None:
    for text in ("I have sent the email.", "I emailed Ann.", "I set a reminder.", "邮件已发送。"):
        assert gated(text, ("look", "remember")) == ""
        assert gated(text, world=True) == text
    assert gated("I emailed Ann.", ("send_mail",)) == "I emailed Ann."  # a tool that people add


def test_looking_lasts_for_the_session_and_doing_for_the_turn() -> None:
    said = "As I said, the receipt shows 23.45."
    assert gated(said, earlier=frozenset({"read_text"})) == said
    assert gated(said) == ""
    assert gated("I drew a fox.", earlier=frozenset({"make_image"})) == ""
    then = "The fox I drew a picture of earlier is red."
    assert gated(then, earlier=frozenset({"make_image"})) == then


def test_a_vague_claim_needs_an_attachment_to_be_about() -> None:
    assert gated("I read it carefully.") == "I read it carefully."
    assert gated("I read it carefully.", kinds=frozenset({"document"})) == ""
    found = tuple(claims("There are two dogs in the photo."))
    assert by_rules(found, frozenset(), frozenset(), frozenset({"image"})) == "looking"


def test_marks_are_brought_into_form_and_those_without_a_source_go() -> None:
    assert gated("A [s1, s2]. B [s 1][s2]. C [s9]. D [s1, s7].") == (
        "A [s1][s2]. B [s1][s2]. C. D [s1]."
    )
    assert gated("It is 900. [s1] Yes. [s9]") == "It is 900. [s1] Yes."
    assert gated("It is 900 [s2].", cite=lambda n: f"<{n}>") == "It is 900 <2>."


def test_numbers_that_only_a_model_wrote_as_citations_go() -> None:
    assert gated("The sky is blue [1]. Grass is green.[2, 3] So.") == (
        "The sky is blue. Grass is green. So."
    )
    assert gated("The list is [1].") == "The list is [1]."


def test_pictures_and_links_that_only_a_model_wrote_go() -> None:
    gate = Gate((), 0)
    out = gate.feed("Look: ![A cat. Two](cat.png) nice. Here: [download](sandbox:/a.pdf). Bye.")
    assert out + gate.rest() == "Look: nice. Bye."
    assert [what for _, what in gate.held] == ["making a picture", "making a file"]
    kept = "See [the site](https://example.org)."
    assert gated(kept) == kept


def test_a_quotation_may_hold_several_sentences_of_a_paragraph() -> None:
    for said in (
        'You wrote: "I read it. I sent the email. Bye." Is that so?',
        "You wrote: “I read it. I sent the email. Bye.” Is that so?",
        "你写道：“我读了文件。我发了邮件。”对吗？",
    ):
        assert gated(said) == said
    assert gated('He said "stop.\n\nI sent the email.') == 'He said "stop.'
    assert gated('You wrote "Hi. Bye." I sent the email. Ok.') == 'You wrote "Hi. Bye." Ok.'


@pytest.mark.parametrize(
    "code",
    [
        "`I have read the file. [s9] [1]` is a string.",
        "```\nI have read the file. [s9]\n\n![a](b.png) [1]\n```\n",
        "~~~text\nI sent the email.\n```\n~~~\nOk.",
        "``I have `read` the file. [s9]`` too.",
    ],
)
def test_code_passes_untouched(code: str) -> None:
    assert gated(code) == code


def test_a_backtick_that_opens_nothing_hides_nothing() -> None:
    assert gated("A ` b. I have read the file. C.") == "A ` b. C."


@pytest.mark.parametrize(
    "text",
    [
        "Fruit, e.g. Apples.",
        "That is, i.e. This.",
        "Dr. Smith and Mr. J. Doe vs. Them.",
        "Manches, z. B. Obst.",
        "It is 3.5 or 4. 2 of them, at example.com.",
        "1. First point",
    ],
)
def test_no_sentence_ends_at_an_abbreviation_or_a_decimal(text: str) -> None:
    expected = 2 if "4. 2" in text else 1
    assert len(list(sentences(text))) == expected


def test_a_sentence_that_goes_leaves_its_paragraph_break() -> None:
    gone = "I have read the file."
    assert gated(f"One. {gone}\n\nTwo.") == "One.\n\nTwo."
    assert gated(f"One.\n\n{gone}\n\nTwo.") == "One.\n\nTwo."
    assert gated(f"One.\n- {gone}\n- Two.\n") == "One.\n- Two.\n"
    assert gated(f"{gone} Two.") == "Two."
    assert gated("  One.  \n\n\tTwo…  three \n") == "  One.  \n\n\tTwo…  three \n"


def test_the_chunks_do_not_matter() -> None:
    parts = [
        *(row["text"] for row in random.Random(1).sample(LABELLED, 80)),
        "`a. B` c.",
        "```py\nI read the file. [s1]\n```",
        "A. [s1, s2] B [s9].",
        "![x. Y](z.png)",
        "` lone. I read the file.",
        "Mr. X e.g. Y…",
        "~~~\n[1]\n~~~",
    ]
    for seed in range(60):
        chance = random.Random(seed)
        text = "".join(
            part + chance.choice([" ", "\n", "\n\n", "", "  "]) for part in chance.sample(parts, 12)
        )
        whole = Gate(("look",), 1)
        once = whole.feed(text) + whole.rest()
        gate, out, at = Gate(("look",), 1), "", 0
        while at < len(text):
            size = chance.choice([1, 1, 2, 3, 7, 40])
            out += gate.feed(text[at : at + size])
            at += size
        assert (out + gate.rest(), gate.held) == (once, whole.held)
        assert "".join(sentences(text)) == text


def test_a_long_text_without_an_end_costs_no_more_than_its_length() -> None:
    steps = 0
    gate = Gate((), 0)
    splitter = gate._splitter
    step = splitter._step

    def counted(char: str) -> None:
        nonlocal steps
        steps += 1
        step(char)

    splitter._step = counted  # type: ignore[method-assign]
    text = "no end here, " * 5000
    out = "".join(gate.feed(text[i : i + 5]) for i in range(0, len(text), 5))
    assert out == ""
    assert steps <= 2 * len(text)
    assert gate.rest() == text
