"""Tool calls that models write into their text, in the forms that they were trained on."""

from __future__ import annotations

import random

import pytest

from assistant.brain.written import Spotter, mended, read, without_thoughts

TOOLS = frozenset({"look", "calculate", "clock"})
LOOK = ("look", {"image": "image:1"})
SUM = ("calculate", {"expression": "2*3"})
HERMES = '<tool_call>\n{"name": "look", "arguments": {"image": "image:1"}}\n</tool_call>\n'
HERMES_SUM = '<tool_call>{"name": "calculate", "arguments": {"expression": "2*3"}}</tool_call>'
CODER = "<function=calculate>\n<parameter=expression>\n2*3\n</parameter>\n</function>"
ARGUMENTS = '"{\\"image\\": \\"image:1\\"}"'
OPENAI = f'{{"type": "function", "function": {{"name": "look", "arguments": {ARGUMENTS}}}}}'
REACT = 'Thought: a sum\nAction: calculate\nAction Input: {"expression": "2*3"}\nObservation: 7'
WRITTEN = [
    (HERMES, [LOOK]),
    (HERMES + HERMES_SUM, [LOOK, SUM]),
    (f"<tool_call>\n{CODER}\n</tool_call>", [SUM]),
    ('<function=look>{"image": "image:1"}</function>', [LOOK]),
    ('[TOOL_CALLS][{"name": "look", "arguments": {"image": "image:1"}}]', [LOOK]),
    ('[TOOL_CALLS]calculate[ARGS]{"expression": "2*3"}', [SUM]),
    ('<|python_tag|>{"name": "look", "parameters": {"image": "image:1"}}', [LOOK]),
    ('<|tool_call|>[{"name": "look", "arguments": {"image": "image:1"}}]', [LOOK]),
    ('{"name": "look", "parameters": {"image": "image:1"}}', [LOOK]),
    ('```json\n{"tool": "calculate", "args": {"expression": "2*3"}}\n```', [SUM]),
    (OPENAI, [LOOK]),
    ('[look(image="image:1"), calculate(expression="2*3")]', [LOOK, SUM]),
    ('```tool_code\ncalculate(expression="2*3")\n```', [SUM]),
    (REACT, [SUM]),
    # the slips of small models
    ("<tool_call>{'name': 'look', 'arguments': {'image': 'image:1',}}", [LOOK]),
]


@pytest.mark.parametrize(("text", "calls"), WRITTEN)
def test_a_written_call_is_read(text: str, calls: list[tuple[str, dict[str, str]]]) -> None:
    found = read(text, TOOLS)
    assert [(call.name, call.arguments) for call in found.calls] == calls
    assert "image:1" not in found.text
    assert not found.broken


@pytest.mark.parametrize(
    "text",
    [
        "A plain answer.",
        'The answer is {"total": 12}.',
        '{"total": 12, "currency": "GBP"}',
        'Write `<tool_call>{"name": "look", "arguments": {}}</tool_call>` to call a tool.',
        '```\n<tool_call>{"name": "look", "arguments": {}}</tool_call>\n```\nThat is the form.',
        "look(__import__('os').system('ls'))",
        "print(look)",
        '[1] A list. [look here](https://example.org)',
    ],
)  # fmt: skip
def test_what_only_speaks_of_calls_stays_text(text: str) -> None:
    found = read(text, TOOLS)
    assert (found.text, found.calls) == (text, ())


def test_a_tool_that_was_not_offered_is_not_called() -> None:
    text = '<tool_call>{"name": "send_money", "arguments": {"to": "me"}}</tool_call>'
    found = read(text, TOOLS)
    assert not found.calls
    assert found.broken == text


def test_text_beside_a_call_is_kept() -> None:
    text = 'Let me see. <tool_call>{"name": "clock", "arguments": {}}</tool_call>'
    assert read(text, TOOLS).text == "Let me see."


def test_thoughts_are_not_part_of_an_answer() -> None:
    assert without_thoughts("<think>\nHm. 2*3\n</think>\n\nSix.") == "Six."
    assert without_thoughts("<think>never closed") == ""
    assert without_thoughts("I think <think> is a tag.") == "I think <think> is a tag."


PIECES = [
    ("A plain answer. With two sentences.", "A plain answer. With two sentences."),
    ("<think>Hm.</think>\nSix.", "Six."),
    ('<tool_call>{"name": "clock"}</tool_call>', ""),
    ('Let me see. <tool_call>{"name": "clock"}</tool_call>', "Let me see. "),
    ('{"name": "clock", "parameters": {}}', ""),
    ("a < b and [see](x) and <b>bold</b>", "a < b and [see](x) and <b>bold</b>"),
]


@pytest.mark.parametrize(("text", "shown"), PIECES)
def test_nothing_of_a_call_is_shown_however_the_text_is_cut(text: str, shown: str) -> None:
    for seed in range(30):
        chance = random.Random(seed)
        spotter, out, at = Spotter(TOOLS), "", 0
        while at < len(text):
            size = chance.choice([1, 2, 3, 8, 100])
            out += spotter.feed(text[at : at + size])
            at += size
        held = spotter.rest()
        assert out == shown if shown != text else out + held == text
        assert shown + held == without_thoughts(text) if held else True


def test_what_looked_like_a_call_is_not_lost() -> None:
    spotter = Spotter(TOOLS)
    text = '{"total": 12}'
    assert spotter.feed(text) + spotter.rest() == text


def test_text_is_not_held_back_longer_than_it_is_in_doubt() -> None:
    spotter = Spotter(TOOLS)
    assert spotter.feed("Hello") == "Hello"
    assert spotter.feed(" <") == " "
    assert spotter.feed("b") == "<b"


@pytest.mark.parametrize("cut", ['{"expression": 6*', '{"expression": "6', "no json at all", ""])
def test_arguments_that_were_cut_off_are_not_guessed(cut: str) -> None:
    assert mended(cut) is None
    assert not read(f"[TOOL_CALLS]calculate[ARGS]{cut}", TOOLS).calls


@pytest.mark.parametrize(
    "text",
    [
        "[" * 19_000,
        '{"a":' * 3_000 + "1" + "}" * 3_000,
        "<tool_call>" + '{"a":' * 3_000 + "1" + "}" * 3_000,
        "<function=look><parameter=x>" + "[" * 18_000,
        "look(x={[]: 1})",
        "look(x=" + "-" * 9_000 + "1)",
    ],
    ids=["list", "object", "tagged", "parameter", "key", "signs"],
)
def test_what_no_reader_can_take_in_is_no_call_and_no_error(text: str) -> None:
    assert all(len(str(call.arguments)) < 20_000 for call in read(text, ["look"]).calls)
    assert mended(text) is None
