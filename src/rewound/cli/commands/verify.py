"""`rewound verify`: read dumps to the end without a server, or restore and delete them."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path, PurePosixPath

import click

from rewound.catalog import Dump
from rewound.cli.commands.dumps import show_catalog_warnings
from rewound.cli.commands.up import Narrator
from rewound.cli.output import diagnostics, render
from rewound.cli.output.idle_filters import warn_of_idle_filters
from rewound.cli.output.progress import count_read
from rewound.cli.parameters.load_options import deep_option, load_options
from rewound.cli.parameters.precedence import one_of
from rewound.cli.parameters.selection import engine_options, selection_options
from rewound.cli.parameters.shared_options import format_option
from rewound.errors import RewoundError, SomeWorldsFailed, UsageError
from rewound.figures import show_count
from rewound.load.ledger import RuleCount, summarise_rules
from rewound.load.options import LoadOptions
from rewound.load.verification import Verification
from rewound.operations import drill, fleets, verifying
from rewound.operations.drill import Receipt
from rewound.operations.dump_selection import Selection
from rewound.operations.engine_request import EngineRequest
from rewound.operations.restoring import UpOptions

_COLUMNS = [
    *("world", "dump", "state", "text_bytes", "statements", "tables", "rows", "rules", "problem")
]
_SHORT_COLUMNS = ["world", "dump", "state", "tables", "rows"]
"""The columns of a table; the rest is on stderr, one line each, because 80 columns are too few."""


@click.command(name="verify")
@one_of("every", "at")
@one_of("every", "before")
@selection_options
@click.option(
    "--all", "every", is_flag=True, help="Verify all dumps of SOURCE, not only the selected ones."
)
@click.option("--restore", is_flag=True, help="Restore, prove and delete each dump: a drill.")
@click.option(
    "--receipt",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --restore: write the proof to a JSON file, replacing an older one.",
)
@deep_option
@load_options
@engine_options
@format_option
def command(
    selection: Selection,
    every: bool,
    restore: bool,
    receipt: Path | None,
    deep: bool,
    load: LoadOptions,
    engine_request: EngineRequest,
    output_format: str,
) -> None:
    """Read dumps to the end and report whether they are complete and can be restored.

    Needs no MySQL. What only a server can tell, such as a value that its column cannot
    hold, is found with --restore: a few dumps at a time are restored, proven as by up, and
    deleted; with --deep, each is loaded twice and the two are compared. Exit code 0: all are
    fine; 1: none is; 4: some are not.
    """
    if every and selection.target is not None:
        raise UsageError("--all and a time are mutually exclusive", hint="use only one of them")
    if receipt is not None and not restore:
        raise UsageError("--receipt requires --restore")
    if deep and not restore:
        raise UsageError("--deep compares what was restored", hint="give --restore as well")
    if restore:
        options = UpOptions(engine=engine_request, load=load, deep=deep)
        _drill(selection, options, every=every, receipt=receipt, output_format=output_format)
    else:
        _read(selection, load, every=every, output_format=output_format)


def _read(selection: Selection, options: LoadOptions, *, every: bool, output_format: str) -> None:
    is_listed = output_format == "table"
    with count_read() if is_listed else nullcontext(lambda: None) as count:

        def take(dump: Dump, verification: Verification) -> None:
            count()
            if not is_listed:
                _show_counts(dump, verification)
                _show_problems(dump, verification)

        found = verifying.verify(
            selection, options, every=every, verified=take, found=show_catalog_warnings
        )
    for dump, verification in found if is_listed else ():
        _show_problems(dump, verification)
    rows: list[list[render.Cell]] = [
        [
            dump.world,
            dump.location.name,
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
        short: list[list[render.Cell]] = [[*row[:3], *row[5:7]] for row in rows]
        render.write_rows(_SHORT_COLUMNS, short, output_format)
    elif output_format == "json":
        details = [_detail(verification) for _, verification in found]
        full = [
            dict(zip(_COLUMNS, row, strict=True)) | detail
            for row, detail in zip(rows, details, strict=True)
        ]
        render.write_text(fleets.as_json(full))
    else:
        render.write_rows(_COLUMNS, rows, output_format)
    warn_of_idle_filters(
        [verification.idle for _, verification in found],
        {name for _, verification in found for name in verification.table_names},
    )
    rules = [rule for _, verification in found for rule in verification.rules]
    if rules:
        diagnostics.narrate(f"rules that would be used: {summarise_rules(rules)}")
    bad = sum(not verification.is_restorable for _, verification in found)
    _require_all(
        len(found),
        bad,
        only="the dump cannot be restored",
        none=f"none of the {len(found):,} dumps can be restored",
        some=f"{bad:,} of {len(found):,} dumps cannot be restored, the others can",
    )


def _detail(verification: Verification) -> dict[str, object]:
    """Return the details that only json contains: problems, refused statements, uses of rules."""
    return {
        "is_restorable": verification.is_restorable,
        "problems": [each._asdict() for each in verification.problems],
        "refused": [asdict(each) for each in verification.refused],
        "rule_uses": [asdict(each) for each in verification.rules],
    }


def _drill(
    selection: Selection,
    options: UpOptions,
    *,
    every: bool,
    receipt: Path | None,
    output_format: str,
) -> None:
    with Narrator() as narrator:
        done = drill.drill(
            selection,
            options,
            every=every,
            observer=narrator,
        )
    for failed in done.failed:
        diagnostics.show_error(RewoundError(f"world {failed.world}: {failed.error}"))
    rows: list[list[render.Cell]] = [
        [
            each.world,
            PurePosixPath(each.dump).name,
            "proven" if each.is_proven else "failed",
            None if each.ledger is None else len(each.ledger.tables),
            None if each.ledger is None else each.ledger.rows,
        ]
        for each in done.dumps
    ]
    if output_format == "table":
        render.write_rows(_SHORT_COLUMNS, rows, output_format)
    else:
        problems: list[render.Cell] = [each.error for each in done.dumps]
        full = [[*row, problem] for row, problem in zip(rows, problems, strict=True)]
        render.write_rows([*_SHORT_COLUMNS, "problem"], full, output_format)
    if rules := _list_rules(done):
        diagnostics.narrate(f"rules used: {summarise_rules(rules)}")
    if receipt is not None:
        _write(done, receipt)
    count, bad = len(done.dumps), len(done.failed)
    _require_all(
        count,
        bad,
        only="the dump could not be restored and proven",
        none=f"none of the {count:,} dumps could be restored and proven",
        some=f"{bad:,} of {count:,} dumps could not be restored and proven, the others could",
    )


def _write(receipt: Receipt, path: Path) -> None:
    drill.write_receipt(receipt, path)
    diagnostics.narrate(f"receipt:   {path}")


def _list_rules(receipt: Receipt) -> Sequence[RuleCount]:
    return [rule for each in receipt.dumps if each.ledger for rule in each.ledger.rules]


def _show_counts(dump: Dump, verification: Verification) -> None:
    rows = show_count(verification.rows, "row")
    counts = (
        f", {rows} in {show_count(verification.tables, 'table')}" if verification.tables else ""
    )
    diagnostics.narrate(f"{dump.world}: {dump.location.name}: {verification.state.value}{counts}")


def _show_problems(dump: Dump, verification: Verification) -> None:
    for problem in verification.problems:
        diagnostics.warn(f"{dump.location}: {problem.text}")
    for remedy in dict.fromkeys(problem.remedy for problem in verification.problems):
        if remedy:
            diagnostics.show_hint(remedy)


def _require_all(count: int, bad: int, *, only: str, none: str, some: str) -> None:
    """Raise an error with the message that fits if some dumps, or all, are bad."""
    if not bad:
        return
    if bad == count:
        raise RewoundError(only if count == 1 else none)
    raise SomeWorldsFailed(some)
