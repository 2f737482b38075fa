"""`up --expire`: a fleet that ends by itself."""

from pathlib import Path

from rewound import command
from rewound.fleet.expiry import FOLDER_OPTION
from tests.conftest import Cli, Dumps
from tests.server.test_fleet import require_gone, status_of, write_game
from tests.waiting import wait_until

LONG_AGO = "1000000000"


def watches_of(cli: Cli) -> list[object]:
    return list(command.find_daemons(f"{FOLDER_OPTION}{cli.state_dir}"))


def test_a_fleet_is_taken_down_when_its_time_is_over(cli: Cli, dumps: Dumps):
    write_game(dumps, "a")
    assert cli("up", dumps.folder, "--expire", "1s").code == 0
    wait_until(lambda: not list(cli.state_dir.glob("fleets/*/")), timeout_s=60)
    wait_until(lambda: not watches_of(cli))
    require_gone(cli)


def test_status_shows_when_down_ends_the_wait_and_the_next_command_makes_up_for_it(
    cli: Cli, dumps: Dumps
):
    write_game(dumps, "a")
    made = cli("up", dumps.folder, "--expire", "8h")
    assert made.code == 0
    [told] = [line for line in made.stderr.splitlines() if line.startswith("expires:   20")]
    assert told.endswith(" UTC (--expire)")
    assert told.removeprefix("expires:   ") in cli("status").stderr
    assert len(watches_of(cli)) == 1
    assert "fleet default will be taken down at 20" in cli("status").stderr
    assert str(status_of(cli)["a"]["expires_at"]).startswith("20")
    expires: Path = cli.state_dir / "fleets/default/expires"
    command.kill(*command.find_daemons(f"{FOLDER_OPTION}{cli.state_dir}"))  # as a reboot does
    expires.write_text(LONG_AGO)
    done = cli("status")
    assert "fleet default deleted, because its time was over: 1 server stopped" in done.stderr
    require_gone(cli)
    assert cli("up", dumps.folder, "--expire", "8h").code == 0
    assert cli("down").code == 0
    assert watches_of(cli) == []
    require_gone(cli)
