"""The rules of binary logs; those of dumps (`dump.rules.table`) hold for their definitions. Pure.

Whatever of a log is not applied as it is has a rule here or there, counted in the receipt.
"""

from rewound.dump.rules.table import Effect, Rule

STATEMENT_REPLAYED = Rule(
    "statement-replayed",
    Effect.DAMAGE,
    "INSERT, REPLACE, UPDATE and DELETE that are logged as statements and not as rows"
    " (binlog_format=STATEMENT or MIXED)",
    "executed again, in the session that the log states; the rows of the tables are not proved",
    "what a statement changes depends on the server, its plans and its clock: running it again is"
    " not exact",
    remedy="ask for a moment before it, or for the dump after it; --allow statement-replayed"
    " executes it again; binlog_format=ROW on the server makes all later moments exact",
)
LOG_STATEMENT = Rule(
    "log-statement",
    Effect.REFUSE,
    "any other change that is logged as a statement: LOAD DATA, CREATE TABLE … SELECT, temporary"
    " tables, calls; statements that wait, read files or what is their server's own (UUID, USER,"
    " @@hostname), by themselves or in a function, view or trigger; and statements that failed on"
    " the source, or come with --only-table, --skip-table or --only-schema",
    "the world fails",
    "what a statement changes depends on the server, its plans and its clock: running it again is"
    " not exact",
    remedy="ask for a moment before it, or for the dump after it; binlog_format=ROW on the server"
    " makes all later moments exact",
)
LOG_INCIDENT = Rule(
    "log-incident",
    Effect.REFUSE,
    "an INCIDENT event",
    "the world fails",
    "the server could not log some of its changes, so the log does not have them",
    remedy="ask for a moment before it, or for the dump after it",
)
LOG_ROLLED_BACK = Rule(
    "log-rolled-back",
    Effect.REFUSE,
    "a transaction that ends with ROLLBACK, which a server logs if it changed"
    " tables without transactions",
    "the world fails",
    "which of its rows stayed depends on the storage engine of each table",
    remedy="ask for a moment before it, or for the dump after it",
)
LOG_SESSION = Rule(
    "log-session",
    Effect.REFUSE,
    "a statement that only acts on its session: SET, USE, LOCK TABLES, START TRANSACTION",
    "the world fails",
    "no server logs these, so the log was not written by one",
    remedy="copy the log from its server again",
)
LOG_SELECTION = Rule(
    "log-selection",
    Effect.REFUSE,
    "with --only-table, --skip-table or --only-schema: RENAME TABLE, CREATE TABLE … LIKE or"
    " EXCHANGE PARTITION between a table that is restored and one that is not",
    "the world fails",
    "the rows or the definition of the other table are not here",
    remedy="restore both tables, or ask for a moment before it",
)
LOG_DATABASE_MISSING = Rule(
    "log-database-missing",
    Effect.REFUSE,
    "a statement about something in a database that the dump does not have",
    "the world fails",
    "what else is in that database is not known",
    remedy="--only-schema restores the databases of the dump and leaves out all others; or take a"
    " dump of all databases",
)
LOG_IF_EXISTS = Rule(
    "log-if-exists",
    Effect.REWRITE,
    "IF EXISTS and IF NOT EXISTS in ALTER TABLE, CREATE INDEX and DROP INDEX, as MariaDB has them",
    "executed without these words; if that fails just because of what they are for, nothing is"
    " changed",
    "MySQL does not have them (error 1064)",
)
LOG_HOST_ZONE = Rule(
    "log-host-zone",
    Effect.NOTE,
    "a definition that depends on the time zone, executed in that of the source's host"
    " (time_zone=SYSTEM)",
    "executed in the world's zone (--world-timezone)",
    "a log does not say which zone its host was in: values that the definition converts or fills in"
    " may differ by hours",
)
LOG_NUMBERED_ROWS = Rule(
    "log-numbered-rows",
    Effect.NOTE,
    "ALTER TABLE that adds an AUTO_INCREMENT column to a table without a key",
    "executed: its rows are numbered in the order in which they lie here",
    "on the source they may have lain in another order, so rows may have each other's numbers",
)
LOG_ALTERED_OBJECT = Rule(
    "log-altered-object",
    Effect.SKIP,
    "ALTER EVENT, ALTER PROCEDURE and ALTER FUNCTION",
    "not executed: the event or routine stays as it was before",
    "they change no row; events do not run in a world, and a routine's body is changed by DROP and"
    " CREATE only",
)
LOG_TEMPORARY_TABLE = Rule(
    "log-temporary-table",
    Effect.SKIP,
    "DROP TEMPORARY TABLE",
    "not executed",
    "it ends with its session; a log of rows has nothing else of it",
)
XA_UNDECIDED = Rule(
    "xa-undecided",
    Effect.SKIP,
    "an XA transaction that is prepared, but neither committed nor rolled back at"
    " the moment asked for",
    "its rows are left out",
    "nobody saw them at that moment",
)

LOG_RULES: tuple[Rule, ...] = tuple(value for value in vars().values() if isinstance(value, Rule))
"""All of them, in the order of this file."""


def find_remedy(rule: Rule) -> str:
    """Return what to do about a log that a rule refuses, also by one that is for dumps."""
    if rule in LOG_RULES:
        return rule.remedy
    return "ask for a moment before it, or for the dump after it"


LOG_ALLOWABLE: tuple[Rule, ...] = tuple(r for r in LOG_RULES if r.effect is Effect.DAMAGE)
"""Those that a user can allow."""

TOLD: tuple[Rule, ...] = (
    STATEMENT_REPLAYED,
    LOG_HOST_ZONE,
    LOG_NUMBERED_ROWS,
    LOG_ALTERED_OBJECT,
)
"""The rules by which a world may differ from its source: `up` warns of them."""
