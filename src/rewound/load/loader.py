"""Loading a dump: every statement that the judge admits, in the dump's order.

It takes an endpoint, so it does not know what kind of server it loads. A refused statement or an
error of the server ends the load at once; a load never succeeds in part.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from rewound.dump.file.hashes import describe_hash
from rewound.dump.file.location import DumpFiles
from rewound.dump.file.part_lines import PartLines
from rewound.dump.file.parts_reader import PartsReader
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse, Verdict
from rewound.dump.script import Script
from rewound.dump.settings.session import INITIAL_CHARACTER_SET, INITIAL_SQL_MODE
from rewound.dump.text.statement import Kind
from rewound.errors import Interrupted, TableNamesFolded
from rewound.load.counters import LoadCounters
from rewound.load.cpu_budget import CpuBudget
from rewound.load.deferred import DeferredStatements
from rewound.load.dispatch import Dispatcher
from rewound.load.dump_facts import DumpFacts
from rewound.load.executor import Executor
from rewound.load.ledger import Ledger, find_missing_rows
from rewound.load.next_numbers import keep_next_numbers, sets_sequence
from rewound.load.objects import table_key
from rewound.load.options import LoadMethod, LoadOptions
from rewound.load.plain import PlainExecution
from rewound.load.proof import count_rows, find_schemas, look_at_server
from rewound.load.refused_foreign_keys import TableExecutor
from rewound.load.rows import RowLoader
from rewound.load.server_reading import read_server_profile
from rewound.load.server_settings import find_server_settings
from rewound.load.stated_values import StatedValueCheck
from rewound.load.statement_watch import Note, StatementWatch, say_nothing
from rewound.load.text_rows_plan import TextRowsPlan
from rewound.load.verdicts import find_completeness, iter_verdicts, list_parts
from rewound.load.workers import LoadWorkers
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

Progress = Callable[[int, str], None]
"""Called with (bytes of the file read so far, the table being loaded)."""
RowsIn = Callable[[tuple[str, ...], int], None]
"""Called with the schemas and the count of all rows, once these are in."""


def load_dump(
    endpoint: Endpoint,
    dump: DumpFiles,
    *,
    options: LoadOptions,
    progress: Progress,
    cancelled: threading.Event,
    cpu_budget: CpuBudget | None = None,
    rows_in: RowsIn = lambda _schemas, _rows: None,
    note: Note = say_nothing,
) -> Ledger:
    """Load a dump into an empty server and return the ledger, balanced or not.

    `cpu_budget` is shared by loads that run at the same time. The fast method requires a server
    that accepts LOAD DATA LOCAL. With `keys_later`, `rows_in` is called when the rows of all tables
    are in and as many as the dump has, before the keys that waited are built. `note` is called
    about a statement that does not end.

    Raises:
        DumpError: the file is unreadable or cut off.
        StatementRefused: a rule refuses a statement; it was not executed.
        LoadError: the server refused a statement.
        HostError: the server has no space for the rows.
        Interrupted: `cancelled` was set.
    """
    started_at = datetime.now(UTC)
    now = options.now or started_at
    counters = LoadCounters()
    lines = PartLines(dump)
    any_ratio = rules.COMPRESSED_TOO_WELL.name in options.allowed
    with (
        Connection(endpoint) as connection,
        Connection(endpoint) as deferring,
        PartsReader(dump, allows_any_ratio=any_ratio) as reader,
        StatedValueCheck(endpoint) as stated_values,
        StatementWatch(note) as watch,
    ):

        def make_loader() -> RowLoader:
            worker = Connection(endpoint, loads_rows=True)
            _stop_clock(worker, now)
            return RowLoader(Executor(worker, counters, lines))

        profile = read_server_profile(connection)
        _prepare_session(connection)
        _stop_clock(connection, now)
        is_fast = options.method is LoadMethod.FAST
        script = Script(
            profile,
            schema=options.schema,
            dump_filter=options.dump_filter,
            allowed=options.allowed,
            regroup=is_fast,
        )
        executor = Executor(connection, counters, lines, stated_values=stated_values)
        tables = TableExecutor(
            executor,
            connect=lambda: Connection(endpoint),
            session=lambda: script.session,
            server_version=profile.version_number,
        )
        statements = DeferredStatements(
            executor,
            Executor(deferring, counters, lines),
            counters,
            tables,
            # What one part defines must not fire for the rows of another.
            defers_triggers=is_fast or len(dump.parts) > 1,
            trigger_timeout_s=options.trigger_timeout_s,
            cancelled=cancelled,
        )

        verdicts = _watch(
            _iter_verdicts(script, reader, lines, counters, progress, cancelled), watch
        )
        if not is_fast:
            with make_loader() as row_loader:
                plain = PlainExecution(
                    statements,
                    counters,
                    TextRowsPlan(deferring, lines),
                    row_loader,
                    connection=connection,
                    session=lambda: script.session,
                )
                for verdict in verdicts:
                    plain.dispatch(verdict)
        else:
            cpu_budget = cpu_budget or CpuBudget(os.cpu_count() or 1)
            workers = LoadWorkers(
                make_loader,
                count=cpu_budget.count,
                cpu_budget=cpu_budget,
                cancelled=cancelled,
                keys_later=options.keys_later,
            )
            with Connection(endpoint) as metadata_connection, workers:
                dispatcher = Dispatcher(
                    statements,
                    workers,
                    counters,
                    connection=connection,
                    metadata_connection=metadata_connection,
                    text_rows=TextRowsPlan(metadata_connection, lines),
                    session=lambda: script.session,
                    server_version=profile.version_number,
                    large_table_bytes=options.large_table_bytes,
                )
                for verdict in verdicts:
                    dispatcher.dispatch(verdict)
                may_be_whole = script.is_whole or (
                    script.is_whole is None and options.allow_unfinished
                )
                if options.keys_later and may_be_whole:
                    workers.wait_for_rows()
                    _tell_rows_in(endpoint, counters, rows_in)
                workers.wait_for(
                    meanwhile=lambda name: progress(reader.file_bytes_read, f"keys of {name}")
                )
        statements.execute_deferred()
        if reader.expansion.is_too_large:
            use = RuleUse(rules.COMPRESSED_TOO_WELL, str(reader.expansion))
            counters.add_use(use, line=1)
    if counters.sets_sequence:
        with Connection(endpoint) as connection:
            keep_next_numbers(connection)
    with Connection(endpoint) as connection:
        checks = options.check_foreign_keys or counters.has_used(rules.PARENT_LATER)
        found = look_at_server(connection, check_foreign_keys=checks)
        server_settings = find_server_settings(connection, found, counters)
    for (schema, table), reason in found.broken_merges.items():
        counters.add_use(RuleUse(rules.MERGE_BROKEN, f"{schema}.{table}: {reason}"), line=1)
    progress(reader.file_bytes_read, "")
    header = script.headers[0]
    is_whole, unproven = find_completeness(script, reader, lines)
    return Ledger(
        dump=DumpFacts(
            path=str(dump),
            sha256=reader.sha256,
            sha256_of=describe_hash(dump),
            file_bytes=reader.file_bytes_read,
            text_bytes=reader.text_bytes_read,
            producer=header.producer,
            source_server=header.server_version,
            completed_at=script.header.completed_at,
            is_whole=is_whole,
            dumps=len(script.headers),
            parts=list_parts(reader, lines),
            unproven=unproven,
            positions=(
                *(header.position for header in script.headers if header.position),
                *counters.positions,
            ),
        ),
        server_version=found.version,
        started_at=started_at,
        ended_at=datetime.now(UTC),
        statements=script.statements,
        executed=dict(counters.executed),
        rules=counters.rules(),
        warnings=counters.warnings(),
        unseen_warnings=counters.unseen_warnings,
        schemas=found.schemas,
        tables=counters.tables(found.row_counts, found.auto_increments),
        objects=counters.objects.compare(found.objects),
        foreign_keys=replace(found.foreign_keys, lost=tuple(counters.lost_foreign_keys)),
        unfinished_allowed=options.allow_unfinished,
        dump_filter=None if options.dump_filter.is_all else str(options.dump_filter),
        unmet=tuple(
            options.dump_filter.describe_unmet(
                found.schemas, found.tables_and_views, counters.left_out
            )
        ),
        idle=tuple(options.dump_filter.find_idle(counters.left_out)),
        server_settings=server_settings,
        allowed=tuple(sorted(options.allowed)),
    )


def _tell_rows_in(endpoint: Endpoint, counters: LoadCounters, rows_in: RowsIn) -> None:
    """Count the rows, and tell of them if none is missing; the proof says why some are."""
    with Connection(endpoint) as connection:
        tables = counters.tables(count_rows(connection), {})
        if not find_missing_rows(tables):
            rows_in(find_schemas(connection), sum(table.counted or 0 for table in tables))


def _iter_verdicts(
    script: Script,
    reader: PartsReader,
    lines: PartLines,
    counters: LoadCounters,
    progress: Progress,
    cancelled: threading.Event,
) -> Iterator[Verdict]:
    """Yield the verdicts of a dump, counting them and reporting the progress."""
    for verdict in iter_verdicts(script, reader, lines, partial(_until, cancelled, reader.dump)):
        if cancelled.is_set():
            raise Interrupted(f"loading {reader.dump} was interrupted")
        counters.add_verdict(verdict)
        counters.sets_sequence = counters.sets_sequence or sets_sequence(verdict)
        _require_case(script, verdict, lines)
        yield verdict
        if verdict.kind in (Kind.INSERT, Kind.LOAD_DATA):
            key = table_key(verdict)
            progress(reader.file_bytes_read, "" if key is None else key[1])


def _watch(verdicts: Iterator[Verdict], watch: StatementWatch) -> Iterator[Verdict]:
    """Yield the verdicts; whoever takes the next one has executed the last."""
    for verdict in verdicts:
        watch.begin(verdict, time.monotonic())
        yield verdict
        watch.end()


def _require_case(script: Script, verdict: Verdict, lines: PartLines) -> None:
    """Raise TableNamesFolded if the server distinguishes names that the dumped one did not."""
    if script.profile.lower_case_table_names == 1:
        return
    for use in verdict.uses:
        if use.rule is rules.NAMES_FOLDED:
            location, line = lines.locate(verdict.line)
            raise TableNamesFolded(location, line=line, detail=use.detail)


def _until(cancelled: threading.Event, dump: DumpFiles, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks of a part; stop on request even in the middle of a long statement."""
    for chunk in chunks:
        if cancelled.is_set():
            raise Interrupted(f"loading {dump} was interrupted")
        yield chunk


def _prepare_session(connection: Connection) -> None:
    """Put the session into the state from which the judge's model of it starts."""
    connection.execute_sql(f"SET NAMES {INITIAL_CHARACTER_SET}")
    connection.execute_sql(f"SET SESSION sql_mode = '{INITIAL_SQL_MODE}'")


def _stop_clock(connection: Connection, now: datetime) -> None:
    """Fix NOW(), so that two loads of a dump that calls it give the same rows."""
    connection.execute_sql(f"SET SESSION timestamp = {now.timestamp():.6f}")
