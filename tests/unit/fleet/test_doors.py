"""Where worlds that sleep are reached, and what their states follow from."""

import os
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from rewound.command import ProcessIdentity, own_identity
from rewound.engine.protocol import Server
from rewound.fleet import doors
from rewound.fleet.doors import (
    Doors,
    Sleeping,
    door_locked,
    door_path,
    find_doors,
    lead_to,
    lock_door,
    make_doors_folder,
    write_doors,
)
from rewound.fleet.live_status import observe, to_record
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World, WorldState
from tests.unit.fleet.test_state import READY, RECORD

GONE = ProcessIdentity(1, 1, "an earlier boot")
KILLED = {"host1": "its server was killed"}
MYSQLD = Server(own_identity(), Path("/f/worlds/host1/mysqld.sock"), "127.0.0.1", 4000)
ENDED = replace(MYSQLD, identity=GONE)
SLEEPY = replace(RECORD, sleeping=Sleeping(600, 40), worlds={"host1": READY})


class Watch:
    """Knows that this process runs, as every server of the tests is."""

    def is_running(self, server: Server) -> bool:
        return server.identity == own_identity()

    def find_folders(self, folder: Path) -> list[Path]:
        raise NotImplementedError

    def end_all(self, folder: Path) -> int:
        raise NotImplementedError


def look(tmp_path: Path, known: Doors | None) -> World:
    folder = FleetFolder(tmp_path, "default")
    return observe(folder, SLEEPY, Watch(), known).worlds["host1"]


@pytest.mark.parametrize(
    ("known", "expected", "reason"),
    [
        (Doors(own_identity()), WorldState.ASLEEP, None),
        (Doors(own_identity(), {"host1": MYSQLD}), WorldState.READY, None),
        (Doors(own_identity(), {"host1": ENDED}), WorldState.ASLEEP, None),
        (
            Doors(own_identity(), {"host1": ENDED}, {"host1": "killed"}),
            WorldState.STOPPED,
            "killed",
        ),
        (Doors(GONE, {"host1": MYSQLD}), WorldState.READY, None),
        (Doors(GONE), WorldState.STOPPED, None),
        (None, WorldState.STOPPED, None),
    ],
)
def test_what_a_doorkeeper_tells_counts_as_far_as_processes_confirm_it(
    tmp_path: Path, known: Doors | None, expected: WorldState, reason: str | None
):
    world = look(tmp_path, known)
    assert (world.state, world.reason) == (expected, reason)


def test_the_address_of_a_world_that_sleeps_is_its_doorkeepers(tmp_path: Path):
    server = look(tmp_path, Doors(own_identity())).server
    assert server is not None
    assert (server.host, server.port) == ("127.0.0.1", READY.port)
    assert server.socket == door_path(tmp_path / "fleets/default", READY.port)


@pytest.mark.parametrize("known", [Doors(own_identity()), Doors(GONE), None])
def test_who_is_awake_is_not_recorded(tmp_path: Path, known: Doors | None):
    folder = FleetFolder(tmp_path, "default")
    recorded = to_record(observe(folder, SLEEPY, Watch(), known)).worlds["host1"]
    assert recorded.state is WorldState.READY
    assert recorded.server is None or recorded.server.identity != own_identity()
    other = replace(RECORD, worlds={"host1": replace(READY, state=WorldState.STOPPED)})
    assert to_record(other) == other


def test_a_door_leads_somewhere_at_every_moment(tmp_path: Path):
    make_doors_folder(tmp_path)
    targets = [tmp_path / "one", tmp_path / "other"]
    for target in targets:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(target))
    lead_to(tmp_path, 4000, targets[0])
    has_ended = threading.Event()

    def swap() -> None:
        for number in range(300):
            lead_to(tmp_path, 4000, targets[number % 2])
        has_ended.set()

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen = set()
    while not has_ended.is_set():
        seen.add(os.path.realpath(door_path(tmp_path, 4000)))
        assert door_path(tmp_path, 4000).is_socket()
    swapping.join()
    assert seen <= {str(target) for target in targets}


def test_a_door_is_locked_by_one_at_a_time(tmp_path: Path):
    with door_locked(tmp_path, 4000):
        assert not doors.doors_folder(tmp_path).exists()  # a fleet that never sleeps has none
    make_doors_folder(tmp_path)
    held = lock_door(tmp_path, 4000)
    has_it = threading.Event()

    def wait_for_it() -> None:
        with door_locked(tmp_path, 4000):
            has_it.set()

    waiting = threading.Thread(target=wait_for_it)
    waiting.start()
    assert not has_it.wait(0.1)
    with door_locked(tmp_path, 4001):
        pass
    os.close(held)
    waiting.join(10)
    assert has_it.is_set()


def test_what_a_doorkeeper_tells_is_read_back_or_ignored(tmp_path: Path):
    assert find_doors(tmp_path) is None
    told = Doors(own_identity(), {"host1": MYSQLD}, {"host2": "its server was killed"})
    write_doors(tmp_path, told)
    assert find_doors(tmp_path) == told
    (tmp_path / "doors.json").write_text("{")
    assert find_doors(tmp_path) is None
