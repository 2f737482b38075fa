"""The exit codes of commands that compare, as of diff(1)."""

DIFFERENT = 1
"""Something differs."""
TROUBLE = 2
"""A failure: 1 is an answer here."""
