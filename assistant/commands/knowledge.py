"""``ingest`` and ``search``: the knowledge store from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.commands.output import Progress, err, json_text, out
from assistant.errors import InputError


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def ingest(home: Path | None, paths: tuple[Path, ...], as_json: bool) -> int:
    """Add files and folders to the knowledge store; what has not changed is skipped."""
    from assistant.settings import Settings
    from assistant.wiring import open_house

    for path in paths:
        if not path.exists():
            raise InputError(f"{path} does not exist.", "Check the spelling.")
    house = open_house(Settings.load(home=home))
    progress = Progress()
    try:
        report = house.knowledge.add(
            [p.absolute() for p in paths],
            progress=lambda done, all_, name: progress.show(f"{done}/{all_} {name}"),
        )
    finally:
        progress.clear()
        house.close()
    if as_json:
        failed = [{"path": str(p), "message": m, "remedy": r} for p, m, r in report.failed]
        out(
            json_text(
                {
                    "added": report.added,
                    "unchanged": report.unchanged,
                    "failed": failed,
                    "chunks": report.chunks,
                    "seconds": round(report.seconds, 2),
                }
            )
        )
    else:
        out(
            f"added {report.added}, unchanged {report.unchanged}, failed {len(report.failed)}; "
            f"{report.chunks} passages in {report.seconds:.1f} s"
        )
        for path, message, remedy in report.failed:
            err(f"  {path}: {message} {remedy}".rstrip())
    nothing = report.failed and not report.added and not report.unchanged
    return 2 if nothing else 0


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("-n", "--limit", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def search(home: Path | None, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Search the knowledge store by meaning and by word."""
    from assistant.settings import Settings
    from assistant.wiring import open_house

    house = open_house(Settings.load(home=home))
    try:
        hits = house.knowledge.search(" ".join(query), limit)
        stored = house.knowledge.count()
    finally:
        house.close()
    if as_json:
        rows = [
            {
                "source": h.source,
                "path": str(h.path),
                "locator": h.locator,
                "quote": h.text,
                "score": round(h.score, 4),
            }
            for h in hits
        ]
        out(json_text({"hits": rows, "documents": stored}))
        return
    if not hits:
        out(
            "Nothing found."
            if stored
            else "The knowledge store is empty. Add to it with: assistant ingest PATH"
        )
    for hit in hits:
        out(f"{hit.source} {hit.locator}".rstrip())
        out(f"    {' '.join(hit.text.split())[:300]}")
