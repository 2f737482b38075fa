"""Rewound: your databases as they were.

Takes a folder of MySQL dumps, one per world (shard, tenant, region), and gives
one throw-away MySQL server per world, each proven to hold its dump.

From Python: `up` makes a fleet, `Fleet` takes one that is up; see `rewound.api`.
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = ["Answer", "Fleet", "FleetWorld", "__version__", "up"]

if TYPE_CHECKING:
    from rewound.api import Answer, Fleet, FleetWorld, up


def __getattr__(name: str) -> object:
    """Import what is exported when it is asked for: the command line needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("rewound.api"), name)
