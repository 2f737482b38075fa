"""System variables as values: `@@hostname` in a row, in a view, after SET @a =.

Pure. A dump states its values. The value that the loaded server has describes this host, not the
dumped one, to everyone who queries the world.
"""

from collections.abc import Iterable, Iterator

from rewound.dump.text.tokens import Token, TokenKind

OF_THE_SESSION = frozenset(
    {"autocommit", "character_set_client", "character_set_connection"}
    | {"collation_connection", "error_count", "identity", "insert_id", "last_insert_id"}
    | {"lc_time_names", "rand_seed1", "rand_seed2", "sql_mode", "time_zone", "timestamp"}
    | {"version", "warning_count"}
)
"""Settings that the dump itself made; a row may use them."""

HOST = frozenset(
    {"admin_address", "admin_port", "basedir", "bind_address"}
    | {"caching_sha2_password_private_key_path", "caching_sha2_password_public_key_path"}
    | {"character_sets_dir", "datadir", "general_log_file", "hostname", "init_file"}
    | {"innodb_data_home_dir", "innodb_directories", "innodb_doublewrite_dir"}
    | {"innodb_log_group_home_dir", "innodb_redo_log_archive_dirs"}
    | {"innodb_temp_tablespaces_dir", "innodb_tmpdir", "innodb_undo_directory"}
    | {"lc_messages_dir", "license", "log_bin_basename", "log_bin_index", "log_error"}
    | {"mysqlx_bind_address", "mysqlx_port", "mysqlx_socket", "pid_file", "plugin_dir"}
    | {"port", "relay_log", "relay_log_basename", "relay_log_index", "replica_load_tmpdir"}
    | {"report_host", "report_port", "secure_file_priv", "server_id", "server_uuid"}
    | {"sha256_password_private_key_path", "sha256_password_public_key_path"}
    | {"slave_load_tmpdir", "slow_query_log_file", "socket", "ssl_ca", "ssl_capath"}
    | {"ssl_cert", "ssl_crl", "ssl_crlpath", "ssl_key", "tls_version", "tmpdir"}
    | {"version_compile_machine", "version_compile_os"}
)
"""Variables that describe the host of a server: its name, paths and ports."""


def find_host_variable(tokens: Iterable[Token]) -> str | None:
    """Return the first system variable of `HOST`, as written; None if there is none."""
    return next((token.text.decode("latin-1") for token in iter_host_variables(tokens)), None)


def iter_host_variables(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens that are system variables of `HOST`."""
    return (
        token
        for token in tokens
        if token.kind is TokenKind.VARIABLE and read_system_variable(token.text) in HOST
    )


def read_system_variable(text: bytes) -> str:
    """Return the name of `@@global.name` in lower case; empty for a user variable."""
    if not text.startswith(b"@@"):
        return ""
    return text.decode("latin-1").lower().rpartition(".")[2].strip("@`")
