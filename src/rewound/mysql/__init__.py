"""Talking to a MySQL server: where it is, which one it is, and the one driver door."""
