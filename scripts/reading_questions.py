"""What the reader is trained on: questions on files, and pages put together from a bank.

``scripts/reading/*.materials.jsonl`` hold files as the product reads them (``units``, made by
``reading_materials.py``), ``*.questions.jsonl`` the questions on them: with the words that
answer and the line they stand in, or with none where the file does not say. ``bank.jsonl``
has, for 100 things that people ask for, ways to ask and ways in which files say it;
pages drawn from it ask for what is there, and for what is not though its like is.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("reading")
MOST_CROPPED = 10
"""Units of the longest page that is cut from another."""
SIMILAR = 0.6
"""A unit that holds so much of the line of the answer is that line."""


@dataclass(frozen=True)
class Example:
    """A question on units; ``gold`` are those that answer it by ``answer`` (none: not in there)."""

    question: str
    units: tuple[str, ...]
    gold: tuple[int, ...] = ()
    answer: str = ""
    file: str = ""
    passing: bool = False
    """Made for one use: nothing that is computed of it is worth keeping."""


def read_examples(folder: Path = FOLDER) -> list[Example]:
    """Every question that is answered by one place of its file, or by none.

    Questions whose answer has to be computed, or is in no unit (misread by OCR), are left out.
    """
    out: list[Example] = []
    for path in sorted(folder.glob("*.materials.jsonl")):
        materials = {m["file"]: tuple(m["units"]) for m in _lines(path)}
        part = path.name.partition(".")[0]
        for asked in _lines(path.with_name(f"{part}.questions.jsonl")):
            if asked.get("computed"):
                continue
            units = materials[asked["file"]]
            example = Example(asked["question"], units, file=f"{part}/{asked['file']}")
            if asked["answer"] is None:
                out.append(example)
            elif gold := _holding(units, asked["line"], asked["answer"]):
                out.append(replace(example, gold=gold, answer=asked["answer"]))
    return out


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _plain(text: str) -> str:
    return re.sub(r"[\s|*_#`>;:\t-]+", "", text).casefold()


def _holding(units: Sequence[str], line: str, answer: str) -> tuple[int, ...]:
    """The units that hold the answer and most of its line."""
    wanted, said = _plain(line), _plain(answer)
    best: list[tuple[float, int]] = []
    for at, unit in enumerate(units):
        there = _plain(unit)
        if said not in there:
            continue
        if there in wanted or wanted in there:
            share = min(len(there), len(wanted)) / max(len(there), len(wanted), 1)
        else:
            cells = [_plain(c) for c in re.split(r"[;,|\t]|\s{2,}", line) if _plain(c)]
            share = sum(c in there for c in cells) / max(len(cells), 1)
            share = share if len(cells) > 1 else 0.0
        best.append((share, at))
    top = max((share for share, _ in best), default=0.0)
    alone = len(best) == 1 and len(said) > 3
    if top < SIMILAR and not alone:
        return ()
    return tuple(at for share, at in best if share >= top - 1e-6)


def without_answer(example: Example) -> Example:
    """The same question on a file from which the answer was taken out."""
    drop = {at for at, u in enumerate(example.units) if at in example.gold or example.answer in u}
    units = tuple(u for at, u in enumerate(example.units) if at not in drop)
    return (
        replace(example, units=units, gold=(), answer="", passing=True)
        if len(units) > 2
        else example
    )


def cropped(example: Example, chance: random.Random) -> Example:
    """The same question on a few lines only: a label, a stub, a page that was cut off."""
    size = chance.randint(1, MOST_CROPPED)
    at = chance.choice(example.gold or range(len(example.units)))
    first = max(0, at - chance.randrange(size))
    units = example.units[first : first + size]
    gold = tuple(g - first for g in example.gold if first <= g < first + size)
    return replace(example, units=units, gold=gold, passing=True)


class Fields:
    """Plain questions for what has its name beside it ("Deposit: 300", "The deposit is 300"), and
    for such names that another file has and this one has not."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._files = list(
            {e.file: e.units for e in examples if not e.file.endswith(".talk")}.values()
        )
        self._fields = [
            [
                (units, at, found[1].strip(" -*#"), found[2].strip())
                for units in self._files
                for at, unit in enumerate(units)
                if (found := matches(unit)) and found[1].strip(" -*#")
            ]
            for matches in (_FIELD.fullmatch, _TOLD.match)
        ]

    def draw(self, chance: random.Random) -> Example:
        """One page and one question; in a third of them no line has that name."""
        units, at, name, value = chance.choice(self._fields[chance.random() < 0.4])
        gold: tuple[int, ...] = (at,)
        if chance.random() < 0.33:
            other = chance.choice(self._files)
            words = set(re.findall(r"\w{3,}|[一-鿿]", name.casefold()))
            there = " ".join(other).casefold()
            if words and not any(word in there for word in words):
                units, gold, value = other, (), ""
        wordings = _ASKED_ZH if re.search("[一-鿿]", name) else _ASKED
        said = name if name.isupper() and chance.random() < 0.2 else name.lower()
        asked = chance.choice(wordings).format(said)
        return Example(asked, units, gold, value, file="fields/", passing=True)


_FIELD = re.compile(r"([^\d:：£$€¥]{2,32}?)(?:[:：]\s*|\s{2,})(\S.{0,60})")
_TOLD = re.compile(
    r"(?:The|Our|Your|My|His|Her|Their) ([a-z][\w' -]{2,40}?) (?:is|was|are|were|costs?"
    r"|starts? (?:on|at)|begins? (?:on|at)|ends? (?:on|at)|comes? to|opens? at|closes? at"
    r"|lasts?|will be|has|have) ([^.,;]{2,70})"
)
_ASKED = (
    "what is the {}?", "what's the {}?", "{}?", "the {}", "what does it say for {}?",
    "what is given as {}?", "can you tell me the {}?", "how much is the {}?", "what was the {}?",
    "which {} is it?", "give me the {}", "find the {}", "whats the {}",
)  # fmt: skip
_ASKED_ZH = (
    "{}是什么？",
    "{}是多少？",
    "{}？",
    "{}",
    "告诉我{}",
    "上面的{}是多少",
    "请问{}是什么",
    "查一下{}",
)


class Bank:
    """Pages drawn from the bank: lines about some things, a question for one."""

    def __init__(self, path: Path = FOLDER / "bank.jsonl") -> None:
        self.concepts = _lines(path)
        self.sections = sorted({c["section"] for c in self.concepts})

    def draw(self, chance: random.Random) -> Example:
        """One page and one question; in a third of them nothing on the page answers it."""
        section = chance.choice(self.sections)
        chinese = chance.random() < 0.22
        tail = "_zh" if chinese else ""
        pool = [c for c in self.concepts if c["section"] == section and c[f"lines{tail}"]]
        asked = chance.choice(pool)
        alike = {asked["concept"], *asked.get("alike", ())}
        others = [c for c in pool if c["concept"] not in alike]
        chosen = chance.sample(others, min(len(others), chance.randint(7, 15)))
        lines = [chance.choice(c[f"lines{tail}"]) for c in chosen]
        if not chinese and chance.random() < 0.6:
            lines += chance.sample(asked["near_misses"], chance.randint(1, 2))
        gold = ""
        if chance.random() < 0.67:
            gold = chance.choice(asked[f"lines{tail}"])
            lines.append(gold)
        chance.shuffle(lines)
        question = chance.choice(asked[f"questions{'' if chance.random() < 0.08 else tail}"])
        return Example(
            question, tuple(lines), (lines.index(gold),) if gold else (),
            file=f"bank/{section}", passing=True,
        )  # fmt: skip
