"""Text as a synthesizer wants it: clean, in sentences, and split where the script changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 400
"""Characters of a sentence after which it is cut at a weaker mark, to keep pieces short."""

# Each script with the voice that reads it when the chosen voice does not.
_SCRIPTS = (
    ("han", "cmn", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"),
    ("kana", "ja", "\u3041-\u30ff"),
    ("hangul", "ko", "\u1100-\u11ff\uac00-\ud7a3"),
    ("cyrillic", "ru", "\u0400-\u04ff"),
    ("greek", "el", "\u0370-\u03ff"),
    ("arabic", "ar", "\u0600-\u06ff"),
    ("hebrew", "he", "\u0590-\u05ff"),
    ("devanagari", "hi", "\u0900-\u097f"),
    ("thai", "th", "\u0e00-\u0e7f"),
    ("latin", "en-us", "A-Za-z\u00c0-\u024f"),
)
_VOICES = {script: voice for script, voice, _ in _SCRIPTS}
_RUN = re.compile("|".join(f"(?P<{script}>[{chars}]+)" for script, _, chars in _SCRIPTS))
_READS = {
    **dict.fromkeys(("cmn", "yue", "hak"), "han"),
    "ja": "kana",
    "ko": "hangul",
    "el": "greek",
    "grc": "greek",
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk", "kk", "sr", "ky", "tt"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur", "sd", "ug"), "arabic"),
    "he": "hebrew",
    "hi": "devanagari",
    "mr": "devanagari",
    "ne": "devanagari",
    "th": "thai",
}
_STRONG = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。!?])|\n+")
_WEAK = re.compile(r"(?<=[,;:])\s+|(?<=[,;:、])|\s+")

_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|cf|approx|e\.g|i\.e|[A-Z])\.$"
)


def clean(text: str) -> str:
    """Without control characters, which eSpeak would take for commands, and lone surrogates."""
    kept = (
        char if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs", "Co"} else " "
        for char in text.replace("\r\n", "\n")
    )
    return "".join(kept)


def sentences(text: str, longest: int = LONGEST) -> Iterator[str]:
    """Sentences that hold something to say; an endless one is cut at a comma or a space."""
    for sentence in _joined(_STRONG.split(clean(text))):
        rest = sentence.strip()
        while len(rest) > longest:
            marks = [mark.end() for mark in _WEAK.finditer(rest, longest // 4, longest)]
            cut = marks[-1] if marks else longest
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if any(char.isalnum() or unicodedata.category(char)[0] == "S" for char in rest):
            yield rest


def lines(text: str) -> Iterator[str]:
    """Lines for a synthesizer that finds the sentences in them itself: a line stays whole,
    unless one of its sentences is so long that it has to be cut."""
    for line in clean(text).split("\n"):
        whole = list(sentences(line, len(line)))
        if whole and max(map(len, whole)) <= LONGEST:
            yield line.strip()
        else:
            yield from sentences(line)


def _joined(parts: list[str]) -> Iterator[str]:
    """Undo cuts after an abbreviation (Mr., e.g., J.)."""
    held = ""
    for part in parts:
        held = f"{held} {part}" if held else part
        if not _ABBREVIATION.search(held):
            yield held
            held = ""
    if held:
        yield held


def runs(sentence: str, voice: str) -> Iterator[tuple[str, str]]:
    """Stretches ``(voice, text)``: the chosen voice for its own script, others for others.

    What belongs to no script (digits, marks, spaces) stays with what comes before it, so
    that a number in a Chinese sentence is read in Chinese.
    """
    own = _READS.get(voice.split("+", 1)[0].split("-", 1)[0].lower(), "latin")
    japanese = own == "kana" or re.search("[\u3041-\u30ff]", sentence) is not None
    start, current = 0, ""
    for match in _RUN.finditer(sentence):
        script = match.lastgroup or "latin"
        if script == "han" and japanese:
            script = "kana"
        reader = voice if script == own else _VOICES[script]
        if current and reader != current:
            yield current, sentence[start : match.start()]
            start = match.start()
        current = reader
    yield current or voice, sentence[start:]
