"""SET statements: which settings a dump may change, and how they affect its parsing.

Pure. A setting that decides how text is read (sql_mode, client character set) is followed exactly.
If its value comes from a user variable, the value itself is sent, so that server and model cannot
differ.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rewound.dump.definitions.collations import nearest_collation
from rewound.dump.definitions.storage_engines import find_engine_rule
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import REMOVED_SQL_MODES, ServerProfile
from rewound.dump.rules.verdict import RuleUse, excerpt, one_line
from rewound.dump.settings import variables
from rewound.dump.settings.assignments import (
    GLOBAL_SCOPES,
    NAMES,
    SCOPES,
    Assignment,
    CannotFollow,
    is_literal,
    is_plain_name,
    is_unset,
    iter_assignments,
    known_value,
)
from rewound.dump.settings.session import INITIAL_CHARACTER_SET, DumpSession
from rewound.dump.text.statement import Statement
from rewound.dump.text.tokens import Token, TokenKind, read_tokens, unquote
from rewound.dump.values.computed_rows import find_computed
from rewound.dump.values.system_variables import find_host_variable, read_system_variable

_COLLATIONS = frozenset({"collation_connection", "collation_database", "collation_server"})
_OFF = frozenset({b"0", b"OFF", b"FALSE"})
_MOST_VARIABLES = 500
"""The limit for user variables in one dump; mysqldump sets about twenty."""

_MOST_JUDGED = 50
"""The limit for kept verdicts; each may hold a session with all user variables."""

# A value that we write ourselves must not be able to contain anything else.
_HARMLESS = re.compile(r"\w*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """The decision about a SET statement."""

    session: DumpSession
    """The session after it."""
    sql: bytes | None
    """The statement to send; None if nothing is executed."""
    uses: tuple[RuleUse, ...]
    """The rules used."""


class SetJudge:
    """Judges the SET statements of a dump, each text once as long as the session is the same.

    mysqldump writes the same three around every table.
    """

    def __init__(self, profile: ServerProfile) -> None:
        self._profile = profile
        self._judged: dict[bytes, tuple[DumpSession, SetVerdict]] = {}
        """The last verdict on each text, and the session that it is for."""

    def judge(self, statement: Statement, session: DumpSession) -> SetVerdict:
        """Decide about a SET statement; raises what `judge_set` raises."""
        before, verdict = self._judged.get(statement.text, (None, None))
        if verdict is not None and before == session:
            return verdict
        verdict = judge_set(statement, session, self._profile)
        if len(self._judged) >= _MOST_JUDGED:
            self._judged.clear()
        self._judged[statement.text] = (session, verdict)
        return verdict


class _AssignmentEffect(NamedTuple):
    """The decision about one assignment, and its effect."""

    session: DumpSession
    literal: str | None = None
    """The value to send instead of the original one."""
    uses: tuple[RuleUse, ...] = ()


def judge_set(statement: Statement, session: DumpSession, profile: ServerProfile) -> SetVerdict:
    """Decide about a SET statement.

    Raises:
        CannotFollow: it sets something that dumps do not set, or to an unknown value.
        UnreadableText: its text is ambiguous.
    """
    text = statement.text
    tokens = read_tokens(text, session.mode, profile.version_number)[1:]
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
            if assignment.name.startswith("@"):
                session = session.save(assignment.name, known_value(assignment, session))
            recorded = rule is rules.REPLICATION_POSITION
            uses.append(RuleUse(rule, one_line(written) if recorded else excerpt(written, 80)))
            continue
        session, literal, new_uses = _follow(assignment, session, profile)
        uses += new_uses
        if literal is not None:
            changed = True
            written = text[assignment.start : assignment.value_start] + literal.encode()
        parts.append(written)
    if not parts:
        return SetVerdict(session, None, tuple(uses))
    return SetVerdict(session, b"SET " + b", ".join(parts) if changed else text, tuple(uses))


def _judge_whole(text: bytes, tokens: Sequence[Token], session: DumpSession) -> SetVerdict | None:
    """Decide about the forms of SET without assignments; None for the others."""
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
    if name.startswith("@"):
        # A server without the variable has no value for it either.
        is_foreign = _read_variable(assignment) in variables.FOREIGN
        return rules.FOREIGN_VARIABLE if is_foreign else None
    if name in variables.DECIDED_HERE_IF_OFF and _is_off(assignment):
        return rules.SETTING_DECIDED
    return _find_variable_rule(name)


def _find_variable_rule(name: str) -> rules.Rule | None:
    """Return the rule that skips settings of a variable, if there is one."""
    if name in variables.BINARY_LOG:
        return rules.BINARY_LOG_SETTING
    if name in variables.DECIDED_HERE:
        return rules.SETTING_DECIDED
    if name in variables.WITNESS:
        return rules.WARNINGS_KEPT
    if name in variables.TUNING:
        return rules.TUNING_SETTING
    return rules.FOREIGN_VARIABLE if name in variables.FOREIGN else None


def _read_variable(assignment: Assignment) -> str:
    """Return the system variable that makes up the value; empty for any other value."""
    token = assignment.value[0]
    return "" if len(assignment.value) > 1 else read_system_variable(token.text)


def _is_off(assignment: Assignment) -> bool:
    token = assignment.value[0]
    return len(assignment.value) == 1 and token.text.strip(b"'\"").upper() in _OFF


def _follow(
    assignment: Assignment, session: DumpSession, profile: ServerProfile
) -> _AssignmentEffect:
    name = assignment.name
    _require_stated(assignment)
    if name.startswith("@"):
        return _follow_user_variable(assignment, session)
    if name == NAMES:
        return _follow_names(assignment, session, profile)
    if name in _COLLATIONS:
        return _follow_collation(assignment, session, profile)
    if name == "default_storage_engine":
        return _follow_engine(assignment, session, profile)
    if name not in variables.EXECUTED:
        raise CannotFollow(f"a dump does not set {name}")
    if name in ("sql_mode", "character_set_client"):
        return _follow_reading(assignment, session)
    _require_set(assignment, session)
    if name == "autocommit":
        return _AssignmentEffect(replace(session, autocommits=_is_on(assignment, session)))
    sets_time_zone = session.sets_time_zone or name == "time_zone"
    return _AssignmentEffect(replace(session, sets_time_zone=sets_time_zone))


def _follow_reading(assignment: Assignment, session: DumpSession) -> _AssignmentEffect:
    """Follow a setting that affects how the following text is read."""
    value = known_value(assignment, session)
    if value is None or not all(map(_HARMLESS.fullmatch, _words_of(value))):
        raise CannotFollow(f"{assignment.name} is set to a value that cannot be followed")
    if assignment.name == "sql_mode":
        return _follow_sql_mode(assignment, session, value)
    literal = None if is_literal(assignment) else value
    return _AssignmentEffect(replace(session, character_set=value.lower()), literal)


def _require_stated(assignment: Assignment) -> None:
    """Raise CannotFollow if the server would compute the value, or the value describes its host."""
    if computed := find_computed(assignment.value):
        raise CannotFollow(f"{assignment.name} is set to the result of {computed}")
    if variable := find_host_variable(assignment.value):
        raise CannotFollow(f"{assignment.name} is set to {variable}, which describes this host")


def _require_set(assignment: Assignment, session: DumpSession) -> None:
    """Raise CannotFollow if the value is a user variable that nothing has set."""
    token = assignment.value[0]
    if len(assignment.value) == 1 and is_unset(token, session):
        if assignment.name in variables.NULLABLE:
            return
        variable = token.text.decode("utf-8", "replace")
        raise CannotFollow(f"{assignment.name} is set to {variable}, which has no value")


def _follow_user_variable(assignment: Assignment, session: DumpSession) -> _AssignmentEffect:
    if len(session.saved) >= _MOST_VARIABLES and assignment.name not in session.saved:
        raise CannotFollow(f"the dump sets more than {_MOST_VARIABLES} user variables")
    return _AssignmentEffect(session.save(assignment.name, known_value(assignment, session)))


def _follow_engine(
    assignment: Assignment, session: DumpSession, profile: ServerProfile
) -> _AssignmentEffect:
    """Follow the default storage engine, which must not bypass the rules for engines."""
    engine = known_value(assignment, session)
    if engine is None:
        raise CannotFollow(f"{assignment.name} is set to a value that cannot be followed")
    rule = find_engine_rule(engine, profile)
    if rule is not None:
        following = replace(session, storage_engine="InnoDB")
        return _AssignmentEffect(following, "InnoDB", (RuleUse(rule, engine),))
    following = replace(session, storage_engine=engine)
    return _AssignmentEffect(following, None if is_literal(assignment) else engine)


def _follow_sql_mode(assignment: Assignment, session: DumpSession, value: str) -> _AssignmentEffect:
    words = _words_of(value)
    removed = [word for word in words if word.upper() in REMOVED_SQL_MODES]
    expanded = (REMOVED_SQL_MODES.get(word.upper(), (word,)) for word in words)
    kept = ",".join(dict.fromkeys(itertools.chain.from_iterable(expanded)))
    literal = None if is_literal(assignment) and not removed else f"'{kept}'"
    uses = tuple(RuleUse(rules.SQL_MODE_REMOVED, _describe_removed(word)) for word in removed)
    return _AssignmentEffect(replace(session, sql_mode=kept, adds_zero_mode=False), literal, uses)


def _describe_removed(word: str) -> str:
    """Return a removed mode with what takes its place."""
    implied = REMOVED_SQL_MODES[word.upper()]
    return f"{word} becomes {','.join(implied)}" if implied else word


def _follow_names(
    assignment: Assignment, session: DumpSession, profile: ServerProfile
) -> _AssignmentEffect:
    """Follow SET NAMES character_set [COLLATE collation]."""
    first, *rest = assignment.value
    name = unquote(first, session.mode).lower()
    is_written = first.kind is TokenKind.STRING or is_plain_name(first)
    if not is_written or not _HARMLESS.fullmatch(name) or len(rest) not in (0, 2):
        raise CannotFollow("the character set cannot be followed")
    character_set = INITIAL_CHARACTER_SET if first.word == "DEFAULT" else name
    if character_set not in profile.default_collations and character_set != "utf8":
        raise CannotFollow(f"the server has no character set {character_set}")
    following = replace(session, character_set=character_set)
    if not rest:
        if session.utf8mb4_collation is None or character_set != "utf8mb4":
            return _AssignmentEffect(following)
        old = f"utf8mb4 COLLATE {session.utf8mb4_collation}"
        return _AssignmentEffect(
            following, old, (RuleUse(rules.DEFAULT_COLLATION, "SET NAMES utf8mb4"),)
        )
    if rest[0].word != "COLLATE":
        raise CannotFollow("this form of SET NAMES is not one that dumps use")
    collation = unquote(rest[1], session.mode).lower()
    nearest = nearest_collation(collation, profile)
    if nearest is None or nearest == collation:
        return _AssignmentEffect(following)
    use = RuleUse(rules.COLLATION_UNKNOWN, collation)
    return _AssignmentEffect(following, f"{name} COLLATE {nearest}", (use,))


def _follow_collation(
    assignment: Assignment, session: DumpSession, profile: ServerProfile
) -> _AssignmentEffect:
    token = assignment.value[0]
    if not is_literal(assignment):
        _require_set(assignment, session)
        return _AssignmentEffect(session)
    collation = unquote(token, session.mode).lower()
    nearest = nearest_collation(collation, profile)
    if nearest is None or nearest == collation:
        return _AssignmentEffect(session)
    return _AssignmentEffect(session, nearest, (RuleUse(rules.COLLATION_UNKNOWN, collation),))


def _is_on(assignment: Assignment, session: DumpSession) -> bool:
    """Tell whether autocommit is certainly on; an unknown value counts as off."""
    token = assignment.value[0]
    is_number = len(assignment.value) == 1 and token.text.isdigit()
    value = token.text.decode() if is_number else known_value(assignment, session)
    return value is not None and value.upper() in ("1", "ON", "TRUE")


def _words_of(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]
