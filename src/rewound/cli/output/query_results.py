"""Shows the answers of all worlds to a statement, and the messages about them."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from rewound.catalog import fold_worlds, name_worlds
from rewound.cli.output import diagnostics, render
from rewound.cli.output.formats import LINE_FORMATS
from rewound.errors import RewoundError, UsageError
from rewound.mysql.columns import NUMBERS, Column, ColumnType, Row
from rewound.query.analysis import needed_for
from rewound.query.group import group_errors, group_rows, group_warnings
from rewound.query.merged_result import MergedResult
from rewound.query.outcome import Summary
from rewound.query.script import UserStatement, is_read_by_line
from rewound.similar_names import suggest

if TYPE_CHECKING:
    import pyarrow as pa

VERTICAL = "vertical"
"""The format with one value per line."""
FILE_FORMATS = ("parquet", "arrow")
"""Formats that are no text, and only go to a file."""
TABLE_ROWS = 5_000
"""How many rows a table shows at the most, of each world the same share: nobody reads on, and
it is laid out as a whole (2 s)."""


_HINTS = (
    ("denied to user 'reader'", "reader may only read; --write runs it as dev, who may write"),
)
"""What to do about some errors of MySQL, by a part of them."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the merged rows are processed before they are shown."""

    output_format: str
    chooses_layout: bool = False
    """The table is only the default: what is read line by line may be shown vertically."""
    output: Path | None = None
    """The new file that they go to; None for stdout."""
    sort_by: str | None = None
    total_limit: int | None = None
    reduce_sql: str | None = None
    is_grouped: bool = False
    bar_of: str | None = None
    """The column that gets a bar in each row of the table."""
    is_wide: bool = False
    is_strict: bool = False

    def fit(self, statement: UserStatement, columns: Sequence[Column]) -> "Presentation":
        r"""Return how the rows of one statement are shown: after \G, one value per line.

        `columns` are those of the worlds' answers.
        """
        names = [column.name for column in columns]
        chooses = self.chooses_layout and is_read_by_line(statement.text, names)
        if self.output_format == "table" and (statement.is_vertical or chooses):
            return replace(self, output_format=VERTICAL, bar_of=None)
        return self

    @property
    def enough_rows(self) -> int | None:
        """How many rows of a world can be shown at the most, if that is known beforehand."""
        if self.sort_by or self.reduce_sql or self.is_grouped:
            return None
        most = TABLE_ROWS if self.output_format == "table" else None
        return most if self.total_limit is None else self.total_limit


@dataclass(frozen=True, slots=True)
class ShownRows:
    """Rows as they are to be shown."""

    columns: tuple[Column, ...]
    runs: Iterable[Sequence[Row]]


class Stopwatch:
    """Measures how long answers take to come; not how long somebody reads them in a pager."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._ended: float | None = None

    @property
    def seconds(self) -> float:
        """From its making until the rows that were wanted were there, else until now."""
        return (self._ended or time.perf_counter()) - self._started

    def watch(self, runs: Iterable[list[Row]]) -> Iterator[list[Row]]:
        """Yield the runs; stop when they end, or when no more of them are wanted."""
        try:
            yield from runs
        finally:
            self._ended = time.perf_counter()


def show(
    merged: MergedResult, statement: UserStatement, how: Presentation, stopwatch: Stopwatch
) -> Summary:
    """Write one statement's rows, say whose are missing and why, and return how it went.

    Raises:
        RewoundError: every world failed alike, worlds differ under --strict, or --reduce
            failed.
        UsageError: a column that is asked for is not there, or the output cannot be made.
    """
    if merged.has_rows:
        how = how.fit(statement, merged.result_columns.columns)
        if how.is_strict:
            merged.require_agreement()
        _warn_of_differences(merged)
        _write(_arrange(merged, how, stopwatch), how)
    summary = merged.summary()
    reasons = set(summary.failed.values())
    is_all = len(summary.failed) == summary.world_count > 0 and not merged.is_further
    if is_all and len(reasons) == 1:
        names = tuple(summary.failed)
        who = f"world {names[0]}" if len(names) == 1 else "in every world"
        raise _explain(who, reasons.pop())
    for names, error in group_errors(summary.failed):
        diagnostics.show_error(_explain(name_worlds(names), error))
    for names, warning in group_warnings(summary.warnings):
        diagnostics.warn(f"{name_worlds(names)}: {warning}")
    if summary.cut:
        diagnostics.warn(f"{fold_worlds(summary.cut)}: output truncated by --limit")
    return summary


def _explain(who: str, error: str) -> RewoundError:
    hint = next((text for sign, text in _HINTS if sign in error), None)
    return RewoundError(f"{who}: {error}", hint=hint)


def _warn_of_differences(merged: MergedResult) -> None:
    for new, name in merged.result_columns.renamed.items():
        diagnostics.warn(f"column {name} appears more than once; one of them is shown as {new}")
    for world, what in merged.result_columns.drifted.items():
        diagnostics.warn(f"world {world}: {what}")


def _arrange(merged: MergedResult, how: Presentation, stopwatch: Stopwatch) -> ShownRows:
    """Return the rows as requested; rows that need no processing are not fetched yet."""
    shown = ShownRows(merged.columns, stopwatch.watch(merged.iter_rows()))
    if how.reduce_sql is not None:
        with needed_for("--reduce"):
            from rewound.query.reduce import reduce_table

        reduced = reduce_table(_make_table(shown), how.reduce_sql)
        shown = ShownRows(reduced.columns, [reduced.rows])
    if how.is_grouped:
        shown = _group(shown)
    if how.sort_by is not None:
        from rewound.query.order import sort_rows

        rows = [row for run in shown.runs for row in run]
        shown = ShownRows(shown.columns, [sort_rows(rows, shown.columns, how.sort_by)])
    if how.total_limit is not None:
        return ShownRows(shown.columns, _cut(shown.runs, how.total_limit, "(--total-limit)"))
    if how.output_format == "table":
        most = TABLE_ROWS
        runs = shown.runs
        if how.enough_rows is not None:  # the worlds are still apart
            runs = _cut_each(runs, max(1, most // merged.world_count))
        return ShownRows(shown.columns, _cut(runs, most, "(--format csv has all)"))
    return shown


def _group(shown: ShownRows) -> ShownRows:
    """Return the rows of worlds with identical answers once, with the folded names in front."""
    answers: dict[str, list[Row]] = {}
    for run in shown.runs:
        for world, *row in run:
            answers.setdefault((world or b"").decode("utf-8", "backslashreplace"), []).append(
                tuple(row)
            )
    rows = [
        (fold_worlds(group.worlds).encode(), b"%d" % len(group.worlds), *row)
        for group in group_rows(answers)
        for row in group.rows
    ]
    groups = (Column("worlds", ColumnType.TEXT), Column("count", ColumnType.INTEGER, 64))
    return ShownRows((*groups, *shown.columns[1:]), [rows])


def _cut_each(runs: Iterable[Sequence[Row]], limit: int) -> Iterator[Sequence[Row]]:
    """Yield at most this many rows of each world, and warn about worlds with more."""
    counts: Counter[bytes] = Counter()
    cut: dict[bytes, None] = {}
    for rows in runs:
        world = rows[0][0] or b""
        left = limit - counts[world]
        counts[world] += len(rows)
        if len(rows) > left:
            cut[world] = None
        if left > 0:
            yield rows[:left]
    if cut:
        names = fold_worlds(world.decode("utf-8", "backslashreplace") for world in cut)
        diagnostics.warn(f"{names}: output truncated to {limit:,} rows (--format csv has all)")


def _cut(runs: Iterable[Sequence[Row]], limit: int, remark: str) -> Iterator[Sequence[Row]]:
    """Yield at most this many rows, and warn if there are more."""
    left = limit
    for rows in runs:
        if len(rows) > left:
            yield rows[:left]
            diagnostics.warn(f"output truncated to {limit:,} rows {remark}")
            return
        left -= len(rows)
        yield rows


def _find_number(columns: Sequence[Column], wanted: str) -> str:
    """Return the name of a column of numbers, whatever the case of its letters."""
    numbers = {column.name.casefold(): column.name for column in columns if column.type in NUMBERS}
    if wanted.casefold() not in numbers:
        raise UsageError(
            f"--chart {wanted}: no such numeric column",
            hint=suggest(wanted, numbers.values(), listed_as="numeric columns"),
        )
    return numbers[wanted.casefold()]


def _write(shown: ShownRows, how: Presentation) -> None:
    runs = (rows for rows in shown.runs if rows)
    if how.output is None:
        bar_of = None if how.bar_of is None else _find_number(shown.columns, how.bar_of)
        hidden_columns = render.write_runs(
            shown.columns, runs, how.output_format, is_wide=how.is_wide, bar_of=bar_of
        )
        if hidden_columns:
            names = ", ".join(hidden_columns)
            diagnostics.warn(
                f"columns omitted for lack of width: {names}; --wide shows all of them"
            )
        return
    with _create(how.output) as out:
        if how.output_format in FILE_FORMATS:
            with needed_for(f"--format {how.output_format}"):
                from rewound.query.files import write_table

            write_table(_make_table(ShownRows(shown.columns, runs)), out, how.output_format)
        else:
            render.write_chunks(LINE_FORMATS[how.output_format](shown.columns, runs), out)


def _make_table(shown: ShownRows) -> "pa.Table":
    from rewound.query.typed import make_table

    typed = make_table(shown.columns, shown.runs)
    for name, value in typed.kept_as_text.items():
        diagnostics.warn(f"column {name} is kept as text, because its type cannot hold {value}")
    return typed.table


@contextlib.contextmanager
def _create(path: Path) -> Iterator[BinaryIO]:
    """Open a new file; it is removed if it cannot be finished."""
    try:
        out = path.open("xb")
    except OSError as error:
        raise UsageError(
            f"--output {path}: {error.strerror}",
            hint="choose a file that does not exist, in a folder that does",
        ) from error
    with out:
        try:
            yield out
        except BaseException:
            path.unlink(missing_ok=True)
            raise
