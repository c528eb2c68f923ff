"""What the brain says where no tool is wanted: greetings, thanks, feelings, what it can do."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from assistant.brain.builtin.request import Request
from assistant.brain.builtin.talk_kinds import MOODS, asks, leaning_kind, whole_kind
from assistant.brain.builtin.talk_wants import Want, is_open_task, task_in, wish_in
from assistant.brain.builtin.talk_wordings import ENGLISH
from assistant.brain.builtin.talk_wordings_zh import CHINESE

ADD_A_MODEL = "`ollama pull qwen3` (from https://ollama.com), then start me again"
ADD_A_MODEL_ZH = "`ollama pull qwen3`（见 https://ollama.com），然后重新启动我"

_DEEDS = (
    "read text, codes and facts from pictures",
    "listen to recordings",
    "read documents",
    "search what you gave me",
    "calculate",
    "tell the time",
    "keep what you ask me to",
    "speak",
)
_DEEDS_ZH = (
    "读图片里的文字和条码",
    "听录音",
    "读文档",
    "搜索你给我的资料",
    "计算",
    "报时",
    "记住你要我记的事",
    "朗读",
)
_SENSED = {
    "sadness": "sad",
    "anger": "anger",
    "fear": "fear",
    "joy": "happy",
    "surprise": "surprise",
    "disgust": "disgust",
}
"""The kind of reply to each feeling that can be sensed."""
_HEAVY = frozenset({"sadness", "anger", "fear"})


def is_talk(text: str) -> bool:
    """Whether a text is talk from first to last, or a task that only a writer can do.

    Careful on purpose: "thanks, bye" is talk, "hi, read this receipt" is not.
    """
    return bool(whole_kind(text)) or is_open_task(text)


def talk(request: Request, *, deeds: Sequence[str] = (), earlier: Sequence[str] = ()) -> str:
    """A brief reply in kind and in the person's language, or an honest one that says what lacks.

    ``deeds`` are phrases in that language for what the installed tools do ("look at a
    picture"); ``earlier`` are earlier replies of the conversation, besides the last one,
    whose wordings are passed over while others are left.
    """
    kind, want = _kind(request)
    wordings = (CHINESE if request.chinese else ENGLISH)[kind]
    said = [_filled(w, want, deeds, chinese=request.chinese) for w in wordings]
    return _next(said, request, [e for e in (*earlier, request.before) if e])


def _kind(request: Request) -> tuple[str, Want | None]:
    text = request.text.strip()
    if kind := whole_kind(text):
        return kind, None
    leaning = leaning_kind(text)
    if leaning == "crisis":
        return leaning, None
    if leaning != "leave" and leaning != "joke" and (want := task_in(text) or wish_in(text)):
        return want.kind, want
    if leaning and (leaning in MOODS or not _sensed(request)):
        return leaning, None
    if sensed := _sensed(request):
        return sensed, None
    if leaning:
        return leaning, None
    if asks(text):
        return "knowledge", None
    if not any(c.isalnum() for c in text) or (len(text.split()) == 1 and not request.chinese):
        return "unclear", None
    return "small_talk", None


def _sensed(request: Request) -> str:
    """The kind for the feeling that was sensed; "" for a question that only sounds like it."""
    question = asks(request.text)
    personal = not request.chinese and f" {request.text.lower()} ".find(" i ") >= 0
    if question and not (personal and request.feeling in _HEAVY):
        return ""
    return _SENSED.get(request.feeling, "")


def _filled(wording: str, want: Want | None, deeds: Sequence[str], *, chinese: bool) -> str:
    listed = list(deeds) or list(_DEEDS_ZH if chinese else _DEEDS)
    what = "" if want is None else want.chinese if chinese else want.english
    return wording.format(
        command=ADD_A_MODEL_ZH if chinese else ADD_A_MODEL,
        what=what,
        What=what[:1].upper() + what[1:],
        name=want.function if want else "",
        deeds=_list(listed, chinese=chinese),
    )


def _list(things: Sequence[str], *, chinese: bool) -> str:
    if chinese:
        return "、".join(things)
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"


def _next(said: Sequence[str], request: Request, earlier: Sequence[str]) -> str:
    """One of several wordings: by the text and the turn, so the same words get them all."""
    start = (zlib.crc32(request.text.encode("utf-8", "surrogatepass")) + request.turn) % len(said)
    ring = [*said[start:], *said[:start]]
    unused = [w for w in ring if not any(w in e for e in earlier)]
    fresh = [w for w in ring if w not in request.before] if request.before else ring
    return (unused or fresh or ring)[0]
