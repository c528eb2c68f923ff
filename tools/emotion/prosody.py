"""What a voice sounds like, apart from its words: one row of numbers for a stretch of speech.

Energy, pitch, spectrum and their movement over time, in NumPy alone. Pitch is found by the
normalized autocorrelation (Boersma 1993); cepstra are those of Davis and Mermelstein (1980).
The set follows the idea of eGeMAPS (Eyben et al. 2016): few, interpretable functionals.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

RATE = 16_000
_FRAME, _HOP = 640, 160  # 40 ms hold two periods of a low voice; 10 ms steps
_FFT = 1024
_BANDS, _CEPSTRA = 26, 13
_LOWEST, _HIGHEST = 70.0, 500.0
"""Hz between which pitch is looked for."""
_PERIODIC = 0.45
"""Autocorrelation above which a frame counts as voiced."""
_CLEARLY = 0.75
MIN_VOICED = 15
"""Clearly voiced frames (0.15 s) below which there is no voice to judge."""


def features(samples: NDArray[np.float32]) -> Array | None:
    """One row of numbers for mono speech at 16 kHz; None where hardly a voice is heard.

    Loudness is relative to the recording's own, so that the microphone's gain does not count.
    """
    import numpy as np

    signal = np.nan_to_num(np.asarray(samples, dtype=np.float64))
    if signal.size < 4 * _FRAME:
        return None
    signal = signal - signal.mean()
    peak = float(np.max(np.abs(signal)))
    if peak < 1e-4:
        return None
    signal /= peak
    emphasized = np.append(signal[0], signal[1:] - 0.97 * signal[:-1])
    window = np.hanning(_FRAME)
    frames = np.lib.stride_tricks.sliding_window_view(signal, _FRAME)[::_HOP]
    power = np.abs(np.fft.rfft(frames * window, _FFT)) ** 2
    sharp = np.lib.stride_tricks.sliding_window_view(emphasized, _FRAME)[::_HOP]
    sharp_power = np.abs(np.fft.rfft(sharp * window, _FFT)) ** 2
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-9)
    pitch, strength = _pitch(power)
    loud = level > np.max(level) - 35
    voiced = (strength > _PERIODIC) & loud
    # Noise looks faintly periodic now and then; a voice is clearly so for some of the time.
    if int((voiced & (strength > _CLEARLY)).sum()) < MIN_VOICED:
        return None
    cepstra = _cepstra(sharp_power)
    # 12 semitones an octave, as the ear hears pitch
    tone = 12 * np.log2(pitch[voiced] / 100.0)
    shape = _shape(power)
    parts = [
        _statistics(tone),
        _statistics(np.abs(np.diff(tone))) if tone.size > 2 else np.zeros(6),
        _statistics(level[voiced] - np.max(level)),
        _statistics(np.abs(np.diff(level[loud]))),
        _statistics(strength[voiced]),
        *(_statistics(row[voiced]) for row in shape),
        cepstra[voiced].mean(axis=0),
        cepstra[voiced].std(axis=0),
        np.abs(np.diff(cepstra, axis=0))[voiced[1:]].mean(axis=0),
        _rhythm(voiced, loud, level),
    ]
    return np.concatenate(parts)


def _statistics(values: Array) -> Array:
    import numpy as np

    low, middle, high = np.percentile(values, [10, 50, 90])
    return np.array([values.mean(), values.std(), low, middle, high, high - low])


def _pitch(power: Array) -> tuple[Array, Array]:
    """Pitch in Hz and periodicity 0..1 of each frame, from the power spectrum."""
    import numpy as np

    window = np.abs(np.fft.rfft(np.hanning(_FRAME), _FFT)) ** 2
    own = np.fft.irfft(window)[: _FRAME // 2]
    correlation = np.fft.irfft(power, axis=1)[:, : _FRAME // 2]
    normal = correlation / (correlation[:, :1] + 1e-12) / (own / own[0] + 1e-3)
    first, last = int(RATE / _HIGHEST), min(int(RATE / _LOWEST), _FRAME // 2 - 2)
    searched = normal[:, first:last]
    # a small cost on long lags keeps an octave below from winning by a hair
    cost = 0.02 * np.log2(np.arange(first, last) / first)
    best = np.argmax(searched - cost, axis=1)
    rows = np.arange(len(best))
    lag = best + first
    left, middle, right = (normal[rows, lag + step] for step in (-1, 0, 1))
    bend = left - 2 * middle + right
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0)
    pitch = RATE / (lag + np.clip(shift, -0.5, 0.5))
    return pitch, np.clip(middle, 0, 1)


def _shape(power: Array) -> list[Array]:
    """Spectral slope, centre and roughness of each frame."""
    import numpy as np

    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)
    total = power.sum(axis=1) + 1e-12
    centre = power @ hertz / total / 1000
    low = power[:, (hertz > 50) & (hertz < 1000)].sum(axis=1)
    high = power[:, (hertz >= 1000) & (hertz < 5000)].sum(axis=1)
    tilt = 10 * np.log10((low + 1e-12) / (high + 1e-12))
    peak_low = power[:, (hertz > 50) & (hertz < 2000)].max(axis=1)
    peak_high = power[:, (hertz >= 2000) & (hertz < 5000)].max(axis=1)
    hammarberg = 10 * np.log10((peak_low + 1e-12) / (peak_high + 1e-12))
    flatness = np.exp(np.log(power + 1e-12).mean(axis=1)) / (power.mean(axis=1) + 1e-12)
    return [centre, tilt, hammarberg, np.log(flatness + 1e-9)]


@cache
def _filters() -> tuple[Array, Array]:
    """Triangular mel filters [bands, bins] and the cosine transform [cepstra, bands]."""
    import numpy as np

    def to_mel(hertz: float) -> float:
        return float(2595 * np.log10(1 + hertz / 700))

    edges = 700 * (10 ** (np.linspace(to_mel(80), to_mel(7600), _BANDS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)
    bank = np.zeros((_BANDS, hertz.size))
    for band in range(_BANDS):
        left, centre, right = edges[band : band + 3]
        rising, falling = (hertz - left) / (centre - left), (right - hertz) / (right - centre)
        bank[band] = np.clip(np.minimum(rising, falling), 0, None)
    order = np.arange(1, _CEPSTRA + 1)[:, None]
    cosine = np.cos(np.pi * order * (np.arange(_BANDS) + 0.5) / _BANDS)
    return bank, cosine * np.sqrt(2 / _BANDS)


def _cepstra(power: Array) -> Array:
    import numpy as np

    bank, cosine = _filters()
    cepstra: Array = np.log(power @ bank.T + 1e-10) @ cosine.T
    return cepstra


def _rhythm(voiced: NDArray[np.bool_], loud: NDArray[np.bool_], level: Array) -> Array:
    """How much is voiced, how often voicing starts, how long it lasts, how long pauses last."""
    import numpy as np

    seconds = voiced.size * _HOP / RATE
    starts = int(np.sum(voiced[1:] & ~voiced[:-1])) + int(voiced[0])
    pauses = int(np.sum(~loud[1:] & loud[:-1]))
    smooth = np.convolve(level, np.ones(7) / 7, mode="same")
    inner = smooth[1:-1]
    peaks = (inner > smooth[:-2]) & (inner >= smooth[2:]) & loud[1:-1]
    spoken = max(float(loud.sum()) * _HOP / RATE, 0.1)
    return np.array(
        [
            voiced.mean(),
            starts / seconds,
            voiced.sum() * _HOP / RATE / max(starts, 1),
            pauses / seconds,
            1 - loud.mean(),
            float(peaks.sum()) / spoken,
        ]
    )
