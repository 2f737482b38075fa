"""The exit codes of commands that compare, like those of diff(1)."""

DIFFERENT = 1
"""Something differs."""
TROUBLE = 2
"""A failure; 1 means that something differs."""
