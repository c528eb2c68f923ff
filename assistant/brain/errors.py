"""What a chat model's client raises, as one sentence for the person: the only place that knows.

No client is imported here. Their errors are told apart by what they have in common: the status of
an HTTP answer, else the names of their classes, which openai, anthropic, ollama and httpx share.
"""

from __future__ import annotations

import email.utils
import json
import math
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.brain.choose import name_of
from assistant.brain.clients import PROVIDERS, SERVER, SERVER_KEY, is_here
from assistant.brain.keys import kept
from assistant.errors import ModelFailed, UnavailableError

_CLIENTS = frozenset(
    {"openai", "anthropic", "ollama", "httpx", "httpx2", "httpcore", "httpcore2"}
    | {"langchain_openai", "langchain_anthropic", "langchain_ollama"}
)
_TIMEOUT = frozenset({"TimeoutException", "APITimeoutError", "StreamChunkTimeoutError"})
_UNREACHABLE = frozenset({"ConnectError", "ConnectTimeout", "ProxyError", "UnsupportedProtocol"})
_BROKEN = frozenset({"APIConnectionError", "TransportError", "StreamError"})
_FORM = frozenset({"APIResponseValidationError", "DecodingError"})
_TOO_LONG = re.compile(
    r"context_length_exceeded|context (?:window|length|size)|prompt is too long"
    r"|exceeds? the (?:available )?context|too many tokens",
    re.IGNORECASE,
)
_QUOTA = re.compile(r"insufficient_quota|credit balance|billing", re.IGNORECASE)
_KEY = re.compile(r"\b(?:sk|pk|rk|key)-[\w*-]{6,}|(?i:bearer)\s+\S+")
_SOON = 0.5
"""Seconds before a server that stumbled is asked again."""
_LATER = 1.0
"""Seconds before one is asked again that has too much to do and does not say how long."""
_OTHER = "or use the built-in brain: --model builtin"


@dataclass(frozen=True, slots=True)
class Address:
    """A chat model and its server as the person knows them: ``openai:gpt-4o``."""

    spec: str
    name: str
    provider: str = ""
    url: str = ""

    @classmethod
    def of(cls, model: Any) -> Address:
        """From a LangChain chat model; no ``provider`` where it is none of ours."""
        module = type(model).__module__.partition(".")[0]
        provider = next((p for p, made in PROVIDERS.items() if made.module == module), "")
        name = name_of(model)
        fields = ("openai_api_base", "anthropic_api_url", "base_url")
        url = next((str(v) for f in fields if (v := getattr(model, f, None))), "")
        return cls(f"{provider}:{name}" if provider else name, name, provider, url)

    @property
    def where(self) -> str:
        return f" at {self.url}" if self.url else ""

    @property
    def keys(self) -> tuple[str, ...]:
        return PROVIDERS[self.provider].keys if self.provider else ()


def told(error: BaseException, address: Address, *, begun: bool = False) -> ModelFailed | None:
    """The person's error for what a client raised; None where it is no failure of a server.

    Args:
        error: as raised; what caused it is looked at, too.
        address: whose call it was.
        begun: whether the answer had begun to come.
    """
    chain = _chain(error)
    names = {kind.__name__ for one in chain for kind in type(one).__mro__}
    if "ContextOverflowError" in names:
        return _too_long(address)
    if (status := _status(error)) is not None:
        return _of_status(status, error, address)
    if names & _UNREACHABLE or _refused(error):
        return _unreachable(address)
    if names & _TIMEOUT or isinstance(error, TimeoutError):
        return _failed(address, "did not answer in time", _words(error, address))
    if isinstance(error, json.JSONDecodeError) or names & _FORM or _empty(error):
        return _no_protocol(address)
    if names & _BROKEN:
        return broken(address, again=None if begun else _SOON)  # its words say no more
    if isinstance(error, ConnectionError):  # not of an HTTP client: nobody says it may go well
        return broken(address, _words(error, address))
    modules = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if modules & _CLIENTS:  # an error that came as an event of the stream, most likely
        words = _words(error, address)
        if _TOO_LONG.search(words):
            return _too_long(address)
        return _failed(address, "broke off with an error of its own", words)
    return None


def broken(address: Address, why: str = "", again: float | None = None) -> ModelFailed:
    """The connection ended before the answer did."""
    return ModelFailed(
        f"The connection to {address.spec} broke before its answer was complete{_aside(why)}.",
        f"Ask again (what it said so far is kept), {_OTHER}.",
        address.spec,
        reason="the connection broke",
        again=again,
    )


def silent(address: Address, seconds: float) -> ModelFailed:
    """The model gave no sign for so many seconds."""
    return ModelFailed(
        f"{address.spec} said nothing for {_duration(seconds)} and was stopped.",
        f"Ask again, raise model_seconds in the settings, {_OTHER}.",
        address.spec,
        reason=f"silent for {_duration(seconds)}",
    )


def endless(address: Address) -> ModelFailed:
    """The model writes and writes, and nothing of it is an answer."""
    return _failed(address, "wrote without end, and nothing that could be shown", "")


def _of_status(status: int, error: BaseException, address: Address) -> ModelFailed:
    words = _words(error, address)
    if status == 401:
        return _key_refused(address)
    if status == 403:
        return _key_refused(address, "does not let this key use it")
    if status == 429:
        return _busy(error, words, address)
    if status in {400, 413, 422} and (status == 413 or _TOO_LONG.search(_raw(error))):
        return _too_long(address)
    if status == 404:
        return _no_such_model(address)
    if status in {408, 409} or status >= 500:
        return ModelFailed(
            f"{address.spec} failed with an error of its own (HTTP {status}){_aside(words)}.",
            f"Ask again in a while, look at its server's log, {_OTHER}.",
            address.spec,
            reason=f"HTTP {status}",
            again=_SOON,
        )
    return ModelFailed(
        f"{address.spec} refuses the request (HTTP {status}){_aside(words)}.",
        f"Check the model's name and the setting base_url, {_OTHER}.",
        address.spec,
        reason=f"it refuses the request, HTTP {status}",
    )


def _failed(address: Address, what: str, words: str) -> ModelFailed:
    return ModelFailed(
        f"{address.spec} {what}{_aside(words)}.",
        f"Ask again, {_OTHER}.",
        address.spec,
        reason=f"it {what}",
    )


def _unreachable(address: Address) -> ModelFailed:
    start = "Start its server" if not address.url or is_here(address.url) else "Check the network"
    return ModelFailed(
        f"{address.spec} cannot be reached{address.where}.",
        f"{start}, check the setting base_url, {_OTHER}.",
        address.spec,
        reason="it cannot be reached",
        exit_code=UnavailableError.exit_code,
    )


def _key_refused(address: Address, how: str = "does not accept the key") -> ModelFailed:
    here = bool(address.url) and is_here(address.url)
    variable, entry = SERVER_KEY, SERVER
    if not here:
        variable, entry = next(iter(address.keys), ""), address.provider
    remedy = "Give the model a valid key"
    if variable:
        remedy = f"export {variable}=YOUR_KEY, keep it in the keyring: assistant key set {entry}"
    return ModelFailed(
        f"{address.spec} {how}{address.where if here else ''}.",
        f"{remedy}, {_OTHER}.",
        address.spec,
        reason=f"it {how}",
        exit_code=UnavailableError.exit_code,
    )


def _no_such_model(address: Address) -> ModelFailed:
    if address.provider == "ollama":
        remedy = f"Fetch it: ollama pull {address.name}; {_OTHER}."
    elif address.url:
        remedy = f"{address.url.rstrip('/')}/models lists what there is; check base_url, too."
    else:
        remedy = f"Check the name, {_OTHER}."
    where = address.where or (f" among those of {address.provider}" if address.provider else "")
    return ModelFailed(
        f"There is no model '{address.name}'{where}.",
        remedy,
        address.spec,
        reason="there is no such model",
        exit_code=UnavailableError.exit_code,
    )


def _busy(error: BaseException, words: str, address: Address) -> ModelFailed:
    if _QUOTA.search(_raw(error)):
        return ModelFailed(
            f"The quota of {address.spec} is used up.",
            f"Look at the plan and the billing of the account, {_OTHER}.",
            address.spec,
            reason="its quota is used up",
        )
    asked = retry_after(_headers(error))
    wait = f" and asks to wait {_duration(asked)}" if asked is not None else ""
    return ModelFailed(
        f"{address.spec} has too many requests now{wait}.",
        f"Ask again {'then' if wait else 'in a while'}, {_OTHER}.",
        address.spec,
        reason="too many requests",
        again=_LATER if asked is None else max(asked, 0.05),
    )


def _too_long(address: Address) -> ModelFailed:
    return ModelFailed(
        f"This conversation is longer than {address.spec} can read.",
        "Begin a new session, give it less at once, or lower context_tokens in the settings.",
        address.spec,
        reason="the conversation is too long for it",
    )


def _no_protocol(address: Address) -> ModelFailed:
    of = f"a server of {address.provider} models" if address.provider else "a model"
    return ModelFailed(
        f"What answers for {address.spec}{address.where} does not speak like {of}.",
        f"Check the setting base_url, which mostly ends in /v1, {_OTHER}.",
        address.spec,
        reason="its answer cannot be read",
    )


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds that a ``Retry-After`` (RFC 9110, 10.2.3) asks to wait: a number, or a date."""
    value = headers.get("retry-after") or headers.get("Retry-After") or ""
    try:
        seconds = float(value)
    except ValueError:
        try:
            when = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = when.timestamp() - (time.time() if now is None else now)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} seconds" if seconds != 1 else "a second"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _chain(error: BaseException) -> list[BaseException]:
    out: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in out:
        out.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return out


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    for value in (getattr(error, "status_code", None), getattr(response, "status_code", None)):
        if isinstance(value, int) and value >= 400:
            return value
    return None


def _headers(error: BaseException) -> Mapping[str, str]:
    headers = getattr(getattr(error, "response", None), "headers", None)
    return headers if isinstance(headers, Mapping) else {}


def _refused(error: BaseException) -> bool:
    """Ollama's client raises a plain ConnectionError where there is no server."""
    return isinstance(error, ConnectionRefusedError) or (
        isinstance(error, ConnectionError) and str(error).startswith("Failed to connect")
    )


def _empty(error: BaseException) -> bool:
    """LangChain's error for a stream in which nothing came."""
    return isinstance(error, ValueError) and "No generation" in str(error)


def _raw(error: BaseException) -> str:
    return f"{getattr(error, 'body', '')} {error}"


def _words(error: BaseException, address: Address) -> str:
    """What the server said, in one line, without any key."""
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else None
    said = inner.get("message") if isinstance(inner, dict) else inner
    text = str(said or getattr(error, "message", "") or error)
    text = re.split(r"(?<=[.!?])\s", " ".join(text.split()), maxsplit=1)[0]
    for secret in _secrets(address):
        text = text.replace(secret, "***")
    text = _KEY.sub("***", text)
    return text if len(text) <= 200 else f"{text[:200]} …"


def _secrets(address: Address) -> list[str]:
    found = [os.environ.get(name, "") for name in (*address.keys, SERVER_KEY)]
    found += [kept(name) for name in (address.provider, SERVER) if name]
    return [secret for secret in found if len(secret) > 3]


def _aside(words: str) -> str:
    return f": {words.rstrip('.')}" if words else ""
