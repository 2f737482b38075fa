"""A small report of two worlds, with any text in the places that come from dumps."""

from decimal import Decimal

from rewound.diff.report.document import (
    ColumnReport,
    DefinitionReport,
    Report,
    RowReport,
    TableReport,
    WorldReport,
)
from rewound.diff.report.finding_report import FindingReport
from rewound.diff.report.provenance import DumpOrigin, Provenance, SideOrigin

HOSTILE = (
    "</script><img src=x onerror=document.title='broken'>",
    "<!--<script>",
    "\u2028\u2029",
    "{{script}}",
    "\"'`&lt;&",
    "\u202etxt.exe",
    "🥐 Zoë",
)
"""What must be shown as it is."""


def make_report(text: str = "Zoë") -> Report:
    """Return a report with this text as the name of a table, a value, and more."""
    return Report(
        "before",
        "after",
        [make_world("host1", text, 3), make_world("host2", text, 5)],
        ["host9"],
        [],
        [
            FindingReport(
                ["host2"],
                "game",
                text,
                "score",
                "mean change",
                [5.0],
                3.0,
                3.0,
                9.0,
                f"host2: {text} changed",
                "rewound diff before after",
            )
        ],
        None,
        same_dumps=["host7"],
        changed_since=[f"world host2 changed after the restore: game.{text}"],
        provenance=Provenance(
            "2026-03-04T10:00:00+00:00",
            "1.0",
            ["before", "after", "--where", text],
            make_side("before", text, "2026-03-02T21:15:00+00:00"),
            make_side("after", text, "2026-03-03T21:15:00+00:00"),
        ),
    )


def make_side(fleet: str, text: str, taken_at: str) -> SideOrigin:
    """Return where the worlds of a side come from."""
    dumps = [
        DumpOrigin(name, f"/backups/{name}.sql", taken_at, "ab" * 32, 1234, None)
        for name in ("host1", "host2")
    ]
    return SideOrigin(fleet, f"/backups/{text}", None, taken_at, "MySQL 9.7.4", dumps)


def make_world(name: str, text: str, changed: int) -> WorldReport:
    """Return a world in which one table changed, and one did not."""
    column = ColumnReport(
        "score", "integer", changed, 0, 0, 10 * changed, Decimal(10), 1, 20, changed, 0
    )
    row = RowReport(
        "changed", ["7"], {"id": "7", "name": text, "score": "1"},
        {"id": "7", "name": text, "score": "11"}, ["score"], 1,
        {"name": text}, {"score": Decimal(changed)},
    )  # fmt: skip
    return WorldReport(
        name,
        [DefinitionReport("added", "column", "game", "player", text)],
        [
            TableReport("game", text, ["id"], 2, 1, changed, 90, [column], {}, [row]),
            TableReport("game", "same", ["id"], same=4),
        ],
    )
