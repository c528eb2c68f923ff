"""``assistant chat``: a plain streaming conversation in the terminal."""

from __future__ import annotations

import shlex
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.output import Printer, complain, err, explained, out, sources
from assistant.errors import AssistantError, InputError

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.events import AnyEvent, ApprovalNeeded

HELP = """\
/attach PATH…   give files with your next message
/detach         do not give them
/speak          speak replies into WAV files, on or off
/trace          show every tool run, on or off
/new [NAME]     start another conversation, or go on with NAME
/sessions       list conversations
/help           this
/quit           leave (so does Ctrl-D)"""


@click.command()
@click.option("-m", "--model", metavar="SPEC", help="auto, builtin, ollama:NAME, openai:NAME, …")
@click.option("-s", "--session", metavar="NAME", help="Go on with this conversation.")
@click.option("--allow", multiple=True, metavar="TOOL", help="Let this tool act without asking.")
@click.option("--trace", is_flag=True, help="Show every tool run.")
@click.pass_obj
def chat(
    home: Path | None, model: str | None, session: str | None, allow: tuple[str, ...], trace: bool
) -> None:
    """Talk with the assistant. /help lists what you can type."""
    from assistant.api import Assistant
    from assistant.settings import Settings

    settings = Settings.load(home=home, model=model, allow=allow or None)
    asked = Questions()
    with Assistant(settings=settings, approve=asked.approve) as assistant:
        Chat(assistant, settings.home, session, trace=trace, asked=asked).run()


class Questions:
    """Whether a tool may act, asked in the thread that reads the keyboard.

    The agent waits in its own thread. A thread that is stuck in ``input`` would outlive
    Ctrl-C and keep the process from ending.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, int], Future[bool]] = {}

    async def approve(self, asked: ApprovalNeeded) -> bool:
        """The callback of the assistant: waits for :meth:`ask`."""
        import asyncio

        return await asyncio.wrap_future(self._answer(asked))

    def ask(self, asked: ApprovalNeeded) -> None:
        """Ask the person and pass their answer on; the end of input and Ctrl-C mean no."""
        err(f"{asked.tool} wants to act: {asked.arguments}")
        prompt = "allow it? [y/N] "
        try:
            if sys.stdin.isatty():
                answer = input(prompt)
            else:
                err(prompt)
                answer = input()
        except (EOFError, KeyboardInterrupt):
            err("\nno.")
            answer = ""
        with suppress(InvalidStateError):  # the turn was stopped meanwhile
            self._answer(asked).set_result(answer.strip().lower() in {"y", "yes"})

    def _answer(self, asked: ApprovalNeeded) -> Future[bool]:
        with self._lock:  # either thread may come first
            return self._answers.setdefault((asked.turn_id, asked.seq), Future())


class Chat:
    """The state of one chat at the terminal, and its commands."""

    def __init__(
        self,
        assistant: Assistant,
        home: Path,
        session: str | None,
        *,
        trace: bool = False,
        asked: Questions | None = None,
    ) -> None:
        self._assistant = assistant
        self._history = home / "chat-history"
        self._session = session
        self._trace = trace
        self._asked = asked or Questions()
        self._speak = False
        self._attached: list[Path] = []
        self._commands: dict[str, Callable[[list[str]], bool | None]] = {
            "/attach": self._attach,
            "/detach": self._detach,
            "/speak": self._toggle_speak,
            "/trace": self._toggle_trace,
            "/new": self._new,
            "/sessions": self._sessions,
            "/help": lambda _: out(HELP),
            "/quit": lambda _: True,
            "/exit": lambda _: True,
        }

    def run(self) -> None:
        """Read, answer, repeat; an error ends a turn, never the chat."""
        from memory.errors import StoreError
        from tools.errors import ToolError

        _history_on(self._history)
        out(greeting(self._assistant))
        while True:
            try:
                line = input("\nyou> " if sys.stdin.isatty() else "").strip()
            except EOFError:
                break
            except KeyboardInterrupt:
                out()
                continue
            if not line and not self._attached:
                continue
            try:
                if line.startswith("/"):
                    if self._command(line):
                        break
                else:
                    self._turn(line)
            except (AssistantError, StoreError, ToolError) as error:
                complain(explained(error))
            except KeyboardInterrupt:
                err("stopped.")
        _history_off(self._history)

    def _command(self, line: str) -> bool:
        try:
            name, *arguments = shlex.split(line)
        except ValueError:
            name, *arguments = line.split()
        command = self._commands.get(name)
        if command is None:
            out(f"There is no {name}.\n{HELP}")
            return False
        return bool(command(arguments))

    def _turn(self, text: str) -> None:
        printer = Printer(trace=self._trace)
        stream = self._assistant.stream(
            text, self._attached, session=self._session, speak=self._speak
        )
        try:
            with stream:
                for event in stream:
                    printer(event)
                    self._note(event)
                    stream.check(event)
        except InputError:
            if self._attached:
                names = ", ".join(p.name for p in self._attached)
                self._attached = []
                err(f"no longer attached: {names}")
            raise
        reply = stream.reply
        if reply is None:
            return
        for line in sources(reply):
            out(line)
        for artifact in (*reply.images, *reply.audio):
            out(f"  {artifact.handle}: {artifact.path}")

    def _note(self, event: AnyEvent) -> None:
        """What the chat itself learns from an event, or has to do about it."""
        from assistant import events

        if isinstance(event, events.TurnStarted):
            # From here on the conversation exists and has the files, whatever comes of the turn.
            self._session = event.session
            self._attached = []
        elif isinstance(event, events.ApprovalNeeded):
            self._asked.ask(event)

    def _detach(self, _: list[str]) -> None:
        self._attached = []
        out("attached: nothing")

    def _attach(self, arguments: list[str]) -> None:
        from tools.errors import ToolError
        from tools.media.sniff import sniff

        if not arguments:
            names = ", ".join(p.name for p in self._attached) or "nothing"
            out(f"attached: {names}")
        for argument in arguments:
            path = Path(argument).expanduser()
            try:
                found = sniff(path)
            except ToolError as error:
                err(f"  {error}")
                continue
            self._attached.append(path)
            out(f"  {found.kind}: {path.name}; it goes with your next message")

    def _toggle_speak(self, _: list[str]) -> None:
        self._speak = not self._speak
        out(f"replies are {'spoken too' if self._speak else 'not spoken'}")

    def _toggle_trace(self, _: list[str]) -> None:
        self._trace = not self._trace
        out(f"trace is {'on' if self._trace else 'off'}")

    def _new(self, arguments: list[str]) -> None:
        self._session = arguments[0] if arguments else None
        self._attached = []
        out(f"conversation: {self._session or 'a new one'}")

    def _sessions(self, _: list[str]) -> None:
        for one in self._assistant.conversations():
            out(f"  {one.name:<28} {one.turns:>3} turns  {one.title}")


def greeting(assistant: Assistant) -> str:
    """One line that says what can be done right now, and by which brain."""
    brain = assistant.brain()
    doing = "I read text and codes in pictures, listen, read documents, search, calculate, speak"
    if brain.spec == "builtin":
        return f"{doing}; built-in brain, offline. /help for commands, `assistant doctor` for more."
    return f"{doing}; {brain.spec} answers ({brain.why}). /help for commands."


def _history_on(path: Path) -> None:
    """Line editing with the arrow keys, and what was typed before."""
    try:
        import readline
    except ImportError:
        return  # a Python built without it: typing works, only the arrow keys do not
    if path.is_file():
        try:
            readline.read_history_file(path)
        except OSError as error:  # not ours to read, or written by another line editor
            err(f"what you typed before is not there for the arrow keys: {error.strerror}")
    readline.set_history_length(1000)


def _history_off(path: Path) -> None:
    try:
        import readline
    except ImportError:
        return
    if not sys.stdin.isatty():
        return
    try:
        path.touch(mode=0o600)
        readline.write_history_file(path)
    except OSError as error:
        err(f"what you typed is not remembered for the arrow keys: {error.strerror}")
