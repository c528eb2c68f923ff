"""``say``, ``transcribe`` and ``look``: one tool, straight from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.output import Progress, check_target, err, json_text, out
from assistant.errors import InputError

if TYPE_CHECKING:
    from tools.base import Item, ToolResult


def run_tool(home: Path | None, name: str, arguments: dict[str, Any]) -> ToolResult:
    """Run one tool in its slot's thread, with progress; the house is closed behind it."""
    from assistant.settings import Settings
    from assistant.wiring import open_house
    from tools.base import Call, Context

    settings = Settings.load(home=home)
    house = open_house(settings)
    progress = Progress()

    def report(fraction: float | None, message: str) -> None:
        share = "" if fraction is None else f" {fraction:.0%}"
        progress.show(f"{name}{share} {message}".rstrip())

    context = Context(progress=report)
    try:
        tool = house.tools[name]
        call = Call(arguments)
        if tool.slot is None:
            return tool.run(call, context)  # type: ignore[return-value]
        return tool.slot.submit(lambda: tool.run(call, context)).result()  # type: ignore[return-value]
    except KeyboardInterrupt:
        context.cancel()
        raise
    finally:
        progress.clear()
        house.close()


def item(path: Path, *kinds: str) -> Item:
    """A file as a tool's input.

    Raises:
        BadInput: it cannot be read. InputError: it is not of one of these kinds.
    """
    from tools.base import Item
    from tools.media.sniff import sniff

    found = sniff(path)
    if found.kind not in kinds:
        raise InputError(
            f"{path.name} is {'an' if found.kind[0] in 'aeiou' else 'a'} {found.kind} "
            f"({found.mime}), not {' or '.join(kinds)}.",
            'For any file: assistant ask "…" --attach FILE.',
        )
    return Item(f"{found.kind}:1", found.kind, path, found.mime, path.name, "")


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.wav",
)
@click.option("--voice", default=None, help="A voice such as en-gb, de, cmn; else by the text.")
@click.option("--rate", default=1.0, show_default=True, help="Speed, 1 is plain.")
@click.option("--pitch", default=1.0, show_default=True, help="Pitch, 1 is plain.")
@click.pass_obj
def say(
    home: Path | None,
    text: tuple[str, ...],
    output: Path,
    voice: str | None,
    rate: float,
    pitch: float,
) -> None:
    """Speak a text into a WAV file."""
    check_target(output)
    arguments: dict[str, Any] = {"text": " ".join(text), "rate": rate, "pitch": pitch}
    if voice:
        arguments["voice"] = voice
    result = run_tool(home, "speak", arguments)
    try:
        output.write_bytes(result.made[0].data)
    except OSError as error:
        output.unlink(missing_ok=True)
        raise InputError(
            f"{output} cannot be written: {error.strerror}.", "Name another file."
        ) from error
    err(f"{output}: {result.data['seconds']:.1f} s, {result.engine}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def transcribe(home: Path | None, file: Path, as_json: bool) -> None:
    """Write down what is said in a recording or a video."""
    result = run_tool(home, "transcribe", {"audio": item(file, "audio", "video")})
    if as_json:
        out(json_text(dict(result.data)))
        return
    segments = result.data.get("segments", [])
    for segment in segments:
        out(f"[{segment['start']:7.1f} {segment['end']:7.1f}]  {segment['text']}")
    if not segments:
        out(result.text)
    if result.confidence is not None:
        err(f"{result.engine}, confidence {result.confidence:.0%}")


@click.command()
@click.argument("image", type=click.Path(path_type=Path))
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def look(home: Path | None, image: Path, question: tuple[str, ...], as_json: bool) -> None:
    """Ask about a picture."""
    asked = " ".join(question) or "What is in this picture?"
    result = run_tool(home, "look", {"image": item(image, "image"), "question": asked})
    if as_json:
        out(json_text({**result.data, "text": result.text, "engine": result.engine}))
        return
    out(result.text)
