"""Finding the one place in the logs that all rows of a loaded dump fit.

The dump's rows that the logs change are compared with every state that the logs have them in. It
stands between two transactions, so all rows fit there. The search succeeds only if they fit
nowhere else; whatever is between two places that they fit must not be replayed. What the logs
change before and after has to show that the dump is within them.
"""

import threading
from collections.abc import Callable, Sequence

from rewound.binlog.events.table_map import TableMap
from rewound.errors import Interrupted
from rewound.load.ledger import Ledger
from rewound.load.options import LoadOptions
from rewound.load.server_reading import read_server_profile
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.replay.by_content.chains import Boundaries
from rewound.replay.by_content.log_scan import LogScan, NumberedPlaces
from rewound.replay.by_content.served import ServedRows
from rewound.replay.by_content.timeline import MOST_TOUCHES, Timeline
from rewound.replay.by_content.unfound import (
    refuse_ambiguous,
    refuse_many,
    refuse_silent,
    refuse_unfit,
)
from rewound.replay.by_content.weighing import Weighing
from rewound.replay.columns import find_difference
from rewound.replay.found_start import FoundStart
from rewound.replay.log_files import LogFiles
from rewound.replay.log_judge import LogJudge
from rewound.replay.server_tables import read_collations
from rewound.replay.session_statements import LogServer

Progress = Callable[[str, float], None]
"""Called with the file that is read, and which share of all was so far."""
_MARGINS = (1_000, 100, 10, 1)
"""So many transactions on both sides are read again around a place that a sample shows; fewer where
they have too many rows."""


def find_by_content(
    endpoint: Endpoint,
    files: LogFiles,
    ledger: Ledger,
    *,
    options: LoadOptions,
    cancelled: threading.Event,
    progress: Progress = lambda _log, _share: None,
    most_touches: int = MOST_TOUCHES,
) -> FoundStart:
    """Return where in the logs a dump stands that a server has just been loaded with.

    `endpoint` needs to read the restored schemas. `ledger` is that of the load.

    Raises:
        ReplayError: the dump fits no place, several, or may not be within the logs.
        BinlogError: a log was changed since it was surveyed.
        Interrupted: `cancelled` was set.
    """
    with Connection(endpoint) as connection:
        search = _Search(connection, files, ledger, options, cancelled, progress, most_touches)
        return search.find()


class _Search:
    """The search for one dump."""

    def __init__(
        self,
        connection: Connection,
        files: LogFiles,
        ledger: Ledger,
        options: LoadOptions,
        cancelled: threading.Event,
        progress: Progress,
        most_touches: int,
    ) -> None:
        self._files = files
        self._ledger = ledger
        self._options = options
        self._cancelled = cancelled
        self._progress = progress
        self._most_touches = most_touches
        self._profile = read_server_profile(connection)
        server_version = files.survey(files.first_readable).format.server_version
        self._log_server = LogServer(server_version, read_collations(connection))
        self._served = ServedRows(connection)
        self._places = NumberedPlaces()

    def find(self) -> FoundStart:
        """Return the place."""
        timeline, scan = self._begin(0)
        scan.read_all(self._tell)
        whole = Boundaries(0, len(self._places.starts))
        weighing = Weighing(timeline, self._served, whole.last)
        read = whole
        while timeline.is_sampled and (candidates := weighing.find_candidates()):
            read = self._narrow(read, candidates)
            timeline, scan = self._begin(read.first)
            scan.read_span(read, self._check)
            weighing = Weighing(timeline, self._served, read.last)
        return self._decide(timeline, weighing)

    def _narrow(self, read: Boundaries, fitting: Sequence[Boundaries]) -> Boundaries:
        """Return the part of what was read that is read again, without leaving out rows."""
        for margin in _MARGINS:
            first = max(read.first, fitting[0].first - margin)
            last = min(read.last, fitting[-1].last + margin)
            if 2 * (last - first) <= read.last - read.first:
                return Boundaries(first, last)
        raise refuse_many(self._files, self._places, Boundaries(fitting[0].first, fitting[-1].last))

    def _decide(self, timeline: Timeline, weighing: Weighing) -> FoundStart:
        """Return the place that a weighing shows, or refuse it."""
        files, places = self._files, self._places
        candidates = weighing.find_candidates()
        anywhere = weighing.anywhere
        if timeline.is_sampled and not candidates and not (anywhere and anywhere.misfits):
            raise refuse_many(files, places, weighing.whole)
        if not weighing.rows:
            raise refuse_silent(files, timeline)
        if not candidates:
            raise refuse_unfit(files, places, weighing)
        if len(candidates) > 1 or not places.is_harmless(candidates[0]):
            raise refuse_ambiguous(files, places, timeline, candidates)
        span = candidates[0]
        place = places.find(span.first)
        evidence = weighing.count_evidence(span)
        return FoundStart(files[place.index].name, place.position, evidence)

    def _begin(self, first: int) -> tuple[Timeline, LogScan]:
        judge = LogJudge(
            self._profile,
            self._log_server,
            schemas=self._ledger.schemas,
            dump_filter=self._options.dump_filter,
            allowed=self._options.allowed,
        )
        timeline = Timeline(first, self._served.find_compared, most_touches=self._most_touches)

        def differs(logged: TableMap) -> str | None:
            columns = self._served.read_columns(logged.name)
            return find_difference(logged, columns, judge.find_charset) if columns else None

        return timeline, LogScan(self._files, self._places, timeline, judge, differs)

    def _tell(self, log: str, share: float) -> None:
        self._check()
        self._progress(log, share)

    def _check(self) -> None:
        if self._cancelled.is_set():
            raise Interrupted("looking for the dump's place in its logs was interrupted")
