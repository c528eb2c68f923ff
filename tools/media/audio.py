"""Sound files and the sound tracks of videos, decoded by FFmpeg through PyAV.

Sound is float32 in -1..1 and always carries its rate (samples a second) and its number of
channels. :func:`stream` holds one chunk at a time, whatever the length of the file.
"""

from __future__ import annotations

import io
import struct
import wave
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import BadInput
from tools.media.decode import CONVERT, Decoder, opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

MAX_SECONDS = 24 * 3600.0
MIN_RATE, MAX_RATE = 2_000, 768_000
MAX_CHANNELS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A stretch of sound: ``samples`` is float32 ``[n]`` (mono) or ``[channels, n]``.

    ``start`` is where it begins in the recording that it was cut from, in seconds.
    """

    samples: Samples
    rate: int
    channels: int = 1
    start: float = 0.0

    @property
    def seconds(self) -> float:
        return int(self.samples.shape[-1]) / self.rate


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file says of itself. ``seconds`` is 0.0 where it does not say how long it is."""

    seconds: float
    rate: int
    channels: int
    codec: str
    container: str
    notes: tuple[str, ...] = ()
    """What is wrong with the file although it can be read, a sentence each."""


def probe(path: Path, *, name: str = "") -> AudioInfo:
    """Length, rate, channels and coding of a sound file or of a video's sound track.

    ``name`` is what the person calls the file, for messages.

    Raises:
        BadInput: there is no such file, or no sound in it that can be read.
    """
    shown = name or path.name
    with opened(path, shown) as container:
        return _info(container, path, shown)


class AudioStream(Iterator[Audio]):
    """The chunks of a recording, in order; ``notes`` grows while it is read."""

    def __init__(self, path: Path, rate: int | None, mono: bool, size: float, name: str) -> None:
        self.info = probe(path, name=name)
        self.rate = rate or self.info.rate
        self.channels = 1 if mono else self.info.channels
        self.notes: list[str] = list(self.info.notes)
        self._name = name
        self._chunks = self._read(path, max(1, round(size * self.rate)))

    def __next__(self) -> Audio:
        return next(self._chunks)

    def close(self) -> None:
        """Close the file; to be called when the stream is not read to its end."""
        self._chunks.close()

    def _read(self, path: Path, size: int) -> Generator[Audio, None, None]:
        import numpy as np

        blocks: list[Samples] = []
        held = given = 0
        with opened(path, self._name) as container:
            decoder = Decoder(container, self.rate, self.channels)
            for block in decoder:
                blocks.append(block)
                held += block.shape[1]
                while held >= size:
                    joined = np.concatenate(blocks, axis=1)
                    yield self._chunk(joined[:, :size], given)
                    given += size
                    blocks, held = [joined[:, size:].copy()], held - size
                if given > MAX_SECONDS * self.rate:
                    raise _too_long(self._name)
        total = given + held
        self._judge(total / self.rate, decoder.damaged)
        if held:
            yield self._chunk(np.concatenate(blocks, axis=1), given)

    def _chunk(self, samples: Samples, at: int) -> Audio:
        flat = samples[0] if self.channels == 1 else samples
        return Audio(flat, self.rate, self.channels, at / self.rate)

    def _judge(self, seconds: float, damaged: int) -> None:
        """Refuse what is mostly unreadable; note what is partly so."""
        if seconds == 0 and damaged:
            raise BadInput(f"The sound in {self._name} is damaged; nothing of it plays.", CONVERT)
        if seconds == 0:
            raise BadInput(
                f"{self._name} holds no sound: its header is there, but nothing follows it.",
                "Record or export it again.",
            )
        claimed = self.info.seconds
        if claimed and seconds < 0.5 * claimed:
            raise BadInput(
                f"Most of {self._name} is missing or damaged: {seconds:.1f} of its "
                f"{claimed:.1f} seconds can be read.",
                "Copy or download the whole file again.",
            )
        if damaged or (claimed and seconds < 0.97 * claimed - 0.25):
            self.notes.append(
                f"{self._name} is damaged or cut short: {seconds:.1f} seconds of it could be read."
            )


def stream(
    path: Path,
    *,
    rate: int | None = 16_000,
    mono: bool = True,
    chunk_seconds: float = 30.0,
    name: str = "",
) -> AudioStream:
    """Decode a file piece by piece, in constant memory.

    Args:
        rate: samples a second to resample to; None keeps the file's own.
        mono: mix all channels to one; else chunks are ``[channels, n]``.
        chunk_seconds: length of every chunk but the last.
        name: what the person calls the file, for messages.

    Raises:
        BadInput: at once, where the file can be refused by its header; while reading,
            where less than half of what the header promises is there.
    """
    return AudioStream(path, rate, mono, chunk_seconds, name or path.name)


def read(path: Path, *, rate: int | None = 16_000, mono: bool = True, name: str = "") -> Audio:
    """A whole file at once, for short recordings; see :func:`stream`."""
    import numpy as np

    chunks = list(stream(path, rate=rate, mono=mono, name=name))
    samples = np.concatenate([chunk.samples for chunk in chunks], axis=-1)
    return replace(chunks[0], samples=samples)


def pcm16(samples: Samples) -> bytes:
    """Little-endian 16-bit samples; of ``[channels, n]`` the channels take turns."""
    import numpy as np

    scaled = np.clip(samples, -1.0, 1.0) * 32767.0
    return np.ascontiguousarray(scaled.T).astype("<i2").tobytes()


def from_pcm16(data: bytes, rate: int) -> Audio:
    """Mono sound from little-endian 16-bit samples."""
    import numpy as np

    samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32)
    return Audio(samples / np.float32(32768.0), rate)


def wav_bytes(samples: Samples | bytes, rate: int, channels: int = 1) -> bytes:
    """A 16-bit WAV file of float samples (``[n]`` or ``[channels, n]``) or of ready PCM16."""
    if not isinstance(samples, bytes):
        channels = 1 if samples.ndim == 1 else int(samples.shape[0])
        samples = pcm16(samples)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return out.getvalue()


def write_wav(path: Path, audio: Audio) -> None:
    """Write ``audio`` as a 16-bit WAV file."""
    path.write_bytes(wav_bytes(audio.samples, audio.rate))


def _info(container: Any, path: Path, name: str) -> AudioInfo:
    if not container.streams.audio:
        if container.streams.video:
            raise BadInput(
                f"{name} has no sound track, only pictures.",
                "Give a video with sound, or ask what is seen in it.",
            )
        raise BadInput(f"{name} holds no sound.", CONVERT)
    track = container.streams.audio[0]
    codec = track.codec_context
    if codec is None:
        raise BadInput(f"{name} is coded in a way that is not known here.", CONVERT)
    if not MIN_RATE <= codec.rate <= MAX_RATE or not 1 <= codec.channels <= MAX_CHANNELS:
        raise BadInput(
            f"The header of {name} makes no sense: {codec.rate} samples a second in "
            f"{codec.channels} channels.",
            CONVERT,
        )
    seconds = 0.0
    if track.duration is not None and track.time_base:
        seconds = float(track.duration * track.time_base)
    elif container.duration is not None:
        seconds = container.duration / 1_000_000
    if seconds > MAX_SECONDS:
        raise _too_long(name)
    return AudioInfo(
        seconds=max(0.0, seconds),
        rate=int(codec.rate),
        channels=int(codec.channels),
        codec=str(codec.name),
        container=str(container.format.name).split(",", 1)[0],
        notes=_cut_short(path, name),
    )


def _too_long(name: str) -> BadInput:
    return BadInput(
        f"{name} is longer than {MAX_SECONDS / 3600:.0f} hours.", "Cut it into shorter recordings."
    )


def _cut_short(path: Path, name: str) -> tuple[str, ...]:
    """Compare what a RIFF header promises with the size of the file (FFmpeg does not say).

    Writers that cannot seek back leave 0, 0x7fffffff or 0xffffffff there; that is no lie.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return ()
        while len(chunk := file.read(8)) == 8:
            kind, length = struct.unpack("<4sI", chunk)
            if kind == b"data":
                there = size - file.tell()
                break
            file.seek(length + length % 2, 1)
        else:
            return ()
    if length >= 0x7FFF0000 or there >= 0.99 * length:
        return ()
    if there == 0:
        raise BadInput(
            f"{name} holds no sound: its header is there, but nothing follows it.",
            "Record or export it again.",
        )
    if there < 0.5 * length:
        raise BadInput(
            f"Most of {name} is missing: {100 * there / length:.0f}% of what its header promises "
            "is there.",
            "Copy or download the whole file again.",
        )
    return (f"{name} is cut short: its last {100 - 100 * there / length:.0f}% is missing.",)
