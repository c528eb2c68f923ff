"""Settings: flags, then environment (``ASSISTANT_*``), then ``assistant.toml``, then defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from assistant.errors import UsageError


def _home() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("multimodal-assistant", appauthor=False))


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting there is; ``assistant.toml`` lies in ``home`` and uses these names."""

    home: Path = field(default_factory=_home)
    """Folder of everything that is kept; 0700."""
    model: str = "auto"
    """``auto``, ``builtin``, ``ollama:NAME``, ``openai:NAME``, ``anthropic:NAME``, ``hf:NAME``."""
    base_url: str = ""
    """Address of the server of the named model, such as ``http://127.0.0.1:8000/v1``."""
    model_sees: str = "auto"
    """Whether the model gets pictures: ``yes``, ``no``, or ``auto``, as far as that is known."""
    fallback: tuple[str, ...] = ()
    """Models that answer, in this order, where the one before fails; such as ``builtin``."""
    model_seconds: float = 120.0
    """How long a model may say nothing, before its answer begins or in the midst of it."""
    vision: str = "auto"
    """What sees: ``auto``, ``embedded``, or a model: ``organisation/name``, a folder."""
    recognizer: str = "auto"
    """What hears: ``auto``, ``embedded``, or ``faster-whisper:NAME`` (``small``, a folder)."""
    synthesizer: str = "auto"
    """What speaks: ``auto``, ``embedded``, ``piper:VOICE.onnx``, ``coqui:NAME`` or a folder."""
    device: str = "auto"
    """Where large engines run: ``auto``, ``cpu``, ``cuda``, ``mps``."""
    memory_mb: int = 0
    """What all engines may take together; left out, three quarters of this machine's memory."""
    max_tool_calls: int = 12
    """Tool calls in one turn, after which the model must answer with what it has."""
    turn_seconds: float = 3600.0
    tool_seconds: float = 120.0
    """How long a tool may show no progress before it is stopped."""
    context_tokens: int = 6000
    """Budget for history and recalled facts, in the model's tokens where it can count them."""
    reply_tokens: int = 2048
    """The most that a language model may write in one step."""
    voice: str = ""
    """Voice of spoken replies; empty follows the language of the text."""
    sense_feelings: bool = True
    allow: tuple[str, ...] = ()
    """Tools that may act on the world without asking."""

    @classmethod
    def load(cls, **flags: Any) -> Settings:
        """Merge all layers; ``flags`` with the value None count as not given.

        Raises:
            UsageError: an unknown key, or a value of the wrong type, in any layer.

        An empty variable in the environment counts as not set.
        """
        given = {k: v for k, v in flags.items() if v is not None}
        environment = {
            name.removeprefix("ASSISTANT_").lower(): value
            for name, value in os.environ.items()
            if name.startswith("ASSISTANT_") and value.strip()
        }
        outer = {
            **_checked(environment, "the environment (ASSISTANT_…)"),
            **_checked(given, "the options"),
        }
        home = outer.setdefault("home", _home())
        file = home / "assistant.toml"
        inner = _file(file)
        if "home" in inner:
            raise UsageError(
                f"The setting 'home' cannot be in {file}, which lies in that folder itself.",
                "Use --home or the variable ASSISTANT_HOME.",
            )
        return cls(**{**_checked(inner, str(file)), **outer})


def _file(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.", "Mend that line.") from error
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Check its permissions."
        ) from error


def _checked(layer: Mapping[str, Any], where: str) -> dict[str, Any]:
    kinds = {f.name: str(f.type) for f in fields(Settings)}
    out: dict[str, Any] = {}
    for key, value in layer.items():
        if key not in kinds:
            known = ", ".join(sorted(kinds))
            raise UsageError(f"Unknown setting '{key}' in {where}.", f"Known settings: {known}.")
        out[key] = _converted(key, value, kinds[key], where)
    return out


def _converted(key: str, value: Any, kind: str, where: str) -> Any:
    try:
        return _READ[kind](value)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise UsageError(
            f"The setting '{key}' in {where} cannot be {value!r}.", f"It is {_WANTED[kind]}."
        ) from error


def _path(value: Any) -> Path:
    return Path(value).expanduser()  # RuntimeError: ~ of a person that this system does not know


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
        str(value).lower()
    ]


def _int(value: Any) -> int:
    if isinstance(value, (bool, float)):
        raise TypeError(value)
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number


def _float(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError(value)
    number = float(value)
    if not 0 < number < float("inf"):
        raise ValueError(value)
    return number


def _names(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(p, str) for p in parts):
        raise TypeError(value)
    return tuple(p.strip() for p in parts if p.strip())


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "Path": _path,
    "bool": _bool,
    "int": _int,
    "float": _float,
    "tuple[str, ...]": _names,
    "str": _text,
}
_WANTED = {
    "Path": "a folder",
    "bool": "true or false",
    "int": "a whole number above 0",
    "float": "a number above 0",
    "tuple[str, ...]": "a list of names",
    "str": "text",
}
