"""Which brain answers, and why.

``auto`` takes a model server on a known loopback port if one is up, else the built-in
brain. A cloud model is used only when the settings or the command line name it.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.brain.probe import Server, models
from assistant.errors import UnavailableError, UsageError
from tools.errors import pip_install

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.wiring import House

SERVERS = (
    Server("Ollama", 11434, "/api/tags", "models", "name"),
    Server("LM Studio", 1234, "/v1/models", "data", "id"),
    Server("llama.cpp", 8080, "/v1/models", "data", "id"),
    Server("vLLM", 8000, "/v1/models", "data", "id"),
)


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
OLLAMA = "http://127.0.0.1:11434"


@dataclass(frozen=True, slots=True)
class Choice:
    """``spec`` is what will be used, ``why`` the reason in words; ``base_url`` its server."""

    spec: str
    why: str
    base_url: str = ""


def choose(settings: Settings) -> Choice:
    """The brain that the settings mean, without loading it.

    Raises:
        UsageError: the spec is not of the form ``provider:name``, or ``base_url`` is none.
    """
    spec = settings.model.strip()
    if spec == "builtin":
        return Choice("builtin", "the settings name it")
    if spec != "auto":
        provider, _, name = spec.partition(":")
        if provider not in PROVIDERS or not name:
            known = ", ".join(f"{p}:NAME" for p in PROVIDERS)
            raise UsageError(f"There is no model '{spec}'.", f"Use auto, builtin, {known}.")
        base = _checked(settings.base_url.strip())
        if provider == "ollama" and not base and not os.environ.get("OLLAMA_HOST"):
            base = OLLAMA
        return Choice(spec, "the settings name it", base)
    for server in SERVERS:
        if names := found(server):
            provider = "ollama" if server.name == "Ollama" else "openai"
            if not installed(provider):
                return Choice(
                    "builtin",
                    f"{server.name} is up on port {server.port}, but its client is not "
                    f"installed: {install(provider)}",
                )
            # Written out: a variable such as OLLAMA_HOST could name another machine.
            root = f"http://127.0.0.1:{server.port}"
            base = root if provider == "ollama" else f"{root}/v1"
            return Choice(
                f"{provider}:{names[0]}", f"{server.name} is up on port {server.port}", base
            )
    return Choice("builtin", "no model server is up on this machine and no model is named")


@cache
def found(server: Server) -> tuple[str, ...]:
    """The models of a server on this machine; it is asked once in the life of the process."""
    return models(server)


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


def _checked(base_url: str) -> str:
    if not base_url:
        return ""
    try:
        parts = urlsplit(base_url)
        _ = parts.port  # raises where it is no number
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine:
        raise UsageError(
            f"The setting 'base_url' cannot be '{base_url}'.",
            "Write it like http://127.0.0.1:8000/v1.",
        )
    return base_url


def missing(choice: Choice) -> UnavailableError | None:
    """What keeps the chosen model from being used, found without loading it."""
    provider, _, _ = choice.spec.partition(":")
    if provider not in PROVIDERS:
        return None
    if not installed(provider):
        return UnavailableError(
            f"The client for {provider} models is not installed.", install(provider)
        )
    keys = PROVIDERS[provider].keys
    if keys and not is_here(choice.base_url) and not any(os.environ.get(k) for k in keys):
        return UnavailableError(
            f"There is no key for {provider} models: {keys[0]} is not set.",
            f"export {keys[0]}=YOUR_KEY, or use a model on this machine: --model auto",
        )
    return None


def load(settings: Settings, house: House) -> Any:
    """The chosen chat model.

    Raises:
        UnavailableError: its client or its key is missing, or the client refuses.
    """
    choice = choose(settings)
    if choice.spec == "builtin":
        from assistant.brain.builtin.model import BuiltinBrain

        return BuiltinBrain.of(
            tuple(house.tools.values()), house.encoder, settings.home / "cache", house.stored
        )
    if problem := missing(choice):
        raise problem
    provider, _, name = choice.spec.partition(":")
    from langchain.chat_models import init_chat_model

    refusals = _errors_of(provider)
    try:
        given = options(provider, choice.base_url, settings.reply_tokens)
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
        given["api_key"] = "local"
        given["openai_proxy"] = None
        given["http_client"] = openai.DefaultHttpxClient(trust_env=False)
        given["http_async_client"] = openai.DefaultAsyncHttpxClient(trust_env=False)
    else:
        given["max_tokens"] = reply_tokens
        if here:
            given["api_key"] = "local"
            _no_proxy_here()
    return given


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
    text = " ".join(str(error).split())[:300]
    return text if text.endswith(".") else f"{text or type(error).__name__}."


def name_of(model: Any) -> str:
    """A short name for the reply: ``builtin``, ``qwen3``, ..."""
    for attribute in ("model_name", "model"):
        if value := getattr(model, attribute, None):
            return str(value)
    return str(getattr(model, "_llm_type", type(model).__name__))
