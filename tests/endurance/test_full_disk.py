"""A disk that fills up while a fleet is made: no world is ready with less than its dump holds.

Another program takes the room at a random moment, all of it or all but a little. Only root
can have a file system that is small enough.
"""

import re
import time
from pathlib import Path
from random import Random

import pytest

from tests.conftest import Finished
from tests.endurance.conftest import SEED, Figures, Undisturbed
from tests.endurance.crash_fleet import CONTENT, CRASH_PROMISE, ENDED_STATES, WORLDS, CrashFleet
from tests.endurance.crash_moments import REPLAY_STEPS, SEEK_STEPS
from tests.endurance.journey import Journey, require_all_at, require_at
from tests.endurance.small_disk import SmallDisk, small_disk
from tests.waiting import wait_until

_STATES = {*ENDED_STATES, "failed"}
_LONGEST_AFTER_S = 1.0
_SLEEP_TIMEOUT_S = 60.0
KINDS = ("tmpfs", "ext4")
LEFT_BYTES = (0, 0, 4096, 1 << 20, 16 << 20, 64 << 20)
SIZE_MIB = 900
_SUMMARY = re.compile(r"no world |.* worlds (failed|could not be moved)")


@pytest.mark.tries(24, short=1)
def test_the_disk_of_the_state_folder_fills_up(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, tmp_path: Path, number: int
):
    fill_the_disk(fleet, undisturbed, figures, tmp_path, number, attempt="during `up`")


@pytest.mark.tries(12, short=0)
def test_the_disk_of_containers_fills_up(
    container_fleet: CrashFleet,
    undisturbed_containers: Undisturbed,
    figures: Figures,
    tmp_path: Path,
    number: int,
):
    attempt = "during `up`, with containers"
    fill_the_disk(
        container_fleet, undisturbed_containers, figures, tmp_path, number, attempt=attempt
    )


def fill_the_disk(
    fleet: CrashFleet,
    undisturbed: Undisturbed,
    figures: Figures,
    tmp_path: Path,
    number: int,
    *,
    attempt: str,
) -> None:
    """Take the room of the state folder while `up` runs; require that it does no harm."""
    rng = Random(f"{SEED}-{number}")
    folder, image = fleet.folder.parents[1], tmp_path / "image"
    with (
        small_disk(folder, kind=KINDS[number % 2], mib=SIZE_MIB, image=image) as disk,
        figures.trying(CRASH_PROMISE, f"the disk of the state folder filled {attempt}") as tried,
    ):
        process = fleet.start(*fleet.up)
        time.sleep(rng.uniform(0.2, 0.8) * undisturbed.seconds["up"])
        disk.fill(leave_bytes=rng.choice(LEFT_BYTES))
        done = fleet.finish(process)
        tried.faults += done.code != 0
        assert done.code in {0, 3, 4}, done.stderr
        require_clear(done)
        disk.free()  # a query may need some room
        fleet.require_truth(undisturbed.content, states_allowed=_STATES)
        disk.fill(leave_bytes=0)
        fleet.require_down()
        disk.free()
        fleet.require_up(undisturbed.content)
        fleet.require_down()


@pytest.mark.tries(12, short=0)
def test_the_disk_of_the_cache_fills_up(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, tmp_path: Path, number: int
):
    rng = Random(f"{SEED}-{number}")
    fleet.baselines.mkdir(mode=0o700)
    image = tmp_path / "image"
    with (
        small_disk(fleet.baselines, kind=KINDS[number % 2], mib=SIZE_MIB, image=image) as disk,
        figures.trying(CRASH_PROMISE, "the disk of the baselines filled during `up`") as tried,
    ):
        disk.fill(leave_bytes=rng.randrange(200 << 20))
        done = fleet.run(*fleet.up)
        tried.faults += "has no baseline to reset to" in done.stderr
        fleet.require_whole(undisturbed.content)
        assert fleet.find_half_made() == []
        fleet.require_down()
        disk.free()
        fleet.require_up(undisturbed.content)
        fleet.require_down()


@pytest.mark.tries(24, short=1)
def test_the_disk_fills_up_while_logs_are_replayed(
    traveller: CrashFleet, journey: Journey, figures: Figures, tmp_path: Path, number: int
):
    rng = Random(f"{SEED}-replay-{number}")
    _, second, third = journey.stops
    folder, image = traveller.folder.parents[1], tmp_path / "image"
    attempts = "`rewound seek`", "`rewound up` with logs"
    attempt = f"the disk of the state folder filled during {attempts[number % 2]}"
    with (
        small_disk(folder, kind=KINDS[number // 2 % 2], mib=SIZE_MIB, image=image) as disk,
        figures.trying(CRASH_PROMISE, attempt) as tried,
    ):
        if number % 2:
            arguments = (*traveller.up, *second.option)
            step = REPLAY_STEPS["the dump is kept as a baseline"]
        else:
            traveller.run(*traveller.up, *second.option)
            arguments, step = ("seek", *third.option), SEEK_STEPS["a world is under way"]
        process = traveller.start(*arguments)
        while not step(traveller) and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.choice([0, rng.uniform(0, _LONGEST_AFTER_S)]))
        disk.fill(leave_bytes=rng.choice(LEFT_BYTES))
        done = traveller.finish(process)
        tried.faults += done.code != 0
        assert done.code in {0, 3, 4}, done.stderr
        require_clear(done)
        disk.free()
        require_at(traveller, second, third, states_allowed=_STATES)
        if traveller.folder.exists():
            traveller.run("seek", *third.option)
            require_all_at(traveller, third)
        disk.fill(leave_bytes=0)
        traveller.require_down()


@pytest.mark.tries(12, short=0)
def test_the_disk_of_the_cache_fills_up_while_moments_are_kept(
    traveller: CrashFleet, journey: Journey, figures: Figures, tmp_path: Path, number: int
):
    rng = Random(f"{SEED}-moments-{number}")
    _, second, third = journey.stops
    traveller.baselines.mkdir(mode=0o700)
    image = tmp_path / "image"
    with (
        small_disk(traveller.baselines, kind=KINDS[number % 2], mib=SIZE_MIB, image=image) as disk,
        figures.trying(
            CRASH_PROMISE, "the disk of the baselines filled while moments are kept"
        ) as tried,
    ):
        disk.fill(leave_bytes=rng.randrange(400 << 20))
        done = traveller.run(*traveller.up, *second.option)
        require_all_at(traveller, second)
        moved = traveller.run("seek", *third.option)
        require_all_at(traveller, third)
        tried.faults += "has no baseline to reset to" in done.stderr + moved.stderr
        assert traveller.find_half_made() == []
        reset = traveller.run("reset", codes={0, 1, 4})
        assert reset.code == 0 or "no baseline" in reset.stderr
        require_at(traveller, third)
        traveller.require_down()


@pytest.mark.tries(16, short=0)
def test_the_disk_is_full_while_worlds_wake_and_fall_asleep(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, tmp_path: Path, number: int
):
    rng = Random(f"{SEED}-asleep-{number}")
    folder, image = fleet.folder.parents[1], tmp_path / "image"
    fleet.up = (*fleet.up, "--sleep-after", "1s")
    with (
        small_disk(folder, kind=KINDS[number % 2], mib=SIZE_MIB, image=image) as disk,
        figures.trying(CRASH_PROMISE, "the disk filled while worlds wake and sleep") as tried,
    ):
        fleet.run(*fleet.up)
        wait_until(lambda: are_all_asleep(fleet), timeout_s=_SLEEP_TIMEOUT_S)
        fill_at_random(disk, rng)
        asked = fleet.run("query", CONTENT, "--format", "csv", codes={0, 1, 4})
        tried.faults += asked.code != 0
        time.sleep(rng.uniform(0, 3))  # in which some fall asleep
        disk.free()
        fleet.run("start", codes={0, 1, 4})
        asked = fleet.run("query", CONTENT, "--format", "csv", codes={0, 1, 4})
        assert asked.code == 0, asked.stderr
        assert fleet.content() == undisturbed.content
        disk.fill(leave_bytes=0)
        fleet.require_down()


def fill_at_random(disk: SmallDisk, rng: Random) -> None:
    """Take all room, or nearly all."""
    disk.fill(leave_bytes=rng.choice(LEFT_BYTES))


def are_all_asleep(fleet: CrashFleet) -> bool:
    """Tell whether all worlds of a fleet sleep."""
    return fleet.states() == dict.fromkeys(WORLDS, "asleep")


def require_clear(done: Finished) -> None:
    """Require that every error of a command, or the hint that it shares, is about the disk."""
    _, *errors = f"\n{done.stderr}".split("\nerror: ")
    hint = ""  # one that several errors have is printed after the last of them
    for error in reversed(errors):
        _, _, own_hint = error.partition("\nhint: ")
        hint = own_hint or hint
        told = error + hint
        assert _SUMMARY.match(error) or "space" in told or "disk" in told, error
