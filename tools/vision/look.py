"""The tool that answers questions about a picture, within what it can know of it.

Without a model that sees, it knows the text, the codes, what the camera wrote, the colours,
the light and the shape: it answers from these, and says in one line what would answer the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from tools.base import Call, Context, Item, Kind, Parameter, Source, Tool, ToolResult
from tools.engines.rapidocr import OcrPage, RapidOcr
from tools.engines.zxing import Code, Zxing
from tools.media.image import Image, open_image
from tools.reading.find import Answering, as_data
from tools.reading.material import of_picture
from tools.runtime import Slot
from tools.vision import facts, questions, say
from tools.vision.read_text import line_data, line_source
from tools.vision.scan_codes import code_data, code_source

Describe = Callable[[Image, str], str]

_FROM_FILE = {"when", "where", "camera", "size", "format", "frames"}
_FROM_PIXELS = {"colour", "background", "light", "focus", "blank"}
_IN_PRINT = {"text", "amount", "phone", "email", "link", "date"}
"""What stands in the picture's text, where the reader knows better which line is meant."""
_MOST_SOURCES = 8


class Look(Tool):
    """Visual question answering from text, codes, EXIF, colour and geometry.

    ``describe(image, question)`` is a model that sees, where there is one; it is asked what
    the measured facts do not answer.
    """

    name = "look"
    description = (
        "Answer a question about a picture: its text, codes, colours, size, light, sharpness, "
        "kind, and when, where and with what it was taken."
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("image", "The picture to look at.", kinds=("image",)),
        Parameter("question", "What to find out about it.", required=False),
    )
    gives: ClassVar[tuple[Kind, ...]] = ()
    examples: ClassVar[tuple[str, ...]] = (
        "What is in this picture?",
        "Describe this photo",
        "What colours are in the image?",
        "How big is this picture?",
        "When was this photo taken?",
        "Where was this taken?",
        "Is this a screenshot or a photo?",
        "Is the picture blurry?",
        "What is the man in the photo doing?",
        "What's in the bowl on the table?",
        "这张图片里有什么？",
        "描述一下这张照片",
        "这张照片是什么时候拍的？",
        "图片的主要颜色是什么？",
    )
    limits = "Without a vision model it cannot recognize people, things or actions in a picture."

    def __init__(
        self,
        ocr_slot: Slot[RapidOcr],
        codes_slot: Slot[Zxing],
        describe: Describe | None = None,
        answering: Answering | None = None,
    ) -> None:
        self._answering = answering
        self.slot: Slot[Any] = ocr_slot
        self._codes = codes_slot
        self._describe = describe

    def run(self, call: Call, context: Context) -> ToolResult:
        """Look at it.

        Raises:
            BadInput: the picture cannot be opened.
            Unavailable: an engine that the question needs is not installed.
        """
        item = call.item("image")
        question = call.text("question", "").strip()
        image = open_image(item.path, name=item.name)
        asked = questions.topic(question)
        seen = self._see(image, asked, context)
        answer = say.answer(seen, asked, question)
        text, engine = answer.text, self._engine(seen)
        if not answer.answered and self._describe is not None:
            context.check()
            described = self._describe(image, question or "Describe the picture.").strip()
            if described:
                answer = say.Answer(described, answered=True, rows=answer.rows)
                text, engine = described, "vision model"
        data = {"answered": answer.answered, "asked": asked, **_data(seen)}
        if question and self._answering is not None and seen.rows and (
            not answer.answered or asked in _IN_PRINT
        ):  # fmt: skip
            context.check()
            found = self._answering(question, of_picture(data))
            data["answer"] = as_data(found)
            data["answered"] = answer.answered and (found is None or found.sure)
        if not data["answered"]:
            text = f"{text}\n{say.remedy(question)}"
        return ToolResult(
            text=text,
            engine=engine,
            data=data,
            sources=_sources(seen, answer, item),
        )

    def _see(self, image: Image, asked: questions.Topic, context: Context) -> say.Seen:
        """The facts; text and codes, which take longest, only where the question needs them."""
        pixels = facts.measure(image)
        page: OcrPage | None = None
        codes: tuple[Code, ...] | None = None
        if asked not in _FROM_FILE | _FROM_PIXELS:
            codes = self._codes.get().scan(image, context.check)
            if asked != "code":
                reader: RapidOcr = self.slot.get()
                page = reader.read(image, context.check).trusted()
        return say.Seen(image, pixels, page, codes)

    def _engine(self, seen: say.Seen) -> str:
        used = ["measurement"]
        if seen.page is not None:
            used.append(self.slot.name)
        if seen.codes is not None:
            used.append(self._codes.name)
        return ", ".join(used)


def _sources(seen: say.Seen, answer: say.Answer, item: Item) -> tuple[Source, ...]:
    out: list[Source] = []
    if seen.page is not None:
        rows = seen.page.rows
        lines = [line for index in answer.rows for line in rows[index]]
        out += [line_source(line, item.name, item.handle) for line in lines]
    if answer.codes:
        out += [code_source(code, item.name, item.handle) for code in seen.codes or ()]
    return tuple(out[:_MOST_SOURCES])


def _data(seen: say.Seen) -> dict[str, Any]:
    """All facts as JSON; ``text`` and ``codes`` are None where they were not looked for."""
    image, pixels, page = seen.image, seen.pixels, seen.page
    exif = image.exif
    name, sure = seen.kind
    return {
        "width": image.width,
        "height": image.height,
        "megapixels": round(image.width * image.height / 1e6, 2),
        "shape": say.shape(image),
        "format": image.format,
        "frames": image.frames,
        "transparent": image.transparent,
        "kind": {"name": name, "confidence": sure},
        "colours": [{"name": colour, "share": share} for colour, share in pixels.colours],
        "background": pixels.background,
        "light": {"name": pixels.light, "mean": pixels.lightness},
        "focus": {"name": pixels.focus, "sharpness": pixels.sharpness},
        "blank": pixels.blank,
        "black_and_white": pixels.grey,
        "taken": exif.taken,
        "camera": exif.camera,
        "settings": exif.settings,
        "gps": list(exif.gps) if exif.gps else None,
        "text": None if page is None else page.text,
        "lines": None if page is None else [line_data(line) for line in page.lines],
        "rows": None if page is None else [[cell.text for cell in row] for row in page.rows],
        "rotation": None if page is None else page.rotation,
        "codes": None if seen.codes is None else [code_data(code) for code in seen.codes],
    }
