"""Where a MySQL comes from."""
