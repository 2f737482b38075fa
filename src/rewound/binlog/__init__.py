"""Binary logs of MySQL and MariaDB, read without a server."""
