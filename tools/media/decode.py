"""FFmpeg behind PyAV: opening files that may be hostile, and turning frames to float32.

:mod:`tools.media.audio` and :mod:`tools.media.video` are what other modules use.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

# Containers that hold sound and nothing that points elsewhere: a playlist that is named
# .wav would have FFmpeg open whatever other files and addresses stand in it.
CONTAINERS = (
    "wav,w64,aiff,au,caf,flac,mp3,aac,ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,"
    "mpegts,mpeg,flv,amr,amrnb,amrwb,ac3,eac3,ape,wv,tta,dsf,gsm,mpegvideo"
)
_FORMATS = "WAV, AIFF, FLAC, MP3, M4A, OGG or Opus"
CONVERT = f"Save it again as {_FORMATS}, or give another file."
CONVERT_VIDEO = "Save it again as MP4, MKV or WebM, or give another file."


@contextmanager
def opened(path: Path, name: str, remedy: str = CONVERT) -> Iterator[Any]:
    """An open PyAV container; what FFmpeg says against the file becomes a BadInput."""
    import av

    check_file(path, name)
    options = {
        "format_whitelist": CONTAINERS,
        "protocol_whitelist": "file",
        "max_size": "65536",  # bytes a packet of raw samples: three times as fast as the usual
    }
    try:
        # The scheme is spelled out: a file may itself be named "http:..." or "concat:...".
        container = av.open(f"file:{path.absolute()}", options=options, metadata_errors="ignore")
    except av.FFmpegError as error:
        raise BadInput(f"{name} is not a sound or video file that can be read.", CONVERT) from error
    with container:
        try:
            yield container
        except av.FFmpegError as error:
            raise BadInput(f"{name} is damaged; it cannot be read.", remedy) from error


def check_file(path: Path, name: str) -> None:
    """Raise BadInput unless ``path`` is a file with something in it that may be read."""
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            path.open("rb").close()
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {name}.", "Check the name and the folder.") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{name} may not be read.", "Check its name and permissions.") from error
    if stat.S_ISDIR(status.st_mode):
        raise BadInput(f"{name} is a folder.", "Name a file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(f"{name} is not an ordinary file.", "Give a saved recording.")
    if status.st_size == 0:
        raise BadInput(f"{name} is empty.", "Record or export it again.")


class Decoder:
    """Blocks ``[channels, n]`` at one rate, whatever the track switches to on its way.

    Channels are mixed here rather than by FFmpeg, which has no rule for layouts that it
    does not know (a WAV of three unnamed channels). A packet that does not decode is
    skipped and counted in ``damaged``.
    """

    def __init__(self, container: Any, rate: int, channels: int) -> None:
        self.damaged = 0
        self._container = container
        self._rate = rate
        self._channels = channels
        self._source_rate = 0
        self._resamplers: list[Any] = []

    def __iter__(self) -> Iterator[Samples]:
        import av

        track = self._container.streams.audio[0]
        for packet in self._container.demux(track):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self.damaged += 1
                continue
            for frame in frames:
                if frame.sample_rate != self._source_rate:
                    yield from self._flush()
                    self._start(frame.sample_rate)
                yield from self._resample(self._mix(_to_float(frame)))
        yield from self._flush()

    def _start(self, source_rate: int) -> None:
        import av

        self._source_rate = source_rate
        self._resamplers = []
        if source_rate != self._rate:
            self._resamplers = [
                av.AudioResampler("flt", "mono", self._rate) for _ in range(self._channels)
            ]

    def _mix(self, block: Samples) -> Samples:
        import numpy as np

        if block.shape[0] == self._channels:
            return block
        mono = block.mean(axis=0, keepdims=True, dtype=np.float32)
        return np.repeat(mono, self._channels, axis=0)

    def _resample(self, block: Samples) -> Iterator[Samples]:
        import av

        if not self._resamplers:
            yield block
            return
        rows = []
        for resampler, row in zip(self._resamplers, block, strict=True):
            frame = av.AudioFrame.from_ndarray(row[None, :].copy(), "flt", "mono")
            frame.sample_rate = self._source_rate
            rows.append(resampler.resample(frame))
        yield from _stack(rows)

    def _flush(self) -> Iterator[Samples]:
        if self._resamplers and self._source_rate:
            yield from _stack([resampler.resample(None) for resampler in self._resamplers])
        self._resamplers = []


def _stack(rows: list[list[Any]]) -> Iterator[Samples]:
    import numpy as np

    for frames in zip(*rows, strict=True):
        yield np.concatenate([frame.to_ndarray() for frame in frames], axis=0)


def _to_float(frame: Any) -> Samples:
    """Any sample format of FFmpeg's as float32 ``[channels, n]`` in -1..1."""
    import numpy as np

    raw: NDArray[Any] = frame.to_ndarray()
    channels = frame.layout.nb_channels
    if not frame.format.is_planar:
        raw = raw.reshape(-1, channels).T
    real = raw.astype(np.float32)
    if raw.dtype == np.uint8:
        return (real - np.float32(128.0)) / np.float32(128.0)
    if raw.dtype.kind == "i":
        return real / np.float32(2.0 ** (8 * raw.dtype.itemsize - 1))
    return np.nan_to_num(real, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1.0, 1.0)
