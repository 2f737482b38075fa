"""Random scripts for the `mysql` client: quotes, comments and delimiters in odd company.

A script is made of whole things: what opens a quote or a comment closes it, so that the
script after it begins with a clean state. Only `random_tail` leaves something open.

Left out, because the client takes it for something else than text of a statement:

- its own commands: a backslash outside of quotes, `help`, `use` and the like at the
  beginning of a line, `?`;
- NUL bytes, unless it runs with --binary-mode; there, a line that begins with one between
  two statements (the client passes over the whole line) and one in a line comment (it
  takes the comment as a C string).

Left out, because the client is known to read it otherwise than the server, and the
splitter follows the server, or what the dump meant:

- DELIMITER behind something else on its line: to the client it is text of a statement
  until the old delimiter comes, and then it is a command after all;
- with --comments, other comments before DELIMITER than a line comment at its line's
  beginning, and white space before that one: to the client, many of them are the beginning
  of a statement, and so is DELIMITER then;
- a tab behind the delimiter, or CRLF under --binary-mode: to the client it is part of it;
- `*/` in quotes at the end of a line, with DELIMITER on the next one: to the client, a
  statement that begins with a versioned comment was only a comment then, and is dropped;
- a plain comment inside a versioned one: on one line, the client takes the comment to end
  at the second `*/`;
- `/*/` in a comment: to the client a comment that opens once more, to the server its end;
- quotes, comments and delimiters in an optimizer hint of several lines: the client forgets at the
  end of a line that it is in a hint;
- a backslash at the end of a line in quotes: the client swallows it, which MySQL would
  have done as well;
- a backslash in a name in double quotes under ANSI_QUOTES: to the client it is an escape;
- a byte that is no character at the end of a statement: the client takes it away;
- SET NAMES: the client keeps to the character set that it was started with;
- `--` with a control character behind it: no comment to the client, one to the server;
- a delimiter beyond ASCII: the client never finds it.

Left out, because the splitter is known to be wrong (`KNOWN_DISAGREEMENTS` beside the test):

- text in dollar quotes, `$$ … $$` and `$tag$ … $tag$`, which MySQL has since 9.0;
- a delimiter in quotes after DELIMITER;
- a name without quotes in a character set of two bytes.

What dumping programs say in between (`mysqldump: …`, `Warning: …`) is left out as well:
the splitter knows it for what it is, the client sends it as a statement.

Source: MySQL 9.7 manual, "mysql Client Commands"; tried on 9.7.4.
"""

from dataclasses import dataclass
from random import Random

_CHARACTERS = {
    "utf8mb4": ("ä", "€", "語", "\U0001f409"),
    "latin1": ("ä", "é", "\xa0", "ÿ"),
    "sjis": ("ソ", "表", "予", "ポ", "ア"),
    "cp932": ("ソ", "表", "予", "ポ", "ア"),
    "gbk": ("誠", "乗", "縗", "中", "丂"),
    "gb18030": ("誠", "乗", "縗", "中", "丂", "\U0001f409"),
    "big5": ("功", "許", "蓋", "中"),
}
_PYTHONS_NAMES = {"utf8mb4": "utf-8"}
_LEAD_BYTES = {
    "sjis": (b"\x95", b"\x83", b"\xfc"),
    "cp932": (b"\x95", b"\x83", b"\xfc"),
    "gbk": (b"\x81", b"\xd5", b"\xfe"),
    "gb18030": (b"\x81", b"\xd5", b"\xfe"),
    "big5": (b"\xa4", b"\xb3", b"\xf9"),
}
# Second bytes that look like something: \ ` | { } ~ ^ @ [ and letters.
_SECOND_BYTES = (b"\\", b"\\", b"`", b"|", b"{", b"}", b"~", b"@", b"[", b"A", b"e")

CHARACTER_SETS = tuple(_CHARACTERS)

_WORDS = (b"SELECT", b"1", b"23", b"x", b"FROM", b"@v", b":=", b"(", b")", b",", b"end", b"send")
_SIGNS = (b"-", b"--1", b"- -", b"/", b"*", b"$", b"x$$", b"|", b"||", b"!", b"~", b"@@", b"a-b/c")
_SEMICOLONS = (b";", b";;", b";;;")
_DELIMITERS = (
    b";",
    b";;",
    b"//",
    b"$$",
    b"|",
    b"||",
    b"end",
    b"END_OF_IT",
    b"~",
    b"@@",
    b"-|",
    b"!;",
)
_QUOTES = (b"'", b'"', b"`")
_IN_QUOTES = (b"/*", b"*/", b"#", b"-- ", b"--", b"/*!40101 ", b"//", b"$$", b"|", b"end", b"-|")
_ESCAPES = (b"\\\\", b"\\n", b"\\0", b"\\%", b"\\;", b"\\Z", b"\\a", b"\\\\\\\\")
_COMMENT_STARTS = (b"#", b"# ", b"-- ", b"--\t", b"--  ", b"-- --", b"##")
_SPACES = (b" ", b"  ", b"\t", b" ", b" ")
_VERSIONS = (b"", b"40101", b"50003", b"80000", b"99999", b"100616")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the client is told before it reads a script."""

    character_set: str
    keeps_comments: bool
    """--comments, the default of MySQL 9; --skip-comments was it before."""
    binary_mode: bool
    """Line ends as they are, and NUL bytes allowed."""
    backslash_escapes: bool
    ansi_quotes: bool

    @property
    def sql_mode(self) -> str:
        """The sql_mode that makes the server, and so the client, read like this."""
        no_escapes = [] if self.backslash_escapes else ["NO_BACKSLASH_ESCAPES"]
        return ",".join([*no_escapes, *(["ANSI_QUOTES"] if self.ansi_quotes else [])])


class ScriptMaker:
    """Makes scripts of one dialect, always the same ones from the same seed."""

    def __init__(self, dialect: Dialect, random: Random) -> None:
        self._dialect = dialect
        self._random = random

    def script(self) -> bytes:
        """Return a script that ends outside of everything, its delimiter a semicolon again."""
        random = self._random
        text, delimiter = b"", b";"
        for _ in range(random.randint(1, 4)):
            if random.random() < 0.3:
                delimiter = random.choice(_DELIMITERS)
                text += self._before_delimiter() + self._delimiter_command(delimiter)
            text += self._between() + self._statement() + delimiter
            text += random.choice((b"\n", b" \n", b"\r\n", b" # c;'\n", b" -- c;`\n", b"--\n"))
        if delimiter == b";":
            return text
        return text + self._before_delimiter() + self._delimiter_command(b";")

    def tail(self) -> bytes:
        """Return text that leaves a statement, a quote or a comment open at the script's end."""
        tails = (b"'", b'"', b"`", b"/* ", b"# ", b"-- ", b"/*!40101 ", b"(", b"/*", b"--")
        return self._statement() + b" " + self._random.choice(tails) + self._words()

    def _statement(self) -> bytes:
        random = self._random
        parts = [self._part() for _ in range(random.randint(0, 7))]
        # Some space is left away: what stands side by side must be told apart as well. The
        # first word is one that no command of the client begins with.
        text = b"SELECT "
        for part in parts:
            text += part + (b"" if random.random() < 0.3 else self._space())
        return text + b" 1"

    def _part(self) -> bytes:
        make = self._random.choice(
            (
                self._quoted,
                self._quoted,
                self._quoted,
                self._comment,
                self._line_comment,
                self._versioned,
                self._hint,
                self._words,
                self._sign,
                self._semicolon,
                self._bare,
            )
        )
        return make()

    def _words(self) -> bytes:
        return b" ".join(self._random.choices(_WORDS, k=self._random.randint(1, 3)))

    def _sign(self) -> bytes:
        # Without space around them, signs could make a comment that nobody closes.
        return b" " + self._random.choice(_SIGNS) + b" "

    def _semicolon(self) -> bytes:
        return self._random.choice(_SEMICOLONS)

    def _quoted(self) -> bytes:
        quote = self._random.choice(_QUOTES)
        body = b"".join(self._in_quotes(quote) for _ in range(self._random.randint(0, 5)))
        dialect = self._dialect
        if quote == b"`" or (quote == b"'" and not dialect.backslash_escapes):
            body += self._random.choice((b"", b"", b"\\", b"\\\\"))
        return quote + body + quote

    def _in_quotes(self, quote: bytes) -> bytes:
        random = self._random
        match random.randrange(9):
            case 0:
                return random.choice([other for other in _QUOTES if other != quote])
            case 1:
                return quote * 2
            case 2:
                return self._escape(quote)
            case 3:
                return random.choice(_SEMICOLONS)
            case 4:
                return random.choice(_IN_QUOTES)
            case 5:
                return self._character()
            case 6:
                return self._newline()
            case 7 if self._dialect.binary_mode:
                return random.choice((b"a\0", b"\x01", b"\x1a", b"\r"))
            case _:
                return random.choice(_WORDS)

    def _escape(self, quote: bytes) -> bytes:
        dialect = self._dialect
        if quote == b'"' and dialect.ansi_quotes:
            return b"x"
        if quote == b"`" or not dialect.backslash_escapes:
            return self._random.choice((b"\\a", b"\\\\", b"\\ ", b"\\;"))
        return self._random.choice((*_ESCAPES, b"\\" + quote, b"\\'", b'\\"', b"\\`"))

    def _character(self) -> bytes:
        """Return a character of the client's character set, or a byte that is none of it."""
        random, name = self._random, self._dialect.character_set
        leads = _LEAD_BYTES.get(name, (b"\xff", b"\xc3", b"\xf0"))
        if name in _LEAD_BYTES and random.random() < 0.5:
            return random.choice(leads) + random.choice(_SECOND_BYTES)
        if random.random() < 0.2:
            # A digit or space is the second byte of nothing.
            return random.choice(leads) + random.choice((b" ", b"0", b"9"))
        return random.choice(_CHARACTERS[name]).encode(_PYTHONS_NAMES.get(name, name))

    def _bare(self) -> bytes:
        """Return a name without quotes; beyond ASCII only where the splitter can read it."""
        two_bytes = self._dialect.character_set in _LEAD_BYTES
        return b"a" + (b"" if two_bytes else self._character()) + b"b"

    def _comment(self) -> bytes:
        opened, closed = self._random.choice(
            ((b"/*", b" */"), (b"/* ", b" */"), (b"/** ", b" **/"))
        )
        # Of two comments side by side, the client's own space would go into the second one.
        behind = self._random.choice((b" ", b"1", b"''", b"\n"))
        return opened + self._comment_body() + closed + behind

    def _comment_body(self) -> bytes:
        return b" ".join(self._in_comment() for _ in range(self._random.randint(0, 4)))

    def _in_comment(self) -> bytes:
        return self._random.choice(
            (
                b"'",
                b'"',
                b"`",
                b"it's",
                b"#",
                b"-- ",
                b"/*",
                b";",
                b";;",
                b"//",
                b"x",
                b"* /",
                self._newline(),
                self._character(),
                b"x\nDELIMITER //\n",
            )
        )

    def _line_comment(self) -> bytes:
        body = b" ".join(self._on_comment_line() for _ in range(self._random.randint(0, 4)))
        return b" " + self._random.choice(_COMMENT_STARTS) + body + self._line_end()

    def _on_comment_line(self) -> bytes:
        return self._random.choice(
            (
                b"'",
                b'"',
                b"`",
                b"it's",
                b"#",
                b"--",
                b"/*",
                b"*/",
                b";",
                b";;",
                b"//",
                b"x",
                self._character() + b"x",
            )
        )

    def _versioned(self) -> bytes:
        random = self._random
        parts = random.choices(
            (self._words, self._quoted, self._quoted, self._line_comment, self._semicolon),
            k=random.randint(0, 3),
        )
        body = b" ".join(part() for part in parts)
        return b"/*!" + random.choice(_VERSIONS) + b" " + body + b" */ "

    def _hint(self) -> bytes:
        if self._random.random() < 0.3:
            return b"/*+ x" + self._line_end() + b"1 */ "
        bodies = (b"", b"x", b";", b"'", b"it's;", b'"', b"`", b"-- ", b"#", b"//", b"/*")
        return b"/*+ " + b" ".join(self._random.choices(bodies, k=3)) + b" */ "

    def _between(self) -> bytes:
        """Return what may stand between two statements; it ends with its line."""
        random = self._random
        text = b""
        for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
            text += random.choice(
                (
                    b"/* " + self._comment_body() + b" */" + self._line_end(),
                    b" \t\n",
                    self._line_comment().lstrip(),
                    self._line_end(),
                )
            )
        return text

    def _before_delimiter(self) -> bytes:
        if not self._dialect.keeps_comments:
            return self._between()
        return self._random.choice((b"", b"\n", b"-- ;'\n", b"#\n\n", b"\n--\n"))

    def _delimiter_command(self, delimiter: bytes) -> bytes:
        word = self._random.choice((b"DELIMITER ", b"delimiter ", b"Delimiter\t", b"  DELIMITER "))
        rest = self._random.choice((b"\n", b"\n", b" \n", b" \r\n", b" x\n", b" -- back\n"))
        return word + delimiter + rest

    def _space(self) -> bytes:
        return self._random.choice((*_SPACES, self._line_end()))

    def _line_end(self) -> bytes:
        return self._random.choice((b"\n", b"\n", b"\r\n"))

    def _newline(self) -> bytes:
        return self._random.choice((b"\n", b"\r\n", b"x\nDELIMITER //\n", b"\n\n"))
