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
from tests.waiting import wait_until

PLAYER, SCORE = ("game", "player"), ("game", "score")
AWAY = DeferredIndexes(IndexDeferral(("DROP KEY `a`",), ("ADD KEY `a` (`x`)",)), "CREATE TABLE …")
DEADLINE_S = 10.0


@dataclass
class Notes:
    """What all loaders of a test did."""

    begun: list[tuple[str, str]] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    at_work: int = 0
    most_at_work: int = 0
    awaited: int = 1
    """The first batch waits until so many are at work."""
    held: tuple[str, str] | None = None
    """What is not done before `gate` is open."""
    gate: threading.Event = field(default_factory=threading.Event)
    is_aborted: bool = False
    fails_at: str = ""
    moved: threading.Condition = field(default_factory=threading.Condition)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        with self.moved:
            assert self.moved.wait_for(is_so, DEADLINE_S)

    def of(self, table: TableKey) -> list[str]:
        return [what for what, name in self.done if name == table[1]]


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
        self.begin("away", table)
        self.end("away", table)
        return AWAY

    def rebuild_secondary_indexes(self, table: TableKey, away: DeferredIndexes) -> None:
        self.begin("back", table)
        self.end("back", table)

    def load(self, table: TableKey, batch: Batch) -> None:
        with self.notes.moved:
            self.notes.at_work += 1
            self.notes.most_at_work = max(self.notes.at_work, self.notes.most_at_work)
            self.notes.moved.notify_all()
        self.notes.wait_until(lambda: self.notes.most_at_work >= self.notes.awaited)
        self.begin(f"row {batch.verdict.line}", table)
        with self.notes.moved:
            self.notes.at_work -= 1
        self.end(f"row {batch.verdict.line}", table)

    def abort(self) -> None:
        self.notes.is_aborted = True
        self.notes.gate.set()

    def begin(self, what: str, table: TableKey) -> None:
        with self.notes.moved:
            self.notes.begun.append((what, table[1]))
            self.notes.moved.notify_all()
        if (what, table[1]) == self.notes.held:
            assert self.notes.gate.wait(DEADLINE_S)

    def end(self, what: str, table: TableKey) -> None:
        with self.notes.moved:
            self.notes.done.append((what, table[1]))
            self.notes.moved.notify_all()
        if self.notes.fails_at == what:
            raise LoadError(f"{what} failed")


def batch(line: int, size_bytes: int = 10) -> Batch:
    return Batch(Verdict(Statement(Kind.INSERT, b"x" * size_bytes), line), None, ())


def workers(
    notes: Notes,
    *,
    count: int = 2,
    cpu_budget: CpuBudget | None = None,
    cancelled: threading.Event | None = None,
    keys_later: bool = False,
) -> LoadWorkers:
    return LoadWorkers(
        lambda: NotingLoader(notes),
        count=count,
        cpu_budget=cpu_budget or CpuBudget(count),
        cancelled=cancelled or threading.Event(),
        keys_later=keys_later,
    )


def test_keys_are_away_before_the_first_rows_and_back_behind_the_last():
    notes = Notes(awaited=2, held=("row 3", "score"))
    with workers(notes) as working:
        for line in range(4):
            working.add(SCORE, batch(line), keeps_order=False)
        # The other worker goes on to this table, as it may not put the keys back.
        working.add(PLAYER, batch(4), keeps_order=False)
        notes.wait_until(lambda: ("row 4", "player") in notes.done)
        assert ("back", "score") not in notes.begun
        notes.gate.set()
        working.wait_for()
    away, *rows, back = notes.of(SCORE)
    assert (away, back) == ("away", "back")
    assert sorted(rows) == [f"row {line}" for line in range(4)]
    assert notes.most_at_work == 2


def test_keys_that_come_later_wait_for_the_rows_of_all_tables():
    notes = Notes()
    with workers(notes, keys_later=True) as working:
        working.add(SCORE, batch(0), keeps_order=False)
        working.add(PLAYER, batch(1), keeps_order=False)
        working.wait_for_rows()
        assert sorted(notes.done) == [
            ("away", "player"),
            ("away", "score"),
            ("row 0", "score"),
            ("row 1", "player"),
        ]
        working.wait_for()
    assert [notes.of(table)[-1] for table in (SCORE, PLAYER)] == ["back", "back"]


def test_a_statement_that_needs_a_table_finds_its_keys_even_if_those_of_others_come_later():
    notes = Notes()
    with workers(notes, keys_later=True) as working:
        working.add(SCORE, batch(0), keeps_order=False)
        working.add(PLAYER, batch(1), keeps_order=False)
        working.wait_for([SCORE])
        assert notes.of(SCORE) == ["away", "row 0", "back"]
        working.wait_for_rows()
        assert "back" not in notes.of(PLAYER)
        working.wait_for()


def test_rows_wait_while_keys_are_taken_away():
    notes = Notes(held=("away", "score"))
    with workers(notes) as working:
        for line in range(2):
            working.add(SCORE, batch(line), keeps_order=False)
        working.add(PLAYER, batch(2), keeps_order=False)
        notes.wait_until(lambda: ("row 2", "player") in notes.done)
        assert [what for what, table in notes.begun if table == "score"] == ["away"]
        notes.gate.set()
        working.wait_for()


def test_rows_of_a_table_that_keeps_its_order_come_one_after_the_other():
    notes = Notes(held=("row 0", "score"))
    with workers(notes, count=3) as working:
        for line in range(6):
            working.add(SCORE, batch(line), keeps_order=True)
        working.add(PLAYER, batch(6), keeps_order=False)
        notes.wait_until(lambda: ("row 6", "player") in notes.done)
        assert [what for what, table in notes.begun if table == "score"] == ["away", "row 0"]
        notes.gate.set()
        working.wait_for()
    assert notes.of(SCORE) == ["away", *(f"row {line}" for line in range(6)), "back"]


def test_a_table_is_complete_when_the_dump_goes_on_to_another():
    notes = Notes()
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
    assert notes.of(SCORE) == ["away", "row 1", "back", "row 2", "away", "row 3", "back"]


def test_rows_wait_while_keys_are_put_back():
    notes = Notes(held=("back", "score"))
    with workers(notes) as working:
        working.add(SCORE, batch(1), keeps_order=False)
        working.add(PLAYER, batch(2), keeps_order=False)
        notes.wait_until(lambda: ("back", "score") in notes.begun)
        working.add(SCORE, batch(3), keeps_order=False)
        working.add(PLAYER, batch(4), keeps_order=False)
        notes.wait_until(lambda: ("row 4", "player") in notes.done)
        assert ("row 3", "score") not in notes.begun
        notes.gate.set()
        working.wait_for()
    assert notes.of(SCORE) == ["away", "row 1", "back", "row 3"]


def test_workers_share_the_cpu_budget():
    notes, cpu_budget = Notes(held=("row 0", "score")), CpuBudget(1)
    with workers(notes, count=4, cpu_budget=cpu_budget) as working:
        for line in range(4):
            working.add(SCORE, batch(line), keeps_order=False)
        wait_until(lambda: len(cpu_budget._waiting) == 3)
        notes.gate.set()
        working.wait_for()
    assert notes.most_at_work == 1


@pytest.mark.parametrize("step", ["away", "row 1", "back"])
def test_what_fails_in_a_worker_fails_the_load(step):
    notes = Notes(fails_at=step)
    with workers(notes) as working, pytest.raises(LoadError, match=f"{step} failed"):
        working.add(SCORE, batch(1), keeps_order=False)
        working.wait_for()


def test_an_interruption_ends_the_waiting():
    notes, cancelled = Notes(held=("row 1", "score")), threading.Event()
    cancelled.set()
    with pytest.raises(Interrupted), workers(notes, cancelled=cancelled) as working:
        working.add(SCORE, batch(1), keeps_order=False)
        working.wait_for()
    assert notes.is_aborted


def test_the_reader_waits_while_workers_have_enough_to_do():
    notes = Notes(held=("row 0", "score"))

    class OpensTheGate(threading.Event):
        """It is asked whether it is set by a reader that waits, and by no other."""

        def is_set(self) -> bool:
            notes.gate.set()
            return False

    with workers(notes, count=1, cancelled=OpensTheGate()) as working:
        for line in range(3):
            working.add(SCORE, batch(line, 6 << 20), keeps_order=False)
        # The third was taken only when the first was in.
        assert ("row 0", "score") in notes.done
        working.wait_for()


def test_without_rows_there_is_nothing_to_wait_for():
    notes = Notes()
    with workers(notes) as working:
        working.wait_for()
        working.wait_for([SCORE])
    assert notes.done == []
