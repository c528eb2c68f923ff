"""Measures answers: each question through the whole assistant, its reply judged by rules."""

from __future__ import annotations

import re
import tempfile
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from assistant.errors import AssistantError
from assistant.evaluation.cases import AnswerCase
from assistant.settings import Settings

DECLINED = re.compile(
    r"isn't in|is not in|not in there|(?:could|can) ?(?:not|n't) find|cannot find|no mention"
    r"|does(?: not|n't) (?:say|mention)|not mentioned|no information|nothing in"
    r"|里没有|里面没有|没有提到|没有找到|找不到|未找到|没提",
    re.IGNORECASE,
)
"""Words by which a reply says that the material does not hold the answer."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, the reply to it, and how it was judged."""

    case: AnswerCase
    reply: str
    right: bool
    declined: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class AnswersReport:
    """What was measured; ``skipped`` are the cases whose files are not there."""

    answered: tuple[Answered, ...]
    skipped: tuple[AnswerCase, ...]

    def record(self) -> dict[str, Any]:
        """Shares, counts and failures, ready for JSON."""
        counts: dict[str, list[bool]] = defaultdict(list)
        for one in self.answered:
            if one.case.answerable:
                for name in ("answerable", one.case.kind, one.case.language):
                    counts[name].append(one.right)
        without = [a for a in self.answered if not a.case.answerable]
        wrongly = sum(not a.right for a in without)
        return {
            "questions": len(self.answered),
            "skipped": len(self.skipped),
            "exact": {
                name: {"share": round(sum(c) / len(c), 4), "right": sum(c), "of": len(c)}
                for name, c in counts.items()
            },
            "unanswerable": {
                "of": len(without),
                "answered_wrongly": wrongly,
                "share": round(wrongly / len(without), 4) if without else 0.0,
            },
            "seconds": {
                "median": round(median(a.seconds for a in self.answered), 3) if self.answered else 0
            },
            "failures": [
                {
                    "question": a.case.question,
                    "files": list(a.case.files),
                    "kind": a.case.kind,
                    "expect": [list(e) for e in a.case.expect],
                    "answerable": a.case.answerable,
                    "reply": a.reply,
                }
                for a in self.answered
                if not a.right
            ],
        }


def located(case: AnswerCase, folder: Path, shared: Path) -> list[Path]:
    """Where a case's files are: beside the JSONL file, or under ``shared``."""
    return [
        shared / name.removeprefix("shared/") if name.startswith("shared/") else folder / name
        for name in case.files
    ]


def evaluate(
    cases: Sequence[AnswerCase],
    folder: Path,
    shared: Path,
    *,
    model: str = "builtin",
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> AnswersReport:
    """Ask every question in a conversation of its own, in homes that are thrown away.

    Files of kind ``knowledge`` are added to a knowledge store and the question comes without
    an attachment; all others are attached.
    """
    skipped = [c for c in cases if not all(p.is_file() for p in located(c, folder, shared))]
    grouped: dict[tuple[str, ...], list[AnswerCase]] = defaultdict(list)
    for case in cases:
        if case not in skipped:
            grouped[case.files if case.kind == "knowledge" else ()].append(case)
    answered: dict[int, Answered] = {}
    done = 0
    for stored, some in grouped.items():
        with tempfile.TemporaryDirectory() as home:
            settings = Settings(home=Path(home), model=model)
            if stored:
                _ingest(settings, located(some[0], folder, shared))
            for one, result in _asked(some, settings, folder, shared, attach=not stored):
                answered[id(one)] = result
                done += 1
                progress(done, len(cases) - len(skipped))
    return AnswersReport(tuple(answered[id(c)] for c in cases if id(c) in answered), tuple(skipped))


def _ingest(settings: Settings, paths: list[Path]) -> None:
    from assistant.wiring import open_house

    house = open_house(settings)
    try:
        house.knowledge.add([p.absolute() for p in paths])
    finally:
        house.close()


def _asked(
    cases: Sequence[AnswerCase], settings: Settings, folder: Path, shared: Path, *, attach: bool
) -> list[tuple[AnswerCase, Answered]]:
    from assistant.api import Assistant

    out = []
    with Assistant(settings=settings) as assistant:
        for case in cases:
            files = located(case, folder, shared) if attach else []
            start = time.perf_counter()
            try:
                reply = assistant.ask(case.question, files).text
            except AssistantError as error:
                reply = f"{error}"
            seconds = time.perf_counter() - start
            out.append((case, judged(case, reply, seconds)))
    return out


def judged(case: AnswerCase, reply: str, seconds: float = 0.0) -> Answered:
    """Right where an expected answer appears, or where none exists and the reply says so."""
    declined = bool(DECLINED.search(reply))
    if case.answerable:
        right = any(all(appears(part, reply) for part in some) for some in case.expect)
        return Answered(case, reply, right, declined, seconds)
    return Answered(case, reply, declined, declined, seconds)


def appears(expected: str, reply: str) -> bool:
    """Whether an expected value stands in a reply, whatever its case, spaces or separators.

    Numbers match as whole numbers: 4.5 is in "€4.50", not in "14.50".
    """
    wanted, said = _plain(expected), _plain(reply)
    number = re.fullmatch(r"-?\d+(?:\.\d+)?", wanted)
    if number:
        found = re.findall(r"(?<![\d.])\d+(?:\.\d+)?(?!\.?\d)", said)
        return any(float(n) == abs(float(wanted)) for n in found)
    edge_left = r"(?<!\w)" if wanted[:1].isascii() and wanted[:1].isalnum() else ""
    edge_right = r"(?!\w)" if wanted[-1:].isascii() and wanted[-1:].isdigit() else ""
    return re.search(edge_left + re.escape(wanted) + edge_right, said) is not None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    folded = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", folded)
    return " ".join(folded.split())
