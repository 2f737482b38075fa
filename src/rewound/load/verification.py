"""Verifying a dump by its text alone: whether it is complete and could be restored.

It judges every statement as a load does, for the newest supported MySQL, and sends none. It counts
the rows that the text states; whether a server would accept them remains unknown.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from rewound.dump.file.location import DumpFiles
from rewound.dump.file.part_lines import PartLines
from rewound.dump.file.parts_reader import PartsReader
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.rules.table import COMPRESSED_TOO_WELL, CUT_OFF, Rule
from rewound.dump.rules.verdict import RuleUse, Verdict, excerpt
from rewound.dump.script import Script
from rewound.errors import DumpError
from rewound.load.counters import LoadCounters
from rewound.load.ledger import EMPTY_HINT, RuleCount, describe_emptiness, find_damage
from rewound.load.options import LoadOptions
from rewound.load.verdicts import find_completeness, iter_verdicts


class VerifiedState(enum.Enum):
    """What reading a dump has shown."""

    WHOLE = "whole"
    UNPROVEN = "end unproven"
    """The program that made it writes no closing line."""
    CUT_OFF = "cut off"
    REFUSED = "refused"
    """It contains statements that are not executed, or nothing to execute."""
    UNREADABLE = "unreadable"
    """The file is not a dump, is damaged or ends too early."""


class Problem(NamedTuple):
    """One reason why a dump cannot be restored."""

    text: str
    """With its line, if it has one."""
    remedy: str | None
    """What can be done."""


@dataclass(frozen=True, slots=True)
class RefusedStatement:
    """One statement that is not executed."""

    line: int
    rule: str
    why: str
    excerpt: str


MOST_REFUSALS = 10_000
"""How many statements are listed; a hostile dump could contain millions."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What the text of one dump shows."""

    path: str
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
    refused: tuple[RefusedStatement, ...]
    """Each statement that a rule refuses, the first 10,000 of them."""
    problems: tuple[Problem, ...]
    """Why it cannot be restored; of refused statements, the first of each rule."""
    idle: tuple[str, ...] = ()
    """The --skip-table options that match nothing in it."""
    table_names: tuple[str, ...] = ()
    """The tables whose rows it contains, without their schemas."""


@dataclass(slots=True)
class Refusals:
    """The statements of one dump that one rule refuses."""

    first: RuleUse
    verdict: Verdict
    """The first of them."""
    count: int = 0

    def describe(self, lines: PartLines) -> Problem:
        """Return them as one problem."""
        rule = self.first.rule
        why = self.first.detail or rule.why
        shown = excerpt(self.verdict.statement.text, 80)
        shown = "" if why == shown else f": {shown}"
        more = f", and {self.count - 1:,} more by this rule" if self.count > 1 else ""
        place = lines.describe_shortly(self.verdict.line)
        text = f"{place}: refused by rule {rule.name}: {why}{shown}{more}"
        return Problem(text, rule.remedy)


def verify_dump(dump: DumpFiles, options: LoadOptions) -> Verification:
    """Read one dump to its end and judge all of its statements."""
    script = Script(
        REFERENCE_SERVER,
        schema=options.schema,
        dump_filter=options.dump_filter,
        allowed=options.allowed,
    )
    counters = LoadCounters()
    lines = PartLines(dump)
    refusals: dict[Rule, Refusals] = {}
    statements: list[RefusedStatement] = []
    text_bytes = 0
    unreadable: DumpError | None = None
    whole: tuple[bool | None, str | None] = (None, None)
    try:
        any_ratio = COMPRESSED_TOO_WELL.name in options.allowed
        with PartsReader(dump, allows_any_ratio=any_ratio) as reader:
            try:
                for verdict in iter_verdicts(script, reader, lines):
                    counters.add_verdict(verdict)
                    counters.add_statement(verdict)
                    if verdict.refusal is not None:
                        rule = verdict.refusal.rule
                        refusals.setdefault(rule, Refusals(verdict.refusal, verdict)).count += 1
                        if len(statements) < MOST_REFUSALS:
                            statements.append(_describe_refused(verdict, verdict.refusal))
            finally:
                text_bytes = reader.text_bytes_read
            if reader.expansion.is_too_large:
                use = RuleUse(COMPRESSED_TOO_WELL, str(reader.expansion))
                counters.add_use(use, line=1)
            whole = find_completeness(script, reader, lines)
    except DumpError as error:
        unreadable = error
    tables = counters.tables({}, {})
    names = [*((table.schema, table.table) for table in tables), *counters.objects.views]
    idle = options.dump_filter.find_idle(counters.left_out)
    unmet = [
        Problem(f"nothing in this dump matches {asked}", None)
        for asked in options.dump_filter.describe_unmet(script.schemas, names, counters.left_out)
    ]
    refused = [each.describe(lines) for each in refusals.values()]
    refused += [
        Problem(text, None)
        for text in find_damage(
            counters.rules(), options.allowed, describe_place=lines.describe_shortly
        )
    ]
    state, problems = _conclude(
        bool(script.schemas),
        refused,
        None if unreadable is None else _describe_unreadable(dump, unreadable),
        unmet,
        whole=whole,
        rules=counters.rules(),
        text_bytes=text_bytes,
        allow_unfinished=options.allow_unfinished,
    )
    return Verification(
        path=str(dump),
        state=state,
        is_restorable=not problems
        or (state is VerifiedState.UNPROVEN and options.allow_unfinished),
        text_bytes=text_bytes,
        statements=script.statements,
        tables=len(tables),
        rows=sum(table.rows_in_dump for table in tables),
        source_server=script.headers[0].server_version,
        rules=counters.rules(),
        refused=tuple(statements),
        problems=tuple(problems),
        idle=tuple(idle),
        table_names=tuple(table.table for table in tables),
    )


def _describe_refused(verdict: Verdict, refusal: RuleUse) -> RefusedStatement:
    why = refusal.detail or refusal.rule.why
    return RefusedStatement(
        verdict.line, refusal.rule.name, why, excerpt(verdict.statement.text, 80)
    )


def _describe_unreadable(dump: DumpFiles, error: DumpError) -> Problem:
    place = "" if error.line is None else f"line {error.line}: "
    if len(dump.parts) > 1:
        place = f"{PurePosixPath(str(error.path)).name}: {place}"
    return Problem(f"{place}{error.reason}", error.hint)


def _conclude(
    has_schemas: bool,
    refusals: Sequence[Problem],
    unreadable: Problem | None,
    unmet: Sequence[Problem],
    *,
    whole: tuple[bool | None, str | None],
    rules: Sequence[RuleCount],
    text_bytes: int,
    allow_unfinished: bool,
) -> tuple[VerifiedState, list[Problem]]:
    if unreadable is not None:
        return VerifiedState.UNREADABLE, [unreadable, *refusals]
    is_whole, unproven_dump = whole
    if is_whole is False:
        missing = (
            f"the closing line (-- Dump completed) is missing after {text_bytes:,} bytes of text"
        )
        cut_off = Problem(unproven_dump or missing, CUT_OFF.remedy)
        return VerifiedState.CUT_OFF, [cut_off, *refusals]
    unproven = []
    if is_whole is None:
        text = (
            f"the dump's {text_bytes:,} bytes of text do not end with a closing line, so its"
            " completeness cannot be proven"
        )
        accepted = "if its program writes no closing line, --allow-unfinished accepts the dump"
        remedy = None if allow_unfinished else accepted
        unproven.append(Problem(unproven_dump or text, remedy))
    if refusals or unmet:
        # Also report what would be missing once these are fixed.
        return VerifiedState.REFUSED, [*refusals, *unmet, *([] if allow_unfinished else unproven)]
    if not has_schemas:
        empty = Problem(describe_emptiness(rules, text_bytes), EMPTY_HINT)
        return VerifiedState.REFUSED, [empty]
    return (VerifiedState.UNPROVEN if unproven else VerifiedState.WHOLE), unproven
