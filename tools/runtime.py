"""Model slots: each engine is loaded once, on first use, and runs in one thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from tools.errors import not_installed

E = TypeVar("E")
T = TypeVar("T")


class Slot(Generic[E]):
    """A place for one engine. ``load`` is called once, by whoever asks first.

    An engine that has a ``close()`` method is closed on :meth:`unload`.
    """

    def __init__(self, name: str, load: Callable[[], E]) -> None:
        self.name = name
        self.load_seconds: float | None = None
        self._load = load
        self._engine: E | None = None
        self._lock = threading.RLock()
        self._executor: ThreadPoolExecutor | None = None

    @property
    def loaded(self) -> bool:
        return self._engine is not None

    def get(self) -> E:
        """The engine, loaded now if it was not.

        Raises:
            Unavailable: a package that it needs is not installed. Else what its loader raises.
        """
        with self._lock:
            if self._engine is None:
                start = time.perf_counter()
                try:
                    self._engine = self._load()
                except ImportError as error:
                    raise not_installed(error) from error
                self.load_seconds = time.perf_counter() - start
            return self._engine

    def submit(self, function: Callable[[], T]) -> Future[T]:
        """Run ``function`` in this slot's thread, after whatever is already queued there."""
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"slot-{self.name}")
            return self._executor.submit(function)

    def unload(self) -> None:
        """Drop the engine and end the thread; the next :meth:`get` loads it again."""
        with self._lock:
            engine, self._engine = self._engine, None
            executor, self._executor = self._executor, None
        close = getattr(engine, "close", None)
        if callable(close):
            close()
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
