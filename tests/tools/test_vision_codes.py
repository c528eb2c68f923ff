"""Codes: drawn by zxing-cpp, spoiled with Pillow, read back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image as Pil
from PIL import ImageFilter, ImageOps

from tools.base import Call, Context, Item
from tools.engines import zxing
from tools.engines.zxing import Code
from tools.media.image import Image, open_image
from tools.runtime import Slot
from tools.vision.scan_codes import ScanCodes, interpret

READER = zxing.load()


def drawn(text: str | bytes, symbology: str, scale: int = 4) -> Pil.Image:
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology))
    code = Pil.fromarray(np.array(zxingcpp.write_barcode_to_image(made, scale=scale)))
    return ImageOps.expand(code.convert("RGB"), 40, "white")


def scan(picture: Pil.Image) -> tuple[Code, ...]:
    rgb = picture.convert("RGB")
    return READER.scan(Image(rgb, rgb.width, rgb.height, "PNG"))


@pytest.mark.parametrize(
    ("made", "payload", "symbology", "text"),
    [
        ("QRCode", "https://example.org/a?b=1", "qrcode", "https://example.org/a?b=1"),
        ("QRCode", "你好，世界", "qrcode", "你好，世界"),
        ("DataMatrix", "SN-0042", "datamatrix", "SN-0042"),
        ("Aztec", "TICKET 17", "aztec", "TICKET 17"),
        ("PDF417", "two\r\nlines", "pdf417", "two\r\nlines"),
        ("EAN13", "9780441014989", "ean13", "9780441014989"),
        ("EAN8", "67678983", "ean8", "67678983"),
        ("UPCA", "051000000675", "upca", "051000000675"),
        ("UPCE", "04963406", "upce", "04963406"),
        ("Code128", "LOT 7", "code128", "LOT 7"),
        ("Code39", "ABC123", "code39", "ABC123"),
        ("Code93", "TEST93", "code93", "TEST93"),
        ("ITF", "00012345678905", "itf", "00012345678905"),
        ("Codabar", "A294/586B", "codabar", "294/586"),
        ("DataBarOmni", "0112345678901231", "databar", "12345678901231"),
    ],
)
def test_payloads_come_as_they_are_printed(
    made: str, payload: str, symbology: str, text: str
) -> None:
    (code,) = scan(drawn(payload, made))
    assert (code.symbology, code.text) == (symbology, text)


def test_a_payload_that_is_not_text_comes_as_hex() -> None:
    (code,) = scan(drawn(bytes([0, 1, 2, 254, 255, 7]), "QRCode"))
    assert (code.text, code.bytes_hex) == ("", "000102feff07")


def test_the_box_lies_where_the_code_is() -> None:
    page = Pil.new("RGB", (900, 700), "white")
    page.paste(drawn("here", "QRCode", 6), (500, 300))
    (code,) = scan(page)
    x, y, width, height = code.box
    assert 540 <= x <= 580
    assert 340 <= y <= 380
    assert abs(width - height) < 10


def test_all_codes_of_a_page_are_found_from_top_to_bottom() -> None:
    page = Pil.new("RGB", (700, 900), "white")
    page.paste(drawn("second", "QRCode"), (60, 500))
    page.paste(drawn("first", "QRCode"), (300, 40))
    assert [code.text for code in scan(page)] == ["first", "second"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 25])
def test_turned_codes_are_read(turn: int) -> None:
    picture = drawn("9780441014989", "EAN13").rotate(turn, expand=True, fillcolor="white")
    assert [code.text for code in scan(picture)] == ["9780441014989"]


def test_a_blurred_bar_code_that_one_pass_cannot_read_is_read() -> None:
    picture = drawn("9780441014989", "EAN13", 3).filter(ImageFilter.GaussianBlur(1.8))
    assert not zxingcpp.read_barcodes(np.asarray(picture))
    (code,) = scan(picture)
    assert code.text == "9780441014989"
    x, y, width, height = code.box
    assert 30 < x < 80
    assert 30 < y < y + height < picture.height
    assert 250 < width < picture.width


def test_nothing_is_found_where_nothing_is() -> None:
    random = np.random.default_rng(3)
    stripes = np.repeat(random.integers(0, 2, (1, 300), np.uint8) * 255, 200, axis=0)
    noise = random.integers(0, 255, (240, 240), np.uint8)
    for picture in (Pil.fromarray(stripes), Pil.fromarray(noise), Pil.new("RGB", (1, 1))):
        assert scan(picture) == ()


def test_stopping_is_possible_between_passes() -> None:
    class StopError(Exception):
        pass

    def stop() -> None:
        raise StopError

    blank = Pil.new("RGB", (300, 300), "white")
    with pytest.raises(StopError):
        READER.scan(Image(blank, 300, 300, "PNG"), stop)


def test_real_photos_are_read_to_the_letter(shared: Path) -> None:
    folder = shared / "codes"
    refs = [json.loads(line) for line in (folder / "refs.jsonl").read_text("utf-8").splitlines()]
    right = wrong = total = 0
    for ref in refs:
        codes = READER.scan(open_image(folder / ref["image"]))
        if ref["text"] is None:
            assert codes == (), ref["image"]
            continue
        total += 1
        right += [(c.symbology, c.text) for c in codes] == [(ref["symbology"], ref["text"])]
        wrong += any(code.text != ref["text"] for code in codes)
    assert right / total >= 0.93
    assert wrong <= 1


@pytest.mark.parametrize(
    ("payload", "kind", "says"),
    [
        ("https://me@example.org:8/x", "url", "example.org"),
        (r"WIFI:T:WPA;S:Cafe \; Bar;P:p\:w;;", "wifi", "network Cafe ; Bar, password p:w"),
        ("WIFI:S:open;;", "wifi", "without a password"),
        ("MECARD:N:Owen,Sean;TEL:+1212;EMAIL:s@x.org;;", "contact", "Owen Sean, +1212, s@x.org"),
        (
            "BEGIN:VCARD\r\nN:Doe;Ann\r\nTEL;TYPE=cell:+44 1\r\nEND:VCARD",
            "contact",
            "Ann Doe, +44 1",
        ),
        ("geo:52.5,13.4?z=9", "place", "52.5, 13.4"),
        ("tel:+441134960123", "phone", "+441134960123"),
        ("mailto:a@b.org?subject=x", "email", "a@b.org"),
        ("SMSTO:123:hello", "sms", "message to 123"),
        ("otpauth://totp/x?secret=ABC", "secret", "keep it to yourself"),
        ("just words", "text", ""),
    ],
)
def test_well_known_payloads_are_explained(payload: str, kind: str, says: str) -> None:
    meant = interpret(Code(payload, "qrcode", (0, 0, 1, 1)))
    assert meant["kind"] == kind
    assert says in meant["meaning"]


def test_the_number_of_a_book_is_an_isbn() -> None:
    assert interpret(Code("9780441014989", "ean13", (0, 0, 1, 1)))["kind"] == "isbn"
    assert interpret(Code("4006381333931", "ean13", (0, 0, 1, 1)))["kind"] == "product"


def test_the_tool_reports_payload_place_and_meaning(tmp_path: Path) -> None:
    tool = ScanCodes(Slot("zxing-cpp", zxing.load))
    path = tmp_path / "stored"
    drawn("https://example.org/menu", "QRCode").save(path, "PNG")
    item = Item("image:1", "image", path, "image/png", "menu.png", "")
    result = tool.run(Call({"image": item}), Context())
    assert result.text == "QR code: https://example.org/menu (a link to example.org)"
    assert result.engine == "zxing-cpp"
    (code,) = json.loads(json.dumps(result.data))["codes"]
    assert code["fields"]["host"] == "example.org"
    assert result.sources[0].source == "menu.png"
    assert result.sources[0].locator == "xywh=" + ",".join(map(str, code["xywh"]))

    Pil.new("RGB", (50, 50)).save(path, "PNG")
    result = tool.run(Call({"image": item}), Context())
    assert (result.text, result.data["found"]) == ("No code was found in the picture.", False)
