"""Tables as text: CSV and TSV, with their delimiter and encoding found out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from tools.documents.base import Job
from tools.documents.encodings import load
from tools.documents.sheets import Row, add_rows
from tools.documents.text import add_lines

DELIMITERS: Final = ",;\t|"
MAX_COLUMNS: Final = 500


def read_csv(job: Job) -> None:
    """Sections of rows with ``lines=a-b``, counted in the file."""
    text = load(job)
    if text.lower().startswith("sep=") and "\n" in text[:8]:  # Excel's own hint
        delimiter, skip = text[4], 1
    else:
        delimiter, skip = _delimiter(text, job.suffix), 0
    add_rows(job, _rows(job, text, delimiter, skip), "", "", "lines")
    if not job.sections:
        add_lines(job, text.split("\n"))


def _delimiter(text: str, suffix: str) -> str:
    """The delimiter that cuts the first lines into the most columns of an equal number."""
    if suffix == ".tsv":
        return "\t"
    sample = text[:20_000].splitlines()[:50]
    if len(text) > 20_000:
        sample = sample[:-1] or sample

    def columns(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count) if widths else 1
        return (widths.count(usual) * 10 // max(len(widths), 1) if usual > 1 else 0), usual

    return max(DELIMITERS, key=columns)


def _rows(job: Job, text: str, delimiter: str, skip: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for seen in range(10**9):
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field larger than csv allows, as an unclosed quote gives
            job.note(f"Line {before + 1} is not valid CSV and was skipped.")
            continue
        if seen % 1000 == 0:
            job.check()
        if seen >= skip and any(row):
            if len(row) > MAX_COLUMNS:
                job.note(f"Only the first {MAX_COLUMNS} columns were read.")
            yield before + 1, tuple(" ".join(c.split()) for c in row[:MAX_COLUMNS])
