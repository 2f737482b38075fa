import pytest

from rewound.dump.rules.verdict import apply_edits
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement_parser import parse_statement, with_rows
from rewound.dump.values.row_values import plan_value_edits

VERSION = 90704


def rewrite(text, mode=None):
    mode = mode or LexicalMode()
    statement = with_rows(parse_statement(text, mode, VERSION), mode)
    edits, refusal = plan_value_edits(statement, mode, VERSION)
    assert refusal is None
    return apply_edits(text, edits)


def hashed(argument):
    return b"CONCAT('*', UPPER(SHA1(UNHEX(SHA1(" + argument + b")))))"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (b"INSERT INTO t VALUES (PASSWORD('a'))", b"INSERT INTO t VALUES (%s)" % hashed(b"'a'")),
        (
            b"INSERT INTO t VALUES (1,password ( 'a\\'b' ),2),(3,Password('c)'),4)",
            b"INSERT INTO t VALUES (1,%s,2),(3,%s,4)" % (hashed(b"'a\\'b'"), hashed(b"'c)'")),
        ),
        (b'REPLACE t SET a=PASSWORD("x")', b"REPLACE t SET a=" + hashed(b'"x"')),
        (b"INSERT INTO t VALUES (PASSWORD(''))", b"INSERT INTO t VALUES ('')"),
        (
            b"INSERT INTO t VALUES ('PASSWORD(\\'a\\')',PASSWORD('b'),'PASSWORD(''c'')')",
            b"INSERT INTO t VALUES ('PASSWORD(\\'a\\')',%s,'PASSWORD(''c'')')" % hashed(b"'b'"),
        ),
    ],
)
def test_password_becomes_what_mysql_can_compute(text, sent):
    assert rewrite(text) == sent


@pytest.mark.parametrize(
    "text",
    [
        b"INSERT INTO password (password) VALUES ('x')",
        b"INSERT INTO `t` (a, `password`) VALUES (1, 'password(''x'')')",
        b"INSERT INTO t VALUES ('\\'),(PASSWORD(\\'x')",
        b"INSERT INTO t VALUES (\"PASSWORD('x')\")",
        b"INSERT INTO t VALUES (1) -- PASSWORD('x')",
        b"INSERT INTO t VALUES (/* PASSWORD('x') */ 1)",
        b"INSERT INTO t VALUES (g.PASSWORD('x'), `PASSWORD`('x'))",
        b"INSERT INTO t VALUES (PASSWORD(a), PASSWORD('a' 'b'), PASSWORD(NULL))",
        b"INSERT INTO t VALUES (PASSWORD('x'), \x01)",
    ],
)
def test_what_only_looks_like_the_function_is_left_as_it_is(text):
    assert rewrite(text) == text


def test_the_quotes_of_the_session_decide_what_is_a_text():
    text = b"INSERT INTO t VALUES ('\\', PASSWORD('x'), PASSWORD(\"y\"))"
    mode = LexicalMode(backslash_escapes=False, ansi_quotes=True)
    assert rewrite(text, mode) == text.replace(b"PASSWORD('x')", hashed(b"'x'"))


def test_a_row_with_old_password_is_refused(judge):
    verdict = judge.judge(b"INSERT INTO t VALUES (1, OLD_PASSWORD('secret'))", 1)
    assert verdict.sql == ()
    assert verdict.refusal is not None
    assert verdict.refusal.rule.name == "old-password-function"
    assert judge.judge(b"INSERT INTO t VALUES ('OLD_PASSWORD(1)')", 1).uses == ()


def test_the_text_of_a_password_does_not_reach_the_ledger(judge):
    [use] = judge.judge(b"INSERT INTO t VALUES (1, PASSWORD('secret'))", 1).uses
    assert use.detail == "t: PASSWORD('...')"
