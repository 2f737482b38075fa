"""Options that select a moment by binary logs."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from rewound.catalog.source import Source
from rewound.cli.parameters.shared_options import SourceParameter, option
from rewound.operations.dump_selection import Selection, at_logged_moment

_Command = TypeVar("_Command", bound=Callable[..., Any])

binlogs_option = option(
    "--binlogs",
    type=SourceParameter(path_type=Path),
    multiple=True,
    metavar="FOLDER",
    help="A folder of binary logs outside of SOURCE; may be repeated.",
)
no_binlogs_option = option(
    "--no-binlogs", is_flag=True, help="Restore the dump's own moment; replay no logs."
)


def moment_options(command: _Command) -> _Command:
    """Declare them; they become a part of the command's `selection`."""

    @functools.wraps(command)
    def with_moment(
        *,
        selection: Selection,
        binlogs: tuple[Source, ...],
        no_binlogs: bool,
        before_transaction: str | None,
        after_transaction: str | None,
        at_position: str | None,
        **others: Any,
    ) -> Any:
        selection = at_logged_moment(
            selection,
            binlogs=binlogs,
            no_binlogs=no_binlogs,
            before_transaction=before_transaction,
            after_transaction=after_transaction,
            at_position=at_position,
        )
        return command(selection=selection, **others)

    for decorate in (
        no_binlogs_option,
        option(
            "--at-position",
            metavar="FILE:POS",
            help="Replay the binary logs up to this position: mysql-bin.000042:1337.",
        ),
        option(
            "--after-transaction",
            metavar="GTID",
            help="Replay the binary logs up to and with this transaction.",
        ),
        option(
            "--before-transaction",
            metavar="GTID",
            help="Replay the binary logs up to the transaction before this one.",
        ),
        binlogs_option,
    ):
        with_moment = decorate(with_moment)
    return cast(_Command, with_moment)
