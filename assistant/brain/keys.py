"""The keys of model providers: from the environment, else from the system's keyring.

A key goes to the provider's client and nowhere else: it is neither a setting nor part of a
session, and never printed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from assistant.errors import UnavailableError
from tools.errors import pip_install

SERVICE = "multimodal-assistant"
"""Under this name the keyring keeps the keys; the user's name is the provider's."""

log = logging.getLogger(__name__)


def key_of(provider: str, variables: Sequence[str]) -> str:
    """The provider's key; empty where there is none."""
    for name in variables:
        if value := os.environ.get(name, "").strip():
            return value
    return kept(provider)


def kept(provider: str) -> str:
    """What the keyring holds for the provider; empty where there is no keyring either."""
    if find_spec("keyring") is None:
        return ""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, provider) or ""
    except KeyringError as error:
        # A headless machine has no keyring to ask: the environment is the only place then.
        log.info("the keyring cannot be read: %s", error)
        return ""


def keep(provider: str, key: str) -> None:
    """Put the key into the system's keyring.

    Raises:
        UnavailableError: there is no keyring.
    """
    keyring, errors = _library()
    try:
        keyring.set_password(SERVICE, provider, key)
    except errors.KeyringError as error:
        raise _no_keyring() from error


def forget(provider: str) -> bool:
    """Take the key out of the keyring; False where there was none.

    Raises:
        UnavailableError: there is no keyring.
    """
    keyring, errors = _library()
    try:
        keyring.delete_password(SERVICE, provider)
    except errors.PasswordDeleteError:
        return False
    except errors.KeyringError as error:
        raise _no_keyring() from error
    return True


def _library() -> tuple[Any, Any]:
    """The package and its errors."""
    if find_spec("keyring") is None:
        raise UnavailableError("The package keyring is not installed.", pip_install("keyring"))
    import keyring
    import keyring.errors

    return keyring, keyring.errors


def _no_keyring() -> UnavailableError:
    return UnavailableError(
        "This system has no keyring that can be used.",
        "Set the key's variable in the environment instead, such as OPENAI_API_KEY.",
    )
