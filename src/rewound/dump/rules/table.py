"""The table of rules: everything that may happen to a statement other than being executed.

A rule says what it matches, what becomes of it, and why. The code that applies it names
it, the ledger counts its uses, and the reference page is made from this table. Nothing
is changed, left out or refused without one.
"""

import enum
from dataclasses import dataclass


class Effect(enum.Enum):
    """What a rule does to the statement."""

    REWRITE = "rewritten"
    SKIP = "skipped"
    RECORD = "recorded, not executed"
    REFUSE = "refused"
    DEFER = "executed later"
    ADAPT = "executed in a session or on a server set for it"
    FASTER = "done in a faster way"
    NOTE = "executed, and noted"
    DAMAGE = "fails the world unless allowed"


@dataclass(frozen=True, slots=True)
class Rule:
    """One named rule."""

    name: str
    """As the ledger and the messages show it."""
    effect: Effect
    matches: str
    """What it applies to."""
    does: str
    """What becomes of it."""
    why: str
    """The reason, for people who doubt it."""
    remedy: str = ""
    """For what refuses: what the user can do."""


SQL_MODE_REMOVED = Rule(
    "sql-mode-removed",
    Effect.REWRITE,
    "SET sql_mode with a mode that MySQL 8.0 removed, NO_AUTO_CREATE_USER above all",
    "the removed words are taken out of the list",
    "the server refuses the whole list otherwise (error 1231)",
)
ENGINE_MISSING = Rule(
    "engine-missing",
    Effect.REWRITE,
    "CREATE TABLE with a storage engine that the server does not have",
    "ENGINE becomes InnoDB",
    "the rows matter, not the engine that held them",
)
REMOTE_ENGINE = Rule(
    "remote-engine",
    Effect.REWRITE,
    "a storage engine that reaches other servers or files: FEDERATED, CONNECT, SPIDER, S3, …;"
    " and the CONNECTION of a table",
    "ENGINE becomes InnoDB, without rows unless the dump states some; CONNECTION is taken out",
    "a world must not reach anything outside of itself, and the option holds a password",
)
VOLATILE_ENGINE = Rule(
    "volatile-engine",
    Effect.REWRITE,
    "a storage engine that keeps no rows on disk: MEMORY and HEAP, BLACKHOLE, PERFORMANCE_SCHEMA",
    "ENGINE becomes InnoDB",
    "a table of MEMORY is empty when its server starts again, which every world does after the"
    " load and at each reset; one of BLACKHOLE drops the rows that a dump states for it",
)
PARTITION_ENGINE = Rule(
    "partition-engine",
    Effect.REWRITE,
    "a partitioned table of MyISAM or another engine that cannot be partitioned any more",
    "ENGINE becomes InnoDB, for the table and its partitions",
    "MySQL 8.0 left partitions to InnoDB (error 1178)",
)
TYPE_OPTION = Rule(
    "type-option",
    Effect.REWRITE,
    "TYPE=InnoDB, as mysqldump --compatible=mysql40 and very old servers write it",
    "TYPE becomes ENGINE",
    "it is the same option; MySQL took its old name away in 5.5 (error 1064)",
)
COLLATION_UNKNOWN = Rule(
    "collation-unknown",
    Effect.REWRITE,
    "a collation that the server does not have, such as MariaDB's uca1400 ones",
    "the nearest collation of the same character set takes its place",
    "order and equality may differ in rare letters; the stored text does not",
)
DEFAULT_COLLATION = Rule(
    "default-collation",
    Effect.REWRITE,
    "utf8mb4 without a collation in a dump of MySQL 5.x or of MariaDB up to 11.4",
    "COLLATE utf8mb4_general_ci is added, and the world's server has it as its default for utf8mb4",
    "this is what it meant there; since MySQL 8.0 it means utf8mb4_0900_ai_ci, which finds and"
    " compares otherwise",
)
ROW_FORMAT_UNKNOWN = Rule(
    "row-format-unknown",
    Effect.REWRITE,
    "a ROW_FORMAT that the engine does not have, such as FIXED or PAGE",
    "ROW_FORMAT becomes DYNAMIC",
    "the format on disk does not change what the table holds",
)
TABLE_DIRECTORY = Rule(
    "table-directory",
    Effect.REWRITE,
    "DATA DIRECTORY and INDEX DIRECTORY of a table",
    "the option is taken out",
    "it would write outside of the world's own folder",
)
FILE_SIZE = Rule(
    "file-size",
    Effect.REWRITE,
    "AUTOEXTEND_SIZE of a table",
    "the option is taken out",
    "it reserves up to 4 GiB of disk for each table, whatever that holds",
)
TABLESPACE = Rule(
    "tablespace",
    Effect.REWRITE,
    "TABLESPACE of a table that had its rows in a file shared with others",
    "the table gets a file of its own",
    "the shared file does not exist here (error 3510); the rows are the same",
)
ENCRYPTION = Rule(
    "encryption",
    Effect.REWRITE,
    "ENCRYPTION='Y' of a table or database",
    "ENCRYPTION becomes 'N'",
    "the key is in the keyring of the dumped server (error 3185); the dump itself is in clear",
)
MARIADB_TABLE_OPTION = Rule(
    "mariadb-table-option",
    Effect.REWRITE,
    "table options that only MariaDB or TokuDB has: PAGE_CHECKSUM, TRANSACTIONAL, ENCRYPTED,"
    " COMPRESSION='tokudb_zlib', and all with quoted names, such as `PAGE_COMPRESSED`",
    "the option is taken out",
    "MySQL does not know it; it does not change what the table holds",
)
MARIADB_COLUMN_OPTION = Rule(
    "mariadb-column-option",
    Effect.REWRITE,
    "attributes of a column that only MariaDB or Percona Server has: COMPRESSED, PERSISTENT,"
    " REF_SYSTEM_ID, WITHOUT SYSTEM VERSIONING, and all with quoted names",
    "the attribute is taken out; PERSISTENT becomes STORED",
    "MySQL does not know it; it does not change what the column holds",
)
MARIADB_KEY_OPTION = Rule(
    "mariadb-key-option",
    Effect.REWRITE,
    "options of a key that only MariaDB or TokuDB has: IGNORED, CLUSTERING, and all with"
    " quoted names",
    "IGNORED becomes INVISIBLE, NOT IGNORED becomes VISIBLE, others are taken out",
    "IGNORED is MySQL's INVISIBLE; the others only make the key faster",
)
MARIADB_TYPE = Rule(
    "mariadb-type",
    Effect.REWRITE,
    "a column of a type that only MariaDB has: UUID, INET4, INET6, XMLTYPE",
    "it becomes CHAR(36), VARCHAR(15), VARCHAR(39), LONGTEXT",
    "they hold the text that the dump states, every letter of it; only the order may differ",
)
VECTOR_KEY = Rule(
    "vector-key",
    Effect.REWRITE,
    "a VECTOR KEY of MariaDB",
    "the key is left out",
    "MySQL has vectors, but no such key; answers are the same without it",
)
DEFAULT_EXPRESSION = Rule(
    "default-expression",
    Effect.REWRITE,
    "a function as default of a column, as MariaDB writes it: DEFAULT uuid()",
    "it is put in parentheses",
    "MySQL takes the same function only so (error 1064)",
)
TEXT_DEFAULT = Rule(
    "text-default",
    Effect.REWRITE,
    "a literal default of a TEXT, BLOB, JSON or geometry column, which MariaDB allows",
    "it is put in parentheses",
    "MySQL takes it as an expression only (error 1101); the value is the same",
)
TIMESTAMP_WIDTH = Rule(
    "timestamp-width",
    Effect.REWRITE,
    "timestamp(14), (12), (10) and (8), as MySQL 4.0 wrote them",
    "the width is taken out",
    "it was a width of display; today it would be a precision, which ends at 6 (error 1426)",
)
OR_REPLACE = Rule(
    "or-replace",
    Effect.REWRITE,
    "CREATE OR REPLACE TABLE of MariaDB",
    "DROP TABLE IF EXISTS, then CREATE TABLE",
    "MySQL has the two statements, and not the one (error 1064)",
)
SIX_DIGIT_COMMENT = Rule(
    "six-digit-comment",
    Effect.REWRITE,
    "a versioned comment of six digits, as in MariaDB's /*!100301 COMPRESSED*/",
    "taken out where the version is above the server's, opened where it is not",
    "MySQL counts the sixth digit since 8.1 only; this way every server reads the same",
)
ZERO_KEPT = Rule(
    "zero-kept",
    Effect.REWRITE,
    "a row that states 0 for its AUTO_INCREMENT, the only one of its table to do so, in a"
    " session without NO_AUTO_VALUE_ON_ZERO; a column that becomes AUTO_INCREMENT in one",
    "the mode is added to the session while the rows are sent",
    "a dump states the numbers that its rows have; without the mode, 0 would become another"
    " one, which a later row may state",
)
ZERO_NUMBERED = Rule(
    "zero-numbered",
    Effect.REWRITE,
    "rows that state 0 for their AUTO_INCREMENT, where several of a table do or the server is to"
    " choose other numbers of it, in a session without NO_AUTO_VALUE_ON_ZERO",
    "each gets the next number, as the server gives it",
    "a script written by hand means that; a first row that was taken for one with the number 0 is"
    " given its number when the second one comes",
)
GENERATED_VALUE = Rule(
    "generated-value",
    Effect.REWRITE,
    "values that rows state for a generated column, as the programs of MariaDB write them",
    "DEFAULT takes their place, and what the server computes is compared with them",
    "MySQL takes no value for such a column (error 3105)",
)
PASSWORD_FUNCTION = Rule(
    "password-function",
    Effect.REWRITE,
    "PASSWORD('text') as a value in a row",
    "CONCAT('*', UPPER(SHA1(UNHEX(SHA1('text'))))) takes its place",
    "MySQL 8.0 took the function away (error 1064); this computes the same value",
)
SPATIAL_FUNCTION = Rule(
    "spatial-function",
    Effect.REWRITE,
    "a spatial function by its name in MySQL 5.x and MariaDB: GeomFromText, AsText, GLength, X, …;"
    " names of every day, such as X and Contains, only in dumps of such servers",
    "it gets its name of today: ST_GeomFromText, ST_AsText, ST_Length, ST_X, MBRContains, …",
    "MySQL 8.0 took the old names away (error 1305); the function is the same",
)
DEFINER = Rule(
    "definer",
    Effect.REWRITE,
    "DEFINER = account of a view, trigger, routine or event",
    "the restoring account becomes the definer",
    "the account does not exist here, and using the object would fail with error 1449",
)
EVENT_DISABLED = Rule(
    "event-disabled",
    Effect.REWRITE,
    "CREATE EVENT",
    "the event is created DISABLEd; the event scheduler is off as well",
    "a restored world must not change by itself",
)
DATABASE_CREATED = Rule(
    "database-created",
    Effect.REWRITE,
    "the use of a database that the dump does not create, or that it does not name at all",
    "the database is created first",
    "dumps of a single database name none or take it for granted",
)
DUMP_FOLLOWS = Rule(
    "dump-follows",
    Effect.REWRITE,
    "a dump that begins after another one in the same file, as >> and gzip members join them",
    "it begins in a new session, and what it names no database for goes into its own header's",
    "each was written to be read alone",
)
DROP_MISSING = Rule(
    "drop-missing",
    Effect.REWRITE,
    "DROP DATABASE of one that the dump has not created, as mysqlpump writes it",
    "IF EXISTS is added",
    "a world begins empty, and the statement would fail with error 1008",
)
INSERTS_GATHERED = Rule(
    "inserts-gathered",
    Effect.REWRITE,
    "short INSERTs into the same columns that follow each other, from --skip-extended-insert",
    "they are sent as one INSERT with the rows of all",
    "the same rows in the same order, in a fraction of the time",
)
INSERT_CUT = Rule(
    "insert-cut",
    Effect.REWRITE,
    "an INSERT of more than 16 MiB",
    "it is sent as several, each with some of its rows",
    "the same rows in the same order, in bounded memory",
)
GLOBAL_SETTING = Rule(
    "global-setting",
    Effect.SKIP,
    "SET GLOBAL, PERSIST and PERSIST_ONLY, and what follows them without a scope of its own",
    "not executed",
    "a dump must not configure the server",
)
BINARY_LOG_SETTING = Rule(
    "binary-log-setting",
    Effect.SKIP,
    "SET of sql_log_bin, binlog_format, gtid_next and the like",
    "not executed",
    "the server has no binary log",
)
FOREIGN_VARIABLE = Rule(
    "foreign-variable",
    Effect.SKIP,
    "SET of a session variable that only other servers have, and what keeps its value",
    "not executed",
    "it tunes the other server's load and does not change what is loaded",
)
TUNING_SETTING = Rule(
    "tuning-setting",
    Effect.SKIP,
    "SET of a session variable that tunes memory, time-outs, the optimizer or what is logged:"
    " sort_buffer_size, net_read_timeout, optimizer_switch, profiling, …",
    "not executed",
    "it does not change what is loaded, and the loader has settings of its own",
)
SETTING_DECIDED = Rule(
    "setting-decided",
    Effect.SKIP,
    "SET of innodb_strict_mode, sql_require_primary_key, character_set_database and the like",
    "not executed",
    "the setting needs a privilege that a dump does not get; the server of a world takes tables"
    " that exceed InnoDB's strict limits, and tables without a primary key, in any case",
)
WARNINGS_KEPT = Rule(
    "warnings-kept",
    Effect.SKIP,
    "SET of sql_notes, sql_warnings and max_error_count, which decide what the server warns of",
    "not executed; all notes and warnings are on",
    "they are the witness of a value that the server changed",
)
ACCOUNTS = Rule(
    "accounts",
    Effect.SKIP,
    "CREATE, ALTER and DROP of users and roles, GRANT, REVOKE, SET PASSWORD, SET ROLE",
    "not executed",
    "a world has the accounts that Rewound makes, and no others",
)
SYSTEM_SCHEMA = Rule(
    "system-schema",
    Effect.SKIP,
    "everything in the schemas mysql, sys, performance_schema, information_schema, ndbinfo",
    "not executed",
    "they belong to the server; an old copy of them can make it unusable",
)
FLUSH = Rule(
    "flush",
    Effect.SKIP,
    "FLUSH",
    "not executed",
    "there is nothing to flush in a server that was made for this dump",
)
TABLE_MAINTENANCE = Rule(
    "table-maintenance",
    Effect.SKIP,
    "ANALYZE, CHECK, CHECKSUM, OPTIMIZE and REPAIR TABLE, such as the UPDATE HISTOGRAM that"
    " mysqldump writes for columns with one",
    "not executed",
    "they change how fast an answer comes, never the answer; the server gathers its own figures",
)
NOT_SELECTED = Rule(
    "not-selected",
    Effect.SKIP,
    "what --only-schema, --only-table and --skip-table leave out",
    "not executed; the world is listed as partial",
    "you asked for a part of the dump",
)
TOOL_LINE = Rule(
    "tool-line",
    Effect.SKIP,
    "a warning that the dumping program wrote to its stderr, caught in the dump; also that it may"
    " not dump tablespaces or masking policies",
    "passed over",
    "it is no SQL, and does not concern what the dump holds",
)
ROCKSDB_BULK_LOAD = Rule(
    "rocksdb-bulk-load",
    Effect.SKIP,
    "the lines with which Percona's mysqldump asks for RocksDB's bulk load, and no others",
    "not executed",
    "they tune an engine that is not here, with PREPARE, which is refused otherwise",
)
COMMENT_NOT_EXECUTED = Rule(
    "comment-not-executed",
    Effect.SKIP,
    "a statement inside a versioned comment of a newer server or of MariaDB",
    "not executed, as this server reads it",
    "this is what versioned comments are for",
)
REPLICATION_POSITION = Rule(
    "replication-position",
    Effect.RECORD,
    "GTID_PURGED, CHANGE MASTER, CHANGE REPLICATION SOURCE, START and STOP of a replica",
    "not executed; kept in the ledger as the dump's position",
    "production is never contacted",
)
UNREADABLE = Rule(
    "unreadable",
    Effect.REFUSE,
    "text that has no certain reading: an open quote, a client command such as \\!",
    "the world fails",
    "what cannot be read with certainty cannot be judged",
    remedy="look at the dump at this line; a damaged file needs an older dump: up --fallback",
)
UNKNOWN_STATEMENT = Rule(
    "unknown-statement",
    Effect.REFUSE,
    "every statement that is no part of an ordinary dump: LOAD DATA, INSTALL, SHUTDOWN, CALL, …;"
    " also INSERT … SELECT and CREATE TABLE … SELECT: a dump states its rows",
    "the world fails",
    "a dump is input from elsewhere and is executed by a database server",
    remedy="take the statement out of a copy of the dump if the data do not need it",
)
OTHER_FILE = Rule(
    "other-file",
    Effect.REFUSE,
    "the client command source, or \\., which reads the rest of a dump from another file",
    "the world fails",
    "what the other file holds belongs to the dump, and a dump may not have files opened",
    remedy="put the text of that file in the place of the line, in a copy of the dump",
)
MARIADB_ONLY = Rule(
    "mariadb-only",
    Effect.REFUSE,
    "what only MariaDB has: sequences, packages, tables WITH SYSTEM VERSIONING, periods",
    "the world fails",
    "MySQL has nothing that would hold it; a world without it would not be the same",
    remedy="leave it out with --skip-table, or restore this dump with MariaDB; of sequences and"
    " packages, --allow object-lost accepts that they are missing",
)
OLD_PASSWORD_FUNCTION = Rule(
    "old-password-function",
    Effect.REFUSE,
    "OLD_PASSWORD('text') as a value in a row",
    "the world fails",
    "MySQL 5.7 took the function away, and nothing in MySQL computes its value",
    remedy="replace the call in a copy of the dump by the text that MySQL 5.6 computes for it",
)
ZONE_ASSUMED = Rule(
    "zone-assumed",
    Effect.ADAPT,
    "a table with TIMESTAMP columns in a dump that has not set a time zone, as mysqldump"
    " --skip-tz-utc leaves it out",
    "its values are read in the zone of the world's server, +00:00 or that of --world-timezone",
    "they stand in the zone of the dumped server, which the dump does not name",
)
HOST_VARIABLE = Rule(
    "host-variable",
    Effect.REWRITE,
    "a system variable that tells of the server's host, in a view, trigger, routine or event:"
    " @@hostname, @@datadir, @@socket, …",
    "NULL takes its place",
    "it would tell of this host, not of the dumped one, to whoever gets an answer or a row",
)
COMPUTED_VALUE = Rule(
    "computed-value",
    Effect.REFUSE,
    "a query, or a call of a function that does more than compute a value of its arguments, in"
    " the rows of an INSERT or the schedule of an event: SLEEP, LOAD_FILE, those of the dump"
    " itself, …; and a system variable other than those of the dump's own session",
    "the world fails",
    "it would run while the dump is loaded, for as long as it likes, or tell of this host",
    remedy="put the value in its place, in a copy of the dump",
)
UNKNOWN_SETTING = Rule(
    "unknown-setting",
    Effect.REFUSE,
    "SET of a session variable that dumps do not set, or to a value that cannot be followed",
    "the world fails",
    "settings decide how the rest of the dump is read",
    remedy="take the setting out of a copy of the dump if the data do not need it",
)
LOADABLE_FUNCTION = Rule(
    "loadable-function",
    Effect.REFUSE,
    "CREATE FUNCTION … SONAME",
    "the world fails",
    "it would load a program into the server",
    remedy="take the statement out of a copy of the dump; what calls the function will fail",
)
NO_DATABASE = Rule(
    "no-database",
    Effect.REFUSE,
    "a table or other object while the dump has named no database",
    "the world fails",
    "nobody says where it belongs",
    remedy="name one with --schema",
)
TABLE_MISSING = Rule(
    "table-missing",
    Effect.REFUSE,
    "rows for, or a change of, a table that nothing before it in the dump has created",
    "the world fails",
    "it is a dump of rows alone, as --no-create-info makes it, or its beginning is missing",
    remedy="rows alone cannot be restored: put the dump of their tables' definitions"
    " (mysqldump --no-data) and this one into one file, in this order, or dump again without"
    " --no-create-info",
)
DUMPS_OVERLAP = Rule(
    "dumps-overlap",
    Effect.REFUSE,
    "several dumps in one file of which a later one drops, empties or creates again a table into"
    " which an earlier one put rows",
    "the world fails",
    "the rows of the earlier dump would be lost",
    remedy="cut the file where the later dump begins, and restore the part that you need",
)
TOO_LONG = Rule(
    "too-long",
    Effect.REFUSE,
    "a statement of more than 1 GiB whose rows cannot be told apart; one of more than 4 MiB that"
    " states no rows",
    "the world fails",
    "no server takes more than the largest max_allowed_packet; and no table, view or routine has"
    " a definition that long, which would take gigabytes of memory to read",
    remedy="dump again with --skip-extended-insert or a smaller --net-buffer-length",
)
CUT_OFF = Rule(
    "cut-off",
    Effect.REFUSE,
    "a dump that ends inside a statement, or that its own program reports as failed",
    "the world fails",
    "what is missing cannot be restored",
    remedy="take an older dump: up --fallback does it for you; see why the dump job fails",
)

TRIGGER_LAST = Rule(
    "trigger-last",
    Effect.DEFER,
    "CREATE TRIGGER",
    "executed at the end, or before the next statement that it could fire for or that could"
    " meet it; always in the session and with the database collation of its place in the dump",
    "nothing in between can tell the difference, and rows still on their way go on",
)
VIEW_LATER = Rule(
    "view-later",
    Effect.DEFER,
    "CREATE VIEW before what it shows",
    "executed at the end, in as many rounds as views of views need",
    "some dumping programs write views by name, not in the order of their needs",
)
VIEW_BROKEN = Rule(
    "view-broken",
    Effect.DEFER,
    "CREATE VIEW of something that is nowhere in the dump",
    "created at the end by the help of empty tables that are dropped again; asking it fails",
    "the dumped server had it so: the view stayed when its table went",
)
OBJECT_LOST = Rule(
    "object-lost",
    Effect.DAMAGE,
    "a view, trigger, routine, event or library that the server does not take: in the words of"
    " another server, or for a table, column or function that is not there; with this rule"
    " allowed, also sequences and packages of MariaDB",
    "it is not created; the ledger lists it with the server's error",
    "the world would miss an object that the dump states",
)
FOREIGN_KEY_LOST = Rule(
    "foreign-key-lost",
    Effect.DAMAGE,
    "a foreign key that the server refuses: of columns whose types or character sets differ, or to"
    " columns without an index (MySQL errors 3780, 1822, 6125, 3734, 1215, …)",
    "the table is created without it, with the index of its columns",
    "the rows are those of the dump, but the server does not watch over their references",
)
PARENT_LATER = Rule(
    "parent-later",
    Effect.ADAPT,
    "a table whose foreign key refers to one that comes later, in a dump that does not switch the"
    " checks of foreign keys off, such as those of mysqldump --compact",
    "foreign_key_checks is switched off for what follows; all rows are looked up at the end",
    "the server takes the table only so (error 1824); afterwards everything is as if it had",
)
EVENT_PAST = Rule(
    "event-past",
    Effect.ADAPT,
    "CREATE EVENT … ON SCHEDULE AT or ENDS a time that is over, ON COMPLETION NOT PRESERVE",
    "it is created in a session whose clock stands before that time",
    "else the server drops it at once; it is disabled and cannot run",
)
NAMES_FOLDED = Rule(
    "names-folded",
    Effect.ADAPT,
    "a table or database that the dump uses by a name that differs in case from the one that it"
    " has made, as dumps of a server with lower_case_table_names=1 do",
    "the world's server has lower_case_table_names=1",
    "only such a server finds the table by both names; others say that there is none (error 1146)",
)
MERGE_BROKEN = Rule(
    "merge-broken",
    Effect.DAMAGE,
    "a table of MERGE over tables that are not there, differ from it or are none of MyISAM",
    "the table stays and cannot be read",
    "the rows that it showed may be missing; if the dumped server had it so, nothing is lost",
)
LOOSE_INNODB = Rule(
    "loose-innodb",
    Effect.ADAPT,
    "a table that InnoDB takes only with innodb_strict_mode off: rows that can exceed half a page,"
    " a KEY_BLOCK_SIZE or ROW_FORMAT that does not fit the others",
    "it is created with the mode off, and the world's server keeps the mode off",
    "the dumped server had it so; a row that really is too long still fails (error 1118)",
)
FULL_GROUP_BY_OFF = Rule(
    "full-group-by-off",
    Effect.ADAPT,
    "a view that MySQL answers only without ONLY_FULL_GROUP_BY (errors 1055, 1140, 3065)",
    "the world's server has a sql_mode without ONLY_FULL_GROUP_BY",
    "the dumped server had it so, or nobody could have asked the view",
)
TRIGGER_FIRES = Rule(
    "trigger-fires",
    Effect.NOTE,
    "rows of a table for which the dump has created a trigger before",
    "the trigger fires, as with every client; rows of tables that it may write to are counted as"
    " they come to be, and those that it added or took away are listed in the ledger",
    "the dump says so; MySQL's own sample database fills a table this way",
)
ROWS_MOVED = Rule(
    "rows-moved",
    Effect.NOTE,
    "DELETE and REPLACE of rows that other tables reference; ALTER TABLE that exchanges, drops or"
    " empties a partition",
    "executed when all rows before it are in their tables; what it adds to other tables or takes"
    " away from them is listed in the ledger",
    "the dump says so, and its text does not state how many rows that are",
)
DUPLICATE_ROWS = Rule(
    "duplicate-rows",
    Effect.DAMAGE,
    "REPLACE, INSERT IGNORE and ON DUPLICATE KEY UPDATE with rows that meet one with their key",
    "one row takes the place of several, as these statements ask for",
    "the world would hold fewer rows than the dump states, such as where two keys became equal by"
    " another collation",
)
TRANSACTION_OPEN = Rule(
    "transaction-open",
    Effect.DAMAGE,
    "a dump that ends in a transaction with rows: no COMMIT comes after START TRANSACTION or"
    " SET autocommit = 0",
    "the rows are kept; a client would have rolled them back",
    "either its end is missing, or no client would have restored these rows",
)
CHARACTERS_LOST = Rule(
    "characters-lost",
    Effect.DAMAGE,
    "text that character_set_connection does not have, or that is none of character_set_client"
    " where the two differ (MySQL warning 1300)",
    "the server stores question marks, or the text as far as it could be read",
    "the world would hold a value that the dump does not state",
)
EMPTY_ENUM = Rule(
    "empty-enum",
    Effect.NOTE,
    "an empty text for an ENUM that has none (MySQL warning 1265, error 1265 in strict mode)",
    "the server stores its value 0, in strict mode with that off for the statement",
    "this is what the dumped server had there, and shows as an empty text",
)
GENERATED_DIFFERS = Rule(
    "generated-differs",
    Effect.DAMAGE,
    "a value that a row states for a generated column, and that is not what the server computes",
    "the server's value is stored",
    "the world would hold a value that the dump does not state",
)
NUMBER_CLIPPED = Rule(
    "number-clipped",
    Effect.DAMAGE,
    "a number that its column cannot hold (MySQL warning 1264)",
    "the server stores the nearest number that fits",
    "the world would hold a value that the dump does not state",
)
VALUE_CUT = Rule(
    "value-cut",
    Effect.DAMAGE,
    "a value too long or too precise for its column (MySQL warnings 1265, 1406)",
    "the server stores what fits of it",
    "the world would hold a value that the dump does not state",
)
VALUE_INVALID = Rule(
    "value-invalid",
    Effect.DAMAGE,
    "a value that is none of its column's type or character set (MySQL warnings 1292, 1366, 1411)",
    "the server stores a zero, an empty text or what it could read of it",
    "the world would hold a value that the dump does not state",
)
NULL_REPLACED = Rule(
    "null-replaced",
    Effect.DAMAGE,
    "a NULL for a column that takes none (MySQL warnings 1048, 1263)",
    "the server stores the column's zero or empty value",
    "the world would hold a value that the dump does not state",
)
COMPRESSED_TOO_WELL = Rule(
    "compressed-too-well",
    Effect.DAMAGE,
    "a compressed file with more than 256 MiB of text, and more than 500 times its own length",
    "it is read to its end all the same",
    "dumps become 3 to 30 times as long, those of rows that differ in their number alone up to 360"
    " times; a small file could fill the disk, or take days to read",
)

ROWS_AS_FIELDS = Rule(
    "rows-as-fields",
    Effect.FASTER,
    "a long INSERT whose values mean the same as the fields of a LOAD DATA",
    "its rows are sent as such; on any warning they are taken back and sent as they stand",
    "the server has no SQL to parse: less than half of its work",
)
KEYS_LAST = Rule(
    "keys-last",
    Effect.FASTER,
    "secondary keys of a table of many rows",
    "taken away before the rows come and put back behind them, in the server's own words",
    "sorting a key once is cheaper than finding each row's place in it",
)
LOCK_NOT_TAKEN = Rule(
    "lock-not-taken",
    Effect.FASTER,
    "LOCK TABLES and UNLOCK TABLES",
    "not executed",
    "several connections fill the tables, and nobody else is on the server",
)
KEYS_NOT_SWITCHED = Rule(
    "keys-not-switched",
    Effect.FASTER,
    "ALTER TABLE … DISABLE KEYS and ENABLE KEYS",
    "not executed",
    "it would wait for all rows of the table; InnoDB has no such switch",
)

RULES: tuple[Rule, ...] = tuple(value for value in vars().values() if isinstance(value, Rule))
"""All rules, in the order of this file."""

ALLOWABLE: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.effect is Effect.DAMAGE)
"""The rules that a user can allow: the world is then made although they apply."""
