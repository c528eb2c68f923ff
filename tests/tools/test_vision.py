"""Reading and looking with the real engines, on pages and pictures drawn here."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pil
from PIL import ImageDraw, ImageFilter, ImageFont

from tools.base import Call, Context, Item, ToolResult
from tools.engines import rapidocr, zxing
from tools.engines.rapidocr import OcrPage, RapidOcr
from tools.errors import BadInput, Cancelled
from tools.media.image import Image, open_image
from tools.runtime import Slot
from tools.vision import facts
from tools.vision.look import Look
from tools.vision.questions import answer_row, topic
from tools.vision.read_text import ReadText

OCR = Slot("RapidOCR", rapidocr.load)
CODES = Slot("zxing-cpp", zxing.load)

LINES = ["The harvest festival opens at noon", "Bring warm clothes and a lantern"]


def page(lines: list[str], size: tuple[int, int] = (640, 260)) -> Pil.Image:
    picture = Pil.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((40, 60 + 50 * number), line, fill="black", font=ImageFont.load_default(30))
    return picture


def receipt() -> Pil.Image:
    picture = Pil.new("RGB", (520, 330), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(28)
    rows = [("Apples", "3.48"), ("Olive oil", "7.20"), ("Subtotal", "10.68"), ("TOTAL", "12.82")]
    for number, (name, price) in enumerate(rows):
        draw.text((40, 40 + 60 * number), name, fill="black", font=font)
        draw.text((400, 40 + 60 * number), price, fill="black", font=font)
    return picture


def as_image(picture: Pil.Image) -> Image:
    return Image(picture, picture.width, picture.height, "PNG")


def read(picture: Pil.Image) -> OcrPage:
    reader: RapidOcr = OCR.get()
    return reader.read(as_image(picture))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_whichever_way_it_lies(turn: int) -> None:
    upright = page(LINES)
    found = read(upright.rotate(turn, expand=True))
    assert found.text.split() == " ".join(LINES).split()
    assert found.rotation == turn  # PIL turns it one way, so it must be turned the other way back
    # The box in the given picture holds the ink of its line.
    x, y, width, height = found.lines[0].xywh
    given = np.asarray(upright.rotate(turn, expand=True).convert("L"))
    assert given[y : y + height, x : x + width].min() < 60
    assert (width > height) == (turn in {0, 180})
    # And in the upright page the first line lies at the top, wherever it was given.
    assert found.lines[0].box[0][1] < found.lines[1].box[0][1] < 200


def test_a_page_askew_and_dim_is_read() -> None:
    dim = page(LINES).point([round(v * 0.6) for v in range(256)] * 3)
    found = read(dim.rotate(4, expand=True, fillcolor=(153, 153, 153)))
    assert found.text.split() == " ".join(LINES).split()


def test_small_print_is_read() -> None:
    small = page(LINES).resize((256, 104), Pil.Resampling.LANCZOS)
    assert read(small).text.split() == " ".join(LINES).split()


def test_the_rows_of_a_receipt_keep_their_cells() -> None:
    found = read(receipt())
    assert [[cell.text for cell in row] for row in found.rows][-1] == ["TOTAL", "12.82"]
    assert found.text.splitlines()[0] == "Apples  3.48"
    assert found.confidence > 0.9


def test_no_text_is_invented_where_there_is_none() -> None:
    random = np.random.default_rng(1)
    noise = Pil.fromarray(random.integers(0, 255, (200, 200, 3), np.uint8))
    for picture in (Pil.new("RGB", (300, 200), "white"), noise, Pil.new("RGB", (2, 2))):
        assert read(picture).trusted().lines == ()


def test_photos_give_their_signs_and_no_noise(shared: Path) -> None:
    reader: RapidOcr = OCR.get()
    sign = reader.read(open_image(shared / "images" / "000000107438.jpg")).trusted()
    assert [line.text for line in sign.lines] == [
        "WELCOME TO",
        "ARDNAMURCHAN POINT",
        "VISITOR CENTRE",
    ]
    for name in ("000000099053", "000000551780", "000000397133"):
        found = reader.read(open_image(shared / "images" / f"{name}.jpg")).trusted()
        assert (found.lines, found.rotation) == ((), 0)


def test_loading_and_reading_keep_quiet(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "RapidOCR"):
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        fresh = rapidocr.load()
        fresh.read(as_image(Pil.new("RGB", (64, 64), "white")))
    assert capfd.readouterr() == ("", "")


# --- the tools -------------------------------------------------------------------------


def item(path: Path, name: str = "picture.png") -> Item:
    return Item("image:1", "image", path, "image/png", name, "")


def read_text(path: Path) -> ToolResult:
    return ReadText(OCR).run(Call({"image": item(path)}), Context())


def test_read_text_gives_text_lines_and_places(tmp_path: Path) -> None:
    receipt().save(tmp_path / "a.png")
    result = read_text(tmp_path / "a.png")
    assert "TOTAL  12.82" in result.text
    data = json.loads(json.dumps(result.data))
    assert data["rows"][0] == ["Apples", "3.48"]
    assert data["lines"][0].keys() == {"text", "confidence", "xywh"}
    assert data["rotation"] == 0
    assert result.confidence is not None
    assert result.confidence > 0.9
    assert {s.locator.split("=")[0] for s in result.sources} == {"xywh"}
    assert result.sources[0].handle == "image:1"


def test_read_text_reads_every_page_of_a_tiff(tmp_path: Path) -> None:
    pages = [page(["First page"], (400, 160)), page(["Second page"], (400, 160))]
    pages[0].save(tmp_path / "fax.tif", save_all=True, append_images=pages[1:])
    result = read_text(tmp_path / "fax.tif")
    assert result.text == "[page 1]\nFirst page\n\n[page 2]\nSecond page"
    assert result.sources[1].locator.startswith("page=2 xywh=")


def test_read_text_says_plainly_that_there_is_none(tmp_path: Path) -> None:
    Pil.new("RGB", (90, 60), "white").save(tmp_path / "a.png")
    result = read_text(tmp_path / "a.png")
    assert result.text == "No text was found in the picture."
    assert result.data["found"] is False
    assert result.sources == ()


def test_a_file_that_is_no_picture_is_named_as_the_person_knows_it(tmp_path: Path) -> None:
    (tmp_path / "blob").write_text("hello there, this is text")
    with pytest.raises(BadInput, match=r"^notes\.jpg is text"):
        ReadText(OCR).run(Call({"image": item(tmp_path / "blob", "notes.jpg")}), Context())


def test_a_cancelled_run_stops(tmp_path: Path) -> None:
    page(LINES).save(tmp_path / "a.png")
    context = Context()
    context.cancel()
    with pytest.raises(Cancelled):
        ReadText(OCR).run(Call({"image": item(tmp_path / "a.png")}), context)


def look(path: Path, question: str, tool: Look | None = None) -> ToolResult:
    tool = tool or Look(OCR, CODES)
    return tool.run(Call({"image": item(path), "question": question}), Context())


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sky over grass, a red box, as a camera would have saved it."""
    random = np.random.default_rng(0)
    picture = Pil.new("RGB", (480, 320), (70, 130, 230))
    picture.paste((50, 140, 40), (0, 200, 480, 320))
    picture.paste((210, 20, 20), (60, 150, 180, 260))
    noisy = np.asarray(picture).astype(int) + random.normal(0, 6, (320, 480, 3)).astype(int)
    exif = Pil.Exif()
    exif[0x010F], exif[0x0110] = "ACME", "Shot 5"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:17 09:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    Pil.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(path, exif=exif, quality=92)
    return path


@pytest.mark.parametrize(
    ("question", "starts"),
    [
        ("How big is this picture?", "It is 480 x 320 pixels, landscape (3:2)"),
        ("When was this photo taken?", "It was taken on 2024-05-17 09:30:00."),
        ("Where was it taken?", "It was taken at 48.85833° N, 2.29444° E."),
        ("Which camera took this?", "It was taken with ACME Shot 5."),
        ("What colours are in the image?", "It is mostly blue ("),
        ("Is it too dark?", "The picture is normally lit"),
        ("Is the photo blurry?", "The picture is sharp."),
        ("What format is the file?", "It is a JPEG file."),
        ("Is it animated?", "It is a still picture."),
        ("Is there a QR code in it?", "I found no code in the picture."),
        ("Does it have any text?", "I found no text in the picture."),
        ("Is this a photo or a screenshot?", "It is a photo"),
        ("这张照片是什么时候拍的？", "拍摄于 2024-05-17 09:30:00。"),
        ("这张照片在哪里拍的？", "拍摄地点的坐标是 48.85833° N"),
        ("图片的主要颜色是什么？", "主要颜色是蓝色（"),
        ("这张图有多大？", "图片宽 480、高 320 像素"),
        ("照片模糊吗？", "图片清晰。"),
    ],
)
def test_the_fact_that_was_asked_for_comes_first(question: str, starts: str, photo: Path) -> None:
    result = look(photo, question)
    assert result.text.startswith(starts)
    assert result.data["answered"] is True
    assert "vision model" not in result.text


@pytest.mark.parametrize(
    "question",
    ["What is the man doing?", "How many people are there?", "What colour is the car?"],
)
def test_what_cannot_be_seen_is_not_made_up(question: str, photo: Path) -> None:
    result = look(photo, question)
    *seen, last = result.text.splitlines()
    assert "blue (" in " ".join(seen)
    assert last.startswith("To describe what is in a picture I need a vision model:")
    assert "`ollama pull llava`" in last
    assert result.data["answered"] is False


def test_a_chinese_question_gets_a_chinese_answer(photo: Path) -> None:
    result = look(photo, "图片里有几个人？")
    assert "照片" in result.text.splitlines()[0]
    assert result.text.splitlines()[-1].startswith("要描述图片里的内容，我需要一个视觉模型")
    assert result.data["answered"] is False


def test_a_question_about_the_words_is_answered_from_its_row(tmp_path: Path) -> None:
    receipt().save(tmp_path / "a.png")
    result = look(tmp_path / "a.png", "What's the total on this receipt?")
    assert result.text == "It reads: “TOTAL  12.82”."
    assert [source.quote for source in result.sources] == ["TOTAL", "12.82"]
    x, y, *_ = map(int, result.sources[0].locator.removeprefix("xywh=").split(","))
    assert abs(x - 40) < 10
    assert abs(y - 222) < 12
    assert result.data["answered"] is True


def test_a_page_is_described_by_what_it_says(tmp_path: Path) -> None:
    page(LINES).rotate(180).save(tmp_path / "a.png")
    result = look(tmp_path / "a.png", "is this upside down?")
    assert result.text == "It is in landscape, and its text stands upside down."
    result = look(tmp_path / "a.png", "Describe this picture")
    assert LINES[0] in result.text
    assert result.data["answered"] is True
    assert json.loads(json.dumps(result.data))["kind"]["name"] in {"document", "screenshot"}


def test_a_blank_picture_is_called_blank(tmp_path: Path) -> None:
    Pil.new("RGB", (300, 200), "white").save(tmp_path / "a.png")
    result = look(tmp_path / "a.png", "What is in this picture?")
    assert result.text == "The picture is blank: it is all white."
    assert result.data["answered"] is True


def test_an_animation_is_counted(tmp_path: Path) -> None:
    frames = [Pil.new("RGB", (40, 40), c) for c in ("red", "green", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert look(tmp_path / "a.gif", "is it animated?").text == "It is an animation of 3 frames."


# --- the facts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((10, 10, 12), "black"), ((250, 250, 248), "white"), ((128, 128, 130), "grey"),
        ((200, 20, 30), "red"), ((245, 140, 20), "orange"), ((110, 70, 35), "brown"),
        ((225, 205, 170), "beige"), ((240, 220, 40), "yellow"), ((40, 140, 50), "green"),
        ((20, 150, 150), "teal"), ((40, 80, 200), "blue"), ((110, 40, 160), "purple"),
        ((250, 150, 180), "pink"), ((135, 190, 235), "blue"), ((0, 0, 120), "blue"),
    ],
)  # fmt: skip
def test_colours_have_the_names_people_give_them(rgb: tuple[int, int, int], name: str) -> None:
    assert facts.measure(as_image(Pil.new("RGB", (40, 40), rgb))).colours == ((name, 1.0),)


def test_light_and_focus_are_measured() -> None:
    random = np.random.default_rng(5)
    blocks = random.integers(0, 255, (20, 30, 3), np.uint8)
    crisp = Pil.fromarray(blocks).resize((600, 400), Pil.Resampling.NEAREST)
    assert facts.measure(as_image(crisp)).focus == "sharp"
    assert facts.measure(as_image(crisp.filter(ImageFilter.GaussianBlur(5)))).focus == "blurred"
    night = crisp.point([v // 10 for v in range(256)] * 3)
    assert facts.measure(as_image(night)).light == "very dark"
    assert facts.measure(as_image(night)).focus == "sharp"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("what does the sign say", "text"),
        ("scan the qr code", "code"),
        ("what's in this photo?", "everything"),
        ("", "everything"),
        ("how much is the tax?", "amount"),
        ("who is she", "other"),
        ("这是什么？", "everything"),
        ("上面写了什么", "text"),
        ("一共多少钱？", "amount"),
        ("这只狗是什么品种？", "other"),
        ("图片背景是什么颜色？", "background"),
    ],
)
def test_questions_are_understood(question: str, asked: str) -> None:
    assert topic(question) == asked


def test_the_row_that_answers_is_found() -> None:
    rows = ["ACME Ltd", "Tel 0113 496 0123", "Subtotal  14.28", "VAT 20%  2.86", "TOTAL  17.14"]
    assert answer_row("amount", "what is the total?", rows) == 4
    assert answer_row("amount", "how much is the VAT", rows) == 3
    assert answer_row("phone", "what is the phone number?", rows) == 1
    assert answer_row("email", "which e-mail address?", rows) is None
