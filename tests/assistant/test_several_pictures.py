"""A model names several pictures in one call: they arrive as items, and the receipt names all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pil

from assistant import tool
from tools.base import Item


@tool(takes={"first": "image", "others": "image"})
def compare(first: Item, others: Sequence[Item] = ()) -> str:
    """Compare pictures."""
    return " ".join(item.handle for item in (first, *others))


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{colour}.png" for colour in ("red", "green", "blue")]
    for path in paths:
        Pil.new("RGB", (40, 30), path.stem).save(path)
    return paths


@pytest.mark.parametrize("others", [["image:2", "image:3"], "image:2, image:3"])
def test_several_handles_reach_the_tool_and_its_receipt(
    others: Any, scripted: Any, pictures: list[Path]
) -> None:
    call = {"name": "compare", "args": {"first": "image:1", "others": others}}
    assistant = scripted(call, "They differ in colour.", tools=[compare])
    reply = assistant.ask("compare them", attach=pictures)
    (receipt,) = [r for r in reply.receipts if r.tool == "compare"]
    assert receipt.ok, receipt.error
    assert [handle for handle, _ in receipt.inputs] == ["image:1", "image:2", "image:3"]
    assert len({sha256 for _, sha256 in receipt.inputs}) == 3


def test_look_takes_more_pictures_and_says_the_facts_of_each(
    scripted: Any, pictures: list[Path]
) -> None:
    arguments = {"image": "image:1", "question": "how big is the picture?", "others": ["image:2"]}
    assistant = scripted({"name": "look", "args": arguments}, "Both are 40 x 30.")
    reply = assistant.ask("how big are they?", attach=pictures[:2])
    (receipt,) = reply.receipts
    assert receipt.ok, receipt.error
    assert [handle for handle, _ in receipt.inputs] == ["image:1", "image:2"]
    (told,) = [m for m in assistant.script.seen[-1] if m.type == "tool"]
    assert "image:1: It is 40 x 30 pixels" in told.text
    assert "image:2: It is 40 x 30 pixels" in told.text
