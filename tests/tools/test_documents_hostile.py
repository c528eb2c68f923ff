"""Hostile and broken documents end in one sentence, soon, and never in another exception."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tools.documents_made import outcome, pdf, see, text, write
from tests.tools.test_documents import book
from tests.tools.test_documents_office import TYPES, W, sheets, slides, word
from tools.documents import Document, base, read
from tools.documents import pdf as pdf_reader
from tools.errors import BadInput


def docx(path: Path, body: str | bytes, *, more: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", TYPES)
        out.writestr("word/document.xml", body)
        for name, data in (more or {}).items():
            out.writestr(name, data)
    return path


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    bomb = docx(tmp_path / "a.docx", b"<w/>", more={"word/media/x.bin": bytes(80 * 1024**2)})
    with pytest.raises(BadInput, match="zip bomb"):
        read(bomb)


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", b"<w:document>" + b" " * 100_000)
    data = path.read_bytes()
    real = (12 + 100_000).to_bytes(4, "little")
    path.write_bytes(data.replace(real, (64).to_bytes(4, "little")))
    with pytest.raises(BadInput, match="not a readable Word file"):
        read(path)


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    secret = write(tmp_path, "secret.txt", "the secret")
    for entity in (
        f'<!ENTITY x SYSTEM "file://{secret}">',
        '<!ENTITY a "lol"><!ENTITY x "&a;&a;&a;">',
    ):
        body = f"<!DOCTYPE d [{entity}]><w:document {W}><w:body><w:p><w:r><w:t>&x;"
        body += "</w:t></w:r></w:p></w:body></w:document>"
        with pytest.raises(BadInput, match="not a readable Word file"):
            read(docx(tmp_path / "a.docx", body))
        late = body.replace("<!DOCTYPE", f"<!--{' ' * 70_000}--><!DOCTYPE")
        assert "secret" not in text(read(docx(tmp_path / "b.docx", late)))
        assert "lol" not in text(read(tmp_path / "b.docx"))


def test_xml_nested_endlessly_is_survived(tmp_path: Path) -> None:
    deep = "<w:sdt><w:sdtContent>" * 5_000
    body = f"<w:document {W}><w:body><w:p><w:r><w:t>top</w:t></w:r></w:p>{deep}"
    assert isinstance(outcome(docx(tmp_path / "a.docx", body)), (Document, BadInput))


def test_an_office_file_encrypted_inside_the_zip_is_named_so(tmp_path: Path) -> None:
    data = bytearray(docx(tmp_path / "a.docx", b"<w/>").read_bytes())
    entry = data.rindex(b"PK\1\2")  # the last entry of the list of members
    data[entry + 8] |= 1
    with pytest.raises(BadInput, match="encrypted"):
        read(write(tmp_path, "b.docx", bytes(data)))


def test_pages_and_characters_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_reader, "MAX_PAGES", 3)
    many = read(write(tmp_path, "a.pdf", pdf([f"page {i}" for i in range(9)])))
    assert len(many.sections) == 3
    assert "first 3 of 9 pages" in many.notes[0]
    monkeypatch.setattr(base, "MAX_CHARACTERS", 5_000)
    long = read(write(tmp_path, "a.txt", "words and words\n" * 1000))
    assert len(text(long)) <= 5_000
    assert "the rest was left out" in long.notes[0]


def test_pictures_have_a_limit_and_repeats_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    def stamp(color: str) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (50, 50), color).save(out, "PNG")
        return out.getvalue()

    seen: list[object] = []
    job = base.Job(tmp_path, "x", ocr=lambda image: str(seen.append(image.getpixel((0, 0)))))
    monkeypatch.setattr(base, "MAX_PICTURES", 2)
    for color in ("red", "red", "green", "blue"):
        job.picture(stamp(color))
    assert seen == [(255, 0, 0), (0, 128, 0)]
    assert "first 2 pictures" in job.notes[0]
    assert job.picture(b"\x89PNG\r\n\x1a\nnonsense") == ""


def test_one_endless_line_is_cut(tmp_path: Path) -> None:
    document = read(write(tmp_path, "a.txt", "x" * 100_000))
    assert max(len(s.text) for s in document.sections) <= 20_000


def as_pdf(path: Path) -> Path:
    path.write_bytes(pdf(["Some words", "More words"]))
    return path


@pytest.mark.parametrize(
    ("make", "suffix"),
    [(word, "docx"), (slides, "pptx"), (sheets, "xlsx"), (book, "epub"), (as_pdf, "pdf")],
)
def test_damage_of_any_kind_ends_in_a_document_or_one_sentence(
    tmp_path: Path, make: Callable[[Path], Path], suffix: str
) -> None:
    whole = make(tmp_path / f"whole.{suffix}").read_bytes()
    chance = random.Random(7)
    for trial in range(24):
        data = bytearray(whole)
        if trial % 3 == 0:
            data = data[: chance.randrange(1, len(data))]
        else:
            for _ in range(1 + trial):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path = write(tmp_path, f"damaged.{suffix}", bytes(data))
        assert isinstance(outcome(path), (Document, BadInput))


def test_a_damaged_picture_or_style_does_not_cost_the_text(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        for name in ("word/styles.xml", "word/media/image1.png"):
            info = archive.getinfo(name)
            middle = info.header_offset + info.compress_size // 2
            data[middle : middle + 40] = bytes(40)
    document = read(write(tmp_path, "b.docx", bytes(data)), ocr=see)
    assert "Norwegian law applies." in text(document)
    assert any("damaged" in note for note in document.notes)
