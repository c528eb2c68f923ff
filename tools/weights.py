"""Where a model's files lie on this machine. Nothing is ever downloaded here.

A model is named by a local folder (or file), or as ``organisation/name``, which means its
snapshot in the cache of the Hugging Face hub (https://huggingface.co/docs/huggingface_hub).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tools.errors import Unavailable

CHECKPOINT = ("config.json", "*.safetensors")
"""What a model of transformers needs at least."""


def find(spec: str, *, files: Sequence[str] = ()) -> Path:
    """The folder (or file) that holds the model ``spec``.

    ``files`` are patterns, each of which something in the folder must match.

    Raises:
        Unavailable: nothing is there, or it is not complete; the remedy fetches it.
    """
    if not spec.strip():
        raise Unavailable("No model is named.", "Name a folder, or organisation/name.")
    try:
        local = Path(spec).expanduser()
        there = local.exists()
    except (OSError, RuntimeError, ValueError) as error:  # too long, ~nobody, a zero byte
        raise Unavailable(
            f"{spec[:80]!r} names no place for a model: {error}.", "Check the path in the settings."
        ) from error
    if there:
        return _complete(local, spec, files, f"Check the folder {local}.")
    if not _is_hub_name(spec):
        raise Unavailable(f"There is no model at {spec}.", "Check the path in the settings.")
    remedy = f"Run: hf download {spec}"
    found = _snapshot(spec)
    if found is None:
        raise Unavailable(f"The weights of {spec} are not on this machine.", remedy)
    return _complete(found, spec, files, remedy)


def size(
    path: Path, patterns: Sequence[str] = ("*.safetensors", "*.bin", "*.onnx", "*.pth")
) -> int:
    """Bytes of the weight files below ``path``, which is about what loading them takes."""
    if path.is_file():
        return path.stat().st_size
    return sum(f.stat().st_size for p in patterns for f in path.glob(p))


def cached(prefix: str) -> tuple[str, ...]:
    """The models ``organisation/name`` in the hub's cache whose names begin so, sorted."""
    from huggingface_hub import CacheNotFound, constants, scan_cache_dir

    try:
        found = scan_cache_dir(constants.HF_HUB_CACHE).repos
    except CacheNotFound:
        return ()
    names = (repo.repo_id for repo in found if repo.repo_type == "model")
    return tuple(sorted(n for n in names if n.startswith(prefix) and _snapshot(n) is not None))


def complete(spec: str, files: Sequence[str]) -> bool:
    """Whether the model is on this machine with all that it needs; a download may break off."""
    try:
        find(spec, files=files)
    except Unavailable:
        return False
    return True


def _is_hub_name(spec: str) -> bool:
    organisation, slash, name = spec.partition("/")
    return bool(slash and organisation and name) and "/" not in name and spec[0] not in "./~\\"


def _complete(path: Path, spec: str, files: Sequence[str], remedy: str) -> Path:
    if path.is_dir():
        for pattern in files:
            if next(path.glob(pattern), None) is None:
                raise Unavailable(
                    f"The model {spec} is not complete: {pattern} is missing.", remedy
                )
    return path


def _snapshot(name: str) -> Path | None:
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(
            snapshot_download(name, cache_dir=constants.HF_HUB_CACHE, local_files_only=True)
        )
    except (LocalEntryNotFoundError, HFValidationError):
        return None
