"""`rewound query --compare`: where two fleets answer differently, as `diff --query` shows it."""

from collections.abc import Sequence

from rewound.cli.diff_codes import DIFFERENT
from rewound.cli.output.diff_view import DiffPresentation, show_query_diff
from rewound.cli.questions import Setting
from rewound.errors import SomeWorldsFailed, UsageError
from rewound.operations.audience import read_fleets
from rewound.operations.diffing import Sides
from rewound.operations.query_diffing import diff_query
from rewound.query.script import UserStatement


def require_comparable(setting: Setting) -> None:
    """Refuse options that apply to one answer, and have no meaning for two.

    Raises:
        UsageError: one of them is set.
    """
    how = setting.presentation
    given = {
        "--url": bool(setting.audience.servers),
        "--write": setting.may_write,
        "--output": how.output is not None,
        "--sort-by": how.sort_by is not None,
        "--total-limit": how.total_limit is not None,
        "--reduce": how.reduce_sql is not None,
        "--group": how.is_grouped,
        "--chart": how.bar_of is not None,
        "--wide": how.is_wide,
        "--strict": how.is_strict,
    }
    for name, is_given in given.items():
        if is_given:
            raise UsageError(
                f"--compare and {name} are mutually exclusive",
                hint=f"--fleet before,after takes {name}"
                if name != "--url"
                else "restore both moments with rewound up",
            )


def show_compared(
    fleets: str, key: str | None, statements: Sequence[UserStatement], setting: Setting
) -> int:
    """Write what differs between the answers of two fleets, world by world.

    Return the exit code: 1 if something differs.

    Raises:
        UsageError: there are not two fleets, or not one statement.
        SomeWorldsFailed: some worlds could not be compared.
    """
    names = read_fleets(fleets)
    if len(names) != 2:
        raise UsageError(
            f"--compare {fleets}: expected two fleets", hint="for example --compare before,after"
        )
    if len(statements) != 1:
        raise UsageError(
            f"--compare: expected one statement, got {len(statements)}",
            hint="run one statement at a time",
        )
    answers = diff_query(
        Sides(*names, setting.audience.worlds),
        statements[0].text,
        key=key,
        schema=setting.schema,
        options=setting.options,
    )
    output_format = setting.presentation.output_format
    show_query_diff(answers, DiffPresentation(output_format, rows=None, group_by=None, html=None))
    if answers.failed:
        raise SomeWorldsFailed("some worlds could not be compared")
    return 0 if answers.is_equal else DIFFERENT
