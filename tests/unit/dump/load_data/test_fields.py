import pytest

from rewound.dump.load_data.fields import RowReader
from rewound.dump.load_data.row_patterns import Fitness
from rewound.dump.load_data.table_metadata import ColumnMetadata, TableMetadata, ValueKind
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.statement_parser import parse_statement, with_rows

VERSION = 90704
ID = ColumnMetadata("id", ValueKind.INTEGER, is_nullable=False, character_set=None)
TEXT = ColumnMetadata("name", ValueKind.TEXT, is_nullable=True, character_set="utf8mb4")
RATE = ColumnMetadata("rate", ValueKind.FLOAT, is_nullable=True, character_set=None)
PRICE = ColumnMetadata("price", ValueKind.DECIMAL, is_nullable=True, character_set=None)
PHOTO = ColumnMetadata("photo", ValueKind.BYTES, is_nullable=True, character_set=None)
ODD = ColumnMetadata("odd", ValueKind.OTHER, is_nullable=True, character_set=None)
FIELDS, LITERAL, VERBATIM = Fitness.FIELDS, Fitness.LITERAL, Fitness.VERBATIM


def read(
    rows,
    *columns,
    head=b"INSERT INTO `t` VALUES ",
    auto_increment_column=None,
    masked_text=None,
    charset="utf8mb4",
):
    session = DumpSession(sql_mode="NO_AUTO_VALUE_ON_ZERO", character_set=charset)
    text = head + rows
    # As the splitter makes it, where no string holds a quote.
    parts = rows.split(b"'")
    made = head + b"''".join(parts[::2]) if masked_text is None else head + masked_text
    statement = with_rows(parse_statement(text, session.mode, VERSION), session.mode, made)
    metadata = TableMetadata(
        columns, auto_increment_column, has_primary_key=True, has_foreign_keys=False
    )
    start = text[: statement.rows_start]
    return RowReader(("g", "t"), metadata, start, session, VERSION).read(statement)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (b"(1,'a'),(2,NULL)", b"1,'a'),(2,NULL),("),
        (b"(1, 'a'),\n(2, 'b')", b"1, 'a'),\n(2, 'b'),\n("),
        (b"(1,'a'),\r\n(-2,'b')", b"1,'a'),\r\n(-2,'b'),\r\n("),
        (b"(1,'it\\n')", b"1,'it\\n'),("),
    ],
)
def test_rows_become_fields_with_their_own_separators(rows, text):
    fields = read(rows, ID, TEXT).fields
    assert fields is not None
    assert fields.text == text
    assert b"LINES TERMINATED BY '" + text[text.rindex(b")") :] + b"'" in fields.sql


def test_the_statement_names_table_columns_and_character_set():
    fields = read(b"('a',1)", ID, TEXT, head=b"INSERT INTO `t` (`name`, `id`) VALUES ").fields
    assert fields is not None
    assert fields.sql == (
        b"LOAD DATA LOCAL INFILE 'rows' INTO TABLE `g`.`t` CHARACTER SET utf8mb4"
        b" FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\\'' ESCAPED BY '\\\\'"
        b" LINES TERMINATED BY '),(' (`name`,`id`)"
    )


@pytest.mark.parametrize(
    ("value", "column", "fitness"),
    [
        (b"-1", ID, FIELDS),
        (b"'1'", ID, FIELDS),
        (b"1.5", ID, LITERAL),
        (b"NULL", ID, LITERAL),
        (b"1.50", PRICE, FIELDS),
        (b"1e3", PRICE, LITERAL),
        (b"-1.5e-7", RATE, FIELDS),
        (b"-0.05", RATE, FIELDS),
        (b"-0", RATE, LITERAL),
        (b"-0.0", RATE, LITERAL),
        (b"-0e0", RATE, LITERAL),
        (b"NULL", TEXT, FIELDS),
        (b"null", TEXT, LITERAL),
        (b"1", TEXT, LITERAL),
        (b"'\\\\%'", TEXT, FIELDS),
        (b"'\\%'", TEXT, LITERAL),
        (b"'\\_'", TEXT, LITERAL),
        (b"'\\N'", TEXT, LITERAL),
        (b"_binary 'a'", TEXT, LITERAL),
        (b"_binary 'a'", PHOTO, FIELDS),
        (b"0x61", PHOTO, FIELDS),
        (b"0xAF0", PHOTO, FIELDS),
        (b"0x", PHOTO, LITERAL),
        (b"x1", PHOTO, LITERAL),
        (b"0x61", TEXT, LITERAL),
        (b"0x61", ID, LITERAL),
        (b"b'1'", PHOTO, VERBATIM),
        (b"N'a'", TEXT, VERBATIM),
        (b"'a' 'b'", TEXT, VERBATIM),
        (b"DEFAULT", TEXT, VERBATIM),
        (b"NOW()", TEXT, VERBATIM),
        (b"CURRENT_TIMESTAMP", TEXT, VERBATIM),
        (b"@a", TEXT, VERBATIM),
        (b"1+1", ID, VERBATIM),
        (b"(1)", ID, VERBATIM),
        (b"'a'", ODD, LITERAL),
        (b" 'a'", TEXT, VERBATIM),
    ],
)
def test_a_value_decides_how_its_row_may_be_sent(value, column, fitness):
    assert read(b"(%b)" % value, column).fitness is fitness
    assert read(b"('x'),(%b),('x')" % value, column).fitness <= fitness


@pytest.mark.parametrize(
    "head",
    [
        b"INSERT IGNORE INTO `t` VALUES ",
        b"INSERT LOW_PRIORITY INTO `t` VALUES ",
        b"INSERT INTO `t` PARTITION (p0) VALUES ",
        b"INSERT INTO `t` (`id`) VALUES ",
        b"INSERT INTO `t` (`id`, `name`, `more`) VALUES ",
        b"INSERT `t` VALUES ",
    ],
)
def test_another_beginning_goes_as_it_stands(head):
    assert read(b"(1,'a')", ID, TEXT, head=head).fitness is VERBATIM


@pytest.mark.parametrize(
    "rows", [b"(1,'a'),(2)", b"(1,'a'), (2,'b'),(3,'c')", b"(1)", b"ROW(1,'a')"]
)
def test_other_rows_go_verbatim(rows):
    assert read(rows, ID, TEXT).fitness is VERBATIM


def test_a_number_that_the_server_chooses_goes_in_its_order():
    assert read(b"(1,'a')", ID, TEXT, auto_increment_column="id").fitness is FIELDS
    assert read(b"(NULL,'a')", ID, TEXT, auto_increment_column="id").fitness is VERBATIM
    metadata = TableMetadata((ID,), "id", has_primary_key=True, has_foreign_keys=False)
    session = DumpSession(sql_mode="")
    text = b"INSERT INTO t VALUES (0)"
    statement = with_rows(parse_statement(text, session.mode, VERSION), session.mode, text)
    reader = RowReader(("g", "t"), metadata, b"INSERT INTO t VALUES", session, VERSION)
    assert reader.read(statement).fitness is VERBATIM


def test_rows_without_masked_text_go_verbatim():
    # Other quotes or comments may stand in them.
    session = DumpSession()
    text = b'INSERT INTO t VALUES (1,"a")'
    statement = with_rows(parse_statement(text, session.mode, VERSION), session.mode)
    metadata = TableMetadata((ID, TEXT), None, has_primary_key=True, has_foreign_keys=False)
    reader = RowReader(("g", "t"), metadata, b"INSERT INTO t VALUES", session, VERSION)
    assert reader.read(statement).fitness is VERBATIM


def test_a_prefix_that_stands_in_a_string_as_well_is_not_taken_for_one():
    rows = b"(1,'x,_binary ''y'),(2,_binary 'z')"
    masked_text = b"(1,''''),(2,_binary '')"
    assert read(rows, ID, PHOTO, masked_text=masked_text).fitness is LITERAL


@pytest.mark.parametrize(
    ("columns", "character_set", "reading"),
    [
        ((ID, TEXT), "utf8mb4", b"utf8mb4"),
        ((ID, TEXT), "latin1", b"latin1"),
        ((ID, PHOTO), "utf8mb4", b"binary"),
        ((PHOTO, TEXT), "utf8mb4", b"binary"),
        ((PHOTO, TEXT), "latin1", b"latin1"),
        ((PHOTO, TEXT), "utf8", None),
        ((PHOTO, TEXT), "cp1251", None),
        ((ID, TEXT), "gbk", None),
    ],
)
def test_bytes_are_read_as_bytes_where_text_allows_it(columns, character_set, reading):
    values = {"id": b"1", "name": b"'a'", "photo": b"'a'"}
    rows = b"(" + b",".join(values[column.name] for column in columns) + b")"
    fields = read(rows, *columns, charset=character_set).fields
    assert (fields is None) is (reading is None)
    assert fields is None or b" CHARACTER SET " + (reading or b"") + b" " in fields.sql


def test_json_takes_no_binary_text():
    document = ColumnMetadata("doc", ValueKind.TEXT, True, "utf8mb4", is_json=True)
    assert read(b"('{}',_binary 'a')", document, PHOTO).fitness is LITERAL


def test_backslashes_that_are_none_go_as_sql():
    session = DumpSession(sql_mode="NO_BACKSLASH_ESCAPES")
    text = b"INSERT INTO t VALUES (1,'a')"
    statement = with_rows(
        parse_statement(text, session.mode, VERSION), session.mode, b"INSERT INTO t VALUES (1,'')"
    )
    metadata = TableMetadata((ID, TEXT), None, has_primary_key=True, has_foreign_keys=False)
    reader = RowReader(("g", "t"), metadata, b"INSERT INTO t VALUES", session, VERSION)
    assert reader.read(statement).fitness is LITERAL


def test_hexadecimal_bytes_are_decoded_by_the_server():
    fields = read(b"(1,0xFF),(2,NULL),(3,0x00)", ID, PHOTO).fields
    assert fields is not None
    assert fields.sql.endswith(b" (`id`,@h1) SET `photo` = UNHEX(SUBSTRING(@h1, 3))")
    assert b" CHARACTER SET utf8mb4 " in fields.sql


def test_a_column_with_both_sorts_of_bytes_goes_as_sql():
    # Its empty masked text does not tell an empty string from another.
    assert read(b"(1,0xFF),(2,'a')", ID, PHOTO).fitness is LITERAL
    assert read(b"(1,0xFF),(2,_binary 'a')", ID, PHOTO).fitness is LITERAL
