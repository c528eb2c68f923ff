"""Where in a recording somebody speaks: Silero VAD, run over a stream in constant memory.

The network (Silero VAD 6, MIT, https://github.com/snakers4/silero-vad) is the one that
lies in faster-whisper's wheel. It is run by onnxruntime directly, because importing
faster_whisper loads a whole transcription stack. It looks at windows of 512 samples at
16 kHz, each with the last 64 samples before it, and carries an LSTM state.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import Unavailable
from tools.media.audio import Audio
from tools.runtime import Slot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

RATE = 16_000
WINDOW = 512
_CONTEXT = 64
_STATE = (1, 1, 128)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of speech, in seconds from the beginning of the recording."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Manner:
    """How windows are joined to spans; lengths in seconds, thresholds are probabilities.

    Speech begins above ``threshold`` and ends once it stayed below ``release`` for
    ``pause``. A span longer than ``longest`` is cut at its quietest moment, so that a
    reader never needs more memory than that.
    """

    threshold: float = 0.5
    release: float = 0.35
    shortest: float = 0.1
    pause: float = 1.0
    pad: float = 0.5
    longest: float = 24.0


class Silero:
    """The loaded network. It keeps no state of its own: each recording has a track."""

    name = "silero-vad"

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            str(model_path()), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def track(self) -> Track:
        """A listener for one recording, from its beginning."""
        return Track(self._session)


class Track:
    """The network's state along one recording."""

    def __init__(self, session: Any) -> None:
        import numpy as np

        self._session = session
        self._h = np.zeros(_STATE, np.float32)
        self._c = np.zeros(_STATE, np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def probabilities(self, samples: Samples) -> Samples:
        """Speech probability of each window: ``[512 * k]`` at 16 kHz -> ``[k]``."""
        import numpy as np

        windows = samples.reshape(-1, WINDOW)
        before = np.vstack([self._context, windows[:-1, -_CONTEXT:]])
        out, self._h, self._c = self._session.run(
            None, {"input": np.hstack([before, windows]), "h": self._h, "c": self._c}
        )
        self._context = windows[-1, -_CONTEXT:].copy()
        found: Samples = out.reshape(-1)
        return found


SILERO: Slot[Silero] = Slot("silero-vad", Silero)


def model_path() -> Path:
    """The network's file in faster-whisper's wheel, found without importing the package.

    Raises:
        Unavailable: faster-whisper is not installed, or holds no such file.
    """
    spec = importlib.util.find_spec("faster_whisper")
    if spec is not None and spec.origin is not None:
        found = sorted((Path(spec.origin).parent / "assets").glob("silero_vad*.onnx"))
        if found:
            return found[-1]
    raise Unavailable(
        "The voice activity model is not installed.",
        "Run: pip install --force-reinstall faster-whisper",
    )


def speech_spans(chunks: Iterable[Audio], manner: Manner | None = None) -> Iterator[Span]:
    """Spans of speech in mono 16 kHz sound, in order, each as soon as it has ended."""
    for piece in utterances(chunks, manner):
        yield Span(piece.start, piece.start + piece.seconds)


def utterances(chunks: Iterable[Audio], manner: Manner | None = None) -> Iterator[Audio]:
    """The spoken stretches of mono 16 kHz sound, cut out; ``start`` tells where each was.

    Holds no more than the longest span and one chunk. Padding never overlaps the span
    before, and nothing is invented past the end of the recording.
    """
    cutter = Cutter(SILERO.get().track(), manner or Manner())
    for chunk in chunks:
        yield from cutter.feed(chunk.samples)
    yield from cutter.finish()


class Cutter:
    """Cuts a stream into utterances: :meth:`feed` it sound, then :meth:`finish`."""

    def __init__(self, track: Track, manner: Manner) -> None:
        import numpy as np

        self._track = track
        self._manner = manner
        self._sound: Samples = np.zeros(0, np.float32)
        self._offset = 0  # of the first sample held, in the recording
        self._window = 0  # windows judged so far
        self._since: int | None = None  # window in which the open span began
        self._quiet: int | None = None  # window in which its present pause began
        self._marks: list[float] = []  # probabilities of the open span's windows
        self._last = 0  # sample where the last utterance ended

    def feed(self, samples: Samples) -> Iterator[Audio]:
        import numpy as np

        if not len(samples):
            return
        self._sound = np.concatenate([self._sound, samples])
        first = self._window * WINDOW - self._offset
        whole = (len(self._sound) - first) // WINDOW
        if whole <= 0:
            return
        for mark in self._track.probabilities(self._sound[first : first + whole * WINDOW]):
            yield from self._judge(float(mark))
        self._forget()

    def finish(self) -> Iterator[Audio]:
        """Judge what is left, filled up with silence, and close the open span."""
        import numpy as np

        end = self._offset + len(self._sound)
        missing = -end % WINDOW
        if missing:
            yield from self.feed(np.zeros(missing, np.float32))
            self._sound = self._sound[: max(0, end - self._offset)]
        if self._since is not None:
            yield from self._close(self._window if self._quiet is None else self._quiet)

    def _judge(self, mark: float) -> Iterator[Audio]:
        manner, window = self._manner, self._window
        self._window += 1
        if self._since is None:
            if mark >= manner.threshold:
                self._since, self._quiet, self._marks = window, None, [mark]
            return
        self._marks.append(mark)
        if mark >= manner.threshold:
            self._quiet = None
        elif mark < manner.release and self._quiet is None:
            self._quiet = window
        if self._quiet is not None and (window - self._quiet) * WINDOW >= manner.pause * RATE:
            yield from self._close(self._quiet)
        elif (window - self._since) * WINDOW >= manner.longest * RATE:
            yield from self._split()

    def _split(self) -> Iterator[Audio]:
        """Cut an endless span at the quietest fifth of a second of its second half."""
        import numpy as np

        assert self._since is not None
        since, marks = self._since, self._marks
        half = len(marks) // 2
        width = min(6, len(marks) - half)
        calm = np.convolve(marks[half:], np.ones(width) / width, "valid")
        cut = half + int(calm.argmin()) + width // 2
        yield from self._close(since + cut, pad=0.0)
        self._since, self._quiet, self._marks = since + cut, None, marks[cut:]

    def _close(self, window: int, pad: float | None = None) -> Iterator[Audio]:
        assert self._since is not None
        since, self._since, self._quiet = self._since, None, None
        if (window - since) * WINDOW < self._manner.shortest * RATE:
            return
        reach = self._manner.pad if pad is None else pad
        start = max(self._last, since * WINDOW - round(self._manner.pad * RATE), self._offset)
        end = min(window * WINDOW + round(reach * RATE), self._offset + len(self._sound))
        self._last = end
        cut = self._sound[start - self._offset : end - self._offset].copy()
        yield Audio(cut, RATE, 1, start / RATE)

    def _forget(self) -> None:
        """Let go of the sound that no utterance can need any more."""
        oldest = self._window if self._since is None else self._since
        keep = max(self._last, oldest * WINDOW - round(self._manner.pad * RATE), self._offset)
        keep = min(keep, self._window * WINDOW)
        self._sound = self._sound[keep - self._offset :].copy()
        self._offset = keep
