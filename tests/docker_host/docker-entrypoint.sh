#!/bin/sh
# What the official image's entrypoint promises, as far as our tests and benchmarks need it:
# MYSQL_ROOT_PASSWORD or MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_ROOT_HOST, MYSQL_DATABASE, and
# .sql and .sql.gz in /docker-entrypoint-initdb.d. No *_FILE, no users, no time zones.
set -euo pipefail

data=/var/lib/mysql
socket=/var/run/mysqld/mysqld.sock

say() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) [$1] [Entrypoint]: $2"; }
fail() { say ERROR "$1" >&2; exit 1; }
literal() { printf "'%s'" "$(printf %s "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/\\\\'/g")"; }
client() { mysql --no-defaults --user=root --socket="$socket" --comments "$@"; }

case ${1:-} in -*) set -- mysqld "$@" ;; esac
[ "${1:-}" = mysqld ] || exec "$@"
for argument; do
    case $argument in --help | --verbose | --version | -'?' | -V) exec "$@" ;; esac
done

# mysqld itself changes to the user that /etc/my.cnf names.
[ "$(id -u)" != 0 ] || find "$data" "${socket%/*}" ! -user mysql -exec chown mysql:mysql {} +
[ ! -d "$data/mysql" ] || exec "$@"

password=${MYSQL_ROOT_PASSWORD:-}
[ -n "$password${MYSQL_ALLOW_EMPTY_PASSWORD:-}" ] || fail \
    "Database is uninitialized and password option is not specified
    You need to specify MYSQL_ROOT_PASSWORD or MYSQL_ALLOW_EMPTY_PASSWORD"

say Note "Initializing database files"
"$@" --initialize-insecure --default-time-zone=SYSTEM
say Note "Starting temporary server"
"$@" --daemonize --skip-networking --default-time-zone=SYSTEM --mysqlx=OFF --socket="$socket"

{
    echo "SET @@SESSION.SQL_LOG_BIN = 0;"
    [ "${MYSQL_ROOT_HOST:=%}" = localhost ] || {
        root="'root'@$(literal "$MYSQL_ROOT_HOST")"
        echo "CREATE USER $root IDENTIFIED BY $(literal "$password");"
        echo "GRANT ALL ON *.* TO $root WITH GRANT OPTION;"
    }
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(literal "$password");"
    [ -z "${MYSQL_DATABASE:-}" ] || echo "CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;"
} | client
export MYSQL_PWD="$password"
for file in /docker-entrypoint-initdb.d/*; do
    case $file in
        *.sql) say Note "running $file" && client ${MYSQL_DATABASE:-} < "$file" ;;
        *.sql.gz) say Note "running $file" && gunzip -c "$file" | client ${MYSQL_DATABASE:-} ;;
        *'/*') ;;
        *) say Warn "ignoring $file" ;;
    esac
done

say Note "Stopping temporary server"
mysqladmin --no-defaults --user=root --socket="$socket" shutdown
unset MYSQL_PWD
say Note "MySQL init process done. Ready for start up."
exec "$@"
