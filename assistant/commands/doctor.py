"""``assistant doctor``: what is used now and why, and what would make each better."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.output import json_text, out

if TYPE_CHECKING:
    from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One capability: the engine that serves it now, and the command that improves it."""

    capability: str
    engine: str
    ok: bool
    note: str = ""
    better: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def doctor(home: Path | None, as_json: bool) -> int:
    """Say what is installed, which brain and engines are used and why, and what would help."""
    from assistant.settings import Settings

    settings = Settings.load(home=home)
    findings = [_brain(settings), *_engines(), _store(settings)]
    healthy = all(f.ok for f in findings)
    if as_json:
        out(json_text({"ok": healthy, "findings": [asdict(f) for f in findings]}))
        return 0 if healthy else 3
    out(f"assistant {_version('multimodal-assistant')}, Python {sys.version.split()[0]}")
    for f in findings:
        out(f"{'ok ' if f.ok else 'NO '} {f.capability:<18} {f.engine}")
        if f.note:
            out(f"{'':23}{f.note}")
        if f.better:
            out(f"{'':23}better: {f.better}")
    return 0 if healthy else 3


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _brain(settings: Settings) -> Finding:
    from assistant.brain.choose import choose

    choice = choose(settings)
    better = (
        "install https://ollama.com, then: ollama pull qwen3" if choice.spec == "builtin" else ""
    )
    return Finding("brain", choice.spec, ok=True, note=choice.why, better=better)


_ENGINES = (
    # capability, engine, distribution, what it cannot, what would be better
    (
        "encoder",
        "MiniLM-L6-v2 int8",
        "ctranslate2",
        "English; Chinese is routed and searched by characters",
        "",
    ),
    ("reading pictures", "RapidOCR", "rapidocr", "", ""),
    ("codes", "zxing-cpp", "zxing-cpp", "", ""),
    (
        "looking",
        "text, codes, colours, EXIF",
        "pillow",
        "no vision model: it cannot name what is in a photo",
        "a brain that sees: ollama pull qwen3-vl, then --model ollama:qwen3-vl",
    ),
    ("hearing", "PocketSphinx", "pocketsphinx", "English; about one word in three is wrong", ""),
    ("speech detection", "Silero", "faster-whisper", "", ""),
    ("speaking", "eSpeak NG", "espeakng-loader", "", ""),
    ("documents", "PDFium, lxml, openpyxl", "pypdfium2", "", ""),
    ("knowledge", "Chroma + SQLite FTS5", "chromadb", "", ""),
)


def _engines() -> list[Finding]:
    found = []
    for capability, engine, package, note, better in _ENGINES:
        installed = _version(package)
        if installed:
            found.append(Finding(capability, f"{engine} ({installed})", True, note, better))
        else:
            found.append(
                Finding(
                    capability, f"{engine}: not installed", False, note, f"pip install {package}"
                )
            )
    return found


def _store(settings: Settings) -> Finding:
    from assistant.errors import AssistantError, from_store
    from assistant.wiring import open_house
    from memory.errors import StoreError

    try:
        house = open_house(settings)
        try:
            documents, facts = house.knowledge.count(), house.facts.count()
            house.store.require_writable()
        finally:
            house.close()
    except StoreError as error:
        problem: AssistantError = from_store(error)
    except AssistantError as error:
        problem = error
    else:
        note = f"{documents} documents, {facts} facts kept"
        return Finding("store", str(settings.home), ok=True, note=note)
    return Finding(
        "store", str(settings.home), ok=False, note=problem.message, better=problem.remedy
    )
