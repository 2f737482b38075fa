import pytest

from rewound.replay.coordinates import Coordinates, read_coordinates

UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
OTHER = "11111111-2222-3333-4444-555555555555"
POSITION_57 = "-- CHANGE MASTER TO MASTER_LOG_FILE='mysql-bin.000042', MASTER_LOG_POS=1337;\n"
POSITION_97 = (
    "-- CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='binlog.000001', SOURCE_LOG_POS=1107696;\n"
)
BEFORE = "-- Position to start replication or point-in-time recovery from"


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        (POSITION_57, "mysql-bin.000042:1337"),
        (POSITION_57.removeprefix("-- "), "mysql-bin.000042:1337"),
        (POSITION_97, "binlog.000001:1107696"),
        (POSITION_97.removeprefix("-- "), "binlog.000001:1107696"),
        (POSITION_97.replace("\n", "\r\n"), "binlog.000001:1107696"),
        (POSITION_97.replace("binlog", "/var/log/mysql/binlog"), "binlog.000001:1107696"),
        (POSITION_97.replace("binlog", r"C:\\logs\\binlog"), "binlog.000001:1107696"),
        (
            "-- CHANGE MASTER TO MASTER_USE_GTID=slave_pos;\n"
            "\n-- CHANGE MASTER TO MASTER_LOG_FILE='mysql-bin.000001', MASTER_LOG_POS=887;\n",
            "mysql-bin.000001:887",
        ),
        (f"SET @@GLOBAL.GTID_PURGED='{UUID}:1-109';\n", f"GTIDs {UUID}:1-109"),
        (f"SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '{UUID}:1-109';\n", f"GTIDs {UUID}:1-109"),
        (
            f"SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '{OTHER}:7,\n{UUID}:1-5:tag:1-2';\n",
            f"GTIDs {OTHER}:7,{UUID}:1-5:tag:1-2",
        ),
        ("SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '';\n", "GTIDs none"),
        (
            f"SET @@GLOBAL.GTID_PURGED='{UUID}:1-3';\n{POSITION_97}",
            f"binlog.000001:1107696 and GTIDs {UUID}:1-3",
        ),
        # What is no statement of where the dump stands.
        ("", "none"),
        ("-- Server version\t9.7.4\n", "none"),
        ("SET @@GLOBAL.GTID_PURGED='nonsense';\n", "none"),
        (f"SET @@SESSION.GTID_NEXT='{UUID}:1';\n", "none"),
        (f"INSERT INTO t VALUES ('\n{POSITION_97}');\n", "none"),
        (f"CREATE TABLE `t` (a int) COMMENT '\n{POSITION_97}';\n", "none"),
        ("-- x CHANGE MASTER TO MASTER_LOG_FILE='a.1', MASTER_LOG_POS=4;\n", "none"),
        (POSITION_97.replace("1107696", "9" * 20), "none"),
        (POSITION_97.replace("1107696", "-4"), "none"),
        ("CHANGE MASTER TO MASTER_HOST='h', MASTER_PORT=3306;\n", "none"),
    ],
)
def test_read_coordinates(head: str, shown: str) -> None:
    assert str(read_coordinates(head.encode())) == shown


@pytest.mark.parametrize(
    ("line", "is_of_the_replicated"),
    [
        (f"{BEFORE} (the master of this slave)\n", True),
        (f"{BEFORE} (the source of this replica)\n", True),
        (f"{BEFORE}\n", False),
    ],
)
def test_whose_logs_a_position_is_in(line: str, is_of_the_replicated: bool) -> None:
    found = read_coordinates(f"--\n{line}--\n\n{POSITION_57}".encode())
    assert found.of_the_replicated is is_of_the_replicated
    assert found.log_name == "mysql-bin.000042"


def test_a_name_that_is_no_utf8_is_kept() -> None:
    head = POSITION_97.encode().replace(b"binlog.", b"b\xfflog.")
    name = read_coordinates(head).log_name
    assert name is not None
    assert name.encode("utf-8", "surrogateescape") == b"b\xfflog.000001"


def test_coordinates_are_true_where_they_say_something() -> None:
    assert not Coordinates()
    assert not Coordinates("binlog.000001")
    assert Coordinates("binlog.000001", 4)
    assert read_coordinates(b"SET @@GLOBAL.GTID_PURGED='';\n")
