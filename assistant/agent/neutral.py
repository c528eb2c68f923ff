"""Text that others wrote, as a model may be given it: readable, and nothing but text.

Three things in a document could be more than text to a model: marks that its own template uses
(``<|im_start|>system``, ``[INST]``, ``<tool_call>``), which a server may turn into real control
tokens; characters that nobody sees (Unicode tags, zero-width and bidirectional ones), which carry
instructions past the person; and the keys in this process's environment, which a tool's error may
quote. The marks become look-alikes, the unseen characters and the keys go.
"""

from __future__ import annotations

import os
import re

HIDDEN = "•••"
"""Stands for a key of the environment."""
SHORTEST = 8
"""Characters from which a value in the environment can be told from an ordinary word."""

_INVISIBLE = re.compile(
    "[\u200b\u2060-\u2064\u206a-\u206f\ufeff\u180e\ufff9-\ufffb"  # zero width, interlinear marks
    "\u202a-\u202e\u2066-\u2069"  # the order in which text is read
    "\ufe00-\ufe0e\U000e0000-\U000e01ef"  # variation selectors, tags: they can carry hidden text
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
"""Joiners stay: words of Persian and Hindi, and emoji, are wrong without them."""
_CONTROL = re.compile(
    r"<(?=[|｜][^<>\n]{1,60}[|｜]>)"
    r"|<(?=/?(?:s|bos|eos|pad|unk|image|(?:start|end)_of_(?:turn|image))>)"
    r"|<(?=/?(?:system|user|assistant|human|tool_calls?|tool_response|function(?:_calls?|_results)?"
    r"|function=[\w.-]*|parameter=[\w.-]*|think|thinking|invoke)\b[^<>\n]{0,80}>)"
    r"|<(?=</?SYS>>)|\[(?=/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|ARGS|CALL_ID"
    r"|SYSTEM_PROMPT|IMG|THINK)\])",
    re.IGNORECASE,
)
_LOOK_ALIKE = {"<": "‹", "[": "⟦"}
_WORD_OR_PATH = re.compile(r"[a-z]{1,11}|[/~.].*|.*\s.*", re.IGNORECASE | re.DOTALL)
_SECRET_NAME = re.compile(
    r"KEYS?(?:_ID)?$|KEY_|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|AUTH(?!OR)|COOKIE"
    r"|_PAT$|_DSN$",
    re.IGNORECASE,
)


def neutral(text: str) -> str:
    """The text without unseen characters, and with look-alikes for what a template might obey."""
    return _CONTROL.sub(lambda m: _LOOK_ALIKE[m.group()], _INVISIBLE.sub("", text))


def unfenced(text: str) -> str:
    """The text without what begins or ends a fence."""
    return text.replace("<<<", "‹‹‹").replace(">>>", "›››")


def without_keys(text: str) -> str:
    """The text without the values of what is named like a key in this process's environment."""
    for value in _keys():
        if value in text:
            text = text.replace(value, HIDDEN)
    return text


def one_line(text: str, most: int = 120) -> str:
    """A name on one line: it can add no line to what it stands in, nor close its bracket."""
    flat = " ".join(unfenced(neutral(text)).split())[:most]
    return flat.translate(str.maketrans("[]", "()"))


def _keys() -> list[str]:
    """The longest first: one may be the beginning of another."""
    named = (v.strip() for name, v in os.environ.items() if _SECRET_NAME.search(name))
    values = {v for v in named if len(v) >= SHORTEST and not _WORD_OR_PATH.fullmatch(v)}
    return sorted(values, key=len, reverse=True)
