"""The tool that answers questions about pictures: measured facts first, then a model that sees.

It knows the text, the codes, what the camera wrote, the colours, the light and the shape, and
answers from these what they settle. The rest goes to the vision model; without one it says in
one line what would answer it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from tools.base import Call, Context, Item, Kind, Parameter, Source, Tool, ToolResult
from tools.engines.rapidocr import OcrPage, RapidOcr
from tools.engines.zxing import Code, Zxing
from tools.errors import Cancelled, ToolError
from tools.media.image import Image, open_image
from tools.reading.find import Answering, Found, as_data
from tools.reading.material import of_picture
from tools.runtime import Slot
from tools.vision import facts, questions, say
from tools.vision.follow_ups import FollowUps
from tools.vision.read_text import line_data, line_source
from tools.vision.scan_codes import code_data, code_source

_FROM_FILE = {"when", "where", "camera", "size", "format", "frames"}
_FROM_PIXELS = {"colour", "background", "light", "focus", "blank"}
_IN_PRINT = {"text", "amount", "phone", "email", "link", "date"}
"""What stands in the picture's text, where the reader knows better which line is meant."""
_PRINTED = {"document", "screenshot"}
"""Kinds of pictures in which what is read exactly is worth more than what a model sees."""
_MOST_SOURCES = 8
_SEEING = (
    "Answer any question about a picture: what is in it, what happens in it, its text, codes, "
    "colours, size, light, sharpness, kind, and when, where and with what it was taken."
)
_BEAT = 1.0
"""Seconds between two signs of life of a model that has not begun to answer."""


class Sees(Protocol):
    """A model that answers questions about pictures."""

    @property
    def name(self) -> str: ...

    def answer(
        self,
        images: Sequence[Image],
        question: str,
        history: Sequence[tuple[str, str]] = (),
        *,
        cancelled: Callable[[], bool],
        on_text: Callable[[str], object] | None = None,
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class _Looked:
    """One picture: what was measured of it, and what that says to the question."""

    item: Item
    seen: say.Seen
    answer: say.Answer


class Look(Tool):
    """Visual question answering from text, codes, EXIF, colour and geometry, and by a model.

    ``vision`` is the slot of a model that sees, where there is one. It is asked what the
    measured facts do not answer, with what was asked about the same pictures before.
    """

    name = "look"
    description = (
        "Answer a question about a picture: its text, codes, colours, size, light, sharpness, "
        "kind, and when, where and with what it was taken."
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("image", "The picture to look at.", kinds=("image",)),
        Parameter("question", "What to find out about it.", required=False),
        Parameter(
            "others",
            "More pictures to compare with it.",
            required=False,
            kinds=("image",),
            many=True,
        ),
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
        vision: Slot[Any] | None = None,
        answering: Answering | None = None,
    ) -> None:
        # No slot of its own: each engine works in its own thread, and none waits for the model.
        self._ocr = ocr_slot
        self._codes = codes_slot
        self._vision: Slot[Sees] | None = vision
        self._answering = answering
        self._earlier = FollowUps()
        if vision is not None:
            self.__dict__.update(description=_SEEING, limits="")

    def engine(self) -> str:
        names = [self._ocr.name, self._codes.name]
        return ", ".join([*names, self._vision.name] if self._vision is not None else names)

    def run(self, call: Call, context: Context) -> ToolResult:
        """Look at it.

        Raises:
            BadInput: a picture cannot be opened.
            Unavailable: an engine that the question needs is not installed.
        """
        item = call.item("image")
        question = call.text("question", "").strip()
        others = [other for other in call.items("others") if other != item]
        asked = questions.topic(question)
        looked = [self._look(one, question, asked, context) for one in (item, *others)]
        result, left_open = self._measured(looked, question, asked, context)
        if self._vision is None:
            return result
        session = context.session
        pictures = [_sha256(one.item) for one in looked]
        question = question or "Describe the picture."
        if left_open:
            history = self._earlier.before(session, pictures, question)
            images = [one.seen.image for one in looked]
            try:
                name, said = _ask(self._vision, images, question, history, context)
            except Cancelled:
                context.check()  # says why, where it was the time
                raise
            except ToolError as error:
                context.notice(f"The picture was only measured: {error}")
                return result
            if said:
                result = _seen(result, looked, asked, question, name, said)
        if result.data["answered"]:
            self._earlier.keep(session, pictures, question, result.text)
        return result

    def _look(self, item: Item, question: str, asked: questions.Topic, context: Context) -> _Looked:
        seen = self._see(open_image(item.path, name=item.name), asked, context)
        return _Looked(item, seen, say.answer(seen, asked, question))

    def _see(self, image: Image, asked: questions.Topic, context: Context) -> say.Seen:
        """The facts; text and codes, which take longest, only where the question needs them."""
        pixels = facts.measure(image)
        page: OcrPage | None = None
        codes: tuple[Code, ...] | None = None
        if asked not in _FROM_FILE | _FROM_PIXELS:
            scan = self._codes.submit(lambda: self._codes.get().scan(image, context.check))
            codes = scan.result()
            if asked != "code":
                read = self._ocr.submit(lambda: self._ocr.get().read(image, context.check))
                page = read.result().trusted()
        return say.Seen(image, pixels, page, codes)

    def _measured(
        self, looked: Sequence[_Looked], question: str, asked: questions.Topic, context: Context
    ) -> tuple[ToolResult, bool]:
        """What the facts answer, and whether they leave something for a model that sees."""
        first = looked[0]
        answered = all(one.answer.answered for one in looked)
        data = {"answered": answered, "asked": asked, **_data(first.seen)}
        found: Found | None = None
        if question and self._answering is not None and first.seen.rows and (
            not first.answer.answered or asked in _IN_PRINT
        ):  # fmt: skip
            context.check()
            found = self._answering(question, of_picture(data))
            data["answer"] = as_data(found)
            data["answered"] = answered and (found is None or found.sure)
        exact = asked in _IN_PRINT or first.seen.kind[0] in _PRINTED
        printed = found is not None and found.sure and exact and len(looked) == 1
        left_open = not (data["answered"] or printed)
        if asked == "everything":
            left_open = not all(one.seen.pixels.blank for one in looked)
        text = _told(looked)
        if not data["answered"] and (left_open or self._vision is None):
            text = f"{text}\n{say.remedy(question)}"
        sources = [source for one in looked for source in _sources(one)][:_MOST_SOURCES]
        engine = self._engine(first.seen)
        return ToolResult(text=text, engine=engine, data=data, sources=tuple(sources)), left_open

    def _engine(self, seen: say.Seen) -> str:
        used = ["measurement"]
        if seen.page is not None:
            used.append(self._ocr.name)
        if seen.codes is not None:
            used.append(self._codes.name)
        return ", ".join(used)


def _ask(
    slot: Slot[Sees],
    images: Sequence[Image],
    question: str,
    history: Sequence[tuple[str, str]],
    context: Context,
) -> tuple[str, str]:
    """The model's name and its answer, which is shown while it grows.

    There are signs of life while it is loaded, waits for its turn or works on the pictures.
    """
    said = ""
    begun = False
    shown = time.monotonic()

    def tell(piece: str) -> None:
        nonlocal said, shown
        said += piece
        shown = time.monotonic()
        context.progress(None, said)

    def cancelled() -> bool:
        nonlocal shown
        if time.monotonic() - shown > _BEAT:
            shown = time.monotonic()
            context.progress(None, said)
        return context.cancelled

    def work() -> tuple[str, str]:
        nonlocal begun
        context.check()
        model = slot.get()
        begun = True
        answer = model.answer(images, question, history, cancelled=cancelled, on_text=tell)
        return model.name, answer.strip()

    context.check()
    future = slot.submit(work)
    while not wait([future], timeout=_BEAT).done:
        if not begun:
            context.check()
            context.progress(None, "")
    return future.result()


def _seen(
    result: ToolResult,
    looked: Sequence[_Looked],
    asked: questions.Topic,
    question: str,
    name: str,
    said: str,
) -> ToolResult:
    """What the model said; in a description, the facts that it may have misread stand beside it."""
    text = said
    sources: tuple[Source, ...] = ()
    if asked == "everything" and result.data["answered"]:
        text, sources = f"{result.text}\n{said}", result.sources
    elif asked == "everything" and len(looked) == 1 and looked[0].seen.rows:
        text = f"{said}\n{say.answer(looked[0].seen, 'text', question).text}"
        sources = result.sources
    data = {key: value for key, value in result.data.items() if key != "answer"}
    return ToolResult(
        text=text,
        engine=f"{result.engine}, {name}",
        data={**data, "answered": True, "described": said},
        sources=sources,
    )


def _told(looked: Sequence[_Looked]) -> str:
    """The facts; of several pictures each behind its handle."""
    if len(looked) == 1:
        return looked[0].answer.text
    return "\n".join(f"{one.item.handle}: {one.answer.text}" for one in looked)


def _sha256(item: Item) -> str:
    return item.sha256 or hashlib.sha256(item.path.read_bytes()).hexdigest()


def _sources(looked: _Looked) -> tuple[Source, ...]:
    seen, answer, item = looked.seen, looked.answer, looked.item
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
