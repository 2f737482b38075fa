"""A binary log that changes while it is read: its world holds one version of it, or fails.

What the receipt says was replayed is what the world holds, also when it comes from a baseline.
"""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from tests.conftest import Cli
from tests.endurance.changing_dump import CHANGES
from tests.endurance.changing_log import (
    CONTENT,
    ChangingLog,
    LogVersion,
    write_changing_log,
)
from tests.endurance.conftest import SEED, Figures, get_effort
from tests.endurance.crash_fleet import CrashFleet
from tests.endurance.crash_moments import count_baselines
from tests.server.replaying import running_source

PROMISE = "A log that changes while it is read is never accepted as what it was"
_LONGEST_S = 2.5


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    changes = list(CHANGES)
    metafunc.parametrize("change", changes[: get_effort(metafunc.config).of(len(changes), short=1)])


@pytest.fixture(scope="session")
def changing(
    installation: Installation,
    run_root: Path,
    make_folder: Callable[[], Path],
    cache_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> ChangingLog:
    """A dump and two versions of its log."""
    engine = ProcessEngine(installation, cache_dir)
    engine.prepare(run_root, cache_dir)
    with running_source(installation, engine, cache_dir, make_folder) as source:
        return write_changing_log(source, tmp_path_factory.mktemp("changing"))


@pytest.mark.tries(6, short=1)
def test_a_log_changes_while_it_is_read(
    state_dir: Path,
    tmp_path: Path,
    own_cache: Path,
    changing: ChangingLog,
    figures: Figures,
    change: str,
    number: int,
):
    rng = Random(f"{SEED}-log-{number}-{change}")
    old, new = changing.versions.values()
    folder = tmp_path / "backups" / "a"
    folder.mkdir(parents=True)
    shutil.copy(changing.dump, folder / "a_fulldump_20260302_211500.sql")
    log = folder / changing.name
    shutil.copy(old.path, log)
    fleet = CrashFleet(Cli(state_dir, tmp_path, own_cache), folder.parent, question=CONTENT)
    is_seek = number % 2 == 1
    verb = "seek" if is_seek else "up"
    with figures.trying(PROMISE, f"a log {change} during `rewound {verb}`") as tried:
        if is_seek:
            fleet.run(*fleet.up, "--no-binlogs")
            process = fleet.start("seek", "--at-position", changing.end)
        else:
            process = fleet.start(*fleet.up, "--at-position", changing.end)
        while count_baselines(fleet) == 0 and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, _LONGEST_S))
        tried.faults += process.poll() is None
        CHANGES[change](log, new.path)
        done = fleet.finish(process)
        if done.code == 0:
            require_one_of(changing, fleet)
        else:
            assert done.code in {1, 2}, done.stderr  # 2 where there was no log any more
            assert str(log) in done.stderr or "binary logs" in done.stderr
            require_none_of(changing, fleet)
        fleet.require_down()
        chosen = rng.choice([old, new])
        shutil.copy(chosen.path, log)
        fleet.run(*fleet.up, "--at-position", changing.end)
        assert require_one_of(changing, fleet) == chosen
        fleet.require_down()


def require_none_of(changing: ChangingLog, fleet: CrashFleet) -> None:
    """Require that no world is ready, but one that was not touched."""
    if "ready" in fleet.states().values():
        assert fleet.find_log_places() == {}
        assert fleet.content() == {"a": {changing.content_of_dump}}


def require_one_of(changing: ChangingLog, fleet: CrashFleet) -> LogVersion:
    """Require that the world holds what its receipt says, one of the versions; return it."""
    ledger = json.loads(fleet.run("report", "--format", "json").stdout)["a"]
    [file] = ledger["receipt"]["files"]
    version = changing.versions[file["content_sha256"]]
    assert fleet.content() == {"a": {version.content}}
    return version
