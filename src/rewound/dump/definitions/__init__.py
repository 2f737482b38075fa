"""Definitions of tables and stored objects, and what has to change in them."""
