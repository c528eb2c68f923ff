"""What a video file says of itself, and single frames out of it, by FFmpeg through PyAV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import BadInput
from tools.media.decode import CONVERT_VIDEO, opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PIXELS = 8192 * 8192


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """``seconds`` and ``fps`` are 0.0 where the file does not tell; sizes are in pixels."""

    seconds: float
    width: int
    height: int
    fps: float
    has_audio: bool
    codec: str


def probe(path: Path, *, name: str = "") -> VideoInfo:
    """Length, size and frame rate; ``name`` is what the person calls the file.

    Raises:
        BadInput: there is no such file, or no moving picture in it that can be read.
    """
    shown = name or path.name
    with opened(path, shown, CONVERT_VIDEO) as container:
        track = _track(container, shown)
        seconds = 0.0
        if track.duration is not None and track.time_base:
            seconds = float(track.duration * track.time_base)
        elif container.duration is not None:
            seconds = container.duration / 1_000_000
        return VideoInfo(
            seconds=max(0.0, seconds),
            width=int(track.codec_context.width),
            height=int(track.codec_context.height),
            fps=float(track.average_rate or 0.0),
            has_audio=bool(container.streams.audio),
            codec=str(track.codec_context.name),
        )


def frame_at(path: Path, seconds: float, *, name: str = "") -> NDArray[np.uint8]:
    """The picture shown at ``seconds`` as RGB ``[height, width, 3]``; the last one after the end.

    Raises:
        BadInput: as for :func:`probe`, or no frame of the file can be decoded.
    """
    import av

    shown = name or path.name
    with opened(path, shown, CONVERT_VIDEO) as container:
        track = _track(container, shown)
        wanted = max(0.0, seconds)
        begin = float((track.start_time or 0) * track.time_base)
        container.seek(round((begin + wanted) / track.time_base), stream=track)
        best = None
        for packet in container.demux(track):
            try:
                frames = packet.decode()
            except av.FFmpegError:  # a damaged picture: the one before it stays on show
                continue
            for frame in frames:
                if best is not None and frame.time is not None and frame.time - begin > wanted:
                    return _rgb(best)
                best = frame
        if best is None:
            raise BadInput(f"No picture in {shown} can be read.", CONVERT_VIDEO)
        return _rgb(best)


def _rgb(frame: Any) -> NDArray[np.uint8]:
    picture: NDArray[np.uint8] = frame.to_ndarray(format="rgb24")
    return picture


def _track(container: Any, name: str) -> Any:
    """The first video track that is not the cover picture of a song."""
    import av

    cover = av.stream.Disposition.attached_pic
    tracks = [track for track in container.streams.video if not track.disposition & cover]
    if not tracks or tracks[0].codec_context is None:
        raise BadInput(f"{name} holds no moving pictures.", CONVERT_VIDEO)
    codec = tracks[0].codec_context
    if not 0 < codec.width * codec.height <= MAX_PIXELS:
        raise BadInput(
            f"The header of {name} makes no sense: {codec.width} by {codec.height} pixels.",
            CONVERT_VIDEO,
        )
    return tracks[0]
