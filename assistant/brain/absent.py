"""Stands for a chat model that cannot be made, so that another one can answer in its place."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import PrivateAttr

from assistant.errors import AssistantError


class AbsentModel(BaseChatModel):
    """Says at every call why it cannot answer."""

    model: str = ""
    _why: AssistantError = PrivateAttr()

    @classmethod
    def of(cls, spec: str, why: AssistantError) -> AbsentModel:
        absent = cls(model=spec)
        absent._why = why
        return absent

    @property
    def _llm_type(self) -> str:
        return "absent"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> ChatResult:
        raise self._why
