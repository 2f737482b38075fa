"""`rewound connect`: one world by the real client, and the addresses of many."""

import json
import shlex
from urllib.parse import urlsplit

import pytest

from rewound.engine.install.installation import Installation
from tests.conftest import Cli

WORLDS = ["host1", "host2", "host3"]


def ports_of(cli: Cli) -> dict[str, int]:
    rows = json.loads(cli("status", "--format", "json").stdout)
    return {row["world"]: int(str(row["address"]).rpartition(":")[2]) for row in rows}


def test_all_lists_the_login_of_every_world(sample: Cli):
    table = sample("connect", "--all", "--format", "json")
    rows = json.loads(table.stdout)
    assert [row["world"] for row in rows] == WORLDS
    assert {row["world"]: row["port"] for row in rows} == ports_of(sample)
    assert {(row["user"], row["schemas"]) for row in rows} == {("reader", "game")}
    [password] = {row["password"] for row in rows}
    shown = sample("connect", "host[1-2]")
    assert shown.code == 0
    assert [line.split()[0] for line in shown.lines[2:]] == WORLDS[:2]
    assert password in shown.lines[2]


def test_a_format_asks_for_the_address_of_one_world_too(sample: Cli):
    shown = sample("connect", "host1", "--print").lines
    assert sample("connect", "host1", "--format", "table").lines == shown
    [row] = json.loads(sample("connect", "host1", "--format", "json").stdout)
    assert (row["world"], row["port"]) == ("host1", ports_of(sample)["host1"])
    [address] = json.loads(sample("connect", "host1", "--url", "--format", "json").stdout)
    [url] = sample("connect", "host1", "--url", "--format", "table").lines
    assert address == {"world": "host1", "url": url}


def test_a_format_of_the_settings_does_not_keep_the_client_from_being_opened(
    sample: Cli, installation: Installation
):
    if installation.client is None:
        pytest.skip("this MySQL has no client")
    batch = ["--", "--batch", "--skip-column-names", "-e", "SELECT 7"]
    assert sample("connect", "host1", *batch, env={"REWOUND_FORMAT": "json"}).stdout == "7\n"


def test_urls_of_all_worlds_are_ready_to_be_copied(sample: Cli):
    done = sample("connect", "--all", "--url", "--user", "dev")
    urls = dict(line.split() for line in done.lines)
    assert list(urls) == WORLDS
    for world, port in ports_of(sample).items():
        parts = urlsplit(urls[world])
        assert (parts.scheme, parts.username, parts.port) == ("mysql", "dev", port)
    driven = sample("connect", "--all", "--driver", "pymysql", "--user", "dev")
    assert driven.stdout == done.stdout.replace("mysql://", "mysql+pymysql://")
    [one] = sample("connect", "host2", "--driver", "pymysql", "--user", "dev").lines
    assert one == driven.lines[1].split()[1]


def test_tunnel_forwards_the_port_of_every_world(sample: Cli):
    done = sample("connect", "--all", "--tunnel", "me@operator-host")
    words = shlex.split(done.stdout.replace("\\\n", " "))
    assert words[:2] == ["ssh", "-N"]
    assert words[-1] == "me@operator-host"
    assert words[3:-1:2] == [f"{port}:127.0.0.1:{port}" for port in ports_of(sample).values()]
    [line] = sample("connect", "host3", "--tunnel", "operator-host").lines
    assert line.startswith("ssh -N -L ")


def test_arguments_go_to_the_client_which_logs_in_as_reader(
    sample: Cli, installation: Installation
):
    if installation.client is None:
        pytest.skip("this MySQL has no client")
    batch = ["--", "--batch", "--skip-column-names"]
    asked = sample("connect", "host1", *batch, "-e", "SELECT CURRENT_USER(), DATABASE()")
    assert asked.stdout == "reader@%\tgame\n"
    assert asked.stderr == (
        "world host1, as reader, who may only read; --user dev may change everything in it\n"
    )
    asked = sample("connect", "host1", "--user", "dev", *batch, "-e", "SELECT CURRENT_USER()")
    assert asked.stdout == "dev@%\n"
    assert "world host1, as dev, who may change everything in it" in asked.stderr
    other = sample("connect", "host1", *batch, "information_schema", "-e", "SELECT DATABASE()")
    assert other.stdout == "information_schema\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "error: which of worlds host[1-3]?\nhint: name one, or use --all "),
        (["hots1", "--url"], "error: no world matches 'hots1'\nhint: did you mean host1?"),
        (["host[7-9]"], "error: no world matches 'host[7-9]'\nhint: known: host[1-3]"),
        (["--all", "--url", "--tunnel", "x"], "--print, --url and --tunnel are mutually exclusive"),
        (["host1", "--url", "--", "-e", "x"], "client (-e x) require one WORLD to open"),
        (
            ["host1", "--format", "json", "--", "-e", "x"],
            "client (-e x) require one WORLD to open\n"
            "hint: with --print, --url, --tunnel or --format, nothing is opened\n",
        ),
        (["--all", "--format", "csv", "--tunnel", "x"], "--format and --tunnel are mutually excl"),
        (["--all", "--tunnel", "-oX=y"], "'-oX=y' is not a host that ssh could reach"),
        (["host1", "--driver", "a b"], "'a b' is not the name of a driver"),
    ],
)
def test_what_cannot_be_meant_is_refused(sample: Cli, arguments: list[str], said: str):
    done = sample("connect", *arguments)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr
