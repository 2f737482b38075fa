"""Rewound from Python: the verbs of the command line, as functions and methods.

    import rewound

    with rewound.up("backups/", at="2024-06-18 21:30") as fleet:
        answer = fleet.query("SELECT COUNT(*) AS players FROM player")
        print(answer.to_pandas())

Failures are the errors of `rewound.errors`. Nothing is printed.
"""

from rewound.api.answer import Answer
from rewound.api.fleet import Fleet
from rewound.api.fleet_world import FleetWorld
from rewound.api.source import dumps, up, verify

__all__ = ["Answer", "Fleet", "FleetWorld", "dumps", "up", "verify"]
