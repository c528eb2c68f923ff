"""Which brain answers, and why.

``auto`` takes a model server on a known loopback port if one is up, else the built-in
brain. A cloud model is used only when the settings or the command line name it.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.wiring import House

PROBE_SECONDS = 0.05
_SERVERS = (
    # name, port, path of the model list, key of the list, key of a model's name
    ("Ollama", 11434, "/api/tags", "models", "name"),
    ("LM Studio", 1234, "/v1/models", "data", "id"),
    ("llama.cpp", 8080, "/v1/models", "data", "id"),
    ("vLLM", 8000, "/v1/models", "data", "id"),
)
_EXTRAS = {
    "ollama": ("langchain_ollama", "ollama"),
    "openai": ("langchain_openai", "openai"),
    "anthropic": ("langchain_anthropic", "anthropic"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """``spec`` is what will be used, ``why`` the reason in words; ``base_url`` its server."""

    spec: str
    why: str
    base_url: str = ""


def choose(settings: Settings) -> Choice:
    """The brain that the settings mean, without loading it.

    Raises:
        UsageError: the spec is not of the form ``provider:name``.
    """
    spec = settings.model.strip()
    if spec == "builtin":
        return Choice("builtin", "the settings name it")
    if spec != "auto":
        provider, _, name = spec.partition(":")
        if provider not in _EXTRAS or not name:
            known = ", ".join(f"{p}:NAME" for p in _EXTRAS)
            raise UsageError(f"There is no model '{spec}'.", f"Use auto, builtin, {known}.")
        return Choice(spec, "the settings name it", settings.base_url)
    for server, port, path, items, key in _SERVERS:
        names = _models(port, path, items, key)
        if names:
            provider = "ollama" if server == "Ollama" else "openai"
            if not _installed(provider):
                return Choice(
                    "builtin",
                    f"{server} is up on port {port}, but its client is not installed: "
                    f"pip install 'multimodal-assistant[{provider}]'",
                )
            base = "" if server == "Ollama" else f"http://127.0.0.1:{port}/v1"
            return Choice(f"{provider}:{names[0]}", f"{server} is up on port {port}", base)
    return Choice("builtin", "no model server is up on this machine and no model is named")


def _models(port: int, path: str, items: str, key: str) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        if response.status != 200:
            return []
        listed = json.loads(response.read(1_000_000))[items]
        return [str(m[key]) for m in listed if "embed" not in str(m[key])]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return []  # nothing there, or something that is no model server
    finally:
        connection.close()


def _installed(provider: str) -> bool:
    from importlib.util import find_spec

    return find_spec(_EXTRAS[provider][0]) is not None


def load(settings: Settings, house: House) -> Any:
    """The chosen chat model.

    Raises:
        UnavailableError: its client package is not installed.
    """
    choice = choose(settings)
    if choice.spec == "builtin":
        from assistant.brain.builtin.model import BuiltinBrain

        return BuiltinBrain.of(tuple(house.tools.values()), house.encoder, settings.home / "cache")
    provider, _, name = choice.spec.partition(":")
    if not _installed(provider):
        raise UnavailableError(
            f"The client for {provider} models is not installed.",
            f"pip install 'multimodal-assistant[{_EXTRAS[provider][1]}]'",
        )
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {}
    if choice.base_url:
        options["base_url"] = choice.base_url
        if "127.0.0.1" in choice.base_url or "localhost" in choice.base_url:
            options["api_key"] = "local"
    return init_chat_model(name, model_provider=provider, **options)


def name_of(model: Any) -> str:
    """A short name for the reply: ``builtin``, ``qwen3``, ..."""
    for attribute in ("model_name", "model"):
        if value := getattr(model, attribute, None):
            return str(value)
    return str(getattr(model, "_llm_type", type(model).__name__))
