"""Messages of the dump program on stderr that ended up in the dump. Pure."""

import re

from rewound.dump.text.read_buffer import ReadBuffer

_TOOL_LINE_START = re.compile(
    rb"(?:(?:[A-Za-z]:[/\\]|\.{0,2}/)(?:[^\n:'\"`;]*[/\\])?)?"
    rb"(?:mysqldump|mysqlpump|mysql|mariadb-dump|mariadb)(?:\.exe)?: |(?i:warning): "
)
"""The name of a program as it was called, perhaps with its path."""
_LONGEST_TOOL_PREFIX = 200
_TWO_LINES = (b" GTIDs ", b"In order to ensure a consistent backup")
"""What mysqldump's two-line warning contains, and how its second line begins.

Source: MySQL 9.7, client/mysqldump.cc, process_set_gtid_purged.
"""


def find_tool_line(buffer: ReadBuffer) -> int | None:
    """Return the end of the message with which the next piece begins; None if it is no message.

    -1 if the dump ends inside it.
    """
    if not _TOOL_LINE_START.match(buffer.peek(_LONGEST_TOOL_PREFIX)):
        return None
    end = buffer.find(b"\n", 0)
    hint, second = _TWO_LINES
    is_long = end > 0 and hint in buffer.peek(end)
    if is_long and buffer.peek(len(second), end) == second:
        end = buffer.find(b"\n", end)
    return end
