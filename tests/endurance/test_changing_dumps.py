"""A dump that changes while it is read: its world holds one whole dump, or there is none.

Nor does a later `up` find content under a hash that it does not have.
"""

import json
import shutil
import time
from pathlib import Path
from random import Random

import pytest

from rewound.dump.file.location import one_file
from rewound.fleet.content_hash import HashMemory
from tests.conftest import Cli, Dumps
from tests.endurance.changing_dump import CHANGES, CONTENT, Version, write_version
from tests.endurance.conftest import SEED, Figures, get_effort
from tests.endurance.crash_fleet import CrashFleet

PROMISE = "A dump that changes while it is read is never accepted as complete"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    changes = list(CHANGES)
    metafunc.parametrize("change", changes[: get_effort(metafunc.config).of(len(changes), short=1)])


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Version]:
    """Two dumps of one world, by their hashes; the first is the old one."""
    dumps = Dumps(tmp_path_factory.mktemp("versions"))
    return {each.sha256: each for each in (write_version(dumps, seed) for seed in ("old", "new"))}


@pytest.mark.tries(4, short=1)
def test_a_dump_changes_while_it_is_read(
    state_dir: Path,
    dumps: Dumps,
    own_cache: Path,
    versions: dict[str, Version],
    figures: Figures,
    change: str,
    number: int,
):
    rng = Random(f"{SEED}-{number}-{change}")
    old, new = versions.values()
    dump = dumps.folder / "a_fulldump_20260302_211500.sql"
    shutil.copy(old.path, dump)
    if number % 2:
        time.sleep(2.1)  # from then on its hash is remembered
    fleet = CrashFleet(Cli(state_dir, dumps.folder, own_cache), dumps.folder)
    with figures.trying(PROMISE, f"a dump {change} during `up`") as tried:
        process = fleet.start("up", dumps.folder, "--load", rng.choice(["plain", "fast"]))
        while '"loading"' not in fleet.record and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 1.5))
        tried.faults += process.poll() is None
        CHANGES[change](dump, new.path)
        done = fleet.finish(process)
        if done.code == 0:
            require_one_of(versions, fleet)
        else:
            assert (done.code, fleet.states()) == (1, {}), done.stderr
            assert f"error: {dump}" in done.stderr
        fleet.require_down()
        chosen = rng.choice([old, new])
        shutil.copy(chosen.path, dump)
        assert HashMemory(own_cache / "hashes").get_sha256(one_file(dump)) == chosen.sha256
        fleet.run("up", dumps.folder)
        assert require_one_of(versions, fleet) == chosen
        fleet.require_down()


def require_one_of(versions: dict[str, Version], fleet: CrashFleet) -> Version:
    """Require that the world holds what its ledger says, one of these; return it."""
    ledger = json.loads(fleet.run("report", "--format", "json").stdout)["a"]
    version = versions[ledger["dump"]["sha256"]]
    answer = fleet.run("query", CONTENT, "--format", "csv")
    assert answer.lines[1:] == [f"a,{version.content}"]
    return version
