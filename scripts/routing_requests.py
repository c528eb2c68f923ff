"""The requests that the routing head is trained on, and what is made from them."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.brain.builtin.features import KINDS
from assistant.brain.builtin.inventory import TOOLS

FOLDER = Path(__file__).with_name("routing")
LATIN = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Row:
    """A request: its words, the kinds of the files that came with it, the tools it wants."""

    text: str
    kinds: tuple[str, ...]
    tools: tuple[str, ...]

    @property
    def chinese(self) -> bool:
        return any("㐀" <= c <= "鿿" for c in self.text)


def read_rows(folder: Path = FOLDER) -> list[Row]:
    """All requests of the folder, in the order of the file names.

    Raises:
        ValueError: a line is not ``tools<TAB>kinds<TAB>text``, or names what there is not.
    """
    rows: dict[str, Row] = {}
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                tools, kinds, text = line.split("\t")
            except ValueError:
                raise ValueError(f"{path.name}:{number}: not three fields: {line!r}") from None
            row = Row(text.strip(), _listed(kinds, KINDS), _listed(tools, tuple(TOOLS)))
            rows.setdefault(f"{row.text}\t{kinds}", row)
    return list(rows.values())


def _listed(field: str, known: tuple[str, ...]) -> tuple[str, ...]:
    names = () if field.strip() == "-" else tuple(field.strip().split(","))
    if unknown := [n for n in names if n not in known]:
        raise ValueError(f"There is no {unknown[0]!r}; there are {', '.join(known)}.")
    return names


def augmented(rows: list[Row], chance: random.Random) -> list[Row]:
    """The rows, and what people make of such requests: typing errors, prefixes, two at once."""
    out = list(rows)
    for row in rows:
        out.append(replace(row, text=_mistyped(row.text, chance)))
        if chance.random() < 0.35:
            out.append(replace(row, text=_framed(row, chance)))
        if chance.random() < 0.3 and (refused := _refused(row, chance)) is not None:
            out.append(refused)
        if chance.random() < 0.25 and (other := _other_kinds(row, chance)) is not None:
            out.append(other)
    return out + _joined(rows, len(rows) // 3, chance)


def _mistyped(text: str, chance: random.Random) -> str:
    """Lower case, lost marks, letters dropped, doubled, swapped or replaced."""
    letters = list(text)
    for place, letter in enumerate(text):
        if not letter.isascii() or not letter.isalpha() or chance.random() > 0.035:
            continue
        kind = chance.randrange(4)
        if kind == 0:
            letters[place] = ""
        elif kind == 1:
            letters[place] = letter * 2
        elif kind == 2 and place + 1 < len(text):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        else:
            letters[place] = chance.choice(LATIN)
    said = "".join(letters)
    if chance.random() < 0.5:
        said = said.lower().rstrip("?.!。？！")
    return said


BEFORE = (
    "please ", "can you ", "could you please ", "hey, ", "hi! ", "ok so ", "I'd like you to ",
    "would you mind helping: ", "quick one: ", "sorry to bother you, ", "um ", "alright, ",
    "hello, ", "when you have a minute, ", "excuse me, ", "now ",
)  # fmt: skip
AFTER = (
    " please", " thanks", ", thank you", " for me", " if you can", " asap", " right now",
    " when you get a chance", ", it's urgent", ", cheers", " ok?",
)  # fmt: skip
BEFORE_ZH = ("请", "麻烦你", "能不能", "你好，", "帮我", "那个，", "不好意思，", "请问", "我想请你")
AFTER_ZH = ("，谢谢", "好吗", "可以吗", "，急用", "吧", "，麻烦了", "行不行")


def _framed(row: Row, chance: random.Random) -> str:
    before, after = (BEFORE_ZH, AFTER_ZH) if row.chinese else (BEFORE, AFTER)
    text = row.text
    if chance.random() < 0.7:
        text = chance.choice(before) + text[:1].lower() + text[1:]
    if chance.random() < 0.5:
        text = text.rstrip("?.!。？！") + chance.choice(after)
    return text


DEED = re.compile(
    r"(?:please |can you |could you )*(?P<deed>(?:say|read|speak|translate|draw|paint|transcribe"
    r"|write down|scan|describe|summari[sz]e|make|compose|generate|create|sharpen|clean|denoise"
    r"|improve|search|look|remember|calculate|convert|tell me|watch|listen|remove|type|copy"
    r"|count)\b.+)",
    re.IGNORECASE,
)
NOT = (
    "don't ", "please don't ", "do not ", "no need to ", "you don't have to ", "never ",
    "I didn't ask you to ", "I don't want you to ", "stop, don't ", "forget it, don't ",
)  # fmt: skip
NOT_ZH = ("不要", "别", "不用", "不必", "先别", "没让你", "请不要", "算了，不用")


def _refused(row: Row, chance: random.Random) -> Row | None:
    """The same wish turned down: nothing is wanted."""
    if len(row.tools) != 1 or row.text.endswith(("?", "？")) or len(row.text) > 80:
        return None
    if row.chinese:
        plain = re.fullmatch(r"(?:请|帮我)?([把读念说画翻扫转写记算描总修降].+)", row.text)
        return replace(row, text=chance.choice(NOT_ZH) + plain[1], tools=()) if plain else None
    found = DEED.fullmatch(row.text)
    if found is None:
        return None
    deed = found["deed"][:1].lower() + found["deed"][1:]
    return replace(row, text=chance.choice(NOT) + deed, tools=())


def _other_kinds(row: Row, chance: random.Random) -> Row | None:
    """The same wish with its file forgotten, or with a file that it does not speak of."""
    if not row.tools and not row.kinds:
        return replace(row, kinds=(chance.choice(KINDS),))
    served = {k for t in row.tools for k in TOOLS[t].kinds}
    if not row.kinds and not served and row.tools:
        return replace(row, kinds=(chance.choice(KINDS),))
    if row.kinds and len(row.tools) == 1 and len(row.text) > 25:
        return replace(row, kinds=())
    return None


LINKS = (
    " and ", ", then ", " and then ", ". ", ", and also ", ". Then ", ", ", "; ", ". Also, ",
    " and after that ", ", plus ", " as well as ",
)  # fmt: skip
LINKS_ZH = ("，然后", "，再", "，并且", "，顺便", "。", "，", "，接着", "，还有")


def _joined(rows: list[Row], count: int, chance: random.Random) -> list[Row]:
    """Two requests of one language in one breath; talk beside a wish leaves the wish."""
    pools = [
        [r for r in rows if len(r.tools) <= 1 and len(r.text) < 90 and r.chinese == chinese]
        for chinese in (False, True)
    ]
    out: list[Row] = []
    tools = sorted({r.tools for r in rows if len(r.tools) == 1})
    while len(out) < count and all(pools):
        chinese = chance.random() < 0.25
        pool = pools[chinese]
        wanted = chance.choice(tools)
        first = chance.choice([r for r in pool if r.tools == wanted] or pool)
        second = chance.choice(pool)
        if first.tools == second.tools:
            continue
        if first.kinds and second.kinds and first.kinds != second.kinds and chance.random() < 0.5:
            continue
        kinds = tuple(k for k in KINDS if k in {*first.kinds, *second.kinds})
        link = chance.choice(LINKS_ZH if chinese else LINKS)
        head = first.text.rstrip("?.!。？！ ")
        tail = (
            second.text if link[-2:] in {". ", "。"} else second.text[:1].lower() + second.text[1:]
        )
        out.append(Row(head + link + tail, kinds, tuple(dict.fromkeys(first.tools + second.tools))))
    return out
