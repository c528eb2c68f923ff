"""``sessions``: the conversations that are kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from assistant.commands.output import json_text, out


@click.command()
@click.option("-n", "--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def sessions(home: Path | None, limit: int, as_json: bool) -> None:
    """List conversations, the latest first."""
    from assistant.settings import Settings
    from assistant.wiring import open_house

    house = open_house(Settings.load(home=home))
    try:
        found = house.conversations.sessions(limit)
    finally:
        house.close()
    if as_json:
        rows = [
            {
                "name": s.name,
                "title": s.title,
                "created": s.created,
                "updated": s.updated,
                "turns": s.turns,
            }
            for s in found
        ]
        out(json_text({"sessions": rows}))
        return
    if not found:
        out('No conversations yet. Start one with: assistant ask "hello"')
    for s in found:
        when = dt.datetime.fromtimestamp(s.updated).astimezone()
        turns = "1 turn" if s.turns == 1 else f"{s.turns} turns"
        out(f"{s.name:<28} {when:%Y-%m-%d %H:%M}  {turns:>8}  {s.title}")
