"""BuiltinBrain: a LangChain chat model without a language model inside."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from assistant.brain.builtin.compose import Composer
from assistant.brain.builtin.feed import ready
from assistant.brain.builtin.plan import Plan, Planner, Step
from assistant.brain.builtin.refer import resolved
from assistant.brain.builtin.request import Request, read_request
from assistant.brain.builtin.route import Router

if TYPE_CHECKING:
    from tools.base import Tool
    from tools.encoder import Encoder


class BuiltinBrain(BaseChatModel):
    """A trained intent router with extractive composition; deterministic.

    It is called like any chat model: the first call of a turn returns tool calls (or talk),
    the next ones more calls or the reply.
    """

    _tools: dict[str, Any] = PrivateAttr(default_factory=dict)
    _offered: frozenset[str] | None = PrivateAttr(default=None)
    _planner: Planner = PrivateAttr()
    _composer: Composer = PrivateAttr()

    @classmethod
    def of(
        cls,
        tools: Sequence[Tool],
        encoder: Encoder,
        router: Router,
        stored: Callable[[], Sequence[str]] = lambda: (),
    ) -> BuiltinBrain:
        """A brain for these tools; ``stored`` names the lookups that have something to search."""
        brain = cls()
        brain._tools = {t.name: t for t in tools}
        brain._planner = Planner(router, brain._tools, stored)
        brain._composer = Composer(encoder, brain._tools)
        return brain

    @property
    def _llm_type(self) -> str:
        return "builtin"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | Any], **_: Any
    ) -> Any:
        """The same brain, using only these tools."""
        bound = self.model_copy()
        bound._offered = frozenset(str(getattr(t, "name", t)) for t in tools)
        bound._tools, bound._composer = self._tools, self._composer
        bound._planner = self._planner
        return bound

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        message = self.answer(read_request(messages))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def answer(self, request: Request) -> AIMessage:
        """The next message: tool calls while steps are open, then the reply."""
        request = resolved(request)
        plan = Plan()
        if self._offered is not None and (request.text or request.kinds):
            plan = self._planner.plan(request)
            if steps := self._next(plan, request):
                return AIMessage("", tool_calls=[_call(s) for s in steps])
        return AIMessage(self._composer.compose(request, plan))

    def _next(self, plan: Plan, request: Request) -> list[Step]:
        """The calls of the next round that has any; a second place to look where one had none."""
        ran = {a.tool for step in request.steps for a in step}
        offered = self._offered or frozenset()
        for round_ in plan.rounds:
            if any(step.tool in ran for step in round_):
                continue
            filled = [ready(step, request, self._composer) for step in round_]
            if calls := [s for s in filled if s is not None and s.tool in offered]:
                return calls
        found = [a for step in request.steps for a in step if a.result is None or a.result.sources]
        asked = ran & set(_ELSEWHERE)
        if ran and not found and ran == asked and len(ran) == 1:
            other = _ELSEWHERE[next(iter(asked))]
            if other in offered:
                return [Step(other, {"query": request.text})]
        return []


_ELSEWHERE = {"recall": "search_knowledge", "search_knowledge": "recall"}
"""Where else to look for what the person has told or given."""


def _call(step: Step) -> dict[str, Any]:
    return {
        "name": step.tool,
        "args": dict(step.arguments),
        "id": f"call-{uuid.uuid4().hex[:12]}",
        "type": "tool_call",
    }
