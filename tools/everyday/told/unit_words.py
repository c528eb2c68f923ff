"""Units in a told sum: how they are worded, what they measure, how the evaluator spells them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.everyday.units import UNITS

# What is measured: Pint's units of it; month and year are the household's own.
_KINDS = """
length: meter kilometer centimeter millimeter micrometer nanometer mile yard foot inch
length: nautical_mile light_year chi cun li
mass: kilogram gram milligram microgram metric_ton pound ounce stone jin
volume: liter milliliter centiliter deciliter cubic_centimeter gallon quart pint cup
volume: tablespoon teaspoon fluid_ounce meter**3 centimeter**3
temperature: degC degF kelvin
time: second millisecond minute hour day week month year
speed: mile/hour kilometer/hour knot
data: byte bit kilobyte megabyte gigabyte terabyte petabyte kibibyte mebibyte gibibyte tebibyte
data: kilobit megabit gigabit
data/time: megabit/second gigabit/second kilobit/second
area: meter**2 kilometer**2 foot**2 hectare acre mu
energy: joule kilojoule calorie kilocalorie watt_hour kilowatt_hour
power: watt kilowatt megawatt horsepower
pressure: pascal kilopascal bar psi standard_atmosphere
angle: degree radian
"""
KIND = {
    unit: kind
    for kind, names in (line.split(": ") for line in _KINDS.strip().splitlines())
    for unit in names.split()
}
MEASURES = frozenset(KIND.values())
CALENDAR = frozenset({"month", "year", "night"})
"""Spans that are no fixed number of days, so that Pint does not compute with them."""
# The evaluator's own spelling where it is not the first in its table, or would not read well.
_SPELT = {
    "inch": "inches", "foot": "ft", "stone": "stone", "cup": "cups", "mile": "miles",
    "yard": "yards", "pound": "lb", "ounce": "oz", "gallon": "gallons", "pint": "pints",
    "quart": "quarts", "tablespoon": "tbsp", "teaspoon": "tsp", "fluid_ounce": "floz",
    "meter**2": "m2", "kilometer**2": "km2", "foot**2": "ft2", "meter**3": "m3",
    "centimeter**3": "cm3", "kilometer/hour": "km/h", "day": "days", "week": "weeks",
    "hectare": "hectares", "acre": "acres", "micrometer": "µm", "degree": "deg", "knot": "knots",
}  # fmt: skip
_SQUARE = r"(?:square|sq\.?)[ -]?"
_CUBIC = r"(?:cubic|cu\.?)[ -]?"
_DEGREES = r"(?:degrees?|deg\.?|°)"
_END = "(?![a-z])"
_HOURLY = rf"(?:/|per|an) ?(?:h|hr|hour){_END}"
# Units of several words, and those that only people use.
_WORDED = (
    (rf"{_SQUARE}(?:met(?:er|re)s?|m){_END}|m²|平方?米|平方(?![公千厘分毫]|英尺)|㎡", "meter**2"),
    (rf"{_SQUARE}(?:kilomet(?:er|re)s?|km){_END}|km²|平方公里", "kilometer**2"),
    (rf"{_SQUARE}(?:feet|foot|ft){_END}|ft²|平方英尺", "foot**2"),
    (rf"{_CUBIC}(?:met(?:er|re)s?|m){_END}|m³|立方米", "meter**3"),
    (rf"{_CUBIC}(?:centimet(?:er|re)s?|cm){_END}|cm³|立方厘米", "centimeter**3"),
    (rf"{_DEGREES}? ?(?:celsius|centigrade)|{_DEGREES} ?c{_END}|摄氏(?:度|温度)?", "degC"),
    (rf"{_DEGREES}? ?fahrenheit|{_DEGREES} ?f{_END}|华氏(?:度|温度)?", "degF"),
    (rf"(?:kms?|kilomet(?:er|re)s?) ?{_HOURLY}|公里每小时", "kilometer/hour"),
    (rf"(?:mi|miles?) ?{_HOURLY}|英里每小时", "mile/hour"),
    (r"fl\.? ?oz\.?|fluid[ -]ounces?", "fluid_ounce"),
    (r"nautical miles?", "nautical_mile"),
    (r"light[ -]years?", "light_year"),
    (r"kilowatt[ -]hours?", "kilowatt_hour"),
    (r"metric tons?", "metric_ton"),
    (rf"个?月|months?|mths?{_END}", "month"),
    (rf"年(?![级代轻前])|years?|yrs?{_END}|annum", "year"),
    (r"个?(?:小时|钟头)", "hour"),
    (r"个?(?:星期|礼拜)", "week"),
    (r"分钟", "minute"),
    (r"尺", "chi"),
    (r"里(?=地|路)|华里", "li"),
    (r"寸", "cun"),
    (r"晚上?|nights?", "night"),
)  # fmt: skip
# Never units of a told sum: too short, or mostly another word. Some are after a number: 5 h.
_OTHER_WORDS = re.compile(
    "in|a|an|A|K|kn|st|c|B|V|N|J|bars?|mi|h|d|s|t|mu|deg|kb|mb|gb|rad|knots|chi|cun|li"
    "|[节度伏安瓦帕兆升克米磅码天周秒吨斤亩杯]"
)
_SHORT = {"h": "hour", "d": "day", "s": "second", "t": "metric_ton", "mi": "mile", "in": "inch",
          "st": "stone", '"': "inch", "'": "foot", "gb": "gigabyte", "mb": "megabyte",
          "kb": "kilobyte"}  # fmt: skip
_LATIN = sorted(
    (n.replace("_", " ") for n in UNITS if n.isascii() and not _OTHER_WORDS.fullmatch(n)),
    key=len,
    reverse=True,
)
_CHARACTERS = sorted((name for name in UNITS if not name.isascii()), key=len, reverse=True)
_FOLDED = {name.lower(): unit for name, unit in UNITS.items()}
_NAME = re.compile(
    r"(?<![A-Za-z](?=[A-Za-z]))(?:"
    + "|".join(f"(?P<w{i}>{pattern})" for i, (pattern, _) in enumerate(_WORDED))
    + rf"|(?P<latin>(?:{'|'.join(map(re.escape, _LATIN))})(?![A-Za-z_²³0-9]|-[a-z]))"
    + rf"|(?P<characters>{'|'.join(map(re.escape, _CHARACTERS))}))",
    re.IGNORECASE,
)
_AFTER_NUMBER = re.compile(
    r"(?P<short>h|d|s|t|mi|st|GB|MB|KB|in(?=\s*(?:[,.?]|$|in\b|to\b))|[\"'](?!\w))"
    r"(?![A-Za-z]|-[a-z])"
)
_BEFORE_NAME = re.compile(
    r"\s*(?:(?:US|U\.S\.|american|full|whole|metric(?! ton)|short|long|extra|-)\s*)?"
)
_FACTORS = {
    ("year", "month"): "12", ("year", "week"): "52", ("year", "day"): "365",
    ("month", "day"): "30", ("week", "day"): "7", ("month", "week"): "52 / 12",
    ("day", "hour"): "24", ("hour", "minute"): "60", ("minute", "second"): "60",
    ("week", "hour"): "168", ("hour", "second"): "3600", ("day", "minute"): "1440",
    ("year", "hour"): "8760", ("month", "hour"): "720",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as Pint names it (``month``, ``year`` and ``night`` besides), and where it stood."""

    name: str
    start: int
    end: int

    @property
    def kind(self) -> str:
        """What it measures: length, mass, time ..."""
        return kind_of(self.name)


def kind_of(unit: str) -> str:
    """What a unit measures; empty for what is none."""
    return "time" if unit == "night" else KIND.get(unit, "")


def at(text: str, start: int, *, number: bool = True) -> Unit | None:
    """The unit that stands at ``start``; ``number`` says that it follows one (``45 h``)."""
    lead = _BEFORE_NAME.match(text, start)
    begin = lead.end() if lead else start
    if number and (found := _AFTER_NUMBER.match(text, begin)):
        return Unit(_SHORT[found["short"].lower()], begin, found.end())
    found = _NAME.match(text, begin)
    return _unit(found) if found else None


def mentioned(text: str) -> list[Unit]:
    """All units that are written in a text, with or without a number."""
    return [_unit(found) for found in _NAME.finditer(text)]


def _unit(found: re.Match[str]) -> Unit:
    group = found.lastgroup or ""
    if group.startswith("w"):
        name = _WORDED[int(group[1:])][1]
    else:
        written = found.group().replace(" ", "_")
        name = UNITS.get(written) or UNITS.get(written.lower()) or _FOLDED[written.lower()]
    return Unit(name, found.start(), found.end())


def spelt(name: str) -> str:
    """The unit as the evaluator reads it: ``foot**2`` is ``ft2``."""
    if name in _SPELT:
        return _SPELT[name]
    return next((written for written, unit in UNITS.items() if unit == name), name)


def factor(whole: str, part: str) -> str | None:
    """The text that turns a rate per ``part`` into one per ``whole``: ``* 52``, ``/ 12``.

    A year has 52 weeks, 12 months or 365 days and a month 30 days, as households reckon.
    """
    if whole == part:
        return ""
    if many := _FACTORS.get((whole, part)):
        return f" * {many}"
    if many := _FACTORS.get((part, whole)):
        return f" / ({many})" if "/" in many else f" / {many}"
    return None
