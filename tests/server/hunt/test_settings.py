"""What a dump sets and says about itself: settings, collations, parts, the words of tools."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.server.hunt.conftest import HUNT

HuntSource = Callable[[str], Path]

RESTORED = (
    *("settings/*", "adversary/f26*", "fkcase/wide220*", "upgrade/rowsize*", "legacy/rowfmt*"),
    *("more/view_not_full_group_by*", "concat2/realm1*", "adversary/f20*"),
    *("collation57/*", "mix/*"),
    *("more/process_privilege_line*", "more/gtid_warning_of_two_lines*"),
)
"""What becomes a world without any option."""


@dataclass(frozen=True, slots=True)
class Worlds:
    """The inputs that are restored, in one fleet."""

    cli: Cli
    ledgers: Mapping[str, Any]

    def rules(self, world: str) -> set[str]:
        return {use["rule"] for use in self.ledgers[world]["rules"]}

    def ask(self, world: str, sql: str, *options: str) -> list[list[Any]]:
        done = self.cli("query", sql, "--worlds", world, "--format", "json", *options)
        assert done.code == 0, done.stderr
        return [list(row.values())[1:] for row in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def worlds(
    make_folder: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
    cache_dir: Path,
) -> Iterator[Worlds]:
    if not HUNT.exists():
        pytest.skip(f"no inputs in {HUNT}")
    folder, source = make_folder(), tmp_path_factory.mktemp("source")
    for pattern in RESTORED:
        for path in HUNT.glob(pattern):
            # One without a time would be a world of its own only by its name.
            name = path.name if "_2" in path.name else f"{path.stem}_20240101.sql"
            (source / name).write_bytes(path.read_bytes())
    cli = Cli(folder, tmp_path_factory.mktemp("cwd"), cache_dir)
    try:
        verified, done = cli("verify", source), cli("up", source, timeout_s=300)
        assert (verified.code, done.code) == (0, 0), verified.stderr + done.stderr
        yield Worlds(cli, json.loads(cli("report", "--format", "json").stdout))
    finally:
        cli("down")
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("world", "rule"),
    [
        ("innodb-strict-mode-off", "setting-decided"),
        ("session-sql-require-primary-key-0", "setting-decided"),
        ("f26-innodb-strict-mode", "setting-decided"),
        ("query-cache-type-0", "foreign-variable"),
        ("session-profiling-0", "tuning-setting"),
        ("session-sort-buffer-size-1048576", "tuning-setting"),
        ("wide220", "loose-innodb"),
        ("rowsize", "loose-innodb"),
        ("rowfmt", "loose-innodb"),
    ],
)
def test_a_named_rule_says_what_happened(worlds: Worlds, world: str, rule: str):
    assert rule in worlds.rules(world)


@pytest.mark.parametrize("world", ["process_privilege_line", "gtid_warning_of_two_lines"])
def test_what_tools_say_of_other_things_is_passed_over(worlds: Worlds, world: str):
    assert worlds.ask(world, "SELECT COUNT(*) FROM fruit") == [[2]]
    assert "tool-line" in worlds.rules(world)


def test_each_of_two_dumps_in_a_file_has_its_own_database(worlds: Worlds):
    counts = "SELECT (SELECT COUNT(*) FROM auth.updates), (SELECT COUNT(*) FROM characters.updates)"
    assert worlds.ask("realm1", counts) == [[2, 3]]
    counts = "SELECT (SELECT COUNT(*) FROM game.users), (SELECT COUNT(*) FROM shop.users)"
    assert worlds.ask("f20-concatenated", counts) == [[2, 1]]
    assert "dump-follows" in worlds.rules("realm1")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("concat2/realm6", "the dump that begins at line 1 has no closing line"),
        ("concat/dataonly", "which is not created before it"),
        ("more/rows_without_table", "which is not created before it"),
        ("stmts/source", "the rest of the dump is in another file"),
    ],
)
def test_up_and_verify_refuse_alike(cli: Cli, hunt_source: HuntSource, name: str, says: str):
    source = hunt_source(name)
    for command in ("verify", "up"):
        done = cli(command, source)
        assert done.code == 1
        assert says in done.stderr
        assert "hint: " in done.stderr


def test_utf8mb4_alone_means_what_it_meant_on_the_dumped_server(worlds: Worlds):
    assert worlds.ask("names57", "SELECT COUNT(*) FROM player WHERE name = 'zoe'") == [[3]]
    collation = "SELECT table_collation FROM information_schema.tables WHERE table_name = 'player'"
    for world in ("names57", "uniq57"):
        assert worlds.ask(world, collation) == [["utf8mb4_general_ci"]]
        assert "default-collation" in worlds.rules(world)
    both = "SELECT f('ZOE'), @@default_collation_for_utf8mb4"
    assert worlds.ask("names57", both, "--write") == [[1, "utf8mb4_general_ci"]]
    assert worlds.ask("uniq57", "SELECT COUNT(*) FROM player") == [[4]]


@pytest.mark.parametrize(
    "sql", ["SELECT pid(@who)", "SELECT x FROM v", "SELECT id FROM player WHERE name = @who"]
)
def test_a_parameter_never_ends_in_an_illegal_mix(worlds: Worlds, sql: str):
    # `reader` may not call functions; what a view calls runs as the view's owner.
    options = ["--param", "who=mia", *(["--write"] if "pid" in sql else [])]
    assert worlds.ask("utf8mb4-general-ci", sql, *options) == [[1]]


def test_all_that_a_dump_of_adminer_needs_is_named_at_once(cli: Cli, hunt_source: HuntSource):
    done = cli("up", hunt_source("more/adminer_closing"))
    assert done.code == 1
    assert "NAME_2024-06-18.sql" in done.stderr
    assert "--allow-unfinished" in done.stderr


def test_a_view_against_only_full_group_by_can_be_asked(worlds: Worlds):
    answer = worlds.ask("view_not_full_group_by", "SELECT kind, n FROM per_kind")
    assert answer == [[1, 2]]
    assert "full-group-by-off" in worlds.rules("view_not_full_group_by")
