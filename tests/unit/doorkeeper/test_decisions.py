from dataclasses import replace

import pytest

from rewound.doorkeeper.decisions import DoorView, Limits, Stage, Steps, plan_steps

NOW = 1000.0
LIMITS = Limits(after_s=100, most_awake=3, most_starting=2, most_stopping=2)


def asleep(name: str, since: float | None = None) -> DoorView:
    return DoorView(name, Stage.ASLEEP, wanted_since=since)


def awake(name: str, used_at: float = NOW, *, in_use: bool = False) -> DoorView:
    return DoorView(name, Stage.AWAKE, is_in_use=in_use, used_at=used_at)


def of(name: str, stage: Stage) -> DoorView:
    return DoorView(name, stage, used_at=NOW)


CASES = {
    "nothing": ([], Steps()),
    "nobody wants it": ([asleep("a")], Steps()),
    "wanted": ([asleep("a", 999)], Steps(wake=("a",))),
    "first come, first served, two at a time": (
        [asleep("a", 999), asleep("b", 997), asleep("c", 998)],
        Steps(wake=("b", "c")),
    ),
    "two are starting": (
        [asleep("a", 999), of("b", Stage.WAKING), of("c", Stage.WAKING)],
        Steps(),
    ),
    "one that is held is waited for": (
        [replace(asleep("a", 999), stage=Stage.HELD)],
        Steps(),
    ),
    "one that is closed is not woken": (
        [replace(asleep("a", 999), stage=Stage.CLOSED)],
        Steps(),
    ),
    "idle": ([awake("a", 900), awake("b", 901)], Steps(sleep=("a",))),
    "idle for long, but in use": ([awake("a", 0, in_use=True)], Steps()),
    "idle, but it was tried just now": (
        [replace(awake("a", 0), not_before=NOW + 1)],
        Steps(),
    ),
    "no more than two are stopped at a time": (
        [awake("a", 3), awake("b", 2), awake("c", 1)],
        Steps(sleep=("c", "b")),
    ),
    "two are being stopped already": (
        [awake("a", 3), of("b", Stage.FALLING_ASLEEP), of("c", Stage.FALLING_ASLEEP)],
        Steps(),
    ),
    "full: the one not used for longest makes room": (
        [awake("a", 990), awake("b", 980), awake("c", 995), asleep("d", 999)],
        Steps(sleep=("b",)),
    ),
    "full: one that falls asleep makes room": (
        [awake("a"), awake("b"), of("c", Stage.FALLING_ASLEEP), asleep("d", 999)],
        Steps(),
    ),
    "full: those in use stay": (
        [*(awake(name, in_use=True) for name in "abc"), asleep("d", 999)],
        Steps(),
    ),
    "full for too long": (
        [*(awake(name, in_use=True) for name in "abc"), asleep("d", 940), asleep("e", 941)],
        Steps(refuse=("d",)),
    ),
    "room for one of two": (
        [awake("a", in_use=True), awake("b", 990), asleep("c", 998), asleep("d", 999)],
        Steps(wake=("c",), sleep=("b",)),
    ),
    "more are awake than may be, as commands started them": (
        [awake(name, 990 + place) for place, name in enumerate("abcd")],
        Steps(sleep=("a",)),
    ),
    "a wanted one is not put to sleep": (
        [replace(awake("a", 0), wanted_since=999.0)],
        Steps(),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_plan_steps(case: str):
    doors, expected = CASES[case]
    assert plan_steps(doors, LIMITS, now=NOW) == expected


@pytest.mark.parametrize("case", CASES)
def test_limits_are_kept(case: str):
    doors, _ = CASES[case]
    steps = plan_steps(doors, LIMITS, now=NOW)
    up = sum(each.stage in (Stage.AWAKE, Stage.WAKING, Stage.FALLING_ASLEEP) for each in doors)
    assert not steps.wake or up + len(steps.wake) <= LIMITS.most_awake
    starting = sum(each.stage is Stage.WAKING for each in doors)
    assert not steps.wake or starting + len(steps.wake) <= LIMITS.most_starting
    assert not set(steps.wake) & set(steps.sleep) | set(steps.wake) & set(steps.refuse)
