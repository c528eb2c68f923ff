"""Web pages and what is made of them: HTML, RSS and Atom feeds, EPUB books."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from tools.documents.base import Flow, Job, cells
from tools.documents.encodings import decode, load
from tools.documents.packages import Package, media, package, parse_xml, part, resolve
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
BOXES: Final = re.compile(
    r"</?(?!h[1-6]\b|p\b|title\b|head\b|body\b|html\b|script\b|style\b)[a-z][^<>]*>", re.IGNORECASE
)
PAGE_BYTES: Final = 16 * 1024**2
FEED_ITEMS: Final = 2_000
FONT_SCRAMBLING: Final = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
OPF: Final = "{http://www.idpf.org/2007/opf}"
DC: Final = "{http://purl.org/dc/elements/1.1/}"


def read_html(job: Job) -> None:
    """A web page's own words: headings, paragraphs, lists, tables, links."""
    data = _bytes(job)
    title, root = parse_page(decode(data, declared_charset(data)))
    job.title = title
    flow = Flow(job)
    if root is not None:
        Page(flow).walk(root)
    flow.flush()


def _bytes(job: Job) -> bytes:
    with job.path.open("rb") as file:
        data = file.read(PAGE_BYTES + 1)
    if len(data) > PAGE_BYTES:
        job.note(f"Only the first {PAGE_BYTES // 1024**2} MB were read.")
    return data[:PAGE_BYTES]


def declared_charset(data: bytes) -> str:
    """The encoding that a page's head or an XML declaration names."""
    found = re.search(
        rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", data[:4096], re.IGNORECASE
    )
    return found[1].decode("ascii", "replace") if found else ""


def parse_page(text: str) -> tuple[str, _Element | None]:
    """``(title, root)`` of a page, its scripts, styles and other noise taken out.

    lxml is used by itself: it parses 5 MB of markup in 0.4 s, BeautifulSoup over lxml in 22 s
    (measured on a busy 2-core machine).
    """
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
        if any(e.type_name == "ERR_RESOURCE_LIMIT" for e in parser.error_log):
            # nested deeper than 2,048, where libxml2 stops: read it without its boxes
            flat = BOXES.sub("\n", text)
            root = etree.fromstring(flat.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return "", None
    if root is None:
        return "", None
    title = root.findtext(".//title") or ""
    etree.strip_elements(root, *DROPPED, with_tail=False)
    return title, root


class Sink(Protocol):
    """Where a page's blocks go; :class:`Flow` is one."""

    def heading(self, text: str) -> None: ...
    def paragraph(self, text: str) -> None: ...
    def table(self, rows: Sequence[Sequence[str]]) -> None: ...


class Lines:
    """A sink that only keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def heading(self, text: str) -> None:
        self.lines.append(text.strip())

    def paragraph(self, text: str) -> None:
        self.lines.append(text.strip())

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        self.lines.append(cells(rows))


Step = tuple[str, Any]


class Page:
    """Walks a parsed page in document order, without recursion, into a :class:`Sink`."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.words: list[str] = []
        self.mark = ""

    def walk(self, root: _Element) -> None:
        stack: list[Step] = [("node", root)]
        while stack:
            step, value = stack.pop()
            if step == "node":
                if isinstance(value.tag, str) and not _hidden(value):
                    stack += reversed(self._open(value))
            elif step == "text":
                self.words.append(value)
            elif step == "link":
                if value.rstrip("/") not in "".join(self.words[-3:]):
                    self.words.append(f" ({value})")
            elif step == "heading":
                text, self.words, self.mark = "".join(self.words), [], ""
                self.sink.heading(text)
            else:
                self._end()
        self._end()

    def _open(self, node: _Element) -> list[Step]:
        """What to do for an element: its text, its children, and what ends it."""
        name = node.tag
        if name == "br":
            return [("text", "\n")]
        if name == "img":
            said = " ".join((node.get("alt") or "").split())
            return [("text", f" [picture: {said}] ")] if len(said) > 2 else []
        if name in BLOCKS or name in HEADINGS or name == "pre":
            self._end()
        if name == "pre":
            self.sink.paragraph("".join(str(t) for t in node.itertext()))
            return []
        if name == "table" and _is_data(node):
            self._table(node)
            return []
        steps: list[Step] = [("text", node.text)] if node.text else []
        for child in node:
            steps.append(("node", child))
            if child.tail:
                steps.append(("text", child.tail))
        if name == "li":
            self.mark = "- "
        if name == "a" and (address := _address(node)):
            steps.append(("link", address))
        elif name in HEADINGS:
            steps.append(("heading", ""))
        elif name in BLOCKS:
            steps.append(("end", ""))
        return steps

    def _table(self, node: _Element) -> None:
        caption = node.find("caption")
        if caption is not None:
            self.sink.paragraph(_plain(caption))
        rows = [
            [_plain(cell) for cell in row.iterchildren("td", "th")]
            for row in islice(node.iterdescendants("tr"), 20_000)
        ]
        self.sink.table(rows)

    def _end(self) -> None:
        """The end of a block: its words are a paragraph."""
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        self.words = []
        if text := "\n".join(line for line in lines if line):
            self.sink.paragraph(self.mark + text)
            self.mark = ""


def _plain(node: _Element) -> str:
    return " ".join(" ".join(str(t) for t in node.itertext()).split())


def _is_data(table: _Element) -> bool:
    """Whether a table holds data; a page's layout has tables in tables, or one column."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = islice(table.iterdescendants("tr"), 50)
    return any(sum(1 for _ in row.iterchildren("td", "th")) > 1 for row in rows)


def _hidden(node: _Element) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    return (
        node.get("hidden") is not None
        or "display:none" in style
        or node.get("role") in ("navigation", "search", "menu")
    )


def _address(node: _Element) -> str:
    address = (node.get("href") or "").strip()
    return address if re.match(r"https?://\S{1,200}$", address) else ""


def text_of(markup: str) -> str:
    """A fragment of HTML as plain text."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    _, root = parse_page(markup)
    lines = Lines()
    if root is not None:
        Page(lines).walk(root)
    return "\n".join(lines.lines)


def read_feed(job: Job) -> None:
    """RSS or Atom: one section an item, under its title."""
    data = _bytes(job)
    root = parse_xml(data)

    def named(node: _Element, *names: str) -> str:
        for child in node:
            if isinstance(child.tag, str) and child.tag.rsplit("}", 1)[-1] in names:
                text = "".join(str(t) for t in child.itertext()).strip() or (
                    child.get("href") or ""
                )
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
            except KeyError:
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
    title, root = parse_page(decode(data, declared_charset(data)))
    if root is None:
        return
    flow = Flow(job, " ".join(title.split()) or f"Part {number}")
    Page(flow).walk(root)
    flow.flush()
    for image in islice(root.iter("img"), 50) if job.ocr is not None else ():
        place = resolve(posixpath.dirname(member), image.get("src") or "")
        if place in archive.NameToInfo and (text := job.picture(media(archive, place))):
            job.add(f"[text in picture]\n{text}", f"heading={flow.current[:120]}", flow.current)
