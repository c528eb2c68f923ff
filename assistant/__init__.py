"""A private, local-first multimodal assistant.

The names below are loaded on first use, so that importing this package costs nothing:
``Assistant``, ``Turn``, ``Reply``, ``Attachment``, ``Citation``, ``Settings``, ``tool``,
``events``, ``errors``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from assistant._neighbours import check as _check

_check()

if TYPE_CHECKING:
    from assistant import errors, events
    from assistant.api import Assistant
    from assistant.settings import Settings
    from assistant.turn import Attachment, Citation, Reply, Turn
    from tools.function import tool

__version__ = "0.1.0"
__all__ = [
    "Assistant",
    "Attachment",
    "Citation",
    "Reply",
    "Settings",
    "Turn",
    "errors",
    "events",
    "tool",
]
_HOMES = {
    "Assistant": "assistant.api",
    "Attachment": "assistant.turn",
    "Citation": "assistant.turn",
    "Reply": "assistant.turn",
    "Settings": "assistant.settings",
    "Turn": "assistant.turn",
    "tool": "tools.function",
}


def __getattr__(name: str) -> Any:
    if name in {"errors", "events"}:
        return importlib.import_module(f"assistant.{name}")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'assistant' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
