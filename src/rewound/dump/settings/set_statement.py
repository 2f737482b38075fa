"""SET statements: which settings a dump may make, and what they do to the reading of it.

Pure. A setting that decides how text is read (sql_mode, client character set) is followed
exactly; where it comes back from a user variable, the value that it stands for is sent,
so that the server cannot have another one than the model.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rewound.dump.definitions.collations import nearest_collation
from rewound.dump.definitions.storage_engines import find_engine_rule
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import REMOVED_SQL_MODES, ServerProfile
from rewound.dump.rules.verdict import RuleUse, excerpt, one_line
from rewound.dump.settings.assignments import (
    GLOBAL_SCOPES,
    NAMES,
    SCOPES,
    Assignment,
    CannotFollow,
    is_literal,
    is_plain_name,
    iter_assignments,
    known_value,
)
from rewound.dump.settings.session import INITIAL_CHARACTER_SET, Session
from rewound.dump.text.statement import Statement
from rewound.dump.text.tokens import Token, TokenKind, iter_tokens, unquote
from rewound.dump.values.computed_rows import find_computed

_ALLOWED = frozenset(
    {"autocommit", "character_set_client", "character_set_connection", "character_set_results"}
    | {"character_set_database", "collation_connection", "collation_database"}
    | {"explicit_defaults_for_timestamp", "foreign_key_checks"}
    | {"group_concat_max_len", "innodb_strict_mode", "insert_id", "last_insert_id"}
    | {"innodb_lock_wait_timeout", "lc_time_names", "lock_wait_timeout", "max_execution_time"}
    | {"net_read_timeout", "net_write_timeout"}
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
    | {"character_set_collations", "max_statement_time", "sql_if_exists", "use_stat_tables"}
    | {"wsrep_on"}
)
_BINARY_LOG = frozenset(
    {"sql_log_bin", "pseudo_slave_mode", "pseudo_thread_id", "gtid_next", "binlog_format"}
)
_COLLATIONS = frozenset({"collation_connection", "collation_database"})

# A value that we write ourselves must not be able to hold anything but itself.
_HARMLESS = re.compile(r"\w*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """What a SET statement becomes."""

    session: Session
    """The session after it."""
    sql: bytes | None
    """What to send; None where nothing of it is executed."""
    uses: tuple[RuleUse, ...]
    """The rules used."""


class _Step(NamedTuple):
    """What one assignment becomes and does."""

    session: Session
    literal: str | None = None
    """The value to send instead of what is written."""
    uses: tuple[RuleUse, ...] = ()


def judge_set(statement: Statement, session: Session, target: ServerProfile) -> SetVerdict:
    """Decide about a SET statement.

    Raises:
        CannotFollow: it sets what dumps do not set, or to a value that we cannot know.
        UnreadableText: its text has no certain reading.
    """
    text = statement.text
    tokens = list(iter_tokens(text, session.mode, target.version_number))[1:]
    whole = _judge_whole(text, tokens, session)
    if whole is not None:
        return whole
    parts: list[bytes] = []
    uses: list[RuleUse] = []
    changed = False
    for assignment in iter_assignments(tokens, session):
        written = text[assignment.start : assignment.end]
        rule = _find_skip_rule(assignment)
        if rule is not None:
            changed = True
            recorded = rule is rules.REPLICATION_POSITION
            uses.append(RuleUse(rule, one_line(written) if recorded else excerpt(written, 80)))
            continue
        session, literal, new_uses = _follow(assignment, session, target)
        uses += new_uses
        if literal is not None:
            changed = True
            written = text[assignment.start : assignment.value_start] + literal.encode()
        parts.append(written)
    if not parts:
        return SetVerdict(session, None, tuple(uses))
    return SetVerdict(session, b"SET " + b", ".join(parts) if changed else text, tuple(uses))


def _judge_whole(text: bytes, tokens: Sequence[Token], session: Session) -> SetVerdict | None:
    """Decide about the forms of SET that hold no assignments, or None."""
    words = [token.word for token in tokens[:3]]
    if words[:1] in (["PASSWORD"], ["ROLE"]) or words[:2] == ["DEFAULT", "ROLE"]:
        return SetVerdict(session, None, (RuleUse(rules.ACCOUNTS, excerpt(text, 80)),))
    if words[:1] == ["TRANSACTION"] or (words[1:2] == ["TRANSACTION"] and words[0] in SCOPES):
        if words[0] in GLOBAL_SCOPES:
            return SetVerdict(session, None, (RuleUse(rules.GLOBAL_SETTING, excerpt(text, 80)),))
        return SetVerdict(session, text, ())
    return None


def _find_skip_rule(assignment: Assignment) -> rules.Rule | None:
    name = assignment.name
    if name == "gtid_purged":
        return rules.REPLICATION_POSITION
    if assignment.scope in GLOBAL_SCOPES:
        return rules.GLOBAL_SETTING
    if name in _BINARY_LOG:
        return rules.BINARY_LOG_SETTING
    if name in _FOREIGN:
        return rules.FOREIGN_VARIABLE
    return None


def _follow(assignment: Assignment, session: Session, target: ServerProfile) -> _Step:
    name = assignment.name
    if computed := find_computed(assignment.value):
        raise CannotFollow(f"{name} is set to what {computed} gives")
    if name.startswith("@"):
        return _Step(session.save(name, known_value(assignment, session)))
    if name == NAMES:
        return _follow_names(assignment, session, target)
    if name in _COLLATIONS:
        return _follow_collation(assignment, session, target)
    if name == "default_storage_engine":
        return _follow_engine(assignment, session, target)
    if name not in _ALLOWED:
        raise CannotFollow(f"a dump does not set {name}")
    if name not in ("sql_mode", "character_set_client"):
        return _Step(session)
    value = known_value(assignment, session)
    if value is None or not all(map(_HARMLESS.fullmatch, _words_of(value))):
        raise CannotFollow(f"{name} is set to a value that cannot be followed")
    if name == "sql_mode":
        return _follow_sql_mode(assignment, session, value)
    literal = None if is_literal(assignment) else value
    return _Step(replace(session, character_set=value.lower()), literal)


def _follow_engine(assignment: Assignment, session: Session, target: ServerProfile) -> _Step:
    """Follow the engine of tables that name none: no other way round the rules for engines."""
    engine = known_value(assignment, session)
    if engine is None:
        raise CannotFollow(f"{assignment.name} is set to a value that cannot be followed")
    rule = find_engine_rule(engine, target)
    if rule is not None:
        return _Step(session, "InnoDB", (RuleUse(rule, engine),))
    return _Step(session, None if is_literal(assignment) else engine)


def _follow_sql_mode(assignment: Assignment, session: Session, value: str) -> _Step:
    words = _words_of(value)
    removed = [word for word in words if word.upper() in REMOVED_SQL_MODES]
    kept = ",".join(word for word in words if word not in removed)
    literal = None if is_literal(assignment) and not removed else f"'{kept}'"
    uses = tuple(RuleUse(rules.SQL_MODE_REMOVED, word) for word in removed)
    return _Step(replace(session, sql_mode=kept), literal, uses)


def _follow_names(assignment: Assignment, session: Session, target: ServerProfile) -> _Step:
    """Follow SET NAMES character_set [COLLATE collation]."""
    first, *rest = assignment.value
    name = unquote(first, session.mode).lower()
    is_written = first.kind is TokenKind.STRING or is_plain_name(first)
    if not is_written or not _HARMLESS.fullmatch(name) or len(rest) not in (0, 2):
        raise CannotFollow("the character set cannot be followed")
    character_set = INITIAL_CHARACTER_SET if first.word == "DEFAULT" else name
    following = replace(session, character_set=character_set)
    if not rest:
        return _Step(following)
    if rest[0].word != "COLLATE":
        raise CannotFollow("this form of SET NAMES is not one that dumps use")
    collation = unquote(rest[1], session.mode).lower()
    nearest = nearest_collation(collation, target)
    if nearest is None or nearest == collation:
        return _Step(following)
    use = RuleUse(rules.COLLATION_UNKNOWN, collation)
    return _Step(following, f"{name} COLLATE {nearest}", (use,))


def _follow_collation(assignment: Assignment, session: Session, target: ServerProfile) -> _Step:
    token = assignment.value[0]
    if not is_literal(assignment):
        return _Step(session)
    collation = unquote(token, session.mode).lower()
    nearest = nearest_collation(collation, target)
    if nearest is None or nearest == collation:
        return _Step(session)
    return _Step(session, nearest, (RuleUse(rules.COLLATION_UNKNOWN, collation),))


def _words_of(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]
