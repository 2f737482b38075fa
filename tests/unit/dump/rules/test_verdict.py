import pytest

from rewound.dump.rules.verdict import excerpt, one_line


@pytest.mark.parametrize(
    "text",
    [
        b"CHANGE MASTER TO MASTER_PASSWORD" + b" " * 100_000 + b"x",
        b"CHANGE MASTER TO " + b"PASSWORD FOR " * 10_000,
        b"CREATE USER x IDENTIFIED WITH " + b"IDENTIFIED WITH " * 10_000,
        b"CREATE USER x IDENTIFIED" + b" " * 100_000 + b"WITH",
    ],
    ids=["spaces", "FOR", "WITH", "spaces before WITH"],
)
def test_passwords_are_looked_for_in_one_pass(text):
    assert one_line(text).split() == text.decode().split()


def test_an_excerpt_of_much_space_takes_no_time():
    assert excerpt(b"PASSWORD" + b" " * 10_000) == "PASSWORD"
