"""What is tried where the words name no tool that helps, and how sure the reply is of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from assistant import Assistant
from assistant.brain.builtin.compose import NEAR, Composer
from assistant.brain.builtin.plan import Plan, Planner, Step
from assistant.brain.builtin.request import Answer, Handle, Request
from assistant.brain.builtin.route import Route
from tools.base import Source, ToolResult
from tools.reading.find import ENOUGH, Found, as_data


class Routed:
    """A router that wants what the test says, whatever was asked."""

    def __init__(self, tools: Sequence[str] = (), missing: Sequence[str] = ()) -> None:
        self._route = Route(tuple(tools), tuple(missing), dict.fromkeys(tools, 0.9))

    def route(self, text: str, kinds: Sequence[str] = ()) -> Route:
        return self._route


def planned(
    brain: Assistant, router: Routed, text: str, *kinds: str, stored: Sequence[str] = ()
) -> Plan:
    handles = tuple(Handle(f"{k}:1", k, given_now=True) for k in kinds)
    tools = brain._house.tools
    planner = Planner(router, tools, lambda: stored)  # type: ignore[arg-type]
    return planner.plan(Request(text, handles, (), ""))


def steps(plan: Plan) -> list[str]:
    return [step.tool for round_ in plan.rounds for step in round_]


@pytest.mark.parametrize(
    ("wanted", "text", "kind", "ran"),
    [
        ((), "who served me that day?", "image", {"read_text"}),
        ((), "can I get there without a car?", "document", {"read_document"}),
        (("recall",), "what job did he admit to?", "audio", {"recall", "transcribe"}),
        (("clock",), "what time does her plane get in?", "image", {"read_text"}),
        (("clock", "read_text"), "what time does it open?", "image", {"read_text"}),
        (("speak",), "who do I speak to?", "document", {"read_document"}),
        (("remember",), "My son has an allergy. By when do I tell them?", "document",
         {"read_document"}),
    ],
)  # fmt: skip
def test_a_question_that_came_with_a_file_is_tried_on_it(
    builtin: Assistant, wanted: tuple[str, ...], text: str, kind: str, ran: set[str]
) -> None:
    assert set(steps(planned(builtin, Routed(wanted), text, kind))) == ran


@pytest.mark.parametrize(
    ("wanted", "text", "kind", "ran"),
    [
        (("clock",), "what time is it now?", "image", {"clock"}),
        (("speak",), "say hello to Ann", "document", {"speak"}),
        (("remember",), "remember that the gate is locked", "image", {"remember"}),
        ((), "thanks a lot!", "image", set()),
    ],
)
def test_what_is_not_about_the_file_leaves_it_alone(
    builtin: Assistant, wanted: tuple[str, ...], text: str, kind: str, ran: set[str]
) -> None:
    assert set(steps(planned(builtin, Routed(wanted), text, kind))) == ran


def test_a_question_without_a_file_is_tried_on_what_is_stored(builtin: Assistant) -> None:
    text = "how much was the deposit for the flat?"
    stored = ("recall", "search_knowledge")
    plan = planned(builtin, Routed(["read_text"]), text, stored=stored)
    assert (set(steps(plan)), set(plan.tried)) == (set(stored), set(stored))
    assert plan.lacking == ()
    assert steps(planned(builtin, Routed(["read_text"]), text)) == []


def test_a_question_about_a_file_that_did_not_come_asks_for_it(builtin: Assistant) -> None:
    text = "how much is the deposit in the picture?"
    plan = planned(builtin, Routed(["read_text"]), text, stored=("search_knowledge",))
    assert (steps(plan), plan.lacking) == ([], ("read_text",))


def test_a_missing_tool_for_another_kind_of_file_is_not_blamed(builtin: Assistant) -> None:
    router = Routed(missing=["identify_speaker"])
    stored = ("search_knowledge",)
    plan = planned(builtin, router, "which band plays at the fair?", stored=stored)
    assert (steps(plan), plan.missing) == (["search_knowledge"], ())
    plan = planned(builtin, router, "who is it?", "audio", stored=stored)
    assert (steps(plan), plan.missing) == (["transcribe"], ("identify_speaker",))
    plan = planned(
        builtin, Routed(missing=["translate"]), "what is hello in French?", stored=stored
    )
    assert (steps(plan), plan.missing) == ([], ("translate",))


def answered(tool: str, found: Found | None = None, *, sources: int = 1, text: str = "") -> Answer:
    data: dict[str, Any] = {"answer": as_data(found), "sections": [], "found": True}
    cited = tuple(Source("a.txt", "lines=1", text) for _ in range(sources))
    result = ToolResult(text or "nothing", data=data, sources=cited)
    return Answer(tool, text, {}, result, tuple(str(n + 1) for n in range(sources)))


SURE = Found("12 May", "It ends on 12 May.", 0)
NEXT = (("It began in April.", 0),)
UNSURE = Found("12 May", "It ends on 12 May.", 0, chance=(NEAR + ENOUGH) / 2, others=NEXT)
FAR = Found("", "Nothing of the kind.", 0, chance=NEAR / 2)


def composed(builtin: Assistant, plan: Plan, *answers: Answer, text: str = "when?") -> str:
    composer = Composer(builtin._house.encoder, builtin._house.tools)
    return composer.compose(Request(text, (), (answers,), ""), plan)


def test_a_sure_answer_comes_first_and_an_unsure_one_says_so(builtin: Assistant) -> None:
    plan = Plan(((Step("read_document"),),))
    sure = composed(builtin, plan, answered("read_document", SURE))
    assert sure.startswith("12 May: “It ends on 12 May.”")
    unsure = composed(builtin, plan, answered("read_document", UNSURE))
    assert unsure.startswith("I cannot find a sure answer in the document.")
    assert re.findall("“(.+?)”", unsure) == ["It ends on 12 May.", "It began in April."]
    far = composed(builtin, plan, answered("read_document", FAR))
    assert far.startswith("It isn't in there")
    assert "“" not in far
    chinese = composed(builtin, plan, answered("read_document", UNSURE), text="什么时候结束？")
    assert chinese.startswith("我在文档里没有找到确切的答案。")


def test_what_was_tried_in_vain_is_not_mentioned_beside_what_was_wanted(
    builtin: Assistant,
) -> None:
    plan = Plan(wanted=("recall",), tried=("read_document",))
    kept = answered("recall", text="The gate is locked.")
    reply = composed(builtin, plan, kept, answered("read_document", FAR))
    assert "gate" in reply or "remember" in reply
    assert "isn't in there" not in reply


def test_what_was_tried_and_found_is_said_instead_of_what_lacks(builtin: Assistant) -> None:
    plan = Plan(lacking=("read_text",), tried=("search_knowledge",))
    reply = composed(builtin, plan, answered("search_knowledge", SURE, text="It ends on 12 May."))
    assert reply.startswith("12 May")
    assert "picture" not in reply
    vain = composed(builtin, plan, answered("search_knowledge", FAR, text="It ends on 12 May."))
    assert "isn't in there" in vain
    assert "picture" in vain
