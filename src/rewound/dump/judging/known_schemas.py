"""The databases of a dump: which are there, which one is selected, and their default collation.

A dump of a single database often names none; its objects then go into one that is created for it.
"""

from dataclasses import dataclass, field, replace

from rewound.dump.definitions.default_collation import (
    OLD_DEFAULT,
    find_source_default,
    shows_old_default,
)
from rewound.dump.definitions.plan import DATABASES
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.quoting import quote_name
from rewound.dump.text.statement import Kind, Statement

NAMES_A_SCHEMA = DATABASES | {Kind.USE}
"""The kinds whose name is that of a database."""


@dataclass(slots=True)
class KnownSchemas:
    """Follows the databases of a dump through its statements.

    The session is the caller's: methods that change it return it.
    """

    created: set[str] = field(default_factory=set)
    """The databases that are there."""
    _added: set[str] = field(default_factory=set)
    """Those among them that the dump does not create itself."""
    _knows_source: bool = False
    """Whether the dump has named its server."""

    def set_source(self, server_version: str, session: DumpSession) -> DumpSession:
        """Record the version of the dumped server."""
        self._knows_source = True
        return replace(session, utf8mb4_collation=find_source_default(server_version))

    def begin_next_dump(self) -> None:
        """Forget the server: the next dump may be of another."""
        self._knows_source = False

    def enter(
        self, statement: Statement, schema: str | None, session: DumpSession
    ) -> tuple[list[bytes], list[RuleUse], DumpSession]:
        """Return the statements that create and select the statement's schema, if necessary."""
        prefix: list[bytes] = []
        uses: list[RuleUse] = []
        if schema is None:
            return prefix, uses, session
        if statement.kind not in DATABASES and schema not in self.created:
            create = b"CREATE DATABASE IF NOT EXISTS " + _quote(schema, session)
            uses.append(RuleUse(rules.DATABASE_CREATED, schema))
            if session.utf8mb4_collation is not None:
                create += b" COLLATE " + session.utf8mb4_collation.encode()
                uses.append(RuleUse(rules.DEFAULT_COLLATION, f"database {schema}"))
            prefix.append(create)
            self._added.add(schema)
        if session.schema is None and _relies_on_use(statement):
            prefix.append(b"USE " + _quote(schema, session))
            session = replace(session, schema=schema)
        return prefix, uses, session

    def find_old_default(
        self, statement: Statement, schema: str | None, session: DumpSession
    ) -> tuple[list[bytes], DumpSession]:
        """Detect a server with the old default collation of utf8mb4 if the dump does not name it.

        Return the statements that give that collation to a database already created for the dump.
        """
        if self._knows_source or statement.kind is not Kind.CREATE_TABLE:
            return [], session
        if not shows_old_default(statement.text):
            return [], session
        self._knows_source = True
        session = replace(session, utf8mb4_collation=OLD_DEFAULT)
        if schema is None or schema not in self._added:
            return [], session
        alter = b"ALTER DATABASE " + _quote(schema, session) + b" COLLATE " + OLD_DEFAULT.encode()
        return [alter], session

    def follow(self, statement: Statement, schema: str | None, session: DumpSession) -> DumpSession:
        """Record what a statement does to its schema."""
        if schema is None:
            return session
        if statement.kind is Kind.DROP_DATABASE:
            self.created.discard(schema)
            if session.schema == schema:
                session = replace(session, schema=None)
        else:
            self.created.add(schema)
        if statement.kind is Kind.USE:
            session = replace(session, schema=schema)
        return session


def _quote(name: str, session: DumpSession) -> bytes:
    return quote_name(name, session.mode.encoding)


def _relies_on_use(statement: Statement) -> bool:
    """Tell whether a statement applies to the current database because it names no other."""
    if statement.kind in NAMES_A_SCHEMA:
        return not statement.names
    return any(name.schema is None for name in statement.names)
