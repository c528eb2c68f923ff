"""Where a model's files are looked for, and what is said where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import weights
from tools.errors import Unavailable


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the hub with one model in it, laid out as the hub's library does."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    folder = tmp_path / "models--acme--talker"
    snapshot = folder / "snapshots" / "abc123"
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc123")
    (snapshot / "config.json").write_text("{}")
    (snapshot / "model.safetensors").write_bytes(b"x" * 1000)
    return snapshot


def test_a_name_is_found_in_the_cache_of_the_hub(hub: Path) -> None:
    assert weights.find("acme/talker") == hub
    assert weights.find("acme/talker", files=("*.safetensors",)) == hub
    assert weights.cached("acme/") == ("acme/talker",)
    assert weights.cached("other/") == ()
    assert weights.size(hub) == 1000


def test_a_folder_or_file_is_itself(tmp_path: Path) -> None:
    voice = tmp_path / "voice.onnx"
    voice.write_bytes(b"1234")
    assert weights.find(str(tmp_path)) == tmp_path
    assert weights.find(str(voice)) == voice
    assert weights.size(voice) == 4


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("acme/absent", r"weights of acme/absent are not on this machine\. Run: hf download acme/"),
        ("/no/such/folder", r"no model at /no/such/folder"),
        ("", r"No model is named"),
        ("~nobody-of-this-name/x", r"names no place for a model"),
        ("x" * 5000, r"names no place for a model"),
    ],
)
def test_what_is_not_there_is_said_with_its_remedy(hub: Path, spec: str, says: str) -> None:
    with pytest.raises(Unavailable, match=says):
        weights.find(spec)


def test_what_is_not_complete_names_what_is_missing(hub: Path) -> None:
    with pytest.raises(Unavailable, match=r"tokenizer\.json is missing.*hf download acme/talker"):
        weights.find("acme/talker", files=("config.json", "tokenizer.json"))


def test_a_download_that_broke_off_does_not_count(hub: Path) -> None:
    assert weights.complete("acme/talker", ("config.json",))
    assert not weights.complete("acme/talker", ("config.json", "tokenizer.json"))
    assert not weights.complete("acme/absent", ())
