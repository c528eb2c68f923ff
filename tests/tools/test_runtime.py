"""Slots: loaded once, in one thread, within a budget, and what serves where one cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tools.errors import OutOfMemory, Unavailable
from tools.runtime import Budget, Slot


class Engine:
    """Takes ``memory_bytes`` by its own account, and knows whether it was closed."""

    def __init__(self, memory_bytes: int = 0) -> None:
        self.memory_bytes = memory_bytes
        self.closed = False

    def close(self) -> None:
        self.closed = True


MB = 1_000_000
LIMIT = 1000 * MB  # what the test process itself gains or loses meanwhile is small beside it


def heavy(name: str, megabytes: int, budget: Budget, **options: Any) -> Slot[Engine]:
    size = megabytes * MB
    return Slot(name, lambda: Engine(size), budget=budget, expects=lambda: size, **options)


def used(slot: Slot[Engine]) -> Engine:
    return slot.submit(slot.get).result()


def test_an_engine_is_loaded_once_whoever_asks_first() -> None:
    loads = []
    slot: Slot[Engine] = Slot("one", lambda: loads.append(1) or Engine())  # type: ignore[func-returns-value]
    with ThreadPoolExecutor(8) as pool:
        engines = set(pool.map(lambda _: id(slot.get()), range(50)))
    assert len(loads) == len(engines) == 1


def test_work_runs_in_one_thread_of_the_slot() -> None:
    slot: Slot[Engine] = Slot("voice", Engine)
    names = {slot.submit(lambda: threading.current_thread().name).result() for _ in range(5)}
    assert len(names) == 1
    assert names.pop().startswith("slot-voice")


def test_work_can_be_given_to_a_slot_while_its_engine_is_loaded() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def load() -> Engine:
        begun.set()
        assert go_on.wait(20)
        return Engine()

    slot: Slot[Engine] = Slot("slow", load)
    loading = slot.submit(slot.get)
    assert begun.wait(20)
    with ThreadPoolExecutor(1) as caller:  # as an event loop would, which must not wait
        given = caller.submit(slot.submit, lambda: "done").result(timeout=20)
    assert not loading.done()
    go_on.set()
    assert given.result(timeout=20) == "done"


def test_the_least_recently_used_engine_leaves_where_room_is_needed() -> None:
    budget = Budget(LIMIT)
    first, second, third = (heavy(name, 400, budget) for name in ("first", "second", "third"))
    engines = [used(first), used(second)]
    used(first)  # so that the second is the one that was used longest ago
    used(third)
    assert (first.loaded, second.loaded, third.loaded) == (True, False, True)
    assert [engine.closed for engine in engines] == [False, True]
    assert budget.used <= LIMIT
    assert used(second) is not engines[1]  # and it comes back when it is needed


def test_an_engine_at_work_does_not_leave() -> None:
    budget = Budget(LIMIT)
    busy, other = heavy("busy", 700, budget), heavy("other", 600, budget)
    engine = used(busy)
    go = threading.Event()
    working = busy.submit(go.wait)
    used(other)
    assert busy.loaded
    assert not engine.closed
    go.set()
    working.result()


def test_what_loading_took_is_measured_where_the_estimate_was_too_low() -> None:
    budget = Budget(LIMIT)
    small: Slot[Engine] = Slot("small", lambda: Engine(300 * MB), budget=budget)
    vast: Slot[Engine] = Slot("vast", lambda: Engine(900 * MB), budget=budget)  # expects nothing
    used(small)
    used(vast)
    assert vast.memory_bytes is not None
    assert vast.memory_bytes >= 900 * MB
    assert not small.loaded


def test_memory_is_that_of_the_process_where_the_engine_does_not_tell() -> None:
    budget = Budget(LIMIT)
    slot: Slot[bytearray] = Slot("array", lambda: bytearray(b"x" * (200 * MB)), budget=budget)
    slot.submit(slot.get).result()
    assert slot.memory_bytes is not None
    assert 150 * MB < slot.memory_bytes < 400 * MB


def test_an_engine_that_never_fits_is_refused_before_it_is_loaded() -> None:
    loads: list[int] = []

    def load() -> Engine:
        loads.append(1)
        return Engine()

    slot: Slot[Engine] = Slot("huge", load, budget=Budget(LIMIT), expects=lambda: 2 * LIMIT)
    with pytest.raises(OutOfMemory, match=r"huge takes about 2\.0 GB.*memory_mb"):
        slot.get()
    assert not loads


def _no_weights() -> Engine:
    raise Unavailable("The weights of x/y are not on this machine.", "Run: hf download x/y")


def _no_memory() -> Engine:
    raise MemoryError


@pytest.mark.parametrize(
    ("load", "why"), [(_no_weights, "hf download x/y"), (_no_memory, "not enough memory")]
)
def test_the_fallback_serves_and_the_notice_says_why(load: Callable[[], Engine], why: str) -> None:
    embedded: Slot[Engine] = Slot("embedded", Engine)
    slot: Slot[Engine] = Slot("better", load, fallback=embedded)
    assert slot.name == "better"
    assert slot.get() is embedded.get()
    assert slot.name == "embedded"
    assert slot.notice.startswith("better cannot serve, so embedded does:")
    assert why in slot.notice


def test_without_a_fallback_the_reason_is_raised() -> None:
    with pytest.raises(Unavailable, match="x/y"):
        Slot("better", _no_weights).get()


def test_an_engine_that_ran_out_of_memory_at_work_gives_way_for_good() -> None:
    embedded: Slot[Engine] = Slot("embedded", Engine)
    slot = heavy("better", 100, Budget(LIMIT), fallback=embedded)
    engine = used(slot)
    assert slot.fall_back(OutOfMemory("There is not enough memory.", "Use a smaller model."))
    assert engine.closed
    assert used(slot) is embedded.get()
    assert not slot.fall_back(OutOfMemory("Again.", ""))  # there is nothing below the embedded one
    slot.unload()
    assert not slot.notice  # a new start


def test_unloading_closes_the_engine_and_ends_the_thread() -> None:
    slot: Slot[Engine] = Slot("ending", Engine)
    engine = used(slot)
    slot.unload()
    assert engine.closed
    assert not slot.loaded
    assert used(slot) is not engine


def test_two_engines_are_not_loaded_into_the_same_room() -> None:
    budget = Budget(LIMIT)
    both = threading.Barrier(2)
    loaded: list[int] = []

    def slow(slot_number: int) -> Engine:
        loaded.append(sum(s.loaded for s in slots) + 1)
        return Engine(700 * MB)

    slots: list[Slot[Engine]] = [
        Slot(f"s{n}", lambda n=n: slow(n), budget=budget, expects=lambda: 700 * MB)  # type: ignore[misc]
        for n in range(2)
    ]

    def load(slot: Slot[Engine]) -> Engine:
        both.wait(10)
        return slot.get()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(load, slots))
    assert loaded == [1, 1]
    assert budget.used <= LIMIT


def test_an_engine_at_work_is_closed_after_its_work() -> None:
    slot: Slot[Engine] = Slot("working", Engine)
    engine = used(slot)
    began, go = threading.Event(), threading.Event()

    def work() -> bool:
        began.set()
        go.wait(10)
        return engine.closed

    running, waiting = slot.submit(work), slot.submit(lambda: True)
    began.wait(10)
    slot.unload()
    assert waiting.cancelled()
    go.set()
    assert running.result(10) is False
    for _ in range(1000):
        if engine.closed:
            break
        threading.Event().wait(0.01)
    assert engine.closed
