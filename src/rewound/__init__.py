"""Rewound: your databases as they were.

Takes a folder of MySQL dumps, one per world (shard, tenant, region), and gives
one throw-away MySQL server per world, each proven to hold its dump.

    with rewound.up("backups/", at="2024-06-18 21:30") as fleet:
        print(fleet.query("SELECT COUNT(*) AS players FROM player").to_pandas())

`dumps` and `verify` look at dumps without a server, `up` restores them into a fleet, and `Fleet`
takes one that is up. Failures are the errors of `rewound.errors`.
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = ["Answer", "Fleet", "FleetWorld", "__version__", "dumps", "up", "verify"]

if TYPE_CHECKING:
    from rewound.api import Answer, Fleet, FleetWorld, dumps, up, verify


def __getattr__(name: str) -> object:
    """Import exported names on first use: the command line needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("rewound.api"), name)


def __dir__() -> list[str]:
    """List the exported names for `help` and completion, although they are imported late."""
    return sorted({*globals(), *__all__})
