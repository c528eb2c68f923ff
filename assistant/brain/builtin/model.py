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
from assistant.brain.builtin.plan import Planner, Step
from assistant.brain.builtin.request import Request, read_request
from assistant.brain.builtin.route import Router

if TYPE_CHECKING:
    from pathlib import Path

    from tools.base import Tool
    from tools.encoder import Encoder


class BuiltinBrain(BaseChatModel):
    """Routes by the tools' examples and composes by extraction; deterministic.

    It is called like any chat model: the first call of a turn returns tool calls (or talk),
    the next ones more calls or the reply.
    """

    _tools: dict[str, Any] = PrivateAttr(default_factory=dict)
    _offered: frozenset[str] | None = PrivateAttr(default=None)
    _planner: Planner = PrivateAttr()
    _composer: Composer = PrivateAttr()

    @classmethod
    def of(cls, tools: Sequence[Tool], encoder: Encoder, cache: Path | None = None) -> BuiltinBrain:
        brain = cls()
        brain._tools = {t.name: t for t in tools}
        brain._planner = Planner(Router(tools, encoder, cache), brain._tools)
        brain._composer = Composer(encoder)
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
        if self._offered is not None and request.text:
            rounds = self._planner.plan(request)
            if len(request.steps) < len(rounds):
                steps = [self._ready(s, request) for s in rounds[len(request.steps)]]
                calls = [s for s in steps if s is not None and s.tool in self._offered]
                if calls:
                    return AIMessage("", tool_calls=[_call(s) for s in calls])
        return AIMessage(self._composer.compose(request))

    def _ready(self, step: Step, request: Request) -> Step | None:
        """A step that waited for what came before, with its arguments filled in."""
        if not step.waits:
            return step
        before = [a for r in request.steps for a in r if a.result is not None]
        if not before:
            return None
        if step.tool == "calculate":
            value = self._composer.value(request, before[-1])
            factor = str(step.arguments["factor"]).replace(",", "")
            return Step("calculate", {"expression": f"{value} * {factor}"}) if value else None
        said = " ".join(self._composer.part(request, a) for a in before)
        return Step(step.tool, {"text": _spoken(said)})


def _spoken(text: str) -> str:
    """A reply without the marks that are only for the eye."""
    import re

    return re.sub(r"\s*\[s?\d+\]", "", text).replace("“", "").replace("”", "").strip()


def _call(step: Step) -> dict[str, Any]:
    return {
        "name": step.tool,
        "args": dict(step.arguments),
        "id": f"call-{uuid.uuid4().hex[:12]}",
        "type": "tool_call",
    }
