"""What it means that a server refuses a transaction of a log. Pure."""

from collections.abc import Mapping, Set

from rewound.binlog.events.table_map import TableName
from rewound.binlog.transaction import LoggedTransaction
from rewound.dump.rules.verdict import RuleUse
from rewound.errors import FREE_DISK, HostError, MysqlError, ReplayError
from rewound.replay.log_rules import find_remedy

_OTHER_SERVER = "the logs may be of another server, or the dump of no single moment"
_INEXACT = (
    "or it is of a table without a key, which is searched by all values, and mysqldump has rounded"
    " its FLOAT values or changed the types of its JSON values"
)
_NO_SUCH_ROW = 1032
_MEANINGS: Mapping[int, str] = {
    _NO_SUCH_ROW: f"a row that it changes is not here; {_OTHER_SERVER}",
    1050: "a table that it creates is here already; the replay began too early",
    1062: "a row that it inserts is here already; the replay began too early, or the dump is of no"
    " single moment (dumped without --single-transaction)",
    1105: "its rows do not fit the tables here",
    1146: f"a table that it needs is not here; {_OTHER_SERVER}",
    1397: "an XA transaction was prepared before the dump, so the dump does not have its rows",
    1452: "a row that it refers to is not here",
    1610: "its rows do not fit the tables here",
    1677: "a column has another type here",
    1730: "an event is of a kind that this server does not take",
    13146: "a column has another type here",
}
"""By MySQL's number; each was seen on 9.7.4, 1452 apart."""


def refuse_by_rule(place: str, use: RuleUse, *, quoted: str = "") -> ReplayError:
    """Return the error of what a rule does not let be replayed."""
    return ReplayError(
        f"{place}: refused by rule {use.rule.name}: {use.detail or use.rule.why}",
        hint=find_remedy(use.rule),
        quoted=quoted,
    )


def explain_refusal(
    transaction: LoggedTransaction,
    error: MysqlError,
    *,
    others: int = 0,
    inexact: Set[TableName] = frozenset(),
) -> ReplayError | HostError:
    """Return the error of a transaction, or of one of so many more, that the server refuses.

    `inexact` are tables whose rows a dump may not have exactly.
    """
    among = f" or one of {others:,} transactions after it" if others else ""
    if error.is_out_of_space:
        return HostError(f"{transaction.place}: {error.message}", hint=FREE_DISK)
    meaning = _MEANINGS.get(error.number)
    if error.number == _NO_SUCH_ROW and not inexact.isdisjoint(transaction.tables):
        meaning = f"{_MEANINGS[_NO_SUCH_ROW]}; {_INEXACT}"
    return ReplayError(
        f"{transaction.place}{among}: the server refuses it: {meaning or error.message}",
        hint=None
        if meaning is None
        else "give the logs of the server that was dumped; or take another dump",
        quoted="" if meaning is None else error.message,
    )


def explain_difference(
    transaction: LoggedTransaction, fault: str, difference: str, *, has_statements: bool
) -> ReplayError:
    """Return the error of a transaction whose rows are not here as they were on the source.

    `has_statements` says whether changes were executed that are logged as statements.
    """
    reason = "the dump is not of the moment that it states, or the log lacks changes"
    if has_statements:
        reason += ", or a statement that was executed again had another result"
    return ReplayError(
        f"{transaction.place}: {fault}: {reason}",
        hint="take another dump, one made with --single-transaction; --no-verify-images replays"
        " without comparing rows",
        quoted=difference,
    )
