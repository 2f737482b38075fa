import re
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.file.header import IDLE_COMMENT, Header, opens_dump, read_comment
from rewound.dump.text import splitter
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.masked_text import find_insert_head, mask_text
from rewound.dump.text.read_buffer import ReadBuffer
from rewound.dump.text.splitter import Piece, PieceKind, Splitter

MODES = [
    LexicalMode(backslash_escapes=backslash_escapes, ansi_quotes=ansi_quotes, two_byte_set=charset)
    for backslash_escapes in (True, False)
    for ansi_quotes in (True, False)
    for charset in (None, "sjis", "cp932", "gbk", "gb18030", "big5")
]

# Whole things and halves of them: what a dump holds, and what a cut or a hoax leaves.
FRAGMENTS = [
    *(b"'", b'"', b"`", b"\\", b"''", b'""', b"``", b"\\'", b'\\"', b"\\\\", b"'it''s'", b'"a;b"'),
    *(b"`a;b`", b"'a\\';b'", b"-- c\n", b"--", b"-", b"--\t;'\n", b"# c;\n", b"#", b"/* ; */"),
    *(b"/*", b"*/", b"/", b"*", b"/*!40101 ", b"/*!", b"/*+ x */", b"/*!50003 a; b */", b"/**/"),
    *(b"DELIMITER ;;\n", b"delimiter //\r\n", b"DELIMITER ;\n", b"DELIMITER $$ x\n", b"DELIMITER"),
    *(b"DELIMITER\n", b"DELIMITER --\n", b"DELIMITER '\n", b"DELIMITER /*\n", b"delimiterless "),
    *(b";", b";;", b"//", b"$$", b"\n", b"\r\n", b" ", b"\t", b"\x00", b"\xef\xbb\xbf", b"a", b"1"),
    *(b"\x81", b"\x81\\", b"\x95\\'", b"\xa4`", b"\xfe", b"\x810\x815", b"\xff", b"\xc3\xa4"),
    *(b"INSERT INTO `t` VALUES (1,'x',-2,3/4);\n", b"SET a=1;", b"mysqldump: [Warning] x\n"),
    *(b"CREATE LIBRARY l AS $$ a;b ' $$ ;", b"CREATE", b" AS ", b"\nas\n$x_1$", b"$x_1$", b"$x"),
    *(b"Warning: y\n", b"mysqldump", b"mariadb-dump.exe: ", b"-- Dump completed\n"),
]


# Rows as dumps write them, with all that could be taken for the end of one.
ROWS = [
    *(b"(1,'a')", b"(2,'it''s;')", b"(3,'a\\\\')", b"(4,'\\');')", b"(5,NULL)", b"(6,'),(')"),
    *(b"(7,NOW())", b"(8,0x27)", b"(9,_binary '\x00\x01\x02')", b"(10, 'x' )", b"(11,'-- #/*')"),
    *(
        b"(12,';\nINSERT INTO `t` VALUES (')",
        b"(13,'')",
        b"(NULL,'a')",
        b"(14,(1+2))",
        b"(15,'\"`')",
    ),
]
HEADS = [
    *(b"INSERT INTO `t` VALUES ", b"INSERT INTO `t` (`a`,`b`) VALUES ", b"insert into u values"),
    *(b"INSERT IGNORE INTO `t` VALUES\n", b"REPLACE INTO t VALUES ", b"INSERT INTO `a-b` VALUES "),
]
TAILS = [b"", b"", b"", b" ON DUPLICATE KEY UPDATE b=VALUES(b)", b" -- '\n"]


BODIES = [
    (b"CREATE LIBRARY l AS $$ a;b ' $$ ;SELECT 1;", 2),
    (b"create function f() returns int\nAS\n$tag_1$ $$; ` /* $tag_1$;SELECT 1;", 2),
    (b"CREATE LIBRARY l AS $$ " + b"a;b " * 2000 + b"$$ ;SELECT 1;", 2),
    (b"CREATE VIEW v AS SELECT 1 AS $a;SELECT 1;", 2),
    (b"CREATE VIEW v AS SELECT 1 AS x$$;SELECT 1 $$;", 2),
    # What only opens such a text where it is an error is none: a rule refuses it.
    (b"CREATE VIEW v AS SELECT $$ ; $$;", 2),
    (b"SELECT 1 AS $$ ; $$;", 2),
    (b"DELIMITER $$\nCREATE VIEW v AS SELECT 1 AS $$ $$", 2),
]


@pytest.mark.parametrize(("text", "count"), BODIES)
def test_a_delimiter_in_the_body_of_a_routine_ends_nothing(text, count):
    assert len(split([text])) == count
    assert split([text[i : i + 1] for i in range(len(text))]) == split([text])


def split(chunks, mode=None):
    """Return the pieces without their masked text: whether one is found is a matter of luck."""
    pieces = Splitter(mode or LexicalMode()).iter_pieces(chunks)
    return [piece._replace(masked_text=None) for piece in pieces]


def statements(text, mode=None):
    return [piece.text for piece in split([text], mode) if piece.kind is PieceKind.STATEMENT]


def cut(text, sizes):
    """Cut a text into chunks of these sizes, again and again."""
    chunks: list[bytes] = []
    position = 0
    while position < len(text):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(text[position : position + size])
        position += size
    return chunks


@given(
    fragments=st.lists(st.sampled_from(FRAGMENTS), max_size=25),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    mode=st.sampled_from(MODES),
)
def test_pieces_are_equal_however_the_bytes_are_chunked(fragments, sizes, mode):
    text = b"".join(fragments)
    whole = split([text], mode)
    assert split(cut(text, [1]), mode) == whole
    assert split([b"", *cut(text, sizes), b""], mode) == whole


@given(fragments=st.lists(st.sampled_from(FRAGMENTS), max_size=25), mode=st.sampled_from(MODES))
def test_pieces_stand_in_the_dump_in_their_order_at_their_lines(fragments, mode):
    text = b"".join(fragments)
    lines = [line + b"\n" for line in text.split(b"\n")]
    position = 0
    for piece in split([text], mode):
        line_start = len(b"".join(lines[: piece.line - 1]))
        found = (text + b"\n").index(piece.text, max(position, line_start))
        assert b"\n" not in text[line_start:found]
        position = found + len(piece.text)


FILLER_FRAGMENTS = st.sampled_from(
    [
        *(
            *FRAGMENTS,
            b"-- MySQL dump 1\n",
            b"--\n",
            b"#\n",
            b"# Host: h (MySQL 5)\n",
            b"/* S * */",
        ),
        *(
            b"/* MySQL - 5 : Database */",
            b"/*",
            b";;",
            b"DELIMITER //\n",
            b"//\n",
            b"////mysql: \n",
        ),
        *(b"DELIMITER d\n", b"d\n", b"delimiter ;\n"),
    ]
)


@given(
    fragments=st.lists(FILLER_FRAGMENTS, max_size=25),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    mode=st.sampled_from(MODES),
)
def test_what_is_passed_over_is_what_says_nothing(fragments, sizes, mode):
    text = b"".join(fragments)
    others = []
    header = Header()
    for piece in split([text], mode):
        is_idle = piece.kind is PieceKind.STATEMENT and not piece.text
        if piece.kind is PieceKind.COMMENT:
            before, header = header, read_comment(header, piece.text)
            idle = rb"(?:" + IDLE_COMMENT + rb")\s*"
            is_idle = re.fullmatch(idle, piece.text + b"\n", re.DOTALL) is not None
            assert not is_idle or (before == header and not opens_dump(piece.text))
        if not is_idle:
            others.append(piece)
    for chunks in ([text], cut(text, sizes), cut(text, [1])):
        pieces = Splitter(mode, idle_comment=IDLE_COMMENT).iter_pieces(chunks)
        assert [piece._replace(masked_text=None) for piece in pieces] == others


FLOODS = [
    (b";\n", b""),
    (b";", b""),
    (b"-- \n", b""),
    (b"-- Host\n", b""),
    (b"#\n", b""),
    (b"/**/;", b""),
    (b"/* MySQL */", b""),
    (b"//\n", b"DELIMITER //\n"),
    (b"$$", b"DELIMITER $$\n"),
]


@pytest.mark.parametrize(("flood", "before"), FLOODS)
def test_a_flood_of_what_says_nothing_is_passed_over_in_one_go(flood, before, monkeypatch):
    moves: list[int] = []
    move = ReadBuffer.move

    def count(self: ReadBuffer, length: int) -> None:
        moves.append(length)
        move(self, length)

    monkeypatch.setattr(ReadBuffer, "move", count)
    text = before + flood * 10_000 + b"SELECT 1" + (b";" if not before else before.split()[1])
    pieces = list(Splitter(idle_comment=IDLE_COMMENT).iter_pieces([text]))
    assert [piece.text for piece in pieces] == [b"SELECT 1"]
    assert len(moves) < 10


QUOTED = st.builds(
    lambda quote, body: quote + b"".join(body).replace(quote, quote * 2) + quote,
    st.sampled_from([b"'", b'"', b"`"]),
    st.lists(st.sampled_from([b";", b"//", b"-- ", b"#", b"/*", b"*/", b"'", b'"', b"`", b"\n"])),
)
ESCAPED = st.sampled_from([b"'\\''", b"'\\\\'", b'"\\";"', b"'\\n;\\0'", b"'\x95\\';'"])
PART = st.one_of(
    QUOTED,
    ESCAPED,
    st.sampled_from(
        [
            b"SELECT",
            b"1-2",
            b"3/4",
            b"a -b",
            b"/* ; ' */",
            b"-- ;'\n",
            b'# "\r\n',
            b"\r\n",
            b"\n",
            b"/*!50001 x */",
            b"\xc3\xa4",
            b"\x00",
            b"(",
            b")",
            b"--1",
        ]
    ),
)


@given(
    bodies=st.lists(st.lists(PART, max_size=8), max_size=8),
    delimiter=st.sampled_from([b";", b";;", b"$$", b"//", b"|"]),
    between=st.sampled_from([b"", b"\n", b"\r\n\r\n", b" \t"]),
)
def test_known_statements_come_back_from_a_script_of_them(bodies, delimiter, between):
    script, wanted, line = b"DELIMITER " + delimiter + b"\n", [], 2
    for body in bodies:
        statement = b"X " + b" ".join(body) + b" Y"
        wanted.append(Piece(PieceKind.STATEMENT, statement, line))
        script += statement + delimiter + between
        line += (statement + between).count(b"\n")
    assert split([script]) == wanted


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        (b"a;b;", None, [b"a", b"b"]),
        (b"  a \r\n;\r\n b;", None, [b"a", b"b"]),
        (b"\xef\xbb\xbfa;b;", None, [b"a", b"b"]),
        (b"a\x00b;\x00;c;", None, [b"a\x00b", b"", b"c"]),
        (b"';' ; \";\";`;`;", None, [b"';'", b'";"', b"`;`"]),
        (b"'a\\';' ;b;", None, [b"'a\\';'", b"b"]),
        (b"'a\\';b;", LexicalMode(backslash_escapes=False), [b"'a\\'", b"b"]),
        (b"`a\\`;b;", None, [b"`a\\`", b"b"]),
        (b'"a\\";b;', LexicalMode(ansi_quotes=True), [b'"a\\"', b"b"]),
        (b"'\x95\\';b;", LexicalMode(two_byte_set="sjis"), [b"'\x95\\'", b"b"]),
        (b"'\x95\\';b;", LexicalMode(two_byte_set="gbk"), [b"'\x95\\'", b"b"]),
        (b"'\x95\\';b';", None, [b"'\x95\\';b'"]),
        (b"'\xa4\\';b;", LexicalMode(two_byte_set="big5"), [b"'\xa4\\'", b"b"]),
        (b"`\x81``;b;", LexicalMode(two_byte_set="gbk"), [b"`\x81``", b"b"]),
        (b"'\x81';b;", LexicalMode(two_byte_set="gbk"), [b"'\x81'", b"b"]),
        (b"'\x810\x81\\';b;", LexicalMode(two_byte_set="gb18030"), [b"'\x810\x81\\'", b"b"]),
        (b"a -- ;\n b;", None, [b"a -- ;\n b"]),
        (b"a --;\n b;", None, [b"a --", b"b"]),
        (b"a # ; '\n b;", None, [b"a # ; '\n b"]),
        (b"a /* ; ' */ b;", None, [b"a /* ; ' */ b"]),
        (b"/*!40101 SET a=1 */;", None, [b"/*!40101 SET a=1 */"]),
        (b"/*!50003 a ';' */;b;", None, [b"/*!50003 a ';' */", b"b"]),
        (b"DELIMITER ;;\na;b;;\nDELIMITER ;\nc;", None, [b"a;b", b"c"]),
        (b"delimiter //\r\na;b//c//", None, [b"a;b", b"c"]),
        (b"DELIMITER ;; and the rest\na;b;;", None, [b"a;b"]),
        (b"DELIMITER\na;", None, [b"a"]),
        (b"DELIMITER $$", None, []),
        (b"delimiters;", None, [b"delimiters"]),
        (b"DELIMITER " + b" " * 2000 + b"//\na;b//", None, [b"a;b"]),
        (b"'DELIMITER //\n';b;", None, [b"'DELIMITER //\n'", b"b"]),
    ],
)
def test_statements_end_where_the_server_would_end_them(text, mode, expected):
    whole = split([text], mode)
    assert [piece.text for piece in whole if piece.kind is PieceKind.STATEMENT] == expected
    for place in range(len(text)):
        assert split([text[:place], text[place:]], mode) == whole


@pytest.mark.parametrize(
    ("text", "kind", "open_quote"),
    [
        (b"-- c", PieceKind.COMMENT, False),
        (b"#", PieceKind.COMMENT, False),
        (b"--", PieceKind.COMMENT, False),
        (b"--\x7fc", PieceKind.COMMENT, False),
        (b"/* a\n b */", PieceKind.COMMENT, False),
        (b"/*M!100616 SET x */", PieceKind.COMMENT, False),
        (b"/* a", PieceKind.UNFINISHED, True),
        (b"/*", PieceKind.UNFINISHED, True),
        (b"/*!40101 SET a=1 */", PieceKind.UNFINISHED, False),
        (b"INSERT INTO t VALUES (1", PieceKind.UNFINISHED, False),
        (b"INSERT INTO t VALUES ('a", PieceKind.UNFINISHED, True),
        (b"INSERT INTO t VALUES ('a\\", PieceKind.UNFINISHED, True),
        (b"a /* b", PieceKind.UNFINISHED, True),
        (b"mysqldump: [Warning] Using a password;", PieceKind.TOOL_LINE, False),
        (b"WARNING: --master-data is deprecated", PieceKind.TOOL_LINE, False),
        (b"mariadb-dump.exe: Got error", PieceKind.TOOL_LINE, False),
    ],
)
def test_what_is_no_statement_is_told_apart(text, kind, open_quote):
    assert split([b"\n\n" + text]) == [Piece(kind, text, 3, open_quote)]


def test_a_tool_line_in_the_middle_of_a_statement_belongs_to_it():
    assert statements(b"INSERT INTO t VALUES ('\nmysqldump: x');") == [
        b"INSERT INTO t VALUES ('\nmysqldump: x')"
    ]


def test_mode_set_between_two_pieces_holds_from_the_next_one_on():
    cutter = Splitter()
    pieces = cutter.iter_pieces([b"'a\\'b';", b"'a\\';c;"])
    assert next(pieces).text == b"'a\\'b'"
    cutter.mode = LexicalMode(backslash_escapes=False)
    assert [piece.text for piece in pieces] == [b"'a\\'", b"c"]


def test_a_long_statement_comes_out_of_many_small_chunks():
    body = b"INSERT INTO t VALUES ('" + b"x" * 1_000_000 + b"')"
    assert statements(body + b";") == [piece.text for piece in split(cut(body + b";", [256]))]


@st.composite
def inserts(draw):
    """Return INSERTs as (head, rows, tail), with runs of the same head."""
    drawn = []
    for head in draw(st.lists(st.sampled_from(HEADS), max_size=5)):
        for _ in range(draw(st.integers(1, 4))):
            rows = draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=5))
            drawn.append((head, rows, draw(st.sampled_from(TAILS))))
    return drawn


def write(drawn, between):
    return b"".join(head + b",".join(rows) + tail + b";" + between for head, rows, tail in drawn)


def regroup_all(_head):
    return lambda _rows: True


@pytest.mark.parametrize("long_insert_bytes", [20, 1 << 20])
@given(
    drawn=inserts(),
    between=st.sampled_from([b"\n", b"\r\n", b"", b"\n\n"]),
    sizes=st.lists(st.integers(1, 300), min_size=1, max_size=4),
)
def test_regrouped_inserts_hold_the_same_rows_in_the_same_order(
    long_insert_bytes, drawn, between, sizes
):
    text = write(drawn, between)
    with (
        patch.object(splitter, "LONG_INSERT_BYTES", long_insert_bytes),
        patch.object(splitter, "SHORT_BYTES", 0),
    ):
        pieces = list(Splitter(row_tests=regroup_all).iter_pieces(cut(text, sizes)))
    assert sum(piece.statements for piece in pieces) == len(drawn)
    assert all(piece.kind is PieceKind.STATEMENT for piece in pieces)
    found = [(head.strip().lower(), row) for piece in pieces for head, row in read_rows(piece.text)]
    assert found == [(head.strip().lower(), row) for head, rows, _ in drawn for row in rows]
    tails = sum(b"ON DUPLICATE" in piece.text for piece in pieces)
    assert tails == sum(tail.startswith(b" ON") for _, _, tail in drawn)


def read_rows(text):
    """Yield the head and each row of an INSERT, by trying every row that there could be."""
    head = next(head for head in HEADS if text.startswith((head, head.replace(b"\n", b" "))))
    position = len(head)
    while text.startswith(b"(", position):
        row = next(row for row in ROWS if text.startswith(row, position))
        yield head, row
        position += len(row) + 1


@given(drawn=inserts(), mode=st.sampled_from(MODES))
def test_the_masked_text_made_while_splitting_is_that_of_the_text(drawn, mode):
    pieces = Splitter(mode, row_tests=regroup_all).iter_pieces([write(drawn, b"\n")])
    for piece in pieces:
        if piece.masked_text is not None and b"ON DUPLICATE" not in piece.text:
            head = find_insert_head(piece.text, 0)
            assert piece.masked_text[head:] == mask_text(piece.text[head:], mode)


def test_single_rows_are_gathered_and_a_name_for_the_new_row_is_not():
    texts = [b"INSERT INTO t VALUES (%d) AS n ON DUPLICATE KEY UPDATE a=n.a" % n for n in range(3)]
    pieces = Splitter(row_tests=regroup_all).iter_pieces([b";\n".join([*texts, b""])])
    assert [piece.text for piece in pieces] == texts
    plain = b"".join(b"INSERT INTO t VALUES (%d);\n" % n for n in range(1, 1001))
    _, run, last = Splitter(row_tests=regroup_all).iter_pieces([b"USE g;\n" + plain])
    assert (run.statements, run.text.count(b"("), last.statements) == (999, 999, 1)


def test_rows_that_do_not_pass_their_test_stay_in_their_statements():
    texts = [b"INSERT INTO t VALUES (%b)" % n for n in (b"NOW()", b"2", b"3", b"4", b"5")]
    others = [text.replace(b" t ", b" u ") for text in texts[:2]]
    text = b";\n".join([b"USE g", *texts, *others, b""])

    def find_test(head):
        return (lambda rows: b"NOW" not in rows) if b" t " in head else None

    pieces = list(Splitter(row_tests=find_test).iter_pieces([text]))
    assert [piece.text for piece in pieces] == [
        *(b"USE g", texts[0], texts[1], b"INSERT INTO t VALUES (3),(4)", texts[4]),
        *others,
    ]


def test_a_run_that_does_not_pass_is_not_looked_at_for_each_of_its_statements():
    tries = []

    def passes(rows):
        tries.append(rows)
        return False

    text = b"USE g;\n" + b"INSERT INTO t VALUES (NOW());\n" * 1000
    assert len(list(Splitter(row_tests=lambda _head: passes).iter_pieces([text]))) == 1001
    assert len(tries) < 12


def test_a_long_insert_whose_rows_do_not_pass_comes_whole():
    text = b"INSERT INTO t VALUES " + b",".join([b"(NOW())"] * 1000) + b";"
    with patch.object(splitter, "LONG_INSERT_BYTES", 100):
        pieces = list(Splitter(row_tests=lambda _head: lambda _rows: False).iter_pieces([text]))
    assert [piece.text for piece in pieces] == [text[:-1]]


def test_gathered_rows_are_set_apart_as_those_of_one_statement():
    text = b"USE g;\n" + b"INSERT INTO t VALUES\n(1),\n(2);\n" * 3
    [_, first, _] = Splitter(row_tests=regroup_all).iter_pieces([text])
    assert first.text == b"INSERT INTO t VALUES\n(1),\n(2),\n(1),\n(2)"
    assert first.masked_text == first.text


def test_more_than_any_server_takes_is_told_from_a_dump_that_ends():
    with patch.object(splitter, "LONGEST_STATEMENT_BYTES", 1000):
        [piece] = split(cut(b"SELECT '" + b"x" * 5000, [100]))
    assert (piece.kind, piece.too_long) == (PieceKind.UNFINISHED, True)
    [piece] = split([b"SELECT '" + b"x" * 5000])
    assert (piece.kind, piece.too_long) == (PieceKind.UNFINISHED, False)


@pytest.mark.parametrize(
    "text",
    [
        b"INSERT INTO " + b"a" * 64 + b" SET id = 1",
        b"INSERT INTO " + b"a.b$" * 1000 + b" (x) SELECT 1",
        b"INSERT INTO `a` (" + b"a, " * 100_000 + b"\xc3\xa4) VALUES (1)",
    ],
    ids=["one word", "many dots", "many columns"],
)
def test_the_head_of_an_insert_is_looked_for_in_one_pass(text):
    assert find_insert_head(text, 0) == 0


@pytest.mark.parametrize("behind", [b" ", b"\t", b"\x00", b"\x1f", b"\x7f"])
def test_the_masked_text_leaves_out_the_comments_that_the_splitter_leaves_out(behind):
    text = b"(1 --" + behind + b"'),(2\n,3) --"
    assert mask_text(text, LexicalMode()) == b"(1  \n,3)  "
