"""The columns that identify a row for people, besides its key: `player_name`, `title`. Pure."""

from collections.abc import Sequence

from rewound.diff.patterns import fits_column
from rewound.diff.rows.canonical_form import CanonicalForm, ColumnPair

_NAMES = ("name", "title", "label", "username", "login", "nickname", "email", "code")
"""What such a column is called, the best one first; also at the end of `player_name`."""


def choose_labels(
    columns: Sequence[ColumnPair], patterns: Sequence[str] | None
) -> list[ColumnPair]:
    """Return the columns that name a row: those of some patterns; of None, the likeliest one."""
    if patterns is not None:
        return [column for column in columns if fits_column(patterns, column.name)]
    texts = [column for column in columns if column.form is CanonicalForm.TEXT]
    for name in _NAMES:
        for ending in (name, f"_{name}"):
            for column in texts:
                plain = column.name.lower()
                if plain == ending or (ending[0] == "_" and plain.endswith(ending)):
                    return [column]
    return []
