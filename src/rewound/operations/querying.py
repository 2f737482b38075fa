"""One question to all worlds, and the names that it can use."""

from collections.abc import Sequence
from dataclasses import replace

from rewound.errors import FleetError, RewoundError, UsageError
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.server_url import ServerUrl
from rewound.operations.audience import Audience, Target, find_targets
from rewound.query.fanout import FanOut
from rewound.query.names import Names, read_names
from rewound.query.outcome import Outcome
from rewound.query.query_options import QueryOptions
from rewound.query.reading import find_change
from rewound.query.unknown_names import is_about_a_name, suggest_name
from rewound.similar_names import suggest

_ALWAYS_THERE = ("information_schema",)


def query(
    audience: Audience,
    statements: Sequence[str],
    *,
    only: Sequence[str] | None = None,
    schema: str | None = None,
    options: QueryOptions = QueryOptions(),  # noqa: B008 - frozen value
    may_write: bool = False,
) -> FanOut:
    """Return the statements as they will be run in every world, on entering it.

    They run as `reader`, with `may_write` as `dev`; on servers as the user in the URL, and
    read-only without `may_write`. Unqualified names belong to `schema`, by default to the one
    schema of each world. Worlds that are not ready count as failed. `only` are literal names.

    Raises:
        FleetError: there is no such fleet.
        UsageError: it has no such worlds, or a statement may change a server.
    """
    if audience.servers and not may_write and (change := find_change(statements)) is not None:
        raise UsageError(
            f"{change}: servers are only read, unless changes are allowed",
            hint="--write allows them",
        )
    targets = find_targets(audience, may_write=may_write)
    if only is not None:
        targets = {name: targets[name] for name in only}
    return FanOut(
        {name: _require_schema(target, schema) for name, target in targets.items()},
        statements,
        schemas={name: schema or target.default_schema for name, target in targets.items()},
        options=replace(options, is_read_only=not may_write),
    )


def known_names(audience: Audience) -> Names:
    """Return the names of schemas, tables and columns in the first world that is ready.

    Raises:
        FleetError: there is no such fleet, or none of the worlds is ready.
        UsageError: it has no such worlds.
        MysqlError: the world does not answer.
    """
    for target in find_targets(audience).values():
        if not isinstance(target.address, Outcome):
            return read_names(target.address)
    raise FleetError(
        f"no world of {audience.label} is ready", hint="rewound status shows the state of each"
    )


def find_name_hint(audience: Audience, error: RewoundError, *, sql: str) -> str | None:
    """Return what was probably meant by a name that no world knows; None where that is unclear."""
    if not is_about_a_name(error.message):
        return None
    try:
        return suggest_name(error.message, known_names(audience), sql=sql)
    except RewoundError:
        return None  # the error stands on its own


def _require_schema(target: Target, schema: str | None) -> Endpoint | ServerUrl | Outcome:
    """Return where a world is; an outcome if it lacks the schema."""
    known = target.schemas
    if isinstance(target.address, Outcome) or schema is None or known is None:
        return target.address
    if schema not in (*known, *_ALWAYS_THERE):
        hint = suggest(schema, known, listed_as="it has")
        return Outcome(error=f"has no schema {schema}; {hint}")
    return target.address
