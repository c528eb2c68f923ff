"""The command line. Importing this imports click and nothing heavy."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from assistant import __version__
from assistant.commands import ask, chat, demo, doctor, evaluate, keys, knowledge, media, sessions

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(__version__, prog_name="assistant")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of everything that is kept (also ASSISTANT_HOME).",
)
@click.option(  # read from the arguments themselves: a failure may come before they are parsed
    "--trace",
    is_flag=True,
    expose_value=False,
    help="Where something fails, show where in the code.",
)
@click.pass_context
def group(context: click.Context, home: Path | None) -> None:
    """A private assistant on your own computer: it reads, looks, listens, searches and speaks.

    It works offline with what is built in, and better when a model server is there:
    `assistant doctor` says what is used and how to improve it.

    Exit codes: 0 done, 1 failed, 2 wrong use or bad input, 3 engine not available,
    130 interrupted.
    """
    context.obj = home
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (
    ask.ask,
    chat.chat,
    demo.demo,
    ask.route,
    media.say,
    media.transcribe,
    media.look,
    knowledge.ingest,
    knowledge.search,
    sessions.sessions,
    doctor.doctor,
    keys.key,
    evaluate.evaluate,
):
    group.add_command(command)


def main() -> None:
    """The console script."""
    from assistant.commands.output import guarded

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(guarded(lambda: group(standalone_mode=False, prog_name="assistant")))
