"""The memory of a replay does not grow with a log: its peak in a process of its own."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from rewound.mysql.endpoint import Endpoint
from rewound.replay.target import AtPosition
from tests.server.load_server import LoadServer
from tests.server.planted import tell
from tests.server.replaying import Source, restore

_MOST_BYTES = 200 << 20
_ROWS, _ROW_BYTES = 12_000, 8_000
_TABLE = (
    "CREATE TABLE game.big (id INT PRIMARY KEY, bytes LONGBLOB)",
    "CREATE PROCEDURE game.fill(first INT, count INT) BEGIN DECLARE i INT DEFAULT first;"
    " START TRANSACTION; WHILE i < first + count DO"
    f" INSERT INTO game.big VALUES (i, REPEAT('x', {_ROW_BYTES})); SET i = i + 1;"
    " END WHILE; COMMIT; END",
)
_SHAPES = {
    "one transaction": [f"CALL game.fill(0, {_ROWS})"],
    "transactions that are kept": [
        f"CALL game.fill({first}, {_ROWS // 8})" for first in range(0, _ROWS, _ROWS // 8)
    ],
}


@pytest.mark.parametrize("is_compressed", ["ON", "OFF"])
@pytest.mark.parametrize("shape", _SHAPES)
def test_long_transactions_take_little_memory(
    source: Source, world: LoadServer, tmp_path: Path, shape: str, is_compressed: str
) -> None:
    setting = f"SET SESSION binlog_transaction_compression={is_compressed}"
    told = tell(source, tmp_path, setting, *_SHAPES[shape], before=_TABLE)
    given = {
        "root": asdict(world.root),
        "loader": asdict(world.loader),
        "dump": told.dump,
        "logs": told.logs,
        "end": (told.end.log_name, told.end.position),
    }
    code = "from tests.server.test_replay_memory import write_peak; write_peak()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(given, default=str),
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    assert world.ask("SELECT COUNT(*) FROM game.big") == _ROWS
    assert int(done.stdout) < _MOST_BYTES


def write_peak() -> None:
    """Restore what standard input names, and write the peak of this process's memory in bytes."""
    given = json.load(sys.stdin)
    root, loader = (
        Endpoint(**{**given[account], "socket": Path(given[account]["socket"])})
        for account in ("root", "loader")
    )
    logs = [Path(log) for log in given["logs"]]
    restore(LoadServer(root, loader), Path(given["dump"]), logs, AtPosition(*given["end"]))
    # Not getrusage: what it says includes the process that started this one.
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    sys.stdout.write(str(int(status.split()[0]) << 10))
