"""``eval``: how good routing, answers and the claim check are, on the files given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from assistant.commands.output import Progress, json_text, out
from assistant.errors import InputError

SETS = Path(__file__).parents[2] / "benchmarks" / "evaluation"
"""The sets of a checkout; an installed package does not have them."""


@click.group(name="eval")
def evaluate() -> None:
    """Measure routing, answers or the claims on a file of JSON lines (see docs/evaluation.md)."""


def _common(command: Any) -> Any:
    for option in (
        click.argument("file", required=False, type=click.Path(path_type=Path)),
        click.option("--limit", type=click.IntRange(min=1), help="Only the first so many."),
        click.option("--only", metavar="NAME", help="Only this group, kind or language."),
        click.option(
            "--failures", type=click.IntRange(min=0), default=20, help="So many failures are shown."
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
    ):
        command = option(command)
    return command


@evaluate.command()
@_common
@click.option("--installed", is_flag=True, help="Judge only the tools that are installed.")
@click.pass_obj
def routing(
    home: Path | None,
    file: Path | None,
    limit: int | None,
    only: str | None,
    failures: int,
    as_json: bool,
    installed: bool,
) -> None:
    """Which tools requests want: exact sets, confusion, calibration, failures."""
    import tempfile

    from assistant.evaluation import routing as room
    from assistant.evaluation.cases import read_routing
    from assistant.settings import Settings

    cases, tools = read_routing(_file(file, "routing.jsonl"))
    chosen = _chosen(cases, only, limit, ("group", "language"))
    progress = Progress()
    with tempfile.TemporaryDirectory() as empty:
        # An empty home: what a person has stored must not decide the figures.
        settings = Settings(home=Path(empty), model="builtin")
        report = room.evaluate(
            chosen,
            tools,
            settings,
            installed=installed,
            progress=lambda done, of: progress.show(f"{done}/{of} requests"),
        )
    progress.clear()
    record = report.record()
    if as_json:
        out(json_text(record))
        return
    out(f"{record['requests']} requests")
    _shares("exact tool set", record["exact"])
    out("\ntool               precision  recall     F1  wanted")
    for name, t in record["tools"].items():
        out(f"{name:18} {t['precision']:9.1%} {t['recall']:7.1%} {t['f1']:6.2f} {t['wanted']:7}")
    if record["confusion"]:
        out("\nmost common confusions")
    for row in record["confusion"]:
        out(f"{row['count']:4} x {_set(row['expected'])} taken for {_set(row['predicted'])}")
    out(f"\ncalibration: expected error {record['calibration']['error']:.3f}")
    for b in record["calibration"]["bins"]:
        out(f"  score {b['score']:.2f} came true {b['true']:.2f} ({b['count']:.0f})")
    ms = record["milliseconds"]
    out(f"\nmilliseconds a request: median {ms['median']}, 95th percentile {ms['p95']}")
    for f in record["failures"][:failures]:
        kinds = f" [{','.join(f['kinds'])}]" if f["kinds"] else ""
        out(f"- {f['text']}{kinds}: wants {_set(f['expected'])}, got {_set(f['predicted'])}")


@evaluate.command()
@_common
@click.option(
    "--files",
    "shared",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that stands for `shared` in the paths of files.",
)
@click.option("--model", default="builtin", help="The brain that answers.")
@click.pass_obj
def answers(
    home: Path | None,
    file: Path | None,
    limit: int | None,
    only: str | None,
    failures: int,
    as_json: bool,
    shared: Path | None,
    model: str,
) -> None:
    """Questions on real files: exact answers, and those that the files do not hold."""
    from assistant.evaluation import answers as room
    from assistant.evaluation.cases import read_answers

    path = _file(file, "answers.jsonl")
    chosen = _chosen(read_answers(path), only, limit, ("kind", "language"))
    progress = Progress()
    report = room.evaluate(
        chosen,
        path.absolute().parent,
        shared or SETS.parents[2] / "shared",
        model=model,
        progress=lambda done, of: progress.show(f"{done}/{of} questions"),
    )
    progress.clear()
    record = report.record()
    if as_json:
        out(json_text(record))
        return
    skipped = f", {record['skipped']} skipped: files not found" if record["skipped"] else ""
    out(f"{record['questions']} questions{skipped}")
    _shares("exact", record["exact"])
    none = record["unanswerable"]
    wrongly = f"{none['answered_wrongly']} of {none['of']} ({none['share']:.1%})"
    out(f"unanswerable, answered wrongly: {wrongly}")
    out(f"median seconds: {record['seconds']['median']}")
    for f in record["failures"][:failures]:
        wants = " or ".join(" + ".join(e) for e in f["expect"]) or "an honest no"
        reply = " ".join(f["reply"].split())[:160]
        out(f"- {f['question']} [{','.join(f['files'])}]: wants {wants}; got: {reply}")


@evaluate.command()
@_common
@click.pass_obj
def claims(
    home: Path | None,
    file: Path | None,
    limit: int | None,
    only: str | None,
    failures: int,
    as_json: bool,
) -> None:
    """Replies that pretend, and true ones: how many of each the claim check lets through."""
    from assistant.evaluation import claims as room
    from assistant.evaluation.cases import read_claims

    chosen = _chosen(
        read_claims(_file(file, "second/claims.jsonl")), only, limit, ("kind", "language")
    )
    progress = Progress()
    report = room.evaluate(chosen, progress=lambda n, of: progress.show(f"{n}/{of} replies"))
    progress.clear()
    record = report.record()
    if as_json:
        out(json_text(record))
        return
    out(f"{record['replies']} replies")
    _shares("pretences that passed", record["pretences_passed"])
    _shares("true sentences held", record["true_sentences_held"])
    out(f"\nmilliseconds a reply: median {record['milliseconds']['median']}")
    for f in record["failures"][:failures]:
        ran = ", ".join(f["proofs"]) or "no tool"
        if "passed" in f:
            out(f"- passed ({f['kind']}; {ran}): {f['passed']}")
        else:
            out(f"- held for {f['for']} ({ran}): {f['held']}")


def _file(given: Path | None, default: str) -> Path:
    path = given or SETS / default
    if not path.is_file():
        remedy = "Name a file of JSON lines; docs/evaluation.md has their form."
        raise InputError(f"{path} does not exist.", remedy)
    return path


def _chosen(
    cases: Sequence[Any], only: str | None, limit: int | None, fields: Iterable[str]
) -> list[Any]:
    names = tuple(fields)
    kept = [c for c in cases if only is None or only in {getattr(c, n) for n in names}]
    if not kept:
        known = sorted({getattr(c, n) for c in cases for n in names})
        raise InputError(f"Nothing in the file is '{only}'.", f"There is: {', '.join(known)}.")
    return kept[:limit]


def _shares(title: str, shares: dict[str, dict[str, float]]) -> None:
    out(f"\n{title}")
    for name, s in shares.items():
        out(f"  {name:18} {s['share']:6.1%}  {s['right']:.0f} of {s['of']:.0f}")


def _set(names: Sequence[str]) -> str:
    return "+".join(names) or "none"
