"""`rewound transactions`: list the transactions in binary logs."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from rewound.binlog.events.table_map import TableName
from rewound.binlog.rows.row_counts import ChangedRows
from rewound.catalog.logs.coverage import LogFacts, cover
from rewound.catalog.source import Source
from rewound.cli.output import diagnostics, render
from rewound.cli.parameters.moment_options import binlogs_option
from rewound.cli.parameters.selection import pattern_option, timezone_option
from rewound.cli.parameters.shared_options import (
    format_option,
    option,
    source_argument,
    worlds_option,
)
from rewound.figures import show_count
from rewound.mysql.columns import ColumnType
from rewound.operations.dump_selection import read_selection
from rewound.operations.listing_transactions import (
    ListedTransaction,
    find_logs,
    iter_transactions,
)

_COLUMNS = {
    "world": ColumnType.TEXT,
    "committed_at": ColumnType.DATETIME,
    "gtid": ColumnType.TEXT,
    "position": ColumnType.TEXT,
    "kind": ColumnType.TEXT,
    "inserted": ColumnType.INTEGER,
    "updated": ColumnType.INTEGER,
    "deleted": ColumnType.INTEGER,
    "changes": ColumnType.TEXT,
}


@click.command(name="transactions")
@source_argument(required=True)
@option("--from", "since", metavar="TIME", help="Only those committed at or after this time.")
@option("--to", "until", metavar="TIME", help="Only those committed at or before this time.")
@worlds_option
@binlogs_option
@pattern_option
@timezone_option
@format_option
def command(
    source: Source,
    since: str | None,
    until: str | None,
    worlds: str | None,
    binlogs: tuple[Path, ...],
    pattern: str | None,
    timezone: str | None,
    output_format: str,
) -> None:
    """List the transactions in the binary logs of SOURCE: when, where, and what they change.

    They come in the order of the log. Times are in UTC, and so is TIME, unless it names a zone or
    --timezone does. GTID and position of a transaction are what up, seek and diff take:
    --before-transaction GTID or --at-position FILE:POS is the moment before it,
    --after-transaction GTID the one after it.

    \b
    rewound transactions backups/ --worlds host2 --from '2026-03-03 06:00' --to '2026-03-03 07:00'
    """  # noqa: D301 - click's sign for lines that are not to be filled
    selection = read_selection(source, at=until, pattern=pattern, timezone=timezone, worlds=worlds)
    start = read_selection(source, before=since, timezone=timezone).target
    # The times are not those of dumps: all logs are looked at.
    logs = find_logs(replace(selection, target=None, binlogs=binlogs), diagnostics.warn)
    transactions = iter_transactions(logs, start, selection.target)
    first = next(transactions, None)
    listed = itertools.chain([] if first is None else [first], transactions)
    if output_format == "table":
        count = _show(listed)
        diagnostics.narrate(show_count(count, "transaction"))
    else:
        render.write_streamed(_COLUMNS, map(_make_row, listed), output_format)
    if first is None:
        diagnostics.narrate(*_describe_spans(logs))


def _describe_spans(logs: Mapping[str, Sequence[LogFacts]]) -> Iterator[str]:
    """Yield what the logs of each world cover, which shows a time that was read in another zone."""
    for world, files in logs.items():
        yield f"{world}: the logs cover {cover(files).span_text}"


def _show(listed: Iterable[ListedTransaction]) -> int:
    """Write transactions for people, a few lines each; return how many there were."""
    count = 0
    world = None
    for each in listed:
        count += 1
        if each.world != world:
            world = each.world
            render.write_safely(f"world {world}")
        at = each.committed_at.replace(tzinfo=None).isoformat(" ")
        about = "" if each.logged.has_exact_time else "about "
        render.write_wrapped(f"  {about}{at} UTC  {each.position}")
        if each.logged.gtid is not None:
            render.write_safely(f"    {each.logged.gtid}")
        render.write_wrapped(f"    {_describe(each)}", indent=6)
    return count


def _make_row(each: ListedTransaction) -> list[render.Cell]:
    rows = each.rows.values()
    return [
        each.world,
        each.committed_at,
        None if each.logged.gtid is None else str(each.logged.gtid),
        each.position,
        each.logged.kind.value,
        sum(table.inserted for table in rows),
        sum(table.updated for table in rows),
        sum(table.deleted for table in rows),
        _describe(each),
    ]


def _describe(each: ListedTransaction) -> str:
    """Return what a transaction changes: its statement, and rows by table."""
    parts = [] if each.statement is None else [each.statement]
    parts += (_describe_table(name, rows) for name, rows in sorted(each.rows.items()))
    text = "; ".join(parts) or "no rows"
    return f"{text} (rolled back)" if each.logged.is_rolled_back else text


def _describe_table(name: TableName, rows: ChangedRows) -> str:
    return f"{name}: {', '.join(_iter_counts(rows)) or 'no rows'}"


def _iter_counts(rows: ChangedRows) -> Iterator[str]:
    for count, verb in (
        (rows.inserted, "inserted"),
        (rows.updated, "updated"),
        (rows.deleted, "deleted"),
    ):
        if count:
            yield f"{count:,} {verb}"
