"""Notices when another module named ``tools`` or ``memory`` hides this project's own."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

_OURS = {"tools": "base.py", "memory": "records.py"}


class ShadowedPackageError(ImportError):
    """A module of the caller's own project has the name of one of ours."""


def check() -> None:
    """Raise if ``tools`` or ``memory`` would be imported from somewhere else.

    Raises:
        ShadowedPackageError: names the file that is in the way, and the remedy.
    """
    for name, marker in _OURS.items():
        if name in sys.modules:
            origin = getattr(sys.modules[name], "__file__", None)
        else:
            spec = find_spec(name)
            origin = spec.origin if spec else None
        if origin is None or not (Path(origin).parent / marker).is_file():
            raise ShadowedPackageError(
                f"The assistant needs its own package '{name}', but Python finds "
                f"{origin or 'none'} first. Rename your module '{name}', or put it into a "
                "package, or start Python from another folder."
            )
