"""The libraries of the extra `analysis`, which a plain install leaves out: 236 of 367 MB.

Listing, csv, json and tables work without them. What needs one imports it inside of `needed_for`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rewound.errors import HostError

LIBRARIES = frozenset({"duckdb", "pandas", "polars", "pyarrow"})


@contextmanager
def needed_for(what: str) -> Iterator[None]:
    """Import one of the libraries within the block.

    Raises:
        HostError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in LIBRARIES:
            raise
        raise HostError(
            f"{what} needs {library}, which is not installed",
            hint="install it: pip install 'rewound[analysis]'",
        ) from error
