"""The largest memory of this process, for tests that measure it in a process of its own."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def peak_kib() -> int:
    """KiB. On Linux VmHWM, because getrusage counts what the parent had before exec too."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak
