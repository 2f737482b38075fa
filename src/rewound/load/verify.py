"""What a dump's text alone tells: whether it is whole, and whether a server would get it.

Judges every statement as a load does, for the newest MySQL that is supported, and sends
none. Rows are those that the text states; what a server would say of them is not known.
"""

import enum
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rewound.dump.file.reader import DumpReader
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.rules.table import COMPRESSED_TOO_WELL, CUT_OFF, Rule
from rewound.dump.rules.verdict import RuleUse, Verdict, excerpt
from rewound.dump.script import Script
from rewound.errors import DumpError, HostError
from rewound.load.counters import LoadCounters
from rewound.load.ledger import RuleCount, find_damage
from rewound.load.loader import LoadOptions


class VerifiedState(enum.Enum):
    """What was found out about a dump."""

    WHOLE = "whole"
    UNPROVEN = "end unproven"
    """Its program writes no closing line."""
    CUT_OFF = "cut off"
    REFUSED = "refused"
    """It holds statements that are not executed, or nothing that is."""
    UNREADABLE = "unreadable"
    """The file is no dump, is damaged or ends too early."""


class Problem(NamedTuple):
    """One reason why a dump cannot be restored."""

    text: str
    """With its line, where it has one."""
    remedy: str | None
    """What can be done."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What the text of one dump tells."""

    path: Path
    state: VerifiedState
    is_restorable: bool
    """Nothing in the text keeps it from being restored."""
    text_bytes: int
    """After decompression."""
    statements: int
    tables: int
    rows: int
    """Rows that its INSERT and REPLACE statements state."""
    source_server: str | None
    rules: tuple[RuleCount, ...]
    problems: tuple[Problem, ...]
    """Why it cannot be restored; of refused statements the first of each rule."""


@dataclass(slots=True)
class Refusals:
    """The statements of one dump that one rule refuses."""

    first: RuleUse
    verdict: Verdict
    """The first one."""
    count: int = 0

    def describe(self) -> Problem:
        """Return them as one problem."""
        rule = self.first.rule
        why = self.first.detail or rule.why
        shown = excerpt(self.verdict.statement.text, 80)
        more = f", and {self.count - 1:,} more by this rule" if self.count > 1 else ""
        text = f"line {self.verdict.line}: refused by rule {rule.name}: {why}: {shown}{more}"
        return Problem(text, rule.remedy)


def verify_dump(path: Path, options: LoadOptions) -> Verification:
    """Read one dump to its end and judge all of its statements."""
    script = Script(
        REFERENCE_SERVER, schema=options.schema, part=options.part, allowed=options.allowed
    )
    counters = LoadCounters()
    refusals: dict[Rule, Refusals] = {}
    text_bytes = 0
    unreadable: DumpError | None = None
    try:
        any_ratio = COMPRESSED_TOO_WELL.name in options.allowed
        with DumpReader(path, allows_any_ratio=any_ratio) as reader:
            try:
                for verdict in script.iter_verdicts(reader.iter_chunks()):
                    counters.add_verdict(verdict)
                    counters.add_statement(verdict)
                    if verdict.refusal is not None:
                        rule = verdict.refusal.rule
                        refusals.setdefault(rule, Refusals(verdict.refusal, verdict)).count += 1
            finally:
                text_bytes = reader.text_bytes_read
            if reader.is_too_well_compressed:
                counters.add_use(RuleUse(COMPRESSED_TOO_WELL, reader.ratio), line=1)
    except DumpError as error:
        unreadable = error
    tables = counters.tables({}, {})
    names = [*((table.schema, table.table) for table in tables), *counters.objects.views]
    unmet = [
        Problem(f"nothing in it is what {asked} asks for", None)
        for asked in options.part.find_unmet(script.schemas, names)
    ]
    refused = [each.describe() for each in refusals.values()]
    refused += [Problem(text, None) for text in find_damage(counters.rules(), options.allowed)]
    state, problems = _conclude(script, refused, unreadable, unmet, text_bytes=text_bytes)
    return Verification(
        path=path,
        state=state,
        is_restorable=not problems
        or (state is VerifiedState.UNPROVEN and options.allow_unfinished),
        text_bytes=text_bytes,
        statements=script.statements,
        tables=len(tables),
        rows=sum(table.stated for table in tables),
        source_server=script.header.server_version,
        rules=counters.rules(),
        problems=tuple(problems),
    )


def verify_all(paths: Sequence[Path], options: LoadOptions) -> Iterator[Verification]:
    """Verify dumps side by side, and yield each as it is done, the largest started first.

    Raises:
        HostError: a process that read was killed, mostly for want of memory.
    """
    # New processes, not copies of this one: it may have threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        max_workers=max(1, min(len(paths), os.cpu_count() or 1)),
        mp_context=context,
        initializer=_end_with_the_terminal,
    )
    try:
        by_size = sorted(paths, key=_size_bytes, reverse=True)
        for future in as_completed([pool.submit(verify_dump, path, options) for path in by_size]):
            yield future.result()
    except BrokenProcessPool as error:
        raise HostError(
            "a process that read a dump was killed", hint="the memory may have run out"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _end_with_the_terminal() -> None:
    """Let Ctrl-C end this process without a word; the one that asked says it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _conclude(
    script: Script,
    refusals: Sequence[Problem],
    unreadable: DumpError | None,
    unmet: Sequence[Problem],
    *,
    text_bytes: int,
) -> tuple[VerifiedState, list[Problem]]:
    if unreadable is not None:
        line = "" if unreadable.line is None else f"line {unreadable.line}: "
        damage = Problem(f"{line}{unreadable.reason}", unreadable.hint)
        return VerifiedState.UNREADABLE, [damage, *refusals]
    if script.header.is_whole is False:
        cut_off = Problem(
            f"the closing line (-- Dump completed) is missing after {text_bytes:,} bytes of text",
            CUT_OFF.remedy,
        )
        return VerifiedState.CUT_OFF, [cut_off, *refusals]
    if refusals or unmet:
        return VerifiedState.REFUSED, [*refusals, *unmet]
    if not script.schemas:
        return VerifiedState.REFUSED, [
            Problem(f"its {text_bytes:,} bytes of text hold no database of its own", None)
        ]
    if script.header.is_whole is None:
        unproven = Problem(
            f"its {text_bytes:,} bytes of text do not end with a closing line: its completeness"
            " cannot be proved",
            "if its program writes none, --allow-unfinished accepts it",
        )
        return VerifiedState.UNPROVEN, [unproven]
    return VerifiedState.WHOLE, []
