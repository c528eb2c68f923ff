"""The LangChain clients of chat models: which there are, and how each is made."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.brain.abilities import HELPED, asked
from assistant.brain.keys import key_of
from assistant.errors import UnavailableError
from tools.errors import pip_install

if TYPE_CHECKING:
    from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Provider:
    """``module`` is its LangChain client; any of the variables ``keys`` holds its key."""

    module: str
    keys: tuple[str, ...] = ()


PROVIDERS: Mapping[str, Provider] = {
    "ollama": Provider("langchain_ollama"),
    "openai": Provider("langchain_openai", ("OPENAI_API_KEY",)),
    "anthropic": Provider("langchain_anthropic", ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")),
}


SERVER = "server"
"""Under this name the keyring keeps the key of a model server on this machine."""
SERVER_KEY = "MODEL_SERVER_KEY"
"""The variable of that key; a provider's key is never sent to a server of one's own."""


def installed(provider: str) -> bool:
    return find_spec(PROVIDERS[provider].module) is not None


def install(provider: str) -> str:
    """The command that adds the client."""
    return pip_install(PROVIDERS[provider].module.replace("_", "-"))


def is_here(base_url: str) -> bool:
    """Whether an address is one of this machine itself, which nobody else can answer."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def make(provider: str, name: str, base_url: str, settings: Settings) -> Any:
    """The provider's chat model; what its server tells of it becomes its profile.

    Raises:
        UnavailableError: the client does not load, or refuses.
    """
    from langchain.chat_models import init_chat_model

    refusals = _errors_of(provider)
    try:
        given = options(provider, base_url, settings.reply_tokens)
        if is_here(base_url):
            told = asked(provider, name, base_url)
            given |= {"tags": [HELPED]} | ({"profile": told} if told else {})
            if provider == "ollama":
                given["num_ctx"] = _window(told.get("max_input_tokens", 0), settings)
        if provider != "ollama":  # its client knows no retries
            given["max_retries"] = 0  # patience.py waits, visibly, and no longer than is wanted
        if provider == "openai" and _has_field("stream_chunk_timeout"):
            # Its own watch waits by asyncio.wait_for, which on Python 3.11 loses a cancellation
            # that comes with a chunk: a fast server could not be stopped. patience.py watches.
            given["stream_chunk_timeout"] = 0
        return init_chat_model(name, model_provider=provider, **given)
    except ImportError as error:
        raise UnavailableError(
            f"The client for {provider} models does not load: {_line(error)}",
            install(provider).replace("pip install", "pip install --upgrade"),
        ) from error
    except refusals as error:
        keys = PROVIDERS[provider].keys
        check = f"Check the model's name, the setting base_url{' and ' + keys[0] if keys else ''}."
        raise UnavailableError(
            f"The client for {provider} models refuses: {_line(error)}", check
        ) from error


def _has_field(name: str) -> bool:
    """Whether this version of OpenAI's client knows the option; it would send it on otherwise."""
    return name in import_module("langchain_openai").ChatOpenAI.model_fields


async def aclose(model: Any) -> None:
    """Close the connections of a model made here; those that clients share stay open."""
    if (client := getattr(model, "http_client", None)) is not None:
        client.close()
    if (client := getattr(model, "http_async_client", None)) is not None:
        await client.aclose()


OVERHEAD = 2500
"""Tokens of instructions and tool descriptions beside the history."""


def _window(most: int, settings: Settings) -> int:
    """Ollama cuts silently what goes over its window, which is small unless one asks for more."""
    wanted = settings.context_tokens + settings.reply_tokens + OVERHEAD
    return min(most, wanted) if most else wanted


def options(provider: str, base_url: str, reply_tokens: int) -> dict[str, Any]:
    """What the provider's LangChain client is made with.

    A client of this machine never goes through a proxy: that would carry the prompt away.
    """
    here = is_here(base_url)
    given: dict[str, Any] = {"base_url": base_url} if base_url else {}
    if provider == "ollama":
        given["num_predict"] = reply_tokens
        if here:
            given["client_kwargs"] = {"trust_env": False}
    elif provider == "openai" and here:
        openai = import_module("openai")
        # The servers that run on one's own machine all know max_tokens; not all of them
        # know the newer name, which the client would send for it.
        given["extra_body"] = {"max_tokens": reply_tokens}
        given["stream_usage"] = True  # what they count corrects what is estimated here
        given["api_key"] = key_of(SERVER, (SERVER_KEY,)) or "local"
        given["openai_proxy"] = None
        given["http_client"] = openai.DefaultHttpxClient(trust_env=False)
        given["http_async_client"] = openai.DefaultAsyncHttpxClient(trust_env=False)
    else:
        given["max_tokens"] = reply_tokens
        if here:
            given["api_key"] = key_of(SERVER, (SERVER_KEY,)) or "local"
            _no_proxy_here()
        elif key := _key(provider, base_url):
            given["api_key"] = key
    return given


def _key(provider: str, base_url: str) -> str:
    """The key where the client does not find it itself; a server of one's own may want none."""
    variables = PROVIDERS[provider].keys
    if any(os.environ.get(name) for name in variables):
        return ""
    return key_of(provider, variables) or ("none" if base_url else "")


def _no_proxy_here() -> None:
    """For a client that takes no such option: loopback is left out of the proxies."""
    for name in ("NO_PROXY", "no_proxy"):
        listed = [p for p in os.environ.get(name, "").split(",") if p]
        here = [p for p in ("127.0.0.1", "localhost", "::1") if p not in listed]
        os.environ[name] = ",".join([*listed, *here])


def _errors_of(provider: str) -> tuple[type[Exception], ...]:
    """What a client raises that cannot be made; ValueErrors are pydantic's too."""
    root = {"openai": "OpenAIError", "anthropic": "AnthropicError"}.get(provider)
    if root is None:
        return (ValueError, TypeError)
    try:
        return (ValueError, TypeError, getattr(import_module(provider), root))
    except ImportError:
        return (ValueError, TypeError)  # the import of the client says so, with its remedy


def _line(error: BaseException) -> str:
    # pydantic adds the values that it was given, which may be secret.
    text = " ".join(str(error).partition(" [type=")[0].split())[:300]
    return text if text.endswith(".") else f"{text or type(error).__name__}."
