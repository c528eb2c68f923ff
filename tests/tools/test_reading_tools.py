"""The tools that read also answer: what they hand over, and what they do with the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pil
from PIL import ImageDraw, ImageFont

from tools.base import Call, Context, Item, Kind, Source, Tool
from tools.engines import rapidocr, zxing
from tools.language.read_document import ReadDocument
from tools.language.search_knowledge import Passage, SearchKnowledge
from tools.reading import material as made_of
from tools.reading.find import ENOUGH, Found, answer
from tools.reading.material import Material
from tools.reading.reader import Reader, Reading
from tools.reading.summary import summary
from tools.runtime import Slot
from tools.vision.look import Look
from tools.vision.read_text import ReadText

OCR = Slot("RapidOCR", rapidocr.load)
CODES = Slot("zxing-cpp", zxing.load)


class Asked:
    """Answers with the first line of a material, and remembers what it was asked."""

    def __init__(self, chance: float = 0.9) -> None:
        self.chance = chance
        self.questions: list[str] = []

    def __call__(self, question: str, material: Material) -> Found | None:
        self.questions.append(question)
        line = material.lines[0]
        return Found(line.text, line.text, line.source, chance=self.chance)


@pytest.fixture(scope="module")
def sign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sign") / "sign.png"
    picture = Pil.new("RGB", (640, 200), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(30)
    for row, line in enumerate(("HARBOUR OFFICE", "Open from 9 to 5")):
        draw.text((40, 40 + 60 * row), line, fill="black", font=font)
    picture.save(path)
    return path


def run(tool: Tool, path: Path, kind: Kind, question: str) -> dict[str, Any]:
    item = Item(f"{kind}:1", kind, path, "", path.name, "")
    name = next(p.name for p in tool.parameters if p.kinds)
    return dict(tool.run(Call({name: item, "question": question}), Context()).data)


def test_a_picture_is_read_with_the_question(sign: Path) -> None:
    asked = Asked()
    data = run(ReadText(OCR, asked), sign, "image", "whose office is it?")
    assert asked.questions == ["whose office is it?"]
    assert data["answer"]["value"] == "HARBOUR OFFICE"
    assert "answer" not in run(ReadText(OCR, asked), sign, "image", "")


def test_a_document_is_read_with_the_question(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("The gate is locked.\n")
    data = run(ReadDocument(answering=Asked()), note, "document", "is the gate locked?")
    assert data["answer"]["line"] == "The gate is locked."


def test_passages_are_read_with_the_question() -> None:
    passage = Passage(text="The gate is locked.", source="note.txt", locator="lines=1", score=0.5)
    tool = SearchKnowledge(lambda query, limit: [passage], Asked())
    result = tool.run(Call({"query": "is the gate locked?"}), Context())
    assert result.data["answer"]["line"] == "The gate is locked."
    assert result.data["answer"]["source"] == 0
    assert isinstance(result.sources[0], Source)


def test_a_look_believes_the_reader_about_print(sign: Path) -> None:
    question = "what does the sign say about dogs?"
    sure = run(Look(OCR, CODES, answering=Asked()), sign, "image", question)
    assert sure["answered"]
    unsure = run(Look(OCR, CODES, answering=Asked(ENOUGH / 2)), sign, "image", question)
    assert not unsure["answered"]
    asked = Asked()  # what is measured needs no reading
    assert run(Look(OCR, CODES, answering=asked), sign, "image", "how big is the picture?")
    assert asked.questions == []


class First(Reader):
    """A reader that is sure of the first unit with a word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def read(self, question: str, texts: Any) -> Reading | None:
        at = next(i for i, text in enumerate(texts) if self.word in text)
        return Reading(at, 0, 4, 0.9, 0.9, ((at + 2) % len(texts),))

    def near(self, text: str, others: Any) -> list[float]:
        return [0.0] * len(others)


def page(*lines: str) -> Material:
    boxes = [{"text": x, "xywh": [20, 40 * y, 9 * len(x), 30]} for y, x in enumerate(lines)]
    return made_of.of_picture({"rows": [[x] for x in lines], "lines": boxes})


def test_a_sentence_that_print_broke_is_quoted_whole() -> None:
    letter = page(
        "If you can spare the day, have a word with",
        "Mrs Ferris at the office before Friday.",
        "Bring boots.",
        "TOTAL 4.20",
    )
    found = answer("who do I talk to?", letter, First("spare the day"))
    assert found is not None
    assert found.line.endswith("with Mrs Ferris at the office before Friday.")
    short = answer("what is the sum?", letter, First("Bring"))
    assert short is not None
    assert short.line == "Bring boots."


def test_a_summary_leaves_out_headings_and_the_head_of_a_mail() -> None:
    mail = (
        "From: Rosie <rosie@cottages.example>\nSubject: Your week in the cottage\n\n# Your week\n\n"
        "Your week in the cottage begins on Saturday. You can come any time after four. The key of "
        "the cottage is under the pot. Leave the cottage as you found it. Boats are for hire."
    )
    taken = [t.text for t in summary([(mail, 0)], 3)]
    assert len(taken) == 3
    assert taken[0] == "Your week in the cottage begins on Saturday."
    assert not any("From:" in t or "#" in t for t in taken)
