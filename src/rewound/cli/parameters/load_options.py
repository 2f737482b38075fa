"""Options for loading a dump: what to accept, and which part to load."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import click

from rewound.cli.parameters.selection import filter_options
from rewound.cli.parameters.shared_options import option
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.rules.table import ALLOWABLE
from rewound.load.options import LoadMethod, LoadOptions
from rewound.replay.log_rules import LOG_ALLOWABLE

_Command = TypeVar("_Command", bound=Callable[..., Any])


deep_option = option(
    "--deep",
    is_flag=True,
    help="Load each dump a second time, statement by statement, and compare the results.",
)


def _require_zone(_: click.Context, __: click.Parameter, name: str) -> str:
    from rewound.engine.zones import require_zone  # takes time, and few commands need it

    return require_zone(name)


def load_options(command: _Command) -> _Command:
    """Declare the options of a load; the command gets them as `load`."""

    @filter_options
    @functools.wraps(command)
    def with_load(
        *,
        schema: str | None,
        allow_unfinished: bool,
        allow: tuple[str, ...],
        dump_filter: DumpFilter,
        check_foreign_keys: bool,
        world_timezone: str,
        method: str,
        **others: Any,
    ) -> Any:
        load = LoadOptions(
            schema=schema,
            allow_unfinished=allow_unfinished,
            allowed=frozenset(allow),
            dump_filter=dump_filter,
            check_foreign_keys=check_foreign_keys,
            time_zone=world_timezone,
            method=LoadMethod(method),
        )
        return command(load=load, **others)

    for decorate in (
        option(
            "--load",
            "method",
            type=click.Choice([method.value for method in LoadMethod]),
            default=LoadMethod.FAST.value,
            show_default=True,
            help="How to load rows; plain executes each statement as the dump has it.",
        ),
        option(
            "--world-timezone",
            metavar="ZONE",
            default="+00:00",
            show_default=True,
            callback=_require_zone,
            help="Time zone of the servers, and of dumps that set none, such as Europe/Berlin.",
        ),
        option("--check-foreign-keys", is_flag=True, help="Check the foreign keys of all rows."),
        option(
            "--allow",
            multiple=True,
            type=click.Choice([rule.name for rule in (*ALLOWABLE, *LOG_ALLOWABLE)]),
            metavar="RULE",
            help="Do not fail worlds by this rule, such as number-clipped; may be repeated.",
        ),
        option(
            "--allow-unfinished",
            is_flag=True,
            help="Accept dumps whose completeness cannot be proven.",
        ),
        option(
            "--schema",
            metavar="NAME",
            help="Database for tables whose database the dump does not name.",
        ),
    ):
        with_load = decorate(with_load)
    return cast(_Command, with_load)
