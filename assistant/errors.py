"""The errors that reach a person: one sentence, a remedy, an exit code.

AssistantError                exit code 1
├── UsageError                2   a wrong option, an unknown setting
├── InputError                2   a file or message that cannot be used
├── UnavailableError          3   an engine, extra, weight or server that is not there
├── StoreFailed               3   the assistant's own folder cannot be read or written
├── TurnFailedError           1   the turn could not be finished
│   └── ModelFailed           1   the model's server failed; 3 where it cannot be used at all
└── InterruptedTurn           130 the person stopped it
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memory.errors import StoreError
    from tools.errors import ToolError


class AssistantError(Exception):
    """``message`` says what is wrong, ``remedy`` what the person can do."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(AssistantError):
    exit_code = 2


class InputError(AssistantError):
    exit_code = 2


class UnavailableError(AssistantError):
    exit_code = 3


class StoreFailed(AssistantError):
    exit_code = 3


class TurnFailedError(AssistantError):
    exit_code = 1


class ModelFailed(TurnFailedError):
    """``spec`` is the model, ``reason`` a few words for a notice of what came of it.

    ``again`` is after how many seconds it is worth asking the same model again; None: it is not.
    """

    def __init__(
        self,
        message: str,
        remedy: str = "",
        spec: str = "",
        *,
        reason: str = "",
        again: float | None = None,
        exit_code: int = 1,
    ) -> None:
        super().__init__(message, remedy)
        self.spec = spec
        self.reason = reason
        self.again = again
        self.exit_code = exit_code


class InterruptedTurn(AssistantError):
    exit_code = 130


def from_tool(error: ToolError) -> AssistantError:
    """A tool's error as the person's: same sentence, the exit code of its kind."""
    from tools import errors

    kinds: tuple[tuple[type[ToolError], type[AssistantError]], ...] = (
        (errors.BadInput, InputError),
        (errors.Retry, InputError),
        (errors.Unavailable, UnavailableError),
        (errors.Cancelled, InterruptedTurn),
    )
    for kind, own in kinds:
        if isinstance(error, kind):
            return own(error.message, error.remedy)
    return TurnFailedError(error.message, error.remedy)


def from_store(error: StoreError) -> AssistantError:
    """A store's error as the person's; a name or a fact that it refuses is bad input."""
    from memory import errors

    theirs = isinstance(error, (errors.Invalid, errors.NotFound, errors.Refused))
    return (InputError if theirs else StoreFailed)(error.message, error.remedy)


def as_told(error: BaseException) -> AssistantError:
    """Any error as what the person is told; one that nobody foresaw is logged."""
    from memory.errors import StoreError
    from tools.errors import ToolError, not_installed

    if isinstance(error, AssistantError):
        return error
    if isinstance(error, ImportError):
        return from_tool(not_installed(error))
    if isinstance(error, ToolError):
        return from_tool(error)
    if isinstance(error, StoreError):
        return from_store(error)
    logging.getLogger(__name__).error("the turn could not be run", exc_info=error)
    lines = str(error).strip().splitlines()
    return TurnFailedError(
        f"The turn could not be run: {type(error).__name__}: {lines[0][:300] if lines else ''}",
        "Run `assistant doctor` to see what is reachable.",
    )


def of_exit_code(message: str, remedy: str, exit_code: int) -> AssistantError:
    """The error that a ``TurnFailed`` event stands for."""
    for kind in (InputError, UnavailableError, InterruptedTurn):
        if kind.exit_code == exit_code:
            return kind(message, remedy)
    return TurnFailedError(message, remedy)
