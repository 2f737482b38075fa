"""Times that clocks show twice, or never, are refused by every verb that takes a moment."""

from pathlib import Path

import pytest

import rewound
from rewound.errors import UsageError
from tests.conftest import EXAMPLES, Cli

TWICE, NEVER = "2026-10-25 02:30", "2026-03-29 02:30"
LOGS = EXAMPLES.parent / "binlogs"


@pytest.mark.parametrize(
    ("text", "says", "one", "other"),
    [
        (TWICE, "exists twice in Europe/Berlin", "02:30:00+02:00", "02:30:00+01:00"),
        (NEVER, "does not exist in Europe/Berlin", "03:30:00+02:00", "01:30:00+01:00"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("up", EXAMPLES, "--at"),
        ("up", EXAMPLES, "--binlogs", LOGS, "--before"),
        ("dumps", EXAMPLES, "--at"),
        ("verify", EXAMPLES, "--before"),
        ("diff", EXAMPLES, "--from", "2026-03-01", "--to"),
    ],
    ids=lambda command: command[0],
)
def test_every_verb_refuses_them(
    cli: Cli, command: tuple[object, ...], text: str, says: str, one: str, other: str
) -> None:
    done = cli(*command, text, "--timezone", "Europe/Berlin")
    assert (done.code, done.stdout) == (2, "")
    message, hint = done.stderr.splitlines()
    assert message.startswith(f"error: '{text}' {says}")
    for reading in (one, other):
        day = text[:10]
        assert f"{day} {reading}" in message
        assert f"'{day} {reading}'" in hint


def test_so_does_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REWOUND_STATE_DIR", str(tmp_path))
    with pytest.raises(UsageError, match="exists twice"):
        rewound.up(EXAMPLES, at=TWICE, timezone="Europe/Berlin")
    with pytest.raises(UsageError, match="does not exist"):
        rewound.verify(EXAMPLES, before=NEVER, timezone="Europe/Berlin")


def test_a_time_without_a_zone_may_be_two_moments_of_this_host(cli: Cli) -> None:
    arguments = ("up", EXAMPLES, "--binlogs", LOGS, "--at", TWICE)
    done = cli(*arguments, env={"TZ": "Europe/Berlin"})
    assert done.code == 2
    assert (
        "it may be 2026-10-25 02:30:00 UTC, or 2026-10-25 00:30:00 UTC or 2026-10-25 01:30:00 UTC"
        " in this host's zone" in done.stderr
    )
