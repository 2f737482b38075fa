"""The lines around the rows in dumps of Percona's mysqldump, which speed up loading RocksDB.

Pure. Exactly these statements are skipped, and none that differs by a word. They include PREPARE
and EXECUTE, which could hide anything; every other form of these is refused.
"""

from functools import cache, lru_cache

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.tokens import iter_tokens

# Source: dumps of Percona Server 5.7.22 to 8.0.45.
_LINES = (
    b"SELECT COUNT(*) INTO @is_rocksdb_supported FROM INFORMATION_SCHEMA.SESSION_VARIABLES"
    b" WHERE VARIABLE_NAME='rocksdb_bulk_load'",
    b"SET @save_old_rocksdb_bulk_load = IF (@is_rocksdb_supported,"
    b" 'SET @old_rocksdb_bulk_load = @@rocksdb_bulk_load',"
    b" 'SET @dummy_old_rocksdb_bulk_load = 0')",
    b"SET @enable_bulk_load = IF (@is_rocksdb_supported,"
    b" 'SET SESSION rocksdb_bulk_load = 1', 'SET @dummy_rocksdb_bulk_load = 0')",
    b"SET @disable_bulk_load = IF (@is_rocksdb_supported,"
    b" 'SET SESSION rocksdb_bulk_load = @old_rocksdb_bulk_load',"
    b" 'SET @dummy_rocksdb_bulk_load = 0')",
    b"SELECT COUNT(*) INTO @rocksdb_has_p_s_session_variables FROM INFORMATION_SCHEMA.TABLES"
    b" WHERE TABLE_SCHEMA = 'performance_schema' AND TABLE_NAME = 'session_variables'",
    b"SET @rocksdb_get_is_supported = IF (@rocksdb_has_p_s_session_variables,"
    b" 'SELECT COUNT(*) INTO @rocksdb_is_supported FROM performance_schema.session_variables"
    b" WHERE VARIABLE_NAME=\\'rocksdb_bulk_load\\'', 'SELECT 0')",
    b"SET @rocksdb_enable_bulk_load = IF (@rocksdb_is_supported,"
    b" 'SET SESSION rocksdb_bulk_load = 1', 'SET @rocksdb_dummy_bulk_load = 0')",
    b"PREPARE s FROM @save_old_rocksdb_bulk_load",
    b"PREPARE s FROM @enable_bulk_load",
    b"PREPARE s FROM @disable_bulk_load",
    b"PREPARE s FROM @rocksdb_get_is_supported",
    b"PREPARE s FROM @rocksdb_enable_bulk_load",
    b"EXECUTE s",
    b"DEALLOCATE PREPARE s",
)
_LONGEST_LINE = 400
_MOST_READ = 50
"""How many texts are kept with the answer: dumps repeat a few SET statements around each table."""


def is_bulk_load_line(text: bytes, mode: LexicalMode, server_version: int) -> bool:
    """Tell whether a statement is exactly one of these lines.

    Raises:
        UnreadableText: it is ambiguous.
    """
    return len(text) <= _LONGEST_LINE and _is_bulk_load_line(text, mode, server_version)


@lru_cache(maxsize=_MOST_READ)
def _is_bulk_load_line(text: bytes, mode: LexicalMode, server_version: int) -> bool:
    return tuple(token.text for token in iter_tokens(text, mode, server_version)) in _read_lines()


@cache
def _read_lines() -> frozenset[tuple[bytes, ...]]:
    mode = LexicalMode()
    return frozenset(tuple(token.text for token in iter_tokens(line, mode, 0)) for line in _LINES)
