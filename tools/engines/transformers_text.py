"""A language model of transformers, in this process: its own chat template, its own tool calls.

Loaded from a folder by ``AutoModelForCausalLM``; only safetensors are read, no code of the model is
run, nothing is fetched. It generates as the model's own ``generation_config`` says.
"""

from __future__ import annotations

import gc
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.engines import checkpoint
from tools.engines.checkpoint import Checkpoint
from tools.engines.transformers_loading import (
    device_for,
    dtype_for,
    out_of_memory,
    stopped,
    watched,
)
from tools.errors import BadInput, OutOfMemory, Unavailable

Message = Mapping[str, Any]
"""``role`` and ``content``; an assistant's may have ``tool_calls``, a tool's has its ``name``."""

log = logging.getLogger(__name__)

_NO_TOOLS = (
    "You can call these tools, each given as a JSON schema:\n{tools}\n"
    "To call one, write nothing but:\n"
    '<tool_call>{{"name": NAME, "arguments": {{...}}}}</tool_call>'
)


def never() -> bool:
    return False


def unheard(_: str) -> None:
    """Takes the pieces of a text that nobody waits for."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote: its text with the marks of tool calls, and how many tokens it took.

    ``parsed`` is the message as the tokenizer's own response template reads it, where it has one
    and the model kept to it.
    """

    text: str
    prompt_tokens: int
    tokens: int
    parsed: Mapping[str, Any] | None = None


class LanguageModel:
    """One loaded model; one caller at a time.

    Raises:
        Unavailable: the folder holds no such model, or it is not complete.
        OutOfMemory: it does not fit into the memory there is.
    """

    def __init__(self, folder: str | Path, device: str = "auto", name: str = "") -> None:
        found = checkpoint.read(Path(folder), name)
        self.name = found.name
        self._device = device_for(device)
        try:
            self._load(found)
        except (RuntimeError, MemoryError) as error:
            if isinstance(error, MemoryError) or out_of_memory(error):
                raise self._too_large("load") from error
            raise

    def _load(self, found: Checkpoint) -> None:
        import safetensors
        import torch
        import transformers

        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        dtype = getattr(torch, dtype_for("auto", self._device, found.parameters))
        own: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(found.folder, **own)
            self._model = transformers.AutoModelForCausalLM.from_pretrained(
                found.folder, dtype=dtype, use_safetensors=True, **own
            )
        except (OSError, ValueError, KeyError, safetensors.SafetensorError) as error:
            reason = " ".join(str(error).split())[:160]
            raise Unavailable(f"{found.name} cannot be loaded: {reason}", found.remedy) from error
        if not self._tokenizer.chat_template:
            raise Unavailable(
                f"{found.name} has no chat template: it completes text, it does not converse.",
                "Name an instruction-tuned model, such as Qwen/Qwen3-1.7B.",
            )
        self._model = self._model.to(self._device).eval()

    @property
    def memory_bytes(self) -> int:
        return sum(p.numel() * p.element_size() for p in self._model.parameters())

    @property
    def window(self) -> int:
        """Tokens that the model reads and writes at once; 0 where its configuration is silent."""
        config = self._model.config.get_text_config()
        return int(getattr(config, "max_position_embeddings", 0) or 0)

    def count(self, text: str) -> int:
        """How many tokens a text is."""
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def prompt(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> list[int]:
        """The conversation as the model's own template writes it, up to where it answers.

        A template that has no place for tools, their answers or a system message gets them as
        text instead.

        Raises:
            Unavailable: the template takes no conversation of this form.
        """
        text = self._written(messages, tools)
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _written(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> str:
        import jinja2

        problem: Exception | None = None
        for form in _forms(messages, tools):
            given, offered = form
            try:
                text = str(
                    self._tokenizer.apply_chat_template(
                        given,
                        tools=offered or None,
                        add_generation_prompt=True,
                        tokenize=False,
                        enable_thinking=False,
                    )
                )
            except (jinja2.TemplateError, TypeError, ValueError, KeyError) as error:
                problem = error
                continue
            if offered and not all(_tool_name(tool) in text for tool in offered):
                continue  # the template does not know tools
            return text
        raise Unavailable(
            f"The chat template of {self.name} takes no such conversation: {problem}",
            "Name another model.",
        )

    def generate(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]] = (),
        *,
        max_new_tokens: int = 1024,
        on_text: Callable[[str], object] = unheard,
        cancelled: Callable[[], bool] = never,
    ) -> Completion:
        """The model's next message; ``on_text`` gets its text piece by piece.

        Raises:
            BadInput: the conversation is longer than the model's window.
            Cancelled: ``cancelled`` said so; it is asked at each layer until the first token,
                and after each token.
            OutOfMemory: the memory does not suffice.
        """
        import torch

        if cancelled():
            raise stopped()
        ids = self.prompt(messages, tools)
        if self.window and len(ids) >= self.window:
            raise BadInput(
                f"The conversation is {len(ids)} tokens; {self.name} reads {self.window}.",
                "Start a new conversation, or lower context_tokens in the settings.",
            )
        room = min(max_new_tokens, self.window - len(ids)) if self.window else max_new_tokens
        given = torch.tensor([ids], device=self._device)
        pieces = _Pieces(self._tokenizer, self._ends(), on_text, len(ids))
        try:
            with torch.inference_mode(), watched(self._model, cancelled) as began:
                pieces.on_first = began
                self._model.generate(
                    given,
                    attention_mask=torch.ones_like(given),
                    max_new_tokens=room,
                    streamer=pieces,
                    stopping_criteria=[_Stop(cancelled)],
                )
        except (RuntimeError, MemoryError) as error:
            if isinstance(error, MemoryError) or out_of_memory(error):
                raise self._too_large("answer with") from error
            raise
        if cancelled():
            raise stopped()
        text = "".join(pieces.said)
        return Completion(text, len(ids), len(pieces.ids), self._parsed(pieces.ids, ids, tools))

    def _ends(self) -> frozenset[int]:
        ends = self._model.generation_config.eos_token_id
        listed = ends if isinstance(ends, list) else [ends]
        return frozenset(i for i in (*listed, self._tokenizer.eos_token_id) if i is not None)

    def _parsed(
        self, said: list[int], prompt: list[int], tools: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any] | None:
        if not getattr(self._tokenizer, "response_template", None):
            return None
        try:
            found = self._tokenizer.parse_response(said, prefix=prompt, tools=list(tools) or None)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            log.info("%s did not answer in its own form: %s", self.name, error)
            return None
        return found if isinstance(found, Mapping) else None

    def _too_large(self, what: str) -> OutOfMemory:
        return OutOfMemory(
            f"There is not enough memory to {what} {self.name}.",
            "Close other programs, or name a smaller model.",
        )

    def close(self) -> None:
        """Let go of the weights."""
        import torch

        del self._model
        gc.collect()
        if self._device == "cuda":
            torch.cuda.empty_cache()


_KEPT = 24
"""Tokens after which the text that is decoded together begins anew."""


class _Stop:
    """A stopping criterion of ``generate`` that asks the caller."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled = cancelled

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        return torch.full((len(input_ids),), self._cancelled(), device=input_ids.device)


class _Pieces:
    """A streamer of ``generate``: tokens as they come, out as text that is whole."""

    def __init__(
        self,
        tokenizer: Any,
        ends: frozenset[int],
        on_text: Callable[[str], object],
        prompt_tokens: int,
    ) -> None:
        self.ids: list[int] = []
        self.said: list[str] = []
        self.on_first: Callable[[], None] = lambda: None
        self._tokenizer = tokenizer
        self._ends = ends
        self._on_text = on_text
        self._first = prompt_tokens > 0  # the prompt comes through the streamer, too
        self._prefix = 0  # of the ids that are decoded together
        self._told = ""  # what of their text is out

    def put(self, value: Any) -> None:
        if self._first:
            self._first = False
            return
        if not self.ids:
            self.on_first()
        for token in value.reshape(-1).tolist():
            self.ids.append(token)
            if token not in self._ends:
                self._tell(finished=False)

    def end(self) -> None:
        while self.ids and self.ids[-1] in self._ends:
            self.ids.pop()
        self._tell(finished=True)

    def _tell(self, *, finished: bool) -> None:
        """A token may be part of a character, and its space may depend on the one before."""
        text = self._decoded(self.ids[self._prefix :])
        if len(text) <= len(self._told) or (text.endswith("\ufffd") and not finished):
            return
        fresh, self._told = text[len(self._told) :], text
        if len(self.ids) - self._prefix > _KEPT:
            # A long tail would be decoded anew at every token; the last one says what joins on.
            self._prefix = len(self.ids) - 1
            self._told = self._decoded(self.ids[self._prefix :])
        self.said.append(fresh)
        self._on_text(fresh)

    def _decoded(self, ids: Sequence[int]) -> str:
        options = {"skip_special_tokens": False, "clean_up_tokenization_spaces": False}
        return str(self._tokenizer.decode(ids, **options))


def _tool_name(tool: Mapping[str, Any]) -> str:
    return str(tool["function"]["name"])


def _forms(
    messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[list[dict[str, Any]], list[Any]]]:
    """The conversation in the forms that templates take, the fullest first."""
    given = [dict(m) for m in messages]
    yield given, [dict(t) for t in tools]
    as_text = [_as_text(m) for m in given]
    if tools:
        listed = _NO_TOOLS.format(tools="\n".join(json.dumps(t["function"]) for t in tools))
        as_text = _with_system(as_text, listed)
    yield as_text, []
    yield _without_system(as_text), []


def _as_text(message: dict[str, Any]) -> dict[str, Any]:
    """Calls and their answers in the words that :data:`_NO_TOOLS` asks for."""
    if message["role"] == "tool":
        return {"role": "user", "content": f"<tool_response>{message['content']}</tool_response>"}
    calls = "".join(
        f"<tool_call>{json.dumps(call['function'])}</tool_call>"
        for call in message.get("tool_calls", ())
    )
    return {"role": message["role"], "content": f"{message['content']}{calls}"}


def _with_system(messages: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    if messages and messages[0]["role"] == "system":
        first = {"role": "system", "content": f"{messages[0]['content']}\n\n{text}"}
        return [first, *messages[1:]]
    return [{"role": "system", "content": text}, *messages]


def _without_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """System words at the head of the first message, and roles that strictly take turns."""
    out: list[dict[str, Any]] = []
    for message in messages:
        role = "user" if message["role"] == "system" else message["role"]
        if out and out[-1]["role"] == role:
            joined = f"{out[-1]['content']}\n\n{message['content']}"
            out[-1] = {"role": role, "content": joined}
        else:
            out.append({"role": role, "content": message["content"]})
    return out
