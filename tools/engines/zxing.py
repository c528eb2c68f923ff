"""Reading bar codes and matrix codes with zxing-cpp.

A picture is first read as it is. Where that finds nothing, it is sharpened, smoothed,
enlarged, evened out and turned, one pass after another, until one finds a code. What a later
pass reads must be sure: a code with error correction counts at once, a bar code, whose check
digit lets one misreading in ten through, only when two passes agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.errors import Failed, Unavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.media.image import Image

    Grey = NDArray[Any]

_FIRST_SIDE = 4000
"""Longer side of what the first pass looks at, in pixels."""
_LATER_SIDE = 1400
_ENLARGED_SIDE = 2000

_NAMES = {
    "QRCode": "qrcode",
    "QRCodeModel1": "qrcode",
    "QRCodeModel2": "qrcode",
    "MicroQRCode": "microqrcode",
    "RMQRCode": "rmqrcode",
    "Aztec": "aztec",
    "AztecCode": "aztec",
    "DataMatrix": "datamatrix",
    "MaxiCode": "maxicode",
    "PDF417": "pdf417",
    "CompactPDF417": "pdf417",
    "MicroPDF417": "micropdf417",
    "EAN13": "ean13",
    "ISBN": "ean13",
    "EAN8": "ean8",
    "UPCA": "upca",
    "UPCE": "upce",
    "Code128": "code128",
    "Code93": "code93",
    "Code39": "code39",
    "Code39Std": "code39",
    "Code39Ext": "code39",
    "Code32": "code39",
    "PZN": "code39",
    "ITF": "itf",
    "ITF14": "itf",
    "Codabar": "codabar",
    "DataBar": "databar",
    "DataBarOmni": "databar",
    "DataBarStk": "databar",
    "DataBarStkOmni": "databar",
    "DataBarLtd": "databarlimited",
    "DataBarExp": "databarexpanded",
    "DataBarExpStk": "databarexpanded",
}
# What the reader is asked for. Film edges, Telepen and bare Aztec runes are left out: they
# have so little redundancy that textures are mistaken for them.
_WANTED = (
    "QRCode", "MicroQRCode", "RMQRCode", "AztecCode", "DataMatrix", "MaxiCode", "PDF417",
    "EAN13", "EAN8", "UPCA", "UPCE", "Code128", "Code93", "Code39", "ITF", "Codabar", "DataBar",
)  # fmt: skip
_CORRECTED = {"qrcode", "aztec", "datamatrix", "maxicode", "pdf417", "rmqrcode"}
_SHORTEST = {"itf": 6, "codabar": 3, "code39": 2, "code93": 2, "code128": 1}
_SHORTEST_LATER = {"itf": 8, "codabar": 6, "code39": 5, "code93": 4, "code128": 4}


@dataclass(frozen=True, slots=True)
class Code:
    """One code. ``text`` is its payload as printed matter would give it.

    UPC-A has 12 digits and UPC-E 8, Codabar comes without its start and stop letters, and
    control characters stay what they are. ``bytes_hex`` holds a payload that is not text
    (``text`` is then empty). ``box`` is x, y, width, height in the given picture's pixels.
    """

    text: str
    symbology: str
    box: tuple[int, int, int, int]
    bytes_hex: str = ""


def load() -> Zxing:
    """The reader.

    Raises:
        Unavailable: zxing-cpp is not installed.
    """
    try:
        import zxingcpp
    except ImportError as error:
        raise Unavailable(
            "The engine that reads bar codes is not installed.", "Run `pip install zxing-cpp`."
        ) from error
    return Zxing(zxingcpp)


class Zxing:
    """Finds codes in pictures. It keeps no state, so any thread may call it."""

    def __init__(self, zxingcpp: Any) -> None:
        self._zxing = zxingcpp
        formats = zxingcpp.BarcodeFormat
        self._formats = zxingcpp.BarcodeFormats([getattr(formats, name) for name in _WANTED])

    def scan(self, image: Image, check: Callable[[], None] | None = None) -> tuple[Code, ...]:
        """All codes that could be read, from top to bottom; empty where there are none.

        ``check`` is called between passes and may raise to stop the work.

        Raises:
            Failed: the engine could not work on these pixels.
        """
        import numpy as np

        pause = check or (lambda: None)
        pixels, scale = image.fit(_FIRST_SIDE)
        grey = np.asarray(pixels.convert("L"))
        found = self._read(grey, 1 / scale, "LocalAverage")
        found = [c for c in found if len(c.text) >= _SHORTEST.get(c.symbology, 1) or c.bytes_hex]
        if found:
            return _ordered(found)
        small, scale = image.fit(_LATER_SIDE)
        grey = np.asarray(small.convert("L"))
        seen: dict[tuple[str, str, str], list[Code]] = {}
        for changed, enlarged, binarizer in _passes(grey):
            pause()
            passed = self._read(changed, 1 / (scale * enlarged), binarizer)
            keys = {(c.symbology, c.text, c.bytes_hex): c for c in passed}
            for key, code in keys.items():
                seen.setdefault(key, []).append(code)
            sure = _sure(seen)
            if sure:
                return _ordered(sure)
        return ()

    def _read(self, grey: Grey, back: float, binarizer: str) -> list[Code]:
        import numpy as np

        zxing = self._zxing
        try:
            found = zxing.read_barcodes(
                np.ascontiguousarray(grey),
                formats=self._formats,
                binarizer=getattr(zxing.Binarizer, binarizer),
                text_mode=zxing.TextMode.Plain,
            )
        except (ValueError, RuntimeError, MemoryError) as error:
            raise Failed(
                "The picture could not be searched for codes.", "Try a smaller copy of it."
            ) from error
        return [_code(barcode, back) for barcode in found]


def _sure(seen: dict[tuple[str, str, str], list[Code]]) -> list[Code]:
    """What the passes so far have settled on."""
    sure = []
    for (symbology, text, raw), votes in seen.items():
        long_enough = len(text) >= _SHORTEST_LATER.get(symbology, 1) or bool(raw)
        corrected = symbology in _CORRECTED and len(text) + len(raw) >= 4
        rivals = max(
            (len(v) for k, v in seen.items() if k[0] == symbology and k[1] != text), default=0
        )
        if corrected or (long_enough and len(votes) >= 2 and len(votes) > rivals):
            sure.append(votes[0])
    return sure


def _passes(grey: Grey) -> Iterator[tuple[Grey, float, str]]:
    """Changed copies of a picture with their enlargement and how to tell black from white."""
    import cv2

    def sharpened(picture: Grey, sigma: float, strength: float) -> Grey:
        soft = cv2.GaussianBlur(picture, (0, 0), sigma)
        return cv2.addWeighted(picture, 1 + strength, soft, -strength, 0)

    def larger(factor: float) -> tuple[Grey, float]:
        factor = min(factor, max(1.0, _ENLARGED_SIDE / max(grey.shape)))
        size = None if factor > 1 else grey.shape[::-1]
        kind = cv2.INTER_CUBIC
        return cv2.resize(grey, size, fx=factor, fy=factor, interpolation=kind), factor

    local, whole = "LocalAverage", "GlobalHistogram"
    yield grey, 1.0, whole
    yield sharpened(grey, 2, 2.0), 1.0, local
    yield cv2.GaussianBlur(grey, (0, 0), 1.0), 1.0, whole
    yield cv2.GaussianBlur(grey, (0, 0), 2.0), 1.0, local
    two, factor = larger(2)
    yield sharpened(two, 3, 2.0), factor, local
    even = cv2.createCLAHE(3.0, (8, 8)).apply(grey)
    yield even, 1.0, local
    three, factor = larger(3)
    yield sharpened(three, 4, 2.5), factor, local
    yield cv2.GaussianBlur(two, (0, 0), 2.0), min(2.0, factor), whole


def _code(barcode: Any, back: float) -> Code:
    corners = barcode.position
    points = [
        (p.x * back, p.y * back)
        for p in (
            corners.top_left,
            corners.top_right,
            corners.bottom_right,
            corners.bottom_left,
        )
    ]
    left, top = (max(0, round(min(p[i] for p in points))) for i in (0, 1))
    right, bottom = (round(max(p[i] for p in points)) for i in (0, 1))
    box = (left, top, max(1, right - left), max(1, bottom - top))
    symbology = _NAMES.get(barcode.format.name, barcode.format.name.lower())
    text: str = barcode.text
    if symbology == "ean13" and text.startswith("0") and len(text) == 13:
        symbology, text = "upca", text[1:]
    elif symbology == "upce":
        text = (barcode.extra or {}).get("UPCE", text)
    elif symbology == "codabar":
        text = text.strip("ABCDabcd")
    elif symbology in {"databar", "databarlimited"} and len(text) == 16:
        text = text.removeprefix("01")  # the same 14 digits that are printed below the bars
    elif symbology in {"qrcode", "aztec", "datamatrix", "pdf417"} and not _is_text(text):
        return Code("", symbology, box, bytes(barcode.bytes).hex())
    return Code(text, symbology, box)


def _is_text(text: str) -> bool:
    """Whether a payload is text: separators and line ends are, other controls are not."""
    return all(letter >= " " or letter in "\t\r\n\x1c\x1d\x1e\x1f\x04" for letter in text)


def _ordered(codes: list[Code]) -> tuple[Code, ...]:
    unique: dict[tuple[str, str, str, int, int], Code] = {}
    for code in codes:
        x, y, w, h = code.box
        place = ((x + w // 2) // max(8, w), (y + h // 2) // max(8, h))
        unique.setdefault((code.symbology, code.text, code.bytes_hex, *place), code)
    return tuple(sorted(unique.values(), key=lambda c: (c.box[1], c.box[0])))
