"""The catalog: which dumps exist, of which world and time, and which one to restore.

It reads names and folders only; `rewound.dump` reads the contents of dumps.
"""

from rewound.catalog.choose import (
    Choice,
    ChosenDump,
    MissingWorld,
    TargetTime,
    choose_dumps,
    describe_missing,
    parse_target,
    require_all,
    require_settled,
)
from rewound.catalog.discover import discover, discover_files
from rewound.catalog.dump import (
    Catalog,
    Doubt,
    Dump,
    NotUnderstood,
    TimeSource,
    natural_key,
    sort_naturally,
)
from rewound.catalog.layouts.bundle import Subject
from rewound.catalog.naming.names import NameProblem, ParsedName
from rewound.catalog.naming.pattern import NamePattern, compile_pattern
from rewound.catalog.naming.times import TIME_SHAPES, TimeShape

__all__ = [
    "TIME_SHAPES",
    "Catalog",
    "Choice",
    "ChosenDump",
    "Doubt",
    "Dump",
    "MissingWorld",
    "NamePattern",
    "NameProblem",
    "NotUnderstood",
    "ParsedName",
    "Subject",
    "TargetTime",
    "TimeShape",
    "TimeSource",
    "choose_dumps",
    "compile_pattern",
    "describe_missing",
    "discover",
    "discover_files",
    "natural_key",
    "parse_target",
    "require_all",
    "require_settled",
    "sort_naturally",
]
