"""The files of one server's log in order: proof that none is missing, doubled or cut off.

A file that was closed names the next (ROTATE), or its server was stopped (STOP). With GTIDs there
is a second proof: what a file states to have been before it is what the last one stated, and its
own transactions. Names count on by one; they begin again at 000001 where a log was reset.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rewound.binlog.log_bytes import copy_again
from rewound.binlog.survey import LogSurvey, survey_log
from rewound.binlog.times import from_us
from rewound.dump.file.location import Location
from rewound.errors import BinlogError

_NUMBERED = re.compile(r"(.*\.)(\d+)")


def read_chain(logs: Iterable[Location]) -> list[LogSurvey]:
    """Survey files that are given in the order of the log, and prove that they are one.

    Raises:
        BinlogError: a file cannot be read, or does not follow the one before.
    """
    surveys = [survey_log(path) for path in logs]
    require_chain(surveys)
    return surveys


def require_chain(surveys: Sequence[LogSurvey]) -> None:
    """Check that each file follows the one before. Pure. The last one may be open.

    Raises:
        BinlogError: a file is missing, occurs twice, is of another server, or is cut off.
    """
    for before, after in pairwise(surveys):
        _require_next_name(before, after)
        is_proved = _require_gtids(before, after)
        if not before.ending.is_closed and not is_proved:
            raise BinlogError(
                before.log,
                f"the end of the file is missing: {after.name} follows, but neither ROTATE nor STOP"
                " is at its end (copied while in use, or the server crashed)",
                position=before.ending.position,
                hint=copy_again(before.log),
            )


def find_misnamed(survey: LogSurvey) -> BinlogError | None:
    """Return the error of a file whose name is that of another; None if it is not known to be."""
    next_name = survey.ending.next_name
    if next_name is None or next_name == next_log_name(survey.name):
        return None
    own, following = _NUMBERED.fullmatch(survey.name), _NUMBERED.fullmatch(next_name)
    if own is None or following is None or own[1] != following[1]:
        return None
    real = following[1] + str(int(following[2]) - 1).zfill(len(following[2]))
    return BinlogError(
        survey.log,
        f"does not fit its name: it states that {next_name} follows, so its server called it {real}"
        " (were two files' names swapped?)",
        hint="give the files the names that they had on their server, or copy them again",
    )


def next_log_name(name: str) -> str | None:
    """Return the name of the file after one of this name; None if it has no number."""
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return None
    number = str(int(match[2]) + 1)
    return match[1] + number.zfill(len(match[2]))


def is_after(name: str, other: str) -> bool:
    """Tell whether a file has a higher number than another."""
    return _number(name) > _number(other)


def describe_missing(expected: str, before: str, after: str) -> str:
    """Return which files are missing between two, of which `expected` is the first."""
    missing = _number(after) - _number(expected)
    base = expected.rpartition(".")[0]
    if missing <= 1 or after.rpartition(".")[0] != base:
        return f"{expected} is missing between {before} and {after}"
    last = str(_number(after) - 1).zfill(len(expected) - len(base) - 1)
    joint = "and" if missing == 2 else "to"
    return f"{expected} {joint} {base}.{last} are missing between {before} and {after}"


def advise_earlier(survey: LogSurvey) -> str:
    """Return what can be asked for if the file after this one is missing.

    That file may have transactions of the time of the last one here, so this one is left out.
    """
    if survey.last is None:
        return "ask for an earlier moment"
    at = from_us(survey.last.committed_us).isoformat(" ")
    return f"ask for an earlier moment, at the latest --before '{at}'"


def _require_next_name(before: LogSurvey, after: LogSurvey) -> None:
    expected = before.ending.next_name or next_log_name(before.name)
    if expected is None or after.name == expected:
        return
    if after.name == before.name:
        raise BinlogError(
            after.log,
            f"occurs twice: {before.log} is the same file of the log",
            hint="remove one",
        )
    reason = f"does not follow {before.name}: {expected} does"
    if is_after(after.name, expected):
        reason = (
            f"{describe_missing(expected, before.name, after.name)}; the logs reach"
            f" {_show_end(before)}"
        )
    raise BinlogError(
        after.log,
        reason,
        hint=f"copy {expected} from the server, or its backup, beside it; or"
        f" {advise_earlier(before)}",
    )


def _require_gtids(before: LogSurvey, after: LogSurvey) -> bool:
    """Compare GTIDs, where both files state them; tell whether that is a proof."""
    if before.gtid_list is not None and after.gtid_list is not None:
        return _require_gtid_list(before, after)
    if before.previous_gtids is None or after.previous_gtids is None:
        return False
    known = before.previous_gtids.copy()
    known.update(before.gtids)
    if missing := after.previous_gtids.minus(known):
        raise BinlogError(
            after.log,
            f"before it were transactions that {before.name} does not have: {missing}",
            hint=f"{copy_again(before.log)}; a file may be missing, or be of another server",
        )
    if extra := known.minus(after.previous_gtids):
        raise BinlogError(
            after.log,
            f"does not know of transactions in {before.name} and before: {extra}",
            hint="give the files of one server, from after its last RESET BINARY LOGS",
        )
    return bool(before.gtids)


def _require_gtid_list(before: LogSurvey, after: LogSurvey) -> bool:
    """Compare the last transaction of each source, of MariaDB's files."""
    expected = {gtid.source: gtid.number for gtid in before.gtid_list or ()}
    for source, _, last in before.gtids.iter_intervals():
        expected[source] = max(last, expected.get(source, 0))
    stated = {gtid.source: gtid.number for gtid in after.gtid_list or ()}
    for source in sorted(stated.keys() | expected.keys()):
        if stated.get(source) != expected.get(source):
            raise BinlogError(
                after.log,
                f"before it, the last transaction of {source} was {stated.get(source, 'none')};"
                f" {before.name} ends with {expected.get(source, 'none')}",
                hint=f"{copy_again(before.log)}; a file may be missing, or be of another server",
            )
    return bool(before.gtids)


def _number(name: str) -> int:
    match = _NUMBERED.fullmatch(name)
    return int(match[2]) if match else 0


def _show_end(survey: LogSurvey) -> str:
    if survey.last is None:
        return "no transaction"
    return f"{from_us(survey.last.committed_us):%Y-%m-%d %H:%M:%S} UTC"
