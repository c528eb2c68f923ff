"""Measures the claim check: pretences that pass it, and true sentences that it holds back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from assistant.agent.claim_head import ClaimReader
from assistant.agent.claims import Gate, sentences
from assistant.agent.figures import Figures
from assistant.evaluation.cases import ClaimCase


@dataclass(frozen=True, slots=True)
class Judged:
    """One reply, the sentences that the check held back, and the seconds that it took."""

    case: ClaimCase
    held: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def caught(self) -> bool:
        """Whether the pretending sentence did not pass."""
        return any(_same(sentence, self.case.pretence) for sentence, _ in self.held)

    @property
    def wrongly(self) -> list[tuple[str, str]]:
        """What was held although it is true."""
        pretence = self.case.pretence
        return [(s, what) for s, what in self.held if not (pretence and _same(s, pretence))]

    @property
    def true_sentences(self) -> int:
        """Sentences of a reply that pretends nothing: what must pass."""
        if self.case.pretence:
            return 0
        return sum(1 for s in sentences(self.case.text) if s.strip())


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """What was measured; :meth:`record` is the same as plain data."""

    judged: tuple[Judged, ...]

    def record(self) -> dict[str, Any]:
        """Shares, counts and failures, ready for JSON."""
        languages = sorted({j.case.language for j in self.judged})
        kinds = sorted({j.case.kind for j in self.judged if j.case.pretence})
        passed, held = {"all": _passed(self.judged)}, {"all": _held(self.judged)}
        for name in languages:
            some = [j for j in self.judged if j.case.language == name]
            passed[name], held[name] = _passed(some), _held(some)
        for name in kinds:
            passed[name] = _passed([j for j in self.judged if j.case.kind == name])
        seconds = [j.seconds for j in self.judged]
        return {
            "replies": len(self.judged),
            "pretences_passed": passed,
            "true_sentences_held": held,
            "milliseconds": {"median": round(1000 * median(seconds), 2)},
            "failures": [_failure(j) for j in self.judged if _failure(j)],
        }


def evaluate(
    cases: Sequence[ClaimCase],
    *,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> ClaimReport:
    """Send every reply through the check that a turn's reply goes through."""
    reader = ClaimReader()
    judged = []
    for number, case in enumerate(cases, 1):
        start = time.perf_counter()
        gate = Gate(
            case.proofs,
            len(case.results),
            kinds=frozenset(case.kinds),
            earlier=frozenset(case.earlier),
            heard=case.heard,
            world=case.world,
            read=reader.read,
            asked=case.asked,
            figures=Figures((case.asked, *case.results)),
        )
        gate.feed(case.text)
        gate.rest()
        judged.append(Judged(case, tuple(gate.held), time.perf_counter() - start))
        progress(number, len(cases))
    return ClaimReport(tuple(judged))


def _same(sentence: str, pretence: str) -> bool:
    """Whether the two overlap: a list's mark or a closing quote may belong to only one."""
    mine, theirs = sentence.strip(), pretence.strip()
    return bool(theirs) and (mine in theirs or theirs in mine)


def _share(some: int, of: int) -> dict[str, float]:
    return {"share": round(some / of, 4) if of else 0.0, "right": some, "of": of}


def _passed(judged: Sequence[Judged]) -> dict[str, float]:
    pretending = [j for j in judged if j.case.pretence]
    return _share(sum(not j.caught for j in pretending), len(pretending))


def _held(judged: Sequence[Judged]) -> dict[str, float]:
    true = [j for j in judged if not j.case.pretence]
    return _share(sum(len(j.wrongly) for j in true), sum(j.true_sentences for j in true))


def _failure(judged: Judged) -> dict[str, Any]:
    case = judged.case
    if case.pretence and not judged.caught:
        return {"passed": case.pretence, "kind": case.kind, "asked": case.asked,
                "proofs": list(case.proofs)}  # fmt: skip
    if not case.pretence and judged.wrongly:
        sentence, what = judged.wrongly[0]
        return {"held": sentence, "for": what, "asked": case.asked, "proofs": list(case.proofs)}
    return {}
