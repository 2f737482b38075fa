"""The rows of an INSERT as the fields of a LOAD DATA."""
