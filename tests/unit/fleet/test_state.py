import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.command import ProcessIdentity
from rewound.engine.choice import EngineChoice, EngineKind
from rewound.engine.protocol import Server
from rewound.errors import FleetError, HostError, UsageError
from rewound.fleet.record import RECORD_FORMAT, FleetRecord
from rewound.fleet.state import FleetFolder, list_fleets
from rewound.fleet.world import World, WorldState
from rewound.load.dump_facts import DumpFacts
from rewound.load.ledger import (
    ForeignKeys,
    Ledger,
    RuleCount,
    StoredObject,
    TableCount,
    WarningCount,
)

MARK = ProcessIdentity(pid=4711, start_ticks=12345, boot_id="b")
TIME = datetime(2026, 3, 2, 21, 15, 0, 123456, tzinfo=UTC)

READY = World(
    name="host1",
    state=WorldState.READY,
    dump="/backups/hôst1.sql.gz",
    taken_at=TIME,
    port=4000,
    server=Server(MARK, Path("/w/mysqld.sock"), "127.0.0.1", 4000),
    schemas=("game", "shop"),
    rows=12,
    baseline="ab",
)
FAILED = World("host2", WorldState.FAILED, "/b/2.sql", TIME, port=4001, reason="cut off\nx")
RECORD = FleetRecord(
    format=RECORD_FORMAT,
    name="default",
    source="/backups",
    target="2026-03-02",
    created_at=TIME,
    maker=MARK,
    engine=EngineChoice(EngineKind.DOCKER, "mysql:9.7", "sha256:ab", "9.7.4", "unix:///d.sock"),
    buffer_pool_bytes=64 << 20,
    time_zone="+00:00",
    worlds={"host1": READY, "host2": FAILED},
)
LEDGER = Ledger(
    dump=DumpFacts("/b/1.sql", "ab", 10, 20, None, "8.4.3", None, is_whole=None, positions=()),
    server_version="9.7.4",
    started_at=TIME,
    ended_at=TIME,
    statements=3,
    executed={"INSERT": 2},
    rules=(RuleCount("definer", "rewritten", 1, 7, "v"),),
    warnings=(WarningCount(1264, 1, 9, "Out of range"),),
    unseen_warnings=0,
    schemas=("game",),
    tables=(TableCount("game", "t", 2, 0, 2, None), TableCount("game", "u", 3, 1, 2, 2)),
    objects=(StoredObject("view", "game", "v", is_there=True),),
    foreign_keys=ForeignKeys(1, is_checked=True, broken=("k",)),
    unfinished_allowed=True,
)


@pytest.fixture
def folder(tmp_path: Path) -> FleetFolder:
    folder = FleetFolder(tmp_path, "default")
    with folder.locked():
        folder.create()
    return folder


def test_a_record_comes_back_as_it_was_written(folder: FleetFolder):
    folder.write(replace(RECORD, worlds={}))
    folder.write(RECORD)
    assert folder.read() == RECORD
    assert list(folder.read().worlds) == ["host1", "host2"]


def test_a_ledger_comes_back_as_it_was_written(folder: FleetFolder):
    folder.write_ledger("host1", LEDGER)
    assert folder.read_ledger("host1") == LEDGER
    with pytest.raises(FleetError, match="world host2 of fleet default has no ledger"):
        folder.read_ledger("host2")


def test_passwords_come_back_out_of_the_option_files(folder: FleetFolder):
    passwords = {"root": "a-b_c", "reader": "%percent"}
    folder.write_passwords(passwords)
    assert {account: folder.read_password(account) for account in passwords} == passwords


def test_everything_is_the_users_alone_and_nothing_temporary_is_left(folder: FleetFolder):
    folder.write(RECORD)
    folder.write_ledger("host1", LEDGER)
    folder.write_passwords({"root": "secret"})
    for path in (folder.path, *folder.path.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
        assert path.suffix != ".new"


def test_no_fleet_is_a_fleet_error(tmp_path: Path):
    with pytest.raises(FleetError, match="no fleet named other"):
        FleetFolder(tmp_path, "other").read()


def test_a_folder_without_a_record_was_interrupted(folder: FleetFolder):
    with pytest.raises(FleetError, match="interrupted before anything") as caught:
        folder.read()
    assert caught.value.hint == "remove it: rewound down --fleet default"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": %d}' % RECORD_FORMAT, b"\xff"])
def test_an_unreadable_record_is_a_fleet_error_with_a_way_out(folder: FleetFolder, content: bytes):
    (folder.path / "fleet.json").write_bytes(content)
    with pytest.raises(FleetError, match=r"fleet\.json is unreadable") as caught:
        folder.read()
    assert "rewound down" in str(caught.value.hint)


def test_the_record_of_another_version_is_refused(folder: FleetFolder):
    folder.write(replace(RECORD, format=RECORD_FORMAT + 1))
    with pytest.raises(FleetError, match="created by another version"):
        folder.read()


def test_a_record_of_another_version_is_distinguished_from_an_unreadable_one(folder: FleetFolder):
    path = folder.path / "fleet.json"
    path.write_text(json.dumps({"format": RECORD_FORMAT + 1, "other": "fields"}))
    with pytest.raises(FleetError, match="created by another version"):
        folder.read()


def test_a_second_command_is_kept_out_until_the_first_has_ended(tmp_path: Path):
    first, second = (FleetFolder(tmp_path, "default") for _ in range(2))
    with first.locked():
        with pytest.raises(FleetError, match="another command is working"), second.locked():
            pytest.fail("both are in")
        with FleetFolder(tmp_path, "other").locked():
            pass
    with second.locked():
        pass


def test_a_lock_is_released_when_the_command_fails(tmp_path: Path):
    folder = FleetFolder(tmp_path, "default")
    with pytest.raises(KeyError), folder.locked():
        raise KeyError
    with folder.locked():
        pass


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", ".hidden", "a b", "x" * 41, "a.lock", "-a"])
def test_a_name_that_is_no_safe_folder_is_refused(tmp_path: Path, name: str):
    with pytest.raises(UsageError, match="is not a valid fleet name"):
        FleetFolder(tmp_path, name)


def test_list_fleets_names_fleets_alone(tmp_path: Path):
    assert list_fleets(tmp_path) == []
    for name in ("b", "a.2"):
        folder = FleetFolder(tmp_path, name)
        with folder.locked():
            folder.create()
    # What a killed `down` leaves is no fleet.
    (tmp_path / "fleets/.b.going").mkdir()
    assert list_fleets(tmp_path) == ["a.2", "b"]


def test_a_state_folder_that_cannot_be_written_is_the_hosts_fault(tmp_path: Path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(HostError, match=r"cannot write .*: not a directory"),
        FleetFolder(tmp_path / "file", "default").locked(),
    ):
        pytest.fail("locked nothing")


def test_a_record_that_cannot_be_written_is_the_hosts_fault(folder: FleetFolder):
    (folder.path / "fleet.json.new").mkdir()
    with pytest.raises(HostError, match=r"cannot write .*fleet\.json"):
        folder.write(RECORD)


def test_looking_whether_a_fleet_is_being_changed_takes_no_lock_and_makes_nothing(tmp_path: Path):
    folder = FleetFolder(tmp_path / "state", "default")
    assert not folder.is_being_changed
    assert not (tmp_path / "state").exists()
    with folder.locked():
        assert folder.is_being_changed
        assert not FleetFolder(tmp_path / "state", "other").is_being_changed
    assert not folder.is_being_changed


def test_a_ledger_is_kept_of_a_world_with_the_longest_name(tmp_path: Path):
    folder = FleetFolder(tmp_path, "default")
    with folder.locked():
        folder.create()
    names = ["w" * 252 + "1", "w" * 252 + "2"]
    for rows, name in enumerate(names):
        folder.write_ledger(name, replace(LEDGER, statements=rows))
    assert [folder.read_ledger(name).statements for name in names] == [0, 1]


def test_a_socket_with_a_long_path_has_a_short_name_too(tmp_path: Path):
    folder = FleetFolder(tmp_path, "default")
    with folder.locked():
        folder.create()
    short = Server(MARK, Path("/w/mysqld.sock"), "127.0.0.1", 4000)
    long = Server(MARK, folder.world_folder("w" * 200) / "mysqld.sock", "127.0.0.1", 4001)
    for server in (short, long, long):
        folder.name_socket(server)
    assert folder.find_socket(short) == short.socket
    assert folder.find_socket(long) == folder.path / "sockets/4001"
    assert (folder.path / "sockets/4001").resolve() == long.socket.resolve()


def test_a_lock_goes_with_its_fleet_and_stays_with_one_that_is_there(tmp_path: Path):
    folder = FleetFolder(tmp_path, "default")
    with folder.locked():
        assert (tmp_path / "fleets/default.lock").exists()
    assert list((tmp_path / "fleets").iterdir()) == []
    with folder.locked():
        folder.create()
    assert sorted(path.name for path in (tmp_path / "fleets").iterdir()) == [
        "default",
        "default.lock",
    ]
