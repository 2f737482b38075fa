"""The state of the dump's session after its SET statements, as far as it matters.

Pure. It keeps the values of sql_mode and the client character set, which decide how text is read;
of autocommit; and of the user variables in which dumps save them. It starts from values that the
loader sets on its connection, so it is right from the first statement on.
"""

from dataclasses import dataclass, field, replace

from rewound.dump.text.lexical import LexicalMode, lexical_mode

INITIAL_SQL_MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
"""MySQL's default since 8.0, without the modes that refuse zero dates; the loader sets it before
the first statement. A dump that sets no sql_mode of its own, such as MySQL-Front's, contains zero
dates that must be kept; anything that would change a value remains an error.
"""

_ZERO_DATE_MODES = "NO_ZERO_IN_DATE,NO_ZERO_DATE"

INITIAL_CHARACTER_SET = "utf8mb4"
"""The loader's own connection character set."""

INITIAL_STORAGE_ENGINE = "InnoDB"
"""MySQL's default since 5.5."""


_LEFT_TO_THE_SERVER = (
    *("autocommit", "foreign_key_checks", "unique_checks", "sql_notes", "sql_auto_is_null"),
    *("sql_safe_updates", "time_zone", "lc_time_names", "default_storage_engine"),
    *("explicit_defaults_for_timestamp", "auto_increment_increment", "auto_increment_offset"),
    *("group_concat_max_len", "div_precision_increment", "default_week_format"),
    *("collation_server", "character_set_server", "transaction_isolation"),
)
NEW_SESSION = (
    b"UNLOCK TABLES",
    f"SET NAMES {INITIAL_CHARACTER_SET}".encode(),
    f"SET SESSION sql_mode = '{INITIAL_SQL_MODE}', ".encode()
    + ", ".join(f"{name} = DEFAULT" for name in _LEFT_TO_THE_SERVER).encode(),
)
"""The statements that give the next dump in the file a new session."""


@dataclass(frozen=True, slots=True)
class DumpSession:
    """The dump's session between two statements."""

    sql_mode: str = INITIAL_SQL_MODE
    """Comma-separated modes, as set, without those that the server lacks."""
    character_set: str = INITIAL_CHARACTER_SET
    """character_set_client, in lower case."""
    storage_engine: str = INITIAL_STORAGE_ENGINE
    """The engine for tables that name none."""
    saved: dict[str, str | None] = field(default_factory=dict)
    """User variables in lower case with their values; None if a value is unknown."""
    utf8mb4_collation: str | None = None
    """The default collation of utf8mb4 on the dumped server, if it differs from the one here."""
    schema: str | None = None
    """The schema that unqualified names belong to."""
    adds_zero_mode: bool = False
    """Whether NO_AUTO_VALUE_ON_ZERO was added to the dump's sql_mode in the server's session."""
    adds_zero_dates: bool = False
    """Whether the modes that refuse zero dates were added to the initial sql_mode in the server's
    session, for a routine, trigger or event: it keeps the mode in which it is created.
    """
    sets_time_zone: bool = False
    """Whether the dump has set the time zone of its values."""
    autocommits: bool = True
    """Each statement is a transaction of its own unless BEGIN or START TRANSACTION begins one."""

    @property
    def mode(self) -> LexicalMode:
        """How the server reads text in this session."""
        return lexical_mode(self.sql_mode, self.character_set)

    @property
    def keeps_zero(self) -> bool:
        """Whether a 0 for an AUTO_INCREMENT is stored, rather than the next number."""
        return "NO_AUTO_VALUE_ON_ZERO" in self.sql_mode.upper()

    @property
    def sends_zero(self) -> bool:
        """Whether a 0 is stored in the server's session in its current state."""
        return self.keeps_zero or self.adds_zero_mode

    @property
    def sent_sql_mode(self) -> str:
        """The sql_mode of the server's session."""
        added = ["NO_AUTO_VALUE_ON_ZERO"] if self.adds_zero_mode else []
        added += [_ZERO_DATE_MODES] if self.adds_zero_dates else []
        return ",".join([*filter(None, [self.sql_mode]), *added])

    def save(self, variable: str, value: str | None) -> "DumpSession":
        """Return the session after `SET @variable = value`."""
        return replace(self, saved={**self.saved, variable.lower(): value})
