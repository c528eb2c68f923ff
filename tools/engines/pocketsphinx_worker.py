"""The process in which PocketSphinx decodes; :mod:`tools.engines.pocketsphinx` starts it.

It is run as a file with ``python -I`` and needs nothing of this project. A request on
standard input is a 4-byte little-endian length and that many bytes of 16-bit mono PCM at
16 kHz; an answer on standard output is a 4-byte length and JSON. It ends when its input
does, and on Linux the moment the process that started it is gone.

Arguments: the folder that holds the pocketsphinx package, the parent's process id, and
the decoder's settings as JSON.
"""

from __future__ import annotations

import json
import math
import os
import signal
import struct
import sys
from typing import IO, Any


def main() -> None:
    folder, parent, settings = sys.argv[1:4]
    _end_with(int(parent))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to answer
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a C library prints must not land among the answers
    sys.path.append(folder)
    import pocketsphinx

    decoder = pocketsphinx.Decoder(pocketsphinx.Config(loglevel="FATAL", **json.loads(settings)))
    _answer(answers, {"ready": True})
    while (pcm := _request(requests)) is not None:
        _answer(answers, {"words": _decode(decoder, pcm)})


def _decode(decoder: Any, pcm: bytes) -> list[list[Any]]:
    """Words as [text, first frame, last frame, posterior, ln acoustic, ln language score].

    The utterance is given whole, so that the cepstral mean is taken over all of it.
    """
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    if decoder.hyp() is None:
        return []
    return [
        [
            segment.word,
            segment.start_frame,
            segment.end_frame,
            segment.prob,
            math.log(max(segment.ascore, sys.float_info.min)),
            math.log(max(segment.lscore, sys.float_info.min)),
        ]
        for segment in decoder.seg()
    ]


def _request(stream: IO[bytes]) -> bytes | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack("<I", head)
    body = stream.read(length)
    return body if len(body) == length else None


def _answer(stream: IO[bytes], value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    stream.write(struct.pack("<I", len(body)) + body)
    stream.flush()


def _end_with(parent: int) -> None:
    """Have the kernel end this process with the thread that started it (Linux only)."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if hasattr(os, "getppid") and os.getppid() != parent:
        sys.exit()


if __name__ == "__main__":
    main()
