"""Web pages and what is made of them: HTML, RSS and Atom feeds, EPUB books."""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

from tools.documents.base import Flow, Job
from tools.documents.encodings import decode, load
from tools.documents.packages import Package, package, parse_xml, part, resolve
from tools.errors import BadInput

if TYPE_CHECKING:
    from lxml.etree import _Element


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


DROPPED: Final = _words(
    "script style noscript template svg nav iframe object embed canvas button select option "
    "input textarea datalist dialog head"
)
HEADINGS: Final = frozenset(f"h{i}" for i in range(1, 7))
BLOCKS: Final = _words(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure "
    "footer form header hr html li main menu ol p pre section summary table tbody td tfoot th "
    "thead tr ul caption"
)
PAGE_BYTES: Final = 32 * 1024**2
FEED_ITEMS: Final = 2_000
FONT_SCRAMBLING: Final = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
OPF: Final = "{http://www.idpf.org/2007/opf}"
DC: Final = "{http://purl.org/dc/elements/1.1/}"


def read_html(job: Job) -> None:
    """A web page's own words: headings, paragraphs, lists, tables, links."""
    data = _bytes(job)
    soup = soup_of(decode(data, declared_charset(data)))
    if soup.title is not None:
        job.title = soup.title.get_text(" ")
    flow = Flow(job)
    Page(flow).walk(soup)
    flow.flush()


def _bytes(job: Job) -> bytes:
    with job.path.open("rb") as file:
        data = file.read(PAGE_BYTES + 1)
    if len(data) > PAGE_BYTES:
        job.note(f"Only the first {PAGE_BYTES // 1024**2} MB were read.")
    return data[:PAGE_BYTES]


def declared_charset(data: bytes) -> str:
    """The encoding that a page's head or an XML declaration names."""
    found = re.search(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", data[:4096], re.I)  # noqa: FURB167
    return found[1].decode("ascii", "replace") if found else ""


def soup_of(text: str) -> Any:
    """The parsed page; nesting too deep for the fast parser goes to the patient one."""
    import warnings

    from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(text, "lxml")


class Page:
    """Walks a parsed page in document order, without recursion, into a :class:`Flow`."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.words: list[str] = []
        self.marks: list[str] = []

    def walk(self, root: Any) -> None:
        from bs4.element import NavigableString, PreformattedString

        stack: list[Any] = [root]
        while stack:
            node = stack.pop()
            if isinstance(node, str) and not hasattr(node, "name"):
                self._command(node)
            elif isinstance(node, PreformattedString):
                continue  # a comment, a doctype, CDATA
            elif isinstance(node, NavigableString):
                self.words.append(str(node))
            elif node.name not in DROPPED and not _hidden(node):
                stack += reversed(self._open(node))
        self._end()

    def _open(self, node: Any) -> list[Any]:
        """What to do for an element, as further nodes and ``close:`` commands."""
        name = node.name
        if name in HEADINGS:
            self._end()
            return [*node.children, "heading"]
        if name == "table" and self._is_data(node):
            self._end()
            rows = [
                [cell.get_text(" ") for cell in row.find_all(["td", "th"])]
                for row in node.find_all("tr", limit=20_000)
            ]
            caption = node.find("caption")
            if caption is not None:
                self.flow.paragraph(" ".join(caption.get_text(" ").split()))
            self.flow.table([[" ".join(c.split()) for c in row] for row in rows])
            return []
        if name == "pre":
            self._end()
            self.flow.paragraph(node.get_text())
            return []
        if name == "br":
            self.words.append("\n")
            return []
        if name == "img":
            said = " ".join((node.get("alt") or "").split())
            if len(said) > 2:
                self.words.append(f" [picture: {said}] ")
            return []
        if name == "a" and (address := _address(node)):
            return [*node.children, f"link {address}"]
        if name == "li":
            self._end()
            self.marks.append("- ")
            return [*node.children, "end"]
        if name in BLOCKS:
            self._end()
            return [*node.children, "end"]
        return list(node.children)

    def _command(self, command: str) -> None:
        if command.startswith("link "):
            address = command[5:]
            if address.rstrip("/") not in "".join(self.words[-3:]):
                self.words.append(f" ({address})")
        elif command == "heading":
            text, self.words, self.marks = "".join(self.words), [], []
            self.flow.heading(text)
        else:
            self._end()

    def _end(self) -> None:
        """The end of a block: its words are a paragraph."""
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        text = "\n".join(line for line in lines if line)
        self.words = []
        if text:
            self.flow.paragraph("".join(self.marks[-1:]) + text)
            self.marks = []

    @staticmethod
    def _is_data(table: Any) -> bool:
        """Whether a table holds data; a page's layout has tables in tables, or one column."""
        if table.find("table") is not None:
            return False
        rows = table.find_all("tr", limit=50)
        return any(len(row.find_all(["td", "th"], limit=3)) > 1 for row in rows)


def _hidden(node: Any) -> bool:
    attributes = node.attrs or {}
    style = str(attributes.get("style", "")).replace(" ", "").lower()
    return (
        "hidden" in attributes
        or "display:none" in style
        or attributes.get("role") in ("navigation", "search", "menu")
    )


def _address(node: Any) -> str:
    address = str(node.get("href") or "").strip()
    return address if re.match(r"https?://\S{1,200}$", address) else ""


def text_of(markup: str) -> str:
    """A fragment of HTML as plain text."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    lines = soup_of(markup).get_text("\n").split("\n")
    return "\n".join(line for line in (" ".join(x.split()) for x in lines) if line)


def read_feed(job: Job) -> None:
    """RSS or Atom: one section an item, under its title."""
    data = _bytes(job)
    root = parse_xml(data)

    def named(node: _Element, *names: str) -> str:
        for child in node:
            if isinstance(child.tag, str) and child.tag.rsplit("}", 1)[-1] in names:
                text = "".join(child.itertext()).strip() or (child.get("href") or "")
                if text:
                    return text
        return ""

    items = [
        n for n in root.iter() if isinstance(n.tag, str) and n.tag.rsplit("}", 1)[-1] in
        ("item", "entry")
    ]  # fmt: skip
    if not items:
        job.add(load(job), "lines=1-1")
        return
    channel = items[0].getparent()
    channel = root if channel is None else channel
    job.title = named(channel, "title") or named(root, "title")
    about = text_of(named(channel, "description", "subtitle"))
    job.add("\n".join(x for x in (job.title, about) if x), f"heading={job.title}", job.title)
    for item in items[:FEED_ITEMS]:
        title = " ".join(text_of(named(item, "title")).split())
        body = text_of(named(item, "encoded", "content", "description", "summary"))
        facts = [named(item, "pubDate", "published", "updated", "date"), named(item, "link")]
        lines = [title, *(f for f in facts if f), body]
        job.add("\n".join(x for x in lines if x), f"heading={title[:120]}", title)
    if len(items) > FEED_ITEMS:
        job.note(f"Only the first {FEED_ITEMS:,} items were read.")


def read_epub(job: Job) -> None:
    """A book in the order of its spine; its title page facts first.

    Raises:
        BadInput: its chapters are encrypted (DRM).
    """
    with package(job) as archive:
        _refuse_drm(job, archive)
        container = part(archive, "META-INF/container.xml")
        opf = "" if container is None else next(
            (n.get("full-path", "") for n in container.iter() if n.get("full-path")), ""
        )  # fmt: skip
        book = part(archive, opf)
        if book is None:
            raise ValueError("no package document")
        _metadata(job, book)
        folder = posixpath.dirname(opf)
        manifest = {n.get("id"): n for n in book.iter(f"{OPF}item")}
        spine = [manifest[n.get("idref")] for n in book.iter(f"{OPF}itemref")
                 if n.get("idref") in manifest]  # fmt: skip
        missing = 0
        for number, item in enumerate(spine, 1):
            job.report(number - 1, len(spine), f"chapter {number} of {len(spine)}")
            if "nav" in (item.get("properties") or "").split():
                continue
            try:
                _chapter(job, archive, resolve(folder, item.get("href", "")), number)
            except (KeyError, zipfile.BadZipFile):
                missing += 1
        if missing:
            job.note(f"{missing} of {len(spine)} chapters are missing or damaged.")


def _refuse_drm(job: Job, archive: Package) -> None:
    encryption = part(archive, "META-INF/encryption.xml")
    if encryption is None:
        return
    methods = [
        n.get("Algorithm", "")
        for n in encryption.iter("{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod")
    ]
    if any(method not in FONT_SCRAMBLING for method in methods):
        raise BadInput(
            f"{job.name} is protected by DRM and cannot be read.",
            "Use a copy without DRM, from a shop that sells such, or plain text.",
        )


def _metadata(job: Job, book: _Element) -> None:
    job.title = (book.findtext(f".//{DC}title") or "").strip()
    lines = [job.title]
    for tag, label in (
        ("creator", "Authors"), ("contributor", "Contributors"), ("publisher", "Publisher"),
        ("date", "Date"), ("language", "Language"), ("description", "Description"),
    ):  # fmt: skip
        values = [text_of(n.text or "") for n in book.iter(f"{DC}{tag}")]
        if text := ", ".join(v for v in values if v):
            lines.append(f"{label}: {text}")
    job.add("\n".join(lines), "heading=About this book", "About this book")


def _chapter(job: Job, archive: Package, member: str, number: int) -> None:
    data = archive.salvage(member)[:PAGE_BYTES]
    soup = soup_of(decode(data, declared_charset(data)))
    title = soup.title.get_text(" ") if soup.title is not None else ""
    flow = Flow(job, " ".join(title.split()) or f"Part {number}")
    Page(flow).walk(soup)
    flow.flush()
    for image in soup.find_all("img", limit=50) if job.ocr is not None else ():
        place = resolve(posixpath.dirname(member), image.get("src") or "")
        if place in archive.NameToInfo and (text := job.picture(archive.salvage(place))):
            job.add(f"[text in picture]\n{text}", f"heading={flow.current[:120]}", flow.current)
