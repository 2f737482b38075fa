"""The HTML report in a real browser: it draws, runs nothing of the data, and adds up."""

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rewound.diff.report.document import Report
from rewound.diff.report.page import make_page
from tests.unit.diff.sample_report import HOSTILE, make_report


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> str:
    """The browser."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if pytestconfig.getoption("--require-chromium"):
        pytest.fail("there is no Chromium here: apt-get install chromium")
    pytest.skip("there is no Chromium here")


class Text(HTMLParser):
    """The text of a page by the ids of its elements, and that of all links in the map."""

    def __init__(self) -> None:
        super().__init__()
        self.by_id: dict[str, str] = {}
        self.cells: list[str] = []
        self._ids: list[str | None] = []
        self._is_count = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag not in ("meta", "input", "path", "circle", "br"):
            self._ids.append(attributes.get("id"))
        self._is_count = attributes.get("class") == "count"

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "input", "path", "circle", "br"):
            self._ids.pop()

    def handle_data(self, data: str) -> None:
        for name in {name for name in self._ids if name}:
            self.by_id[name] = self.by_id.get(name, "") + data
        if self._is_count:
            self.cells.append(data)
            self._is_count = False


def draw(chromium: str, folder: Path, report: Report, fragment: str = "") -> Text:
    """Open a report from a file; fail where its script or its policy complains."""
    path = folder / "report.html"
    path.write_text(make_page(report), encoding="utf-8")
    done = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--virtual-time-budget=2000", "--enable-logging=stderr"),
            *(f"--user-data-dir={folder / 'profile'}", f"file://{path}{fragment}"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "HOME": str(folder)},
    )
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert complaints == []
    text = Text()
    text.feed(done.stdout)
    return text


def test_the_numbers_are_those_of_the_report(chromium: str, tmp_path: Path):
    text = draw(chromium, tmp_path, make_report())
    totals = {
        name: text.by_id[f"total-{name}"] for name in ("worlds", "added", "removed", "changed")
    }
    assert totals == {"worlds": "2", "added": "4", "removed": "2", "changed": "8"}
    assert text.by_id["total-same"] == "188"
    assert text.cells == ["6", "8"]
    assert "host2: Zoë changed" in text.by_id["findings"]
    assert "host9 only in before" in text.by_id["gaps"]
    assert "world host2 changed after the restore: game.Zoë" in text.by_id["changed-since"]
    assert "host[1-2]" in text.by_id["definitions"]
    assert text.by_id["same-dumps"] == "host7 has the same dump on both sides."
    assert "+10" in text.by_id["tables"]
    assert text.by_id["rows-shown"].startswith("2 rows of the 2 that this report holds; 14 differ")


def test_where_the_worlds_come_from_is_said(chromium: str, tmp_path: Path):
    text = draw(chromium, tmp_path, make_report())
    assert text.by_id["made"] == "rewound diff, made on 2026-03-04 10:00:00 UTC by Rewound 1.0"
    assert "fleet before, newest dumps, taken 2026-03-02 21:15:00 UTC" in text.by_id["moments"]
    origins = text.by_id["provenance"]
    for part in ("ab" * 32, "host1.sql", "MySQL 9.7.4", "rewound diff before after --where"):
        assert part in origins


def test_rows_have_a_name_and_their_change_and_are_sorted_by_it(chromium: str, tmp_path: Path):
    plain = draw(chromium, tmp_path, make_report("Bob")).by_id["rows"]
    assert plain.index("+3") < plain.index("+5")
    assert "7Bob" in plain
    largest = draw(chromium, tmp_path, make_report("Bob"), "#rows=&order=size").by_id["rows"]
    assert largest.index("+5") < largest.index("+3")


def test_the_search_of_an_address_finds_rows(chromium: str, tmp_path: Path):
    found = draw(chromium, tmp_path, make_report("a needle"), "#q=Needle")
    assert found.by_id["rows-shown"].startswith("2 rows of the 2")
    nothing = draw(chromium, tmp_path, make_report("hay"), "#q=needle")
    assert nothing.by_id["rows-shown"].startswith("0 rows of the 2")


def test_what_is_hostile_is_text(chromium: str, tmp_path: Path):
    text = " ".join(HOSTILE)
    shown = draw(chromium, tmp_path, make_report(text))
    visible = re.sub(r"U\+20[0-9A-F]{2}", "", shown.by_id["definitions"])
    for part in ("</script><img src=x onerror=document.title='broken'>", "{{script}}", "🥐 Zoë"):
        assert part in visible
    assert "U+202E" in shown.by_id["definitions"]
    assert shown.cells == ["6", "8"]
