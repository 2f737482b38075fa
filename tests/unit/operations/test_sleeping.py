import pytest

from rewound.engine.choice import EngineChoice, EngineKind
from rewound.errors import HostError, UsageError
from rewound.load.options import LoadOptions
from rewound.operations.sleeping import plan_awake, require_can_sleep

GIB = 1 << 30
PROCESS = EngineChoice(EngineKind.PROCESS, "mysql-9.7.4", "mysql-9.7.4", "9.7.4")
DOCKER = EngineChoice(EngineKind.DOCKER, "mysql:9.7", "sha256:ab", "9.7.4", "unix:///d.sock")


@pytest.mark.parametrize(
    ("available_gib", "worlds", "wanted", "expected"),
    [
        (64, 3, None, 3),
        (64, 1000, None, 36),
        (64, 1000, 100, 100),
        (64, 50, 100, 50),
        (4, 1000, None, 16),
        (4, 10, 100, 10),
        (0.1, 1000, None, 1),
    ],
)
def test_plan_awake(available_gib: float, worlds: int, wanted: int | None, expected: int):
    available_bytes = int(available_gib * GIB)
    planned = plan_awake(available_bytes=available_bytes, worlds=worlds, wanted=wanted)
    assert planned == expected


def test_more_than_fit_are_refused_with_the_number_that_does():
    with pytest.raises(HostError) as caught:
        plan_awake(available_bytes=4 * GIB, worlds=1000, wanted=100)
    assert caught.value.hint == "use --awake 16, or leave it out"


@pytest.mark.parametrize(
    ("engine", "load", "said"),
    [
        (DOCKER, LoadOptions(), "available with --engine process only"),
        (PROCESS, LoadOptions(keys_later=True), "mutually exclusive"),
    ],
)
def test_what_cannot_sleep(engine: EngineChoice, load: LoadOptions, said: str):
    with pytest.raises(UsageError, match=said):
        require_can_sleep(engine, load)
    require_can_sleep(PROCESS, LoadOptions())
