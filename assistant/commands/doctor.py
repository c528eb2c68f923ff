"""``assistant doctor``: what is used now and why, and what would make each better."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.output import json_text, out
from tools.errors import pip_install

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.wiring import House
    from tools.runtime import Slot

PACKAGE = "multimodal-assistant"


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
    findings = [
        _brain(settings),
        _servers(),
        *_engines(),
        *_chosen(settings),
        *_house(settings),
        *_extras(),
    ]
    healthy = all(f.ok for f in findings)
    if as_json:
        out(json_text({"ok": healthy, "findings": [asdict(f) for f in findings]}))
        return 0 if healthy else 3
    out(f"assistant {_version(PACKAGE)}, Python {sys.version.split()[0]}")
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
    from assistant.brain.choose import choose, missing

    choice = choose(settings)
    if problem := missing(choice):
        return Finding("brain", choice.spec, False, problem.message, problem.remedy)
    better = (
        "install https://ollama.com, then: ollama pull qwen3" if choice.spec == "builtin" else ""
    )
    return Finding("brain", choice.spec, ok=True, note=choice.why, better=better)


def _servers() -> Finding:
    """What answers on this machine, whichever model the settings name."""
    from assistant.brain.choose import SERVERS, found

    up = [(server, names) for server in SERVERS if (names := found(server))]
    if not up:
        ports = ", ".join(f"{server.name} {server.port}" for server in SERVERS)
        return Finding("model servers", "none on this machine", True, f"looked for {ports}")
    lines = [f"{s.name} on port {s.port}: {', '.join(names)}" for s, names in up]
    return Finding("model servers", "; ".join(lines), True)


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
    ("speech detection", "Silero", "faster-whisper", "", ""),
    ("documents", "PDFium, lxml, openpyxl", "pypdfium2", "", ""),
    ("knowledge", "Chroma + SQLite FTS5", "chromadb", "", ""),
)


def _chosen(settings: Settings) -> list[Finding]:
    """What looks, hears and speaks: each as the settings choose it."""
    from assistant import engines

    limit = engines.budget(settings)
    seeing = engines.seeing(settings, limit)
    looking = Finding(
        "looking",
        "text, codes, colours, EXIF",
        True,
        "no vision model: it cannot name what is in a photo",
        "hf download llava-hf/llava-onevision-qwen2-0.5b-ov-hf, or a brain that sees",
    )
    if seeing is not None:
        looking = _slot("looking", seeing, "", "")
    hearing = engines.hearing(settings, limit)
    speaking = engines.speaking(settings, limit)
    return [
        looking,
        _slot(
            "hearing",
            hearing,
            "English; more than one word in three can be wrong",
            f"hf download {engines.WHISPER}small",
        ),
        _slot(
            "speaking",
            speaking,
            "clear, but it sounds like a machine",
            f"{pip_install('piper-tts')}, and python -m piper.download_voices "
            f"en_US-lessac-medium --download-dir {settings.home / engines.VOICES}",
        ),
        Finding("engines' memory", f"at most {limit.limit / 1e9:.1f} GB together", True),
    ]


def _slot(capability: str, slot: Slot[Any], note: str, better: str) -> Finding:
    """One engine; ``note`` and ``better`` are those of the embedded one."""
    if slot.fallback is None and slot.budget is None:
        return Finding(capability, slot.name, True, note, better)
    if problem := slot.problem():
        serves = f", so {slot.fallback.name} serves" if slot.fallback else ""
        return Finding(capability, f"{slot.name}{serves}", False, problem.message, problem.remedy)
    return Finding(capability, slot.name, True, "loaded when it is first needed")


def _engines() -> list[Finding]:
    found = []
    for capability, engine, package, note, better in _ENGINES:
        installed = _version(package)
        if installed:
            found.append(Finding(capability, f"{engine} ({installed})", True, note, better))
        else:
            found.append(
                Finding(capability, f"{engine}: not installed", False, note, pip_install(package))
            )
    return found


def _house(settings: Settings) -> list[Finding]:
    """The store and the tools, both opened as a turn would open them."""
    from assistant.errors import AssistantError, from_store
    from assistant.wiring import open_house
    from memory.errors import StoreError

    folder = str(settings.home)
    try:
        house = open_house(settings)
    except AssistantError as error:
        return [Finding("store", folder, False, error.message, error.remedy)]
    try:
        documents, facts = house.knowledge.count(), house.facts.count()
        house.store.require_writable()
        note = f"{documents} documents, {facts} facts kept"
        store = Finding("store", folder, True, note)
    except StoreError as raised:
        problem = from_store(raised)
        store = Finding("store", folder, False, problem.message, problem.remedy)
    try:
        return [store, _tools(house)]
    finally:
        house.close()


def _tools(house: House) -> Finding:
    from assistant.errors import AssistantError

    try:
        names = sorted(house.tools)
    except AssistantError as error:
        return Finding("tools", "cannot be used", False, error.message, error.remedy)
    acting = [name for name in names if house.tools[name].effects == "world"]
    note = f"ask before they act: {', '.join(acting)}" if acting else ""
    return Finding("tools", ", ".join(names), True, note)


_NOT_FOR_USERS = {"dev", "train"}
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+).*;.*extra\s*==\s*['\"]([A-Za-z0-9._-]+)['\"]")


def _extras() -> list[Finding]:
    """Each optional extra: what of it is installed, and the command that adds the rest."""
    try:
        lines = requires(PACKAGE) or []
    except PackageNotFoundError:  # run from a checkout that was not installed
        lines = []
    extras: dict[str, list[str]] = {}
    for line in lines:
        if match := _REQUIREMENT.match(line):
            extras.setdefault(match.group(2), []).append(match.group(1))
    found = []
    for extra, packages in sorted(extras.items()):
        if extra in _NOT_FOR_USERS:
            continue
        there = {p: v for p in packages if (v := _version(p))}
        if len(there) == len(packages):
            state, better = ", ".join(f"{p} {v}" for p, v in there.items()), ""
        else:
            state, better = "not installed (optional)", pip_install(*packages)
        found.append(Finding(f"extra {extra}", state, True, better=better))
    return found
