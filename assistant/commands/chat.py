"""``assistant chat``: a plain streaming conversation in the terminal."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.output import Printer, complain, err, out, sources
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.api import Assistant

HELP = """\
/attach PATH…   give files with your next message
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
    with Assistant(settings=settings, approve=_approve) as assistant:
        Chat(assistant, settings.home, session, trace=trace).run()


async def _approve(asked: object) -> bool:
    import asyncio

    tool = getattr(asked, "tool", "this tool")
    arguments = getattr(asked, "arguments", {})
    err(f"{tool} wants to act: {arguments}")
    answer = await asyncio.to_thread(input, "allow it? [y/N] ")
    return answer.strip().lower() in {"y", "yes"}


class Chat:
    """The state of one chat at the terminal, and its commands."""

    def __init__(
        self, assistant: Assistant, home: Path, session: str | None, *, trace: bool
    ) -> None:
        self._assistant = assistant
        self._history = home / "chat-history"
        self._session = session
        self._trace = trace
        self._speak = False
        self._attached: list[Path] = []
        self._commands: dict[str, Callable[[list[str]], bool | None]] = {
            "/attach": self._attach,
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
            except AssistantError as error:
                complain(error)
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
        with stream:
            for event in stream:
                printer(event)
                stream.check(event)
        reply = stream.reply
        self._attached = []
        if reply is None:
            return
        self._session = reply.session
        for line in sources(reply):
            out(line)
        for artifact in (*reply.images, *reply.audio):
            out(f"  {artifact.handle}: {artifact.path}")

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
        readline.read_history_file(path)
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
