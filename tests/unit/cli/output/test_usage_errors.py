"""click's errors in our words."""

import click
import pytest

from rewound.cli.output.usage_errors import explain_usage


@click.command(name="ask")
@click.argument("shell", required=False, type=click.Choice(["bash", "zsh"]))
@click.option("--limit", type=click.IntRange(1))
@click.option("--port", type=click.IntRange(1024, 65535))
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True))
@click.option("--format", type=click.Choice(["table", "json", "csv"]))
@click.option("--file", type=click.File())
def ask(**_: object) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["--limit", "x"], "--limit x: expected a whole number of at least 1", None),
        (["--limit", "0"], "--limit 0: expected a whole number of at least 1", None),
        (["--port", "80"], "--port 80: expected a whole number from 1024 to 65535", None),
        (["--timeout", "0"], "--timeout 0.0: expected a number above 0", None),
        (["--format", "jsno"], "--format jsno: no such choice", "did you mean json?"),
        (["--format", "zz"], "--format zz: no such choice", "choices: table, json, csv"),
        (["bsh"], "SHELL bsh: no such choice", "did you mean bash?"),
        (["--file", "/nope"], "--file: '/nope': No such file or directory", None),
        (["--nope"], "ask has no option --nope", None),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(
    arguments: list[str], message: str, hint: str | None
):
    with pytest.raises(click.UsageError) as caught:
        ask.main(arguments, prog_name="ask", standalone_mode=False)
    error = explain_usage(caught.value)
    assert error.message == message
    assert error.hint == (hint or "ask --help lists its options")
