"""What the reader of binary logs makes of a real server's logs, compared with the server's own.

The server writes logs of every kind of transaction; SHOW BINLOG EVENTS and `mysqlbinlog` say what
is in them, the tables say which values, and the server itself applies events that were changed.
"""

import base64
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from rewound.binlog.chain import read_chain
from rewound.binlog.commit_points import iter_commit_points
from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.kinds import ROW_KINDS, EventKind
from rewound.binlog.events.query import read_query
from rewound.binlog.events.table_map import TableMap, read_table_id, read_table_map
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import count_rows, iter_replay_events
from rewound.binlog.rows.inverse import invert
from rewound.binlog.rows.left_out import leave_out_tables
from rewound.binlog.rows.value_plan import JsonChanges, Unlogged
from rewound.binlog.rows.values import LoggedChange, ValueReader
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.binlog.transactions import TransactionReader
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.errors import BinlogError
from rewound.mysql.client import Connection
from tests.server.source_server import start_source

_OTHER = "11111111-2222-3333-4444-555555555555"
_TABLES = """
CREATE DATABASE game;
USE game;
CREATE TABLE player (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40),
  score INT, at DATETIME(3), doc JSON, doc2 JSON, bio MEDIUMTEXT);
CREATE TABLE plain (a INT, b CHAR(5));
CREATE TABLE wide (id INT PRIMARY KEY, a INT DEFAULT 5, b VARCHAR(300) DEFAULT 'b')
  PARTITION BY HASH (id) PARTITIONS 3
"""
_WORKLOAD = """
INSERT INTO player VALUES (1,'ann',1,NOW(3),'{"a":1,"b":[1,2,3]}','[1]','x'),
  (2,'bob',-2,NULL,NULL,NULL,NULL);
BEGIN; UPDATE player SET score=score+1; DELETE FROM player WHERE id=2;
  INSERT INTO plain VALUES (1,'a'),(2,NULL); COMMIT;
SET SESSION binlog_row_image=MINIMAL; UPDATE player SET score=7 WHERE id=1;
  DELETE FROM player WHERE id=99; SET SESSION binlog_row_image=FULL;
SET SESSION binlog_row_value_options=PARTIAL_JSON;
  UPDATE player SET doc=JSON_SET(doc,'$.a',200,'$.b[1]','zz'), doc2=JSON_ARRAY(2);
  UPDATE player SET doc=JSON_REMOVE(doc,'$.b[0]'), doc2=JSON_REPLACE(doc2,'$[0]',9);
  SET SESSION binlog_row_value_options='';
SET SESSION binlog_transaction_compression=ON;
  INSERT INTO plain SELECT a+10,b FROM plain;
  INSERT INTO player (name, bio) VALUES ('long', REPEAT('long ', 50000));
  SET SESSION binlog_transaction_compression=OFF;
INSERT INTO wide (id) VALUES (1),(2),(3),(4); UPDATE wide SET id=id+10, a=a+1;
XA START 'x1'; INSERT INTO plain VALUES (5,'xa'); XA END 'x1'; XA PREPARE 'x1'; XA COMMIT 'x1';
XA START 'x2','b2',3; INSERT INTO plain VALUES (6,'xa'); XA END 'x2','b2',3;
  XA PREPARE 'x2','b2',3; XA ROLLBACK 'x2','b2',3;
XA START 'x3'; INSERT INTO plain VALUES (7,'xa1'); XA END 'x3'; XA COMMIT 'x3' ONE PHASE;
ALTER TABLE player ADD COLUMN extra ENUM('a','b') DEFAULT 'b';
SET SESSION gtid_next='AUTOMATIC:tag1'; INSERT INTO plain VALUES (8,'tag');
SET SESSION gtid_next='11111111-2222-3333-4444-555555555555:77'; INSERT INTO plain VALUES (9,'oth');
SET SESSION gtid_next='11111111-2222-3333-4444-555555555555:78'; BEGIN; COMMIT;
SET SESSION gtid_next='AUTOMATIC';
SET SESSION binlog_format=STATEMENT; SET @u='q'; INSERT INTO plain VALUES (LAST_INSERT_ID(), @u);
  INSERT INTO player (name, score) VALUES ('carl', RAND()*100); SET SESSION binlog_format=ROW;
CREATE TABLE ctas SELECT * FROM plain;
CREATE TABLE my (a INT) ENGINE=MyISAM; INSERT INTO my VALUES (1),(2);
SET SESSION binlog_rows_query_log_events=ON; INSERT INTO plain VALUES (3,'rq');
SET SESSION binlog_rows_query_log_events=OFF;
BEGIN; INSERT INTO plain VALUES (4,'s'); SAVEPOINT s1; INSERT INTO plain VALUES (5,'s');
  ROLLBACK TO s1; UPDATE player, plain SET player.score=8, plain.b='both' WHERE plain.a=4; COMMIT;
SET SESSION time_zone='+05:30', sql_mode='ANSI_QUOTES', foreign_key_checks=0;
  CREATE TABLE "quoted" ("a" INT); SET SESSION time_zone=DEFAULT, sql_mode=DEFAULT;
DROP TABLE ctas;
FLUSH BINARY LOGS;
SET GLOBAL binlog_checksum=NONE; INSERT INTO plain VALUES (41,'n');
SET GLOBAL binlog_checksum=CRC32; INSERT INTO plain VALUES (42,'n');
SET GLOBAL gtid_mode=ON_PERMISSIVE; SET GLOBAL gtid_mode=OFF_PERMISSIVE; SET GLOBAL gtid_mode=OFF;
SET GLOBAL enforce_gtid_consistency=OFF;
INSERT INTO plain VALUES (20,'s');
BEGIN; INSERT INTO plain VALUES (21,'s'); INSERT INTO my VALUES (3); ROLLBACK;
SET SESSION binlog_format=STATEMENT; BEGIN; INSERT INTO plain VALUES (41,'s');
  INSERT INTO my VALUES (5); ROLLBACK; SET SESSION binlog_format=ROW;
FLUSH BINARY LOGS
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A server that writes binary logs, and its folder."""

    connection: Connection
    folder: Path
    mysqlbinlog: tuple[str, ...]

    def run(self, script: str) -> None:
        for statement in re.split(r";\s", script):
            if statement.strip():
                self.connection.execute_sql(statement)

    def logs(self) -> list[Path]:
        return [self.folder / "data" / n for n in self.connection.names("SHOW BINARY LOGS")]

    def transactions(self, logs: Sequence[Path] | None = None) -> list[LoggedTransaction]:
        found: list[LoggedTransaction] = []
        for path in logs or self.logs():
            with LogFile(path) as log:
                found += TransactionReader(log).iter_transactions()
        return found

    def log_of(self, script: str) -> Path:
        """Run statements, and return the file that has them and nothing else."""
        self.run("FLUSH BINARY LOGS;\n" + script + ";\nFLUSH BINARY LOGS")
        return self.logs()[-2]

    def checksums(self) -> dict[str, str]:
        names = self.connection.names("SHOW TABLES FROM game")
        tables = ", ".join(f"game.{name}" for name in names)
        rows = self.connection.texts(f"CHECKSUM TABLE {tables}")
        return {str(name): str(checksum) for name, checksum in rows}

    def apply(self, log_format: bytes, events: Sequence[LogEvent], number: int) -> None:
        """Apply row events as one transaction, unlogged."""
        batch = b"".join(event.data for event in events)
        for statement in (
            b"SET SESSION sql_log_bin=0, gtid_next='AUTOMATIC'",
            b"BINLOG '" + base64.b64encode(log_format) + b"'",
            f"SET SESSION gtid_next='{_OTHER}:{number}'".encode(),
            b"BEGIN",
            b"BINLOG '" + base64.b64encode(batch) + b"'",
            b"COMMIT",
            b"SET SESSION sql_log_bin=1, gtid_next='AUTOMATIC'",
        ):
            self.connection.execute_sql(statement)


@pytest.fixture(scope="module")
def source(
    installation: Installation,
    engine: ProcessEngine,
    cache_dir: Path,
    make_folder: Callable[[], Path],
) -> Iterator[Source]:
    if installation.mysqldump is None:
        pytest.fail("this MySQL has no mysqlbinlog")
    *loader, mysqldump = installation.mysqldump
    folder = make_folder()
    try:
        endpoint = start_source(installation, cache_dir, folder, port=pick_ports(1, base=None)[0])
        with Connection(endpoint) as connection:
            program = (*loader, str(Path(mysqldump).with_name("mysqlbinlog")))
            source = Source(connection, folder, program)
            source.run("SET GLOBAL innodb_flush_log_at_trx_commit=0;\n" + _TABLES)
            yield source
    finally:
        engine.end_all(folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def workload(source: Source) -> list[Path]:
    """The logs of all kinds of transactions, complete but for the last."""
    source.run(_WORKLOAD)
    logs = source.logs()
    source.run(
        "SET GLOBAL enforce_gtid_consistency=ON;\nSET GLOBAL gtid_mode=OFF_PERMISSIVE;\n"
        "SET GLOBAL gtid_mode=ON_PERMISSIVE;\nSET GLOBAL gtid_mode=ON"
    )
    return logs


def test_events_are_those_that_the_server_shows(source: Source, workload: list[Path]):
    seen = set()
    for path in workload:
        shown = source.connection.texts(f"SHOW BINLOG EVENTS IN '{path.name}'")
        in_file = [
            (int(position or 0), int(end or 0))
            for _, position, _, _, end, _ in shown
            if position != end  # of events in a payload
        ]
        with LogFile(path) as log:
            events = list(log.iter_events())
            assert [(event.position, event.end) for event in events] == in_file[1:]
        seen |= {event.kind for event in events}
    assert seen >= {
        *(EventKind.QUERY, EventKind.ROTATE, EventKind.INTVAR, EventKind.RAND, EventKind.USER_VAR),
        *(EventKind.XID, EventKind.TABLE_MAP, EventKind.ROWS_QUERY, EventKind.WRITE_ROWS),
        *(EventKind.UPDATE_ROWS, EventKind.DELETE_ROWS, EventKind.GTID, EventKind.ANONYMOUS_GTID),
        *(EventKind.PREVIOUS_GTIDS, EventKind.XA_PREPARE, EventKind.PARTIAL_UPDATE_ROWS),
        *(EventKind.TRANSACTION_PAYLOAD, EventKind.GTID_TAGGED),
    }


_GTID_NEXT = re.compile(r"SET @@SESSION\.GTID_NEXT= '([^']+)'")
_TIMES = re.compile(
    r"original_committed_timestamp=(\d+)\s+immediate_commit_timestamp=(\d+)"
    r"\s+transaction_length=(\d+)"
)
_ROW = re.compile(r"^### (INSERT INTO|UPDATE|DELETE FROM) `(\w+)`\.`(\w+)`$", re.MULTILINE)


def test_transactions_are_those_that_mysqlbinlog_shows(source: Source, workload: list[Path]):
    kinds = set()
    for path in workload:
        command = [
            *source.mysqlbinlog,
            "--no-defaults",
            "-v",
            "--base64-output=DECODE-ROWS",
            str(path),
        ]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        # Each begins with the clocks of its GTID event; AUTOMATIC follows the last.
        shown = text.split("original_committed_timestamp=")[1:]
        read = source.transactions([path])
        assert len(shown) == len(read)
        for part, transaction in zip(shown, read, strict=True):
            gtid = _GTID_NEXT.search(part)
            assert gtid is not None
            assert gtid[1] == (str(transaction.gtid) if transaction.gtid else "ANONYMOUS")
            times = _TIMES.search("original_committed_timestamp=" + part)
            assert times is not None
            assert tuple(map(int, times.groups())) == (
                transaction.originally_committed_us,
                transaction.committed_us,
                transaction.end - transaction.start,
            )
            rows: dict[str, list[int]] = {}
            for verb, schema, table in _ROW.findall(part):
                place = ("INSERT INTO", "UPDATE", "DELETE FROM").index(verb)
                rows.setdefault(f"{schema}.{table}", [0, 0, 0])[place] += 1
            assert rows == {
                str(name): [changed.inserted, changed.updated, changed.deleted]
                for name, changed in count_rows(transaction).items()
            }
            assert set(rows) == set(map(str, transaction.tables))
            kinds.add(transaction.kind)
    assert kinds == set(TransactionKind) - {TransactionKind.INCIDENT}


def test_jumping_and_reading_find_the_same(workload: list[Path]):
    for path in workload:
        with LogFile(path) as log:
            points = [(p.start, p.end, p.gtid, p.committed_us) for p in iter_commit_points(log)]
            read = TransactionReader(log).iter_transactions()
            assert points == [(t.start, t.end, t.gtid, t.committed_us) for t in read]


def test_the_files_are_a_chain(workload: list[Path]):
    links = read_chain(workload)
    assert [link.log for link in links] == workload
    with pytest.raises(BinlogError, match=r"000002 is missing"):
        read_chain([workload[0], *workload[2:]])
    with pytest.raises(BinlogError, match="twice"):
        read_chain([workload[0], workload[0]])


def test_a_statement_states_its_session(source: Source, workload: list[Path]):
    (query,) = (
        read_query(event)
        for transaction in source.transactions(workload)
        for event in transaction.iter_events()
        if event.kind == EventKind.QUERY and b'CREATE TABLE "quoted"' in event.data
    )
    assert query.schema == "game"
    state = query.session
    assert state.unknown == ()
    assert state.sql_mode == 4  # ANSI_QUOTES
    assert state.flags is not None
    assert state.flags & 1 << 26  # foreign_key_checks=0
    assert state.time_zone is None  # only of statements that depend on it
    assert state.xid is not None
    assert state.sql_require_primary_key is False
    assert state.default_collation_for_utf8mb4 == 255
    assert state.updated_schemas == ("game",)
    assert state.collations is not None


def read_changes(
    transactions: Sequence[LoggedTransaction],
) -> Iterator[tuple[TableMap, LoggedChange]]:
    maps: dict[int, ValueReader] = {}
    for transaction in transactions:
        for event in iter_replay_events(transaction):
            body = event.body
            if event.kind == EventKind.TABLE_MAP:
                table = read_table_map(body)
                maps[table.table_id] = ValueReader(table)
            elif event.kind in ROW_KINDS:
                reader = maps[read_table_id(body)]
                for change in reader.iter_event(event):
                    yield reader.table, change


_ALL_TYPES = {
    "t1": ("TINYINT", "-128", "127", "NULL"),
    "t2": ("TINYINT UNSIGNED", "255", "0", "128"),
    "t3": ("SMALLINT", "-32768", "1", "32767"),
    "y1": ("YEAR", "2026", "0", "1901"),
    "t4": ("MEDIUMINT", "-8388608", "8388607", "-1"),
    "t5": ("MEDIUMINT UNSIGNED", "16777215", "0", "9"),
    "t6": ("INT", "-2147483648", "2147483647", "0"),
    "t7": ("INT UNSIGNED", "4294967295", "0", "1"),
    "t8": ("BIGINT", "-9223372036854775808", "9223372036854775807", "-1"),
    "t9": ("BIGINT UNSIGNED", "18446744073709551615", "0", "1"),
    "n1": ("DECIMAL(10,2)", "-12345678.90", "0.05", "99999999.99"),
    "n2": ("DECIMAL(65,30)", "-1.5", f"{'9876543210' * 3}98765.{'1234567890' * 3}", "0"),
    "n3": ("DECIMAL(9,0)", "-999999999", "1", "0"),
    "n4": ("DECIMAL(5,5)", "0.12345", "-0.00001", "0"),
    "d1": ("DATE", "'2026-03-03'", "'0001-01-01'", "'9999-12-31'"),
    "d2": ("TIME", "'-838:59:59'", "'00:00:01'", "'838:59:59'"),
    "d3": ("TIME(3)", "'-00:00:00.123'", "'12:34:56.789'", "'-1:00:00.001'"),
    "d4": ("TIME(6)", "'-838:59:58.999999'", "'00:00:00.000001'", "'-00:00:00.000001'"),
    "d5": ("TIME(1)", "'-10:11:12.5'", "'10:11:12.5'", "'0'"),
    "d6": ("DATETIME", "'2026-03-03 21:15:02'", "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'"),
    "d7": ("DATETIME(5)", "'2026-03-03 21:15:02.12345'", "'2026-01-01'", "NULL"),
    "d8": ("TIMESTAMP NULL", "'2026-03-03 21:15:02'", "'1970-01-01 00:00:01'",
           "'2038-01-19 03:14:07'"),
    "d9": ("TIMESTAMP(2) NULL", "'2026-03-03 21:15:02.34'", "NULL", "'2026-12-31 01:02:03.04'"),
    "s1": ("CHAR(5)", "'a  '", "''", "'héllo'"),
    "s2": ("CHAR(255) CHARACTER SET utf8mb4", "'long'", "REPEAT('ü',255)", "''"),
    "s3": ("VARCHAR(40)", "'a  '", "NULL", "'x'"),
    "s4": ("VARCHAR(3000)", "REPEAT('b',3000)", "''", "'y'"),
    "s5": ("BINARY(4)", "X'61'", "X'00000000'", "X'FFFE2000'"),
    "s6": ("VARBINARY(300)", "X'6100'", "X''", "NULL"),
    "s7": ("TINYTEXT", "'a'", "REPEAT('c',255)", "''"),
    "s8": ("TEXT CHARACTER SET latin1", "'é'", "NULL", "''"),
    "s9": ("MEDIUMBLOB", "X'00FF'", "REPEAT('d',70000)", "''"),
    "b1": ("BIT(1)", "b'1'", "b'0'", "NULL"),
    "b2": ("BIT(17)", "b'10000000000000001'", "b'1'", "b'11111111111111111'"),
    "e1": ("ENUM('a','b','c')", "'c'", "'a'", "NULL"),
    "e2": ("SET('p','q','r','s','t','u','v','w','x')", "'p,x'", "''", "'q'"),
    "f1": ("FLOAT", "1.23457", "-0.5", "3e38"),
    "f2": ("DOUBLE", "1.2345678901234567", "-1e-300", "0"),
    "g1": ("POINT", "ST_GeomFromText('POINT(1 2)')", "NULL", "ST_GeomFromText('POINT(-1 2.5)')"),
}  # fmt: skip
_AS_NUMBER = ("b1", "b2", "e1", "e2")


@pytest.mark.parametrize("metadata", ["MINIMAL", "FULL"])
def test_the_values_in_images_are_those_of_the_table(source: Source, metadata: str):
    columns = ", ".join(f"{name} {definition[0]}" for name, definition in _ALL_TYPES.items())
    rows = [", ".join(definition[n] for definition in _ALL_TYPES.values()) for n in (1, 2, 3)]
    nulls = ", ".join("NULL" for _ in _ALL_TYPES)
    values = ", ".join(f"({n}, {row})" for n, row in enumerate([*rows, nulls]))
    log = source.log_of(
        f"SET GLOBAL binlog_row_metadata={metadata};\n"
        "SET SESSION sql_mode='', time_zone='+00:00';\n"
        "DROP TABLE IF EXISTS game.every;\n"
        f"CREATE TABLE game.every (id INT PRIMARY KEY, {columns});\n"
        f"INSERT INTO game.every VALUES {values};\n"
        "SET GLOBAL binlog_row_metadata=MINIMAL"
    )
    changes = list(read_changes(source.transactions([log])))
    numbered = [f"{name}+0" if name in _AS_NUMBER else name for name in _ALL_TYPES]
    selected = ", ".join(
        f"HEX({name})" if name == "g1" else f"HEX(CAST({name} AS BINARY))" for name in numbered
    )
    shown = source.connection.texts(
        f"SELECT HEX(CAST(id AS BINARY)), {selected} FROM game.every ORDER BY id"
    )
    source.run("SET SESSION sql_mode=DEFAULT, time_zone=DEFAULT")
    assert len(changes) == len(shown) == 4
    for (table, change), row in zip(changes, shown, strict=True):
        assert change.after is not None
        for name, value, expected in zip(["id", *_ALL_TYPES], change.after, row, strict=True):
            assert is_shown(value, expected), (name, value, expected)
        if metadata == "FULL":
            assert [column.name for column in table.columns] == ["id", *_ALL_TYPES]
            assert table.primary_key == (0,)
            words = {column.name: column.words for column in table.columns if column.words}
            assert words["e1"] == (b"a", b"b", b"c")
            assert words["e2"] == tuple(b"pqrstuvwx"[n : n + 1] for n in range(9))


def is_shown(value: object, shown: str | bytes | None) -> bool:
    """Tell whether a value is what the server shows, in hexadecimal."""
    if value is None or shown is None:
        return value is shown
    text = bytes.fromhex(str(shown))
    if isinstance(value, float):
        return float(text) == pytest.approx(value, rel=1e-6)
    return text == (value if isinstance(value, bytes) else str(value).encode())


_DOCUMENTS = [
    "'{}'", "'[]'", "'null'", "'true'", "'1'", "'-1'", "'\"text\"'", "'1.5'", "'1e100'", "'-1e-7'",
    "'123456789012345680000'", "'65535'", "'65536'", "'-32769'", "'4294967296'",
    "'18446744073709551615'", "'1e15'", "'1e16'", "'1e17'", "'0.00001'", "'1e21'", "'-0.0'",
    """'{"b": 1, "aa": {"c": [1, 2, {"d": null}]}, "é": "ü\\\\n\\\\t\\\\"\\\\\\\\ \\\\u0001 /"}'""",
    "JSON_ARRAY(CAST('2026-03-03' AS DATE), CAST('21:15:02.5' AS TIME(6)),"
    " CAST('2026-03-03 21:15:02.123456' AS DATETIME(6)), CAST('-1:00:00' AS TIME))",
    "JSON_ARRAY(CAST(1.50 AS DECIMAL(5,2)), CAST(-12345678901234567890.5 AS DECIMAL(30,3)))",
    "JSON_ARRAY(CAST('ab' AS BINARY), b'101', 3.25)",
    "JSON_OBJECT('long', REPEAT('x', 70000), 'short', 1, 'big', 100000)",
    "JSON_ARRAY(REPEAT('y', 200), REPEAT('z', 20000))",
]  # fmt: skip


def test_json_values_are_those_that_the_server_shows(source: Source):
    values = ", ".join(f"({n}, {document})" for n, document in enumerate(_DOCUMENTS))
    log = source.log_of(
        "DROP TABLE IF EXISTS game.documents;\n"
        "CREATE TABLE game.documents (id INT PRIMARY KEY, doc JSON);\n"
        f"INSERT INTO game.documents VALUES {values}"
    )
    shown = source.connection.query("SELECT doc FROM game.documents ORDER BY id").rows
    read = [
        change.after[1] for _, change in read_changes(source.transactions([log])) if change.after
    ]
    for value, (expected,) in zip(read, shown, strict=True):
        assert isinstance(value, bytes)
        assert value == (expected.encode() if isinstance(expected, str) else expected)


def test_minimal_images_and_parts_of_json_are_read(source: Source):
    log = source.log_of(
        "DELETE FROM player;\n"
        "INSERT INTO player (id, name, doc, doc2)\n"
        """ VALUES (1, 'ann', '{"a": 1, "b": [1, 2]}', '[1]');\n"""
        "SET SESSION binlog_row_image=MINIMAL, binlog_row_value_options=PARTIAL_JSON;\n"
        "UPDATE player SET score=9 WHERE id=1;\n"
        "UPDATE player SET doc=JSON_SET(doc,'$.a','x','$.c',1.5), doc2='[2]' WHERE id=1;\n"
        "UPDATE player SET doc=JSON_REMOVE(doc,'$.b[0]') WHERE id=1;\n"
        "DELETE FROM player WHERE id=1;\n"
        "INSERT INTO wide (id) VALUES (99);\nDELETE FROM wide WHERE id=99;\n"
        "SET SESSION binlog_row_image=FULL, binlog_row_value_options=''"
    )
    changes = [change for _, change in read_changes(source.transactions([log]))][-6:]
    updated, partial, removed, deleted, inserted, gone = changes
    absent = Unlogged.UNLOGGED
    width = len(updated.before or ())
    assert updated.before == (1, *[absent] * (width - 1))
    assert updated.after == (absent, absent, 9, *[absent] * (width - 3))
    assert partial.after is not None
    assert isinstance(partial.after[4], JsonChanges)
    assert partial.after[4].changes == (
        ("REPLACE", b"$.a", b'"x"'),
        ("INSERT", b"$.c", b"1.5"),
    )
    assert partial.after[5] == b"[2]"
    assert removed.after is not None
    assert removed.after[4] == JsonChanges((("REMOVE", b"$.b[0]", None),))  # type: ignore[arg-type]
    assert deleted.before == (1, *[absent] * (width - 1))
    assert inserted.after == (99, absent, absent)
    assert gone.before == (99, absent, absent)


_CHANGES = """
INSERT INTO game.wide VALUES (50,1,'x'),(51,2,'y'),(52,NULL,NULL);
UPDATE game.wide SET a=a+1, b=CONCAT(b,'!') WHERE id >= 50;
BEGIN; INSERT INTO game.plain VALUES (900,'new'),(901,'new'); DELETE FROM game.wide WHERE id=51;
  UPDATE game.wide SET id=id+100 WHERE id=50; COMMIT;
SET SESSION binlog_transaction_compression=ON; INSERT INTO game.plain VALUES (902,'zstd');
  SET SESSION binlog_transaction_compression=OFF;
UPDATE game.wide, game.plain SET wide.a=3, plain.b='two' WHERE plain.a=900
"""


def test_inverted_events_take_the_tables_back_and_the_events_forward(source: Source):
    before = source.checksums()
    log = source.log_of(_CHANGES)
    after = source.checksums()
    with LogFile(log) as opened:
        start = opened.format.replay_event
    transactions = source.transactions([log])
    number = 1_000
    for transaction in reversed(transactions):
        number += 1
        source.apply(start, invert(iter_replay_events(transaction)), number)
    assert source.checksums() == before != after
    for transaction in transactions:
        number += 1
        events = [
            event
            for event in iter_replay_events(transaction)
            if event.kind in ROW_KINDS or event.kind == EventKind.TABLE_MAP
        ]
        source.apply(start, events, number)
    assert source.checksums() == after


def test_a_table_that_is_left_out_stays_as_it_is(source: Source):
    before = source.checksums()
    log = source.log_of(_CHANGES.replace("50,", "60,").replace("51", "61").replace("52", "62"))
    with LogFile(log) as opened:
        start = opened.format.replay_event
    transactions = source.transactions([log])
    for number, transaction in enumerate(reversed(transactions), 2_000):
        source.apply(start, invert(iter_replay_events(transaction)), number)
    assert source.checksums() == before
    for number, transaction in enumerate(transactions, 3_000):
        events = leave_out_tables(iter_replay_events(transaction), lambda t: t.table == "wide")
        kept = [e for e in events if e.kind in ROW_KINDS or e.kind == EventKind.TABLE_MAP]
        if kept:
            source.apply(start, kept, number)
    changed = {t for t, checksum in source.checksums().items() if checksum != before[t]}
    assert changed == {"game.plain"}


def test_a_relay_log_is_refused_by_name(source: Source):
    source.run("CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=1")
    (path,) = (source.folder / "data").glob("*relay-bin.0*")
    with pytest.raises(BinlogError, match="is a relay log"):
        LogFile(path)


_KNOWN_TABLES = ("player", "plain", "my")
_LOGS = Path(__file__).parents[1] / "unit/binlog/logs"
_MARIADB_TABLES = """
DROP DATABASE game; CREATE DATABASE game CHARACTER SET latin1; USE game;
CREATE TABLE player (id INT UNSIGNED PRIMARY KEY, name VARCHAR(40), y YEAR, score INT UNSIGNED,
  at DATETIME(3), doc LONGTEXT CHARACTER SET utf8mb4, bio TEXT, bin BINARY(4), e ENUM('a','b'),
  d DECIMAL(10,2), ts TIMESTAMP(2) NULL, t TIME(4), ip BINARY(16), uu BINARY(16));
CREATE TABLE plain (a INT, b CHAR(5));
CREATE TABLE my (a INT)
"""


def test_what_mariadb_logged_is_applied_by_mysql(source: Source):
    source.run(_MARIADB_TABLES)
    number, kinds = 4_000, set()
    with LogFile(_LOGS / "mariadb-10.11.19.000001.gz") as log:
        for transaction in TransactionReader(log).iter_transactions():
            kinds |= {event.kind for event in transaction.iter_events()}
            events = [
                event
                for event in leave_out_tables(
                    iter_replay_events(transaction), lambda table: table.table not in _KNOWN_TABLES
                )
                if event.kind in ROW_KINDS or event.kind == EventKind.TABLE_MAP
            ]
            if events and transaction.gtid is not None and transaction.gtid.number < 11:
                number += 1
                source.apply(log.format.replay_event, events, number)
    assert kinds >= {160, 162, 165, 166, 167, 168, 23}
    rows = source.connection.query("SELECT id, score, HEX(bin), d, t, HEX(ip) FROM player").rows
    assert [tuple(map(str, row)) for row in rows] == [
        ("1", "4000000001", "61000000", "-12.50", "-01:02:03.4567", f"{1:032X}")
    ]
    plain = source.connection.texts("SELECT a, b FROM plain ORDER BY a, b")
    assert plain == [("1", "a"), ("2", None), ("3", "ann"), ("9", "oth")]
