"""Rewound: your databases as they were.

Takes a folder of MySQL dumps, one per world (shard, tenant, region), and gives
one throw-away MySQL server per world, each proven to hold its dump.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
