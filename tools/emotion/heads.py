"""Reading the trained heads that lie beside these modules."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from tools.errors import Unavailable


def load_head(path: Path) -> dict[str, Any]:
    """The arrays of an .npz file by name; nothing in it is ever unpickled.

    Raises:
        Unavailable: the file is missing or damaged.
    """
    import zipfile

    import numpy as np

    try:
        stored = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise Unavailable(
            f"The feeling head {path.name} is missing or damaged.",
            "Install the package again: pip install --force-reinstall multimodal-assistant.",
        ) from error
