r"""Random statements out of what two readers could take in two ways.

Each begins as a statement that a dump may hold, or one that it may not, and goes on with
quotes, comments of all kinds, escapes and characters of several bytes, in any company.
"""

from functools import cache

from hypothesis import strategies as st

CHARACTER_SETS = ("utf8mb4", "latin1", "latin2", "gbk", "sjis", "big5", "cp932", "gb18030")
SQL_MODES = (
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
    "PIPES_AS_CONCAT,IGNORE_SPACE,HIGH_NOT_PRECEDENCE",
)
WAYS_TO_SET = (
    "SET NAMES %s",
    "SET NAMES '%s'",
    "SET CHARACTER SET %s, @x = 1",
    "/*!50503 SET character_set_client = %s */",
    "SET @@session.`character_set_client` := %s",
    "SET @x = 1, LOCAL character_set_client='%s'",
    "SET sql_notes = 1, NAMES %s",
)
WAYS_TO_SET_MODE = (
    "SET sql_mode = '%s'",
    "SET @@SESSION.sql_mode := '%s'",
    "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='%s' */",
    "SET @a = '%s', @@local.sql_mode = @`A`",
    "SET GLOBAL max_connections = 1, @@sql_mode = '%s'",
    "SET sql_notes = 0, SESSION sql_mode = '%s', @b = @@sql_mode",
)

_STARTS = (
    *(b"INSERT INTO t VALUES (1, ", b"INSERT INTO t (a, b) VALUES ", b"REPLACE t SET a = "),
    *(b"INSERT INTO ", b"INSERT INTO `t` VALUES (", b"insert/**/into t value (1, "),
    *(b"SET @a = ", b"SET ", b"DROP TABLE IF EXISTS t", b"DROP TABLE ", b"CREATE TABLE u (a INT "),
    *(b"ALTER TABLE t ", b"TRUNCATE t ", b"USE ", b"LOCK TABLES t ", b"UNLOCK TABLES ", b"COMMIT "),
    *(b"CREATE VIEW v AS SELECT ", b"CREATE DATABASE ", b"DELETE FROM t ", b"", b"BEGIN "),
    *(b"CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET @a = ", b"FLUSH ", b"CREATE "),
    *(b"CREATE PROCEDURE p() SELECT ", b"CREATE INDEX i ON t ", b"GRANT ", b"SELECT "),
)
_WORDS = (
    *(b"SLEEP(0)", b"f()", b"1", b"'a'", b"(1)", b",", b"(", b")", b"SELECT 1"),
    *(b"mysql.user", b"u"),
    *(b"t", b"t.", b".", b"a", b"=", b";", b"; SHUTDOWN", b"INTO OUTFILE 'x'"),
    *(b"NULL", b"@a", b":="),
    *(b"GLOBAL ", b"TABLE", b"INTO", b"VALUES", b"x'41'", b"N'a'", b"_gbk'a'", b"b'1'", b"now ()"),
    *(b"game . f ()", b"`f`()", b"VALUES (1, 2)", b"AS new(a, b)", b"*", b"/", b"-", b"$$", b"$a$"),
    *(b"WRITE", b"READ", b"IF EXISTS", b"\\N", b"{x 1}", b"1.e", b"0x", b"\\", b"ON", b"SET"),
)
_SPACES = (b" ", b"\t", b"\n", b"\r", b"\f", b"\v", b"\xa0", b"\x00", b"\x1a", b"", b"\x85")
_COMMENTS = (
    *(b"/*", b"*/", b"/* */", b"/*/", b"/**/", b"/*+ x */", b"/*+ `*/"),
    *(b"/*M! x */", b"/*M!100000 "),
    *(b"/*! ", b"/*!", b"/*!00000 ", b"/*!50000", b"/*!50003 ", b"/*!080400 ", b"/*!090704 "),
    *(b"/*!99999 ", b"/*!999999 ", b"/*!100616 ", b"/*!5000 ", b"/*!500001", b"/*!99999 /* */ "),
    *(b"-- ", b"--\t", b"--\x01", b"--\x7f", b"--\xa0", b"--\x85", b"--1", b"--\n", b"#", b"# \n"),
)
_QUOTES = (b"'", b'"', b"`", b"''", b'""', b"``", b"\\'", b'\\"', b"\\`", b"\\\\", b"\\")
_CHARACTERS = (
    *(b"\xbf\\", b"\xbf'", b"\xbf\x5c'", b"\x95\\", b"\x83\\", b"\xa4\\"),
    *(b"\x81`", b"\x81\x30\x81\x30"),
    *(b"\xc3\xa4", b"\xc3", b"\xe8\xaa\x9e", b"\xf0\x9f\x90\x89", b"\xff"),
    *(b"\x81", b"\xfe", b"\x80"),
    *(b"[", b"]", b"{", b"|", b"~", b"^", b"@"),
)

_PART = st.one_of(
    *map(st.sampled_from, (_WORDS, _SPACES, _COMMENTS, _QUOTES, _CHARACTERS, _SPACES))
)

_ANY = st.builds(
    lambda start, parts: start + b"".join(parts),
    st.sampled_from(_STARTS),
    st.lists(_PART, max_size=12),
)
"""Mostly nothing that a server takes."""

_BODY = st.lists(
    st.sampled_from(
        (*_QUOTES, *_CHARACTERS, b"a", b", f()", b"*/", b"--", b"#", b"; ", b"/*", b" ")
    ),
    max_size=3,
).map(b"".join)
_BETWEEN = st.one_of(
    st.sampled_from((b" ", b"\n", b"\t", b" ", b" ")),
    st.builds(
        lambda pair, body: pair[0] + body + pair[1],
        st.sampled_from(
            (
                *((b"/*", b"*/"), (b"/*!50000 ", b"*/"), (b"/*!99999 ", b"*/"), (b"/*!", b" */")),
                *((b"-- ", b"\n"), (b"--\x7f", b"\n"), (b"--\x85", b"\n"), (b"#", b"\n")),
                *((b"/*!100616 ", b"*/"), (b"/*M! ", b"*/"), (b"/*+ ", b"*/"), (b"--", b"\n")),
            )
        ),
        _BODY,
    ),
)
_LITERALS = st.builds(
    lambda quote, body: quote + body + quote,
    st.sampled_from((b"'", b"'", b"'", b'"')),
    _BODY,
)
_VALUES = st.one_of(
    _LITERALS,
    _LITERALS,
    st.sampled_from((b"1", b"NULL", b"f()", b"NOW()", b"CONCAT('a', f())", b"(SELECT f())")),
    st.sampled_from((b"game.f()", b"`f`()", b"now ()", b"CAST('a' AS CHAR(3))", b"@x := 'b'")),
)
_SHAPES = (
    (b"INSERT", b"INTO", b"t", b"VALUES", b"(", _VALUES, b",", _VALUES, b")"),
    (b"INSERT", b"INTO", b"`t`", b"VALUES", b"(", _VALUES, b",", _VALUES, b"), (1,", _VALUES, b")"),
    (b"REPLACE", b"t", b"SET", b"a", b"=", _VALUES, b", b =", _VALUES),
    (b"INSERT INTO t VALUES (1, 2)", b"ON DUPLICATE KEY UPDATE", b"a", b"=", _VALUES),
    (b"SET", b"@v", b"=", _VALUES, b",", b"sql_notes", b"=", b"1"),
    (b"SET", b"@v :=", _LITERALS, b", @w =", _LITERALS),
    (b"DROP", b"TABLE", b"IF EXISTS", b"u", b",", b"`v`"),
    (b"CREATE", b"TABLE", b"u", b"(a TEXT COMMENT", _LITERALS, b")", b"COMMENT", _LITERALS),
    (b"CREATE", b"VIEW", b"v", b"AS", b"SELECT", _LITERALS, b"AS", b"`b`"),
    (b"USE", b"game"),
    (b"START", b"TRANSACTION"),
    (b"LOCK", b"TABLES", b"t", b"WRITE"),
)


@st.composite
def _shaped(draw: st.DrawFn) -> bytes:
    """Return a statement that a server could take, with something between its words."""
    text: bytes = draw(st.one_of(st.just(b""), _BETWEEN))
    wild = draw(st.integers(0, 3))
    for part in draw(st.sampled_from(_SHAPES)):
        text += part if isinstance(part, bytes) else draw(part)
        is_wild = wild > 0 and draw(st.integers(0, 3)) == 0
        wild -= is_wild
        text += draw(_BETWEEN) if is_wild else b" "
    return text


_DECEPTIVE = {
    "gbk": (b"\xbf\\", b"\xbf", b"\x81`"),
    "sjis": (b"\x95\\", b"\x95", b"\x81`"),
    "big5": (b"\xa4\\", b"\xa4", b"\xa4`"),
    "cp932": (b"\x83\\", b"\x83", b"\x81`"),
    "gb18030": (b"\x81\\", b"\x81\x30\x81", b"\x81\x30\x81\x30"),
}
_STRINGS = ((b"'", b"'"), (b"'", b"'"), (b'"', b'"'), (b"`", b"`"))
_COMMENTED = (
    *((b"/* '", b"*/"), (b"/*! '", b"*/"), (b"/*!99999 '", b"*/"), (b"/*!50000 + '", b"'*/")),
    *((b"/*!100616 '", b"*/"), (b"/*+ '", b"*/"), (b"/*/ '", b"*/"), (b"/*M! '", b"*/")),
    *((b"-- '", b"\n"), (b"--\x7f'", b"\n"), (b"--\x85'", b"\n"), (b"--\xa0'", b"\n")),
    *((b"#'", b"\n"), (b"--1'", b"\n"), (b"$$ '", b"$$"), (b"--\x01'", b"\n")),
)
_CLOSINGS = (b"'", b'"', b"`", b"*/", b"'*/", b"\n", b"$$")


@st.composite
def _breakouts(draw: st.DrawFn, odd: tuple[bytes, ...]) -> bytes:
    """Return a text in which a function is called if what was opened ends early, or late."""
    pairs = draw(st.sampled_from((_STRINGS, _COMMENTED)))
    opening, closing = draw(st.sampled_from(pairs))
    parts = [
        b"INSERT INTO t VALUES (",
        b"" if pairs is _STRINGS else b"1 ",
        opening,
        draw(st.sampled_from((b"", *odd))),
        draw(st.sampled_from((closing, closing, closing, *_CLOSINGS))),
        draw(st.sampled_from((b", f())", b", f())", b", (SELECT f()))"))),
        draw(st.sampled_from((b" -- '", b" -- '", b" # ')", b" /* ' */", b' -- "', b" -- `", b""))),
    ]
    return b"".join(parts)


@cache
def make_statements(character_set: str) -> st.SearchStrategy[bytes]:
    """Return texts of one statement, or of what looks like one, to mislead in a character set."""
    odd = _DECEPTIVE.get(character_set, (b"\xc3", b"\x85", b"\xa0"))
    hidden = st.one_of(_breakouts((*odd, b"\\", b"\\\\")), _breakouts((*_QUOTES, *_CHARACTERS)))
    return st.one_of(_ANY, _shaped(), _shaped(), hidden)
