"""`rewound dumps`: list the dumps of a source."""

import shutil
import sys
from collections.abc import Collection
from pathlib import Path

import click

from rewound.catalog import Catalog, Choice, describe_missing
from rewound.cli.output import diagnostics, render
from rewound.cli.output.dump_list import list_dumps
from rewound.cli.parameters.selection import selection_options
from rewound.cli.parameters.shared_options import format_option
from rewound.operations import dump_selection


@click.command(name="dumps")
@selection_options
@format_option
def command(
    selection: dump_selection.Selection,
    output_format: str,
) -> None:
    """List the dumps in SOURCE (a folder, or one file), and which ones --at selects.

    A star marks the dump of each world that up would take.
    """
    catalog, choice = dump_selection.list_dumps(selection)
    for doubt in catalog.doubts:
        diagnostics.warn(f"{doubt.text}; up, verify and diff refuse this")
        diagnostics.show_hint(doubt.hint)
    chosen = {chosen.dump.path for chosen in choice.chosen}
    if output_format == "table":
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        lines = list_dumps(
            catalog.dumps,
            chosen,
            source=selection.source,
            timezone=selection.timezone,
            width=width,
        )
        render.write_lines(lines)
    else:
        _write_rows(selection, catalog, chosen, output_format)
    show_catalog_warnings(catalog, choice)
    for text in dump_selection.find_disagreements(choice):
        diagnostics.warn(text)
    if choice.missing and selection.target is not None:
        diagnostics.warn(describe_missing(choice, selection.target))


def _write_rows(
    selection: dump_selection.Selection,
    catalog: Catalog,
    chosen: Collection[Path],
    output_format: str,
) -> None:
    rows: list[list[render.Cell]] = [
        [
            dump.world,
            dump.taken_at.astimezone(selection.timezone),
            "chosen" if dump.path in chosen else "",
            dump.size_bytes,
            str(dump.path),
        ]
        for dump in catalog.dumps
    ]
    columns = ["world", "taken_at", "choice", "size_bytes", "path"]
    render.write_rows(columns, rows, output_format)


def show_catalog_warnings(catalog: Catalog, choice: Choice) -> None:
    """Warn about what is not understood or doubtful in a source."""
    for file in catalog.not_understood:
        diagnostics.warn(f"{file.path} is not understood: {file.reason}")
    for text in (*catalog.warnings, *choice.warnings):
        diagnostics.warn(text)
