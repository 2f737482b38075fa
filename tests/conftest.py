"""Options of the whole test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-mysqld",
        action="store_true",
        help="fail, rather than skip, the tests of tests/server where there is no MySQL",
    )
