"""Warnings about filters that match nothing, which are probably misspelled."""

from collections.abc import Collection, Sequence

from rewound.cli.output import diagnostics
from rewound.similar_names import suggest


def warn_of_idle_filters(idle: Sequence[Sequence[str]], tables: Collection[str]) -> None:
    """Report which --skip-table options match no table in any dump."""
    common = set(idle[0]).intersection(*idle[1:]) if idle else ()
    for option in sorted(common):
        known = suggest(option.partition(" ")[2], sorted(tables), listed_as="tables")
        diagnostics.warn(f"{option}: no dump contains such a table; {known}")
