"""The settings of a throw-away server, and the distribution of the host's memory. Pure.

Numbers in the comments: MySQL 9.7.4, one idle server, proportional set size; a server as
the Docker image sets it up takes 499 MB, one with these settings about 115 MB.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from rewound.errors import HostError, UsageError
from rewound.mysql.accounts import READER

LOOPBACK = "127.0.0.1"
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - in a container, whose only way in is a published port

BEHIND_DOOR = "127.0.0.2"
"""Where the server of a world that sleeps now and then listens, on the port that its doorkeeper
listens on at LOOPBACK. All of 127.0.0.0/8 is the host itself, as is who connects from there."""

OWN_SETTINGS_ONLY = "--defaults-file=/dev/null"
"""Comes first: no option file of the host is read. Unlike --no-defaults it leaves mysqld the
settings that were persisted in its data directory, which a world keeps from its dump."""

SMALL_REDO_LOG = "--loose-innodb-redo-log-capacity=8M"
"""Keeps the template small: a server makes all of its redo log files when it starts."""

ENVIRONMENT: Mapping[str, str] = {"TZ": "UTC", "TCMALLOC_AGGRESSIVE_DECOMMIT": "1"}
"""What every server has in its environment: the zone that it calls SYSTEM is never the host's, and
it gives memory back as soon as it is freed: -19 MB once it idles, 2 % more CPU for a load."""

BUFFER_POOL_OPTION = "--innodb-buffer-pool-size"

_FEW_ROLLBACK_SEGMENTS = "--innodb-rollback-segments=2"
"""Of each undo tablespace. A server reads all of them when it starts, and makes as many for
temporary tables: -0.03 CPU-seconds a start beside the 128 of the default. Each holds 1,024
transactions that write at the same time."""

_MIB = 1 << 20
_SERVER_BYTES = 130 * _MIB  # what a server takes beside its buffer pool
_SMALLEST_POOL_BYTES = 16 * _MIB
_LARGEST_POOL_BYTES = 2048 * _MIB
_LARGEST_GROWN_POOL_BYTES = 64 * _MIB
_SHARE_OF_MEMORY = 0.6
_HEADROOM_BYTES = 3072 * _MIB
_LEAST_HEADROOM_BYTES = 1024 * _MIB
_SHARE_OF_HOST = 0.75

# The server is reachable only by one address and its socket, and it reaches nothing.
_CLOSED = (
    "--loose-mysqlx=OFF",
    "--local-infile=OFF",
    "--secure-file-priv=NULL",
    "--event-scheduler=DISABLED",  # unlike OFF, it cannot be switched on
    "--partial-revokes=ON",  # lets an account have everything except one schema
    "--skip-name-resolve",
    "--skip-symbolic-links",
    # A view of the dump may call a function that writes, and does so with the rights of its
    # definer. Every session of the reader begins read-only, whatever client it uses.
    f"--init-connect=SET SESSION transaction_read_only = (CURRENT_USER() LIKE '{READER}@%')",
)

# A server whose data can be restored again needs no protection against power loss.
_THROW_AWAY = (
    "--gtid-mode=OFF",  # ON by default since 9.5; with it, each replayed transaction needs a GTID
    "--skip-log-bin",  # 79 CPU-seconds a 240 MB load with it, 69 without
    "--innodb-doublewrite=OFF",  # with the next one: -59 MB, and a third of the writes
    "--innodb-flush-log-at-trx-commit=0",
    "--performance-schema=OFF",  # with X plugin and binary log off: -247 MB
    "--innodb-log-buffer-size=1M",  # -62 MB
    "--loose-innodb-redo-log-capacity=64M",
    "--innodb-undo-log-truncate=OFF",
    _FEW_ROLLBACK_SEGMENTS,
    # Its threads wake up twice a second only, so that stopping takes 0.5 s longer with it; and
    # Linux has its contexts for some 24 servers (fs.aio-max-nr).
    "--innodb-use-native-aio=OFF",
    "--loose-innodb-numa-interleave=OFF",  # on by itself since 8.4, and no container may do it
)

# What dumps of older servers need.
_TOLERANT = (
    "--max-allowed-packet=1G",
    "--loose-restrict-fk-on-non-standard-key=OFF",  # 8.4 refuses foreign keys that 8.0 made
    "--max-error-count=65535",  # warnings are looked at, all of them
    "--log-error-verbosity=2",
)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of a server that decide what its world holds."""

    time_zone: str = "+00:00"
    """The zone of sessions that set none: an offset, or a name that `zones` knows."""
    lower_case_table_names: int = 0
    """0: table and database names are case-sensitive; 1: they are stored in lower case."""


LOADING_STATEMENTS = (
    "SET GLOBAL local_infile = ON",  # for the loader's own rows; no other account can log in yet
    "SET GLOBAL innodb_strict_mode = OFF",  # tables as loose servers made them; see LOOSE_INNODB
    "ALTER INSTANCE DISABLE INNODB REDO_LOG",  # 63 CPU-seconds a 240 MB load with it, 58 without
)
"""What root sends to a server before a load. If the server ends now, its data is worth nothing."""

SERVING_STATEMENTS = (
    "SET GLOBAL local_infile = OFF",
    "SET GLOBAL innodb_strict_mode = ON",
    # It ends with nothing left to purge: nobody but its users writes to the tables from then on.
    "SET GLOBAL innodb_fast_shutdown = 0",
)
"""What root sends to it when the load is proven, before `at_rest.settle`."""


def serving_options(
    *,
    data: PurePath,
    socket: PurePath,
    temporary: PurePath,
    address: str,
    port: int,
    buffer_pool_bytes: int,
    settings: ServerSettings,
) -> list[str]:
    """Return the options of a world's server, except those for the location of MySQL.

    `address` is what its port is bound to.
    """
    return [
        f"--datadir={data}",
        f"--socket={socket}",
        f"--pid-file={data / 'mysqld.pid'}",
        f"--tmpdir={temporary}",
        f"--bind-address={address}",
        f"--port={port}",
        f"{BUFFER_POOL_OPTION}={buffer_pool_bytes}",
        f"--default-time-zone={settings.time_zone}",
        f"--lower-case-table-names={settings.lower_case_table_names}",
        *_CLOSED,
        *_THROW_AWAY,
        *_TOLERANT,
    ]


# Of a small buffer pool: the page cache holds what a start reads, and few pages are worth finding
# again. -0.08 CPU-seconds from a start to its end.
_SMALL_POOL = (
    "--innodb-flush-method=fsync",
    "--innodb-buffer-pool-load-at-startup=OFF",
    "--innodb-buffer-pool-dump-at-shutdown=OFF",
)


@dataclass(frozen=True, slots=True)
class SmallStart:
    """How a server with a small buffer pool starts: with too small a one, which then grows.

    Pages that it reads only while it starts then take no memory: -9 MB.
    """

    options: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()


def plan_small_start(buffer_pool_bytes: int, *, sleeps: bool = False) -> SmallStart:
    """Return how a server with this buffer pool starts; a large one with all of it at once.

    One of many worlds that `sleeps` takes less of the disk: 43 MB instead of 99.
    """
    if buffer_pool_bytes > _LARGEST_GROWN_POOL_BYTES:
        return SmallStart()
    redo = (SMALL_REDO_LOG,) if sleeps else ()
    return SmallStart(
        (f"{BUFFER_POOL_OPTION}=5M", "--innodb-buffer-pool-chunk-size=1M", *_SMALL_POOL, *redo),
        (f"SET GLOBAL innodb_buffer_pool_size = {buffer_pool_bytes}",),
    )


def initialise_options(*, data: PurePath, lower_case_table_names: int) -> list[str]:
    """Return the options that make an empty data directory, kept small for cloning."""
    return [
        "--initialize-insecure",
        f"--datadir={data}",
        f"--tmpdir={data}",  # a container may have no other place to write to
        f"--lower-case-table-names={lower_case_table_names}",  # can never be changed afterwards
        "--innodb-doublewrite=OFF",
        SMALL_REDO_LOG,
        _FEW_ROLLBACK_SEGMENTS,
        "--innodb-buffer-pool-size=64M",
        "--log-error-verbosity=2",
    ]


def memory_bytes(buffer_pool_bytes: int) -> int:
    """Return what a server with such a buffer pool takes, once that is full."""
    return _SERVER_BYTES + buffer_pool_bytes


def count_smallest(available_bytes: int) -> int:
    """Return how many servers with the smallest buffer pool fit into this memory."""
    return int(available_bytes * _SHARE_OF_MEMORY) // memory_bytes(_SMALLEST_POOL_BYTES)


def plan_memory_bytes(buffer_pool_bytes: int, *, host_bytes: int | None = None) -> int:
    """Return the memory limit of a server: it needs far less, unless a row is huge.

    A statement that asks for more fails, and the host keeps its memory: REPEAT in a view, or views
    of views that double each time. On a host with little memory it is a share of all there is.
    """
    most = buffer_pool_bytes + _HEADROOM_BYTES
    if host_bytes is None:
        return most
    least = buffer_pool_bytes + _LEAST_HEADROOM_BYTES
    return min(most, max(least, int(host_bytes * _SHARE_OF_HOST)))


def plan_buffer_pool_bytes(
    *, available_bytes: int, servers: int, limit_bytes: int | None = None
) -> int:
    """Return the buffer pool of each of some servers that run side by side.

    `limit_bytes` is the most that each of them may take.

    Raises:
        HostError: not even the smallest ones fit.
        UsageError: they do not fit below the limit.
    """
    budget = int(available_bytes * _SHARE_OF_MEMORY)
    smallest = _SERVER_BYTES + _SMALLEST_POOL_BYTES
    if limit_bytes is not None and limit_bytes < smallest:
        raise UsageError(
            f"a server needs {smallest // _MIB:,} MiB of memory, but --memory-limit allows"
            f" {limit_bytes // _MIB:,} MiB",
            hint="raise the limit, for example --memory-limit 400MiB",
        )
    if servers * smallest > available_bytes:
        raise HostError(
            f"{servers:,} servers need {servers * smallest // _MIB:,} MiB of memory, but"
            f" {available_bytes // _MIB:,} MiB are available",
            hint="restore fewer worlds at a time with --worlds",
        )
    pool = budget // servers - _SERVER_BYTES
    if limit_bytes is not None:
        pool = min(pool, int(limit_bytes * _SHARE_OF_MEMORY) - _SERVER_BYTES)
    return max(_SMALLEST_POOL_BYTES, min(pool, _LARGEST_POOL_BYTES)) // _MIB * _MIB
