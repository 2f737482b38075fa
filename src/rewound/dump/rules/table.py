"""The table of rules: everything that may happen to a statement besides being executed.

A rule states what it matches, what it does, and why. The code that applies a rule names it,
the ledger counts its uses, and docs/dumps.md is generated from this table. Nothing is changed,
left out or refused without a rule.
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
    ADAPT = "executed with adjusted settings"
    FASTER = "done in a faster way"
    NOTE = "executed, and noted"
    DAMAGE = "fails the world unless allowed"


@dataclass(frozen=True, slots=True)
class Rule:
    """One named rule."""

    name: str
    """The name in the ledger and in messages."""
    effect: Effect
    matches: str
    """The statements that it applies to."""
    does: str
    """What it does to them."""
    why: str
    """The reason."""
    remedy: str = ""
    """For rules that refuse: what the user can do."""


SQL_MODE_REMOVED = Rule(
    "sql-mode-removed",
    Effect.REWRITE,
    "SET sql_mode with a mode that MySQL 8.0 removed, most often NO_AUTO_CREATE_USER, or with a"
    " combination that it removed, as mysqldump --compatible=postgresql writes it",
    "the removed modes are dropped from the list; ORACLE, MSSQL, DB2, POSTGRESQL and MAXDB become"
    " PIPES_AS_CONCAT, ANSI_QUOTES and IGNORE_SPACE, MYSQL323 and MYSQL40 HIGH_NOT_PRECEDENCE",
    "otherwise the server rejects the whole list (error 1231)",
)
ENGINE_MISSING = Rule(
    "engine-missing",
    Effect.REWRITE,
    "CREATE TABLE with a storage engine that the server does not have",
    "ENGINE becomes InnoDB",
    "the rows matter, not the engine that stored them",
)
REMOTE_ENGINE = Rule(
    "remote-engine",
    Effect.REWRITE,
    "a storage engine that accesses other servers or files: FEDERATED, CONNECT, SPIDER, S3, …; and"
    " the CONNECTION option of a table",
    "ENGINE becomes InnoDB, with only the rows that the dump contains; CONNECTION is removed",
    "a world must not reach anything outside itself, and the option contains a password",
)
VOLATILE_ENGINE = Rule(
    "volatile-engine",
    Effect.REWRITE,
    "a storage engine that stores no rows on disk: MEMORY, HEAP, BLACKHOLE, PERFORMANCE_SCHEMA",
    "ENGINE becomes InnoDB",
    "a MEMORY table is empty after a server restart, and every world restarts after the load and"
    " at each reset; a BLACKHOLE table discards the rows that the dump contains",
)
PARTITION_ENGINE = Rule(
    "partition-engine",
    Effect.REWRITE,
    "a partitioned table that uses MyISAM or another engine without partitioning support",
    "ENGINE becomes InnoDB, for the table and its partitions",
    "MySQL 8.0 supports partitioning only in InnoDB (error 1178)",
)
TYPE_OPTION = Rule(
    "type-option",
    Effect.REWRITE,
    "TYPE=InnoDB, written by mysqldump --compatible=mysql40 and very old servers",
    "TYPE becomes ENGINE",
    "it is the same option; MySQL 5.5 removed the old name (error 1064)",
)
COLLATION_UNKNOWN = Rule(
    "collation-unknown",
    Effect.REWRITE,
    "a collation that the server does not have, such as the uca1400 collations of MariaDB",
    "it is replaced by the nearest collation of the same character set",
    "sort order and equality may differ for rare letters; the stored text is the same",
)
DEFAULT_COLLATION = Rule(
    "default-collation",
    Effect.REWRITE,
    "utf8mb4 without a collation in a dump of MySQL 5.x or of MariaDB up to 11.4",
    "COLLATE utf8mb4_general_ci is added, and it is the default collation of utf8mb4 on the"
    " world's server",
    "this was the default there; since MySQL 8.0 the default is utf8mb4_0900_ai_ci, which compares"
    " and sorts differently",
)
ROW_FORMAT_UNKNOWN = Rule(
    "row-format-unknown",
    Effect.REWRITE,
    "a ROW_FORMAT that the engine does not support, such as FIXED or PAGE",
    "ROW_FORMAT becomes DYNAMIC",
    "the on-disk format does not change the contents of the table",
)
TABLE_DIRECTORY = Rule(
    "table-directory",
    Effect.REWRITE,
    "DATA DIRECTORY and INDEX DIRECTORY of a table",
    "the option is removed",
    "it would write outside the world's own folder",
)
FILE_SIZE = Rule(
    "file-size",
    Effect.REWRITE,
    "AUTOEXTEND_SIZE of a table",
    "the option is removed",
    "it reserves up to 4 GiB of disk per table, however small the table is",
)
TABLESPACE = Rule(
    "tablespace",
    Effect.REWRITE,
    "TABLESPACE of a table that was stored in a file shared with other tables",
    "the table is stored in a file of its own",
    "the shared file does not exist here (error 3510); the rows are the same",
)
ENCRYPTION = Rule(
    "encryption",
    Effect.REWRITE,
    "ENCRYPTION='Y' of a table or database",
    "ENCRYPTION becomes 'N'",
    "the key is in the keyring of the dumped server (error 3185); the dump itself is not encrypted",
)
MARIADB_TABLE_OPTION = Rule(
    "mariadb-table-option",
    Effect.REWRITE,
    "table options that only MariaDB or TokuDB has: PAGE_CHECKSUM, TRANSACTIONAL, ENCRYPTED,"
    " COMPRESSION='tokudb_zlib', and all options with quoted names, such as `PAGE_COMPRESSED`",
    "the option is removed",
    "MySQL does not have it; it does not change the contents of the table",
)
MARIADB_COLUMN_OPTION = Rule(
    "mariadb-column-option",
    Effect.REWRITE,
    "column attributes that only MariaDB or Percona Server has: COMPRESSED, PERSISTENT,"
    " REF_SYSTEM_ID, WITHOUT SYSTEM VERSIONING, and all attributes with quoted names",
    "the attribute is removed; PERSISTENT becomes STORED",
    "MySQL does not have it; it does not change the contents of the column",
)
MARIADB_KEY_OPTION = Rule(
    "mariadb-key-option",
    Effect.REWRITE,
    "key options that only MariaDB or TokuDB has: IGNORED, CLUSTERING, and all options with quoted"
    " names",
    "IGNORED becomes INVISIBLE, NOT IGNORED becomes VISIBLE, all others are removed",
    "IGNORED is MySQL's INVISIBLE; the others only make the key faster",
)
MARIADB_TYPE = Rule(
    "mariadb-type",
    Effect.REWRITE,
    "a column of a type that only MariaDB has: UUID, INET4, INET6, XMLTYPE",
    "the type becomes CHAR(36), VARCHAR(15), VARCHAR(39) or LONGTEXT",
    "the new type stores the text of the dump unchanged; only the sort order may differ",
)
VECTOR_KEY = Rule(
    "vector-key",
    Effect.REWRITE,
    "a VECTOR KEY of MariaDB",
    "the key is left out",
    "MySQL has vectors but no vector keys; queries return the same rows without it",
)
DEFAULT_EXPRESSION = Rule(
    "default-expression",
    Effect.REWRITE,
    "a function as the default of a column, as MariaDB writes it: DEFAULT uuid()",
    "the function is put in parentheses",
    "MySQL accepts a function as a default only in parentheses (error 1064)",
)
TEXT_DEFAULT = Rule(
    "text-default",
    Effect.REWRITE,
    "a literal default of a TEXT, BLOB, JSON or geometry column, which MariaDB allows",
    "the literal is put in parentheses",
    "MySQL accepts such a default only as an expression (error 1101); the value is the same",
)
TIMESTAMP_WIDTH = Rule(
    "timestamp-width",
    Effect.REWRITE,
    "timestamp(14), (12), (10) and (8), as MySQL 4.0 wrote them",
    "the width is removed",
    "it was a display width; today it is a precision, which is 6 at most (error 1426)",
)
OR_REPLACE = Rule(
    "or-replace",
    Effect.REWRITE,
    "CREATE OR REPLACE TABLE of MariaDB",
    "executed as DROP TABLE IF EXISTS, then CREATE TABLE",
    "MySQL does not have the combined statement (error 1064)",
)
SIX_DIGIT_COMMENT = Rule(
    "six-digit-comment",
    Effect.REWRITE,
    "a versioned comment with a six-digit version, such as MariaDB's /*!100301 COMPRESSED*/",
    "removed if its version is newer than the server's, otherwise its contents are executed",
    "MySQL reads the sixth digit only since 8.1; this way all servers read the comment alike",
)
ZERO_KEPT = Rule(
    "zero-kept",
    Effect.REWRITE,
    "the only row of its table with 0 in its AUTO_INCREMENT column, in a session without"
    " NO_AUTO_VALUE_ON_ZERO; a column that becomes AUTO_INCREMENT in such a session",
    "the session runs with NO_AUTO_VALUE_ON_ZERO while the rows are sent",
    "a dump contains the numbers that the rows have; without the mode, MySQL would replace 0 by a"
    " new number, which a later row may use",
)
ZERO_NUMBERED = Rule(
    "zero-numbered",
    Effect.REWRITE,
    "rows with 0 in their AUTO_INCREMENT column, if several rows of the table have it or the"
    " server also generates other numbers for the table, in a session without"
    " NO_AUTO_VALUE_ON_ZERO",
    "each row gets the next number, as the server generates it",
    "this is what a hand-written script means; if the first such row was already stored with 0, it"
    " gets its number when the second one follows",
)
GENERATED_VALUE = Rule(
    "generated-value",
    Effect.REWRITE,
    "values for a generated column, as MariaDB's dump programs write them",
    "the value is replaced by DEFAULT, and compared with the value that the server computes",
    "MySQL accepts no value for such a column (error 3105)",
)
PASSWORD_FUNCTION = Rule(
    "password-function",
    Effect.REWRITE,
    "PASSWORD('text') as a value in a row",
    "replaced by CONCAT('*', UPPER(SHA1(UNHEX(SHA1('text')))))",
    "MySQL 8.0 removed the function (error 1064); the expression computes the same value",
)
SPATIAL_FUNCTION = Rule(
    "spatial-function",
    Effect.REWRITE,
    "a spatial function by its name in MySQL 5.x and MariaDB: GeomFromText, AsText, GLength, X, …;"
    " common words, such as X and Contains, only in dumps of such servers",
    "renamed to its current name: ST_GeomFromText, ST_AsText, ST_Length, ST_X, MBRContains, …",
    "MySQL 8.0 removed the old names (error 1305); the function is the same",
)
DEFINER = Rule(
    "definer",
    Effect.REWRITE,
    "the DEFINER of a view, trigger, routine or event",
    "the account that restores becomes the definer",
    "the original account does not exist here, and using the object would fail (error 1449)",
)
EVENT_DISABLED = Rule(
    "event-disabled",
    Effect.REWRITE,
    "CREATE EVENT",
    "the event is created as DISABLED; the event scheduler is off as well",
    "a restored world must not change by itself",
)
DATABASE_CREATED = Rule(
    "database-created",
    Effect.REWRITE,
    "statements for a database that the dump does not create or does not name",
    "the database is created first",
    "dumps of a single database often contain no CREATE DATABASE",
)
DUMP_FOLLOWS = Rule(
    "dump-follows",
    Effect.REWRITE,
    "a dump that follows another one in the same file, joined by >> or as gzip members",
    "it starts in a new session; objects without a database go into the database named in its own"
    " header",
    "each dump was written to be restored by itself",
)
PART_FOLLOWS = Rule(
    "part-follows",
    Effect.REWRITE,
    "a file that follows another one of the same world, such as the next of one for each table",
    "it starts in a new session; objects without a database go into the database named in its own"
    " header, or by its folder",
    "each file was written to be restored by itself",
)
DROP_MISSING = Rule(
    "drop-missing",
    Effect.REWRITE,
    "DROP DATABASE of a database that the dump has not created, as mysqlpump writes it",
    "IF EXISTS is added",
    "a world starts empty, and the statement would fail (error 1008)",
)
INSERTS_GATHERED = Rule(
    "inserts-gathered",
    Effect.REWRITE,
    "consecutive short INSERTs into the same columns, from --skip-extended-insert",
    "they are sent as one INSERT with all their rows",
    "the rows and their order are the same, in a fraction of the time",
)
INSERT_CUT = Rule(
    "insert-cut",
    Effect.REWRITE,
    "an INSERT of more than 16 MiB",
    "it is sent as several INSERTs, each with some of the rows",
    "the rows and their order are the same, in bounded memory",
)
GLOBAL_SETTING = Rule(
    "global-setting",
    Effect.SKIP,
    "SET GLOBAL, PERSIST and PERSIST_ONLY, and the assignments after them that name no scope",
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
    "SET of a session variable that only other servers have, and statements that save its value",
    "not executed",
    "it tunes the load on the other server and does not change the loaded data",
)
TUNING_SETTING = Rule(
    "tuning-setting",
    Effect.SKIP,
    "SET of a session variable that tunes memory, timeouts, the optimizer or logging:"
    " sort_buffer_size, net_read_timeout, optimizer_switch, profiling, …",
    "not executed",
    "it does not change the loaded data, and the loader uses its own settings",
)
SETTING_DECIDED = Rule(
    "setting-decided",
    Effect.SKIP,
    "SET of innodb_strict_mode, sql_require_primary_key, character_set_database and the like",
    "not executed",
    "the setting requires a privilege that a dump does not get; the server of a world accepts"
    " tables that exceed InnoDB's strict limits and tables without a primary key in any case",
)
WARNINGS_KEPT = Rule(
    "warnings-kept",
    Effect.SKIP,
    "SET of sql_notes, sql_warnings and max_error_count, which limit the warnings of the server",
    "not executed; all notes and warnings stay on",
    "the warnings report every value that the server changed",
)
ACCOUNTS = Rule(
    "accounts",
    Effect.SKIP,
    "CREATE, ALTER and DROP of users and roles, GRANT, REVOKE, SET PASSWORD, SET ROLE",
    "not executed",
    "a world has only the accounts that Rewound creates",
)
SYSTEM_SCHEMA = Rule(
    "system-schema",
    Effect.SKIP,
    "everything in the schemas mysql, sys, performance_schema, information_schema and ndbinfo",
    "not executed",
    "these schemas belong to the server; an old copy of them can make it unusable",
)
FLUSH = Rule(
    "flush",
    Effect.SKIP,
    "FLUSH",
    "not executed",
    "a server that was created for this dump has nothing to flush",
)
TABLE_MAINTENANCE = Rule(
    "table-maintenance",
    Effect.SKIP,
    "ANALYZE, CHECK, CHECKSUM, OPTIMIZE and REPAIR TABLE, such as the UPDATE HISTOGRAM that"
    " mysqldump writes for columns with a histogram",
    "not executed",
    "they affect the speed of a query, never its result; the server collects its own statistics",
)
NOT_SELECTED = Rule(
    "not-selected",
    Effect.SKIP,
    "everything that --only-schema, --only-table and --skip-table exclude",
    "not executed; the world is listed as partial",
    "you asked for a part of the dump",
)
TOOL_LINE = Rule(
    "tool-line",
    Effect.SKIP,
    "a warning that the dump program wrote to stderr and that ended up in the dump, for example"
    " that it lacks the privilege to dump tablespaces or masking policies",
    "ignored",
    "it is not SQL and does not affect the contents of the dump",
)
ROCKSDB_BULK_LOAD = Rule(
    "rocksdb-bulk-load",
    Effect.SKIP,
    "the lines by which Percona's mysqldump turns on the bulk load of RocksDB, and no others",
    "not executed",
    "they tune an engine that does not exist here, by a PREPARE that is otherwise refused",
)
COMMENT_NOT_EXECUTED = Rule(
    "comment-not-executed",
    Effect.SKIP,
    "a statement inside a versioned comment of a newer server or of MariaDB",
    "not executed, as this server would treat it",
    "this is the purpose of versioned comments",
)
REPLICATION_POSITION = Rule(
    "replication-position",
    Effect.RECORD,
    "GTID_PURGED, CHANGE MASTER, CHANGE REPLICATION SOURCE, START and STOP REPLICA",
    "not executed; saved in the ledger as the position of the dump",
    "production is never contacted",
)
UNREADABLE = Rule(
    "unreadable",
    Effect.REFUSE,
    "text that cannot be parsed unambiguously: an unclosed quote, a client command such as \\!",
    "the world fails",
    "a statement that cannot be parsed unambiguously cannot be judged",
    remedy="look at this line of the dump; if the file is damaged, take an older dump: up"
    " --fallback",
)
UNKNOWN_STATEMENT = Rule(
    "unknown-statement",
    Effect.REFUSE,
    "every statement that does not belong in an ordinary dump: LOAD DATA, INSTALL, SHUTDOWN, CALL,"
    " …; also INSERT … SELECT and CREATE TABLE … SELECT, because a dump contains its rows",
    "the world fails",
    "a dump is untrusted input that a database server executes",
    remedy="if the file is damaged there, copy it again or restore an older dump (--fallback);"
    " otherwise remove the statement from a copy of the dump, if the data do not need it",
)
OTHER_FILE = Rule(
    "other-file",
    Effect.REFUSE,
    "the client command source, or \\., which reads the rest of a dump from another file",
    "the world fails",
    "the other file is part of the dump, and a dump must not open files",
    remedy="replace the line by the text of that file, in a copy of the dump",
)
MARIADB_ONLY = Rule(
    "mariadb-only",
    Effect.REFUSE,
    "features that only MariaDB has: sequences, packages, tables WITH SYSTEM VERSIONING, periods",
    "the world fails",
    "MySQL has no equivalent; a world without them would not be the same",
    remedy="leave the table out with --skip-table, or restore this dump with MariaDB; for"
    " sequences and packages, --allow object-lost restores the world without them",
)
OLD_PASSWORD_FUNCTION = Rule(
    "old-password-function",
    Effect.REFUSE,
    "OLD_PASSWORD('text') as a value in a row",
    "the world fails",
    "MySQL 5.7 removed the function, and MySQL has no other way to compute its value",
    remedy="replace the call by the value that MySQL 5.6 computes for it, in a copy of the dump",
)
ZONE_ASSUMED = Rule(
    "zone-assumed",
    Effect.ADAPT,
    "a table with TIMESTAMP columns, or an event, in a dump that sets no time zone, as mysqldump"
    " --skip-tz-utc writes it",
    "its times are read in the time zone of the world's server, which is +00:00 or the value of"
    " --world-timezone",
    "the times are in the time zone of the dumped server, which the dump does not name",
)
HOST_VARIABLE = Rule(
    "host-variable",
    Effect.REWRITE,
    "a system variable that describes the host of the server, in a view, trigger, routine or"
    " event: @@hostname, @@datadir, @@socket, …",
    "replaced by NULL",
    "query results and rows would describe this host instead of the dumped one",
)
COMPUTED_VALUE = Rule(
    "computed-value",
    Effect.REFUSE,
    "a query, or a call of a function that does more than compute a value from its arguments, in"
    " the rows of an INSERT or the schedule of an event: SLEEP, LOAD_FILE, functions of the dump"
    " itself, …; and system variables other than those of the dump's own session",
    "the world fails",
    "it would run during the load, for as long as it likes, or describe this host",
    remedy="replace it by its value, in a copy of the dump",
)
UNKNOWN_SETTING = Rule(
    "unknown-setting",
    Effect.REFUSE,
    "SET of a session variable that dumps do not set, or to a value that cannot be followed",
    "the world fails",
    "settings decide how the rest of the dump is read",
    remedy="remove the setting from a copy of the dump if the data do not need it",
)
LOADABLE_FUNCTION = Rule(
    "loadable-function",
    Effect.REFUSE,
    "CREATE FUNCTION … SONAME",
    "the world fails",
    "it would load native code into the server",
    remedy="remove the statement from a copy of the dump; whatever calls the function will fail",
)
NO_DATABASE = Rule(
    "no-database",
    Effect.REFUSE,
    "a table or other object before the dump has named a database",
    "the world fails",
    "it is unknown which database the object belongs to",
    remedy="name the database with --schema",
)
TABLE_MISSING = Rule(
    "table-missing",
    Effect.REFUSE,
    "rows for a table, or changes to a table, that the dump has not created before",
    "the world fails",
    "the dump contains only rows, as mysqldump --no-create-info writes it, or its beginning is"
    " missing",
    remedy="rows without their tables cannot be restored: join a dump of the table definitions"
    " (mysqldump --no-data) and this dump into one file, in this order, or dump again without"
    " --no-create-info",
)
ROWS_FOR_VIEW = Rule(
    "rows-for-view",
    Effect.REFUSE,
    "rows for a view, or the deletion of rows through one",
    "the world fails",
    "the rows end up in the tables behind the view, where they cannot be distinguished from the"
    " rows that the dump states for these tables",
    remedy="name the table instead of the view in a copy of the dump",
)
ROWS_FOR_MERGE = Rule(
    "rows-for-merge",
    Effect.REFUSE,
    "rows for a MERGE table, or the deletion of its rows",
    "the world fails",
    "the rows end up in one of the tables that it merges, where they cannot be distinguished from"
    " the rows that the dump states for that table; without INSERT_METHOD, MySQL rejects them"
    " (error 1036)",
    remedy="remove the statement from a copy of the dump if the merged tables have the same rows,"
    " as in a dump that states them twice; otherwise name one of these tables in it",
)
DUMPS_OVERLAP = Rule(
    "dumps-overlap",
    Effect.REFUSE,
    "several dumps in one file, if a later one drops, empties or recreates a table that an earlier"
    " one filled",
    "the world fails",
    "the rows of the earlier dump would be lost",
    remedy="split the file where the later dump begins, and restore the part that you need; files"
    " that are worlds of their own need {world} in --pattern",
)
TOO_LONG = Rule(
    "too-long",
    Effect.REFUSE,
    "a statement of more than 1 GiB whose rows cannot be separated; a statement of more than 4 MiB"
    " without rows",
    "the world fails",
    "no server accepts more than the largest max_allowed_packet; and no table, view or routine has"
    " a definition that long, which would take gigabytes of memory to parse",
    remedy="dump again with --skip-extended-insert or a smaller --net-buffer-length",
)
CUT_OFF = Rule(
    "cut-off",
    Effect.REFUSE,
    "a dump that ends inside a statement, or that its own program reports as failed",
    "the world fails",
    "the missing part cannot be restored",
    remedy="take an older dump (up --fallback does it for you), and find out why the dump job"
    " fails",
)

TRIGGER_LAST = Rule(
    "trigger-last",
    Effect.DEFER,
    "CREATE TRIGGER",
    "executed at the end, or before the next statement that could fire the trigger or refer to it;"
    " always with the session settings and the database collation at its place in the dump",
    "no statement in between is affected, and rows that are still being loaded need not be waited"
    " for",
)
VIEW_LATER = Rule(
    "view-later",
    Effect.DEFER,
    "CREATE VIEW before the tables or views that it selects from",
    "executed at the end, in as many rounds as views of views need",
    "some dump programs write views by name, not in the order of their dependencies",
)
VIEW_BROKEN = Rule(
    "view-broken",
    Effect.DEFER,
    "CREATE VIEW on something that is missing from the dump",
    "created at the end with the help of empty tables that are dropped again; querying the view"
    " fails",
    "the view was broken on the dumped server as well: it stayed when its table was dropped",
)
OBJECT_LOST = Rule(
    "object-lost",
    Effect.DAMAGE,
    "a view, trigger, routine, event or library that the server rejects, because it uses the"
    " dialect of another server or a table, column or function that does not exist; if this rule"
    " is allowed, also sequences and packages of MariaDB",
    "it is not created; the ledger lists it with the error of the server",
    "the world would lack an object that the dump contains",
)
FOREIGN_KEY_LOST = Rule(
    "foreign-key-lost",
    Effect.DAMAGE,
    "a foreign key that the server rejects: between columns of different types or character sets,"
    " or to columns without an index (MySQL errors 3780, 1822, 6125, 3734, 1215, …)",
    "the table is created without it, but with an index on its columns",
    "the rows are those of the dump, but the server does not enforce their references",
)
PARENT_LATER = Rule(
    "parent-later",
    Effect.ADAPT,
    "a table whose foreign key references a table that comes later, in a dump that does not turn"
    " foreign key checks off, such as one of mysqldump --compact",
    "foreign_key_checks is turned off from there on; all rows are checked at the end",
    "otherwise the server rejects the table (error 1824); the result is the same as with the"
    " checks on",
)
EVENT_PAST = Rule(
    "event-past",
    Effect.ADAPT,
    "CREATE EVENT … ON SCHEDULE AT or ENDS with a time in the past, ON COMPLETION NOT PRESERVE",
    "it is created in a session whose clock is set before that time",
    "otherwise the server drops it at once; it is disabled and cannot run",
)
NAMES_FOLDED = Rule(
    "names-folded",
    Effect.ADAPT,
    "a table or database that the dump refers to in a different letter case than it created it, as"
    " dumps of a server with lower_case_table_names=1 do",
    "the world's server runs with lower_case_table_names=1",
    "only such a server finds the table by both names; others report that it does not exist (error"
    " 1146)",
)
MERGE_BROKEN = Rule(
    "merge-broken",
    Effect.DAMAGE,
    "a MERGE table over tables that do not exist, were renamed later, differ from it or are not"
    " MyISAM tables",
    "the table is created but cannot be read",
    "rows that it showed may be missing; if it was broken on the dumped server, nothing is lost",
)
LOOSE_INNODB = Rule(
    "loose-innodb",
    Effect.ADAPT,
    "a table that InnoDB accepts only with innodb_strict_mode off: rows that can exceed half a"
    " page, or a KEY_BLOCK_SIZE or ROW_FORMAT that conflicts with other options",
    "it is created with the mode off, and the world's server runs with the mode off",
    "the dumped server accepted the table; a row that really is too long still fails (error 1118)",
)
KEY_NOT_UNIQUE = Rule(
    "key-not-unique",
    Effect.ADAPT,
    "a foreign key that refers to columns without a unique key of their own",
    "it is created, because the world's server runs with restrict_fk_on_non_standard_key off",
    "the dumped server accepted it; MySQL 8.4 and later refuse it by default (error 6125)",
)
FULL_GROUP_BY_OFF = Rule(
    "full-group-by-off",
    Effect.ADAPT,
    "a view that MySQL can query only without ONLY_FULL_GROUP_BY (errors 1055, 1140, 3065)",
    "the world's server runs with a sql_mode without ONLY_FULL_GROUP_BY",
    "the dumped server must have run without it, or nobody could have queried the view",
)
TRIGGER_FIRES = Rule(
    "trigger-fires",
    Effect.NOTE,
    "rows of a table whose trigger the dump creates before the rows",
    "the trigger fires, as with every client; rows of tables that it may write to are counted as"
    " they are created, and the ledger lists the rows that it added or removed",
    "this is what the dump says; MySQL's own sample database fills a table this way",
)
CRLF_KEPT = Rule(
    "crlf-kept",
    Effect.NOTE,
    "a line break CR LF in a value or in the body of a stored object that is not written as \\r\\n",
    "executed with both bytes: the value or the body keeps them",
    "the bytes are those of the dump; the mysql client drops the CR, and dump programs write"
    " \\r\\n, so the file may have been converted to the line ends of Windows",
)
NUL_BYTE = Rule(
    "nul-byte",
    Effect.NOTE,
    "a NUL byte in a statement that is not written as \\0",
    "executed with the byte: a value keeps it",
    "the bytes of a value are those of the dump; the mysql client stops there unless it runs with"
    " --binary-mode, and dump programs write \\0, so the file may be damaged at this line",
)
ROWS_MOVED = Rule(
    "rows-moved",
    Effect.NOTE,
    "DELETE and REPLACE of rows that other tables reference; ALTER TABLE that exchanges, drops or"
    " empties a partition",
    "executed after all preceding rows are stored; the ledger lists the rows that it adds to or"
    " removes from other tables",
    "this is what the dump says, and its text does not state how many rows are affected",
)
DUPLICATE_ROWS = Rule(
    "duplicate-rows",
    Effect.DAMAGE,
    "REPLACE, INSERT IGNORE and ON DUPLICATE KEY UPDATE with rows whose key already exists",
    "one row takes the place of several, as these statements request",
    "the world would contain fewer rows than the dump, for example because two keys are equal in a"
    " different collation",
)
TRANSACTION_OPEN = Rule(
    "transaction-open",
    Effect.DAMAGE,
    "a dump that ends inside a transaction with rows: no COMMIT follows START TRANSACTION or SET"
    " autocommit = 0",
    "the rows are kept; a client would have rolled them back",
    "either the end of the dump is missing, or no client would have restored these rows",
)
CHARACTERS_LOST = Rule(
    "characters-lost",
    Effect.DAMAGE,
    "text that character_set_connection cannot represent, or that is not valid in"
    " character_set_client if the two differ (MySQL warning 1300)",
    "the server stores question marks, or the text up to the first invalid character",
    "the world would contain a value that the dump does not",
)
EMPTY_ENUM = Rule(
    "empty-enum",
    Effect.NOTE,
    "an empty string for an ENUM that does not have one (MySQL warning 1265, error 1265 in strict"
    " mode)",
    "the server stores the ENUM's value 0; strict mode is turned off for the statement",
    "this is what the dumped server stored, and it reads as an empty string",
)
GENERATED_DIFFERS = Rule(
    "generated-differs",
    Effect.DAMAGE,
    "a value for a generated column that differs from the value that the server computes",
    "the server's value is stored",
    "the world would contain a value that the dump does not",
)
NUMBER_CLIPPED = Rule(
    "number-clipped",
    Effect.DAMAGE,
    "a number outside the range of its column (MySQL warning 1264)",
    "the server stores the nearest number in range",
    "the world would contain a value that the dump does not",
)
VALUE_CUT = Rule(
    "value-cut",
    Effect.DAMAGE,
    "a value too long or too precise for its column (MySQL warnings 1265, 1406)",
    "the server stores the part that fits",
    "the world would contain a value that the dump does not",
)
VALUE_INVALID = Rule(
    "value-invalid",
    Effect.DAMAGE,
    "a value that is not valid for the type or character set of its column (MySQL warnings 1292,"
    " 1366, 1411)",
    "the server stores a zero, an empty string or the part that it could read",
    "the world would contain a value that the dump does not",
)
NULL_REPLACED = Rule(
    "null-replaced",
    Effect.DAMAGE,
    "a NULL for a NOT NULL column (MySQL warnings 1048, 1263)",
    "the server stores the zero or empty value of the column's type",
    "the world would contain a value that the dump does not",
)
COMPRESSED_TOO_WELL = Rule(
    "compressed-too-well",
    Effect.DAMAGE,
    "a compressed file that contains more than 256 MiB of text and more than 500 times its own"
    " size, or more than 250,000 statements without rows and more than five for each of its bytes",
    "the file is read to its end",
    "dumps expand 3 to 30 times, or up to 360 times if their rows differ only in a number; a small"
    " file could fill the disk, or take days to read",
)

ROWS_AS_FIELDS = Rule(
    "rows-as-fields",
    Effect.FASTER,
    "a long INSERT whose values mean the same as fields of LOAD DATA",
    "its rows are sent by LOAD DATA; on any warning they are removed and sent as they are in the"
    " dump",
    "the server has no SQL to parse, which is more than half of its work",
)
INDEXES_DEFERRED = Rule(
    "indexes-deferred",
    Effect.FASTER,
    "secondary indexes of a table with many rows",
    "dropped before the rows are loaded and added again afterwards, by the server's own definition",
    "building an index once by sorting is cheaper than inserting each row into it",
)
LOCK_NOT_TAKEN = Rule(
    "lock-not-taken",
    Effect.FASTER,
    "LOCK TABLES and UNLOCK TABLES",
    "not executed",
    "several connections fill the tables, and no other client uses the server",
)
KEYS_NOT_SWITCHED = Rule(
    "keys-not-switched",
    Effect.FASTER,
    "ALTER TABLE … DISABLE KEYS and ENABLE KEYS",
    "not executed",
    "it would wait for all rows of the table, and it has no effect in InnoDB",
)

RULES: tuple[Rule, ...] = tuple(value for value in vars().values() if isinstance(value, Rule))
"""All rules, in the order of this file."""

ALLOWABLE: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.effect is Effect.DAMAGE)
"""The rules that a user can allow, so that a world is restored although they apply."""
