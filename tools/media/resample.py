"""Sound at another rate, pitch or tempo, by FFmpeg's resampler and its ``atempo`` filter."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tools.media.audio import from_pcm16, pcm16

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_SLOWEST, _FASTEST = 0.5, 100.0  # what one atempo filter takes


class Resampler:
    """Mono 16-bit sound from ``source`` to ``target`` samples a second, piece by piece."""

    def __init__(self, source: int, target: int) -> None:
        import av

        self._source = source
        self._resampler = av.AudioResampler("flt", "mono", target) if source != target else None

    def feed(self, piece: bytes) -> bytes:
        if self._resampler is None or not piece:
            return piece
        return _joined(self._resampler.resample(_frame(from_pcm16(piece, 1).samples, self._source)))

    def rest(self) -> bytes:
        """What the filter still holds; to be called once, at the end."""
        return b"" if self._resampler is None else _joined(self._resampler.resample(None))


def resampled(samples: Samples, source: int, target: int) -> Samples:
    """``samples`` (float32 ``[n]``) of ``source`` samples a second, at ``target`` a second."""
    import av

    if source == target or not len(samples):
        return samples
    resampler = av.AudioResampler("flt", "mono", target)
    frames = [*resampler.resample(_frame(samples, source)), *resampler.resample(None)]
    return _concatenated(frames)


def higher(samples: Samples, rate: int, pitch: float) -> Samples:
    """Every frequency times ``pitch``; the sound becomes shorter by as much.

    It is played faster, as a tape would be, so the formants move along: whoever wants the
    duration kept makes the sound ``pitch`` times as long before.
    """
    return resampled(samples, round(rate * pitch), rate)


def faster(samples: Samples, rate: int, tempo: float) -> Samples:
    """The same pitch, ``tempo`` times as fast: WSOLA (Verhelst and Roelands 1993)."""
    import av.filter

    if tempo == 1.0 or not len(samples):
        return samples
    graph = av.filter.Graph()
    chain = [graph.add_abuffer(sample_rate=rate, format="flt", layout="mono", channels=1)]
    while not _SLOWEST <= tempo <= _FASTEST:
        step = _SLOWEST if tempo < _SLOWEST else _FASTEST
        chain.append(graph.add("atempo", str(step)))
        tempo /= step
    chain += [graph.add("atempo", f"{tempo:.6f}"), graph.add("abuffersink")]
    for left, right in pairwise(chain):
        left.link_to(right)
    graph.configure()
    graph.push(_frame(samples, rate))
    graph.push(None)
    return _concatenated(_drained(graph))


def _drained(graph: Any) -> list[Any]:
    import av

    frames = []
    while True:
        try:
            frames.append(graph.pull())
        except (av.EOFError, av.BlockingIOError):
            return frames


def _frame(samples: Samples, rate: int) -> Any:
    import av
    import numpy as np

    flat = np.ascontiguousarray(samples, np.float32).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(flat, format="flt", layout="mono")
    frame.sample_rate = rate
    return frame


def _concatenated(frames: list[Any]) -> Samples:
    import numpy as np

    blocks = [frame.to_ndarray().reshape(-1) for frame in frames]
    return np.concatenate(blocks).astype(np.float32) if blocks else np.zeros(0, np.float32)


def _joined(frames: list[Any]) -> bytes:
    return pcm16(_concatenated(frames))
