"""The tool that reads a document to a language model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tools.documents_made import pdf, scan, see, write
from tests.tools.test_documents_office import sheets, slides
from tools.base import Call, Context, Item, ToolResult
from tools.errors import Cancelled, Retry
from tools.language.read_document import ReadDocument, cut, overlap


def ask(tool: ReadDocument, path: Path, **arguments: str) -> ToolResult:
    item = Item("document:1", "document", path, "", path.name, f"sha of {path}")
    return tool.run(Call({"document": item, **arguments}), Context())


def report(folder: Path) -> Path:
    """Forty pages of filler, with one fact on page 23."""
    filler = "\n".join(f"Line {n} of general remarks about the year." for n in range(12))
    pages = [f"Chapter {n}\n{filler}" for n in range(1, 41)]
    pages[22] += "\nThe notice period is ninety days."
    return write(folder, "report.pdf", pdf(pages))


def test_a_short_document_is_shown_whole_with_its_places(tmp_path: Path) -> None:
    result = ask(ReadDocument(), write(tmp_path, "a.pdf", pdf(["Alpha", "Beta"])))
    assert "[page=1] Alpha\n\n[page=2] Beta" in result.text
    assert [(s.source, s.locator, s.quote, s.handle) for s in result.sources] == [
        ("a.pdf", "page=1", "Alpha", "document:1"),
        ("a.pdf", "page=2", "Beta", "document:1"),
    ]
    assert result.data["pages"] == 2
    json.dumps(result.data)


def test_of_a_long_document_the_question_picks_the_parts(tmp_path: Path) -> None:
    result = ask(ReadDocument(), report(tmp_path), question="How long is the notice period?")
    assert "[page=23]" in result.text
    assert "ninety days" in result.text
    assert len(result.text) < 8_000
    assert "Shown are" in result.text
    (source,) = [s for s in result.sources if s.locator == "page=23"]
    assert source.quote.startswith("The notice period is ninety days.")


def test_without_a_question_a_long_document_begins_at_its_beginning(tmp_path: Path) -> None:
    result = ask(ReadDocument(), report(tmp_path))
    assert "[page=1] Chapter 1" in result.text
    assert "[page=40]" not in result.text


def test_an_injected_ranking_is_heard(tmp_path: Path) -> None:
    def rank(question: str, texts: Sequence[str]) -> list[float]:
        return [float("ninety" in t) for t in texts]

    result = ask(ReadDocument(rank=rank), report(tmp_path), question="Kündigungsfrist?")
    assert "[page=23]" in result.text


@pytest.mark.parametrize("part", ["page 2", "p. 2", "pages 2-2", "page=2", "第2页", "第二页"])
def test_a_page_can_be_named_in_many_ways(tmp_path: Path, part: str) -> None:
    path = write(tmp_path, "a.pdf", pdf(["Alpha", "Beta", "Gamma"]))
    assert [s.quote for s in ask(ReadDocument(), path, part=part).sources] == ["Beta"]


def test_slides_sheets_and_headings_can_be_named(tmp_path: Path) -> None:
    show, book = slides(tmp_path / "a.pptx"), sheets(tmp_path / "a.xlsx")
    assert "Figures" in ask(ReadDocument(), show, part="slide 2").text
    assert "Welcome" not in ask(ReadDocument(), show, part="slide 2").text.split("\n\n", 1)[1]
    stamp = ask(ReadDocument(), book, part="sheet Stamp")
    assert [s.locator for s in stamp.sources] == ["sheet=Stamp rows=2-2"]
    tables = ask(ReadDocument(), book, part="Q3 sales").data["tables"]
    assert tables[0]["rows"][0] == ["Day", "Amount", "Share", "Paid"]
    notes = write(tmp_path, "a.md", "# One\nalpha\n# Two\nbeta\n")
    assert "alpha" not in ask(ReadDocument(), notes, part="two").text


def test_a_part_that_is_not_there_is_answered_with_what_is(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", pdf(["Alpha", "Beta"]))
    with pytest.raises(Retry, match="pages 1 to 2"):
        ask(ReadDocument(), path, part="page 9")


def test_a_second_question_does_not_read_again(tmp_path: Path) -> None:
    looked: list[str] = []

    def ocr(image: object) -> str:
        looked.append(see(image))
        return "Total 17 euro"

    tool, path = ReadDocument(ocr=ocr), write(tmp_path, "a.pdf", scan())
    assert "Total 17 euro" in ask(tool, path).text
    ask(tool, path, question="What is the total?")
    assert len(looked) == 1


def test_a_scan_without_ocr_says_what_is_missing(tmp_path: Path) -> None:
    result = ask(ReadDocument(), write(tmp_path, "a.pdf", scan()))
    assert "Page 1 has no text layer" in result.text
    assert result.sources == ()


def test_a_cancelled_call_stops(tmp_path: Path) -> None:
    context = Context()
    context.cancel()
    item = Item("document:1", "document", report(tmp_path), "", "report.pdf", "")
    with pytest.raises(Cancelled):
        ReadDocument().run(Call({"document": item}), context)


def test_the_lexical_vote_reads_chinese_and_plurals() -> None:
    scores = overlap("终止条款是什么？", ["付款方式说明", "合同的终止条款如下", "其他"])
    assert max(range(3), key=scores.__getitem__) == 1
    scores = overlap("Which invoices?", ["an invoice came", "a letter came"])
    assert scores[0] > scores[1] == 0


def test_passages_lose_nothing_and_stay_short() -> None:
    text = "One sentence. Another one. " * 200 + "\n" + "x" * 3000
    pieces = cut(text)
    assert max(map(len, pieces)) <= 900
    assert "".join("".join(pieces).split()) == "".join(text.split())
