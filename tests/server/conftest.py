"""One running server for the tests of loading, and one fleet of the sample."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import EXAMPLES, Cli

from rewound.engine.installation import Installation
from rewound.engine.process import ProcessEngine


@pytest.fixture(scope="session")
def engine(installation: Installation, cache_dir: Path) -> ProcessEngine:
    """The process engine, its template made."""
    engine = ProcessEngine(installation, cache_dir)
    engine.prepare()
    return engine


@pytest.fixture(autouse=True)
def _needs_mysql(installation: Installation) -> None:
    """Skip, or fail, every test of this folder where there is no MySQL."""


@pytest.fixture(scope="module")
def sample(
    installation: Installation,
    make_folder: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Cli]:
    """The command line with the sample's newest dumps up as fleet `default`; only to look at."""
    folder = make_folder()
    cli = Cli(folder, tmp_path_factory.mktemp("cwd"))
    try:
        done = cli("up", EXAMPLES)
        assert done.code == 0, done.stderr
        yield cli
    finally:
        cli("down")
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()
