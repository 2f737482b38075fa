"""Where columns and keys of a definition begin and end, and which is which."""

import pytest

from rewound.dump.definitions.table_elements import iter_table_elements
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import read_tokens

COLUMN, KEY = "column", "key"


def read(text: str, kind: Kind) -> list[tuple[str, str]]:
    """Return each element as what it is, and its text; of a column without its name."""
    tokens = read_tokens(text.encode(), LexicalMode(), 90704)
    return [
        (
            COLUMN if element.is_column else KEY,
            text.encode()[element.tokens[0].start : element.end].decode(),
        )
        for element in iter_table_elements(tokens, kind)
    ]


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("CREATE TABLE t (a INT)", [(COLUMN, "INT")]),
        (
            "CREATE TABLE t (`a,b` DECIMAL(9,2) DEFAULT (1+(2)), KEY k (a,b)) ENGINE=InnoDB",
            [(COLUMN, "DECIMAL(9,2) DEFAULT (1+(2))"), (KEY, "KEY k (a,b)")],
        ),
        (
            "CREATE TABLE t (a INT, PRIMARY KEY (a), UNIQUE u (a), CHECK (a > 0),"
            " CONSTRAINT c FOREIGN KEY (a) REFERENCES p (x))",
            [
                (COLUMN, "INT"),
                (KEY, "PRIMARY KEY (a)"),
                (KEY, "UNIQUE u (a)"),
                (KEY, "CHECK (a > 0)"),
                (KEY, "CONSTRAINT c FOREIGN KEY (a) REFERENCES p (x)"),
            ],
        ),
        # A column may be named as a kind of key that only MariaDB or TokuDB has.
        (
            "CREATE TABLE t (vector INT, VECTOR KEY v (a), clustering INT, CLUSTERING KEY c (a))",
            [
                (COLUMN, "INT"),
                (KEY, "VECTOR KEY v (a)"),
                (COLUMN, "INT"),
                (KEY, "CLUSTERING KEY c (a)"),
            ],
        ),
        # A quoted name is a name, whatever it says.
        ("CREATE TABLE t (`primary` INT)", [(COLUMN, "INT")]),
        ("CREATE TABLE t (a)", []),
        ("CREATE TABLE t LIKE u", []),
    ],
)
def test_elements_of_create_table(text: str, elements: list[tuple[str, str]]):
    assert read(text, Kind.CREATE_TABLE) == elements


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("ALTER TABLE t ADD a INT", [(COLUMN, "INT")]),
        ("ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT FIRST", [(COLUMN, "INT FIRST")]),
        ("ALTER TABLE t MODIFY a BIGINT", [(COLUMN, "BIGINT")]),
        ("ALTER TABLE t CHANGE a b BIGINT", [(COLUMN, "BIGINT")]),
        (
            "ALTER TABLE t ADD KEY k (a,b), ADD b INT, DROP c, ENGINE=InnoDB",
            [(KEY, "KEY k (a,b)"), (COLUMN, "INT")],
        ),
        ("ALTER TABLE t DROP PRIMARY KEY", []),
    ],
)
def test_elements_of_alter_table(text: str, elements: list[tuple[str, str]]):
    assert read(text, Kind.ALTER_TABLE) == elements


def test_an_element_begins_at_the_comma_before_it():
    text = "CREATE TABLE t (a INT , KEY k (a) , b INT)"
    tokens = read_tokens(text.encode(), LexicalMode(), 90704)
    spans = [
        text[element.start : element.end]
        for element in iter_table_elements(tokens, Kind.CREATE_TABLE)
    ]
    assert spans == ["a INT", " , KEY k (a)", " , b INT"]
