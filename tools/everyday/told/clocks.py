"""Times of day in a told sum, however they are worded, as hours and minutes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLOCK = re.compile(
    r"(?<![\d.:])(?P<h>\d{1,2}):(?P<m>\d{2})(?!\d)\s*(?P<ap>[ap]\.?m\b\.?)?"
    r"|(?<![\d.:])(?P<h2>\d{1,2})(?:[.:](?P<m2>\d{2}))?\s*(?P<ap2>[ap]\.?m\b\.?)"
    r"|\b(?P<h3>\d{1,2}) ?o'?clock(?: in the (?P<part>morning|afternoon|evening))?"
    r"|\bhalf past (?P<half>\d{1,2})"
    r"|(?<!from )\b(?P<few>a quarter|quarter|5|10|20|25) (?P<way>past|to) (?P<h4>\d|1[0-2])"
    r"(?![\d.:,]| ?%)"
    r"|(?P<day>早上|上午|凌晨|清晨|中午|下午|晚上|傍晚|夜里|今晚)?(?P<h5>\d{1,2})点(?![\d.]*\d{3})"
    r"(?:(?P<m5>\d{1,2})分?|(?P<half5>半)|(?P<q5>1刻)|整|钟)?"
    r"|\b(?P<noon>noon|midday)\b|\b(?P<night>midnight)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Time:
    """``time`` is ``6:05``; ``start`` and ``end`` say where it stood."""

    time: str
    start: int
    end: int


def clocks(text: str) -> list[Time]:
    """All times of day that a text names, in order; what is no time (27:90) is left out."""
    found = []
    for m in _CLOCK.finditer(text):
        read = _read(m)
        if read and read[0] <= 24 and read[1] < 60:
            found.append(Time(f"{read[0]}:{read[1]:02}", m.start(), m.end()))
    return found if any(re.search(r"\d", text[t.start : t.end]) for t in found) else []


def _read(m: re.Match[str]) -> tuple[int, int] | None:
    if m["noon"]:
        return 12, 0
    if m["night"]:
        return 0, 0
    if m["half"]:
        return int(m["half"]), 30
    if m["few"]:
        minutes = 15 if "quarter" in m["few"].lower() else int(m["few"])
        hour = int(m["h4"])
        return (hour, minutes) if m["way"].lower() == "past" else ((hour - 1) % 24, 60 - minutes)
    if m["h5"]:
        hour = int(m["h5"])
        minutes = 30 if m["half5"] else 15 if m["q5"] else int(m["m5"] or 0)
        later = m["day"] in {"下午", "晚上", "傍晚", "今晚"} or (m["day"] == "中午" and hour < 11)
        return (hour + 12 if later and hour < 12 else hour), minutes
    hour = int(m["h"] or m["h2"] or m["h3"])
    half = (m["ap"] or m["ap2"] or "").lower()[:1]
    half = half or {"morning": "a", "afternoon": "p", "evening": "p"}.get(
        (m["part"] or "").lower(), ""
    )
    if half and hour > 12:
        return None
    if half == "p" and hour < 12:
        hour += 12
    if half == "a" and hour == 12:
        hour = 0
    return hour, int(m["m"] or m["m2"] or 0)
