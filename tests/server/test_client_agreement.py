"""The splitter finds the statements that the real `mysql` client sends.

The client reads random scripts (`random_script`, whose docstring says what is left out,
and why) and a real server's general log tells what it sent. `REWOUND_TEST_SCRIPTS` sets
how many scripts, `REWOUND_TEST_SEED` which ones.

What is not compared, because it is the client's own documented doing:

- with --comments, a comment before a statement goes to the server with it, or alone; one
  behind the delimiter on the same line goes with the statement before it;
- with --skip-comments, comments are taken out, so white space is not compared there;
- white space at both ends of a statement, and statements without text;
- a space that the client puts behind `*/`;
- without --binary-mode, CRLF is LF.
"""

import codecs
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from random import Random

import pytest

from rewound.dump.text.lexical import LexicalMode, lexical_mode, quoted
from rewound.dump.text.splitter import PieceKind, Splitter
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.mysql.accounts import ROOT, option_file
from rewound.mysql.client import Connection
from tests.server.random_script import CHARACTER_SETS, Dialect, ScriptMaker

SCRIPTS = int(os.environ.get("REWOUND_TEST_SCRIPTS", "10000"))
SEED = int(os.environ.get("REWOUND_TEST_SEED", "0"))
SCRIPTS_A_BATCH = 40

_KINDS = list(product(CHARACTER_SETS, (True, False)))
_MODES = list(product((True, False), (True, False), (False, True)))
_MARKER = re.compile(rb"SELECT\s*'end\s*of\s*script\s*(\d+)'")
_PLAIN_COMMENT = rb"/\*(?![!+]).*?\*/|(?:#|--(?=\s|\Z))[^\n]*"
_BEFORE_STATEMENT = re.compile(rb"(?:\s|/\*\+.*?\*/|" + _PLAIN_COMMENT + rb")+", re.DOTALL)
_SERVER_TRIMS = b"; \t\r\n\v\f"
_BEHIND_STATEMENT = re.compile(rb"\s*(?:#|--(?=\s|\Z))[^\n]*")


KNOWN_DISAGREEMENTS = [
    pytest.param("utf8mb4", b"SELECT $$ ; $$;\n", id="dollar quotes"),
    pytest.param("utf8mb4", b"SELECT $tag$ it's ; $tag$;\n", id="dollar quotes with a tag"),
    pytest.param("sjis", b"SELECT 1 AS a\x95`;\n", id="second byte that looks like a backtick"),
    pytest.param(
        "gbk",
        b"DELIMITER |\nSELECT 1 AS a\x81|b|\nDELIMITER ;\n",
        id="second byte like a delimiter",
    ),
]
"""What the splitter reads otherwise than the client and the server. No dump holds the like;
a dollar quote is refused as unreadable."""


class Client:
    """The real client, and the log of a server that it talks to."""

    def __init__(self, argv: Sequence[str], log: Connection) -> None:
        self._argv = argv
        self._log = log

    def sent(self, script: bytes, dialect: Dialect) -> list[bytes]:
        """Return the statements that the client sends for a script."""
        self._log.execute_sql("SET GLOBAL general_log = OFF")
        self._log.execute_sql("TRUNCATE TABLE mysql.general_log")
        self._log.execute_sql("SET GLOBAL general_log = ON")
        options = [
            f"--default-character-set={dialect.character_set}",
            f"--init-command=SET sql_mode = '{dialect.sql_mode}'",
            "--comments" if dialect.keeps_comments else "--skip-comments",
            *(["--binary-mode"] if dialect.binary_mode else []),
        ]
        subprocess.run(
            [*self._argv, *options], input=script, capture_output=True, timeout=60, check=False
        )
        self._log.execute_sql("SET GLOBAL general_log = OFF")
        rows = self._log.query(
            "SELECT argument FROM mysql.general_log WHERE command_type = 'Query'"
            f" AND thread_id <> {self._log.session_id}"
        ).rows
        return [argument for (argument,) in rows if isinstance(argument, bytes)]


@pytest.fixture(scope="module")
def client(
    installation: Installation, engine: ProcessEngine, make_folder: Callable[[], Path]
) -> Iterator[Client]:
    if installation.client is None:
        pytest.fail("this MySQL has no client")
    folder = make_folder()
    try:
        spec = ServerSpec("client", folder, pick_ports(1, base=None)[0], 32 << 20, "secret")
        endpoint = engine.start(spec).endpoint(ROOT, "secret")
        login = folder / "login.cnf"
        login.write_text(f"{option_file(ROOT, 'secret')}socket={endpoint.socket}\n")
        with Connection(endpoint) as log:
            log.execute_sql("SET GLOBAL log_output = 'TABLE'")
            # Statements as they came in, and one line for each text that was sent, even
            # where the server finds several statements in it.
            log.execute_sql("SET GLOBAL log_raw = ON")
            yield Client([*installation.client, f"--defaults-file={login}", "--force"], log)
    finally:
        engine.end_all(folder)
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("character_set", "keeps_comments"),
    _KINDS,
    ids=[f"{name}-{'comments' if keeps else 'skip-comments'}" for name, keeps in _KINDS],
)
def test_the_splitter_finds_what_the_client_sends(
    client: Client, character_set: str, keeps_comments: bool
):
    random = Random(f"{SEED}, {character_set}, {keeps_comments}")
    scripts = -(-SCRIPTS // len(_KINDS))
    for number, start in enumerate(range(0, scripts, SCRIPTS_A_BATCH)):
        binary_mode, backslash_escapes, ansi_quotes = _MODES[number % len(_MODES)]
        dialect = Dialect(
            character_set, keeps_comments, binary_mode, backslash_escapes, ansi_quotes
        )
        maker = ScriptMaker(dialect, random)
        batch = [maker.script() for _ in range(min(SCRIPTS_A_BATCH, scripts - start) - 1)]
        batch.append(maker.tail())
        _require_agreement(client, batch, dialect)


@pytest.mark.parametrize("delimiter", [b"'//'", b'"//"', b"`//`", b"'//", b"''", b"'"])
def test_the_quotes_of_a_delimiter_are_read_as_the_client_does(client: Client, delimiter: bytes):
    script = b"DELIMITER " + delimiter + b"\nSELECT 1//\nSELECT 2//\nDELIMITER ;\n"
    dialect = Dialect(
        "utf8mb4", keeps_comments=True, binary_mode=False, backslash_escapes=True, ansi_quotes=False
    )
    _require_agreement(client, [script, b""], dialect)


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="known, and refused")
@pytest.mark.parametrize(("character_set", "script"), KNOWN_DISAGREEMENTS)
def test_the_splitter_is_known_to_disagree_on(client: Client, character_set: str, script: bytes):
    dialect = Dialect(
        character_set,
        keeps_comments=True,
        binary_mode=False,
        backslash_escapes=True,
        ansi_quotes=False,
    )
    _require_agreement(client, [script, b""], dialect)


def _require_agreement(client: Client, batch: Sequence[bytes], dialect: Dialect) -> None:
    """Fail, showing the script and both readings, at the first script that is read in two ways."""
    texts = [b"SELECT 'end of script 0';\n"]
    texts += [
        b"%bSELECT 'end of script %d';\n" % (text, number + 1)
        for number, text in enumerate(batch[:-1])
    ]
    mark = b"" if len(batch) % 2 else codecs.BOM_UTF8
    whole = b"".join([mark, *texts, batch[-1]])
    mode = lexical_mode(dialect.sql_mode, dialect.character_set)
    theirs = _by_script([_sent(text, dialect) for text in client.sent(whole, dialect)])
    ours = _by_script([_found(text, dialect, mode) for text in _split(whole, mode)])
    # Before the first marker the client says things of its own.
    for number, script in enumerate(batch, 1):
        assert _agree(ours.get(number, []), theirs.get(number, [])), "\n".join(
            [
                f"under {dialect} the client and the splitter differ on",
                f"    {script!r}",
                "the client sent",
                *(f"    {text!r}" for text in theirs.get(number, [])),
                "the splitter found",
                *(f"    {text!r}" for text in ours.get(number, [])),
            ]
        )


def _split(text: bytes, mode: LexicalMode) -> list[bytes]:
    wanted = (PieceKind.STATEMENT, PieceKind.UNFINISHED)
    return [piece.text for piece in Splitter(mode).iter_pieces([text]) if piece.kind in wanted]


def _sent(text: bytes, dialect: Dialect) -> bytes:
    """Return what the client sent, as it is compared."""
    if not dialect.keeps_comments:
        return _without_space(text)
    return _trimmed(text)


def _found(text: bytes, dialect: Dialect, mode: LexicalMode) -> bytes:
    """Return what the splitter found, as it is compared."""
    if not dialect.keeps_comments:
        return _without_space(_without_comments(text, mode))
    return _trimmed(text if dialect.binary_mode else text.replace(b"\r\n", b"\n"))


def _trimmed(text: bytes) -> bytes:
    comments = _BEFORE_STATEMENT.match(text)
    text = text[comments.end() :] if comments else text
    return text.replace(b"*/ ", b"*/").strip()


def _without_space(text: bytes) -> bytes:
    return b"".join(re.sub(rb"\A(?:\s|/\*\+.*?\*/)*", b"", text, flags=re.DOTALL).split())


def _without_comments(text: bytes, mode: LexicalMode) -> bytes:
    kept = quoted(mode) + rb"|['\"`].*|/\*\+.*?\*/"
    pattern = rb"(?P<kept>" + kept + rb")|" + _PLAIN_COMMENT + rb"|/\*(?![!+]).*"
    return re.sub(pattern, lambda match: match["kept"] or b"", text, flags=re.DOTALL)


def _by_script(statements: Sequence[bytes]) -> dict[int, list[bytes]]:
    """Return the statements of each script, those behind the last marker as the last script's."""
    scripts: dict[int, list[bytes]] = {}
    current: list[bytes] = []
    for statement in statements:
        if match := _MARKER.fullmatch(statement):
            scripts[int(match[1])] = current
            current = []
        elif statement.strip(_SERVER_TRIMS):
            current.append(statement)
    scripts[max(scripts) + 1] = current
    return scripts


def _agree(ours: Sequence[bytes], theirs: Sequence[bytes]) -> bool:
    return len(ours) == len(theirs) and all(map(_is_same, ours, theirs))


def _is_same(ours: bytes, theirs: bytes) -> bool:
    """Tell whether a statement is the same, but for a comment behind its delimiter."""
    if ours.rstrip(_SERVER_TRIMS) == theirs:
        return True
    return theirs.startswith(ours) and bool(_BEHIND_STATEMENT.fullmatch(theirs, len(ours)))
