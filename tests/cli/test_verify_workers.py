"""`verify` and the processes that read for it: they end with it, however it ends."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Cli, Dumps
from tests.waiting import wait_until


def children_of(pid: int) -> set[int]:
    answer = subprocess.run(
        ["pgrep", "--parent", str(pid)], capture_output=True, text=True, check=False
    )
    return {int(line) for line in answer.stdout.split()}


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_verify(cli: Cli, tmp_path: Path, how: signal.Signals):
    source = tmp_path / "source"
    source.mkdir()
    # Enough text to be read for many seconds.
    row = b"INSERT INTO t VALUES " + b",".join([b"(1,'a')"] * 20) + b";\n-- x\n"
    (source / "w_20240101.sql").write_bytes(b"CREATE TABLE t (a int);\n" + row * 400_000)
    process = cli.start("verify", source, "--schema", "g")
    try:
        wait_until(lambda: len(children_of(process.pid)) >= 2)
        children = children_of(process.pid)
        process.send_signal(how)
        process.communicate(timeout=30)
        wait_until(lambda: all(map(is_gone, children)))
    finally:
        process.kill()
        process.communicate()


def test_nothing_of_python_is_said_at_the_end(cli: Cli, dumps: Dumps):
    for number in range(3):
        dumps.write("CREATE TABLE t (a int);\n", name=f"w{number}_20240101.sql")
    done = cli("verify", dumps.folder)
    assert done.code == 0
    said = [line for line in done.stderr.splitlines() if ": whole" not in line]
    assert said == ["rules that would be used: database-created 3"]


def test_json_has_every_refused_statement(cli: Cli, dumps: Dumps):
    dumps.write("SHUTDOWN;\n" * 10, closing="")
    done = cli("verify", dumps.folder, "--format", "json")
    [dump] = json.loads(done.stdout)
    assert [each["line"] for each in dump["refused"]] == list(range(8, 18))
    assert {each["rule"] for each in dump["refused"]} == {"unknown-statement"}
    assert len(dump["problems"]) == 2
