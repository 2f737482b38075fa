"""Definitions of tables and stored objects, and the changes that they need."""
