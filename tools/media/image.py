"""Pictures: any common file becomes one upright RGB picture, or one sentence that says why not.

The kind of a file is judged by its content, never by its name. Size is checked from the
header, before a pixel is decoded.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import BadInput

if TYPE_CHECKING:
    from PIL import Image as PilImage

MAX_PIXELS = 120_000_000
MAX_BYTES = 200_000_000

_CONVERT = "Save it as PNG or JPEG and give me that."
# Every format here is decoded inside Pillow. PostScript and its kin, which would start
# another program, are left out.
_FORMATS = (
    "AVIF BMP DIB GIF ICO JPEG JPEG2000 MPO PCX PNG PPM PSD QOI TIFF WEBP".split()  # noqa: SIM905
)
_FOREIGN = (
    (rb"\A....ftyp(hei|hev|mif1|msf1)", "is a HEIC photo, which I cannot open"),
    (rb"\A....ftyp", "is a video, not a picture"),
    (rb"\A\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg", "is an SVG drawing"),
    (rb"\A%PDF", "is a PDF document, not a picture"),
    (rb"\A(%!PS|\xc5\xd0\xd3\xc6)", "is a PostScript drawing"),
    (rb"\APK\x03\x04", "is a zip archive or an office document, not a picture"),
    (rb"\A(II\x1a\0\0\0HEAPCCDR|FUJIFILMCCD-RAW|IIRO|IIRS|MMOR)", "is a raw camera file"),
    (rb"\A(\x1a\x45\xdf\xa3|RIFF....AVI )", "is a video, not a picture"),
    (rb"\A(RIFF....WAVE|ID3|fLaC|OggS)", "is a sound, not a picture"),
    (rb"\A\s*(<!doctype html|<html)", "is a web page, not a picture"),
)
_REMEDIES = {
    "is a PDF document, not a picture": "Give it to me as a document.",
    "is a video, not a picture": "Give it to me as a video.",
    "is a sound, not a picture": "Give it to me as a recording.",
    "is a zip archive or an office document, not a picture": "Give it to me as a document.",
    "is a web page, not a picture": "Give it to me as a document, or save the picture itself.",
}


@dataclass(frozen=True, slots=True)
class Exif:
    """What the camera wrote into the file; empty where it wrote nothing."""

    camera: str = ""
    taken: str = ""
    """ISO 8601, the camera's local time; with an offset only where the file has one."""
    gps: tuple[float, float] | None = None
    """Latitude and longitude in degrees, north and east positive."""
    settings: str = ""
    """Such as ``1/125 s, f/2.8, ISO 200, 35 mm``."""

    def __bool__(self) -> bool:
        return bool(self.camera or self.taken or self.gps or self.settings)


@dataclass(frozen=True, slots=True)
class Image:
    """One upright RGB picture and what its file said of it.

    ``pixels`` is a PIL image of mode RGB, ``width`` x ``height``; transparency is flattened
    on white and the EXIF orientation is already applied. ``frames`` counts animation frames
    or pages; ``frame`` is the one that ``pixels`` shows.
    """

    pixels: PilImage.Image = field(repr=False)
    width: int
    height: int
    format: str
    mode: str = "RGB"
    """The file's own pixel mode in Pillow's terms: ``1``, ``L``, ``P``, ``CMYK``, ``RGBA``..."""
    frames: int = 1
    frame: int = 0
    exif: Exif = Exif()
    transparent: bool = False

    @property
    def paged(self) -> bool:
        """Whether the frames are pages to be read one by one, not an animation."""
        return self.format == "TIFF" and self.frames > 1

    def fit(self, side: int) -> tuple[PilImage.Image, float]:
        """A copy whose longer side is at most ``side`` pixels, and its scale (at most 1.0)."""
        return fit(self.pixels, side)


def fit(pixels: PilImage.Image, side: int) -> tuple[PilImage.Image, float]:
    """``pixels`` no longer than ``side`` on its longer side, and the scale, at most 1.0."""
    from PIL import Image as Pil

    scale = side / max(pixels.size)
    if scale >= 1:
        return pixels, 1.0
    size = (max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale)))
    return pixels.resize(size, Pil.Resampling.LANCZOS, reducing_gap=3.0), scale


def open_image(source: str | Path | bytes, *, frame: int = 0, name: str = "") -> Image:
    """Read a picture from a file or from its bytes.

    ``frame`` picks one page of a multi-page TIFF or one frame of an animation. ``name`` is
    what an error calls the picture, where the file's own name would mean nothing to the person.

    Raises:
        BadInput: missing, empty, truncated, too large, or not a picture I can open.
    """
    data, name = _data(source, name)
    pil = _pillow()
    try:
        opened = pil.open(io.BytesIO(data), formats=_formats())
    except pil.DecompressionBombError as error:
        raise _too_many_pixels(name) from error
    except pil.UnidentifiedImageError as error:
        raise _not_a_picture(data, name) from error
    except Exception as error:  # a hostile header can raise nearly anything
        raise _broken(name) from error
    with opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_many_pixels(name, opened.size)
        try:
            return _decode(opened, frame)
        except pil.DecompressionBombError as error:
            raise _too_many_pixels(name) from error
        except EOFError as error:
            if frame:
                raise BadInput(f"{name} has no page {frame + 1}.", "Name another page.") from error
            raise _broken(name) from error
        except BadInput:
            raise
        except MemoryError as error:
            raise BadInput(f"{name} does not fit in memory.", "Give me a smaller copy.") from error
        except Exception as error:  # so can a broken body
            raise _broken(name) from error


def _data(source: str | Path | bytes, name: str) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        name, size = name or "The picture", len(source)
    else:
        path = Path(source)
        name = name or path.name or str(path)
        try:
            if path.is_dir():
                raise BadInput(f"{name} is a folder, not a picture.", "Name a file inside it.")
            if not path.is_file():
                raise BadInput(f"There is no file {name}.", "Check the name and the folder.")
            size = path.stat().st_size
        except (OSError, ValueError) as error:
            raise BadInput(f"{name} cannot be read.", "Check the name and who may read it.") from (
                error
            )
    if size == 0:
        raise BadInput(f"{name} is empty.", "Save or copy it again.")
    if size > MAX_BYTES:
        raise BadInput(
            f"{name} has {size / 1e6:.0f} MB; I open pictures up to {MAX_BYTES / 1e6:.0f} MB.",
            "Save a smaller copy.",
        )
    if isinstance(source, bytes):
        return source, name
    try:
        return path.read_bytes(), name
    except OSError as error:
        raise BadInput(f"{name} cannot be read.", "Check who may read it.") from error


@cache
def _pillow() -> Any:
    """Pillow without its warnings: what matters of them is checked for every file."""
    from PIL import Image as Pil

    Pil.init()
    Pil.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.filterwarnings("ignore", category=Pil.DecompressionBombWarning)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # malformed EXIF
    return Pil


@cache
def _formats() -> tuple[str, ...]:
    return tuple(name for name in _FORMATS if name in _pillow().OPEN)


def _decode(opened: PilImage.Image, frame: int) -> Image:
    from PIL import ImageOps

    frames = 1 if opened.format == "MPO" else int(getattr(opened, "n_frames", 1))
    if frame:
        opened.seek(frame)
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_many_pixels("The page", opened.size)
    exif, mode, form = _exif(opened), opened.mode, opened.format or ""
    opened.load()
    # A malformed EXIF block must not cost the person the picture.
    with contextlib.suppress(ValueError, TypeError, KeyError, SyntaxError, OverflowError):
        opened = ImageOps.exif_transpose(opened)
    transparent = opened.has_transparency_data
    pixels = _rgb(opened, transparent=transparent)
    return Image(
        pixels=pixels,
        width=pixels.width,
        height=pixels.height,
        format={"MPO": "JPEG", "DIB": "BMP"}.get(form, form),
        mode=mode,
        frames=frames,
        frame=frame,
        exif=exif,
        transparent=transparent,
    )


def _rgb(picture: PilImage.Image, *, transparent: bool) -> PilImage.Image:
    from PIL import Image as Pil

    if picture.mode.startswith(("I", "F")):
        picture = _eight_bits(picture)
    if transparent:
        rgba = picture.convert("RGBA")
        white = Pil.new("RGBA", rgba.size, "white")
        return Pil.alpha_composite(white, rgba).convert("RGB")
    if picture.mode == "LAB":
        from PIL import ImageCms

        done = ImageCms.profileToProfile(
            picture,
            ImageCms.createProfile("LAB"),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
        return done if done is not None else picture.convert("L").convert("RGB")
    if picture.mode == "RGB":
        return picture.copy()
    return picture.convert("RGB")


def _eight_bits(picture: PilImage.Image) -> PilImage.Image:
    """Deep greys in 8 bits, scaled by the bits in use: 12-bit scans come in 16-bit files."""
    import numpy as np
    from PIL import Image as Pil

    values = np.nan_to_num(np.asarray(picture, dtype=np.float64), posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    if top <= 1.0 and picture.mode.startswith("F"):
        full = 1.0
    else:
        full = 2.0 ** max(8, int(np.ceil(np.log2(max(top, 1.0) + 1)))) - 1
    grey = np.clip(values * (255.0 / full), 0, 255).astype(np.uint8)
    out = Pil.fromarray(grey)
    out.format = picture.format
    return out


def _exif(opened: PilImage.Image) -> Exif:
    try:
        tags = opened.getexif()
        detail = tags.get_ifd(0x8769)
        place = tags.get_ifd(0x8825)
    except Exception:  # noqa: BLE001 - camera makers' blocks are often malformed; a picture needs none
        return Exif()
    camera = _words(tags.get(0x0110))
    maker = _words(tags.get(0x010F))
    if maker and not camera.lower().startswith(maker.split()[0].lower()):
        camera = f"{maker} {camera}".strip()
    taken = _time(detail.get(0x9003), detail.get(0x9011)) or _time(
        detail.get(0x9004), detail.get(0x9012)
    )
    if not taken and camera:  # without a camera this is when a program saved the file
        taken = _time(tags.get(0x0132), detail.get(0x9010))
    return Exif(camera=camera, taken=taken, gps=_gps(place), settings=_settings(detail))


def _words(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return " ".join(str(value or "").replace("\0", " ").split())[:100]


def _time(value: object, offset: object) -> str:
    found = re.match(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)", _words(value))
    if found is None or found[1] == "0000" or found[2] == "00":
        return ""
    zone = _words(offset)
    zone = zone if re.fullmatch(r"[+-]\d\d:\d\d|Z", zone) else ""
    year, month, day, hour, minute, second = found.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if abs(number) < 1e9 else None  # NaN compares false, so it is dropped too


def _gps(place: Any) -> tuple[float, float] | None:
    degrees: list[float] = []
    for value, reference, negative, most in ((2, 1, "S", 90), (4, 3, "W", 180)):
        parts = place.get(value)
        if not isinstance(parts, tuple) or len(parts) != 3:
            return None
        numbers = [_number(part) for part in parts]
        whole, minutes, seconds = numbers
        if whole is None or minutes is None:
            return None
        angle = whole + minutes / 60 + (seconds or 0.0) / 3600
        if angle > most:
            return None
        sign = -1 if _words(place.get(reference)).upper().startswith(negative) else 1
        degrees.append(round(sign * angle, 6))
    return (degrees[0], degrees[1]) if any(degrees) else None


def _settings(detail: Any) -> str:
    parts: list[str] = []
    seconds = _number(detail.get(0x829A))
    if seconds:
        parts.append(f"1/{round(1 / seconds)} s" if seconds < 0.4 else f"{seconds:g} s")
    aperture = _number(detail.get(0x829D))
    if aperture:
        parts.append(f"f/{aperture:.2g}")
    iso = detail.get(0x8827)
    speed = _number(iso[0] if isinstance(iso, tuple) and iso else iso)
    if speed:
        parts.append(f"ISO {speed:.0f}")
    focal = _number(detail.get(0x920A))
    if focal:
        parts.append(f"{focal:.3g} mm")
    return ", ".join(parts)


def _not_a_picture(data: bytes, name: str) -> BadInput:
    head = data[:4096]
    for pattern, what in _FOREIGN:
        if re.match(pattern, head, re.DOTALL | re.IGNORECASE):
            return BadInput(f"{name} {what}.", _REMEDIES.get(what, _CONVERT))
    if _is_text(head):
        return BadInput(f"{name} is text, not a picture.", "Give it to me as a document.")
    return BadInput(f"{name} is not a picture in a format I know.", _CONVERT)


def _is_text(head: bytes) -> bool:
    try:
        text = head[: len(head) - 3].decode() if len(head) > 6 else head.decode()
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)


def _broken(name: str) -> BadInput:
    return BadInput(
        f"{name} is damaged or cut off: its pixels cannot be read.",
        "Copy or download it again, or save it anew in the program that made it.",
    )


def _too_many_pixels(name: str, size: tuple[int, int] | None = None) -> BadInput:
    shape = f" of {size[0]} x {size[1]}" if size else ""
    return BadInput(
        f"{name} has too many pixels{shape}; I open up to {MAX_PIXELS // 1_000_000} megapixels.",
        "Save a smaller copy.",
    )
