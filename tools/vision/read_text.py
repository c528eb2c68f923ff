"""The tool that reads the text in a picture."""

from __future__ import annotations

from typing import Any, ClassVar

from tools.base import Call, Context, Kind, Parameter, Source, Tool, ToolResult
from tools.engines.rapidocr import OcrLine, OcrPage, RapidOcr
from tools.media.image import Image, open_image
from tools.reading.find import Answering, as_data
from tools.reading.material import of_picture
from tools.runtime import Slot

MOST_PAGES = 50
_MOST_SOURCES = 8


class ReadText(Tool):
    """Optical character recognition of a picture, page by page for a multi-page TIFF."""

    name = "read_text"
    description = (
        "Read the printed text in a picture: scans, receipts, invoices, signs, screenshots, "
        "in any of the four orientations, in English or Chinese."
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("image", "The picture to read.", kinds=("image",)),
        Parameter("question", "What the person wants to know from it.", required=False),
    )
    gives: ClassVar[tuple[Kind, ...]] = ()
    examples: ClassVar[tuple[str, ...]] = (
        "What does this sign say?",
        "Read the text in this picture",
        "Transcribe this scan for me",
        "OCR this receipt",
        "Copy the words out of the screenshot",
        "What is written on the label?",
        "Turn this photo of a page into text",
        "Type up the invoice in the picture",
        "这张图片上写了什么？",
        "把截图里的文字提取出来",
        "识别一下这张收据",
        "帮我读一下照片上的字",
    )
    limits = "It reads print; handwriting and decorative lettering it often misreads."

    def __init__(self, slot: Slot[RapidOcr], answering: Answering | None = None) -> None:
        self.slot: Slot[Any] = slot
        self._answering = answering

    def run(self, call: Call, context: Context) -> ToolResult:
        """Read it.

        Raises:
            BadInput: the picture cannot be opened.
            Unavailable: the engine is not installed.
        """
        item = call.item("image")
        first = open_image(item.path, name=item.name)
        reader: RapidOcr = self.slot.get()
        count = min(first.frames, MOST_PAGES) if first.paged else 1
        pages: list[OcrPage] = []
        sources: list[Source] = []
        for number in range(count):
            image = open_image(item.path, frame=number, name=item.name) if number else first
            pages.append(reader.read(image, context.check).trusted())
            context.progress((number + 1) / count, f"page {number + 1} of {count}")
            sources += [
                line_source(line, item.name, item.handle, page=number + 1 if count > 1 else 0)
                for line in _best(pages[-1])
            ]
        data = page_data(pages, first)
        question = call.text("question", "").strip()
        if question and self._answering is not None:
            context.check()
            data["answer"] = as_data(self._answering(question, of_picture(data)))
        return ToolResult(
            text=_told(pages, first),
            engine=self.slot.name,
            data=data,
            sources=tuple(sources[:_MOST_SOURCES]),
            confidence=_confidence(pages),
        )


def line_source(line: OcrLine, name: str, handle: str, *, page: int = 0) -> Source:
    """Where a line stands, as a source."""
    place = "xywh=" + ",".join(map(str, line.xywh))
    return Source(name, f"page={page} {place}" if page else place, line.text, handle)


def line_data(line: OcrLine) -> dict[str, Any]:
    return {"text": line.text, "confidence": line.confidence, "xywh": list(line.xywh)}


def _best(page: OcrPage) -> list[OcrLine]:
    """The lines that say most and are surest, in reading order."""
    ranked = sorted(page.lines, key=lambda line: -line.confidence * min(len(line.text), 40))
    chosen = {id(line) for line in ranked[:_MOST_SOURCES]}
    return [line for line in page.lines if id(line) in chosen]


def _told(pages: list[OcrPage], first: Image) -> str:
    if not any(page.paragraphs for page in pages):
        where = "on the pages" if len(pages) > 1 else "in the picture"
        return f"No text was found {where}."
    if len(pages) == 1:
        return pages[0].text
    parts = [f"[page {n}]\n{page.text}" for n, page in enumerate(pages, 1) if page.paragraphs]
    if first.frames > len(pages):
        parts.append(f"[pages {len(pages) + 1} to {first.frames} were not read]")
    return "\n\n".join(parts)


def page_data(pages: list[OcrPage], first: Image) -> dict[str, Any]:
    """What was read as the data of the tool's result; ``first`` is the first page's picture."""
    data: dict[str, Any] = {
        "width": first.width,
        "height": first.height,
        "found": any(page.paragraphs for page in pages),
        "rotation": pages[0].rotation,
        "lines": [line_data(line) for page in pages for line in page.lines],
        "rows": [[cell.text for cell in row] for page in pages for row in page.rows],
    }
    if len(pages) > 1:
        data["pages"] = [
            {"page": n, "text": page.text, "rotation": page.rotation}
            for n, page in enumerate(pages, 1)
        ]
    return data


def _confidence(pages: list[OcrPage]) -> float | None:
    letters = [(sum(len(line.text) for line in page.lines), page.confidence) for page in pages]
    total = sum(count for count, _ in letters)
    return round(sum(n * sure for n, sure in letters) / total, 3) if total else None
