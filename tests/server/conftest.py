"""One running server for the tests of loading, and one fleet of the sample."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.engine.server_options import LOADING_STATEMENTS
from rewound.mysql.accounts import LOADER, ROOT, account_statements
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.conftest import EXAMPLES, Cli
from tests.server.load_server import LoadServer
from tests.server.replaying import Source, running_source
from tests.server.test_fleet import require_gone


@pytest.fixture(scope="session")
def engine(installation: Installation, cache_dir: Path, run_root: Path) -> ProcessEngine:
    """The process engine, its template made."""
    engine = ProcessEngine(installation, cache_dir)
    engine.prepare(run_root, cache_dir)
    return engine


@pytest.fixture(autouse=True)
def _needs_mysql(installation: Installation) -> None:
    """Skip, or fail, every test of this folder where there is no MySQL."""


@pytest.fixture(scope="module")
def sample(
    installation: Installation,
    make_folder: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
    cache_dir: Path,
) -> Iterator[Cli]:
    """The command line with the sample's newest dumps up as fleet `default`; only to look at."""
    folder = make_folder()
    cli = Cli(folder, tmp_path_factory.mktemp("cwd"), cache_dir)
    try:
        done = cli("up", EXAMPLES)
        assert done.code == 0, done.stderr
        yield cli
    finally:
        cli("down")
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()


@pytest.fixture
def down(cli: Cli) -> Iterator[None]:
    """Ends all fleets after the test, however it went."""
    yield
    assert cli("down", "--all").code == 0
    require_gone(cli)


@pytest.fixture(scope="module")
def server(engine: ProcessEngine, make_folder: Callable[[], Path]) -> Iterator[LoadServer]:
    """A server with its accounts, one for all tests of a module."""
    folder = make_folder()
    passwords = dict.fromkeys(("root", "rewound", "dev", "reader"), "secret")
    spec = ServerSpec("load", folder, pick_ports(1, base=None)[0], 32 << 20, "secret")
    try:
        running = engine.start(spec)
        root = Endpoint(running.socket, running.host, running.port, ROOT, "secret")
        with Connection(root) as connection:
            for statement in [*account_statements(passwords), *LOADING_STATEMENTS]:
                connection.execute_sql(statement)
        yield LoadServer(
            root, Endpoint(running.socket, running.host, running.port, LOADER, "secret")
        )
    finally:
        engine.end_all(folder)
        shutil.rmtree(folder)


@pytest.fixture
def world(server: LoadServer) -> Iterator[LoadServer]:
    """The module's server, without any world in it."""
    yield server
    server.clear()


@pytest.fixture(scope="module")
def source(
    installation: Installation,
    engine: ProcessEngine,
    cache_dir: Path,
    make_folder: Callable[[], Path],
) -> Iterator[Source]:
    """A server with binary logs, which a module's dumps are taken of."""
    with running_source(installation, engine, cache_dir, make_folder) as source:
        yield source
