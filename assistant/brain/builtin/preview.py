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
    """Installed tools that are wanted, in order; wanted ones that are not installed.

    ``lacking`` are those of ``tools`` whose file did not come with the request; ``scores``
    gives the probability (0..1) of every tool; ``rounds`` are the calls.
    """

    rounds: tuple[tuple[Step, ...], ...]
    tools: tuple[str, ...]
    missing: tuple[str, ...]
    lacking: tuple[str, ...]
    scores: dict[str, float]


class Previewer:
    """Previews requests with the tools of one house; made once, used for many requests."""

    def __init__(self, house: House) -> None:
        cache = house.settings.home / "cache"
        router = Router(tuple(house.tools.values()), house.encoder, cache)
        self._router = router
        self._planner = Planner(router, house.tools, house.stored)

    def __call__(self, text: str, kinds: Sequence[str] = ()) -> Preview:
        """Preview a request with one attachment of each of these kinds."""
        handles = tuple(Handle(f"{kind}:1", kind, given_now=True) for kind in dict.fromkeys(kinds))
        plan = self._planner.plan(Request(text, handles, ()))
        scores = dict(plan.scores) or self._router.scores(text, kinds)
        return Preview(plan.rounds, plan.wanted, plan.missing, plan.lacking, scores)
