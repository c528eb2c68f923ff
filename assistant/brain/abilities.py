"""What a chat model can do: how much it reads at once, whether it sees, whether it needs help.

LangChain knows the models of the large providers (``model.profile``). Of a model on this machine
its server is asked: Ollama's ``/api/show``, the ``/v1/models`` of vLLM and LM Studio, the
``/props`` of llama.cpp. What nobody tells counts as unknown, which is never "yes".
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

SECONDS = 1.0
"""For each question to a server: it is on this machine, and nobody waits longer for a hint."""
HELPED = "helped"
"""The tag of a model that is helped: it runs on this machine, so it is likely a small one."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Abilities:
    """``window`` is what the model reads and writes at once, in tokens; 0 where unknown."""

    window: int = 0
    sees: bool = False
    helped: bool = False


def abilities(model: Any) -> Abilities:
    """What the model's profile and tags say, whichever class it is of."""
    profile: Mapping[str, Any] = getattr(model, "profile", None) or {}
    window = profile.get("max_input_tokens")
    return Abilities(
        window=window if isinstance(window, int) else 0,
        sees=bool(profile.get("image_inputs")),
        helped=HELPED in (getattr(model, "tags", None) or ()),
    )


def asked(provider: str, name: str, base_url: str) -> dict[str, Any]:
    """The profile of a model, as its server on this machine tells it; empty where it does not."""
    try:
        return _of_ollama(name, base_url) if provider == "ollama" else _of_openai(name, base_url)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        log.info("%s tells nothing that is understood of %s: %r", base_url, name, error)
        return {}


def _of_ollama(name: str, base_url: str) -> dict[str, Any]:
    told = _fetch(f"{base_url.rstrip('/')}/api/show", {"model": name})
    lengths = [v for k, v in told.get("model_info", {}).items() if k.endswith(".context_length")]
    able = told.get("capabilities", [])
    out: dict[str, Any] = {"max_input_tokens": int(lengths[0])} if lengths else {}
    if able:
        out |= {"image_inputs": "vision" in able, "tool_calling": "tools" in able}
    return out


def _of_openai(name: str, base_url: str) -> dict[str, Any]:
    """vLLM and LM Studio tell it beside the model's name, llama.cpp of the one it has loaded."""
    parts = urlsplit(base_url)
    root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    out: dict[str, Any] = {}
    for address in (f"{base_url.rstrip('/')}/models", f"{root}/api/v0/models"):
        for one in _fetch(address).get("data", []):
            if one.get("id") == name:
                lengths = ("max_model_len", "loaded_context_length", "max_context_length")
                length = next((one[k] for k in lengths if one.get(k)), 0)
                out |= {"max_input_tokens": int(length)} if length else {}
                out |= {"image_inputs": True} if one.get("type") == "vlm" else {}
        if out:
            return out
    props = _fetch(f"{root}/props")
    length = props.get("default_generation_settings", {}).get("n_ctx") or props.get("n_ctx")
    out |= {"max_input_tokens": int(length)} if length else {}
    out |= {"image_inputs": True} if props.get("modalities", {}).get("vision") else {}
    return out


def _fetch(address: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One JSON object of a server on this machine; empty where there is none."""
    import httpx

    try:
        with httpx.Client(timeout=SECONDS, trust_env=False) as client:
            answer = client.post(address, json=body) if body else client.get(address)
        if answer.status_code != httpx.codes.OK:
            return {}
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        log.info("%s does not say what its model can do: %s", address, error)
        return {}
    return told if isinstance(told, dict) else {}
