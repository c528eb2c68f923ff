"""Searching what was given, keeping facts and finding them again."""

from __future__ import annotations

import pytest

from tools.base import Call, Context, Tool, ToolResult
from tools.errors import Cancelled, Retry
from tools.language.recall import Recall, RecalledFact
from tools.language.remember import Remember
from tools.language.search_knowledge import Passage, SearchKnowledge

PASSAGES = [
    Passage("handbook.pdf", "page=3", "Staff have 28 days of leave a year. " * 20, 0.9),
    Passage("notes.md", "lines=5-9", "Leave is booked in the portal.", 0.4, "document:2"),
]


def run(tool: Tool, **arguments: object) -> ToolResult:
    result = tool.run(Call(arguments), Context(session="s1", turn_id="t1"))
    assert isinstance(result, ToolResult)
    return result


def test_passages_come_with_their_places() -> None:
    asked: list[tuple[str, int]] = []

    def search(query: str, limit: int) -> list[Passage]:
        asked.append((query, limit))
        return PASSAGES[:limit]

    result = run(SearchKnowledge(search), query=" days of leave ", limit=2)
    assert asked == [("days of leave", 2)]
    assert "[1] handbook.pdf page=3" in result.text
    assert "booked in the portal" in result.text
    assert [(s.source, s.locator, s.handle) for s in result.sources] == [
        ("handbook.pdf", "page=3", ""),
        ("notes.md", "lines=5-9", "document:2"),
    ]
    assert len(result.sources[0].quote) < 300
    assert result.data["passages"][0]["text"] == PASSAGES[0].text


def test_nothing_found_says_how_to_add_documents() -> None:
    result = run(SearchKnowledge(lambda query, limit: []), query="leave")
    assert "Nothing" in result.text
    assert "assistant ingest PATH" in result.text
    assert result.data["found"] == 0
    assert result.sources == ()


@pytest.mark.parametrize(("given", "used"), [(None, 5), (0, 1), ("3", 3), (10_000, 20)])
def test_the_limit_stays_in_bounds(given: object, used: int) -> None:
    limits: list[int] = []

    def search(query: str, limit: int) -> list[Passage]:
        limits.append(limit)
        return []

    run(SearchKnowledge(search), query="x", limit=given)
    assert limits == [used]


def test_a_limit_that_is_no_number_can_be_mended() -> None:
    with pytest.raises(Retry, match="whole number"):
        run(SearchKnowledge(lambda query, limit: []), query="x", limit="many")


def test_a_fact_is_kept_with_its_conversation() -> None:
    kept: list[tuple[str, str, str]] = []

    def keep(fact: str, session: str, turn_id: str) -> str:
        kept.append((fact, session, turn_id))
        return fact

    tool = Remember(keep)
    result = run(tool, fact="  My sister\n is called Ana. ")
    assert kept == [("My sister is called Ana.", "s1", "t1")]
    assert "My sister is called Ana." in result.text
    assert tool.effects == "store"


@pytest.mark.parametrize("fact", ["", "   ", "x" * 5_000])
def test_an_empty_or_endless_fact_is_not_kept(fact: str) -> None:
    with pytest.raises(Retry):
        run(Remember(lambda fact, session, turn: pytest.fail("kept")), fact=fact)


def test_a_stopped_turn_keeps_nothing() -> None:
    context = Context()
    context.cancel()
    with pytest.raises(Cancelled):
        Remember(lambda *_: pytest.fail("kept")).run(Call({"fact": "x"}), context)


def test_facts_are_recalled_with_the_day_they_were_kept() -> None:
    fact = RecalledFact("The garage code is 4471.", 1_780_000_000.0, 0.8)
    result = run(Recall(lambda query, limit: [fact]), query="garage code")
    assert "The garage code is 4471. (kept 2026-05-" in result.text
    assert result.data["facts"][0]["text"] == fact.text
    assert result.sources[0].quote == fact.text


def test_nothing_remembered_is_said_plainly() -> None:
    result = run(Recall(lambda query, limit: []), query="garage code")
    assert "Nothing about that has been remembered" in result.text


@pytest.mark.parametrize("tool", [SearchKnowledge, Remember, Recall])
def test_declarations_have_examples_in_two_languages(tool: type[Tool]) -> None:
    assert 10 <= len(tool.examples) <= 14
    assert any(not example.isascii() for example in tool.examples)
    assert tool.limits
