"""The plan of a request: order, feeding, follow-ups, missing tools, files that did not come."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import assistant as package
from assistant import Assistant, tool
from assistant.brain.builtin.head import WEIGHTS
from assistant.brain.builtin.plan import Plan, Planner
from assistant.brain.builtin.preview import Previewer
from assistant.brain.builtin.refer import handle_for
from assistant.brain.builtin.request import Handle, Request
from assistant.brain.builtin.route import Router
from assistant.commands import group

SAMPLES = Path(package.__file__).parent / "samples"


def tools_of(reply: Any) -> list[str]:
    return [r.tool for r in reply.receipts]


def planned(brain: Assistant, text: str, *kinds: str, before: str = "") -> Plan:
    house = brain._house
    handles = tuple(Handle(f"{k}:1", k, given_now=True) for k in kinds)
    planner = Planner(Router(tuple(house.tools.values()), house.encoder), house.tools)
    return planner.plan(Request(text, handles, (), before))


def rounds(plan: Plan) -> list[set[str]]:
    return [{step.tool for step in steps} for steps in plan.rounds]


@pytest.mark.parametrize(
    ("text", "kinds", "expected"),
    [
        (
            "read the total and convert it to euros at 1.08",
            ("image",),
            [{"read_text"}, {"calculate"}],
        ),
        (
            "transcribe this and tell me how she sounds",
            ("audio",),
            [{"transcribe", "sense_emotion"}],
        ),
        ("what does the sign say, say it aloud", ("image",), [{"read_text"}, {"speak"}]),
        ("读一下牌子上的字，然后念给我听", ("image",), [{"read_text"}, {"speak"}]),
        ("read the text but don't say it aloud", ("image",), [{"read_text"}]),
    ],
)
def test_steps_are_ordered_and_independent_ones_share_a_round(
    builtin: Assistant, text: str, kinds: tuple[str, ...], expected: list[set[str]]
) -> None:
    assert rounds(planned(builtin, text, *kinds)) == expected


def test_a_missing_tool_is_named_after_what_could_be_done(builtin: Assistant) -> None:
    reply = builtin.ask("translate this receipt", [SAMPLES / "receipt.jpg"])
    assert tools_of(reply) == ["read_text"]
    assert reply.text.index("CORNER BAKERY") < reply.text.index("ollama pull")
    alone = builtin.ask("paint a picture of a lighthouse")
    assert tools_of(alone) == []
    assert "make_image" in alone.text
    assert "Assistant(tools=[make_image])" in alone.text
    chinese = builtin.ask("给我画一只猫")
    assert "make_image" in chinese.text
    assert "没有安装" in chinese.text


def test_a_missing_tool_that_a_person_adds_is_used(builtin: Assistant) -> None:
    @tool(examples=[])
    def translate(text: str) -> str:
        """Puts a text into another language."""
        return f"TRANSLATED {text}"

    with Assistant(tools=[translate], settings=builtin.settings) as mine:
        reply = mine.ask("translate this receipt into German", [SAMPLES / "receipt.jpg"])
    assert tools_of(reply) == ["read_text", "translate"]
    assert "TRANSLATED CORNER BAKERY" in reply.text


def test_a_file_that_did_not_come_is_asked_for(builtin: Assistant) -> None:
    reply = builtin.ask("scan the QR code on my ticket please")
    assert tools_of(reply) == []
    assert "I need a picture" in reply.text
    assert "--attach" in reply.text


def test_the_second_one_is_the_second_file(builtin: Assistant, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("Monthly rent: 700 euros\n")
    second.write_text("Monthly rent: 950 euros\n")
    one = builtin.ask(
        "what is the monthly rent in the first document?", [first, second], session="s"
    )
    assert "700" in one.text
    assert "950" not in one.text
    other = builtin.ask("and the second one?", session="s")
    assert "950" in other.text
    named = builtin.ask("what is the rent in a.txt?", session="s")
    assert "700" in named.text


def test_several_files_are_read_side_by_side(builtin: Assistant, tmp_path: Path) -> None:
    for name, rent in (("a.txt", 700), ("b.txt", 950)):
        (tmp_path / name).write_text(f"Monthly rent: {rent} euros\n")
    reply = builtin.ask("how much is the rent?", [tmp_path / "a.txt", tmp_path / "b.txt"])
    assert tools_of(reply) == ["read_document", "read_document"]
    assert "a.txt:\n700" in reply.text
    assert "b.txt:\n950" in reply.text


def test_handles_are_meant_by_number_name_or_time() -> None:
    handles = (
        Handle("image:1", "image", given_now=False, file="beach.jpg"),
        Handle("image:2", "image", given_now=False, file="IMG_2.png"),
        Handle("image:3", "image", given_now=False, file="party.png"),
    )

    def meant(text: str) -> str:
        handle = handle_for(Request(text, handles, ()), ("image",))
        assert handle is not None
        return handle.name

    assert meant("what about the second picture?") == "image:2"
    assert meant("look at beach.jpg again") == "image:1"
    assert meant("第一张图里有什么") == "image:1"
    assert meant("the last photo please") == "image:3"
    assert meant("describe it") == "image:3"


def test_the_sum_of_a_receipt_feeds_the_calculator(builtin: Assistant) -> None:
    reply = builtin.ask("add up the prices on this receipt", [SAMPLES / "receipt.jpg"])
    assert tools_of(reply) == ["read_text", "calculate"]
    assert "23.45" in reply.text


def test_route_prints_tools_missing_and_scores(tmp_path: Path) -> None:
    arguments = ["--home", str(tmp_path), "route", "--json", "--kinds", "image"]
    result = CliRunner().invoke(group, [*arguments, "translate this sign"], standalone_mode=False)
    record = json.loads(result.output)
    assert record["tools"] == ["read_text"]
    assert record["missing"] == ["translate"]
    assert 0 <= record["scores"]["look"] < record["scores"]["read_text"] <= 1


SIX = {
    "track_parcel": (
        "Where a parcel is.",
        [
            "where is my parcel?",
            "track the package",
            "has my parcel arrived yet",
            "when will the delivery get here",
            "follow the shipment 1Z999",
            "is the courier on the way",
        ],
        ["where's the package I ordered?", "track my shipment please", "did the parcel arrive"],
    ),
    "water_garden": (
        "Turns the sprinklers of the garden on.",
        [
            "water the garden",
            "turn on the sprinklers",
            "the lawn is dry, give it some water",
            "start irrigation for ten minutes",
            "please water my roses",
            "the plants outside are thirsty",
        ],
        ["sprinklers on please", "water the lawn for a while", "my plants outside need water"],
    ),
}


def test_tools_join_by_six_examples_without_training(builtin: Assistant) -> None:
    def made(name: str, about: str, examples: list[str]) -> Any:
        def run(text: str) -> str:
            return text

        run.__name__, run.__doc__ = name, about
        return tool(examples=examples)(run)

    tools = [made(name, about, examples) for name, (about, examples, _) in SIX.items()]
    with Assistant(tools=tools, settings=builtin.settings) as mine:
        preview = Previewer(mine._house)
        for name, (_, _, requests) in SIX.items():
            for request in requests:
                assert preview(request).tools == (name,), request
        assert preview("what time is it?").tools == ("clock",)
        assert preview("thank you so much").tools == ()


def test_the_brains_files_are_small() -> None:
    folder = WEIGHTS.parent
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.suffix in {".py", ".npz"})
    assert size < 10_000_000


def test_lookups_wait_for_something_stored(builtin: Assistant, tmp_path: Path) -> None:
    question = "when does the ferry to Bergen leave?"
    assert tools_of(builtin.ask(question)) == []
    shutil.copy(SAMPLES / "lease.docx", tmp_path)
    (tmp_path / "trip.txt").write_text("The ferry to Bergen leaves at 07:40.\n")
    builtin._house.knowledge.add([tmp_path / "trip.txt"])
    reply = builtin.ask(question)
    assert tools_of(reply) == ["search_knowledge"]
    assert "07:40" in reply.text
    assert reply.citations[0].source == "trip.txt"
