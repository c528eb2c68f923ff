"""``assistant ask`` and ``assistant route``."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import click

from assistant.commands.output import Printer, err, json_text, out, sources
from assistant.errors import InputError, UsageError

KINDS = ("image", "audio", "video", "document")


@click.command()
@click.argument("text", nargs=-1)
@click.option("-a", "--attach", multiple=True, metavar="PATH", help="A file; - is standard input.")
@click.option("-m", "--model", metavar="SPEC", help="auto, builtin, ollama:NAME, openai:NAME, …")
@click.option("-s", "--session", metavar="NAME", help="Go on with, or start, this conversation.")
@click.option(
    "--speak",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.wav",
    help="Write the reply as speech.",
)
@click.option("--allow", multiple=True, metavar="TOOL", help="Let this tool act on the world.")
@click.option("--trace", is_flag=True, help="Show every tool run on stderr.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def ask(
    home: Path | None,
    text: tuple[str, ...],
    attach: tuple[str, ...],
    model: str | None,
    session: str | None,
    speak: Path | None,
    allow: tuple[str, ...],
    trace: bool,
    as_json: bool,
) -> None:
    """Ask something, with files if you like.

    \b
    assistant ask "what is 17% of 2,340?"
    assistant ask "what is the total?" --attach receipt.jpg
    assistant ask --attach question.wav --attach lease.docx --speak answer.wav
    cat notes.txt | assistant ask "what does it say about rent?"

    A recording without words beside it is taken as your question.
    """
    from assistant.api import Assistant
    from assistant.settings import Settings
    from assistant.turn import Attachment, Turn

    words = " ".join(text)
    attachments = [Attachment.of(path) for path in attach if path != "-"]
    if "-" in attach:
        attachments.append(Attachment(data=sys.stdin.buffer.read(), name="standard input"))
    elif piped := _piped(needed=not words and not attach):
        words = f"{words}\n\n{piped}" if words else piped
    if not words.strip() and not attachments:
        raise InputError("There is nothing to answer.", 'Try: assistant ask "what can you do?"')
    if speak is not None:
        _check_target(speak)
    settings = Settings.load(home=home, model=model, allow=allow or None)
    turn = Turn(text=words, attachments=tuple(attachments), speak=speak is not None)
    printer = Printer(trace=trace, quiet=as_json)
    with Assistant(settings=settings) as assistant:
        stream = assistant.stream(turn, session=session)
        for event in stream:
            printer(event)
            stream.check(event)
        reply = stream.result()
        if speak is not None:
            _write_speech(reply, speak)
    if as_json:
        out(json_text(reply.to_dict()))
        return
    for line in sources(reply):
        out(line)
    for artifact in (*reply.images, *reply.audio):
        if speak is None:
            out(f"  {artifact.handle}: {artifact.path}")
    if speak is not None:
        err(f"  spoken: {speak}")
    if session is None and sys.stderr.isatty():
        err(f'  (go on with: assistant ask --session {reply.session} "…")')


def _piped(*, needed: bool) -> str:
    """Text from a pipe or a file on standard input; nothing from a terminal or a closed one."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    mode = stat.S_IFMT(_mode())
    if needed or mode in {stat.S_IFIFO, stat.S_IFREG}:
        return sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    return ""


def _mode() -> int:
    import os

    try:
        return os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return 0


def _check_target(path: Path) -> None:
    """Refuse before the work is done, not after."""
    if not path.parent.is_dir():
        raise UsageError(f"The folder {path.parent} does not exist.", "Create it, or name another.")
    if path.suffix.lower() != ".wav":
        raise UsageError(f"{path.name} must end in .wav.", "Speech is written as WAV.")


def _write_speech(reply: Any, target: Path) -> None:
    import shutil

    spoken = [a for a in reply.audio if a.mime == "audio/wav"]
    if not spoken:
        raise InputError("There is nothing to speak in this reply.", "Ask without --speak.")
    try:
        shutil.copyfile(spoken[-1].path, target)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror}.", "Name another file."
        ) from error


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--kinds", default="", metavar="image,audio", help="Kinds of what is attached.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def route(home: Path | None, text: tuple[str, ...], kinds: str, as_json: bool) -> None:
    """Show which tools the built-in brain would run, without running them."""
    from assistant.brain.builtin.plan import Planner
    from assistant.brain.builtin.request import Handle, Request
    from assistant.brain.builtin.route import Router
    from assistant.settings import Settings
    from assistant.wiring import open_house

    given = [k.strip() for k in kinds.split(",") if k.strip()]
    for kind in given:
        if kind not in KINDS:
            raise UsageError(f"There is no kind '{kind}'.", f"Kinds: {', '.join(KINDS)}.")
    settings = Settings.load(home=home)
    house = open_house(settings)
    try:
        words = " ".join(text)
        router = Router(tuple(house.tools.values()), house.encoder, settings.home / "cache")
        handles = tuple(Handle(f"{k}:1", k, given_now=True) for k in dict.fromkeys(given))
        request = Request(words, handles, ())
        rounds = Planner(router, house.tools).plan(request)
        scores = router.route(words, given).scores
    finally:
        house.close()
    wanted = [step.tool for steps in rounds for step in steps]
    if as_json:
        ordered = dict(sorted(((n, round(s, 3)) for n, s in scores.items()), key=lambda x: -x[1]))
        out(json_text({"tools": wanted, "scores": ordered}))
        return
    out(
        "would run: "
        + (", then ".join(" and ".join(s.tool for s in r) for r in rounds) or "no tool")
    )
    for name, score in sorted(scores.items(), key=lambda x: -x[1])[:5]:
        out(f"  {score:.2f} {name}")
