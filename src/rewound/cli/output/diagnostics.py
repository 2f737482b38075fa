"""All of stderr that is not progress, and every exit code: failures become text here.

This is one of the places that catch broadly. A failure of ours is a message and a hint; anything
else is reported as a bug, with the traceback in a file.
"""

import contextlib
import errno
import io
import logging
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import zip_longest
from types import FrameType
from typing import NoReturn

import click

from rewound.errors import HostError, Interrupted, RewoundError

_EXIT_BROKEN_PIPE = 141
_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_exit_codes: dict[int, int] = {}
"""Maps exit codes to those of the running command, in which the usual code means something else."""
_print_above: list[Callable[[str], None]] = []
"""Prints a line above what a terminal shows live; the last is that of the innermost block."""
_find_given_options: list[Callable[[], Collection[str]]] = []
"""What finds the options that the command was given, which no hint advises."""


class _Lossy(io.FileIO):
    """A file that takes whatever is written to it, also what it cannot write."""

    def write(self, data: memoryview) -> int:  # type: ignore[override]  # io passes views
        with contextlib.suppress(OSError):
            return super().write(data)
        return data.nbytes


def run(command: click.Command) -> NoReturn:
    """Run a click command and exit with our code."""
    # In any locale: names and data in other alphabets must not cause a failure.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stderr, io.TextIOWrapper):
        # Nor must a reader that has gone away (`2>&1 | head`), or a full disk: what is told on the
        # way is worth less than what is done.
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(_Lossy(sys.stderr.fileno(), "wb", closefd=False)),
            encoding="utf-8",
            errors="backslashreplace",
            line_buffering=True,
        )
    # TERM does the same as Ctrl-C: whatever was started has to be cleaned up. Signals that the
    # caller ignores (nohup) stay ignored.
    for number in _ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    code = _run(command)
    if code == Interrupted.exit_code:
        _end_now(code)
    sys.exit(code)


def let_stop_signal_through() -> None:
    """From now on, let TERM end the command; until then it is blocked."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def fail_with(code: int) -> None:
    """From now on, fail with this exit code: the usual one has a meaning in the command."""
    _exit_codes[RewoundError.exit_code] = code


def note_given(find_options: Callable[[], Collection[str]]) -> None:
    """From now on, leave out of hints what would add an option that is found; asked per hint."""
    _find_given_options.append(find_options)


def warn(text: str) -> None:
    """Print a warning; the command continues."""
    _echo(text, label="warning:", colour="yellow")


def warn_of_hidden_columns(columns: Sequence[str], *, widening: str) -> None:
    """Warn about columns that do not fit on the screen, if any; `widening` shows all of them."""
    if columns:
        names = ", ".join(columns)
        warn(f"columns omitted for lack of width: {names}; {widening} shows all of them")


def narrate(*lines: str) -> None:
    """Print what is being done, on one or several lines."""
    for line in lines:
        _echo(line)


def show_error(error: RewoundError) -> None:
    """Print an error, the lines that it quotes, and its hint."""
    show_errors([error])


def show_errors(errors: Sequence[RewoundError]) -> None:
    """Print errors; a hint that the next one has as well is printed once, after the last."""
    for error, following in zip_longest(errors, errors[1:]):
        _echo(error.message, label="error:", colour="red", bold=True)
        if error.quoted:
            _write(_quote(error.quoted))
        if error.hint and (following is None or following.hint != error.hint):
            show_hint(error.hint)


def _quote(text: str) -> str:
    """Return lines that an error quotes; on a terminal, long ones continue in the next."""
    from rewound.cli.output.escaping import show_lines
    from rewound.cli.output.wrapping import wrap_quoted

    quoted = show_lines(text, indent="    ")
    if not sys.stderr.isatty():
        return quoted
    width = shutil.get_terminal_size().columns
    return "\n".join(wrap_quoted(line, width) for line in quoted.split("\n"))


def show_hint(text: str) -> None:
    """Print what can be done, unless the user has done it."""
    from rewound.cli.output.given_options import without_given

    given = [option for find_options in _find_given_options for option in find_options()]
    if hint := without_given(text, given):
        _echo(hint, label="hint:", colour="cyan")


@contextlib.contextmanager
def printing_above(print_line: Callable[[str], None]) -> Iterator[None]:
    """Send what is printed in the block to `print_line`, which takes a line that may be styled."""
    _print_above.append(print_line)
    try:
        yield
    finally:
        _print_above.remove(print_line)


def _write(text: str) -> None:
    """Write a line to stderr, above what is shown live."""
    if _print_above:
        _print_above[-1](text)
    else:
        click.echo(text, err=True)


def _echo(text: str, *, label: str = "", colour: str | None = None, bold: bool = False) -> None:
    """Print a message on one line; on a terminal, break lines between words."""
    from rewound.cli.output.wrapping import wrap_message

    start, text = f"{label} " if label else "", printable(text)
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns
        text = wrap_message(text, width, start=start).removeprefix(start)
    _write(f"{click.style(label, fg=colour, bold=bold)} {text}" if label else text)


def printable(text: str) -> str:
    """Return a text on one line, with control characters spelled out.

    Our messages quote dumps, file names and servers: these must not control the terminal, and a
    line break in them must not begin a line that looks like ours.
    """
    from rewound.cli.output.escaping import show_control_characters

    return show_control_characters(text)


class PlainFormatter(logging.Formatter):
    """Writes a record on one line, whatever it quotes; a traceback follows below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line of a record."""
        return printable(super().formatMessage(record))


class _LogHandler(logging.Handler):
    """Writes records to stderr like our own messages."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; its traceback follows as it is."""
        first, line_end, rest = self.format(record).partition("\n")
        _echo(first)
        if line_end:
            _write(rest)


def set_up_logging(*, verbose: bool) -> None:
    """Send the log to stderr: warnings, or everything."""
    handler = _LogHandler()
    handler.setFormatter(PlainFormatter("%(levelname)s %(name)s: %(message)s"))
    level = logging.DEBUG if verbose else logging.WARNING
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("filelock").setLevel(logging.WARNING)


@contextlib.contextmanager
def unmoved_by_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C in the block, except inside `cancellable`."""
    before = signal.signal(signal.SIGINT, _pass_over)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def cancellable() -> Iterator[None]:
    """Let Ctrl-C end only the block, not the command; yield whether it did.

    SIGTERM and SIGHUP end the command, as everywhere.
    """
    before = {number: signal.getsignal(number) for number in _ENDING_SIGNALS}
    received = []

    def note(number: int, frame: FrameType | None) -> NoReturn:
        received.append(number)
        _interrupt(number, frame)

    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, note)
        yield
    except KeyboardInterrupt:
        if received != [signal.SIGINT]:
            raise
        narrate("", "cancelled")  # the terminal has just written ^C
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received not in ([], [signal.SIGINT]):
        # A pager waits for its user, whatever happens.
        raise KeyboardInterrupt


def _run(command: click.Command) -> int:
    try:
        # These signals have been blocked since the start; TERM stays so until a command allows it.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGHUP})
        result = command.main(prog_name="rewound", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        _show_usage_error(error)
        return error.exit_code
    except RewoundError as error:
        show_error(error)
        return _exit_codes.get(error.exit_code, error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return Interrupted.exit_code
    except BrokenPipeError:
        # The reader of our output has gone away (`| head`). Nothing may be written from now on, not
        # even by the interpreter when it exits.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _EXIT_BROKEN_PIPE
    except SystemExit as end:
        # click sees a broken pipe first, and ends the program with 1.
        if end.code != 1:
            raise
        return _EXIT_BROKEN_PIPE
    except OSError as error:
        if error.errno not in _OF_THE_HOST:
            return _report_bug()
        show_error(_explain_host(error))
        return HostError.exit_code
    except Exception:  # noqa: BLE001 - a bug must be told from a user's error
        return _report_bug()
    return result if isinstance(result, int) else 0


def _show_usage_error(error: click.ClickException) -> None:
    from rewound.cli.output.usage_errors import explain_usage, find_help

    help_text = find_help(error)
    if help_text is None:
        show_error(explain_usage(error))
    else:
        click.echo(help_text, err=True)


_OF_THE_HOST = frozenset(
    {errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENOMEM}
)
"""Errors that a disk, its permissions or lack of memory cause, wherever they occur."""


def _explain_host(error: OSError) -> HostError:
    """Convert an error of the operating system; one without a file is about the output."""
    why = (error.strerror or str(error)).lower()
    if error.filename is None:
        return HostError(f"cannot write the output: {why}")
    return HostError(
        f"cannot use {error.filename}: {why}",
        hint="REWOUND_STATE_DIR and REWOUND_CACHE_DIR must be folders of the user who runs this",
    )


def _end_now(code: int) -> NoReturn:
    """Exit without the interpreter's own cleanup.

    That would wait for other threads and processes. And if an interrupt occurs in code that was
    compiled from a string (dataclasses, during imports), CPython 3.11 remembers it as unhandled,
    although we have handled it, and ends by the signal instead.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _report_bug() -> int:
    from rewound import __version__, settings

    text = f"rewound {__version__}\n{traceback.format_exc()}"
    log = settings.state_dir() / "bug.log"
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        log.write_text(text, encoding="utf-8", errors="backslashreplace")
        log.chmod(0o600)
        place = f"the traceback is in {log}"
    except OSError:
        place = text
    last = traceback.format_exc().strip().splitlines()[-1]
    click.echo(f"{click.style('bug:', fg='red', bold=True)} {printable(last)}", err=True)
    click.echo(f"This is a bug in Rewound, not a mistake of yours; {place}", err=True)
    return _exit_codes.get(RewoundError.exit_code, RewoundError.exit_code)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - signal's signature
    # A second Ctrl-C would interrupt the cleanup that the first one began.
    for each in _ENDING_SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _pass_over(number: int, frame: FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN, programs that we start do not inherit this."""
