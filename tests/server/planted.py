"""Short histories of a source server, and what plants faults into the files that it wrote."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

from rewound.binlog.commit_points import CommitPoint, iter_commit_points
from rewound.binlog.log_file import LogFile
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.load.ledger import Ledger
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.target import AtPosition, Target
from tests.server.load_server import LoadServer
from tests.server.replaying import Moment, Source, content_of, plan, restore
from tests.unit.binlog.made_log import MadeLog, query_body

TABLES = (
    "CREATE TABLE game.player (id INT PRIMARY KEY, name VARCHAR(20), score INT)",
    "INSERT INTO game.player VALUES (1,'ann',10),(2,'bob',20),(3,'eve',30)",
)
NO_GTIDS = ("--source-data=2", "--set-gtid-purged=OFF")
_POSITION = re.compile(rb"(SOURCE_LOG_FILE=')[^']*(', SOURCE_LOG_POS=)\d+")


@dataclass(frozen=True, slots=True)
class History:
    """A dump, the logs from its file on, and what the source held at their end."""

    dump: Path
    logs: list[Path]
    end: Moment

    @property
    def target(self) -> Target:
        return AtPosition(self.end.log_name, self.end.position)

    def plan(self, target: Target | None = None) -> ReplayPlan:
        return plan(self.dump, self.logs, target or self.target)

    def restore(
        self,
        world: LoadServer,
        target: Target | None = None,
        dump_filter: DumpFilter = DumpFilter(),  # noqa: B008 - frozen value
    ) -> Ledger:
        wanted = target or self.target
        return restore(world, self.dump, self.logs, wanted, dump_filter=dump_filter)

    def require_equal(self, world: LoadServer) -> None:
        assert content_of(world) == self.end.content

    def points(self, index: int = -1) -> list[CommitPoint]:
        """The transactions of one of the files."""
        with LogFile(self.logs[index]) as log:
            return list(iter_commit_points(log))

    def change(self, index: int, data: bytes) -> None:
        self.logs[index].write_bytes(data)

    def move_dump(self, log_name: str, position: int) -> None:
        """Make the dump state another place."""
        text, count = _POSITION.subn(
            rb"\g<1>%b\g<2>%d" % (log_name.encode(), position), self.dump.read_bytes()
        )
        assert count == 1
        self.dump.write_bytes(text)

    def rewrite_dump(self, old: str, new: str) -> None:
        text = self.dump.read_bytes()
        assert text.count(old.encode()) == 1, text.decode()
        self.dump.write_bytes(text.replace(old.encode(), new.encode()))


def tell(
    source: Source,
    folder: Path,
    *after: str,
    before: Sequence[str] = TABLES,
    dump: Sequence[str] = (),
) -> History:
    """Run statements on a source that has nothing, dump it, and run what comes after."""
    source.run(
        "DROP DATABASE IF EXISTS game",
        "RESET BINARY LOGS AND GTIDS",
        "CREATE DATABASE game CHARACTER SET utf8mb4",
        *before,
    )
    path = source.dump(folder / "w.sql", *dump)
    source.run(*after)
    end = source.moment()
    return History(path, copy_logs(source, folder), end)


def copy_logs(source: Source, folder: Path) -> list[Path]:
    copies = folder / "logs"
    copies.mkdir(exist_ok=True)
    for log in source.logs():
        (copies / log.name).write_bytes(log.read_bytes())
    return sorted(copies.iterdir())


def made(history: History, log: MadeLog, folder: Path) -> History:
    """Return the history with a log made byte by byte in the place of the server's."""
    path = log.write(folder, "made.000001")
    with LogFile(path) as opened:
        history.move_dump(path.name, opened.first_position)
    return replace(history, logs=[path], end=replace(history.end, log_name=path.name))


def made_statement(history: History, text: str, folder: Path) -> History:
    """Return the history with a log that has one statement in it."""
    log = MadeLog()
    log.add_transaction((2, query_body(text.encode())))
    changed = made(history, log, folder)
    return replace(changed, end=replace(changed.end, position=log.position))


def iter_events(data: bytes, start: int = 4) -> Iterator[tuple[int, bytes]]:
    """Yield position and bytes of each event of a log."""
    while start < len(data):
        length = int.from_bytes(data[start + 9 : start + 13], "little")
        yield start, data[start : start + length]
        start += length


def without(data: bytes, point: CommitPoint) -> bytes:
    """Return a log without one of its transactions, as a server would have written it then."""
    kept = data[: point.start]
    for _, event in iter_events(data, point.end):
        kept += stamp(event, len(kept))
    return kept


def stamp(event: bytes, position: int) -> bytes:
    """Return an event for another position, its checksum anew."""
    end = (position + len(event)).to_bytes(4, "little")
    body = event[:13] + end + event[17:-4]
    return body + crc32(body).to_bytes(4, "little")
