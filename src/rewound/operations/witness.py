"""The witness of `--deep`: compares a world with a second load of its dump, bit by bit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from rewound.diff.exact.comparison import compare_exactly
from rewound.errors import LoadError
from rewound.fleet.second_load import REPORT_HINT
from rewound.load.ledger import DeepProof
from rewound.mysql.endpoint import Endpoint

_NAMES = ("the world", "the second load")


@dataclass(frozen=True, slots=True)
class ExactWitness:
    """Compares every table's contents and every definition."""

    def compare(
        self, served: Endpoint, again: Endpoint, *, looking_at: Callable[[str], None]
    ) -> DeepProof:
        """Return the proof that both hold the same.

        Raises:
            LoadError: they do not.
        """
        found = compare_exactly((served, again), _NAMES, looking_at=looking_at)
        if found.difference is not None:
            raise LoadError(
                f"the second load, statement by statement, differs: {found.difference}",
                hint=REPORT_HINT,
            )
        return DeepProof(datetime.now(UTC), found.tables, found.rows, found.definitions)
