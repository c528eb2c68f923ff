"""Sound files of every sort, whole, damaged and hostile, and the pictures beside them."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from tools.errors import BadInput
from tools.media import audio, video
from tools.media.audio import Audio

RATE = 16_000


def tone(seconds: float = 2.0, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """A 440 Hz tone at a third of full scale, ``[n]`` or ``[channels, n]``."""
    wave = np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate) / 3
    wave = wave.astype(np.float32)
    return wave if channels == 1 else np.stack([wave] * channels)


def riff(
    body: bytes,
    *,
    promised: int | None = None,
    rate: int = RATE,
    channels: int = 1,
    bits: int = 16,
    coding: int = 1,
) -> bytes:
    """A WAV file whose header says what it is told to say."""
    size = len(body) if promised is None else promised
    frame = channels * bits // 8 & 0xFFFF
    fmt = (coding, channels, rate, rate * frame & 0xFFFFFFFF, frame, bits)
    head = struct.pack("<4sI4s4sI", b"RIFF", (36 + size) & 0xFFFFFFFF, b"WAVE", b"fmt ", 16)
    return head + struct.pack("<HHIIHH", *fmt) + struct.pack("<4sI", b"data", size) + body


def encoded(path: Path, codec: str, rate: int, channels: int = 1, **options: str) -> Path:
    """The tone, encoded by FFmpeg into the container that the name's ending says."""
    with av.open(str(path), "w", **options) as out:
        track = out.add_stream(codec, rate=rate, layout="mono" if channels == 1 else "stereo")
        samples = tone(2.0, rate, channels).reshape(channels, -1)
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono" if channels == 1 else "stereo")
        frame.sample_rate = rate
        fitted = av.AudioResampler(track.format, track.layout, track.rate, track.frame_size or None)
        for piece in [*fitted.resample(frame), *fitted.resample(None)]:
            out.mux(track.encode(piece))
        out.mux(track.encode(None))
    return path


def loudest_frequency(sound: Audio) -> float:
    spectrum = np.abs(np.fft.rfft(sound.samples))
    return float(spectrum.argmax() * sound.rate / len(sound.samples))


@pytest.mark.parametrize(
    ("bits", "coding", "scale", "kind"),
    [
        (8, 1, 127, "u1"),
        (16, 1, 2**15 - 1, "<i2"),
        (24, 1, 2**23 - 1, "<i4"),
        (32, 1, 2**31 - 128, "<i4"),
        (32, 3, 1, "<f4"),
        (64, 3, 1, "<f8"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_every_wav_sample_format_decodes_to_the_same_sound(
    tmp_path: Path, bits: int, coding: int, scale: float, kind: str, channels: int
) -> None:
    samples = tone()[:, None].repeat(channels, axis=1) * scale
    if kind == "u1":
        samples = np.round(samples + 128)
    body = samples.astype(kind).tobytes()
    if bits == 24:
        body = b"".join(body[i : i + 3] for i in range(0, len(body), 4))
    path = tmp_path / "tone.wav"
    path.write_bytes(riff(body, bits=bits, coding=coding, channels=channels))
    assert audio.probe(path).channels == channels
    sound = audio.read(path)
    assert (sound.rate, sound.channels) == (RATE, 1)
    np.testing.assert_allclose(sound.samples, tone(), atol=0.01)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "channels"),
    [
        ("a.aiff", "pcm_s16be", 44_100, 2),
        ("a.flac", "flac", 44_100, 2),
        ("a.mp3", "mp3", 44_100, 2),
        ("a.m4a", "aac", 44_100, 1),
        ("a.aac", "aac", 44_100, 1),
        ("a.ogg", "libopus", 48_000, 2),
        ("a.opus", "libopus", 48_000, 1),
        ("a.webm", "libopus", 48_000, 1),
        ("a.mka", "pcm_s16le", 8_000, 1),
        ("a.au", "pcm_mulaw", 8_000, 1),
    ],
)
def test_every_container_decodes_at_the_rate_that_is_asked_for(
    tmp_path: Path, name: str, codec: str, rate: int, channels: int
) -> None:
    path = encoded(tmp_path / name, codec, rate, channels)
    info = audio.probe(path)
    assert (info.rate, info.channels) == (rate, channels)
    sound = audio.read(path)
    assert sound.rate == RATE
    assert sound.seconds == pytest.approx(2.0, abs=0.12)
    assert loudest_frequency(sound) == pytest.approx(440, abs=2)


def test_channels_stay_apart_when_they_are_not_to_be_mixed(tmp_path: Path) -> None:
    left, right = tone(), tone()[::-1] / 2
    audio.write_wav(tmp_path / "two.wav", Audio(np.stack([left, right]), RATE, 2))
    both = audio.read(tmp_path / "two.wav", rate=None, mono=False)
    assert (both.channels, both.samples.shape) == (2, (2, len(left)))
    np.testing.assert_allclose(both.samples[1], right, atol=1e-3)
    mixed = audio.read(tmp_path / "two.wav")
    np.testing.assert_allclose(mixed.samples, (left + right) / 2, atol=1e-3)


def test_chunks_join_to_the_whole_and_say_where_they_begin(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.flac", "flac", 44_100)
    chunks = list(audio.stream(path, chunk_seconds=0.3))
    assert [round(chunk.start, 2) for chunk in chunks[:3]] == [0.0, 0.3, 0.6]
    joined = np.concatenate([chunk.samples for chunk in chunks])
    np.testing.assert_array_equal(joined, audio.read(path).samples)


@pytest.mark.parametrize("promised", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_header_written_before_the_length_was_known_is_no_fault(
    tmp_path: Path, promised: int
) -> None:
    path = tmp_path / "streamed.wav"
    path.write_bytes(riff(audio.pcm16(tone()), promised=promised))
    recording = audio.stream(path)
    assert sum(chunk.seconds for chunk in recording) == 2.0
    assert recording.notes == []


def test_a_recording_that_lost_its_end_is_read_with_a_note(tmp_path: Path) -> None:
    whole = audio.pcm16(tone())
    (tmp_path / "cut.wav").write_bytes(riff(whole[:48_000], promised=len(whole)))
    recording = audio.stream(tmp_path / "cut.wav")
    assert sum(chunk.seconds for chunk in recording) == 1.5
    assert "25% is missing" in recording.notes[0]


def test_a_flac_that_lost_most_of_itself_is_refused(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.flac", "flac", 44_100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(BadInput, match="Most of"):
        list(audio.stream(path))


NOISE = np.random.default_rng(0).bytes(40_000)
PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"Dear all,\nthis is a letter.\n" * 40, "not a sound"),
        (NOISE, "not a sound"),
        (PLAYLIST, "not a sound"),
        (riff(b""), "holds no sound"),
        (riff(b"", promised=64_000), "holds no sound"),
        (riff(bytes(2_000), promised=1 << 30), "Most of"),
        (riff(bytes(64_000), rate=1), "makes no sense"),
        (riff(bytes(64_000), rate=0), "not a sound"),
        (riff(bytes(64_000), channels=0), "makes no sense"),
        (riff(bytes(64_000), channels=60_000), "makes no sense"),
        (riff(bytes(64_000), bits=99), "not known here"),
    ],
)
def test_what_is_no_recording_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "memo.wav"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=says) as refused:
        list(audio.stream(path, name="my memo"))
    assert "my memo" in refused.value.message
    assert refused.value.remedy


def test_a_missing_file_a_folder_and_a_device_are_refused(tmp_path: Path) -> None:
    for path, says in [
        (tmp_path / "nowhere.wav", "no file"),
        (tmp_path, "a folder"),
        (Path("/dev/zero"), "not an ordinary file"),
    ]:
        with pytest.raises(BadInput, match=says):
            audio.probe(path)


LONG = """
import sys
from pathlib import Path
from tests.peak import peak_kib
from tools.engines.silero import speech_spans
from tools.media.audio import stream
seconds = sum(chunk.seconds for chunk in stream(Path(sys.argv[1])))
spans = sum(1 for _ in speech_spans(stream(Path(sys.argv[2]))))
print(round(seconds), spans, peak_kib() // 1024)
"""


def sparse_wav(path: Path, seconds: int) -> Path:
    """Silence that takes no room on the disk."""
    size = seconds * RATE * 2
    path.write_bytes(riff(b"", promised=size))
    with path.open("r+b") as file:
        file.truncate(44 + size)
    return path


def test_hours_stream_and_pass_the_voice_detector_in_bounded_memory(tmp_path: Path) -> None:
    """Three hours at once would take 690 MB as float32; the libraries alone take about 100."""
    long = sparse_wav(tmp_path / "long.wav", 3 * 3600)
    half = sparse_wav(tmp_path / "half.wav", 600)
    done = subprocess.run(
        [sys.executable, "-c", LONG, str(long), str(half)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    seconds, spans, megabytes = map(int, done.stdout.split())
    assert (seconds, spans) == (3 * 3600, 0)
    assert megabytes < 300


def film(path: Path, *, sound: bool) -> Path:
    """One second of grey, getting brighter, with or without a tone."""
    with av.open(str(path), "w") as out:
        pictures = out.add_stream("mpeg4", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        track = out.add_stream("aac", rate=RATE, layout="mono") if sound else None
        for index in range(10):
            shade = np.full((48, 64, 3), 20 * index, np.uint8)
            out.mux(pictures.encode(av.VideoFrame.from_ndarray(shade, "rgb24")))
        out.mux(pictures.encode(None))
        if track is not None:
            frame = av.AudioFrame.from_ndarray(tone(1.0)[None], "fltp", "mono")
            frame.sample_rate = RATE
            for piece in av.AudioResampler("fltp", "mono", RATE, 1024).resample(frame):
                out.mux(track.encode(piece))
            out.mux(track.encode(None))
    return path


def test_a_film_says_what_it_is_and_shows_the_picture_of_a_second(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", sound=True)
    info = video.probe(path)
    assert (info.width, info.height, info.has_audio) == (64, 48, True)
    assert (info.seconds, info.fps) == (pytest.approx(1.0, abs=0.05), 10.0)
    assert video.frame_at(path, 0.55).mean() == pytest.approx(100, abs=8)
    assert video.frame_at(path, 99.0).mean() == pytest.approx(180, abs=8)
    assert loudest_frequency(audio.read(path)) == pytest.approx(440, abs=2)


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    path = film(tmp_path / "silent.mp4", sound=False)
    assert not video.probe(path).has_audio
    with pytest.raises(BadInput, match="no sound track"):
        audio.probe(path)


def test_sound_without_pictures_is_no_film(tmp_path: Path) -> None:
    audio.write_wav(tmp_path / "tone.wav", Audio(tone(), RATE))
    with pytest.raises(BadInput, match="no moving pictures"):
        video.probe(tmp_path / "tone.wav")


def test_the_sample_recordings_all_decode_to_the_same_length(shared: Path) -> None:
    for path in (shared / "speech" / "formats").iterdir():
        assert audio.read(path).seconds == pytest.approx(2.745, abs=0.01), path.name


def test_a_doubtful_sound_track_is_read_as_far_as_it_goes(shared: Path) -> None:
    sound = audio.read(shared / "video" / "video_with_failing_audio.mp4")
    assert sound.seconds == pytest.approx(11.2, abs=0.1)
