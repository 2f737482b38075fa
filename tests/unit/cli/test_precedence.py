"""Which of two options that exclude each other is used, by where they were set."""

import click
import pytest
from click.testing import CliRunner

from rewound.cli.parameters.engine_options import settle_request
from rewound.cli.parameters.precedence import ValueSource, choose_loser, one_of
from rewound.cli.parameters.shared_options import option
from rewound.operations.engine_request import EngineRequest

TYPED, ENVIRONMENT, FILE, UNSET = (
    ValueSource.TYPED,
    ValueSource.ENVIRONMENT,
    ValueSource.FILE,
    ValueSource.UNSET,
)
IMAGE = "mysql:8.4"


@pytest.mark.parametrize(
    ("given", "settled"),
    [
        # What is only set gives way to an engine, wherever that was set.
        ({"engine": ("process", TYPED), "image": (IMAGE, ENVIRONMENT)}, {"engine": "process"}),
        ({"engine": ("process", FILE), "image": (IMAGE, FILE)}, {"engine": "process"}),
        ({"engine": ("process", TYPED), "memory_limit": (1, FILE)}, {"engine": "process"}),
        ({"engine": ("docker", TYPED), "server": ("mysql-9.7.4", FILE)}, {"engine": "docker"}),
        # What is typed wins over an engine that is only set.
        ({"engine": ("process", ENVIRONMENT), "image": (IMAGE, TYPED)}, {"image": IMAGE}),
        ({"engine": ("docker", FILE), "server": ("mysql-9.7.4", TYPED)}, {"server": "mysql-9.7.4"}),
        # The environment wins over the file.
        ({"engine": ("process", FILE), "image": (IMAGE, ENVIRONMENT)}, {"image": IMAGE}),
        ({"server": ("match", ENVIRONMENT), "image": (IMAGE, FILE)}, {"server": "match"}),
        ({"server": ("match", FILE), "image": (IMAGE, TYPED)}, {"image": IMAGE}),
        ({"server": ("mysql-9.7.4", TYPED), "memory_limit": (1, ENVIRONMENT)},
         {"server": "mysql-9.7.4"}),
        # All of it is said together, or fits together.
        ({"engine": ("process", TYPED), "image": (IMAGE, TYPED)},
         {"engine": "process", "image": IMAGE}),
        ({"server": ("match", FILE), "image": (IMAGE, FILE)}, {"server": "match", "image": IMAGE}),
        ({"engine": ("docker", TYPED), "image": (IMAGE, FILE), "memory_limit": (1, ENVIRONMENT)},
         {"engine": "docker", "image": IMAGE, "memory_limit_bytes": 1}),
        ({"engine": ("docker", TYPED), "server": ("match", FILE)},
         {"engine": "docker", "server": "match"}),
    ],
)  # fmt: skip
def test_what_is_typed_wins_over_what_is_set(given, settled):
    names = ("engine", "server", "image", "memory_limit")
    values = {
        "memory_limit_bytes" if name == "memory_limit" else name: value
        for name, (value, _) in given.items()
    }
    origins = {name: given.get(name, (None, UNSET))[1] for name in names}
    request, _ = settle_request(EngineRequest(**values), origins)
    assert request == EngineRequest(**settled)


def test_between_two_of_one_origin_nothing_is_chosen():
    assert choose_loser("at", "before", {"at": TYPED, "before": TYPED}) is None
    assert choose_loser("at", "before", {"at": TYPED, "before": ENVIRONMENT}) == "before"


@click.command()
@option("--image")
@option("--server")
@one_of("image", "server")
def shown(image, server):
    click.echo((image, server))


@pytest.mark.parametrize(
    ("typed", "environment", "output"),
    [
        (["--image", "1"], {"REWOUND_SERVER": "2"}, "('1', None)"),
        (["--server", "1"], {"REWOUND_IMAGE": "2"}, "(None, '1')"),
        (["--image", "1", "--server", "2"], {}, "('1', '2')"),
    ],
)
def test_the_command_gets_one_of_them(typed, environment, output):
    done = CliRunner().invoke(shown, typed, env=environment)
    assert done.stdout.strip() == output
    if environment:
        name = next(iter(environment))
        assert f"from {name} is ignored because of {typed[0]}" in done.stderr
