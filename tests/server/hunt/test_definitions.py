"""Definitions and stored objects: restored, adapted by a named rule, or lost by name."""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.server.hunt.conftest import HUNT

RESTORED = {
    "histogram": "histogram/world1",
    "new97": "new97/world1",
    "geometry": "values/geomfromtext",
    "compact": "more/compact_foreign_key_order",
    "compactfk": "concat/compactfk",
    "event": "adversary/f14",
    "autoextend": "adversary/g02",
    "inttype": "fkcase/fk-inttype",
    "charset": "upgrade/fk-charset",
    "reserved": "upgrade/routine-reserved",
    "aurora": "oddnames/auroraproc",
    "sequence": "more/mariadb_sequence_skipped",
}
"""World to the input that it is made of."""
OPTIONS = (
    *("--allow", "object-lost", "--allow", "foreign-key-lost", "--allow-unfinished"),
    *("--schema", "shop"),
)
LOST = {
    "inttype": ("foreign-key-lost", "f of table shop.score"),
    "charset": ("foreign-key-lost", "score_code of table shop.score"),
    "reserved": ("object-lost", "procedure shop.top"),
    "aurora": ("object-lost", "procedure shop.exp"),
}


@dataclass(frozen=True, slots=True)
class Worlds:
    """The inputs as worlds of one fleet."""

    cli: Cli
    ledgers: Mapping[str, Any]
    warned: str

    def rules(self, world: str) -> set[str]:
        return {use["rule"] for use in self.ledgers[world]["rules"]}

    def ask(self, world: str, sql: str) -> list[list[Any]]:
        done = self.cli("query", sql, "--worlds", world, "--format", "json")
        assert done.code == 0, done.stderr
        return [list(row.values())[1:] for row in json.loads(done.stdout)]


def copy_inputs(folder: Path, worlds: Mapping[str, str]) -> Path:
    for world, name in worlds.items():
        start = HUNT / name
        [path] = start.parent.glob(f"{start.name}*")
        (folder / f"{world}_20240618.sql").write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="module")
def worlds(
    make_folder: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
    cache_dir: Path,
) -> Iterator[Worlds]:
    if not HUNT.exists():
        pytest.skip(f"no inputs in {HUNT}")
    source = copy_inputs(tmp_path_factory.mktemp("source"), RESTORED)
    folder = make_folder()
    cli = Cli(folder, tmp_path_factory.mktemp("cwd"), cache_dir)
    try:
        done = cli("up", source, *OPTIONS)
        assert done.code == 0, done.stderr
        report = cli("report", "--format", "json")
        yield Worlds(cli, json.loads(report.stdout), done.stderr)
    finally:
        cli("down")
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("world", "sql", "rows"),
    [
        ("histogram", "SELECT COUNT(*) FROM shop.t", [[2]]),
        ("new97", "SELECT COUNT(*) FROM shop.dv", [[2]]),
        ("geometry", "SELECT ST_AsText(v) FROM shop.t", [["POINT(1 2)"]]),
        ("compact", "SELECT p FROM shop.child JOIN shop.parent ON p = parent.id", [[7]]),
        ("compactfk", "SELECT pid FROM shop.child JOIN shop.parent p ON pid = p.id", [[1]]),
        ("event", "SELECT COUNT(*) FROM shop.t", [[1]]),
        ("autoextend", "SELECT COUNT(*) FROM shop.t0 JOIN shop.t1 JOIN shop.t2", [[1]]),
        ("inttype", "SELECT name FROM shop.player JOIN shop.score ON pid = player.id", [["a"]]),
        ("charset", "SELECT COUNT(*) FROM shop.player JOIN shop.score", [[4]]),
        ("reserved", "SELECT MAX(`rank`) FROM shop.t", [[9]]),
        ("aurora", "SELECT id FROM shop.t", [[1]]),
        ("sequence", "SELECT COUNT(*) FROM shop.fruit", [[2]]),
    ],
)
def test_the_rest_is_restored(worlds: Worlds, world: str, sql: str, rows: list[list[Any]]):
    assert worlds.ask(world, sql) == rows


@pytest.mark.parametrize(
    ("world", "rule"),
    [
        ("geometry", "spatial-function"),
        ("compact", "parent-later"),
        ("compactfk", "parent-later"),
        ("event", "event-past"),
        ("autoextend", "file-size"),
        ("sequence", "object-lost"),
        *((world, rule) for world, (rule, _) in LOST.items()),
    ],
)
def test_a_rule_names_what_was_done(worlds: Worlds, world: str, rule: str):
    assert rule in worlds.rules(world)


def test_stored_objects_are_those_of_the_dump(worlds: Worlds):
    there = {
        world: [(each["kind"], each["name"]) for each in ledger["objects"] if each["is_there"]]
        for world, ledger in worlds.ledgers.items()
    }
    assert there["event"] == [("event", "e")]
    assert there["new97"] == [("library", "lib1"), ("function", "jsf"), ("view", "dv")]


@pytest.mark.parametrize("world", LOST)
def test_what_is_lost_is_named_by_the_report_and_by_up(worlds: Worlds, world: str):
    name = LOST[world][1]
    assert (
        f"lost        {'foreign key ' if ' of ' in name else ''}{name}"
        in worlds.cli("report", world).stdout
    )
    assert name in worlds.warned


def test_what_would_be_lost_fails_the_world_with_its_name_and_the_option(
    cli: Cli, tmp_path: Path, worlds: Worlds
):
    source = copy_inputs(tmp_path, {world: RESTORED[world] for world in LOST})
    done = cli("up", source)
    assert done.code == 1
    for rule, name in LOST.values():
        assert name in done.stderr
        assert f"--allow {rule}" in done.stderr


def test_a_sequence_is_left_out_where_asked(cli: Cli, tmp_path: Path, worlds: Worlds):
    source = copy_inputs(tmp_path, {"sequence": RESTORED["sequence"]})
    refused = cli("verify", source)
    assert "mariadb-only" in refused.stdout + refused.stderr
    assert "--skip-table" in refused.stdout + refused.stderr
    done = cli("verify", source, "--skip-table", "ticket")
    assert done.code == 0, done.stderr


def test_a_definition_of_many_words_is_refused_at_once(cli: Cli, tmp_path: Path, worlds: Worlds):
    [path] = (HUNT / "adversary").glob("f25*")
    text = gzip.decompress(path.read_bytes())
    (tmp_path / "f25_20240618.sql").write_bytes(text)
    done = cli("verify", tmp_path)
    assert done.code == 1
    assert "too-long" in done.stdout + done.stderr
