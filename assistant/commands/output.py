"""How the command line speaks: replies, traces, JSON, errors with their exit code."""

from __future__ import annotations

import json
import logging
import math
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from assistant.errors import AssistantError, InterruptedTurn, UsageError, as_told

if TYPE_CHECKING:
    from assistant import events
    from assistant.turn import Reply
    from tools.base import Receipt

log = logging.getLogger(__name__)


class ReaderGone(Exception):
    """Whoever read our output has gone (``assistant … | head``); nothing more can be said."""


def out(text: str = "", *, end: str = "\n") -> None:
    _write(sys.stdout, printable(text) + end)


def err(text: str = "") -> None:
    _write(sys.stderr, printable(text) + "\n")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # the caller closed it
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        # Python flushes once more at its end: what is left must have somewhere to go.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if isinstance(error, BrokenPipeError):
            raise ReaderGone from error
        raise


_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but line feed and tab, and the marks that reverse the reading direction."""
_SURROGATES = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """Text without what could rewrite or reorder what the terminal shows.

    Joiners (in emoji, Persian, Hindi) stay: words are wrong without them.
    """
    return _SURROGATES.sub("�", _UNSAFE.sub("", text))


def given(option: str) -> bool:
    """Whether this flag was given, also where the options could not be parsed."""
    arguments = sys.argv[1:]
    if "--" in arguments:
        arguments = arguments[: arguments.index("--")]
    return option in arguments


def wants_json() -> bool:
    return given("--json")


def guarded(work: Callable[[], Any]) -> int:
    """Run a command; every error becomes one sentence with a remedy, and an exit code."""
    try:
        result = work()
    except ReaderGone:
        return 0
    except KeyboardInterrupt:
        error: AssistantError = InterruptedTurn("Interrupted.")
    except Exception as raised:  # noqa: BLE001 - the door: a person reads one sentence
        error = explained(raised)
        if given("--trace") and not isinstance(raised, (AssistantError, click.ClickException)):
            with suppress(ReaderGone):
                err("".join(traceback.format_exception(raised)).rstrip())
    else:
        return result if isinstance(result, int) else 0
    try:
        return complain(error)
    except (ReaderGone, OSError):
        return error.exit_code


def explained(error: Exception) -> AssistantError:
    """Any error as one sentence for the person."""
    from memory.errors import StoreError
    from tools.errors import ToolError

    if isinstance(error, (AssistantError, ToolError, StoreError, ImportError)):
        return as_told(error)
    if isinstance(error, click.ClickException):
        where = getattr(getattr(error, "ctx", None), "command_path", "assistant")
        return UsageError(error.format_message(), f"See {where} --help.")
    if isinstance(error, click.Abort):
        return InterruptedTurn("Interrupted.")
    log.debug("a command failed", exc_info=error)
    if isinstance(error, OSError):
        what = error.strerror or str(error) or type(error).__name__
        names = " and ".join(str(n) for n in (error.filename, error.filename2) if n is not None)
        sentence = f"{names} cannot be used: {what}." if names else f"{what}."
        return AssistantError(sentence, "Check the path, its permissions and the disk.")
    reason = " ".join(str(error).split())[:300]
    return AssistantError(
        f"Something in the assistant itself failed: {type(error).__name__}: {reason}".rstrip(": "),
        "Please report it; `assistant --trace …` shows more.",
    )


def complain(error: AssistantError) -> int:
    if wants_json():
        out(json_text({"error": error_dict(error)}))
    else:
        err(f"assistant: {error.message}")
        if error.remedy:
            err(f"  {error.remedy}")
    return error.exit_code


def error_dict(error: AssistantError) -> dict[str, str]:
    return {"message": error.message, "remedy": error.remedy}


def json_text(value: Any) -> str:
    """One JSON object; lone surrogates, which no UTF-8 can carry, are replaced.

    What JSON has no word for (not a number, infinity) becomes null.

    Raises:
        TypeError: there is something in it that is no JSON value.
    """
    text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode("utf-8")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return value


def check_target(path: Path) -> None:
    """Refuse a file to write speech to before the work is done, not after.

    Raises:
        UsageError: its folder does not exist, or it is not named as a WAV file.
    """
    if not path.parent.is_dir():
        raise UsageError(f"The folder {path.parent} does not exist.", "Create it, or name another.")
    if path.suffix.lower() != ".wav":
        raise UsageError(f"{path.name} must end in .wav.", "Speech is written as WAV.")


class Progress:
    """One line on stderr that is rewritten; silent where stderr is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr is not None and sys.stderr.isatty()
        self._dirty = False

    def show(self, text: str) -> None:
        if self._shown:
            width = shutil.get_terminal_size().columns
            line = " ".join(printable(text).split())
            _write(sys.stderr, f"\r\x1b[2K{line[: width - 1]}")
            self._dirty = True

    def clear(self) -> None:
        if self._dirty:
            _write(sys.stderr, "\r\x1b[2K")
            self._dirty = False


class Printer:
    """Shows the events of a turn: the text on stdout, the rest on stderr.

    On a terminal the text is shown as it comes. In a file or a pipe it cannot be taken back,
    so there it is written once, at the end, exactly as the reply has it.
    """

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
        self._live = sys.stdout is not None and sys.stdout.isatty()
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

    def _on_approvalneeded(self, _: events.ApprovalNeeded) -> None:
        self._progress.clear()
        self._fresh_line()

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

    def _on_textreset(self, _: events.TextReset) -> None:
        self._fresh_line()

    def _on_textdelta(self, event: events.TextDelta) -> None:
        self._progress.clear()
        if self._live and not self._quiet:
            out(event.text, end="")
            self._column = 0 if event.text.endswith("\n") else 1

    def _on_turnended(self, event: events.TurnEnded) -> None:
        self._end()
        if not self._live and not self._quiet and event.reply.text:
            out(event.reply.text)

    def _on_turnfailed(self, _: events.TurnFailed) -> None:
        self._end()

    def _on_turncancelled(self, _: events.TurnCancelled) -> None:
        self._end()

    def _end(self) -> None:
        self._progress.clear()
        self._fresh_line()

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
        where = " ".join(f"{citation.source} {citation.locator}".split())
        yield f"  [{number}] {where}: “{short}”"
