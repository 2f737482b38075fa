"""sql_mode as logs have it: one bit per mode. Pure.

Source: MySQL 9.7, sql/system_variables.h; MariaDB 10.11, sql/sql_class.h. Setting the number on
9.7.4 gives the same names.
"""

_MODES = (
    *("REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", ""),
    *("ONLY_FULL_GROUP_BY", "NO_UNSIGNED_SUBTRACTION", "NO_DIR_IN_CREATE"),
    # Combinations and modes that MySQL 8.0 removed; the bits of their parts are set as well.
    *("", "", "", "", "", "", "", "", "", "", ""),
    *("NO_AUTO_VALUE_ON_ZERO", "NO_BACKSLASH_ESCAPES", "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"),
    *("NO_ZERO_IN_DATE", "NO_ZERO_DATE", "ALLOW_INVALID_DATES", "ERROR_FOR_DIVISION_BY_ZERO"),
    *("", "", "HIGH_NOT_PRECEDENCE", "NO_ENGINE_SUBSTITUTION", "PAD_CHAR_TO_FULL_LENGTH"),
)
_TRUNCATES_FRACTIONS = 32
_IS_MYSQL_ONLY = "TIME_TRUNCATE_FRACTIONAL"
_ANSI = 18


def name_modes(bits: int, *, is_mariadb: bool) -> str:
    """Return the names of the modes in a number, as SET takes them.

    Modes that no supported server has are left out.
    """
    names = [name for place, name in enumerate(_MODES) if name and bits >> place & 1]
    if bits >> _ANSI & 1:
        names.append("ANSI")
    if bits >> _TRUNCATES_FRACTIONS & 1 and not is_mariadb:
        names.append(_IS_MYSQL_ONLY)
    return ",".join(names)
