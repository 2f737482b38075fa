"""The options of the commands that restore worlds: `up` and `diff SOURCE`."""

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

import click

from rewound.cli.parameters.load_options import deep_option, load_options
from rewound.cli.parameters.selection import clone_option, engine_options, read_clone_method
from rewound.cli.parameters.shared_options import cache_limit_option, option
from rewound.load.options import LoadOptions
from rewound.operations.engine_request import EngineRequest
from rewound.operations.restoring import UpOptions

_Command = TypeVar("_Command", bound=Callable[..., Any])

RESTORE_OPTIONS = (
    *("engine", "server", "image", "memory_limit", "allow_missing", "schema", "allow_unfinished"),
    *(
        "allow",
        "check_foreign_keys",
        "world_timezone",
        "method",
        "keys",
        "only_schema",
        "only_table",
    ),
    *("skip_table", "fallback", "deep", "no_baseline", "clone", "cache_limit"),
    "verify_images",
)
"""The parameters that `restore_options` declares."""


def restore_options(command: _Command) -> _Command:
    """Declare the options of a restore; the command gets them as `restore`, without a fleet."""

    @engine_options
    @load_options
    @functools.wraps(command)
    def with_options(
        *,
        engine_request: EngineRequest,
        load: LoadOptions,
        allow_missing: bool,
        fallback: bool,
        deep: bool,
        no_baseline: bool,
        clone: str,
        cache_limit: int,
        keys: str,
        verify_images: bool,
        **others: Any,
    ) -> Any:
        restore = UpOptions(
            engine=engine_request,
            allow_missing=allow_missing,
            fallback=fallback,
            load=replace(load, keys_later=keys == "later", verify_images=verify_images),
            clone=read_clone_method(clone),
            keep_baselines=not no_baseline,
            cache_limit_bytes=cache_limit,
            deep=deep,
        )
        return command(restore=restore, **others)

    for decorate in (
        cache_limit_option,
        clone_option,
        option("--no-baseline", is_flag=True, help="Reload from the dump and save no baseline."),
        deep_option,
        option(
            "--verify-images/--no-verify-images",
            default=True,
            show_default=True,
            help="Compare each row that binary logs change with what they have of it from before.",
        ),
        option(
            "--keys",
            type=click.Choice(["first", "later"]),
            default="first",
            show_default=True,
            help="With later, worlds can be read before their secondary indexes are built.",
        ),
        option(
            "--fallback",
            is_flag=True,
            help="If a dump cannot be restored, take the next older one.",
        ),
        option(
            "--allow-missing",
            is_flag=True,
            help="Continue without worlds that have no such dump.",
        ),
    ):
        with_options = decorate(with_options)
    return cast(_Command, with_options)
