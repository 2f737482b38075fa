"""Taking a restored dump to its moment: the planned part of the logs, applied and proven.

It takes an endpoint, as `load.loader` does, so it works with every engine. The proof is the
ledger's: rows in the events = rows that the server counted, and for each table the rows before +
inserted - deleted = COUNT(*) after.
"""

import threading
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime

from rewound.binlog.content_hash import hash_content, hash_file
from rewound.binlog.log_file import LogFile
from rewound.binlog.times import from_us
from rewound.binlog.transactions import TransactionReader
from rewound.errors import BinlogError, Interrupted
from rewound.load.ledger import Ledger, TableCount
from rewound.load.log_receipt import (
    HandlerCounts,
    LogFileFacts,
    LoggedPoint,
    LoggedRows,
    LogReceipt,
    merge_receipts,
)
from rewound.load.objects import StatedObjects, TableKey, object_key
from rewound.load.options import LoadOptions
from rewound.load.proof import Found, look_at_server
from rewound.load.server_reading import read_server_profile
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.replay.applied import Applied
from rewound.replay.applier import Applier
from rewound.replay.findings import describe_doubtful, describe_restarts, describe_told
from rewound.replay.image_check import ImageCheck
from rewound.replay.log_judge import LogJudge
from rewound.replay.not_proved import describe_unproved
from rewound.replay.replay_plan import LogPart, LogPoint, ReplayPlan, measure
from rewound.replay.row_balance import RowBalance
from rewound.replay.server_tables import (
    find_tables_with_cascades,
    find_tables_with_generated_columns,
    find_tables_with_key,
    read_collations,
    read_handlers,
    read_triggers,
)
from rewound.replay.session_statements import LogServer

Progress = Callable[[str, float], None]
"""Called with the file that is replayed, and which share of all was so far."""


def replay(
    endpoint: Endpoint,
    plan: ReplayPlan,
    ledger: Ledger,
    *,
    options: LoadOptions,
    cancelled: threading.Event,
    progress: Progress = lambda _log, _share: None,
) -> Ledger:
    """Apply the planned part of the logs, and return the ledger with it, balanced or not.

    `endpoint` is the loader's, which needs REPLICATION_APPLIER. `ledger` balances, and nothing has
    changed since.

    Raises:
        ReplayError: the logs hold what is not replayed, or what the server refuses.
        BinlogError: a log is damaged, or was changed since it was planned.
        HostError: the server has no space for the rows.
        Interrupted: `cancelled` was set.
    """
    with (
        Connection(endpoint) as rows,
        Connection(endpoint) as definitions,
        Connection(endpoint) as scratch,
    ):
        balance = RowBalance(
            {(each.schema, each.table): each.counted or 0 for each in ledger.tables}
        )
        objects = _list_objects(ledger, definitions)
        judge = LogJudge(
            read_server_profile(definitions),
            LogServer(plan.parts[0].survey.format.server_version, read_collations(definitions)),
            schemas=ledger.schemas,
            dump_filter=options.dump_filter,
            allowed=options.allowed,
        )
        before = read_handlers(rows)
        images = ImageCheck(
            rows,
            scratch if options.verify_images else None,
            logs_cascades=plan.parts[0].survey.format.logs_cascades,
        )
        applier = Applier(rows, definitions, judge, balance, objects, images)
        files = _apply_parts(plan, applier, cancelled, progress)
        applier.finish()
        counted = read_handlers(rows) - before - applier.written
        cascading = find_tables_with_cascades(definitions)
        keyed = find_tables_with_key(definitions)
        computed = find_tables_with_generated_columns(definitions)
    with Connection(endpoint) as connection:
        found = look_at_server(connection, check_foreign_keys=options.check_foreign_keys)
    tables = balance.compare(found.row_counts, cascading.__contains__)
    unproved = describe_unproved(
        applier.applied.unstated,
        tables,
        images.counts,
        images.not_compared,
        keyed=keyed,
        computed=computed,
    )
    receipt = _make_receipt(plan, files, applier.applied, counted, tables, ledger, images, unproved)
    if applier.applied.transactions != plan.transactions:
        raise _refuse_changed(
            plan,
            f"{applier.applied.transactions:,} transactions were read, {plan.transactions:,} were"
            " planned",
        )
    receipt = merge_receipts(ledger.receipt, receipt)
    return replace(
        ledger,
        ended_at=datetime.now(UTC),
        schemas=found.schemas,
        tables=merge_tables(ledger, found, tables, balance.tables),
        objects=(
            *objects.compare(found.objects),
            *(each for each in ledger.objects if each.lost),
        ),
        foreign_keys=replace(found.foreign_keys, lost=ledger.foreign_keys.lost),
        receipt=receipt,
        deep=None,
    )


def for_target(ledger: Ledger, plan: ReplayPlan) -> Ledger:
    """Return the ledger of a world that was replayed alike, for a target and from its files."""
    if ledger.receipt is None:
        return ledger
    as_of = None if plan.as_of_us is None else from_us(plan.as_of_us)
    receipt = replace(
        ledger.receipt,
        target=plan.target,
        as_of=as_of,
        first_left_out=describe_point(plan.first_left_out),
        files=tuple(map(_describe_file, plan.parts)),
        notes=plan.notes,
    )
    return replace(ledger, receipt=receipt)


def require_unchanged(plan: ReplayPlan, identity: tuple[str, ...]) -> None:
    """Refuse logs whose plan had another identity before anything was done by it.

    Raises:
        BinlogError: they were changed since.
    """
    if plan.identity != identity:
        raise _refuse_changed(plan, "it or a file before it has other content than before")


def _refuse_changed(plan: ReplayPlan, how: str) -> BinlogError:
    return BinlogError(
        plan.parts[-1].path,
        f"{how}: the logs were changed meanwhile",
        hint="run the command again once nobody writes to the files",
    )


def _apply_parts(
    plan: ReplayPlan, applier: Applier, cancelled: threading.Event, progress: Progress
) -> tuple[LogFileFacts, ...]:
    parts, last = plan.parts, None
    done, whole = 0, measure(parts) or 1
    for part in parts:
        with LogFile(part.path) as log:
            applier.begin_file(log.format.replay_event)
            for transaction in TransactionReader(log).iter_span(part.start, part.end):
                if cancelled.is_set():
                    raise Interrupted(f"replaying {part.path} was interrupted")
                applier.apply(transaction)
                gtid = None if transaction.gtid is None else str(transaction.gtid)
                last = part.survey.name, transaction.start, gtid
                progress(part.survey.name, (done + transaction.end - part.start) / whole)
        done += part.size_bytes
    if last is not None and (plan.last is None or last != plan.last.key):
        raise _refuse_changed(plan, "the last transaction is not the planned one")
    return tuple(_describe_file(part) for part in parts)


def _describe_file(part: LogPart) -> LogFileFacts:
    content = hash_content(part.path, part.end)  # first: it may hash the whole file as well
    sha256 = hash_file(part.path)
    return LogFileFacts(str(part.path), part.survey.name, sha256, content, part.start, part.end)


def _list_objects(ledger: Ledger, connection: Connection) -> StatedObjects:
    """Return what the dump's proof found, each trigger with its table."""
    objects = StatedObjects()
    tables = read_triggers(connection)
    for each in ledger.objects:
        if each.is_there:
            key = object_key(each.kind, each.schema, each.name)
            objects.add_existing(key, tables.get((each.schema, each.name)))
    return objects


def _make_receipt(
    plan: ReplayPlan,
    files: tuple[LogFileFacts, ...],
    applied: Applied,
    counted: HandlerCounts,
    tables: tuple[LoggedRows, ...],
    ledger: Ledger,
    images: ImageCheck,
    unproved: tuple[str, ...],
) -> LogReceipt:
    surveys = [part.survey for part in plan.parts]
    findings = [
        *describe_told(applied.rules),
        *describe_doubtful(images.first_inserts),
        *describe_restarts(surveys, [*ledger.rules, *applied.rules]),
    ]
    if ledger.deep is not None:
        findings.append("the dump's own moment was compared with a second load (--deep): identical")
    if applied.definition_count > len(applied.definitions):
        findings.append(
            f"{applied.definition_count:,} statements without rows were executed; the first"
            f" {len(applied.definitions):,} are listed"
        )
    return LogReceipt(
        target=plan.target,
        as_of=None if plan.as_of_us is None else from_us(plan.as_of_us),
        start_by=plan.start_by,
        by_content=plan.by_content,
        files=files,
        transactions=applied.transactions,
        first=describe_point(plan.first),
        last=describe_point(plan.last),
        first_left_out=describe_point(plan.first_left_out),
        tables=tables,
        read=applied.rows,
        server=counted,
        definitions=tuple(applied.definitions),
        rules=applied.rules,
        notes=plan.notes,
        findings=tuple(findings),
        not_proved=(*unproved, *plan.not_proved),
        images=images.counts,
    )


def describe_point(point: LogPoint | None) -> LoggedPoint | None:
    """Return a transaction as receipts have it."""
    if point is None:
        return None
    return LoggedPoint(
        point.log_name, point.start, point.gtid, from_us(point.committed_us), point.has_exact_time
    )


def merge_tables(
    ledger: Ledger, found: Found, logged: Sequence[LoggedRows], expected: Set[TableKey]
) -> tuple[TableCount, ...]:
    """Return the counts of the dump's load with what the logs did to each table."""
    known: Mapping[TableKey, TableCount] = {
        (each.schema, each.table): each for each in ledger.tables
    }
    changed = {(rows.schema, rows.table): rows for rows in logged}
    merged = [TableCount(*key, 0, 0, 0, None) for key in sorted(expected - found.row_counts.keys())]
    for key, counted in sorted(found.row_counts.items()):
        table = known.get(key) or TableCount(*key, 0, 0, 0, 0)
        rows = changed.get(key)
        proved = table.counted if rows is None else rows.counted
        merged.append(
            replace(
                table,
                counted=counted,
                by_logs=(proved or 0) - table.loaded - table.by_others,
                auto_increment=found.auto_increments.get(key),
                auto_increment_in_dump=None if key in changed else table.auto_increment_in_dump,
            )
        )
    return tuple(merged)
