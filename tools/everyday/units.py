"""Units: how people write them, and quantities computed by Pint with exact fractions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from tools.errors import BadInput, not_installed

# pint's name, then how people write it. Names that differ only in case are distinct: Mb, MB.
_TABLE = """
meter: m metre metres meters 米 公尺
kilometer: km kms kilometre kilometres kilometers 公里
centimeter: cm centimetre centimetres centimeters 厘米 公分
millimeter: mm millimetre millimetres millimeters 毫米
micrometer: um µm μm micron microns 微米
nanometer: nm nanometers 纳米
mile: mi mile miles 英里
yard: yd yard yards 码
foot: ft foot feet 英尺
inch: in inch inches 英寸
nautical_mile: nmi nautical_mile nautical_miles 海里
light_year: ly light_year light_years 光年
kilogram: kg kgs kilo kilos kilogram kilograms 公斤
gram: g gram grams gramme grammes 克
milligram: mg milligram milligrams 毫克
microgram: mcg µg μg microgram micrograms 微克
metric_ton: t tonne tonnes metric_ton metric_tons 吨
pound: lb lbs pound pounds 磅
ounce: oz ounce ounces 盎司
stone: st stone stones
jin: 斤 市斤
chi: chi 尺
cun: cun 寸
li: li 华里
liter: l L litre litres liter liters 升 公升
milliliter: ml mL millilitre millilitres milliliter milliliters 毫升
centiliter: cl cL centilitre centiliter centiliters
deciliter: dl dL decilitre deciliter deciliters
cubic_centimeter: cc
gallon: gal gallon gallons 加仑
quart: qt quart quarts 夸脱
pint: pint pints 品脱
cup: cup cups 杯
tablespoon: tbsp tablespoon tablespoons 汤匙
teaspoon: tsp teaspoon teaspoons 茶匙
fluid_ounce: floz fl_oz fluid_ounce fluid_ounces 液盎司
degC: °C degC celsius centigrade 摄氏度 摄氏
degF: °F degF fahrenheit 华氏度 华氏
kelvin: K kelvin kelvins 开尔文
second: s sec secs second seconds 秒 秒钟
millisecond: ms millisecond milliseconds 毫秒
minute: min mins minute minutes 分钟
hour: h hr hrs hour hours 小时 钟头
day: day days 天
week: week weeks 周 星期
mile/hour: mph
kilometer/hour: kph kmh
knot: kn knot knots 节
byte: B byte bytes 字节
bit: bit bits 比特
kilobyte: kB KB kb kilobyte kilobytes
megabyte: MB mb megabyte megabytes 兆字节 兆
gigabyte: GB gb gigabyte gigabytes
terabyte: TB tb terabyte terabytes
petabyte: PB petabyte petabytes
kibibyte: KiB kibibyte kibibytes
mebibyte: MiB mebibyte mebibytes
gibibyte: GiB gibibyte gibibytes
tebibyte: TiB tebibyte tebibytes
kilobit: Kb kbit kilobit kilobits
megabit: Mb Mbit megabit megabits
gigabit: Gb Gbit gigabit gigabits
megabit/second: Mbps mbps
gigabit/second: Gbps gbps
kilobit/second: kbps
joule: J joule joules 焦耳
kilojoule: kJ kilojoule kilojoules 千焦
calorie: cal calorie calories 卡路里
kilocalorie: kcal kilocalorie kilocalories 大卡
watt: W watt watts 瓦 瓦特
kilowatt: kW kilowatt kilowatts
megawatt: MW megawatt megawatts 兆瓦
watt_hour: Wh watt_hour watt_hours
kilowatt_hour: kWh kwh kilowatt_hour kilowatt_hours 度电
horsepower: hp horsepower 马力
volt: V volt volts 伏 伏特
ampere: A amp amps ampere amperes 安培
ohm: ohm ohms Ω 欧姆
newton: N newton newtons 牛顿
pascal: Pa pascal pascals 帕
kilopascal: kPa kilopascal kilopascals 千帕
bar: bar bars
psi: psi
standard_atmosphere: atm atmosphere atmospheres 大气压
hertz: Hz hertz 赫兹
kilohertz: kHz kilohertz
megahertz: MHz megahertz
gigahertz: GHz gigahertz
degree: deg
radian: rad radian radians 弧度
hectare: ha hectare hectares 公顷
acre: acre acres 英亩
mu: 亩
meter**2: sqm m2 平方米
kilometer**2: sqkm km2 平方公里
foot**2: sqft ft2 平方英尺
meter**3: m3 立方米
centimeter**3: cm3 立方厘米
"""
UNITS: Mapping[str, str] = {
    name: unit
    for unit, names in (line.split(": ") for line in _TABLE.strip().splitlines())
    for name in names.split()
}
_LOWER = {name.lower(): unit for name, unit in UNITS.items() if len(name) > 2 and name.isascii()}
_SHOWN = {
    "kilometer": "km", "meter": "m", "centimeter": "cm", "millimeter": "mm", "kilogram": "kg",
    "gram": "g", "milligram": "mg", "pound": "lb", "ounce": "oz", "liter": "L", "milliliter": "mL",
    "foot": "ft", "inch": "in", "mile": "mi", "degree_Celsius": "°C", "degree_Fahrenheit": "°F",
    "kelvin": "K", "second": "s", "minute": "min", "hour": "h", "byte": "B", "kilobyte": "kB",
    "megabyte": "MB", "gigabyte": "GB", "terabyte": "TB", "gibibyte": "GiB", "mebibyte": "MiB",
    "megabit": "Mb", "gigabit": "Gb", "kilowatt_hour": "kWh", "kilowatt": "kW", "watt": "W",
    "joule": "J", "kilojoule": "kJ", "kilocalorie": "kcal", "metric_ton": "t", "kilopascal": "kPa",
    "pascal": "Pa", "volt": "V", "ampere": "A", "newton": "N", "hertz": "Hz", "millisecond": "ms",
    "jin": "斤", "mu": "亩",
}  # fmt: skip
_PLURAL = {"day", "week", "gallon", "cup", "tablespoon", "teaspoon", "pint", "quart", "acre",
           "hectare", "yard", "bit", "calorie", "knot", "fluid_ounce", "radian"}  # fmt: skip
_PHRASES = (
    (r"\b(?:degrees?|deg\.?|°)\s*(?:celsius|centigrade|c)\b", "°C"),
    (r"\b(?:degrees?|deg\.?|°)\s*(?:fahrenheit|f)\b", "°F"),
    (r"(?<=\d)\s*°\s*(?=[cf]\b)", "°"),
    (r"°\s*c\b", "°C"),
    (r"°\s*f\b", "°F"),
    (r"(?<=\d)\s?[cC](?=\s+(?:to|in|into|as)\s+(?:°?[fF]|fahrenheit)\b)", " °C"),
    (r"(?<=\d)\s?[fF](?=\s+(?:to|in|into|as)\s+(?:°?[cC]|celsius)\b)", " °F"),
    (r"(\d+)\s*['’′]\s*(\d+(?:\.\d+)?)\s*(?:\"|”|″|'')", r"\1 ft \2 in"),
    (r"\b(?:sq\.?|square)\s+(?:meters?|metres?|m)\b", "m2"),
    (r"\b(?:sq\.?|square)\s+(?:kilometers?|kilometres?|km)\b", "km2"),
    (r"\b(?:sq\.?|square)\s+(?:foot|feet|ft)\b", "ft2"),
    (r"\bcubic\s+(?:meters?|metres?)\b", "m3"),
    (r"\bcubic\s+(?:centimeters?|centimetres?)\b", "cm3"),
    (r"\b(nautical|light|metric|fluid|watt|kilowatt)[ -](miles?|years?|tons?|ounces?|hours?)\b",
     r"\1_\2"),
    (r"\bfl\.? ?oz\b\.?", "floz"),
    (r"(?<=[a-z])\^([23])\b", r"\1"),
    (r"\s+(?:per|an?)\s+(?=(?:hour|second|minute|day|week|h|s|min)\b)", "/"),
    (r"每(小时|秒|分钟|天)", r"/\1"),
)  # fmt: skip
AMBIGUOUS = {
    "ton": "Say tonnes (1,000 kg) or give kilograms.",
    "tons": "Say tonnes (1,000 kg) or give kilograms.",
    "month": "Give days, or ask about dates: 3 months after 2026-01-31.",
    "months": "Give days, or ask about dates: 3 months after 2026-01-31.",
    "year": "Give days, or ask about dates: 2 years after 2026-01-31.",
    "years": "Give days, or ask about dates: 2 years after 2026-01-31.",
    "degrees": "Say °C or °F.",
    "°": "Say °C or °F.",
    "度": "请说摄氏度还是华氏度。",
    "两": "请用克或斤。",
}


def phrases(text: str) -> str:
    """Units of several words as one: ``square meters`` becomes ``m2``, ``per hour`` ``/hour``."""
    if not re.search(r"[^\W\d_]|[°'’′]", text.replace(" of ", "")):
        return text
    for pattern, written in _PHRASES:
        text = re.sub(pattern, written, text, flags=re.IGNORECASE)
    return text


def known(name: str) -> str | None:
    """Pint's name of a unit as people write it, or None."""
    return UNITS.get(name) or _LOWER.get(name.lower())


@cache
def _registry() -> Any:
    try:
        import pint
    except ImportError as error:
        raise not_installed(error) from error

    registry = pint.UnitRegistry(
        non_int_type=Fraction, cache_folder=None, autoconvert_offset_to_baseunit=True
    )
    registry.define("jin = 0.5 * kilogram")
    registry.define("mu = 2000 / 3 * meter ** 2")
    registry.define("chi = meter / 3")
    registry.define("cun = meter / 30")
    registry.define("li = 500 * meter")
    return registry


def quantity(value: Any, unit: str) -> Any:
    """A Pint quantity; ``unit`` is Pint's own name, such as ``mile/hour``."""
    registry = _registry()
    return registry.Quantity(value, registry.parse_units(unit))


def is_quantity(value: Any) -> bool:
    return hasattr(value, "dimensionality")


def convert(value: Any, unit: str) -> Any:
    """The quantity in another unit; a bare number is refused.

    Raises:
        BadInput: the two measure different things.
    """
    import pint

    if not is_quantity(value):
        raise BadInput(
            f"A number without a unit cannot be shown in {shown(unit)}.",
            "Say what it measures, for example: 5 miles in km",
        )
    try:
        return value.to(_registry().parse_units(unit))
    except pint.DimensionalityError as error:
        raise BadInput(
            f"{units_of(value)} and {shown(unit)} measure different things.",
            "Convert between units of the same kind, for example: 5 miles in km",
        ) from error


def mismatch(error: Exception) -> BadInput | None:
    """The refusal for what Pint says of units that cannot be combined; None for other errors."""
    import sys

    if "pint" not in sys.modules:  # no unit was read, so no unit can be wrong
        return None
    import pint

    if isinstance(error, pint.DimensionalityError):
        return BadInput(
            f"Units of different kinds cannot be combined: {error.units1 or 'a bare number'} and "
            f"{error.units2 or 'a bare number'}.",
            "Use units of the same kind, for example: 5 miles + 3 km",
        )
    if isinstance(error, pint.OffsetUnitCalculusError):
        return BadInput(
            "Temperatures in °C or °F can be converted, but not added or multiplied.",
            "Convert to kelvin first, or leave the unit out.",
        )
    return None


def reduced(value: Any) -> tuple[Any, str]:
    """(number, unit as shown) with units of one kind merged: ``GB / (MB/s)`` gives seconds."""
    value = value.to_reduced_units()
    if value.dimensionless:
        return value.to("").magnitude, ""
    return value.magnitude, units_of(value)


def units_of(value: Any) -> str:
    over: list[str] = []
    under: list[str] = []
    for name, power in value.unit_items():
        size = abs(power)
        text = _SHOWN.get(name, name.replace("_", " ") + ("s" if name in _PLURAL else ""))
        text += {1: "", 2: "²", 3: "³"}.get(size, f"^{size}")
        (over if power > 0 else under).append(text)
    top = "·".join(sorted(over))
    whole = "/".join([top or "1", *sorted(under)]) if under else top
    return "mph" if whole == "mi/h" else whole


def shown(unit: str) -> str:
    """Pint's name of a unit the way it is shown to people."""
    return units_of(quantity(1, unit))
