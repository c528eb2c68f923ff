"""The tools that the routing head knows: what each needs, and how to get one that is absent."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.brain.builtin.talk import ADD_A_MODEL, ADD_A_MODEL_ZH


@dataclass(frozen=True, slots=True)
class Known:
    """A tool the head can name. ``kinds`` are the files it works on; ``deed`` words its work."""

    kinds: tuple[str, ...]
    deed: str
    deed_zh: str
    file_needed: bool = True


TOOLS: dict[str, Known] = {
    "look": Known(("image",), "look at a picture", "看图片"),
    "read_text": Known(("image",), "read the text in a picture", "读图片里的文字"),
    "scan_codes": Known(("image",), "read a code", "扫码"),
    "transcribe": Known(("audio", "video"), "listen to a recording", "听录音"),
    "watch": Known(("video",), "watch a video", "看视频"),
    "speak": Known((), "say something aloud", "朗读", file_needed=False),
    "read_document": Known(("document",), "read a document", "读文档"),
    "search_knowledge": Known((), "search your documents", "搜索你的资料", file_needed=False),
    "remember": Known((), "keep a fact", "记住事情", file_needed=False),
    "recall": Known((), "recall what you told me", "回忆你说过的事", file_needed=False),
    "sense_emotion": Known(("audio", "video"), "sense a mood", "感受情绪", file_needed=False),
    "calculate": Known((), "calculate", "计算", file_needed=False),
    "clock": Known((), "tell the time", "报时", file_needed=False),
    "translate": Known((), "translate", "翻译", file_needed=False),
    "identify_speaker": Known(("audio", "video"), "tell who is speaking", "分辨说话人"),
    "make_image": Known((), "make a picture", "画图", file_needed=False),
    "make_music": Known((), "make music", "作曲", file_needed=False),
    "enhance_audio": Known(("audio", "video"), "clean up a recording", "给录音降噪"),
    "enhance_image": Known(("image",), "improve a picture", "修图"),
}

FILES = {
    "image": ("a picture", "一张图片"),
    "audio": ("a recording", "一段录音"),
    "video": ("a video", "一段视频"),
    "document": ("a document", "一份文档"),
}
"""What a file of each kind is called, in English and Chinese."""

_WRITTEN = frozenset({"translate"})
"""What a language model does by itself, without a tool."""


def how_to_get(tool: str, *, chinese: bool) -> str:
    """One honest sentence about a wanted tool that is not installed, with the way to add it."""
    known = TOOLS[tool]
    if tool in _WRITTEN:
        if chinese:
            return f"{known.deed_zh}需要语言模型，我没有。要添加一个：{ADD_A_MODEL_ZH}。"
        return f"To {known.deed} I would need a language model. To add one: {ADD_A_MODEL}."
    if chinese:
        return (
            f"我还不会{known.deed_zh}：没有安装名为 {tool} 的工具。"
            f"用 Python 可以加一个：`Assistant(tools=[{tool}])`。"
        )
    return (
        f"I cannot {known.deed}: no tool named {tool} is installed. "
        f"A Python function of that name adds it: `Assistant(tools=[{tool}])`."
    )


def file_wanted(tool: str, kinds: tuple[str, ...], given: tuple[str, ...], *, chinese: bool) -> str:
    """One sentence that asks for the file a tool needs; ``given`` are the kinds that came."""
    index = 1 if chinese else 0
    known = TOOLS.get(tool)
    names = [FILES[kind][index] for kind in kinds]
    if chinese:
        deed = known.deed_zh if known else f"用 {tool}"
        got = "，你给我的是" + "和".join(FILES[k][1] for k in given) if given else ""
        return f"要{deed}，我需要{'或'.join(names)}{got}。请附上文件：`--attach 文件`。"
    deed = known.deed if known else f"use {tool}"
    got = f"; what came with it is {' and '.join(FILES[k][0] for k in given)}" if given else ""
    return f"To {deed} I need {' or '.join(names)}{got}. Attach the file: `--attach FILE`."
