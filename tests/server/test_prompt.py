"""The prompt of `rewound query`, on a terminal, with the sample's three worlds."""

import signal
import stat
import subprocess
import sys
import time

import pytest

from tests.conftest import Cli
from tests.server.terminal import on_terminal

PROMPT = "default>"
ENTER = "\r"
CTRL_C = "\x03"
CTRL_D = "\x04"
COUNT = "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"


def wait_for_sleepers(sample: Cli, worlds: int) -> None:
    """Wait until a SELECT SLEEP runs in so many worlds."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        done = sample("query", COUNT, "--reduce", "SELECT SUM(n) FROM result", "--format", "tsv")
        if done.lines[-1] == str(worlds):
            return
    pytest.fail(f"a SLEEP never ran in {worlds} worlds: {done}")


def test_a_statement_of_several_lines_answers(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.type("SELECT COUNT(*) AS players,\r'a;' AS text\rFROM player;\r")
        shown = terminal.read_until("3 ok; 3 rows")
        assert "-> " in shown
        assert "players   text" in shown
        assert "host3" in shown
        terminal.read_until(PROMPT)
        terminal.type(CTRL_D)
        assert terminal.wait() == 0


@pytest.mark.parametrize("leaving", [CTRL_D, "exit\r", "quit;\r", "\\q\r"])
def test_it_ends_with_exit_code_0(sample: Cli, leaving: str):
    with on_terminal(sample, "query") as terminal:
        terminal.type(leaving)
        assert terminal.wait() == 0


def test_ctrl_c_ends_the_statement_on_the_servers_and_not_the_prompt(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.type("SELECT SLEEP(30);\r")
        wait_for_sleepers(sample, 3)
        started = time.monotonic()
        terminal.type(CTRL_C)
        terminal.read_until("cancelled")
        terminal.read_until(PROMPT)
        assert time.monotonic() - started < 5
        wait_for_sleepers(sample, 0)
        terminal.type("SELECT 6 * 7 AS answer;\r")
        assert "42" in terminal.read_until("3 ok")
        # And a second time: it is not spent.
        terminal.read_until(PROMPT)
        terminal.type("SELECT SLEEP(30);\r")
        wait_for_sleepers(sample, 3)
        terminal.type(CTRL_C)
        terminal.read_until("cancelled")
        terminal.read_until(PROMPT)
        terminal.type(CTRL_D)
        assert terminal.wait() == 0


def test_ctrl_c_while_typing_clears_the_line(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.type("SELECT nothing")
        terminal.type(CTRL_C)
        terminal.read_until(PROMPT)
        terminal.type("SELECT 6 * 7 AS answer;\r")
        assert "42" in terminal.read_until("3 ok")


def test_being_asked_to_end_ends_it_while_a_statement_runs(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.type("SELECT SLEEP(30);\r")
        wait_for_sleepers(sample, 3)
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 130
        wait_for_sleepers(sample, 0)


def test_being_asked_to_end_ends_it_while_nothing_is_typed(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.signal(signal.SIGINT)
        terminal.type("SELECT 6 * 7 AS answer;\r")
        assert "42" in terminal.read_until("3 ok")
        terminal.read_until(PROMPT)
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 130


def test_tab_completes_a_table(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.type("SELECT COUNT(*) > 0 AS x FROM guild_l\t")
        terminal.read_until("eaderboard")
        terminal.type(";\r")
        terminal.read_until("3 ok; 3 rows")


def test_the_history_is_for_its_user_alone_and_comes_back(sample: Cli):
    path = sample.state_dir / "history/default"
    with on_terminal(sample, "query") as terminal:
        terminal.type("SELECT 6 * 7 AS answer;\r")
        terminal.read_until("3 ok")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with on_terminal(sample, "query") as terminal:
        terminal.type("\x12ans\r\r")  # Ctrl-R
        assert "42" in terminal.read_until("3 ok")


def test_the_worlds_can_be_limited(sample: Cli):
    with on_terminal(sample, "query", "--worlds", "host[1-2]") as terminal:
        assert "fleet default: host[1-2], 2 of 3 worlds; \\help" in terminal.shown
        terminal.type("\\worlds host1\r")
        terminal.read_until("fleet default: host1, 1 of 3 worlds")
        terminal.type("SELECT 1;\r")
        assert "host2" not in terminal.read_until("1 ok; 1 row")
        terminal.type("\\worlds nowhere\r")
        terminal.read_until("error: no world matches 'nowhere'")
        terminal.type("\\worlds *\r")
        terminal.read_until("fleet default: host[1-3], all worlds")
        terminal.type("SELECT 1;\r")
        terminal.read_until("3 ok; 3 rows")


def test_formats_reductions_and_times_last(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.type("\\format csv\r\\reduce SELECT SUM(n) * 14 AS total FROM result\r\\timing\r")
        terminal.read_until("timing is on")
        for _ in range(2):
            terminal.type("SELECT 1 AS n;\r")
            assert "total\r\n42\r\n" in terminal.read_until("time: ")
            terminal.read_until("3 ok")
        terminal.type("\\reduce\r\\format parquet\r")
        terminal.read_until("error: unknown format parquet")
        terminal.type("SELECT 1 AS n;\r")
        terminal.read_until("world,n\r\nhost1,1\r\n")


def test_errors_are_shown_and_it_goes_on(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        for text, said in (
            ("SELECT nothing;", "error: in every world: MySQL error 1054"),
            ("UPDATE player SET title = 1;", "UPDATE command denied to"),
            ("\\nope", "hint: known: \\fleet, \\worlds, \\tables, \\d, \\format, "),
            ("-- nothing", "error: no SQL statement was given"),
            ("SELECT IF(DATABASE() = 'game', 6 * 7, 0) AS answer;", "42"),
        ):
            terminal.type(text + ENTER)
            terminal.read_until(said)
            terminal.read_until(PROMPT)


def test_commands_act_in_an_unfinished_statement_which_stays(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.type("SELECT COUNT(*) AS players\r\\worlds host1\r")
        terminal.read_until("fleet default: host1, 1 of 3 worlds")
        terminal.read_until("->")
        terminal.type("\\nope\r")
        terminal.read_until("error: unknown command \\nope")
        terminal.read_until("->")
        terminal.type("FROM player;\r")
        shown = terminal.read_until("1 ok; 1 row")
        assert "players" in shown
        assert "155" in shown


def test_a_statement_can_be_cleared_or_left_unfinished(sample: Cli):
    with on_terminal(sample, "query", "--format", "csv") as terminal:
        terminal.type("SELECT nothing\r\\c\rSELECT '\r\\q\r' AS q;\r")
        # What is in quotes is no command: the mysql client takes it as text as well.
        terminal.read_until("world,q")
        terminal.read_until("3 ok; 3 rows")
        terminal.type("SELECT nothing\r\\q\r")
        assert terminal.wait() == 0
        assert "error" not in terminal.shown


def test_use_lasts(sample: Cli):
    with on_terminal(sample, "query", "--format", "csv") as terminal:
        terminal.type("USE information_schema;\rSELECT DATABASE() AS s;\r")
        terminal.read_until("host1,information_schema")


def test_tables_are_listed_and_described_once_for_worlds_that_are_alike(sample: Cli):
    with on_terminal(sample, "query") as terminal:
        terminal.type("\\tables guild*\r")
        shown = terminal.read_until("3 ok")
        assert "\r\ngame     guild_leaderboard   view" in shown
        assert "player" not in shown
        assert "host" not in shown
        # Rows of all worlds that are listed once are counted once.
        assert terminal.read_until(",").startswith("; 3 rows")
        terminal.type("\\d player\r")
        shown = terminal.read_until("3 ok; 17 rows")
        assert "…" not in shown
        assert "'dark_mode')" in shown
        assert "DEFAULT_GENERATED" not in shown
        assert "\r\nplayer_name    varchar(60)" in shown
        assert "\r\nplayer_name         unique   player_name" in shown
        terminal.type("\\d plyer\r")
        terminal.read_until("hint: did you mean player?")


def test_a_statement_can_be_shown_vertically_at_once_or_again(sample: Cli):
    with on_terminal(sample, "query", "--worlds", "host1") as terminal:
        terminal.type("SELECT 6 * 7\r AS answer\\G\r")
        assert " world: host1\r\nanswer: 42\r\n" in terminal.read_until("1 ok")
        terminal.read_until(PROMPT)
        terminal.type("SELECT 6 * 8 AS answer;\r")
        assert "host1       48" in terminal.read_until("1 ok")
        terminal.read_until(PROMPT)
        terminal.type("\\G\r")
        assert "answer: 48" in terminal.read_until("1 ok")


def test_an_answer_goes_to_a_file_once(sample: Cli):
    path = sample.cwd / "prompt.csv"
    path.unlink(missing_ok=True)
    with on_terminal(sample, "query", "--worlds", "host1") as terminal:
        terminal.type("\\o prompt.csv\r")
        terminal.read_until("the next answer is written to prompt.csv")
        terminal.type("SELECT nothing;\r")  # an error leaves it for the next one
        terminal.read_until("error: world host1: MySQL error 1054")
        terminal.read_until(PROMPT)
        terminal.type("SELECT 6 * 7 AS answer;\r")
        terminal.read_until("wrote prompt.csv")
        terminal.read_until(PROMPT)
        terminal.type("SELECT 6 * 8 AS answer;\r")
        assert "host1       48" in terminal.read_until("1 ok")
        terminal.type("\\o prompt.csv\r")
        terminal.read_until("error: \\o prompt.csv: the file already exists")
        terminal.read_until("hint: choose another name, or replace it with \\o --force FILE")
    assert path.read_text() == "world,answer\nhost1,42\n"


def test_writing_can_be_allowed_and_hints_say_how(sample: Cli):
    with on_terminal(sample, "query", "--worlds", "host1") as terminal:
        terminal.type("DELETE FROM player WHERE player_id = 0;\r")
        terminal.read_until("hint: only reading is allowed; \\write allows changes")
        terminal.type("\\write\r")
        terminal.read_until("default (write)>")
        terminal.type("DELETE FROM player WHERE player_id = 0;\r")
        terminal.read_until("1 ok; 0 rows")
        terminal.type("\\write\rSELECT @x;\r")
        terminal.read_until("so it is NULL; set it with SET @x = …;")


def test_it_says_when_it_can_write(sample: Cli):
    with on_terminal(sample, "query", "--write") as terminal:
        terminal.type("\r")
        terminal.read_until("default (write)>")
        assert "warning: worlds that you change differ" in terminal.shown


def test_a_prompt_has_no_output_file(sample: Cli):
    with (
        pytest.raises(AssertionError, match="--output cannot be used with the prompt"),
        on_terminal(sample, "query", "--output", "a.csv"),
    ):
        pass


def test_without_a_terminal_there_is_no_prompt_and_no_import_of_it(sample: Cli):
    assert "no SQL statement was given" in sample("query").stderr
    script = (
        "import sys\n"
        "from rewound.cli.commands import query\n"
        "heavy = {'prompt_toolkit', 'pygments.lexers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30)
