"""The ways a tool can decline, each with one sentence for the person and a remedy.

ToolError
├── Retry         the model may mend its call and try again
├── BadInput      the file or value cannot be used, whoever asks
├── Failed        the engine tried and could not
│   └── OutOfMemory   there is not enough memory for it, its own or the machine's
├── Unavailable   the engine, its weights or its extra is not installed
└── Cancelled     the person or a deadline stopped it
"""

from __future__ import annotations

import sys
from pathlib import Path


class ToolError(Exception):
    """One plain sentence (``message``) and what the person can do about it (``remedy``)."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Retry(ToolError):
    """The call itself was wrong (an unknown handle, a wrong kind, a missing argument)."""


class BadInput(ToolError):
    """The input cannot be used: empty, truncated, encrypted, oversized, not what it claims."""


class Failed(ToolError):
    """The engine ran and did not succeed."""


class OutOfMemory(Failed):
    """The engine does not fit into the memory there is; a smaller one may."""


class Unavailable(ToolError):
    """What is needed is not installed; the remedy is the exact command that adds it."""


_PACKAGES = {
    "PIL": "pillow",
    "docx": "python-docx",
    "pptx": "python-pptx",
    "zxingcpp": "zxing-cpp",
    "espeakng_loader": "espeakng-loader",
}
"""What pip calls the packages whose modules have another name."""


def not_installed(error: ImportError) -> Unavailable:
    """What a failed import means to the person: which package is missing, and how to add it."""
    module = (error.name or "").partition(".")[0]
    if not module:
        return Unavailable(f"A part that this needs does not load: {error}.", "Run `pip check`.")
    package = _PACKAGES.get(module, module)
    return Unavailable(
        f"This needs {package}, which is not installed or does not load.",
        f"Run: {pip_install(package)}",
    )


def pip_install(*packages: str) -> str:
    """The command that adds packages to this very Python, whichever environment is active."""
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    return f"{python} -m pip install {' '.join(packages)}"


class Cancelled(ToolError):
    """The run was stopped before it finished; its result, if any, is discarded."""
