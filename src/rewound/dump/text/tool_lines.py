"""What a dump program said on its stderr, caught in the dump. Pure."""

import re

from rewound.dump.text.read_buffer import ReadBuffer

_TOOL_LINE_START = re.compile(
    rb"(?:(?:[A-Za-z]:[/\\]|\.{0,2}/)(?:[^\n:'\"`;]*[/\\])?)?"
    rb"(?:mysqldump|mysqlpump|mysql|mariadb-dump|mariadb)(?:\.exe)?: |(?i:warning): "
)
"""A program's name, as it was called: perhaps with its path."""
_LONGEST_TOOL_PREFIX = 200
_TWO_LINES = (b" GTIDs ", b"In order to ensure a consistent backup")
"""What mysqldump's warning of two lines holds, and how its second line begins.

Source: MySQL 9.7, client/mysqldump.cc, process_set_gtid_purged.
"""


def find_tool_line(buffer: ReadBuffer) -> int | None:
    """Return where the message ends that the next piece begins with; None if it is no message.

    -1 if the dump ends in it.
    """
    if not _TOOL_LINE_START.match(buffer.peek(_LONGEST_TOOL_PREFIX)):
        return None
    end = buffer.find(b"\n", 0)
    hint, second = _TWO_LINES
    is_long = end > 0 and hint in buffer.peek(end)
    if is_long and buffer.peek(len(second), end) == second:
        end = buffer.find(b"\n", end)
    return end
