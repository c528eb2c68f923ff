"""What the built-in brain would run for a request, without running it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.brain.builtin.plan import Planner, Step
from assistant.brain.builtin.request import Handle, Request
from assistant.brain.builtin.route import Router

if TYPE_CHECKING:
    from assistant.wiring import House


@dataclass(frozen=True, slots=True)
class Preview:
    """Tools that would run, in order; wanted ones that are not installed; every score (0..1)."""

    rounds: tuple[tuple[Step, ...], ...]
    missing: tuple[str, ...]
    scores: dict[str, float]

    @property
    def tools(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(step.tool for steps in self.rounds for step in steps))


class Previewer:
    """Previews requests with the tools of one house; made once, used for many requests."""

    def __init__(self, house: House) -> None:
        cache = house.settings.home / "cache"
        self._router = Router(tuple(house.tools.values()), house.encoder, cache)
        self._planner = Planner(self._router, house.tools)

    def __call__(self, text: str, kinds: Sequence[str] = ()) -> Preview:
        """Preview a request with one attachment of each of these kinds."""
        handles = tuple(Handle(f"{kind}:1", kind, given_now=True) for kind in dict.fromkeys(kinds))
        rounds = self._planner.plan(Request(text, handles, ()))
        return Preview(rounds, (), self._router.route(text, kinds).scores)
