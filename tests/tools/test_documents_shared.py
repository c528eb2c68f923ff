"""The sample documents: what must be found is found, and what cannot be read is said so."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.tools.documents_made import outcome, text
from tools.errors import BadInput

REFUSED = {
    "markitdown__test_files.zip",
    "markitdown__test_outlook_msg.msg",
    "nasty__empty.docx",
    "nasty__truncated_half_test.epub",
    "nasty__truncated_half_test.pdf",
    "nasty__truncated_half_test.pptx",
    "nasty__truncated_half_test_files.zip",
    "pypdf__encrypted-file.pdf",
    "pypdf__encryption__r3-user-password.pdf",
}


def bare(words: str) -> str:
    """Without Markdown's decoration, link targets of pictures and spaces."""
    words = re.sub(r"\]\([^()]*\.(jpg|png)\)", "", words)
    return re.sub(r"[\s*#|>_`!\[\]()-]+", "", words)


def test_every_sample_is_read_or_refused_in_one_sentence(shared: Path) -> None:
    refused, lacking = set(), []
    for line in (shared / "docs" / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        document = outcome(shared / "docs" / entry["file"])
        if isinstance(document, BadInput):
            refused.add(entry["file"])
            continue
        found = bare(text(document))
        lacking += [
            (entry["file"], words)
            for words in entry["must_include"]
            if bare(words) not in found and not words.startswith("data:image")
        ]
        assert document.sections or document.notes
    assert lacking == []
    assert refused == REFUSED
