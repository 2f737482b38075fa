"""SET statements: which settings a dump may make, and what they do to the reading of it.

Pure. A setting that decides how text is read (sql_mode, client character set) is followed
exactly; where it comes back from a user variable, the value that it stands for is sent,
so that the server cannot have another one than the model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rewound.dump import rules
from rewound.dump.session import INITIAL_CHARACTER_SET, INITIAL_SQL_MODE, Session
from rewound.dump.statement import Statement
from rewound.dump.target import REMOVED_SQL_MODES
from rewound.dump.tokens import Token, TokenKind, iter_tokens, unquote
from rewound.dump.verdict import RuleUse, excerpt

_ALLOWED = frozenset(
    {"autocommit", "character_set_client", "character_set_connection", "character_set_results"}
    | {"character_set_database", "collation_connection", "collation_database"}
    | {"default_storage_engine", "explicit_defaults_for_timestamp", "foreign_key_checks"}
    | {"group_concat_max_len", "innodb_strict_mode", "insert_id", "last_insert_id"}
    | {"lc_time_names", "max_execution_time", "net_read_timeout", "net_write_timeout"}
    | {"optimizer_switch", "sql_auto_is_null", "sql_big_selects", "sql_mode", "sql_notes"}
    | {"sql_quote_show_create", "sql_safe_updates", "sql_warnings", "time_zone", "timestamp"}
    | {"transaction_isolation", "transaction_read_only", "unique_checks", "wait_timeout"}
    | {"sql_require_primary_key", "sql_generate_invisible_primary_key"}
    | {"show_create_table_verbosity", "information_schema_stats_expiry", "cte_max_recursion_depth"}
)
_FOREIGN = frozenset(
    {"alter_algorithm", "check_constraint_checks", "default_table_type", "note_verbosity"}
    | {"old_mode", "optimizer_use_condition_selectivity", "rocksdb_bulk_load", "storage_engine"}
    | {"system_versioning_alter_history", "system_versioning_insert_history", "tx_isolation"}
    | {"character_set_collations", "sql_if_exists", "use_stat_tables"}
)
_BINARY_LOG = frozenset({"sql_log_bin", "pseudo_slave_mode", "pseudo_thread_id", "gtid_next"})
_GLOBAL_SCOPES = frozenset({"GLOBAL", "PERSIST", "PERSIST_ONLY"})
_SCOPES = _GLOBAL_SCOPES | {"SESSION", "LOCAL"}


class CannotFollow(ValueError):
    """A setting whose effect on the reading of the dump is not certain."""


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """What a SET statement becomes."""

    session: Session
    """The session after it."""
    sql: bytes | None
    """What to send; None where nothing of it is executed."""
    uses: tuple[RuleUse, ...]
    """The rules used."""


@dataclass(frozen=True, slots=True)
class _Assignment:
    """One `name = value` of a SET statement."""

    scope: str
    """In upper case; empty where it is not written."""
    name: str
    """The variable in lower case; a user variable begins with @."""
    value: tuple[Token, ...]
    """Never empty."""
    start: int
    """Offset of its first byte in the statement."""

    @property
    def end(self) -> int:
        return self.value[-1].end

    @property
    def value_start(self) -> int:
        return self.value[0].start


def judge_set(statement: Statement, session: Session, server_version: int) -> SetVerdict:
    """Decide about a SET statement.

    Raises:
        CannotFollow: it sets what dumps do not set, or to a value that we cannot know.
        UnreadableText: its text has no certain reading.
    """
    text = statement.text
    tokens = list(iter_tokens(text, session.mode, server_version))[1:]
    special = _judge_special(text, tokens, session)
    if special is not None:
        return special
    parts: list[bytes] = []
    uses: list[RuleUse] = []
    changed = False
    for assignment in _iter_assignments(tokens, session):
        rule = _find_skip_rule(assignment)
        if rule is not None:
            changed = True
            uses.append(RuleUse(rule, excerpt(text[assignment.start : assignment.end])))
            continue
        literal, removed, session = _follow(assignment, session)
        uses += [RuleUse(rules.SQL_MODE_REMOVED, word) for word in removed]
        if literal is None:
            parts.append(text[assignment.start : assignment.end])
        else:
            changed = True
            parts.append(text[assignment.start : assignment.value_start] + literal)
    if not parts:
        return SetVerdict(session, None, tuple(uses))
    return SetVerdict(session, b"SET " + b", ".join(parts) if changed else text, tuple(uses))


def _judge_special(text: bytes, tokens: Sequence[Token], session: Session) -> SetVerdict | None:
    """Decide about the forms of SET that are no assignments, or None."""
    words = [token.word for token in tokens if token.word not in _SCOPES]
    first = words[0] if words else ""
    if first in ("NAMES", "CHARSET") or words[:2] == ["CHARACTER", "SET"]:
        value = tokens[2 if first == "CHARACTER" else 1]
        character_set = unquote(value, session.mode).lower()
        if character_set == "default":
            character_set = INITIAL_CHARACTER_SET
        return SetVerdict(replace(session, character_set=character_set), text, ())
    if first in ("PASSWORD", "ROLE") or words[:2] == ["DEFAULT", "ROLE"]:
        return SetVerdict(session, None, (RuleUse(rules.ACCOUNTS, excerpt(text)),))
    if first == "TRANSACTION":
        if tokens[0].word in _GLOBAL_SCOPES:
            return SetVerdict(session, None, (RuleUse(rules.GLOBAL_SETTING, excerpt(text)),))
        return SetVerdict(session, text, ())
    return None


def _iter_assignments(tokens: Sequence[Token], session: Session) -> Iterator[_Assignment]:
    for part in _split_at_commas(tokens):
        sign = next((i for i, token in enumerate(part) if token.text == b"="), 0)
        target, value = list(part[:sign]), part[sign + 1 :]
        if target and target[-1].text == b":":
            target.pop()
        if not target or not value:
            raise CannotFollow("this form of SET is not one that dumps use")
        scope, name = _read_target(target, session)
        yield _Assignment(scope, name, tuple(value), part[0].start)


def _split_at_commas(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    depth, start = 0, 0
    for index, token in enumerate(tokens):
        depth += {b"(": 1, b")": -1}.get(token.text, 0)
        if token.text == b"," and depth == 0:
            yield tokens[start:index]
            start = index + 1
    yield tokens[start:]


def _read_target(target: Sequence[Token], session: Session) -> tuple[str, str]:
    """Return (scope, variable) of what stands left of the equals sign."""
    first = target[0]
    if first.kind is TokenKind.VARIABLE and len(target) == 1:
        if not first.text.startswith(b"@@"):
            return "", _user_variable(first)
        scope, _, name = first.text[2:].decode("latin-1").rpartition(".")
        return scope.upper(), name.strip("`").lower()
    scope = first.word if first.word in _SCOPES and len(target) == 2 else ""
    if len(target) != (2 if scope else 1):
        raise CannotFollow("this form of SET is not one that dumps use")
    return scope, unquote(target[-1], session.mode).lower()


def _find_skip_rule(assignment: _Assignment) -> rules.Rule | None:
    name = assignment.name
    if name == "gtid_purged":
        return rules.REPLICATION_POSITION
    if assignment.scope in _GLOBAL_SCOPES:
        return rules.GLOBAL_SETTING
    if name in _BINARY_LOG:
        return rules.BINARY_LOG_SETTING
    if name in _FOREIGN:
        return rules.FOREIGN_VARIABLE
    return None


def _follow(
    assignment: _Assignment, session: Session
) -> tuple[bytes | None, Sequence[str], Session]:
    """Return (the value to send instead, words removed from it, the session afterwards)."""
    name = assignment.name
    if name.startswith("@"):
        return None, (), session.save(name, _known_value(assignment, session))
    if name not in _ALLOWED:
        raise CannotFollow(f"a dump does not set {name}")
    if name not in ("sql_mode", "character_set_client"):
        return None, (), session
    value = _known_value(assignment, session)
    if value is None:
        raise CannotFollow(f"{name} is set to a value that cannot be followed")
    if name == "character_set_client":
        literal = value.encode() if _is_variable(assignment) else None
        return literal, (), replace(session, character_set=value.lower())
    words = [word.strip() for word in value.split(",") if word.strip()]
    removed = [word for word in words if word.upper() in REMOVED_SQL_MODES]
    kept = ",".join(word for word in words if word not in removed)
    literal = b"'" + kept.encode() + b"'" if removed or _is_variable(assignment) else None
    return literal, removed, replace(session, sql_mode=kept)


def _known_value(assignment: _Assignment, session: Session) -> str | None:
    """Return what the value stands for, or None where only the server knows it."""
    if len(assignment.value) != 1:
        return None
    token = assignment.value[0]
    if token.kind is TokenKind.VARIABLE:
        name = token.text.decode("utf-8", "surrogateescape").lower()
        current = {"sql_mode": session.sql_mode, "character_set_client": session.character_set}
        if name.startswith("@@"):
            return current.get(name.removeprefix("@@").removeprefix("session."))
        return session.saved.get(_user_variable(token))
    if token.word == "DEFAULT":
        return {
            "sql_mode": INITIAL_SQL_MODE,
            "character_set_client": INITIAL_CHARACTER_SET,
        }.get(assignment.name)
    if token.kind is TokenKind.STRING or _is_plain_name(token):
        return unquote(token, session.mode)
    return None


def _is_plain_name(token: Token) -> bool:
    return token.kind is TokenKind.WORD and not token.text[:1].isdigit() and token.word != "NULL"


def _is_variable(assignment: _Assignment) -> bool:
    return assignment.value[0].kind is TokenKind.VARIABLE


def _user_variable(token: Token) -> str:
    return "@" + token.text.decode("utf-8", "surrogateescape")[1:].strip("`'\"").lower()
