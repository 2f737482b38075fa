"""`rewound verify`: read dumps to their end, without a server."""

from pathlib import Path

import click

from rewound.catalog import Dump
from rewound.cli import diagnostics, render
from rewound.cli.options import format_option, option
from rewound.cli.selection import allow_option, part_options, selection_options
from rewound.dump.part import Part
from rewound.errors import RewoundError, SomeWorldsFailed, UsageError
from rewound.load.ledger import summarise_rules
from rewound.load.loader import LoadOptions
from rewound.load.verify import Verification
from rewound.operations import dumps
from rewound.operations.dumps import read_selection


@click.command(name="verify")
@selection_options
@click.option("--all", "every", is_flag=True, help="All dumps of SOURCE, not only the chosen ones.")
@option("--schema", metavar="NAME", help="Where tables go that the dump names no database for.")
@part_options
@option("--allow-unfinished", is_flag=True, help="Accept dumps whose end cannot be proved.")
@allow_option
@format_option
def command(
    source: Path,
    at: str | None,
    before: str | None,
    pattern: str | None,
    timezone: str | None,
    worlds: str | None,
    every: bool,
    schema: str | None,
    part: Part,
    allow_unfinished: bool,
    allow: tuple[str, ...],
    output_format: str,
) -> None:
    """Read dumps to their end and say whether they are whole and could be restored.

    Needs no MySQL. What only a server can tell, such as a value that its column cannot
    hold, is for `rewound up`.
    """
    if every and (at or before):
        raise UsageError("--all and a time exclude each other", hint="give one of them")
    selection = read_selection(
        source, at=at, before=before, pattern=pattern, timezone=timezone, worlds=worlds
    )
    options = LoadOptions(
        schema=schema, part=part, allow_unfinished=allow_unfinished, allowed=frozenset(allow)
    )
    found = dumps.verify(selection, options, every=every, verified=_show_done)
    rows: list[list[render.Cell]] = [
        [
            dump.world,
            dump.path.name,
            verification.state.value,
            verification.text_bytes,
            verification.statements,
            verification.tables,
            verification.rows,
            summarise_rules(verification.rules),
            verification.problems[0].text if verification.problems else None,
        ]
        for dump, verification in found
    ]
    if output_format == "table":
        # The rest is on stderr, a line each: 80 columns are too few for all.
        render.write_rows(
            ["world", "dump", "state", "tables", "rows"],
            [[*row[:3], *row[5:7]] for row in rows],
            output_format,
        )
    else:
        columns = ["world", "dump", "state", "text_bytes", "statements", "tables", "rows"]
        render.write_rows([*columns, "rules", "problem"], rows, output_format)
    rules = [rule for _, verification in found for rule in verification.rules]
    if rules:
        diagnostics.narrate(f"rules that would be used: {summarise_rules(rules)}")
    _require_restorable([verification for _, verification in found])


def _show_done(dump: Dump, verification: Verification) -> None:
    counts = f", {verification.rows:,} rows in {verification.tables:,} tables"
    diagnostics.narrate(
        f"{dump.world}: {dump.path.name}: {verification.state.value}"
        f"{counts if verification.tables else ''}"
    )
    for problem in verification.problems:
        diagnostics.warn(f"{dump.path}: {problem.text}")
    for remedy in dict.fromkeys(problem.remedy for problem in verification.problems):
        if remedy:
            diagnostics.narrate(f"hint: {remedy}")


def _require_restorable(found: list[Verification]) -> None:
    bad = [verification for verification in found if not verification.is_restorable]
    if not bad:
        return
    if len(bad) == len(found):
        count = "the dump" if len(found) == 1 else f"none of the {len(found)} dumps"
        raise RewoundError(f"{count} {'cannot' if len(found) == 1 else 'can'} be restored")
    raise SomeWorldsFailed(f"{len(bad)} of {len(found)} dumps cannot be restored, the others can")
