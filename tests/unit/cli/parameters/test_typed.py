"""The options of a call, to be repeated in a hint."""

import click
import pytest
from click.testing import CliRunner

from rewound.cli.parameters.typed import list_every_typed, repeated_with_worlds
from rewound.errors import UsageError, WorldsNotNamed


@click.command(name="up")
@click.argument("source")
@click.option("--verify-images/--no-verify-images", default=None)
@click.option("--replace", is_flag=True)
@click.option("--binlogs", multiple=True)
@click.option("--worlds")
@click.option("--fails", is_flag=True, hidden=True)
def command(source: str, *, fails: bool, **_others: object) -> None:
    if fails:
        with repeated_with_worlds(source):
            raise WorldsNotNamed("it is of others", worlds="host[1-2]")
    click.echo(" ".join(list_every_typed()))


@pytest.mark.parametrize(
    "words", ["", "--no-verify-images --replace", "--verify-images --binlogs a --binlogs b"]
)
def test_options_are_repeated_as_they_were_typed(words: str) -> None:
    assert CliRunner().invoke(command, ["x", *words.split()]).stdout == f"{words}\n"


def test_the_command_is_repeated_with_the_worlds_that_have_to_be_named() -> None:
    typed = ["a b", "--fails", "--worlds", "host*", "--no-verify-images"]
    error = CliRunner().invoke(command, typed).exception
    assert isinstance(error, UsageError)
    assert error.hint == (
        "name those that have it: rewound up 'a b' --no-verify-images --fails --worlds 'host[1-2]'"
    )
