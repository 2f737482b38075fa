"""The part of a log that takes a dump to a moment: three small files, made byte by byte.

Transactions 1 and 2 are before the dump. They were committed at second 1, 2, …, but 6 after 7.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.binlog.content_hash import hash_content
from rewound.binlog.gtids import GtidSet, parse_gtid
from rewound.catalog.logs.binary_log import BinaryLog
from rewound.catalog.logs.coverage import arrange
from rewound.catalog.logs.reading import read_log
from rewound.errors import BinlogError, DumpTooNew, ReplayError
from rewound.load.log_receipt import HandlerCounts, LogFileFacts, LoggedPoint, LogReceipt, LogRule
from rewound.replay.coordinates import Coordinates
from rewound.replay.planning import plan_replay
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.target import AtPosition, AtTime, AtTransaction, Target, at_time, show_time
from tests.unit.binlog.made_log import (
    ANONYMOUS_GTID,
    BEGIN,
    COMMIT,
    GTID,
    INSERT_1,
    NOW_US,
    PREVIOUS_GTIDS,
    ROTATE,
    STOP,
    UUID,
    MadeLog,
)

OTHER = "11111111-2222-3333-4444-555555555555"
SECOND = 1_000_000
STARTS: dict[int, tuple[int, int]] = {}
"""Of each transaction: its file, and where it begins; the same in every test."""


def make_logs(
    folder: Path,
    *,
    files: Sequence[Sequence[int]] = ((1, 2, 3), (4, 5), (7, 6, 8)),
    last: int | None = None,
    has_gtids: bool = True,
    has_checksums: bool = True,
    anonymous: Sequence[int] = (),
) -> list[Path]:
    """Write the files; the last one stays open, names a next one (4) or ends with STOP (3)."""
    paths = []
    seen = GtidSet()
    for index, numbers in enumerate(files):
        log = MadeLog(has_checksums=has_checksums)
        if has_gtids:
            intervals = [(first, end) for _, first, end in seen.iter_intervals()]
            body = struct.pack("<Q", bool(intervals))
            if intervals:
                body += bytes.fromhex(UUID.replace("-", "")) + struct.pack("<Q", len(intervals))
                body += b"".join(struct.pack("<QQ", first, end + 1) for first, end in intervals)
            log.add(PREVIOUS_GTIDS, body)
        for number in numbers:
            at_us = NOW_US + number * SECOND
            start = log.add_transaction(
                BEGIN,
                *INSERT_1,
                COMMIT,
                number=number,
                committed_us=at_us,
                kind=ANONYMOUS_GTID if number in anonymous else GTID,
            )
            STARTS[number] = (index, start)
            if number not in anonymous:
                seen.add_interval(UUID, number, number)
        if index + 1 < len(files) or last == ROTATE:
            log.add(ROTATE, struct.pack("<Q", 4) + b"binlog.%06d" % (index + 2))
        elif last == STOP:
            log.add(STOP, b"")
        paths.append(log.write(folder, f"binlog.{index + 1:06d}"))
    return paths


def plan(logs: Sequence[Path], target: Target, at: Coordinates | None = None) -> ReplayPlan:
    facts = [read_log(BinaryLog("w", path, path.stat().st_size)) for path in logs]
    chain, findings = arrange(facts)
    return plan_replay(gtids("1-2") if at is None else at, chain, target, findings=findings)


def gtids(text: str, uuid: str = UUID) -> Coordinates:
    return Coordinates(gtids=GtidSet.parse(f"{uuid}:{text}"))


def position(number: int) -> Coordinates:
    """Return where a transaction begins, once `make_logs` has been called."""
    index, start = STARTS[number]
    return Coordinates(f"binlog.{index + 1:06d}", start)


def at(seconds: float, *, is_strict: bool = False) -> AtTime:
    return AtTime(NOW_US + int(seconds * SECOND), is_strict)


def of(number: int, *, is_included: bool) -> AtTransaction:
    return AtTransaction(parse_gtid(f"{UUID}:{number}"), is_included)


def numbers(planned: ReplayPlan) -> tuple[int, int | None, int | None, int | None]:
    """Return how many transactions, and the numbers of first, last and first left out."""
    points = (planned.first, planned.last, planned.first_left_out)
    first, last, left_out = (p and p.gtid and int(p.gtid.rpartition(":")[2]) for p in points)
    return planned.transactions, first, last, left_out  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (at(2.5), (0, None, None, 3)),
        (at(3), (1, 3, 3, 4)),
        (at(3, is_strict=True), (0, None, None, 3)),
        (at(4.999999), (2, 3, 4, 5)),
        (at(5), (3, 3, 5, 7)),
        (at(6), (3, 3, 5, 7)),  # 6 is in the log after 7
        (at(7), (5, 3, 6, 8)),
        (at(8), (6, 3, 8, None)),
        (at(99), (6, 3, 8, None)),
        (of(3, is_included=False), (0, None, None, 3)),
        (of(3, is_included=True), (1, 3, 3, None)),  # the next one is in another file
        (of(4, is_included=True), (2, 3, 4, 5)),
        (of(7, is_included=False), (3, 3, 5, 7)),
        (of(7, is_included=True), (4, 3, 7, 6)),
        (of(8, is_included=True), (6, 3, 8, None)),
    ],
)
def test_the_end_is_a_place_in_the_log(
    tmp_path: Path, target: Target, found: tuple[int, int | None, int | None, int | None]
) -> None:
    assert numbers(plan(make_logs(tmp_path), target)) == found


@pytest.mark.parametrize(
    ("number", "found"),
    [(3, (0, None, None, 3)), (5, (2, 3, 4, 5)), (7, (3, 3, 5, 7)), (8, (5, 3, 6, 8))],
)
def test_the_end_at_a_position(
    tmp_path: Path, number: int, found: tuple[int, int | None, int | None, int | None]
) -> None:
    logs = make_logs(tmp_path)
    place = position(number)
    assert place.log_name is not None
    assert place.position is not None
    assert numbers(plan(logs, AtPosition(place.log_name, place.position))) == found


def test_parts_are_just_what_is_replayed(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    planned = plan(logs, at(4))
    assert [(part.path, part.start, part.end) for part in planned.parts] == [
        (logs[0], STARTS[3][1], logs[0].stat().st_size),
        (logs[1], 127, STARTS[5][1]),
    ]
    assert planned.as_of_us == NOW_US + 4 * SECOND
    assert planned.identity != plan(logs, at(3)).identity
    # ROTATE is after the last transaction, and not needed.
    (part,) = plan(logs, of(3, is_included=True)).parts
    assert part.end == logs[0].stat().st_size - len(b"binlog.000002") - 31
    assert plan(logs, at(99)).as_of_us == NOW_US + 8 * SECOND
    assert plan(logs, at(2.5)).as_of_us == NOW_US + 2_500_000
    assert plan(logs, of(3, is_included=False)).as_of_us is None


@pytest.mark.parametrize(
    ("coordinates", "start_by"),
    [
        (gtids("1-2"), "the dump's GTIDs"),
        (None, "the dump's position"),
    ],
)
def test_the_start(tmp_path: Path, coordinates: Coordinates | None, start_by: str) -> None:
    logs = make_logs(tmp_path)
    planned = plan(logs, at(9), coordinates or position(3))
    assert numbers(planned)[:2] == (6, 3)
    assert planned.start_by == start_by


def test_a_start_by_both_has_to_agree(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    both = Coordinates(position(3).log_name, position(3).position, gtids("1-2").gtids)
    assert plan(logs, at(9), both).start_by.endswith("which agree")
    both = Coordinates(position(3).log_name, position(3).position, gtids("1-3").gtids)
    with pytest.raises(ReplayError, match=f"have {UUID}:1-2, the dump {UUID}:1-3"):
        plan(logs, at(9), both)


@pytest.mark.parametrize(
    ("coordinates", "words"),
    [
        (Coordinates(), "does not say where it stands"),
        (Coordinates("binlog.000001"), "does not say where it stands"),
        (gtids("1-2", OTHER), f"the logs are of server {UUID}, the dump of {OTHER}"),
        (gtids("1-20"), "transactions that the logs binlog.000001 to binlog.000003 do not have"),
        (gtids("1-2:4"), f"not in this order: {UUID}:4; the logs end before the dump"),
        (
            Coordinates("binlog.000007", 4),
            "binlog.000007, where the dump stands (binlog.000007:4), is not",
        ),
        (Coordinates("binlog.000001", 500), "is not the start of a transaction"),
        (Coordinates("binlog.000001", 99_999), "the file ends at"),
    ],
)
def test_a_start_that_the_logs_do_not_have(
    tmp_path: Path, coordinates: Coordinates, words: str
) -> None:
    with pytest.raises((ReplayError, BinlogError)) as caught:
        plan(make_logs(tmp_path), at(9), coordinates)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("anonymous", "stated", "words"),
    [
        ((4,), "1-2", None),
        ((8,), "1-2", None),
        ((3,), "1-2", "transactions without GTIDs (at binlog.000002:"),
        ((2,), "1", "transactions without GTIDs (at binlog.000001:"),
        ((3,), "1-2:4", None),
        ((5,), "1-4", "transactions without GTIDs (at binlog.000003:"),
        ((3,), "1-2:4-5", None),
    ],
)
def test_gtids_alone_beside_transactions_without_them(
    tmp_path: Path, anonymous: tuple[int, ...], stated: str, words: str | None
) -> None:
    logs = make_logs(tmp_path, anonymous=anonymous)
    if words is None:
        assert plan(logs, at(99), gtids(stated)).start_by == "the dump's GTIDs"
        return
    with pytest.raises(ReplayError) as caught:
        plan(logs, at(99), gtids(stated))
    assert words in str(caught.value)


def test_purged_logs(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)[1:]
    with pytest.raises(ReplayError, match=r"begin with binlog\.000002, which is after the dump"):
        plan(logs, at(9))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (at(1.5), "the dump has changes up to"),
        (at(2, is_strict=True), "the dump has changes up to"),
        (of(2, is_included=False), "the dump has transaction"),
        (of(2, is_included=True), "the dump has transaction"),
        (AtPosition("binlog.000001", 4), "is before the dump's own position"),
    ],
)
def test_a_moment_before_the_dump(tmp_path: Path, target: Target, words: str) -> None:
    with pytest.raises(DumpTooNew) as caught:
        plan(make_logs(tmp_path), target)
    assert words in str(caught.value)


def test_a_transaction_from_before_the_logs(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    with pytest.raises(DumpTooNew, match=r"has transaction \S+:1 already\n"):
        plan(logs, of(1, is_included=True), position(4))
    before = r":1 already, which is from before the logs binlog\.000002 to binlog\.000003\n"
    with pytest.raises(DumpTooNew, match=before):
        plan(logs[1:], of(1, is_included=True), position(4))


def test_a_dump_whose_last_changes_are_in_no_log(tmp_path: Path) -> None:
    """It may have changes from after the moment: all files were begun at second 0."""
    logs = make_logs(tmp_path)
    dump = position(4)
    for target in (at(-60), at(0.5)):
        with pytest.raises(DumpTooNew) as caught:
            plan(logs[1:], target, dump)
        assert "from before binlog.000002, which its server began at" in str(caught.value)
        assert "the logs from before the dump" in str(caught.value.hint)
    assert numbers(plan(logs[1:], at(1), dump)) == (0, None, None, 4)
    assert numbers(plan(logs[1:], of(4, is_included=False), dump)) == (0, None, None, 4)
    # With the file before it, the last change is known.
    assert numbers(plan(logs, at(3.5), dump)) == (0, None, None, 4)
    logs = make_logs(tmp_path, files=((1, 2), (), (3, 4)))
    assert numbers(plan(logs, at(2.5), position(3))) == (0, None, None, 3)
    with pytest.raises(DumpTooNew, match="has changes up to"):
        plan(logs, at(1.5), position(3))
    with pytest.raises(DumpTooNew, match=r"from before binlog\.000002"):
        plan(logs[1:], at(0.5), position(3))


def test_a_plan_says_between_which_times_its_dump_stands(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)

    def stands(*of_them: Path, dump: Coordinates) -> tuple[int | None, ...]:
        planned = plan(of_them, at(9), dump)
        times = (planned.stands_after_us, planned.stands_before_us)
        return tuple(None if us is None else (us - NOW_US) // SECOND for us in times)

    assert stands(*logs, dump=position(4)) == (3, 4)
    assert stands(*logs[1:], dump=position(4)) == (0, 4)
    assert stands(*logs, dump=gtids("1-8")) == (8, None)


@pytest.mark.parametrize(
    ("drop", "target", "words"),
    [
        (1, at(9), "binlog.000002 is missing between binlog.000001 and binlog.000003"),
        (1, of(8, is_included=True), "binlog.000002 is missing"),
        (2, at(9), "binlog.000003 is missing after binlog.000002; the logs reach 20"),
        (2, of(8, is_included=True), "is in none of the logs binlog.000001 to binlog.000002"),
    ],
)
def test_a_missing_file(tmp_path: Path, drop: int, target: Target, words: str) -> None:
    logs = make_logs(tmp_path)
    logs.pop(drop)
    with pytest.raises((ReplayError, BinlogError)) as caught:
        plan(logs, target)
    assert words in str(caught.value)


@pytest.mark.parametrize("drop", [1, 2])
def test_the_latest_moment_before_a_missing_file_can_be_asked_for(
    tmp_path: Path, drop: int
) -> None:
    logs = make_logs(tmp_path)
    logs.pop(drop)
    with pytest.raises((ReplayError, BinlogError)) as caught:
        plan(logs, at(9))
    _, _, time = str(caught.value.hint).partition(" at the latest --before ")
    latest = at_time(datetime.fromisoformat(time.strip("'")), is_strict=True)
    last = plan(logs, latest).first_left_out
    assert last is not None
    assert last.committed_us == latest.time_us
    with pytest.raises((ReplayError, BinlogError)):
        plan(logs, replace(latest, is_strict=False))


def test_a_missing_file_that_is_not_needed(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    logs.pop(1)
    assert numbers(plan(logs, of(3, is_included=True))) == (1, 3, 3, None)


@pytest.mark.parametrize(("last", "notes"), [(None, 1), (STOP, 1)])
def test_logs_that_end_before_the_time(tmp_path: Path, last: int | None, notes: int) -> None:
    planned = plan(make_logs(tmp_path, last=last), at(9))
    ends = [note for note in planned.notes if note.startswith("the logs end before")]
    assert len(ends) == notes
    assert f"with {show_time(NOW_US + 8 * SECOND)}: what was committed later" in ends[0]


def test_a_last_file_that_names_a_next_one(tmp_path: Path) -> None:
    logs = make_logs(tmp_path, last=ROTATE)
    with pytest.raises(ReplayError, match=r"binlog\.000004 is missing after binlog\.000003"):
        plan(logs, at(9))
    assert numbers(plan(logs, at(7)))[0] == 5


def test_stragglers_are_named(tmp_path: Path) -> None:
    planned = plan(make_logs(tmp_path), at(6.5))
    (note,) = (note for note in planned.notes if note.startswith("committed in time, but left out"))
    assert f"{UUID}:6" in note
    assert f"{UUID}:8" not in note


@pytest.mark.parametrize(
    ("files", "coordinates", "gaps"),
    [
        (((1, 2, 3), (4, 5)), "1-2", None),
        (((1, 2, 3), (5, 6)), "1-2", "4"),
        (((1, 2, 4), (7, 8)), "1-2", "3:5-6"),
        (((1, 2, 5), (6, 7)), "1-2", "3-4"),
        (((1, 4, 5), (6, 7)), "1:4", None),  # a gap of before the dump
    ],
)
def test_gaps_are_named(
    tmp_path: Path, files: Sequence[Sequence[int]], coordinates: str, gaps: str | None
) -> None:
    planned = plan(make_logs(tmp_path, files=files), at(9), gtids(coordinates))
    found = [note for note in planned.notes if note.startswith("GTIDs that are missing")]
    assert bool(found) is (gaps is not None)
    if gaps is not None:
        assert f"replayed: {UUID}:{gaps};" in found[0]


def test_a_file_that_is_damaged_after_the_moment(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    whole = logs[2].read_bytes()
    logs[2].write_bytes(whole[: STARTS[8][1] + 200])
    assert numbers(plan(logs, of(6, is_included=True))) == (5, 3, 6, None)
    assert numbers(plan(logs, at(6.5))) == (3, 3, 5, 7)
    for target in (at(7), at(9), of(8, is_included=True)):
        with pytest.raises(ReplayError) as caught:
            plan(logs, target)
        assert "the file ends inside the transaction that begins here" in str(caught.value)
        assert f"the last whole transaction is {UUID}:6" in str(caught.value)
        assert "ask for an earlier moment" in str(caught.value.hint)


def test_a_file_that_is_damaged_before_the_moment(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    logs[1].write_bytes(logs[1].read_bytes()[: STARTS[5][1] + 200])
    for target in (at(9), of(8, is_included=True)):
        with pytest.raises(ReplayError, match=r"binlog\.000002:\d+"):
            plan(logs, target)


def test_an_encrypted_file(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    logs[1].write_bytes(b"\xfdbin" + logs[1].read_bytes()[4:])
    with pytest.raises(ReplayError, match=r"is encrypted \(binlog_encryption\)") as caught:
        plan(logs, at(9))
    assert "--read-from-remote-server --raw" in str(caught.value.hint)


def test_a_file_that_is_there_twice_is_noted(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    copy = tmp_path / "old" / logs[1].name
    copy.parent.mkdir()
    copy.write_bytes(logs[1].read_bytes())
    planned = plan([*logs, copy], at(9))
    assert planned.transactions == 6
    assert any("binlog.000002 occurs twice" in note for note in planned.notes)


@pytest.mark.parametrize(
    ("has_gtids", "has_checksums", "by_position", "unproved"),
    [
        (True, True, False, []),
        (True, True, True, ["of the server that was dumped"]),
        (False, True, True, ["of the server that was dumped"]),
        (True, False, False, ["binlog_checksum=NONE"]),
        (False, False, True, ["of the server that was dumped", "binlog_checksum=NONE"]),
    ],
)
def test_what_is_not_proved(
    tmp_path: Path,
    has_gtids: bool,
    has_checksums: bool,
    by_position: bool,
    unproved: list[str],
) -> None:
    logs = make_logs(tmp_path, has_gtids=has_gtids, has_checksums=has_checksums)
    planned = plan(logs, at(9), position(3) if by_position else None)
    assert len(planned.not_proved) == len(unproved)
    for words, text in zip(unproved, planned.not_proved, strict=True):
        assert words in text


def test_a_position_in_the_logs_of_the_replicated_server_is_not_proved(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    name, start = position(3).log_name, position(3).position
    planned = plan(logs, at(9), Coordinates(name, start, of_the_replicated=True))
    assert any("--dump-replica" in text for text in planned.not_proved)


def receipt_of(planned: ReplayPlan, **changes: object) -> LogReceipt:
    """Return the receipt of a replay of this plan."""
    point = planned.first
    first = None
    if point is not None:
        first = LoggedPoint(point.log_name, point.start, point.gtid, datetime.now(UTC), True)
    receipt = LogReceipt(
        target=planned.target,
        as_of=None,
        start_by=planned.start_by,
        files=tuple(
            LogFileFacts(
                str(part.path),
                part.survey.name,
                "ab",
                hash_content(part.path, part.end),
                part.start,
                part.end,
            )
            for part in planned.parts
        ),
        transactions=planned.transactions,
        first=first,
        last=None,
        first_left_out=None,
        tables=(),
        read=HandlerCounts(),
        server=HandlerCounts(),
        definitions=(),
        rules=(),
        notes=(),
        findings=(),
        not_proved=(),
    )
    return replace(receipt, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("earlier", "files", "left"),
    [
        (2, 3, 6),  # nothing was replayed
        (3, 3, 5),
        (4, 2, 4),
        (7, 1, 2),
        (8, 1, 0),
    ],
)
def test_a_plan_goes_on_where_a_receipt_ends(
    tmp_path: Path, earlier: int, files: int, left: int
) -> None:
    logs = make_logs(tmp_path)
    whole = plan(logs, of(8, is_included=True))
    part = plan(logs, AtPosition(*place_after(logs, earlier)))
    rest = whole.after(receipt_of(part))
    assert (len(rest.parts), rest.transactions) == (files, left)
    assert rest.parts[0].start == part.parts[-1].end
    assert rest.parts[1:] == whole.parts[-files:][1:]
    assert rest.parts[-1].end == whole.parts[-1].end


def place_after(logs: Sequence[Path], number: int) -> tuple[str, int]:
    """Return the place behind a transaction."""
    planned = plan(logs, of(number, is_included=True), gtids("1"))
    return planned.parts[-1].survey.name, planned.parts[-1].end


@pytest.mark.parametrize(
    "change",
    [
        lambda receipt: replace(receipt, transactions=9),
        lambda receipt: replace(receipt, files=()),
        lambda receipt: replace(receipt, files=receipt.files * 2),
        lambda receipt: replace(
            receipt, files=(replace(receipt.files[0], from_position=4), *receipt.files[1:])
        ),
        lambda receipt: replace(
            receipt, files=(replace(receipt.files[0], to_position=5), *receipt.files[1:])
        ),
        lambda receipt: replace(
            receipt, files=(replace(receipt.files[0], name="other.000001"), *receipt.files[1:])
        ),
        lambda receipt: replace(
            receipt, files=(*receipt.files[:-1], replace(receipt.files[-1], to_position=99_999))
        ),
        lambda receipt: replace(
            receipt, files=(replace(receipt.files[0], content_sha256="ab"), *receipt.files[1:])
        ),
        lambda receipt: replace(receipt, first=replace(receipt.first, gtid=f"{OTHER}:3")),
        lambda receipt: replace(receipt, rules=(LogRule("xa-undecided", "skipped", 1, "", ""),)),
    ],
)
def test_a_receipt_of_something_else_is_not_gone_on_from(
    tmp_path: Path, change: Callable[[LogReceipt], LogReceipt]
) -> None:
    logs = make_logs(tmp_path)
    whole = plan(logs, of(8, is_included=True))
    receipt = receipt_of(plan(logs, of(4, is_included=True)))
    assert whole.after(receipt).transactions == 4
    other = change(receipt)
    assert whole.after(other) is whole
    assert whole.find_nearest({("a",): other}) is None
    assert whole.find_nearest({("a",): other, ("b",): receipt}) == ("b",)


def test_the_nearest_moment_on_the_way_is_found(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    plans = {number: plan(logs, of(number, is_included=True)) for number in (3, 4, 7, 8)}
    receipts = {each.identity: receipt_of(each) for each in plans.values()}
    assert len(receipts) == len(plans)
    assert plans[8].find_nearest(receipts) == plans[8].identity
    assert plans[7].find_nearest(receipts) == plans[7].identity
    del receipts[plans[7].identity]
    assert plans[7].find_nearest(receipts) == plans[4].identity
    assert plans[3].find_nearest({plans[4].identity: receipts[plans[4].identity]}) is None


def test_logs_of_other_content_are_another_part(tmp_path: Path) -> None:
    logs = make_logs(tmp_path)
    before = plan(logs, of(4, is_included=True))
    receipt = receipt_of(before)
    data = bytearray(logs[0].read_bytes())
    data[-60] ^= 1  # in what comes after the part that is replayed of the first file, or in it
    logs[0].write_bytes(data)
    assert hash_content(logs[0], len(data)) != receipt.files[0].content_sha256
    assert before.find_nearest({("a",): receipt}) is None


@pytest.mark.parametrize("is_named", [True, False])
def test_a_file_that_cannot_be_read_is_named_where_it_is_needed(
    tmp_path: Path, *, is_named: bool
) -> None:
    logs = make_logs(tmp_path)
    start = position(3) if is_named else gtids("1-2")
    logs[1].write_bytes(b"")
    assert numbers(plan(logs, of(3, is_included=True), start)) == (1, 3, 3, None)
    with pytest.raises(ReplayError, match=r"binlog\.000002: is empty \(copied while"):
        plan(logs, at(7), start)
    with pytest.raises(ReplayError, match=r"binlog\.000002: is empty"):
        plan(logs, at(7), gtids("1-4"))
    assert numbers(plan(logs, at(7), gtids("1-5"))) == (2, 7, 6, 8)
    logs[0].write_bytes(b"\xfeb")
    with pytest.raises(ReplayError, match=r"binlog\.000001: is cut off in its first"):
        plan(logs, at(7), gtids("1-2"))


def test_names_that_do_not_fit_their_contents_are_refused(tmp_path: Path) -> None:
    for swapped in ((1, 2), (0, 2)):
        for has_gtids in (True, False):
            logs = make_logs(tmp_path, has_gtids=has_gtids)
            start = gtids("1-2") if has_gtids else position(3)
            first, second = (logs[index] for index in swapped)
            contents = first.read_bytes(), second.read_bytes()
            for path, content in zip((second, first), contents, strict=True):
                path.write_bytes(content)
            for target in (at(4), at(99)):
                with pytest.raises(BinlogError) as caught:
                    plan(logs, target, start)
                assert caught.value.log == second
                assert "does not fit its name: it states that " in caught.value.reason
                assert f"so its server called it {first.name}" in caught.value.reason
