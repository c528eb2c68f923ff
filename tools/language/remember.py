"""The tool that keeps a fact about the person, when they ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from tools.base import Call, Context, Effects, Parameter, Tool, ToolResult
from tools.errors import Retry

MAX_FACT = 2_000


class Remember(Tool):
    """Keeps facts by an injected ``keep(fact, session, turn_id)``, which returns what it kept."""

    name = "remember"
    description = (
        "Keep a fact about the person or their life for later conversations. Only when they "
        "ask for it or clearly want it kept."
    )
    parameters = (
        Parameter("fact", "The fact as one short sentence, e.g. 'My sister is called Ana.'"),
    )
    effects: ClassVar[Effects] = "store"
    examples: ClassVar[tuple[str, ...]] = (
        "remember that my sister is called Ana",
        "please note that I'm allergic to peanuts",
        "keep in mind that I prefer short answers",
        "don't forget my dentist appointment is on Friday at 9",
        "save this: the garage code is 4471",
        "for the future, call me Sam",
        "note down that the car is parked on level 3",
        "I want you to remember my train leaves from platform 7",
        "记住我对花生过敏",
        "请记一下，我的车停在三楼",
        "别忘了我周五要去看牙医",
        "帮我记着：我女儿叫小雨",
    )
    limits = "It keeps what it is told in words; it sets no alarms and does not remind."

    def __init__(self, keep: Callable[[str, str, str], str]) -> None:
        self._keep = keep

    def run(self, call: Call, context: Context) -> ToolResult:
        fact = " ".join(call.text("fact").split())
        if len(fact) > MAX_FACT:
            raise Retry(
                f"A fact of {len(fact):,} characters is too long to keep.",
                "Keep the point in one sentence; add whole texts with: assistant ingest PATH",
            )
        context.check()
        kept = self._keep(fact, context.session, context.turn_id)
        return ToolResult(f"Kept: {kept}", engine="facts", data={"fact": kept})
