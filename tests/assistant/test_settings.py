"""Settings: what each layer may say, and the sentence where it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant import Settings
from assistant.errors import UsageError


def test_the_file_cannot_name_the_folder_it_lies_in(tmp_path: Path) -> None:
    (tmp_path / "assistant.toml").write_text('home = "/somewhere/else"\n')
    with pytest.raises(UsageError, match="'home'") as caught:
        Settings.load(home=tmp_path)
    assert "ASSISTANT_HOME" in caught.value.remedy


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_variable_counts_as_not_set(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assistant.toml").write_text('model = "builtin"\n')
    for name in ("MODEL", "MAX_TOOL_CALLS", "ALLOW", "HOME"):
        monkeypatch.setenv(f"ASSISTANT_{name}", empty)
    settings = Settings.load(home=tmp_path)
    assert (settings.model, settings.max_tool_calls, settings.allow) == ("builtin", 12, ())
    assert Settings.load().home != Path()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("allow = 3", "a list of names"),
        ("allow = [1, 2]", "a list of names"),
        ("allow = {send_mail = true}", "a list of names"),
        ("turn_seconds = true", "a number above 0"),
        ("max_tool_calls = 2.5", "a whole number above 0"),
        ("sense_feelings = 'perhaps'", "true or false"),
        ("voice = 7", "text"),
    ],
)
def test_a_wrong_value_is_told_what_it_should_be(tmp_path: Path, line: str, wanted: str) -> None:
    (tmp_path / "assistant.toml").write_text(line)
    with pytest.raises(UsageError, match=line.split(" = ")[0]) as caught:
        Settings.load(home=tmp_path)
    assert wanted in caught.value.remedy


@pytest.mark.parametrize("home", [3, "~nobody-of-this-name/x"])
def test_a_folder_that_is_none_is_named(home: Any) -> None:
    with pytest.raises(UsageError, match="'home'"):
        Settings.load(home=home)


def test_tools_are_allowed_by_list_or_by_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assistant.toml").write_text('allow = ["a", " b "]\n')
    assert Settings.load(home=tmp_path).allow == ("a", "b")
    monkeypatch.setenv("ASSISTANT_ALLOW", "c, d,")
    assert Settings.load(home=tmp_path).allow == ("c", "d")
    assert Settings.load(home=tmp_path, allow=("e",)).allow == ("e",)
