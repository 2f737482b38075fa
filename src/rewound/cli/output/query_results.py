"""Showing the answers of all worlds to a statement, and the messages about them."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rewound.cli.output import diagnostics, render
from rewound.cli.output.formats import LINE_FORMATS
from rewound.cli.output.new_file import create_file
from rewound.cli.output.spellings import OPTIONS, Spellings
from rewound.errors import RewoundError, UsageError
from rewound.figures import show_count
from rewound.mysql.columns import NUMBERS, Column, ColumnType, Row
from rewound.query.analysis import needed_for
from rewound.query.column_union import ABSENT
from rewound.query.group import group_errors, group_lacking, group_rows, group_warnings, list_once
from rewound.query.merged_result import MergedResult
from rewound.query.outcome import Summary
from rewound.query.script import UserStatement, is_read_by_line
from rewound.similar_names import suggest
from rewound.worlds.folding import fold_worlds, name_worlds
from rewound.worlds.sentences import is_predicate, tell_of_worlds

if TYPE_CHECKING:
    import pyarrow as pa

VERTICAL = "vertical"
"""The format with one value per line."""
FILE_FORMATS = ("parquet", "arrow")
"""Binary formats, which only go to a file."""
_TELL_ABSENT = frozenset({"table", VERTICAL, "markdown", "json", "jsonl"})
TABLE_ROWS = 5_000
"""The most rows that a table shows, the same share of each world: nobody reads more, and a table is
laid out as a whole (2 s).
"""


_DENIED = (" denied to user 'reader'", "READ ONLY transaction")
"""Parts of MySQL's error messages for statements that would change something."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the merged rows are processed before they are shown."""

    output_format: str
    chooses_layout: bool = False
    """The table is only the default: rows that are read line by line may be shown vertically."""
    output: Path | None = None
    """The new file for the rows; None for stdout."""
    sort_by: str | None = None
    total_limit: int | None = None
    reduce_sql: str | None = None
    is_grouped: bool = False
    lists_once: bool = False
    """Each row is shown once, with the worlds that have it if not all do."""
    bar_of: str | None = None
    """The column that gets a bar in each row of the table."""
    replaces: bool = False
    """An older file of that name may be replaced."""
    is_wide: bool = False
    is_strict: bool = False
    is_writing: bool = False
    """Changes are allowed, so a denied statement was denied to the account."""
    spellings: Spellings = OPTIONS
    """How options are typed here."""

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
    def tells_absent(self) -> bool:
        """Whether a missing column is shown differently from NULL."""
        return self.output_format in _TELL_ABSENT and self.reduce_sql is None

    @property
    def enough_rows(self) -> int | None:
        """The most rows of a world that can be shown, if that is known beforehand."""
        if self.sort_by or self.reduce_sql or self.is_grouped or self.lists_once:
            return None
        most = TABLE_ROWS if self.output_format == "table" else None
        return most if self.total_limit is None else self.total_limit


@dataclass(frozen=True, slots=True)
class ShownRows:
    """Rows in the form in which they are shown."""

    columns: tuple[Column, ...]
    runs: Iterable[Sequence[Row]]


@dataclass(slots=True)
class _ShownCounter:
    """Counts the rows that are shown while they pass."""

    shown: int = 0
    is_cut: bool = False
    """There are more."""

    def count(self, runs: Iterable[Sequence[Row]]) -> Iterator[Sequence[Row]]:
        """Yield the runs."""
        for rows in runs:
            self.shown += len(rows)
            yield rows


class _NoAnswer(Exception):
    """Every world failed after it had started to answer."""


class Stopwatch:
    """Measures how long answers take, without the time that somebody reads them in a pager."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._ended: float | None = None

    @property
    def seconds(self) -> float:
        """The time from creation until the requested rows arrived, or until now."""
        return (self._ended or time.perf_counter()) - self._started

    def watch(self, runs: Iterable[list[Row]]) -> Iterator[list[Row]]:
        """Yield the runs; stop measuring when they end, or when no more are wanted."""
        try:
            yield from runs
        finally:
            self._ended = time.perf_counter()


def show(
    merged: MergedResult, statement: UserStatement, how: Presentation, stopwatch: Stopwatch
) -> Summary:
    """Write one statement's rows, report which are missing and why, and return a summary.

    Raises:
        RewoundError: every world failed alike, worlds differ under --strict, or --reduce
            failed.
        UsageError: a requested column does not exist, or the output file cannot be created.
    """
    counter = _ShownCounter()
    if merged.has_rows:
        how = how.fit(statement, merged.result_columns.columns)
        if how.is_strict:
            merged.require_agreement()
        _warn_of_differences(merged)
        with contextlib.suppress(_NoAnswer):
            _write(_arrange(merged, how, stopwatch, counter), how, merged)
    summary = merged.summary()
    if counter.is_cut or how.lists_once:
        summary = replace(summary, shown_count=counter.shown, is_truncated=counter.is_cut)
    reasons = set(summary.failed.values())
    if _has_no_answer(merged) and len(reasons) == 1:
        names = tuple(summary.failed)
        error = reasons.pop()
        is_said_once = len(names) > 1 and not is_predicate(error)
        text = f"in every world: {error}" if is_said_once else tell_of_worlds(names, error)
        raise _explain(text, error, how)
    for names, error in group_errors(summary.failed):
        diagnostics.show_error(_explain(tell_of_worlds(names, error), error, how))
    for names, warning in group_warnings(summary.warnings):
        diagnostics.warn(f"{name_worlds(names)}: {warning}")
    if summary.cut:
        diagnostics.warn(f"{fold_worlds(summary.cut)}: output truncated by --limit")
    return summary


def _has_no_answer(merged: MergedResult) -> bool:
    """Tell whether every world failed; waits for all of them."""
    summary = merged.summary()
    return len(summary.failed) == summary.world_count > 0 and not merged.is_further


def _explain(text: str, error: str, how: Presentation) -> RewoundError:
    hint = None
    is_read = "SELECT command denied" in error  # such as of a schema that is not there
    if not how.is_writing and not is_read and any(sign in error for sign in _DENIED):
        hint = f"only reading is allowed; {how.spellings.write} allows changes"
    return RewoundError(text, hint=hint)


def _warn_of_differences(merged: MergedResult) -> None:
    for new, name in merged.result_columns.renamed.items():
        diagnostics.warn(f"column {name} appears more than once; one of them is shown as {new}")
    for worlds, names in group_lacking(merged.result_columns.lacking):
        diagnostics.warn(tell_of_worlds(worlds, f"has no {', '.join(names)}"))
    for world, what in merged.result_columns.drifted.items():
        diagnostics.warn(f"world {world}: {what}")


def _arrange(
    merged: MergedResult, how: Presentation, stopwatch: Stopwatch, counter: _ShownCounter
) -> ShownRows:
    """Return the rows as requested; rows that need no processing are not fetched yet."""
    shown = _process(merged, how, stopwatch)
    runs = shown.runs
    if how.total_limit is not None:
        runs = _cut(runs, how.total_limit, "(--total-limit)", counter)
    elif how.output_format == "table":
        remark = f"({how.spellings.every_row} shows all)"
        if how.enough_rows is not None:  # the worlds are still apart
            each = max(1, TABLE_ROWS // merged.world_count)
            runs = _cut_each(runs, each, merged.origin_count, remark, counter)
        runs = _cut(runs, TABLE_ROWS, remark, counter)
    return ShownRows(shown.columns, counter.count(runs))


def _process(merged: MergedResult, how: Presentation, stopwatch: Stopwatch) -> ShownRows:
    """Return all rows, reduced, grouped and sorted as requested.

    Raises:
        _NoAnswer: every world failed, so there is nothing to reduce.
    """
    absent = ABSENT if how.tells_absent else None
    shown = ShownRows(merged.columns, stopwatch.watch(merged.iter_rows(absent)))
    if how.reduce_sql is not None:
        with needed_for("--reduce"):
            from rewound.query.reduce import reduce_table

        table = _make_table(shown)
        if _has_no_answer(merged):
            raise _NoAnswer
        reduced = reduce_table(table, how.reduce_sql)
        shown = ShownRows(reduced.columns, [reduced.rows])
    if how.is_grouped:
        shown = _group(shown, merged.origin_count)
    if how.lists_once:
        shown = _list_once(shown, merged)
    if how.sort_by is not None:
        from rewound.query.order import sort_rows

        rows = [row for run in shown.runs for row in run]
        shown = ShownRows(shown.columns, [sort_rows(rows, shown.columns, how.sort_by)])
    return shown


def _name(row: Row, origin_count: int) -> str:
    """Return the name of the world that a row comes from, with its fleet if the row has it."""
    parts = [(part or b"").decode("utf-8", "backslashreplace") for part in row[:origin_count]]
    return "/".join(parts)


def _group(shown: ShownRows, origin_count: int) -> ShownRows:
    """Return the rows of worlds with equal answers once, after the folded names of these worlds."""
    answers = _collect(shown, origin_count)
    rows = [
        (fold_worlds(group.worlds).encode(), b"%d" % len(group.worlds), *row)
        for group in group_rows(answers)
        for row in group.rows
    ]
    groups = (Column("worlds", ColumnType.TEXT), Column("count", ColumnType.INTEGER, 64))
    return ShownRows((*groups, *shown.columns[origin_count:]), [rows])


def _list_once(shown: ShownRows, merged: MergedResult) -> ShownRows:
    """Return each row once, followed by the worlds that have it, if others lack some rows."""
    answers = _collect(shown, merged.origin_count)
    columns = shown.columns[merged.origin_count :]
    listed = list_once(answers)
    answered = len(merged.summary().answered) + len(merged.summary().empty)
    if all(len(worlds) == answered for worlds, _ in listed):
        return ShownRows(columns, [[row for _, row in listed]])
    rows = [
        (*row, b"" if len(worlds) == answered else fold_worlds(worlds).encode())
        for worlds, row in listed
    ]
    return ShownRows((*columns, Column("only in", ColumnType.TEXT)), [rows])


def _collect(shown: ShownRows, origin_count: int) -> dict[str, list[Row]]:
    """Return the rows by the names of their worlds, without these columns."""
    answers: dict[str, list[Row]] = {}
    for run in shown.runs:
        for row in run:
            answers.setdefault(_name(row, origin_count), []).append(row[origin_count:])
    return answers


def _cut_each(
    runs: Iterable[Sequence[Row]],
    limit: int,
    origin_count: int,
    remark: str,
    counter: _ShownCounter,
) -> Iterator[Sequence[Row]]:
    """Yield at most `limit` rows of each world, and warn about worlds that have more."""
    counts: Counter[str] = Counter()
    cut: dict[str, None] = {}
    for rows in runs:
        world = _name(rows[0], origin_count)
        left = limit - counts[world]
        counts[world] += len(rows)
        if len(rows) > left:
            cut[world] = None
        if left > 0:
            yield rows[:left]
    if cut:
        counter.is_cut = True
        diagnostics.warn(
            f"{fold_worlds(cut)}: output truncated to {show_count(limit, 'row')} {remark}"
        )


def _cut(
    runs: Iterable[Sequence[Row]], limit: int, remark: str, counter: _ShownCounter
) -> Iterator[Sequence[Row]]:
    """Yield at most this many rows, and warn if there are more."""
    left = limit
    for rows in runs:
        if len(rows) > left:
            counter.is_cut = True
            yield rows[:left]
            diagnostics.warn(f"output truncated to {show_count(limit, 'row')} {remark}")
            return
        left -= len(rows)
        yield rows


def _find_number(columns: Sequence[Column], wanted: str) -> str:
    """Return the name of a numeric column, ignoring case."""
    numbers = {column.name.casefold(): column.name for column in columns if column.type in NUMBERS}
    if wanted.casefold() not in numbers:
        raise UsageError(
            f"--chart {wanted}: no such numeric column",
            hint=suggest(wanted, numbers.values(), listed_as="numeric columns"),
        )
    return numbers[wanted.casefold()]


def _write(shown: ShownRows, how: Presentation, merged: MergedResult) -> None:
    """Write rows to stdout or a file.

    Raises:
        _NoAnswer: every world failed, so nothing was written but what came before.
    """
    runs: Iterable[Sequence[Row]] = (rows for rows in shown.runs if rows)
    if how.output is None:
        first = next(iter(runs), None)
        if first is None and _has_no_answer(merged):
            raise _NoAnswer
        runs = runs if first is None else chain([first], runs)
        bar_of = None if how.bar_of is None else _find_number(shown.columns, how.bar_of)
        hidden_columns = render.write_runs(
            shown.columns,
            runs,
            how.output_format,
            is_wide=how.is_wide,
            bar_of=bar_of,
            wraps=how.lists_once,
            labels=0 if how.lists_once or how.reduce_sql else merged.origin_count,
        )
        diagnostics.warn_of_hidden_columns(hidden_columns, widening=how.spellings.wide)
        return
    with create_file(how.output, replaces=how.replaces) as out:
        if how.output_format in FILE_FORMATS:
            with needed_for(f"--format {how.output_format}"):
                from rewound.query.files import write_table

            write_table(_make_table(ShownRows(shown.columns, runs)), out, how.output_format)
        else:
            render.write_chunks(LINE_FORMATS[how.output_format](shown.columns, runs), out)
        if _has_no_answer(merged):
            raise _NoAnswer


def _make_table(shown: ShownRows) -> "pa.Table":
    from rewound.query.typed import make_table

    typed = make_table(shown.columns, shown.runs)
    for name, value in typed.kept_as_text.items():
        diagnostics.warn(f"column {name} is kept as text, because its type cannot hold {value}")
    return typed.table
