"""Model slots: each engine is loaded once, on first use, and runs in one thread of its own.

Slots may share a :class:`Budget` of memory. Before an engine is loaded the least recently used
of the others leave until it fits; one that never fits, or whose weights are missing, hands over
to the slot named as its ``fallback``.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from tools.errors import OutOfMemory, ToolError, Unavailable, not_installed

E = TypeVar("E")
T = TypeVar("T")


class Budget:
    """The memory, in bytes, that the engines of some slots may take together.

    What an engine takes is the growth of the process while it was loaded or, where that is
    more (weights mapped from a file, memory of a GPU), what it says itself as ``memory_bytes``.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.loading = threading.RLock()
        """One engine is loaded at a time: two would both find the same room."""
        self._lock = threading.Lock()
        self._slots: dict[Slot[Any], int] = {}  # the least recently used first

    @property
    def used(self) -> int:
        with self._lock:
            return sum(self._slots.values())

    def make_room(self, needed: int, slot: Slot[Any]) -> None:
        """Let idle engines leave until ``needed`` bytes fit.

        Raises:
            OutOfMemory: they do not fit even when nothing else is loaded.
        """
        if needed > self.limit:
            raise OutOfMemory(
                f"{slot.name} takes about {needed / 1e9:.1f} GB; "
                f"engines may take {self.limit / 1e9:.1f} GB.",
                "Raise memory_mb in the settings, or name a smaller model.",
            )
        with self._lock:
            others = [s for s in self._slots if s is not slot]
        for other in others:
            if self.used + needed <= self.limit:
                return
            other.leave()

    def took(self, slot: Slot[Any], size: int) -> None:
        with self._lock:
            self._slots[slot] = size

    def touch(self, slot: Slot[Any]) -> None:
        """This slot was used last."""
        with self._lock:
            if slot in self._slots:
                self._slots[slot] = self._slots.pop(slot)

    def left(self, slot: Slot[Any]) -> None:
        with self._lock:
            self._slots.pop(slot, None)


class Slot(Generic[E]):
    """A place for one engine. ``load`` is called once, by whoever asks first.

    An engine that has a ``close()`` method is closed on :meth:`unload`. ``expects`` estimates
    what loading will take, in bytes, so that room is made before. With a ``fallback``, that
    slot's engine serves once this one cannot; ``fallen`` then says why. Where the weights are not
    there, ``expects`` raises what the loader would. An engine in a budget
    must be used only within :meth:`submit`: elsewhere it could leave while it works.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], E],
        *,
        budget: Budget | None = None,
        expects: Callable[[], int] = int,
        fallback: Slot[Any] | None = None,
    ) -> None:
        self._name = name
        self.load_seconds: float | None = None
        self.memory_bytes: int | None = None
        self.fallen: ToolError | None = None
        self.fallback = fallback
        self._load = load
        self.budget = budget
        self._expects = expects
        self._engine: E | None = None
        self._lock = threading.RLock()  # held while the engine is loaded, which takes long
        self._queue = threading.Lock()  # never held for long: an event loop may submit
        self._executor: ThreadPoolExecutor | None = None
        self._waiting: set[Future[Any]] = set()  # what is queued or at work

    @property
    def name(self) -> str:
        """The engine's, or that of the fallback where it serves."""
        return self.fallback.name if self.fallback and self.fallen else self._name

    @property
    def loaded(self) -> bool:
        return self._engine is not None

    @property
    def notice(self) -> str:
        """That the fallback serves, and why; empty where this slot's own engine does."""
        if self.fallback is None or self.fallen is None:
            return ""
        return f"{self._name} cannot serve, so {self.fallback.name} does: {self.fallen}"

    def problem(self) -> ToolError | None:
        """Why the engine cannot be loaded, as far as that shows without loading it."""
        try:
            self._expects()
        except ImportError as error:
            return not_installed(error)
        except ToolError as error:
            return error
        return None

    def get(self) -> E:
        """The engine, loaded now if it was not; the fallback's where this one cannot serve.

        Raises:
            Unavailable: a package or its weights are not there, and there is no fallback.
            OutOfMemory: it does not fit, and there is no fallback. Else what its loader raises.
        """
        with self._lock:
            if self._engine is None and not (self.fallback and self.fallen):
                try:
                    self._engine = self._loaded()
                except (Unavailable, OutOfMemory) as error:
                    if not self.fall_back(error):
                        raise
            if self.fallback is not None and self.fallen is not None:
                engine: E = self.fallback.get()
                return engine
            if self.budget is not None:
                self.budget.touch(self)
            assert self._engine is not None
            return self._engine

    def _loaded(self) -> E:
        if self.budget is None:
            return self._made()
        with self.budget.loading:
            self.budget.make_room(self._needed(), self)
            before = _resident()
            engine = self._made()
            own = int(getattr(engine, "memory_bytes", 0) or 0)
            self.memory_bytes = max(own, _resident() - before)
            self.budget.took(self, self.memory_bytes)
            self.budget.make_room(0, self)  # where the estimate was too low
        return engine

    def _needed(self) -> int:
        """What loading will take, as estimated or as it was the last time."""
        try:
            return max(self._expects(), self.memory_bytes or 0)
        except ImportError as error:
            raise not_installed(error) from error

    def _made(self) -> E:
        start = time.perf_counter()
        try:
            engine = self._load()
        except ImportError as error:
            raise not_installed(error) from error
        except MemoryError as error:
            raise OutOfMemory(
                f"There is not enough memory to load {self._name}.",
                "Close other programs, or name a smaller model.",
            ) from error
        self.load_seconds = time.perf_counter() - start
        return engine

    def fall_back(self, error: ToolError) -> bool:
        """From now on the fallback serves, where there is one; the engine leaves."""
        with self._lock:
            if self.fallback is None or self.fallen is not None:
                return False
            self.fallen = error
            self._drop()
            return True

    def submit(self, function: Callable[[], T]) -> Future[T]:
        """Run ``function`` in this slot's thread, after whatever is already queued there.

        Returns at once, also while the engine is being loaded.
        """
        with self._queue:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"slot-{self._name}")
            future = self._executor.submit(function)
            self._waiting.add(future)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: Future[Any]) -> None:
        with self._queue:
            self._waiting.discard(future)

    def leave(self) -> bool:
        """Unload to make room for another engine, unless this one is at work or being loaded."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if self._waiting or self._engine is None:
                return False
            self._drop()
            return True
        finally:
            self._lock.release()

    def unload(self) -> None:
        """Drop the engine and end the thread; the next :meth:`get` loads it again.

        What is queued is cancelled. An engine at work is closed by its own thread, after that.
        """
        with self._queue:
            executor, self._executor = self._executor, None
            waiting, self._waiting = self._waiting, set()
        if executor is None:
            self._empty()
        else:
            for future in waiting:
                future.cancel()
            closing = executor.submit(self._empty)
            executor.shutdown(wait=False)
            if not any(future.running() for future in waiting):
                closing.result()
        if self.fallback is not None:
            self.fallback.unload()

    def _empty(self) -> None:
        with self._lock:
            self.fallen = None
            self._drop()

    def _drop(self) -> None:
        engine, self._engine = self._engine, None
        if self.budget is not None:
            self.budget.left(self)
        close = getattr(engine, "close", None)
        if callable(close):
            close()
        if engine is not None and self.budget is not None:
            del engine, close
            gc.collect()  # large weights often hang in cycles: their memory is wanted now


def _resident() -> int:
    """What the process holds in memory, in bytes."""
    import psutil

    return int(psutil.Process().memory_info().rss)
