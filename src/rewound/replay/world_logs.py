"""The logs of one world and the moment that is wanted: plans for each of its dumps."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from rewound.catalog.logs.coverage import LogFacts, arrange
from rewound.dump.file.reader import DumpReader
from rewound.replay.coordinates import HEAD_BYTES, Coordinates, read_coordinates
from rewound.replay.planning import plan_replay
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.target import Target


class WorldLogs:
    """What leads from the dumps of one world to a moment. Thread-safe."""

    def __init__(self, logs: Sequence[LogFacts], target: Target) -> None:
        """Take all files that are a world's, in any order."""
        self._chain, self._findings = arrange(logs)
        self._target = target
        self._plan = lru_cache(maxsize=None)(self._make_plan)

    def plan(self, dump: Path) -> ReplayPlan:
        """Return what is replayed on a dump.

        Raises:
            DumpTooNew: the dump has changes from after the moment.
            ReplayError: the logs do not lead from it to the moment.
            BinlogError, DumpError: a file is damaged.
        """
        return self._plan(dump)

    def _make_plan(self, dump: Path) -> ReplayPlan:
        return plan_replay(
            find_coordinates(dump), self._chain, self._target, findings=self._findings
        )


def find_coordinates(dump: Path) -> Coordinates:
    """Return where a dump says that it stands in the logs.

    Raises:
        DumpError: it cannot be read.
    """
    head = b""
    with DumpReader(dump) as reader:
        for chunk in reader.iter_chunks():
            head += chunk
            if len(head) >= HEAD_BYTES:
                break
    return read_coordinates(head)
