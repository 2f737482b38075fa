"""Measure how long the worst definitions take: those that a hostile dump would hold.

    .venv/bin/python -m bench.worst_definitions

Each is one statement of 4 MiB, the longest that is read, and one of as many tokens as are
planned: the same few words again and again, each chosen because something looks at them. The
goal is 2 s of CPU time for each, refused or not: Ctrl-C is looked at between two statements.
"""

import sys
import time
from itertools import islice
from typing import NamedTuple

from rewound.dump.judging.judge import LONGEST_DEFINITION_BYTES
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.script import Script
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.tokens import MOST_TOKENS, UnreadableText, iter_tokens
from rewound.load.counters import LoadCounters

GOAL_S = 2.0
_START = b"""-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: game
USE game;
"""
_SPARE_BYTES = 1 << 10
_TABLE = b"CREATE TABLE t (a int"


class Repeated(NamedTuple):
    """A statement that can be made as long as one likes."""

    head: bytes
    unit: bytes
    """What is repeated; `%d` in it becomes the number of the repetition."""
    tail: bytes = b""

    def make(self, count: int) -> bytes:
        """Return the statement with so many repetitions."""
        if b"%d" not in self.unit:
            return self.head + self.unit * count + self.tail
        return self.head + b"".join(self.unit % n for n in range(count)) + self.tail


WORST = {
    "words in a key": Repeated(_TABLE + b", KEY k (a)", b" x", b")"),
    "IGNORED in a key": Repeated(_TABLE + b", KEY k (a)", b" IGNORED", b")"),
    "options of a key": Repeated(_TABLE + b", KEY k (a)", b" `o`=1", b")"),
    "keys": Repeated(_TABLE, b", KEY k%d (a)", b")"),
    "foreign keys": Repeated(_TABLE, b", FOREIGN KEY f%d (a) REFERENCES p (a)", b")"),
    "columns": Repeated(_TABLE, b", c%d int", b")"),
    "collations": Repeated(_TABLE, b" COLLATE uca1400%d", b")"),
    "PERSISTENT": Repeated(_TABLE + b" AS (1)", b" PERSISTENT", b")"),
    "defaults": Repeated(_TABLE, b" DEFAULT f(1)", b")"),
    "values of an ENUM": Repeated(b"CREATE TABLE t (a ENUM('a'", b",'%d'", b"))"),
    "table options": Repeated(_TABLE + b")", b" `p`=1"),
    "table options with commas": Repeated(b"ALTER TABLE t `p`=1", b",`p`=1"),
    "engines and row formats": Repeated(_TABLE + b")", b" TYPE=x ROW_FORMAT=x"),
    "directories": Repeated(_TABLE + b")", b" DATA DIRECTORY='/'"),
    "sizes of files": Repeated(_TABLE + b")", b" AUTOEXTEND_SIZE=4M"),
    "partitions": Repeated(
        _TABLE + b") PARTITION BY LIST (a) (PARTITION p VALUES IN (0)",
        b", PARTITION p%d VALUES IN (1) ENGINE=x",
        b")",
    ),
    "words of MariaDB": Repeated(_TABLE, b" WITH ADD AS ROW BY PERIOD WITHOUT NEXT VALUE", b")"),
    "parentheses": Repeated(b"CREATE TABLE t ", b"("),
    "an event's words": Repeated(b"CREATE EVENT e ON SCHEDULE EVERY 1 DAY", b" x", b" DO SELECT 1"),
    "an event's schedule": Repeated(b"CREATE EVENT e ON SCHEDULE EVERY 1", b"+1", b" DO SELECT 1"),
    "a view's columns": Repeated(b"CREATE VIEW v AS SELECT 1", b",GeomFromText('x')"),
    "SET": Repeated(b"SET @a0=1", b",@a%d=1"),
    "SET NAMES": Repeated(b"SET NAMES utf8", b", NAMES utf8 COLLATE uca1400_x"),
    "names of DROP": Repeated(b"DROP TABLE t", b",t%d"),
    "columns of an INSERT": Repeated(b"INSERT INTO t (a", b",a", b") VALUES (1)"),
    "versioned comments": Repeated(_TABLE, b"/*!50000 */", b")"),
    "comments of six digits": Repeated(_TABLE, b"/*!050000 */", b")"),
    "a chain of DROPs": Repeated(b"DELIMITER ;;\n", b"DROP TABLE t;", b"DROP TABLE t;"),
}


def main() -> int:
    """Measure, print and return 1 where the goal is missed."""
    is_met = True
    for name, worst in WORST.items():
        for text in (_of_bytes(worst), _of_tokens(worst)):
            seconds, end = _measure(text)
            is_met = is_met and seconds < GOAL_S
            print(f"{seconds:5.2f} s  {name:28} {len(text):>9,} bytes  {end}")
    return 0 if is_met else 1


def _of_bytes(worst: Repeated) -> bytes:
    sample = 100_000
    unit_bytes = len(worst.make(sample)) / sample
    return worst.make(int((LONGEST_DEFINITION_BYTES - _SPARE_BYTES) / unit_bytes * 0.95))


def _of_tokens(worst: Repeated) -> bytes:
    """Return the statement that has as many tokens as are held, or nearly so."""
    few = 1000
    per_unit = (_count_tokens(worst.make(2 * few)) - _count_tokens(worst.make(few))) / few
    return worst.make(int((MOST_TOKENS - few) / max(per_unit, 1)))


def _count_tokens(text: bytes) -> int:
    tokens = iter_tokens(text, LexicalMode(), REFERENCE_SERVER.version_number)
    try:
        return sum(1 for _ in islice(tokens, MOST_TOKENS))
    except UnreadableText:
        return 0


def _measure(text: bytes) -> tuple[float, str]:
    end_mark = b";;\n" if text.startswith(b"DELIMITER") else b";\n"
    script, counters = Script(REFERENCE_SERVER), LoadCounters()
    refusal = None
    started_at = time.process_time()
    for verdict in script.iter_verdicts([_START, text, end_mark]):
        counters.add_verdict(verdict)
        counters.add_statement(verdict)
        refusal = refusal or verdict.refusal
    seconds = time.process_time() - started_at
    return seconds, "planned" if refusal is None else f"refused: {refusal.rule.name}"


if __name__ == "__main__":
    sys.exit(main())
