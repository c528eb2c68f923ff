"""Reading bar codes and matrix codes with zxing-cpp.

A picture is first read as it is. Where that finds nothing, it is sharpened, smoothed,
enlarged, evened out and turned, one pass after another, until one finds a code. What a later
pass reads must be sure: a code with error correction counts at once, a bar code, whose check
digit lets one misreading in ten through, only when two passes agree.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
_Key = tuple[str, str, str]
"""Symbology, text, bytes: what two passes must agree on."""
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
        found = self._read(grey, _shrunk(scale), "LocalAverage")
        found = [c for c in found if len(c.text) >= _SHORTEST.get(c.symbology, 1) or c.bytes_hex]
        found = _without_fragments(found)
        seen: dict[_Key, list[Code]] = {_key(c): [c] for c in found}
        if found and not _contested(found):
            return _ordered(found)
        small, scale = image.fit(_LATER_SIDE)
        grey = np.asarray(small.convert("L"))
        if min(grey.shape) < 8:
            return ()
        for changed, back, binarizer in _passes(grey):
            pause()
            passed = self._read(changed, _shrunk(scale) @ back, binarizer)
            for key, code in {_key(c): c for c in _without_fragments(passed)}.items():
                seen.setdefault(key, []).append(code)
            sure = _sure(seen)
            if sure:
                return _ordered(sure)
        return ()

    def _read(self, grey: Grey, back: Grey, binarizer: str) -> list[Code]:
        """One pass; ``back`` is the 3 x 3 matrix from this copy's pixels to the picture's."""
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


def _key(code: Code) -> _Key:
    return code.symbology, code.text, code.bytes_hex


def _overlap(one: Code, two: Code) -> bool:
    (x, y, w, h), (a, b, c, d) = one.box, two.box
    return x < a + c and a < x + w and y <= b + d and b <= y + h


def _without_fragments(codes: list[Code]) -> list[Code]:
    """Without the short retail codes that were read out of the middle of a long one."""
    whole = []
    for code in codes:
        if code.symbology in {"ean13", "upca"}:
            # The reader boxes the lines it scanned; the bars reach further.
            (x, y, w, h), more = code.box, max(code.box[2:]) // 2
            whole.append(replace(code, box=(x - more, y - more, w + 2 * more, h + 2 * more)))
    return [
        c
        for c in codes
        if c.symbology not in {"ean8", "upce", "itf"} or not any(_overlap(c, w) for w in whole)
    ]


def _contested(codes: list[Code]) -> bool:
    """Whether two readings of the same bars disagree."""
    bars = [c for c in codes if c.symbology not in _CORRECTED]
    return any(
        one.text != two.text and _overlap(one, two) for one, two in itertools.combinations(bars, 2)
    )


def _sure(seen: dict[_Key, list[Code]]) -> list[Code]:
    """What the passes so far have settled on."""
    sure = []
    for (symbology, text, raw), votes in seen.items():
        long_enough = len(text) >= _SHORTEST_LATER.get(symbology, 1) or bool(raw)
        corrected = symbology in _CORRECTED and len(text) + len(raw) >= 4
        rivals = max(
            (len(v) for k, v in seen.items() if k[0] == symbology and k[1] != text), default=0
        )
        if corrected or (long_enough and len(votes) >= 2 and len(votes) > rivals):
            # The fewer scan lines got through, the flatter the box; the fullest is best.
            sure.append(max(votes, key=lambda code: code.box[2] * code.box[3]))
    settled = {_key(code) for code in sure}
    others = [votes[0] for key, votes in seen.items() if key not in settled]
    return [code for code in _without_fragments(sure + others) if code in sure]


def _passes(grey: Grey) -> Iterator[tuple[Grey, Grey, str]]:
    """Changed copies of a picture, the way back to its pixels, how to tell black from white.

    The order is by codes gained for the time spent, measured on blurred, noisy, tilted and
    dim codes.
    """
    import cv2
    import numpy as np

    def soft(picture: Grey, sigma: float) -> Grey:
        return cv2.GaussianBlur(picture, (0, 0), sigma)

    def sharp(picture: Grey, sigma: float, strength: float) -> Grey:
        return cv2.addWeighted(picture, 1 + strength, soft(picture, sigma), -strength, 0)

    def larger(factor: float) -> tuple[Grey, Grey]:
        factor = min(factor, max(1.0, _ENLARGED_SIDE / max(grey.shape)))
        size = (round(grey.shape[1] * factor), round(grey.shape[0] * factor))
        return cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC), _shrunk(factor)

    same = np.eye(3)
    local, whole = "LocalAverage", "GlobalHistogram"
    yield grey, same, whole
    yield sharp(grey, 2, 2.0), same, local
    two, back = larger(2)
    yield sharp(two, 3, 2.0), back, local
    yield soft(grey, 1), same, whole
    yield soft(grey, 2), same, local
    for strip, home, factor in _strips(grey):
        yield sharp(strip, factor, 2.0), home, local
    yield cv2.createCLAHE(3.0, (8, 8)).apply(grey), same, local
    yield soft(two, 2), back, whole
    three, back = larger(3)
    yield sharp(soft(three, 2), 6, 3.0), back, local
    yield sharp(three, 4, 2.5), back, local
    for degrees in (22, -22, 45):
        turned, home = _turned(grey, degrees)
        yield sharp(turned, 2, 2.0), home, local


def _shrunk(scale: float) -> Grey:
    """The way back from a copy that is ``scale`` times as large."""
    import numpy as np

    return np.diag([1 / scale, 1 / scale, 1.0])


def _strips(grey: Grey) -> Iterator[tuple[Grey, Grey, float]]:
    """Regions of parallel bars, set upright, enlarged, and averaged along the bars.

    Averaging along the bars takes out noise without touching their edges.
    """
    import cv2
    import numpy as np

    found, corners = cv2.barcode.BarcodeDetector().detect(grey)
    for quad in corners[:4] if found else ():
        box = quad.astype(np.float32)
        wide = float(np.linalg.norm(box[0] - box[3]))
        high = float(np.linalg.norm(box[0] - box[1]))
        if min(wide, high) < 8:
            continue
        factor = float(np.clip(1600 / max(wide, high), 1.0, 4.0))
        for along in (0, 1):
            # A margin of 15% on both ends of the bars' direction serves as the quiet zone.
            x, y = (0.15 * wide, 0.0) if along == 0 else (0.0, 0.15 * high)
            ends = np.array(
                [[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]], np.float32
            )
            matrix = cv2.getPerspectiveTransform(box, ends * factor)
            size = (round((wide + 2 * x) * factor), round((high + 2 * y) * factor))
            strip = cv2.warpPerspective(
                grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            )
            kernel = (1, max(1, size[1] // 3)) if along == 0 else (max(1, size[0] // 3), 1)
            yield cv2.blur(strip, kernel), np.linalg.inv(matrix), factor


def _turned(grey: Grey, degrees: float) -> tuple[Grey, Grey]:
    """The picture turned about its middle on a canvas that holds all of it, and the way back."""
    import cv2
    import numpy as np

    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (int(height * sin + width * cos), int(height * cos + width * sin))
    matrix[0, 2] += size[0] / 2 - width / 2
    matrix[1, 2] += size[1] / 2 - height / 2
    turned = cv2.warpAffine(
        grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return turned, np.linalg.inv(np.vstack([matrix, [0.0, 0.0, 1.0]]))


def _code(barcode: Any, back: Grey) -> Code:
    at = barcode.position
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    points = []
    for corner in corners:
        x, y, w = back @ (corner.x, corner.y, 1.0)
        points.append((x / w, y / w))
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
