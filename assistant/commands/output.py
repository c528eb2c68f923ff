"""How the command line speaks: replies, traces, JSON, errors with their exit code."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TextIO

import click

from assistant.errors import AssistantError, InterruptedTurn

if TYPE_CHECKING:
    from assistant import events
    from assistant.turn import Reply
    from tools.base import Receipt


def out(text: str = "", *, end: str = "\n") -> None:
    _write(sys.stdout, printable(text) + end)


def err(text: str = "") -> None:
    _write(sys.stderr, printable(text) + "\n")


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()


def printable(text: str) -> str:
    """Text without control characters, which could rewrite what the terminal shows."""
    return "".join(c if c in "\n\t" or (c.isprintable() or c.isspace()) else "�" for c in text)


def wants_json() -> bool:
    """Whether ``--json`` was given, also where the options could not be parsed."""
    return "--json" in sys.argv[1:]


def guarded(work: Callable[[], Any]) -> int:
    """Run a command; every error becomes one sentence with a remedy, and an exit code."""
    from memory.errors import StoreError
    from tools.errors import ToolError

    try:
        result = work()
    except AssistantError as error:
        return complain(error)
    except ToolError as error:
        from assistant.errors import from_tool

        return complain(from_tool(error))
    except StoreError as error:
        from assistant.errors import from_store

        return complain(from_store(error))
    except click.ClickException as error:
        from assistant.errors import UsageError

        where = getattr(getattr(error, "ctx", None), "command_path", "assistant")
        return complain(UsageError(error.format_message(), f"See {where} --help."))
    except (KeyboardInterrupt, click.Abort):
        return complain(InterruptedTurn("Interrupted."))
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0


def complain(error: AssistantError) -> int:
    if wants_json():
        out(json_text({"error": {"message": error.message, "remedy": error.remedy}}))
    else:
        err(f"assistant: {error.message}")
        if error.remedy:
            err(f"  {error.remedy}")
    return error.exit_code


def json_text(value: Any) -> str:
    """One JSON object; lone surrogates, which no UTF-8 can carry, are replaced."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text.encode("utf-8", "replace").decode("utf-8")


class Progress:
    """One line on stderr that is rewritten; silent where stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._dirty = False

    def show(self, text: str) -> None:
        if self._shown:
            width = shutil.get_terminal_size().columns
            _write(sys.stderr, f"\r\x1b[2K{printable(text)[: width - 1]}")
            self._dirty = True

    def clear(self) -> None:
        if self._dirty:
            _write(sys.stderr, "\r\x1b[2K")
            self._dirty = False


class Printer:
    """Shows the events of a turn: text on stdout as it comes, the rest on stderr."""

    def __init__(
        self,
        *,
        trace: bool = False,
        quiet: bool = False,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._trace = trace
        self._quiet = quiet
        self._say = say or err
        self._progress = Progress()
        self._column = 0

    def __call__(self, event: events.AnyEvent) -> None:
        handler = getattr(self, f"_on_{type(event).__name__.lower()}", None)
        if handler is not None:
            handler(event)

    def _on_transcript(self, event: events.Transcript) -> None:
        self._progress.clear()
        if not self._quiet:
            sure = "" if event.confidence is None else f" (confidence {event.confidence:.0%})"
            self._say(f"I heard: “{event.text}”{sure}")

    def _on_feelingsensed(self, event: events.FeelingSensed) -> None:
        if self._trace:
            f = event.feeling
            self._say(f"  · feeling: {f.label} {f.confidence:.0%} (from {f.source})")

    def _on_toolstarted(self, event: events.ToolStarted) -> None:
        self._progress.show(f"{event.tool} …")

    def _on_toolprogress(self, event: events.ToolProgress) -> None:
        share = "" if event.fraction is None else f" {event.fraction:.0%}"
        self._progress.show(f"{event.tool}{share} {event.message}".rstrip())

    def _on_toolfinished(self, event: events.ToolFinished) -> None:
        self._progress.clear()
        if self._trace:
            self._say(f"  · {receipt_line(event.receipt)}")

    def _on_notice(self, event: events.Notice) -> None:
        self._progress.clear()
        if not self._quiet:
            self._fresh_line()
            self._say(f"  ! {event.text}")

    def _on_claimremoved(self, event: events.ClaimRemoved) -> None:
        if not self._quiet:
            self._fresh_line()
            self._say(f"  ! left out, {event.reason}: “{event.sentence}”")

    def _on_factkept(self, event: events.FactKept) -> None:
        if self._trace:
            self._say(f"  · kept: {event.text}")

    def _on_textreset(self, event: events.TextReset) -> None:
        self._fresh_line()

    def _on_textdelta(self, event: events.TextDelta) -> None:
        self._progress.clear()
        if not self._quiet:
            out(event.text, end="")
            self._column = 0 if event.text.endswith("\n") else 1

    def _on_turnended(self, event: events.TurnEnded) -> None:
        self._progress.clear()
        self._fresh_line()

    _on_turnfailed = _on_turnended
    _on_turncancelled = _on_turnended

    def _fresh_line(self) -> None:
        if self._column:
            out()
            self._column = 0


def receipt_line(receipt: Receipt) -> str:
    """A receipt on one line: what ran, on what, by which engine, how long, what came of it."""
    inputs = ", ".join(handle for handle, _ in receipt.inputs)
    made = ", ".join(receipt.outputs)
    parts = [receipt.tool, f"({inputs})" if inputs else "", f"by {receipt.engine}"]
    parts += [f"{receipt.seconds:.2f} s", f"→ {made}" if made else ""]
    if not receipt.ok:
        parts.append(f"failed: {receipt.error}")
    return " ".join(p for p in parts if p)


def sources(reply: Reply) -> Iterable[str]:
    """The reply's sources as numbered lines: where, and the words that stand there."""
    for number, citation in enumerate(reply.citations, 1):
        quote = " ".join(citation.quote.split())
        short = quote if len(quote) <= 110 else quote[:109] + "…"
        yield f"  [{number}] {citation.source} {citation.locator}: “{short}”".replace(" :", ":")
