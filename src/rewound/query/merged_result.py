"""The answers of all worlds to one statement as one table, row by row."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from rewound.errors import RewoundError
from rewound.mysql.columns import Column, ColumnType, Row
from rewound.query.column_union import spread
from rewound.query.fanout import ResultStream
from rewound.query.outcome import Outcome, Summary, summarise
from rewound.query.result_columns import WORLD, ResultColumns, choose_result_columns
from rewound.worlds.folding import name_worlds
from rewound.worlds.sentences import tell_of_worlds


class MergedResult:
    """One table with the world's name in front of every row; to be taken once."""

    def __init__(self, stream: ResultStream, *, origin: Sequence[str] = (WORLD,)) -> None:
        """Take the answers of the worlds; `origin` are the columns in front.

        There are as many as the names of worlds have parts, separated by slashes.
        """
        self._stream = stream
        self._origin = tuple(origin)

    @property
    def is_further(self) -> bool:
        """Whether the statement has answered before; only worlds with one more answer are in it."""
        return self._stream.is_further

    @property
    def world_count(self) -> int:
        """How many worlds were asked."""
        return self._stream.world_count

    @cached_property
    def result_columns(self) -> ResultColumns:
        """The columns after the world's; waits until every world has begun to answer."""
        columns = self._stream.columns()
        return choose_result_columns(columns, self._origin) if columns else ResultColumns(())

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, those of the origin in front."""
        origin = (Column(name, ColumnType.TEXT) for name in self._origin)
        return (*origin, *self.result_columns.columns)

    @property
    def origin_count(self) -> int:
        """How many of them are of the origin."""
        return len(self._origin)

    @property
    def has_rows(self) -> bool:
        """Whether the statement is one with rows to show, in any world."""
        return bool(self.result_columns.columns)

    def require_agreement(self) -> None:
        """Refuse worlds that differ in their columns.

        Raises:
            RewoundError: some do.
        """
        chosen = self.result_columns
        lacking = {world: f"has no {', '.join(names)}" for world, names in chosen.lacking.items()}
        different = {**chosen.misfits, **lacking, **chosen.drifted}
        if different:
            world, what = next(iter(different.items()))
            message = tell_of_worlds([world], what)
            if len(different) > 1:
                message = f"{name_worlds(different)} differ from the others; {message}"
            raise RewoundError(
                message,
                hint="without --strict, differing columns are merged",
            )

    def iter_rows(self, absent: bytes | None = None) -> Iterator[list[Row]]:
        """Yield runs of rows, the worlds in their order.

        `absent` is the value of columns that a world does not have: NULL, or `ABSENT`.
        """
        misfits, places = self.result_columns.misfits, self.result_columns.places
        for world, rows in self._stream.iter_rows():
            if world not in misfits:
                parts = world.split("/", len(self._origin) - 1)
                name = tuple(part.encode("utf-8", "backslashreplace") for part in parts)
                fitting = spread(rows, places[world], absent) if world in places else rows
                yield [name + row for row in fitting]

    def outcomes(self) -> dict[str, Outcome]:
        """Return how it went in every world; rows not taken yet are dropped."""
        outcomes = self._stream.outcomes()
        for world, what in self.result_columns.misfits.items():
            outcomes[world] = Outcome(error=what)
        return outcomes

    def summary(self) -> Summary:
        """Return how it went in all worlds; rows not taken yet are dropped."""
        return summarise(self.outcomes())
