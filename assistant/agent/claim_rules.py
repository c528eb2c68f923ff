"""The ways in which a sentence says that something was done, and what proves each.

Two families: *perceiving* (looking, listening, reading: true for as long as the thing lies
in the conversation) and *doing* (searching, keeping, making, sending: true of this turn
only). Guards come before the rules: what is quoted, asked, denied, wished, supposed or
said of somebody else claims nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from assistant.agent import claim_chinese as chinese
from assistant.agent import claim_english as english

_LOOK = "look read_text scan_codes watch"
_HEAR = "transcribe sense_emotion identify_speaker watch"
_READ = "read_document read_text search_knowledge"
_FIND = "search_knowledge recall read_document"
_MAKE_PICTURE = "make_image enhance_image"
_MAKE_SOUND = "speak make_music enhance_audio"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a claim is about, and the tools whose receipt proves it.

    ``named`` finds tools that people add, by the words of their name. ``kinds`` are the
    attachments without which a vague claim ("I read it") is not about one.
    """

    what: str
    tools: frozenset[str]
    named: re.Pattern[str]
    lasting: bool = False
    kinds: frozenset[str] = frozenset()
    world: bool = False


def _proof(
    what: str,
    tools: str,
    named: str,
    *,
    lasting: bool = False,
    kinds: str = "",
    world: bool = False,
) -> Proof:
    words = re.compile(rf"(?:^|_)(?:{named})", re.IGNORECASE)
    return Proof(what, frozenset(tools.split()), words, lasting, frozenset(kinds.split()), world)


_EYE = "look|see|image|photo|picture|caption|ocr|vision|describe|detect|measure|scan|video"
_EAR = "transcri|listen|hear|audio|speech|sound|music|voice|video"
_PAGE = "read|document|doc|pdf|file|parse|extract|summar|sheet|csv|table|ocr|find|search|open"
_DRAW = "draw|paint|make|create|generate|render|image|picture|plot|chart|edit|crop"
_SAY = "speak|say|voice|tts|record|music|audio|compose|sing|generate|make"
_DEED = (
    "send|mail|email|message|text|call|phone|book|reserve|order|buy|pay|delete|remove|move|rename"
    "|schedule|calendar|alarm|remind|timer|post|publish|upload|save|write|set|add|create|turn"
    "|switch|light|cancel|invite|notify|forward|reply|submit|install|download|export|home"
)
PROOFS = {
    "image": _proof("looking", _LOOK, _EYE, lasting=True),
    "audio": _proof("listening", _HEAR, _EAR, lasting=True),
    "video": _proof("watching", f"{_LOOK} transcribe", f"{_EYE}|{_EAR}", lasting=True),
    "clip": _proof("watching or listening", f"{_LOOK} {_HEAR}", f"{_EYE}|{_EAR}", lasting=True),
    "paper": _proof("reading it", f"{_LOOK} {_READ}", f"{_EYE}|{_PAGE}", lasting=True),
    "document": _proof("reading a document", _READ, _PAGE, lasting=True),
    "notes": _proof("searching your notes", _FIND, f"{_PAGE}|note|memo|recall", lasting=True),
    "file": _proof(
        "opening a file", f"{_LOOK} {_HEAR} {_READ}", f"{_EYE}|{_EAR}|{_PAGE}", lasting=True
    ),
    "seen_it": _proof("looking", _LOOK, _EYE, lasting=True, kinds="image video"),
    "heard_it": _proof("listening", _HEAR, _EAR, lasting=True, kinds="audio video"),
    "read_it": _proof(
        "reading it", f"{_READ} {_LOOK}", f"{_PAGE}|{_EYE}", lasting=True, kinds="document image"
    ),
    "searching": _proof(
        "searching", f"{_FIND} search_web", f"{_PAGE}|query|lookup|web|browse|fetch|news|weather"
    ),
    "web": _proof(
        "searching the web", "search_web", "search|web|browse|fetch|google|url|news|open|find"
    ),
    "remembering": _proof("remembering", "remember", "remember|save|store|note|keep|add"),
    "picture": _proof("making a picture", _MAKE_PICTURE, _DRAW),
    "sound": _proof("making a recording", _MAKE_SOUND, _SAY),
    "made_file": _proof(
        "making a file",
        f"{_MAKE_PICTURE} {_MAKE_SOUND}",
        f"{_DRAW}|{_SAY}|write|save|export|convert|build",
        world=True,
    ),
    "deed": _proof("doing this", "", _DEED, world=True),
    "running": _proof("running it", "calculate", "run|exec|python|code|shell|test|eval|calc"),
    "computing": _proof(
        "calculating it",
        f"calculate clock {_READ} transcribe",
        f"{_PAGE}|run|exec|python|code|shell|test|eval|calc|convert|count|measure|sum|query",
    ),
    "source": _proof("finding that source", f"{_FIND} {_READ} search_web", f"{_PAGE}|web|cite"),
    "clock": _proof("looking at the clock", "clock", "clock|time|date|calendar|now"),
    "voice": _proof("hearing your voice", "sense_emotion", "emotion|feel|mood|sentiment|voice"),
    "face": _proof("seeing your face", "", "emotion|feel|mood|sentiment|face"),
    "feeling": _proof("sensing how you feel", "sense_emotion", "emotion|feel|mood|sentiment"),
}
"""What each named group of a rule, and each label of the trained reader, needs."""
LABELLED = {
    "looked": _proof("looking", "look read_text read_document watch", _EYE, lasting=True),
    "listened": _proof("listening", "transcribe identify_speaker watch", _EAR, lasting=True),
    "watched": _proof("watching", "look watch", f"{_EYE}|video", lasting=True),
    "read": PROOFS["paper"],
    "searched": PROOFS["notes"],
    "web": PROOFS["web"],
    "source": PROOFS["source"],
    "remembered": PROOFS["remembering"],
    "made_picture": PROOFS["picture"],
    "made_sound": PROOFS["sound"],
    "made_file": PROOFS["made_file"],
    "deed": PROOFS["deed"],
    "computed": PROOFS["computing"],
    "clock": PROOFS["clock"],
    "felt_voice": PROOFS["voice"],
    "felt_face": PROOFS["face"],
    "felt": PROOFS["feeling"],
}
"""The proof that each label of the trained reader needs."""
_CODES = "code|scan|ean|upc|isbn|码|扫|编号"
_LINKS = "https?://|www\\.|link|sign-?up|链接|网址|地址"
ALSO = tuple(
    (label, tool, re.compile(words, re.IGNORECASE))
    for label, tool, words in (
        ("looked", "scan_codes", _CODES),
        ("computed", "scan_codes", _CODES),
        ("web", "scan_codes", f"{_CODES}|{_LINKS}"),
        ("read", "transcribe", "transcript|record|文字稿|录音"),
        ("felt_face", "sense_emotion", ""),
        ("computed", "sense_emotion", ""),
    )
)
"""(label, tool, words): the tool proves the label where the sentence has these words."""
TOGETHER = (
    ("listened", "sense_emotion", "felt_voice"),
    ("watched", "transcribe", "listened"),
    ("felt_face", "look", "looked"),
    ("remembered", "recall", "searched"),
    ("remembered", "search_knowledge", "searched"),
    ("clock", "read_text", "looked"),
    ("clock", "read_document", "read"),
)
"""(label, tool, other label): the tool proves the label where the sentence has the other one."""
_ATTACHED = {
    "image": {"image"},
    "audio": {"audio", "video"},
    "video": {"video"},
    "clip": {"audio", "video"},
    "paper": {"image", "document"},
    "document": {"image", "document"},
    "file": {"image", "audio", "video", "document"},
}
PROOFS |= {f"{n}_there": replace(PROOFS[n], kinds=frozenset(k)) for n, k in _ATTACHED.items()}

_QUOTED = re.compile(
    r"“[^”]{0,600}(?:”|$)|„[^“”]{0,600}(?:[“”]|$)|«[^»]{0,600}(?:»|$)|「[^」]{0,600}(?:」|$)"
    r"|『[^』]{0,600}(?:』|$)|(?<![\w\"])\"(?=\S)[^\"]{0,600}(?:\"|$)|(?<![\w'’])'"
    r"(?=\w)[^'\n]{3,400}[.!?,]'(?!\w)"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_EMPHASIS = re.compile(r"\*\*|__|(?<![\w*])[*_](?=\w)|(?<=\w)[*_](?![\w*])")


_FAR = 300
"""How far back, in characters, a clause is looked for."""


def open_quote(sentence: str) -> str:
    """The quotation mark that the sentence opens and does not close; empty if none."""
    last = ""
    for match in _QUOTED.finditer(sentence):
        words = match.group()
        if match.end() == len(sentence) and (len(words) == 1 or words[-1] not in "”“»」』\"'"):
            last = words[0]
    return last


def claims(sentence: str) -> Iterator[tuple[Proof, bool]]:
    """Each claim of a sentence, with whether it is said to lie before this turn.

    Code must be taken out before; quoted words are skipped here.
    """
    said = _QUOTED.sub("“_”", sentence)
    said = _EMPHASIS.sub("", said)
    asks = said.rstrip(" \"'”’)]*_").endswith(("?", "？"))
    if _HAN.search(said):
        past = bool(chinese.PAST.search(said))
        for match in _matches(_chinese(), said):
            start = _clause(chinese.CLAUSE, said, match)
            before = said[start : match.end()]
            if not (
                chinese.GUARD.search(before)
                or chinese.WORDING.search(match.group())
                or chinese.AFTER.search(said[match.end() :])
                or (asks and not chinese.CLAUSE.search(said[match.end() :].rstrip("？?")))
            ):
                yield PROOFS[_group(match)], past
    if english.GENERAL.match(said):
        return
    past, later = bool(english.PAST.search(said)), bool(english.LATER.search(said))
    for match in _matches(_english(), said):
        start = _clause(english.CLAUSE, said, match)
        before = said[start : max(match.start(_group(match)), match.start())]
        if not (
            english.GUARD.search(before)
            or english.MODAL.search(match.group())
            or english.WHAT.search(before)
            or (later and english.WHEN.search(said[start : match.end()]))
            or (asks and english.ASKS.search(before))
        ):
            yield PROOFS[_group(match)], past


@cache
def _english() -> tuple[re.Pattern[str], ...]:
    """Compiled when the first reply comes: it takes a fifth of a second."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in english.RULES)


@cache
def _chinese() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in chinese.RULES)


def _matches(patterns: tuple[re.Pattern[str], ...], said: str) -> Iterator[re.Match[str]]:
    for pattern in patterns:
        yield from pattern.finditer(said)


def _group(match: re.Match[str]) -> str:
    return next(name for name, value in match.groupdict().items() if value is not None)


def _clause(breaks: re.Pattern[str], said: str, match: re.Match[str]) -> int:
    """Where the clause of the match begins: after the last break before what it says."""
    start = 0
    for found in breaks.finditer(said, max(0, match.start() - _FAR), match.start() + 1):
        start = found.end()
    return start
