"""What a follow-up refers to: an earlier file, one of several, or the question before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.brain.builtin.request import Handle, Request

_ORDINALS = (
    (re.compile(r"\b(?:first|1st)\b|第一", re.IGNORECASE), 0),
    (re.compile(r"\b(?:second|2nd)\b|第二", re.IGNORECASE), 1),
    (re.compile(r"\b(?:third|3rd)\b|第三", re.IGNORECASE), 2),
    (re.compile(r"\b(?:fourth|4th)\b|第四", re.IGNORECASE), 3),
    (re.compile(r"\blast\b|最后一", re.IGNORECASE), -1),
)
_THING = (
    r"(?:one|picture|image|photo|file|document|recording|video|page|receipt|invoice|letter|clip"
    r"|memo|scan|screenshot|message|pdf|sheet|voice note)s?"
)
_NTH = re.compile(
    rf"\b(?:first|second|third|fourth|last|1st|2nd|3rd|4th)\s+{_THING}\b"
    r"|第[一二三四]\s?[张个段份幅条]|最后一?[张个段份幅条]",
    re.IGNORECASE,
)
_OTHER = re.compile(
    rf"\bthe other\s+{_THING}\b|\bother one\b|另(?:外)?一?[张个段份幅条]", re.IGNORECASE
)
_ONLY = re.compile(
    r"^\W*(?:and|what about|how about|now|also|then|ok|same for|the same (?:for|with)|do|try)?\W*"
    r"(?:(?:and|what about|how about|now|for|with|do|try)\W+)*(?:the|that|this)?\s*"
    rf"(?:first|second|third|fourth|last|other|1st|2nd|3rd|4th)\s+{_THING}\W*(?:please|too)?\W*$"
    r"|^\W*(?:那|还有)?(?:第[一二三四]|最后一?|另(?:外)?一?)[张个段份幅条](?:呢|怎么样)?\W*$",
    re.IGNORECASE,
)
_ELLIPTIC = re.compile(
    r"^\W*(?:and|also|what about|how about|or|but)\b|^(?:那|还有|另外)|呢[？?]?$", re.IGNORECASE
)


def only_another(text: str) -> bool:
    """Whether a follow-up only names another thing ("and the second one?")."""
    return bool(_ONLY.search(text))


def resolved(request: Request) -> Request:
    """A follow-up that only names another file, as the question before of that file."""
    if not (request.asked and request.handles and only_another(request.text)):
        return request
    handle = handle_for(request, [h.kind for h in request.handles])
    files = tuple(replace(h, given_now=h == handle) for h in request.handles)
    return replace(request, text=request.asked, handles=files)


def about(request: Request) -> str:
    """The request without the names and numbers of files: what is asked of what they say."""
    text = request.text
    for name in {h.file for h in request.handles if h.file}:
        for said in (name, name.rpartition(".")[0]):
            if len(said) > 3:
                text = re.sub(
                    rf"(?:\b(?:in|of|from|on)\s+)?{re.escape(said)}", "", text, flags=re.IGNORECASE
                )
    text = re.sub(
        rf"(?:\b(?:in|of|from|on)\s+)?(?:\bthe\s+)?(?:{_NTH.pattern})",
        "",
        text,
        flags=re.IGNORECASE,
    )
    return text if len(text.strip(" ?.!？")) > 2 else request.text


def elliptic(text: str) -> bool:
    """Whether a text leans on the one before ("and the date?")."""
    return bool(_ELLIPTIC.search(text)) and len(text) < 80


def names_one(request: Request) -> bool:
    """Whether a request picks one of several files, by number or by name."""
    low = request.text.casefold()
    if _NTH.search(request.text) or _OTHER.search(request.text):
        return True
    return any(h.file and h.file.casefold() in low for h in request.handles)


def handle_for(request: Request, kinds: Sequence[str]) -> Handle | None:
    """The file that a request means among those of ``kinds``.

    One that it calls by its name; else by its number, in the order they were given; else one
    that came with the request; else the latest of the session.
    """
    fitting = [h for h in request.handles if h.kind in kinds]
    if not fitting:
        return None
    low = request.text.casefold()
    for handle in reversed(fitting):
        name = handle.file.casefold()
        stem = name.rpartition(".")[0] or name
        if name and (name in low or (len(stem) > 3 and re.search(rf"\b{re.escape(stem)}\b", low))):
            return handle
    now = [h for h in fitting if h.given_now]
    pool = now or fitting
    if _NTH.search(request.text):
        for pattern, place in _ORDINALS:
            if pattern.search(request.text) and -1 <= place < len(pool):
                return pool[place]
    if _OTHER.search(request.text) and len(pool) > 1:
        return pool[-2] if not now else pool[-1]
    return now[0] if now else fitting[-1]
