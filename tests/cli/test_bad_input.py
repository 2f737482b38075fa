"""Every bad input gets one paragraph: what, which, why and the next step; nothing is left."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.conftest import EXAMPLES, Cli, Dumps

TABLE = "CREATE TABLE player (id INT PRIMARY KEY);\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A command line, what is there before, and what is said; {…} are folders."""

    arguments: str
    code: int
    stderr: str
    make: Callable[[Dumps], object] = lambda dumps: None


def write_two_of_one_time(dumps: Dumps) -> None:
    dumps.write(TABLE, name="a_20260302_211500.sql")
    dumps.write(TABLE, name="a_20260302_211500.sql.gz")


def write_younger_only(dumps: Dumps) -> None:
    dumps.write(TABLE, name="a_20260303_211500.sql")
    dumps.write(TABLE, name="b_20260303_221500.sql")
    dumps.write(TABLE, name="c_20260301_211500.sql")


CASES = {
    "a missing folder": Case(
        "up {dumps}/missing",
        1,
        "error: no folder {dumps}/missing\n"
        "hint: check the path; SOURCE is the folder of the dumps\n",
    ),
    "an empty folder": Case(
        "up {dumps}",
        1,
        "error: no dumps in {dumps}: the folder is empty\n"
        "hint: SOURCE is the folder of the dumps; check that it is mounted and fully copied\n",
    ),
    "a name that fits no shape": Case(
        "up {dumps}",
        1,
        "error: no dumps in {dumps}; {dumps}/notes.txt: *\nhint: *use --pattern for names"
        " of another form\n",
        lambda dumps: dumps.write("who restores what", name="notes.txt", header="", closing=""),
    ),
    "two dumps of one world with the same time": Case(
        "up {dumps}",
        1,
        "error: two dumps of world a were taken at the same time, 2026-03-02 21:15:00+00:00:"
        " {dumps}/a_20260302_211500.sql and {dumps}/a_20260302_211500.sql.gz\n"
        "hint: move one of them away, or tell them apart with --pattern\n",
        write_two_of_one_time,
    ),
    "worlds with no dump at or before T": Case(
        "up {dumps} --at 2026-03-02",
        1,
        "error: no dump at or before 2026-03-02 of a (oldest: 2026-03-03 21:15:00+00:00),"
        " b (oldest: 2026-03-03 22:15:00+00:00)\n"
        "hint: --allow-missing continues without these worlds\n",
        write_younger_only,
    ),
    "a time that is none": Case(
        "up {dumps} --at yesterday",
        2,
        "error: 'yesterday' is not a valid time\nhint: write '2024-06-18 21:16+00:00',"
        " 2024-06-18T21:16:30+02:00, or a day: 2024-06-18\n",
    ),
    "a time without its quotes": Case(
        "seek 2026-03-03 06:23:07 UTC host2 --fleet f",
        2,
        "error: the time 2026-03-03 06:23:07 UTC needs quotes: without them, '06:23:07' is the name"
        " of a world\nhint: rewound seek '2026-03-03 06:23:07 UTC' host2 --fleet f\n",
    ),
    "a time without its quotes, of an option": Case(
        "seek --before 2026-03-03 06:23+00:00",
        2,
        "error: the time 2026-03-03 06:23+00:00 needs quotes: without them, '06:23+00:00' is the"
        " name of a world\nhint: rewound seek --before '2026-03-03 06:23+00:00'\n",
    ),
    "a time without its quotes, where there are no worlds": Case(
        "up {dumps} --at 2026-03-03 06:23",
        2,
        "error: got unexpected extra argument (06:23)\n"
        "hint: a time with a space in it needs quotes: '2024-06-18 21:16+00:00'\n",
    ),
    "an option of other commands": Case(
        "seek --worlds host2",
        2,
        "error: rewound seek has no option --worlds\n"
        "hint: WORLD is an argument: rewound seek TIME WORLD\n",
    ),
    "at and before": Case(
        "up {dumps} --at 2026-03-02 --before 2026-03-02",
        2,
        "error: --at and --before are mutually exclusive\nhint: use only one of them\n",
    ),
    "a zone that is none": Case(
        "dumps {dumps} --timezone Mars/Olympus",
        2,
        "error: unknown time zone 'Mars/Olympus'\nhint: use a name such as Europe/Berlin or UTC\n",
    ),
    "an unknown world of a source": Case(
        "up {examples} --worlds host9",
        2,
        "error: no world matches 'host9'\nhint: known: host[1-3]\n",
    ),
    "a selection that cannot be read": Case(
        "up {examples} --worlds host[1-",
        2,
        "error: cannot parse the selection 'host[1-'\n"
        "hint: for example --worlds 'host[1-3],eu-*' or 'host[1,4-12]'\n",
    ),
    "a world with a slip in it": Case(
        "up {examples} --worlds hots1",
        2,
        "error: no world matches 'hots1'\nhint: did you mean host1?\n",
    ),
    "an unknown server": Case(
        "up {examples} --server mysql-1.2.3",
        2,
        "*error: no MySQL server named 'mysql-1.2.3'\nhint: known: auto*\n",
    ),
    "a command with a slip in it": Case(
        "dump {examples}",
        2,
        "error: rewound has no command dump\nhint: did you mean dumps?\n",
    ),
    "a command that is unlike all others": Case(
        "frobnicate",
        2,
        "error: rewound has no command frobnicate\nhint: rewound --help lists them\n",
    ),
    "a command below another with a slip in it": Case(
        "server lst",
        2,
        "error: rewound server has no command lst\nhint: did you mean list?\n",
    ),
    "a time zone with a slip in it": Case(
        "dumps {examples} --timezone Europe/Berln",
        2,
        "error: unknown time zone 'Europe/Berln'\nhint: did you mean Europe/Berlin?\n",
    ),
    "a fleet's name that is none": Case(
        "up {examples} --fleet ../other",
        2,
        "error: '../other' is not a valid fleet name\nhint: use letters, *\n",
    ),
    "a fleet's name that is a lock's": Case(
        "up {examples} --fleet other.lock",
        2,
        "error: 'other.lock' is not a valid fleet name\nhint: use letters, *\n",
    ),
    "down of a fleet that is down": Case(
        "down", 0, "no fleet named default; nothing to do (there are no fleets at all)\n"
    ),
    "an order of rows by a column that is none": Case(
        "diff before after --rows 3 --sort=-detla",
        2,
        "error: --sort detla: the list has no such column\n"
        "hint: did you mean delta? possible columns: world, table, key, change, *\n",
    ),
    "status of some worlds of all fleets": Case(
        "status host1 --all", 2, "error: --all and WORLD are mutually exclusive\nhint: *\n"
    ),
    "status of a fleet that is not there": Case(
        "status --fleet other",
        1,
        "error: no fleet named other\nhint: rewound up SOURCE creates one; there are no fleets\n",
    ),
    "query of a fleet that is not there": Case(
        "query SELECT", 1, "error: no fleet named default\nhint: rewound up SOURCE creates one*\n"
    ),
    "report of a fleet that is not there": Case(
        "report", 1, "error: no fleet named default\nhint: rewound up SOURCE creates one*\n"
    ),
    "connect to a fleet that is not there": Case(
        "connect host1",
        1,
        "error: no fleet named default\nhint: rewound up SOURCE creates one*\n",
    ),
    "a port that is none": Case(
        "up {examples} --port-base 70000",
        2,
        "error: --port-base 70000: expected a whole number from 1024 to 65535\nhint: *\n",
    ),
    "ports beyond the last": Case(
        "up {examples} --port-base 65534",
        3,
        "*error: 65536 is not a valid port\nhint: choose a lower --port-base\n",
    ),
    "a format that is none": Case(
        "dumps {examples} --format xml",
        2,
        "error: --format xml: no such choice\nhint: choices: table, *json*\n",
    ),
    "another program's word for a command": Case(
        "restore", 2, "error: rewound has no command restore\nhint: did you mean up?\n"
    ),
    "another program's word for what deletes": Case(
        "stop",
        2,
        "error: rewound has no command stop\n"
        "hint: did you mean down? It stops the servers and deletes the fleet\n",
    ),
    "another program's word for an option": Case(
        "version", 2, "error: rewound has no command version\nhint: did you mean --version?\n"
    ),
    "another program's word for a command below another": Case(
        "cache ls", 2, "error: rewound cache has no command ls\nhint: did you mean list?\n"
    ),
    "a world to take down": Case(
        "down host2",
        2,
        "error: down takes no worlds, and host2 is not a fleet\n"
        "hint: rewound down deletes all of fleet default;"
        " to undo changes in some worlds: rewound reset host2\n",
    ),
    "an option that is none": Case(
        "down --alll", 2, "error: rewound down has no option --alll\nhint: did you mean --all?\n"
    ),
    "an option unlike all others": Case(
        "down --frobnicate",
        2,
        "error: rewound down has no option --frobnicate\n"
        "hint: rewound down --help lists its options\n",
    ),
    "an option without its value": Case(
        "up --at", 2, "error: option '--at' requires an argument\nhint: *\n"
    ),
    "one argument too many": Case(
        "server list x",
        2,
        "error: got unexpected extra argument (x)\nhint: rewound server list --help *\n",
    ),
    "no source": Case(
        "up", 2, "error: rewound up needs the argument SOURCE\nhint: rewound up [OPTIONS] SOURCE\n"
    ),
    "a server's packages that are not there": Case(
        "server install --from {dumps}",
        2,
        "*error: package mysql-server-core not found\nhint: give a folder with the .deb files*\n",
    ),
}


def fits(text: str, pattern: str) -> bool:
    """Tell whether the text is the pattern, in which * stands for anything."""
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first) or not text.endswith(rest[-1]):
        return False
    position = len(first)
    for part in rest:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


@pytest.mark.parametrize("name", CASES)
def test_bad_input_gets_one_clear_paragraph(cli: Cli, dumps: Dumps, name: str):
    case = CASES[name]
    case.make(dumps)
    places = {"dumps": dumps.folder, "examples": EXAMPLES}
    done = cli(*(argument.format(**places) for argument in case.arguments.split()))
    expected = case.stderr.format(**places)
    assert fits(done.stderr, expected), done.stderr
    assert (done.code, done.stdout) == (case.code, "")
    assert not [path for path in cli.state_dir.glob("fleets/*") if path.is_dir()]
    assert not (cli.state_dir / "bug.log").exists()


def test_dumps_lists_what_is_not_understood_with_the_reason(cli: Cli, dumps: Dumps):
    dumps.write(TABLE, name="a_20260302_211500.sql")
    dumps.write("who restores what", name="notes.txt", header="", closing="")
    done = cli("dumps", dumps.folder, "--format", "csv")
    assert done.code == 0
    assert len(done.lines) == 2
    assert done.stderr.startswith(f"warning: {dumps.folder}/notes.txt is not understood: ")


def test_dumps_says_which_one_a_time_selects(cli: Cli):
    done = cli("dumps", EXAMPLES, "--at", "2026-03-03 21:16", "--format", "tsv")
    chosen = [line.split("\t")[4][-35:] for line in done.lines if "chosen" in line]
    assert chosen == [
        "host1_fulldump_20260303_211508.sql.gz"[-35:],
        "host2_fulldump_20260302_211910.sql.gz"[-35:],
        "host3_fulldump_20260302_212031.sql.gz"[-35:],
    ]


def test_a_state_folder_that_cannot_be_written_is_the_hosts_fault(cli: Cli):
    blocked = cli.cwd / "file"
    blocked.touch()
    done = cli("up", EXAMPLES, env={"REWOUND_STATE_DIR": str(blocked / "state")})
    assert (done.code, done.stdout) == (3, "")
    assert done.stderr.startswith(f"error: cannot write {blocked}/state/fleets: not a directory\n")


def test_a_dump_that_cannot_be_opened_is_named(cli: Cli, dumps: Dumps):
    (dumps.folder / "a_20260302_211500.sql.gz").symlink_to(dumps.folder / "gone")
    done = cli("dumps", dumps.folder)
    assert done.code == 1
    assert "a_20260302_211500.sql.gz: a broken symbolic link" in done.stderr


def test_text_without_an_end_is_not_taken_for_a_dump_with_a_time(cli: Cli, dumps: Dumps):
    path = dumps.folder / "a.sql.gz"
    path.write_bytes(gzip.compress(b"-- MySQL dump\nCREATE TABLE t (id INT);\n"))
    done = cli("dumps", dumps.folder)
    assert done.code == 1
    assert "no time in the name, and no closing line" in done.stderr


def test_dumps_that_are_all_too_new_are_told_of_in_one_line(cli: Cli):
    done = cli("dumps", EXAMPLES, "--at", "2026-01-01")
    assert done.code == 0
    assert done.stderr == (
        "warning: worlds host[1-3] have no dump at or before 2026-01-01;"
        " all of them have one from 2026-03-02 21:20:31+00:00 on\n"
    )
