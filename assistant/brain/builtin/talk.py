"""What the brain says where no tool is wanted: greetings, thanks, feelings, what it can do."""

from __future__ import annotations

import re

from assistant.brain.builtin.request import Request

ADD_A_MODEL = "`ollama pull qwen3` (from https://ollama.com), then start me again"
ADD_A_MODEL_ZH = "`ollama pull qwen3`（见 https://ollama.com），然后重新启动我"

_ABOUT = (
    "I am a built-in router without a language model. I read text, codes and facts from pictures, "
    "listen to recordings, read documents, search what you gave me, calculate, tell the time, "
    "remember what you ask me to, and speak."
)
_ABOUT_ZH = (
    "我是内置的路由器，没有语言模型。我能读图片里的文字和条码、听录音、读文档、搜索你给我的资料、"
    "计算、报时、记住你要我记的事，也能朗读。"
)
_KINDS: tuple[tuple[re.Pattern[str], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        re.compile(
            r"what (?:can|could|do) you do|help\b|who are you|what are you|你能做什么|你是谁|帮助",
            re.IGNORECASE,
        ),
        (_ABOUT,),
        (_ABOUT_ZH,),
    ),
    (
        re.compile(
            r"^\W*(?:hi|hello|hey|good (?:morning|evening|afternoon))\b|^(?:你好|您好|早上好|嗨)",
            re.IGNORECASE,
        ),
        ("Hello! What shall we look at?", "Hi, good to see you.", "Hello. What do you need?"),
        ("你好！想看点什么？", "你好，需要我做什么？"),
    ),
    (
        re.compile(r"\b(?:thanks|thank you|cheers|thx)\b|谢谢|多谢", re.IGNORECASE),
        ("You're welcome.", "Any time.", "Glad it helped."),
        ("不客气。", "很高兴能帮上忙。"),
    ),
    (
        re.compile(r"^\W*(?:bye|goodbye|good night|see you)\b|再见|晚安", re.IGNORECASE),
        ("Goodbye. I keep what you asked me to keep.", "See you."),
        ("再见。", "下次见。"),
    ),
)
_FEELINGS = {
    "sadness": (
        "I'm sorry, that sounds hard. I'm here if you want to tell me more.",
        "That sounds heavy. Take your time.",
    ),
    "anger": (
        "I hear that you're annoyed. Tell me what went wrong and I'll do what I can.",
        "That is frustrating. What would help now?",
    ),
    "fear": ("That sounds worrying. Shall we take it one step at a time?",),
    "joy": ("That's good to hear!", "Lovely. I'm glad."),
    "surprise": ("Oh, that was unexpected!",),
    "disgust": ("That does sound unpleasant.",),
}
_FEELINGS_ZH = {
    "sadness": ("听起来很难受，想说的话我在这儿。",),
    "anger": ("听得出来你很生气，告诉我哪里不对，我尽力。",),
    "fear": ("听起来让人担心，我们一步一步来。",),
    "joy": ("真好，听你这么说很高兴！",),
}


_OPEN = re.compile(
    r"^\W*(?:please |can you |could you )*(?:write|draft|compose|rewrite|rephrase|translate|draw"
    r"|paint|imagine|brainstorm|invent|generate|design|create|make up)\b"
    r"|^(?:请|帮我)*(?:写|翻译|画|编)",
    re.IGNORECASE,
)


def is_talk(text: str) -> bool:
    """Whether this is a greeting, thanks or the like, or a wish that only a writer can grant."""
    if _OPEN.search(text):
        return True
    return len(text) < 60 and any(pattern.search(text) for pattern, _, _ in _KINDS)


def _one(choices: tuple[str, ...], request: Request) -> str:
    """A different one than last time: they take turns."""
    options = [c for c in choices if c not in request.before] or list(choices)
    return options[request.turn % len(options)]


def talk(request: Request) -> str:
    """A brief reply in kind, or an honest one that says what would be needed."""
    for pattern, english, chinese in _KINDS:
        if pattern.search(request.text):
            return _one(chinese if request.chinese else english, request)
    moods = _FEELINGS_ZH if request.chinese else _FEELINGS
    if request.feeling in moods:
        return _one(moods[request.feeling], request)
    if request.chinese:
        return f"这需要语言模型才能回答，我是内置的路由器。要添加一个：{ADD_A_MODEL_ZH}。"
    return (
        "That needs a language model, and I am the built-in router without one. "
        f"To add one: {ADD_A_MODEL}."
    )
