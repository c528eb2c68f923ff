"""Print what the installed packages weigh, the heaviest first. ``python scripts/size.py``"""

from __future__ import annotations

import argparse
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

LIMIT_MB = 1200


def sizes() -> dict[str, int]:
    """Bytes on disk of each installed distribution, by the files it lists."""
    found: dict[str, int] = {}
    for distribution in distributions():
        total = 0
        for file in distribution.files or ():
            path = Path(str(distribution.locate_file(file)))
            if path.is_file() and not path.is_symlink():
                total += path.stat().st_size
        name = distribution.metadata["Name"]
        found[name] = max(found.get(name, 0), total)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--top", type=int, default=25, help="how many packages to list")
    top = parser.parse_args().top
    folder = Path(sysconfig.get_paths()["purelib"])
    whole = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink())
    found = sorted(sizes().items(), key=lambda pair: -pair[1])
    for name, size in found[:top]:
        print(f"{size / 1e6:8.1f} MB  {name}")
    rest = sum(size for _, size in found[top:])
    print(f"{rest / 1e6:8.1f} MB  {max(0, len(found) - top)} others")
    print(f"{whole / 1e6:8.1f} MB  site-packages, with byte code (limit {LIMIT_MB} MB)")
    return 0 if whole <= LIMIT_MB * 1e6 else 1


if __name__ == "__main__":
    raise SystemExit(main())
