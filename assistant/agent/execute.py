"""Runs a tool: resolves handles, keeps the deadline, stops when asked. Knows no LangChain."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import re
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from typing import Any, cast

from assistant.agent.run import CALL_ID, Run
from tools.base import Call, Context, Item, Parameter, Tool, ToolResult
from tools.errors import Failed, OutOfMemory, Retry

MOST_ITEMS = 16
"""Handles that one argument may take."""
_PLURAL = {
    "image": "a picture",
    "audio": "a recording",
    "video": "a video",
    "document": "a document",
}


def resolve(tool: Tool, arguments: Mapping[str, Any], items: Mapping[str, Item]) -> dict[str, Any]:
    """A model's arguments as the tool wants them: checked, converted, handles as items.

    Raises:
        Retry: an argument is missing, unknown, of the wrong type, or names no handle of the
            right kind; the sentence tells the model how to mend its call.
    """
    known = {p.name: p for p in tool.parameters}
    for name in arguments:
        if name not in known:
            raise Retry(
                f"{tool.name} has no argument '{name}'.", f"It takes: {', '.join(known) or 'none'}."
            )
    out: dict[str, Any] = {}
    for parameter in tool.parameters:
        value = arguments.get(parameter.name)
        if value is None or value in ("", [], ()):
            if parameter.required:
                raise Retry(
                    f"{tool.name} needs the argument '{parameter.name}'.",
                    f"It is {parameter.description}.",
                )
        elif parameter.many:
            out[parameter.name] = _items(tool, parameter, value, items)
        elif parameter.kinds:
            out[parameter.name] = _item(tool, parameter, value, items)
        else:
            out[parameter.name] = _scalar(tool, parameter, value)
    return out


def _items(
    tool: Tool, parameter: Parameter, value: Any, items: Mapping[str, Item]
) -> tuple[Item, ...]:
    """Several handles, as a list or in one string; each once."""
    if not isinstance(value, (list, tuple)):
        value = [handle for handle in re.split(r"[\s,;\[\]\"']+", str(value)) if handle] or [""]
    if len(value) > MOST_ITEMS:
        raise Retry(
            f"{tool.name} takes at most {MOST_ITEMS} handles as '{parameter.name}'.",
            "Call again with fewer.",
        )
    return tuple(dict.fromkeys(_item(tool, parameter, one, items) for one in value))


def _item(tool: Tool, parameter: Parameter, value: Any, items: Mapping[str, Item]) -> Item:
    wanted = " or ".join(_PLURAL[kind] for kind in parameter.kinds)
    fitting = [handle for handle, item in items.items() if item.kind in parameter.kinds]
    choice = f"Use one of: {', '.join(fitting)}." if fitting else f"Ask the person for {wanted}."
    item = items.get(str(value).strip().strip("[]"))
    if item is None:
        raise Retry(f"There is no '{str(value)[:80]}' in this conversation.", choice)
    if item.kind not in parameter.kinds:
        raise Retry(f"{item.handle} is {_PLURAL[item.kind]}; {tool.name} takes {wanted}.", choice)
    return item


def _scalar(tool: Tool, parameter: Parameter, value: Any) -> Any:
    try:
        if parameter.type == "integer":
            value = int(value)
        elif parameter.type == "number":
            value = float(value)
        elif parameter.type == "boolean":
            value = value if isinstance(value, bool) else str(value).lower() in {"true", "1", "yes"}
        elif not isinstance(value, str):
            value = str(value)
    except (TypeError, ValueError) as error:
        raise Retry(
            f"The argument '{parameter.name}' of {tool.name} is not a {parameter.type}.",
            "Call again with one.",
        ) from error
    if parameter.enum and value not in parameter.enum:
        raise Retry(
            f"'{parameter.name}' cannot be {value!r}.", f"One of: {', '.join(parameter.enum)}."
        )
    return value


QUEUED = 5
"""How many times as long a call may wait for its turn as it may then be silent."""


async def perform(run: Run, tool: Tool, arguments: Mapping[str, Any]) -> ToolResult:
    """Run a tool for a turn: its handles resolved, its progress shown, within its time.

    Raises:
        ToolError: as :func:`resolve` and :func:`execute`.
    """
    call = Call(resolve(tool, arguments, run.items), CALL_ID.get())
    context = run.context(call.id, tool.name, asyncio.get_running_loop())
    return await execute(tool, call, context, seconds=run.settings.tool_seconds)


async def execute(tool: Tool, call: Call, context: Context, *, seconds: float) -> ToolResult:
    """Run the tool; a synchronous one in its slot's thread, or in a thread of its own.

    It may take ``seconds`` without a sign of progress; each report starts them anew, so that
    a long recording is heard to its end and a hanging engine is not waited for. They begin when
    it is the call's turn: behind others in the slot it may wait :data:`QUEUED` times as long.
    A cancelled or late run is told through ``context``; what it still returns is discarded.

    Raises:
        ToolError: what the tool raised, or Failed when the time is over.
    """
    loop = asyncio.get_running_loop()
    queued = tool.slot is not None and not tool.asynchronous
    limit = asyncio.timeout(seconds * QUEUED if queued else seconds)
    begun = False
    try:
        async with limit:
            context.on_progress(
                lambda: loop.call_soon_threadsafe(_extend, limit, loop.time() + seconds)
            )
            if tool.asynchronous:
                return await cast("Awaitable[ToolResult]", tool.run(call, context))

            def work() -> ToolResult | Awaitable[ToolResult]:
                nonlocal begun
                begun = True
                loop.call_soon_threadsafe(_extend, limit, loop.time() + seconds)
                return served(tool, call, context)

            future = tool.slot.submit(work) if tool.slot is not None else _in_thread(tool, work)
            result = await asyncio.wrap_future(future)
            return cast("ToolResult", await result if inspect.isawaitable(result) else result)
    except TimeoutError as error:
        if not limit.expired():
            raise  # the tool's own
        context.cancel()
        if not begun and queued:
            raise Failed(
                f"{tool.name} is busy with something else and did not get to this.",
                "Ask again when that is done.",
            ) from error
        raise Failed(
            f"{tool.name} showed no progress for {seconds:g} seconds and was stopped.",
            "Give it a smaller file, or raise tool_seconds in the settings.",
        ) from error
    except asyncio.CancelledError:
        context.cancel()
        raise


def _extend(limit: asyncio.Timeout, when: float) -> None:
    if not limit.expired():
        with contextlib.suppress(RuntimeError):  # the run ended while the report was on its way
            limit.reschedule(when)


def served(tool: Tool, call: Call, context: Context) -> ToolResult | Awaitable[ToolResult]:
    """Run it, and once more by the embedded engine where the better one ran out of memory."""
    try:
        result = _contained(tool, call, context)
    except (OutOfMemory, MemoryError) as raised:
        error = raised if isinstance(raised, OutOfMemory) else _too_large(tool)
        if tool.slot is None or not tool.slot.fall_back(error):
            raise error from raised
        result = _contained(tool, call, context)
    if tool.slot is not None and tool.slot.notice:
        context.notice(tool.slot.notice)
    return result


def _too_large(tool: Tool) -> OutOfMemory:
    return OutOfMemory(
        f"There is not enough memory for {tool.name}.", "Close other programs, or use a small file."
    )


def _contained(tool: Tool, call: Call, context: Context) -> ToolResult | Awaitable[ToolResult]:
    """Run foreign code so that neither its exit nor a stray StopIteration ends the caller."""
    try:
        return tool.run(call, context)
    except (StopIteration, SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        raise Failed(f"{tool.name} ended with {type(error).__name__}.") from error


def _in_thread(tool: Tool, work: Callable[[], Any]) -> Future[Any]:
    """A daemon thread, so that a tool that ignores cancellation cannot keep the process alive."""
    future: Future[Any] = Future()

    def body() -> None:
        future.set_running_or_notify_cancel()
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for the future
            future.set_exception(error)

    threading.Thread(target=body, name=f"tool-{tool.name}", daemon=True).start()
    return future
