"""ZIP containers and XML, opened so that a hostile file can neither fill memory nor reach out."""

from __future__ import annotations

import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from tools.documents.base import Job
from tools.errors import BadInput
from tools.media.sniff import check_directory

if TYPE_CHECKING:
    from lxml.etree import _Element

MEMBER_BYTES: Final = 256 * 1024**2
TOTAL_BYTES: Final = 768 * 1024**2
RATIO: Final = 300
"""How much larger than stored a big member may be; real XML stays under about 100."""
MEMBERS: Final = 20_000
RELS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


DAMAGE: Final = "Part of the file is damaged; what could be read of it was read."


class Package(zipfile.ZipFile):
    """An open container that gives as much of a damaged member as can be unpacked."""

    job: Job

    def salvage(self, name: str) -> bytes:
        """The bytes of a member up to where it is damaged, which a note then says.

        Raises:
            KeyError: there is no such member.
        """
        info = self.getinfo(name)
        chunks: list[bytes] = []
        try:
            with self.open(info) as member:
                while chunk := member.read(64 * 1024):
                    chunks.append(chunk)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError):
            self.job.note(DAMAGE)
        except (NotImplementedError, RuntimeError) as error:  # a compression nobody has
            raise self.job.damaged("container") from error
        return b"".join(chunks)


@contextmanager
def package(job: Job) -> Iterator[Package]:
    """The job's file as a ZIP whose declared sizes are sane. Closed on leaving.

    ``zipfile`` never yields more bytes of a member than its declared size, so the declared
    sizes bound what any library can unpack.
    """
    check_directory(job.path, job.name)
    with Package(job.path) as archive:
        archive.job = job
        members = archive.infolist()
        total = sum(m.file_size for m in members)
        swollen = any(
            m.file_size > MEMBER_BYTES
            or (m.file_size > 4 * 1024**2 and m.file_size > RATIO * max(m.compress_size, 1))
            for m in members
        )
        if swollen or total > TOTAL_BYTES or len(members) > MEMBERS:
            raise BadInput(
                f"{job.name} unpacks to far more than its size (a 'zip bomb').",
                "Open it only if you trust it, and save it again as a smaller file.",
            )
        if any(m.flag_bits & 1 for m in members):
            raise BadInput(
                f"{job.name} is encrypted with a password.", "Save it without the password."
            )
        yield archive


def parse_xml(data: bytes) -> _Element:
    """The root of an XML part: no entities expanded, no network, no limits lifted.

    Raises:
        ValueError: it is not XML, or it declares entities (which no office format does).
    """
    from lxml import etree

    if b"<!ENTITY" in data[:65536]:
        raise ValueError("an XML part that declares entities")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("not XML") from error
    if root is None:
        raise ValueError("an XML part without content")
    return root


def part(archive: Package, name: str) -> _Element | None:
    """An XML member by name, or None where it is not there."""
    try:
        return parse_xml(archive.salvage(name))
    except KeyError:
        return None
    except ValueError:
        archive.job.note(DAMAGE)
        return None


def related(archive: Package, name: str) -> dict[str, tuple[str, str]]:
    """``id -> (last word of the type, member or address)`` of a part's relationships."""
    folder, base = posixpath.split(name)
    root = part(archive, f"{folder}/_rels/{base}.rels".lstrip("/"))
    out: dict[str, tuple[str, str]] = {}
    for rel in () if root is None else root.iter(RELS):
        target = rel.get("Target", "")
        if rel.get("TargetMode") != "External":
            target = resolve(folder, target)
        out[rel.get("Id", "")] = (rel.get("Type", "").rsplit("/", 1)[-1], target)
    return out


def resolve(folder: str, target: str) -> str:
    """The member that a relative reference names."""
    target = unquote(target.split("#", 1)[0])
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(folder, target))


def media(archive: Package, member: str) -> bytes:
    """The bytes of a picture inside the container; b'' where it is not there or is huge."""
    try:
        info: Any = archive.getinfo(member)
    except KeyError:
        return b""
    return archive.salvage(member) if info.file_size < 50 * 1024**2 else b""
