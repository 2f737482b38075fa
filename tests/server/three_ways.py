"""One script loaded fast, plainly and by the real `mysql` client, and what each way gave.

What is compared is every definition, every row as it is stored, and what every key over
whole columns finds. Where rules differ from the client by design they are named here.
"""

import re
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from rewound.diff.exact.columns import pair_exactly
from rewound.diff.exact.verbatim_definitions import read_definitions
from rewound.diff.schema.reading import find_schema
from rewound.diff.sql_text import quote_name
from rewound.dump.file import reader
from rewound.dump.file.location import one_file
from rewound.dump.settings.session import INITIAL_SQL_MODE
from rewound.dump.text import splitter
from rewound.errors import LoadError, MysqlError, RewoundError
from rewound.load.ledger import find_imbalances
from rewound.load.loader import load_dump
from rewound.load.options import LoadMethod, LoadOptions
from rewound.mysql.client import Connection
from tests.server.load_server import LoadServer

NOW = datetime(2024, 6, 18, 21, 15, 8, 123456, tzinfo=UTC)
"""What NOW() is in every way."""
BY_DESIGN = {
    "view-later": "the client is refused a view that comes before its table",
    "view-broken": "the client cannot make a view of what is not there",
    "object-lost": "the same, of any stored object that the server refuses",
    "foreign-key-lost": "the client is refused the table",
    "parent-later": "the same",
    "event-past": "the client's server drops the event at once",
    "zero-kept": "a single 0 is a number that the dump states; the client takes the next one",
    "zero-numbered": "the same, where the server is to choose the numbers",
    "volatile-engine": "rows of MEMORY would be gone with the next start",
    "engine-missing": "the client's server takes another engine, or none",
    "partition-engine": "the client is refused partitions of MyISAM",
    "row-format-unknown": "the client is refused the format",
}
"""Rules by which a world differs from what the client makes of the script, and why."""

_MYSQL_ERROR = re.compile(r"MySQL error (\d+)")
_RULE = re.compile(r"(?:refused by rule|rule) ([a-z-]+)")
_CLIENT_ERROR = re.compile(r"^ERROR (\d+)", re.MULTILINE)
_EVENT_STATE = re.compile(r" (?:ENABLE|DISABLE) DO ")
_ZERO_DATE_MODES = re.compile("NO_ZERO_IN_DATE,NO_ZERO_DATE,?")
"""Where the script sets no sql_mode, stored objects get the server's default one, and the client's
session has none of these here, because rows may state zero dates."""
_LOSES_WITH_WORKERS = ("MySQL error 1766", "MySQL error 1100")
"""Settings that a transaction refuses: rows that went to workers are committed. Tables that are
not locked while others are: the fast way locks none."""
_SECOND_ZERO = "MySQL error 1062: Duplicate entry '0' for key"
_CLIENT_TIMEOUT_S = 60.0
_SAME_WORDS = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one way came to: a content, or an error."""

    content: dict[str, object] | None
    """What is in the server; None where the load failed."""
    error: str = ""
    """MySQL's number or the name of the rule."""
    rules: frozenset[str] = frozenset()
    message: str = ""


@dataclass(slots=True)
class ThreeWays:
    """Loads scripts into one server, one after the other."""

    server: LoadServer
    client: Sequence[str]
    """argv of the client with the login of the loader's account."""
    folder: Path
    rules: Counter[str] = field(default_factory=Counter)
    """How many scripts used each."""
    outcomes: Counter[str] = field(default_factory=Counter)
    last: Outcome = Outcome(None)
    """What the plain way came to."""

    def compare(self, script: bytes, *, usual_thresholds: bool = False) -> str | None:
        """Return what differs between the ways, for people; None where nothing does.

        With `usual_thresholds`, the fast way is taken with these as well.
        """
        path = self.folder / "script.sql"
        path.write_bytes(script)
        with small_thresholds():
            fastest = self._load(path, LoadMethod.FAST, large_table_bytes=0)
        plain = self._load(path, LoadMethod.PLAIN)
        self.last = plain
        self.rules.update(fastest.rules)
        self.outcomes["ready" if plain.content is not None else f"failed: {plain.error}"] += 1
        if not fastest.message and any(each in plain.message for each in _LOSES_WITH_WORKERS):
            return None
        found = _tell("fast with thresholds at 0", fastest, "plain", plain)
        if usual_thresholds and found is None:
            found = _tell("fast", self._load(path, LoadMethod.FAST), "plain", plain)
        return found or self._tell_client(plain, self._by_client(script))

    def _tell_client(self, plain: Outcome, client: Outcome) -> str | None:
        if not plain.rules.isdisjoint(BY_DESIGN):
            self.outcomes["not compared with the client, by design"] += 1
            return None
        if plain.content is None and not plain.error.isdigit():
            return None  # refused, or not proven, by a named rule
        if _SECOND_ZERO in plain.message:
            return None  # by zero-kept: the table's rows before it state their numbers
        return _tell("plain", plain, "the client", client)

    def _load(
        self, path: Path, method: LoadMethod, *, large_table_bytes: int | None = None
    ) -> Outcome:
        self.server.clear()
        options = LoadOptions(allow_unfinished=True, method=method, now=NOW)
        if large_table_bytes is not None:
            options = LoadOptions(
                allow_unfinished=True, method=method, now=NOW, large_table_bytes=large_table_bytes
            )
        try:
            ledger = load_dump(
                self.server.loader,
                one_file(path),
                options=options,
                progress=lambda _bytes, _table: None,
                cancelled=threading.Event(),
            )
        except RewoundError as error:
            return _failed(error)
        used = frozenset(use.rule for use in ledger.rules)
        if imbalances := find_imbalances(ledger):
            rule = _RULE.search(imbalances[0])
            return Outcome(None, rule[1] if rule else "unbalanced", used, "; ".join(imbalances))
        return Outcome(self._look(), rules=used)

    def _by_client(self, script: bytes) -> Outcome:
        self.server.clear()
        start = f"SET sql_mode = '{INITIAL_SQL_MODE}', timestamp = {NOW.timestamp():.6f}"
        done = subprocess.run(
            [
                *self.client,
                "--default-character-set=utf8mb4",
                "--binary-mode",
                "--comments",
                f"--init-command={start}",
            ],
            input=script,
            capture_output=True,
            timeout=_CLIENT_TIMEOUT_S,
            check=False,
        )
        if done.returncode:
            text = done.stderr.decode(errors="replace")
            number = _CLIENT_ERROR.search(text)
            return Outcome(None, number[1] if number else "?", message=text.strip())
        return Outcome(self._look())

    def _look(self) -> dict[str, object]:
        """Return all that is in the server, such that equal contents are equal."""
        found: dict[str, object] = {}
        with Connection(self.server.root) as connection:
            connection.execute_sql("SET time_zone = '+00:00', sql_mode = ''")
            definitions = read_definitions(connection)
            for name, definition in definitions.items():
                found[str(name)] = {
                    label: _ZERO_DATE_MODES.sub("", _EVENT_STATE.sub(" DO ", text))
                    for label, text in definition.items()
                }
            for schema in [name.name for name in definitions if name.kind == "DATABASE"]:
                described = find_schema(connection, schema)
                for table in described.tables.values() if described else ():
                    full = f"{quote_name(schema)}.{quote_name(table.name)}"
                    values = {c.name: pair_exactly(c).before.value for c in table.columns}
                    sql = f"SELECT {', '.join(values.values())} FROM {full}"
                    found[f"rows of {table.name}"] = Counter(connection.texts(sql))
                    for key in table.keys:
                        names = [part.column for part in key.parts]
                        is_whole = key.type == "BTREE" and key.is_visible
                        if not is_whole or any(p.prefix_length or p.expression for p in key.parts):
                            continue
                        listed = ", ".join(values[str(name)] for name in names)
                        sql = f"SELECT {listed} FROM {full} FORCE INDEX ({quote_name(key.name)})"
                        found[f"key {key.name} of {table.name}"] = Counter(connection.texts(sql))
        return found


@contextmanager
def small_thresholds() -> Iterator[None]:
    """Take every fast path for scripts of any size while the block runs."""
    with (
        patch.object(splitter, "SHORT_BYTES", 0),
        patch.object(splitter, "LONG_INSERT_BYTES", 80),
        patch.object(reader, "CHUNK_BYTES", 120),
    ):
        yield


def shrink(ways: ThreeWays, statements: list[bytes], *, most_tries: int = 60) -> list[bytes]:
    """Return fewer statements that the ways still differ by, and begin to in the same words.

    The first two stay: they make the database.
    """
    kind = str(ways.compare(b"".join(statements), usual_thresholds=True))[:_SAME_WORDS]
    tries, size = 0, max(1, len(statements) // 2)
    while size and tries < most_tries:
        start = 2
        while start < len(statements) and tries < most_tries:
            fewer = [*statements[:start], *statements[start + size :]]
            tries += 1
            found = ways.compare(b"".join(fewer), usual_thresholds=True)
            if found is not None and found.startswith(kind):
                statements = fewer
            else:
                start += size
        size //= 2
    return statements


def _failed(error: RewoundError) -> Outcome:
    number = _MYSQL_ERROR.search(error.message)
    rule = _RULE.search(error.message)
    if isinstance(error, (LoadError, MysqlError)) and number:
        return Outcome(None, number[1], message=error.message)
    return Outcome(None, rule[1] if rule else type(error).__name__, message=error.message)


def _tell(one: str, first: Outcome, other: str, second: Outcome) -> str | None:
    if first.content is None or second.content is None:
        if first.content is None and second.content is None:
            return None
        texts = (
            f"{name} {'is ready' if each.content is not None else f'fails: {each.message}'}"
            for name, each in ((one, first), (other, second))
        )
        return "; ".join(texts)
    for name in {**first.content, **second.content}:
        before, after = first.content.get(name), second.content.get(name)
        if before != after:
            return f"{name}: {before} by {one}, {after} by {other}"
    return None
