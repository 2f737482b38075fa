"""Random scripts of what dumps hold, in an order that no dump has: for loading in several ways.

Sessions change their settings between rows, rows come in every spelling, definitions change
while rows are on their way. What the judge refuses is drawn rarely: it says nothing.
"""

from dataclasses import dataclass, field
from random import Random

from tests.server.random_load_tables import MadeTable, make_table, random_text

SCHEMA = "g"
_NUMBERS = ("NULL", "NULL", "NULL", "0", "DEFAULT", "'0'")
_SETTINGS = (
    "SET NAMES utf8mb4",
    "SET NAMES latin1",
    "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
    "SET CHARACTER SET latin1",
    "SET CHARACTER SET utf8mb4",
    "SET character_set_connection = latin1",
    "SET collation_connection = utf8mb4_unicode_ci",
    "SET sql_mode = ''",
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
    "SET sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE'",
    "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
    "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'",
    "SET sql_mode = 'PAD_CHAR_TO_FULL_LENGTH'",
    "SET sql_mode = 'NO_UNSIGNED_SUBTRACTION,REAL_AS_FLOAT'",
    "SET time_zone = '+00:00'",
    "SET time_zone = '+05:30'",
    "SET time_zone = '-08:00'",
    "SET lc_time_names = 'de_DE'",
    "SET lc_time_names = 'ja_JP'",
    "SET lc_time_names = 'en_US'",
    "SET foreign_key_checks = 0",
    "SET foreign_key_checks = 1",
    "SET unique_checks = 0",
    "SET sql_notes = 0",
    "SET sql_notes = 1",
    "SET autocommit = 0",
    "SET autocommit = 1",
    "SET explicit_defaults_for_timestamp = 0",
    "SET explicit_defaults_for_timestamp = 1",
    "SET timestamp = 1700000000",
    "SET insert_id = 40",
    "SET last_insert_id = 6",
    "SET sql_auto_is_null = 1",
    "SET @said = 'x'",
    "SET @said = NULL",
    "SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'; SET SQL_MODE=@OLD_SQL_MODE",
)
_COMMENTS = ("", "", "", "", "-- a; comment\n", "# it's\n", "/* ; ' */ ", "/*!40000 */ ", "\n")


@dataclass(slots=True)
class ScriptMaker:
    """Makes one script; guards what it has made so far."""

    random: Random
    statements: list[str] = field(default_factory=list)
    tables: list[MadeTable] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    views: int = 0
    names: int = 0

    def make(self) -> list[bytes]:
        """Return a script's statements, each with its delimiter."""
        random = self.random
        options = random.choice(["", "", " DEFAULT CHARACTER SET latin1", " COLLATE utf8mb4_bin"])
        self.statements = [f"CREATE DATABASE `{SCHEMA}`{options}", f"USE `{SCHEMA}`"]
        self._settings()
        self._create_table()
        for _ in range(random.randint(4, 14)):
            random.choices(
                [
                    self._insert_rows,
                    self._settings,
                    self._create_table,
                    self._change_table,
                    self._empty_table,
                    self._make_object,
                    self._transaction,
                    self._frame,
                    self._swap,
                ],
                weights=[30, 8, 6, 6, 3, 6, 2, 2, 1],
            )[0]()
        return [self._write(statement) for statement in self.statements]

    def _write(self, statement: str) -> bytes:
        text = self.random.choice(_COMMENTS) + statement
        if "BEGIN" in statement or self.random.random() < 0.02:
            text = f"DELIMITER //\n{text} //\nDELIMITER ;\n"
        else:
            text += ";\n"
        return text.encode()

    def _settings(self) -> None:
        self.statements += self.random.sample(_SETTINGS, self.random.randint(1, 3))

    def _create_table(self) -> None:
        self.names += 1
        table = make_table(self.random, f"t{self.names}", self.tables)
        self.tables.append(table)
        self.statements.append(f"CREATE TABLE `{table.name}`{table.definition}")

    def _insert_rows(self) -> None:
        random = self.random
        table = random.choice(self.tables)
        verb = random.choices(
            ["INSERT INTO", "REPLACE INTO", "INSERT IGNORE INTO"], weights=[14, 1, 1]
        )[0]
        tail = ""
        columns = list(table.columns)
        is_short = len(columns) > 1 and random.random() < 0.2
        if is_short:
            columns.remove(random.choice(columns))
        if verb == "INSERT INTO" and random.random() < 0.05:
            tail = f" ON DUPLICATE KEY UPDATE `{columns[0]}` = `{columns[0]}`"
        number = table.number or table.key
        states_number = table.key is not None or random.random() < 0.8
        if number and states_number:
            columns.insert(0 if number == "id" else len(columns), number)
        head = f"{verb} `{table.name}`"
        must_name = is_short or "`g`" in table.definition or (number and not states_number)
        if must_name or random.random() < 0.5:
            head += f" ({', '.join(f'`{column}`' for column in columns)})"
        spelling = random.choice(["stated", "stated", "chosen", "mixed"])
        plain = random.random() < 0.75
        for _ in range(random.choice([1, 1, 1, 3, 6])):
            rows = [
                f"({','.join(self._value(table, c, spelling, plain=plain) for c in columns)})"
                for _ in range(random.choice([1, 1, 2, 5]))
            ]
            self.statements.append(f"{head} VALUES {','.join(rows)}{tail}")

    def _value(self, table: MadeTable, column: str, spelling: str, *, plain: bool) -> str:
        random = self.random
        if column == table.key:
            table.last += 1
            return str(table.last if random.random() < 0.995 else 1)
        if column == table.number:
            is_chosen = spelling == "chosen" or (spelling == "mixed" and random.random() < 0.5)
            if is_chosen:
                table.last += 2
                return random.choice(_NUMBERS[:3] if random.random() < 0.7 else _NUMBERS)
            table.last += random.choice([1, 1, 1, 3])
            return str(table.last)
        if not plain and random.random() < 0.05:
            return random.choice(["LAST_INSERT_ID()", "@n := COALESCE(@n, 0) + 1", "DEFAULT", "@n"])
        values = table.columns[column]
        if not values:
            return random_text(random) if not plain else f"'{random.choice(['a', 'Zoë', 'b '])}'"
        return values[random.randrange(min(3, len(values)) if plain else len(values))]

    def _change_table(self) -> None:
        random = self.random
        table = random.choice(self.tables)
        self.names += 1
        name, column = f"`{table.name}`", random.choice(list(table.columns))
        length = "(3)" if not table.columns[column] and random.random() < 0.5 else ""
        change = random.choice(
            [
                f"ALTER TABLE {name} ADD COLUMN `a{self.names}` INT DEFAULT 7",
                f"ALTER TABLE {name} ADD KEY `i{self.names}` (`{column}`{length})",
                f"CREATE INDEX `i{self.names}` ON {name} (`{column}`{length})",
                f"ALTER TABLE {name} AUTO_INCREMENT = 100",
                f"ALTER TABLE {name} CONVERT TO CHARACTER SET latin1",
                f"ALTER TABLE {name} DISABLE KEYS",
                f"ALTER TABLE {name} ENABLE KEYS",
                f"/*!40000 ALTER TABLE {name} DISABLE KEYS */",
                f"ALTER TABLE {name} ORDER BY `{column}`",
                f"ALTER TABLE {name} ENGINE = InnoDB",
                f"ALTER DATABASE `{SCHEMA}` CHARACTER SET {random.choice(['latin1', 'utf8mb4'])}",
                f"ALTER TABLE {name} ADD COLUMN `a{self.names}` VARCHAR(40)"
                f" AS (DATE_FORMAT('2024-05-06', '%M')) VIRTUAL, ADD KEY `i{self.names}`"
                f" (`a{self.names}`)",
            ]
        )
        if "ADD COLUMN" in change and " AS (" not in change:
            table.columns[f"a{self.names}"] = ("1", "NULL", "'2'")
        if " AS (" in change:
            table.definition += " `g`"
        self.statements.append(change)

    def _empty_table(self) -> None:
        table = self.random.choice(self.tables)
        what = self.random.choice(["DELETE FROM `{0}`", "TRUNCATE TABLE `{0}`", "drop"])
        if what == "drop":
            self.statements.append(f"DROP TABLE IF EXISTS `{table.name}`")
            self.statements.append(f"CREATE TABLE `{table.name}`{self._own_definition(table)}")
            table.last = 0
            return
        self.statements.append(what.format(table.name))

    def _own_definition(self, table: MadeTable) -> str:
        new = make_table(self.random, table.name, [t for t in self.tables if t is not table])
        table.columns, table.number, table.key = new.columns, new.number, new.key
        table.partitions, table.definition = new.partitions, new.definition
        return new.definition

    def _make_object(self) -> None:
        random = self.random
        table = random.choice(self.tables)
        self.names += 1
        name, column = f"o{self.names}", random.choice(list(table.columns))
        match random.choice(["view", "before", "after", "after", "program", "event", "drop"]):
            case "view":
                self.statements.append(
                    f"CREATE VIEW `{name}` AS SELECT `{column}` AS x, 'é' AS y FROM `{table.name}`"
                )
            case "before":
                self.triggers.append(name)
                event = random.choice(["INSERT", "DELETE", "UPDATE"])
                row = "OLD" if event == "DELETE" else "NEW"
                self.statements.append(
                    f"CREATE TRIGGER `{name}` BEFORE {event} ON `{table.name}` FOR EACH ROW"
                    f" SET @said = COALESCE({row}.`{column}`, 'none')"
                )
            case "after":
                self.triggers.append(name)
                self.names += 1
                log = MadeTable(f"log{self.names}", {"v": ("1",), "w": ()}, number="id")
                log.definition = " (id INT AUTO_INCREMENT PRIMARY KEY, v INT, w TEXT)"
                event = random.choice(["INSERT", "INSERT", "DELETE"])
                self.statements.append(f"CREATE TABLE `{log.name}`{log.definition}")
                self.statements.append(
                    f"CREATE TRIGGER `{name}` AFTER {event} ON `{table.name}` FOR EACH ROW BEGIN"
                    f" INSERT INTO `{log.name}` (v, w) VALUES (1, DATE_FORMAT('2024-03-05', '%M'));"
                    " END"
                )
            case "program":
                kind = random.choice(["PROCEDURE", "FUNCTION"])
                body = "SELECT 'é'" if kind == "PROCEDURE" else "RETURN 1"
                returns = "" if kind == "PROCEDURE" else " RETURNS INT DETERMINISTIC"
                self.statements.append(f"CREATE {kind} `{name}` (){returns} {body}")
            case "event":
                self.statements.append(
                    f"CREATE EVENT `{name}` ON SCHEDULE EVERY 1 DAY DO SET @x = 'é'"
                )
            case _ if self.triggers:
                self.statements.append(f"DROP TRIGGER IF EXISTS `{self.triggers.pop()}`")

    def _transaction(self) -> None:
        self.statements.append(self.random.choice(["START TRANSACTION", "BEGIN", "COMMIT"]))

    def _frame(self) -> None:
        """Write rows as mysqldump frames them."""
        table = self.random.choice(self.tables)
        self.statements.append(f"LOCK TABLES `{table.name}` WRITE")
        self.statements.append(f"/*!40000 ALTER TABLE `{table.name}` DISABLE KEYS */")
        number = len(self.statements)
        self._insert_rows()
        self.statements = [
            *self.statements[:number],
            *(each for each in self.statements[number:] if f" `{table.name}`" in each),
            f"/*!40000 ALTER TABLE `{table.name}` ENABLE KEYS */",
            "UNLOCK TABLES",
        ]

    def _swap(self) -> None:
        """Let two tables change places, or a partition its rows with a table's."""
        random = self.random
        parted = [table for table in self.tables if table.partitions]
        if parted and random.random() < 0.7:
            table = random.choice(parted)
            self.names += 1
            self.statements += [
                f"CREATE TABLE `x{self.names}` LIKE `{table.name}`",
                f"ALTER TABLE `x{self.names}` REMOVE PARTITIONING",
                f"ALTER TABLE `{table.name}` EXCHANGE PARTITION p{random.randrange(3)}"
                f" WITH TABLE `x{self.names}`",
            ]
            return
        if len(self.tables) > 1:
            one, two = random.sample(self.tables, 2)
            self.statements += [
                f"ALTER TABLE `{one.name}` RENAME TO `between`",
                f"ALTER TABLE `{two.name}` RENAME TO `{one.name}`",
                f"ALTER TABLE `between` RENAME TO `{two.name}`",
            ]
            one.name, two.name = two.name, one.name


def make_script(seed: str) -> list[bytes]:
    """Return the statements of the script of a seed."""
    return ScriptMaker(Random(seed)).make()
