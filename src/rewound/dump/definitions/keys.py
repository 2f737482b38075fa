"""Converting key definitions of MariaDB and TokuDB to MySQL's syntax.

Pure. A key affects the speed of a query, never its result, so a key that MySQL does not support is
left out by a rule.
"""

from collections.abc import Iterable, Iterator

from rewound.dump.definitions.table_elements import KEY_WORDS, TableElement
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.nesting import iter_outside
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import TokenKind


def plan_key_edits(elements: Iterable[TableElement], kind: Kind) -> list[Edit]:
    """Return the edits of the keys of a CREATE or ALTER TABLE."""
    edits: list[Edit] = []
    for element in elements:
        if element.is_column:
            continue
        if element.tokens[0].word == "VECTOR":
            if kind is Kind.CREATE_TABLE:
                edits.append(Edit(element.start, element.end, b"", rules.VECTOR_KEY))
        else:
            edits += _edit_options(element)
    return edits


def _edit_options(element: TableElement) -> Iterator[Edit]:
    key, rule = element.tokens, rules.MARIADB_KEY_OPTION
    columns_end = next((i for i, token in enumerate(key) if token.text == b")"), len(key))
    for index, token in iter_outside(key):
        rest = key[index + 1 : index + 3]
        has_sign = len(rest) == 2 and rest[0].text == b"="
        if has_sign and (token.kind is TokenKind.NAME or token.word == "CLUSTERING"):
            yield Edit(token.start, rest[1].end, b"", rule)
        elif token.word == "CLUSTERING" and rest and rest[0].word in KEY_WORDS:
            yield Edit(token.start, token.end, b"", rule)
        elif token.word == "IGNORED" and index > columns_end:
            negation = key[index - 1]
            if negation.word == "NOT":
                yield Edit(negation.start, token.end, b"VISIBLE", rule)
            else:
                yield Edit(token.start, token.end, b"INVISIBLE", rule)
