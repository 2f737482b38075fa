"""Processes of this host: run, started, found again, ended."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from rewound import command
from rewound.errors import CommandFailed
from tests.waiting import wait_until

IGNORES_TERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    " print('ready', flush=True); time.sleep(60)"
)


def start_sleeper(folder: Path, *arguments: str) -> command.ProcessIdentity:
    argv = [sys.executable, "-c", "import time; time.sleep(60)", *arguments]
    return command.start_daemon(argv, log=folder / "log", cwd=folder)


def test_run_returns_the_standard_output():
    assert command.run(["printf", "a\\nb"], timeout_s=5) == "a\nb"


def test_run_adds_to_the_environment():
    assert command.run(["sh", "-c", "echo $ADDED"], timeout_s=5, env={"ADDED": "x"}) == "x\n"


def test_run_that_fails_keeps_argv_code_and_the_last_lines_of_stderr():
    script = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i >&2; done; exit 3"
    with pytest.raises(CommandFailed, match="sh exited with code 3; its last words") as caught:
        command.run(["sh", "-c", script], timeout_s=5)
    assert caught.value.argv == ("sh", "-c", script)
    assert caught.value.stderr_tail.splitlines() == [f"line {n}" for n in range(11, 31)]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["/no/such/program"], "is not installed"),
        ([str(Path(__file__).parent)], "could not be started"),
        (["sleep", "5"], "did not end within 0 s"),
    ],
)
def test_run_explains_what_cannot_run(argv: list[str], said: str):
    with pytest.raises(CommandFailed, match=said):
        command.run(argv, timeout_s=0.1)


def test_the_deadline_holds_although_a_child_keeps_the_output_open():
    child = ["sleep", f"61.{os.getpid()}"]
    with pytest.raises(CommandFailed, match="did not end within 0 s"):
        command.run(["sh", "-c", f"{' '.join(child)} & exit 0"], timeout_s=0.5)
    assert count_processes(child) == 0


def test_the_deadline_holds_although_a_child_in_another_session_keeps_the_output_open():
    child = ["sleep", f"62.{os.getpid()}"]
    with pytest.raises(CommandFailed, match="did not end within 0 s"):
        command.run(["setsid", "--fork", *child], timeout_s=0.5)
    try:
        assert count_processes(child) == 1
    finally:
        for process in find_processes(child):
            process.kill()


RUNS = "import sys; from rewound import command; command.run(sys.argv[1:], timeout_s=60)"
STARTS = (
    "import os, sys, time; from pathlib import Path; from rewound import command;"
    " command.start_daemon(sys.argv[1:], log=Path(os.devnull), cwd=Path('/'), dies_with_us=True);"
    " time.sleep(60)"
)


@pytest.mark.parametrize("script", [RUNS, STARTS], ids=["run", "start_daemon"])
def test_what_we_wait_for_dies_with_us_even_if_we_are_killed(script: str):
    sleep = ["sleep", f"60.{os.getpid()}"]
    us = subprocess.Popen([sys.executable, "-c", script, *sleep])
    try:
        wait_until(lambda: count_processes(sleep) == 1)
    finally:
        us.kill()
        us.wait()
    wait_until(lambda: count_processes(sleep) == 0)


def find_processes(argv: list[str]) -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["cmdline"]) if each.info["cmdline"] == argv]


def count_processes(argv: list[str]) -> int:
    return len(find_processes(argv))


def test_a_daemon_runs_in_a_session_of_its_own_and_can_be_killed(tmp_path: Path):
    mark = start_sleeper(tmp_path)
    assert command.is_running(mark)
    assert os.getsid(mark.pid) == mark.pid != os.getsid(0)
    command.kill(mark)
    assert not command.is_running(mark)
    assert not psutil.pid_exists(mark.pid)


def test_kill_ends_several_and_is_fine_with_those_that_are_gone(tmp_path: Path):
    marks = [start_sleeper(tmp_path) for _ in range(3)]
    command.kill(marks[0])
    command.kill(*marks)
    assert not any(command.is_running(mark) for mark in marks)


def test_a_reused_pid_is_not_the_process_and_is_not_harmed(tmp_path: Path):
    mark = start_sleeper(tmp_path)
    earlier = replace(mark, start_ticks=mark.start_ticks - 1)
    before_reboot = replace(mark, boot_id="another boot")
    for other in (earlier, before_reboot):
        assert not command.is_running(other)
        command.stop(other, grace_s=1)
        command.kill(other)
    assert command.is_running(mark)
    command.kill(mark)


def test_stop_is_polite_first(tmp_path: Path):
    mark = start_sleeper(tmp_path)
    command.stop(mark, grace_s=5)
    assert not command.is_running(mark)


def test_stop_kills_what_ignores_term(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    log = tmp_path / "log"
    mark = command.start_daemon([sys.executable, "-c", IGNORES_TERM], log=log, cwd=tmp_path)
    wait_until(lambda: "ready" in log.read_text())
    command.stop(mark, grace_s=0.1)
    assert not command.is_running(mark)
    assert "ignored TERM" in caplog.text


def test_a_zombie_does_not_run():
    process = subprocess.Popen(["true"])
    mark = command._identity_of(process.pid)
    wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
    assert not command.is_running(mark)
    process.wait()


def test_kill_of_a_strangers_child_does_not_wait_for_its_parent_to_reap_it(tmp_path: Path):
    # The parent sleeps and never asks for its child, as some containers' first process.
    script = (
        "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']);"
        " print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert parent.stdout is not None
    child = command._identity_of(int(parent.stdout.readline()))
    started = time.monotonic()
    psutil.Process(child.pid).send_signal(signal.SIGKILL)
    command.kill(child)
    assert time.monotonic() - started < 2
    parent.kill()
    parent.communicate()


def test_find_daemons_goes_by_the_start_of_an_argument(tmp_path: Path):
    mine = start_sleeper(tmp_path, f"--datadir={tmp_path}/a/data")
    other = start_sleeper(tmp_path, f"--datadir={tmp_path}/ab/data")
    assert command.find_daemons(f"--datadir={tmp_path}/a/") == {mine: "data"}
    command.kill(mine, other)
    assert command.find_daemons(f"--datadir={tmp_path}/") == {}


def test_our_own_process_runs_and_takes_memory():
    mark = command.own_identity()
    assert mark.pid == os.getpid()
    assert command.is_running(mark)
    assert (command.memory_bytes(mark) or 0) > 1 << 20
    assert command.memory_bytes(replace(mark, start_ticks=0)) is None


def test_last_lines_leaves_blank_ones_out():
    assert command.last_lines("a\n\n b \n\t\nc\n", 2) == " b \nc"


def test_end_running_ends_what_another_thread_waits_for():
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        waiting = pool.submit(command.run, ["sleep", "60"], timeout_s=60)
        while not waiting.done() and time.monotonic() - started < 10:
            command.end_running()
            time.sleep(0.01)
        with pytest.raises(CommandFailed, match="exited with code -9"):
            waiting.result()
    assert time.monotonic() - started < 10
