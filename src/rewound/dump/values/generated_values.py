"""Values that rows state for generated columns, and DEFAULT in their place.

Pure. MariaDB accepts such values, and its programs write them; MySQL accepts only DEFAULT (error
3105). The stated values are kept beside the rows, to be compared with what the server computes.
"""

from collections.abc import Sequence

from rewound.dump.rules.verdict import StatedValues
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Statement
from rewound.dump.values.literal_rows import iter_literal_rows

_DEFAULT = b"DEFAULT"


def replace_generated(
    statement: Statement, columns: Sequence[str], generated: Sequence[int], mode: LexicalMode
) -> tuple[bytes, StatedValues] | None:
    """Return the INSERT with DEFAULT for its generated columns, and the replaced values.

    None if there is nothing to replace, or a row contains more than literals.
    """
    text = statement.text
    parts: list[bytes] = []
    start = end = statement.rows_start
    position, rows, changed = 0, 0, False
    for row in iter_literal_rows(text, start, generated, len(columns), mode):
        rows += 1
        for group in range(1, len(generated) + 1):
            parts += [text[position : row.start(group)], _DEFAULT]
            position = row.end(group)
            changed = changed or row[group].strip().upper() != _DEFAULT
        end = row.end()
    if not changed or rows != statement.rows:
        return None
    names = tuple(columns[index] for index in generated)
    stated = StatedValues(tuple(columns), names, text[start:end])
    return b"".join([*parts, text[position:]]), stated
