"""The options of `diff` that name two moments of a SOURCE, and the selections that they make."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from rewound.catalog.source import Source
from rewound.cli.parameters.shared_options import option
from rewound.errors import UsageError
from rewound.operations.dump_selection import Selection, at_logged_moment, read_selection

_Command = TypeVar("_Command", bound=Callable[..., Any])

MOMENTS_EXAMPLE = "rewound diff before after, or rewound diff backups/ --from T1 --to T2"
OF_MOMENTS = frozenset(
    {
        "from_time",
        "to_time",
        "transaction",
        "pattern",
        "timezone",
        "binlogs",
        "no_binlogs",
        "identities",
    }
)
"""The parameters that say which moments of a SOURCE are compared."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Which moments of a SOURCE are compared, and how the names in it are read."""

    before: str | None = None
    after: str | None = None
    transaction: str | None = None
    """A GTID: the moments before and after it are compared."""
    pattern: str | None = None
    timezone: str | None = None
    binlogs: tuple[Path, ...] = ()
    no_binlogs: bool = False
    identities: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        """Whether two moments are named."""
        return self.transaction is not None or (self.before is not None and self.after is not None)

    @property
    def labels(self) -> tuple[str, str]:
        """What the two sides are called."""
        if self.transaction is not None:
            return f"before {self.transaction}", f"after {self.transaction}"
        return self.before or "", self.after or ""

    def require_whole(self) -> None:
        """Refuse one moment without the other, and moments that are named twice.

        Raises:
            UsageError: they are not two.
        """
        if self.transaction is not None and (self.before is not None or self.after is not None):
            raise UsageError(
                "--transaction and --from, --to are mutually exclusive", hint="use only one of them"
            )
        if (self.before is None) != (self.after is None):
            raise UsageError("--from and --to must be used together", hint=MOMENTS_EXAMPLE)

    def select(self, source: Source, worlds: str | None) -> tuple[Selection, Selection]:
        """Return the selections for both sides.

        Raises:
            UsageError: a time, zone or GTID is unreadable, or one time names a zone alone.
        """
        before = self._select(source, worlds, at=self.before)
        after = self._select(source, worlds, at=self.after)
        targets = [side.target for side in (before, after) if side.target is not None]
        texts = {target.states_zone: target.text for target in targets}
        if len(texts) > 1:
            raise UsageError(
                f"{texts[True]!r} names a time zone, {texts[False]!r} does not",
                hint="add the zone to both, as in '2024-06-18 21:16+00:00', or give"
                " --timezone ZONE",
            )
        if self.transaction is None:
            return before, after
        return (
            self._in_logs(before, before_transaction=self.transaction),
            self._in_logs(after, after_transaction=self.transaction),
        )

    def _select(self, source: Source, worlds: str | None, *, at: str | None) -> Selection:
        selection = read_selection(
            source,
            at=at,
            pattern=self.pattern,
            timezone=self.timezone,
            worlds=worlds,
            identities=self.identities,
        )
        return self._in_logs(selection)

    def _in_logs(self, selection: Selection, **point: str) -> Selection:
        return at_logged_moment(
            selection, binlogs=self.binlogs, no_binlogs=self.no_binlogs, **point
        )


def diff_moment_options(command: _Command) -> _Command:
    """Declare the options that name the moments; the command gets `moments`.

    The command also declares --pattern, --timezone, --binlogs, --no-binlogs and --identity, which
    it gets as a part of them.
    """

    @functools.wraps(command)
    def with_moments(
        *,
        from_time: str | None,
        to_time: str | None,
        transaction: str | None,
        pattern: str | None,
        timezone: str | None,
        binlogs: tuple[Path, ...],
        no_binlogs: bool,
        identities: tuple[Path, ...],
        **others: Any,
    ) -> Any:
        moments = Moments(
            before=from_time,
            after=to_time,
            transaction=transaction,
            pattern=pattern,
            timezone=timezone,
            binlogs=binlogs,
            no_binlogs=no_binlogs,
            identities=identities,
        )
        return command(moments=moments, **others)

    for decorate in (
        option(
            "--transaction",
            metavar="GTID",
            help="With SOURCE: from before this transaction to after it, by binary logs.",
        ),
        option("--to", "to_time", metavar="TIME", help="With SOURCE: the later moment."),
        option("--from", "from_time", metavar="TIME", help="With SOURCE: the earlier moment."),
    ):
        with_moments = decorate(with_moments)
    return cast(_Command, with_moments)
