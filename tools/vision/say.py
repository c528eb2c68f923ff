"""Facts about a picture in words: the one that was asked for, first and in one sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tools.engines.rapidocr import OcrPage
from tools.engines.zxing import Code
from tools.media.image import Image
from tools.vision import facts, questions
from tools.vision.facts import Pixels
from tools.vision.questions import Topic, is_chinese
from tools.vision.scan_codes import told

_LONG = 600
"""Signs of read text that an answer quotes before it is cut."""

_ZH = {
    "black": "黑色", "grey": "灰色", "white": "白色", "red": "红色", "orange": "橙色",
    "brown": "棕色", "beige": "米色", "yellow": "黄色", "green": "绿色", "teal": "青色",
    "blue": "蓝色", "purple": "紫色", "pink": "粉色",
    "very dark": "很暗", "dark": "偏暗", "normal": "亮度正常", "bright": "很亮",
    "blurred": "模糊", "soft": "略微模糊", "sharp": "清晰",
    "photo": "照片", "screenshot": "截图", "document": "文档或扫描件", "drawing": "图画或图形",
    "blank": "空白图片", "portrait": "竖向", "landscape": "横向", "square": "正方形",
}  # fmt: skip
_KINDS = {
    "photo": "a photo",
    "screenshot": "a screenshot",
    "document": "a document or a scan of one",
    "drawing": "a drawing or a graphic",
    "blank": "a blank picture",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a picture; ``page`` and ``codes`` are None where not looked for."""

    image: Image
    pixels: Pixels
    page: OcrPage | None
    codes: tuple[Code, ...] | None

    @property
    def rows(self) -> list[str]:
        rows = self.page.rows if self.page is not None else ()
        return ["  ".join(line.text for line in row) for row in rows]

    @property
    def kind(self) -> tuple[str, float]:
        lines = self.page.lines if self.page is not None else ()
        letters = sum(len(line.text) for line in lines)
        area = sum(line.xywh[2] * line.xywh[3] for line in lines)
        covered = area / (self.image.width * self.image.height)
        return facts.kind(self.image, self.pixels, letters, min(1.0, covered))


@dataclass(frozen=True, slots=True)
class Answer:
    """``answered``: the facts settle the question. ``rows`` of the text and ``codes`` say so."""

    text: str
    answered: bool
    rows: tuple[int, ...] = ()
    codes: bool = False


def remedy(question: str) -> str:
    """The one line that names what would answer the rest."""
    if is_chinese(question):
        return (
            "要描述图片里的内容，我需要一个视觉模型：用 `ollama pull llava` 安装一个，"
            "或指定一个能看图的模型，例如 `--model ollama:llava`。"
        )
    return (
        "To describe what is in a picture I need a vision model: install one with "
        "`ollama pull llava` or name a model that sees, e.g. `--model ollama:llava`."
    )


def answer(seen: Seen, asked: Topic, question: str) -> Answer:
    """The answer that the facts allow, in the question's language."""
    chinese = is_chinese(question)
    if asked in {"text", "has_text"}:
        return _text(seen, asked, question, chinese=chinese)
    if asked in {"amount", "phone", "email", "link", "date"}:
        return _row(seen, asked, question, chinese=chinese)
    if asked == "code":
        return _code(seen, chinese=chinese)
    if asked == "everything":
        return _everything(seen, chinese=chinese)
    if asked == "other":
        row = questions.answer_row(asked, question, seen.rows)
        if row is not None:
            return _quoted(seen, row, chinese=chinese, answered=False)
        return Answer(_summary(seen, chinese=chinese), answered=False, rows=_first_rows(seen))
    if asked == "colour" and questions.about_a_thing(question):
        told_ = _colours(seen, chinese=chinese)
        note = "我认不出图中的单个物体。" if chinese else "I cannot tell single things in it apart."
        return Answer(f"{told_} {note}", answered=False)
    return _measured(seen, asked, chinese=chinese)


def shape(image: Image) -> str:
    """``portrait``, ``landscape`` or ``square``."""
    if abs(image.width - image.height) <= 0.02 * image.width:
        return "square"
    return "landscape" if image.width > image.height else "portrait"


def _measured(seen: Seen, asked: Topic, *, chinese: bool) -> Answer:
    image, pixels, exif = seen.image, seen.pixels, seen.image.exif
    if asked == "size":
        return Answer(_size(image, chinese=chinese), answered=True)
    if asked == "when":
        if exif.taken:
            when = exif.taken.replace("T", " ")
            return Answer(f"拍摄于 {when}。" if chinese else f"It was taken on {when}.", True)
        none = "文件里没有记录拍摄时间。" if chinese else "The file does not say when it was taken."
        return Answer(none, answered=True)
    if asked == "where":
        if exif.gps:
            return Answer(_place(exif.gps, chinese=chinese), answered=True)
        none = (
            "文件里没有记录拍摄地点。" if chinese else "The file does not say where it was taken."
        )
        return Answer(none, answered=False)
    if asked == "camera":
        used = exif.camera + (f" ({exif.settings})" if exif.camera and exif.settings else "")
        used = used or exif.settings
        if not used:
            none = "文件里没有相机信息。" if chinese else "The file does not name a camera."
            return Answer(none, answered=True)
        return Answer(f"拍摄设备：{used}。" if chinese else f"It was taken with {used}.", True)
    if asked == "format":
        return Answer(
            f"这是一个 {image.format} 文件。" if chinese else f"It is a {image.format} file.", True
        )
    if asked == "frames":
        return Answer(_frames(image, chinese=chinese), answered=True)
    if asked == "background":
        if pixels.background:
            name = pixels.background
            text = f"背景是{_ZH[name]}。" if chinese else f"The background is {name}."
            return Answer(text, answered=True)
        none = "背景没有单一的颜色。" if chinese else "The background is not of one colour."
        return Answer(f"{none} {_colours(seen, chinese=chinese)}", answered=True)
    if asked == "colour":
        return Answer(_colours(seen, chinese=chinese), answered=True)
    if asked == "light":
        level = f"{pixels.lightness / 2.55:.0f}%"
        if chinese:
            return Answer(f"图片{_ZH[pixels.light]}：平均亮度 {level}。", answered=True)
        word = "normally lit" if pixels.light == "normal" else pixels.light
        return Answer(f"The picture is {word}: its mean lightness is {level}.", answered=True)
    if asked == "focus":
        return Answer(_focus(pixels, chinese=chinese), answered=True)
    if asked == "blank":
        return Answer(_blank(seen, chinese=chinese), answered=True)
    if asked == "turned":
        return Answer(_turned(seen, chinese=chinese), answered=True)
    return Answer(_kind(seen, chinese=chinese), answered=True)


def _size(image: Image, *, chinese: bool) -> str:
    mega = image.width * image.height / 1e6
    part = math.gcd(image.width, image.height)
    ratio = (image.width // part, image.height // part)
    named = f" ({ratio[0]}:{ratio[1]})" if max(ratio) <= 25 else ""
    if chinese:
        return f"图片宽 {image.width}、高 {image.height} 像素，{_ZH[shape(image)]}{named}。"
    return (
        f"It is {image.width} x {image.height} pixels, {shape(image)}{named}, "
        f"{mega:.2g} megapixels."
    )


def _place(gps: tuple[float, float], *, chinese: bool) -> str:
    latitude, longitude = gps
    where = (
        f"{abs(latitude):.5f}° {'N' if latitude >= 0 else 'S'}, "
        f"{abs(longitude):.5f}° {'E' if longitude >= 0 else 'W'}"
    )
    return f"拍摄地点的坐标是 {where}。" if chinese else f"It was taken at {where}."


def _frames(image: Image, *, chinese: bool) -> str:
    if image.paged:
        return f"共有 {image.frames} 页。" if chinese else f"It has {image.frames} pages."
    if image.frames > 1:
        return (
            f"这是动图，共 {image.frames} 帧。"
            if chinese
            else f"It is an animation of {image.frames} frames."
        )
    return "这是静态图片。" if chinese else "It is a still picture."


def _colours(seen: Seen, *, chinese: bool) -> str:
    pixels = seen.pixels
    named = [(name, f"{share:.0%}") for name, share in pixels.colours[:5]]
    if chinese:
        lead = "这是黑白图片：" if pixels.grey else "主要颜色是"
        return lead + "、".join(f"{_ZH[name]}（{share}）" for name, share in named) + "。"
    lead = "It is black and white: " if pixels.grey else "It is mostly "
    return lead + _listed([f"{name} ({share})" for name, share in named]) + "."


def _focus(pixels: Pixels, *, chinese: bool) -> str:
    if not pixels.focus:
        return (
            "图片是空白的。" if chinese else "The picture is blank, so there is nothing to focus."
        )
    if chinese:
        return f"图片{_ZH[pixels.focus]}。"
    words = {"soft": "slightly soft, not crisp", "sharp": "sharp", "blurred": "blurred"}
    return f"The picture is {words[pixels.focus]}."


def _blank(seen: Seen, *, chinese: bool) -> str:
    colour = seen.pixels.colours[0][0] if seen.pixels.colours else ""
    if seen.pixels.blank:
        if chinese:
            return f"是的，图片是空白的，全是{_ZH.get(colour, '一种颜色')}。"
        return f"Yes, the picture is blank: it is all {colour or 'one colour'}."
    return "不，图片不是空白的。" if chinese else "No, the picture is not blank."


def _turned(seen: Seen, *, chinese: bool) -> str:
    turn = seen.page.rotation if seen.page is not None and seen.page.lines else 0
    outline = shape(seen.image)
    if chinese:
        base = f"图片是{_ZH[outline]}的。"
        return base + (f" 其中的文字要顺时针转 {turn} 度才是正的。" if turn else "")
    article = "It is in landscape" if outline == "landscape" else f"It is {outline}"
    if turn == 180:
        return f"{article}, and its text stands upside down."
    if turn:
        return f"{article}, and its text lies sideways: turn it {turn} degrees clockwise."
    read = seen.page is not None and seen.page.lines
    return f"{article}, and its text stands upright." if read else f"{article}."


def _kind(seen: Seen, *, chinese: bool) -> str:
    name, sure = seen.kind
    if chinese:
        return f"这{'' if sure >= 0.8 else '可能'}是{_ZH[name]}（把握 {sure:.0%}）。"
    lead = "It is" if sure >= 0.95 else "It is most likely" if sure >= 0.7 else "It may be"
    return f"{lead} {_KINDS[name]} (confidence {sure:.0%})."


def _text(seen: Seen, asked: Topic, question: str, *, chinese: bool) -> Answer:
    page = seen.page
    if page is None or not page.lines:
        none = "图片里没有找到文字。" if chinese else "I found no text in the picture."
        return Answer(none, answered=True)
    row = questions.answer_row("text", question, seen.rows)
    if row is not None and asked == "text" and len(seen.rows) > 3:
        return _quoted(seen, row, chinese=chinese, answered=True)
    body = _cut(page.text)
    if asked == "has_text":
        lead = "有，图片里有文字：" if chinese else "Yes, there is text in it:"
    else:
        lead = "上面写着：" if chinese else "It says:"
    return Answer(f"{lead}\n{body}", answered=True, rows=_first_rows(seen))


def _row(seen: Seen, asked: Topic, question: str, *, chinese: bool) -> Answer:
    row = questions.answer_row(asked, question, seen.rows)
    if row is not None:
        return _quoted(seen, row, chinese=chinese, answered=True)
    if not seen.rows:
        none = "图片里没有找到文字。" if chinese else "I found no text in the picture."
        return Answer(none, answered=False)
    none = "我在文字里没有找到答案。" if chinese else "I did not find that in its text."
    lead = "上面写着：" if chinese else "It says:"
    text = f"{none} {lead}\n{_cut(seen.page.text if seen.page else '')}"
    return Answer(text, answered=False, rows=_first_rows(seen))


def _quoted(seen: Seen, row: int, *, chinese: bool, answered: bool) -> Answer:
    quote = seen.rows[row]
    text = f"上面写着：“{quote}”。" if chinese else f"It reads: “{quote}”."
    return Answer(text, answered=answered, rows=(row,))


def _code(seen: Seen, *, chinese: bool) -> Answer:
    codes = seen.codes or ()
    if not codes:
        none = "图片里没有找到条码或二维码。" if chinese else "I found no code in the picture."
        return Answer(none, answered=True)
    one = "It holds this " if len(codes) == 1 else "It holds these codes: "
    lead = "找到了：" if chinese else one
    joined = ("；" if chinese else "; ").join(told(code) for code in codes)
    return Answer(f"{lead}{joined}" + ("。" if chinese else "."), answered=True, codes=True)


def _everything(seen: Seen, *, chinese: bool) -> Answer:
    """A description; complete for a page, a code or a blank, a part of it for a photo."""
    name, _ = seen.kind
    rows = _first_rows(seen)
    speaks = bool(seen.codes) or (name in {"document", "screenshot"} and bool(rows))
    done = seen.pixels.blank or speaks
    return Answer(_summary(seen, chinese=chinese), done, rows=rows, codes=bool(seen.codes))


def _summary(seen: Seen, *, chinese: bool) -> str:
    if seen.pixels.blank:
        return _blank(seen, chinese=chinese).replace("Yes, the", "The").replace("是的，", "")
    image, exif = seen.image, seen.image.exif
    parts = [_code(seen, chinese=chinese).text] if seen.codes else []
    parts += [_kind(seen, chinese=chinese), _size(image, chinese=chinese)]
    parts.append(_colours(seen, chinese=chinese))
    if seen.pixels.light in {"very dark", "dark"}:
        word = _ZH[seen.pixels.light] if chinese else seen.pixels.light
        parts.append(f"画面{word}。" if chinese else f"It is {word}.")
    if seen.pixels.focus == "blurred":
        parts.append(_focus(seen.pixels, chinese=chinese))
    if image.frames > 1:
        parts.append(_frames(image, chinese=chinese))
    if exif.taken:
        parts.append(_measured(seen, "when", chinese=chinese).text)
    if exif.camera:
        parts.append(_measured(seen, "camera", chinese=chinese).text)
    if exif.gps:
        parts.append(_place(exif.gps, chinese=chinese))
    text = ("" if chinese else " ").join(parts)
    if seen.page is not None and seen.page.lines:
        lead = "上面写着：" if chinese else "It says:"
        text = f"{text}\n{lead}\n{_cut(seen.page.text)}"
    return text


def _first_rows(seen: Seen) -> tuple[int, ...]:
    return tuple(range(min(6, len(seen.rows))))


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else text[:_LONG].rsplit(None, 1)[0] + " ..."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
