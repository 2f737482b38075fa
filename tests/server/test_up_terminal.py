"""`up`, `start` and `reset` on a terminal of 80 columns: what is live goes, the result stays."""

import gzip

from tests.conftest import Cli, Dumps
from tests.server.terminal import on_terminal
from tests.server.test_fleet import kill_server

OLDER, NEWER = "20260301_211500", "20260302_211500"


def write_world(dumps: Dumps, world: str, *, taken: str, is_whole: bool = True) -> None:
    sql = "CREATE DATABASE game; USE game; CREATE TABLE player (id INT PRIMARY KEY);\n"
    sql += "INSERT INTO player VALUES (1), (2);\n"
    path = dumps.write(sql, name=f"{world}_fulldump_{taken}.sql.gz")
    if not is_whole:
        path.write_bytes(path.read_bytes()[:-20])
        with gzip.open(path) as cut_off:
            try:
                cut_off.read()
            except EOFError:
                return
        raise AssertionError


def test_up_shows_progress_and_then_one_list_of_all_worlds(cli: Cli, dumps: Dumps):
    whole, failing = "eu-central-1.games.example.com", "eu-central-2.games.example.com"
    older = "eu-central-3.games.example.com"
    write_world(dumps, whole, taken=NEWER)
    write_world(dumps, failing, taken=NEWER, is_whole=False)
    write_world(dumps, older, taken=NEWER, is_whole=False)
    write_world(dumps, older, taken=OLDER)
    arguments = ("up", str(dumps.folder), "--fallback", "--before", "2026-03-03")
    with on_terminal(cli, *arguments, first="3 worlds, dumps taken 2026-03-02 21:15:00") as screen:
        # Lines end where words do.
        until = " UTC, up to 2 h 45 min before the\r\n  requested time"
        assert screen.read_until("  requested time") == until
        live = screen.read_until("error:")
        screen.read_until("address")
        listed = screen.read_until("ask all:")
        code = screen.wait()
    assert code == 4
    assert "0 of 3 ready, 0 s" in live
    assert "eu-central-1… starting" in live
    assert "trying the next older dump" in " ".join(live.split())
    table = listed.partition("\r\nworld ")[0].splitlines()
    assert max(map(len, table)) <= 80
    rows = [line.split() for line in table]
    assert ["eu-central-2.", "failed", "2026-03-02", "21:15:00"] in rows
    assert [*("eu-central-3.", "ready,", "older", "2026-03-01", "21:15:00", "2")] in [
        row[:6] for row in rows
    ]
    assert "\r\n2 of 3 worlds ready, 1 failed, " in listed
    assert "rules used" not in screen.shown
    assert cli("down").code == 0


def test_start_and_reset_show_progress_and_then_one_line(cli: Cli, dumps: Dumps):
    for world in ("a", "b"):
        write_world(dumps, world, taken=NEWER)
    assert cli("up", dumps.folder).code == 0
    try:
        with on_terminal(cli, "reset", first="ready, 0 s") as screen:
            screen.read_until("2 of 2 worlds reset, ")
            assert screen.wait() == 0
        assert "starting" in screen.shown
        assert "a: ready" not in screen.shown
        kill_server(cli, "a")
        with on_terminal(cli, "start", first="of 1 ready, 0 s") as screen:
            screen.read_until("1 of 1 world started, ")
            assert screen.wait() == 0
        assert "a starting" in screen.shown
    finally:
        assert cli("down").code == 0
