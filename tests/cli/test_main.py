"""The help, the settings and the manners of the command line."""

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from rewound import __version__
from rewound.cli.main import COMMANDS, SHORT_HELP
from rewound.cli.parameters.shared_options import CONFIGURABLE, PARAMETERS
from tests.conftest import EXAMPLES, Cli, Dumps
from tests.waiting import wait_until

HELP = """\
Usage: rewound [OPTIONS] [COMMAND] [ARGS]...

  Your databases as they were: every world's dump in a throw-away MySQL,
  proven.

  Options can also be set in rewound.toml (in this folder or one above) and as
  REWOUND_… environment variables; flags override the environment, which
  overrides the file.

Options:
  --config FILE  Use this settings file instead of the nearest rewound.toml.
  -v, --verbose  Print on stderr what is being done.
  --version      Show the version and exit.
  -h, --help     Show this message and exit.

Commands:
"""


def load_command(name: str) -> click.Command:
    command = importlib.import_module(f"rewound.cli.commands.{COMMANDS[name][0]}").command
    assert isinstance(command, click.Command)
    return command


def test_rewound_alone_shows_the_five_commands_of_a_newcomer(cli: Cli):
    done = cli()
    assert (done.code, done.stdout, done.stderr) == (0, SHORT_HELP + "\n", "")
    named = [line.split()[1] for line in done.lines if line.startswith("  rewound ")]
    assert named == ["dumps", "up", "query", "connect", "down"]


def test_help_lists_every_command_with_its_line(cli: Cli):
    done = cli("--help", env={"COLUMNS": "80"})
    assert done.code == 0
    assert done.stdout.startswith(HELP)
    table = done.stdout.removeprefix(HELP).splitlines()
    assert [line.split(None, 1) for line in table] == [
        [name, text] for name, (_, text) in COMMANDS.items()
    ]


def test_version_is_the_packages(cli: Cli):
    assert cli("--version").stdout == f"rewound, version {__version__}\n"


def test_help_imports_neither_the_driver_nor_the_drawing_library():
    script = (
        "import sys\n"
        "sys.argv = ['rewound', '--help']\n"
        "from rewound.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'rich', 'pymysql', 'psutil', 'msgspec', 'isal', 'asyncmy', 'pyarrow', 'duckdb'}\n"
        "heavy &= set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, timeout=30)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_and_its_line_fits(name: str):
    command = load_command(name)
    assert command.name == name
    assert command.help
    line = COMMANDS[name][1]
    assert len(line) + len("  connect  ") <= 79
    assert not line.endswith(".")
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert not [each.name for each in options if not each.help]


def test_every_setting_of_the_file_is_an_option_of_some_command():
    parameters = {each.name for name in COMMANDS for each in load_command(name).params}
    for setting in CONFIGURABLE:
        assert PARAMETERS.get(setting, setting.replace("-", "_")) in parameters, setting


def test_a_flag_wins_over_the_environment_and_that_over_the_file(cli: Cli):
    config = cli.cwd / "rewound.toml"
    config.write_text('format = "json"\nworlds = "host1"\n')
    environment = {"REWOUND_FORMAT": "csv"}
    assert cli("dumps", EXAMPLES).stdout.startswith("[\n")
    assert cli("dumps", EXAMPLES).stdout.count("{") == 2
    assert cli("dumps", EXAMPLES, env=environment).stdout.startswith("world,taken_at,")
    flagged = cli("dumps", EXAMPLES, "--format", "tsv", "--worlds", "host2", env=environment)
    assert [line.split("\t")[0] for line in flagged.lines] == ["world", "host2", "host2"]


def test_the_file_reaches_commands_below_a_command(cli: Cli):
    (cli.cwd / "rewound.toml").write_text('format = "jsonl"\n')
    for arguments in (["server", "list"], ["cache", "list"]):
        assert not cli(*arguments).stdout.startswith(("name", "baseline")), arguments
    (cli.cwd / "rewound.toml").write_text('cache-limit = "nonsense"\n')
    assert "'nonsense' is not a size" in cli("cache", "prune").stderr


def test_the_file_is_found_from_the_working_directory_upward(cli: Cli):
    (cli.cwd / "rewound.toml").write_text('format = "jsonl"\n')
    below = cli.cwd / "a/b"
    below.mkdir(parents=True)
    assert (
        Cli(cli.state_dir, below, cli.cache_dir)("dumps", EXAMPLES)
        .lines[0]
        .startswith('{"world": "host1"')
    )


def test_a_file_among_the_dumps_is_not_taken(cli: Cli, dumps: Dumps):
    dumps.write("CREATE TABLE t (id INT);\n", name="host1_fulldump_20260302_211500.sql")
    config = dumps.folder / "rewound.toml"
    config.write_text('format = "jsonl"\n')
    inside = Cli(cli.state_dir, dumps.folder, cli.cache_dir)
    for source in (".", dumps.folder, "host1_fulldump_20260302_211500.sql"):
        done = inside("dumps", source)
        assert done.lines[0].startswith("world "), source
        assert (
            f"warning: {config} is ignored, because it is in the folder of the dumps" in done.stderr
        )
    (dumps.folder.parent / "rewound.toml").write_text('format = "csv"\n')
    done = inside("dumps", ".")
    assert done.lines[0].startswith("world,")
    assert f"settings:  {dumps.folder.parent / 'rewound.toml'}\n" in done.stderr
    done = inside("--config", "rewound.toml", "dumps", ".")
    assert done.lines[0].startswith('{"world"')
    assert "is not used" not in done.stderr


def test_config_names_the_file(cli: Cli):
    (cli.cwd / "rewound.toml").write_text('format = "jsonl"\n')
    other = cli.cwd / "other.toml"
    other.write_text('format = "csv"\n')
    assert cli("--config", other, "dumps", EXAMPLES).lines[0].startswith("world,")
    done = cli("dumps", EXAMPLES, env={"REWOUND_CONFIG": str(other)})
    assert done.lines[0].startswith("world,")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = true\n", "unknown option 'colour'"),
        ('port-base = "high"\n', "port-base must be of type int"),
        ("fallback = 1\n", "fallback must be of type bool"),
        ('at = "2026-03-02"\n', "unknown option 'at'"),
        ("= 3\n", "is not valid TOML"),
    ],
)
def test_a_setting_that_fits_nothing_is_a_usage_error(cli: Cli, text: str, said: str):
    (cli.cwd / "rewound.toml").write_text(text)
    done = cli("dumps", EXAMPLES)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "rewound.toml" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["dumps", str(EXAMPLES)],
        ["transactions", str(EXAMPLES), "--binlogs", str(EXAMPLES.parent / "binlogs")],
        ["--help"],
        [],
    ],
)
def test_a_reader_that_goes_away_is_met_with_silence(cli: Cli, arguments: list[str]):
    read, write = os.pipe()
    os.close(read)
    inherited = {**os.environ, "REWOUND_STATE_DIR": str(cli.state_dir)}
    done = subprocess.run(
        [sys.executable, "-m", "rewound", *arguments],
        stdout=write,
        stderr=subprocess.PIPE,
        env=inherited,
        timeout=30,
        check=False,
    )
    os.close(write)
    assert done.stderr == b""
    assert done.returncode == 141


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_escape_codes_where_they_are_not_wanted(cli: Cli, environment: dict[str, str]):
    done = cli("dumps", EXAMPLES, "--at", "yesterday", env=environment)
    assert "\x1b" not in done.stdout + done.stderr


def test_output_is_utf_8_whatever_the_locale(cli: Cli, tmp_path):
    folder = tmp_path / "ünïcode"
    folder.mkdir()
    (folder / "host1_20260302.sql").write_text("-- MySQL dump\n")
    done = cli("dumps", folder, "--format", "csv", env={"PYTHONIOENCODING": "latin-1"})
    assert done.code == 0, done.stderr
    assert "ünïcode" in done.stdout


def test_a_bug_is_distinguished_from_a_users_error_and_keeps_its_traceback(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from rewound.cli.output import diagnostics

    @click.command()
    def broken() -> None:
        raise KeyError("a programming mistake")

    monkeypatch.setenv("REWOUND_STATE_DIR", str(cli.state_dir))
    monkeypatch.setattr(sys, "argv", ["rewound"])
    assert diagnostics._run(broken) == 1
    log = cli.state_dir / "bug.log"
    stderr = capsys.readouterr().err
    assert stderr.startswith("bug: KeyError: 'a programming mistake'\n")
    assert str(log) in stderr
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("delay_s", [0.15, 0.3, 0.6])
def test_a_signal_ends_a_command_with_130_however_early(
    cli: Cli, number: signal.Signals, delay_s: float
):
    pipe = cli.cwd / "statements.sql"
    os.mkfifo(pipe)  # nobody writes to it, so that the command waits for ever
    process = cli.start("query", "--file", pipe)
    wait_for_python(process.pid)
    time.sleep(delay_s)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130, stderr
    assert stderr.splitlines()[-1] == "interrupted"
    assert "Traceback" not in stderr


def wait_for_python(pid: int) -> None:
    """Return when the command keeps the signal waiting, or has its handler."""

    def is_awaited() -> int:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        masks = dict(line.split(":\t", 1) for line in lines if line.startswith("Sig"))
        return (int(masks["SigBlk"], 16) | int(masks["SigCgt"], 16)) & 1 << (signal.SIGTERM - 1)

    wait_until(is_awaited)


@pytest.mark.parametrize(
    "variable",
    ["REWOUND_PORT", "REWOUND_WRITE", "REWOUND_OUTPUT", "REWOUND_WHERE", "REWOUND_KEEP"],
)
def test_what_belongs_to_one_call_or_is_a_name_of_kubernetes_is_not_read(variable: str):
    read = {p.envvar for name in COMMANDS for p in load_command(name).params}
    assert variable not in read
    assert {"REWOUND_FLEET", "REWOUND_LISTEN_PORT"} <= read


def test_a_file_that_an_option_names_is_none_of_the_dumps(cli: Cli):
    (cli.cwd / "rewound.toml").write_text("fallback = true\n")
    (cli.cwd / "page.html").touch()
    done = cli("diff", "before", "after", "--html", "page.html", "--force")
    assert f"settings:  {cli.cwd / 'rewound.toml'}\n" in done.stderr
    assert "is ignored" not in done.stderr


def test_two_moments_are_those_of_the_source_that_is_set(cli: Cli):
    moments = ("diff", "--from", "2026-03-02", "--to", "2026-03-03")
    assert "error: --from and --to take one SOURCE" in cli(*moments).stderr
    assert "no folder nowhere" in cli(*moments, env={"REWOUND_SOURCE": "nowhere"}).stderr
    (cli.cwd / "rewound.toml").write_text("source = 'elsewhere'\n")
    assert f"no folder {cli.cwd / 'elsewhere'}" in cli(*moments).stderr.replace("\n  ", " ")
    assert "no folder typed" in cli(*moments, "typed").stderr
    assert "no fleet named" in cli("diff", "before", "after").stderr


def test_the_settings_file_names_the_source_from_its_own_folder(cli: Cli, dumps: Dumps):
    dumps.write("CREATE TABLE t (n INT);\n")
    (cli.cwd / "rewound.toml").write_text("source = 'backups'\n")
    (cli.cwd / "below").mkdir()
    below = Cli(cli.state_dir, cli.cwd / "below", cli.cache_dir)
    done = below("dumps", "--format", "csv")
    assert done.code == 0, done.stderr
    assert "host1" in done.stdout
    typed = cli("dumps", "elsewhere")
    assert "elsewhere" in typed.stderr
    set_there = cli("dumps", env={"REWOUND_SOURCE": "nowhere"})
    assert "nowhere" in set_there.stderr
    (cli.cwd / "rewound.toml").unlink()
    assert "needs the argument SOURCE" in cli("dumps").stderr


def test_a_settings_file_among_dumps_cannot_name_them_as_the_source(cli: Cli, dumps: Dumps):
    dumps.write("CREATE TABLE t (n INT);\n")
    (dumps.folder / "rewound.toml").write_text("source = '.'\nfallback = true\n")
    inside = Cli(cli.state_dir, dumps.folder, cli.cache_dir)
    done = inside("dumps")
    assert done.code == 2
    assert "is ignored, because it is in the folder of the dumps" in done.stderr
