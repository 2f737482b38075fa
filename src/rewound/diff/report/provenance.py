"""What was compared: which dumps, on which servers, when and how. Pure values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DumpOrigin:
    """The dump that one world of a side holds."""

    world: str
    dump: str
    """Its path."""
    taken_at: str
    """When it was taken, by its name, or the moment that binary logs led to; in ISO form, as all
    times here."""
    sha256: str | None
    """Of the file, in hexadecimal; None where the world has no ledger."""
    bytes: int | None
    """Of the file on disk."""
    dump_filter: str | None
    """The options that selected a part of it."""


@dataclass(frozen=True, slots=True)
class SideOrigin:
    """Where the worlds of one side come from."""

    fleet: str
    source: str
    """The folder of dumps, or the one dump."""
    target: str | None
    """The target time; None for the newest dumps."""
    restored_at: str
    server: str
    """The MySQL that its worlds run, such as `MySQL 9.7.4 (process)`."""
    dumps: list[DumpOrigin]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What was compared, and how."""

    made_at: str
    rewound: str
    """The version of Rewound."""
    options: list[str]
    """The words of the command after `rewound diff`."""
    before: SideOrigin
    after: SideOrigin
