"""Vectors as bytes: float16, which loses nothing a ranking would notice and halves the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
else:
    Vectors = Any


def pack(vectors: Vectors) -> list[bytes]:
    """One float16 blob a row; ``vectors`` is float32 [n, d], L2-normalized."""
    import numpy as np

    return [row.tobytes() for row in np.asarray(vectors).astype("<f2")]


def unpack(blobs: Sequence[bytes]) -> Vectors:
    """Float32 [n, d] of n blobs of equal length."""
    import numpy as np

    flat = np.frombuffer(b"".join(blobs), "<f2").astype(np.float32)
    return flat.reshape(len(blobs), -1) if blobs else flat.reshape(0, 0)


def nearest(
    ids: Sequence[int], matrix: Vectors, query: Vectors, limit: int
) -> list[tuple[int, float]]:
    """(id, cosine) of the ``limit`` rows of ``matrix`` [n, d] nearest to ``query`` [d]: exact."""
    if not ids:
        return []
    import numpy as np

    scores = matrix @ np.asarray(query, np.float32)
    best = np.argsort(-scores, kind="stable")[:limit]
    return [(ids[i], float(scores[i])) for i in best]
