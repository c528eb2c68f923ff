"""What a file is, told by its content."""

from __future__ import annotations

import io
import os
import wave
import zipfile
from pathlib import Path

import pytest

from tools.errors import BadInput
from tools.media.sniff import ATTACHMENT_BYTES, DOCUMENT_BYTES, sniff


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def picture(kind: str) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, kind)
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    return out.getvalue()


def container(path: Path, *, pictures: bool) -> Path:
    """A real container with a sound track, and with pictures too or not."""
    import av
    import numpy as np

    with av.open(str(path), "w") as out:
        track = out.add_stream("aac" if path.suffix != ".webm" else "libopus", rate=48000)
        if pictures:
            video = out.add_stream("mpeg4", rate=10)
            video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
            for _ in range(3):
                image = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
                out.mux(video.encode(image))
            out.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), "fltp", "mono")
        frame.sample_rate = 48000
        if path.suffix == ".webm":
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), "s16", "mono")
            frame.sample_rate = 48000
        out.mux(track.encode(frame))
        out.mux(track.encode(None))
    return path


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("BMP", "image/bmp"),
     ("TIFF", "image/tiff"), ("WEBP", "image/webp"), ("ICO", "image/x-icon")],
)  # fmt: skip
def test_pictures_are_known_under_any_name(tmp_path: Path, kind: str, mime: str) -> None:
    found = sniff(write(tmp_path, "no-suffix", picture(kind)))
    assert (found.kind, found.mime) == ("image", mime)


def test_a_picture_named_pdf_is_the_picture_it_is(tmp_path: Path) -> None:
    assert sniff(write(tmp_path, "scan.pdf", picture("PNG"))).kind == "image"


def test_a_pdf_named_docx_is_the_pdf_it_is(tmp_path: Path) -> None:
    found = sniff(write(tmp_path, "paper.docx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"))
    assert (found.kind, found.suffix) == ("document", ".pdf")


def test_sound_and_video_in_one_kind_of_container_are_told_apart(tmp_path: Path) -> None:
    assert sniff(write(tmp_path, "a", sound())).mime == "audio/wav"
    assert sniff(container(tmp_path / "sound.mp4", pictures=False)).kind == "audio"
    assert sniff(container(tmp_path / "film.mp4", pictures=True)).kind == "video"
    assert sniff(container(tmp_path / "sound.webm", pictures=False)).kind == "audio"
    assert sniff(container(tmp_path / "film.mkv", pictures=True)).kind == "video"


def test_mp3_frames_without_tags_are_sound(tmp_path: Path) -> None:
    assert sniff(write(tmp_path, "x", b"\xff\xfb\x90\x64\0\0" + bytes(500))).mime == "audio/mpeg"


@pytest.mark.parametrize(
    ("name", "text", "mime"),
    [
        ("a.txt", "hello", "text/plain"),
        ("a.md", "# hello", "text/markdown"),
        ("a.csv", "a,b\n1,2", "text/csv"),
        ("a.json", '{"a": 1}', "application/json"),
        ("noname", "<!-- x --><!DOCTYPE html><html>", "text/html"),
        ("old.xls", "<html><table></table></html>", "text/html"),
        ("noname", '<?xml version="1.0"?><rss version="2.0"></rss>', "application/rss+xml"),
        ("noname", '[{"a": 1}]', "application/json"),
        ("noname", "From: a@b.c\nSubject: x\n\nbody", "message/rfc822"),
        ("noname", "just words", "text/plain"),
        ("report", "BMW sold more cars", "text/plain"),
        ("essay", "MZ is how programs begin", "text/plain"),
        ("script.ts", "const a = 1;", "text/plain"),
    ],
)
def test_text_formats(tmp_path: Path, name: str, text: str, mime: str) -> None:
    assert sniff(write(tmp_path, name, text.encode())).mime == mime


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp932", "cp1252"])
def test_text_in_other_encodings_is_text(tmp_path: Path, encoding: str) -> None:
    words = "名前,年齢\n" if encoding == "cp932" else "Größe and more words in a line\n"
    assert sniff(write(tmp_path, "a.txt", words.encode(encoding))).kind == "document"


@pytest.mark.parametrize(
    ("name", "data", "says", "remedy"),
    [
        ("a.exe", b"MZ\x90\0\3\0\0\0", "a Windows program", "document"),
        ("a", b"\x7fELF\2\1\1\0", "a program", "document"),
        ("a.gz", b"\x1f\x8b\x08\0\0", "gzip", "Unpack"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\4", "7-Zip", "Unpack"),
        ("a.rtf", rb"{\rtf1 hello}", "RTF", "DOCX"),
        ("a.svg", b"<?xml version='1.0'?><svg></svg>", "SVG", "PNG"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC", "JPEG"),
        ("a.mid", b"MThd\0\0\0\6", "MIDI", "WAV"),
        ("a.db", b"SQLite format 3\0\x10\0", "SQLite", "CSV"),
        ("a.bin", bytes(range(256)) * 4, "cannot be read here|not of a kind", "Convert"),
        ("a.jpg", b"this is only text", "is named .jpg but holds text", "Rename it to .txt"),
        ("a.wav", "这只是文字".encode(), "is named .wav but holds text", "Rename"),
        ("a.pdf", b"plain words", "is named .pdf but holds text", "Rename"),
        ("a.docx", b"plain words", "is named .docx but holds text", "Rename"),
        ("a.txt", bytes(4096), "nothing but zero bytes", "again"),
    ],
)
def test_what_is_not_taken_is_named_with_a_remedy(
    tmp_path: Path, name: str, data: bytes, says: str, remedy: str
) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        sniff(write(tmp_path, name, data))
    assert remedy in refused.value.remedy
    assert "\n" not in str(refused.value)


def compound_file(*streams: str) -> bytes:
    """The first two sectors of an old Office file, with a directory that lists ``streams``."""
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    header[30:32] = (9).to_bytes(2, "little")
    entries = b"".join(
        name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams)
    )
    return bytes(header) + entries.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("stream", "says"),
    [
        ("WordDocument", "old Word"),
        ("Workbook", "old Excel"),
        ("PowerPoint Document", "old PowerPoint"),
        ("__properties_version1.0", "Outlook message"),
        ("EncryptedPackage", "encrypted with a password"),
        ("Other", "old Microsoft Office"),
    ],
)
def test_old_office_files_are_told_apart(tmp_path: Path, stream: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        sniff(write(tmp_path, "a.doc", compound_file(stream)))


def test_a_zip_archive_and_a_cut_off_office_file(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("word/readme.txt", "hello" * 100)
    with pytest.raises(BadInput, match="ZIP archive") as refused:
        sniff(archive)
    assert "assistant ingest FOLDER" in refused.value.remedy
    with pytest.raises(BadInput, match="cut off or damaged: a Word file"):
        sniff(write(tmp_path, "b.docx", archive.read_bytes()[:60]))


def test_a_container_that_lists_endless_parts_is_refused(tmp_path: Path) -> None:
    end = b"PK\5\6" + bytes(8) + (2**30).to_bytes(4, "little") + bytes(6)
    with pytest.raises(BadInput, match="far more parts"):
        sniff(write(tmp_path, "a.docx", b"PK\3\4" + bytes(100) + end))


def test_missing_empty_folder_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file gone"):
        sniff(tmp_path / "gone.txt")
    with pytest.raises(BadInput, match="empty"):
        sniff(write(tmp_path, "none.docx", b""))
    with pytest.raises(BadInput, match="folder") as refused:
        sniff(tmp_path)
    assert "assistant ingest FOLDER" in refused.value.remedy
    for name in ("x" * 5000, "a\0b"):
        with pytest.raises(BadInput, match="cannot be opened"):
            sniff(name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", b"secret")
    path.chmod(0)
    with pytest.raises(BadInput, match="may not be read"):
        sniff(path)


def test_a_pipe_and_a_device_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(BadInput, match="not a file"):
            sniff(path)


def test_sizes_are_limited(tmp_path: Path) -> None:
    huge = write(tmp_path, "huge.txt", b"words")
    os.truncate(huge, DOCUMENT_BYTES + 1)
    with huge.open("r+b") as file:
        file.write(b"words " * 4000)
    with pytest.raises(BadInput, match="200 MB"):
        sniff(huge)
    os.truncate(huge, ATTACHMENT_BYTES + 1)
    with pytest.raises(BadInput, match="2 GB"):
        sniff(huge)


def test_the_kind_that_is_expected_is_the_only_one_taken(tmp_path: Path) -> None:
    path = write(tmp_path, "a", sound())
    assert sniff(path, expect="audio").kind == "audio"
    with pytest.raises(BadInput, match="is a sound, not an image") as refused:
        sniff(path, expect="image")
    assert "PNG" in refused.value.remedy


def test_the_persons_own_name_decides_and_is_shown(tmp_path: Path) -> None:
    path = write(tmp_path, "3f9a", b"a,b\n1,2\n")
    assert sniff(path, name="sales.csv").mime == "text/csv"
    with pytest.raises(BadInput, match=r"holiday\.jpg is named"):
        sniff(path, name="holiday.jpg")


def test_hostile_markup_is_told_fast(tmp_path: Path) -> None:
    assert sniff(write(tmp_path, "a", b"<!---->" * 4000)).mime == "text/plain"
