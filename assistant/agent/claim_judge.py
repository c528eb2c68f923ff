"""Whether what a sentence claims is proven: by the rules, by the trained reader, by its numbers.

The rules are sure of the usual wordings. The reader knows others; it may be unsure which claim a
sentence makes, so the likeliest decides, and a second one only where it is nearly certain. Where no
tool returned anything in this turn, a sentence that claims something of some kind is held, too;
where one did, the sentence may well report just that, and its numbers are looked at instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from assistant.agent.claim_rules import ALSO, LABELLED, PROOFS, TOGETHER, Proof, claims
from assistant.agent.figures import Figures

Read = Callable[[str, str, Sequence[str]], Mapping[str, float]]
"""The trained reader: the chance, 0..1, that a sentence makes each kind of claim, as a reply to
what was asked, with attachments of these kinds in the conversation."""

CLAIMED = 0.4
"""Chance from which a sentence is taken to make a claim, of one kind or of any."""
ALSO_CLAIMED = 0.8
"""Chance from which it makes a second claim beside one that is proven."""
REPORTING = 0.25
"""Chance of any claim from which the numbers of a sentence must be those of a tool that ran."""
NEVER = 0.03
"""Chance of any claim below which a rule that matched has misread the sentence."""
TELLING = frozenset(
    {
        "look", "read_text", "scan_codes", "transcribe", "read_document", "search_knowledge",
        "recall", "sense_emotion", "calculate",
    }
)  # fmt: skip
"""Tools that return something to report."""
_EXACT = frozenset({"calculate"})
"""Tools whose every number counts."""
_BUILT_IN = frozenset().union(*(proof.tools for proof in PROOFS.values()))
_WORDS = re.compile(r"[^\W\d_]{2}|[\u4e00-\u9fff]")
_MARK = re.compile(r"\[\s*s\s*\d", re.IGNORECASE)


@cache
def _reading() -> ThreadPoolExecutor:
    """The thread in which sentences are read ahead."""
    return ThreadPoolExecutor(1, thread_name_prefix="claims")


def proven(proof: Proof, have: frozenset[str]) -> bool:
    """Whether one of the tools that succeeded proves it; a person's own tool by its name."""
    own = (name for name in have if name not in _BUILT_IN)
    return bool(proof.tools & have) or any(proof.named.search(name) for name in own)


Ruled = Sequence[tuple[Proof, bool]]
"""The claims that the rules find in a sentence, each with whether it lies before this turn."""


def by_rules(
    ruled: Ruled,
    now: frozenset[str],
    before: frozenset[str],
    kinds: frozenset[str],
    *,
    world: bool = False,
) -> str:
    """What of the claims has no receipt of a fitting tool; empty if nothing.

    ``now`` are the tools that succeeded in this turn, ``before`` those of the turns before;
    ``kinds`` the attachments of the session; ``world`` whether a tool acted on the world.
    """
    for proof, past in ruled:
        if proof.kinds and not proof.kinds & kinds:
            continue
        have = now | before if proof.lasting or past else now
        if not (proof.world and world) and not proven(proof, have):
            return proof.what
    return ""


class Judge:
    """Judges the sentences of one reply; the arguments are those of the gate."""

    def __init__(
        self,
        now: frozenset[str],
        before: frozenset[str],
        kinds: frozenset[str],
        *,
        world: bool,
        read: Read | None,
        asked: str,
        figures: Figures | None,
    ) -> None:
        self._now, self._before, self._kinds, self._world = now, before, kinds, world
        self._read = read
        self._asked = asked
        self._figures = figures
        self._ahead: tuple[str, Future[Mapping[str, float]]] | None = None

    def prepare(self, prose: str) -> None:
        """Begin to read a sentence that will probably be judged next."""
        if self._read is None or not _WORDS.search(prose):
            return
        if self._ahead is None or self._ahead[0] != prose:
            kinds = sorted(self._kinds)
            self._ahead = (prose, _reading().submit(self._read, prose, self._asked, kinds))

    def _chances(self, prose: str, read: Read) -> Mapping[str, float]:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == prose:
            return ahead[1].result()
        return read(prose, self._asked, sorted(self._kinds))

    def what(self, prose: str) -> str:
        """What the sentence claims without proof; empty if nothing. Code is taken out before."""
        found = tuple(claims(prose))
        ruled = by_rules(found, self._now, self._before, self._kinds, world=self._world)
        by_form = bool(found or _MARK.search(prose))  # reports something, or cites a source
        if self._read is None or not _WORDS.search(prose):
            return ruled or self._unfounded(prose, reports=by_form)
        chances = self._chances(prose, self._read)
        some = chances["any"]
        if ruled and some >= NEVER:
            return ruled
        claimed = sorted(
            (label for label in LABELLED if chances[label] >= CLAIMED), key=lambda n: -chances[n]
        )
        if missing := self._missing(claimed, chances, prose):
            return LABELLED[missing].what
        telling = bool(self._now & TELLING)
        if not claimed and some >= CLAIMED and not telling:
            likeliest = max(LABELLED, key=lambda label: chances[label])
            if not self._has(likeliest, (), prose):
                return LABELLED[likeliest].what
        reports = (
            bool(claimed)
            or some >= (REPORTING if telling else CLAIMED)
            or bool(self._now & _EXACT)
            or by_form
        )
        return self._unfounded(prose, reports=reports)

    def _missing(self, claimed: Sequence[str], chances: Mapping[str, float], prose: str) -> str:
        """The claim that nothing proves: the likeliest one, or a second that is nearly sure."""
        for place, label in enumerate(claimed):
            sure = place == 0 or chances[label] >= ALSO_CLAIMED
            if sure and not self._has(label, claimed, prose):
                return label
        return ""

    def _has(self, label: str, claimed: Iterable[str], prose: str) -> bool:
        """Whether a receipt proves what the sentence claims by this label."""
        proof = LABELLED[label]
        have = self._now | self._before if proof.lasting else self._now
        if (proof.world and self._world) or proven(proof, have):
            return True
        also = {tool for name, tool, words in ALSO if name == label and words.search(prose)}
        also |= {tool for name, tool, other in TOGETHER if name == label and other in claimed}
        return bool(also & have)

    def _unfounded(self, prose: str, *, reports: bool) -> str:
        if not reports or self._figures is None:
            return ""
        number = self._figures.unfounded(prose)
        return f"where the number {number} comes from" if number else ""
