import pytest

EDITS = [
    ("KEY k (a) IGNORED", "KEY k (a) INVISIBLE"),
    ("UNIQUE KEY k (a) NOT IGNORED", "UNIQUE KEY k (a) VISIBLE"),
    ("CLUSTERING KEY k (a)", " KEY k (a)"),
    ("UNIQUE CLUSTERING KEY k (a)", "UNIQUE  KEY k (a)"),
    ("KEY k (a) `clustering`=yes COMMENT 'x'", "KEY k (a)  COMMENT 'x'"),
    ("KEY k (a) CLUSTERING=YES", "KEY k (a) "),
]


@pytest.mark.parametrize(("key", "sent"), EDITS)
def test_a_key_of_another_dialect_is_put_into_mysqls_words(rewrite, key, sent):
    text, rules = rewrite(f"CREATE TABLE t (a int, {key}, b int)")
    assert (text, rules) == (f"CREATE TABLE t (a int, {sent}, b int)", {"mariadb-key-option"})


def test_a_vector_key_is_left_out_with_its_comma(rewrite):
    assert rewrite("CREATE TABLE t (a vector(3), VECTOR KEY `a` (`a`) `M`=8, KEY k (b))") == (
        "CREATE TABLE t (a vector(3), KEY k (b))",
        {"vector-key"},
    )


@pytest.mark.parametrize(
    "key",
    [
        "KEY ignored (ignored), KEY clustering (clustering)",
        "KEY k TYPE BTREE (a), KEY l USING BTREE (a), KEY m (a) TYPE BTREE INVISIBLE",
        "vector int, clustering int",
        "CHECK (`a` = 1), FULLTEXT KEY f (a) WITH PARSER ngram",
    ],
)
def test_keys_that_mysql_takes_are_left_as_they_are(rewrite, key):
    text = f"CREATE TABLE t (a int, {key})"
    assert rewrite(text) == (text, set())
