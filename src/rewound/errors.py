"""The error tree: every way a command can fail, split by what the reader can do about it.

    RewoundError                 1  something failed; the message says what, which, why
    ├── UsageError               2  the command line is wrong: change it
    │   └── WorldsNotNamed          it names a moment that not all of the worlds have
    ├── HostError                3  this host lacks something: MySQL, disk, memory, a port
    │   ├── CommandFailed           a program that Rewound ran failed
    │   ├── PortTaken               another program has just taken the port of a server
    │   └── ServerNotReady          mysqld was started but did not answer
    ├── CatalogError             1  the dumps found do not match the request
    ├── DumpError                1  one dump is unreadable, cut off, or not a dump
    │   └── StatementRefused        the dump contains a statement that is not executed
    ├── BinlogError              1  one binary log is damaged, cut off, encrypted, or not one
    ├── MysqlError               1  a server answered a statement with an error
    ├── LoadError                1  a dump did not become a world, or is not proven by it
    │   └── TableNamesFolded        it needs a server with lower_case_table_names=1
    ├── ReplayError              1  binary logs did not take a dump to the moment asked for
    │   └── DumpTooNew              the dump has changes from after that moment
    ├── FleetError               1  the fleet is not in the state that the command requires
    │   ├── FleetNotFound           there is no fleet of that name
    │   ├── FleetExists             a fleet of that name already exists
    │   └── FleetBusy               another command is working on it
    ├── SomeWorldsFailed         4  some worlds failed, the others are done
    └── Interrupted            130  Ctrl-C or a termination signal

The number is the exit code of the command line; in `diff`, where 1 is an answer, 1 becomes 2.
An error carries facts as fields and, if there is one, a `hint`: the next thing to do. Messages are
lower case without a full stop, and one line each; `quoted` holds what is quoted line by line, such
as the end of a log. Programming mistakes are not in this tree: they stay `ValueError` or `assert`.
"""

from collections.abc import Mapping, Sequence

_NO_SPACE = frozenset({3, 1021, 1114, 1878, 3675})
"""MySQL's errors of a full disk. 1114, 1878 (while keys are made) and 3675 were tried on 9.7.4 with
a full tmpfs; 3 (EE_WRITE) and 1021 are the error reference's."""
_CONNECTION_LOST = 2013
_NO_MEMORY = frozenset({5, 1037, 1041, 1135, 3015, 3044})
"""Of a server that gets no more memory. 1041 and 1135 (no new thread) were seen on 9.7.4 under
RLIMIT_AS; the others are the error reference's."""
FREE_DISK = "free some disk space, or set REWOUND_STATE_DIR to another disk"
FREE_MEMORY = (
    "end other programs, or restore fewer worlds at a time with --worlds; no server uses more than"
    " 3 GiB besides its buffer pool"
)
"""Hints for servers that get no more of either."""


class RewoundError(Exception):
    """Something failed; the message says what and why."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None, quoted: str = "") -> None:
        super().__init__(f"{message}\n{quoted}" if quoted else message)
        self.message = message
        self.hint = hint
        self.quoted = quoted
        """Quoted lines of a dump or a program, shown below the message."""
        if hint:
            self.add_note(f"hint: {hint}")  # where the error is a traceback, in Python

    @property
    def in_one_line(self) -> str:
        """The message with what it quotes, for lists and records."""
        quoted = " / ".join(line.strip() for line in self.quoted.splitlines())
        return f"{self.message}: {quoted}" if quoted else self.message

    def of_world(self, world: str) -> "RewoundError":
        """Return the same error, with the name of the world that it is about."""
        return RewoundError(f"world {world}: {self.message}", hint=self.hint, quoted=self.quoted)


class UsageError(RewoundError):
    """The command line is wrong, or names worlds, tables or columns that do not exist."""

    exit_code = 2


class WorldsNotNamed(UsageError):
    """A moment is asked for that is not one of all the worlds that are meant."""

    def __init__(
        self, message: str, *, worlds: str, asking: str = "name those that have it"
    ) -> None:
        super().__init__(message, hint=f"{asking}: --worlds '{worlds}'")
        self.worlds = worlds
        """Those to name: `host[1-2]`; WORLD if only the user knows."""
        self.asking = asking
        """What the user has to do, before the words that do it."""


class HostError(RewoundError):
    """The host lacks something that Rewound needs: MySQL, disk, memory, a port."""

    exit_code = 3


class CommandFailed(HostError):
    """A program that Rewound ran failed or exceeded its deadline."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        reason: str,
        stderr_tail: str = "",
        hint: str | None = None,
    ) -> None:
        text = f"{argv[0]} {reason}{'; its last words' if stderr_tail else ''}"
        super().__init__(text, hint=hint, quoted=stderr_tail)
        self.argv = tuple(argv)
        self.stderr_tail = stderr_tail


class PortTaken(HostError):
    """Another program has taken the port of a server since it was chosen."""


class ServerNotReady(HostError):
    """mysqld was started but ended, or did not answer before the deadline."""

    def __init__(
        self, server: str, *, reason: str, log_tail: str = "", hint: str | None = None
    ) -> None:
        text = f"the MySQL server of {server} {reason}"
        if log_tail:
            text += "; the end of its log"
        super().__init__(text, hint=hint, quoted=log_tail)
        self.server = server
        self.reason = reason


class CatalogError(RewoundError):
    """The dumps found do not match the request."""


class DumpError(RewoundError):
    """One dump is unreadable, cut off, or not a dump that Rewound understands."""

    def __init__(
        self,
        path: object,
        reason: str,
        *,
        line: int | None = None,
        hint: str | None = None,
        quoted: str = "",
    ) -> None:
        place = f"{path}" if line is None else f"{path}, line {line}"
        super().__init__(f"{place}: {reason}", hint=hint, quoted=quoted)
        self.path = path
        self.line = line
        self.reason = reason


class StatementRefused(DumpError):
    """The dump contains a statement that is not executed, not even in part."""

    def __init__(
        self, path: object, *, line: int, rule: str, why: str, excerpt: str, remedy: str
    ) -> None:
        reason = f"refused by rule {rule}: {why}"
        quoted = "" if excerpt == why else excerpt
        super().__init__(path, reason, line=line, hint=remedy, quoted=quoted)
        self.rule = rule
        self.excerpt = excerpt


class BinlogError(RewoundError):
    """One binary log is damaged, cut off, encrypted, or not a binary log."""

    def __init__(
        self, log: object, reason: str, *, position: int | None = None, hint: str | None = None
    ) -> None:
        place = f"{log}" if position is None else f"{log}:{position}"
        super().__init__(f"{place}: {reason}", hint=hint)
        self.log = log
        self.position = position
        """Where in the file (of a compressed one: in its content), in bytes."""
        self.reason = reason


class MysqlError(RewoundError):
    """A server answered with an error, or the connection to it broke.

    `number` is MySQL's own error number; 2000 to 2999 are the client's.
    """

    def __init__(self, number: int, text: str) -> None:
        super().__init__(f"MySQL error {number}: {text}")
        self.number = number
        self.text = text

    @property
    def is_out_of_space(self) -> bool:
        """Whether the server's disk is full, or a table has reached its limit."""
        return self.number in _NO_SPACE or "No space left on device" in self.text

    @property
    def is_out_of_memory(self) -> bool:
        """Whether the server got no more memory from its host."""
        return self.number in _NO_MEMORY

    @property
    def is_timeout(self) -> bool:
        """Whether no answer came within the time that was given for it."""
        return self.number == _CONNECTION_LOST and "timed out" in self.text


class LoadError(RewoundError):
    """A dump did not become a world: a statement failed, or the world does not prove it."""


class TableNamesFolded(LoadError):
    """The dump comes from a server with lower_case_table_names=1, and needs such a server."""

    def __init__(self, dump: object, *, line: int, detail: str) -> None:
        super().__init__(
            f"{dump}, line {line}: {detail}, so the dump comes from a server with"
            " lower_case_table_names=1"
        )


class ReplayError(RewoundError):
    """Binary logs did not take a dump to the moment asked for."""


class DumpTooNew(ReplayError):
    """The dump has changes from after the moment asked for; an older one may do."""


class FleetError(RewoundError):
    """The fleet is not in the state that the command requires."""


class FleetNotFound(FleetError):
    """There is no fleet of that name."""


class FleetExists(FleetError):
    """A fleet of that name already exists."""


class FleetBusy(FleetError):
    """Another command is working on the fleet."""


class SomeWorldsFailed(RewoundError):
    """Some worlds failed; the others are done and usable."""

    exit_code = 4

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        failures: Mapping[str, str] | None = None,
        answer: object = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.failures = dict(failures or {})
        """Why each world failed, by its name, where the caller asked from Python."""
        self.answer = answer
        """What the other worlds answered to a query: a `rewound.Answer`."""


class Interrupted(RewoundError):
    """Interrupted by Ctrl-C or a termination signal."""

    exit_code = 130
