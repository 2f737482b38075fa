"""Lists of URLs."""

from pathlib import Path

import pytest

from rewound.errors import UsageError
from rewound.stores.url_list import read_url_list


def test_a_list_has_one_url_in_each_line():
    text = "\ufeff# dumps\r\n\r\n  s3://b/x.sql \nhttps://h/y.sql?sig=1\n"
    assert [str(each) for each in read_url_list(text, source="list.txt")] == [
        "s3://b/x.sql",
        "https://h/y.sql",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "list.txt: the list has no URLs"),
        ("# nothing\n", "list.txt: the list has no URLs"),
        ("s3://b/x\n/srv/x", "list.txt, line 2: this is not a URL"),
        ("s3://b/x\n\ns3://b/x", "list.txt, line 3: s3://b/x is already in the list"),
        ("https://u:SECRET@h/?sig=TOKEN", "list.txt, line 1: this https:// address"),
    ],
)
def test_a_list_that_is_none_is_refused_by_line(text, message):
    with pytest.raises(UsageError) as caught:
        read_url_list(text, source=Path("list.txt"))
    assert message in str(caught.value)
    assert "SECRET" not in str(caught.value)
    assert "TOKEN" not in str(caught.value)
