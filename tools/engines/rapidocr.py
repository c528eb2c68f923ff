"""Reading text in pictures with RapidOCR and the PP-OCR models that ship in its wheel.

The engine misreads a page that is not upright. How a page is turned shows in two things: the
shape of its line boxes tells upright from sideways, and the recognizer's confidence on a few
of them tells which way up (about 0.98 on upright print, below 0.8 on turned print).
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import Failed, Unavailable
from tools.vision.layout import Piece, Point, Quad, arrange, glue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.media.image import Image

    Pixels = NDArray[Any]

_MODELS = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")
_THREADS = 2
_SIDE = 1600
"""Longer side of what the detector looks at first, in pixels."""
_SHORT, _LONG = 736, 1120
"""A smaller picture is enlarged until one of its sides is that long."""
_MOST = 2560
"""And when the print turns out to be small."""
_SMALL = 20.0
"""A line box lower than this, in the detector's pixels, is small print."""
_SMALL_SHRUNK = 32.0
_SURE = 0.9
"""This much confidence in the sample ends the search for the way up."""
_TURN = 0.8
"""And with less than this the page is not turned: it may hold no text at all."""
_LETTERS = 4
"""Nor is it turned for the sake of fewer letters than this."""
_KEEP = 0.5
_BATCH = 6
_SAMPLE = 3
"""How many lines are read to find out which way up a page is."""
_Read = dict[int, tuple[str, float]]


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line, or one cell of a row.

    ``box`` holds the corners clockwise from the top left, in the pixels of the page turned
    upright; ``xywh`` is the upright rectangle around it in the pixels of the given picture.
    """

    text: str
    confidence: float
    box: Quad
    xywh: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class OcrPage:
    """What stands on a page: paragraphs of rows of cells, in reading order.

    ``rotation`` is how far the given picture must be turned clockwise to stand upright:
    0, 90, 180 or 270 degrees.
    """

    paragraphs: tuple[tuple[tuple[OcrLine, ...], ...], ...]
    rotation: int = 0

    @property
    def rows(self) -> tuple[tuple[OcrLine, ...], ...]:
        return tuple(row for paragraph in self.paragraphs for row in paragraph)

    @property
    def lines(self) -> tuple[OcrLine, ...]:
        return tuple(line for row in self.rows for line in row)

    @property
    def text(self) -> str:
        """Rows left to right, two spaces between cells, a blank line between paragraphs."""
        return "\n\n".join(
            "\n".join(_row_text(row) for row in paragraph) for paragraph in self.paragraphs
        )

    @property
    def confidence(self) -> float:
        """Mean confidence, weighted by the length of the lines; 0.0 for a page without text."""
        letters = sum(len(line.text) for line in self.lines)
        return sum(line.confidence * len(line.text) for line in self.lines) / max(1, letters)

    def trusted(self) -> OcrPage:
        """Without what is more likely texture than text: photos are full of it."""
        sure = [line for line in self.lines if _signs(line) > 2 and line.confidence >= 0.7]
        usual = statistics.median(_height(line.box) for line in sure) if len(sure) > 1 else 0.0

        def keep(line: OcrLine) -> bool:
            signs = _signs(line)
            if signs > 2:
                # Letters need room: a word in a box that is nearly square is not one.
                long, high = _length(line.box), _height(line.box)
                if high > 1.5 * long:  # it runs up or down
                    long, high = high, long
                cramped = long < 0.28 * high * len(line.text)
                return line.confidence >= (0.95 if cramped else 0.65)
            # One or two signs are what wheels and windows are most often taken for.
            alike = usual and 0.5 <= _height(line.box) / usual <= 2.0
            return signs > 0 and line.confidence >= (0.85 if alike else 0.99)

        paragraphs = (
            tuple(row for row in (tuple(filter(keep, row)) for row in paragraph) if row)
            for paragraph in self.paragraphs
        )
        return OcrPage(tuple(p for p in paragraphs if p), self.rotation)


def _signs(line: OcrLine) -> int:
    return sum(letter.isalnum() for letter in line.text)


def load() -> RapidOcr:
    """The engine, from the models inside the installed wheel; nothing is fetched.

    Raises:
        Unavailable: RapidOCR or its models are not installed.
    """
    try:
        import rapidocr
        from rapidocr import RapidOCR
    except ImportError as error:
        raise Unavailable(
            "The engine that reads text in pictures is not installed.",
            "Run `pip install rapidocr onnxruntime`.",
        ) from error
    folder = Path(rapidocr.__file__).parent / "models"
    detector, recognizer = (folder / name for name in _MODELS)
    if not detector.is_file() or not recognizer.is_file():
        raise Unavailable(
            "The models for reading text in pictures are missing from the RapidOCR package.",
            "Run `pip install --force-reinstall 'rapidocr>=3.10,<4'`.",
        )
    # A path given outright keeps the package from looking for a model on the network.
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": _MOST,
            "Det.limit_type": "max",
            "Det.limit_side_len": _MOST,
            "Det.model_path": str(detector),
            "Rec.model_path": str(recognizer),
            "Rec.rec_batch_num": _BATCH,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    return RapidOcr(engine)


class RapidOcr:
    """Reads pages in any of the four orientations. Not to be called from two threads at once."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def read(self, image: Image, check: Callable[[], None] | None = None) -> OcrPage:
        """All text of a picture.

        ``check`` is called between steps and may raise to stop the work.

        Raises:
            Failed: the engine could not work on these pixels.
        """
        import numpy as np

        pause = check or (lambda: None)
        page = np.ascontiguousarray(np.asarray(image.pixels)[:, :, ::-1])
        if min(page.shape[:2]) < 4:
            return OcrPage(())
        boxes = self._detect(page)
        pause()
        if not boxes:
            return OcrPage(())
        turns, known = self._turns(page, boxes)
        pause()
        if turns:
            page = np.ascontiguousarray(np.rot90(page, -turns))
            boxes = self._detect(page)
            pause()
        pieces = self._recognize(page, boxes, known, pause)
        height, width = page.shape[:2]

        def line(piece: Piece) -> OcrLine:
            around = _unturned(piece.quad, turns, width, height)
            return OcrLine(piece.text, round(piece.confidence, 3), piece.quad, around)

        paragraphs = tuple(
            tuple(tuple(line(piece) for piece in row) for row in paragraph)
            for paragraph in arrange(pieces)
        )
        return OcrPage(paragraphs, turns * 90)

    def _detect(self, page: Pixels) -> list[Quad]:
        """Line boxes in the page's pixels; looks closer where the print is small."""
        shorter, longer = sorted(page.shape[:2])
        if longer > _SIDE:
            scale = _SIDE / longer
        else:
            scale = max(1.0, min(4.0, _SHORT / shorter, _LONG / longer))
        boxes = self._detect_at(page, scale)
        if not boxes:
            return boxes
        low = statistics.quantiles([_height(b) * scale for b in boxes] * 2, n=4)[0]
        # A page that was shrunk may hold footnotes too small to be found at all.
        small = _SMALL if scale >= 1 else _SMALL_SHRUNK
        if low < small:
            closer = min(3.0, scale * 1.6 * small / low, _MOST / longer)
            if closer > scale * 1.2:
                return self._detect_at(page, closer) or boxes
        return boxes

    def _detect_at(self, page: Pixels, scale: float) -> list[Quad]:
        import cv2

        look = page
        if scale != 1.0:
            kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            height, width = (max(4, round(side * scale)) for side in page.shape[:2])
            look = cv2.resize(page, (width, height), interpolation=kind)
        found = self._run(lambda: self._engine(look, use_det=True, use_cls=False, use_rec=False))
        boxes = getattr(found, "boxes", None)
        if boxes is None:
            return []
        across, down = page.shape[1] / look.shape[1], page.shape[0] / look.shape[0]
        return [_quad((x * across, y * down) for x, y in box) for box in boxes]

    def _turns(self, page: Pixels, boxes: Sequence[Quad]) -> tuple[int, _Read]:
        """How many clockwise quarter turns set the page upright.

        Also what was read on the way of boxes that need no turn, so that an upright page
        costs nothing extra.
        """
        import numpy as np

        wide = [i for i, b in enumerate(boxes) if _length(b) > 1.8 * _height(b)]
        tall = [i for i, b in enumerate(boxes) if _height(b) > 1.8 * _length(b)]
        across = sum(_length(boxes[i]) for i in wide)
        down = sum(_height(boxes[i]) for i in tall)
        if across > 2 * down:
            sample, order = wide, [0, 2]
        elif down > 2 * across:
            sample, order = tall, [1, 3, 0]
        else:
            sample, order = list(range(len(boxes))), [0, 2, 1, 3]
        # The longest lines tell most.
        sample.sort(key=lambda i: -max(_length(boxes[i]), _height(boxes[i])))
        sample = sample[:_SAMPLE]
        known: _Read = {}
        best, highest, most = 0, 0.0, 0
        for turns in order:
            crops = [np.ascontiguousarray(np.rot90(_crop(page, boxes[i]), -turns)) for i in sample]
            read = self._texts(crops)
            if turns == 0:
                known = dict(zip(sample, read, strict=True))
            letters = sum(len(text) for text, _ in read)
            sure = sum(len(text) * sureness for text, sureness in read) / max(1, letters)
            if sure > highest + (0.05 if order[0] == 0 else 0.0):
                best, highest, most = turns, sure, letters
            if sure >= _SURE:
                break
        if highest < _TURN or most < _LETTERS:
            best = 0
        return best, known if best == 0 else {}

    def _recognize(
        self, page: Pixels, boxes: Sequence[Quad], known: _Read, pause: Callable[[], None]
    ) -> list[Piece]:
        import numpy as np

        crops = [_crop(page, box) for box in boxes]
        read = dict(known)
        order = [i for i in range(len(crops)) if i not in read]
        order.sort(key=lambda i: crops[i].shape[1] / crops[i].shape[0])
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            read.update(zip(batch, self._texts([crops[i] for i in batch]), strict=True))
            pause()
        # A label may stand on its side or its head on a page that is upright.
        doubtful = [i for i, (_, sure) in read.items() if sure < 0.8]
        for i in doubtful[:16]:
            ways = (1, 3) if _height(boxes[i]) > 1.5 * _length(boxes[i]) else (2,)
            for turns in ways:
                turned = np.ascontiguousarray(np.rot90(crops[i], -turns))
                other = self._texts([turned])[0]
                if other[1] > max(read[i][1] + 0.1, 0.8) and len(other[0]) > 1:
                    read[i] = other
            pause()
        out = []
        for i, box in enumerate(boxes):
            text, sure = read[i]
            text = " ".join(text.split())
            if sure >= _KEEP and text:
                out.append(Piece(text, sure, box))
        return out

    def _texts(self, crops: list[Pixels]) -> list[tuple[str, float]]:
        if not crops:
            return []
        found = self._run(lambda: self._engine.recognize_txt(crops))
        return [(str(t), float(s)) for t, s in zip(found.txts, found.scores, strict=True)]

    def _run(self, work: Callable[[], Any]) -> Any:
        from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

        try:
            return work()
        except (ONNXRuntimeError, MemoryError) as error:
            raise Failed(
                "The engine that reads text failed on this picture or ran out of memory.",
                "Try a smaller copy of the picture.",
            ) from error


def _quad(points: Iterable[Iterable[float]]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return (a, b, c, d)


def _length(box: Quad) -> float:
    return (_apart(box[0], box[1]) + _apart(box[3], box[2])) / 2


def _height(box: Quad) -> float:
    return (_apart(box[0], box[3]) + _apart(box[1], box[2])) / 2


def _apart(one: Point, two: Point) -> float:
    return float(((one[0] - two[0]) ** 2 + (one[1] - two[1]) ** 2) ** 0.5)


def _crop(page: Pixels, box: Quad) -> Pixels:
    """The pixels inside a box, straightened; about as wide and high as the box."""
    import cv2
    import numpy as np

    width, height = max(1, round(_length(box))), max(1, round(_height(box)))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(box, dtype=np.float32), corners)
    return cv2.warpPerspective(
        page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def _unturned(quad: Quad, turns: int, width: int, height: int) -> tuple[int, int, int, int]:
    """The rectangle around a quad of the turned page, in the pixels before the turns.

    ``width`` and ``height`` are those of the turned page.
    """
    back: dict[int, Callable[[float, float], Point]] = {
        0: lambda x, y: (x, y),
        1: lambda x, y: (y, width - x),
        2: lambda x, y: (width - x, height - y),
        3: lambda x, y: (height - y, x),
    }
    points = [back[turns](x, y) for x, y in quad]
    left, top = min(p[0] for p in points), min(p[1] for p in points)
    right, bottom = max(p[0] for p in points), max(p[1] for p in points)
    x, y = max(0, round(left)), max(0, round(top))
    return x, y, max(1, round(right) - x), max(1, round(bottom) - y)


def _row_text(row: Sequence[OcrLine]) -> str:
    text = row[0].text
    for before, after in itertools.pairwise(row):
        gap = after.box[0][0] - before.box[1][0]
        high = max(1.0, min(_height(before.box), _height(after.box)))
        text = glue(text, after.text) if gap < high else f"{text}  {after.text}"
    return text
