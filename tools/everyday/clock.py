"""The clock: time and date here or elsewhere, the weekday of a date, the days until one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from tools.base import Call, Context, Parameter, Tool, ToolResult
from tools.errors import BadInput, Retry
from tools.everyday import dates, wording
from tools.everyday.places import MANY, named_in, zone_of

MAX_QUESTION = 300
_CHINESE_DAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_ELSEWHERE = (
    r"\b(?:time|date|day|clock)\b.*?\b(?:in|at|for)\s+(?P<place>[^\W\d][\w'’ .-]{1,40}?)"
    r"(?:\s+(?:right )?now|\s+today|\s+at the moment)?\s*[?？.!]*$"
)
_UNTIL = r"\b(?:until|till|before|to go to)\s+(?P<what>\D{3,60})$|[离距到](?P<zh>\D{2,12}?)还[有剩]"


class Clock(Tool):
    """Tells the time; ``now`` is injected so that it can be tested, and must carry a zone."""

    name = "clock"
    description = (
        "The current date and time, here or in a named place; the weekday of a date; the days "
        "until a date."
    )
    parameters = (
        Parameter(
            "place", "A city, country or IANA zone, e.g. 'Tokyo'; empty for here.", required=False
        ),
        Parameter(
            "question",
            "What to find out, e.g. 'what weekday is 2026-12-24' or 'days until 2026-12-24'; "
            "empty for the current time.",
            required=False,
        ),
    )
    examples: ClassVar[tuple[str, ...]] = (
        "what time is it?",
        "what's the date today",
        "what time is it in Tokyo right now?",
        "which day of the week is it",
        "what weekday is 24 December 2026?",
        "how many days until Christmas?",
        "is it already tomorrow in Sydney?",
        "what's the current time in New York",
        "what week of the year is it",
        "现在几点了？",
        "今天是几号，星期几？",
        "纽约现在几点",
        "离圣诞节还有几天？",
        "2026年12月24日是星期几",
    )
    limits = "It sets no alarms or timers, and trusts the clock of this machine."

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or (lambda: datetime.now().astimezone())

    def run(self, call: Call, context: Context) -> ToolResult:
        question = call.text("question", "").strip()[:MAX_QUESTION]
        now = self._now()
        asked = wording.plain(wording.body(question)[0]) if question else ""
        if asked and (dated := dates.find(asked) or dates.find(wording.plain(question))):
            answer = dates.solve(dated, now.date())
            steps = f" ({'; '.join(answer.steps)})" if answer.steps else ""
            return ToolResult(
                f"{question.rstrip('?？ ')}: {answer.text}{steps}",
                engine="clock",
                data={"value": answer.value, "unit": answer.unit, "now": now.isoformat()},
            )
        if weekday := self._weekday(question, now):
            return weekday
        place = call.text("place", "").strip() or _place(question)
        return _time(now, place)

    def _weekday(self, question: str, now: datetime) -> ToolResult | None:
        """The weekday of the date in a question; None where it names no other date than today."""
        named = dates.first(wording.plain(question))
        if named is None or named.lower() in {"today", "now", "今天"}:
            if until := re.search(_UNTIL, question, re.IGNORECASE):
                what = (until["what"] or until["zh"] or "").strip(" ?？.")
                raise Retry(
                    f"I do not know on which date “{what[:60]}” falls.",
                    "Give the date: days until 2027-02-06",
                )
            return None
        if named.lower() in {"tomorrow", "yesterday", "明天", "昨天"} and _place(question):
            return None  # "is it already tomorrow in Sydney?" asks for the time there
        when = dates.parse(named, now.date())
        day = dates.DAYS[when.weekday()]
        away = (when - now.date()).days
        distance = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(
            away, f"in {away:,} days" if away > 0 else f"{-away:,} days ago"
        )
        return ToolResult(
            f"{when.isoformat()} is a {day} ({_CHINESE_DAYS[when.weekday()]}), {distance}.",
            engine="clock",
            data={"date": when.isoformat(), "weekday": day, "days": away},
        )


def _place(question: str) -> str:
    """The place a question asks about; one that is not known is returned as it was written."""
    if name := named_in(question):
        return name
    found = re.search(_ELSEWHERE, question, re.IGNORECASE)
    place = found["place"].strip() if found else ""
    return "" if place.lower() in {"here", "my area", "the moment", "my city"} else place


def _time(now: datetime, place: str) -> ToolResult:
    from zoneinfo import ZoneInfo

    opening = "It is"
    if place:
        zone = zone_of(place)
        if zone is None:
            if cities := MANY.get(place.lower()):
                raise BadInput(
                    f"{_title(place)} has more than one time zone.", f"Name a city: {cities}."
                )
            raise BadInput(
                f"I do not know the time zone of “{place[:60]}”.",
                "Name a large city nearby, or a zone such as Europe/Berlin.",
            )
        now = now.astimezone(ZoneInfo(zone))
        opening = f"In {_title(place)} it is"
    day = dates.DAYS[now.weekday()]
    offset = now.strftime("%z")
    shift = f"UTC{offset[:3]}:{offset[3:5]}"
    week = now.isocalendar().week
    return ToolResult(
        f"{opening} {now:%H:%M} on {day} ({_CHINESE_DAYS[now.weekday()]}), {now.day} {now:%B %Y} "
        f"({now:%Y-%m-%d}, {shift}, week {week}).",
        engine="clock",
        data={
            "time": now.strftime("%H:%M:%S"),
            "date": now.date().isoformat(),
            "weekday": day,
            "week": week,
            "zone": str(now.tzinfo),
            "utc_offset": shift,
            "place": _title(place),
            "iso": now.isoformat(),
        },
    )


def _title(place: str) -> str:
    if "/" in place or not place.islower():
        return place
    return place.upper() if len(place) <= 3 else place.title()
