"""Measure the replay of a binary log, beside `mysqlbinlog | mysql`, on the same server.

    .venv/bin/python -m bench.replay_logs [RUNS]

A source server writes a log of which nearly every event has one row, the worst case, once plain and
once compressed. In turns, the dump's state is loaded anew and the log replayed by each way; only
the replay is measured. Both have to end with the same checksums. Then the plain log is replayed
into four worlds at once, and into one: two cores should be used.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psutil

from bench.load_once import PASSWORD, POOL_BYTES, cpu_s
from bench.page import Page
from rewound.catalog.logs.binary_log import BinaryLog
from rewound.catalog.logs.coverage import arrange
from rewound.catalog.logs.reading import read_log
from rewound.dump.file.location import one_file
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation, get_installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import Server, ServerSpec
from rewound.engine.server_options import LOADING_STATEMENTS
from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.loader import load_dump
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import (
    ACCOUNTS,
    LOADER,
    ROOT,
    account_statements,
    begin_replay_statements,
)
from rewound.mysql.client import Connection
from rewound.replay.coordinates import read_coordinates
from rewound.replay.planning import plan_replay
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.replaying import replay
from rewound.replay.target import AtPosition
from rewound.settings import cache_dir
from tests.server.source_server import start_source

TRANSACTIONS = 20_000
DEFAULT_RUNS = 3
WORLDS = 4
OURS, USUAL = "Rewound", "mysqlbinlog to mysql"
UNCOMPARED = "Rewound, --no-verify-images"
SHAPES = {
    "A plain log": "OFF",
    "A log with compressed transactions (binlog_transaction_compression)": "ON",
}
MOST_OWN_SHARE = 0.25
_TABLES = """
CREATE DATABASE game;
CREATE TABLE game.player (id INT UNSIGNED PRIMARY KEY, name VARCHAR(40), score INT, gold
  DECIMAL(12,2), at DATETIME(3), doc JSON, KEY (score));
CREATE TABLE game.item (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, player INT UNSIGNED,
  label CHAR(20), power DOUBLE, KEY (player));
CREATE TABLE game.event (player INT UNSIGNED, what VARCHAR(60), at TIMESTAMP(6))
"""
_CHURN = """
CREATE PROCEDURE game.churn(n INT) BEGIN
  DECLARE i, j, p INT DEFAULT 0;
  WHILE i < n DO
    START TRANSACTION; SET j = 0;
    WHILE j < 6 DO
      SET p = 1 + FLOOR(RAND() * 20000);
      UPDATE game.player SET score = score + 1, gold = gold * 1.01, at = NOW(3)
        WHERE id = p;
      INSERT INTO game.item (player, label, power) VALUES (RAND() * 20000, 'a sword', RAND());
      INSERT INTO game.event VALUES (RAND() * 20000, REPEAT('happened ', 5), NOW(6));
      SET j = j + 1;
    END WHILE;
    SET p = FLOOR(RAND() * 6 * (i + 1)); DELETE FROM game.item WHERE id = p;
    COMMIT; SET i = i + 1;
  END WHILE;
END
"""
_PLAYERS = (
    "INSERT INTO game.player WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 20000) SELECT i, CONCAT('player ', i), i, i, NOW(3), JSON_OBJECT('level', i) FROM n"
)

Spent = tuple[float, float, float]
"""Wall time, CPU-seconds of mysqld, other CPU-seconds."""

Way = Callable[[Installation, Server, ReplayPlan, Ledger], None]
"""Replays the planned part of a log into a server, which the ledger tells of."""


def main(runs: int) -> None:
    """Measure, and write the page."""
    page = Page(__file__, "Replaying a binary log")
    installation = get_installation("auto", cache_dir())
    for title, compression in SHAPES.items():
        page.add(f"## {title}")
        with tempfile.TemporaryDirectory(prefix="rw-") as name:
            folder = Path(name)
            dump, log, end = write_log(installation, folder, compression=compression)
            plan = make_plan(dump, log, end)
            add_ways(page, installation, folder, dump, plan, runs)
            if compression == "OFF":
                add_worlds(page, installation, folder, dump, plan, runs)
    page.write([f"MySQL {installation.version}"])


def add_ways(
    page: Page, installation: Installation, folder: Path, dump: Path, plan: ReplayPlan, runs: int
) -> None:
    """Measure all ways in turns."""
    spent: dict[str, list[Spent]] = {way: [] for way in WAYS}
    for _ in range(runs):
        checksums = set()
        for way, run in WAYS.items():
            seconds, (checksum,) = measure(installation, folder, dump, plan, run)
            spent[way].append(seconds)
            checksums.add(checksum)
        if len(checksums) != 1:
            raise SystemExit("the ways end with different contents")
    log_bytes = plan.parts[-1].end - plan.parts[0].start
    page.add(
        f"{log_bytes / 1e6:.0f} MB of log in {plan.transactions:,} transactions, nearly every event"
        f" with one row, onto a loaded dump; runs, in turns: {runs}."
    )
    for index, what in enumerate(("wall time", "CPU-seconds of mysqld", "other CPU-seconds")):
        page.add_table(f"{what} (s)", {way: [run[index] for run in spent[way]] for way in WAYS})
    for way in (OURS, UNCOMPARED):
        page.add_table(
            f"{USUAL} : {way}",
            {
                "wall time": ratios(spent[USUAL], spent[way], wall_s),
                "CPU of all": ratios(spent[USUAL], spent[way], all_cpu_s),
            },
        )
    shares = [
        100 * statistics.median(run[2] / run[1] for run in spent[way]) for way in (OURS, UNCOMPARED)
    ]
    more = statistics.median(ratios(spent[OURS], spent[UNCOMPARED], all_cpu_s)) - 1
    page.add(
        "The goal is four times less of both. Rewound's own CPU-seconds are"
        f" {shares[0]:.0f} % of mysqld's, without comparing rows {shares[1]:.0f} %; the goal is"
        f" {100 * MOST_OWN_SHARE:.0f} %. Comparing rows takes {100 * more:.0f} % more CPU."
    )


def add_worlds(
    page: Page, installation: Installation, folder: Path, dump: Path, plan: ReplayPlan, runs: int
) -> None:
    """Measure several worlds at once in one process, as `rewound up` does, in turns with one."""
    spent: dict[int, list[Spent]] = {1: [], WORLDS: []}
    for _ in range(runs):
        for count, seconds in spent.items():
            seconds.append(measure(installation, folder, dump, plan, replay_ours, count)[0])
    names = {1: "one world", WORLDS: f"{WORLDS} worlds at once"}
    page.add_table(
        "wall time (s)", {names[count]: [run[0] for run in spent[count]] for count in spent}
    )
    page.add_table(
        "cores in use",
        {names[count]: [(run[1] + run[2]) / run[0] for run in spent[count]] for count in spent},
    )


def ratios(
    spent: Sequence[Spent], others: Sequence[Spent], of: Callable[[Spent], float]
) -> list[float]:
    """Return how many times as much one way took as another, run by run."""
    return [of(one) / of(other) for one, other in zip(spent, others, strict=True)]


def wall_s(spent: Spent) -> float:
    """Return the seconds that one waits."""
    return spent[0]


def all_cpu_s(spent: Spent) -> float:
    """Return the CPU-seconds of all."""
    return spent[1] + spent[2]


def write_log(
    installation: Installation, folder: Path, *, compression: str
) -> tuple[Path, Path, int]:
    """Let a source server write its log; return the dump, the log, and where it ends."""
    engine = ProcessEngine(installation, cache_dir())
    source = folder / "source"
    source.mkdir()
    try:
        endpoint = start_source(installation, cache_dir(), source, port=pick_ports(1, base=None)[0])
        with Connection(endpoint) as connection:
            connection.execute_sql("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
            connection.execute_sql("SET SESSION cte_max_recursion_depth = 100000")
            for statement in (*_TABLES.split(";\n"), _PLAYERS, _CHURN):
                connection.execute_sql(statement)
            dump = folder / "game.sql"
            with dump.open("wb") as file:
                subprocess.run(
                    [
                        *(installation.mysqldump or ()),
                        *("--no-defaults", "--user=root", f"--socket={endpoint.socket}"),
                        *("--single-transaction", "--source-data=2", "--databases", "game"),
                    ],
                    stdout=file,
                    stderr=subprocess.DEVNULL,
                    check=True,
                )
            connection.execute_sql(f"SET SESSION binlog_transaction_compression={compression}")
            connection.execute_sql(f"CALL game.churn({TRANSACTIONS})")
            name, end, *_ = connection.query("SHOW BINARY LOG STATUS").rows[0]
            connection.execute_sql("FLUSH BINARY LOGS")
        log = folder / str(name)
        shutil.copy(source / "data" / str(name), log)
        return dump, log, int(str(end))
    finally:
        engine.end_all(source)
        shutil.rmtree(source)


def make_plan(dump: Path, log: Path, end: int) -> ReplayPlan:
    """Plan the replay of all that follows the dump."""
    chain, findings = arrange([read_log(BinaryLog("w", log, log.stat().st_size))])
    target = AtPosition(log.name, end)
    return plan_replay(read_coordinates(dump.read_bytes()), chain, target, findings=findings)


def measure(
    installation: Installation,
    folder: Path,
    dump: Path,
    plan: ReplayPlan,
    run: Way,
    worlds: int = 1,
) -> tuple[Spent, set[str]]:
    """Load the dump into servers of their own, and replay the log into all at once by one way.

    Return what that took, and the different checksums of the tables.
    """
    with ExitStack() as ends:
        servers, ledgers = [], []
        for number in range(worlds):
            server, ledger = start_loaded(installation, folder / f"server{number}", dump, ends)
            servers.append(server)
            ledgers.append(ledger)
        threads = ends.enter_context(ThreadPoolExecutor(worlds))
        before, others, started = mysqld_cpu_s(servers), other_cpu_s(), time.perf_counter()
        replays = [
            threads.submit(run, installation, server, plan, ledger)
            for server, ledger in zip(servers, ledgers, strict=True)
        ]
        for each in replays:
            each.result()
        seconds = time.perf_counter() - started
        spent = (seconds, mysqld_cpu_s(servers) - before, other_cpu_s() - others)
        return spent, {read_checksums(server) for server in servers}


def start_loaded(
    installation: Installation, folder: Path, dump: Path, ends: ExitStack
) -> tuple[Server, Ledger]:
    """Start a server with the dump in it, ready for a replay; `ends` stops and deletes it."""
    engine = ProcessEngine(installation, cache_dir())
    engine.prepare(folder.parent, folder.parent)
    folder.mkdir()
    ends.callback(shutil.rmtree, folder)
    ends.callback(engine.end_all, folder)
    server = engine.start(
        ServerSpec("bench", folder, pick_ports(1, base=None)[0], POOL_BYTES, PASSWORD)
    )
    accounts = account_statements(dict.fromkeys(ACCOUNTS, PASSWORD))
    with Connection(server.endpoint(ROOT, PASSWORD)) as connection:
        for statement in [*accounts, *LOADING_STATEMENTS]:
            connection.execute_sql(statement)
    ledger = load_dump(
        server.endpoint(LOADER, PASSWORD),
        one_file(dump),
        options=LoadOptions(),
        progress=lambda _bytes_read, _table: None,
        cancelled=threading.Event(),
    )
    with Connection(server.endpoint(ROOT, PASSWORD)) as connection:
        for statement in begin_replay_statements():
            connection.execute_sql(statement)
    return server, ledger


def read_checksums(server: Server) -> str:
    """Return the checksums of all tables."""
    with Connection(server.endpoint(ROOT, PASSWORD)) as connection:
        return str(connection.texts("CHECKSUM TABLE game.player, game.item, game.event"))


def mysqld_cpu_s(servers: Sequence[Server]) -> float:
    """Return the CPU-seconds of servers."""
    return sum(cpu_s(psutil.Process(server.identity.pid)) for server in servers)


def other_cpu_s() -> float:
    """Return the CPU-seconds of this process and of those it has run."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def replay_ours(
    _installation: Installation,
    server: Server,
    plan: ReplayPlan,
    ledger: Ledger,
    *,
    verify_images: bool = True,
) -> None:
    """Replay with every check and the proof."""
    replayed = replay(
        server.endpoint(LOADER, PASSWORD),
        plan,
        ledger,
        options=LoadOptions(verify_images=verify_images),
        cancelled=threading.Event(),
    )
    if problems := find_imbalances(replayed):
        raise SystemExit("; ".join(problems))


def replay_usual(
    installation: Installation, server: Server, plan: ReplayPlan, _ledger: Ledger
) -> None:
    """Pipe what `mysqlbinlog` prints into the client, as root."""
    *loader, client = installation.client or ()
    (part,) = plan.parts
    reader = subprocess.Popen(
        [
            *(*loader, str(Path(client).with_name("mysqlbinlog")), "--no-defaults", "--skip-gtids"),
            *(f"--start-position={part.start}", f"--stop-position={part.end}", str(part.path)),
        ],
        stdout=subprocess.PIPE,
    )
    with Path("/dev/null").open("w") as nothing:
        subprocess.run(
            [
                *(*loader, client, "--no-defaults", f"--user={ROOT}", f"--password={PASSWORD}"),
                f"--socket={server.socket}",
            ],
            stdin=reader.stdout,
            stderr=nothing,
            check=True,
        )
    if reader.wait():
        raise SystemExit("mysqlbinlog failed")


WAYS: dict[str, Way] = {
    USUAL: replay_usual,
    OURS: replay_ours,
    UNCOMPARED: partial(replay_ours, verify_images=False),
}

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS)
