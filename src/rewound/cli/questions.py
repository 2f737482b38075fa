"""Running statements in all worlds and showing the answers: `query` and its prompt."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rewound.cli.output import diagnostics
from rewound.cli.output.query_results import FILE_FORMATS, Presentation, Stopwatch, show
from rewound.cli.parameters.shared_options import FORMATS
from rewound.errors import RewoundError, SomeWorldsFailed, UsageError
from rewound.figures import show_count
from rewound.operations import querying as operations
from rewound.operations.audience import Audience
from rewound.query.analysis import needed_for
from rewound.query.merged_result import MergedResult
from rewound.query.outcome import Summary
from rewound.query.query_options import QueryOptions
from rewound.query.result_columns import WORLD
from rewound.query.script import UserStatement, find_unset_variables
from rewound.worlds.folding import fold_worlds

_WITHOUT_ROWS = frozenset({"SET", "USE", "DO"})


@dataclass(frozen=True, slots=True)
class Setting:
    """The worlds to ask, and how, as the options say."""

    audience: Audience
    schema: str | None
    options: QueryOptions
    may_write: bool
    presentation: Presentation
    is_timed: bool = False
    """Whether to print how long each statement took."""


def ask(statements: Sequence[UserStatement], setting: Setting) -> None:
    """Run statements in the worlds, show their rows, and report how each went.

    Raises:
        RewoundError: no world answered.
        SomeWorldsFailed: some worlds did not answer.
    """
    _require_one_answer(statements, setting.presentation)
    variables = list(setting.options.variables)
    for name in find_unset_variables([each.text for each in statements], variables):
        way = setting.presentation.spellings.variable.format(name)
        diagnostics.warn(f"@{name} has no value, so it is NULL; set it with {way}")
    # Rows are plain tuples without cycles, and searching them for cycles takes as long as all the
    # rest (1,000,000 rows as tsv: 1.1 CPU-seconds with it, 0.5 without).
    gc.disable()
    try:
        show_summary(*_run(statements, setting))
    finally:
        gc.enable()


def require_possible(how: Presentation) -> None:
    """Refuse incompatible options before any statement runs."""
    if how.output is None and how.output_format in FILE_FORMATS:
        raise UsageError(
            f"--format {how.output_format} cannot be written to a terminal or pipe",
            hint=f"--output scores.{how.output_format}",
        )
    if how.output is not None and how.output_format == "table":
        endings = ", ".join(f".{each}" for each in (*FORMATS[1:], *FILE_FORMATS))
        ending = how.output.suffix
        problem = "the table format cannot be written to a file"
        if how.chooses_layout and ending:
            problem = f"the ending {ending} is unknown"
        elif how.chooses_layout:
            problem = "without an ending, the format is unclear"
        raise UsageError(
            f"--output {how.output}: {problem}",
            hint=f"use --format, or a file ending in one of: {endings}",
        )
    if how.output is not None and how.output.exists() and not how.replaces:
        raise UsageError(
            f"--output {how.output}: the file already exists",
            hint=f"choose another name, or replace it with {how.spellings.force}",
        )
    if how.reduce_sql is not None:
        with needed_for("--reduce"):
            from rewound.query.reduce import require_one_statement

        require_one_statement(how.reduce_sql)
    if how.reduce_sql is not None and how.is_grouped:
        raise UsageError("--reduce and --group are mutually exclusive", hint="use only one of them")
    if how.bar_of is not None and how.output_format != "table":
        raise UsageError("--chart requires the table format", hint=how.spellings.table_format)


def choose_format(name: str | None, output: Path | None) -> str:
    """Return the requested format, otherwise that of the file's extension."""
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    known = {**{name: name for name in (*FORMATS, *FILE_FORMATS)}, "md": "markdown"}
    return name or known.get(ending, "table")


def _require_one_answer(statements: Sequence[UserStatement], how: Presentation) -> None:
    """Refuse several statements with rows for one file, before any of them runs."""
    showing = [s for s in statements if s.text.split(None, 1)[0].upper() not in _WITHOUT_ROWS]
    if how.output is not None and len(showing) > 1:
        raise UsageError(
            f"--output {how.output}: {len(showing)} statements cannot be written to one file",
            hint="run one statement at a time",
        )


def show_summary(summaries: Sequence[Summary], seconds: float) -> None:
    """Report which worlds answered; the exit code shows the same.

    Raises:
        RewoundError: no world answered.
        SomeWorldsFailed: some worlds did not answer.
    """
    world_count = max(summary.world_count for summary in summaries)
    failed = {name for summary in summaries for name in summary.failed}
    answered = {name for summary in summaries for name in summary.answered} - failed
    empty = {name for summary in summaries for name in summary.empty} - failed - answered
    changed = sum(summary.changed_rows for summary in summaries)
    parts = [f"{len(answered):,} ok"]
    parts += [f"{len(empty):,} empty"] if empty else []
    parts += [f"{len(failed):,} failed ({fold_worlds(sorted(failed))})"] if failed else []
    counts = _count_rows(summaries) + (f", {changed:,} changed" if changed else "")
    diagnostics.narrate(f"{', '.join(parts)}; {counts}, {seconds:.2f} s")
    if any(len(summary.failed) == world_count for summary in summaries):
        raise RewoundError("no world answered")
    if failed:
        raise SomeWorldsFailed(f"{len(failed):,} of {world_count:,} worlds failed")


def _count_rows(summaries: Sequence[Summary]) -> str:
    """Return how many rows were shown, and whether there are more."""
    counts = [
        each.row_count if each.shown_count is None else each.shown_count for each in summaries
    ]
    is_cut = any(each.is_truncated or each.cut for each in summaries)
    return show_count(sum(counts), "row") + (" shown, there are more" if is_cut else "")


def _run(statements: Sequence[UserStatement], setting: Setting) -> tuple[list[Summary], float]:
    """Show the rows of each statement; return their summaries, and the seconds that they took."""
    how = replace(setting.presentation, is_writing=setting.may_write)
    is_all_wanted = any(each.is_vertical for each in statements)
    asked = operations.query(
        setting.audience,
        [each.text for each in statements],
        schema=setting.schema,
        options=replace(setting.options, enough_rows=None if is_all_wanted else how.enough_rows),
        may_write=setting.may_write,
    )
    origin = ("fleet", WORLD) if setting.audience.has_several_fleets else (WORLD,)
    summaries: list[Summary] = []
    seconds = 0.0
    stopwatch = Stopwatch()
    with asked:
        for stream in asked:
            if stream.is_further:
                _require_no_file(how)
            try:
                merged = MergedResult(stream, origin=origin)
                summaries.append(show(merged, statements[stream.place], how, stopwatch))
            except RewoundError as error:
                _say_time(stopwatch, setting)
                sql = statements[stream.place].text
                hint = (
                    None
                    if error.hint
                    else operations.find_name_hint(setting.audience, error, sql=sql)
                )
                if hint is None:
                    raise
                raise RewoundError(error.message, hint=hint, quoted=error.quoted) from error
            _say_time(stopwatch, setting)
            seconds += stopwatch.seconds
            stopwatch = Stopwatch()
    return summaries, seconds


def _require_no_file(how: Presentation) -> None:
    """Refuse a further answer of the same statement for one file.

    Raises:
        RewoundError: there is a file, which contains the first answer.
    """
    if how.output is not None:
        raise RewoundError(
            f"--output {how.output}: the statement has several answers; the file holds the first",
            hint="without --output, each is shown",
        )


def _say_time(stopwatch: Stopwatch, setting: Setting) -> None:
    if setting.is_timed:
        diagnostics.narrate(f"time: {stopwatch.seconds * 1000:,.1f} ms")
