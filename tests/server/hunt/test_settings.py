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

RESTORED = (
    *("settings/*", "adversary/f26*", "fkcase/wide220*", "upgrade/rowsize*", "legacy/rowfmt*"),
    *("more/view_not_full_group_by*",),
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
        verified, done = cli("verify", source), cli("up", source)
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
def test_a_named_rule_says_what_became_of_it(worlds: Worlds, world: str, rule: str):
    assert rule in worlds.rules(world)


def test_a_view_against_only_full_group_by_can_be_asked(worlds: Worlds):
    answer = worlds.ask("view_not_full_group_by", "SELECT kind, n FROM per_kind")
    assert answer == [[1, 2]]
    assert "full-group-by-off" in worlds.rules("view_not_full_group_by")
