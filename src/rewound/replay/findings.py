"""What the user should know of a replay: where a world may differ from its source. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rewound.binlog.events.table_map import TableName
from rewound.binlog.survey import LogSurvey
from rewound.dump.rules.table import VOLATILE_ENGINE
from rewound.figures import show_count
from rewound.load.ledger import RuleCount
from rewound.load.log_receipt import LogRule
from rewound.replay.first_inserts import FirstRows
from rewound.replay.log_rules import TOLD


def describe_told(rules: Iterable[LogRule]) -> Iterator[str]:
    """Yield the uses of rules by which a world may differ from its source."""
    counts = {use.rule: use for use in rules}
    for rule in TOLD:
        if (use := counts.get(rule.name)) is not None:
            yield (
                f"{rule.matches}: {rule.does} ({show_count(use.count, 'time')}, first at"
                f" {use.first_at}; rule {rule.name})"
            )


def describe_doubtful(first: Mapping[TableName, FirstRows]) -> Iterator[str]:
    """Yield in which tables without a key rows may be twice."""
    for name, rows in first.items():
        if rows.here:
            yield (
                f"{rows} that the logs insert into {name} were in the dump already, and"
                " are there twice now: it has no key, and may have been dumped at a later moment"
                " than the dump states (without --single-transaction)"
            )


def describe_restarts(
    surveys: Sequence[LogSurvey], rules: Iterable[RuleCount | LogRule]
) -> Iterator[str]:
    """Yield that tables in memory may have lost their rows where the source was restarted.

    A server that starts begins a new file. It logs that such a table is empty only once somebody
    uses it.
    """
    starts = [survey.name for survey in surveys[1:] if survey.format.created_s]
    if starts and any(use.rule == VOLATILE_ENGINE.name for use in rules):
        yield (
            f"the source was restarted before {starts[0]}, which emptied its tables in memory"
            " (MEMORY, HEAP); here they keep their rows until the logs say otherwise"
        )
