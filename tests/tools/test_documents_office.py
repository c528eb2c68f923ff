"""Word, PowerPoint, Excel and OpenDocument files, written by the usual libraries."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.documents_made import locators, png, see, text
from tools.documents import read


def word(path: Path) -> Path:
    import docx

    document = docx.Document()
    document.add_heading("Contract", 0)
    document.add_paragraph("Between two parties.")
    document.add_heading("Payment", 1)
    paragraph = document.add_paragraph("Due in 30 days.")
    document.add_comment(paragraph.runs, "Really 30?", author="Ann")
    document.add_paragraph("cash", style="List Bullet")
    table = document.add_table(2, 2)
    for row, values in zip(table.rows, (("Item", "Price"), ("Desk", "120")), strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_heading("Law", 1)
    document.add_paragraph("Norwegian law applies.")
    document.add_picture(png("SIGNED"))
    document.sections[0].header.paragraphs[0].text = "Confidential"
    document.save(str(path))
    return path


def test_word_keeps_the_order_of_its_parts(tmp_path: Path) -> None:
    document = read(word(tmp_path / "a.docx"), ocr=see)
    assert document.title == "Contract"
    assert locators(document) == [
        "heading=Contract", "heading=Payment", "heading=Payment", "heading=Law",
        "heading=Header and footer",
    ]  # fmt: skip
    assert document.sections[1].text == (
        "Payment\nDue in 30 days.\n[comment by Ann] Really 30?\n- cash"
    )
    assert document.sections[2].table == (("Item", "Price"), ("Desk", "120"))
    assert "[text in picture]\nseen RGB" in document.sections[3].text
    assert document.sections[4].text == "Confidential"


def test_word_without_ocr_notes_its_pictures(tmp_path: Path) -> None:
    assert any("no OCR" in note for note in read(word(tmp_path / "a.docx")).notes)


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = """<w:document {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:body>
<w:p><w:r><w:t>kept </w:t></w:r><w:ins><w:r><w:t>added</w:t></w:r></w:ins>
<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>
<w:r><w:footnoteReference w:id="2"/></w:r></w:p>
<w:sdt><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>
<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:txbxContent><w:p><w:r>
<w:t>in a box</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r>
<w:t>in a box</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>
<w:p><m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den>
</m:f></m:oMath></w:p>
</w:body></w:document>""".replace("{W}", W)
RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://x/relationships/footnotes" Target="footnotes.xml"/>
</Relationships>"""
TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def test_word_reads_boxes_controls_insertions_notes_and_equations(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("[Content_Types].xml", TYPES)
        out.writestr("word/document.xml", BODY)
        out.writestr("word/_rels/document.xml.rels", RELATIONS)
        out.writestr(
            "word/footnotes.xml",
            f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>see below</w:t></w:r></w:p>'
            "</w:footnote></w:footnotes>",
        )
    assert text(read(path)).split("\n") == [
        "kept added", "[note] see below", "in a control", "in a box", "(a+b)/2"
    ]  # fmt: skip


def slides(path: Path) -> Path:
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    show = Presentation()
    first = show.slides.add_slide(show.slide_layouts[1])
    low = first.shapes.add_textbox(Inches(1), Inches(6), Inches(3), Inches(1))
    low.text_frame.text = "at the bottom"
    high = first.shapes.add_textbox(Inches(1), Inches(3), Inches(3), Inches(1))
    high.text_frame.text = "in the middle"
    first.shapes.title.text = "Welcome"
    first.placeholders[1].text = "Agenda"
    first.notes_slide.notes_text_frame.text = "smile"
    group = first.shapes.add_group_shape()
    group.shapes.add_textbox(0, Inches(7), Inches(3), Inches(1)).text_frame.text = "grouped"
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "Figures"
    table = second.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
    for i, value in enumerate(("Year", "Sales", "2025", "17")):
        table.cell(i // 2, i % 2).text = value
    data = CategoryChartData()
    data.categories = ["Q1", "Q2"]
    data.add_series("Profit", (3.5, 4))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data)
    second.shapes.add_picture(png("ROADMAP"), 0, 0)
    show.save(str(path))
    return path


def test_slides_read_from_title_to_bottom_with_tables_charts_and_notes(tmp_path: Path) -> None:
    document = read(slides(tmp_path / "a.pptx"), ocr=see)
    assert document.sections[0].text.split("\n") == [
        "Welcome", "Agenda", "in the middle", "at the bottom", "grouped", "Notes: smile"
    ]  # fmt: skip
    assert locators(document) == ["slide=1", "slide=2", "slide=2", "slide=2"]
    tables = [s.table for s in document.sections if s.table]
    assert (("Year", "Sales"), ("2025", "17")) in tables
    assert (("", "Profit"), ("Q1", "3.5"), ("Q2", "4")) in tables
    assert "seen RGB" in document.sections[1].text


def sheets(path: Path) -> Path:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.drawing.image import Image

    book = openpyxl.Workbook()
    sales = book.active
    sales.title = "Q3 sales"
    sales.append(["Day", "Amount", "Share", "Paid"])
    sales.append([dt.date(2026, 10, 5), 0.1 + 0.2, 0.125, True])
    sales.append([dt.datetime.fromisoformat("2026-10-06 09:30"), 1250, None, False])
    sales["C2"].number_format = "0.0%"
    sales["B5"] = "=SUM(B2:B3)"
    sales["A1"].comment = Comment("local time", "Ann")
    book.create_sheet("Empty")
    stamp = book.create_sheet("Stamp")
    stamp["B2"] = "signed"
    stamp.add_image(Image(png("PAID")), "A5")
    book.save(path)
    return path


def test_sheets_show_values_as_a_person_sees_them(tmp_path: Path) -> None:
    document = read(sheets(tmp_path / "a.xlsx"), ocr=see)
    first = document.sections[0]
    assert first.locator == "sheet=Q3 sales rows=1-5"
    assert first.table == (
        ("Day", "Amount", "Share", "Paid"),
        ("2026-10-05", "0.3", "12.5%", "TRUE"),
        ("2026-10-06 09:30:00", "1250", "", "FALSE"),
        ("", "=SUM(B2:B3)", "", ""),
    )
    assert any("1 formulas have no stored result" in note for note in document.notes)
    assert "[comment at A1]" in text(document)
    assert "local time" in text(document)
    assert locators(document)[-2:] == ["sheet=Stamp rows=2-2", "sheet=Stamp"]
    assert document.sections[-1].text == "[text in picture]\nseen RGB"


def test_a_lone_cell_far_down_keeps_its_row(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "top"
    book.active["C90000"] = "far"
    book.save(tmp_path / "a.xlsx")
    assert locators(read(tmp_path / "a.xlsx")) == ["sheet=Sheet rows=1-90000"]


ODF = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body>{0}</office:body>'
    "</office:document-content>"
)


def open_document(path: Path, mime: str, body: str) -> Path:
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", f"application/vnd.oasis.opendocument.{mime}")
        out.writestr("content.xml", ODF.format(body))
    return path


def test_opendocument_text_and_sheets(tmp_path: Path) -> None:
    letter = open_document(
        tmp_path / "a.odt",
        "text",
        "<office:text><text:h>Dear</text:h><text:p>Anna,<text:s/>come "
        "<text:span>soon</text:span>.</text:p><text:list><text:list-item><text:p>bread</text:p>"
        "</text:list-item></text:list></office:text>",
    )
    assert text(read(letter)) == "Dear\nAnna, come soon.\n- bread"
    assert locators(read(letter)) == ["heading=Dear"]
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    sheet = open_document(
        tmp_path / "a.ods",
        "spreadsheet",
        '<office:spreadsheet><table:table table:name="Stock"><table:table-row>'
        f"{cell.format('Nuts')}{cell.format('7')}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
        "</table:table-row></table:table></office:spreadsheet>",
    )
    assert read(sheet).sections[0].locator == "sheet=Stock rows=1-1"
    assert read(sheet).sections[0].table == (("Nuts", "7"),)


@pytest.mark.parametrize("make", [word, slides, sheets])
def test_a_stored_copy_is_read_without_its_ending(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    stored = make(tmp_path / "a.office").rename(tmp_path / "4f2a")
    assert read(stored).sections
