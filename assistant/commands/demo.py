"""``assistant demo``: one short tour on real files, each step with its trace."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.output import Printer, complain, out, receipt_line, sources
from assistant.errors import AssistantError, InputError

if TYPE_CHECKING:
    from assistant import events
    from assistant.api import Assistant
    from assistant.turn import Reply


@dataclass(frozen=True, slots=True)
class Scene:
    """One turn of the tour. Without ``text`` the first file, a recording, is the question."""

    title: str
    text: str
    files: tuple[Path, ...] = ()
    speak: bool = False


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "-o",
    "--output",
    default=Path("demo-output"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the spoken reply and the transcript go.",
)
@click.option("-m", "--model", metavar="SPEC", default="builtin", show_default=True)
def demo(folder: Path | None, output: Path, model: str) -> int:
    """A photo, a spoken question, a document, a code, a sum and a feeling.

    With FOLDER it does the same with your own files. What it keeps while it runs is
    removed at the end; the spoken reply and a transcript stay in the output folder.
    """
    from assistant.api import Assistant
    from assistant.settings import Settings

    if folder is not None and not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", "Name one with your files in it.")
    with resources.as_file(resources.files("assistant") / "samples") as samples:
        scenes = list(own_scenes(folder) if folder else sample_scenes(samples))
        if not scenes:
            raise InputError(
                f"I found no picture, recording or document in {folder}.", "Put some there."
            )
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"The folder {output} cannot be made: {error.strerror}.", "Name another with -o."
            ) from error
        failures = 0
        record = ["# A run of `assistant demo`", ""]
        with tempfile.TemporaryDirectory(prefix="assistant-demo-") as home:
            settings = dataclasses.replace(Settings.load(model=model), home=Path(home))
            with Assistant(settings=settings) as assistant:
                for number, scene in enumerate(scenes, 1):
                    failures += not play(assistant, scene, number, output, record)
    transcript = output / "transcript.md"
    transcript.write_text("\n".join(record) + "\n", "utf-8")
    out(f"\nTo look at and listen to: {output}/")
    for path in sorted(output.iterdir()):
        out(f"  {path.name}")
    return 1 if failures else 0


def sample_scenes(samples: Path) -> Iterator[Scene]:
    yield Scene("A photo", "What is the total?", (samples / "receipt.jpg",))
    yield Scene(
        "A spoken question about a document",
        "",
        (samples / "question.wav", samples / "lease.docx"),
        speak=True,
    )
    yield Scene("A code", "What does this code say?", (samples / "ticket.png",))
    yield Scene("A calculation", "What is 17% of 2,340?")
    yield Scene("A feeling", "I finally passed my driving test today, I am so happy!")


def own_scenes(folder: Path) -> Iterator[Scene]:
    """The same tour over a person's files: the first of each kind, by content."""
    from tools.errors import ToolError
    from tools.media.sniff import sniff

    first: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith("."):
            continue
        try:
            first.setdefault(sniff(path).kind, path)
        except ToolError as error:
            out(f"left out {path.name}: {error.message}")
    if "image" in first:
        yield Scene("Your picture", "What is in this picture?", (first["image"],))
        yield Scene("Codes in it", "Is there a QR code or bar code in it?", (first["image"],))
    if "document" in first:
        yield Scene("Your document", "Summarize this document.", (first["document"],), speak=True)
    for kind in ("audio", "video"):
        if kind in first:
            yield Scene(f"Your {kind}", "What is said in it?", (first[kind],))
    if first:
        yield Scene("A calculation", "What is 17% of 2,340?")
        yield Scene("A feeling", "I finally passed my driving test today, I am so happy!")


def play(assistant: Assistant, scene: Scene, number: int, output: Path, record: list[str]) -> bool:
    """Show one scene and write it down; False where it failed."""
    names = ", ".join(path.name for path in scene.files)
    given = f"  [{names}]" if names else ""
    out(f"\n── {scene.title} " + "─" * max(2, 60 - len(scene.title)))
    out(f"you> {scene.text or '(spoken)'}{given}")
    record += [f"## {scene.title}", "", f"**You:** {scene.text or '(spoken)'} {given}".rstrip(), ""]
    printer = _Both(record)
    try:
        with assistant.stream(scene.text, scene.files, speak=scene.speak) as stream:
            for event in stream:
                printer(event)
                stream.check(event)
            reply = stream.result()
    except AssistantError as error:
        complain(error)
        record += [f"Failed: {error}", ""]
        return False
    for line in sources(reply):
        out(line)
    record += ["", f"**Assistant:** {reply.text}", "", *sources(reply)]
    _keep_speech(reply, output, number, record)
    record += [f"- {receipt_line(r)}" for r in reply.receipts] + [""]
    return True


class _Both(Printer):
    """Prints with traces, and writes down what was heard and felt."""

    def __init__(self, record: list[str]) -> None:
        super().__init__(trace=True, say=out)
        self._record = record

    def _on_transcript(self, event: events.Transcript) -> None:
        super()._on_transcript(event)
        sure = "" if event.confidence is None else f" (confidence {event.confidence:.0%})"
        self._record.append(f"I heard: “{event.text}”{sure}")

    def _on_feelingsensed(self, event: events.FeelingSensed) -> None:
        super()._on_feelingsensed(event)
        self._record.append(f"Feeling: {event.feeling.label} {event.feeling.confidence:.0%}")


def _keep_speech(reply: Reply, output: Path, number: int, record: list[str]) -> None:
    import shutil

    for artifact in reply.audio:
        target = output / f"reply-{number}.wav"
        shutil.copyfile(artifact.path, target)
        out(f"  spoken: {target}")
        record.append(f"Spoken: {target.name}")
