"""`up --keys later`: worlds can be read as soon as their rows are in, and are proven afterwards."""

from pathlib import Path
from typing import Any

import pytest

from rewound.catalog import Catalog, Choice
from rewound.cli.output.progress import PlainLines
from rewound.dump.text import splitter
from rewound.engine.protocol import PullStep
from rewound.errors import FleetError, RewoundError
from rewound.fleet.bring_up import BringUp
from rewound.fleet.world import WorldState
from rewound.load.options import LoadOptions
from rewound.operations import fleets
from rewound.operations.audience import Audience, find_targets
from rewound.operations.dump_selection import Selection
from rewound.operations.restoring import UpOptions, up
from rewound.query.outcome import Outcome
from tests.conftest import Cli, Dumps
from tests.server.test_fleet import states_of

INDEXES = (
    "SELECT GROUP_CONCAT(DISTINCT index_name ORDER BY index_name)"
    " FROM information_schema.statistics WHERE table_schema = 'game'"
)
PLAYERS = (
    "CREATE TABLE player (id INT PRIMARY KEY, name VARCHAR(20), score INT,"
    " KEY by_score (score), UNIQUE KEY by_name (name));\n"
    "CREATE TRIGGER rise BEFORE UPDATE ON player FOR EACH ROW SET NEW.score = OLD.score + 1;\n"
    "INSERT INTO player VALUES (1, 'a', 7), (2, 'b', 8), (3, '{third}', 9);\n"
)


class Onlooker(PlainLines):
    """Asks a world when its rows are in."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self.seen: dict[str, Any] = {}

    def narrate(self, text: str) -> None:
        pass

    def dumps_chosen(self, catalog: Catalog, choice: Choice) -> None:
        pass

    def image_pulled(self, step: PullStep) -> None:
        pass

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        if state is not WorldState.KEYS_TO_COME:
            return
        self.seen["detail"] = detail
        self.seen["states"] = states_of(self.cli)
        self.seen["answer"] = self.cli("query", "SELECT SUM(score) FROM player", "--format", "tsv")
        self.seen["indexes"] = self.cli("query", INDEXES, "--format", "tsv").lines[-1]
        self.seen["write"] = self.cli("query", "--write", "DELETE FROM player")
        self.seen["report"] = self.cli("report")
        self.seen["connect"] = self.cli("connect", world, "--url", "--user", "reader").code
        target = find_targets(Audience(fleets=("default",)))[world]
        self.seen["reads"] = not isinstance(target.address, Outcome)
        with pytest.raises(FleetError, match="can only be read until its keys are built"):
            fleets.get_world("default", world)


@pytest.fixture
def onlooker(
    cli: Cli, state_dir: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch, down: None
) -> Onlooker:
    monkeypatch.setattr(splitter, "SHORT_BYTES", 0)  # few rows are treated as many
    monkeypatch.setenv("REWOUND_STATE_DIR", str(state_dir))
    monkeypatch.setenv("REWOUND_CACHE_DIR", str(cache_dir))
    return Onlooker(cli)


def bring_up(dumps: Dumps, onlooker: Onlooker) -> BringUp:
    load = LoadOptions(keys_later=True, large_table_bytes=0)
    return up(Selection(dumps.folder), UpOptions(load=load, fallback=True), observer=onlooker)


def test_a_world_is_read_before_its_keys_are_built(dumps: Dumps, onlooker: Onlooker):
    dumps.write(PLAYERS.format(third="c"), name="a_fulldump_20260302_211500.sql")
    brought = bring_up(dumps, onlooker)
    seen = onlooker.seen
    assert seen["detail"] == "3 rows"
    assert seen["states"] == {"a": "ready, keys to come"}
    assert seen["answer"].lines[-1].split("\t") == ["a", "24"]
    assert "keys of world a are still being built" in seen["answer"].stderr
    assert seen["indexes"].split("\t") == ["a", "PRIMARY"]
    assert seen["write"].code == 1
    assert "can only be read until its keys are built" in seen["write"].stderr
    assert "a world has a ledger once it is ready" in seen["report"].stderr
    assert (seen["connect"], seen["reads"]) == (0, True)
    assert list(brought.restored) == ["a"]
    assert states_of(onlooker.cli) == {"a": "ready"}
    done = onlooker.cli("query", INDEXES, "--format", "tsv")
    assert done.lines[-1].split("\t") == ["a", "by_name,by_score,PRIMARY"]
    assert "being built" not in done.stderr
    assert onlooker.cli("query", "--write", "UPDATE player SET score = 0").code == 0
    assert onlooker.cli("query", "SELECT MIN(score) FROM player").lines[-1].split() == ["a", "8"]
    assert onlooker.cli("reset").code == 0


def test_a_world_whose_keys_cannot_be_built_fails_though_it_was_read(
    dumps: Dumps, onlooker: Onlooker
):
    dumps.write(PLAYERS.format(third="b"), name="a_fulldump_20260302_211500.sql")
    with pytest.raises(RewoundError, match="by_name"):
        raise bring_up(dumps, onlooker).failures["a"]
    assert onlooker.seen["states"] == {"a": "ready, keys to come"}
    assert "no fleet named default" in onlooker.cli("status").stderr


def test_a_world_falls_back_although_its_newer_dump_was_read(dumps: Dumps, onlooker: Onlooker):
    dumps.write(PLAYERS.format(third="c"), name="a_fulldump_20260301_211500.sql")
    dumps.write(PLAYERS.format(third="b"), name="a_fulldump_20260302_211500.sql")
    brought = bring_up(dumps, onlooker)
    assert brought.restored["a"].dump.location.name == "a_fulldump_20260301_211500.sql"
    assert states_of(onlooker.cli) == {"a": "ready"}


def test_a_load_that_lost_rows_is_never_read(dumps: Dumps, onlooker: Onlooker):
    dumps.write(
        PLAYERS.format(third="c") + "REPLACE INTO player VALUES (1, 'x', 1);\nDELETE FROM player"
        " WHERE id = 2;\n",
        name="a_fulldump_20260302_211500.sql",
    )
    bring_up(dumps, onlooker)
    assert onlooker.seen == {}


def test_a_dump_that_is_cut_off_is_never_read(dumps: Dumps, onlooker: Onlooker):
    dumps.write(PLAYERS.format(third="c"), name="a_fulldump_20260302_211500.sql", closing="")
    assert "a" in bring_up(dumps, onlooker).failures
    assert onlooker.seen == {}
