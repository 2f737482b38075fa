"""Names of worlds: selected by patterns, folded for people."""
