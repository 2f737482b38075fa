import pytest

from rewound.dump.definitions.foreign_keys import plan_foreign_key_removal
from rewound.dump.rules.verdict import apply_edits
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement_parser import parse_statement
from rewound.dump.text.tokens import read_tokens

MODE, VERSION = LexicalMode(), 90704
F = "CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES p (b) ON DELETE CASCADE"
G = "CONSTRAINT g FOREIGN KEY (a, b) REFERENCES p (b, c)"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"CREATE TABLE t (a int, {F})", "CREATE TABLE t (a int, KEY (`a`))"),
        (f"CREATE TABLE t (a int, KEY k (A), {F})", "CREATE TABLE t (a int, KEY k (A))"),
        (
            f"CREATE TABLE t (a int, PRIMARY KEY (a, b), {F}, {G})",
            f"CREATE TABLE t (a int, PRIMARY KEY (a, b), {G})",
        ),
        (
            f"CREATE TABLE t (a int, FULLTEXT KEY k (a), KEY l (b, a), {F})",
            "CREATE TABLE t (a int, FULLTEXT KEY k (a), KEY l (b, a), KEY (`a`))",
        ),
        (f"CREATE TABLE t ({F}, KEY k (a))", "CREATE TABLE t (KEY (`a`), KEY k (a))"),
        (f"ALTER TABLE t ADD {F}", ""),
        (f"ALTER TABLE t ADD {F}, ADD KEY (a)", "ALTER TABLE t  ADD KEY (a)"),
        (f"ALTER TABLE t ADD {G}, ADD {F}", f"ALTER TABLE t ADD {G}"),
        # It is not there: the key belongs to another table.
        (f"CREATE TABLE t (a int, {G})", None),
        ("CREATE TABLE f (f int)", None),
    ],
)
def test_a_foreign_key_is_taken_out_with_its_index_kept(text, left):
    sql = text.encode()
    tokens = read_tokens(sql, MODE, VERSION)
    kind = parse_statement(sql, MODE, VERSION).kind
    edits = plan_foreign_key_removal(tokens, kind, MODE, table="t", key="F")
    assert (apply_edits(sql, edits).decode() if edits else None) == left


def test_one_without_a_name_has_the_one_that_the_server_gives_it():
    sql = (
        f"CREATE TABLE t (FOREIGN KEY (a) REFERENCES p (a), {F}, FOREIGN KEY (b) REFERENCES p (b))"
    )
    tokens = read_tokens(sql.encode(), MODE, VERSION)
    kind = parse_statement(sql.encode(), MODE, VERSION).kind
    edits = plan_foreign_key_removal(tokens, kind, MODE, table="t", key="t_ibfk_2")
    assert apply_edits(sql.encode(), edits).decode().endswith(f"{F}, KEY (b))")
