"""Opening pictures: what becomes a clean RGB picture, and what is declined and how."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pil

from tools.errors import BadInput
from tools.media.image import MAX_BYTES, open_image


def saved(picture: Pil.Image, path: Path, **options: object) -> Path:
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def left_red(size: tuple[int, int] = (60, 40)) -> Pil.Image:
    """Red on the left, blue on the right."""
    picture = Pil.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    return picture


def test_a_plain_picture_keeps_its_size_and_says_its_format(tmp_path: Path) -> None:
    image = open_image(saved(left_red(), tmp_path / "a.png"))
    assert (image.width, image.height, image.format, image.frames) == (60, 40, "PNG", 1)
    assert image.pixels.mode == "RGB"
    assert image.pixels.getpixel((5, 5)) == (255, 0, 0)


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = saved(left_red(), tmp_path / "a.png")
    assert open_image(path.rename(tmp_path / "a.jpg")).format == "PNG"
    assert open_image((tmp_path / "a.jpg").read_bytes()).format == "PNG"


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "I;16", "I", "F", "LAB"])
def test_every_pixel_mode_becomes_rgb(mode: str, tmp_path: Path) -> None:
    grey = Pil.fromarray(np.tile(np.array([[0, 255]], np.uint8), (20, 15)))
    if mode == "I;16":
        picture = Pil.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode in {"I", "F"}:
        picture = Pil.fromarray(np.asarray(grey).astype(np.int32) * 257).convert(mode)
    elif mode == "LAB":
        picture = Pil.merge("LAB", [grey, *[Pil.new("L", grey.size, 128)] * 2])
    else:
        picture = grey.convert("RGB").convert(mode) if mode != "1" else grey.convert("1")
    image = open_image(saved(picture, tmp_path / "a.tif"))
    pixels = np.asarray(image.pixels)
    assert image.pixels.mode == "RGB"
    assert pixels[0, 0].max() < 20
    assert pixels[0, 1].min() > 235


def test_a_twelve_bit_scan_in_a_sixteen_bit_file_is_not_black(tmp_path: Path) -> None:
    values = np.full((10, 10), 4095, np.uint16)
    values[:5] = 0
    image = open_image(saved(Pil.fromarray(values), tmp_path / "x-ray.png"))
    assert np.asarray(image.pixels)[9, 9].tolist() == [255, 255, 255]


def test_transparency_is_flattened_on_white(tmp_path: Path) -> None:
    picture = Pil.new("RGBA", (8, 8), (0, 0, 0, 0))
    picture.putpixel((0, 0), (0, 0, 0, 255))
    image = open_image(saved(picture, tmp_path / "a.png"))
    assert image.transparent
    assert image.pixels.getpixel((5, 5)) == (255, 255, 255)
    assert image.pixels.getpixel((0, 0)) == (0, 0, 0)
    palette = picture.convert("P")
    assert open_image(
        saved(palette, tmp_path / "b.gif", transparency=palette.getpixel((5, 5)))
    ).pixels.getpixel((5, 5)) == (255, 255, 255)


def test_an_animation_shows_its_first_frame_and_counts_the_rest(tmp_path: Path) -> None:
    frames = [Pil.new("RGB", (10, 10), c) for c in ("red", "green", "blue")]
    path = saved(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    image = open_image(path)
    assert (image.frames, image.paged) == (3, False)
    assert image.pixels.getpixel((5, 5)) == (255, 0, 0)


def test_pages_of_a_tiff_are_opened_one_by_one(tmp_path: Path) -> None:
    pages = [Pil.new("L", (10, 10), c) for c in (0, 255)]
    path = saved(pages[0], tmp_path / "fax.tif", save_all=True, append_images=pages[1:])
    assert open_image(path).paged
    assert open_image(path, frame=1).pixels.getpixel((0, 0)) == (255, 255, 255)
    with pytest.raises(BadInput, match="no page 3"):
        open_image(path, frame=2)


def test_exif_turns_the_picture_upright_and_tells_when_where_and_with_what(tmp_path: Path) -> None:
    exif = Pil.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x010F], exif[0x0110] = "ACME", "ACME Shot 5"
    exif.get_ifd(0x8769).update(
        {0x9003: "2024:05:17 09:30:00", 0x9011: "+02:00", 0x829A: 0.008, 0x8827: 200}
    )
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 54.0), 3: "E", 4: (151.0, 12.0, 36.0)})
    image = open_image(saved(left_red(), tmp_path / "a.jpg", exif=exif, quality=95))
    assert (image.width, image.height, image.format) == (40, 60, "JPEG")
    red, _, blue = image.pixels.getpixel((20, 5))  # type: ignore[misc]
    assert red > 200 > 60 > blue
    assert image.exif.camera == "ACME Shot 5"
    assert image.exif.taken == "2024-05-17T09:30:00+02:00"
    assert image.exif.gps == (-33.865, 151.21)
    assert image.exif.settings == "1/125 s, ISO 200"


def test_a_picture_without_exif_claims_nothing(tmp_path: Path) -> None:
    assert not open_image(saved(left_red(), tmp_path / "a.jpg")).exif


def test_fit_shrinks_and_never_enlarges(tmp_path: Path) -> None:
    image = open_image(saved(left_red((600, 200)), tmp_path / "a.png"))
    small, scale = image.fit(300)
    assert (small.size, scale) == ((300, 100), 0.5)
    assert image.fit(1000) == (image.pixels, 1.0)


def declined(source: Path | bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        open_image(source)
    assert caught.value.message.endswith(".")
    assert caught.value.remedy
    return caught.value


def test_missing_folder_and_empty_files_are_declined(tmp_path: Path) -> None:
    assert "no file gone.png" in declined(tmp_path / "gone.png").message
    assert "is a folder" in declined(tmp_path).message
    (tmp_path / "empty.png").touch()
    assert "is empty" in declined(tmp_path / "empty.png").message
    assert "is empty" in declined(b"").message
    assert declined(Path("a\0b.png"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Dear Anna,\n\nsee you on Monday.\n", "is text"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"PK\x03\x04" + bytes(40), "zip"),
        (bytes(range(128, 256)) * 4, "not a picture in a format I know"),
    ],
)
def test_what_is_not_a_picture_is_named(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(content)
    error = declined(path)
    assert "holiday.jpg" in error.message
    assert says in error.message


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp", "bmp", "tif"])
@pytest.mark.parametrize("kept", [0.2, 0.6])
def test_a_picture_that_is_cut_off_is_declined(ending: str, kept: float, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
    whole = saved(Pil.fromarray(noise), tmp_path / f"whole.{ending}").read_bytes()
    assert "damaged or cut off" in declined(whole[: int(len(whole) * kept)]).message


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [11_500, 60_000])
def test_a_pixel_bomb_is_declined_by_its_header(side: int) -> None:
    assert "too many pixels" in declined(png_header(side, side)).message


def test_a_huge_file_is_declined_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "200 MB" in declined(path).message


def test_an_error_uses_the_persons_name_for_the_picture() -> None:
    with pytest.raises(BadInput, match=r"^cat\.png is empty"):
        open_image(b"", name="cat.png")
