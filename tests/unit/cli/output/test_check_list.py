import pytest

from rewound.cli.output.check_list import list_checks, make_verdict
from rewound.engine.host.checks import Check, CheckState

OK = Check("memory", CheckState.OK, "8,363 MiB available")
LIMITED = Check("Docker", CheckState.LIMITED, "there is no daemon", "install Docker or Podman")
MISSING = Check("MySQL", CheckState.MISSING, "none is installed", "rewound server install")


def test_a_check_is_a_line_and_its_hint_another():
    assert list(list_checks([OK, LIMITED], width=None)) == [
        "ok       memory  8,363 MiB available",
        "limited  Docker  there is no daemon",
        "                 hint: install Docker or Podman",
    ]


def test_lines_break_at_words_and_a_path_stays_whole():
    path = "/var/lib/" + "state-of-a-game-studio/" * 3 + "fleets"
    check = Check("state folder", CheckState.OK, f"{path} can be written, ext4, 59,133 MiB free")
    lines = list(list_checks([check], width=80))
    assert lines == [
        "ok  state folder  " + path,
        " " * 18 + "can be written, ext4, 59,133 MiB free",
    ]


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ([OK], "This host can restore worlds."),
        ([OK, LIMITED, LIMITED], "This host can restore worlds, with limits: Docker."),
        ([OK, Check("clone", CheckState.LIMITED, "x")], "This host can restore worlds."),
        ([OK, LIMITED, MISSING], None),
    ],
)
def test_the_verdict_names_what_is_limited(checks: list[Check], verdict: str | None):
    assert make_verdict(checks) == verdict
