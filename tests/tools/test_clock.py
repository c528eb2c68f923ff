"""The clock, at a fixed moment: Wednesday, 20 May 2026, 14:30 in Berlin."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tools.base import Call, Context, ToolResult
from tools.errors import BadInput, Retry
from tools.everyday.clock import Clock

NOW = datetime(2026, 5, 20, 14, 30, tzinfo=ZoneInfo("Europe/Berlin"))
TOOL = Clock(lambda: NOW)


def ask(**arguments: str) -> ToolResult:
    result = TOOL.run(Call(arguments), Context())
    assert isinstance(result, ToolResult)
    return result


def test_time_and_date_here() -> None:
    result = ask()
    assert result.text == (
        "It is 14:30 on Wednesday (星期三), 20 May 2026 (2026-05-20, UTC+02:00, week 21)."
    )
    assert result.data["iso"] == "2026-05-20T14:30:00+02:00"


@pytest.mark.parametrize(
    ("place", "time", "zone"),
    [
        ("Tokyo", "21:30:00", "Asia/Tokyo"),
        ("new york", "08:30:00", "America/New_York"),
        ("India", "18:00:00", "Asia/Kolkata"),
        ("北京市", "20:30:00", "Asia/Shanghai"),
        ("纽约", "08:30:00", "America/New_York"),
        ("europe/berlin", "14:30:00", "Europe/Berlin"),
        ("Reykjavik", "12:30:00", "Atlantic/Reykjavik"),
        ("Nuuk", "11:30:00", "America/Nuuk"),
    ],
)
def test_time_elsewhere(place: str, time: str, zone: str) -> None:
    data = ask(place=place).data
    assert (data["time"], data["zone"]) == (time, zone)


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("what time is it in Tokyo right now?", "Tokyo"),
        ("is it already tomorrow in Sydney?", "Sydney"),
        ("东京现在几点", "东京"),
        ("what time is it?", ""),
        ("tell us the time", ""),
        ("what time is it here", ""),
    ],
)
def test_the_place_is_found_in_the_question(question: str, place: str) -> None:
    assert ask(question=question).data["place"] == place


@pytest.mark.parametrize("place", ["Atlantis", "x" * 500, "../../etc/passwd"])
def test_unknown_places_are_said_plainly(place: str) -> None:
    with pytest.raises(BadInput, match="do not know the time zone") as caught:
        ask(place=place)
    assert caught.value.remedy


def test_an_unknown_place_in_a_question_is_not_answered_with_the_time_here() -> None:
    with pytest.raises(BadInput, match="Narnia"):
        ask(question="what time is it in Narnia?")


@pytest.mark.parametrize(("place", "remedy"), [("USA", "New York"), ("美国", "纽约")])
def test_a_country_with_many_clocks_asks_for_a_city(place: str, remedy: str) -> None:
    with pytest.raises(BadInput, match="more than one") as caught:
        ask(place=place)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("what weekday is 24 December 2026?", "2026-12-24 is a Thursday (星期四), in 218 days."),
        ("what day was 2024-02-29", "2024-02-29 is a Thursday (星期四), 811 days ago."),
        ("2026年12月24日是星期几", "2026-12-24 is a Thursday"),
        ("what day is tomorrow", "2026-05-21 is a Thursday (星期四), tomorrow."),
        ("when is next friday", "2026-05-22 is a Friday"),
    ],
)
def test_weekdays(question: str, text: str) -> None:
    assert text in ask(question=question).text


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("how many days until Christmas?", 219),
        ("days until 2026-12-24", 218),
        ("离圣诞节还有几天？", 219),
        ("how many days since 2026-05-01", 19),
    ],
)
def test_days_until(question: str, days: int) -> None:
    assert ask(question=question).data["value"] == days


def test_an_unknown_feast_is_not_guessed() -> None:
    with pytest.raises(Retry, match="春节"):
        ask(question="离春节还有几天")


def test_a_date_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="no date"):
        ask(question="what weekday is 2026-02-30")


def test_every_example_is_answered() -> None:
    for example in Clock.examples:
        assert ask(question=example).text
