"""The page is one file that needs nothing else, whatever stands in the data."""

import json
import re
from dataclasses import replace

import pytest

from rewound.diff.report.document import encode_report
from rewound.diff.report.page import make_page
from tests.unit.diff.sample_report import HOSTILE, make_report


def read_block(page: str, name: str) -> object:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_the_page_holds_the_values_of_the_json():
    report = make_report()
    assert read_block(make_page(report), "report-data") == json.loads(encode_report(report))


def test_the_same_change_of_several_worlds_stands_once():
    groups = read_block(make_page(make_report()), "groups-data")
    assert isinstance(groups, dict)
    assert [(each["worlds"], each["count"]) for each in groups["definitions"]] == [("host[1-2]", 2)]
    assert groups["only_before"] == "host9"


def test_nothing_is_loaded_and_nothing_else_may_run():
    page = make_page(make_report())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r"<(?:link|img|iframe|object|embed|base)\b|@import|url\(|\bfetch\(", page)
    # The address of SVG's names is the only one, and nothing is fetched from it.
    assert set(re.findall(r"https?://[^\s\"']+", page)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("text", HOSTILE)
def test_data_cannot_leave_its_block(text: str):
    report = make_report(text)
    page = make_page(replace(report, before=text))
    assert read_block(page, "report-data") == json.loads(
        encode_report(replace(report, before=text))
    )
    assert page.count("<script") == make_page(make_report()).count("<script")
    for sign in ("<img", "<!--"):
        assert sign not in page
    assert "\u2028" not in page.partition("<body>")[2]
