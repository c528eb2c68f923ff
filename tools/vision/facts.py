"""What pixels say without a model: colours, light, sharpness, and what kind of picture it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.media.image import Image

_SIDE = 256
"""Colours and flatness are judged on a copy of this size; finer detail only adds noise."""
_SHARP_SIDE = 800

COLOURS = (
    "black", "grey", "white", "red", "orange", "brown", "beige", "yellow",
    "green", "teal", "blue", "purple", "pink",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pixels:
    """What was measured. Shares are in 0..1, lightness in 0..255."""

    colours: tuple[tuple[str, float], ...]
    """Named colours that cover at least 4% of the picture, the largest share first."""
    background: str
    """The colour along the edges, where one covers most of them; else empty."""
    lightness: float
    sharpness: float
    """Width of the strongest edges as a slope in 0..1: below 0.2 is blurred."""
    flat: float
    """Share of pixels equal to their right neighbour: high in drawings and screenshots."""
    blank: bool
    grey: bool

    @property
    def light(self) -> str:
        """``very dark``, ``dark``, ``normal``, ``bright``."""
        if self.lightness < 30:
            return "very dark"
        if self.lightness < 75:
            return "dark"
        return "bright" if self.lightness > 190 else "normal"

    @property
    def focus(self) -> str:
        """``blurred``, ``soft``, ``sharp``; empty for a blank picture, which has no edges."""
        if self.blank:
            return ""
        return "blurred" if self.sharpness < 0.2 else "soft" if self.sharpness < 0.28 else "sharp"


def measure(image: Image) -> Pixels:
    """Measure a picture; takes some ten milliseconds whatever its size."""
    import numpy as np

    small = np.asarray(image.fit(_SIDE)[0], dtype=np.float32)
    names = _named(small)
    share = np.bincount(names.ravel(), minlength=len(COLOURS)) / names.size
    ranked = sorted(zip(COLOURS, share.tolist(), strict=True), key=lambda c: -c[1])
    band = max(1, min(names.shape) // 16)
    edge = np.concatenate(
        [part.ravel() for part in (names[:band], names[-band:], names[:, :band], names[:, -band:])]
    )
    most = np.bincount(edge, minlength=len(COLOURS))
    lightness = small @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    spread = float(np.percentile(lightness, 99.5) - np.percentile(lightness, 0.5))
    tint = float(np.percentile(small.max(axis=2) - small.min(axis=2), 98))
    full = np.asarray(image.fit(_SHARP_SIDE)[0].convert("L"), dtype=np.float32)
    flat = float(np.mean(np.abs(np.diff(full, axis=1)) < 1)) if full.shape[1] > 1 else 1.0
    return Pixels(
        colours=tuple((name, round(part, 3)) for name, part in ranked if part >= 0.04),
        background=COLOURS[int(most.argmax())] if most.max() > 0.6 * edge.size else "",
        lightness=round(float(lightness.mean()), 1),
        sharpness=_sharpness(full),
        flat=round(flat, 3),
        blank=spread < 12 and tint < 40 and float(small.std(axis=(0, 1)).max()) < 5,
        grey=tint < 14,
    )


def _named(rgb: NDArray[Any]) -> NDArray[Any]:
    """The index in COLOURS of every pixel, by hue, saturation and lightness (HSL)."""
    import numpy as np

    top, low = rgb.max(axis=2), rgb.min(axis=2)
    spread = top - low
    light = (top + low) / 2
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    safe = np.where(spread == 0, 1, spread)
    hue = np.select(
        [spread == 0, top == red, top == green],
        [0 * top, (green - blue) / safe % 6, (blue - red) / safe + 2],
        (red - green) / safe + 4,
    )
    hue = hue * 60
    strong = spread / np.maximum(1, 255 - np.abs(2 * light - 255))

    index = {name: i for i, name in enumerate(COLOURS)}
    warm = (hue >= 12) & (hue < 50)
    tests: list[tuple[Any, str]] = [
        (light < 32, "black"),
        ((light < 48) & (spread < 26), "black"),
        ((light > 225) & (spread < 30), "white"),
        (light > 245, "white"),
        (warm & (light > 165) & (spread < 95) & (spread >= 22), "beige"),
        ((spread < 22) | (strong < 0.11), "grey"),
        (warm & ((light < 110) | (strong < 0.45)), "brown"),
        (((hue < 12) | (hue >= 335)) & (light > 165), "pink"),
        ((hue < 12) & (light < 60) & (strong < 0.6), "brown"),
        ((hue < 12) | (hue >= 345), "red"),
        (hue < 44, "orange"),
        ((hue < 68) & (light > 75), "yellow"),
        (hue < 160, "green"),
        (hue < 190, "teal"),
        (hue < 258, "blue"),
        ((hue >= 300) & (light > 130), "pink"),
        (hue < 320, "purple"),
    ]
    picked = np.select(
        [mask for mask, _ in tests], [index[name] for _, name in tests], index["pink"]
    )
    return np.asarray(picked)


def _sharpness(grey: NDArray[Any]) -> float:
    """How steep the steepest edges are: the step between neighbours over the local contrast.

    A ratio, unlike the variance of the Laplacian, says the same of dim and of bright pictures.
    """
    import cv2
    import numpy as np

    if min(grey.shape) < 16:
        return 1.0
    step = np.maximum(np.abs(np.diff(grey, axis=1))[:-1], np.abs(np.diff(grey, axis=0))[:, :-1])
    kernel = np.ones((15, 15), np.uint8)
    contrast = (cv2.dilate(grey, kernel) - cv2.erode(grey, kernel))[:-1, :-1]
    strong = contrast > max(12.0, float(np.percentile(contrast, 90)) * 0.6)
    if not strong.any():
        return 0.0
    return round(float(np.percentile(step[strong] / contrast[strong], 98)), 3)


def kind(image: Image, pixels: Pixels, letters: int, covered: float) -> tuple[str, float]:
    """A guess at what the picture is, and how sure: ``blank``, ``document``, ``screenshot``,
    ``drawing`` or ``photo``.

    ``letters`` counts the signs read in it and ``covered`` is the share under text boxes.
    """
    if pixels.blank:
        return "blank", 0.99
    if image.exif.camera:
        paper = letters > 200 and covered > 0.15
        return ("document", 0.7) if paper else ("photo", 0.95)
    share = dict(pixels.colours)
    paper_share = share.get("white", 0.0) + share.get("beige", 0.0)
    written = letters >= 40 and covered > 0.04
    if written and paper_share > 0.55 and pixels.flat < 0.995 and image.height > 0.6 * image.width:
        screen = _is_screen(image) and len(pixels.colours) > 2
        return ("screenshot", 0.6) if screen else ("document", 0.85 if pixels.grey else 0.7)
    if pixels.flat > 0.55:
        if _is_screen(image) or (letters >= 30 and image.format in {"PNG", "WEBP"}):
            return "screenshot", 0.8 if _is_screen(image) and letters else 0.6
        return ("document", 0.5) if written else ("drawing", 0.65)
    if written and covered > 0.15:
        return "document", 0.6
    return "photo", 0.85 if image.format == "JPEG" and pixels.flat < 0.4 else 0.6


def _is_screen(image: Image) -> bool:
    """Whether the picture has the size of a common screen, upright or on its side."""
    if image.format == "JPEG" and image.exif.camera:
        return False
    size = (max(image.width, image.height), min(image.width, image.height))
    return size in {
        (1024, 768), (1280, 720), (1280, 800), (1366, 768), (1440, 900), (1536, 864), (1600, 900),
        (1680, 1050), (1920, 1080), (1920, 1200), (2560, 1440), (2560, 1600), (2880, 1800),
        (3024, 1964), (3840, 2160), (1334, 750), (1792, 828), (2340, 1080), (2400, 1080),
        (2436, 1125), (2532, 1170), (2556, 1179), (2688, 1242), (2778, 1284), (2796, 1290),
        (2048, 1536), (2160, 1620), (2224, 1668), (2388, 1668), (2732, 2048), (3200, 1440),
    }  # fmt: skip
