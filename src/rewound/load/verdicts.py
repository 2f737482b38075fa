"""The verdicts on all parts of a dump, in the order in which they are loaded."""

from collections.abc import Callable, Iterator

from rewound.dump.file.header import find_unproven
from rewound.dump.file.location import Holds
from rewound.dump.file.part_lines import PartLines
from rewound.dump.file.parts_reader import PartsReader
from rewound.dump.rules.verdict import Verdict
from rewound.dump.script import Script
from rewound.load.dump_facts import PartFacts

Chunks = Iterator[bytes]


def iter_verdicts(
    script: Script,
    reader: PartsReader,
    lines: PartLines,
    watch: Callable[[Chunks], Chunks] = lambda chunks: chunks,
) -> Iterator[Verdict]:
    """Yield the verdicts of a dump; `watch` passes the chunks of each part on.

    Raises:
        DumpError: a part cannot be read, or is not complete.
    """
    for part, chunks in reader.iter_parts():
        name = part.location.name if len(reader.dump.parts) > 1 else None
        before = list(script.begin_part(name, part.database))
        lines.begin(part, script.first_line)
        yield from before
        if part.holds is Holds.ROWS:
            yield from script.iter_rows(part.table or "", watch(chunks))
            continue
        for verdict in script.iter_part(watch(chunks)):
            if not verdict.statement.rows_start:
                reader.count_statement()
            yield verdict
    yield from script.finish()


def find_completeness(
    script: Script, reader: PartsReader, lines: PartLines
) -> tuple[bool | None, str | None]:
    """Return whether a dump that was read is complete, None if unproven, and what is not, if known.

    Files without closing lines are complete where another file says that all were finished, and
    the checksum of each shows that it is what was written.
    """
    is_finished = reader.dump.proof is not None and reader.is_checked
    if script.is_whole is None and is_finished:
        return True, None
    return script.is_whole, find_unproven(script.headers, lines.describe_shortly)


def list_parts(reader: PartsReader, lines: PartLines) -> tuple[PartFacts, ...]:
    """Return what the ledger keeps of the files of a dump of several; nothing of one file."""
    if len(reader.dump.parts) == 1:
        return ()
    return tuple(
        PartFacts(part.location.name, sha256, file_bytes, first_line)
        for (part, sha256, file_bytes), first_line in zip(
            reader.parts_read, lines.first_lines, strict=True
        )
    )
