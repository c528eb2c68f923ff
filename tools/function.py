"""A person's own function as a tool: ``@tool`` reads its name, docstring and annotations."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, overload

from tools.base import Call, Context, Effects, Item, Kind, Parameter, Tool, ToolResult

_JSON_TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


class FunctionTool(Tool):
    """A tool made from a function; see :func:`tool`."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str = "",
        description: str = "",
        takes: Mapping[str, Kind | Sequence[Kind]] | None = None,
        gives: Sequence[Kind] = (),
        effects: Effects = "none",
        examples: Sequence[str] = (),
        limits: str = "",
    ) -> None:
        self._function = function
        # The declaration is per instance here, where built-in tools have it on the class.
        own: dict[str, Any] = {
            "name": name or function.__name__,
            "description": description or _first_paragraph(function),
            "parameters": _parameters(function, takes or {}),
            "gives": tuple(gives),
            "effects": effects,
            "examples": tuple(examples),
            "limits": limits,
            "asynchronous": inspect.iscoroutinefunction(function),
        }
        if not own["description"]:
            raise TypeError(f"The tool {own['name']!r} needs a docstring or a description=.")
        self.__dict__.update(own)

    def engine(self) -> str:
        return f"{self._function.__module__}.{self._function.__qualname__}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def run(self, call: Call, context: Context) -> ToolResult | Awaitable[ToolResult]:
        if self.asynchronous:
            return self._run_async(dict(call.arguments))
        return _as_result(self._function(**call.arguments))

    async def _run_async(self, arguments: dict[str, Any]) -> ToolResult:
        return _as_result(await self._function(**arguments))


@overload
def tool(function: Callable[..., Any], /) -> FunctionTool: ...
@overload
def tool(
    *,
    name: str = "",
    description: str = "",
    takes: Mapping[str, Kind | Sequence[Kind]] | None = None,
    gives: Sequence[Kind] = (),
    effects: Effects = "none",
    examples: Sequence[str] = (),
    limits: str = "",
) -> Callable[[Callable[..., Any]], FunctionTool]: ...
def tool(function: Callable[..., Any] | None = None, /, **declaration: Any) -> Any:
    """Make a tool of a function, sync or async.

    Parameters annotated ``str``, ``int``, ``float`` or ``bool`` become its arguments; one
    that is to get a file is annotated :class:`tools.base.Item`, or ``Sequence[Item]`` for
    several, and named in ``takes``, for example ``takes={"photo": "image"}``. The function
    returns text, anything with a ``str()``, or a :class:`tools.base.ToolResult`. ``examples``
    are requests a person would type; the built-in brain routes by them. ``effects="world"``
    makes it ask first.

    Raises:
        TypeError: there is no docstring, or a parameter has no usable annotation.
    """
    if function is not None:
        return FunctionTool(function)
    return lambda inner: FunctionTool(inner, **declaration)


def _first_paragraph(function: Callable[..., Any]) -> str:
    text = inspect.getdoc(function) or ""
    return " ".join(text.split("\n\n")[0].split())


def _parameters(
    function: Callable[..., Any], takes: Mapping[str, Kind | Sequence[Kind]]
) -> tuple[Parameter, ...]:
    hints = typing.get_type_hints(function)
    out = []
    for name, parameter in inspect.signature(function).parameters.items():
        required = parameter.default is inspect.Parameter.empty
        kinds = takes.get(name, ())
        kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        hint = hints.get(name, str)
        if kinds:
            many = typing.get_origin(hint) in {list, tuple, Sequence}
            described = f"{'handles' if many else 'a handle'} ({', '.join(kinds)})"
            out.append(Parameter(name, described, "string", required, kinds, many=many))
        elif hint in _JSON_TYPES:
            out.append(Parameter(name, name.replace("_", " "), _JSON_TYPES[hint], required))
        elif hint is Item:
            raise TypeError(f"Say which kinds {name!r} takes: takes={{{name!r}: 'image'}}.")
        else:
            raise TypeError(f"The parameter {name!r} must be str, int, float, bool or Item.")
    return tuple(out)


def _as_result(value: Any) -> ToolResult:
    return value if isinstance(value, ToolResult) else ToolResult(text=str(value))
