"""Files for the tests of what is given to the assistant: spoken, drawn and broken ones."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import wave
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
WORDS = "what is the monthly rent"


def spoken(path: Path, words: str = WORDS) -> Path:
    """A 16-bit mono WAV of a synthesized voice; :data:`WORDS` are recognized without a mistake."""
    from tools.engines.espeak import ESPEAK
    from tools.speech.speak import say

    path.write_bytes(say(ESPEAK, words, rate=0.9))
    return path


def converted(
    source: Path, target: Path, codec: str, *, rate: int = 22_050, layout: str = "mono"
) -> Path:
    """``source`` coded anew by FFmpeg, in the container that the target's suffix names."""
    import av

    with av.open(str(source)) as given, av.open(str(target), "w") as made:
        track: Any = made.add_stream(codec, rate=rate)
        track.layout = layout
        to_codec = av.AudioResampler(track.format, layout, rate)
        frames = [f for raw in given.decode(audio=0) for f in to_codec.resample(raw)]
        for frame in [*frames, *to_codec.resample(None), None]:
            made.mux(track.encode(frame))
    return target


def sound(path: Path, samples: Any, rate: int = 16_000) -> Path:
    """Samples (float ``[n]`` in -1..1) as a 16-bit WAV."""
    from tools.media.audio import wav_bytes

    path.write_bytes(wav_bytes(samples, rate))
    return path


def sparse_wav(path: Path, begin: Path, seconds: int) -> Path:
    """``begin`` (16-bit mono) and then silence, which takes no room on the disk."""
    with wave.open(str(begin)) as source:
        parameters, frames = source.getparams(), source.readframes(source.getnframes())
    with wave.open(str(path), "wb") as file:
        file.setparams(parameters)
        file.writeframes(frames)
    size = seconds * parameters.framerate * 2
    with path.open("r+b") as raw:
        raw.seek(4)
        raw.write(struct.pack("<I", 36 + size))
        raw.seek(40)
        raw.write(struct.pack("<I", size))
    os.truncate(path, 44 + size)
    return path


def silent_film(path: Path) -> Path:
    """A video of ten grey pictures without a sound track."""
    import av
    import numpy as np

    with av.open(str(path), "w") as made:
        track: Any = made.add_stream("mpeg4", rate=10)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
        for shade in range(0, 250, 25):
            picture = np.full((48, 64, 3), shade, np.uint8)
            made.mux(track.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        made.mux(track.encode(None))
    return path


def drawn(words: str = "TOTAL 42.50") -> Any:
    """A PIL picture with these words on white."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (640, 160), "white")
    ImageDraw.Draw(picture).text((30, 40), words, "black", ImageFont.load_default(56))
    return picture


def bomb(path: Path, side: int = 50_000) -> Path:
    """A PNG of a few bytes whose header promises ``side`` x ``side`` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
    return path


def command(
    home: Path,
    *arguments: str | Path,
    hide: str = "",
    before: Callable[[], None] | None = None,
) -> tuple[int, dict[str, Any], str]:
    """``python -m assistant … --json``: exit code, the object printed, standard error.

    Modules named in ``hide`` (separated by commas) cannot be imported there.
    """
    start = ["-m", "assistant"]
    if hide:
        start = ["-c", f"{_HIDE % (hide.split(','),)}; main()"]
    done = subprocess.run(
        [sys.executable, *start, *map(str, arguments), "--json"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        cwd=REPOSITORY,
        env={**os.environ, "ASSISTANT_HOME": str(home), "ASSISTANT_MODEL": "builtin"},
        preexec_fn=before,
    )
    said = done.stderr.decode()
    assert "Traceback" not in said, said
    return done.returncode, json.loads(done.stdout), said


_HIDE = "import sys; sys.modules.update(dict.fromkeys(%r)); from assistant.commands import main"


def strays(home: Path) -> list[Path]:
    """Every file in the blobs' folder."""
    return [path for path in (home / "blobs").rglob("*") if path.is_file()]
