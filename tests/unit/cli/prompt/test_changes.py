"""What the prompt's commands make of the setting; no server is asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from rewound.cli.output.query_results import Presentation
from rewound.cli.output.spellings import COMMANDS, spell_as_command
from rewound.cli.prompt.changes import change, choose_file
from rewound.cli.prompt.commands import Command, Verb, parse_command
from rewound.cli.questions import Setting
from rewound.errors import UsageError
from rewound.mysql.server_url import ServerUrl
from rewound.operations.audience import Audience
from rewound.query.query_options import QueryOptions

SERVERS = {name: ServerUrl(name, 3306, "u", "p", "game") for name in ("host1", "host2")}
SETTING = Setting(
    Audience(servers=SERVERS),
    None,
    QueryOptions(),
    False,
    Presentation("table", spellings=COMMANDS),
)


def obey(setting: Setting, text: str) -> Setting:
    command = parse_command(text)
    assert command is not None
    return change(setting, command)[0]


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        ("\\wide", "is_wide", [True, False]),
        ("\\group", "is_grouped", [True, False]),
        ("\\chart points", "bar_of", ["points", "points"]),
        ("\\chart", "bar_of", [None, None]),
        ("\\format vertical", "output_format", ["vertical", "vertical"]),
    ],
)
def test_a_command_changes_how_answers_are_shown(text: str, field: str, values: list[object]):
    setting = SETTING
    for value in values:
        setting = obey(setting, text)
        assert getattr(setting.presentation, field) == value


def test_a_command_changes_who_is_asked():
    limited = obey(SETTING, "\\worlds host2")
    assert limited.audience.worlds == "host2"
    assert obey(limited, "\\worlds *").audience.worlds is None
    with pytest.raises(UsageError, match="no world matches 'host9'"):
        obey(SETTING, "\\worlds host9")
    assert obey(SETTING, "\\write").may_write
    assert not obey(obey(SETTING, "\\write"), "\\write").may_write
    assert change(limited, Command(Verb.WORLDS))[1] == "servers: host2, 1 of 2 servers"


def test_a_chart_needs_the_table_and_says_how_to_get_it():
    chart = obey(SETTING, "\\chart n")
    with pytest.raises(UsageError) as caught:
        obey(chart, "\\format csv")
    assert spell_as_command(caught.value.message) == "\\chart requires the table format"
    assert caught.value.hint == "\\format table"


def test_a_file_gets_the_format_of_its_ending_and_replaces_only_by_force(tmp_path: Path):
    how = replace(SETTING.presentation, bar_of="n")
    path = tmp_path / "a.csv"
    chosen = choose_file(how, str(path))
    assert (chosen.output, chosen.output_format, chosen.replaces) == (path, "csv", False)
    path.touch()
    with pytest.raises(UsageError) as caught:
        choose_file(how, str(path))
    assert spell_as_command(caught.value.message).startswith("\\o ")
    assert "\\o --force FILE" in str(caught.value.hint)
    assert choose_file(how, f"--force {path}").replaces
    with pytest.raises(UsageError, match="the table format cannot be written"):
        choose_file(how, str(tmp_path / "a"))


def test_only_messages_of_ours_are_spelled_as_commands():
    assert spell_as_command("--reduce and --group are") == "\\reduce and \\group are"
    assert spell_as_command("world a: near '--write '") == "world a: near '--write '"
