"""Documents of every format become sections that say where they stand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.tools.documents_made import locators, pdf, scan, see, text, write
from tools.documents import read
from tools.errors import BadInput, Cancelled


def test_pdf_pages_keep_their_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", pdf(["First page", "", "Third page\nsecond line"]))
    document = read(path)
    assert locators(document) == ["page=1", "page=3"]
    assert document.sections[1].text == "Third page\nsecond line"
    assert (document.kind, document.mime, document.title) == ("pdf", "application/pdf", "a")


def test_pdf_comments_and_fields_are_read(tmp_path: Path) -> None:
    notes = (
        "/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (Check this) "
        "/T (Ann) >> << /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /T (city) "
        "/V (Oslo) >>]"
    )
    document = read(write(tmp_path, "a.pdf", pdf(["Words"], annotation=notes)))
    assert document.sections[0].text == "Words\n[comment by Ann] Check this\n[field city] Oslo"


def test_a_scanned_pdf_goes_to_ocr_and_without_it_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, "scan.pdf", scan(pages=2))
    document = read(path, ocr=see)
    assert [s.text for s in document.sections] == ["seen RGB", "seen RGB"]
    assert locators(document) == ["page=1", "page=2"]
    blind = read(path)
    assert blind.sections == ()
    assert "Pages 1-2 have no text layer" in blind.notes[0]


def test_an_encrypted_pdf_names_the_remedy(tmp_path: Path) -> None:
    secret = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >>"
    path = write(tmp_path, "a.pdf", pdf(["x"], extra=f"{secret} /ID [<41> <41>]"))
    with pytest.raises(BadInput, match="encrypted") as refused:
        read(path)
    assert "qpdf" in refused.value.remedy


def test_a_cut_off_pdf_gives_what_is_there_with_a_note(tmp_path: Path) -> None:
    whole = pdf(["First page", "Second page", "Third page"])
    half = whole[: whole.index(b"(Third") - 20]
    document = read(write(tmp_path, "a.pdf", half))
    assert "First page" in text(document)
    assert "Second page" in text(document)
    assert any("damaged or cut off" in note for note in document.notes)


def test_a_pdf_of_noise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not a readable PDF"):
        read(write(tmp_path, "a.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 8))


def test_a_reading_can_be_cancelled_and_followed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", pdf([f"page {i}" for i in range(20)]))
    told: list[float | None] = []
    with pytest.raises(Cancelled):
        read(path, cancelled=lambda: len(told) > 5, progress=lambda f, _: told.append(f))
    assert told[1] == pytest.approx(1 / 20)


def test_plain_text_is_cut_at_blank_lines_and_counts_lines(tmp_path: Path) -> None:
    paragraphs = "\n\n".join(f"Paragraph {i} " + "word " * 100 for i in range(8))
    document = read(write(tmp_path, "a.txt", paragraphs))
    assert locators(document)[0] == "lines=1-3"
    assert locators(document)[1] == "lines=5-7"
    assert document.sections[1].text.startswith("Paragraph 2")


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("名前,年齢,住所\n佐藤,30,東京\n", "cp932"),
        ("名前は佐藤です。住所は東京です。\n", "euc_jp"),
        ("姓名,年龄,城市\n张三,30,北京\n李四,25,上海\n", "gb18030"),
        ("姓名,年齡,城市\n張三,30,台北\n", "big5"),
        ("이름,나이,도시\n김철수,30,서울\n", "cp949"),
        ("Straße;Größe\nMünchen;3,5 €\n", "cp1252"),
        ("Привет, мир; это тест\n", "cp1251"),
        ("Grüße aus 東京", "utf-8"),
        ("Grüße aus 東京", "utf-8-sig"),
        ("Grüße aus 東京", "utf-16"),
        ("Grusse, mit vielen Worten", "utf-16-be"),
    ],
)
def test_encodings(tmp_path: Path, words: str, encoding: str) -> None:
    assert text(read(write(tmp_path, "a.txt", words.encode(encoding)))) == words.strip()


def test_csv_rows_become_a_table(tmp_path: Path) -> None:
    document = read(write(tmp_path, "a.csv", 'name;price\n"Bolt; long";1,50\n\nNut;2,00\n'))
    (section,) = document.sections
    assert section.table == (("name", "price"), ("Bolt; long", "1,50"), ("Nut", "2,00"))
    assert section.locator == "lines=1-4"
    assert "Bolt; long | 1,50" in section.text


def test_a_long_csv_repeats_its_header_in_every_block(tmp_path: Path) -> None:
    rows = "".join(f"{i}\tcity{i}\n" for i in range(100))
    document = read(write(tmp_path, "a.tsv", "id\tcity\n" + rows))
    assert locators(document) == ["lines=1-40", "lines=41-80", "lines=81-101"]
    assert all(s.table and s.table[0] == ("id", "city") for s in document.sections)


def test_an_unclosed_quote_does_not_lose_the_file(tmp_path: Path) -> None:
    document = read(write(tmp_path, "a.csv", 'a,b\n1,2\n3,"' + "x" * 200_000))
    assert "1 | 2" in text(document)
    assert any("not valid CSV" in note for note in document.notes)


def test_markdown_headings_and_front_matter(tmp_path: Path) -> None:
    front = "---\ntitle: The Plan\n---\nIntro\n\n"
    source = front + "# One\nalpha\n```\n# not a heading\n```\n\nTwo\n===\nbeta\n"
    document = read(write(tmp_path, "a.md", source))
    assert document.title == "The Plan"
    assert [s.heading for s in document.sections] == ["", "", "One", "Two"]
    assert locators(document)[2:] == ["lines=6-10 heading=One", "lines=12-14 heading=Two"]


def test_json_is_read_as_written_and_a_long_line_indented(tmp_path: Path) -> None:
    assert (
        read(write(tmp_path, "a.json", '{\n"key": "värde"\n}')).sections[0].locator == "lines=1-3"
    )
    long = read(write(tmp_path, "b.json", json.dumps({"k": ["värde"] * 200})))
    assert '"värde",\n' in text(long)
    broken = read(write(tmp_path, "c.json", "{not json"))
    assert "not valid JSON" in broken.notes[0]


def test_a_notebook_shows_its_cells(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Study\n", "Some words"]},
        {"cell_type": "code", "source": "1 + 1", "outputs": [{"data": {"text/plain": ["2"]}}]},
    ]
    document = read(write(tmp_path, "a.ipynb", json.dumps({"cells": cells, "nbformat": 4})))
    assert document.title == "Study"
    assert "[cell 2: code]\n1 + 1\n[output]\n2" in text(document)


def test_mail_shows_head_and_body_and_names_attachments(tmp_path: Path) -> None:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@example.org", "bob@example.org", "Grüße"
    mail.set_content("See you at noon.")
    mail.add_attachment(b"x", maintype="image", subtype="png", filename="map.png")
    document = read(write(tmp_path, "a.eml", bytes(mail)))
    assert document.title == "Grüße"
    assert "From: ann@example.org" in text(document)
    assert "See you at noon." in text(document)
    assert "map.png" in document.notes[0]


PAGE = """<!DOCTYPE html><html><head><title>Tea &amp; Co</title><style>p{color:red}</style></head>
<body><nav>Home | Shop</nav><script>var secret = 1;</script>
<h1>Green tea</h1><p>Steep for <b>two</b> minutes, see <a href="https://tea.example/how">how</a>.</p>
<ul><li>Sencha</li><li>Matcha<ul><li>usucha</li></ul></li></ul>
<h2>Prices</h2><table><tr><th>Kind</th><th>Euro</th></tr><tr><td>Sencha</td><td>9.50</td></tr></table>
<p style="display: none">hidden words</p><img src="x.png" alt="A green cup"></body></html>"""


def test_html_keeps_words_and_drops_noise(tmp_path: Path) -> None:
    document = read(write(tmp_path, "a.html", PAGE))
    assert document.title == "Tea & Co"
    assert [s.locator for s in document.sections][:2] == ["heading=Green tea", "heading=Prices"]
    words = text(document)
    assert "Steep for two minutes, see how (https://tea.example/how)." in words
    assert "- Sencha\n- Matcha\n- usucha" in words
    assert "[picture: A green cup]" in words
    assert not any(noise in words for noise in ("Home", "secret", "hidden", "color"))
    assert (("Kind", "Euro"), ("Sencha", "9.50")) in [s.table for s in document.sections]


def test_html_says_its_encoding(tmp_path: Path) -> None:
    page = '<html><head><meta charset="shift_jis"></head><body><p>東京の天気</p></body></html>'
    assert text(read(write(tmp_path, "a.html", page.encode("cp932")))) == "東京の天気"


def test_html_nested_without_end_is_read(tmp_path: Path) -> None:
    page = "<html><body>top " + "<div>" * 50_000 + "deep" + "</div>" * 50_000
    assert text(read(write(tmp_path, "a.html", page))) == "top\ndeep"


def test_a_feed_gives_its_items(tmp_path: Path) -> None:
    feed = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
    <item><title>Rain</title>
    <description>&lt;p&gt;It &lt;b&gt;rains&lt;/b&gt;&lt;/p&gt;</description>
    <pubDate>Mon, 5 Oct 2026</pubDate></item></channel></rss>"""
    document = read(write(tmp_path, "a.rss", feed))
    assert document.title == "News"
    assert document.sections[-1].locator == "heading=Rain"
    assert "It rains" in text(document)


def book(path: Path, *, drm: bool = False, keep: int = 2) -> Path:
    """An EPUB with two chapters, of which ``keep`` are there, in the spine's order: b, a."""
    chapter = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>{1}</p></body></html>"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", "application/epub+zip")
        out.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        )
        out.writestr(
            "OPS/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Two Rivers</dc:title>'
            '<dc:creator>A. Writer</dc:creator></metadata><manifest><item id="a" '
            'href="a%20b.xhtml"/><item id="b" href="b.xhtml"/></manifest><spine>'
            '<itemref idref="b"/><itemref idref="a"/></spine></package>',
        )
        out.writestr("OPS/b.xhtml", chapter.format("The Source", "It began small."))
        if keep > 1:
            out.writestr("OPS/a b.xhtml", chapter.format("The Sea", "It ended wide."))
        if drm:
            out.writestr(
                "META-INF/encryption.xml",
                '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptionMethod '
                'Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></encryption>',
            )
    return path


def test_a_book_is_read_in_its_own_order(tmp_path: Path) -> None:
    document = read(book(tmp_path / "a.epub"))
    assert document.title == "Two Rivers"
    assert locators(document) == [
        "heading=About this book", "heading=The Source", "heading=The Sea"
    ]  # fmt: skip
    assert "Authors: A. Writer" in text(document)


def test_a_book_with_a_missing_chapter_or_drm_says_so(tmp_path: Path) -> None:
    document = read(book(tmp_path / "a.epub", keep=1))
    assert "It began small." in text(document)
    assert "1 of 2 chapters" in document.notes[0]
    with pytest.raises(BadInput, match="DRM"):
        read(book(tmp_path / "b.epub", drm=True))


def test_a_picture_is_not_a_document(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a picture, not a document"):
        read(write(tmp_path, "a.pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"))
