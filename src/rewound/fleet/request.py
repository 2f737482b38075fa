"""The options that a fleet was restored with, so that worlds can be added alike. Pure."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace

from rewound.load.options import LoadOptions


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """What the user wanted of a restore, less what a fleet has one of: engine, zone, logins."""

    load: LoadOptions
    at: str | None = None
    """The target time as the user wrote it."""
    before: str | None = None
    """The same of one that is excluded itself."""
    pattern: str | None = None
    timezone: str | None = None
    """The name of the zone of times that state none."""
    allow_missing: bool = False
    fallback: bool = False
    deep: bool = False
    keep_baselines: bool = True
    binlogs: tuple[str, ...] = ()
    """Folders of binary logs besides the source."""
    identities: tuple[str, ...] = ()
    """Files with keys that decrypt the dumps."""
    no_binlogs: bool = False
    before_transaction: str | None = None
    after_transaction: str | None = None
    at_position: str | None = None
    """The moment in the binary logs, where it is none of the times above."""


_OF_THE_TARGET = ("at", "before")
_OF_THE_POINT = ("before_transaction", "after_transaction", "at_position")
_FIELDS = (
    *("pattern", "timezone", "allow_missing", "fallback", "deep", "binlogs", "no_binlogs"),
    "identities",
)
_OF_THE_LOAD = ("schema", "allow_unfinished", "check_foreign_keys", "method", "verify_images")
_OF_THE_FILTER = frozenset({"only_schema", "only_table", "skip_table"})

_Merge = Callable[[RestoreRequest, RestoreRequest], RestoreRequest]


def complete_request(
    kept: RestoreRequest, wanted: RestoreRequest, given: Set[str]
) -> RestoreRequest:
    """Return a fleet's own request, with the options that `given` names as they are now.

    What was allowed for the fleet stays allowed.
    """
    merged = kept
    for option, merge in _MERGES.items():
        if option in given:
            merged = merge(merged, wanted)
    return merged


def _take(name: str) -> _Merge:
    return lambda kept, wanted: replace(kept, **{name: getattr(wanted, name)})


def _take_of_load(name: str) -> _Merge:
    def merge(kept: RestoreRequest, wanted: RestoreRequest) -> RestoreRequest:
        return replace(kept, load=replace(kept.load, **{name: getattr(wanted.load, name)}))

    return merge


def _take_moment(kept: RestoreRequest, wanted: RestoreRequest) -> RestoreRequest:
    """Take the moment that is wanted: it is one of these, and the others are none."""
    names = (*_OF_THE_TARGET, *_OF_THE_POINT)
    return replace(kept, **{name: getattr(wanted, name) for name in names})


def _join_allowed(kept: RestoreRequest, wanted: RestoreRequest) -> RestoreRequest:
    allowed = kept.load.allowed | wanted.load.allowed
    return replace(kept, load=replace(kept.load, allowed=allowed))


_MERGES: Mapping[str, _Merge] = {
    **dict.fromkeys((*_OF_THE_TARGET, *_OF_THE_POINT), _take_moment),
    **{name: _take(name) for name in _FIELDS},
    "no_baseline": _take("keep_baselines"),
    **{name: _take_of_load(name) for name in _OF_THE_LOAD},
    **dict.fromkeys(sorted(_OF_THE_FILTER), _take_of_load("dump_filter")),
    "allow": _join_allowed,
}
"""What an option that is given changes, by its parameter's name."""
