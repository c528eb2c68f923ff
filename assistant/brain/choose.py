"""Which brain answers, and why.

``auto`` takes a model server on a known loopback port if one is up, else a language model whose
weights lie on this machine, else the built-in brain. A cloud model is used only when the settings
or the command line name it.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.brain.clients import PROVIDERS, install, installed, make
from assistant.brain.keys import key_of
from assistant.brain.probe import Server, models
from assistant.errors import UnavailableError, UsageError
from tools import weights
from tools.errors import Unavailable, pip_install

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.wiring import House

SERVERS = (
    Server("Ollama", 11434, "/api/tags", "models", "name"),
    Server("LM Studio", 1234, "/v1/models", "data", "id"),
    Server("llama.cpp", 8080, "/v1/models", "data", "id"),
    Server("vLLM", 8000, "/v1/models", "data", "id"),
)
LOCAL = (
    "Qwen/Qwen3-",
    "Qwen/Qwen2.5-",
    "HuggingFaceTB/SmolLM",
    "ibm-granite/granite-",
    "microsoft/Phi-",
    "meta-llama/Llama-3",
)
"""How the names of language models begin that ``auto`` uses where their weights are there."""
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
        return _named(spec, settings.base_url.strip())
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
    if name := on_disk():
        return Choice(f"hf:{name}", "its weights are on this machine")
    return Choice("builtin", "no model server is up on this machine and no model is named")


def _named(spec: str, base_url: str) -> Choice:
    provider, _, name = spec.partition(":")
    if provider == "hf" and name:
        return Choice(spec, "the settings name it")
    if provider not in PROVIDERS or not name:
        known = ", ".join(f"{p}:NAME" for p in (*PROVIDERS, "hf"))
        raise UsageError(f"There is no model '{spec}'.", f"Use auto, builtin, {known}.")
    base = _checked(base_url)
    if provider == "ollama" and not base and not os.environ.get("OLLAMA_HOST"):
        base = OLLAMA
    return Choice(spec, "the settings name it", base)


@cache
def on_disk() -> str:
    """The largest known language model in the hub's cache that this machine runs at ease.

    Half of the memory is left to everything else; empty where there is none, or no library.
    """
    if not (find_spec("torch") and find_spec("transformers")):
        return ""
    import psutil

    most = psutil.virtual_memory().total // 2
    sized = [
        (weights.size(weights.find(name)), name)
        for prefix in LOCAL
        for name in weights.cached(prefix)
        if not any(word in name for word in ("VL", "Vision", "vision", "Embed", "Base", "Reranker"))
        and weights.complete(name, weights.CHECKPOINT)
    ]
    return max((one for one in sized if 0 < one[0] <= most), default=(0, ""))[1]


@cache
def found(server: Server) -> tuple[str, ...]:
    """The models of a server on this machine; it is asked once in the life of the process."""
    return models(server)


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
    provider, _, name = choice.spec.partition(":")
    if provider == "hf":
        return _missing_weights(name)
    if provider not in PROVIDERS:
        return None
    if not installed(provider):
        return UnavailableError(
            f"The client for {provider} models is not installed.", install(provider)
        )
    keys = PROVIDERS[provider].keys
    # A server of one's own may need no key; where it does, it says so.
    if keys and not choice.base_url and not key_of(provider, keys):
        return UnavailableError(
            f"There is no key for {provider} models: {keys[0]} is not set.",
            f"export {keys[0]}=YOUR_KEY, or keep it in the keyring: assistant key set {provider}; "
            "or use a model on this machine: --model auto",
        )
    return None


def _missing_weights(name: str) -> UnavailableError | None:
    absent = [p for p in ("torch", "transformers") if find_spec(p) is None]
    if absent:
        return UnavailableError(
            f"A model in this process needs {' and '.join(absent)}.", pip_install(*absent)
        )
    try:
        weights.find(name, files=weights.CHECKPOINT)
    except Unavailable as error:
        return UnavailableError(error.message, error.remedy)
    return None


def load(settings: Settings, house: House) -> Any:
    """The chosen chat model.

    Raises:
        UnavailableError: its client, its key or its weights are missing, or the client refuses.
    """
    choice = choose(settings)
    if choice.spec == "builtin":
        from assistant.brain.builtin.model import BuiltinBrain

        tools = tuple(house.tools.values())
        return BuiltinBrain.of(tools, house.encoder, house.router, house.stored)
    if problem := missing(choice):
        raise problem
    provider, _, name = choice.spec.partition(":")
    if provider == "hf":
        from assistant.brain.local import LocalModel

        return LocalModel.of(name, house.language_model(name), settings.reply_tokens)
    return make(provider, name, choice.base_url, settings)


def load_named(spec: str, settings: Settings, house: House) -> tuple[Any, str]:
    """A model that may stand in for the chosen one, and its name.

    ``base_url`` is the chosen one's server, so it does not count here.

    Raises:
        UsageError, UnavailableError: as :func:`load`.
    """
    model = load(dataclasses.replace(settings, model=spec, base_url=""), house)
    return model, name_of(model)


def name_of(model: Any) -> str:
    """A short name for the reply: ``builtin``, ``qwen3``, ..."""
    for attribute in ("model_name", "model"):
        if value := getattr(model, attribute, None):
            return str(value)
    return str(getattr(model, "_llm_type", type(model).__name__))
