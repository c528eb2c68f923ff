"""Measures routing: exact tool sets, each tool's precision and recall, confusion, calibration."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from assistant.brain.builtin.preview import Preview, Previewer
from assistant.evaluation.cases import RoutingCase, UserTool
from assistant.settings import Settings
from tools.function import FunctionTool, tool

BINS = 10
CONFUSIONS = 15


@dataclass(frozen=True, slots=True)
class Judged:
    """One request, the tools that were predicted, their scores, and the seconds it took."""

    case: RoutingCase
    predicted: frozenset[str]
    scores: dict[str, float]
    seconds: float

    @property
    def right(self) -> bool:
        return self.predicted == self.case.tools


@dataclass(frozen=True, slots=True)
class RoutingReport:
    """What was measured; :meth:`record` is the same as plain data."""

    judged: tuple[Judged, ...]
    exact: dict[str, tuple[int, int]] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Shares, counts and failures, ready for JSON."""
        seconds = sorted(j.seconds for j in self.judged)
        bins = calibration(
            [(s, n in j.case.tools) for j in self.judged for n, s in j.scores.items()]
        )
        return {
            "requests": len(self.judged),
            "exact": {
                name: {"share": round(right / of, 4), "right": right, "of": of}
                for name, (right, of) in self.exact.items()
            },
            "tools": per_tool(self.judged),
            "confusion": confusion(self.judged),
            "calibration": {"bins": bins, "error": expected_error(bins)},
            "milliseconds": {
                "median": round(1000 * median(seconds), 2),
                "p95": round(1000 * seconds[int(0.95 * (len(seconds) - 1))], 2),
            },
            "failures": [
                {
                    "text": j.case.text,
                    "kinds": list(j.case.kinds),
                    "expected": sorted(j.case.tools),
                    "predicted": sorted(j.predicted),
                    "group": j.case.group,
                }
                for j in self.judged
                if not j.right
            ],
        }


def evaluate(
    cases: Sequence[RoutingCase],
    tools: Sequence[UserTool],
    settings: Settings,
    *,
    installed: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> RoutingReport:
    """Route every request and compare; ``installed`` judges only tools that are there."""
    from assistant.wiring import open_house

    house = open_house(settings, [_registered(t) for t in tools])
    try:
        previewer = Previewer(house)
        previewer("hello")  # the first call loads the models, which is no request's own time
        judged = []
        for number, case in enumerate(cases, 1):
            start = time.perf_counter()
            preview = previewer(case.text, case.kinds)
            seconds = time.perf_counter() - start
            judged.append(Judged(case, _predicted(preview, installed), preview.scores, seconds))
            progress(number, len(cases))
    finally:
        house.close()
    return judge(judged)


def _predicted(preview: Preview, installed: bool) -> frozenset[str]:
    return frozenset(preview.tools) | (frozenset() if installed else frozenset(preview.missing))


def _registered(user: UserTool) -> FunctionTool:
    """A tool that does nothing, registered as a person registers theirs."""

    def run(text: str) -> str:
        return text

    run.__name__ = user.name
    run.__doc__ = user.description
    return tool(examples=list(user.examples))(run)


def judge(judged: Sequence[Judged]) -> RoutingReport:
    """Count exact sets over all requests, and for each group and language."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for one in judged:
        for name in ("all", one.case.group, one.case.language):
            counts[name].append(one.right)
    return RoutingReport(tuple(judged), {n: (sum(c), len(c)) for n, c in counts.items()})


def per_tool(judged: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 (0..1) of each tool that was wanted or predicted."""
    out = {}
    for name in sorted({n for j in judged for n in j.case.tools | j.predicted}):
        hits = sum(name in j.case.tools and name in j.predicted for j in judged)
        wanted = sum(name in j.case.tools for j in judged)
        given = sum(name in j.predicted for j in judged)
        precision = hits / given if given else 0.0
        recall = hits / wanted if wanted else 0.0
        both = precision + recall
        out[name] = {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(2 * precision * recall / both, 4) if both else 0.0,
            "wanted": wanted,
        }
    return out


def confusion(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The most common wrong sets: what was expected, what was predicted, how often."""
    wrong = Counter(
        (tuple(sorted(j.case.tools)), tuple(sorted(j.predicted))) for j in judged if not j.right
    )
    return [
        {"expected": list(a), "predicted": list(b), "count": n}
        for (a, b), n in wrong.most_common(CONFUSIONS)
    ]


def calibration(scores: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """Scores (0..1) and whether each came true, in ten bins: mean score, share true, count."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for score, true in scores:
        bins[min(BINS - 1, int(score * BINS))].append((score, true))
    return [
        {
            "from": at / BINS,
            "score": round(sum(s for s, _ in some) / len(some), 4),
            "true": round(sum(t for _, t in some) / len(some), 4),
            "count": len(some),
        }
        for at, some in enumerate(bins)
        if some
    ]


def expected_error(bins: Sequence[dict[str, float]]) -> float:
    """Expected calibration error: the mean gap of score and truth, by the bins' counts."""
    total = sum(b["count"] for b in bins) or 1
    return round(sum(b["count"] * abs(b["score"] - b["true"]) for b in bins) / total, 4)
