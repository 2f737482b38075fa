"""The way from a later moment of the same logs back to a planned one, and whether it is shorter.

It is chosen by places and by the content of the logs alone; `undoing` finds out whether what lies
on it can be turned around.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rewound.binlog.content_hash import hash_content
from rewound.load.log_receipt import LogReceipt
from rewound.replay.log_files import LogFiles
from rewound.replay.replay_plan import (
    LogPart,
    ReplayPlan,
    begin_alike,
    is_undecided,
    measure,
)

LONGEST_WAY_BYTES = 64 << 20
"""Of log: what is further back is not looked at. Turning rows around takes longer than replaying
them, and a longer way seldom is without definitions."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """What is taken back."""

    identity: tuple[str, ...]
    """Of the later moment: the key of its baseline."""
    parts: tuple[LogPart, ...]
    """In the order of the log; the last one is taken back first."""
    transactions: int
    """How many are taken back; at least one."""

    @property
    def size_bytes(self) -> int:
        """How much log it is."""
        return measure(self.parts)


def find_way_back(
    plan: ReplayPlan,
    receipts: Mapping[tuple[str, ...], LogReceipt],
    files: LogFiles,
    *,
    less_than_bytes: int,
) -> WayBack | None:
    """Return the shortest way back to a plan's end from one of many moments, if one is so short.

    `receipts` are those of the moments that there are baselines of, by their identities.

    Raises:
        BinlogError: a log cannot be read.
        ReplayError: a log is damaged before its first transaction.
    """
    ways = [
        (way.size_bytes, way, receipt)
        for identity, receipt in receipts.items()
        if (way := _lead_back(plan, identity, receipt, files)) is not None
    ]
    for size_bytes, way, receipt in sorted(ways, key=lambda each: each[0]):
        if size_bytes >= less_than_bytes or size_bytes > LONGEST_WAY_BYTES:
            return None
        if _is_of(receipt, files):
            return way
    return None


def _lead_back(
    plan: ReplayPlan, identity: tuple[str, ...], receipt: LogReceipt, files: LogFiles
) -> WayBack | None:
    """Return the way from a receipt's moment, if it has the plan as its beginning."""
    count = receipt.transactions - plan.transactions
    if count < 1 or receipt.last is None or len(receipt.files) < len(plan.parts):
        return None
    at_end, end = receipt.files[len(plan.parts) - 1], plan.parts[-1]
    is_further_on = (
        not is_undecided(receipt)
        and begin_alike(receipt.files, plan.parts)
        and end.end <= at_end.to_position
        and (plan.first is None or (receipt.first and receipt.first.key) == plan.first.key)
    )
    if not is_further_on:
        return None
    indexes = {files[index].name: index for index in range(len(files))}
    parts = []
    for file in receipt.files[len(plan.parts) - 1 :]:
        if file.name not in indexes:
            return None
        survey = files.survey(indexes[file.name])
        start = end.end if file is at_end else file.from_position
        parts.append(LogPart(survey, start, file.to_position))
    return WayBack(identity, tuple(parts), count)


def _is_of(receipt: LogReceipt, files: LogFiles) -> bool:
    """Tell whether the logs still are those of a receipt."""
    paths = {files[index].name: files[index].location for index in range(len(files))}
    return all(
        file.name in paths
        and hash_content(paths[file.name], file.to_position) == file.content_sha256
        for file in receipt.files
    )
