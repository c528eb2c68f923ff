"""How many codes are read to the letter, beside bare zxing-cpp: python benchmarks/codes.py [FOLDER]

FOLDER holds pictures and ``refs.jsonl``: {"image", "symbology", "text"}, null where there is
nothing to find.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))


def main() -> None:
    import numpy as np
    import zxingcpp

    from tools.engines.zxing import load
    from tools.media.image import open_image

    default = REPOSITORY.parent / "shared" / "data" / "codes"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    folder: Path = parser.parse_args().folder
    refs = [json.loads(line) for line in (folder / "refs.jsonl").read_text("utf-8").splitlines()]
    reader = load()
    right = peer_right = named = 0
    invented = peer_invented = 0
    seconds: list[float] = []
    peer_seconds: list[float] = []
    empty_seconds: list[float] = []
    for ref in refs:
        image = open_image(folder / ref["image"])
        pixels = np.asarray(image.pixels)
        start = time.perf_counter()
        bare = [code.text for code in zxingcpp.read_barcodes(pixels)]
        peer_seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
        codes = reader.scan(image)
        seconds.append(time.perf_counter() - start)
        if ref["text"] is None:
            empty_seconds.append(seconds[-1])
            invented += bool(codes)
            peer_invented += bool(bare)
        else:
            peer_right += ref["text"] in bare
            match = [code for code in codes if code.text == ref["text"]]
            right += bool(match)
            named += any(code.symbology == ref["symbology"] for code in match)
        expected = [ref["text"]] if ref["text"] is not None else []
        if [code.text for code in codes] != expected:
            got = [(code.symbology, code.text[:60]) for code in codes]
            print(f"{ref['image']}: wanted {(ref['text'] or 'nothing')[:60]!r}, got {got}")
    total = sum(ref["text"] is not None for ref in refs)
    none = len(refs) - total
    print(f"{'':24}{'this':>10}{'zxing-cpp':>12}")
    print(f"{'to the letter of ' + str(total):24}{right:>10}{peer_right:>12}")
    print(f"{'share':24}{right / total:>10.3f}{peer_right / total:>12.3f}")
    print(f"{'and rightly named':24}{named:>10}{'':>12}")
    print(f"{'invented of ' + str(none):24}{invented:>10}{peer_invented:>12}")
    print(
        f"{'median seconds':24}{statistics.median(seconds):>10.4f}"
        f"{statistics.median(peer_seconds):>12.4f}"
    )
    if empty_seconds:
        print(f"{'median s, nothing there':24}{statistics.median(empty_seconds):>10.4f}")
    print(f"{'slowest':24}{max(seconds):>10.4f}{max(peer_seconds):>12.4f}")


if __name__ == "__main__":
    main()
