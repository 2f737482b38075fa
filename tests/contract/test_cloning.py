"""What every way of cloning promises: the same data, in a server of its own, given back whole."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rewound import command
from rewound.engine.cloning import CloneMethod, choose_method, clone, export_data, probe_method
from rewound.engine.protocol import Engine, Server
from rewound.errors import HostError
from rewound.files.mounts import find_mounts_below, remove_tree
from tests.contract.conftest import MakeEngine
from tests.contract.test_engine import PASSWORD, ask, connect, make_spec

IMAGE_BYTES = 1 << 30


@pytest.fixture(scope="session")
def reflink_folder() -> Iterator[Path | str]:
    """A folder on a file system with reflink, or why there is none."""
    mkfs = shutil.which("mkfs.xfs", path=f"{os.environ['PATH']}:/sbin:/usr/sbin")
    if mkfs is None:
        yield "mkfs.xfs is not installed"
        return
    folder = Path(tempfile.mkdtemp(prefix="rwx-", dir="/tmp"))
    image, mounted = folder / "image", folder / "mounted"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    subprocess.run([mkfs, "-q", "-m", "reflink=1", image], check=True)
    mount = subprocess.run(["mount", "-o", "loop", image, mounted], capture_output=True, text=True)
    yield mounted if mount.returncode == 0 else f"no loop device: {mount.stderr.strip()}"
    remove_tree(folder)


@pytest.fixture(params=list(CloneMethod), ids=lambda method: method.value)
def method(request: pytest.FixtureRequest) -> CloneMethod:
    return CloneMethod(request.param)


@pytest.fixture
def place(
    method: CloneMethod, folder: Path, reflink_folder: Path | str, request: pytest.FixtureRequest
) -> Iterator[Path]:
    """A folder where this way of cloning works."""
    if method is CloneMethod.REFLINK:
        if isinstance(reflink_folder, str):
            pytest.skip(reflink_folder)
        folder = Path(tempfile.mkdtemp(dir=reflink_folder))
    if method is CloneMethod.OVERLAY and os.geteuid() != 0:
        pytest.skip("only root may mount")
    (folder / "source").mkdir()
    (folder / "clone").mkdir()
    yield folder
    remove_tree(folder)
    folder.mkdir()


@pytest.fixture
def cloning_engine(make_engine: MakeEngine, method: CloneMethod, place: Path) -> Iterator[Engine]:
    engine = make_engine(method)
    engine.prepare(place, place)
    yield engine
    engine.end_all(place)


def test_a_clone_shows_its_source_and_keeps_changes_to_itself(method: CloneMethod, place: Path):
    source = place / "source"
    (source / "sub").mkdir()
    (source / "sub/file").write_text("original")
    clone(method, source, place / "clone")
    copy = place / "clone/data/sub/file"
    assert copy.read_text() == "original"
    copy.write_text("changed")
    (place / "clone/data/new").write_text("new")
    assert (source / "sub/file").read_text() == "original"
    assert list(source.iterdir()) == [source / "sub"]
    assert (place / "clone/data").stat().st_mode & 0o777 == 0o700


def test_a_probe_finds_it_working_and_leaves_nothing(method: CloneMethod, place: Path):
    before = sorted(place.iterdir())
    assert probe_method(method, place, place).works
    assert choose_method(place, place, method) is method
    assert sorted(place.iterdir()) == before
    assert find_mounts_below(place) == []


def test_deleting_a_clone_never_reaches_its_source(method: CloneMethod, place: Path):
    (place / "source/file").write_text("original")
    clone(method, place / "source", place / "clone")
    remove_tree(place / "clone")
    assert (place / "source/file").read_text() == "original"
    assert not (place / "clone").exists()


def test_what_is_given_away_lacks_what_belongs_to_one_server(method: CloneMethod, place: Path):
    source = place / "source"
    (source / "#innodb_redo").mkdir()
    for name in ("ibdata1", "auto.cnf", "#innodb_redo/#ib_redo7", "#innodb_redo/#ib_redo8_tmp"):
        (source / name).write_text(name)
    export_data(method, source, place / "target")
    files = {str(p.relative_to(place / "target")) for p in (place / "target").rglob("*.*")}
    assert files == set()
    assert (place / "target/#innodb_redo/#ib_redo7").exists()
    assert (source / "auto.cnf").exists()


def give_filled_server(engine: Engine, place: Path, *, start: Callable[[str], Server]) -> Path:
    """Fill a server, stop it, give its data away; return where it is."""
    server = start("first")
    with connect(server) as connection:
        connection.execute_sql("CREATE DATABASE game")
        connection.execute_sql("CREATE TABLE game.player (id INT PRIMARY KEY, name TEXT)")
        connection.execute_sql("INSERT INTO game.player VALUES (1, 'Zoë'), (2, NULL)")
    engine.stop(server)
    engine.export_data(place / "first", place / "baseline")
    return place / "baseline"


def test_servers_of_one_baseline_have_its_data_and_a_uuid_and_changes_of_their_own(
    cloning_engine: Engine, place: Path
):
    engine = cloning_engine
    specs = {"first": make_spec(place, name="first")}
    baseline = give_filled_server(engine, place, start=lambda name: engine.start(specs[name]))
    contents = {path: path.read_bytes() for path in baseline.rglob("*") if path.is_file()}
    again = engine.start(replace(specs["first"], data_from=baseline))
    other = engine.start(replace(make_spec(place, name="other"), data_from=baseline))
    checksum = "SELECT CONCAT(COUNT(*), ':', SUM(CRC32(CONCAT(id, IFNULL(name, '-'))))) FROM "
    assert ask(again, f"{checksum} game.player") == ask(other, f"{checksum} game.player")
    assert ask(again, "SELECT COUNT(*) FROM game.player") == 2
    assert ask(again, "SELECT @@server_uuid") != ask(other, "SELECT @@server_uuid")
    with connect(other) as connection:
        connection.execute_sql("DROP TABLE game.player")
    assert ask(again, "SELECT COUNT(*) FROM game.player") == 2
    assert engine.end_all(place) == 2
    assert find_mounts_below(place) == []
    unchanged = {path: path.read_bytes() for path in baseline.rglob("*") if path.is_file()}
    assert unchanged == contents


def test_a_stopped_server_starts_again_on_its_own_data(cloning_engine: Engine, place: Path):
    spec = make_spec(place)
    server = cloning_engine.start(spec)
    with connect(server) as connection:
        connection.execute_sql("CREATE DATABASE game")
    cloning_engine.stop(server)
    assert not cloning_engine.is_running(server)
    again = cloning_engine.start(replace(spec, root_password=PASSWORD))
    assert ask(again, "SELECT COUNT(*) FROM information_schema.schemata") == 5


def test_a_server_that_was_killed_did_not_stop_cleanly(cloning_engine: Engine, place: Path):
    server = cloning_engine.start(make_spec(place))
    command.kill(server.identity)
    with pytest.raises(HostError, match="did not stop cleanly"):
        cloning_engine.stop(server)


def test_end_all_unmounts_what_a_crash_left_mounted(engine: Engine, folder: Path):
    if not probe_method(CloneMethod.OVERLAY, folder, folder).works:
        pytest.skip("overlays cannot be mounted here")
    (folder / "source").mkdir()
    (folder / "source/file").touch()
    (folder / "worlds/a b,c").mkdir(parents=True)
    clone(CloneMethod.OVERLAY, folder / "source", folder / "worlds/a b,c")
    link = folder / "link"
    link.symlink_to(folder / "worlds")
    assert engine.end_all(link) == 0
    assert find_mounts_below(folder) == []
    assert list((folder / "worlds/a b,c/data").iterdir()) == []


def test_a_clone_that_somebody_looks_into_is_taken_away_all_the_same(engine: Engine, folder: Path):
    if not probe_method(CloneMethod.OVERLAY, folder, folder).works:
        pytest.skip("overlays cannot be mounted here")
    (folder / "source").mkdir()
    (folder / "source/file").write_text("original")
    (folder / "world").mkdir()
    clone(CloneMethod.OVERLAY, folder / "source", folder / "world")
    with (folder / "world/data/file").open():
        remove_tree(folder / "world")
    assert (folder / "source/file").read_text() == "original"
    assert find_mounts_below(folder) == []


def test_a_way_that_does_not_work_is_refused_by_name(tmp_path: Path):
    (tmp_path / "a,b").mkdir()
    with pytest.raises(HostError, match="cloning by overlay does not work here") as caught:
        choose_method(tmp_path / "a,b", tmp_path, CloneMethod.OVERLAY)
    assert "rewound doctor" in str(caught.value.hint)
    assert choose_method(tmp_path / "a,b", tmp_path, None) is not CloneMethod.OVERLAY
    assert list((tmp_path / "a,b").iterdir()) == []
