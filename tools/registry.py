"""Which tools there are: the built-in ones, those of installed packages, the caller's own."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import entry_points

from tools.base import Tool
from tools.errors import BadInput, Unavailable

ENTRY_POINTS = "multimodal_assistant.tools"
"""The entry-point group: each entry names a Tool, or a function without arguments that
returns one."""


def installed() -> list[Tool]:
    """The tools that other packages bring.

    Raises:
        Unavailable: a package's tool cannot be loaded; the sentence names the package.
    """
    found = []
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            loaded = entry.load()
        except (ImportError, AttributeError) as error:
            package = entry.dist.name if entry.dist else entry.value
            raise Unavailable(
                f"The tool '{entry.name}' of the package {package} cannot be loaded: {error}.",
                f"Update or remove it: pip uninstall {package}",
            ) from error
        found.append(loaded if isinstance(loaded, Tool) else loaded())
    return found


def collect(*groups: Iterable[Tool]) -> dict[str, Tool]:
    """All tools by name, in the order given.

    Raises:
        BadInput: two of them have the same name.
    """
    tools: dict[str, Tool] = {}
    for group in groups:
        for one in group:
            if one.name in tools:
                raise BadInput(
                    f"There are two tools named '{one.name}'.",
                    "Rename one of them, for example with @tool(name=...).",
                )
            tools[one.name] = one
    return tools
