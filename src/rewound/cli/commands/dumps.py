"""`rewound dumps`: list the dumps of a source."""

import shutil
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace

import click

from rewound.catalog import Catalog, Choice, describe_missing
from rewound.catalog.logs.coverage import LogCoverage
from rewound.catalog.source import Source
from rewound.cli.output import diagnostics, render
from rewound.cli.output.dump_list import list_dumps
from rewound.cli.parameters.moment_options import binlogs_option
from rewound.cli.parameters.selection import selection_options
from rewound.cli.parameters.shared_options import format_option
from rewound.dump.file.location import Location
from rewound.figures import show_size
from rewound.operations import dump_selection

_LOG_COLUMNS = [
    *("log_files", "log_bytes", "log_first_at", "log_last_at", "log_gtids", "log_end"),
    "log_findings",
]
"""Of the world's binary logs; the findings have a line each."""

_LONG_TO_READ_BYTES = 1 << 30
"""About ten seconds of binary logs, where they are compressed or of MariaDB."""


@click.command(name="dumps")
@selection_options
@binlogs_option
@format_option
def command(
    selection: dump_selection.Selection,
    binlogs: tuple[Source, ...],
    output_format: str,
) -> None:
    """List the dumps in SOURCE (a folder or file, or its URL), and which ones --at selects.

    A star marks the dump of each world that up would take. Where there are binary logs, their line
    says which transactions they hold, and what is missing.
    """
    selection = replace(selection, binlogs=binlogs)
    catalog, choice = dump_selection.list_dumps(selection)
    for doubt in catalog.doubts:
        diagnostics.warn(f"{doubt.text}; up, verify and diff refuse this")
        diagnostics.show_hint(doubt.hint)
    log_bytes = sum(log.size_bytes for log in catalog.logs)
    if log_bytes >= _LONG_TO_READ_BYTES:
        diagnostics.narrate(f"reading {show_size(log_bytes)} of binary logs")
    logs = dump_selection.cover_logs(catalog)
    chosen = {chosen.dump.location for chosen in choice.chosen}
    if output_format == "table":
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        lines = list_dumps(
            catalog.dumps,
            chosen,
            source=selection.source,
            timezone=selection.timezone,
            width=width,
            logs=logs,
        )
        for line in lines:
            render.write_wrapped(line)
    else:
        _write_rows(selection, catalog, chosen, logs, output_format)
    show_catalog_warnings(catalog, choice)
    for text in dump_selection.find_disagreements(choice):
        diagnostics.warn(text)
    if choice.missing and selection.target is not None:
        diagnostics.warn(describe_missing(choice, selection.target))


def _write_rows(
    selection: dump_selection.Selection,
    catalog: Catalog,
    chosen: Collection[Location],
    logs: Mapping[str, LogCoverage],
    output_format: str,
) -> None:
    """Write a row for each dump; where there are logs, with those of its world."""
    rows: list[list[render.Cell]] = [
        [
            dump.world,
            dump.taken_at.astimezone(selection.timezone),
            "chosen" if dump.location in chosen else "",
            dump.size_bytes,
            str(dump.location),
            *(_log_cells(logs.get(dump.world)) if logs else ()),
        ]
        for dump in catalog.dumps
    ]
    columns = ["world", "taken_at", "choice", "size_bytes", "path"]
    render.write_rows([*columns, *(_LOG_COLUMNS if logs else ())], rows, output_format)


def _log_cells(coverage: LogCoverage | None) -> list[render.Cell]:
    if coverage is None:
        return [0, *[None] * (len(_LOG_COLUMNS) - 1)]
    return [
        coverage.files,
        coverage.size_bytes,
        coverage.first_at,
        coverage.last_at,
        coverage.gtid_text or None,
        None if coverage.is_closed is None else "closed" if coverage.is_closed else "open",
        "\n".join(coverage.findings) or None,
    ]


def show_catalog_warnings(catalog: Catalog, choice: Choice) -> None:
    """Warn about what is not understood or doubtful in a source."""
    for file in catalog.not_understood:
        diagnostics.warn(file.sentence)
    for text in (*catalog.warnings, *choice.warnings):
        diagnostics.warn(text)
