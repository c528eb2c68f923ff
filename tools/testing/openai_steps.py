"""One answer of the scripted chat server: what it says, as data, and as the protocol's chunks."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Pieces: TypeAlias = str | Sequence[str]
"""A text, or the fragments in which it is streamed."""
Then: TypeAlias = Literal["done", "close", "reset", "silence", "forever"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call; name and arguments may be cut anywhere, or be no JSON at all.

    Arguments that are an object are written as JSON. The id goes out with the first fragment.
    With ``id`` None none is sent; with ``index`` the position is another than its own.
    """

    name: Pieces
    arguments: Pieces | Mapping[str, Any] = "{}"
    id: str | None = ""
    index: int | None = None

    def fragments(self, position: int) -> Iterator[dict[str, Any]]:
        index = position if self.index is None else self.index
        names, texts = _pieces(self.name), _pieces(self.text)
        first: dict[str, Any] = {"index": index, "type": "function"}
        first["function"] = {"name": names[0], "arguments": ""}
        if (call_id := self.identity(position)) is not None:
            first["id"] = call_id
        yield first
        for name in names[1:]:
            yield {"index": index, "function": {"name": name, "arguments": ""}}
        for text in texts:
            yield {"index": index, "function": {"arguments": text}}

    def whole(self, position: int) -> dict[str, Any]:
        function = {"name": "".join(self.name), "arguments": "".join(self.text)}
        call_id = self.identity(position)
        return {"type": "function", "function": function} | ({"id": call_id} if call_id else {})

    @property
    def text(self) -> Pieces:
        return json.dumps(self.arguments) if isinstance(self.arguments, Mapping) else self.arguments

    def identity(self, position: int) -> str | None:
        return f"call_{next(_COUNT)}_{position}" if self.id == "" else self.id


@dataclass(frozen=True, slots=True)
class Step:
    """What the server does with one request for a completion.

    Attributes:
        text: said in these pieces.
        reasoning: sent before it as ``reasoning_content``, which is no part of the answer.
        tool_calls: streamed after the text, one fragment a chunk; several are parallel calls.
        usage: the tokens, in a last chunk without choices, as servers do that are asked for it.
        finish: the ``finish_reason``; "auto" is ``tool_calls`` or ``stop``, None sends none.
        pause: seconds before each chunk.
        then: after the pieces: ``done``; ``close`` ends the connection in the midst of the
            answer, ``reset`` breaks it; ``silence`` says nothing more, nor anything at all where
            there are no pieces; ``forever`` says the pieces again and again.
        raw: strings sent as they are between the pieces and the end.
        status, headers, error: another status than 200, with the error's object as the body.
        body, content_type: a body that is no stream of events.
        message_id: the id of the answer; empty makes one.
    """

    text: Pieces = ""
    reasoning: Pieces = ""
    tool_calls: Sequence[ToolCall] = ()
    usage: Mapping[str, int] | None = None
    finish: str | None = "auto"
    pause: float = 0.0
    then: Then = "done"
    raw: Sequence[str] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    body: str | None = None
    content_type: str = "text/html"
    message_id: str = ""

    @classmethod
    def of(cls, given: Step | str | Mapping[str, Any]) -> Step:
        """A step from a text to be said, or from an object with the names above.

        Raises:
            TypeError: it has a name that no step has.
        """
        if isinstance(given, Step):
            return given
        if isinstance(given, str):
            return cls(text=given)
        calls = [
            c if isinstance(c, ToolCall) else ToolCall(**c) for c in given.get("tool_calls", ())
        ]
        return cls(**{**given, "tool_calls": tuple(calls)})

    def deltas(self) -> Iterator[dict[str, Any]]:
        """The ``delta`` of each chunk, the role first."""
        yield {"role": "assistant", "content": ""}
        for piece in _pieces(self.reasoning):
            yield {"reasoning_content": piece}
        for piece in _pieces(self.text):
            yield {"content": piece}
        for position, call in enumerate(self.tool_calls):
            for fragment in call.fragments(position):
                yield {"tool_calls": [fragment]}

    @property
    def ended(self) -> str | None:
        """The ``finish_reason``."""
        if self.finish == "auto":
            return "tool_calls" if self.tool_calls else "stop"
        return self.finish

    def chunks(self, model: str) -> Iterator[dict[str, Any]]:
        """The chunks of the stream, without the end."""
        answer_id = self.message_id or f"chatcmpl-{next(_COUNT)}"
        rounds = itertools.repeat(0) if self.then == "forever" else iter((0,))
        for _ in rounds:
            for delta in self.deltas():
                yield _chunk(answer_id, model, [{"index": 0, "delta": delta}])
        if self.then == "done" and self.ended is not None:
            yield _chunk(answer_id, model, [{"index": 0, "delta": {}, "finish_reason": self.ended}])
        if self.then == "done" and self.usage is not None:
            yield _chunk(answer_id, model, []) | {"usage": dict(self.usage)}

    def whole(self, model: str) -> dict[str, Any]:
        """The answer in one piece, for a request that wants no stream."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self.text)}
        if self.reasoning:
            message["reasoning_content"] = "".join(self.reasoning)
        if self.tool_calls:
            message["tool_calls"] = [c.whole(i) for i, c in enumerate(self.tool_calls)]
        return {
            "id": self.message_id or f"chatcmpl-{next(_COUNT)}",
            "object": "chat.completion",
            "created": 0,
            "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": self.ended}],
            "usage": dict(self.usage or {"prompt_tokens": 0, "completion_tokens": 0}),
        }


_COUNT = itertools.count(1)


def _pieces(text: Pieces) -> Sequence[str]:
    if isinstance(text, str):
        return (text,) if text else ()
    return text


def _chunk(answer_id: str, model: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": answer_id,
        "object": "chat.completion.chunk",
        "created": 0,
        "model": model,
        "choices": choices,
    }
