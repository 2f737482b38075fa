"""What a dump sets and says about itself: settings, collations, parts, the words of tools."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import Cli, Finished

HuntSource = Callable[[str], Path]


def reports(cli: Cli) -> dict[str, Any]:
    return dict(json.loads(cli("report", "--format", "json").stdout))


def rules_of(report: Any) -> set[str]:
    return {use["rule"] for use in report["rules"]}


def up(cli: Cli, source: Path) -> Finished:
    done = cli("up", source)
    assert done.code == 0, done.stderr
    return done


def test_settings_are_skipped_by_rules_and_verify_agrees(cli: Cli, hunt_source: HuntSource):
    source = hunt_source("settings")
    (f26,) = hunt_source("adversary/f26").iterdir()
    (source / f26.name).write_bytes(f26.read_bytes())
    assert cli("verify", source).code == 0
    up(cli, source)
    assert {name: sorted(rules_of(ledger)) for name, ledger in reports(cli).items()} == {
        "innodb-strict-mode-off": ["database-created", "lock-not-taken", "setting-decided"],
    }
