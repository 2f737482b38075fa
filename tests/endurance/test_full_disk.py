"""A disk that fills up while a fleet is made: no world is ready with less than its dump holds.

Another program takes the room at a random moment, all of it or all but a little. Only root
can have a file system that is small enough.
"""

import time
from pathlib import Path
from random import Random

import pytest

from tests.endurance.conftest import SEED, Figures, Undisturbed
from tests.endurance.crash_fleet import CRASH_PROMISE, ENDED_STATES, CrashFleet
from tests.endurance.small_disk import small_disk

KINDS = ("tmpfs", "ext4")
LEFT_BYTES = (0, 0, 4096, 1 << 20, 16 << 20, 64 << 20)
SIZE_MIB = 900


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
        _, *errors = done.stderr.split("\nerror: ")
        for error in errors:
            is_summary = error.startswith("no world of fleet") or "worlds failed" in error
            assert is_summary or "space" in error or "disk" in error, error
        disk.free()  # a query may need some room
        fleet.require_truth(undisturbed.content, states_allowed={*ENDED_STATES, "failed"})
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
