import pytest

EDITS = [
    ("a uuid NOT NULL DEFAULT uuid()", "a char(36) NOT NULL DEFAULT (uuid())"),
    ("a INET4, b inet6 DEFAULT NULL", "a varchar(15), b varchar(39) DEFAULT NULL"),
    ("a xmltype DEFAULT '<a/>'", "a longtext DEFAULT ('<a/>')"),
    ("a timestamp(14) NOT NULL, b timestamp(8)", "a timestamp NOT NULL, b timestamp"),
    ("a timestamp ( 12 )", "a timestamp "),
    ("a date DEFAULT curdate() COMMENT 'x'", "a date DEFAULT (curdate()) COMMENT 'x'"),
    (
        "a char(9) DEFAULT concat('(', lower(`b`)) ON UPDATE x",
        "a char(9) DEFAULT (concat('(', lower(`b`))) ON UPDATE x",
    ),
    ("a int, b int DEFAULT `a`", "a int, b int DEFAULT (`a`)"),
    ("a date DEFAULT current_date", "a date DEFAULT (current_date)"),
    ("a text NOT NULL DEFAULT ''", "a text NOT NULL DEFAULT ('')"),
    ("a json DEFAULT '{}' CHECK (x)", "a json DEFAULT ('{}') CHECK (x)"),
    ("a longblob DEFAULT x'41'", "a longblob DEFAULT (x'41')"),
    ("a text DEFAULT _utf8mb4'x'", "a text DEFAULT (_utf8mb4'x')"),
    ("a tinytext DEFAULT -1.5", "a tinytext DEFAULT (-1.5)"),
    ("a text DEFAULT 5, b text DEFAULT true", "a text DEFAULT (5), b text DEFAULT (true)"),
    ("a point DEFAULT st_geomfromtext('x')", "a point DEFAULT (st_geomfromtext('x'))"),
    ("a text COMPRESSED NOT NULL, b int", "a text  NOT NULL, b int"),
    ("a text COMPRESSED=zlib", "a text "),
    ("a text /*M!100301 x*/ /*!100301 COMPRESSED*/ NULL", "a text /*M!100301 x*/   NULL"),
    (
        "a blob /*!50633 COLUMN_FORMAT COMPRESSED WITH COMPRESSION_DICTIONARY `d` */ NULL",
        "a blob /*!50633  */ NULL",
    ),
    ("a blob COLUMN_FORMAT COMPRESSED", "a blob "),
    ("a int, b int AS (a + 1) PERSISTENT UNIQUE", "a int, b int AS (a + 1) STORED UNIQUE"),
    ("a point REF_SYSTEM_ID=0 NOT NULL", "a point  NOT NULL"),
    ("a int WITHOUT SYSTEM VERSIONING NOT NULL", "a int  NOT NULL"),
    ("a int `FIELD_FORMAT`='JAN' NOT NULL", "a int  NOT NULL"),
]
ALTERATIONS = [
    ("MODIFY `a` uuid, ADD COLUMN b inet4", "MODIFY `a` char(36), ADD COLUMN b varchar(15)"),
    ("CHANGE a b text DEFAULT ''", "CHANGE a b text DEFAULT ('')"),
    ("ADD IF NOT EXISTS a timestamp(14)", "ADD IF NOT EXISTS a timestamp"),
]


@pytest.mark.parametrize(("columns", "sent"), EDITS)
def test_a_column_of_another_dialect_is_put_into_mysqls_words(rewrite, columns, sent):
    text, rules = rewrite(f"CREATE TABLE t ({columns}) ENGINE=InnoDB")
    assert text == f"CREATE TABLE t ({sent}) ENGINE=InnoDB"
    assert rules


@pytest.mark.parametrize(("change", "sent"), ALTERATIONS)
def test_a_column_of_another_dialect_is_changed_in_alter_table_too(rewrite, change, sent):
    assert rewrite(f"ALTER TABLE t {change}")[0] == f"ALTER TABLE t {sent}"


@pytest.mark.parametrize(
    "columns",
    [
        "uuid int, inet6 int, timestamp int, compressed int, persistent int, `default` int",
        "a timestamp(6) NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6)",
        "a datetime DEFAULT NOW(), b datetime DEFAULT localtime, c timestamp DEFAULT NULL",
        "a text DEFAULT NULL, b text DEFAULT ('x'), c json DEFAULT (json_object())",
        "a varchar(9) DEFAULT 'uuid()', b bit(1) DEFAULT b'0', c float DEFAULT -1.5",
        "a varchar(9) DEFAULT _utf8mb4'x', b int DEFAULT true CHECK (`b` = 1)",
        "a text COMMENT 'COMPRESSED DEFAULT 5', b int AS (`a` = `c`) STORED INVISIBLE",
        "a longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`a`))",
        "a blob COLUMN_FORMAT DYNAMIC, b point SRID 0, c vector(3) NOT NULL",
        "a int, CONSTRAINT c CHECK (a = timestamp(20010203040506)), PRIMARY KEY (a)",
        "a int AS (timestamp(14))",
        "LIKE u",
    ],
)
def test_columns_that_mysql_takes_are_left_as_they_are(rewrite, columns):
    text = f"CREATE TABLE t ({columns})"
    assert rewrite(text) == (text, set())


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE t ALTER a SET DEFAULT 'x'",
        "ALTER TABLE t DROP COLUMN uuid, ENABLE KEYS, ADD KEY (uuid), AUTO_INCREMENT=5",
        "ALTER TABLE t ADD",
        "CREATE TABLE t (",
        "CREATE TABLE t ()",
        "CREATE TABLE t (,a)",
        "CREATE TABLE t",
    ],
)
def test_what_defines_no_column_is_left_as_it_is(rewrite, text):
    assert rewrite(text) == (text, set())
