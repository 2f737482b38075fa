import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.settings.session import DumpSession
from rewound.dump.text.lexical import LexicalMode, lexical_mode
from rewound.dump.text.tokens import (
    Cursor,
    TokenKind,
    UnreadableText,
    find_six_digit_comments,
    iter_tokens,
    unquote,
)

VERSION = 90704


def read(text, mode=None):
    return list(iter_tokens(text, mode or LexicalMode(), VERSION))


def texts(text, mode=None):
    return [token.text for token in read(text, mode)]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (b"CREATE LIBRARY l AS $$ it's ; ` */ $$ ", b"$$ it's ; ` */ $$"),
        (b"CREATE LIBRARY l as\n$a_1$ $$ $a_1$", b"$a_1$ $$ $a_1$"),
        (b"SELECT a$$b AS $$c$$", b"$$c$$"),
    ],
)
def test_the_body_of_a_routine_is_one_token(text, body):
    [token] = [token for token in read(text) if token.kind is TokenKind.BODY]
    assert token.text == body
    assert text[token.start : token.end] == body
    with pytest.raises(UnreadableText):
        list(iter_tokens(text, LexicalMode(), 80400))


@pytest.mark.parametrize(
    "text",
    [b"AS $$ a", b"AS $a$ x $b$", b"x.$$ a $$", b"x.AS$$ a $$", b"AS  $$ a $$", b"AS $1$ a $1$"],
)
def test_other_dollars_have_no_certain_reading(text):
    with pytest.raises(UnreadableText):
        read(b"SELECT 1 " + text)


def test_what_has_no_reading_is_quoted_up_to_the_end_of_its_line():
    with pytest.raises(UnreadableText, match=r"no token of MySQL begins with \\! rm -rf ~$"):
        read(b"SELECT 1\n\\! rm -rf ~ \nUNLOCK TABLES")


VISIBLE = [
    *(b"SELECT", b"a1", b"1", b"0x1F", b"x$y", b"\xc3\xa4", b"'a''b'", b"'a\\'b'", b'"c;"', b"`d`"),
    *(b"`e``f`", b"@v", b"@@sql_mode", b"@@session.sql_mode", b"@`a b`", b"(", b")", b",", b";"),
    *(b"=", b".", b"+", b"-", b"<", b"?"),
]
HIDDEN = [
    *(b" ", b"\n", b"\r\n\t", b"\x00", b" -- c'\n", b" # c`\n", b" /* c' */ ", b" /**/ "),
    *(b" /*!99999 SELECT */ ", b" /*+ MAX_EXECUTION_TIME(1) */ "),
]


@given(st.lists(st.tuples(st.sampled_from(VISIBLE), st.sampled_from(HIDDEN))))
def test_tokens_and_the_gaps_between_them_are_the_statement(parts):
    text = b"".join(token + gap for token, gap in parts)
    tokens = read(text)
    assert [token.text for token in tokens] == [token for token, _ in parts]
    position, gaps = 0, []
    for token in tokens:
        assert text[token.start : token.end] == token.text
        gaps.append(text[position : token.start])
        position = token.end
    gaps.append(text[position:])
    assert gaps == [b"", *(gap for _, gap in parts)]


@given(st.binary(max_size=60), st.booleans(), st.sampled_from([None, "gbk", "sjis", "big5"]))
def test_any_bytes_are_covered_by_tokens_or_unreadable(text, escapes, two_byte_set):
    mode = LexicalMode(backslash_escapes=escapes, two_byte_set=two_byte_set)
    try:
        tokens = read(text, mode)
    except UnreadableText:
        return
    position = 0
    for token in tokens:
        assert position <= token.start < token.end
        assert text[token.start : token.end] == token.text
        position = token.end
    assert position <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a/*!40101 b */c", [b"a", b"b", b"c"]),
        (b"a/*!40101b*/c", [b"a", b"b", b"c"]),
        (b"a /*! b */ c", [b"a", b"b", b"c"]),
        (b"a /*!90704 b */ c", [b"a", b"b", b"c"]),
        (b"a /*!90705 b */ c", [b"a", b"c"]),
        (b"a /*!999999 b ' */ c", [b"a", b"c"]),
        (b"a /*M!50000 b */ c", [b"a", b"c"]),
        (b"a /*!50001 b /* c */ d */ e", [b"a", b"b", b"d", b"e"]),
        (b"a /*!50001 b /*!40000 c */ d */ e", [b"a", b"b", b"c", b"d", b"e"]),
        (b"a /*!50001 b -- x */\n c */ d", [b"a", b"b", b"c", b"d"]),
        (b"2*/2", [b"2", b"*", b"/", b"2"]),
        (b"a --b", [b"a", b"-", b"-", b"b"]),
        (b"a -- b", [b"a"]),
        (b"a --\x7fb\nc", [b"a", b"c"]),
        (b"a --", [b"a"]),
        (b"a.b . `c`", [b"a", b".", b"b", b".", b"`c`"]),
        (b"root@localhost", [b"root", b"@localhost"]),
        (b"`root`@`%`", [b"`root`", b"@`%`"]),
        (b"'root'@'10.0.0.%'", [b"'root'", b"@'10.0.0.%'"]),
        (b"x@127.0.0.1", [b"x", b"@127.0.0.1"]),
    ],
)
def test_tokens_are_what_the_server_would_read(text, expected):
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(b"'a", b"`a", b'"a', b"'a\\'", b"/* a", b"/*!40101 a", b"/*!99999 a", b"a \\! rm"),
        *(b"\\N", b"a /*!100616 b */", b"/*!99999 a /* b */ c */", b"$$ x $$", b"$tag$x$tag$"),
        *(b"a /*!090704 b */", b"a /*!050000b */", b"a /*!100616b */", b"a /*!5000123 b */"),
        *(b"a /*!100616*/", b"a /*!5000 b */", b"a /*!100616\x00b */", b"a /*!100616\xa0b */"),
        *(b"a /*+ QB_NAME(`*/ b`) */ c", b"\x01", b"/*!50001 a /* b */"),
    ],
)
def test_text_without_a_certain_reading_is_an_error(text):
    with pytest.raises(UnreadableText):
        read(text)


@pytest.mark.parametrize("character_set", ["latin1", "cp1251", "gbk", "binary"])
def test_an_unquoted_word_beyond_ascii_is_unreadable_outside_utf8(character_set):
    # In latin1 0xA0 is white space: the server would read two words here.
    with pytest.raises(UnreadableText):
        read(b"DROP TABLE mysql\xa0.user", lexical_mode("", character_set))


@pytest.mark.parametrize(
    ("text", "sql_mode", "character_set", "kind"),
    [
        (b'"a"', "", "utf8mb4", TokenKind.STRING),
        (b'"a"', "ANSI_QUOTES", "utf8mb4", TokenKind.NAME),
        (b'"a"', "ANSI", "utf8mb4", TokenKind.NAME),
        (b'"a"', "real_as_float, ansi_quotes", "utf8mb4", TokenKind.NAME),
        (b"'a\\'", "NO_BACKSLASH_ESCAPES", "utf8mb4", TokenKind.STRING),
        (b"'\x95\\'", "", "cp932", TokenKind.STRING),
        (b"'\xe4'", "", "latin1", TokenKind.STRING),
        (b"`\xe4`", "", "latin1", TokenKind.NAME),
    ],
)
def test_session_settings_decide_how_a_token_is_read(text, sql_mode, character_set, kind):
    [token] = read(text, DumpSession(sql_mode, character_set).mode)
    assert token.kind is kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"abc", "abc"),
        (b"`a``b\\n`", "a`b\\n"),
        (b"'a''b'", "a'b"),
        (b"'a\\'b'", "a'b"),
        (b"'\\n\\0\\\\\\x'", "\n\0\\x"),
        (b'"a""b"', 'a"b'),
        ("`größe`".encode(), "größe"),
        (b"`\xff`", "\udcff"),
    ],
)
def test_unquote_gives_what_a_token_stands_for(text, expected):
    [token] = read(text)
    assert unquote(token, LexicalMode()) == expected


def test_unquote_keeps_backslashes_where_they_escape_nothing():
    mode = LexicalMode(backslash_escapes=False)
    [token] = read(b"'a\\n'", mode)
    assert unquote(token, mode) == "a\\n"


def test_a_long_insert_is_read_no_further_than_its_head():
    text = b"INSERT INTO t VALUES " + b"(1,'x')," * 100_000 + b"\x01"
    tokens = iter_tokens(text, LexicalMode(), VERSION)
    assert [next(tokens).text for _ in range(4)] == [b"INSERT", b"INTO", b"t", b"VALUES"]


def test_cursor_looks_at_one_token_and_ends_with_none():
    cursor = Cursor(iter(read(b"a =")))
    assert (cursor.word, cursor.take_mark(b"=")) == ("A", False)
    assert cursor.take() == read(b"a =")[0]
    assert (cursor.word, cursor.take_mark(b"=")) == ("", True)
    assert (cursor.word, cursor.next, cursor.take()) == ("", None, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"a /*!100616 b */ c", [(2, 11, 16)]),
        (b"a /*!100616\tb */ /*!080400 c */", [(2, 11, 16), (17, 26, None)]),
        (b"a /*!080400 b /*!100616 c */ d */", [(2, 11, None), (14, 23, 28)]),
        (b"/*!50000 a /*!090705 b */ */", [(11, 20, 25)]),
        (b"a /*!999999 b */ /*!50000 c */ /*M!100616 d */", []),
        (b"'/*!100616 b */' `/*!100616 b */` -- /*!100616 b */", []),
    ],
)
def test_comments_of_six_digits_are_found_outside_of_quotes_and_comments(text, found):
    assert find_six_digit_comments(text, LexicalMode(), VERSION) == found


@pytest.mark.parametrize(
    "text",
    [b"/*!99999 /*!100616 b */", b"/*!100616 a", b"/*!100616 a /* b */ c */", b"/*!100616 a */ 'b"],
)
def test_comments_of_six_digits_without_an_end_are_unreadable(text):
    with pytest.raises(UnreadableText):
        find_six_digit_comments(text, LexicalMode(), VERSION)


@pytest.mark.parametrize(
    "before", [b"", b" ", b" a", b"a \n", b"a -- b\n ", b"/*!40101 a */ # b\n"]
)
def test_what_begins_no_token_is_named_without_the_space_and_comments_before_it(before):
    with pytest.raises(UnreadableText, match=r"begins with \\ x$"):
        read(before + b"\\ x")
