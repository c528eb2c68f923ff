"""``assistant ask`` and ``assistant route``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands import standard_input
from assistant.commands.output import (
    Printer,
    check_target,
    complain,
    err,
    error_dict,
    json_text,
    out,
    sources,
)
from assistant.errors import AssistantError, InputError, TurnFailedError, UsageError

if TYPE_CHECKING:
    from assistant.turn import Reply

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
) -> int:
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
        attachments.append(Attachment(data=standard_input.whole(), name="standard input"))
    elif piped := standard_input.text(needed=not words and not attach):
        words = f"{words}\n\n{piped}" if words else piped
    if not words.strip() and not attachments:
        raise InputError("There is nothing to answer.", 'Try: assistant ask "what can you do?"')
    if speak is not None:
        check_target(speak)
    settings = Settings.load(home=home, model=model, allow=allow or None)
    turn = Turn(text=words, attachments=tuple(attachments), speak=speak is not None)
    printer = Printer(trace=trace, quiet=as_json)
    with Assistant(settings=settings) as assistant:
        stream = assistant.stream(turn, session=session)
        for event in stream:
            printer(event)
            stream.check(event)
        reply = stream.result()
    unspoken = None if speak is None else _write_speech(reply, speak)
    if as_json:
        failure = {} if unspoken is None else {"error": error_dict(unspoken)}
        out(json_text({**reply.to_dict(), **failure}))
        return 0 if unspoken is None else unspoken.exit_code
    for line in sources(reply):
        out(line)
    for artifact in (*reply.images, *reply.audio):
        if speak is None:
            out(f"  {artifact.handle}: {artifact.path}")
    if session is None and sys.stderr is not None and sys.stderr.isatty():
        err(f'  (go on with: assistant ask --session {reply.session} "…")')
    if unspoken is not None:
        return complain(unspoken)
    if speak is not None:
        err(f"  spoken: {speak}")
    return 0


def _write_speech(reply: Reply, target: Path) -> AssistantError | None:
    """Copy the spoken reply to ``target``; why not, where that cannot be done."""
    import shutil

    runs = [r for r in reply.receipts if r.tool == "speak"]
    if not runs:
        return InputError("There is nothing to speak in this reply.", "Ask without --speak.")
    last = runs[-1]  # a reply is spoken when all else is done
    if not last.ok:
        return TurnFailedError(f"The reply could not be spoken: {last.error}", last.remedy)
    spoken = [a for a in reply.audio if a.handle in last.outputs]
    if not spoken:
        return TurnFailedError("The spoken reply was not kept.", "Ask again.")
    try:
        shutil.copyfile(spoken[0].path, target)
    except OSError as error:
        return InputError(f"{target} cannot be written: {error.strerror}.", "Name another file.")
    return None


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--kinds", default="", metavar="image,audio", help="Kinds of what is attached.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def route(home: Path | None, text: tuple[str, ...], kinds: str, as_json: bool) -> None:
    """Show which tools the built-in brain would run, without running them."""
    from assistant.brain.builtin.inventory import how_to_get
    from assistant.brain.builtin.preview import Previewer
    from assistant.settings import Settings
    from assistant.wiring import open_house

    given = [k.strip() for k in kinds.split(",") if k.strip()]
    for kind in given:
        if kind not in KINDS:
            raise UsageError(f"There is no kind '{kind}'.", f"Kinds: {', '.join(KINDS)}.")
    settings = Settings.load(home=home)
    house = open_house(settings)
    try:
        seen = Previewer(house)(" ".join(text), given)
    finally:
        house.close()
    ordered = dict(sorted(((n, round(s, 3)) for n, s in seen.scores.items()), key=lambda x: -x[1]))
    if as_json:
        record = {
            "tools": list(seen.tools),
            "missing": list(seen.missing),
            "lacking": list(seen.lacking),
            "scores": ordered,
        }
        out(json_text(record))
        return
    rounds = [" and ".join(dict.fromkeys(s.tool for s in r)) for r in seen.rounds]
    out("would run: " + (", then ".join(rounds) or "no tool"))
    if seen.lacking:
        out("wanted, but its file did not come: " + ", ".join(seen.lacking))
    for name in seen.missing:
        out(f"wanted, not installed: {name}. {how_to_get(name, chinese=False)}")
    for name, score in list(ordered.items())[:5]:
        out(f"  {score:.2f} {name}")
