"""A program as a filter: fed, read, ended."""

import io
import threading

import psutil
import pytest

from rewound import piped_command
from rewound.errors import CommandFailed
from rewound.piped_command import PipedCommand

CONTENT = b"0123456789" * 300_000


def read_all(program: PipedCommand) -> bytes:
    return b"".join(iter(lambda: program.read(100_000), b""))


def test_what_is_fed_comes_out():
    with PipedCommand(["cat"], source=io.BytesIO(CONTENT).read) as program:
        assert read_all(program) == CONTENT
        program.require_success()
        assert program.is_all_read


def test_a_failure_has_the_code_and_the_last_words():
    script = "cat; echo wrong >&2; exit 3"
    with PipedCommand(["sh", "-c", script], source=io.BytesIO(CONTENT).read) as program:
        assert read_all(program) == CONTENT
        with pytest.raises(CommandFailed, match="sh exited with code 3") as caught:
            program.require_success()
    assert caught.value.stderr_tail == "wrong"


def test_a_program_that_does_not_read_all_is_known():
    with PipedCommand(["head", "-c", "10"], source=io.BytesIO(CONTENT).read) as program:
        assert read_all(program) == CONTENT[:10]
        assert not program.is_all_read


def test_an_error_of_the_source_is_raised_by_the_reader():
    def fail(_size: int) -> bytes:
        raise OSError(5, "Input/output error")

    with (
        PipedCommand(["cat"], source=fail) as program,
        pytest.raises(OSError, match="Input/output error"),
    ):
        program.read(10)


def test_much_on_standard_error_blocks_nothing():
    script = "yes wrong | head -c 3000000 >&2; cat"
    with PipedCommand(["sh", "-c", script], source=io.BytesIO(CONTENT).read) as program:
        assert read_all(program) == CONTENT
        assert len(program.said) <= 1 << 16


def test_a_program_that_does_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(piped_command, "_STALL_TIMEOUT_S", 0.2)
    monkeypatch.setattr(piped_command, "_POLL_MS", 100)
    with (
        PipedCommand(["sleep", "60"], source=io.BytesIO(CONTENT).read) as program,
        pytest.raises(CommandFailed, match="sleep did nothing for 0 s"),
    ):
        program.read(10)


def test_closing_ends_the_program_and_the_threads():
    before = threading.active_count()
    program = PipedCommand(["sleep", "60"], source=io.BytesIO(CONTENT).read)
    process = psutil.Process(program._process.pid)
    program.close()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert threading.active_count() == before


def test_it_has_no_terminal():
    with PipedCommand(["sh", "-c", "exec 3</dev/tty"], source=lambda _: b"") as program:
        assert not program.read(10)
        with pytest.raises(CommandFailed):
            program.require_success()


def test_a_missing_program_is_said_to_be_that():
    with pytest.raises(CommandFailed, match="is not installed on this host"):
        PipedCommand(["/no/such/program"], source=lambda _: b"")
