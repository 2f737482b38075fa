"""What the user sees: stdout, stderr, tables, progress."""
