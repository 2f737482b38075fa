"""Faults of files and of coordinates: each is planted, and refused or named in the right words."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rewound.binlog.gtids import parse_gtid
from rewound.errors import BinlogError, DumpTooNew, ReplayError, RewoundError
from rewound.replay.target import AtPosition, AtTime, AtTransaction
from tests.server.load_server import LoadServer
from tests.server.planted import TABLES, History, stamp, tell, without
from tests.server.replaying import Source

_LATE_US = 4_000_000_000_000_000


@pytest.fixture
def history(source: Source, tmp_path: Path) -> History:
    """Three files: the dump is of the first one, each has two transactions after it."""
    return tell(
        source,
        tmp_path,
        "UPDATE game.player SET score = 11 WHERE id = 1",
        "INSERT INTO game.player VALUES (4,'dan',40)",
        "FLUSH BINARY LOGS",
        "UPDATE game.player SET score = 22 WHERE id = 2",
        "DELETE FROM game.player WHERE id = 4",
        "FLUSH BINARY LOGS",
        "UPDATE game.player SET score = 33 WHERE id = 3",
        "INSERT INTO game.player VALUES (5,'joe',50)",
    )


@pytest.fixture
def without_gtids(source: Source, tmp_path: Path) -> Iterator[History]:
    modes = ("ON_PERMISSIVE", "OFF_PERMISSIVE", "OFF")
    source.run(*(f"SET GLOBAL gtid_mode={mode}" for mode in modes))
    yield tell(
        source,
        tmp_path,
        "UPDATE game.player SET score = score + 1 WHERE id = 1",
        "INSERT INTO game.player VALUES (4,'dan',40)",
        "UPDATE game.player SET score = score + 1 WHERE id = 4",
        "FLUSH BINARY LOGS",
        "UPDATE game.player SET score = 22 WHERE id = 2",
    )
    source.run(*(f"SET GLOBAL gtid_mode={mode}" for mode in (*reversed(modes[:2]), "ON")))


def refuse(history: History, *words: str, target: object = None) -> RewoundError:
    """Require that no plan is made, and that the message has the words."""
    with pytest.raises((ReplayError, BinlogError)) as caught:
        history.plan(target)  # type: ignore[arg-type]
    for word in words:
        assert word in str(caught.value), caught.value
    return caught.value


def test_without_any_fault_the_world_is_the_source(history: History, world: LoadServer) -> None:
    receipt = history.restore(world).receipt
    history.require_equal(world)
    assert receipt is not None
    assert receipt.transactions == 6
    assert receipt.start_by == "the dump's position and its GTIDs, which agree"


def test_a_missing_file_is_named_and_so_is_how_far_the_logs_reach(history: History) -> None:
    history.logs.pop(1)
    error = refuse(
        history,
        "binlog.000002 is missing between binlog.000001 and binlog.000003; the logs reach 20",
    )
    assert error.hint is not None
    assert "copy binlog.000002" in error.hint


def test_a_missing_file_after_the_last_one_is_named(history: History) -> None:
    history.logs.pop()
    refuse(
        history,
        "binlog.000003 is missing after binlog.000002; the logs reach 20",
        target=AtTime(_LATE_US, is_strict=False),
    )
    at = history.points()[0]
    assert history.plan(AtTransaction(at.gtid, is_included=True)).transactions == 3  # type: ignore[arg-type]


def test_a_file_that_is_there_twice_is_used_once_and_named(history: History) -> None:
    copy = history.logs[1].parent / "older" / history.logs[1].name
    copy.parent.mkdir()
    copy.write_bytes(history.logs[1].read_bytes())
    history.logs.insert(2, copy)
    planned = history.plan()
    assert planned.transactions == 6
    assert any("binlog.000002 occurs twice" in note for note in planned.notes)


def test_two_files_of_one_name_with_different_content_are_refused(history: History) -> None:
    other = history.logs[1].parent / "other" / history.logs[1].name
    other.parent.mkdir()
    other.write_bytes(without(history.logs[1].read_bytes(), history.points(1)[0]))
    history.logs.insert(2, other)
    refuse(history, "binlog.000002", "occurs twice")


@pytest.mark.parametrize("has_gtids", [True, False])
def test_a_file_in_the_middle_cut_between_transactions_is_refused(
    has_gtids: bool, request: pytest.FixtureRequest
) -> None:
    told: History = request.getfixturevalue("history" if has_gtids else "without_gtids")
    data = told.logs[0].read_bytes()
    told.change(0, data[: told.points(0)[-1].start])
    refuse(
        told,
        "before it were transactions that binlog.000001 does not have"
        if has_gtids
        else "the end of the file is missing: binlog.000002 follows, but neither ROTATE nor STOP",
    )


def test_a_file_cut_inside_a_transaction_is_refused_with_its_last_whole_one(
    history: History,
) -> None:
    first, second = history.points()
    history.change(-1, history.logs[-1].read_bytes()[: second.end - 5])
    error = refuse(
        history,
        f"binlog.000003:{second.start}: the file ends inside the transaction that begins here",
        f"(copied while in use?); the last whole transaction is {first.gtid}, of 20",
        target=AtTime(_LATE_US, is_strict=False),
    )
    assert error.hint is not None
    assert "copy" in error.hint


def test_a_moment_before_the_cut_can_be_reached(history: History, world: LoadServer) -> None:
    first, second = history.points()
    history.change(-1, history.logs[-1].read_bytes()[: second.end - 5])
    assert first.gtid is not None
    history.restore(world, AtTransaction(first.gtid, is_included=True))
    assert world.ask("SELECT SUM(score) FROM game.player") == 66


def test_a_moment_between_two_files_can_be_reached(history: History, world: LoadServer) -> None:
    first = history.points(1)[0].gtid
    assert first is not None
    receipt = history.restore(world, AtTransaction(first, is_included=False)).receipt
    assert receipt is not None
    assert receipt.transactions == 2
    assert receipt.first_left_out is not None
    assert receipt.first_left_out.gtid == str(first)
    assert world.ask("SELECT SUM(score) FROM game.player") == 101


def test_a_last_file_that_is_open_is_fine_and_said(history: History, world: LoadServer) -> None:
    receipt = history.restore(world, AtTime(_LATE_US, is_strict=False)).receipt
    history.require_equal(world)
    assert receipt is not None
    assert any(
        "the logs end before 2096-10-02" in note and "what was committed later" in note
        for note in receipt.notes
    )


def test_a_start_that_is_too_early_is_refused_by_the_rows(
    without_gtids: History, world: LoadServer
) -> None:
    early = without_gtids.points(0)[1]  # INSERT of the rows that the dump has
    without_gtids.move_dump("binlog.000001", early.start)
    with pytest.raises(ReplayError, match="here already; the replay began too early"):
        without_gtids.restore(world)


def test_a_start_that_is_too_late_is_refused_by_the_rows(
    without_gtids: History, world: LoadServer
) -> None:
    late = without_gtids.points(0)[-1]
    without_gtids.move_dump("binlog.000001", late.start)
    with pytest.raises(ReplayError, match="a row that it changes is not here"):
        without_gtids.restore(world)


def test_a_wrong_start_that_no_row_shows_is_among_what_is_not_proved(
    without_gtids: History, world: LoadServer
) -> None:
    late = without_gtids.points(0)[-3]
    without_gtids.move_dump("binlog.000001", late.end)
    receipt = without_gtids.restore(world).receipt
    assert receipt is not None
    assert world.ask("SELECT score FROM game.player WHERE id = 1") == 10
    assert any("that the dump stands where it says" in text for text in receipt.not_proved)


def test_purged_logs_are_refused(history: History) -> None:
    history.logs[:] = history.logs[1:]
    refuse(history, "binlog.000001, where the dump stands", "is not among the logs binlog.000002")


def test_purged_logs_are_refused_by_gtids_alone(source: Source, tmp_path: Path) -> None:
    told = tell(
        source,
        tmp_path,
        "INSERT INTO game.player VALUES (4,'dan',40)",
        "FLUSH BINARY LOGS",
        dump=("--set-gtid-purged=ON",),
    )
    assert told.plan().start_by == "the dump's GTIDs"
    told.logs[:] = told.logs[1:]
    refuse(told, "the logs begin with binlog.000002, which is after the dump")


def test_a_transaction_that_is_missing_inside_of_a_file_is_refused_or_named(
    history: History,
) -> None:
    lost = history.points(1)[0].gtid
    whole = [log.read_bytes() for log in history.logs]
    history.change(1, without(whole[1], history.points(1)[0]))
    refuse(history, "before it were transactions that binlog.000002 does not have", str(lost))
    history.change(1, whole[1])
    lost = history.points(2)[0].gtid
    history.change(2, without(whole[2], history.points(2)[0]))
    planned = history.plan(AtTime(_LATE_US, is_strict=False))
    assert any("GTIDs that are missing" in n and str(lost) in n for n in planned.notes)


def test_several_sources_in_one_set_with_gaps_of_their_own(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    others = [f"{number}" * 8 + "-1111-1111-1111-111111111111" for number in (1, 2)]
    told = tell(
        source,
        tmp_path,
        f"SET gtid_next='{others[1]}:7'",
        "INSERT INTO game.player VALUES (8,'o',1)",
        f"SET gtid_next='{others[0]}:4'",
        "INSERT INTO game.player VALUES (9,'o',1)",
        "SET gtid_next='AUTOMATIC'",
        "INSERT INTO game.player VALUES (10,'own',1)",
        before=(
            TABLES[0],
            f"SET gtid_next='{others[0]}:3'",
            "INSERT INTO game.player VALUES (7,'o',1)",
            "SET gtid_next='AUTOMATIC'",
        ),
    )
    ledger = told.restore(world)
    told.require_equal(world)
    assert ledger.receipt is not None
    assert ledger.receipt.transactions == 3


@pytest.mark.parametrize("options", [("--source-data=2",), ("--set-gtid-purged=ON",)])
def test_logs_of_another_server_are_refused_with_both_uuids(
    history: History, options: tuple[str, ...], source: Source, tmp_path: Path
) -> None:
    own = str(source.connection.query("SELECT @@server_uuid").rows[0][0])
    dump = source.dump(tmp_path / "other.sql", *options)
    text = dump.read_text().replace(own, "11111111-2222-3333-4444-555555555555")
    dump.write_text(text)
    refuse(
        replace(history, dump=dump),
        f"the logs are of server {own}, the dump of 11111111-2222-3333-4444-555555555555",
    )


def test_logs_that_cannot_be_told_from_another_servers_are_not_proved(
    without_gtids: History, world: LoadServer
) -> None:
    receipt = without_gtids.restore(world).receipt
    without_gtids.require_equal(world)
    assert receipt is not None
    assert any("of the server that was dumped" in text for text in receipt.not_proved)


def test_position_and_gtids_of_a_dump_that_disagree_are_refused(history: History) -> None:
    history.move_dump("binlog.000001", history.points(0)[-1].start)
    refuse(history, "the dump's position (binlog.000001:", "and its GTIDs disagree")


def test_a_dump_without_coordinates_is_refused_before_its_place_is_found(
    source: Source, tmp_path: Path
) -> None:
    told = tell(source, tmp_path, dump=("--set-gtid-purged=OFF",))
    error = refuse(told, "the dump does not say where it stands in the binary logs")
    assert "rewound seek TIME" in str(error.hint)


@pytest.mark.parametrize("whose", ["dump", "target"])
def test_what_is_not_the_start_of_a_transaction_is_refused(history: History, whose: str) -> None:
    first, second = history.points(1)
    words = ("binlog.000002", "is not the start of a transaction")
    inside = f"{second.start + 30} is inside the one from {second.start} to {second.end}"
    if whose == "dump":
        history.move_dump("binlog.000002", second.start + 30)
        refuse(history, *words, inside)
    else:
        target = AtPosition("binlog.000002", second.start + 30)
        refuse(history, *words, inside, target=target)
        target = AtPosition("binlog.000002", 99_999)
        refuse(history, *words, "the file ends at", target=target)
        target = AtPosition("binlog.000009", first.start)
        refuse(history, "binlog.000009, where the target stands", target=target)


def test_a_moment_before_the_dump_is_refused(history: History) -> None:
    before = history.points(0)[0]
    for target in (
        AtTime(before.committed_us, is_strict=False),
        AtTransaction(before.gtid, is_included=False),  # type: ignore[arg-type]
        AtPosition("binlog.000001", before.start),
    ):
        with pytest.raises(DumpTooNew, match="dump") as caught:
            history.plan(target)
        assert "add a dump from before it" in str(caught.value.hint)


def test_a_transaction_that_is_in_none_of_the_logs_is_refused(history: History) -> None:
    gtid = parse_gtid("11111111-2222-3333-4444-555555555555:9")
    refuse(
        history,
        f"transaction {gtid} is in none of the logs binlog.000001 to binlog.000003",
        target=AtTransaction(gtid, is_included=False),
    )


def test_a_bit_that_flipped_is_refused_with_its_place(history: History, world: LoadServer) -> None:
    point = history.points(1)[0]
    data = bytearray(history.logs[1].read_bytes())
    data[point.end - 40] ^= 1  # in the rows
    history.change(1, bytes(data))
    with pytest.raises(BinlogError, match=r"binlog\.000002:\d+: the event .* checksum"):
        history.restore(world)


def test_a_log_without_checksums_is_not_proved_to_be_intact(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    source.run("SET GLOBAL binlog_checksum=NONE")
    told = tell(source, tmp_path, "INSERT INTO game.player VALUES (4,'dan',40)")
    source.run("SET GLOBAL binlog_checksum=CRC32")
    receipt = told.restore(world).receipt
    told.require_equal(world)
    assert receipt is not None
    assert any("binlog_checksum=NONE" in text for text in receipt.not_proved)


def test_an_encrypted_log_is_refused(history: History) -> None:
    data = history.logs[1].read_bytes()
    history.change(1, b"\xfdbin" + data[4:])
    error = refuse(history, "binlog.000002: is encrypted (binlog_encryption)")
    assert "mysqlbinlog --read-from-remote-server --raw" in str(error.hint)


def test_a_file_that_names_another_next_one_is_refused(history: History) -> None:
    data = history.logs[0].read_bytes()
    start = data.rindex(b"binlog.000002") - 27
    rotate = data[start:].replace(b"binlog.000002", b"binlog.000007")
    history.change(0, data[:start] + stamp(rotate, start))
    refuse(history, "binlog.000001: does not fit its name", "binlog.000007", "binlog.000006")


def test_a_file_that_was_begun_too_early_is_told(history: History) -> None:
    assert history.plan().notes == ()
    data = history.logs[1].read_bytes()
    length = int.from_bytes(data[13:17], "little")
    hour_earlier = (int.from_bytes(data[4:8], "little") - 3600).to_bytes(4, "little")
    history.change(1, data[:4] + stamp(hour_earlier + data[8 : 4 + length], 4) + data[4 + length :])
    (note,) = history.plan().notes
    assert "binlog.000002 was begun at" in note
    assert "or one of them is of another server" in note
