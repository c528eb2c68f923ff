"""Read the files of ``scripts/reading`` with the product's own tools, and store their units.

    python scripts/reading_materials.py

Each line of ``*.materials.jsonl`` has the ``text`` of a file: a picture as the lines that are
printed on it (``.lay``: columns by tabs, large print by ``#``), the lines of a recording
(``.talk``), or a document as it is. Pictures are drawn, a little crooked, noisy and blurred, and
read by the OCR engine, so that the reader learns from what it will be given.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from assistant import Settings
from assistant.wiring import House, open_house
from tools.documents import read
from tools.media.image import open_image
from tools.reading.material import Material, of_document, of_picture, of_recording
from tools.reading.units import units
from tools.vision.read_text import page_data

FOLDER = Path(__file__).with_name("reading")
FONTS = Path("/usr/share/fonts")
LATIN = ("DejaVuSans.ttf", "DejaVuSansMono.ttf", "DejaVuSerif.ttf", "LiberationSans-Regular.ttf")
CHINESE = ("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc")
PAPERS = ("white", "#fbf9f2", "#f3f3f0", "#fffbe8")
INK, TABLE = "#1a1a1a", "#e9e7e0"


def drawn(text: str, chance: random.Random) -> Image.Image:
    """The lines of a picture on paper, as a phone might photograph them."""
    names = CHINESE if re.search("[一-鿿]", text) else LATIN
    font = str(chance.choice(sorted(p for p in FONTS.rglob("*.tt[fc]") if p.name in names)))
    size = chance.choice((26, 28, 30, 32))
    plain, large = (ImageFont.truetype(font, int(size * by)) for by in (1, 1.5))
    lines = text.rstrip("\n").split("\n")
    widths = [
        (large if line.startswith("#") else plain).getlength(line.replace("\t", " " * 5))
        for line in lines
    ]
    width = int(min(max(*widths, size * 18) + size * 4, size * 70))
    heights = [size * (2.1 if x.startswith("#") else 1.5 if x.strip() else 0.8) for x in lines]
    picture = Image.new("RGB", (width, int(sum(heights) + size * 3)), chance.choice(PAPERS))
    canvas, top, margin = ImageDraw.Draw(picture), size * 1.5, size * 1.2
    for line, height in zip(lines, heights, strict=True):
        own = large if line.startswith("#") else plain
        cells = [c.strip() for c in line.lstrip("# ").split("\t")]
        for left, cell in _placed(cells, own, margin, width - margin, size):
            canvas.text((left, top), cell, font=own, fill=INK)
        top += height
    return _photographed(picture, chance)


def _placed(
    cells: Sequence[str], font: ImageFont.FreeTypeFont, left: float, right: float, gap: float
) -> list[tuple[float, str]]:
    """The first cell on the left, the others in columns that end on the right."""
    out, after = [(left, cells[0])], left + font.getlength(cells[0]) + gap
    column = (right - left) * 0.6 / (len(cells) - 1) if len(cells) > 2 else 0.0
    for number, cell in enumerate(cells[1:], 1):
        end = right - (len(cells) - 1 - number) * column
        at = max(after, end - font.getlength(cell))
        out.append((at, cell))
        after = at + font.getlength(cell) + gap * 0.6
    return out


def _photographed(picture: Image.Image, chance: random.Random) -> Image.Image:
    if chance.random() < 0.5:
        turn = chance.uniform(-1.2, 1.2)
        picture = picture.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=TABLE)
    pixels = np.asarray(picture).astype(np.float32)
    noise = np.random.default_rng(chance.randrange(2**32))
    pixels += noise.normal(0, chance.uniform(0, 6), (*pixels.shape[:2], 1))
    picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if chance.random() < 0.4:
        picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 0.8)))
    return picture


def material(name: str, text: str, house: House, folder: Path) -> Material:
    """What the tools read of one file."""
    kind = name.rpartition(".")[2]
    if kind == "talk":
        said = [line.strip() for line in text.splitlines() if line.strip()]
        return of_recording({"segments": [
            {"text": x, "start": i * 4.0, "end": i * 4 + 3.5} for i, x in enumerate(said)
        ]})  # fmt: skip
    if kind == "lay":
        path = folder / "picture.jpg"
        drawn(text, random.Random(name)).save(path, quality=80)
        picture = open_image(path, name=path.name)
        page = house.ocr.get().read(picture, lambda: None).trusted()
        return of_picture(page_data([page], picture))
    path = folder / name
    path.write_text(text, encoding="utf-8")
    given = read(path, name=name, ocr=None, cancelled=lambda: False, progress=lambda *_: None)
    sections = [
        {"locator": s.locator, "heading": s.heading, "text": s.text} for s in given.sections
    ]
    tables = [
        {"locator": s.locator, "heading": s.heading, "rows": [list(row) for row in s.table]}
        for s in given.sections
        if s.table
    ]
    return of_document({"title": given.title, "sections": sections, "tables": tables})


def main() -> None:
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
        house = open_house(Settings(home=Path(home), model="builtin"))
        for path in sorted(FOLDER.glob("*.materials.jsonl")):
            out = []
            for line in path.read_text(encoding="utf-8").splitlines():
                one = json.loads(line)
                made = material(one["file"], one["text"], house, Path(folder))
                one["units"] = [unit.text for unit in units(made)]
                out.append(json.dumps(one, ensure_ascii=False))
            path.write_text("\n".join(out) + "\n", encoding="utf-8")
            print(f"{path.name}: {len(out)} files", flush=True)


if __name__ == "__main__":
    main()
