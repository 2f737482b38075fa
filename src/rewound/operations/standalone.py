"""One standalone world: this process restores it, and then becomes its server.

The building block of container images. Everything is in one folder, which may be a volume:
started again on it, the same world is served again without a load. Until the proof is written
the server listens only on loopback and its socket.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rewound import command, settings
from rewound.catalog.source import Source
from rewound.catalog.source_files import list_source_files
from rewound.dump.file.location import DumpFiles, one_file
from rewound.dump.file.opening import get_size_bytes, open_dump
from rewound.engine.choice import EngineChoice, EngineKind
from rewound.engine.host.memory import usable_bytes
from rewound.engine.process.process_engine import ProcessEngine, memory_limit_bytes
from rewound.engine.server_options import ENVIRONMENT, LOOPBACK, plan_buffer_pool_bytes
from rewound.errors import DumpError, HostError, LoadError, UsageError
from rewound.fleet.data_folder import Contents, DataFolder
from rewound.fleet.restore_context import Observer, RestoreContext
from rewound.fleet.standalone_world import NO_FLEET, StandaloneWorld
from rewound.load.cpu_budget import CpuBudget
from rewound.load.ledger import Ledger
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import ACCOUNTS, DEV, READER, find_unfit, new_password
from rewound.operations.dump_selection import Selection, find_dumps
from rewound.operations.host import get_server
from rewound.stores.address import StoreAddress
from rewound.worlds.folding import name_worlds

_MEMORY_HINT = "provide more memory: raise the limit of the container, or stop other programs"
_HINTS_HERE = (
    ("shorter path", "choose a folder with a shorter path as --data-dir"),
    (
        "run the command again",
        "choose another port with --port, or stop the program that uses this one",
    ),
    ("REWOUND_STATE_DIR", "free some space, or choose a larger folder or volume as --data-dir"),
    ("--worlds", _MEMORY_HINT),
)
"""Words of hints that are for fleets, and what to do about the same where there is none."""


@dataclass(frozen=True, slots=True)
class StandaloneOptions:
    """What the world is made of, and how it serves."""

    dump: DumpFiles
    data_dir: Path
    port: int = 3306
    bind_address: str = LOOPBACK
    """Where it listens once it is proven."""
    load: LoadOptions = field(default_factory=LoadOptions)
    server: str = "auto"
    """Which MySQL: `auto`, or a name of `list_servers`."""
    buffer_pool_bytes: int | None = None
    """None for a share of the memory that this process may use."""
    dev_password_file: Path | None = None
    """Where `dev`'s password is; None for the one that the folder has, or a random one."""
    reader_password_file: Path | None = None
    """The same for `reader`."""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A proven world whose server does not run yet."""

    folder: Path
    ledger: Ledger
    argv: tuple[str, ...]
    """The command to become in order to serve it."""
    environment: Mapping[str, str]
    """What its environment needs besides."""
    memory_limit_bytes: int
    """The most memory of its own that it may take."""
    was_there: bool
    """It was not loaded: the folder had it."""


def find_dump(source: Source, *, identities: Sequence[Path] = ()) -> DumpFiles:
    """Return the dump that a user names: one file, or a place that has the dumps of one world.

    Of several dumps of a world, the newest is taken.

    Raises:
        DumpError: it cannot be read.
        CatalogError: there is none.
        UsageError: there are several worlds.
    """
    if isinstance(source, Path) and not source.is_dir():
        _require_readable(source)
        return one_file(source, identities=tuple(identities))
    if isinstance(source, StoreAddress):
        files, _ = list_source_files(source)
        if [str(file.location) for file in files] == [str(source)]:
            return one_file(files[0].location, identities=tuple(identities))
    _, choice = find_dumps(Selection(source, identities=tuple(identities)))
    if len(choice.chosen) != 1:
        names = [chosen.dump.world for chosen in choice.chosen]
        raise UsageError(
            f"{source} has the dumps of {name_worlds(names) if names else 'no world'}",
            hint="name one dump, or the folder of one world",
        )
    return choice.chosen[0].dump.files


def get_size(dump: DumpFiles) -> int:
    """Return the bytes of a dump's files."""
    return sum(get_size_bytes(part.location) for part in dump.parts)


def _require_readable(path: Path) -> None:
    try:
        open_dump(path).close()
    except DumpError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            error.hint = (
                "in a container, mount the folder of the dumps: -v /srv/backups:/backups:ro"
            )
        raise


def restore(
    options: StandaloneOptions, *, observer: Observer, narrate: Callable[[str], None]
) -> Standalone:
    """Create the world in its folder, or find it there; the caller becomes its server.

    The folder stays locked until that server ends. While a world is created, a termination signal
    that the caller has blocked is let through; once the world is proven, ending is left to its
    server. After any failure, neither a server is left nor anything that could be mistaken for a
    world.

    Raises:
        UsageError: the folder holds something else, or a password cannot be one.
        DumpError, LoadError: the dump did not become a world.
        HostError: no MySQL, no memory, no space, the port taken.
    """
    try:
        return _restore(options, observer=observer, narrate=narrate)
    except (HostError, LoadError) as error:
        error.hint = find_hint_here(error.hint)
        raise


def find_hint_here(hint: str | None) -> str | None:
    """Return what to do instead, where a hint is for a fleet and there is none. Pure."""
    return next((here for words, here in _HINTS_HERE if hint and words in hint), hint)


def _restore(
    options: StandaloneOptions, *, observer: Observer, narrate: Callable[[str], None]
) -> Standalone:
    given = _read_passwords(options)
    folder = DataFolder(options.data_dir)
    with folder.locked() as contents, ExitStack() as until_proven:
        was_there = contents is Contents.PROVEN
        if not was_there:
            until_proven.enter_context(command.stop_signal_let_through())
        installation = get_server(options.server, narrate)
        engine = ProcessEngine(installation, settings.cache_dir())
        passwords = {account: new_password() for account in ACCOUNTS}
        for account in (DEV, READER):
            passwords[account] = (
                given[account] or folder.find_password(account) or passwords[account]
            )
        context = RestoreContext(
            passwords=passwords,
            buffer_pool_bytes=options.buffer_pool_bytes or _plan_buffer_pool(),
            load=options.load,
            cancelled=threading.Event(),
            # As for a fleet: a session waits now and then.
            cpu_budget=CpuBudget((os.cpu_count() or 1) + 1),
            fleet=NO_FLEET,
            engine=EngineChoice(
                EngineKind.PROCESS,
                installation.name,
                installation.name,
                str(installation.version),
            ),
            baselines=None,
        )
        world = StandaloneWorld(folder, options.dump, options.port, context, engine)
        proven = world.require_same() if was_there else world.make(observer)
        spec = world.spec(context.settings(proven.origin.lower_case_table_names))
        argv = engine.command_line(spec, address=options.bind_address, first=folder.logins)
        folder.pass_lock_on()
    return Standalone(
        folder.path,
        proven.ledger,
        tuple(argv),
        ENVIRONMENT,
        memory_limit_bytes(spec),
        was_there,
    )


def _read_passwords(options: StandaloneOptions) -> dict[str, str | None]:
    files = {DEV: options.dev_password_file, READER: options.reader_password_file}
    return {
        account: None if path is None else _read_password(account, path)
        for account, path in files.items()
    }


def _read_password(account: str, path: Path) -> str:
    try:
        password = path.read_text(encoding="utf-8", errors="replace").rstrip("\r\n")
    except OSError as error:
        hint = None
        if isinstance(error, PermissionError):
            hint = f"give read permission to user {os.getuid()}, who runs this command"
        raise UsageError(
            f"cannot read the password of {account} from {path}: {error.strerror}", hint=hint
        ) from error
    if reason := find_unfit(password):
        raise UsageError(f"the password of {account} in {path} is not valid: {reason}")
    return password


def _plan_buffer_pool() -> int:
    try:
        return plan_buffer_pool_bytes(available_bytes=usable_bytes(), servers=1)
    except HostError as error:
        error.hint = _MEMORY_HINT
        raise
