"""Why no place in the logs is the dump's: the refusals of the search."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rewound.binlog.log_file import LogFile
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.binlog.transactions import TransactionReader
from rewound.errors import BinlogError, ReplayError
from rewound.figures import show_count
from rewound.replay.by_content.chains import Boundaries
from rewound.replay.by_content.log_scan import NumberedPlaces
from rewound.replay.by_content.timeline import Timeline
from rewound.replay.by_content.weighing import Misfit, Weighing
from rewound.replay.log_files import LogFiles

_STATES_NOTHING = "the dump does not say where it stands in the binary logs"
_DUMP_SO = (
    "up --no-binlogs restores the dump's own moment; from now on, dump with --single-transaction"
    " --source-data=2 (before MySQL 8.0.26 --master-data=2)"
)
_KINDS = {
    TransactionKind.INCIDENT: "in which the server lost events",
    TransactionKind.STATEMENT: "whose changes are logged as statements",
    TransactionKind.DDL: "a definition",
    TransactionKind.XA: "a part of an XA transaction",
}
"""How a transaction is logged that has more than rows."""
_MOST_SHOWN = 3


def refuse_silent(files: LogFiles, timeline: Timeline) -> ReplayError:
    """Return the error of logs that change no row that could be compared."""
    why = _join(
        f"{schema}.{table}: {history.compared}"
        for (schema, table), history in timeline.tables.items()
        if isinstance(history.compared, str)
    )
    return ReplayError(
        f"{_STATES_NOTHING}, and its rows cannot show it: the logs {files.show_range()} change no"
        f" row that can be compared with the dump{f' ({why})' if why else ''}",
        hint=f"give the logs from around the time of the dump; or {_DUMP_SO}",
    )


def refuse_unfit(files: LogFiles, places: NumberedPlaces, weighing: Weighing) -> ReplayError:
    """Return the error of a dump that fits no place, or only where the logs do not show enough."""
    anywhere = weighing.anywhere
    if anywhere is not None and not anywhere.misfits:
        return _refuse_edge(files, places, weighing, anywhere.spans)
    text = f"{_STATES_NOTHING}, and its rows fit no place in {files.show_range()}"
    best = weighing.fit or anywhere
    if best is not None:
        place = best.spans[0].first
        examples = _join(_show_misfit(each, files, places) for each in weighing.find_misfits(place))
        text += (
            f"; most fit at {_show(files, places, place)}, but {best.misfits:,} of"
            f" {show_count(weighing.rows, 'row')} that the logs change do not: {examples}"
        )
    return ReplayError(
        f"{text}; either these are not the logs of the server from the time of the dump, or the"
        " dump is of no single moment (made without --single-transaction)",
        hint=f"give all logs of the server that was dumped; or {_DUMP_SO}",
    )


def _refuse_edge(
    files: LogFiles, places: NumberedPlaces, weighing: Weighing, spans: Sequence[Boundaries]
) -> ReplayError:
    """Return the error of a dump that fits, but may as well be from before the logs, or after."""
    evidence = [weighing.count_evidence(span) for span in spans]
    lacking = [
        side
        for side, is_shown in (
            ("before", any(each.not_earlier for each in evidence)),
            ("after", any(each.not_later for each in evidence)),
        )
        if not is_shown
    ] or ["before", "after"]
    which = " and ".join(lacking)
    return ReplayError(
        f"{_STATES_NOTHING}, and its rows do not show it: they fit"
        f" {_join(_show_span(files, places, span) for span in spans)}, but the logs"
        f" {files.show_range()} change too little {which} that; the dump may as well be from"
        f" {' or '.join(f'{side} these logs' for side in lacking)}",
        hint=f"give the logs from {which} the time of the dump as well; or {_DUMP_SO}",
    )


def refuse_ambiguous(
    files: LogFiles, places: NumberedPlaces, timeline: Timeline, candidates: Sequence[Boundaries]
) -> ReplayError:
    """Return the error of a dump that fits several places."""
    first, last = candidates[0].first, candidates[-1].last
    if len(candidates) > 1:
        why = "the rows that change between them go back to the values that they had"
    else:
        changes = _join(_iter_changes(files, places, timeline, candidates[0]))
        why = f"nothing shows whether the dump has what is between them: {changes}"
    return ReplayError(
        f"{_STATES_NOTHING}, and its rows fit more than one place: {_show(files, places, first)}"
        f" and {_show(files, places, last)}; {why}",
        hint=_DUMP_SO,
    )


def refuse_many(files: LogFiles, places: NumberedPlaces, span: Boundaries) -> ReplayError:
    """Return the error of logs with so many changes that the place could not be narrowed down."""
    return ReplayError(
        f"{_STATES_NOTHING}, and the logs change too many rows to compare them all: a sample shows"
        f" that it stands between {_show(files, places, span.first)} and"
        f" {_show(files, places, span.last)}, but not where",
        hint=f"give only the logs from around the time of the dump; or {_DUMP_SO}",
    )


def _show(files: LogFiles, places: NumberedPlaces, boundary: int) -> str:
    place = places.find(boundary)
    return f"{files[place.index].name}:{place.position}"


def _show_span(files: LogFiles, places: NumberedPlaces, span: Boundaries) -> str:
    first, last = (_show(files, places, boundary) for boundary in span)
    return f"at {first}" if first == last else f"from {first} to {last}"


def _show_misfit(misfit: Misfit, files: LogFiles, places: NumberedPlaces) -> str:
    text = f"{'.'.join(misfit.table)}{'' if misfit.row is None else f', {misfit.row}'}"
    span = "" if misfit.span is None else f" {_show_span(files, places, misfit.span)}"
    return f"{text}: {misfit.reason}{span}"


def _iter_changes(
    files: LogFiles, places: NumberedPlaces, timeline: Timeline, span: Boundaries
) -> Iterator[str]:
    """Yield what the transactions between two boundaries do, and why it does not speak."""
    for number in range(span.first, span.last):
        if places.harmless[number]:
            continue
        transaction = _read(files, places, number)
        if transaction is None:
            yield f"transactions at {_show(files, places, number)} that the files do not have"
        elif transaction.kind is not TransactionKind.ROWS:
            yield f"transaction {transaction.place}, {_KINDS[transaction.kind]}"
        else:
            tables = _join(_iter_tables(transaction, timeline), ", ")
            yield f"transaction {transaction.place}, which changes {tables}"


def _iter_tables(transaction: LoggedTransaction, timeline: Timeline) -> Iterator[str]:
    for name in transaction.tables:
        history = timeline.tables.get(name)
        why = history.compared if history is not None else ""
        yield f"{name} ({why})" if isinstance(why, str) and why else str(name)


def _read(files: LogFiles, places: NumberedPlaces, number: int) -> LoggedTransaction | None:
    place = places.find(number)
    try:
        with LogFile(files[place.index].location) as log:
            return next(TransactionReader(log).iter_transactions(place.position), None)
    except BinlogError:
        return None


def _join(texts: Iterable[str], separator: str = "; ") -> str:
    some = list(islice(texts, _MOST_SHOWN + 1))
    more = " and more" * (len(some) > _MOST_SHOWN)
    return separator.join(some[:_MOST_SHOWN]) + more
