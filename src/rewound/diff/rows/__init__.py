"""The rows of two tables, compared by fingerprints."""
