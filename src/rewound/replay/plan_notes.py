"""What the user should know of a plan: what its logs end with, lack, and cannot prove. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rewound.binlog.gtids import GtidSet
from rewound.binlog.survey import LogSurvey
from rewound.binlog.times import SECOND_US
from rewound.figures import show_count
from rewound.load.log_receipt import ContentEvidence
from rewound.replay.coordinates import Coordinates
from rewound.replay.target import AtTime, Target, show_time

_MOST_NAMED = 3


def note_end(target: Target, committed_us: int | None) -> Iterator[str]:
    """Yield that the logs end before a time, with a transaction of `committed_us`."""
    if isinstance(target, AtTime):
        end = "the dump's own moment" if committed_us is None else show_time(committed_us)
        yield (
            f"the logs end before {target}, with {end}: what was committed later, if anything, is"
            " not in them"
        )


def note_stragglers(found: list[str]) -> Iterator[str]:
    """Yield the transactions after the end that were committed before it."""
    if found:
        yield (
            "committed in time, but left out, because they follow a later transaction in the log:"
            f" {_name_some(found)}"
        )


def note_clocks(surveys: Sequence[LogSurvey]) -> Iterator[str]:
    """Yield the files that were begun before the one before them ended, by their servers' clocks.

    A copy of a server, with its UUID, writes files of the same names and GTIDs.
    """
    for before, after in pairwise(surveys):
        begun_us = (after.format.written_s + 1) * SECOND_US  # it is in whole seconds
        if before.last is not None and before.last.committed_us >= begun_us:
            yield (
                f"{after.name} was begun at {show_time(after.format.written_s * SECOND_US)}, but"
                f" {before.name} before it goes on to {show_time(before.last.committed_us)}: a"
                " clock was set back, or one of them is of another server, such as a copy of this"
                " one"
            )


def note_gaps(before: GtidSet, replayed: GtidSet) -> Iterator[str]:
    """Yield the GTIDs that should be among those replayed, by their numbers.

    A server counts its transactions in the order of its log; those of others that it replicates
    with several workers may come later.
    """
    every = before.copy()
    every.update(replayed)
    if gaps := every.gaps.minus(before.gaps):
        yield (
            f"GTIDs that are missing among those replayed: {gaps}; they are later in the log, were"
            " never in it, or a file was changed"
        )


def find_unproved(
    coordinates: Coordinates,
    surveys: Iterable[LogSurvey],
    *,
    compares_gtids: bool,
    evidence: ContentEvidence | None = None,
) -> Iterator[str]:
    """Yield what these coordinates and files leave unproved."""
    if evidence is not None:
        yield (
            "that these are the logs of the server that was dumped, and where the dump stands in"
            f" them: only its {show_count(evidence.rows, 'row')} that they change"
            f" show{'s' * (evidence.rows == 1)} it"
        )
    elif not compares_gtids:
        yield (
            "that these are the logs of the server that was dumped: without GTIDs in both, only"
            " the name of the file and the position say so"
        )
    if coordinates.of_the_replicated:
        yield (
            "that these are the logs of the source of the replica that was dumped: the dump states"
            " its position in those (--dump-replica)"
        )
    unchecked = [survey.name for survey in surveys if not survey.format.has_checksums]
    if unchecked:
        yield (
            f"that no bit flipped in {_name_some(unchecked)}: written without checksums"
            " (binlog_checksum=NONE)"
        )


def _name_some(texts: list[str]) -> str:
    more = f" and {len(texts) - _MOST_NAMED:,} more" * (len(texts) > _MOST_NAMED)
    return "; ".join(texts[:_MOST_NAMED]) + more
