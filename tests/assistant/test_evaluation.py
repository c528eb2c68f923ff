"""The evaluation: its files, its judgement and its arithmetic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.commands import group
from assistant.errors import InputError
from assistant.evaluation import answers, routing
from assistant.evaluation.cases import AnswerCase, RoutingCase, read_answers, read_routing
from assistant.evaluation.routing import Judged


def case(text: str, *tools: str, language: str = "en") -> RoutingCase:
    kind = "none" if not tools else "single" if len(tools) == 1 else "several"
    return RoutingCase(text, (), frozenset(tools), kind, language)


def judged(wanted: set[str], got: set[str], **scores: float) -> Judged:
    return Judged(case("x", *wanted), frozenset(got), scores, 0.001)


def test_exact_sets_are_counted_by_group() -> None:
    report = routing.judge(
        [
            judged({"look"}, {"look"}),
            judged({"look"}, {"read_text"}),
            judged(set(), set()),
            judged({"look", "speak"}, {"look"}),
        ]
    ).record()
    assert report["exact"]["all"] == {"share": 0.5, "right": 2, "of": 4}
    assert report["exact"]["single"]["share"] == 0.5
    assert report["exact"]["several"]["share"] == 0.0
    assert report["tools"]["look"] == {
        "precision": 1.0,
        "recall": 0.6667,
        "f1": 0.8,
        "wanted": 3,
    }
    assert {"expected": ["look"], "predicted": ["read_text"], "count": 1} in report["confusion"]
    assert len(report["failures"]) == 2


def test_calibration_compares_scores_with_what_came_true() -> None:
    bins = routing.calibration([(0.95, True), (0.95, True), (0.05, False), (0.05, True)])
    assert [(b["from"], b["score"], b["true"], b["count"]) for b in bins] == [
        (0.0, 0.05, 0.5, 2),
        (0.9, 0.95, 1.0, 2),
    ]
    assert routing.expected_error(bins) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("expected", "reply", "there"),
    [
        ("4.5", "€4.50: “Coffee €4.50”", True),
        ("4.5", "14.50", False),
        ("4.5", "4.55", False),
        ("1250", "1,250 pounds", True),
        ("12", "on 12/20/24", True),
        ("2026-03-14", "14 March (2026-03-14)", True),
        ("Tom Fielding", "between ada moreau and tom  fielding", True),
        ("Ann", "Annual", True),
        ("B12", "gate B123", False),
        ("三木", "三木英子", True),
    ],
)
def test_an_answer_appears_whatever_its_form(expected: str, reply: str, there: bool) -> None:
    assert answers.appears(expected, reply) is there


def answer_case(*expect: tuple[str, ...], answerable: bool = True) -> AnswerCase:
    return AnswerCase("q", (), expect, "document", "en", answerable)


def test_alternatives_and_lists_that_must_all_appear() -> None:
    assert answers.judged(answer_case(("5",), ("five",)), "it is five").right
    assert answers.judged(answer_case(("red", "blue")), "blue and red").right
    assert not answers.judged(answer_case(("red", "blue")), "red").right


def test_an_unanswerable_question_is_right_only_when_the_reply_says_so() -> None:
    unknown = answer_case(answerable=False)
    assert answers.judged(unknown, "It isn't in there: I cannot find it.").right
    assert answers.judged(unknown, "里面没有：我在文档里没有找到答案。").right
    assert not answers.judged(unknown, "42: “the number is 42”").right
    record = answers.AnswersReport((answers.judged(unknown, "42"),), ()).record()
    assert record["unanswerable"] == {"of": 1, "answered_wrongly": 1, "share": 1.0}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no requests"),
        (b"\xff\xfe\x00x", "not UTF-8"),
        (b"{oops}\n", "line 1: not JSON"),
        (b"[1]\n", "line 1: not a JSON object"),
        (b'{"text": "", "tools": []}\n', "'text' must be"),
        (b'{"text": "x", "tools": "look"}\n', "'tools' must be a list"),
        (b'\n{"text": "x", "tools": [], "kinds": ["smell"]}\n', "line 2: there is no kind"),
        (b'{"tool": "a b", "description": "d", "examples": []}\n', "not a tool's name"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_routing(path)
    assert said in str(error.value)


def test_bad_answers_are_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    for line, said in (
        ('{"question": "x"}', "'expect' must be"),
        ('{"question": "x", "expect": [1]}', "'expect' holds"),
        ('{"question": "x", "expect": ["1"], "answerable": "no"}', "'answerable'"),
    ):
        path.write_text(line)
        with pytest.raises(InputError) as error:
            read_answers(path)
        assert said in str(error.value)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(group, ["eval", *arguments], standalone_mode=False)


def test_the_command_routes_a_file_with_a_users_tool(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {
            "tool": "track_parcel",
            "description": "Where a parcel is.",
            "kinds": [],
            "examples": ["where is my parcel?", "track the package", "has my parcel arrived?"],
        },
        {"text": "where is my package?", "kinds": [], "tools": ["track_parcel"]},
        {"text": "what time is it?", "kinds": [], "tools": ["clock"]},
        {"text": "draw me a cat", "kinds": [], "tools": ["make_image"]},
        {"text": "thank you", "kinds": [], "tools": []},
    ]
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    result = run("routing", str(path), "--json")
    assert result.exception is None
    record = json.loads(result.output)
    assert record["exact"]["all"] == {"share": 1.0, "right": 4, "of": 4}
    assert record["milliseconds"]["median"] > 0
    only = json.loads(run("routing", str(path), "--json", "--installed").output)
    assert only["failures"][0]["expected"] == ["make_image"]


def test_the_command_asks_questions_and_skips_missing_files(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The key is under the blue pot.\nTotal: 12.50\n")
    lines = [
        {"question": "what is the total?", "files": ["note.txt"], "expect": ["12.5"]},
        {"question": "who is the landlord?", "files": ["note.txt"], "answerable": False},
        {"question": "what is the total?", "files": ["gone.txt"], "expect": ["1"]},
        {
            "question": "what do my notes say about the key?",
            "files": ["note.txt"],
            "expect": ["blue pot"],
            "kind": "knowledge",
        },
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    result = run("answers", str(path), "--json")
    assert result.exception is None
    record = json.loads(result.output)
    assert record["skipped"] == 1
    assert record["exact"]["answerable"] == {"share": 1.0, "right": 2, "of": 2}, record["failures"]
    assert record["unanswerable"]["answered_wrongly"] == 0
    shown = run("answers", str(path)).output
    assert "1 skipped" in shown
