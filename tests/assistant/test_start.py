"""What starts light stays light, and what hides our packages is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "langchain",
    "langchain_core",
    "langgraph",
    "chromadb",
    "onnxruntime",
    "ctranslate2",
    "textual",
    "torch",
    "transformers",
    "numpy",
    "PIL",
    "av",
)


def modules_after(code: str, cwd: Path | None = None) -> set[str]:
    script = f"{code}\nimport sys\nprint('\\n'.join(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=cwd
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import assistant, tools, memory",
        "import assistant.commands",
        (
            "from click.testing import CliRunner; from assistant.commands import group\n"
            "assert CliRunner().invoke(group, ['--help']).exit_code == 0"
        ),
        "from assistant import Attachment, Reply, Settings, Turn, errors, events, tool",
    ],
)
def test_nothing_heavy_is_imported(code: str) -> None:
    assert modules_after(code).isdisjoint(HEAVY)


def test_every_tool_module_is_light() -> None:
    code = (
        "import pkgutil, importlib, tools\n"
        "for m in pkgutil.walk_packages(tools.__path__, 'tools.'):\n"
        "    if not m.name.endswith(('_worker', 'testing')): importlib.import_module(m.name)"
    )
    assert modules_after(code).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", ["tools", "memory"])
def test_a_users_own_module_of_our_name_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("mine = True\n")
    done = subprocess.run(
        [sys.executable, "-c", "import assistant"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert f"'{name}'" in last
    assert str(tmp_path) in last
    assert "Rename" in last
