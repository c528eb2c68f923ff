"""Text files: plain, Markdown, JSON, notebooks, e-mail. Locators are the file's own lines."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from tools.documents.base import SECTION_CHARACTERS, Flow, Job
from tools.documents.encodings import load
from tools.documents.web import text_of

LONG_LINE: Final = 20_000


def read_plain(job: Job) -> None:
    """Blocks of lines that end at a blank line where one comes in time."""
    add_lines(job, load(job).split("\n"))


def add_lines(job: Job, lines: list[str], first: int = 1, heading: str = "") -> None:
    """Sections of ``lines``; the first of them is line ``first`` of the file."""
    start, size = 0, 0
    for i, line in enumerate(lines):
        size += len(line) + 1
        last = i + 1 == len(lines)
        blank = not line.strip() and size > SECTION_CHARACTERS // 2
        if last or blank or size > SECTION_CHARACTERS:
            _add(job, lines[start : i + 1], first + start, heading)
            start, size = i + 1, 0


def _add(job: Job, lines: list[str], first: int, heading: str) -> None:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    while lines and not lines[0].strip():
        lines, first = lines[1:], first + 1
    if not lines:
        return
    locator = f"lines={first}-{first + len(lines) - 1}"
    locator += f" heading={heading[:120]}" if heading else ""
    text = "\n".join(lines)
    for at in range(0, len(text), LONG_LINE):  # one line of a megabyte is many sections
        job.add(text[at : at + LONG_LINE], locator, heading)


def read_markdown(job: Job) -> None:
    """A section a heading; front matter gives the title and is kept as text."""
    lines = load(job).split("\n")
    start = 0
    if lines[0].strip() == "---" and "---" in (x.strip() for x in lines[1:200]):
        start = next(i for i, x in enumerate(lines[1:], 1) if x.strip() == "---") + 1
        for line in lines[1 : start - 1]:
            if match := re.match(r"title:\s*[\"']?(.+?)[\"']?\s*$", line):
                job.title = match[1]
        _add(job, lines[1 : start - 1], 2, "")
    heading, fence = "", ""
    for i in range(start, len(lines)):
        line = lines[i]
        if mark := re.match(r" {0,3}(```+|~~~+)", line):
            if not fence:
                fence = mark[1]
            elif line.strip().startswith(fence):
                fence = ""
        if fence:
            continue
        found = _heading(lines, i)
        if found and i >= start:
            add_lines(job, lines[start:i], start + 1, heading)
            start, heading = i, found
            job.title = job.title or found
    add_lines(job, lines[start:], start + 1, heading)


def _heading(lines: list[str], i: int) -> str:
    """The heading that begins at line ``i``: ``# so`` or underlined with = or -."""
    if match := re.match(r" {0,3}#{1,6}[ \t]+([^\n]*)", lines[i]):
        return re.sub(r"[ \t]#+[ \t]*$", "", match[1]).strip()
    below = lines[i + 1] if i + 1 < len(lines) else ""
    alone = i == 0 or not lines[i - 1].strip()
    if alone and re.match(r"\w", lines[i]) and re.fullmatch(r" {0,3}(=+|-{2,}) *", below):
        return lines[i].strip()
    return ""


def read_json(job: Job) -> None:
    """JSON as it is written; on one long line, indented."""
    text = load(job)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        job.note("The file is not valid JSON; it is read as plain text.")
        value = None
    if value is not None and max(map(len, text.split("\n"))) > 500:
        text = json.dumps(value, ensure_ascii=False, indent=1)
        job.note("The JSON was indented to be read; lines are counted after that.")
    add_lines(job, text.split("\n"))


def read_notebook(job: Job) -> None:
    """A Jupyter notebook: Markdown, code and textual output by cell."""
    try:
        book = json.loads(load(job))
    except RecursionError as error:
        raise job.damaged("notebook") from error
    cells = book.get("cells") or [c for s in book.get("worksheets", []) for c in s["cells"]]
    flow = Flow(job)
    for number, cell in enumerate(cells, 1):
        source = _joined(cell.get("source", cell.get("input", "")))
        if cell.get("cell_type") == "code":
            flow.paragraph(f"[cell {number}: code]\n{source}" if source.strip() else "")
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                shown = _joined(output.get("text") or data.get("text/plain") or "")
                flow.paragraph(f"[output]\n{shown[:20_000]}" if shown.strip() else "")
            continue
        for line in source.split("\n"):
            if match := re.match(r"#{1,6}\s+(\S[^\n]*)", line):
                flow.heading(match[1])
                job.title = job.title or match[1]
            else:
                flow.paragraph(line)
    flow.flush()


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def read_mail(job: Job) -> None:
    """An e-mail: who, when, about what, then the body; attachments are named, not opened."""
    from email import message_from_bytes, policy

    data = job.path.read_bytes()
    if data.lower().count(b"content-type: multipart/") > 100:  # each level is read once more
        raise job.damaged("e-mail message")
    message = message_from_bytes(data, policy=policy.default)
    job.title = str(message.get("Subject", ""))
    facts = [f"{k}: {message[k]}" for k in ("From", "To", "Cc", "Date", "Subject") if message[k]]
    job.add("\n".join(facts), "heading=Message", "Message")
    body = message.get_body(("plain", "html"))
    if body is not None:
        content = body.get_content()
        text = text_of(content) if body.get_content_subtype() == "html" else content
        add_lines(job, text.split("\n"))
    if names := [a.get_filename() for a in message.iter_attachments() if a.get_filename()]:
        job.note(f"Attachments were not opened: {', '.join(map(str, names))}.")
