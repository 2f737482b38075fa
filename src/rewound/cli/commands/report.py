"""`rewound report`: the ledger, which proves what was restored."""

import posixpath
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import click

from rewound.cli.output import render
from rewound.cli.output.receipt_lines import describe_receipt
from rewound.cli.parameters.completers import complete_worlds
from rewound.cli.parameters.shared_options import fleet_option, format_option
from rewound.figures import show_count
from rewound.fleet.changes import Changes, describe_changes
from rewound.load.ledger import DeepProof, ForeignKeys, Ledger
from rewound.operations import changed, fleets

_FILES = 20
"""How many files of one dump are listed; the ledger has all."""
_TEXT_COLUMN = 14
"""Where the text of each line begins, after its name."""
_RARE = frozenset({"duplicates", "by_others", "by_logs"})
"""Counts that a table leaves out if all of them are 0."""


@click.command(name="report")
@click.argument("worlds", nargs=-1, metavar="[WORLD]...", shell_complete=complete_worlds)
@fleet_option
@format_option
def command(worlds: tuple[str, ...], fleet: str, output_format: str) -> None:
    """Show the ledgers of worlds: what was read, executed, changed, skipped and counted.

    WORLD may be a pattern such as 'host[1-3]'; by default, all worlds are shown.

    json contains everything; csv, tsv, jsonl and markdown contain the row counts of every table.
    A table leaves out duplicates, by_others and by_logs where all are 0.
    Changes made after the restore are listed, but not included in the counts.
    """
    selection = ",".join(worlds) if worlds else None
    ledgers = fleets.report(fleet, selection)
    changes = changed.changed_worlds(fleet, selection)
    if output_format == "json":
        render.write_text(fleets.as_json(_join(ledgers, changes)))
        return
    columns = ["world", "schema", "table"]
    columns += ["rows_in_dump", "duplicates", "loaded", "by_others", "by_logs", "counted"]
    counts = {
        world: [
            [
                world,
                t.schema,
                t.table,
                t.rows_in_dump,
                t.duplicates,
                t.loaded,
                t.by_others,
                t.by_logs,
                t.counted,
            ]
            for t in ledger.tables
        ]
        for world, ledger in ledgers.items()
    }
    if output_format != "table":
        render.write_rows(columns, [row for rows in counts.values() for row in rows], output_format)
        return
    for index, (world, ledger) in enumerate(ledgers.items()):
        if index:
            render.write_text("")
        for line in _describe(world, ledger, changes.get(world)):
            render.write_wrapped(line, indent=_TEXT_COLUMN)
        _write_counts(columns, counts[world])


def _write_counts(columns: Sequence[str], rows: Sequence[Sequence[render.Cell]]) -> None:
    """Write the table of a world's counts so that it fits a screen of 80 columns.

    The heading names the world, and counts that are rare are left out where all are 0.
    """
    places = [
        place
        for place, name in enumerate(columns)
        if name != "world" and (name not in _RARE or any(row[place] for row in rows))
    ]
    names = [columns[place].replace("rows_in_dump", "in_dump") for place in places]
    render.write_rows(names, [[row[place] for place in places] for row in rows], "table")


def _join(
    ledgers: Mapping[str, Ledger], changes: Mapping[str, Changes]
) -> dict[str, dict[str, object]]:
    """Return the ledgers as plain values, each with the changes since the restore."""
    return {
        world: {
            **fleets.as_plain(ledger),
            "changed": list(each.names) if (each := changes.get(world)) else [],
            "changed_at": each.last_at if each else None,
        }
        for world, ledger in ledgers.items()
    }


def _describe_objects(ledger: Ledger) -> str:
    kinds = Counter(each.kind for each in ledger.objects if each.is_there)
    return ", ".join(f"{kind} {count:,}" for kind, count in kinds.items()) or "none"


def _describe_keys(keys: ForeignKeys) -> str:
    if not keys.count:
        return "no foreign keys"
    done = "every row looked up" if keys.is_checked else "not checked (up --check-foreign-keys)"
    return f"{keys.count:,} foreign keys, {done}"


def _describe_deep(proof: DeepProof) -> str:
    rows, tables = show_count(proof.rows, "row"), show_count(proof.tables, "table")
    return (
        f"identical: {rows} in {tables} and {show_count(proof.definitions, 'definition')}"
        f" compared, {proof.agreed_at:%Y-%m-%d %H:%M:%S} UTC"
    )


def _describe(world: str, ledger: Ledger, changes: Changes | None) -> list[str]:
    dump = ledger.dump
    closing = {True: "present", False: "missing", None: "missing, as you allowed"}
    seconds = (ledger.ended_at - ledger.started_at).total_seconds()
    executed = ", ".join(f"{kind} {count:,}" for kind, count in ledger.executed.items())
    rows, tables = show_count(ledger.rows, "row"), show_count(len(ledger.tables), "table")
    return [
        f"world {world}: {rows} in {tables}, every one counted",
        *(
            [f"  changed     after the restore: {describe_changes(changes, at_most=20)}"]
            if changes
            else []
        ),
        *([f"  filter      only what {ledger.dump_filter} selects"] if ledger.dump_filter else []),
        f"  dump        {PurePosixPath(dump.path).name}",
        f"  folder      {posixpath.dirname(dump.path)}",
        *(f"  file        {part.name}, {part.file_bytes:,} bytes" for part in dump.parts[:_FILES]),
        *([f"  file        … and {len(dump.parts) - _FILES:,} more"] * (len(dump.parts) > _FILES)),
        f"  sha256      {dump.sha256}",
        *([f"              of {dump.sha256_of}"] if dump.sha256_of else []),
        f"  bytes       {dump.file_bytes:,} in {'the files' if dump.parts else 'the file'},"
        f" {dump.text_bytes:,} of text",
        f"  made by     {dump.producer or 'unknown'}",
        f"  from        server {dump.source_server or 'unknown'}",
        *([f"  dumps       {dump.dumps:,} in the file"] if dump.dumps > 1 else []),
        f"  closing     line is {closing[dump.is_whole]}"
        + (f", {dump.completed_at:%Y-%m-%d %H:%M:%S}" if dump.completed_at else ""),
        f"  restored    on MySQL {ledger.server_version} in {seconds:.1f} s",
        f"  statements  {ledger.statements:,} in the dump; executed: {executed}",
        f"  objects     {_describe_objects(ledger)}",
        *(
            f"  broken      view {view.schema}.{view.name}: it refers to a missing object"
            for view in ledger.objects
            if view.is_broken
        ),
        *(
            f"  lost        {each.kind} {each.schema}.{each.name}: {each.lost}"
            for each in ledger.objects
            if each.lost
        ),
        f"  references  {_describe_keys(ledger.foreign_keys)}",
        *(f"  lost        foreign key {text}" for text in ledger.foreign_keys.lost),
        *([f"  second load {_describe_deep(ledger.deep)}"] if ledger.deep else []),
        *(f"  position    {position}" for position in dump.positions),
        *(() if ledger.receipt is None else describe_receipt(ledger.receipt)),
        *(f"  server has  {name} = '{value}'" for name, value in ledger.server_settings.items()),
        *(
            f"  rule        {use.rule}: {use.effect}, {show_count(use.count, 'time')},"
            f" first at {dump.describe_line(use.first_line)} ({use.first_detail})"
            for use in ledger.rules
        ),
        *(
            f"  warning     {warning.number}: {show_count(warning.count, 'time')},"
            f" first at {dump.describe_line(warning.first_line)} ({warning.first_text})"
            for warning in ledger.warnings
        ),
    ]
