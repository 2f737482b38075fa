"""A fleet of two worlds for commands that are killed, and what has to hold after each.

The worlds' content is known from a fleet that nothing happened to: rows and a checksum over
all of them, for each table and view.
"""

import json
import re
import shutil
from collections.abc import Mapping, Set
from pathlib import Path
from random import Random
from subprocess import Popen

import psutil

from rewound import command
from rewound.files.mounts import find_mounts_below, remove_tree
from rewound.fleet.live_status import get_endpoint
from rewound.fleet.state import FleetFolder
from rewound.mysql.accounts import DEV
from rewound.mysql.client import Connection
from tests.conftest import Cli, Dumps, Finished
from tests.server.test_fleet import is_free

WORLDS = ("a", "b")
CRASH_PROMISE = "A crash leaves nothing behind, and states stay true"
ENDED_STATES = {"ready", "interrupted", "stopped"}
"""Of worlds that no command is working on, where nothing but a kill went wrong."""

_TABLES = {"player": "id, name, score", "guild": "id, name, score", "best": "id, name, score"}
CONTENT = " UNION ALL ".join(
    f"SELECT '{table}', COUNT(*), SUM(CRC32(CONCAT_WS(',', {columns}))) FROM {table}"
    for table, columns in _TABLES.items()
)
_KEY = re.compile(r"[0-9a-f]{64}")
_PORT = re.compile(r'"port":(\d+)')
_PID = re.compile(r'"server":\{"identity":\{"pid":(\d+)')
_COMMAND_TIMEOUT_S = 180.0

Content = Mapping[str, Set[str]]
"""Per world the lines that it answers the question with."""


def write_worlds(dumps: Dumps, *, rows: int = 12_000) -> None:
    """Write one dump per world, which take some hundred milliseconds to load."""
    for world in WORLDS:
        rng = Random(world)
        tables = "".join(_write_table(table, rows, rng) for table in ("player", "guild"))
        view = "CREATE VIEW best AS SELECT * FROM player WHERE score > 900000;\n"
        dumps.write(tables + view, name=f"{world}_fulldump_20260302_211500.sql")


def _write_table(name: str, rows: int, rng: Random) -> str:
    lines = [
        f"CREATE TABLE {name} (id INT PRIMARY KEY, name VARCHAR(60), score INT, KEY (name));\n"
    ]
    for first in range(0, rows, 500):
        values = (
            f"({number},'{rng.randbytes(20).hex()}',{rng.randrange(1_000_000)})"
            for number in range(first, first + 500)
        )
        lines.append(f"INSERT INTO {name} VALUES {','.join(values)};\n")
    return "".join(lines)


class CrashFleet:
    """The fleet `default` of one test, its commands, and what is left of them."""

    def __init__(self, cli: Cli, source: Path, *options: str, question: str = CONTENT) -> None:
        """Use a folder of dumps; `question` is how the worlds' content is asked for."""
        self._cli = cli
        self._question = question
        self.up = ("up", str(source), *options)
        """The command that makes it."""
        self.folder = cli.state_dir / "fleets/default"
        self.baselines = cli.cache_dir / "baselines"

    @property
    def record(self) -> str:
        """The text of the fleet's record; empty where there is none."""
        try:
            return (self.folder / "fleet.json").read_text()
        except OSError:
            return ""

    def start(self, *arguments: object, env: Mapping[str, str] | None = None) -> Popen[str]:
        """Start a command to which something is going to happen."""
        return self._cli.start(*arguments, env=env)

    def finish(self, process: Popen[str]) -> Finished:
        """Wait for a command's end, which has to be no bug."""
        stdout, stderr = process.communicate(timeout=_COMMAND_TIMEOUT_S)
        return self._require_no_bug(Finished(process.returncode, stdout, stderr))

    def run(self, *arguments: object, codes: Set[int] = frozenset({0})) -> Finished:
        """Run a command to its end, which has to be one of these and no bug."""
        done = self._cli(*arguments, timeout_s=_COMMAND_TIMEOUT_S)
        assert done.code in codes, f"{arguments}: {done.code}\n{done.stderr}"
        return self._require_no_bug(done)

    def content(self) -> Content:
        """Return what the worlds answer, those among them that do."""
        done = self.run("query", self._question, "--format", "csv", codes={0, 1, 4})
        lines = [line.partition(",") for line in done.lines[1:]]
        return {
            world: {rest for name, _, rest in lines if name == world}
            for world in sorted({name for name, _, _ in lines})
        }

    def states(self) -> dict[str, str]:
        """Return the state of each world; none where status says that there is no fleet."""
        done = self.run("status", "--format", "json", codes={0, 1})
        if done.code:
            unrecorded = "interrupted before anything was recorded"
            said = unrecorded if self.folder.exists() else "no fleet named default"
            assert said in done.stderr
            return {}
        return {row["world"]: row["state"] for row in json.loads(done.stdout)}

    def require_truth(
        self, *possible: Content, states_allowed: Set[str] = ENDED_STATES
    ) -> dict[str, str]:
        """Require that exactly the ready worlds answer, and as one of these; return all states."""
        states = self.states()
        content = self.content() if self.folder.exists() else {}
        assert set(states.values()) <= states_allowed
        assert set(content) == {world for world, state in states.items() if state == "ready"}
        for world, lines in content.items():
            assert lines in [each[world] for each in possible], f"{world} holds something else"
        return states

    def require_up(self, whole: Content) -> None:
        """Require that `up` makes all worlds, and that nothing half made is kept for later."""
        self.run(*self.up)
        self.require_whole(whole)
        assert self.find_half_made() == []

    def require_whole(self, whole: Content) -> None:
        """Require that all worlds are ready and hold what their dumps do."""
        assert self.require_truth(whole) == dict.fromkeys(WORLDS, "ready")

    def require_down(self) -> None:
        """Require that `down` ends and removes whatever there is, be it seen or not."""
        ports = _PORT.findall(self.record)
        self.run("down", *([] if self.folder.exists() else ["--all"]))
        assert [path for path in self.folder.parent.glob("*") if path.is_dir()] == []
        assert self._find_processes() == []
        assert find_mounts_below(self.folder.parent) == []
        assert [port for port in ports if not is_free(int(port))] == []

    def require_again(self, whole: Content) -> None:
        """Require that the fleet goes, comes again whole, and goes."""
        self.require_down()
        self.require_up(whole)
        self.require_down()

    def has_servers(self) -> bool:
        """Tell whether a server that the record knows of is running."""
        return any(_is_alive(pid) for pid in _PID.findall(self.record))

    def spoil(self) -> Content:
        """Change every world, as who works on it would; return what they hold then."""
        folder = FleetFolder(self._cli.state_dir, "default")
        for world in folder.read().worlds.values():
            with Connection(get_endpoint(folder, world, DEV)) as connection:
                connection.execute_sql("DELETE FROM game.player WHERE id % 2 = 0")
        return self.content()

    def remove(self) -> None:
        """Remove the fleet, the state folder and the cache."""
        try:
            self._cli("down", "--all")
        finally:
            remove_tree(self._cli.state_dir)
            shutil.rmtree(self._cli.cache_dir)

    def find_log_places(self) -> dict[str, tuple[str, int]]:
        """Return where in its logs each world is, by the receipt of its ledger."""
        done = self.run("report", "--format", "json", codes={0, 1})
        ledgers = json.loads(done.stdout) if done.code == 0 else {}
        files = {
            name: ledger["receipt"]["files"][-1]
            for name, ledger in ledgers.items()
            if ledger["receipt"] is not None
        }
        return {name: (file["name"], file["to_position"]) for name, file in files.items()}

    def find_half_made(self) -> list[Path]:
        """Return what is no whole baseline or template in the cache."""
        foreign = (".rewound-test-disk", "lost+found")
        kept = [each for each in self.baselines.iterdir() if each.name not in foreign]
        half_made = [each for each in kept if not _KEY.fullmatch(each.name)]
        return [*half_made, *(self._cli.cache_dir / "templates").glob("making-*")]

    def find_servers(self, world: str) -> list[psutil.Process]:
        """Return the running mysqld of a world, if there is one."""
        marks = command.find_daemons(f"--datadir={self.folder}/worlds/{world}/")
        return [psutil.Process(mark.pid) for mark in marks if command.is_running(mark)]

    def _require_no_bug(self, done: Finished) -> Finished:
        log = self._cli.state_dir / "bug.log"
        assert not log.exists(), f"{done.stderr}\n{log.read_text()}"
        return done

    def _find_processes(self) -> list[list[str]]:
        """Return the arguments of all processes that were told of our folders."""
        folders = (str(self._cli.state_dir), str(self._cli.cache_dir))
        arguments = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
        return [each for each in arguments if any(f in word for word in each for f in folders)]


def _is_alive(pid: str) -> bool:
    """Tell whether a process runs, in a fraction of the time that psutil takes."""
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
