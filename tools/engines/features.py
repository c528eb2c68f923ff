"""What a vision tower made of pictures it has seen, kept for the next question about them."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_SHED = frozenset({"hidden_states", "attentions"})
"""Parts of an encoder's output that are many times the features and that no decoder reads."""


class FeatureCache:
    """The least recently used features leave first; ``limit`` is in bytes.

    The key is the sha256 of all that goes into the encoder, its pixels above all, so that what
    comes out of the cache is what would have been computed.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._kept: OrderedDict[bytes, tuple[Any, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def remembering(self, encode: Callable[..., Any]) -> Callable[..., Any]:
        """``encode`` that looks here first; its signature stays."""
        signature = inspect.signature(encode)

        @functools.wraps(encode)
        def remembered(*args: Any, **kwargs: Any) -> Any:
            key = _digest(dict(signature.bind(*args, **kwargs).arguments))
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            features = _lean(encode(*args, **kwargs))
            self._keep(key, features)
            return features

        return remembered

    def clear(self) -> None:
        self._kept.clear()
        self.bytes = 0

    def _keep(self, key: bytes, features: Any) -> None:
        size = sum({s.data_ptr(): s.nbytes() for s in _storages(features)}.values())
        if size > self.limit:
            return
        self._kept[key] = features, size
        self.bytes += size
        while self.bytes > self.limit:
            _, (_, gone) = self._kept.popitem(last=False)
            self.bytes -= gone


def _lean(features: Any) -> Any:
    """An encoder's output without the parts that nothing reads."""
    if not dataclasses.is_dataclass(features) or isinstance(features, type):
        return features
    kept = {f.name: getattr(features, f.name) for f in dataclasses.fields(features)}
    extra = {k: v for k, v in vars(features).items() if k not in kept}
    lean = type(features)(**{k: v for k, v in kept.items() if k not in _SHED})
    for name, value in extra.items():
        setattr(lean, name, value)
    return lean


def _tensors(value: Any) -> Iterator[Any]:
    if callable(getattr(value, "untyped_storage", None)):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _tensors(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors(part)


def _storages(features: Any) -> Iterator[Any]:
    """The memory behind the features; views share theirs."""
    fields = vars(features) if dataclasses.is_dataclass(features) else features
    return (tensor.untyped_storage() for tensor in _tensors(fields))


def _digest(arguments: Mapping[str, Any]) -> bytes:
    import torch

    digest = hashlib.sha256()

    def feed(value: Any) -> None:
        if isinstance(value, torch.Tensor):
            digest.update(f"{value.dtype}{tuple(value.shape)}".encode())
            flat = value.detach().cpu().contiguous().flatten()
            digest.update(flat.view(torch.uint8).numpy().data)
        elif isinstance(value, Mapping):
            for name in sorted(value):
                digest.update(f"{name}=".encode())
                feed(value[name])
        elif isinstance(value, (list, tuple)):
            digest.update(f"[{len(value)}]".encode())
            for part in value:
                feed(part)
        else:
            digest.update(repr(value).encode())

    feed(arguments)
    return digest.digest()
