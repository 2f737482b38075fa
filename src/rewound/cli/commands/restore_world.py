"""`rewound restore-world`: restore one world and become its server."""

from pathlib import Path

import click

from rewound.catalog.source import Source
from rewound.cli.output import diagnostics
from rewound.cli.output.progress import show_progress
from rewound.cli.parameters.load_options import load_options
from rewound.cli.parameters.precedence import ValueSource, find_origin
from rewound.cli.parameters.selection import identity_option
from rewound.cli.parameters.shared_options import (
    SourceParameter,
    data_dir_option,
    option,
    parse_size,
)
from rewound.command import replace_process
from rewound.engine.server_options import LOOPBACK
from rewound.load.ledger import summarise_rules
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import DEV, READER
from rewound.operations import standalone
from rewound.operations.engine_request import AUTO, MATCH

_A_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="restore-world")
@click.argument("dump", type=SourceParameter(path_type=Path))
@identity_option
@data_dir_option
@option("--port", type=click.IntRange(1, 65535), default=3306, show_default=True, help="TCP port.")
@option(
    "--bind-address",
    default=LOOPBACK,
    show_default=True,
    metavar="ADDRESS",
    help="Address that the proven world listens on.",
)
@option(
    "--memory",
    type=parse_size,
    metavar="SIZE",
    help="Size of MySQL's buffer pool. Default: a share of the memory that this process may use.",
)
@option(
    "--dev-password-file",
    type=_A_FILE,
    metavar="FILE",
    help="Password of dev. Default: a random one, in dev.cnf in the data directory.",
)
@option(
    "--reader-password-file",
    type=_A_FILE,
    metavar="FILE",
    help="Password of reader. Default: a random one, in reader.cnf in the data directory.",
)
@option("--server", default="auto", show_default=True, metavar="NAME", help="Which MySQL to use.")
@load_options
def command(
    dump: Source,
    identities: tuple[Path, ...],
    data_dir: Path,
    port: int,
    bind_address: str,
    memory: int | None,
    dev_password_file: Path | None,
    reader_password_file: Path | None,
    server: str,
    load: LoadOptions,
) -> None:
    """Restore one DUMP into a folder of its own, prove it, and become its MySQL server.

    Made for containers: the command's process becomes the server, which receives the signals
    and writes its log to stderr. The server cannot be reached until the world is proven. If the
    folder already holds the world, it is served without a load; rewound check-world checks
    whether it is ready.

    DUMP is a file, a folder with the dumps of one world, or the URL of either.
    """
    if server == MATCH and find_origin("server") is not ValueSource.TYPED:
        server = AUTO
        diagnostics.narrate(
            f"--server {MATCH} is ignored: restore-world requires the name of a server"
        )
    files = standalone.find_dump(dump, identities=identities)
    options = standalone.StandaloneOptions(
        dump=files,
        data_dir=data_dir,
        port=port,
        bind_address=bind_address,
        load=load,
        server=server,
        buffer_pool_bytes=memory,
        dev_password_file=dev_password_file,
        reader_password_file=reader_password_file,
    )
    with show_progress({files.name: standalone.get_size(files)}) as observer:
        world = standalone.restore(options, observer=observer, narrate=diagnostics.narrate)
    ledger = world.ledger
    if world.was_there:
        diagnostics.narrate(
            f"{files.name}: already restored, proven {ledger.ended_at:%Y-%m-%d %H:%M:%S} UTC"
        )
    elif ledger.rules:
        diagnostics.narrate(f"rules used: {summarise_rules(ledger.rules)}")
    diagnostics.narrate(
        f"proof:     {world.folder}/ledger.json",
        f"logins:    {world.folder}/{DEV}.cnf, {READER}.cnf",
        f"address:   {bind_address}:{port}, schemas {', '.join(ledger.schemas)}",
    )
    replace_process(world.argv, env=world.environment, data_limit_bytes=world.memory_limit_bytes)
