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

from rewound.dump.reader import DumpReader
from rewound.dump.reference import REFERENCE
from rewound.dump.script import Script
from rewound.dump.verdict import RuleUse, Verdict, excerpt
from rewound.errors import DumpError, HostError
from rewound.load.ledger import RuleCount
from rewound.load.loader import LoadOptions
from rewound.load.tally import Tally

MOST_PROBLEMS = 20
"""How many refused statements are kept of one dump."""


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
    problems: tuple[str, ...]
    """Why it cannot be restored, each with its line; at most `MOST_PROBLEMS`."""
    remedies: tuple[str, ...]
    """What can be done about that."""


def verify_dump(path: Path, options: LoadOptions) -> Verification:
    """Read one dump to its end and judge all of its statements."""
    script = Script(REFERENCE, schema=options.schema, part=options.part)
    tally = Tally()
    refusals: list[str] = []
    remedies: dict[str, None] = {}
    text_bytes = 0
    unreadable: DumpError | None = None
    try:
        with DumpReader(path) as reader:
            try:
                for verdict in script.iter_verdicts(reader.iter_chunks()):
                    tally.add_verdict(verdict)
                    tally.add_statement(verdict)
                    if verdict.refusal is not None and len(refusals) < MOST_PROBLEMS:
                        refusals.append(_describe(verdict.refusal, verdict))
                        remedies[verdict.refusal.rule.remedy] = None
            finally:
                text_bytes = reader.text_bytes_read
    except DumpError as error:
        unreadable = error
    tables = tally.tables({}, {})
    state, problems = _conclude(script, refusals, unreadable)
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
        rules=tally.rules(),
        problems=tuple(problems),
        remedies=tuple(remedies),
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
    script: Script, refusals: Sequence[str], unreadable: DumpError | None
) -> tuple[VerifiedState, list[str]]:
    if unreadable is not None:
        return VerifiedState.UNREADABLE, [unreadable.reason, *refusals]
    if script.header.is_whole is False:
        return VerifiedState.CUT_OFF, ["the closing line is missing", *refusals]
    if refusals:
        return VerifiedState.REFUSED, list(refusals)
    if not script.schemas:
        return VerifiedState.REFUSED, ["it holds no database of its own"]
    if script.header.is_whole is None:
        return VerifiedState.UNPROVEN, ["it has neither opening nor closing line"]
    return VerifiedState.WHOLE, []


def _describe(refusal: RuleUse, verdict: Verdict) -> str:
    why = refusal.detail or refusal.rule.why
    shown = excerpt(verdict.statement.text, 80)
    return f"line {verdict.line}: refused by rule {refusal.rule.name}: {why}: {shown}"
