"""Character error rates of reading pages, beside bare RapidOCR: python benchmarks/ocr.py [FOLDER]

FOLDER holds page pictures and ``refs.jsonl``: {"image", "text"}. "strict" compares line ends
and blank lines too; "words" compares after every run of white space became one space.
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
    import jiwer
    import numpy as np
    from rapidocr import RapidOCR

    from tools.engines.rapidocr import load
    from tools.media.image import open_image

    default = REPOSITORY.parent / "shared" / "data" / "ocr"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    folder: Path = parser.parse_args().folder
    refs = [json.loads(line) for line in (folder / "refs.jsonl").read_text("utf-8").splitlines()]
    reader = load()
    peer = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 2,
        }
    )
    # Both load their models on the first page they read, so that one is not timed.
    warm = open_image(folder / refs[0]["image"])
    reader.read(warm)
    peer(np.ascontiguousarray(np.asarray(warm.pixels)[:, :, ::-1]))
    ours: dict[str, list[float]] = {"words": [], "strict": [], "seconds": []}
    theirs: dict[str, list[float]] = {"words": [], "strict": [], "seconds": []}
    print(f"{'page':32}{'turn':>5}{'words':>8}{'strict':>8}{'s':>7}{'RapidOCR':>10}{'s':>7}")
    for ref in refs:
        image = open_image(folder / ref["image"])
        pixels = np.ascontiguousarray(np.asarray(image.pixels)[:, :, ::-1])
        start = time.perf_counter()
        page = reader.read(image)
        seconds = time.perf_counter() - start
        start = time.perf_counter()
        found = peer(pixels)
        peer_seconds = time.perf_counter() - start
        for kept, text, spent in (
            (ours, page.text, seconds),
            (theirs, "\n".join(found.txts or ()), peer_seconds),
        ):
            words = jiwer.cer(" ".join(ref["text"].split()), " ".join(text.split()))
            kept["words"].append(float(words))
            kept["strict"].append(float(jiwer.cer(ref["text"].strip(), text.strip())))
            kept["seconds"].append(spent)
        print(
            f"{ref['image'][:31]:32}{page.rotation:>5}{ours['words'][-1]:>8.4f}"
            f"{ours['strict'][-1]:>8.4f}{seconds:>7.2f}{theirs['words'][-1]:>10.4f}"
            f"{peer_seconds:>7.2f}"
        )
    for name, kept in (("this", ours), ("bare RapidOCR", theirs)):
        print(
            f"{name}: mean CER {statistics.fmean(kept['words']):.4f} words, "
            f"{statistics.fmean(kept['strict']):.4f} strict; "
            f"median {statistics.median(kept['seconds']):.2f} s"
        )


if __name__ == "__main__":
    main()
