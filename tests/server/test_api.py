"""Rewound from Python, on the sample's three worlds."""

import pydoc
import socket
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pytest

import rewound
from rewound.errors import FleetExists, FleetNotFound, HostError, SomeWorldsFailed, UsageError
from rewound.fleet.world import WorldState
from rewound.operations import fleets, restoring
from rewound.query.outcome import Outcome
from tests.conftest import EXAMPLES, Cli, Dumps
from tests.waiting import wait_until

PLAYERS = "SELECT COUNT(*) AS players, SUM(player_score) AS total FROM player"


@pytest.fixture
def environment(state_dir: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folders of this test, as a program of the user's has them."""
    monkeypatch.setenv("REWOUND_STATE_DIR", str(state_dir))
    monkeypatch.setenv("REWOUND_CACHE_DIR", str(cache_dir))


@pytest.mark.usefixtures("environment")
def test_a_fleet_comes_up_answers_is_changed_reset_and_ends():
    with rewound.up(EXAMPLES, at="2026-03-03 23:00") as fleet:
        assert list(fleet) == ["host1", "host2", "host3"]
        answer = fleet.query(PLAYERS)
        assert answer.table.schema == pa.schema(
            [("world", pa.string()), ("players", pa.int64()), ("total", pa.decimal128(32, 0))]
        )
        before = answer.table.to_pylist()
        assert before[0] == {"world": "host1", "players": 155, "total": before[0]["total"]}
        assert isinstance(before[0]["total"], Decimal)
        assert fleet["host1"].url.startswith("mysql://dev:")
        assert fleet["host1"].url.endswith("/game")

        written = fleet.query("UPDATE player SET player_score = -1", write=True)
        assert {name: each.changed_rows for name, each in written.outcomes.items()} == {
            "host1": 155,
            "host2": 217,
            "host3": 126,
        }
        assert fleet.query(PLAYERS).table.to_pylist()[0]["total"] == -155
        fleet.reset("host[1-2]")
        after = fleet.query(PLAYERS).table.to_pylist()
        assert after[:2] == before[:2]
        assert after[2]["total"] == -126
        assert repr(fleet) == "<Fleet default: 3 ready>"
        assert "<td>host1</td><td>ready</td>" in fleet._repr_html_()
        assert fleet.report("host1")["host1"].rows > 155
        with pytest.raises(FleetExists, match="already exists"):
            rewound.up(EXAMPLES)
        with rewound.Fleet() as same:
            assert list(same) == ["host1", "host2", "host3"]
        assert list(fleet) == ["host1", "host2", "host3"]
    assert repr(fleet) == "<Fleet default: down>"
    with pytest.raises(FleetNotFound, match="no fleet named default"):
        rewound.Fleet()


@pytest.mark.usefixtures("environment")
def test_a_partial_failure_raises_unless_it_is_allowed(dumps: Dumps):
    for world, column in {"w1": "a", "w2": "a", "w3": "b"}.items():
        dumps.write(
            f"CREATE TABLE t ({column} INT);\nINSERT INTO t VALUES (1);\n",
            name=f"{world}_fulldump_20260302_211500.sql",
        )
    with rewound.up(dumps.folder) as fleet:
        match = "world w3 did not answer; w3: MySQL error 1054"
        with pytest.raises(SomeWorldsFailed, match=match) as caught:
            fleet.query("SELECT a FROM t")
        assert list(caught.value.failures) == ["w3"]
        assert isinstance(caught.value.answer, rewound.Answer)
        assert caught.value.answer.table.num_rows == 2
        answer = fleet.query("SELECT a FROM t", partial=True)
        assert answer.table.to_pylist() == [{"world": "w1", "a": 1}, {"world": "w2", "a": 1}]
        assert list(answer.outcomes) == ["w1", "w2", "w3"]
        assert list(answer.failed) == ["w3"]
        with pytest.raises(UsageError, match="expected one statement, got 2"):
            fleet.query("SELECT 1; SELECT 2")
        with pytest.raises(UsageError, match="no world matches 'w4'"):
            fleet["w4"]


@pytest.mark.usefixtures("environment")
def test_a_world_that_cannot_be_restored_leaves_nothing_unless_it_is_allowed(dumps: Dumps):
    dumps.write("CREATE TABLE t (a INT);\n", name="w1_fulldump_20260302_211500.sql")
    dumps.write("CREATE TABLE t (a INT;\n", name="w2_fulldump_20260302_211500.sql")
    with pytest.raises(SomeWorldsFailed, match="world w2 failed; w2: ") as caught:
        rewound.up(dumps.folder)
    assert list(caught.value.failures) == ["w2"]
    with pytest.raises(FleetNotFound):
        rewound.Fleet()
    with rewound.up(dumps.folder, partial=True) as fleet:
        assert fleet["w1"].schemas == ("game",)


def test_an_answer_goes_wherever_arrow_goes(sample: Cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REWOUND_STATE_DIR", str(sample.state_dir))
    fleet = rewound.Fleet()
    answer = fleet.query(
        "SELECT player_id, created_at, NULLIF(player_id, 1) AS n FROM player"
        " WHERE player_id < @top",
        params={"top": "3"},
        worlds="host[1,3]",
    )
    frame = answer.to_pandas()
    assert list(frame["world"]) == ["host1", "host1", "host3", "host3"]
    assert list(frame["player_id"]) == [1, 2, 1, 2]
    assert frame["n"].isna().sum() == 2
    assert str(frame["n"].dtype) == "uint32[pyarrow]"
    assert answer.to_polars().schema["created_at"] == polars.Datetime("us")
    assert polars.DataFrame(answer).height == 4
    assert duckdb.connect().execute("SELECT COUNT(*) FROM answer").fetchall() == [(4,)]


@pytest.mark.usefixtures("environment")
def test_two_moments_are_compared():
    with (
        rewound.up(EXAMPLES, at="2026-03-02 23:00", fleet="before", worlds="host1") as before,
        rewound.up(EXAMPLES, at="2026-03-03 23:00", fleet="after", worlds="host1") as after,
    ):
        report = before.diff(after, tables=["player"], rows=2)
    [world] = report.worlds
    [table] = world.tables
    assert (world.world, table.table) == ("host1", "player")
    assert table.changed > 0
    assert len(table.rows) == 2


def test_dumps_are_listed_and_verified_without_a_server(dumps: Dumps):
    dumps.write("CREATE TABLE t (a INT);\n", name="w1_fulldump_20260302_211500.sql")
    dumps.write("SHUTDOWN;\n", name="w2_fulldump_20260302_211500.sql")
    assert [dump.world for dump in rewound.dumps(dumps.folder).dumps] == ["w1", "w2"]
    verified = rewound.verify(dumps.folder)
    assert [each.is_restorable for each in verified] == [True, False]
    assert [each.tables for each in rewound.verify(dumps.folder, worlds="w1")] == [1]


def test_an_answer_shows_itself_in_one_line_and_in_a_notebook():
    table = pa.table({"world": ["w1", "w2"], "name": ["<b>", None]})
    answer = rewound.Answer(table, {"w1": Outcome(), "w2": Outcome(error="is stopped")}, {})
    assert repr(answer) == "<Answer: 2 rows of 2 worlds, 1 failed; world, name>"
    html = answer._repr_html_()
    assert "<td>&lt;b&gt;</td>" in html
    assert "<td>NULL</td>" in html


def test_a_missing_library_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch):
    answer = rewound.Answer(pa.table({"world": ["w1"]}), {}, {})
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(HostError, match="to_polars needs polars, which is not installed"):
        answer.to_polars()


def test_what_is_exported_is_documented():
    exported = {"Answer", "Fleet", "FleetWorld", "__version__", "dumps", "up", "verify"}
    assert set(rewound.__all__) == exported
    assert exported <= set(dir(rewound))
    text = pydoc.plaintext  # type: ignore[attr-defined]  # typeshed lacks it
    shown = pydoc.render_doc(rewound, renderer=text)
    assert "class Fleet(" in shown
    assert "up(source: 'str | Path'" in shown or "up(source: str" in shown
    with pytest.raises(AttributeError, match="no attribute 'down'"):
        _ = rewound.down


def test_a_fleet_can_have_an_end():
    with rewound.up(EXAMPLES, fleet="api-expiring", worlds="host1", expire_s=3600) as fleet:
        assert fleets.expires_at(fleet.name) is not None


@pytest.mark.usefixtures("environment")
def test_worlds_can_sleep():
    def is_asleep() -> bool:
        return fleets.status("api-sleeping").worlds["host1"].state is WorldState.ASLEEP

    with rewound.up(EXAMPLES, fleet="api-sleeping", worlds="host1", sleep_after_s=1) as fleet:
        wait_until(is_asleep, timeout_s=60, poll_s=0.1)
        assert fleet.query(PLAYERS).table.to_pylist()[0]["players"] == 155


@pytest.mark.usefixtures("environment")
def test_worlds_are_added_to_a_fleet_as_it_was_made(dumps: Dumps):
    for world, day in {"w1": 2, "w2": 2, "w3": 3}.items():
        dumps.write(
            "CREATE TABLE t (a INT);\n" if world != "w2" else "CREATE TABLE t (a INT;\n",
            name=f"{world}_fulldump_2026030{day}_211500.sql",
        )
    with rewound.up(
        dumps.folder, at="2026-03-02 22:00", schema="other", allow_missing=True, partial=True
    ) as fleet:
        assert [fleet["w1"].schemas] == [("other",)]
        with pytest.raises(SomeWorldsFailed, match="world w2 failed; w2: ") as caught:
            fleet.add(dumps.folder)
        assert list(caught.value.failures) == ["w2"]
        assert fleet.add(dumps.folder, partial=True) == []
        assert fleet.add(dumps.folder, at="2026-03-03 22:00", worlds="w3") == ["w3"]
        dumps.write("CREATE TABLE t (a INT);\n", name="w2_fulldump_20260302_211500.sql")
        assert fleet.add(dumps.folder) == ["w2"]
        assert fleet.add(dumps.folder) == []
        assert [fleet[world].schemas for world in fleet] == [("other",)] * 3


@pytest.mark.usefixtures("environment")
def test_a_world_that_keeps_its_older_dump_is_told_by_an_addition(dumps: Dumps):
    broken, whole = "CREATE TABLE t (a INT;\n", "CREATE TABLE t (a INT);\n"
    newer = "w1_fulldump_20260303_211500.sql"
    dumps.write(whole, name="w1_fulldump_20260302_211500.sql")
    dumps.write(broken, name=newer)
    with rewound.up(dumps.folder, schema="other", fallback=True) as fleet:
        with pytest.raises(SomeWorldsFailed, match="w1: keeps its older dump, because ") as caught:
            fleet.add(dumps.folder)
        assert list(caught.value.failures) == ["w1"]
        assert fleet.add(dumps.folder, partial=True) == []
        dumps.write(whole, name=newer)
        assert fleet.add(dumps.folder) == ["w1"]


@pytest.mark.usefixtures("environment")
def test_a_port_that_was_taken_meanwhile_is_exchanged(
    dumps: Dumps, monkeypatch: pytest.MonkeyPatch
):
    folder = dumps.write("CREATE TABLE t (id INT);").parent
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(restoring, "pick_ports", lambda _count, base: [taken])
        with rewound.up(folder, schema="game", fleet="exchanged") as fleet:
            assert fleets.status("exchanged").worlds["host1"].port != taken
            assert fleet.query("SELECT COUNT(*) AS n FROM t").table.to_pylist()[0]["n"] == 0
