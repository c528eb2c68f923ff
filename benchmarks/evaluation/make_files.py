"""Makes the evaluation's files that are not plain text: pictures, documents, tables, recordings.

The plain texts in files/ (txt, md, csv) are their own source and are only read here. Run from
anywhere: `python benchmarks/evaluation/make_files.py [--chinese-font FONT.ttc]`. Without a
Chinese font the one Chinese picture is left as it is. The same run gives the same bytes with the
same versions of the libraries.
"""

from __future__ import annotations

import argparse
import ctypes
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import av
import docx
import espeakng_loader
import make_pictures
import numpy as np
import xlsxwriter

FILES = Path(__file__).parent / "files"
CHINESE_FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
)
MADE = datetime(2026, 1, 1)
RATE = 22050  # what espeak-ng's voices speak at, in Hz

Row = Sequence[str]


def write_docx(path: Path, title: str, parts: Sequence[str | Sequence[Row]]) -> None:
    """Write a Word document: a string is a paragraph ("# " a heading), rows are a table."""
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = MADE
    document.add_heading(title, 0)
    for part in parts:
        if isinstance(part, str):
            if part.startswith("# "):
                document.add_heading(part[2:], 1)
            else:
                document.add_paragraph(part)
            continue
        table = document.add_table(rows=0, cols=len(part[0]))
        for row in part:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    packed = io.BytesIO()
    document.save(packed)
    # The archive's entries carry the time of writing, so they are written again with a fixed one.
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))


def write_pdf(path: Path, pages: Sequence[Sequence[str]]) -> None:
    """Write a PDF of A4 pages of Latin text lines in Helvetica; "# " marks a heading."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for page in pages:
        lines = [b"BT", b"60 790 Td"]
        for line in page:
            size, text = (16, line[2:]) if line.startswith("# ") else (11, line)
            safe = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
            lines.append(b"/F1 %d Tf (%s) Tj 0 -%d Td" % (size, safe.encode("latin-1"), size + 8))
        stream = b"\n".join([*lines, b"ET"])
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    body, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    count = len(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    path.write_bytes(body + end % (count, body.rindex(b"xref\n0 ")))


def speak(sentences: Sequence[str], pause: float) -> np.ndarray:
    """Sentences spoken by espeak-ng, int16 at RATE Hz, with pause seconds of silence after each."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Initialize(1, 0, espeakng_loader.get_data_path().encode(), 0)
    library.espeak_SetVoiceByName(b"en-gb")
    library.espeak_SetParameter(1, 145, 0)  # words a minute
    heard: list[np.ndarray] = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
    def take(samples: ctypes._Pointer[ctypes.c_short], count: int, _event: int) -> int:
        if count > 0:
            heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    library.espeak_SetSynthCallback(take)
    for sentence in sentences:
        raw = sentence.encode()
        print(f"{sum(map(len, heard)) / RATE:6.1f} s  {sentence}")
        library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, 1, None, None)
        library.espeak_Synchronize()
        heard.append(np.zeros(int(pause * RATE), np.int16))
    return np.concatenate(heard).astype(np.int16)


def write_flac(path: Path, samples: np.ndarray) -> None:
    """Write int16 samples at RATE Hz as a FLAC file."""
    with av.open(str(path), "w") as box:
        stream = box.add_stream("flac", rate=RATE)
        stream.layout = "mono"
        for start in range(0, len(samples), 4096):
            part = samples[start : start + 4096]
            frame = av.AudioFrame.from_ndarray(part[None, :], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))


def make_documents() -> None:
    """The lease, the minutes and the Chinese notice (Word); the contract and the letter (PDF)."""
    write_docx(
        FILES / "lease.docx",
        "Tenancy agreement",
        [
            "This agreement is made on 20 July 2026 between Birgitta Holm (the landlady) and "
            "Samuel Adeyemi and Clara Novak (the tenants).",
            "# 1. The home",
            "Flat 5, 118 Elmbrook Terrace, Bristol BS6 7TN, with cellar room 5 and one bicycle "
            "space. Three sets of keys are handed over.",
            "# 2. Term",
            "The tenancy runs from 1 September 2026 until 31 August 2027. After that it goes on "
            "from month to month. Either side may end it with two months' written notice.",
            "# 3. Money",
            [
                ("Rent per month", "1180 pounds"),
                ("Due", "on the 3rd of each month"),
                ("Deposit", "1350 pounds, held by DepositGuard"),
                ("Late fee", "25 pounds after seven days"),
            ],
            "The landlady pays for water. The tenants pay council tax, electricity and internet.",
            "# 4. Living there",
            "One cat is allowed; dogs are not. Smoking is permitted on the balcony only. Damage "
            "must be reported within 48 hours. Music must be kept low after 22:00.",
        ],
    )
    write_docx(
        FILES / "minutes.docx",
        "Hillside Allotments - committee meeting",
        [
            "Held on 12 May 2026, 19:30, in the scout hut.",
            "Present: Ruth Calder (chair), Ivo Petrov, Mei Tan, Joanna Frost (minutes). "
            "Apologies: Gareth Bell.",
            "# Water tank",
            "The old tank leaks. Ivo will bring three quotes by 26 May. The committee may spend "
            "up to 900 pounds.",
            "# Summer fair",
            "The fair takes place on Saturday 18 July. Its budget is 450 pounds. Mei designs the "
            "poster; Joanna borrows the tents from the football club.",
            "# Plots and fees",
            "There are 23 people on the waiting list. Plot 14 goes to the Hassan family. The "
            "yearly fee rises from 38 to 42 pounds in January 2027.",
            "# Next meeting",
            "9 June 2026, same time, same place.",
        ],
    )
    write_docx(
        FILES / "badminton_zh.docx",
        "暑期羽毛球培训班通知",
        [
            "各位家长：青松社区体育中心将举办暑期羽毛球培训班，现将有关事项通知如下。",
            [
                ("开班日期", "2026年7月6日"),
                ("结束日期", "2026年8月14日"),
                ("上课时间", "每周一、三、五下午3点至4点30分"),
                ("地点", "体育中心二楼球馆"),
                ("费用", "每人680元，含球，不含球拍"),
                ("名额", "24人"),
            ],
            "报名对象为8至14岁的学生。请在6月20日前到服务台报名，联系人王老师，"
            "电话021-55087766。请假需提前一天告知教练。",
        ],
    )
    write_pdf(
        FILES / "employment_contract.pdf",
        [
            [
                "# Employment contract",
                "Employer: Northlight Optics GmbH, Tatzendpromenade 40, Jena",
                "Employee: Daniel Kowalczyk",
                "",
                "1. Position. The employee is hired as a laboratory technician and reports to",
                "Ms. Aylin Yildiz. The place of work is Jena.",
                "2. Beginning. Employment begins on 15 January 2027. The first six months are a",
                "probationary period.",
                "3. Working hours. The weekly working time is 38 hours. Overtime is made up for",
                "with time off.",
                "4. Pay. The employee receives a gross salary of 41600 euros a year, paid in",
                "twelve equal instalments at the end of each month.",
            ],
            [
                "5. Leave. The employee is entitled to 28 working days of holiday a year.",
                "6. Illness. A doctor's certificate is due by the third day of an absence.",
                "7. Side jobs need the employer's written consent.",
                "8. Notice. During the probationary period either side may give two weeks'",
                "notice, afterwards three months to the end of a month.",
                "9. The employer lends the employee a laptop, which is returned on leaving.",
                "",
                "Jena, 3 December 2026",
            ],
        ],
    )
    write_pdf(
        FILES / "insurance_letter.pdf",
        [
            [
                "# Fairhaven Home Insurance",
                "Mrs Ingrid Salvesen, 9 Lighthouse Row, Leith",
                "Edinburgh, 6 February 2026",
                "",
                "Policy HB-77120-4              Claim CL-2026-0931",
                "",
                "Dear Mrs Salvesen,",
                "thank you for reporting the water damage in your kitchen on 17 January 2026.",
                "We have examined your claim. The repair of the wall and the cupboards is",
                "covered: we accept 2490.00 pounds. Your excess of 150.00 pounds is taken off, so",
                "that we shall pay 2340.00 pounds into the account ending in 6621 within ten",
                "working days.",
                "The new floor covering (410.00 pounds) is not insured under your policy, as the",
                "old one was already worn.",
                "If you disagree, please write to us within 30 days. Your adjuster is",
                "Mr P. Okonkwo, telephone 0131 496 0220.",
            ]
        ],
    )


def make_tables() -> None:
    """The workbook: units sold by region and month, and what each region was to reach."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")
    sold = {
        "North": (120, 135, 150, 142, 160, 171),
        "South": (98, 104, 91, 110, 125, 119),
        "East": (143, 139, 152, 148, 137, 155),
        "West": (76, 82, 95, 101, 99, 112),
    }
    targets = {"North": 850, "South": 700, "East": 860, "West": 600}
    managers = {
        "North": "Hanna Vogt",
        "South": "Luis Prado",
        "East": "Yuki Mori",
        "West": "Tom Reed",
    }
    book = xlsxwriter.Workbook(str(FILES / "sales.xlsx"))
    book.set_properties({"created": MADE})
    sheet = book.add_worksheet("Sales")
    sheet.write_row(0, 0, ("Region", *months))
    for line, (region, units) in enumerate(sold.items(), 1):
        sheet.write_row(line, 0, (region, *units))
    goals = book.add_worksheet("Targets")
    goals.write_row(0, 0, ("Region", "Half-year target", "Manager"))
    for line, region in enumerate(sold, 1):
        goals.write_row(line, 0, (region, targets[region], managers[region]))
    book.close()


def make_recordings() -> None:
    """A message left by a dentist's practice, and a note to oneself with long pauses."""
    voicemail = (
        "Hello, this is Martha from the Oakfield dental practice.",
        "Your appointment on Thursday has been moved.",
        "The new time is half past two on Friday the seventeenth of April.",
        "Please bring your insurance card.",
    )
    write_flac(FILES / "voicemail.flac", speak(voicemail, 0.3))
    note = (
        "Today the parcel must go to the post office.",
        "On Tuesday the plumber comes. He wants eighty pounds.",
        "My train to Glasgow leaves at quarter past seven.",
        "I must also buy a birthday present for my brother.",
    )
    write_flac(FILES / "voice_note.flac", speak(note, 2.0))


def main() -> None:
    """Make every file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chinese-font", help="a font file with Chinese characters")
    found = next((name for name in CHINESE_FONTS if Path(name).exists()), None)
    font = parser.parse_args().chinese_font or found
    FILES.mkdir(exist_ok=True)
    make_pictures.make(FILES, font)
    make_documents()
    make_tables()
    make_recordings()


if __name__ == "__main__":
    main()
