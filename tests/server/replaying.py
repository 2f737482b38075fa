"""A source server with binary logs, its dumps, and what it held at moments to come back to."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rewound.binlog.commit_points import iter_commit_points
from rewound.binlog.log_file import LogFile
from rewound.catalog.logs.binary_log import BinaryLog
from rewound.catalog.logs.coverage import arrange
from rewound.catalog.logs.reading import read_log
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import begin_replay_statements
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.replay.coordinates import read_coordinates
from rewound.replay.replay_plan import ReplayPlan, plan_replay
from rewound.replay.replaying import replay
from rewound.replay.target import AtPosition, AtTime, AtTransaction, Target
from tests.server.load_server import LoadServer
from tests.server.random_workload import Workload
from tests.server.source_server import start_source

_STEPS_BEFORE_DUMP, _STEPS_AFTER = 15, 60


@dataclass(frozen=True, slots=True)
class Moment:
    """What a source held after one of its transactions."""

    log_name: str
    position: int
    """Where what followed begins."""
    gtids: str
    content: dict[str, str]
    """Each table's checksum, and each definition."""


@dataclass(frozen=True, slots=True)
class Source:
    """A server that writes binary logs."""

    connection: Connection
    folder: Path
    mysqldump: tuple[str, ...]

    def run(self, *statements: str) -> None:
        for statement in statements:
            self.connection.execute_sql(statement)

    def dump(self, path: Path, *options: str) -> Path:
        command = [
            *self.mysqldump,
            "--no-defaults",
            "--user=root",
            f"--socket={self.folder / 'mysqld.sock'}",
            "--single-transaction",
            "--routines",
            *(options or ("--source-data=2",)),
            "--databases",
            "game",
        ]
        with path.open("wb") as file:
            subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, check=True)
        return path

    def logs(self) -> list[Path]:
        return [self.folder / "data" / n for n in self.connection.names("SHOW BINARY LOGS")]

    def moment(self) -> Moment:
        name, position, _, _, gtids = self.connection.query("SHOW BINARY LOG STATUS").rows[0]
        content = read_content(self.connection)
        return Moment(str(name), int(str(position)), str(gtids).replace("\n", ""), content)


@contextmanager
def running_source(
    installation: Installation,
    engine: ProcessEngine,
    cache_dir: Path,
    make_folder: Callable[[], Path],
    *options: str,
) -> Iterator[Source]:
    """Start a source, and end it."""
    folder = make_folder()
    assert installation.mysqldump is not None
    try:
        port = pick_ports(1, base=None)[0]
        endpoint = start_source(installation, cache_dir, folder, port=port, options=options)
        with Connection(endpoint) as connection:
            connection.execute_sql("SET GLOBAL innodb_flush_log_at_trx_commit=0")
            yield Source(connection, folder, installation.mysqldump)
    finally:
        engine.end_all(folder)
        shutil.rmtree(folder)


def read_content(connection: Connection) -> dict[str, str]:
    """Return the checksum of each table of `game`, and how each thing in it is defined."""
    content = {}
    rows = connection.query(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'game'"
    ).rows
    for name, kind in ((str(name), str(kind)) for name, kind in rows):
        if kind == "BASE TABLE":
            checksum = connection.texts(f"CHECKSUM TABLE game.`{name}`")[0][1]
            content[f"rows of {name}"] = str(checksum)
        definition = str(connection.query(f"SHOW CREATE TABLE game.`{name}`").rows[0][1])
        # Dumps are loaded with another definer, and a counter may be of rows that are gone.
        content[f"table {name}"] = _without(definition, "DEFINER=", "AUTO_INCREMENT=")
    for sql in (
        "SELECT CONCAT(routine_type, routine_name), routine_definition"
        " FROM information_schema.routines WHERE routine_schema = 'game'",
        "SELECT CONCAT('trigger ', trigger_name, event_object_table), action_statement"
        " FROM information_schema.triggers WHERE trigger_schema = 'game'",
    ):
        content.update({str(name): str(text) for name, text in connection.query(sql).rows})
    return content


def _without(text: str, *words: str) -> str:
    return " ".join(word for word in text.split() if not word.startswith(words))


def plan(dump: Path, logs: Sequence[Path], target: Target) -> ReplayPlan:
    """Plan the way from a dump to a target as `up` does."""
    facts = [read_log(BinaryLog("w", path, path.stat().st_size)) for path in logs]
    chain, findings = arrange(facts)
    return plan_replay(read_coordinates(dump.read_bytes()), chain, target, findings=tuple(findings))


def restore(
    world: LoadServer, dump: Path, logs: Sequence[Path], target: Target, **options: object
) -> Ledger:
    """Load a dump into a server, replay logs up to a target, and require the proof."""
    load = LoadOptions(**options)  # type: ignore[arg-type]
    planned = plan(dump, logs, target)
    ledger = world.load(dump, load)
    assert find_imbalances(ledger) == []
    for statement in begin_replay_statements():
        world.execute(statement)
    replayed = replay(world.loader, planned, ledger, options=load, cancelled=threading.Event())
    assert list(find_imbalances(replayed)) == [], find_imbalances(replayed)
    return replayed


def make_moment(source: Source, seed: str, folder: Path) -> tuple[Path, Moment]:
    """Run a random workload with a dump in its middle; return the dump, and a moment after it."""
    random = Random(seed)
    workload = Workload(source.connection, seed)
    workload.create()
    for _ in range(_STEPS_BEFORE_DUMP):
        workload.step()
    dump = source.dump(folder / "w.sql")
    wanted, moment = random.randrange(_STEPS_AFTER), source.moment()
    for step in range(_STEPS_AFTER):
        workload.step()
        if random.randrange(15) == 0:
            source.run("FLUSH BINARY LOGS")
        if step == wanted:
            moment = source.moment()
    return dump, moment


def make_targets(source: Source, moment: Moment) -> dict[str, Target]:
    """Return the targets that mean a moment: its position, its transaction, its time."""
    targets: dict[str, Target] = {"position": AtPosition(moment.log_name, moment.position)}
    with LogFile(source.folder / "data" / moment.log_name) as log:
        points = [p for p in iter_commit_points(log) if p.end <= moment.position]
    if points:
        targets["time"] = AtTime(points[-1].committed_us, is_strict=False)
        if points[-1].gtid is not None:
            targets["transaction"] = AtTransaction(points[-1].gtid, is_included=True)
    return targets


def content_of(world: LoadServer) -> dict[str, str]:
    with Connection(world.root) as connection:
        return read_content(connection)


def count_binlog_statements(world: LoadServer) -> int:
    """Return how many BINLOG statements a server has executed."""
    with Connection(world.root) as connection:
        return int(str(connection.texts("SHOW GLOBAL STATUS LIKE 'Com_binlog'")[0][1]))


def endpoint_of(source: Source) -> Endpoint:
    return Endpoint(source.folder / "mysqld.sock", "127.0.0.1", 0, "root", "")
