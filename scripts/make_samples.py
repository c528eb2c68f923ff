"""Make the small sample files of ``assistant demo``: ``python scripts/make_samples.py``.

A receipt as a phone would photograph it, a lease as a Word file, a ticket with a QR code
and a spoken question. Everything is invented; nothing is taken from elsewhere.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SAMPLES = Path(__file__).resolve().parent.parent / "assistant" / "samples"
QUESTION = "what is the monthly rent"
RECEIPT = """\
CORNER BAKERY
12 Mill Lane, Oxford
2026-03-14  09:41

2 x Croissant         5.20
1 x Rye bread         4.35
3 x Cappuccino       10.50
1 x Orange juice      3.40

Subtotal             19.54
VAT 20%               3.91
TOTAL            GBP 23.45
Card **** 4417

Thank you, come again!"""
LEASE = (
    ("Residential lease", ("This lease is made on 1 February 2026 between Ada Moreau, the "
     "landlord, and Tom Fielding, the tenant, for the flat at 8 Harbour Street.")),
    ("Rent", ("The rent is 1,250 pounds a month. It is due on the first day of each month and "
     "is paid by bank transfer.")),
    ("Deposit", ("The tenant pays a deposit of 1,400 pounds, which is returned within 14 days "
     "after the end of the lease.")),
    ("Term", ("The lease begins on 1 March 2026 and ends on 28 February 2028. Either side may "
     "end it with two months' notice in writing.")),
    ("Pets", "One cat is allowed. Other animals need the landlord's written consent."),
    ("Repairs", ("The landlord repairs the heating, the roof and the plumbing. The tenant "
     "replaces light bulbs and keeps the garden in order.")),
)  # fmt: skip
TICKET = "https://example.org/ticket/A7-2026?seat=14C"


def receipt(path: Path) -> None:
    """Thermal paper on a wooden table, a little askew, soft and noisy."""
    draw_random = random.Random(7)
    font = ImageFont.load_default(26)
    paper = Image.new("RGB", (520, 640), (246, 243, 236))
    draw = ImageDraw.Draw(paper)
    for row, line in enumerate(RECEIPT.splitlines()):
        left, _, right = line.rpartition("  ")
        draw.text((36, 34 + row * 38), (left or right).strip(), fill=(52, 50, 56), font=font)
        if left:
            draw.text(
                (484, 34 + row * 38), right.strip(), fill=(52, 50, 56), font=font, anchor="ra"
            )
    table = Image.new("RGB", (760, 860), (121, 84, 55))
    grain = ImageDraw.Draw(table)
    for y in range(0, 860, 3):
        shade = draw_random.randint(-14, 14)
        grain.line((0, y, 760, y), fill=(121 + shade, 84 + shade, 55 + shade), width=2)
    mask = Image.new("L", paper.size, 255)
    turned, cut = (
        i.rotate(-3.2, expand=True, resample=Image.Resampling.BICUBIC) for i in (paper, mask)
    )
    table.paste(turned, (96, 84), cut)
    noise = np.random.default_rng(7).normal(0, 5, (860, 760, 1))
    light = np.linspace(1.06, 0.86, 760)[None, :, None]
    pixels = np.asarray(table.filter(ImageFilter.GaussianBlur(0.6)), dtype=float) * light + noise
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=82)


def lease(path: Path) -> None:
    import docx

    document = docx.Document()
    for number, (heading, text) in enumerate(LEASE):
        document.add_heading(heading, 0 if number == 0 else 1)
        document.add_paragraph(text)
    document.save(str(path))


def ticket(path: Path) -> None:
    import zxingcpp

    code = zxingcpp.create_barcode(TICKET, zxingcpp.BarcodeFormat.QRCode)
    pixels = np.array(code.to_image(scale=7, add_quiet_zones=True))
    card = Image.new("RGB", (640, 420), (238, 240, 247))
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 640, 84), fill=(38, 60, 120))
    draw.text((28, 22), "NIGHT TRAIN  Lyon - Oslo", fill="white", font=ImageFont.load_default(34))
    draw.text((28, 120), "Seat 14C", fill=(30, 30, 40), font=ImageFont.load_default(30))
    draw.text((28, 170), "Platform 7", fill=(30, 30, 40), font=ImageFont.load_default(30))
    card.paste(Image.fromarray(pixels).convert("RGB"), (380, 120))
    card.save(path, optimize=True)


def question(path: Path) -> None:
    from tools.engines.espeak import Synthesizer
    from tools.runtime import Slot
    from tools.speech.speak import say

    slot = Slot("eSpeak NG", Synthesizer)
    path.write_bytes(say(slot, QUESTION, rate=0.9, voice="en-us"))
    slot.unload()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=SAMPLES)
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    receipt(folder / "receipt.jpg")
    lease(folder / "lease.docx")
    ticket(folder / "ticket.png")
    question(folder / "question.wav")
    for file in sorted(folder.iterdir()):
        print(f"{file.stat().st_size / 1000:7.1f} kB  {file.name}")


if __name__ == "__main__":
    main()
