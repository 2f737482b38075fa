"""Random transactions for a source server: rows of many types, definitions, savepoints, XA."""

from collections.abc import Callable, Sequence
from random import Random

from rewound.mysql.client import Connection

SCHEMA = "game"
_DEFINITIONS = """
CREATE DATABASE game CHARACTER SET utf8mb4;
CREATE TABLE game.player (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(40) COLLATE utf8mb4_bin, score INT, gold DECIMAL(10,2), at DATETIME(3),
  seen TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP, doc JSON, bio MEDIUMTEXT,
  kind ENUM('a','b','c') DEFAULT 'b', flags SET('x','y','z'), bits BIT(5), raw VARBINARY(20),
  twice INT GENERATED ALWAYS AS (score * 2) VIRTUAL, KEY (score));
CREATE TABLE game.item (id BIGINT PRIMARY KEY, player INT UNSIGNED, label CHAR(10)
  CHARACTER SET latin1, power DOUBLE, KEY (player),
  CONSTRAINT item_player FOREIGN KEY (player) REFERENCES game.player (id) ON DELETE CASCADE);
CREATE TABLE game.log (a INT, b CHAR(5), c DATE);
CREATE TABLE game.parts (id INT PRIMARY KEY, a INT DEFAULT 5, b VARCHAR(300) DEFAULT 'b')
  PARTITION BY HASH (id) PARTITIONS 3;
CREATE TABLE game.counted (n INT);
CREATE TRIGGER game.count_log AFTER INSERT ON game.log FOR EACH ROW
  INSERT INTO game.counted VALUES (NEW.a);
CREATE VIEW game.best AS SELECT id, name FROM game.player WHERE score > 50
"""


MYSQL_FORMS = (
    ("binlog_row_image=MINIMAL", "binlog_row_image=FULL"),
    ("binlog_row_value_options=PARTIAL_JSON", "binlog_row_value_options=''"),
    ("binlog_transaction_compression=ON", "binlog_transaction_compression=OFF"),
    ("binlog_rows_query_log_events=ON", "binlog_rows_query_log_events=OFF"),
    ("foreign_key_checks=0", "foreign_key_checks=1"),
)
MARIADB_FORMS = (
    ("binlog_row_image=MINIMAL", "binlog_row_image=FULL"),
    ("binlog_row_image=NOBLOB", "binlog_row_image=FULL"),
    ("binlog_annotate_row_events=OFF", "binlog_annotate_row_events=ON"),
    ("binlog_alter_two_phase=ON", "binlog_alter_two_phase=OFF"),
    ("foreign_key_checks=0", "foreign_key_checks=1"),
)


class Workload:
    """Changes a source server step by step; every step is a transaction, or a few."""

    def __init__(
        self,
        connection: Connection,
        seed: str,
        *,
        forms: Sequence[tuple[str, str]] = MYSQL_FORMS,
    ) -> None:
        """Take the settings that change how rows are logged, each with its usual value."""
        self._forms = forms
        self._connection = connection
        self._random = Random(seed)
        self._extra: list[str] = []
        self._made = 0
        self._columns = 0

    def create(self) -> None:
        """Make the tables, in the place of an earlier workload's."""
        self._run("DROP DATABASE IF EXISTS game")
        for statement in _DEFINITIONS.split(";\n"):
            self._run(statement)
        for _ in range(10):
            self._insert_player()

    def step(self) -> None:
        """Do one random thing."""
        steps: list[tuple[int, Callable[[], None]]] = [
            (6, self._insert_player),
            (6, self._update_players),
            (3, self._delete_players),
            (4, self._items),
            (4, self._log),
            (3, self._parts),
            (3, self._several),
            (2, self._savepoints),
            (1, self._xa),
            (2, self._in_other_form),
            (1, self._table),
            (1, self._column),
            (1, self._session),
            (1, self._objects),
        ]
        weights = [weight for weight, _ in steps]
        self._random.choices([step for _, step in steps], weights)[0]()

    def _run(self, sql: str) -> None:
        self._connection.execute_sql(sql)

    def _number(self, most: int = 1000) -> int:
        return self._random.randint(0, most)

    def _insert_player(self) -> None:
        texts = ("ann", "bøb", "O''Hara", "a\\\\b", "", "雪", "-- x", "a;b")
        values = [
            f"'{self._random.choice(texts)}'",
            str(self._number(200) - 100),
            f"{self._number(99999)}.{self._number(99):02d}",
            self._random.choice(("NULL", "NOW(3)", "'2024-02-29 23:59:59.999'")),
            self._random.choice(("NULL", "NOW()", "'2000-01-01 00:00:01'")),
            self._random.choice(("NULL", '\'{"a":1,"b":[1,2,3]}\'', "'[]'", "'\"x\"'")),
            self._random.choice(("NULL", f"REPEAT('long ', {self._number(300)})")),
            self._random.choice(("NULL", "'a'", "'c'", "DEFAULT")),
            self._random.choice(("NULL", "'x,z'", "''")),
            f"b'{self._number(31):05b}'",
            self._random.choice(("NULL", "X'00ff10'", "''")),
        ]
        self._run(
            "INSERT INTO game.player (name, score, gold, at, seen, doc, bio, kind, flags, bits,"
            f" raw) VALUES ({', '.join(values)})"
        )

    def _update_players(self) -> None:
        change = self._random.choice(
            (
                "score = score + 1",
                "name = CONCAT(name, '!'), bio = NULL",
                "gold = gold * 1.1, seen = NOW()",
                "doc = JSON_SET(doc, '$.a', 200, '$.b[1]', 'zz')",
                "kind = 'a', flags = 'y', bits = b'1'",
                "at = NOW(3), raw = RANDOM_BYTES(8)",
            )
        )
        self._run(
            f"UPDATE IGNORE game.player SET {change} WHERE id % {2 + self._number(5)} = 0 LIMIT 50"
        )

    def _delete_players(self) -> None:
        self._run(f"DELETE FROM game.player ORDER BY RAND() LIMIT {self._number(3)}")

    def _items(self) -> None:
        self._run(
            f"REPLACE INTO game.item SELECT {self._number()}, MAX(id), 'caf\xe9', RAND()"
            " FROM game.player HAVING MAX(id) IS NOT NULL"
        )
        self._run(f"UPDATE game.item SET power = power / 3 WHERE id < {self._number()}")

    def _log(self) -> None:
        self._run(
            f"INSERT INTO game.log VALUES ({self._number()},'l','2024-06-18'),(NULL,NULL,NULL)"
        )
        if self._number(3) == 0:
            self._run(f"UPDATE game.log SET b = 'u' WHERE a > {self._number()} LIMIT 3")
            self._run("DELETE FROM game.log LIMIT 2")

    def _parts(self) -> None:
        self._run(f"REPLACE INTO game.parts (id) VALUES ({self._number()}),({self._number()})")
        self._run(f"UPDATE game.parts SET id = id + 5000, a = a + 1 WHERE id = {self._number()}")
        self._run("UPDATE game.parts SET a = a + 1 LIMIT 5")

    def _several(self) -> None:
        self._run("BEGIN")
        for _ in range(self._number(6)):
            self._random.choice((self._insert_player, self._update_players, self._log))()
        self._run("ROLLBACK" if self._number(5) == 0 else "COMMIT")

    def _savepoints(self) -> None:
        self._run("BEGIN")
        self._log()
        self._run("SAVEPOINT s1")
        self._update_players()
        self._run("SAVEPOINT `s 2`")
        self._insert_player()
        self._run(
            self._random.choice(("ROLLBACK TO `s 2`", "ROLLBACK TO s1", "RELEASE SAVEPOINT s1"))
        )
        self._parts()
        self._run("COMMIT")

    def _xa(self) -> None:
        self._made += 1
        name = f"'x{self._made}','b',{self._number(9)}"
        self._run(f"XA START {name}")
        self._log()
        self._run(f"XA END {name}")
        if self._number(1):
            self._run(f"XA COMMIT {name} ONE PHASE")
            return
        self._run(f"XA PREPARE {name}")
        self._run(f"XA {self._random.choice(('COMMIT', 'ROLLBACK'))} {name}")

    def _in_other_form(self) -> None:
        """Change rows with minimal images, partial JSON, compressed, or without foreign keys."""
        setting, usual = self._random.choice(self._forms)
        self._run(f"SET SESSION {setting}")
        for _ in range(2):
            self._random.choice((self._update_players, self._log, self._items))()
        self._run(f"SET SESSION {usual}")

    def _table(self) -> None:
        if self._extra and self._number(2) == 0:
            name = self._extra.pop(self._random.randrange(len(self._extra)))
            verb = self._random.choice(("DROP TABLE", "TRUNCATE TABLE", "RENAME TABLE"))
            if verb == "DROP TABLE":
                self._run(f"DROP TABLE game.`{name}`")
                return
            if verb == "RENAME TABLE":
                self._made += 1
                self._run(f"RENAME TABLE game.`{name}` TO game.`new {self._made}`")
                name = f"new {self._made}"
            else:
                self._run(f"TRUNCATE TABLE game.`{name}`")
            self._extra.append(name)
            return
        self._made += 1
        name = f"t {self._made}"
        how = self._number(3)
        if how == 0:
            self._run(f"CREATE TABLE game.`{name}` LIKE game.parts")
            self._run(f"INSERT INTO game.`{name}` SELECT * FROM game.parts")
        elif how == 1:
            self._run(f"CREATE TABLE game.`{name}` SELECT id, name, score FROM game.player")
        else:
            self._run(
                f"CREATE TABLE game.`{name}` (id INT PRIMARY KEY AUTO_INCREMENT, x INT,"
                " d DATETIME DEFAULT '2020-01-01 00:00:00') ENGINE=InnoDB"
            )
            self._run(f"INSERT INTO game.`{name}` (x) VALUES (1),(2),({self._number()})")
        self._extra.append(name)

    def _column(self) -> None:
        self._columns += 1
        change = self._random.choice(
            (
                f"ALTER TABLE game.player ADD COLUMN c{self._columns} INT DEFAULT 7",
                f"ALTER TABLE game.log ADD COLUMN c{self._columns} TIMESTAMP DEFAULT NOW() FIRST",
                f"CREATE INDEX i{self._columns} ON game.player (gold)",
                "ALTER TABLE game.parts TRUNCATE PARTITION p1",
                "ALTER TABLE game.item MODIFY label CHAR(12) CHARACTER SET latin1",
            )
        )
        if change.startswith("ALTER TABLE game.log"):
            # Its rows name no columns.
            self._run(change)
            self._run(f"ALTER TABLE game.log DROP COLUMN c{self._columns}")
            return
        self._run(change)
        if change.startswith("CREATE INDEX") and self._number(1):
            self._run(f"DROP INDEX i{self._columns} ON game.player")

    def _session(self) -> None:
        self._columns += 1
        self._run("SET SESSION time_zone='+05:30', sql_mode='ANSI_QUOTES', lc_time_names='de_DE'")
        self._run("SET NAMES latin1")
        self._run(
            f'CREATE TABLE game."q{self._columns}" ("a" INT, at TIMESTAMP DEFAULT'
            " '2024-01-01 00:00:00', t CHAR(3) DEFAULT 'e')"
        )
        self._run(f'INSERT INTO game."q{self._columns}" ("a") VALUES (1)')
        self._run("SET SESSION time_zone=DEFAULT, sql_mode=DEFAULT, lc_time_names=DEFAULT")
        self._run("SET NAMES utf8mb4")

    def _objects(self) -> None:
        self._columns += 1
        name = f"o{self._columns}"
        self._run(f"CREATE VIEW game.{name} AS SELECT score FROM game.player")
        if self._number(1):
            self._run(f"ALTER VIEW game.{name} AS SELECT id FROM game.player")
        if self._number(1):
            self._run(f"DROP VIEW game.{name}")
        self._run(f"CREATE FUNCTION game.f{name}() RETURNS INT DETERMINISTIC RETURN 1")
        self._run(f"CREATE PROCEDURE game.p{name}() BEGIN SELECT 1; SELECT ';'; END")
        self._run(f"DROP PROCEDURE game.p{name}")
        self._run("ANALYZE TABLE game.player")
        self._run(f"CREATE USER IF NOT EXISTS u{self._number(3)}")
