"""What workers do in which order, with a loader that only takes notes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import pytest

from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.statement import Kind, Statement
from rewound.errors import Interrupted, LoadError
from rewound.load.cpu_budget import CpuBudget
from rewound.load.objects import TableKey
from rewound.load.rows import Batch, DeferredIndexes
from rewound.load.secondary_indexes import IndexDeferral
from rewound.load.workers import LoadWorkers

PLAYER, SCORE = ("game", "player"), ("game", "score")
AWAY = DeferredIndexes(IndexDeferral(("DROP KEY `a`",), ("ADD KEY `a` (`x`)",)), "CREATE TABLE …")
LINGER_S = 0.01
DEADLINE_S = 10.0


@dataclass
class Notes:
    """What all loaders of a test did."""

    done: list[tuple[str, str]] = field(default_factory=list)
    at_work: int = 0
    most_at_work: int = 0
    awaited: int = 1
    """The first batch waits until so many are at work."""
    hold: threading.Event = field(default_factory=threading.Event)
    """Once it is set, no batch lingers to see whether others come."""
    rebuilding: threading.Event = field(default_factory=threading.Event)
    fails_at: str = ""
    moved: threading.Condition = field(default_factory=threading.Condition)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        with self.moved:
            assert self.moved.wait_for(is_so, DEADLINE_S)


class NotingLoader:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def drop_secondary_indexes(self, table: TableKey, line: int) -> DeferredIndexes | None:
        self.note("away", table)
        return AWAY

    def rebuild_secondary_indexes(self, table: TableKey, away: DeferredIndexes) -> None:
        self.notes.rebuilding.set()
        threading.Event().wait(2 * LINGER_S)
        self.note("back", table)

    def load(self, table: TableKey, batch: Batch) -> None:
        with self.notes.moved:
            self.notes.at_work += 1
            self.notes.most_at_work = max(self.notes.at_work, self.notes.most_at_work)
            self.notes.moved.notify_all()
        self.notes.wait_until(lambda: self.notes.most_at_work >= self.notes.awaited)
        self.notes.hold.wait(LINGER_S)
        with self.notes.moved:
            self.notes.at_work -= 1
        self.note(f"row {batch.verdict.line}", table)

    def abort(self) -> None:
        self.notes.hold.set()

    def note(self, what: str, table: TableKey) -> None:
        with self.notes.moved:
            self.notes.done.append((what, table[1]))
            self.notes.moved.notify_all()
        if self.notes.fails_at == what:
            raise LoadError(f"{what} failed")


def batch(line: int, size_bytes: int = 10) -> Batch:
    return Batch(Verdict(Statement(Kind.INSERT, b"x" * size_bytes), line), None, ())


def workers(
    notes: Notes, *, count: int = 2, cores: int = 2, cancelled: bool = False
) -> LoadWorkers:
    event = threading.Event()
    if cancelled:
        event.set()
    return LoadWorkers(
        lambda: NotingLoader(notes),
        count=count,
        cpu_budget=CpuBudget(cores),
        cancelled=event,
    )


def test_keys_are_away_before_the_first_rows_and_back_behind_the_last():
    notes = Notes(awaited=2)
    with workers(notes) as working:
        for line in range(4):
            working.add(SCORE, batch(line), keeps_order=False)
        working.wait_for()
    assert notes.done[0] == ("away", "score")
    assert notes.done[-1] == ("back", "score")
    assert sorted(notes.done[1:-1]) == [(f"row {line}", "score") for line in range(4)]
    assert notes.most_at_work == 2


def test_rows_of_a_table_that_keeps_its_order_come_one_after_the_other():
    notes = Notes()
    with workers(notes, count=3, cores=3) as working:
        for line in range(6):
            working.add(SCORE, batch(line), keeps_order=True)
        working.wait_for()
    assert [what for what, _ in notes.done[1:-1]] == [f"row {line}" for line in range(6)]
    assert notes.most_at_work == 1


def test_a_table_is_complete_when_the_dump_goes_on_to_another():
    notes = Notes()
    notes.hold.set()
    with workers(notes) as working:
        working.add(PLAYER, batch(1), keeps_order=False)
        working.add(SCORE, batch(2), keeps_order=False)
        notes.wait_until(lambda: ("back", "player") in notes.done)
        assert ("back", "score") not in notes.done
        working.wait_for([SCORE])
        assert ("back", "score") in notes.done


def test_rows_that_come_later_find_the_keys_there_until_the_table_is_a_new_one():
    notes = Notes()
    with workers(notes) as working:
        working.add(SCORE, batch(1), keeps_order=False)
        working.wait_for([SCORE])
        working.add(SCORE, batch(2), keeps_order=False)
        working.wait_for()
        working.forget([SCORE])
        working.add(SCORE, batch(3), keeps_order=False)
        working.wait_for()
    first = ["away", "row 1", "back", "row 2"]
    assert [what for what, _ in notes.done] == [*first, "away", "row 3", "back"]


def test_rows_wait_while_keys_are_put_back():
    notes = Notes()
    notes.hold.set()
    with workers(notes) as working:
        working.add(SCORE, batch(1), keeps_order=False)
        working.add(PLAYER, batch(2), keeps_order=False)
        assert notes.rebuilding.wait(DEADLINE_S)
        working.add(SCORE, batch(3), keeps_order=False)
        working.wait_for()
    done = [what for what, table in notes.done if table == "score"]
    assert done == ["away", "row 1", "back", "row 3"]


def test_workers_share_the_cpu_budget():
    notes = Notes()
    with workers(notes, count=4, cores=1) as working:
        for line in range(4):
            working.add(SCORE, batch(line), keeps_order=False)
        working.wait_for()
    assert notes.most_at_work == 1


@pytest.mark.parametrize("step", ["away", "row 1", "back"])
def test_what_fails_in_a_worker_fails_the_load(step):
    notes = Notes(fails_at=step)
    notes.hold.set()
    with workers(notes) as working, pytest.raises(LoadError, match=f"{step} failed"):
        working.add(SCORE, batch(1), keeps_order=False)
        working.wait_for()


def test_an_interruption_ends_the_waiting():
    notes = Notes()
    with pytest.raises(Interrupted), workers(notes, cancelled=True) as working:
        working.add(SCORE, batch(1), keeps_order=False)
        working.wait_for()
    assert notes.hold.is_set()


def test_the_reader_waits_while_workers_have_enough_to_do():
    notes = Notes()
    sizes = [6 << 20, 6 << 20, 6 << 20]
    with workers(notes, count=1) as working:
        for line, size_bytes in enumerate(sizes):
            working.add(SCORE, batch(line, size_bytes), keeps_order=False)
        # The third was taken only when the first was in.
        assert ("row 0", "score") in notes.done
        working.wait_for()


def test_without_rows_there_is_nothing_to_wait_for():
    notes = Notes()
    with workers(notes) as working:
        working.wait_for()
        working.wait_for([SCORE])
    assert notes.done == []
