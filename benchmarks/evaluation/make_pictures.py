"""Draws the evaluation's photographs of printed things: receipts, tickets, labels, cards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

LATIN = Path("/usr/share/fonts/truetype/dejavu")
INK = (38, 36, 40)


@dataclass(frozen=True)
class Shot:
    """How the sheet was photographed.

    angle is in degrees, blur in pixels, noise in grey levels; side is the image's width in pixels.
    """

    angle: float = 0.8
    blur: float = 0.6
    noise: float = 2.5
    desk: tuple[int, int, int] = (112, 96, 84)
    side: int = 1200


class Sheet:
    """A white sheet, width pixels wide, that is printed on from top to bottom."""

    def __init__(self, width: int, face: str, paper: tuple[int, int, int] = (250, 249, 245)):
        self.width, self.face, self.y, self.margin = width, face, 50, 50
        self.image = Image.new("RGB", (width, 2600), paper)
        self.pen = ImageDraw.Draw(self.image)

    def font(self, size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
        """The sheet's type in a size in pixels."""
        if "/" in self.face:
            return ImageFont.truetype(self.face, size)
        name = self.face + ("-Bold" if bold else "")
        return ImageFont.truetype(str(LATIN / f"{name}.ttf"), size)

    def centre(self, text: str, size: int = 34, bold: bool = False) -> None:
        """Print a line in the middle."""
        font = self.font(size, bold)
        x = (self.width - self.pen.textlength(text, font=font)) / 2
        self.pen.text((x, self.y), text, font=font, fill=INK)
        self.y += int(size * 1.5)

    def row(self, left: str, right: str = "", size: int = 34, bold: bool = False) -> None:
        """Print one text at the left edge and one ending at the right edge."""
        font = self.font(size, bold)
        self.pen.text((self.margin, self.y), left, font=font, fill=INK)
        x = self.width - self.margin - self.pen.textlength(right, font=font)
        self.pen.text((x, self.y), right, font=font, fill=INK)
        self.y += int(size * 1.5)

    def cells(self, *cells: tuple[int, str], size: int = 34, bold: bool = False) -> None:
        """Print texts on one line, each starting at its own x."""
        font = self.font(size, bold)
        for x, text in cells:
            self.pen.text((x, self.y), text, font=font, fill=INK)
        self.y += int(size * 1.5)

    def rule(self) -> None:
        """Draw a line across."""
        self.pen.line((self.margin, self.y + 8, self.width - self.margin, self.y + 8), INK, 3)
        self.y += 26

    def gap(self, height: int = 24) -> None:
        """Leave height pixels free."""
        self.y += height

    def shoot(self, path: Path, shot: Shot, seed: int) -> None:
        """Lay the sheet on a desk, turn it a little, light it unevenly, and write a JPEG."""
        sheet = self.image.crop((0, 0, self.width, self.y + 50))
        board = Image.new("RGB", (sheet.width + 120, sheet.height + 120), shot.desk)
        board.paste(sheet, (60, 60))
        turned = board.rotate(shot.angle, Image.Resampling.BICUBIC, fillcolor=shot.desk)
        height = round(turned.height * shot.side / turned.width)
        photo = turned.resize((shot.side, height), Image.Resampling.LANCZOS)
        pixels = np.asarray(photo.filter(ImageFilter.GaussianBlur(shot.blur)), dtype=float)
        across = np.linspace(0.9, 1.02, shot.side)[None, :, None]
        down = np.linspace(1.0, 0.93, height)[:, None, None]
        grain = np.random.default_rng(seed).normal(0, shot.noise, (height, shot.side, 1))
        done = np.clip(pixels * across * down + grain, 0, 255).astype(np.uint8)
        Image.fromarray(done).save(path, quality=72)


def cafe(folder: Path) -> None:
    """A receipt in typewriter type, with a service charge and a password."""
    s = Sheet(900, "DejaVuSansMono")
    s.centre("THE COPPER KETTLE", 48, True)
    s.centre("27 Mill Lane, Harrowby")
    s.centre("Tel 01632 960418")
    s.gap()
    s.row("14/03/2026", "09:42")
    s.row("Table 6", "Server: Noor")
    s.rule()
    for item, price in (
        ("2 x Flat white", "7.60"),
        ("1 x Oat latte", "4.20"),
        ("1 x Cinnamon bun", "3.50"),
        ("1 x Avocado toast", "8.90"),
        ("1 x Orange juice", "3.80"),
    ):
        s.row(item, price)
    s.rule()
    s.row("Subtotal", "28.00")
    s.row("Service 10%", "2.80")
    s.row("TOTAL GBP", "30.80", 40, True)
    s.gap()
    s.row("Paid: VISA ending 4471")
    s.row("Wi-Fi password: scones4tea")
    s.centre("Thank you, see you soon!")
    s.shoot(folder / "receipt_cafe.jpg", Shot(1.4, 0.7), 1)


def grocery(folder: Path) -> None:
    """A till receipt with a weighed item, a coupon, cash and change; no telephone, no tip."""
    s = Sheet(880, "DejaVuSans")
    s.centre("GREENFIELD MARKET", 50, True)
    s.centre("508 Alder Street, Portland", 32)
    s.row("2026-01-22 18:17", "Register 03", 30)
    s.row("Cashier: Denise", "Trans 118204", 30)
    s.rule()
    for item, price in (
        ("Whole milk 1 gal", "3.89"),
        ("Brown eggs 12 ct", "4.49"),
        ("Sourdough loaf", "5.25"),
        ("Bananas 2.31 lb @ 0.69/lb", "1.59"),
        ("Cheddar 8 oz", "6.75"),
        ("Olive oil 500 ml", "9.99"),
        ("COUPON Cheddar", "-1.50"),
    ):
        s.row(item, price)
    s.rule()
    s.row("TOTAL", "30.46", 42, True)
    s.row("CASH", "40.00")
    s.row("CHANGE", "9.54")
    s.gap()
    s.row("Items sold: 6", size=30)
    s.centre("Returns within 30 days with receipt", 30)
    s.shoot(folder / "receipt_grocery.jpg", Shot(-1.1, 0.6, 3.0, (70, 74, 80)), 2)


def noodles(folder: Path, face: str) -> None:
    """A receipt of a noodle house, in Chinese."""
    s = Sheet(900, face)
    s.centre("老街面馆", 64)
    s.row("地址：北京市东城区鼓楼东大街88号", size=38)
    s.row("电话：010-64012233", size=38)
    s.row("日期：2026-02-08", "时间：12:35", 38)
    s.row("桌号：12", "服务员：小李", 38)
    s.rule()
    for item, count, price in (
        ("牛肉面", "2", "56.00"),
        ("凉拌黄瓜", "1", "18.00"),
        ("小笼包", "1", "26.00"),
        ("酸梅汤", "2", "20.00"),
    ):
        s.cells((50, item), (480, count), (710, price), size=42)
    s.rule()
    s.row("合计", "120.00", 42)
    s.row("优惠", "-10.00", 42)
    s.row("实收", "110.00", 48)
    s.row("支付方式：微信支付", size=38)
    s.centre("谢谢惠顾", 42)
    s.shoot(folder / "receipt_noodles_zh.jpg", Shot(0.9, 0.5), 3)


def invoice(folder: Path) -> None:
    """An invoice: the buyer at the left beside numbers and dates at the right; no telephone."""
    s = Sheet(1500, "DejaVuSans")
    s.row("Brackenridge Stone Ltd", "INVOICE", 50, True)
    s.row("Unit 9 Quarry Park, Skipton", size=32)
    s.row("VAT no. GB 284 1170 53", size=32)
    s.gap(40)
    for left, key, value in (
        ("Bill to", "Invoice no.", "INV-20417"),
        ("Lindqvist Garden Design", "Issue date", "2 April 2026"),
        ("14 Harbour Road", "Due date", "2 May 2026"),
        ("Whitby YO21 3PU", "PO number", "88-3105"),
    ):
        s.cells((50, left), (800, key), (1120, value))
    s.rule()
    s.cells((50, "Description"), (800, "Qty"), (980, "Unit"), (1230, "Amount"), bold=True)
    for name, count, unit, amount in (
        ("Sandstone paving", "24", "35.50", "852.00"),
        ("Jointing compound", "6", "18.00", "108.00"),
        ("Delivery", "1", "65.00", "65.00"),
    ):
        s.cells((50, name), (800, count), (980, unit), (1230, amount))
    s.rule()
    s.cells((800, "Net"), (1230, "1025.00"))
    s.cells((800, "VAT 20%"), (1230, "205.00"))
    s.cells((800, "Total GBP"), (1230, "1230.00"), size=38, bold=True)
    s.gap()
    s.row("Please pay to sort code 20-44-16, account 73150982.", size=32)
    s.shoot(folder / "invoice_stone.jpg", Shot(-0.7, 0.4, 2.0, (90, 96, 100), 1500), 4)


def train(folder: Path) -> None:
    """A train ticket; no platform on it."""
    s = Sheet(1400, "DejaVuSans", (246, 240, 224))
    s.row("TRAIN TICKET", "2nd class", 46, True)
    s.rule()
    s.cells((50, "From"), (760, "To"), size=28)
    s.cells((50, "LYON PART-DIEU"), (760, "MARSEILLE ST-CHARLES"), size=42, bold=True)
    s.gap(14)
    s.cells((50, "Date"), (460, "Departs"), (760, "Arrives"), (1080, "Train"), size=28)
    s.cells((50, "19 June 2026"), (460, "08:04"), (760, "09:46"), (1080, "6107"), size=40)
    s.gap(14)
    s.cells((50, "Passenger"), (460, "Coach"), (760, "Seat"), (1080, "Fare"), size=28)
    s.cells((50, "H. OKAFOR"), (460, "14"), (760, "52"), (1080, "EUR 47.00"), size=40)
    s.gap(14)
    s.row("Booking reference QTRX8M", size=34)
    s.row("Exchangeable until departure. Not refundable.", size=30)
    s.shoot(folder / "train_ticket.jpg", Shot(1.0, 0.5, 2.5, (60, 66, 84), 1400), 5)


def library(folder: Path) -> None:
    """The sign with a library's opening hours; no telephone."""
    s = Sheet(1200, "DejaVuSans", (236, 242, 246))
    s.centre("RIVERSIDE LIBRARY", 66, True)
    s.centre("Opening hours", 46)
    s.rule()
    for day, hours in (
        ("Monday", "Closed"),
        ("Tuesday", "10:00 - 18:00"),
        ("Wednesday", "10:00 - 18:00"),
        ("Thursday", "12:00 - 20:00"),
        ("Friday", "10:00 - 18:00"),
        ("Saturday", "09:30 - 16:00"),
        ("Sunday", "Closed"),
    ):
        s.row(day, hours, 46)
    s.rule()
    s.centre("Last loans 15 minutes before closing", 36)
    s.centre("Closed from 24 December to 2 January", 36)
    s.shoot(folder / "opening_hours.jpg", Shot(-1.6, 1.0, 3.0, (120, 110, 100)), 6)


def medicine(folder: Path) -> None:
    """A pharmacy's label on a box of capsules; it says nothing of a price."""
    s = Sheet(1200, "DejaVuSans")
    s.row("AMOXARIL 500 mg", "21 capsules", 48, True)
    s.rule()
    s.row("Take ONE capsule THREE times a day with water.", size=38)
    s.row("Finish the whole course. Avoid alcohol.", size=38)
    s.gap(14)
    s.row("Mr Tomas Reyes", "11 Feb 2026", 38)
    s.row("Prescriber: Dr A. Whitlock", "Batch LK3392", 34)
    s.row("Store below 25 C", "EXP 08/2027", 34)
    s.row("Keep out of the reach of children.", size=34)
    s.rule()
    s.row("Moorgate Pharmacy", "0161 496 0752", 36)
    s.shoot(folder / "medicine_label.jpg", Shot(1.8, 0.8, 3.0, (134, 128, 118)), 7)


def menu(folder: Path) -> None:
    """A restaurant's menu in four groups."""
    s = Sheet(1150, "DejaVuSerif", (250, 244, 230))
    s.centre("TRATTORIA LUMA", 60, True)
    for group, dishes in (
        ("Starters", (("Bruschetta", "6.50"), ("Tomato soup", "5.80"), ("Burrata", "9.20"))),
        (
            "Mains",
            (
                ("Pizza Margherita", "11.00"),
                ("Mushroom risotto", "14.50"),
                ("Sea bass with fennel", "19.80"),
                ("Tagliatelle with lamb ragu", "16.90"),
            ),
        ),
        ("Desserts", (("Tiramisu", "7.00"), ("Lemon sorbet", "5.50"))),
        ("Drinks", (("House red, glass", "6.00"), ("Sparkling water", "3.20"))),
    ):
        s.gap(12)
        s.centre(group, 42, True)
        for dish, price in dishes:
            s.row(dish, price, 38)
    s.rule()
    s.centre("The kitchen closes at 22:15", 34)
    s.shoot(folder / "menu.jpg", Shot(0.6, 0.7, 2.5, (64, 48, 40)), 8)


def card(folder: Path) -> None:
    """A business card; no fax on it."""
    s = Sheet(1150, "DejaVuSans")
    s.row("Halden & Voss Partners", size=44)
    s.gap(30)
    s.row("Dr. Marisol Ferreira", size=54, bold=True)
    s.row("Structural Engineer", size=38)
    s.gap(30)
    s.row("Mobile  +44 7700 900315", size=36)
    s.row("marisol@haldenvoss.example", size=36)
    s.row("3rd Floor, 61 Canal Street, Leeds LS1 4AB", size=36)
    s.shoot(folder / "business_card.jpg", Shot(-2.0, 0.7, 2.5, (40, 52, 60)), 9)


def boarding(folder: Path) -> None:
    """A boarding pass; it has no arrival time."""
    s = Sheet(1450, "DejaVuSans")
    s.row("BOARDING PASS", "Flight BX 482", 46, True)
    s.rule()
    s.cells((50, "Name"), (620, "From"), (1020, "To"), size=28)
    s.cells((50, "NAKAMURA KENJI"), (620, "OSLO"), (1020, "LISBON"), size=42, bold=True)
    s.gap(14)
    s.cells((50, "Date"), (620, "Gate"), (1020, "Seat"), size=28)
    s.cells((50, "07 SEP 2026"), (620, "C17"), (1020, "21A"), size=42)
    s.gap(14)
    s.cells((50, "Boarding"), (620, "Departure"), (1020, "Group"), size=28)
    s.cells((50, "13:25"), (620, "14:05"), (1020, "3"), size=42)
    s.gap(14)
    s.row("Gate closes 15 minutes before departure.", size=32)
    s.shoot(folder / "boarding_pass.jpg", Shot(0.9, 0.5, 2.5, (88, 88, 92), 1450), 10)


def badge(folder: Path) -> None:
    """A conference badge."""
    s = Sheet(1050, "DejaVuSans", (244, 248, 240))
    s.centre("EUROPEAN TRANSIT FORUM", 50, True)
    s.centre("Vienna, 5-7 October 2026", 40)
    s.rule()
    s.centre("Priya Ramanathan", 72, True)
    s.centre("City of Ghent", 46)
    s.centre("SPEAKER", 54, True)
    s.row("Hall B", "ID 30418", 40)
    s.shoot(folder / "badge.jpg", Shot(1.2, 1.0, 3.0, (52, 60, 72)), 11)


def make(folder: Path, chinese: str | None) -> None:
    """Write every picture; the Chinese one only where a Chinese font file is given."""
    for draw in (cafe, grocery, invoice, train, library, medicine, menu, card, boarding, badge):
        draw(folder)
    if chinese:
        noodles(folder, chinese)
